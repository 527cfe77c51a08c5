"""Weights that change their model or their time, and the states that don't: what SRN404 looks at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from statelint.rules.relation import rows_of
from statelint.sites import Site
from statelint.trace.objects import Data
from statelint.trace.queries import History, entering, is_stateful
from statelint.trace.story import Event, Feed, Reset, Stored, Story, Trace
from statelint.values import Ternary, is_, number


@dataclass(frozen=True, slots=True)
class Restored:
    """A feed that meets the state of `source`, while its weights were set at `site` after that."""

    feed: Feed
    source: Feed
    site: Site
    how: str


@dataclass(frozen=True, slots=True)
class Copied:
    """A feed of a model that got its weights at `site`; its data continue what `source` fed to another."""

    feed: Feed
    source: Feed
    site: Site


def restored(trace: Trace, story: Story) -> Iterator[Restored]:
    """The feeds whose state other weights left."""
    for position, feed in story.feeds():
        if not is_stateful(feed.model):
            continue
        start = entering(story, position, feed)
        source = start.source
        if start.kind != "carried" or not isinstance(source, Feed) or source.call.id == feed.call.id:
            continue
        for callback in trace.callbacks:
            restores = (
                is_(callback.arguments["restore_best_weights"].value, True)
                if (callback.name == "EarlyStopping" and "restore_best_weights" in callback.arguments)
                else Ternary.NO
            )
            if restores is Ternary.YES and callback.id in source.call.callbacks and _has_epochs(source):
                yield Restored(feed, source, callback.site, "restored from the best epoch")
        for event in _between(story, source, position):
            if isinstance(event, Stored) and event.method in ("load_weights", "set_weights"):
                if event.model.id == feed.model.id and feed.context.implies(event.context):
                    yield Restored(feed, source, event.site, "set since then")


def _has_epochs(feed: Feed) -> bool:
    epochs = number(feed.call.argument("epochs")) if "epochs" in feed.call.arguments else 1
    return epochs is None or epochs > 1


def _between(story: Story, source: Feed, position: int) -> Iterator[Event]:
    begun = next(k for k, event in enumerate(story.events) if event is source)
    yield from story.events[begun + 1 : position]


def copied(story: Story) -> Iterator[Copied]:
    """The first feeds of copies that go on with the series on which the original stopped."""
    for k, event in enumerate(story.events):
        origin = _origin(event)
        if origin is None or not isinstance(event, Stored) or event.model.id == origin:
            continue
        before = [e for e in story.events[:k] if isinstance(e, Feed) and e.model.id == origin]
        after = [(p, e) for p, e in story.feeds() if p > k and e.model.id == event.model.id]
        if not before or not after or not is_stateful(event.model):
            continue
        position, feed = after[0]
        source = before[-1]
        touched = any(
            isinstance(e, Feed | Reset) for e, _ in History(story, position, feed.model, feed.context)
        )
        same_size = source.model.batch_size == feed.model.batch_size
        if not touched and same_size and continues(source.data, feed.data):
            yield Copied(feed, source, event.site)


def _origin(event: Event) -> int | None:
    """The model whose weights are given to another one here."""
    if isinstance(event, Stored) and event.method in ("set_weights", "load_model"):
        for argument in event.arguments.values():
            key = argument.value.key
            if isinstance(key, tuple) and key[0] == "weights" and isinstance(key[1], int):
                return key[1]
    return None


def continues(one: Data, other: Data) -> bool:
    """Whether the rows of `other` certainly begin where those of `one` end, in one array."""
    first, second = rows_of(one), rows_of(other)
    if first is None or second is None or first.base != second.base:
        return False
    start, rows, begin = number(first.start), first.samples, number(second.start)
    return start is not None and rows is not None and begin == start + rows
