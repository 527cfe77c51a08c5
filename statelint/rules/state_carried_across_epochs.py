"""SRN301: an epoch begins with the state that the one before left."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Verdict
from statelint.rules.base import Report, Rule
from statelint.rules.callbacks import is_left_out
from statelint.rules.continuity import RESET
from statelint.rules.epochs import (
    Carried,
    assumed_epochs,
    carried_epochs,
    comes_round,
    judge_epochs,
    outside_reset,
)
from statelint.rules.resetting import reset_in_loop
from statelint.rules.stray_resets import misdirected
from statelint.trace.recording import Recording
from statelint.trace.story import Trace
from statelint.values import Ternary, assumptions, number

IN_CALLBACK = (
    "pass a callback that resets the states in `on_epoch_begin` "
    "(for every layer in model.layers that has `reset_states`: call it)"
)
STEPS_OF_A_PASS = f"pass as many steps_per_epoch as the data have batches, and {IN_CALLBACK}"
IN_LOOP = f"reset at the top of the epoch loop: {RESET}"


class StateCarriedAcrossEpochs(Rule):
    code = "SRN301"
    name = "state-carried-across-epochs"
    severity = Severity.WARNING
    why = (
        "Nothing in Keras resets the state at the end of an epoch: the first samples are learnt with the "
        "memory of the last ones."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            elsewhere = {feed.site for feed, _ in misdirected(story)}
            for carried in carried_epochs(story):
                if carried.feed.site in elsewhere or is_left_out(trace, story, carried.feed):
                    continue
                if outside_reset(story, carried) is None:
                    yield _report(trace, carried)

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        return judge_epochs(finding, recording, finding.site)


def _report(trace: Trace, carried: Carried) -> Report:
    feed, loop = carried.feed, carried.loop
    layer = feed.model.stateful_layers[0]
    epochs = number(loop.count)
    how_many = f"{epochs} epochs" if epochs is not None else "the epochs"
    related = [Related(layer.site, f"{layer.kind} keeps its state from batch to batch")]
    round_ = comes_round(feed) if loop.kind == "epochs" else Ternary.NO
    if round_ is not Ternary.NO:
        message = (
            f"{how_many} over a repeated Dataset without a reset: where it begins again, it starts from the "
            "state of its end"
        )
        instead = STEPS_OF_A_PASS
    elif loop.kind == "epochs":
        message = f"{how_many} without a reset between them: epoch 2 starts from the state that epoch 1 left"
        instead = IN_CALLBACK
    else:
        message = (
            "the loop feeds the same data again without a reset: pass 2 starts from the state that pass 1 "
            "left"
        )
        related.insert(0, Related(loop.site, "the epoch loop"))
        instead = IN_LOOP
    return Report(
        site=feed.site,
        message=message,
        instead=instead,
        assumptions=(
            *assumptions(loop.count, layer.stateful),
            *assumed_epochs(loop, feed.call),
            *(("the epochs go over the data more than once",) if round_ is Ternary.UNKNOWN else ()),
        ),
        related=tuple(related),
        remedy=reset_in_loop(feed, loop) if round_ is Ternary.NO else None,
    )
