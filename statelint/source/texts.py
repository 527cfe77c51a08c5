"""The lines of files and of notebooks' cells, as findings count them."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Mapping, Sequence
from pathlib import Path

from statelint.sites import Site
from statelint.source.magics import normalised
from statelint.source.notebook import Cell, DamagedNotebookError, cells_of


class Texts:
    """The files that findings speak of, each read once; `given` has the contents of some by their paths."""

    def __init__(self, given: Mapping[str, bytes] | None = None) -> None:
        self._given = given or {}
        self._notebooks: dict[str, list[Cell]] = {}
        self._read: dict[tuple[str, int | None], Sequence[str]] = {}
        self._files: dict[str, str | None] = {}

    def file(self, path: str) -> str | None:
        """The text of a file without the mark that it may begin with; None where it can't be read."""
        if path not in self._files:
            try:
                self._files[path] = decoded(self._bytes(path))
            except OSError:
                self._files[path] = None
        return self._files[path]

    def lines(self, path: str, cell: int | None) -> Sequence[str]:
        """The lines of a file or a cell; empty where they can't be read."""
        if (path, cell) not in self._read:
            self._read[path, cell] = self._lines(path, cell)
        return self._read[path, cell]

    def at(self, site: Site) -> Sequence[str]:
        """The whole lines of a place."""
        return self.lines(site.path, site.cell)[site.line - 1 : site.end_line]

    def _lines(self, path: str, cell: int | None) -> Sequence[str]:
        try:
            raw = self._bytes(path)
            text = decoded(raw) if cell is None else self._cell(path, raw, cell)
        except (OSError, DamagedNotebookError, IndexError):
            return []
        # Not str.splitlines: Python doesn't end a line at a form feed or at U+2028.
        return normalised(text).split("\n")

    def _bytes(self, path: str) -> bytes:
        return self._given[path] if path in self._given else Path(path).read_bytes()

    def _cell(self, path: str, raw: bytes, cell: int) -> str:
        if path not in self._notebooks:
            self._notebooks[path] = cells_of(raw)
        return self._notebooks[path][cell].text


def decoded(raw: bytes) -> str:
    """The text of a file in the encoding that it names, UTF-8 where it names none."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
    except SyntaxError:
        encoding = "utf-8"
    return raw.decode(encoding, errors="replace")
