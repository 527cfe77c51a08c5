"""Recurrent layers in a recording: which of them a finding speaks of, and where their state is carried on."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Status, Verdict
from statelint.rules.base import verdict
from statelint.rules.measured import not_measured, stands_at
from statelint.sites import Site
from statelint.trace.recording import BatchRun, LayerSeen, ModelSeen, Recording


def layers_at(recording: Recording, *sites: Site) -> Iterator[tuple[ModelSeen, LayerSeen]]:
    """The recurrent layers made at one of these sites (the layer, or the wrapper around it), with their
    models.
    """
    for model in recording.models:
        for layer in model.layers:
            if any(stands_at(layer.places, site) for site in sites):
                yield model, layer


def carried_into(recording: Recording, model: ModelSeen, layer: LayerSeen) -> BatchRun | None:
    """The first batch of the model that begins with a state which the layer kept from an earlier one."""
    for batch in recording.batches:
        probe = batch.entering
        if batch.model == model.index and batch.origin == "carried" and probe is not None:
            if probe.layers.get(layer.name, 0.0) > 0.0:
                return batch
    return None


def entered(recording: Recording, batch: BatchRun, layer: LayerSeen) -> str:
    """In words: the state with which the layer begins a batch."""
    name = next(call.name for call in recording.calls if call.index == batch.call)
    norm = batch.entering.layers.get(layer.name, 0.0) if batch.entering is not None else 0.0
    return f"a state of norm {norm:.3g} enters {layer.name} at batch {batch.batch + 1} of {name}"


def judge_backwards(recording: Recording, site: Site, *, wrapped: bool) -> Verdict:
    """Whether a layer that reads backwards, in a Bidirectional (`wrapped`) or alone, carried a state on."""
    for model, layer in layers_at(recording, site):
        if not layer.backwards or (layer.wrapper == "Bidirectional") is not wrapped:
            continue
        batch = carried_into(recording, model, layer)
        if batch is not None:
            text = "left by reading the batch before it from its end to its beginning"
            return verdict(recording, Status.CONFIRMED, f"{entered(recording, batch, layer)}, {text}")
    seen = [model.index for model, _ in layers_at(recording, site)]
    had_two = any(sum(batch.model == model for batch in recording.batches) > 1 for model in seen)
    if recording.outcome.status == "finished" and had_two:
        return verdict(recording, Status.REFUTED, "no layer that reads backwards carried a state on")
    return not_measured(recording, "a second batch")
