"""SRN212: an epoch ends before the data do, and the next one begins in their middle."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.remedies import PassArgument, RemoveArgument
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.feeding import batch_argument, training_samples
from statelint.rules.measured import batches_of, calls_at, not_measured
from statelint.trace.queries import is_stateful
from statelint.trace.recording import Recording
from statelint.trace.story import Call, Reset, Story, Trace
from statelint.values import Ternary, Value, assumptions, is_, number


class TruncatedEpoch(Rule):
    code = "SRN212"
    name = "truncated-epoch"
    severity = Severity.WARNING
    why = (
        "fit() doesn't rewind the data at the end of an epoch that `steps_per_epoch` cuts short: "
        "the next one goes on in the middle."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            for call in story.calls():
                if call.method not in ("fit", "fit_generator") or not is_stateful(call.model):
                    continue
                steps, epochs = number(call.argument("steps_per_epoch")), _epochs(call)
                available, endless = _batches(call)
                if steps is None or available is None or epochs < 2 or not 0 < steps < available:
                    continue
                # A stream that is cut into epochs for the logs alone goes on, and so does its state.
                if _resets_every_epoch(story, call) or (
                    _stops(trace, call, endless) and available < 2 * steps
                ):
                    yield _report(trace, call, steps, available, endless=endless)

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        for call in calls_at(recording, finding.site):
            batches = batches_of(recording, (call,), "train")
            first = [b for b in batches if b.epoch == 0]
            second = [b for b in batches if b.epoch == 1]
            if not first or not second:
                continue
            begin = second[0]
            if begin.inputs == first[0].inputs:
                return verdict(recording, Status.REFUTED, "epoch 2 begins with the same batch as epoch 1")
            if begin.inputs in {b.inputs for b in first}:
                text = "the order of the data changes from epoch to epoch"
                return verdict(recording, Status.INCONCLUSIVE, text)
            where = f"row {begin.row_ids[0]} of the data" if begin.row_ids else "another batch than epoch 1"
            if begin.entering is not None and begin.entering.is_zero:
                text = f"a zero state meets {where} at the beginning of epoch 2"
                return verdict(recording, Status.CONFIRMED, text)
            if call.finished and len(second) < len(first):
                text = f"epoch 2 begins with {where} and ends after {len(second)} of {len(first)} batches"
                return verdict(recording, Status.CONFIRMED, text)
            return verdict(recording, Status.REFUTED, f"epoch 2 goes on with {where} and with its state")
        return not_measured(recording, "a second epoch")


def _epochs(call: Call) -> int:
    last, first = number(call.argument("epochs")), call.argument("initial_epoch")
    begin = 0 if is_(first, None) is Ternary.YES else number(first)
    return 0 if last is None or begin is None else last - begin


def _batches(call: Call) -> tuple[int | None, bool]:
    """The batches in one pass over the data, and whether the passes follow each other without end."""
    dataset = call.data.dataset
    if dataset is not None and call.data.kind == "dataset":
        once, endless = (is_(dataset.repeats, count) is Ternary.YES for count in (1, None))
        return (dataset.batches if once or endless else None), endless
    samples, size = training_samples(call), batch_argument(call)
    if call.data.kind != "array" or samples is None or not size:
        return None, False
    return -(-samples // size), False


def _stops(trace: Trace, call: Call, endless: bool) -> bool:
    """Whether fit() ends with the data, and doesn't begin them again by itself."""
    return not endless and (trace.keras == 3 or call.data.kind == "dataset")


def _resets_every_epoch(story: Story, call: Call) -> bool:
    return any(
        isinstance(event, Reset)
        and event.context.hook in ("on_epoch_begin", "on_epoch_end")
        and any(p.loop.site == call.site for p in event.context.passes)
        for event in story.events
    )


def _report(trace: Trace, call: Call, steps: int, available: int, *, endless: bool) -> Report:
    rest = available - steps
    happens = f"feeds batches {steps + 1} to {min(available, 2 * steps)} of {available} in epoch 2"
    if _stops(trace, call, endless) and rest < steps:
        happens += ', then warns that it "ran out of data" and goes on with less'
    elif rest < steps:
        happens += f" and then {steps - rest} from the beginning"
    dataset = call.data.dataset
    shape = call.data.array.shape if call.data.array is not None and call.data.array.shape else ()
    values: tuple[Value, ...] = (
        call.argument("steps_per_epoch"),
        *shape[:1],
        *((dataset.elements,) if dataset else ()),
    )
    layer = call.model.stateful_layers[0]
    return Report(
        site=call.site,
        message=f"steps_per_epoch={steps} ends an epoch before all {available} batches of the data are fed, "
        "and the next one doesn't begin with their first",
        happens=happens,
        instead="leave steps_per_epoch out" if not endless else f"pass `steps_per_epoch={available}`",
        assumptions=assumptions(*values),
        related=(Related(layer.site, f"{layer.kind} keeps its state from batch to batch"),),
        remedy=RemoveArgument(call.site, ("steps_per_epoch",), safe=False)
        if not endless
        else PassArgument(call.site, "steps_per_epoch", str(available), safe=False),
    )
