"""The user's lines that findings speak of, as text to show."""

from __future__ import annotations

import io
import json
import tokenize
from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from statelint.report.visible import visible

_TAB = 4
# Pygments needs seconds for a megabyte.
_LONGEST_PAINTED = 300_000


class Excerpts:
    """The lines of files and of notebooks' cells, each read once."""

    def __init__(self, coloured: bool) -> None:
        self.coloured = coloured
        self._read: dict[tuple[str, int | None], tuple[Sequence[str], Sequence[Text]]] = {}

    def lines(self, path: str, cell: int | None) -> tuple[Sequence[str], Sequence[Text]]:
        """The lines, and the same as they are shown; empty where they can't be read."""
        if (path, cell) not in self._read:
            lines = _source_lines(path, cell)
            self._read[path, cell] = lines, _painted(lines, self.coloured)
        return self._read[path, cell]


def _source_lines(path: str, cell: int | None) -> Sequence[str]:
    try:
        raw = Path(path).read_bytes()
        if cell is not None:
            source = json.loads(raw)["cells"][cell]["source"]
            text = source if isinstance(source, str) else "".join(source)
        else:
            text = _decoded(raw)
    except (OSError, ValueError, LookupError, TypeError):
        return []
    # Not str.splitlines: Python doesn't end a line at a form feed or at U+2028.
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _decoded(raw: bytes) -> str:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
    except SyntaxError:
        encoding = "utf-8"
    return raw.decode(encoding, errors="replace")


def _painted(lines: Sequence[str], coloured: bool) -> Sequence[Text]:
    shown = [expanded(line) for line in lines]
    if not coloured or sum(map(len, shown)) > _LONGEST_PAINTED:
        return [Text(line) for line in shown]
    from rich.syntax import Syntax

    painted = Syntax("", "python", theme="ansi_dark").highlight("\n".join(shown))
    return list(painted.split("\n", allow_blank=True))


def expanded(line: str) -> str:
    """`line` as it is shown: tabs as spaces, and nothing in it that a terminal would obey."""
    return visible(line.expandtabs(_TAB))


def shown_offset(line: str, column: int) -> int:
    """Where the 1-based `column` of `line` stands in `expanded(line)`, counted in characters from 0."""
    return len(expanded(line[: column - 1]))
