"""Resets that don't reach the state of what runs next: of another model, of some layers only, of the outer
layers only.

What SRN309, SRN314 and SRN319 look at, and how they measure it.
"""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Status, Verdict
from statelint.rules.base import verdict
from statelint.rules.continuity import starts
from statelint.rules.epochs import carried_epochs, judge_epochs
from statelint.rules.measured import batches_of, calls_at, not_measured, stands_at
from statelint.sites import Site
from statelint.trace.objects import Model
from statelint.trace.queries import History, is_stateful, position_of
from statelint.trace.recording import BatchRun, Recording
from statelint.trace.story import INFERENCE, Built, Feed, Opaque, Reset, Story


def misdirected(story: Story) -> Iterator[tuple[Feed, Reset]]:
    """The feeds that start from an old state though another model was reset for them, and that reset."""
    for carried in carried_epochs(story):
        # The passes of the loop end at the feed.
        begin = carried.position
        while begin and story.events[begin - 1].context.within(carried.loop):
            begin -= 1
        reset = _stray_reset(story, begin, carried.position, carried.feed)
        if reset is not None:
            yield carried.feed, reset
    for start in starts(story):
        if start.feed.phase in INFERENCE or start.source.phase in INFERENCE:
            reset = _stray_reset(story, position_of(story, start.source), start.position, start.feed)
            if reset is not None:
                yield start.feed, reset


def _stray_reset(story: Story, begin: int, end: int, feed: Feed) -> Reset | None:
    """The reset between two positions that clears the fresh state of another model than the feed's."""
    own = {layer.id for layer in feed.model.stateful_layers}
    between = story.events[begin:end]
    if any(isinstance(e, Reset) and (e.layers is None or e.layers & own) for e in between):
        return None
    for position, event in enumerate(between, begin):
        if (
            isinstance(event, Reset)
            and not event.context.when
            and not _runs_next(story, position, end, event)
        ):
            other = event.model or _owner(story, event)
            if other is not None and is_stateful(other) and _is_fresh(story, position, other):
                return event
    return None


def _owner(story: Story, reset: Reset) -> Model | None:
    """The model that holds the layers of a reset."""
    layers = reset.layers or frozenset()
    return next((m for m in story.models if layers & {layer.id for layer in m.stateful_layers}), None)


def _runs_next(story: Story, position: int, end: int, reset: Reset) -> bool:
    layers = reset.layers or frozenset()
    return any(
        isinstance(e, Feed) and any(layer.id in layers for layer in e.model.stateful_layers)
        for e in story.events[position:end]
    )


def _is_fresh(story: Story, position: int, model: Model) -> bool:
    """Whether the model certainly has not run since it was built or last reset."""
    context = story.events[position].context
    for event, certain in History(story, position, model, context):
        if isinstance(event, Built) or (isinstance(event, Reset) and certain):
            return True
        if isinstance(event, Feed | Opaque):
            return False
    return True


def judge_after_reset(finding: Finding, recording: Recording) -> Verdict:
    """Whether the batch after a reset at the finding still meets a state, and no later batch meets a zero
    one.
    """
    resets = [reset for reset in recording.resets if stands_at(reset.places, finding.site)]
    after: list[BatchRun] = []
    for reset in resets:
        # The very first batch starts from zero in any case.
        if 0 < reset.before_batch < len(recording.batches):
            after.append(recording.batches[reset.before_batch])
    concerned = {call.model for call in calls_at(recording, *(related.site for related in finding.related))}
    after = [batch for batch in after if not concerned or batch.model in concerned]
    if not after:
        return not_measured(recording, "a batch after the reset")
    models = {batch.model for batch in after}
    later = [b for b in recording.batches[after[0].index :] if b.model in models and b.entering is not None]
    zero = next((b for b in later if b.entering is not None and b.entering.is_zero), None)
    if zero is not None:
        return verdict(recording, Status.REFUTED, f"a zero state enters batch {zero.index + 1} of the run")
    met = next((b for b in after if b.origin == "carried" or (b.entering and not b.entering.is_zero)), None)
    if met is None or met.entering is None:
        return verdict(recording, Status.INCONCLUSIVE, "the state after the reset can't be read")
    kept = [name for name, norm in met.entering.layers.items() if norm]
    where = f" (in {', '.join(kept)})" if kept and len(kept) < len(met.entering.layers) else ""
    text = (
        f"right after the reset a state of norm {met.entering.norm:.3g}{where} enters batch {met.index + 1} "
        "of the run"
    )
    return verdict(recording, Status.CONFIRMED, text)


def judge_unreset(finding: Finding, recording: Recording, *sites: Site) -> Verdict:
    """Whether calls at these sites start from an old state, although a reset is written before them."""
    calls = calls_at(recording, *sites)
    names = {call.index: call.name for call in recording.calls}
    fresh = ""
    for call in calls:
        first = next(iter(batches_of(recording, [call])), None)
        if first is not None and first.index and first.entering is not None and first.entering.is_zero:
            fresh = call.name
        if first is None or first.entering is None or first.entering.is_zero or first.carried_from is None:
            continue
        source = recording.batches[first.carried_from].call
        if source not in {other.index for other in calls}:
            text = (
                f"the state of norm {first.entering.norm:.3g} that {names[source]} left enters the first "
                f"batch of {call.name}"
            )
            return verdict(recording, Status.CONFIRMED, text)
    judged = judge_epochs(finding, recording, *sites)
    if fresh and judged.status is Status.NOT_REACHED:
        return verdict(recording, Status.REFUTED, f"a zero state enters the first batch of {fresh}")
    return judged
