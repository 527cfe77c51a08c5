"""The comments in a file, found as Python's tokenizer would find them, and the lines of each statement.

Code that can't be parsed has comments too, and so have Python 2 and cells with magics: `tokenize` gives up
on these.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from statelint.discover import NOTEBOOKS, is_document
from statelint.sites import Site
from statelint.source.document import open_document
from statelint.source.magics import normalised
from statelint.source.texts import decoded

_TOKEN = re.compile(
    r"""
      (?P<comment>\#[^\n]*)
    | (?P<quote>'{3}|"{3})(?:\\.|(?!(?P=quote)).)*(?:(?P=quote)|\Z)
    | '(?:\\.|[^'\\\n])*'?
    | "(?:\\.|[^"\\\n])*"?
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])
    | \\\n
    | (?P<end>\n)
    """,
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment: its text from the sign on, what stands before it on its line, and the next line of code."""

    text: str
    site: Site
    before: str
    next_line: int | None

    @property
    def is_alone(self) -> bool:
        # In a text it may be quoted.
        return not self.before.strip(" \t>")


@dataclass(frozen=True, slots=True)
class Commented:
    """A module, a cell or a block: its comments, and for each line the first and last one of its statement.

    On the lines in `open` no comment can be put: a string or a backslash goes on to the next one.
    """

    cell: int | None
    comments: tuple[Comment, ...]
    statements: Mapping[int, tuple[int, int]]
    open: frozenset[int]


def comments_of(path: str, data: bytes) -> Iterator[Commented]:
    """The comments in the parts of a file; its name says what it is."""
    if not is_document(path):
        text = normalised(decoded(data))
        yield _read(path, None, text, text.split("\n"), 0, {})
        return
    lines = normalised(data.decode("utf-8-sig", errors="replace")).split("\n")
    is_notebook = path.lower().endswith(NOTEBOOKS)
    for part in open_document(path, data).parts:
        own = part.text.split("\n") if is_notebook else lines
        yield _read(path, part.cell, part.code, own, 0 if is_notebook else part.before, part.shifts)


def without_comments(code: str) -> str:
    """Code with its comments left out."""
    return _TOKEN.sub(lambda token: "" if token["comment"] else token.group(), code)


def _read(
    path: str, cell: int | None, code: str, lines: Sequence[str], before: int, shifts: Mapping[int, int]
) -> Commented:
    """The comments in code that stands in `lines` behind so many others, moved by `shifts`."""
    found, statements, is_open = _scanned(code)
    columns = {row: column for row, column, _ in found}
    rows = [
        row for row, line in enumerate(code.split("\n"), 1) if line[: columns.get(row, len(line))].strip()
    ]
    comments = []
    for row, start, text in found:
        line, column = row + before, start + shifts.get(row, 0)
        whole = lines[line - 1] if line <= len(lines) else ""
        # Elsewhere something else was read than the file has there: a magic.
        if whole[column : column + len(text)] == text:
            site = Site(path, cell, line, column + 1, line, column + 1 + len(text))
            following = bisect_right(rows, row)
            next_line = rows[following] + before if following < len(rows) else None
            comments.append(Comment(text, site, whole[:column], next_line))
    moved = {row + before: (first + before, last + before) for row, (first, last) in statements.items()}
    return Commented(cell, tuple(comments), moved, frozenset(row + before for row in is_open))


def _scanned(code: str) -> tuple[list[tuple[int, int, str]], dict[int, tuple[int, int]], set[int]]:
    """The comments by row and column, the rows of each statement, and those that end within a token."""
    found: list[tuple[int, int, str]] = []
    statements: dict[int, tuple[int, int]] = {}
    is_open: set[int] = set()
    first = row = 1
    depth = begin = 0
    for token in _TOKEN.finditer(code):
        text = token.group()
        inner = text.count("\n")
        if token["comment"]:
            found.append((row, token.start() - begin, text))
        elif token["end"]:
            if not depth:
                statements |= dict.fromkeys(range(first, row + 1), (first, row))
                first = row + 1
        else:
            is_open |= set(range(row, row + inner))
            depth = max(depth + bool(token["open"]) - bool(token["close"]), 0)
        if inner:
            row += inner
            begin = token.end() - (len(text) - text.rfind("\n") - 1)
    last = code.count("\n") + 1
    statements |= dict.fromkeys(range(first, last + 1), (first, last))
    return found, statements, is_open
