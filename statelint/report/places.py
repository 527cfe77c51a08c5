"""Places and fixes in the files as they lie on disk: a notebook's are those of its JSON text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from statelint.findings import Edit, Fix
from statelint.fixes.notebook import NotebookText
from statelint.fixes.text import changes, in_order, line_starts, with_changes
from statelint.sites import Site
from statelint.source.notebook import DamagedNotebookError, cells_of
from statelint.source.texts import Texts

# From where to where in a file's text, and what stands there then.
Change = tuple[int, int, str]


def utf16_units(text: str) -> int:
    """How long the text is for who counts as JavaScript and .NET do."""
    return len(text) + sum(character > "\uffff" for character in text)


def utf8_bytes(text: str) -> int:
    """How long the text is in a file."""
    return len(text.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True)
class Region:
    """A span of a file: lines and columns from 1, the end column behind the last character."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Replacement:
    """What of a file gives way to a text."""

    region: Region
    text: str


class Places:
    """Turns places into regions of files, with columns in the units that `measure` counts."""

    def __init__(self, given: Mapping[str, bytes], measure: Callable[[str], int]) -> None:
        self.texts = Texts(given)
        self._measure = measure
        self._starts: dict[str, list[int]] = {}
        self._notebooks: dict[str, NotebookText | None] = {}

    def region(self, site: Site) -> Region | None:
        """The region of a place; None where the notebook that it is in can't be read any more."""
        if site.cell is not None:
            notebook = self._notebook(site.path)
            try:
                return None if notebook is None else self._region(site.path, *notebook.span(site))
            except IndexError:
                return None
        first = self._column(site.path, site.line, site.column)
        last = self._column(site.path, site.end_line, site.end_column)
        return Region(site.line, first, site.end_line, last)

    def replacements(self, fix: Fix) -> dict[str, list[Replacement]]:
        """What a fix replaces in each file, in order; nothing where that can't be said of one of them."""
        changed = self._changes(fix)
        return {
            path: [Replacement(self._region(path, start, end), text) for start, end, text in listed]
            for path, listed in changed.items()
        }

    def replacement(self, fix: Fix) -> Replacement | None:
        """All that a fix replaces as one piece, with what stands between its edits; None in several files."""
        changed = self._changes(fix)
        if len(changed) != 1:
            return None
        [(path, listed)] = changed.items()
        start, end = listed[0][0], max(change[1] for change in listed)
        text = with_changes(self.texts.file(path) or "", listed, start, end)
        return Replacement(self._region(path, start, end), text)

    def _changes(self, fix: Fix) -> dict[str, list[Change]]:
        by_file: dict[str, list[Edit]] = {}
        for edit in in_order(fix.edits):
            by_file.setdefault(edit.site.path, []).append(edit)
        try:
            return {path: self._changed(path, edits) for path, edits in by_file.items()}
        except IndexError:  # the file isn't any more what was read
            return {}

    def _changed(self, path: str, edits: Sequence[Edit]) -> list[Change]:
        if all(edit.site.cell is None for edit in edits):
            text = self.texts.file(path)
            if text is None:
                raise IndexError(path)
            return changes(text, edits)
        notebook = self._notebook(path)
        if notebook is None:
            raise IndexError(path)
        return notebook.changes(edits)

    def _notebook(self, path: str) -> NotebookText | None:
        if path not in self._notebooks:
            text = self.texts.file(path)
            try:
                cells_of((text or "").encode("utf-8", "replace"))
                self._notebooks[path] = None if text is None else NotebookText(text)
            except DamagedNotebookError:
                self._notebooks[path] = None
        return self._notebooks[path]

    def _column(self, path: str, line: int, column: int) -> int:
        lines = self.texts.lines(path, None)
        before = lines[line - 1][: column - 1] if line <= len(lines) else ""
        return column + self._measure(before) - len(before)

    def _region(self, path: str, start: int, end: int) -> Region:
        text = self.texts.file(path) or ""
        starts = self._starts.setdefault(path, line_starts(text))
        (line, column), (end_line, end_column) = (self._position(text, starts, k) for k in (start, end))
        return Region(line, column, end_line, end_column)

    def _position(self, text: str, starts: Sequence[int], offset: int) -> tuple[int, int]:
        line = bisect_right(starts, offset)
        return line, 1 + self._measure(text[starts[line - 1] : offset])
