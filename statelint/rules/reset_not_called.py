"""SRN307: `model.reset_states` without parentheses."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.remedies import CallIt, RemoveStatement, ResetLayers
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.measured import calls_at, not_measured, raised, stands_at
from statelint.rules.resetting import is_flat
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
        seen: set[Site] = set()
        for story in trace.stories:
            for position, event in enumerate(story.events):
                if not isinstance(event, Mentioned) or event.name not in RESETS or event.site in seen:
                    continue
                is_model = event.layer is None
                stateless = event.model is not None and event.model.is_stateful is Ternary.NO
                if not stateless and not _may_keep_state(event):
                    continue
                seen.add(event.site)
                missing = event.name == "reset_state" if trace.keras == 2 else is_model
                feed = _next_feed(story, position, event)
                message = f"`{event.name}` is named here, and not called"
                is_given = event.model is None and event.layer is None
                happens = "does nothing" if stateless or is_given else "does nothing, and the state stays"
                if missing:
                    who = "models have" if is_model else "the layer has"
                    happens = f"raises AttributeError ({who} no `{event.name}`)"
                yield Report(
                    site=event.site,
                    message=message + (", and the model has no stateful layer" if stateless else ""),
                    happens=happens,
                    severity=Severity.ERROR if missing else None,
                    instead=_instead(is_model=is_model, stateless=stateless),
                    related=_related(feed, stateless=stateless),
                    remedy=RemoveStatement(event.site, safe=False)
                    if stateless
                    else CallIt(event.site)
                    if not is_model
                    else _of_model(event),
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        outcome = recording.outcome
        if outcome.status == "raised" and stands_at(outcome.places, finding.site):
            if outcome.exception == "AttributeError" and "reset_state" in (outcome.message or ""):
                return verdict(recording, Status.CONFIRMED, raised(recording))
        sites = [related.site for related in finding.related]
        if any(model.stateful_layers for model in recording.models):
            return judge_unreset(finding, recording, *sites)
        is_run = outcome.status == "finished" or bool(calls_at(recording, *sites))
        if not is_run or any(stands_at(reset.places, finding.site) for reset in recording.resets):
            return not_measured(recording, "the line")
        text = "the line reset nothing, and no layer that ran keeps a state"
        return verdict(recording, Status.CONFIRMED, text)


def _of_model(event: Mentioned) -> ResetLayers | None:
    return ResetLayers(event.site) if event.model is None or is_flat(event.model) else None


def _instead(*, is_model: bool, stateless: bool) -> str:
    if stateless:
        return "leave the line out: there is no state to reset, and a reset never touches the weights"
    each = " (on Keras 3: of each layer in model.layers that has it)" if is_model else ""
    return f"add the parentheses: `reset_states()`{each}"


def _related(feed: Feed | None, *, stateless: bool) -> tuple[Related, ...]:
    if feed is None:
        return ()
    what = "the call that it stands before" if stateless else "the call that starts from the old state"
    return (Related(feed.site, what),)


def _may_keep_state(event: Mentioned) -> bool:
    """Whether it names a reset of something stateful, or of whatever model a callback is given."""
    if event.model is not None:
        return is_stateful(event.model)
    return event.layer is None or event.layer.is_stateful is Ternary.YES


def _next_feed(story: Story, position: int, event: Mentioned) -> Feed | None:
    """The next call that runs the model or a model with the layer."""
    for later in story.events[position:]:
        if isinstance(later, Feed) and not later.context.excludes(event.context) and _has(later.model, event):
            return later
    return None


def _has(model: Model, event: Mentioned) -> bool:
    if event.model is not None:
        mine = {layer.id for layer in event.model.stateful_layers}
        return model.id == event.model.id or any(layer.id in mine for layer in model.stateful_layers)
    return event.layer is not None and any(layer.id == event.layer.id for layer in model.walk())
