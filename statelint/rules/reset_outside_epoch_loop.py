"""SRN302: there is a reset, but only before or after the epochs."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Verdict
from statelint.remedies import Remedy, RenameHook
from statelint.rules.base import Report, Rule
from statelint.rules.callbacks import is_left_out
from statelint.rules.epochs import (
    Carried,
    assumed_epochs,
    carried_epochs,
    comes_round,
    judge_epochs,
    outside_reset,
)
from statelint.rules.places import placed
from statelint.rules.resetting import reset_in_loop
from statelint.trace.recording import Recording
from statelint.trace.story import Reset, Trace
from statelint.values import Ternary, assumptions


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
                kept = (layer.stateful for layer in feed.model.stateful_layers)
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
                    assumptions=(*assumptions(loop.count, *kept), *assumed_epochs(loop, feed.call)),
                    related=(Related(feed.site, "the training that needs a reset in every epoch"), *related),
                    remedy=_remedy(trace, reset, carried),
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        return judge_epochs(finding, recording, *(related.site for related in finding.related))


def _remedy(trace: Trace, reset: Reset, carried: Carried) -> Remedy | None:
    """The hook runs in every epoch, or the epochs get a reset of their own."""
    if comes_round(carried.feed) is not Ternary.NO:
        return None
    for callback in trace.callbacks:
        if callback.id in carried.feed.call.callbacks and reset.context.hook is not None:
            hook = next((hook for hook in callback.hooks if hook.name == "on_train_begin"), None)
            names = {hook.name for hook in callback.hooks}
            if hook is not None and hook.resets and "on_epoch_begin" not in names:
                return RenameHook(hook.site, "on_epoch_begin")
    return reset_in_loop(carried.feed, carried.loop)
