"""SRN503: in Keras 3 a layer's reset takes no states."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Severity, Status, Verdict
from statelint.remedies import AssignStates
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.measured import judge_reset
from statelint.trace.recording import Recording
from statelint.trace.story import Made, Reset, Story, Trace
from statelint.values import Ternary


class RemovedResetStatesArgument(Rule):
    code = "SRN503"
    name = "removed-reset-states-argument"
    severity = Severity.ERROR
    why = "Keras 3 took the `states` argument from the layers' reset: it can only set a state back to zero."

    def check(self, trace: Trace) -> Iterator[Report]:
        if trace.keras != 3:
            return
        for story in trace.stories:
            # A reset that is itself a callback's hook stands at the call that runs it: that is SRN311.
            calls = {call.site for call in story.calls()}
            for event in story.events:
                if not isinstance(event, Reset) or event.via != "layer" or event.site in calls:
                    continue
                if event.given and _is_stateful(story, event):
                    yield Report(
                        site=event.site,
                        message=f"`{event.method}()` of a layer takes no states",
                        happens=f"raises TypeError: RNN.{event.method}() takes no argument",
                        instead="assign to the layer's variables, which works on Keras 2 and Keras 3: "
                        "`for variable, value in zip(layer.states, values): variable.assign(value)`",
                        remedy=AssignStates(event.site, event.listed) if event.built else None,
                    )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        judged = judge_reset(recording, finding.site, "TypeError", "reset_state")
        given = next((batch for batch in recording.batches if batch.origin == "set"), None)
        if judged.status is Status.NOT_REACHED and given is not None:
            text = f"a batch of {given.phase} begins with values that the states were given"
            return verdict(recording, Status.REFUTED, text)
        return judged


def _is_stateful(story: Story, reset: Reset) -> bool:
    """Whether the reset certainly reaches a stateful layer."""
    return any(
        isinstance(event, Made)
        and event.layer.id in (reset.layers or ())
        and event.layer.is_stateful is Ternary.YES
        for event in story.events
    )
