"""SRN314: a loop over model.layers doesn't reach the stateful layers inside nested models and wrappers."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Verdict
from statelint.rules.base import Report, Rule
from statelint.rules.epochs import judge_epochs
from statelint.rules.measured import stands_at
from statelint.rules.stray_resets import judge_after_reset
from statelint.sites import Site
from statelint.trace.objects import Layer, Model
from statelint.trace.queries import shares_state
from statelint.trace.recording import Recording
from statelint.trace.story import Context, Event, Feed, Opaque, Reset, Story, Trace, Walked


class ResetMissesNestedLayers(Rule):
    code = "SRN314"
    name = "reset-misses-nested-layers"
    severity = Severity.WARNING
    why = "`model.layers` lists the outermost layers only; what is inside one of them keeps its state."

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            seen: set[Site] = set()
            for position, event in enumerate(story.events):
                if not isinstance(event, Walked) or event.site in seen:
                    continue
                missed, feed = _missed(story, position, event)
                if feed is None or not missed:
                    continue
                seen.add(event.site)
                layer, outer = missed[0]
                yield Report(
                    site=event.site,
                    message=f"the loop over `model.layers` doesn't reset the {layer.kind} inside the "
                    f"{outer.kind} "
                    f"at {outer.site.where}: its state stays",
                    instead="walk the nested layers too, and set the states to zero: `for layer in "
                    'model._flatten_layers(): if getattr(layer, "stateful", False) and hasattr(layer, '
                    '"states"): …`',
                    related=(
                        Related(feed.site, "the call that starts from the old state"),
                        Related(layer.site, f"this {layer.kind} keeps its state"),
                    ),
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        if any(stands_at(reset.places, finding.site) for reset in recording.resets):
            return judge_after_reset(finding, recording)
        return judge_epochs(finding, recording, finding.related[0].site)


def _missed(story: Story, position: int, walked: Walked) -> tuple[list[tuple[Layer, Layer]], Feed | None]:
    """The nested stateful layers that run before and after the loop and are not reset, with what they are
    in.
    """
    nested = _nested(walked.model)
    before = _concerning(reversed(story.events[:position]), walked.model, walked.context)
    after = _concerning(iter(story.events[position + 1 :]), walked.model, walked.context)
    reached: set[int] = set()
    ends: list[Feed] = []
    for events in (before, after):
        for event in events:
            if isinstance(event, Feed):
                ends.append(event)
                break
            if isinstance(event, Opaque) or event.layers is None:
                return [], None
            reached |= event.layers
    if len(ends) < 2:
        return [], None
    return [pair for pair in nested if pair[0].id not in reached], ends[1]


def _concerning(events: Iterator[Event], model: Model, context: Context) -> Iterator[Feed | Reset | Opaque]:
    stateful = {layer.id for layer in model.stateful_layers}
    for event in events:
        if event.context.excludes(context):
            continue
        if isinstance(event, Feed) and shares_state(event.model, model):
            yield event
        if isinstance(event, Reset) and (event.layers is None or event.layers & stateful):
            yield event
        if isinstance(event, Opaque) and (event.models is None or event.models & (stateful | {model.id})):
            yield event


def _nested(model: Model) -> list[tuple[Layer, Layer]]:
    """The stateful layers inside outer layers, each with its outermost one."""
    stateful = {layer.id for layer in model.stateful_layers}
    return [
        (layer, outer)
        for outer in model.layers
        for layer in outer.walk()
        if layer.id in stateful and layer.id != outer.id
    ]
