"""Callbacks that move the state of the model that is being trained."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.trace.queries import History, entering, is_stateful, position_of
from statelint.trace.story import INFERENCE, Feed, Story

# What a callback reads here from zeros on is read so that the batches start from it.
_BEGINNINGS = ("on_train_begin", "on_epoch_begin")


def disturbing(story: Story) -> Iterator[tuple[Feed, Feed]]:
    """The inferences made in callbacks, each with the training (or validation) that goes on from it or from
    others that went on from it.
    """
    for position, feed in story.feeds():
        if feed.phase in ("train", "validation") and feed.context.hook is None and is_stateful(feed.model):
            # Even a reset that may not run is left in peace.
            for source in History(story, position, feed.model, feed.context).unbroken():
                if source.context.hook is None or source.phase not in INFERENCE:
                    break
                if not _warms_up(story, source):
                    yield source, feed


def _warms_up(story: Story, source: Feed) -> bool:
    """Whether it is there for the state that it leaves: it reads something from zeros on."""
    hook, feed = source.context.hook, source
    seen: set[int] = set()
    while hook in _BEGINNINGS and id(feed) not in seen:
        seen.add(id(feed))
        start = entering(story, position_of(story, feed), feed)
        if start.source is None or start.source.context.hook != hook:
            return False
        if not isinstance(start.source, Feed):
            return start.kind == "reset"
        feed = start.source
    return False
