"""Epoch loops that no reset interrupts: what SRN301 and SRN302 both look at."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from statelint.findings import Finding, Status, Verdict
from statelint.rules.base import verdict
from statelint.rules.continuity import across_sequences
from statelint.rules.growing import has_grown
from statelint.rules.measured import batches_of, calls_at, not_measured
from statelint.rules.relation import are_same_batches, are_same_windows, is_written
from statelint.sites import Site
from statelint.trace.keys import ROUNDINGS
from statelint.trace.objects import Data, Dataset
from statelint.trace.queries import History, is_stateful, position_of, repeats, separating_loop
from statelint.trace.recording import BatchRun, CallRun, Recording
from statelint.trace.story import INFERENCE, Call, Event, Feed, Loop, Reset, Story
from statelint.values import NONE, Ternary, Unknown, Value, is_, number


@dataclass(frozen=True, slots=True)
class Carried:
    """A training feed whose data went through before, in an earlier pass of `loop`, with no reset since."""

    feed: Feed
    position: int
    loop: Loop


@lru_cache(maxsize=64)
def carried_epochs(story: Story) -> tuple[Carried, ...]:
    """The feeds that begin an epoch with the state of the one before; one for each place."""
    return tuple(_carried_epochs(story))


def _carried_epochs(story: Story) -> Iterator[Carried]:
    # Where each pass feeds a sequence of its own, SRN320 asks for a reset between them.
    sequences = {start.feed.site: start.loop for start in across_sequences(story)}
    seen: set[Site] = set()
    for position, feed in story.feeds("train"):
        if feed.site in seen or not is_stateful(feed.model):
            continue
        if not _has_epochs(feed):
            continue
        loop = _repeated_since(story, position, feed)
        if loop is None or not _is_inside(loop, sequences.get(feed.site), feed):
            continue
        if loop.kind == "epochs" or not _is_vague(feed):
            seen.add(feed.site)
            yield Carried(feed, position, loop)


def _is_inside(loop: Loop, outer: Loop | None, feed: Feed) -> bool:
    """Whether a loop lies inside the outer one, where a reset in each pass doesn't reach it."""
    ids = [one.loop.id for one in feed.context.passes]
    return outer is None or outer.id in ids[: ids.index(loop.id)]


def _has_epochs(feed: Feed) -> bool:
    """Whether the same data come again in each pass: not so for a stream that never ends."""
    data = feed.data
    steps = feed.call.argument("steps_per_epoch") if "steps_per_epoch" in feed.call.arguments else NONE
    if _is_vague(feed):
        # Where no steps are counted, an epoch ends where the data end.
        return feed.call.method == "fit" and is_(steps, None) is Ternary.YES
    if _drawn_from(data) is not None:
        return True
    if data.kind in ("generator", "unknown"):
        return data.restarts or (data.rewinds and _is_counted(steps.key))
    if data.dataset is not None and is_(data.dataset.repeats, 1) is not Ternary.YES:
        if _is_one_pass(steps, data.dataset):
            # `dataset.repeat(epochs)` is as long as all epochs together.
            epochs = feed.call.argument("epochs")
            return is_(data.dataset.repeats, None) is Ternary.YES or data.dataset.repeats.key == epochs.key
        return comes_round(feed) is not Ternary.NO
    return data.kind == "array" or is_(steps, None) is Ternary.YES


def comes_round(feed: Feed) -> Ternary:
    """Whether a Dataset that is repeated without end begins again in the middle of fit's epochs."""
    dataset, call = feed.data.dataset, feed.call
    steps = call.argument("steps_per_epoch")
    if dataset is None or not dataset.parts or is_(dataset.repeats, None) is not Ternary.YES:
        return Ternary.NO
    if call.method != "fit" or is_(steps, None) is Ternary.YES or _is_one_pass(steps, dataset):
        return Ternary.NO
    epochs = next((number(p.loop.count) for p in feed.context.passes if p.loop.kind == "epochs"), None)
    size = number(steps)
    if dataset.batches is None or size is None or epochs is None:
        return Ternary.UNKNOWN
    return Ternary.of(epochs * size > dataset.batches)


def _is_vague(feed: Feed) -> bool:
    """Whether it isn't known what kind of data it is, so that it may be a stream."""
    data = feed.data
    return data.kind == "unknown" and not data.restarts and _drawn_from(data) is None


def _drawn_from(data: Data) -> Hashable | None:
    """The endless generator from which a batch is drawn by `next()`, if it goes over the same batches again
    and again.
    """
    found: Hashable = data.key
    while True:
        match found:
            case ("next", source, _):
                return source
            case (_, inner, *_):
                found = inner
            case _:
                return None


def _is_counted(steps: Hashable) -> bool:
    """Whether the steps of an epoch are worked out from how much there is: `rows // batch`."""
    match steps:
        case ("operation", "//" | "/", _, _):
            return True
        case (str(name), Hashable() as inner) if name in ROUNDINGS:
            return _is_counted(inner)
    return False


def _is_one_pass(steps: Value, dataset: Dataset) -> bool:
    """Whether the steps are counted from the rows there are: `rows // batch`, as the Dataset is batched."""
    if number(steps) is not None:
        return number(steps) == dataset.batches
    match steps:
        case Unknown(key=("operation", "//" | "/", _, ("int", int(size)))):
            return size == number(dataset.batch)
        case Unknown(key=("operation", "//" | "/", _, by)):
            return isinstance(dataset.batch, Unknown) and by == dataset.batch.key
        case Unknown(key=(str(name), Hashable() as inner)) if name in ROUNDINGS:
            return _is_one_pass(Unknown(steps.reason, inner), dataset)
    return False


def _repeated_since(story: Story, position: int, feed: Feed) -> Loop | None:
    history = History(story, position, feed.model, feed.context)
    # What callbacks ask the model is SRN313, and no reset either.
    asked = (e for e in history.unbroken() if e.context.hook is None or e.phase not in INFERENCE)
    for back, earlier in enumerate(asked):
        if back == 0 and earlier.phase in INFERENCE:
            # Training goes on from an inference: that is SRN305.
            return None
        if earlier.phase != "train":
            continue
        loop = separating_loop(earlier.context, feed.context)
        is_same = earlier.data.key == feed.data.key or are_same_windows(earlier.data, feed.data)
        is_same = is_same or are_same_batches(earlier.data, feed.data)
        is_again = is_same or _is_drawn_again(earlier, feed, loop) or _has_more_rows(earlier, feed)
        if is_again and is_written(story, position_of(story, earlier), position, feed.data):
            continue
        if is_again and loop is not None and loop.kind != "batches" and _has_several(loop, feed.call):
            return loop
    return None


def _has_more_rows(earlier: Feed, feed: Feed) -> bool:
    """Whether a fit begins with all rows of an earlier one there, and goes on with others."""
    is_same = earlier.site == feed.site and feed.call.method == "fit"
    return is_same and feed.data.samples != 1 and has_grown(earlier.data, feed.data)


def _is_drawn_again(earlier: Feed, feed: Feed, loop: Loop | None) -> bool:
    """Whether a loop around the one that draws its batches lies between two feeds from one generator."""
    source = _drawn_from(feed.data)
    is_same = source is not None and earlier.site == feed.site and _drawn_from(earlier.data) == source
    return is_same and loop is not None and feed.context.passes[-1].loop.id != loop.id


def _has_several(loop: Loop, call: Call) -> bool:
    return repeats(loop) is Ternary.YES or bool(assumed_epochs(loop, call))


def assumed_epochs(loop: Loop, call: Call) -> tuple[str, ...]:
    """What has to be assumed for fit's epochs to be several: who passes a number of them means more than one.

    With `initial_epoch=` a call may run just the next one.
    """
    if loop.kind != "epochs" or number(loop.count) is not None or "initial_epoch" in call.arguments:
        return ()
    return ("epochs is more than 1",) if "epochs" in call.arguments else ()


def outside_reset(story: Story, carried: Carried) -> Reset | None:
    """The reset right before or right after the epoch loop (itself, or in a helper that only resets).

    One behind a fit that prepares an inference is where it has to be, and none of these.
    """
    loop, feed = carried.loop, carried.feed
    concerned = _Concerned(feed)
    inside = [k for k, event in enumerate(story.events) if event.context.within(loop) and concerned.by(event)]
    if not inside:
        return None
    before = next((e for e in reversed(story.events[: inside[0]]) if concerned.by(e)), None)
    behind = [e for e in story.events[inside[-1] + 1 :] if concerned.by(e)]
    is_right = loop.kind == "epochs" and _serves_inference(story, behind, feed)
    after = None if is_right else next(iter(behind), None)
    for event in (before, after):
        if (
            isinstance(event, Reset)
            and not _is_of_other_loop(story, event, carried.feed)
            and (event.context.hook == "on_train_begin" or _is_beside(story, event, feed))
        ):
            return event
    return None


def _serves_inference(story: Story, behind: list[Event], feed: Feed) -> bool:
    """Whether the first event is a reset that the training doesn't repeat, and an inference comes next."""
    first = next(iter(behind), None)
    if first is None:
        return False
    shared = {one.loop.id for one in first.context.passes if feed.context.within(one.loop)}
    again = (
        separating_loop(other.context, feed.context)
        for _, other in story.feeds("train")
        if other.site == feed.site and other.model.id == feed.model.id
    )
    if any(loop is not None and loop.id in shared for loop in again):
        return False
    runs = (e for e in behind if isinstance(e, Feed) and not e.context.excludes(first.context))
    following = next(runs, None)
    return following is not None and following.phase in INFERENCE


def _is_of_other_loop(story: Story, reset: Reset, feed: Feed) -> bool:
    """Whether the reset stands in a loop that runs a model, and not the training: it is for what that loop
    feeds.
    """
    return any(
        not feed.context.within(one.loop)
        and any(other.context.within(one.loop) for _, other in story.feeds())
        for one in reset.context.passes
    )


def _is_beside(story: Story, reset: Reset, feed: Feed) -> bool:
    """Whether the reset stands in the function that trains, or in a helper called there that runs no
    model.
    """
    outer = feed.context.stack
    stack = reset.context.stack
    if stack[: len(outer)] != outer:
        return False
    helper = stack[: len(outer) + 1]
    return stack == outer or not any(
        isinstance(e, Feed) and e.context.stack[: len(helper)] == helper for e in story.events
    )


class _Concerned:
    """The model of a feed, and its stateful layers."""

    def __init__(self, feed: Feed) -> None:
        self.model = feed.model.id
        self.stateful = {layer.id for layer in feed.model.stateful_layers}

    def by(self, event: Event) -> bool:
        if isinstance(event, Reset):
            return event.layers is None or bool(event.layers & self.stateful)
        return isinstance(event, Feed) and event.model.id == self.model


def judge_epochs(finding: Finding, recording: Recording, *sites: Site) -> Verdict:
    """Whether the first batch of a later pass over the same data meets the state of an earlier pass."""
    calls = calls_at(recording, *sites)
    batches = batches_of(recording, calls, "train", "call")
    by_index = {call.index: call for call in calls}
    period = _period([batch for batch in batches if not by_index[batch.call].name.startswith("fit")])
    turns = _turns(batches)
    for position, batch in enumerate(batches):
        call = by_index[batch.call]
        again = batch.batch == 0 and bool(batch.epoch)
        if call.index in turns:
            again = batch.index == turns[call.index].index
        if not again and call.name.startswith("fit") and batch.batch == 0:
            again = any(
                _is_fed_again(call, batch, earlier, by_index[earlier.call]) for earlier in batches[:position]
            )
        if not again and not call.name.startswith("fit"):
            again = period is not None and position > 0 and position % period == 0
        if not again or batch.entering is None:
            continue
        when = (
            f"batch {batch.batch + 1} of epoch {batch.epoch + 1}"
            if batch.epoch
            else "the first batch of a later pass over the same data"
        )
        if batch.entering.is_zero:
            return verdict(recording, Status.REFUTED, f"a zero state enters {when}")
        if batch.origin == "carried":
            return verdict(
                recording, Status.CONFIRMED, f"a state of norm {batch.entering.norm:.3g} enters {when}"
            )
        return verdict(recording, Status.INCONCLUSIVE, f"{when} meets a state that was set by other means")
    if batches and recording.outcome.status == "finished":
        return verdict(recording, Status.REFUTED, "the data went through the model only once")
    return not_measured(recording, "a second epoch")


def _turns(batches: Sequence[BatchRun]) -> dict[int, BatchRun]:
    """The batches with which the data of a fit begin again in the middle of an epoch, by their calls; none of
    a call whose epochs begin with the data.
    """
    by_call: dict[int, list[BatchRun]] = {}
    for batch in batches:
        by_call.setdefault(batch.call, []).append(batch)
    found: dict[int, BatchRun] = {}
    for call, own in by_call.items():
        begun = [batch.inputs for batch in own[:2]]
        again = [
            one
            for one, following in itertools.pairwise(own[1:])
            if None not in begun and [one.inputs, following.inputs] == begun
        ]
        if again and all(batch.batch for batch in again):
            found[call] = again[0]
    return found


def _is_fed_again(call: CallRun, batch: BatchRun, earlier: BatchRun, earlier_call: CallRun) -> bool:
    """Whether a fit begins with what an earlier fit of the same data began with."""
    if earlier_call.index == call.index or earlier.batch != 0:
        return False
    if call.data is not None and call.data == earlier_call.data:
        return True
    # Of data that have grown the first batch is the same.
    return batch.inputs is not None and batch.inputs == earlier.inputs


def _period(batches: list[BatchRun]) -> int | None:
    """After how many batches a hand-written loop feeds the same again; None where it never does."""
    inputs = [batch.inputs for batch in batches]
    if None in inputs:
        return None
    for period in range(1, len(inputs)):
        if all(one == other for one, other in zip(inputs, inputs[period:], strict=False)):
            return period
    return None
