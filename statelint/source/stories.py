"""Which blocks of a text are one program."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import libcst as cst

from statelint.source import grammar, python
from statelint.source.beginnings import first_added
from statelint.source.document import Part
from statelint.source.needs import needed
from statelint.source.python import Source, Span

_RESETS = re.compile(r"\.reset_states?\(")
_STATEFUL = "stateful"
# A text that trains a model more often than this is rather a long program.
_WAYS = 10
_TRAINING = frozenset({"fit", "fit_generator", "train_on_batch"})
# What only models do.
_RUNNING = frozenset(
    {
        *("predict", "predict_generator", "predict_on_batch", "predict_classes", "predict_proba"),
        *("evaluate", "evaluate_generator", "test_on_batch", "reset_states", "reset_state"),
        *("compile", "summary"),
    }
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A part of a document as it was read: its module, the text of that, and where each node stands."""

    part: Part
    module: cst.Module
    text: str
    spans: dict[int, Span]
    # What of it runs, None where it can't be parsed.
    code: str | None = None
    python2: bool = False
    is_respelled: bool = False


def stories_of(parsed: Sequence[Parsed]) -> Iterator[list[Parsed]]:
    """The blocks of a text that belong together.

    Where the blocks under a heading bind what was bound before and need none of it, a new story starts,
    which knows of the one before only the imports, and the functions and classes that it needs and doesn't
    define anew.  A block that trains a trained model again says how it might have been trained: a new story
    has all that it needs, but for the training before.
    """
    story: list[Parsed] = []
    before: list[Parsed] = []
    ways = 0
    for chapter in _chapters(parsed):
        blocks: list[Parsed] = []
        for block in chapter:
            is_variant = _is_variant(block, [*story, *blocks])
            anew = _begun_anew(block, [*story, *blocks]) if is_variant else None
            if (is_variant and anew is None) or _is_ahead(block, [*story, *blocks], parsed):
                yield [*_needed([*before, *story, *blocks], [block]), block]
                continue
            models = _trained_again(block, [*story, *blocks]) if ways < _WAYS else set()
            if models:
                ways += 1
                if _begins(blocks, story):
                    yield _needed(before, story) + story
                    before, story = before + story, []
                story += blocks
                yield _needed(before, story) + story
                before, story, blocks = before + story, _untrained(story, block, models), []
            blocks.append(anew or block)
        if _begins(blocks, story):
            yield _needed(before, story) + story
            before, story = before + story, []
        story += blocks
    if story:
        yield _needed(before, story) + story


def _begins(blocks: Sequence[Parsed], story: Sequence[Parsed]) -> bool:
    """Whether blocks bind what the story has bound, and need none of it."""
    bound = {name for block in story for name in _bound(block.module.body)}
    names = {name for block in blocks for name in _bound(block.module.body)}
    return not names.isdisjoint(bound) and not _goes_on(blocks, story)


def _goes_on(blocks: Sequence[Parsed], story: Sequence[Parsed]) -> bool:
    """Whether blocks need what the story has made: a model that they train, data for another model."""
    made = {
        name
        for block in story
        for statement in block.module.body
        if not isinstance(statement, cst.FunctionDef | cst.ClassDef)
        for name in _bound([statement])
    }
    return not needed(block.text for block in blocks).isdisjoint(made)


def _chapters(parsed: Sequence[Parsed]) -> Iterator[list[Parsed]]:
    """The blocks under each heading; a whole program among them, which imports what it needs, begins anew,
    and so do other versions of functions.
    """
    bound: set[str] = set()
    for _, under in groupby(parsed, key=lambda one: one.part.section):
        blocks: list[Parsed] = []
        for block in under:
            names = set(_bound(block.module.body))
            is_whole = not names.isdisjoint(bound) and any(map(_is_import, block.module.body))
            if blocks and (is_whole or not _defined([block]).isdisjoint(_defined(blocks))):
                yield blocks
                blocks = []
            blocks.append(block)
            bound |= names
        yield blocks


def _defined(blocks: Iterable[Parsed]) -> set[str]:
    """The names of functions and classes that blocks define."""
    return {
        part.name.value
        for block in blocks
        for part in block.module.body
        if isinstance(part, cst.FunctionDef | cst.ClassDef)
    }


def _is_variant(block: Parsed, before: Sequence[Parsed]) -> bool:
    """Whether a block only adds layers to models that are finished: it says how they might have been made."""
    grown = [_method_of(part, "add") for part in block.module.body if not _is_constant(part)]
    if not grown or None in grown:
        return False
    compiled = {_method_of(part, "compile") for one in before for part in one.module.body}
    return all(name in compiled for name in grown)


def _begun_anew(block: Parsed, before: Sequence[Parsed]) -> Parsed | None:
    """The block with a new model for its layers, where they begin the first stateful one of the story."""
    if _STATEFUL not in block.text or any(_STATEFUL in one.text for one in before):
        return None
    grown = [part for part in block.module.body if not _is_constant(part)]
    row = min(block.spans[id(part)][0] for part in grown) - block.part.before
    lines = block.text.split("\n")
    name = first_added(grammar.parse("\n".join(["", *lines][row:])).body[0])
    if name is None:
        return None
    begun = written("", f"{name} = Sequential()\n")
    at = block.spans[id(grown[0])]
    body = [*begun.modules[0].body, *block.module.body]
    code = block.code and "\n".join(
        [*lines[: row - 1], f"{name} = Sequential(); {lines[row - 1]}", *lines[row:]]
    )
    return replace(
        block,
        module=block.module.with_changes(body=body),
        spans=block.spans | dict.fromkeys(begun.spans, at),
        code=code,
    )


def _is_constant(statement: cst.CSTNode) -> bool:
    """Whether a statement gives a name a number or a text."""
    return isinstance(statement, cst.SimpleStatementLine) and all(
        isinstance(part, cst.Assign) and isinstance(part.value, cst.BaseNumber | cst.BaseString)
        for part in statement.body
    )


def _trained_again(block: Parsed, before: Sequence[Parsed]) -> set[str]:
    """The models that a block trains, and that blocks before it have trained already."""
    own = set(_bound(block.module.body))
    asked = {name for part in block.module.body for name in _calls(part, _TRAINING)} - own
    found: set[str] = set()
    for statement in reversed([part for one in before for part in one.module.body]):
        trained = _calls(statement, _TRAINING)
        found |= {name for name in asked & trained if _is_model(name, [*before, block])}
        asked -= trained | set(_bound([statement]))
        if (unread := _unread(statement)) is not None:
            asked = {name for name in asked if name not in unread}
    return found


def _unread(statement: cst.CSTNode) -> str | None:
    """The text of a block, or of a part of one, that can't be read."""
    match statement:
        case cst.SimpleStatementLine(
            body=[cst.Expr(value=cst.Call(func=cst.Name(value="exec"), args=[given]))]
        ):
            return cst.Module([]).code_for_node(given)
    return None


def _is_model(name: str, blocks: Sequence[Parsed]) -> bool:
    return any(name in _calls(part, _RUNNING) for one in blocks for part in one.module.body)


def _calls(statement: cst.CSTNode, methods: Container[str]) -> set[str]:
    """The names of which a statement calls such methods, outside of functions and classes."""
    if isinstance(statement, cst.FunctionDef | cst.ClassDef):
        return set()
    return {
        node.func.value.value
        for node in python.walk(statement)
        if isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and isinstance(node.func.value, cst.Name)
        and node.func.attr.value in methods
    }


def _untrained(story: Sequence[Parsed], block: Parsed, models: set[str]) -> list[Parsed]:
    """What of a story a block needs, without what the models did in it."""
    made = {
        name for one in story for part in one.module.body if not _is_import(part) for name in _names(part)
    }
    wanted = needed([block.text]) & made
    found: list[Parsed] = []
    for one in reversed(story):
        kept: set[int] = set()
        for statement in reversed(one.module.body):
            bound = set(_bound([statement]))
            is_definition = isinstance(statement, cst.FunctionDef | cst.ClassDef)
            names = _names(statement)
            if wanted.isdisjoint(bound if is_definition else names) and _unread(statement) is None:
                continue
            if models.isdisjoint(_calls(statement, (_RUNNING | _TRAINING) - {"compile", "summary"})):
                kept.add(id(statement))
                wanted |= names & made
        found.append(_kept(one, kept))
    return [one for one in reversed(found) if one.module.body]


def _is_ahead(block: Parsed, before: Sequence[Parsed], parsed: Sequence[Parsed]) -> bool:
    """Whether a block resets states of a model that the text shows behind it, and of none before."""
    if not _RESETS.search(block.text) or any(_STATEFUL in one.text for one in (*before, block)):
        return False
    later = parsed[parsed.index(block) + 1 :]
    return any(_STATEFUL in one.text and one.part.section == block.part.section for one in later)


def _method_of(statement: cst.CSTNode, method: str) -> str | None:
    """The name whose method a statement calls: `model.add(…)`."""
    match statement:
        case cst.SimpleStatementLine(
            body=[
                cst.Expr(
                    value=cst.Call(
                        func=cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value=called))
                    )
                )
            ]
        ) if called == method:
            return name
    return None


def _is_import(statement: cst.CSTNode) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and all(
        isinstance(part, cst.Import | cst.ImportFrom) for part in statement.body
    )


def _needed(before: Sequence[Parsed], story: Sequence[Parsed]) -> list[Parsed]:
    """What a story takes over from the blocks before it: imports, and definitions of names that it needs."""
    bound = {name for block in story for name in _bound(block.module.body)}
    used = {name for block in story for name in _names(block.module)} - bound
    definitions: dict[str, cst.CSTNode] = {}
    for block in before:
        for statement in block.module.body:
            for name in _bound([statement]):
                definitions.pop(name, None)
                if isinstance(statement, cst.FunctionDef | cst.ClassDef):
                    definitions[name] = statement
    todo, wanted = list(used), set()
    while todo:
        definition = definitions.pop(todo.pop(), None)
        if definition is not None:
            wanted.add(id(definition))
            todo += _names(definition) - bound
    return [one for block in before if (one := _kept(block, wanted)).module.body]


def _names(node: cst.CSTNode) -> set[str]:
    return {part.value for part in python.walk(node) if isinstance(part, cst.Name)}


def _kept(parsed: Parsed, wanted: Container[int]) -> Parsed:
    """The import statements on a block's top level, and the statements that are wanted."""
    kept = [statement for statement in parsed.module.body if id(statement) in wanted or _is_import(statement)]
    lines = [""] * len(parsed.part.code.split("\n"))
    for statement in kept:
        parts = (statement, *getattr(statement, "decorators", ()))
        row = min(parsed.spans[id(part)][0] for part in parts) - parsed.part.before - 1
        code = parsed.module.code_for_node(statement.with_changes(leading_lines=())).rstrip("\n").split("\n")
        lines[row : row + len(code)] = code
    module = parsed.module.with_changes(body=kept)
    return replace(parsed, module=module, text=module.code, code=parsed.code and "\n".join(lines))


def _bound(body: Sequence[cst.CSTNode]) -> Iterator[str]:
    """The names that statements bind by assignments and definitions, outside of loops."""
    for statement in body:
        match statement:
            case cst.SimpleStatementLine(body=parts) | cst.SimpleStatementSuite(body=parts):
                yield from _bound(parts)
            case cst.Assign(targets=targets):
                for target in targets:
                    yield from _targets(target.target)
            case cst.AnnAssign(target=target):
                yield from _targets(target)
            case cst.FunctionDef(name=name) | cst.ClassDef(name=name):
                yield name.value
            case cst.If() | cst.With():
                yield from _bound(statement.body.body)


def _targets(target: cst.CSTNode) -> Iterator[str]:
    match target:
        case cst.Name(value=name):
            yield name
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            for element in elements:
                yield from _targets(element.value)


def written(path: str, code: str) -> Source:
    """Code that stands for what a document doesn't say, or can't be read."""
    source = python.read(path, code)
    assert isinstance(source, Source)
    return source
