"""SRN401: each batch brings one time step, so training never sees how an earlier step mattered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.crossing import inherits, judge_crossing
from statelint.rules.feeding import AXES
from statelint.rules.measured import batches_of, calls_at
from statelint.rules.relation import rows_of
from statelint.sites import Site
from statelint.trace.objects import Layer, Model
from statelint.trace.queries import is_stateful
from statelint.trace.recording import Recording
from statelint.trace.story import Called, Feed, Story, Trace
from statelint.values import Known, Ternary, Unknown, Value, assumptions, number

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
                steps = _steps(story, feed)
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
        if batches and not short and all(call.shape is None for call in calls):
            return verdict(recording, Status.INCONCLUSIVE, "how many steps its batches have wasn't measured")
        return judge_crossing(recording, batches, [b for b in batches if inherits(b) and b.call in short])


def _steps(story: Story, feed: Feed) -> Value | None:
    """The time steps of a batch, where axis 1 of the data is the time axis of the first stateful layer; those
    that the model is declared to take, where the data tell of none.
    """
    model, array = feed.model, rows_of(feed.data)
    if not is_stateful(model):
        return None
    shape = array.shape if array is not None and model.in_order else None
    if shape is not None and len(shape) >= 2 and not isinstance(shape[1], Unknown):
        return shape[1] if _reads_axis_1(model.layers, len(shape)) else None
    # What isn't known may be of any rank, but no other one gets through a recurrent layer.
    is_read = _reads_axis_1(model.layers, AXES) if model.in_order else any(_paths(story, model))
    return Known(model.steps) if model.steps is not None and is_read else None


def _reads_axis_1(layers: Iterable[Layer], rank: int) -> bool:
    for layer in layers:
        if layer.recurrent:
            return rank >= AXES and layer.is_stateful is Ternary.YES
        rank += "adds_axis" in layer.roles
        if not layer.roles & _KEEP:
            return False
    return False


def _paths(story: Story, model: Model) -> Iterator[bool]:
    """For each stateful layer of a functional model, whether it reads the steps of the input as they are."""
    calls = {event.output: event for event in story.events if isinstance(event, Called)}
    for event in calls.values():
        if event.id not in model.calls or event.layer.is_stateful is not Ternary.YES:
            continue
        below, is_kept = event, True
        while len(below.inputs) == 1 and below.inputs[0] in calls and is_kept:
            below = calls[below.inputs[0]]
            is_kept = bool(below.layer.roles & _KEEP)
        match below.inputs:
            case (("input", *_),):
                yield is_kept
