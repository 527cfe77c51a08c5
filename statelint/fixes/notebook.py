"""Edits of a notebook's cells, made in the JSON text itself, so that nothing else of it changes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from statelint.findings import Edit
from statelint.fixes.text import in_order, line_starts, span, with_changes
from statelint.sites import Site

_TOKEN = re.compile(r'[ \t\n\r]*("(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+)', re.DOTALL)
_CHARACTER = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Node:
    """A value in a JSON text: where it stands, and the values in it by key or index."""

    start: int
    end: int
    items: dict[str, Node] | list[Node] | None = None


def mended(text: str, edits: Sequence[Edit]) -> str:
    """The text of the notebook with the edits made in its cells."""
    return with_changes(text, NotebookText(text).changes(edits))


class NotebookText:
    """The JSON text of a notebook, which is known to be valid, and where its cells' text stands in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._cells = list(_cells(_parse(text)))

    def span(self, site: Site) -> tuple[int, int]:
        """The first character of the notebook's text that a place in a cell stands for, and the end.

        Raises IndexError where there is no such cell or place.
        """
        assert site.cell is not None
        cell = _CellText(self.text, self._cells[site.cell])
        start, end = span(line_starts(cell.code), site)
        return cell.places[start], cell.end(start, end)

    def changes(self, edits: Iterable[Edit]) -> list[tuple[int, int, str]]:
        """The edits of cells as changes of the notebook's text, in order: from where to where, and what."""
        changes: list[tuple[int, int, str]] = []
        for number, group in groupby(in_order(edits), key=lambda edit: edit.site.cell):
            assert number is not None
            changes += _CellText(self.text, self._cells[number]).changes(group)
        return sorted(changes)


class _CellText:
    """The text of a cell, and for each of its characters where in the notebook's text it is written."""

    def __init__(self, text: str, cell: Node) -> None:
        source = _member(cell, "source") or _member(cell, "input")
        if source is None:
            raise IndexError("the cell has no text")
        self._text = text
        listed = source.items if isinstance(source.items, list) else [source]
        # As `source.notebook` does, all but strings is left out.
        self._literals = [literal for literal in listed if text[literal.start] == '"']
        self._is_list = isinstance(source.items, list)
        self.places: list[int] = []
        self.code = ""
        for literal in self._literals:
            self.code += json.loads(text[literal.start : literal.end])
            inner = text[literal.start + 1 : literal.end - 1]
            self.places += [literal.start + 1 + found.start() for found in _CHARACTER.finditer(inner)]
        # What is put in behind the last character goes into its literal.
        self.places.append(self._literals[-1].end - 1)

    def end(self, start: int, end: int) -> int:
        """The end of what is written for these characters, not the beginning of what follows.

        That may be in the next literal.
        """
        return _behind(self._text, self.places[end - 1]) if end > start else self.places[start]

    def changes(self, edits: Iterable[Edit]) -> Iterator[tuple[int, int, str]]:
        gap = _gap(self._text, self._literals) if self._is_list else None
        starts = line_starts(self.code)
        escapes = self._text.isascii()
        newline = "\r\n" if "\r\n" in self.code else "\n"
        for edit in edits:
            start, end = span(starts, edit.site)
            new = json.dumps(edit.text.replace("\n", newline), ensure_ascii=escapes)[1:-1]
            if gap is not None:
                new = new.replace("\\n", f'\\n"{gap}"')
            yield self.places[start], self.end(start, end), new


def _behind(text: str, place: int) -> int:
    """The place behind the character that is written there."""
    found = _CHARACTER.match(text, place)
    assert found is not None
    return found.end()


def _gap(text: str, literals: Sequence[Node]) -> str:
    """What stands between the lines of a cell."""
    if len(literals) > 1:
        return text[literals[0].end : literals[1].start]
    before = re.search(r"\s*\Z", text[: literals[0].start])
    return "," + (before.group() if before else "")


def _cells(root: Node) -> Iterator[Node]:
    """All cells in document order, as `source.notebook` counts them."""
    cells = _member(root, "cells")
    if cells is not None and isinstance(cells.items, list):
        yield from cells.items
        return
    sheets = _member(root, "worksheets")
    for sheet in sheets.items if sheets is not None and isinstance(sheets.items, list) else ():
        inner = _member(sheet, "cells")
        if inner is not None and isinstance(inner.items, list):
            yield from inner.items


def _member(node: Node, key: str) -> Node | None:
    return node.items.get(key) if isinstance(node.items, dict) else None


def _parse(text: str) -> Node:
    """The tree of a JSON text, which is known to be valid."""
    tokens = [(found.group(1), found.start(1), found.end(1)) for found in _TOKEN.finditer(text)]
    node, _ = _value(tokens, 0)
    return node


def _value(tokens: Sequence[tuple[str, int, int]], position: int) -> tuple[Node, int]:
    """The value that begins at a token, and the number of the token behind it."""
    token, start, end = tokens[position]
    position += 1
    if token not in ("{", "["):
        return Node(start, end), position
    members: dict[str, Node] = {}
    listed: list[Node] = []
    while tokens[position][0] not in ("}", "]"):
        if tokens[position][0] == ",":
            position += 1
        elif token == "{":
            key = json.loads(tokens[position][0])
            members[key], position = _value(tokens, position + 2)
        else:
            item, position = _value(tokens, position)
            listed.append(item)
    return Node(start, tokens[position][2], members if token == "{" else listed), position + 1
