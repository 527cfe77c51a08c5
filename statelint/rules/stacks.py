"""Recurrent layers stacked on one another: which one feeds which, along one time axis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from statelint.trace.agreement import conditions_of, disagree
from statelint.trace.objects import Layer, Model
from statelint.trace.story import Called, Context, Made, Story
from statelint.values import Ternary, is_


@dataclass(frozen=True, slots=True)
class Link:
    """Two recurrent layers (or wrappers around one), the output of `lower` being the input of `upper`.

    What stands between them keeps axis 1 as it is.
    """

    lower: Layer
    upper: Layer


def core(layer: Layer) -> Layer | None:
    """The recurrent layer itself, or the one that a Bidirectional wraps; None for all other layers."""
    if layer.kind == "Bidirectional" and layer.inner:
        layer = layer.inner[0]
    # A subclass of the program's own may set what its constructor isn't given.
    return layer if layer.recurrent and layer.described else None


def returns_sequences(layer: Layer) -> Ternary:
    """Whether a recurrent layer returns all its outputs and not only the last one."""
    inner = core(layer)
    return Ternary.UNKNOWN if inner is None else is_(inner.argument("return_sequences"), True)


def links(story: Story) -> Iterator[Link]:
    """All pairs of recurrent layers in a story of which one certainly feeds the other."""
    contexts = {event.layer.id: event.context for event in story.events if isinstance(event, Made)}
    for model in story.models:
        rows = (model.layers, *model.ways) if model.in_order and model.complete else model.ways
        if model.kind == "Sequential":
            found = dict.fromkeys(link for row in rows for link in _in_sequence(row))
            yield from (link for link in found if _can_meet(contexts, link))
    made = {
        event.output: event
        for event in story.events
        if isinstance(event, Called) and event.output is not None
    }
    for event in made.values():
        if core(event.layer) is not None:
            lower = _below(event, made)
            if lower is not None:
                yield Link(lower, event.layer)


def _can_meet(contexts: Mapping[int, Context], link: Link) -> bool:
    """Whether one run of the program can make both layers."""
    lower, upper = contexts.get(link.lower.id), contexts.get(link.upper.id)
    return lower is None or upper is None or not disagree(conditions_of(lower), conditions_of(upper))


def _in_sequence(layers: Iterable[Layer]) -> Iterator[Link]:
    lower: Layer | None = None
    for layer in layers:
        if core(layer) is not None:
            if lower is not None:
                yield Link(lower, layer)
            lower = layer
        elif not keeps_time(layer):
            lower = None


def _below(event: Called, made: dict[object, Called]) -> Layer | None:
    """The recurrent layer from which the call's sequence comes."""
    while len(event.inputs) == 1 or (core(event.layer) is not None and "initial_state" in event.arguments):
        found = made.get(event.inputs[0])
        if found is None:
            return None
        if core(found.layer) is not None:
            return found.layer
        if not keeps_time(found.layer):
            return None
        event = found
    return None


def keeps_time(layer: Layer) -> bool:
    """Whether step t of the layer's output certainly comes from step t of its input."""
    return layer.described and "keeps_time" in layer.roles


def models_with(story: Story, *layers: Layer) -> Iterator[Model]:
    """The models that hold one of the layers."""
    ids = {layer.id for layer in layers}
    return (model for model in story.models if any(layer.id in ids for layer in model.walk()))
