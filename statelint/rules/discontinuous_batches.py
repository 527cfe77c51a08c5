"""SRN208: windows of a series in batches that don't continue each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.feeding import batch_argument
from statelint.rules.measured import batches_of, calls_at, not_measured
from statelint.rules.orders import continued, is_cut_along_rows, pairs_of
from statelint.trace.objects import Windows
from statelint.trace.recording import Recording
from statelint.trace.story import Feed, Trace
from statelint.values import assumptions, number


@dataclass(frozen=True, slots=True)
class Cadence:
    """How a series is fed: the windows, the rows of a batch, and the steps of each row that the model sees."""

    windows: Windows
    rows: int
    steps: int

    @property
    def gap(self) -> int:
        """How many steps row i of the next batch skips (> 0) or reads again (< 0)."""
        return self.rows * self.windows.stride - self.steps


class DiscontinuousBatches(Rule):
    code = "SRN208"
    name = "discontinuous-batches"
    severity = Severity.WARNING
    why = "Row i of a batch starts from the state that row i of the batch before left, so it must go on where that one ended."

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            for feed, earlier in continued(story):
                found = _cadence(feed, earlier) if feed.phase == "train" else None
                if found is not None and found.gap != 0:
                    yield _report(feed, found)

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        pairs = pairs_of(batches_of(recording, calls_at(recording, finding.site), "train"))
        known = [(a, b, a.span.gap(b.span)) for a, b in pairs if a.span is not None and b.span is not None]
        gaps = [gap for _, _, gap in known if gap is not None]
        if not pairs:
            return not_measured(recording, "a second batch with a state")
        if not gaps:
            return verdict(recording, Status.INCONCLUSIVE, "it isn't known which steps of a series the rows hold")
        broken = [gap for gap in gaps if gap]
        if 2 * len(broken) <= len(gaps):
            return verdict(recording, Status.REFUTED, f"{len(gaps) - len(broken)} of {len(gaps)} batches go on where the last ended")
        a, b, gap = next(item for item in known if item[2])
        assert a.span is not None and b.span is not None and gap is not None
        moved = f"{gap} steps are skipped" if gap > 0 else f"{-gap} steps are read again"
        text = (
            f"{len(broken)} of {len(gaps)} continuations are broken: slot 0 got steps {b.span.start} to "
            f"{b.span.start + b.span.steps - 1} after steps {a.span.start} to {a.span.start + a.span.steps - 1} ({moved})"
        )
        return verdict(recording, Status.CONFIRMED, text)


def _cadence(feed: Feed, earlier: Feed | None) -> Cadence | None:
    """How the series of a feed is fed; None where that isn't known, or where the order is random anyway."""
    data, call = feed.data, feed.call
    windows, rows, steps = data.windows, feed.model.batch_size, None
    if windows is None or not is_cut_along_rows(feed):
        return None
    if data.dataset is not None:
        if data.dataset.shuffle_site is not None or data.dataset.rows_shuffled is not None:
            return None
        given, steps = number(data.dataset.batch), windows.length
    else:
        assert data.array is not None
        shape = data.array.shape
        steps = windows.length if shape is None else number(shape[1]) if len(shape) > 1 else None
        given = batch_argument(call)
    if earlier is not None:
        return _by_hand(windows, earlier, data.samples, steps)
    if given is None or steps is None or (rows is not None and rows != given):
        return None
    return Cadence(windows, given, steps)


def _by_hand(windows: Windows, earlier: Feed, rows: int | None, steps: int | None) -> Cadence | None:
    before = earlier.data.windows
    if before is None or steps is None or rows is None or before.series != windows.series:
        return None
    advance = windows.start - before.start
    # The loop moves on by whole batches of these windows.
    return Cadence(windows, rows, steps) if advance == rows * windows.stride > 0 else None


def _report(feed: Feed, found: Cadence) -> Report:
    windows, rows, steps, gap = found.windows, found.rows, found.steps, found.gap
    cut = f"windows of {steps} step{'s' if steps > 1 else ''} that begin {windows.stride} apart"
    moved = f"skips {gap} steps of the series" if gap > 0 else f"reads {-gap} step{'s' if gap < -1 else ''} of the series again"
    if rows == 1:
        instead = f"let the windows begin {steps} apart, so that each begins where the one before ended"
    else:
        instead = (
            f"cut the series into {rows} equal lanes, one for each row of a batch, and each lane into windows that "
            f"begin {steps} apart: `series.reshape({rows}, -1, {steps}, features).swapaxes(0, 1)`, flattened to rows"
        )
    layer = feed.model.stateful_layers[0]
    shape = feed.data.array.shape if feed.data.array is not None and feed.data.array.shape else ()
    return Report(
        site=feed.call.site,
        message=f"batches of {rows} with {cut} don't continue each other: each row of a batch {moved}",
        instead=instead,
        assumptions=assumptions(feed.model.batch, feed.call.argument("batch_size"), *shape[1:2]),
        related=(
            Related(windows.site, "the windows are cut here"),
            Related(layer.site, f"{layer.kind} keeps its state from batch to batch"),
        ),
    )
