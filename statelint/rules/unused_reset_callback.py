"""SRN310: a callback that resets the states is written, but no fit gets it."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Verdict
from statelint.remedies import PassCallback
from statelint.rules.base import Report, Rule
from statelint.rules.callbacks import Failing, missed
from statelint.rules.missed_resets import judge_missed
from statelint.sites import Site
from statelint.trace.recording import Recording
from statelint.trace.story import Feed, Instantiated, Trace


class UnusedResetCallback(Rule):
    code = "SRN310"
    name = "unused-reset-callback"
    severity = Severity.WARNING
    why = "Keras runs only the callbacks that a call is given, so this one never resets anything."

    def check(self, trace: Trace) -> Iterator[Report]:
        reported: set[int] = set()
        for found, feed in missed(trace, "unused"):
            if found.callback.id in reported:
                continue
            reported.add(found.callback.id)
            made = _made(trace, found)
            what = f"{found.callback.name} resets in `{found.hook.name}`, but it is never "
            what += "passed to fit()" if made is not None else "made nor passed to fit()"
            consequence = (
                "validation starts from the training state"
                if feed.phase == "validation"
                else "epoch 2 starts from the state that epoch 1 left"
            )
            yield Report(
                site=made if made is not None else found.callback.site,
                message=f"{what}: {consequence}",
                instead=f"pass it: `callbacks=[{'…' if made is not None else found.callback.name + '()'}]`",
                related=(Related(feed.site, "the fit that should get it"),),
                remedy=_remedy(found, feed, made),
            )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        return judge_missed(finding, recording)


def _made(trace: Trace, found: Failing) -> Site | None:
    """Where an instance is made, None where there is none."""
    for story in trace.stories:
        for event in story.events:
            if isinstance(event, Instantiated) and event.callback.id == found.callback.id:
                return event.site
    return None


def _remedy(found: Failing, feed: Feed, made: Site | None) -> PassCallback | None:
    callback = found.callback
    if made is None and (callback.kind != "class" or "__init__" in callback.methods):
        return None
    return PassCallback(feed.call.site, callback.name, made)
