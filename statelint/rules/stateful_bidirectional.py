"""SRN104: Bidirectional around a stateful layer."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Severity, Verdict
from statelint.rules.base import Report, Rule
from statelint.rules.seen_layers import judge_backwards
from statelint.sites import Site
from statelint.trace.recording import Recording
from statelint.trace.story import Made, Trace
from statelint.values import Ternary, assumptions

INSTEAD = "use the layer alone, or keep Bidirectional over whole sequences without `stateful=True`"


class StatefulBidirectional(Rule):
    code = "SRN104"
    name = "stateful-bidirectional"
    severity = Severity.WARNING
    why = (
        "The backward half reads a batch from its end to its beginning, so the state that it keeps is that "
        "of the batch's first step; the next batch's last step takes it up, and past and future change "
        "places."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            seen: set[Site] = set()
            for event in story.events:
                if (
                    not isinstance(event, Made)
                    or event.site in seen
                    or event.layer.kind != "Bidirectional"
                    or not event.layer.inner
                ):
                    continue
                inner = event.layer.inner[0]
                if inner.recurrent and inner.is_stateful is Ternary.YES:
                    seen.add(event.site)
                    yield Report(
                        site=event.site,
                        message=f"Bidirectional around a stateful {inner.kind}: its backward half carries "
                        "the state against time",
                        instead=INSTEAD,
                        assumptions=assumptions(inner.stateful),
                    )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        return judge_backwards(recording, finding.site, wrapped=True)
