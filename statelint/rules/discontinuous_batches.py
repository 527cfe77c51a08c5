"""SRN208: windows of a series in batches that don't continue each other."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.cadence import Cadence, cadence_of, sliding
from statelint.rules.first_batch import misfits, state_rows
from statelint.rules.measured import batches_of, calls_at, not_measured
from statelint.rules.orders import continued, fed_by_hand, pairs_of
from statelint.sites import Site
from statelint.trace.recording import Recording
from statelint.trace.story import OVER_BATCHES, Feed, Story, Trace
from statelint.values import assumptions


class DiscontinuousBatches(Rule):
    code = "SRN208"
    name = "discontinuous-batches"
    severity = Severity.WARNING
    why = (
        "Row i of a batch starts from the state that row i of the batch before left, "
        "so it must go on where that one ended."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            fed = [(feed, cadence_of(feed, earlier)) for feed, earlier in continued(story)]
            fed += [(feed, _moved_on(feed, earlier)) for feed, earlier in fed_by_hand(story)]
            torn = [(feed, found) for feed, found in fed if found is not None and found.is_torn]
            # Where the model (or a copy of it) trains on the windows, or on others cut alike, that is the
            # place; else where it runs on them first.
            seen: set[tuple[Site, int]] = set()
            trained: set[tuple[int, int | None, Site]] = set()
            for feed, found in sorted(torn, key=lambda pair: pair[0].phase != "train"):
                windows = found.windows
                place = windows.site, feed.model.id
                way = windows.stride, windows.length, feed.model.stateful_layers[0].site
                # A loaded model was trained on windows elsewhere.
                is_told = way in trained or feed.model.stateful_layers[0].site in trace.loaded
                if feed.phase == "train":
                    trained.add(way)
                elif feed.phase == "validation" or place in seen or (is_told and not found.slides):
                    continue
                elif feed.data.dataset is None and _is_misfit(story, feed):
                    # How many rows its batches have in the end isn't known; those of a Dataset are chosen.
                    continue
                yield _report(feed, found)
                seen.add(place)

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        calls = calls_at(recording, finding.site)
        pairs = pairs_of(batches_of(recording, calls, "train", "evaluate", "predict", "call"))
        known = [(a, b, a.span.gap(b.span)) for a, b in pairs if a.span is not None and b.span is not None]
        gaps = [gap for _, _, gap in known if gap is not None]
        if not pairs:
            return not_measured(recording, "a second batch with a state")
        if not gaps:
            return verdict(
                recording, Status.INCONCLUSIVE, "it isn't known which steps of a series the rows hold"
            )
        broken = [gap for gap in gaps if gap]
        if 2 * len(broken) <= len(gaps):
            text = f"{len(gaps) - len(broken)} of {len(gaps)} batches go on where the last ended"
            return verdict(recording, Status.REFUTED, text)
        a, b, gap = next(item for item in known if item[2])
        assert a.span is not None and b.span is not None and gap is not None
        moved = f"skipping {_steps(gap)}" if gap > 0 else f"reading {_steps(-gap)} again"
        text = (
            f"{len(broken)} of {len(gaps)} continuations are broken: "
            f"slot 0 got {b.span} after {a.span}, {moved}"
        )
        return verdict(recording, Status.CONFIRMED, text)


def _is_misfit(story: Story, feed: Feed) -> bool:
    """Whether the batches of the call don't fit the states, which SRN206 tells."""
    size = state_rows(story, feed.model)
    return size is not None and next(misfits(story, feed.call, size), None) is not None


def _moved_on(feed: Feed, earlier: Feed) -> Cadence | None:
    """How single rows follow each other: one window that the program moves on, or one after another."""
    by_itself = sliding(feed, earlier)
    if by_itself is not None or feed.call.method not in OVER_BATCHES:
        return by_itself
    return cadence_of(feed, earlier)


def _steps(count: int) -> str:
    return f"{count} step{'s' if count != 1 else ''}"


def _report(feed: Feed, found: Cadence) -> Report:
    windows, rows, steps = found.windows, found.rows, found.steps
    length = "several steps" if steps is None else _steps(steps)
    if found.slides:
        moves = f"a window of {length} that moves on by {windows.stride} doesn't continue itself"
        instead = "feed only the steps that are new, or reset the state before each window"
    else:
        apart = f", {windows.rate} apart," if windows.rate > 1 else ""
        moves = (
            f"batches of {rows} with windows of {length}{apart} that begin {windows.stride} apart "
            "don't continue each other"
        )
        instead = _instead(rows, steps, windows.rate)
    how = ", shuffled or not" if found.mixed else f": each row {_moved(found.gap, windows.rate)}"
    layer = feed.model.stateful_layers[0]
    shape = feed.data.array.shape if feed.data.array is not None and feed.data.array.shape else ()
    keeps = Related(layer.site, f"{layer.kind} keeps its state from batch to batch")
    several = () if steps is not None else ("the windows have more than one step",)
    rests = assumptions(feed.model.batch, feed.call.argument("batch_size"), *shape[1:2])
    is_elsewhere = not found.slides and windows.site != feed.call.site
    return Report(
        site=feed.call.site,
        message=f"{moves}{how}",
        instead=instead,
        assumptions=(*rests, *several),
        related=(Related(windows.site, "the windows are cut here"), keeps) if is_elsewhere else (keeps,),
    )


def _moved(gap: int | None, rate: int) -> str:
    if gap is None:
        return "goes back behind what it has read" if rate > 1 else "reads all but its last step again"
    if gap > 0:
        return f"skips {_steps(gap)}"
    return f"goes back {_steps(-gap)}" if rate > 1 else f"reads {_steps(-gap)} again"


def _instead(rows: int, steps: int | None, rate: int) -> str:
    if steps is None:
        return "let each window begin where the one before ended"
    if rate > 1:
        return f"take these steps first, `series[::{rate}]`, and cut them without a sampling rate"
    if rows == 1:
        return f"let the windows begin {steps} apart, so that each begins where the one before ended"
    return (
        f"cut the series into {rows} equal lanes, one for each row of a batch, and each into windows "
        f"that begin {steps} apart: `series.reshape({rows}, -1, {steps}, features).swapaxes(0, 1)`"
    )
