"""What would reset a model: the remedies of the rules on resets that are missing."""

from __future__ import annotations

from statelint.remedies import AddHook, PassResetCallback, Remedy, ResetBefore
from statelint.sites import Site
from statelint.trace.objects import Model
from statelint.trace.queries import separating_loop
from statelint.trace.story import Feed, Loop, Trace


def is_flat(model: Model) -> bool:
    """Whether a loop over the model's layers reaches all that keep a state, on both generations."""
    direct = {layer.id for layer in model.layers}
    direct |= {inner.id for layer in model.layers if layer.kind == "Bidirectional" for inner in layer.inner}
    return model.complete and all(x.id in direct and not x.stacked for x in model.stateful_layers)


def reset_in_loop(feed: Feed, loop: Loop) -> Remedy | None:
    """A reset in each pass of a loop around a feed: in a callback where Keras runs the loop."""
    if not is_flat(feed.model) or feed.context.hook is not None:
        return None
    if loop.kind == "epochs":
        return PassResetCallback(feed.site, ("on_epoch_begin",))
    return ResetBefore(feed.site, loop.site)


def reset_before(feed: Feed, source: Feed) -> Remedy | None:
    """A reset between two feeds; in a function, where other calls of it may want none, it isn't safe."""
    if not is_flat(feed.model) or feed.context.hook is not None:
        return None
    if len(source.context.when) > len(feed.context.when):
        # It runs now and then only, and otherwise the state is that of what comes before.
        return None
    depth = len(feed.context.stack)
    since = (*source.context.stack, source.site)[min(depth, len(source.context.stack))]
    return ResetBefore(feed.site, since=since, across=_across(feed, source), safe=not depth)


def _across(feed: Feed, source: Feed) -> Site | None:
    """The loop in whose pass before the source ran, where the loops inside it begin with the feed."""
    loop = separating_loop(source.context, feed.context)
    if loop is None:
        return None
    ids = [one.loop.id for one in feed.context.passes]
    inner = feed.context.passes[ids.index(loop.id) + 1 :]
    return None if any(one.index for one in inner) else loop.site


def reset_around_validation(trace: Trace, feed: Feed) -> Remedy | None:
    """A reset when the validation in a fit begins, in the callback that resets already where there is one."""
    if not is_flat(feed.model):
        return None
    for callback in trace.callbacks:
        if callback.id in feed.call.callbacks and callback.kind == "class" and callback.resets:
            return AddHook(callback.site, "on_test_begin")
    return PassResetCallback(feed.site, ("on_epoch_begin", "on_test_begin"))
