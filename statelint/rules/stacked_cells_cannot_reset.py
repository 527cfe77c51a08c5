"""SRN603: the reset of a stateful RNN around a list of cells."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Verdict
from statelint.rules.base import Report, Rule
from statelint.rules.measured import judge_reset
from statelint.trace.objects import Layer
from statelint.trace.recording import Recording
from statelint.trace.story import Made, Reset, Story, Trace
from statelint.values import Ternary, assumptions


class StackedCellsCannotReset(Rule):
    code = "SRN603"
    name = "stacked-cells-cannot-reset"
    severity = Severity.ERROR
    why = (
        "The states of stacked cells are lists within a list, and Keras 3's reset assigns to the inner lists "
        "as if they were variables."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        if trace.keras != 3:
            return
        for story in trace.stories:
            for event in story.events:
                if not isinstance(event, Reset) or event.via != "layer" or not event.built:
                    continue
                layer = _stacked(story, event)
                if layer is not None:
                    yield Report(
                        site=event.site,
                        message="this reset reaches a stateful RNN around a list of cells",
                        happens="raises \"AttributeError: 'ListWrapper' object has no attribute 'assign'\"",
                        instead="set its variables to zero: `for state in tf.nest.flatten(layer.states): "
                        "state.assign(tf.zeros_like(state))`, or stack stateful LSTM layers",
                        assumptions=assumptions(layer.stateful),
                        related=(Related(layer.site, "the RNN around a list of cells"),),
                    )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        return judge_reset(recording, finding.site, "AttributeError", "'assign'")


def _stacked(story: Story, reset: Reset) -> Layer | None:
    """A stateful RNN around a list of cells that the reset certainly reaches."""
    for event in story.events:
        if isinstance(event, Made) and event.layer.stacked and event.layer.id in (reset.layers or ()):
            if event.layer.is_stateful is Ternary.YES:
                return event.layer
    return None
