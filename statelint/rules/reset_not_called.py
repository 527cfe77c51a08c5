"""SRN307: `model.reset_states` without parentheses."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.measured import raised, stands_at
from statelint.rules.stray_resets import judge_unreset
from statelint.sites import Site
from statelint.trace.objects import Model
from statelint.trace.queries import RESETS, is_stateful
from statelint.trace.recording import Recording
from statelint.trace.story import Feed, Mentioned, Story, Trace
from statelint.values import Ternary


class ResetNotCalled(Rule):
    code = "SRN307"
    name = "reset-not-called"
    severity = Severity.WARNING
    why = "Naming a method doesn't call it: the line does nothing, and the state stays."

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            seen: set[Site] = set()
            for position, event in enumerate(story.events):
                if not isinstance(event, Mentioned) or event.name not in RESETS or event.site in seen:
                    continue
                is_model = event.model is not None
                if not _keeps_state(event):
                    continue
                seen.add(event.site)
                missing = event.name == "reset_state" if trace.keras == 2 else is_model
                feed = _next_feed(story, position, event)
                yield Report(
                    site=event.site,
                    message=f"`{event.name}` is named here, and not called",
                    happens=f"raises AttributeError ({'models have' if is_model else 'the layer has'} no "
                    f"`{event.name}`)"
                    if missing
                    else "does nothing, and the state stays",
                    severity=Severity.ERROR if missing else None,
                    instead="add the parentheses: `reset_states()`"
                    + (" (on Keras 3: of each layer in model.layers that has it)" if is_model else ""),
                    related=()
                    if feed is None
                    else (Related(feed.site, "the call that starts from the old state"),),
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        outcome = recording.outcome
        if outcome.status == "raised" and stands_at(outcome.places, finding.site):
            if outcome.exception == "AttributeError" and "reset_state" in (outcome.message or ""):
                return verdict(recording, Status.CONFIRMED, raised(recording))
        return judge_unreset(finding, recording, *(related.site for related in finding.related))


def _keeps_state(event: Mentioned) -> bool:
    if event.model is not None:
        return is_stateful(event.model)
    return event.layer is not None and event.layer.is_stateful is Ternary.YES


def _next_feed(story: Story, position: int, event: Mentioned) -> Feed | None:
    """The next call that runs the model or a model with the layer."""
    for later in story.events[position:]:
        if isinstance(later, Feed) and not later.context.excludes(event.context) and _has(later.model, event):
            return later
    return None


def _has(model: Model, event: Mentioned) -> bool:
    if event.model is not None:
        mine = {layer.id for layer in event.model.stateful_layers}
        return any(layer.id in mine for layer in model.stateful_layers)
    return event.layer is not None and any(layer.id == event.layer.id for layer in model.walk())
