"""A code frame: the lines around the marked places of one file, in their order, each place underlined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from statelint.report.excerpt import expanded, shown_offset
from statelint.sites import Site

_CONTEXT = 2
# Of a longer span only the head and the last line are shown.
_TALLEST = 7
_HEAD = 4


@dataclass(frozen=True, slots=True)
class Signs:
    """The characters that a frame is drawn with."""

    bar: str
    gap: str
    primary: str
    related: str
    cut: str


UNICODE = Signs("│", "⋮", "━", "─", "…")
ASCII = Signs("|", ":", "^", "-", "~")


@dataclass(frozen=True, slots=True)
class Mark:
    """A place to underline, with a label beside the line."""

    site: Site
    label: str
    style: str
    is_primary: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of `marks`, all in the file of these `lines`; `painted` are the lines as they are shown."""

    lines: Sequence[str]
    painted: Sequence[Text]
    marks: Sequence[Mark]
    signs: Signs
    width: int

    def rows(self) -> Iterator[Text]:
        """The rows to print, each at most `width` cells wide; none where no mark lies within the lines."""
        numbers = sorted(self._numbers())
        margin = max(3, len(str(numbers[-1]))) if numbers else 0
        area = max(self.width - margin - 5, 20)
        accused = {n: mark for mark in self.marks if mark.is_primary for n in _span(mark.site)}
        previous = numbers[0] if numbers else 0
        for number in numbers:
            if number > previous + 1:
                yield Text(f"  {self.signs.gap:>{margin}}", style="dim")
            previous = number
            beginning = [mark for mark in self.marks if mark.site.line == number]
            offset = self._offset(beginning, area)
            row = Text("> " if number in accused else "  ")
            row.append(f"{number:>{margin}}", "" if number in accused else "dim")
            if number in accused:
                row.stylize(accused[number].style)
            row.append(f" {self.signs.bar} ", "dim")
            row.append_text(self._cropped(self.painted[number - 1], offset, area))
            yield stripped(row)
            for mark in sorted(beginning, key=lambda mark: not mark.is_primary):
                for part in self._underline(mark, offset, area):
                    yield Text(f"  {' ' * margin} ").append(f"{self.signs.bar} ", "dim").append_text(part)

    def _numbers(self) -> set[int]:
        """The numbers of the lines to show: those of every mark, and those around the primary one."""
        numbers: set[int] = set()
        for mark in self.marks:
            span = [n for n in _span(mark.site) if 1 <= n <= len(self.lines)]
            if not span:
                continue
            numbers.update(span if len(span) <= _TALLEST else [*span[:_HEAD], span[-1]])
            if mark.is_primary:
                around = range(max(span[0] - _CONTEXT, 1), min(span[-1] + _CONTEXT, len(self.lines)) + 1)
                written = [n for n in around if self.lines[n - 1].strip() or n in span]
                numbers.update(n for n in around if written[0] <= n <= written[-1] and n not in span)
        # A gap of one line takes no less room than the line.
        numbers.update([n + 1 for n in numbers if n + 1 not in numbers and n + 2 in numbers])
        return numbers

    def _cells(self, mark: Mark) -> tuple[int, int]:
        """The first cell of the mark in its first line, and the cell behind its last."""
        site, line = mark.site, self.lines[mark.site.line - 1]
        until = site.end_column if site.end_line == site.line else len(line.rstrip()) + 1
        shown = expanded(line)
        start = cell_len(shown[: shown_offset(line, site.column)])
        return start, max(cell_len(shown[: shown_offset(line, until)]), start + 1)

    def _offset(self, marks: Sequence[Mark], area: int) -> int:
        """How many cells to scroll a line, so that its first mark is in sight."""
        if not marks:
            return 0
        start, end = self._cells(min(marks, key=lambda mark: (not mark.is_primary, mark.site.column)))
        return 0 if end <= area or start <= area // 3 else start - area // 4

    def _cropped(self, text: Text, offset: int, area: int) -> Text:
        if offset == 0 and text.cell_len <= area:
            return text
        kept = text.copy()
        if offset:
            kept = Text(self.signs.cut, "dim") + text[_characters(text.plain, offset + 1) :]
        if kept.cell_len > area:
            kept.truncate(area - 1)
            kept.append(self.signs.cut, "dim")
        return kept

    def _underline(self, mark: Mark, offset: int, area: int) -> Iterator[Text]:
        start, end = (min(max(cell - offset, 0), area) for cell in self._cells(mark))
        # What begins behind a line that fills its row.
        start = min(start, area - 1)
        sign = self.signs.primary if mark.is_primary else self.signs.related
        row = Text(" " * start).append(sign * max(end - start, 1), mark.style)
        room = area - end - 1
        label = Text(mark.label, mark.style)
        if not mark.label or label.cell_len <= room:
            yield stripped(row.append(" ").append_text(label))
            return
        yield row
        indent = min(start, max(area - 40, 0))
        for part in label.wrap(Console(width=area), area - indent):
            yield Text(" " * indent).append_text(part)


def _span(site: Site) -> range:
    return range(site.line, site.end_line + 1)


def _characters(text: str, cells: int) -> int:
    """How many characters of `text` fill `cells`."""
    filled = 0
    for number, character in enumerate(text):
        if filled >= cells:
            return number
        filled += cell_len(character)
    return len(text)


def stripped(row: Text) -> Text:
    """`row` without the space at its end."""
    row.rstrip()
    return row
