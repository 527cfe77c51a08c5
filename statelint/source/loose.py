"""Python that stands loose in a text: lines among prose, and statements with marks or indentation amiss."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from statelint.source import grammar

# What may stand between two statements of one program: nothing, a comment, an ellipsis, a rule.
_GAP = re.compile(r"\s*(?:#.*|[.…]+|[*=_-]{3,})?\s*")
_MAGIC = re.compile(r"\s*[%!]\w")
# How statements begin, and hardly any sentence does.
_BEGINS = re.compile(
    r"\s*`?(?:[(\[]?[^\W\d][\w.]*\s*(?:[\[(=,]|[-+*/]=)|@"
    r"|(?:import|from|for|while|if|with|def|class|try|del|print|async)\b)"
)
_CLAUSE = re.compile(r"\s*(?:else|elif|except|finally)\b")
_BRACKETS = re.compile(r"""#.*|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|(?P<open>[(\[{])|(?P<close>[)\]}])""")
# A line that something has to follow.
_OPEN = re.compile(r"[,(\[{=+*/:\\-]\s*(?:#.*)?$")
_SHAPE = re.compile(r"\b(?:np|numpy)\.(?:zeros|ones|empty|random\.random)\((?=\w)")
# More brackets than these aren't forgotten by accident.
_FORGOTTEN = 2
# Longer statements than these aren't looked for among prose.
_LONGEST = 80
_STATEMENTS = (
    *(ast.Import, ast.ImportFrom, ast.Assign, ast.AugAssign, ast.FunctionDef, ast.ClassDef),
    *(ast.For, ast.While, ast.If, ast.With, ast.Try, ast.Delete),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a statement, without the indentation of that, which is so many columns wide."""

    text: str
    shift: int = 0


def runs(lines: Sequence[str], start: int, end: int) -> Iterator[tuple[int, list[Line]]]:
    """The longest rows of lines that are nothing but statements, and where each begins."""
    found: list[Line] = []
    gap: list[Line] = []
    first = row = start
    while row < end:
        statement = _statement(lines, row, end, is_prose=True)
        if statement:
            if not found:
                first = row
            found += gap + statement
            gap = []
            row += len(statement)
        elif found and _GAP.fullmatch(lines[row]):
            gap.append(Line(lines[row] if lines[row].lstrip().startswith("#") else ""))
            row += 1
        else:
            if found:
                yield first, found
            found, gap = [], []
            row = _behind_part(lines, row, end) if _is_header(lines[row]) else row + 1
    if found:
        yield first, found


def _behind_part(lines: Sequence[str], row: int, end: int) -> int:
    """The row behind a statement that can't be read, and behind all that may belong to it."""
    return next((behind for behind in range(row + 1, end) if not lines[behind].strip()), end)


def respelled(code: str) -> str:
    """The code with each statement of its top level mended that only its marks or its indentation spoil."""
    lines = code.split("\n")
    row = 0
    while row < len(lines):
        statement = _statement(lines, row, len(lines), is_prose=False)
        if not statement and _is_header(lines[row]):
            # What belongs to it can't be told.
            return code
        lines[row : row + len(statement)] = [line.text for line in statement]
        row += len(statement) or 1
    return "\n".join(lines)


def _is_header(line: str) -> bool:
    """Whether a line begins a loop, a function or another statement that has others in it."""
    text = line.strip()
    return text.endswith(":") and _is_code(f"{text} pass", is_prose=True)


def _statement(lines: Sequence[str], row: int, end: int, *, is_prose: bool) -> list[Line]:
    """The lines of the statement that begins in a row, as Python; empty where none does."""
    if not lines[row].strip() or (is_prose and _GAP.fullmatch(lines[row])):
        return []
    if is_prose and _MAGIC.match(lines[row]):
        return [_dedented(lines[row], _indent(lines[row]))]
    if is_prose and not _BEGINS.match(lines[row]):
        return []
    behind = _behind(lines, row, min(end, row + _LONGEST))
    whole = [_dedented(line, _indent(lines[row])) for line in lines[row:behind]]
    bare = [_unmarked(line) for line in whole]
    is_marked = whole[0].text.startswith("`") or whole[-1].text.rstrip().endswith("`")
    # In Python 2 the marks of code are those of `repr`.
    candidates = [bare, whole[:1]] if is_marked else [whole, bare, whole[:1]]
    if any(line.strip() for line in lines[behind:end]):
        candidates += _closed(whole)
    if not is_prose:
        candidates.append(_opened(whole))
    for candidate in candidates:
        if _is_code("\n".join(line.text for line in candidate), is_prose=is_prose):
            return candidate
    return []


def _behind(lines: Sequence[str], row: int, end: int) -> int:
    """The row behind the statement that begins in a row: all brackets closed, and what is indented below."""
    behind = _end_of_line(lines, row, end)
    indent = _indent(lines[row])
    is_compound = lines[behind - 1].partition("#")[0].rstrip().endswith(":")
    is_decorator = lines[row].lstrip().startswith("@")
    if is_decorator and behind < end:
        return _behind(lines, behind, end)
    while is_compound:
        inner = behind
        while inner < end and (not lines[inner].strip() or _indent(lines[inner]) > indent):
            inner += 1
        while inner > behind and not lines[inner - 1].strip():
            inner -= 1
        behind = inner
        is_compound = behind < end and _CLAUSE.match(lines[behind]) is not None
        if is_compound:
            behind = _end_of_line(lines, behind, end)
    return behind


def _end_of_line(lines: Sequence[str], row: int, end: int) -> int:
    """The row behind a logical line; that below where its brackets never close."""
    depth = 0
    for behind in range(row, end):
        for bracket in _BRACKETS.finditer(lines[behind]):
            depth += (bracket["open"] is not None) - (bracket["close"] is not None)
        if depth <= 0:
            return behind + 1
    return row + 1


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _dedented(line: str, indent: int) -> Line:
    width = min(indent, _indent(line))
    return Line(line[width:], width)


def _unmarked(line: Line) -> Line:
    """A line without the marks that make it look like code or bold in a text."""
    text = line.text.rstrip().removesuffix("`").replace("**", "  ")
    bare = text.removeprefix("`").lstrip() if text.startswith("`") else text
    return Line(bare, line.shift + len(text) - len(bare))


def _closed(statement: Sequence[Line]) -> Iterator[list[Line]]:
    """The statement with the brackets that were forgotten at its end, unless more was to follow."""
    last = statement[-1]
    if _OPEN.search(last.text):
        return
    for count in range(1, _FORGOTTEN + 1):
        yield [*statement[:-1], Line(last.text + ")" * count, last.shift)]


def _opened(statement: Sequence[Line]) -> list[Line]:
    """The statement with the bracket that was forgotten before the shape of an array."""
    first, *others = statement
    return [Line(_SHAPE.sub(r"\g<0>(", first.text, count=1), first.shift), *others]


def _is_code(text: str, *, is_prose: bool) -> bool:
    """Whether it is one statement, and where prose could be meant, one that prose never is."""
    tree = grammar.tree_of(text)
    if tree is None or not is_prose:
        return tree is not None and len(tree.body) == 1
    return bool(tree.body) and all(
        isinstance(part, _STATEMENTS) or (isinstance(part, ast.Expr) and _is_call(part.value))
        for part in tree.body
    )


def _is_call(value: ast.expr) -> bool:
    """Whether it is a call, of Python 2's `print` with a comma behind it too."""
    if isinstance(value, ast.Tuple):
        return bool(value.elts) and all(isinstance(part, ast.Call) for part in value.elts)
    return isinstance(value, ast.Call)
