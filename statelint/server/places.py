"""Places as editors count them: lines and columns from 0, columns in the units that the client chose."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from lsprotocol import types
from pygls.workspace import PositionCodec, ServerTextPosition

from statelint.fixes.text import line_starts
from statelint.sites import Site


class Codec(PositionCodec):
    """A position behind the end of its line means that end."""

    def position_from_client_units(
        self, lines: Sequence[str], position: types.Position
    ) -> ServerTextPosition:
        if position.line < len(lines):
            end = self.client_num_units(lines[position.line].rstrip("\r\n"))
            position = types.Position(position.line, min(position.character, end))
        return super().position_from_client_units(lines, position)


class Lines:
    """The lines of a text, and where its places lie in them."""

    def __init__(self, text: str, codec: PositionCodec) -> None:
        self.text = text
        self._codec = codec
        self._lines = split_lines(text)

    @property
    def newline(self) -> str:
        """What ends the first line."""
        first = self._lines[0]
        return first[len(first.rstrip("\r\n")) :] or "\n"

    def range(self, site: Site) -> types.Range:
        """The range of a place in this text."""
        return types.Range(
            self.position(site.line, site.column), self.position(site.end_line, site.end_column)
        )

    def position(self, line: int, column: int) -> types.Position:
        """The position of a character, whose line and column count from 1."""
        if line > len(self._lines):
            return types.Position(len(self._lines), 0)
        before = self._lines[line - 1][: column - 1]
        return types.Position(line - 1, self._codec.client_num_units(before.rstrip("\r\n")))

    def changed(self, after: str) -> list[types.TextEdit]:
        """The edits that make another text of this one, by whole lines."""
        new = split_lines(after)
        edits = []
        for tag, start, stop, first, last in SequenceMatcher(None, self._lines, new, False).get_opcodes():
            if tag != "equal":
                at = types.Range(self.position(start + 1, 1), self._before(stop))
                edits.append(types.TextEdit(at, "".join(new[first:last])))
        return edits

    def _before(self, row: int) -> types.Position:
        """Where a line, counted from 0, begins, or where the text ends."""
        last = len(self._lines) - 1
        return self.position(row + 1, 1) if row <= last else self.position(row, len(self._lines[last]) + 1)


def split_lines(text: str) -> list[str]:
    """The lines of a text, with their ends; behind the last end stands one more, were it empty."""
    starts = line_starts(text)
    return [text[start:end] for start, end in zip(starts, (*starts[1:], None), strict=True)]


def overlap(one: types.Range, other: types.Range) -> bool:
    """Whether two ranges share a place, were it an end."""
    return _key(one.start) <= _key(other.end) and _key(other.start) <= _key(one.end)


def _key(position: types.Position) -> tuple[int, int]:
    return position.line, position.character
