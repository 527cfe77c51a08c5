"""SRN315: a reset is called while the callback is made, instead of being handed to it."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Verdict
from statelint.remedies import WrapInLambda
from statelint.rules.base import Report, Rule
from statelint.rules.callbacks import missed
from statelint.rules.missed_resets import judge_missed
from statelint.trace.recording import Recording
from statelint.trace.story import Trace


class ResetAtConstruction(Rule):
    code = "SRN315"
    name = "reset-at-construction"
    severity = Severity.WARNING
    why = "LambdaCallback wants a function; a call gives it what the reset returns, None, and nothing runs."

    def check(self, trace: Trace) -> Iterator[Report]:
        for found, feed in missed(trace, "constructed"):
            parameters = "epoch, logs" if "epoch" in found.hook.name else "batch, logs"
            yield Report(
                site=found.hook.site,
                message=f"the reset runs once, when the callback is made, and `{found.hook.name}` gets None: "
                "no epoch starts with a reset",
                instead=f"hand over a function: `{found.hook.name}=lambda {parameters}: …`",
                related=(Related(feed.site, "the fit that gets the callback"),),
                remedy=WrapInLambda(found.hook.site),
            )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        return judge_missed(finding, recording)
