"""SRN202: a Dataset or a generator delivers the samples in random order."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Verdict
from statelint.remedies import DropCall, OneOf, PassArgument
from statelint.rules.base import Report, Rule
from statelint.rules.orders import continued, judge_rows
from statelint.sites import Site
from statelint.trace.objects import Array
from statelint.trace.recording import Recording
from statelint.trace.story import Feed, Trace

_MAKERS = (
    *("timeseries_dataset_from_array", "list_files"),
    *(f"{kind}_dataset_from_directory" for kind in ("text", "image", "audio")),
)
INSTEAD = "leave the shuffling out (`shuffle=False` in fit() has no say in this)"


class ShuffledDataset(Rule):
    code = "SRN202"
    name = "shuffled-dataset"
    severity = Severity.WARNING
    why = (
        "Row i of a batch starts from the state that row i of the batch before left: "
        "shuffled, that is some other row's."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            for feed, _ in continued(story):
                site = dataset_shuffle(feed)
                if site is None:
                    continue
                made = feed.data.kind if feed.data.kind in ("generator", "sequence") else "Dataset"
                layer = feed.model.stateful_layers[0]
                yield Report(
                    site=site,
                    message=f"the {made} that {feed.call.name} reads is shuffled, so that the rows of a "
                    "batch don't continue those of the batch before",
                    instead=INSTEAD,
                    related=(
                        Related(feed.call.site, f"{feed.call.name} reads it"),
                        Related(layer.site, f"{layer.kind} keeps its state from batch to batch"),
                    ),
                    remedy=OneOf(
                        (DropCall(site, "shuffle"), PassArgument(site, "shuffle", "False", callees=_MAKERS))
                    ),
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        # What a generator shuffles is known from its shuffling alone.
        return judge_rows(finding, recording, lambda batch: batch.row_ids or batch.unshuffled, "of the data")


def dataset_shuffle(feed: Feed) -> Site | None:
    """The call that shuffles what is fed, where it isn't an array that was shuffled before (SRN203)."""
    data = feed.data
    if data.dataset is not None:
        return data.dataset.shuffle_site
    if data.array is not None:
        return data.array.shuffle_site if is_batch_of_dataset(data.array) else None
    return data.yields_shuffled


def is_batch_of_dataset(array: Array) -> bool:
    """Whether a loop over a Dataset has drawn it."""
    return isinstance(array.base, tuple) and array.base[0] == "dataset"
