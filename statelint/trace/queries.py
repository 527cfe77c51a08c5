"""Questions that rules put to a story."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from statelint.trace.objects import Array, Model
from statelint.trace.story import (
    Built,
    Call,
    Context,
    Event,
    Feed,
    Guarded,
    Loop,
    Mentioned,
    Opaque,
    Pass,
    Reset,
    Story,
    Walked,
)
from statelint.values import Known, Ternary, number


@dataclass(frozen=True, slots=True)
class Entering:
    """The state with which a feed begins.

    `kind` is "carried" (from the feed `source`), "reset" (by `source`), "fresh" (the model was just
    built) or "unknown".
    """

    kind: str
    source: Event | None = None


RESETS = ("reset_states", "reset_state")


def is_stateful(model: Model) -> bool:
    """Whether the program proves that the model keeps state."""
    return bool(model.stateful_layers)


def touches(event: Opaque, model: Model) -> bool:
    """Whether something that isn't followed can reach the model or its layers."""
    if event.models is None:
        return True
    return model.id in event.models or any(layer.id in event.models for layer in model.stateful_layers)


def shares_state(one: Model, other: Model) -> bool:
    """Whether two models have a stateful layer in common."""
    if one.id == other.id:
        return True
    ids = {layer.id for layer in one.stateful_layers}
    return any(layer.id in ids for layer in other.stateful_layers)


def is_vain(event: Event, model: Model) -> bool:
    """Whether the program meant to reset the model here in a way that may come to nothing, which has rules
    of its own.
    """
    if isinstance(event, Walked):
        return shares_state(event.model, model)
    if not isinstance(event, Mentioned | Guarded) or event.name not in RESETS:
        return False
    if isinstance(event, Guarded) and event.answer:
        return False
    if event.model is not None:
        return shares_state(event.model, model)
    return event.layer is not None and any(layer.id == event.layer.id for layer in model.stateful_layers)


# How many events a history goes back; what lies before is as good as unknown.
LOOKBACK = 400


class History:
    """What has happened to a model's state before some event, read backwards."""

    def __init__(self, story: Story, position: int, model: Model, context: Context) -> None:
        self.story = story
        self.position = position
        self.model = model
        self.context = context
        self.stateful = {layer.id for layer in model.stateful_layers}

    def __iter__(self) -> Iterator[tuple[Event, bool]]:
        """The events that concern the model, latest first, and whether each certainly happened."""
        events = self.story.events
        for position in range(self.position - 1, max(self.position - LOOKBACK, 0) - 1, -1):
            event = events[position]
            if event.context.excludes(self.context):
                continue
            concerns = (
                (isinstance(event, Feed) and shares_state(event.model, self.model))
                or (isinstance(event, Reset) and (event.layers is None or bool(event.layers & self.stateful)))
                or (isinstance(event, Opaque) and touches(event, self.model))
                or (isinstance(event, Built) and event.layer.id in self.stateful)
                or is_vain(event, self.model)
            )
            if concerns:
                yield event, self.context.implies(event.context)

    def entering(self) -> Entering:
        """Where the state that enters here comes from."""
        left = set(self.stateful)
        maybe = False
        for event, certain in self:
            match event:
                case Opaque():
                    return Entering("unknown", event)
                case Built():
                    return Entering("unknown" if maybe else "fresh", event)
                case Reset() if certain and event.layers is not None:
                    left -= event.layers
                    if not left:
                        return Entering("unknown" if maybe else "reset", event)
                case Reset() | Mentioned() | Guarded() | Walked():
                    maybe = True
                case Feed():
                    if maybe or left != self.stateful:
                        return Entering("unknown", event)
                    return Entering("carried", event)
        return Entering("unknown")

    def unbroken(self) -> Iterator[Feed]:
        """The feeds whose state certainly reaches this point, latest first: nothing in between sets it
        back.
        """
        for event, _ in self:
            if not isinstance(event, Feed):
                return
            yield event


def position_of(story: Story, feed: Feed) -> int:
    """Where a feed stands among the story's events."""
    return _positions(story)[id(feed)]


@lru_cache(maxsize=64)
def _positions(story: Story) -> dict[int, int]:
    return {id(feed): position for position, feed in story.feeds()}


def entering(story: Story, position: int, feed: Feed) -> Entering:
    """Where the state that enters a feed comes from."""
    if story.events[position] is feed:
        return _entering_at(story, position)
    return History(story, position, feed.model, feed.context).entering()


@lru_cache(maxsize=4096)
def _entering_at(story: Story, position: int) -> Entering:
    feed = story.events[position]
    assert isinstance(feed, Feed)
    return History(story, position, feed.model, feed.context).entering()


def common_passes(one: Context, other: Context) -> tuple[tuple[Pass, Pass], ...]:
    """The passes of the loops that both events are in, outermost first."""
    pairs = []
    for mine, theirs in zip(one.passes, other.passes, strict=False):
        if mine.loop.id != theirs.loop.id:
            break
        pairs.append((mine, theirs))
    return tuple(pairs)


def separating_loop(one: Context, other: Context) -> Loop | None:
    """The outermost loop between whose passes the two events lie."""
    for mine, theirs in common_passes(one, other):
        if mine.index != theirs.index:
            return mine.loop
    return None


def leaves_passes_out(one: Context, other: Context) -> bool:
    """Whether passes that aren't told lie between the two events: the last one is told behind the second."""
    for mine, theirs in common_passes(one, other):
        if mine.index != theirs.index:
            count = number(theirs.loop.count)
            return theirs.last and count is not None and theirs.index < count - 1
    return False


def repeats(loop: Loop) -> Ternary:
    """Whether the loop certainly makes more than one pass; a loop of the program is written to do so."""
    count = number(loop.count)
    if count is not None:
        return Ternary.of(count > 1)
    return Ternary.UNKNOWN if loop.kind in ("epochs", "batches") else Ternary.YES


def pair_of(call: Call) -> tuple[Array | None, Array | None]:
    """What a call is fed with and its targets, as arrays or as the two parts of a Dataset."""
    parts = call.data.dataset.parts if call.data.dataset is not None else ()
    values = parts if len(parts) == 2 else (None, call.argument("y") if "y" in call.arguments else None)
    inputs, targets = (
        v.value if isinstance(v, Known) and isinstance(v.value, Array) else None for v in values
    )
    return call.data.array or inputs, targets
