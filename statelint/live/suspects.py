"""What a recording may show to be wrong, asked of the rules' oracles without their static half.

Each oracle judges a finding.  Here the least finding is made for it: the rule, the place, and the calls
that it is about.  What a program means can't be seen in what it did, so a suspect is only made where the
recording itself tells it from the uses that are right.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from statelint.live.view import View
from statelint.rules import (
    partial_reset,
    predict_in_callback,
    reset_every_batch,
    shuffled_batches,
    shuffled_dataset,
    shuffled_split,
    state_carried_across_epochs,
    state_carried_into_inference,
    state_carried_into_training,
    stateful_bidirectional,
    stateful_go_backwards,
    stateful_time_distributed,
    stateful_with_initial_state,
    validation_leak,
)
from statelint.trace.recording import BatchRun, CallRun, LayerSeen, Place, Recording

SHORT_BATCH = "cut the data to whole batches of the size that the model's states have"
CONTINUE = (
    "let row i of a batch begin where row i of the batch before ended: cut the series into as many equal "
    "lanes as a batch has rows, and each lane into windows that follow one another"
)

LOOP = "the loop feeds the same data again without a reset: pass 2 starts from the state that pass 1 left"


@dataclass(frozen=True, slots=True)
class Suspect:
    """A rule to ask about `calls`, for what happened at `place`; `related` is for its oracle alone."""

    code: str
    place: Place
    message: str
    instead: str
    calls: tuple[CallRun, ...]
    related: tuple[Place, ...] = ()


def suspects(recording: Recording) -> Iterator[Suspect]:
    """All that may be wrong with the calls of a recording, those made in callbacks included."""
    view = View(recording)
    for call in recording.calls:
        if not view.of(call) or not call.places:
            continue
        if call.parent is not None:
            yield from _in_callback(view, call)
            continue
        torn = list(_torn(view, call))
        yield from torn
        if not torn:
            yield from _discontinuous(view, (call,))
        yield from _misfit(view, call)
        yield from _validation(view, call)
        yield from _partly_reset(view, call)
        yield from _inherited(view, call)
        if call.name == "fit":
            yield from _epochs(view, call)
            yield from _reset_each_batch(view, call)
    for calls in view.by_hand():
        yield from _epochs_by_hand(view, calls)
        yield from _discontinuous(view, calls)
    for model in recording.models:
        for layer in model.layers:
            if layer.stateful and layer.places:
                yield from _layer(recording, layer)


# Layers


def _layer(recording: Recording, layer: LayerSeen) -> Iterator[Suspect]:
    """A stateful layer that reads backwards, is run more than once in a step, or is given its state."""
    here, calls = layer.places[0], recording.calls
    if layer.backwards and layer.wrapper == "Bidirectional":
        message = (
            f"Bidirectional around a stateful layer: its backward half ({layer.name}) carries the state "
        )
        message += "against time"
        yield Suspect("SRN104", here, message, stateful_bidirectional.INSTEAD, calls)
    elif layer.backwards:
        message = f"{layer.name} is stateful and reads backwards: the state flows against time"
        yield Suspect("SRN108", here, message, stateful_go_backwards.INSTEAD, calls)
    if layer.wrapper == "TimeDistributed" and layer.runs > 1:
        message = f"TimeDistributed around a stateful layer ({layer.name})"
        yield Suspect("SRN111", here, message, stateful_time_distributed.INSTEAD, calls)
    if layer.given_state:
        message = f"an initial state is given to {layer.name}, which is stateful"
        yield Suspect("SRN110", here, message, stateful_with_initial_state.INSTEAD, calls, (here,))


# Order


def _torn(view: View, call: CallRun) -> Iterator[Suspect]:
    """A pass whose batches inherit states, but hold their rows in random order."""
    training = view.of(call, "train")
    batches = training or view.of(call, "evaluate", "predict")
    if not any(_inherits(b) for b in batches if b.batch):
        return
    here = call.places[0]
    apart = "so that the rows of a batch don't continue those of the batch before"
    if call.name == "fit" and call.data_kind in ("array", "sequence"):
        what = "the order of its batches" if call.data_kind == "sequence" else "the samples"
        message = shuffled_batches.message(what, "as it was told to or by default")
        if _is_random([b.row_ids for b in training]) or _changes(training):
            yield Suspect("SRN201", here, message, shuffled_batches.INSTEAD, (call,))
            return
    if call.data_kind not in ("array", "sequence"):
        rows = [b.row_ids or b.unshuffled for b in batches]
        if _is_random(rows) or _changes(batches) or _jumps(batches):
            message = f"the data that {call.name}() reads are shuffled, {apart}"
            yield Suspect("SRN202", here, message, shuffled_dataset.INSTEAD, (call,), (here,))
    elif _is_random([b.unshuffled for b in batches]):
        message = f"{call.name}() reads the samples in random order, {apart}"
        yield Suspect("SRN203", here, message, shuffled_split.INSTEAD, (call,), (here,))


def _is_random(rows: Sequence[Sequence[int] | None]) -> bool:
    """Whether the rows of each slot move on by other steps nearly every time.

    Lanes, windows and interleaved series move on evenly, but where one of them ends.
    """
    return _are_uneven(
        after - before
        for one, other in itertools.pairwise(rows)
        for before, after in zip(one or (), other or (), strict=False)
    )


def _jumps(batches: Sequence[BatchRun]) -> bool:
    """Whether the first rows jump back and forth in their series."""
    pairs = [(a.span, b.span) for a, b in itertools.pairwise(batches) if b.batch]
    gaps = [gap for a, b in pairs if a is not None and b is not None and (gap := a.gap(b)) is not None]
    return bool(gaps) and min(gaps) < 0 < max(gaps) and _are_uneven(gaps)


def _are_uneven(moves: Iterable[int]) -> bool:
    counts = Counter(moves)
    return sum(counts.values()) > 2 and 2 * counts.most_common(1)[0][1] <= sum(counts.values())


def _changes(batches: Iterable[BatchRun]) -> bool:
    """Whether one epoch gets the very batches of another in another order."""
    epochs: dict[int | None, list[str]] = {}
    for batch in batches:
        if batch.inputs is not None:
            epochs.setdefault(batch.epoch, []).append(batch.inputs)
    first, *later = epochs.values() or [[]]
    return any(order != first and sorted(order) == sorted(first) for order in later)


def _discontinuous(view: View, calls: tuple[CallRun, ...]) -> Iterator[Suspect]:
    here = calls[0].places[0]
    if any(b.span is not None for b in view.of_all(calls)):
        message = "the windows in the batches don't continue each other"
        yield Suspect("SRN208", here, message, CONTINUE, calls)


def _misfit(view: View, call: CallRun) -> Iterator[Suspect]:
    """A batch of one row that was spread over all states without an error."""
    for batch in view.of(call):
        rows = batch.entering.rows if batch.entering is not None else None
        if batch.rows is None or rows is None or batch.rows == rows or not batch.finished:
            continue
        if not batch.batch:
            code, message = "SRN206", f"batches of {batch.rows}, but the model's states have {rows} rows"
        elif call.data_kind == "array":
            code = "SRN204"
            message = f"the samples leave a last batch of {batch.rows}, but the model's batch is {rows}"
        else:
            code, message = (
                "SRN205",
                f"the last batch has {batch.rows} row, but the model's states have {rows}",
            )
        yield Suspect(code, call.places[0], message, SHORT_BATCH, (call,), (call.places[0],))
        return


# Resets


def _epochs(view: View, call: CallRun) -> Iterator[Suspect]:
    """A fit of which a later epoch, or which itself after another fit, reads the same data again."""
    here, rule = call.places[0], state_carried_across_epochs
    starts = [b for b in view.of(call, "train") if b.batch == 0 and b.epoch and _inherits(b)]
    # What a call in a callback left is SRN313.
    if any(b.carried_from in view.indices(call) and view.is_again(call, b) for b in starts):
        message = "there is no reset between the epochs: epoch 2 starts from the state that epoch 1 left"
        yield Suspect("SRN301", here, message, rule.IN_CALLBACK, (call,))
        return
    start = view.first(call, "train")
    source = view.source(start) if start is not None and _inherits(start) else None
    before = view.call_of(source) if source is not None else None
    if before is None or before.name != "fit" or before.places[:1] != call.places[:1] or before is call:
        return
    if call.data is not None and call.data == before.data:
        yield Suspect("SRN301", here, LOOP, rule.IN_LOOP, (before, call))


def _epochs_by_hand(view: View, calls: tuple[CallRun, ...]) -> Iterator[Suspect]:
    """A loop of training steps that goes through the same batches again.

    Its batches must differ, or a series that repeats itself would look like that.
    """
    batches = view.of_all(calls, "train", "call")
    inputs = [batch.inputs for batch in batches]
    period = next((k for k, given in enumerate(inputs) if k and given == inputs[0]), None)
    if period is None or period < 2 or len(set(inputs[:period])) < period or None in inputs:
        return
    again = batches[period]
    source = view.source(again)
    if _inherits(again) and source is not None and source.call in {call.index for call in calls}:
        yield Suspect("SRN301", calls[0].places[0], LOOP, state_carried_across_epochs.IN_LOOP, calls)


def _reset_each_batch(view: View, call: CallRun) -> Iterator[Suspect]:
    """A fit in which no batch inherits a state, because all are reset."""
    batches = view.of(call, "train")
    later = [b for b in batches if b.batch]
    if len(later) < 2 or not all(b.origin == "zero" for b in later):
        return
    left = [b.leaving for b in batches if b.leaving is not None]
    if left and all(probe.is_zero for probe in left):
        return
    resets = view.resets_between(batches[0], batches[-1])
    reset = next((r for r in resets if r.hook and "batch" in r.hook), None)
    here, where = call.places[0], "in every batch"
    place = here
    if reset is not None and reset.places:
        place, where = reset.places[0], f"in `{reset.hook}`"
    elif resets:
        return
    message = f"the state is reset {where}, before each batch has been continued by the next"
    yield Suspect("SRN303", place, message, reset_every_batch.INSTEAD, (call,), (here,))


def _validation(view: View, call: CallRun) -> Iterator[Suspect]:
    first = view.first(call, "validation")
    if first is None or not _inherits(first):
        return
    later = next((b for b in view.of(call, "train") if b.batch == 0 and b.index > first.index), None)
    back = later is not None and _inherits(later)
    if not back and view.continues(first):
        # The series goes on in the validation, and every epoch starts afresh.
        return
    message = "validation starts from the state that training left"
    if back:
        message += ", and the next epoch from the state that validation left"
    yield Suspect("SRN306", call.places[0], message, validation_leak.INSTEAD, (call,))


def _partly_reset(view: View, call: CallRun) -> Iterator[Suspect]:
    """The first batch of an epoch, or of a call, that finds some layers' states at zero and others' not."""
    for batch in view.of(call):
        layers = batch.entering.layers if batch.entering is not None else {}
        if batch.batch or not any(layers.values()) or all(layers.values()):
            continue
        reset = view.reset_before(batch)
        if reset is not None and reset.target == "layer" and reset.places:
            kept = ", ".join(name for name, norm in layers.items() if norm)
            count = sum(1 for norm in layers.values() if not norm)
            message = f"{count} of {len(layers)} stateful layers are reset: {kept} isn't"
            here = call.places[0]
            yield Suspect("SRN319", reset.places[0], message, partial_reset.INSTEAD, (call,), (here,))
            return


# From call to call


def _inherited(view: View, call: CallRun) -> Iterator[Suspect]:
    """A call whose first batch meets the state that another kind of call left, or that read the same data."""
    first = view.first(call)
    source = view.source(first) if first is not None and _inherits(first) else None
    if first is None or source is None or view.continues(first):
        return
    before = view.call_of(source)
    if before.index == call.index or before.parent is not None or not before.places:
        return
    here, there, left = call.places[0], before.places[0], _name(before)
    is_training = first.phase == "train" or bool(call.tapes)
    from_training = source.phase in ("train", "validation") or bool(before.tapes)
    if is_training and not from_training:
        message = f"training goes on from the state that {left} left, as if its data continued those"
        instead = state_carried_into_training.INSTEAD
        yield Suspect("SRN305", here, message, instead, (before, call), (there,))
    elif not is_training and (from_training or view.is_read_again(call, first)):
        again = " goes again over data that the model has just read, and"
        again = again if view.is_read_again(call, first) else ""
        message = f"{_name(call)}{again} starts from the state that {left} left"
        instead = state_carried_into_inference.INSTEAD
        yield Suspect("SRN304", here, message, instead, (before, call), (there,))


def _in_callback(view: View, call: CallRun) -> Iterator[Suspect]:
    parent = view.calls[call.parent] if call.parent is not None else None
    if parent is None or view.first(call) is None:
        return
    message = (
        f"{_name(call)} in a callback moves the state of the model that is being trained: the training goes "
        "on from what it left"
    )
    yield Suspect("SRN313", call.places[0], message, predict_in_callback.INSTEAD, (parent, call))


def _inherits(batch: BatchRun) -> bool:
    return batch.origin == "carried" and batch.entering is not None and not batch.entering.is_zero


def _name(call: CallRun) -> str:
    return "the model's call" if call.name == "call" else f"{call.name}()"
