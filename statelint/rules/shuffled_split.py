"""SRN203: the program shuffles the samples itself before it feeds them."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Verdict
from statelint.remedies import PassArgument
from statelint.rules.base import Report, Rule
from statelint.rules.orders import continued, is_cut_along_rows, judge_rows
from statelint.rules.shuffled_dataset import is_batch_of_dataset
from statelint.sites import Site
from statelint.trace.recording import Recording
from statelint.trace.story import Feed, Trace

INSTEAD = (
    "keep the samples in the order of time: split the series at one point "
    "(train_test_split: pass `shuffle=False`), and don't permute them or draw them at random"
)


class ShuffledSplit(Rule):
    code = "SRN203"
    name = "shuffled-split"
    severity = Severity.WARNING
    why = (
        "Row i of a batch starts from the state that row i of the batch before left: "
        "shuffled, that is some other row's."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            seen: set[Site] = set()
            for feed, earlier in continued(story):
                site = rows_shuffle(feed) if earlier is None else _drawn(feed)
                if site is None or site in seen or not is_cut_along_rows(feed):
                    continue
                if earlier is not None and (_drawn(earlier) != site or _takes_same_rows(feed, earlier)):
                    continue
                seen.add(site)
                layer = feed.model.stateful_layers[0]
                yield Report(
                    site=site,
                    message=f"{_name(feed)} reads the samples in random order, so that the rows of a batch "
                    "don't continue those of the batch before",
                    instead=INSTEAD,
                    related=(
                        *(
                            Related(other.call.site, "reads the shuffled samples")
                            for other in _readers(trace, site)
                        ),
                        Related(layer.site, f"{layer.kind} keeps its state from batch to batch"),
                    ),
                    remedy=PassArgument(site, "shuffle", "False", callees=("train_test_split",)),
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        return judge_rows(finding, recording, lambda batch: batch.unshuffled, "of the data as they were")


def _name(feed: Feed) -> str:
    return "the model" if feed.call.method == "call" else f"{feed.call.method}()"


def _drawn(feed: Feed) -> Site | None:
    """The call that shuffled the rows of a batch, or that drew at random where it begins."""
    cut = feed.data.array.cut if feed.data.array is not None else None
    return rows_shuffle(feed) or (cut.drawn if cut is not None else None)


def _takes_same_rows(feed: Feed, earlier: Feed) -> bool:
    """Whether a batch holds other steps of the same rows: `x[i:j, k:k + n]` in a loop over k."""
    one, other = feed.data.array, earlier.data.array
    if one is None or other is None or one.start.key != other.start.key:
        return False
    match one.base, other.base:
        case ("of", whole, *columns), ("of", same, *others):
            return bool(whole == same and columns != others)
        case ("index", whole, rows, *columns), ("index", same, order, *others):
            return bool((whole, rows) == (same, order) and columns != others)
    return False


def _readers(trace: Trace, site: Site) -> Iterator[Feed]:
    """The first feed at each place that reads what was shuffled at the site."""
    seen: set[Site] = set()
    for story in trace.stories:
        for feed, _ in continued(story):
            if site in (rows_shuffle(feed), _drawn(feed)) and feed.site not in seen:
                seen.add(feed.site)
                yield feed


def rows_shuffle(feed: Feed) -> Site | None:
    """The call that shuffled the array which is fed, or of which the Dataset or the generator was made."""
    data = feed.data
    if data.dataset is not None:
        return data.dataset.rows_shuffled
    if data.rows_shuffled is not None:
        return data.rows_shuffled
    return data.array.shuffle_site if data.array is not None and not is_batch_of_dataset(data.array) else None
