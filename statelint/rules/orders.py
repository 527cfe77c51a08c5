"""In which order data reach a stateful model, and whether the state of a batch meets the next one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

from statelint.findings import Finding, Status, Verdict
from statelint.rules.base import verdict
from statelint.rules.feeding import batch_argument, may_be_one_batch, training_samples
from statelint.rules.measured import batches_of, calls_at, not_measured
from statelint.rules.sliding import is_one_window
from statelint.sites import Site
from statelint.trace.objects import Data
from statelint.trace.queries import History, entering, is_stateful
from statelint.trace.recording import BatchRun, Recording
from statelint.trace.story import OVER_BATCHES, Feed, Pass, Story
from statelint.values import Ternary, is_


def continued(story: Story) -> Iterator[tuple[Feed, Feed | None]]:
    """The feeds whose batches begin with the state that the batch before left.

    A pass of fit, evaluate or predict over several batches stands for itself (None); a batch that the
    program feeds in a loop of its own comes with the batch before.
    """
    for position, feed in story.feeds():
        if not is_stateful(feed.model):
            continue
        if feed.call.method in OVER_BATCHES:
            if has_several_batches(feed) and _carries(story, position, feed):
                yield feed, None
            elif feed.call.method == "fit" and _is_one_batch(feed):
                earlier = _before(story, position, feed)
                if earlier is not None:
                    yield feed, earlier
        elif feed.data.array is not None:
            earlier = _before(story, position, feed)
            if earlier is not None:
                yield feed, earlier


def fed_by_hand(story: Story) -> Iterator[tuple[Feed, Feed]]:
    """The single windows that a loop feeds, and the single batches of them that it infers from, each with the
    one before whose state it meets.
    """
    for position, feed in story.feeds():
        if feed.call.method not in ("fit", "fit_generator") and is_stateful(feed.model):
            earlier = _before(story, position, feed)
            if earlier is None:
                continue
            if not is_one_window(earlier.data):
                if feed.call.method in OVER_BATCHES and _is_one_batch(feed) and _is_one_batch(earlier):
                    yield feed, earlier
            elif feed.data.samples is None or is_one_window(feed.data):
                yield feed, earlier


def _carries(story: Story, position: int, feed: Feed) -> bool:
    """Whether neither a callback nor the model itself resets the state between two batches of the pass."""
    if feed.may_reset:
        return False
    inner = feed.context.passes[-1] if feed.context.passes else None
    if inner is None or inner.loop.kind != "batches":
        return True
    return inner.index > 0 and entering(story, position, feed).kind == "carried"


def has_several_batches(feed: Feed) -> bool:
    """Whether a pass of fit, evaluate or predict certainly goes over more than one batch."""
    call, data = feed.call, feed.data
    if data.dataset is not None:
        return data.dataset.batches != 1 or is_(data.dataset.repeats, 1) is not Ternary.YES
    if data.array is None and data.kind != "array":
        return data.kind in ("generator", "sequence")
    name = (
        "validation_batch_size"
        if feed.phase == "validation" and "validation_batch_size" in call.arguments
        else "batch_size"
    )
    samples = training_samples(call) if feed.phase == "train" else data.samples
    size = batch_argument(call, name)
    if samples is None or size is None:
        given = call.argument(name)
        return not may_be_one_batch(call, data, given)
    # Where the sizes differ one of them is wrong, and it isn't known which.
    return samples > max(size, call.model.batch_size or 0)


def _is_one_batch(feed: Feed) -> bool:
    """Whether what the program's loop feeds is a single batch, and the first epoch of a fit is meant."""
    trained = training_samples(feed.call) if feed.phase == "train" else feed.data.samples
    samples, size, passes = trained, batch_argument(feed.call), feed.context.passes
    is_first = not passes or passes[-1].loop.kind != "epochs" or passes[-1].index == 0
    return (
        feed.data.array is not None
        and samples is not None
        and size is not None
        and samples <= size
        and is_first
    )


def _before(story: Story, position: int, feed: Feed) -> Feed | None:
    """The batch of the same data that the program's loop fed before this one, with no reset since."""
    if not feed.context.passes:
        return None
    earlier = next(History(story, position, feed.model, feed.context).unbroken(), None)
    if earlier is None or earlier.site != feed.site or earlier.data.array is None:
        return None
    own, theirs = _of_program(feed), _of_program(earlier)
    if not own or not theirs:
        return None
    inner = len(own) == len(theirs) and own[-1].loop.id == theirs[-1].loop.id and own[:-1] == theirs[:-1]
    return earlier if inner and earlier.data.key != feed.data.key else None


def _of_program(feed: Feed) -> tuple[Pass, ...]:
    """The passes of the loops around the call of a feed, without the epochs of a fit."""
    passes = feed.context.passes
    return passes[:-1] if feed.call.method == "fit" and passes[-1].loop.kind == "epochs" else passes


def is_cut_along_rows(feed: Feed) -> bool:
    """Whether the rows of a batch are some of the data's rows, and not all of them for some steps."""
    array = feed.data.array
    return array is None or array.cut is None or array.cut.axis == 0


def separate_rows(data: Data) -> Site | None:
    """The call that made each row of the data a whole sequence of its own, where that is known."""
    source = data.dataset or data.array
    return source.separate_site if source is not None else None


# Measuring


def pairs_of(batches: Sequence[BatchRun]) -> list[tuple[BatchRun, BatchRun]]:
    """The batches of one pass that follow each other, the later one not beginning from zero."""
    found = []
    for a, b in itertools.pairwise(batches):
        one_call = a.call == b.call and a.epoch == b.epoch and a.phase == b.phase and b.batch == a.batch + 1
        by_hand = a.call != b.call and a.batch == b.batch == 0
        if (one_call or by_hand) and b.entering is not None and not b.entering.is_zero:
            found.append((a, b))
    return found


def judge_rows(
    finding: Finding, recording: Recording, rows: Callable[[BatchRun], Sequence[int] | None], what: str
) -> Verdict:
    """Whether the rows of a batch are the ones behind those of the batch before, by their positions."""
    calls = calls_at(recording, *(related.site for related in finding.related))
    batches = batches_of(recording, calls)
    pairs = pairs_of(batches)
    if not pairs:
        if len(batches) > 1 and recording.outcome.status in ("finished", "stopped"):
            return verdict(recording, Status.REFUTED, "no batch begins with the state that another one left")
        return not_measured(recording, "a second batch")
    slots = broken = 0
    example = ""
    for earlier, later in pairs:
        for slot, (before, after) in enumerate(zip(rows(earlier) or (), rows(later) or (), strict=False)):
            slots += 1
            if after != before + (earlier.rows or 0):
                broken += 1
                example = example or f"slot {slot} of a batch holds row {after} {what} after row {before}"
    if not slots:
        return _judge_spans(recording, pairs) or _judge_epochs(recording, batches)
    if broken:
        return verdict(
            recording, Status.CONFIRMED, f"{broken} of {slots} continuations are broken: {example}"
        )
    return verdict(recording, Status.REFUTED, f"all {slots} continuations are in order")


def _judge_spans(recording: Recording, pairs: Sequence[tuple[BatchRun, BatchRun]]) -> Verdict | None:
    """Whether slot 0 moves along its series by the same number of steps from each batch to the next."""
    gaps = [a.span.gap(b.span) for a, b in pairs if a.span is not None and b.span is not None]
    if not gaps:
        return None
    known = [gap for gap in gaps if gap is not None]
    if len(set(known)) > 1 and min(known) < 0 < max(known):
        text = f"slot 0 jumps back and forth in its series, by {min(known)} to {max(known)} steps"
        return verdict(recording, Status.CONFIRMED, text)
    return verdict(recording, Status.REFUTED, f"slot 0 moves forward evenly through {len(gaps)} batches")


def _judge_epochs(recording: Recording, batches: Sequence[BatchRun]) -> Verdict:
    """Whether the same batches come in another order in another pass."""
    passes: dict[tuple[int, int | None], list[str]] = {}
    for batch in batches:
        if batch.inputs is not None:
            passes.setdefault((batch.call, batch.epoch), []).append(batch.inputs)
    first, *later = passes.values() or [[]]
    for order in later:
        if order != first and sorted(order) == sorted(first):
            text = f"a later pass gets the same {len(order)} batches in another order than the first"
            return verdict(recording, Status.CONFIRMED, text)
    return verdict(recording, Status.INCONCLUSIVE, "the rows of the data can't be told apart")
