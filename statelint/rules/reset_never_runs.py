"""SRN312: a reset behind a guard that never lets it run, or that lets through what can't be reset."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.remedies import GuardReset, OneOf, Remedy, ResetLayers
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.measured import raised, stands_at
from statelint.rules.resetting import is_flat
from statelint.rules.stray_resets import judge_unreset
from statelint.sites import Site
from statelint.trace.objects import Model
from statelint.trace.queries import RESETS, History, is_stateful, is_vain
from statelint.trace.recording import Recording
from statelint.trace.story import Feed, Guarded, Loop, Opaque, Reset, Story, Trace
from statelint.values import Ternary

_PORTABLE = (
    '`for layer in model.layers: if getattr(layer, "stateful", False) and hasattr(layer, "reset_states"): '
    "layer.reset_states()`, which works on Keras 2 and Keras 3"
)


class ResetNeverRuns(Rule):
    code = "SRN312"
    name = "reset-never-runs"
    severity = Severity.WARNING
    why = "A guard against a missing method hides that nothing is reset at all."

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            seen: set[Site] = set()
            for position, event in enumerate(story.events):
                if not isinstance(event, Guarded) or event.name not in RESETS or event.site in seen:
                    continue
                report = (
                    _let_through(trace, story, position, event)
                    if event.answer
                    else _skipped(trace, story, position, event)
                )
                if report is not None:
                    seen.add(event.site)
                    yield report

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        outcome = recording.outcome
        sites = [related.site for related in finding.related]
        if (
            outcome.status == "raised"
            and any(stands_at(outcome.places, site) for site in (finding.site, *sites))
            and "must be stateful" in (outcome.message or "")
        ):
            return verdict(recording, Status.CONFIRMED, raised(recording))
        made = [reset for reset in recording.resets if any(stands_at(reset.places, site) for site in sites)]
        if finding.severity is Severity.ERROR and made and outcome.status == "finished":
            return verdict(recording, Status.REFUTED, f"{len(made)} resets behind the guard raised nothing")
        return judge_unreset(finding, recording, *sites)


def _skipped(trace: Trace, story: Story, position: int, event: Guarded) -> Report | None:
    """The report on a guard that is False, where the state goes on from the feed before it to the one
    after.
    """
    if event.model is not None and any(_draws_layers(p.loop) for p in event.context.passes):
        # A nested model among `model.layers`: that is SRN314.
        return None
    owner = "models have" if event.model is not None else "recurrent layers have"
    after = next(
        (e for e in story.events[position:] if isinstance(e, Feed) and is_vain(event, e.model)), None
    )
    if after is None or not is_stateful(after.model) or after.context.excludes(event.context):
        return None
    # Whatever else resets around the guard is the other way.
    for earlier, _ in History(story, position, after.model, event.context):
        if isinstance(earlier, Feed):
            break
        if not is_vain(earlier, after.model):
            return None
    else:
        return None
    own = {layer.id for layer in after.model.stateful_layers}
    for later in story.events[position : story.events.index(after)]:
        if isinstance(later, Opaque) or (
            isinstance(later, Reset) and (later.layers is None or later.layers & own)
        ):
            return None
    return Report(
        site=event.site,
        message=f"the reset behind this guard never runs: {owner} no `{event.name}` on Keras {trace.keras}",
        instead=f"reset the layers: {_PORTABLE}",
        related=(Related(after.site, "the call that starts from the old state"),),
        remedy=_remedy(event, after.model),
    )


def _remedy(event: Guarded, model: Model) -> Remedy | None:
    """A guard that is true, or the reset itself in a way that needs none."""
    if not is_flat(model):
        return None
    if event.model is None:
        return GuardReset(event.site, is_model=False)
    return OneOf((GuardReset(event.site, is_model=True), ResetLayers(event.site)))


def _draws_layers(loop: Loop) -> bool:
    return isinstance(loop.over, tuple) and loop.over[:1] == ("layers",)


def _let_through(trace: Trace, story: Story, position: int, event: Guarded) -> Report | None:
    """The report on a guard that lets through a layer which isn't stateful, and can't be reset."""
    layer = event.layer
    following = story.events[position + 1] if position + 1 < len(story.events) else None
    if layer is None or not isinstance(following, Reset) or following.via != "layer" or event.context.when:
        return None
    if layer.is_stateful is not Ternary.NO or not (following.layers or frozenset()) & {
        part.id for part in layer.walk()
    }:
        return None
    raises = layer.recurrent if trace.keras == 2 else False
    if not (raises or layer.kind == "Bidirectional") or not any(map(is_stateful, story.models)):
        return None
    return Report(
        site=event.site,
        message=f"the guard lets through the {layer.kind} at {layer.site.where}, which isn't stateful",
        happens='raises "AttributeError: Layer must be stateful."',
        severity=Severity.ERROR,
        instead=f"ask whether the layer is stateful as well: {_PORTABLE}",
        related=(
            Related(following.site, "the reset that raises"),
            Related(layer.site, f"this {layer.kind} keeps no state"),
        ),
        remedy=GuardReset(event.site, is_model=False),
    )
