"""SRN319: some stateful layers are reset, and others never are."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Verdict
from statelint.remedies import ResetLayers
from statelint.rules.base import Report, Rule
from statelint.rules.continuity import RESET
from statelint.rules.places import placed
from statelint.rules.resetting import is_flat
from statelint.rules.stray_resets import judge_after_reset
from statelint.sites import Site
from statelint.trace.objects import Layer
from statelint.trace.queries import History, is_stateful
from statelint.trace.recording import Recording
from statelint.trace.story import Feed, Reset, Story, Trace, Walked
from statelint.values import assumptions, number

_FOLLOWED = 16

INSTEAD = f"reset all of them: {RESET}"


class PartialReset(Rule):
    code = "SRN319"
    name = "partial-reset"
    severity = Severity.WARNING
    why = "Every stateful layer has a state of its own: those that aren't reset go on with the old sequence."

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            seen: set[Site] = set()
            for position, feed in story.feeds():
                found = _partial(story, position, feed)
                if found is None:
                    continue
                reset, kept, name = found
                site, related = placed(reset, feed.context.stack)
                if site in seen:
                    continue
                seen.add(site)
                yield Report(
                    site=site,
                    message=_message(feed, kept, name),
                    instead=INSTEAD,
                    assumptions=assumptions(*(layer.stateful for layer in kept)),
                    related=(
                        *(Related(layer.site, f"this {layer.kind} keeps its state") for layer in kept),
                        Related(feed.site, "the call that starts from the rest of the old state"),
                        *related,
                    ),
                    # Some layers may be meant to keep more than others.
                    remedy=ResetLayers(site, of_layer=True) if is_flat(feed.model) else None,
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        return judge_after_reset(finding, recording)


def _partial(story: Story, position: int, feed: Feed) -> tuple[Reset, tuple[Layer, ...], str | None] | None:
    """The first reset before the feed, where all resets there leave out layers that are never reset; and the
    name that a layer must have to be reset there.
    """
    if not is_stateful(feed.model):
        return None
    resets: list[Reset] = []
    # The names without which a layer isn't reset; None stands for any other condition.
    names: set[str | None] = set()
    walks = False
    for event, certain in History(story, position, feed.model, feed.context):
        if isinstance(event, Feed):
            break
        if isinstance(event, Walked):
            walks = True
            continue
        if not isinstance(event, Reset) or event.layers is None or not _is_followed(event):
            return None
        if not certain:
            names.add(_name_asked_for(event, feed))
        resets.append(event)
    else:
        return None
    if names:
        return _by_name(story, feed, resets, names)
    # Layers that are reset at other times are reset on purpose so.
    ever: set[int] = set()
    for event in story.events:
        if isinstance(event, Reset):
            if event.layers is None:
                return None
            ever |= event.layers
    kept = tuple(layer for layer in feed.model.stateful_layers if layer.id not in ever)
    if walks and any(layer.id not in {outer.id for outer in feed.model.layers} for layer in kept):
        # A loop over the outer layers doesn't reach what is inside them: that is SRN314.
        return None
    return (resets[-1], kept, None) if resets and kept else None


def _by_name(
    story: Story, feed: Feed, resets: list[Reset], names: set[str | None]
) -> tuple[Reset, tuple[Layer, ...], str | None] | None:
    """The reset of the one layer that has a name: no two layers of a model have the same."""
    name, layers = next(iter(names)), feed.model.stateful_layers
    all_ask = all(_name_asked_for(event, feed) == name for event in story.events if isinstance(event, Reset))
    if name is None or len(names) > 1 or len(layers) < 2 or not all_ask:
        return None
    # Keras gives the plain name to the layer that is made first.
    return resets[-1], layers[1:], name


def _name_asked_for(reset: Reset, feed: Feed) -> str | None:
    """The name that the layer must have, where nothing else decides whether it is reset."""
    asked = [condition for condition in reset.context.when if condition not in feed.context.when]
    match [(condition.id, condition.arm) for condition in asked]:
        case [(("if", ("compare", "Equal", ("attribute", _, "name"), ("str", str(name)))), 0)]:
            return name
    return None


def _is_followed(reset: Reset) -> bool:
    """Whether all passes of the loops around the reset are in the story, those that draw layers included."""
    loops = (
        p.loop
        for p in reset.context.passes
        if isinstance(p.loop.over, tuple) and p.loop.over[:1] == ("layers",)
    )
    return all((number(loop.count) or _FOLLOWED + 1) <= _FOLLOWED for loop in loops)


def _message(feed: Feed, kept: tuple[Layer, ...], name: str | None) -> str:
    count, are = len(feed.model.stateful_layers), "is" if len(kept) == 1 else "are"
    if name is not None:
        return f"only one of {count} stateful layers can be called {name!r}: the others are never reset"
    return f"{count - len(kept)} of {count} stateful layers are reset: {_names(kept)} never {are}"


def _names(layers: tuple[Layer, ...]) -> str:
    return " and ".join(f"the {layer.kind} at {layer.site.where}" for layer in layers)
