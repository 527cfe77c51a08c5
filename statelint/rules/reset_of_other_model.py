"""SRN309: the model that is reset isn't the one that runs."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Verdict
from statelint.rules.base import Report, Rule
from statelint.rules.places import placed
from statelint.rules.stray_resets import judge_after_reset, misdirected
from statelint.sites import Site
from statelint.trace.recording import Recording
from statelint.trace.story import Trace


class ResetOfOtherModel(Rule):
    code = "SRN309"
    name = "reset-of-other-model"
    severity = Severity.WARNING
    why = (
        "Models that don't share their layers have states of their own: resetting one leaves the other as it "
        "is."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            seen: set[Site] = set()
            for feed, reset in misdirected(story):
                site, related = placed(reset, feed.context.stack)
                if site in seen:
                    continue
                seen.add(site)
                layer = feed.model.stateful_layers[0]
                yield Report(
                    site=site,
                    message="this resets a model that has not run since it was made or reset; "
                    "the one that runs here keeps its state",
                    instead="reset the model that is trained and asked here",
                    related=(
                        Related(feed.site, "the call that starts from the old state"),
                        Related(layer.site, f"{layer.kind} of the model that runs"),
                        *related,
                    ),
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        return judge_after_reset(finding, recording)
