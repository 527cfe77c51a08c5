"""The user's lines that findings speak of, as text to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.text import Text

from statelint.discover import is_document
from statelint.report.visible import visible
from statelint.source.texts import Texts

_TAB = 4
# Pygments needs seconds for a megabyte.
_LONGEST_PAINTED = 300_000


class Excerpts:
    """The lines of files and of notebooks' cells, each read once."""

    def __init__(self, coloured: bool, texts: Mapping[str, bytes] | None = None) -> None:
        self.coloured = coloured
        self._texts = Texts(texts)
        self._read: dict[tuple[str, int | None], tuple[Sequence[str], Sequence[Text]]] = {}

    def lines(self, path: str, cell: int | None) -> tuple[Sequence[str], Sequence[Text]]:
        """The lines, and the same as they are shown; empty where they can't be read."""
        if (path, cell) not in self._read:
            lines = self._texts.lines(path, cell)
            lexer = "markdown" if cell is None and is_document(path) else "python"
            self._read[path, cell] = lines, _painted(lines, lexer, self.coloured)
        return self._read[path, cell]


def _painted(lines: Sequence[str], lexer: str, coloured: bool) -> Sequence[Text]:
    shown = [expanded(line) for line in lines]
    if not coloured or sum(map(len, shown)) > _LONGEST_PAINTED:
        return [Text(line) for line in shown]
    from rich.syntax import Syntax

    painted = Syntax("", lexer, theme="ansi_dark").highlight("\n".join(shown))
    return list(painted.split("\n", allow_blank=True))


def expanded(line: str) -> str:
    """`line` as it is shown: tabs as spaces, and nothing in it that a terminal would obey."""
    return visible(line.expandtabs(_TAB))


def shown_offset(line: str, column: int) -> int:
    """Where the 1-based `column` of `line` stands in `expanded(line)`, counted in characters from 0."""
    return len(expanded(line[: column - 1]))
