"""SRN317: batch hooks reset, but Keras runs them once for several batches."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.measured import batches_of, calls_at, not_measured, stands_at
from statelint.trace.queries import is_stateful
from statelint.trace.recording import Recording
from statelint.trace.story import Compiled, Skipped, Story, Trace


class ResetUnderStepsPerExecution(Rule):
    code = "SRN317"
    name = "reset-under-steps-per-execution"
    severity = Severity.WARNING
    why = (
        "Between the batches of one execution no Python code runs, so a reset that belongs there never "
        "happens."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            for position, event in enumerate(story.events):
                if isinstance(event, Skipped) and is_stateful(event.call.model):
                    yield _report(story, position, event)

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        calls = calls_at(recording, *(related.site for related in finding.related))
        batches = batches_of(recording, calls, "train")
        resets = [
            r for r in recording.resets if "batch" in (r.hook or "") and stands_at(r.places, finding.site)
        ]
        ran = sum(call.batch_hooks for call in calls)
        if not batches or not ran:
            return not_measured(recording, "the batches")
        if not resets and recording.outcome.status != "finished":
            return not_measured(recording, "the reset")
        if ran >= len(batches) or not resets:
            return verdict(
                recording, Status.REFUTED, f"the batch hooks ran {ran} times in {len(batches)} batches"
            )
        zero = sum(1 for b in batches if b.entering is not None and b.entering.is_zero)
        text = (
            f"the batch hooks ran {ran} times in {len(batches)} batches; {zero} of them began with a zero "
            "state"
        )
        return verdict(recording, Status.CONFIRMED, text)


def _report(story: Story, position: int, event: Skipped) -> Report:
    hook = event.context.hook or "the batch hook"
    compiled = [
        e.site
        for e in story.events[:position]
        if isinstance(e, Compiled)
        and e.model.id == event.call.model.id
        and "steps_per_execution" in e.arguments
    ]
    edge = "after" if hook.endswith("end") else "before"
    related = [Related(event.call.site, "the fit that runs the hook")]
    related += [Related(site, f"{event.steps} batches in one execution") for site in compiled[-1:]]
    return Report(
        site=event.site,
        message=f"Keras runs `{hook}` once for {event.steps} batches (steps_per_execution={event.steps}): "
        f"the reset {edge} batch {event.batch + 1} is left out",
        instead="compile without `steps_per_execution` where the states are reset between batches",
        related=tuple(related),
    )
