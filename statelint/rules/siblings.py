"""Sequences of which a program itself says that they are separate: it resets after each of them elsewhere."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from statelint.rules.chance import files_of
from statelint.rules.orders import has_several_batches
from statelint.rules.relation import leads_to
from statelint.trace.keys import parts
from statelint.trace.objects import Model
from statelint.trace.queries import separating_loop, shares_state
from statelint.trace.story import OVER_BATCHES, Feed, Loop, Reset, Story


def begins_next_sequence(story: Story, source: Feed, feed: Feed) -> bool:
    """Whether a loop over sequences comes to the next one, step by step or in a pass over its batches, in a
    program that resets after each sequence that it trains on.
    """
    loop = separating_loop(source.context, feed.context)
    if loop is None or loop.kind != "for" or source.site != feed.site:
        return False
    if not _has_several_steps(feed, loop):
        return False
    before = dict(_items(source, loop))
    goes_on = any(whole in before and before[whole] != at for whole, at in _items(feed, loop))
    is_next = goes_on and not (loop.items and leads_to(source.data, feed.data))
    return (is_next or _read_other_files(source, feed)) and _resets_after_each(
        story, feed.model, in_passes=not _is_stepped(feed, loop)
    )


def _is_stepped(feed: Feed, loop: Loop) -> bool:
    """Whether a loop inside the other one feeds step by step."""
    steps = feed.context.passes[-1].loop
    return steps.id != loop.id and steps.kind in ("for", "while")


def _has_several_steps(feed: Feed, loop: Loop) -> bool:
    """Whether the state goes on inside a pass of the loop: by an inner loop, or from batch to batch."""
    if _is_stepped(feed, loop):
        return True
    return feed.call.method in OVER_BATCHES and feed.data.kind == "array" and has_several_batches(feed)


def _is_one_batch(feed: Feed, loop: Loop) -> bool:
    """Whether a pass of the loop is no more than one batch, as far as is known."""
    return not _has_several_steps(feed, loop) and (
        feed.call.method not in OVER_BATCHES or feed.data.samples is not None
    )


def _items(feed: Feed, loop: Loop) -> Iterator[tuple[Hashable, Hashable]]:
    """The items of what the loop goes over, of which the data are a part: each as the whole and its place."""
    named = frozenset(_named(loop.items))
    for part in parts(feed.data.key):
        if part in named:
            yield "named", part
        match part:
            case ("item" | "index", whole, at) if whole == _gone_over(loop):
                yield whole, at


def _named(items: tuple[Hashable, ...]) -> Iterator[Hashable]:
    """The things that a loop's items are or hold, as the program names them, but for numbers."""
    for item in items:
        match item:
            case ("Tuple", tuple(held)):
                yield from _named(held)
            case (str(kind), *_) if kind not in ("int", "float", "bool", "NoneType"):
                yield item


def _read_other_files(one: Feed, other: Feed) -> bool:
    """Whether all that is read from files for the one is read from other files for the other."""
    mine, theirs = files_of(one.data), files_of(other.data)
    return bool(mine) and bool(theirs) and mine.isdisjoint(theirs)


def _reads_next_file(story: Story, feed: Feed, loop: Loop) -> bool:
    """Whether all other passes of the loop train on other files there."""
    others = [
        other
        for _, other in story.feeds("train")
        if other.site == feed.site and separating_loop(other.context, feed.context) == loop
    ]
    return bool(others) and all(_read_other_files(other, feed) for other in others)


def _gone_over(loop: Loop) -> Hashable:
    """What a loop goes over, or counts the items of."""
    match loop.over:
        case ("range", ("int", 0), ("length", whole), ("int", 1)):
            return whole
    return loop.over


def _resets_after_each(story: Story, model: Model, *, in_passes: bool) -> bool:
    """Whether the model is trained on the items of a loop and reset at the end of each of its passes; where
    sequences are read `in_passes`, an item that is a single batch may be a step.
    """
    for position, feed in story.feeds("train"):
        if not shares_state(feed.model, model):
            continue
        for depth, one in enumerate(feed.context.passes, 1):
            is_sequence = one.loop.kind == "for" and (
                any(_items(feed, one.loop)) or _reads_next_file(story, feed, one.loop)
            )
            if is_sequence and not (in_passes and _is_one_batch(feed, one.loop)):
                around = feed.context.passes[:depth]
                if _is_reset_behind(story, position, feed, around):
                    return True
    return False


def _is_reset_behind(story: Story, position: int, feed: Feed, around: tuple[object, ...]) -> bool:
    """Whether a reset that certainly runs ends the pass `around` of a loop."""
    for event in story.events[position + 1 :]:
        if event.context.passes[: len(around)] != around:
            return False
        if (
            isinstance(event, Reset)
            and event.context.passes == around
            and feed.context.implies(event.context)
        ):
            return True
    return False
