"""SRN201: fit draws the samples in random order, so no batch continues the one before."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator, Sequence

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.remedies import PassArgument
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.feeding import batch_argument, is_counted, is_trimmed, may_be_one_batch, training_samples
from statelint.rules.first_batch import more_rows_than, too_many_rows
from statelint.rules.measured import batches_of, calls_at, not_measured
from statelint.rules.places import given_at
from statelint.trace.keys import parts
from statelint.trace.objects import Data
from statelint.trace.queries import entering, is_stateful
from statelint.trace.recording import BatchRun, Recording
from statelint.trace.story import Call, Story, Trace
from statelint.values import Ternary, assumptions, holds, number

INSTEAD = "pass `shuffle=False` to fit()"


class ShuffledBatches(Rule):
    code = "SRN201"
    name = "shuffled-batches"
    severity = Severity.WARNING
    why = (
        "Row i of a batch starts from the state that row i of the batch before left: shuffled, that is some "
        "other row's."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            for call in story.calls():
                if not is_stateful(call.model) or not shuffles(story, call) or _carries_nothing(story, call):
                    continue
                rows = too_many_rows(story, call)
                values = rows.values if rows else ()
                if _goes_over_rows_again(call):
                    values = (*values, more_rows_than(batch_argument(call) or 1))
                layer = call.model.stateful_layers[0]
                what = "the order of its batches" if call.data.kind == "sequence" else "the samples"
                how = "as it is told to" if "shuffle" in call.arguments else "which is its default"
                yield Report(
                    site=call.site,
                    message=message(what, how),
                    instead=INSTEAD,
                    assumptions=assumptions(layer.stateful, call.argument("shuffle"), *values),
                    related=(Related(layer.site, f"{layer.kind} keeps its state from batch to batch"),),
                    remedy=PassArgument(call.site, "shuffle", "False", given_at(call, "shuffle")),
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        calls = calls_at(recording, finding.site)
        batches = batches_of(recording, calls, "train")
        pairs = [(a, b) for a, b in itertools.pairwise(batches) if _follows(a, b)]
        if not pairs:
            if batches and recording.outcome.status in ("finished", "stopped"):
                return verdict(recording, Status.REFUTED, "each epoch is a single batch")
            return not_measured(recording, "a second batch")
        slots = broken = 0
        example = ""
        for earlier, later in pairs:
            for slot, (before, after) in enumerate(
                zip(earlier.row_ids or (), later.row_ids or (), strict=False)
            ):
                slots += 1
                expected = before + (earlier.rows or 0)
                if after != expected:
                    broken += 1
                    example = example or (
                        f"slot {slot} of batch {later.batch + 1} got row {after} after row {before}, not row "
                        f"{expected}"
                    )
        if not slots:
            return _judge_order(recording, batches)
        if broken:
            return verdict(
                recording, Status.CONFIRMED, f"{broken} of {slots} continuations are broken: {example}"
            )
        return verdict(recording, Status.REFUTED, f"all {slots} continuations are in order")


def message(what: str, how: str) -> str:
    apart = "so that the rows of a batch don't continue those of the batch before"
    return f"fit() shuffles {what} in every epoch, {how}, {apart}"


def shuffles(story: Story, call: Call) -> bool:
    """Whether a call is a fit that draws its samples, or batches, in random order."""
    if call.method not in ("fit", "fit_generator"):
        return False
    if "shuffle" in call.arguments and holds(call.argument("shuffle"), bool) is not Ternary.YES:
        return False
    if call.data.kind == "sequence":
        return True
    if call.data.kind != "array" or call.method == "fit_generator":
        return False
    samples, size = training_samples(call), batch_argument(call)
    if samples is not None and size is not None:
        return samples > size
    if is_trimmed(call.data, size):
        return True
    # Data that change from pass to pass may be one batch each.
    one_batch = may_be_one_batch(call, call.data, call.argument("batch_size"))
    if one_batch and too_many_rows(story, call) is not None:
        return _is_the_same_in_all_passes(story, call)
    are_many = size == 1 and is_counted(call.data)
    if not one_batch and (are_many or _is_the_same_in_all_passes(story, call)):
        return True
    return _goes_over_rows_again(call)


def _goes_over_rows_again(call: Call) -> bool:
    """Whether a fit goes several times over rows of unknown number, in batches of a size that it is told.

    Nobody trains for several epochs on one chunk of all lanes before the next chunk comes.
    """
    size, epochs = number(call.argument("batch_size")), number(call.argument("epochs"))
    is_open = training_samples(call) is None and call.data.kind == "array" and call.data.is_part
    fits = size is not None and size > 1 and size == call.model.batch_size
    return is_open and fits and epochs is not None and epochs > 1


def _carries_nothing(story: Story, call: Call) -> bool:
    """Whether a callback resets the state at every batch, which is SRN303, or the model itself may do so: no
    order matters then.
    """
    if any(feed.call is call and feed.may_reset for _, feed in story.feeds("train")):
        return True
    later = [
        (position, feed)
        for position, feed in story.feeds("train")
        if feed.call is call and (inner := feed.context.passes[-1]).loop.kind == "batches" and inner.index
    ]
    return bool(later) and all(entering(story, *found).kind == "reset" for found in later)


def _is_the_same_in_all_passes(story: Story, call: Call) -> bool:
    """Whether the call's data are the same, or folds of the same, whenever it runs."""
    calls = [other for other in story.calls() if other.site == call.site and other.model.id == call.model.id]
    return all(_whole(other.data) == _whole(call.data) for other in calls)


def _whole(data: Data) -> Hashable:
    """The identity of the data, or of those that they are a fold of: many rows, in whatever pass."""
    cut = data.array.row_cut if data.array is not None else None
    is_fold = any(part[0] == "folds" for part in parts(data.key))
    return cut.whole if cut is not None and is_fold else data.key


def _judge_order(recording: Recording, batches: Sequence[BatchRun]) -> Verdict:
    """Whether the same batches come in another order in another pass, where their rows aren't known."""
    passes: dict[tuple[int, int | None], list[str]] = {}
    for batch in batches:
        if batch.inputs is not None:
            passes.setdefault((batch.call, batch.epoch), []).append(batch.inputs)
    first, *later = passes.values() or [[]]
    same = [order for order in later if sorted(order) == sorted(first)]
    for order in same:
        if order != first:
            text = f"a later epoch gets the same {len(order)} batches in another order than the first"
            return verdict(recording, Status.CONFIRMED, text)
    if same:
        return verdict(recording, Status.REFUTED, "all epochs get the batches in the same order")
    return verdict(recording, Status.INCONCLUSIVE, "the rows of the data can't be told apart")


def _follows(earlier: BatchRun, later: BatchRun) -> bool:
    return earlier.call == later.call and earlier.epoch == later.epoch and later.batch == earlier.batch + 1
