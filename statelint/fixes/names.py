"""How a program names things of Keras, and where it can be given a name more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from statelint.findings import Edit
from statelint.fixes.code import Code, end_of
from statelint.source.python import walk

_ROOTS = ("keras", "tf_keras", "keras_core", "tensorflow.keras", "tensorflow.python.keras")
_DEFINITIONS = cst.FunctionDef | cst.ClassDef


@dataclass(frozen=True, slots=True)
class Named:
    """An expression for a thing of Keras; `imported` is the package and the name to import for it.

    `module` is the one with the import of Keras.
    """

    expression: str
    imported: tuple[str, str] | None
    module: cst.Module


def keras_name(code: Code, *names: str) -> Named | None:
    """How to write a thing of Keras (`callbacks.Callback`; the first of its names that does).

    None where the program doesn't import Keras on its top level, or more than one.
    """
    bound: dict[str, tuple[str, cst.Module]] = {}
    for module in code.source.modules:
        for path, name in _imports(module):
            bound.setdefault(path, (name, module))
    roots = {root for root in _ROOTS for path in bound if path == root or path.startswith(f"{root}.")}
    if not roots and "tensorflow" in bound:
        roots = {"tensorflow.keras"}
    if len(roots) != 1:
        return None
    (root,) = roots
    for name in names:
        *_, first = expressions = list(_expressions(bound, f"{root}.{name}"))
        if len(expressions) > 1 or first is not None:
            return next(one for one in expressions if one is not None)
    package, _, last = f"{root}.{names[-1]}".rpartition(".")
    if last in code.names:
        return None
    module = next(m for path, (_, m) in bound.items() if path.startswith((root, "tensorflow")))
    return Named(last, (package, last), module)


def name_of_module(code: Code, path: str) -> str | None:
    """The name that the top level binds a module to."""
    found = (name for module in code.source.modules for full, name in _imports(module) if full == path)
    return next(found, None)


def _expressions(bound: dict[str, tuple[str, cst.Module]], path: str) -> Iterator[Named | None]:
    """The ways to write what stands at a path, by the names that lead there."""
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        found = bound.get(".".join(parts[:length]))
        if found is not None:
            yield Named(".".join((found[0], *parts[length:])), None, found[1])
    yield None


def _imports(module: cst.Module) -> Iterator[tuple[str, str]]:
    """What the top level imports: the full path, and the name that it is bound to."""
    for statement in module.body:
        for part in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            if isinstance(part, cst.Import):
                for alias in part.names:
                    path = dotted(alias.name)
                    if path and alias.asname is None:
                        # `import keras.layers` binds keras, and what is in it.
                        yield path.partition(".")[0], path.partition(".")[0]
                        yield path, path
                    elif path and alias.asname is not None and isinstance(alias.asname.name, cst.Name):
                        yield path, alias.asname.name.value
            elif isinstance(part, cst.ImportFrom) and part.module is not None and not part.relative:
                for alias in part.names if not isinstance(part.names, cst.ImportStar) else ():
                    name = alias.asname.name if alias.asname is not None else alias.name
                    if isinstance(name, cst.Name) and isinstance(alias.name, cst.Name):
                        yield f"{dotted(part.module)}.{alias.name.value}", name.value


def dotted(node: cst.BaseExpression) -> str | None:
    """`self.model`, as it is written without white space; None for anything but names and attributes."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        inner = dotted(node.value)
        return None if inner is None else f"{inner}.{node.attr.value}"
    return None


def put_in_header(code: Code, named: Named, definition: str = "") -> list[Edit] | None:
    """What the head of a module has to gain for a name: its import, and a class or function made with it."""
    edits = []
    lines: list[str] = []
    if named.imported is not None:
        package, name = named.imported
        beside = _beside(code, named.module, package, name)
        edits += [] if beside is None else [beside]
        lines += [f"from {package} import {name}"] if beside is None else []
    if not lines and not definition:
        return edits
    last = None
    for statement in named.module.body:
        if not isinstance(statement, cst.SimpleStatementLine) or _runs_a_model(statement):
            break
        if any(isinstance(part, cst.Import | cst.ImportFrom) for part in statement.body):
            last = statement
    if last is None or (indent := code.indent(code.site(last))) is None:
        return None
    site = code.site(last)
    if definition:
        blank = code.blank_below(site)
        lines += ["", "", *definition.split("\n"), *([] if blank is None else [""] * (2 - min(blank, 2)))]
    text = "".join(f"\n{indent}{line}" if line else "\n" for line in lines)
    return [*edits, Edit(end_of(site, len(code.rest(site))), text)]


def is_defined(code: Code, name: str, text: str) -> bool:
    """Whether the program has this very function or class already."""
    for module in code.source.modules:
        for statement in module.body:
            if isinstance(statement, _DEFINITIONS) and statement.name.value == name:
                return module.code_for_node(statement.with_changes(leading_lines=())).strip() == text
    return False


def _beside(code: Code, module: cst.Module, package: str, name: str) -> Edit | None:
    """The name behind those that are imported from its package already."""
    for statement in module.body:
        for part in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            if (
                isinstance(part, cst.ImportFrom)
                and part.module is not None
                and not part.relative
                and dotted(part.module) == package
                and not isinstance(part.names, cst.ImportStar)
            ):
                return Edit(end_of(code.site(part.names[-1])), f", {name}")
    return None


def _runs_a_model(statement: cst.SimpleStatementLine) -> bool:
    calls = (node.func for node in walk(statement) if isinstance(node, cst.Call))
    return any(isinstance(f, cst.Attribute) and f.attr.value.startswith(("fit", "train_")) for f in calls)


def binds(node: cst.CSTNode, name: str) -> bool:
    """Whether code binds a name, or an attribute of what it names."""
    for part in walk(node):
        match part:
            case cst.AssignTarget(target=target) | cst.AnnAssign(target=target) | cst.For(target=target):
                pass
            case cst.AugAssign(target=target) | cst.NamedExpr(target=target) | cst.AsName(name=target):
                pass
            case cst.FunctionDef(name=target) | cst.ClassDef(name=target):
                pass
            case _:
                continue
        if any(isinstance(n, cst.Name) and n.value == name for n in _roots(target)):
            return True
    return False


def _roots(target: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The names that a target begins with."""
    match target:
        case cst.Attribute(value=value) | cst.StarredElement(value=value):
            yield from _roots(value)
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            for element in elements:
                yield from _roots(element.value)
        case cst.Name():
            yield target


def free_name(code: Code, place: cst.CSTNode, *names: str) -> str | None:
    """The first of the names that a loop put in at a place can bind without harm."""
    for name in names:
        if name not in code.names or _is_for_loops(code, place, name):
            return name
    return None


def _is_for_loops(code: Code, place: cst.CSTNode, name: str) -> bool:
    """Whether nothing but loops, and none around the place, binds the name."""
    for module in code.source.modules:
        for node in walk(module):
            if isinstance(node, cst.AssignTarget | cst.AnnAssign | cst.AugAssign | cst.AsName) and any(
                isinstance(root, cst.Name) and root.value == name
                for root in _roots(node.name if isinstance(node, cst.AsName) else node.target)
            ):
                return False
            if isinstance(node, _DEFINITIONS) and node.name.value == name:
                return False
            if isinstance(node, cst.Param) and node.name.value == name:
                return False
    loops = (above for above in code.ancestors(place) if isinstance(above, cst.For))
    return not any(isinstance(n, cst.Name) and n.value == name for loop in loops for n in _roots(loop.target))
