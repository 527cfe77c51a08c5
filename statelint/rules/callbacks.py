"""Callbacks that were meant to reset and never do: what SRN310, SRN311 and SRN315 look at.

SRN301, SRN302 and SRN306 leave such training to them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from statelint.rules.epochs import carried_epochs
from statelint.rules.hooks import HOOKS
from statelint.sites import Site
from statelint.trace.objects import Callback, Hook
from statelint.trace.queries import entering, is_stateful
from statelint.trace.story import Call, Feed, Instantiated, Reset, Story, Trace
from statelint.values import Ternary


@dataclass(frozen=True, slots=True)
class Failing:
    """A hook that would reset and isn't run: `why` is "unused", "misspelt" or "constructed"."""

    why: str
    callback: Callback
    hook: Hook

    @property
    def intended(self) -> str:
        """The hook of Keras that is meant."""
        if self.hook.name in HOOKS:
            return self.hook.name
        if "valid" in self.hook.name or "eval" in self.hook.name:
            return "on_test_begin"
        near = get_close_matches(self.hook.name, HOOKS, n=1, cutoff=0.7)
        return near[0] if near else self.hook.name

    def serves(self, feed: Feed) -> bool:
        """Whether the hook would have set the state back before the feed."""
        name = self.intended
        return "test" in name if feed.phase == "validation" else "epoch" in name or "batch" in name


def failing(trace: Trace, story: Story, call: Call) -> Iterator[Failing]:
    """The hooks that would reset in this fit, and never do."""
    for callback in trace.callbacks:
        if callback.id in call.callbacks:
            for hook in callback.hooks:
                if hook.name not in HOOKS and (hook.resets or _constructed(trace, hook)):
                    if not (hook.resets and _runs(trace, hook)):
                        yield Failing("misspelt", callback, hook)
                elif callback.kind == "lambda" and _constructed(trace, hook):
                    yield Failing("constructed", callback, hook)
        elif is_unused(trace, callback) and not story.name and call.method.startswith("fit"):
            yield from (Failing("unused", callback, hook) for hook in callback.hooks if hook.resets)


def is_left_out(trace: Trace, story: Story, feed: Feed) -> bool:
    """Whether a reset that never runs was meant for this feed: it has a rule of its own."""
    return any(found.serves(feed) for found in failing(trace, story, feed.call))


def missed(trace: Trace, why: str) -> Iterator[tuple[Failing, Feed]]:
    """The failing hooks of one kind, with the first feed that meets the state they should have cleared."""
    seen: set[Site] = set()
    for story in trace.stories:
        feeds = [carried.feed for carried in carried_epochs(story)] + list(_validations(story))
        if why == "constructed":
            # Of an endless stream, too, some reset was wanted.
            feeds += _later_epochs(story)
        for feed in feeds:
            for found in failing(trace, story, feed.call):
                if found.why == why and found.serves(feed) and found.hook.site not in seen:
                    seen.add(found.hook.site)
                    yield found, feed


def _later_epochs(story: Story) -> Iterator[Feed]:
    for _, feed in story.feeds("train"):
        if is_stateful(feed.model) and any(p.loop.kind == "epochs" and p.index for p in feed.context.passes):
            yield feed


def _validations(story: Story) -> Iterator[Feed]:
    for position, feed in story.feeds("validation"):
        if is_stateful(feed.model):
            start = entering(story, position, feed)
            if start.kind == "carried" and isinstance(start.source, Feed) and start.source.phase == "train":
                yield feed


def is_unused(trace: Trace, callback: Callback) -> bool:
    """Whether the program certainly never gives the callback to Keras."""
    if callback.kind == "library" or callback.base is not Ternary.YES or not callback.is_followed:
        return False
    if any(callback.id in other.parents for other in trace.callbacks):
        return False
    made = {
        story.name
        for story in trace.stories
        for event in story.events
        if isinstance(event, Instantiated) and event.callback.id == callback.id
    }
    if made and "" not in made:
        # A factory that this file doesn't call: others may.
        return False
    calls = [call for story in trace.stories for call in story.calls()]
    if any(callback.id in call.callbacks or not call.callbacks_known for call in calls):
        return False
    return not any(_runs(trace, hook) for hook in callback.hooks)


def _runs(trace: Trace, hook: Hook) -> bool:
    """Whether the reset in a hook runs in some other way: another method calls it."""
    return any(
        isinstance(event, Reset) and hook.site.contains(event.site)
        for story in trace.stories
        if story.name != hook.name
        for event in story.events
    )


def _constructed(trace: Trace, hook: Hook) -> bool:
    """Whether the reset runs while the keyword's value, None, is made."""
    resets = (e for story in trace.stories for e in story.events if isinstance(e, Reset))
    return hook.is_none and any(
        hook.site.contains(site) for reset in resets for site in (reset.site, *reset.context.stack)
    )
