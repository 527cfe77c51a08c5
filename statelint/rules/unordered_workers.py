"""SRN209: several workers draw from one generator, in Keras 2."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.remedies import RemoveArgument
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.measured import batches_of, calls_at, not_measured, raised
from statelint.trace.queries import is_stateful
from statelint.trace.recording import Recording
from statelint.trace.story import Trace
from statelint.values import Ternary, assumptions, is_, number

_PARALLEL = ("workers", "use_multiprocessing")


class UnorderedWorkers(Rule):
    code = "SRN209"
    name = "unordered-workers"
    severity = Severity.WARNING
    why = (
        "A generator has one position: "
        "several workers that draw from it repeat its batches, mix them up, or break it."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        if trace.keras != 2:
            return
        for story in trace.stories:
            for call in story.calls():
                workers = number(call.argument("workers"))
                if (
                    call.data.kind != "generator"
                    or workers is None
                    or workers < 2
                    or not is_stateful(call.model)
                ):
                    continue
                processes = is_(call.argument("use_multiprocessing"), True)
                if processes is Ternary.YES:
                    happens = f"feeds every batch {workers} times: each process has a generator of its own"
                elif isinstance(call.data.key, tuple) and call.data.key[:1] == ("Ref",):
                    # An iterator of the program's own may let in one worker at a time.
                    happens = "feeds the batches in the order in which the workers happen to draw them"
                else:
                    happens = 'fails with "generator already executing" as soon as two of them draw at once'
                layer = call.model.stateful_layers[0]
                yield Report(
                    site=call.site,
                    message=f"{workers} workers draw from one generator, which puts its batches out of order",
                    happens=happens,
                    severity=Severity.WARNING,
                    instead="drop `workers` and `use_multiprocessing` (Keras 3 has neither), or write a "
                    "keras.utils.Sequence, whose batches keep their order with `shuffle=False`",
                    assumptions=assumptions(call.argument("workers")),
                    related=(Related(layer.site, f"{layer.kind} keeps its state from batch to batch"),),
                    remedy=RemoveArgument(
                        call.site, tuple(name for name in _PARALLEL if name in call.arguments)
                    ),
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        calls = calls_at(recording, finding.site)
        outcome = recording.outcome
        indices = {call.index for call in calls}
        if (
            outcome.status == "raised"
            and outcome.call in indices
            and "already executing" in (outcome.message or "")
        ):
            return verdict(recording, Status.CONFIRMED, "ValueError: generator already executing")
        if outcome.status == "raised" and outcome.call in indices:
            return not_measured(recording, f"the order was measured ({raised(recording)})")
        for call in calls:
            batches = batches_of(recording, (call,))
            first = [b for b in batches if (b.epoch or 0) == 0]
            again = [n for n in Counter(b.inputs for b in first if b.inputs is not None).values() if n > 1]
            if again:
                text = f"{len(again)} of the batches of the first epoch came up to {max(again)} times"
                return verdict(recording, Status.CONFIRMED, text)
            starts = [b.row_ids[0] for b in first if b.row_ids]
            if starts and starts != sorted(starts):
                return verdict(
                    recording, Status.CONFIRMED, f"the batches came in the order of their first rows {starts}"
                )
        if calls and all(call.finished for call in calls):
            return verdict(recording, Status.REFUTED, "each batch came once")
        return not_measured(recording, "the call")
