"""SRN406: fit() of one epoch in a loop starts its schedules anew each time."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.measured import batches_of, calls_at, not_measured
from statelint.trace.objects import Callback
from statelint.trace.queries import is_stateful, repeats, separating_loop
from statelint.trace.recording import Recording
from statelint.trace.story import Call, Story, Trace
from statelint.values import Ternary, number

_NEVER = {
    "EarlyStopping": "never stops: it forgets the best loss whenever fit begins",
    "ReduceLROnPlateau": "never lowers the rate: it forgets the best loss whenever fit begins",
    "LearningRateScheduler": "is always asked for epoch 0",
}


class FitRestartsSchedule(Rule):
    code = "SRN406"
    name = "fit-restarts-schedule"
    severity = Severity.ADVICE
    why = "What stops training or lowers its rate counts the epochs of one fit(); each fit() begins anew."

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            for call in _again(story):
                for callback in trace.callbacks:
                    if callback.id in call.callbacks and _starts_anew(callback, call):
                        yield Report(
                            site=call.site,
                            message=f"each fit() of this loop runs 1 epoch, so {callback.name} "
                            f"{_NEVER[callback.name]}",
                            instead="call fit() once with all epochs, and reset the states in a callback's "
                            "`on_epoch_begin`; or keep the count in the loop yourself",
                            related=(Related(callback.site, f"the {callback.name}"),),
                        )
                        break

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        calls = [
            call for call in calls_at(recording, finding.site) if not _NEVER.keys().isdisjoint(call.callbacks)
        ]
        epochs = {b.epoch for b in batches_of(recording, calls, "train")}
        if not calls or not epochs:
            return not_measured(recording, "a fit with such a schedule")
        if len(calls) > 1 and epochs == {0}:
            text = (
                f"fit began {len(calls)} times and saw 1 epoch each time: no schedule ever saw a second one"
            )
            return verdict(recording, Status.CONFIRMED, text)
        return verdict(recording, Status.REFUTED, f"{len(calls)} fit() saw {len(epochs)} epochs")


def _again(story: Story) -> Iterator[Call]:
    """The fits of one epoch that a loop repeats with the same model and the same data."""
    seen: list[Call] = []
    for call in story.calls():
        if call.method != "fit" or not is_stateful(call.model) or _epochs(call) != 1:
            continue
        for earlier in seen:
            if (earlier.site, earlier.model.id, earlier.data.key) != (
                call.site,
                call.model.id,
                call.data.key,
            ):
                continue
            loop = separating_loop(earlier.context, call.context)
            if loop is not None and repeats(loop) is Ternary.YES:
                yield call
                break
        else:
            seen.append(call)


def _epochs(call: Call) -> int | None:
    last = number(call.argument("epochs")) if "epochs" in call.arguments else 1
    first = number(call.argument("initial_epoch")) if "initial_epoch" in call.arguments else 0
    return None if last is None or first is None else last - first


def _starts_anew(callback: Callback, call: Call) -> bool:
    if callback.kind != "library" or callback.name not in _NEVER:
        return False
    return callback.name != "LearningRateScheduler" or "initial_epoch" not in call.arguments
