"""SRN601: on the jax backend of Keras 3 no state is ever carried."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.measured import not_measured, stands_at
from statelint.trace.queries import is_stateful
from statelint.trace.recording import Recording
from statelint.trace.story import Trace


class JaxNeverCarriesState(Rule):
    code = "SRN601"
    name = "jax-never-carries-state"
    severity = Severity.WARNING
    why = "Keras 3 doesn't track the states of recurrent layers, so its jax trainer drops them after a batch."

    def check(self, trace: Trace) -> Iterator[Report]:
        if trace.keras != 3 or trace.backend != "jax":
            return
        for story in trace.stories:
            seen: set[int] = set()
            for call in story.calls():
                # Only a direct call of the model carries the state.
                if call.method == "call" or not is_stateful(call.model) or call.model.id in seen:
                    continue
                seen.add(call.model.id)
                layer = call.model.stateful_layers[0]
                yield Report(
                    site=layer.site,
                    message=f"{layer.kind} is stateful, but with KERAS_BACKEND=jax {call.method}() carries "
                    "no state from batch to batch, and nothing says so: the model is stateless",
                    instead="use the tensorflow backend; or pass the states yourself (`return_state=True`, "
                    "`initial_state=`); or leave out `stateful=True`",
                    related=(Related(call.site, "every batch here begins with a zero state"),),
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        if recording.backend != "jax":
            text = f"the program ran on the {recording.backend} backend"
            return verdict(recording, Status.INCONCLUSIVE, text)
        models = {
            m.index
            for m in recording.models
            if any(stands_at(layer.places, finding.site) for layer in m.layers)
        }
        names = {call.index: call.name for call in recording.calls}
        batches = [
            b for b in recording.batches if b.model in models and names[b.call] != "call" and b.leaving
        ]
        if len(batches) < 2:
            return not_measured(recording, "a second batch")
        kept = sum(1 for b in batches if b.leaving is not None and not b.leaving.is_zero)
        text = f"{kept} of {len(batches)} batches leave a state that isn't zero"
        return verdict(recording, Status.REFUTED if kept else Status.CONFIRMED, text)
