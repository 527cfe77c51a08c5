"""SRN110: an initial state is given to a stateful layer."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.measured import not_measured
from statelint.rules.seen_layers import layers_at
from statelint.rules.stacks import core
from statelint.trace.recording import BatchRun, ModelSeen, Recording
from statelint.trace.story import Called, Condition, Trace
from statelint.values import Ternary, assumptions, is_

_HAPPENS = {
    2: "takes the given state only while the kept one is zero, and ignores it from the second batch on",
    3: "starts every batch from the given state, so that `stateful=True` changes nothing",
}

INSTEAD = "choose one: drop `stateful=True` and pass the states from call to call, or drop `initial_state`"


class StatefulWithInitialState(Rule):
    code = "SRN110"
    name = "stateful-with-initial-state"
    severity = Severity.WARNING
    why = "A batch can start from the state that the layer kept or from the one that it is given, not both."

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            for event in story.events:
                if not isinstance(event, Called):
                    continue
                layer = event.layer if event.layer.recurrent else core(event.layer)
                if layer is None:
                    continue
                given = event.arguments.get("initial_state")
                if given is None or is_(given.value, None) is not Ternary.NO:
                    continue
                if layer.is_stateful is not Ternary.YES or any(map(_leaves_layer_open, event.context.when)):
                    continue
                yield Report(
                    site=event.site,
                    message=f"an initial state is given to a stateful {layer.kind}",
                    happens=_HAPPENS[trace.keras],
                    instead=INSTEAD,
                    assumptions=assumptions(layer.stateful),
                    related=(Related(layer.site, f"the stateful {layer.kind}"),),
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        for model, layer in layers_at(recording, *(related.site for related in finding.related)):
            if not (layer.stateful and layer.given_state):
                continue
            for first, second in _repeated(recording, model):
                assert first.leaving is not None
                assert second.leaving is not None
                assert second.entering is not None
                norm = second.entering.layers.get(layer.name, 0.0)
                same = f"the same batch with the same initial state, met by a kept state of norm {norm:.3g}"
                if first.leaving.digest == second.leaving.digest:
                    text = f"{same}, left the same state: the kept one was thrown away"
                else:
                    text = f"{same}, left another state: the given one was ignored"
                return verdict(recording, Status.CONFIRMED, text)
        layers = [layer for model in recording.models for layer in model.layers]
        if not any(layer.given_state and layer.stateful for layer in layers):
            if recording.outcome.status == "finished" and recording.batches:
                return verdict(recording, Status.REFUTED, "no stateful layer was given an initial state")
        return not_measured(recording, "a batch that was run twice")


def _leaves_layer_open(condition: Condition) -> bool:
    """Whether it isn't known which of a model's layers is meant: `model.layers[3]`, behind branches."""
    match condition.id:
        case ("choice", ("choice", _, ("any layer",))):
            return True
    return False


def _repeated(recording: Recording, model: ModelSeen) -> Iterator[tuple[BatchRun, BatchRun]]:
    """Batches of equal input that meet different states with the same weights."""
    seen: dict[str, BatchRun] = {}
    for batch in recording.batches:
        if batch.model != model.index:
            continue
        if batch.phase == "train":
            seen.clear()
        if batch.inputs is None or batch.entering is None or batch.leaving is None or batch.phase == "train":
            continue
        first = seen.setdefault(batch.inputs, batch)
        if first.entering is not None and first.entering.digest != batch.entering.digest:
            yield first, batch
