"""SRN211: a race decides the order in which a Dataset delivers the samples."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.remedies import RemoveArgument
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.orders import continued, judge_rows
from statelint.trace.recording import Recording
from statelint.trace.story import Trace


class UnorderedDataset(Rule):
    code = "SRN211"
    name = "unordered-dataset"
    severity = Severity.WARNING
    why = (
        "Parallel steps that needn't keep the order deliver whatever is ready first; "
        "a state goes on with whatever that is."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            for feed, _ in continued(story):
                dataset = feed.data.dataset
                # A shuffled Dataset has no order left to lose.
                if dataset is None or dataset.raced_at is None or dataset.shuffle_site is not None:
                    continue
                layer = feed.model.stateful_layers[0]
                yield Report(
                    site=dataset.raced_at,
                    message="parallel calls that needn't keep the order (deterministic=False) let a race "
                    f"decide which batch {feed.call.name} gets next",
                    instead="drop `deterministic=False`: parallel calls alone keep the order",
                    related=(
                        Related(feed.call.site, f"{feed.call.name} reads the Dataset"),
                        Related(layer.site, f"{layer.kind} keeps its state from batch to batch"),
                    ),
                    remedy=RemoveArgument(dataset.raced_at, ("deterministic",)),
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        found = judge_rows(finding, recording, lambda batch: batch.row_ids, "of the data")
        if found.status is not Status.REFUTED:
            return found
        # A race that ended well once may end otherwise in the next run.
        return verdict(recording, Status.INCONCLUSIVE, f"{found.evidence} this time")
