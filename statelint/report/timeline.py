"""The picture of a recorded story: its batches along time, with the state that enters each of them.

A `Timeline` says what to draw and nothing of how; `timeline_text` and `timeline_svg` draw it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from statelint.report.visible import one_line
from statelint.rules.measured import raised
from statelint.sites import Site
from statelint.trace.recording import BatchRun, CallRun, Recording, ResetRun

LEVELS = 8
_MOST_LANES = 8
# Calls of one batch each: a run of them is one pass.
_STEPS = frozenset({"train_on_batch", "test_on_batch", "predict_on_batch", "call", "__call__"})


class Kind(StrEnum):
    """What a mark says."""

    CRASH = "crash"
    CARRIED = "carried"
    JUMP = "jump"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happens at a batch, or right before it."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """One batch of a pass, or (`hidden` > 0) batches that are left out; `first` counts from 1.

    `level` is None where the state isn't known, 0 where it is zero, else 1 … LEVELS.  `lanes` are the
    rows in the first slots, None where nothing is known of them, "" where the batch has no such row.
    """

    first: int
    hidden: int
    norm: float | None
    level: int | None
    lanes: tuple[str | None, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """One pass over data.  `titles` say the same, the longest first; `phase` is that of its batches."""

    phase: str
    titles: tuple[str, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The passes of one run.  `hidden_bands` are left out before the band `gap_before`.

    `lanes` is how many slots are shown, `hidden_lanes` how many aren't; `ending` says how the run
    ended, "" where it just finished.
    """

    title: str
    bands: tuple[Band, ...]
    hidden_bands: int
    gap_before: int
    lanes: int
    hidden_lanes: int
    highest: float
    ending: str

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of marks that occur, in the order of `Kind`."""
        found = {mark.kind for band in self.bands for column in band.columns for mark in column.marks}
        return tuple(kind for kind in Kind if kind in found)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the marks say, in the order of time, each once; resets are too many to tell."""
        marks = [mark for band in self.bands for column in band.columns for mark in column.marks]
        said = [mark.text for mark in marks if mark.kind is not Kind.RESET]
        return tuple(dict.fromkeys([*said, self.ending] if self.ending else said))


@dataclass(frozen=True, slots=True)
class _Pass:
    """Batches that belong together, and what they are called."""

    batches: tuple[BatchRun, ...]
    titles: tuple[str, ...]
    name: str


def timeline(
    recording: Recording, *, head: int = 4, tail: int = 2, bands: int = 12, at: Iterable[Site] = ()
) -> Timeline:
    """The timeline with at most `head` + `tail` batches of each pass, and about `bands` passes.

    Where passes were called `at` one of these sites, only those are shown and the ones before them.
    """
    passes = _passes(recording)
    marks = _marks(recording, passes)
    near = _near(recording, passes, tuple(at))
    kept, gap_before = _ends(near, bands)
    norms = [b.entering.norm for b in recording.batches if b.entering is not None]
    highest = max(filter(math.isfinite, norms), default=0.0)
    rows = max((b.rows or 0 for b in recording.batches), default=0)
    lanes = min(rows, _MOST_LANES)
    known = any(b.row_ids is not None for b in recording.batches)
    return Timeline(
        f"Keras {one_line(recording.version)} ({one_line(recording.backend)})"
        + (f", {', '.join(recording.mended)} mended" if recording.mended else ""),
        tuple(
            Band(one.batches[0].phase, one.titles, _columns(one, marks, highest, lanes, head, tail))
            for one in kept
        ),
        len(passes) - len(kept),
        gap_before,
        lanes if known else 0,
        rows - lanes if known else 0,
        highest,
        _ending(recording),
    )


def _passes(recording: Recording) -> list[_Pass]:
    calls = {call.index: call for call in recording.calls}
    groups: list[list[BatchRun]] = []
    key: object = None
    for batch in recording.batches:
        call = calls.get(batch.call)
        is_step = call is not None and call.name in _STEPS
        new = (call.name, batch.model, call.places[:1]) if call is not None and is_step else _key(batch)
        again = is_step and groups and batch.inputs is not None and batch.inputs == groups[-1][0].inputs
        if new != key or again or (not is_step and batch.batch == 0):
            groups.append([])
        groups[-1].append(batch)
        key = new
    return _titled(recording, calls, groups)


def _key(batch: BatchRun) -> tuple[object, ...]:
    return (batch.call, batch.model, batch.phase, batch.epoch)


def _titled(
    recording: Recording, calls: Mapping[int, CallRun], groups: Sequence[Sequence[BatchRun]]
) -> list[_Pass]:
    several = len({batch.model for batch in recording.batches}) > 1
    names = {model.index: one_line(model.name) for model in recording.models}
    # The calls (or, of steps, the passes) at one place, in their order.
    turns: dict[object, dict[int, None]] = {}
    for number, group in enumerate(groups):
        turns.setdefault(_place(calls.get(group[0].call)), {})[_turn(calls, group[0], number)] = None
    passes = []
    for number, group in enumerate(groups):
        first = group[0]
        call = calls.get(first.call)
        same = list(turns[_place(call)])
        turn = same.index(_turn(calls, first, number)) + 1 if len(same) > 1 else 0
        short, long = _names(call, first, turn, _has_epochs(recording, first))
        if several:
            long += f" of {names.get(first.model, first.model)}"
        where = f"{long}, {call.places[0].where}" if call is not None and call.places else long
        passes.append(_Pass(tuple(group), tuple(dict.fromkeys((where, long, short))), long))
    return passes


def _turn(calls: Mapping[int, CallRun], batch: BatchRun, number: int) -> int:
    call = calls.get(batch.call)
    return number if call is not None and call.name in _STEPS else batch.call


def _place(call: CallRun | None) -> object:
    return None if call is None else (call.name, call.model, call.places[:1])


def _has_epochs(recording: Recording, batch: BatchRun) -> bool:
    return any(other.call == batch.call and other.epoch for other in recording.batches)


def _names(call: CallRun | None, batch: BatchRun, turn: int, has_epochs: bool) -> tuple[str, str]:
    """A short and a long name of a pass; `turn` counts the calls at its place, 0 where there is one."""
    name = "" if call is None else one_line(call.name)
    if name in ("call", "__call__"):
        name = "model(x)"
    counted = f"{name} {turn}" if turn else name
    if batch.phase == "validation":
        return "valid.", f"validation of {counted}" if turn else "validation"
    if has_epochs and batch.epoch is not None:
        return f"epoch {batch.epoch + 1}", f"{counted}, epoch {batch.epoch + 1}"
    if name.endswith("_on_batch"):
        return f"steps {turn}" if turn else "steps", counted
    return (f"eval. {turn}" if turn else "eval.", counted) if name == "evaluate" else (counted, counted)


def _near(recording: Recording, passes: list[_Pass], sites: Sequence[Site]) -> list[_Pass]:
    """The passes called at the sites and those right before them; all where there is none."""
    calls = {
        call.index
        for call in recording.calls
        if any(
            (p.path, p.cell) == (s.path, s.cell) and s.contains_line(p.line)
            for p in call.places
            for s in sites
        )
    }
    there = {number for number, one in enumerate(passes) if one.batches[0].call in calls}
    return [one for number, one in enumerate(passes) if number in there or number + 1 in there] or passes


def _ends(passes: list[_Pass], most: int) -> tuple[list[_Pass], int]:
    """The passes without those in the middle, and where the gap is."""
    if len(passes) <= most:
        return passes, 0
    first = (most + 1) // 2
    return passes[:first] + passes[len(passes) - (most - first) :], first


def _columns(
    one: _Pass, marks: Mapping[int, list[Mark]], highest: float, lanes: int, head: int, tail: int
) -> tuple[Column, ...]:
    columns = [
        _column(number, batch, marks.get(batch.index, ()), highest, lanes)
        for number, batch in enumerate(one.batches, 1)
    ]
    middle = columns[head : len(columns) - tail]
    # A gap takes as much room as a batch.
    if len(columns) <= head + tail or len(middle) == 1:
        return tuple(columns)
    inside = tuple(dict.fromkeys(mark for column in middle for mark in column.marks))
    gap = Column(middle[0].first, len(middle), None, None, (None,) * lanes, inside)
    return (*columns[:head], gap, *columns[len(columns) - tail :])


def _column(number: int, batch: BatchRun, marks: Sequence[Mark], highest: float, lanes: int) -> Column:
    norm = None if batch.entering is None else batch.entering.norm
    level = None if norm is None else _level(norm, highest)
    held = batch.row_ids
    shown = tuple(
        (None if batch.rows is None or slot < batch.rows else "")
        if held is None or slot >= len(held)
        else str(held[slot])
        for slot in range(lanes)
    )
    return Column(number, 0, norm, level, shown, tuple(marks))


def _level(norm: float, highest: float) -> int | None:
    if norm == 0.0:
        return 0
    # A norm is infinite or no number where gradients exploded.
    return min(max(round(norm / highest * LEVELS), 1), LEVELS) if math.isfinite(norm) else None


def _marks(recording: Recording, passes: Sequence[_Pass]) -> dict[int, list[Mark]]:
    """The marks of each batch, by its index."""
    marks: dict[int, list[Mark]] = {batch.index: [] for batch in recording.batches}
    of = {batch.index: one for one in passes for batch in one.batches}
    outcome = recording.outcome
    if outcome.status == "raised" and outcome.batch in marks:
        marks[outcome.batch].append(Mark(Kind.CRASH, _ending(recording)))
    for one in passes:
        first = one.batches[0]
        if (carried := _carried(first, one, of)) is not None:
            marks[first.index].append(Mark(Kind.CARRIED, carried))
        for before, batch in zip(one.batches, one.batches[1:], strict=False):
            if (jump := _jump(before, batch)) is not None:
                marks[batch.index].append(Mark(Kind.JUMP, f"{one.name}: {jump}"))
    for reset in recording.resets:
        if reset.before_batch in marks:
            marks[reset.before_batch].append(Mark(Kind.RESET, _said(reset)))
    return {index: list(dict.fromkeys(found)) for index, found in marks.items()}


def _carried(first: BatchRun, one: _Pass, of: Mapping[int, _Pass]) -> str | None:
    """Which state of another pass enters the first batch of this one."""
    entering, left = first.entering, first.carried_from
    if entering is None or entering.is_zero or first.origin != "carried" or left is None:
        return None
    other = of[left]
    return f"{one.titles[0]}: starts from the state (norm {entering.norm:.3g}) that {other.name} left"


def _jump(before: BatchRun, batch: BatchRun) -> str | None:
    """How a batch that meets the state of the one before fails to continue it."""
    if batch.origin != "carried" or batch.entering is None or batch.entering.is_zero:
        return None
    if before.span is not None and batch.span is not None:
        gap = before.span.gap(batch.span)
        if gap is None:
            return "a slot goes on with another series"
        if gap:
            return f"a slot skips {gap} steps" if gap > 0 else f"a slot reads {-gap} steps again"
    old, new = before.unshuffled or before.row_ids, batch.unshuffled or batch.row_ids
    if old and new and (new[0] < old[0] or list(new) != sorted(new)):
        return "the rows don't come in their order"
    return None


def _said(reset: ResetRun) -> str:
    hook = f" in {one_line(reset.hook)}" if reset.hook else ""
    where = f", {reset.places[0].where}" if reset.places else ""
    return f"reset{hook}{where}" + ("" if reset.norm else " (nothing to clear)")


def _ending(recording: Recording) -> str:
    outcome = recording.outcome
    if outcome.status == "raised":
        return one_line(raised(recording))
    ends = {
        "stopped": "the run was ended after enough batches",
        "timeout": "time ran out",
        "killed": "the program was killed",
    }
    return ends.get(outcome.status, "")
