"""SRN302: there is a reset, but only before or after the epochs."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Verdict
from statelint.rules.base import Report, Rule
from statelint.rules.callbacks import is_left_out
from statelint.rules.epochs import assumed_epochs, carried_epochs, judge_epochs, outside_reset
from statelint.rules.places import placed
from statelint.trace.recording import Recording
from statelint.trace.story import Trace
from statelint.values import assumptions


class ResetOutsideEpochLoop(Rule):
    code = "SRN302"
    name = "reset-outside-epoch-loop"
    severity = Severity.WARNING
    why = (
        "A reset before or after all epochs leaves every epoch but the first to start from the state that "
        "the one before left."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            for carried in carried_epochs(story):
                reset = outside_reset(story, carried)
                if reset is None or is_left_out(trace, story, carried.feed):
                    continue
                feed, loop = carried.feed, carried.loop
                in_fit = loop.kind == "epochs"
                where = "when fit() begins" if reset.context.hook else "outside the epoch loop"
                if in_fit and not reset.context.hook:
                    where = "around fit(), which runs all its epochs"
                site, related = placed(reset, feed.context.stack)
                yield Report(
                    site=site,
                    message=f"the state is reset only {where}: epoch 2 starts from the state that epoch 1 "
                    "left",
                    instead="reset in a callback's `on_epoch_begin`"
                    if in_fit
                    else "move the reset into the epoch loop",
                    assumptions=(*assumptions(loop.count), *assumed_epochs(loop, feed.call)),
                    related=(Related(feed.site, "the training that needs a reset in every epoch"), *related),
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        return judge_epochs(finding, recording, *(related.site for related in finding.related))
