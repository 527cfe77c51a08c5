"""SRN107: states are reset, and no layer is stateful; one report for each model."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.measured import not_measured, raised, stands_at
from statelint.trace.objects import Model
from statelint.trace.recording import Recording
from statelint.trace.story import Call, Reset, Story, Trace
from statelint.values import Ternary, is_


class ForgottenStateful(Rule):
    code = "SRN107"
    name = "forgotten-stateful"
    severity = Severity.WARNING
    why = (
        "Without `stateful=True` each batch starts from zero by itself: there is nothing to carry and "
        "nothing to reset."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            # A helper may also reset models that keep a state.
            others = {e.site for e in story.events if isinstance(e, Reset) and _has_state(story, e)}
            models: set[int] = set()
            for event in story.events:
                if not isinstance(event, Reset) or event.site in others or event.via == "assign":
                    continue
                model = event.model or _owner(story, event)
                if model is None or model.id in models or not _is_forgetful(model):
                    continue
                signs, fails = _signs(story, model), _fails(trace, event)
                if not signs and (fails is None or not _is_one_program(event, model)):
                    continue
                models.add(model.id)
                yield _report(event, model, signs, fails)

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        outcome = recording.outcome
        if outcome.status == "raised" and stands_at(outcome.places, finding.site):
            if "reset_state" in (outcome.message or "") or "must be stateful" in (outcome.message or ""):
                return verdict(recording, Status.CONFIRMED, raised(recording))
        resets = [reset for reset in recording.resets if stands_at(reset.places, finding.site)]
        if not resets:
            return not_measured(recording, "the reset")
        if any(reset.norm is not None for reset in resets):
            return verdict(recording, Status.REFUTED, "the reset cleared a state")
        stateful = [layer for model in recording.models for layer in model.layers if layer.stateful]
        if stateful:
            return verdict(recording, Status.INCONCLUSIVE, "another model of the program keeps a state")
        return verdict(
            recording,
            Status.CONFIRMED,
            f"the reset ran {len(resets)} times, and there was never a state to clear",
        )


def _owner(story: Story, reset: Reset) -> Model | None:
    layers = reset.layers or frozenset()
    return next((m for m in story.models if any(layer.id in layers for layer in m.walk())), None)


def _has_state(story: Story, reset: Reset) -> bool:
    model = reset.model or _owner(story, reset)
    return model is None or model.is_stateful is not Ternary.NO


def _is_forgetful(model: Model) -> bool:
    """Whether there are recurrent layers, and none of them keeps a state or says anything about it."""
    recurrent = [layer for layer in model.walk() if layer.recurrent]
    return (
        model.complete
        and bool(recurrent)
        and all(layer.described for layer in model.walk())
        and all(
            "stateful" not in layer.arguments and is_(layer.stateful, False) is Ternary.YES
            for layer in recurrent
        )
    )


def _is_one_program(reset: Reset, model: Model) -> bool:
    """Whether the model is made in the file that resets it: a library resets whatever it is given."""
    return reset.site.path == model.site.path


def _signs(story: Story, model: Model) -> list[str]:
    """What else was prepared for a state that is carried from batch to batch."""
    signs = [f"a fixed batch of {model.batch_size}"] if model.batch_size is not None else []
    calls = [call for call in story.calls() if call.model.id == model.id]
    if any(_is_ordered(call) for call in calls):
        signs.append("`shuffle=False`")
    return signs


def _is_ordered(call: Call) -> bool:
    return (
        call.method.startswith("fit")
        and "shuffle" in call.arguments
        and is_(call.argument("shuffle"), False) is Ternary.YES
    )


def _fails(trace: Trace, reset: Reset) -> str | None:
    """What Keras raises at the reset."""
    if reset.missing:
        return f"raises AttributeError (no `{reset.method}`)"
    if reset.via == "layer" and trace.keras == 2:
        return 'raises "AttributeError: Layer must be stateful."'
    return None


def _report(reset: Reset, model: Model, signs: list[str], fails: str | None) -> Report:
    layer = next(layer for layer in model.walk() if layer.recurrent)
    beside = f", and there are {' and '.join(signs)}" if signs else ""
    return Report(
        site=reset.site,
        message=f"this resets states{beside}, but no layer of the model is stateful",
        happens=fails or "has nothing to reset",
        severity=Severity.ERROR if fails else None,
        instead="pass `stateful=True` to the recurrent layers, or leave the reset out",
        related=(Related(layer.site, f"this {layer.kind} starts from zero in every batch"),),
    )
