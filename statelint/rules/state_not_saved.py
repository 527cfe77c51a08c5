"""SRN404: weights and states part: what saves, copies or restores weights leaves the states alone."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.continuity import starts
from statelint.rules.measured import batches_of, calls_at, not_measured
from statelint.rules.stored import Copied, Restored, copied, restored
from statelint.sites import Site
from statelint.trace.recording import Recording
from statelint.trace.story import INFERENCE, Trace

_WARM_UP = "reset, and let the model read what comes right before (`predict` on it), then predict"


class StateNotSaved(Rule):
    code = "SRN404"
    name = "state-not-saved"
    severity = Severity.ADVICE
    why = (
        "States are no weights: saving, loading, copying and restoring weights neither takes nor gives them."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            # What must be reset anyway isn't meant to go on.
            seen: set[Site] = {start.feed.site for start in starts(story)}
            everything: list[Restored | Copied] = [*restored(trace, story), *copied(story)]
            for found in everything:
                if found.feed.site not in seen and found.feed.phase in INFERENCE:
                    seen.add(found.feed.site)
                    yield _report(found)

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        calls = {call.index for call in calls_at(recording, finding.site)}
        first = next((b for b in recording.batches if b.call in calls), None)
        if first is None or first.entering is None:
            return not_measured(recording, "the call")
        if first.entering.is_zero:
            left = [b for b in batches_of(recording, calls_at(recording, *_others(finding))) if b.leaving]
            if left and left[-1].leaving is not None and left[-1].model != first.model:
                norm = left[-1].leaving.norm
                text = f"the model ended with a state of norm {norm:.3g}; the copy goes on with a zero state"
                return verdict(recording, Status.CONFIRMED, text)
            return verdict(recording, Status.REFUTED, "a zero state enters the first batch")
        source = first.carried_from
        changes = [w for w in recording.weights if w.changed and w.model == first.model]
        if source is not None and any(source < w.before_batch <= first.index for w in changes):
            text = f"a state of norm {first.entering.norm:.3g}, left by other weights, enters the first batch"
            return verdict(recording, Status.CONFIRMED, text)
        return verdict(recording, Status.REFUTED, "the weights are those that left the state")


def _others(finding: Finding) -> Iterator[Site]:
    return (related.site for related in finding.related if related.site != finding.site)


def _report(found: Restored | Copied) -> Report:
    method = found.feed.call.name
    if isinstance(found, Restored):
        left = found.source.call.name if found.source.phase in INFERENCE else "training"
        message = f"{method} begins with the state that {left} left, under weights that were {found.how}"
        related = (Related(found.site, "the weights"), Related(found.source.site, "the state"))
    else:
        message = f"{method} goes on where the data before end, on a copy with the weights and a zero state"
        related = (Related(found.source.site, "the data before"), Related(found.site, "the copy's weights"))
    return Report(site=found.feed.site, message=message, instead=_WARM_UP, related=related)
