"""SRN210: rows that are whole sequences of their own start from the state that other rows left."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.feeding import batch_argument, takes_all_steps
from statelint.rules.measured import batches_of, calls_at, not_measured
from statelint.rules.orders import continued, pairs_of, separate_rows
from statelint.rules.shuffled_batches import shuffles
from statelint.rules.shuffled_dataset import dataset_shuffle
from statelint.rules.shuffled_split import rows_shuffle
from statelint.sites import Site
from statelint.trace.recording import BatchRun, Recording
from statelint.trace.story import Feed, Opaque, Story, Trace
from statelint.values import assumptions, number


class IndependentSamples(Rule):
    code = "SRN210"
    name = "independent-samples"
    severity = Severity.ADVICE
    why = (
        "Sequences that have nothing to do with one another have nothing to hand on: "
        "each must start from zero."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            carrying = {id(feed) for feed, earlier in continued(story) if earlier is None}
            for position, feed in story.feeds("train"):
                site = separate_rows(feed.data)
                if site is None or id(feed) not in carrying or _is_shuffled(story, feed):
                    continue
                if _is_read_in_whole(feed) and not _may_reset(story, position, feed):
                    yield _report(feed, site)

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        batches = batches_of(recording, calls_at(recording, finding.site), "train")
        later = [batch for batch in batches if batch.batch]
        if not later:
            if batches and recording.outcome.status in ("finished", "stopped"):
                return verdict(recording, Status.REFUTED, "each pass is a single batch")
            return not_measured(recording, "a second batch")
        pairs = [(a, b) for a, b in pairs_of(batches) if a.call == b.call and b.carried_from == a.index]
        others = [(a, b) for a, b in pairs if a.inputs != b.inputs]
        if others:
            text = f"{_carried(*others[0])}, in {len(others)} of {len(later)} batches"
            return verdict(recording, Status.CONFIRMED, text)
        if all(batch.entering is not None and batch.entering.is_zero for batch in later):
            text = f"a zero state enters each of the {len(later)} later batches"
            return verdict(recording, Status.REFUTED, text)
        return verdict(recording, Status.INCONCLUSIVE, "it isn't known which rows left the state")


def _is_shuffled(story: Story, feed: Feed) -> bool:
    """Whether the rows come in random order, which has rules of its own."""
    by_program = dataset_shuffle(feed) is not None or rows_shuffle(feed) is not None
    return by_program or shuffles(story, feed.call)


def _is_read_in_whole(feed: Feed) -> bool:
    """Whether the rows are the model's only input, and a pass goes through all of them in several batches."""
    data = feed.data
    if not takes_all_steps(feed.call):
        return False
    if data.array is not None:
        # One of several inputs has another key than the data.
        return data.key == data.array.key
    return data.dataset is not None and (data.dataset.batches or 0) > 1


def _may_reset(story: Story, position: int, feed: Feed) -> bool:
    """Whether callbacks or a train_step that aren't followed may reset the state at every batch."""
    before = story.events[position - 1] if position else None
    opaque = isinstance(before, Opaque) and before.site == feed.site
    return opaque or not feed.call.callbacks_known


def _report(feed: Feed, site: Site) -> Report:
    dataset, layer = feed.data.dataset, feed.model.stateful_layers[0]
    rows = number(dataset.batch) if dataset is not None else batch_argument(feed.call)
    message = f"each row that {feed.call.name} reads is a sequence of its own, "
    return Report(
        site=feed.site,
        message=message + f"but row {rows} starts from the state that row 0 left",
        instead="leave out `stateful=True`: every sequence then starts from zero, and neither resets nor a "
        "fixed batch size are needed",
        assumptions=assumptions(layer.stateful, feed.call.argument("batch_size")),
        related=(
            Related(site, "here each row becomes a sequence of its own"),
            Related(layer.site, f"{layer.kind} keeps its state from batch to batch"),
        ),
    )


def _carried(earlier: BatchRun, later: BatchRun) -> str:
    """Which state a batch starts from, in words."""
    assert later.entering is not None
    state = f"norm {later.entering.norm:.3g}"
    if earlier.row_ids and later.row_ids:
        return f"row {later.row_ids[0]} starts from the state that row {earlier.row_ids[0]} left, {state}"
    return f"a batch starts from the state that other rows left, {state}"
