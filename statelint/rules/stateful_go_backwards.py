"""SRN108: a stateful layer that reads its input backwards."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Severity, Verdict
from statelint.rules.base import Report, Rule
from statelint.rules.seen_layers import judge_backwards
from statelint.trace.recording import Recording
from statelint.trace.story import Made, Story, Trace
from statelint.values import Ternary, assumptions, is_

INSTEAD = "drop `go_backwards=True`, or `stateful=True`"


class StatefulGoBackwards(Rule):
    code = "SRN108"
    name = "stateful-go-backwards"
    severity = Severity.WARNING
    why = (
        "With go_backwards=True a layer ends a batch at its first step, so the state that it keeps doesn't "
        "lead into the next batch but out of the one before."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            wrapped = _in_bidirectional(story)
            for event in story.events:
                if not isinstance(event, Made) or not event.layer.recurrent or event.layer.id in wrapped:
                    continue
                layer = event.layer
                backwards = layer.argument("go_backwards")
                if layer.is_stateful is Ternary.YES and is_(backwards, True) is Ternary.YES:
                    yield Report(
                        site=event.site,
                        message=f"this {layer.kind} is stateful and reads backwards: the state flows against "
                        "time",
                        instead=INSTEAD,
                        assumptions=assumptions(layer.stateful, backwards),
                    )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        return judge_backwards(recording, finding.site, wrapped=False)


def _in_bidirectional(story: Story) -> set[int]:
    """The layers that a Bidirectional wraps: that is SRN104."""
    return {
        inner.id
        for event in story.events
        if isinstance(event, Made) and event.layer.kind == "Bidirectional"
        for inner in event.layer.inner
    }
