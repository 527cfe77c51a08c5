"""SRN303: the state is thrown away after every batch."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.remedies import MoveBeforeLoop, Remedy, RenameHook
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.feeding import batch_argument, training_samples
from statelint.rules.measured import batches_of, calls_at, not_measured
from statelint.rules.orders import separate_rows
from statelint.rules.places import placed
from statelint.rules.relation import is_in_random_order
from statelint.rules.sliding import contents
from statelint.sites import Site
from statelint.trace.objects import Array
from statelint.trace.queries import History, is_stateful
from statelint.trace.recording import Recording
from statelint.trace.story import INFERENCE, Event, Feed, Loop, Pass, Reset, Skipped, Story, Trace, Walked
from statelint.values import interned, number

INSTEAD = "reset once at the start of each epoch (or only where a sequence ends)"


class ResetEveryBatch(Rule):
    code = "SRN303"
    name = "reset-every-batch"
    severity = Severity.WARNING
    why = (
        "With a reset in every batch no state ever reaches the next one: the layer might as well be "
        "stateless."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            for position, feed in story.feeds():
                if feed.phase == "validation" or (feed.phase in INFERENCE and feed.context.hook is not None):
                    continue
                reset = reset_since_last_batch(story, position, feed)
                if reset is None or _is_skipped(story, reset):
                    continue
                hook = reset.context.hook
                where = f"in `{hook}`" if hook else "in the batch loop"
                site, related = placed(reset, feed.context.stack)
                yield Report(
                    site=site,
                    message=f"the state is reset {where}, before each batch has been continued by the next",
                    instead=INSTEAD,
                    related=(
                        Related(feed.site, f"the {_what(feed)} whose batches follow one another"),
                        *related,
                    ),
                    remedy=_remedy(trace, reset, site, _passes(feed)[-1].loop.site),
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        calls = calls_at(recording, *(related.site for related in finding.related))
        batches = batches_of(recording, calls, "train", *INFERENCE)
        after_first = [b for b in batches if b.index != batches[0].index]
        if not after_first:
            return not_measured(recording, "a second batch")
        carried = sum(
            1 for b in after_first if b.origin == "carried" and b.entering and not b.entering.is_zero
        )
        text = f"{carried} of {len(after_first)} batches inherit a state from the batch before"
        return verdict(recording, Status.REFUTED if carried else Status.CONFIRMED, text)


def _what(feed: Feed) -> str:
    return "training" if feed.phase == "train" else "inference"


def _remedy(trace: Trace, reset: Reset, site: Site, loop: Site) -> Remedy | None:
    """The reset once, before the loop; or the same hook of the epochs, where the callback has none yet."""
    if reset.context.hook is None:
        # What else is wrong with a model's own reset would move along.
        return MoveBeforeLoop(site, loop) if reset.via == "layer" and reset.built else None
    for callback in trace.callbacks:
        names = {hook.name for hook in callback.hooks}
        for hook in callback.hooks:
            meant = f"on_epoch_{hook.name.rpartition('_')[2]}"
            if hook.name == reset.context.hook and hook.site.contains(reset.site) and meant not in names:
                return RenameHook(hook.site, meant, safe=False)
    return None


def reset_since_last_batch(story: Story, position: int, feed: Feed) -> Reset | None:
    """The unconditional reset between this batch and the one before of the same data, in the same loop."""
    own_passes = _passes(feed)
    if not own_passes or not is_stateful(feed.model):
        return None
    own = own_passes[-1]
    resets: list[Reset] = []
    for event, certain in History(story, position, feed.model, feed.context):
        if isinstance(event, Reset) and certain and (resets or event.to_zero):
            resets.append(event)
        elif isinstance(event, Feed):
            passes = _passes(event)
            same_loop = len(passes) == len(own_passes) and passes[-1].loop.id == own.loop.id
            if not same_loop or passes[-1].index == own.index or not _consecutive(event, feed, own.loop):
                return None
            inside = [r for r in resets if r.context.within(own.loop)]
            reached = frozenset().union(*(r.layers or frozenset() for r in inside))
            stateful = {layer.id for layer in feed.model.stateful_layers}
            every_batch = inside and stateful <= reached and not _is_guarded_later(story, inside[-1], feed)
            return inside[-1] if every_batch else None
        elif not isinstance(event, Walked):
            return None
    return None


def _is_guarded_later(story: Story, reset: Reset, feed: Feed) -> bool:
    """Whether later passes reset only under a condition, which the first one has met: a counter's."""
    resets = [event for event in story.events if _is_same(event, reset)]
    fed = {c for event in story.events if _is_same(event, feed) for c in event.context.when}
    if any(not fed.issuperset(event.context.when) for event in resets):
        return True
    loop = _passes(feed)[-1].loop
    reached = {p.index for event in resets for p in event.context.passes if p.loop.id == loop.id}
    return _passes(feed)[-1].index not in reached


def _is_same(event: Event, other: Event) -> bool:
    """Whether both are the same statement on the same way, perhaps in other passes."""
    return (
        type(event) is type(other)
        and (event.site, event.context.stack) == (other.site, other.context.stack)
        and [p.loop.site for p in event.context.passes] == [p.loop.site for p in other.context.passes]
    )


def _passes(feed: Feed) -> tuple[Pass, ...]:
    """The loops around a batch; a fit that runs one epoch of one batch is none of them."""
    passes, call = feed.context.passes, feed.call
    if not passes or passes[-1].loop.kind != "epochs" or number(passes[-1].loop.count) != 1:
        return passes
    rows, size = training_samples(call), batch_argument(call)
    return passes[:-1] if rows is not None and size is not None and rows <= size else passes


def _is_skipped(story: Story, reset: Reset) -> bool:
    """Whether Keras leaves out some of the resets, because its batch hooks run once for several batches."""
    return any(isinstance(event, Skipped) and event.site == reset.site for event in story.events)


def _consecutive(earlier: Feed, later: Feed, loop: Loop) -> bool:
    """Whether the two are batches of several rows of one and the same data, and may continue each other."""
    if loop.kind == "batches":
        # Rows that chance has drawn for each batch are sequences of their own.
        is_drawn = later.data.kind == "generator" and is_in_random_order(later.data)
        return separate_rows(later.data) is None and not is_drawn
    one, other = earlier.data.array, later.data.array
    if _are_steps(earlier, later) or _are_pieces(one, other):
        return True
    if one is None or other is None or one.key == other.key or one.cut is None or one.cut != other.cut:
        return False
    if one.cut.axis:
        return True
    # One row at a time may be one whole sequence at a time.
    if one.samples == 1 or separate_rows(later.data) is not None:
        return False
    first, second = number(one.start), number(other.start)
    return first is not None and second is not None and second - first > 1


def _are_pieces(one: Array | None, other: Array | None) -> bool:
    """Whether the two are pieces of one series, each in a batch of its own, and the later begins where the
    earlier ends: windows that overlap are read as sequences of their own.
    """
    if (
        one is None
        or other is None
        or (one.samples, other.samples) != (1, 1)
        or other.separate_site is not None
    ):
        return False
    first, second = one.windows, other.windows
    if first is None or second is None or first.series != second.series:
        return False
    if first.start is None or first.length is None or first.length == 1:
        return False
    return second.start == first.start + first.length


def _are_steps(earlier: Feed, later: Feed) -> bool:
    """Whether the two are single steps of one and the same series, each in a batch of its own."""
    shapes = [feed.data.array.shape if feed.data.array is not None else None for feed in (earlier, later)]
    if any(shape is None or [number(size) for size in shape[:2]] != [1, 1] for shape in shapes):
        return False
    one, other = _place_of(earlier.data.key), _place_of(later.data.key)
    return one is not None and other is not None and one[0] == other[0] and one[1] != other[1]


def _place_of(key: Hashable) -> tuple[Hashable, Hashable] | None:
    """The series of which data are a step, and where it stands."""
    for form in contents(key):
        match form:
            case ("item" | "index", whole, ("int", _) | int() as place):
                return (whole, place)
            case ("item" | "index" | "rows", whole, ("Tuple", (("int", _) as place, *columns))):
                return (interned((whole, *columns)), place)
            case ("rows", ("item" | "index", whole, ("int", _) | int() as place), *columns):
                return (interned((whole, *columns)), place)
    return None
