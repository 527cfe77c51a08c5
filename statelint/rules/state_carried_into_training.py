"""SRN305: training goes on from the state that evaluate or predict left."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Verdict
from statelint.rules.base import Report, Rule
from statelint.rules.continuity import RESET, Start, judge_inherited, starts
from statelint.rules.resetting import reset_before
from statelint.rules.stray_resets import misdirected
from statelint.sites import Site
from statelint.trace.recording import Recording
from statelint.trace.story import INFERENCE, Trace
from statelint.values import assumptions

INSTEAD = f"reset before the training goes on: {RESET}"


class StateCarriedIntoTraining(Rule):
    code = "SRN305"
    name = "state-carried-into-training"
    severity = Severity.WARNING
    why = (
        "evaluate() and predict() move the state like training does, and the next training batch starts from "
        "there."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            seen: set[Site] = {feed.site for feed, _ in misdirected(story)}
            for start in starts(story):
                if start.feed.site not in seen and _is_wrong(start):
                    seen.add(start.feed.site)
                    yield _report(start)

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        return judge_inherited(finding, recording, finding.related[0].site, ("train", "call"))


def _is_wrong(start: Start) -> bool:
    feed, source = start.feed, start.source
    is_inside = feed.context.hook is not None or source.context.hook is not None
    return feed.phase == "train" and source.phase in INFERENCE and start.why != "sequence" and not is_inside


def _report(start: Start) -> Report:
    feed, source = start.feed, start.source
    layer = feed.model.stateful_layers[0]
    method = source.call.method
    left = "a call of the model" if method == "call" else f"{method}()"
    sometimes = " (where that runs)" if len(source.context.when) > len(feed.context.when) else ""
    return Report(
        site=feed.site,
        message=f"training goes on from the state that {left} left{sometimes}, as if its data continued "
        "those",
        instead=INSTEAD,
        assumptions=assumptions(layer.stateful),
        related=(
            Related(source.site, "the state comes from here"),
            Related(layer.site, f"{layer.kind} keeps its state from batch to batch"),
        ),
        remedy=reset_before(feed, source),
    )
