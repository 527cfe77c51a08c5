"""SRN401: each batch brings one time step, so training never sees how an earlier step mattered."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Verdict
from statelint.rules.base import Report, Rule
from statelint.rules.crossing import inherits, judge_crossing
from statelint.rules.measured import batches_of, calls_at
from statelint.sites import Site
from statelint.trace.objects import Model
from statelint.trace.queries import is_stateful
from statelint.trace.recording import Recording
from statelint.trace.story import Feed, Trace
from statelint.values import Ternary, Value, assumptions, number

# Layers that leave axis 1 what it is: time.
_KEEP = frozenset({"keeps_time", "adds_axis", "input_layer"})


class SingleStepWindow(Rule):
    code = "SRN401"
    name = "single-step-window"
    severity = Severity.ADVICE
    why = (
        "The state crosses from batch to batch, gradients don't: training sees no further back than a batch."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            seen: set[Site] = set()
            for _, feed in story.feeds("train"):
                steps = _steps(feed)
                if steps is None or number(steps) != 1 or feed.site in seen:
                    continue
                seen.add(feed.site)
                layer = feed.model.stateful_layers[0]
                yield Report(
                    site=feed.site,
                    message="each batch brings 1 time step, and no gradient reaches back further, "
                    "whatever the state carries",
                    instead="cut the series into windows as long as what is to be learnt reaches back",
                    assumptions=assumptions(steps),
                    related=(Related(layer.site, f"{layer.kind} gets one step at a time"),),
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        calls = calls_at(recording, finding.site)
        short = {call.index for call in calls if call.shape and call.shape[0] == 1}
        batches = batches_of(recording, calls, "train")
        return judge_crossing(recording, batches, [b for b in batches if inherits(b) and b.call in short])


def _steps(feed: Feed) -> Value | None:
    """The time steps of a batch, where axis 1 of the data is the time axis of the first stateful layer."""
    array = feed.data.array
    if not is_stateful(feed.model) or array is None or array.shape is None or len(array.shape) < 2:
        return None
    return array.shape[1] if _reads_axis_1(feed.model, len(array.shape)) else None


def _reads_axis_1(model: Model, rank: int) -> bool:
    if not model.in_order:
        return False
    for layer in model.layers:
        if layer.recurrent:
            return rank >= 3 and layer.is_stateful is Ternary.YES
        rank += "adds_axis" in layer.roles
        if not layer.roles & _KEEP:
            return False
    return False
