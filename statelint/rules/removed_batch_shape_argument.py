"""SRN501: a layer's or Input's keyword for the batch size that Keras 3 doesn't know."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Severity, Status, Verdict
from statelint.remedies import InputBefore, Remedy, RemoveArgument, RenameArgument
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.measured import not_measured, raised, stands_at
from statelint.sites import Site
from statelint.trace.objects import Layer
from statelint.trace.recording import Recording
from statelint.trace.story import Made, Story, Trace
from statelint.values import Ternary, assumptions

_ERRORS = (
    *("Unrecognized keyword arguments", "Keyword argument not understood"),
    "Input() got an unexpected keyword argument",
)
_KEYWORDS = ("batch_input_shape", "batch_shape", "batch_size")


class RemovedBatchShapeArgument(Rule):
    code = "SRN501"
    name = "removed-batch-shape-argument"
    severity = Severity.ERROR
    why = (
        "Keras 3 took these keywords from its layers: the batch size is given to `keras.Input`, which works "
        "on Keras 2 as well."
    )
    mendable = True

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            for event in story.events:
                if not isinstance(event, Made):
                    continue
                layer = event.layer
                names = [name for name in _KEYWORDS if name in layer.rejected_by(trace.keras)]
                if not names or not _concerns_state(story, layer):
                    continue
                argument = layer.arguments[names[0]]
                error = "Unrecognized keyword arguments passed to"
                if layer.kind == "Input":
                    yield _of_input(layer, argument.site, names[0])
                    continue
                if trace.keras == 2:
                    happens = f"raises TypeError: ('Keyword argument not understood:', '{names[0]}')"
                else:
                    happens = f"raises \"ValueError: {error} {layer.kind}: {{'{names[0]}': …}}\""
                yield Report(
                    site=argument.site,
                    message=f"{layer.kind} doesn't take `{names[0]}=`",
                    happens=happens,
                    instead="give it to an Input before the layer: `keras.Input(batch_shape=(batch_size, "
                    "timesteps, features))`",
                    assumptions=assumptions(layer.stateful),
                    remedy=_remedy(story, layer, tuple(names)),
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        outcome = recording.outcome
        message = outcome.message or ""
        about = any(error in message for error in _ERRORS)
        if outcome.status == "raised" and about:
            return verdict(recording, Status.CONFIRMED, raised(recording))
        # Of layers only the recurrent ones are seen; of others, that the program ended and a model ran.
        made = [layer.places for model in recording.models for layer in model.layers]
        seen = any(stands_at(places, finding.site) for places in made)
        if seen or (outcome.status == "finished" and recording.models):
            return verdict(recording, Status.REFUTED, "the layer was made without an error")
        return not_measured(recording, "the layer was made")


def _concerns_state(story: Story, layer: Layer) -> bool:
    """Whether the layer is stateful, or part of a model that is, or the Input of one of that batch size."""
    if layer.kind == "Input":
        sizes = layer.shapes.get("batch_input_shape", ())[:1]
        return any(
            model.stateful_layers and model.batch.key == size.key for model in story.models for size in sizes
        )
    if any(part.is_stateful is Ternary.YES for part in layer.walk()):
        return True
    return any(
        model.stateful_layers and any(part.id == layer.id for part in model.walk()) for model in story.models
    )


def _of_input(layer: Layer, site: Site, name: str) -> Report:
    return Report(
        site=site,
        message=f"Input doesn't take `{name}=`",
        happens=f"raises \"TypeError: Input() got an unexpected keyword argument '{name}'\"",
        instead="call it `batch_shape=`, which every Keras takes",
        remedy=RenameArgument(layer.site, name, "batch_shape"),
    )


def _remedy(story: Story, layer: Layer, names: tuple[str, ...]) -> Remedy | None:
    """An Input before the layer that a Sequential begins with; elsewhere Keras 2 doesn't heed the shape."""
    owners = [model for model in story.models if any(part.id == layer.id for part in model.layers)]
    first = {model.kind == "Sequential" and model.layers[0].id == layer.id for model in owners}
    if not owners or len(first) > 1 or any(model.kind == "Subclassed" for model in owners):
        return None
    if first == {False}:
        return RemoveArgument(layer.site, names)
    begun = {owner.id for owner in owners}
    nested = any(m.kind == "Sequential" and m.layers and m.layers[0].id in begun for m in story.models)
    return InputBefore(layer.site, names, nested)
