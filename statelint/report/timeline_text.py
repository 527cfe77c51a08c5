"""A timeline in lines of text: as wide as the terminal, and legible without colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

from rich.console import Console
from rich.text import Text

from statelint.report.console import console_for
from statelint.report.timeline import Band, Column, Kind, Timeline, timeline
from statelint.report.visible import can_print, one_line, visible
from statelint.sites import Site
from statelint.trace.recording import Recording

_STYLES = {Kind.CRASH: "bold red", Kind.CARRIED: "bold red", Kind.JUMP: "yellow", Kind.RESET: "green"}
WORDS = {
    Kind.CRASH: "raises",
    Kind.CARRIED: "starts from the state of another pass",
    Kind.JUMP: "doesn't continue the batch before",
    Kind.RESET: "reset",
}
_SHORT = WORDS | {Kind.CARRIED: "state of another pass", Kind.JUMP: "no continuation"}
_PHASES = {"train": "bold blue", "validation": "bold magenta"}
_MOST_NOTES = 6
_WIDEST = 120
# From what shows most to what shows least: batches at the start and the end of a pass, and passes.
_FULL = ((4, 2, 12), (2, 1, 12), (1, 1, 12))
_COMPACT = ((16, 8, 9), (8, 4, 9), (4, 2, 9), (2, 1, 9), (1, 1, 9), (1, 1, 5), (1, 1, 3))


@dataclass(frozen=True, slots=True)
class Signs:
    """The characters that a timeline is drawn with."""

    bars: str
    gap: str
    border: str
    unknown: str
    marks: dict[Kind, str]


_MARKS = {Kind.CRASH: "x", Kind.CARRIED: "!", Kind.JUMP: "~", Kind.RESET: "R"}
UNICODE = Signs("0▁▂▃▄▅▆▇█", "…", "│", "?", _MARKS | {Kind.CRASH: "✗"})
ASCII = Signs("012345678", ":", "|", "?", _MARKS)


def signs_for(console: Console) -> Signs:
    """What this console can print."""
    return UNICODE if can_print("▁▂▃▄▅▆▇█…│✗", console.encoding) else ASCII


def width_of(console: Console) -> int:
    """The width to draw in: a pipe has none, and a page is easier to read than a wide screen."""
    return min(console.width, _WIDEST)


def write(shown: str, recording: Recording, stream: TextIO) -> None:
    """Write the timeline of the program that goes by this path."""
    console = console_for(stream)
    title = timeline(recording).title
    console.print(Text(f"{visible(shown)} on {title}", "bold"))
    for row in rows(recording, width_of(console), signs_for(console)):
        console.print(row)
    console.print()


def rows(recording: Recording, width: int, signs: Signs) -> Iterator[Text]:
    """The whole timeline of a run, in several blocks where it is wider than `width`."""
    margin = 10
    drawn = timeline(recording)
    for head, tail, bands in _FULL:
        drawn = timeline(recording, head=head, tail=tail, bands=bands)
        if all(_span(band, _cell(drawn)) <= width - margin for band in drawn.bands):
            break
    cell = _cell(drawn)
    if not drawn.bands:
        yield Text("No batch went through a model with stateful layers.")
    for what in recording.unwatched:
        yield Text(f"Not all was watched: {one_line(what)}.")
    for number, block in enumerate(_blocks(drawn, cell, width - margin)):
        if number:
            yield Text()
        yield from _block(drawn, block, cell, margin, signs)
    if drawn.hidden_lanes and drawn.bands:
        yield Text(f"{'':{margin}}and {drawn.hidden_lanes} more slots", "dim")
    if drawn.bands:
        yield Text()
        yield from _legend(drawn, signs, width)
    yield from _notes(drawn, width)


def compact(recording: Recording, width: int, signs: Signs, at: Iterable[Site] = ()) -> list[Text]:
    """Passes, state, marks and what they say, in rows of at most `width`; none where no batch ran."""
    sites = tuple(at)
    drawn = timeline(recording, head=1, tail=1, bands=1, at=sites)
    for head, tail, bands in _COMPACT:
        drawn = timeline(recording, head=head, tail=tail, bands=bands, at=sites)
        if drawn.bands and _width(drawn, drawn.bands, 1) <= width - 7:
            break
    if not drawn.bands:
        return []
    found = [*_block(drawn, range(len(drawn.bands)), 1, 7, signs, is_compact=True)]
    said = [f"{signs.marks[kind]} {_SHORT[kind]}" for kind in drawn.kinds]
    if said:
        found.append(Text(f"{'':7}{', '.join(said)}", "dim"))
    for row in found:
        row.truncate(width)
    return found


def _cell(drawn: Timeline) -> int:
    """The width of a batch: its rows, its number and its norm have room, and a space."""
    columns = [column for band in drawn.bands for column in band.columns]
    texts = [lane or "" for column in columns for lane in column.lanes[: drawn.lanes]]
    texts += [_number(column, "…") for column in columns]
    texts += [_norm(column) for column in columns]
    return max(map(len, texts), default=3) + 1


def _span(band: Band, cell: int) -> int:
    return max(len(band.columns) * cell, len(band.titles[-1]))


def _width(drawn: Timeline, bands: Sequence[Band], cell: int) -> int:
    gap = 2 if drawn.hidden_bands and drawn.gap_before else 0
    return sum(_span(band, cell) for band in bands) + 3 * (len(bands) - 1) + gap


def _blocks(drawn: Timeline, cell: int, area: int) -> Iterator[range]:
    """The bands side by side, as many as there is room for."""
    start = 0
    for end in range(1, len(drawn.bands) + 1):
        if end == len(drawn.bands) or _width(drawn, drawn.bands[start : end + 1], cell) > area:
            yield range(start, end)
            start = end


def _block(
    drawn: Timeline, block: range, cell: int, margin: int, signs: Signs, *, is_compact: bool = False
) -> Iterator[Text]:
    """The rows of some bands side by side."""

    def row(name: str, parts: Sequence[Text]) -> Text:
        text = Text(f"{name:<{margin}}", "dim")
        for number, part in zip(block, parts, strict=True):
            if number != block.start:
                text.append(f" {signs.border} ", "dim")
            if number == drawn.gap_before and number:
                text.append(f"{signs.gap} ", "dim")
            text.append_text(part)
            text.append(" " * (_span(drawn.bands[number], cell) - part.cell_len))
        text.rstrip()
        return text

    def cells(show: Sequence[tuple[str, str]]) -> Text:
        return Text().join(Text(f"{shown:>{cell}}", style) for shown, style in show)

    bands = [drawn.bands[number] for number in block]
    yield row("", [_title(band, _span(band, cell)) for band in bands])
    if not is_compact:
        yield row("batch", [cells([(_number(c, signs.gap), "") for c in b.columns]) for b in bands])
    yield row("state", [cells([(_bar(c, signs, cell), "cyan") for c in b.columns]) for b in bands])
    if not is_compact:
        yield row("norm", [cells([(_norm(c), "") for c in b.columns]) for b in bands])
    if any(column.marks for band in bands for column in band.columns):
        yield row("marks", [cells([_mark(c, signs, cell) for c in b.columns]) for b in bands])
    for slot in () if is_compact else range(drawn.lanes):
        yield row(f"slot {slot}", [cells([(_lane(c, slot, signs), "") for c in b.columns]) for b in bands])


def _title(band: Band, room: int) -> Text:
    return Text(
        next((t for t in band.titles if len(t) <= room), band.titles[-1]), _PHASES.get(band.phase, "bold")
    )


def _number(column: Column, gap: str) -> str:
    return f"{gap}{column.hidden}" if column.hidden else str(column.first)


def _norm(column: Column) -> str:
    if column.norm is None:
        return ""
    return (
        f"{column.norm:.2g}" if column.norm < 100 else f"{column.norm:.0f}" if column.norm < 1e5 else "huge"
    )


def _bar(column: Column, signs: Signs, cell: int) -> str:
    if column.hidden:
        return signs.gap
    if column.level is None:
        return signs.unknown
    return signs.bars[column.level] * (min(cell - 1, 3) if column.level and cell > 1 else 1)


def _mark(column: Column, signs: Signs, cell: int) -> tuple[str, str]:
    """The marks of a batch, or where there is room for one only, the gravest."""
    kinds = [kind for kind in Kind if any(mark.kind is kind for mark in column.marks)]
    if not kinds:
        return "", ""
    shown = "".join(signs.marks[kind] for kind in kinds)
    return shown[: max(cell - 1, 1)], _STYLES[kinds[0]]


def _lane(column: Column, slot: int, signs: Signs) -> str:
    if column.hidden:
        return signs.gap
    held = column.lanes[slot]
    return signs.unknown if held is None else held or "-"


def _legend(drawn: Timeline, signs: Signs, width: int) -> Iterator[Text]:
    low, high = signs.bars[1], signs.bars[-1]
    scale = f", {low} to {high} up to {drawn.highest:.3g}" if drawn.highest else ""
    words = [f"state: norm of what enters the batch, 0 zero{scale}"]
    words += [f"{signs.marks[kind]} {WORDS[kind]}" for kind in drawn.kinds]
    if drawn.lanes:
        words.append("slot: the row of the data that it holds")
    if drawn.hidden_bands:
        words.append(f"{drawn.hidden_bands} passes are left out")
    yield from _wrapped("; ".join(words), width, "dim", "")


def _notes(drawn: Timeline, width: int) -> Iterator[Text]:
    for note in drawn.notes[:_MOST_NOTES]:
        yield from _wrapped(f"- {note}", width, "", "  ")
    if len(drawn.notes) > _MOST_NOTES:
        yield Text(f"- and {len(drawn.notes) - _MOST_NOTES} more like these")


def _wrapped(text: str, width: int, style: str, hang: str) -> Iterator[Text]:
    for number, part in enumerate(Text(text, style).wrap(Console(width=width), width - len(hang))):
        part.rstrip()
        yield Text(hang if number else "").append_text(part)
