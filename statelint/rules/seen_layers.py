"""Recurrent layers in a recording: which of them a finding speaks of, and where their state is carried on."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.rules.measured import stands_at
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
