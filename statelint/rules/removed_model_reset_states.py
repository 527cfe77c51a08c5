"""SRN502: models have no reset_states() in Keras 3, and never had a reset_state()."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Severity, Status, Verdict
from statelint.remedies import Remedy, ResetLayers
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.measured import judge_reset, stands_at
from statelint.rules.resetting import is_flat
from statelint.sites import Site
from statelint.trace.objects import Model
from statelint.trace.queries import is_stateful
from statelint.trace.recording import Recording
from statelint.trace.story import Reset, Trace
from statelint.values import assumptions


class RemovedModelResetStates(Rule):
    code = "SRN502"
    name = "removed-model-reset-states"
    severity = Severity.ERROR
    why = (
        "Keras 3 took `reset_states` from models and left it on recurrent layers, so code from before it "
        "crashes here."
    )
    mendable = True

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            for event in story.events:
                if not isinstance(event, Reset) or not event.missing or event.model is None:
                    continue
                if not is_stateful(event.model) and not _was_thought_of(event.model):
                    continue
                kind = event.model.kind if event.model.kind in ("Sequential", "Functional") else "Model"
                yield Report(
                    site=event.site,
                    message=f"models have no `{event.method}()`",
                    happens=f"raises \"AttributeError: '{kind}' object has no attribute '{event.method}'\"",
                    instead="reset the layers: `for layer in model.layers: if hasattr(layer, "
                    '"reset_states"): '
                    "layer.reset_states()`, which works on Keras 2 and Keras 3",
                    assumptions=assumptions(*(layer.stateful for layer in event.model.stateful_layers)),
                    remedy=_remedy(event.site, event.model) if event.built else None,
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        resets = [reset for reset in recording.resets if stands_at(reset.places, finding.site)]
        if self.code in recording.mended and any(reset.target == "model" for reset in resets):
            text = "this call reached a model that has no such method; it was lent one for this run"
            return verdict(recording, Status.CONFIRMED, text)
        return judge_reset(recording, finding.site, "AttributeError", "reset_state")


def _remedy(site: Site, model: Model) -> Remedy | None:
    """What Keras 2 did: it went through the layers, and through those of models among them."""
    if any(layer.stacked for layer in model.stateful_layers):
        return None
    return ResetLayers(site, nested=not is_flat(model))


def _was_thought_of(model: Model) -> bool:
    """Whether a recurrent layer is told what to do with its state, if only to keep none."""
    return any(layer.recurrent and "stateful" in layer.arguments for layer in model.walk())
