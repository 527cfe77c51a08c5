"""SRN318: `layer.stateful` is changed when Keras has already traced the model."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.measured import batches_of, calls_at, not_measured
from statelint.sites import Site
from statelint.trace.recording import Recording
from statelint.trace.story import Call, Changed, Compiled, Opaque, Story, Trace
from statelint.values import Ternary, is_, number

# A plain call of the model looks at the layer each time.
_TRACED = ("fit", "evaluate", "predict", "train_on_batch", "test_on_batch", "predict_on_batch")


class LateStatefulChange(Rule):
    code = "SRN318"
    name = "late-stateful-change"
    severity = Severity.WARNING
    why = (
        "Keras traces a method once and then runs the graph that it has; what layers are changed to "
        "afterwards isn't in it."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            seen: set[Site] = set()
            for position, event in enumerate(story.events):
                if not isinstance(event, Changed) or event.site in seen or not _is_change(event):
                    continue
                pair = _around(story, position, event)
                if pair is None:
                    continue
                before, after = pair
                seen.add(event.site)
                turned_on = is_(event.value, True) is Ternary.YES
                yield Report(
                    site=event.site,
                    message=f"`stateful` is changed after {before.method}() has run, and the model "
                    f"isn't compiled again: the later {after.method}() still "
                    f"{'starts from zero in every batch' if turned_on else 'keeps its state'}",
                    instead=("" if turned_on else "compile the model again after the change, or ")
                    + "build a second model with the layers as they shall be, and give it the weights",
                    related=(
                        Related(after.site, "the call that the change doesn't reach"),
                        Related(before.site, "traced here"),
                    ),
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        after, *before = (calls_at(recording, related.site) for related in finding.related)
        batches = [b for b in batches_of(recording, after) if b.entering is not None]
        if len(batches) < 2 or not any(before):
            return not_measured(recording, "the call after the change")
        states = [probe for b in batches for probe in (b.entering, b.leaving) if probe is not None]
        last = batches[-1].entering
        assert last is not None
        if batches[-1].origin == "carried" and last.digest != states[-1].digest:
            text = f"a state of norm {last.norm:.3g} enters the last batch, and moves, with `stateful` off"
            return verdict(recording, Status.CONFIRMED, text)
        if all(probe.rows is None and probe.is_zero for probe in states):
            text = f"no state is kept in {len(batches)} batches, with `stateful` on"
            return verdict(recording, Status.CONFIRMED, text)
        return verdict(recording, Status.REFUTED, "the change took effect")


def _is_change(event: Changed) -> bool:
    """Whether the layer was one thing for certain, and is to be the other."""
    if not event.layer.recurrent or event.context.when:
        return False
    was = is_(event.layer.stateful, True)
    return was is not Ternary.UNKNOWN and is_(event.value, was is not Ternary.YES) is Ternary.YES


def _around(story: Story, position: int, event: Changed) -> tuple[Call, Call] | None:
    """A call before the change and the first after it that runs the same traced function."""
    traced: dict[str, Call] = {}
    for earlier in story.events[:position]:
        if isinstance(earlier, Compiled) and _holds(earlier, event):
            traced.clear()
        elif isinstance(earlier, Call) and earlier.method in _TRACED and not earlier.context.when:
            if _holds(earlier, event):
                traced[earlier.method] = earlier
    for later in story.events[position + 1 :]:
        if isinstance(later, Opaque | Compiled):
            return None
        if isinstance(later, Changed) and later.layer.id == event.layer.id:
            return None
        before = traced.get(later.method) if isinstance(later, Call) else None
        if isinstance(later, Call) and before is not None and later.model.id == before.model.id:
            return (before, later) if _is_traced_alike(before, later) else None
    return None


def _holds(event: Call | Compiled, changed: Changed) -> bool:
    return any(layer.id == changed.layer.id for layer in event.model.walk())


def _is_traced_alike(one: Call, other: Call) -> bool:
    """Whether the second call surely finds the function traced for batches of its shape."""
    if one.argument("batch_size").key != other.argument("batch_size").key:
        return False
    if one.data.key == other.data.key:
        return True
    a, b = one.data.array, other.data.array
    if a is None or b is None or not a.shape or not b.shape:
        return False
    tails = [[number(v) for v in array.shape[1:]] for array in (a, b) if array.shape]
    return tails[0] == tails[1] and None not in tails[0]
