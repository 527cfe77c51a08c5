"""SRN320: each sequence of a loop starts with the state that the one before left."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.continuity import RESET, Start, across_sequences
from statelint.rules.measured import calls_at, not_measured
from statelint.rules.resetting import reset_in_loop
from statelint.trace.recording import BatchRun, Recording
from statelint.trace.story import Trace
from statelint.values import assumptions


class StateCarriedAcrossSequences(Rule):
    code = "SRN320"
    name = "state-carried-across-sequences"
    severity = Severity.WARNING
    why = "Sequences that have nothing to do with one another are read as if they were one long sequence."

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            for start in across_sequences(story):
                yield _report(start)

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        loop = finding.related[0].site
        calls = {call.index: call for call in calls_at(recording, finding.site)}
        if loop == finding.site:
            return not_measured(recording, "a loop around the call")
        firsts: dict[int, BatchRun] = {}
        for batch in recording.batches:
            if batch.call in calls and batch.phase != "validation":
                firsts.setdefault(batch.call, batch)
        zeros = 0
        for batch in firsts.values():
            left = recording.batches[batch.carried_from] if batch.carried_from is not None else None
            zeros += batch.entering is not None and batch.entering.is_zero
            if left is None or left.call == batch.call or batch.entering is None or batch.entering.is_zero:
                continue
            name = calls[batch.call].name
            text = (
                f"a state of norm {batch.entering.norm:.3g} enters the first batch of a later {name} with "
                "other data"
            )
            return verdict(recording, Status.CONFIRMED, text)
        if zeros > 1:
            return verdict(recording, Status.REFUTED, f"a zero state enters all {zeros} calls")
        return not_measured(recording, "a second sequence")


def _report(start: Start) -> Report:
    feed, loop = start.feed, start.loop
    assert loop is not None
    layer = feed.model.stateful_layers[0]
    return Report(
        site=feed.site,
        message="each pass of the loop feeds a sequence of its own, and starts from the state that the one "
        "before left",
        instead=f"reset at the top of the loop: {RESET}",
        assumptions=assumptions(layer.stateful),
        related=(
            Related(loop.site, "the loop over the sequences"),
            Related(layer.site, f"{layer.kind} keeps its state from batch to batch"),
        ),
        remedy=reset_in_loop(feed, loop),
    )
