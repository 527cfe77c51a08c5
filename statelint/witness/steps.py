"""What a witness does: the program's calls and resets of one model, in its loops, as the trace tells them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace

from statelint.findings import Finding
from statelint.sites import Site
from statelint.trace.objects import Model
from statelint.trace.queries import shares_state
from statelint.trace.story import OVER_BATCHES, Call, Context, Event, Loop, Mentioned, Pass, Reset, Story
from statelint.values import number

_LOOPS = ("for", "while")
MAX_PASSES = 3


@dataclass(slots=True)
class Repeat:
    """A loop: `events` of all its passes, what one of them does, and how often it runs."""

    loop: Loop
    count: int
    body: list[Step] = field(default_factory=list)


Step = Repeat | Call | Reset | Mentioned


@dataclass(slots=True)
class Steps:
    """What is done to a model, and in which hooks of which calls."""

    body: list[Step] = field(default_factory=list)
    # What the hooks of a call do, by the call's id and the hook's name.
    hooks: dict[int, dict[str, list[Step]]] = field(default_factory=dict)
    # The loops from whose passes to the next the data of a call change, outermost first, by the call's id.
    varying: dict[int, tuple[int, ...]] = field(default_factory=dict)


def focus(story: Story, finding: Finding) -> tuple[Event | None, Model] | None:
    """What the finding is about: an event (None where nothing is done with the model), and its model."""
    site = finding.site
    calls = [event for event in story.calls() if event.model.stateful_layers]
    for event in calls:
        if event.site == site:
            return event, event.model
    for step in story.events:
        if step.site == site and isinstance(step, Reset | Mentioned):
            model = _model_of(story, step)
            if model is not None:
                return step, model
    sites = (site, *(related.site for related in finding.related))
    for about in (_feeds_from, _stands_in):
        for wanted in sites:
            for event in calls:
                if about(event, wanted):
                    return event, event.model
    for model in story.models:
        if model.stateful_layers and any(layer.site.contains(site) for layer in model.walk()):
            return None, model
    return None


def steps_of(story: Story, target: Event | None, model: Model) -> Steps:
    """All that the story does to the model up to the target, and to the end of the loops that it is in."""
    if target is None:
        return Steps()
    arms = {condition.id: condition.arm for condition in target.context.when}
    events = [
        event
        for event in story.events
        if isinstance(event, Call | Reset | Mentioned)
        and all(arms.get(condition.id, 0) == condition.arm for condition in event.context.when)
        and _concerns(story, event, model)
        and not _is_in_the_way(event, target)
    ]
    steps = Steps()
    main: list[Event] = []
    holder: Call | None = None
    for event in events:
        hook = event.context.hook
        if hook is None:
            main.append(event)
            if isinstance(event, Call) and event.method in OVER_BATCHES:
                holder = event
        elif holder is not None and hook != "generator":
            done = steps.hooks.setdefault(holder.id, {}).setdefault(hook, [])
            if not any(_is_same(step, event) for step in done):
                _append(done, event)
    steps.varying = _varying([event for event in main if isinstance(event, Call)])
    steps.body = _grouped(_until(main, target), 0, target)
    return steps


def _is_in_the_way(event: Event, target: Event) -> bool:
    """Whether a reset raises before the one that is meant, which does too, comes about."""
    return (
        isinstance(event, Reset)
        and isinstance(target, Reset)
        and event.missing
        and not event.guarded
        and event.site != target.site
    )


def program_passes(context: Context) -> tuple[Pass, ...]:
    """The passes of the program's own loops in which something happens."""
    return tuple(p for p in context.passes if p.loop.kind in _LOOPS)


def _until(events: list[Event], target: Event) -> list[Event]:
    """The events up to the end of the outermost loop around the target, or to the target itself.

    A reset is told with the call that comes next.
    """
    last = next((k for k, event in enumerate(events) if event is target), len(events) - 1)
    if not isinstance(target, Call):
        last = next((k for k in range(last, len(events)) if isinstance(events[k], Call)), last)
    around = program_passes(events[last].context)[:1] if events else ()
    for k in range(last + 1, len(events)):
        inside = program_passes(events[k].context)[:1]
        if not around or not inside or inside[0].loop.id != around[0].loop.id:
            break
        last = k
    return events[: last + 1]


def _grouped(events: Sequence[Event], depth: int, target: Event) -> list[Step]:
    steps: list[Step] = []
    position = 0
    while position < len(events):
        event = events[position]
        passes = program_passes(event.context)
        if len(passes) <= depth:
            assert isinstance(event, Call | Reset | Mentioned)
            _append(steps, event)
            position += 1
            continue
        loop = passes[depth].loop
        end = position
        while end < len(events) and _is_in(events[end], loop, depth):
            end += 1
        steps += _repeated(events[position:end], loop, depth, target)
        position = end
    return steps


def _repeated(events: Sequence[Event], loop: Loop, depth: int, target: Event) -> list[Step]:
    by_pass: dict[int, list[Event]] = {}
    for event in events:
        by_pass.setdefault(program_passes(event.context)[depth].index, []).append(event)
    if not any(isinstance(event, Call) for event in events):
        # A loop over layers: what its passes reset, they reset one after the other.
        return _grouped([event for done in by_pass.values() for event in done], depth + 1, target)
    chosen = next(
        (done for done in by_pass.values() if any(event is target for event in done)),
        max(by_pass.values(), key=len),
    )
    best = max(by_pass.values(), key=len)
    if len(best) > len(chosen) and any(event.site == target.site for event in best):
        chosen = best
    body = _grouped(chosen, depth + 1, target)
    known = number(loop.count)
    most = min(MAX_PASSES, known) if known is not None else MAX_PASSES
    return [Repeat(loop, max(most, 1), body)]


def _varying(calls: Sequence[Call]) -> dict[int, tuple[int, ...]]:
    """From which loops' passes to the next the data of each call change."""
    by_site: dict[Site, list[Call]] = {}
    for call in calls:
        by_site.setdefault(call.site, []).append(call)
    found: dict[int, tuple[int, ...]] = {}
    for same in by_site.values():
        loops = [p.loop.id for p in program_passes(same[0].context)]
        changing = tuple(
            loop for depth, loop in enumerate(loops) if any(_differ(a, b, depth) for a in same for b in same)
        )
        found.update((call.id, changing) for call in same)
    return found


def _differ(one: Call, other: Call, depth: int) -> bool:
    """Whether a call gets other data in two passes of one loop, in the same passes of all others."""
    mine, theirs = program_passes(one.context), program_passes(other.context)
    if len(mine) != len(theirs) or any(a.loop.id != b.loop.id for a, b in zip(mine, theirs, strict=True)):
        return False
    indices: list[tuple[Hashable, Hashable]] = [
        (a.index, b.index) for k, (a, b) in enumerate(zip(mine, theirs, strict=True)) if k != depth
    ]
    return (
        mine[depth].index != theirs[depth].index
        and all(a == b for a, b in indices)
        and one.data.key != other.data.key
    )


def _append(steps: list[Step], event: Call | Reset | Mentioned) -> None:
    """Add a step; the resets of several layers at one place are one."""
    last = steps[-1] if steps else None
    if (
        isinstance(event, Reset)
        and isinstance(last, Reset)
        and (last.site, last.via) == (event.site, event.via)
    ):
        if last.layers is not None and event.layers is not None:
            steps[-1] = replace(last, layers=last.layers | event.layers)
    else:
        steps.append(event)


def _is_in(event: Event, loop: Loop, depth: int) -> bool:
    passes = program_passes(event.context)
    return len(passes) > depth and passes[depth].loop.id == loop.id


def _is_same(step: Step, event: Event) -> bool:
    if isinstance(step, Repeat) or type(step) is not type(event) or step.site != event.site:
        return False
    if not isinstance(step, Reset) or not isinstance(event, Reset) or step.layers is None:
        return True
    return event.layers is None or event.layers <= step.layers


def _concerns(story: Story, event: Event, model: Model) -> bool:
    if isinstance(event, Call):
        return shares_state(event.model, model)
    found = _model_of(story, event)
    return found is not None and shares_state(found, model)


def _model_of(story: Story, event: Event) -> Model | None:
    """The model that a reset concerns, that of a layer where it names none."""
    if not isinstance(event, Reset | Mentioned):
        return None
    if event.model is not None:
        return event.model
    layers = event.layers if isinstance(event, Reset) else {event.layer.id} if event.layer else None
    for candidate in story.models:
        if layers and any(layer.id in layers for layer in candidate.stateful_layers):
            return candidate
    return None


def _feeds_from(call: Call, site: Site) -> bool:
    """Whether the data of a call were made at the site."""
    for data in (call.data, call.validation):
        if data is None:
            continue
        made: list[Site | None] = [data.yields_shuffled, data.rows_shuffled]
        if data.windows is not None:
            made.append(data.windows.site)
        if data.array is not None:
            made += [data.array.shuffle_site, data.array.separate_site]
        if (dataset := data.dataset) is not None:
            made += [dataset.shuffle_site, dataset.rows_shuffled, dataset.separate_site, dataset.batch_site]
            made.append(dataset.raced_at)
        if site in made:
            return True
    return False


def _stands_in(call: Call, site: Site) -> bool:
    return any(layer.site.contains(site) for layer in call.model.walk())
