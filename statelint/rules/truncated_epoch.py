"""SRN212: an epoch ends before the data do, and the next one begins in their middle."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.feeding import batch_argument, training_samples
from statelint.rules.measured import batches_of, calls_at, not_measured, raised
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
                available, endless = _batches(story, call)
                if steps is None or available is None or epochs < 2 or not 0 < steps < available:
                    continue
                yield _report(trace, call, steps, available, endless=endless)

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        for call in calls_at(recording, finding.site):
            passes: dict[int, list[str | None]] = {}
            rows: dict[int, tuple[int, ...]] = {}
            for batch in batches_of(recording, (call,), "train"):
                passes.setdefault(batch.epoch or 0, []).append(batch.inputs)
                if batch.batch == 0 and batch.row_ids:
                    rows[batch.epoch or 0] = batch.row_ids
            if len(passes) < 2:
                continue
            first, second = passes[0], passes[1]
            if second[0] == first[0]:
                return verdict(recording, Status.REFUTED, "epoch 2 begins with the same batch as epoch 1")
            if second[0] in first:
                return verdict(
                    recording, Status.INCONCLUSIVE, "the order of the data changes from epoch to epoch"
                )
            text = "epoch 2 begins with another batch than epoch 1"
            if 1 in rows:
                text = f"epoch 2 begins with row {rows[1][0]} of the data"
            if len(second) < len(first):
                text += f" and ends after {len(second)} of {len(first)} batches"
            return verdict(recording, Status.CONFIRMED, text)
        if recording.outcome.status == "raised" and "ran out of data" in (recording.outcome.message or ""):
            return verdict(recording, Status.CONFIRMED, raised(recording))
        return not_measured(recording, "a second epoch")


def _epochs(call: Call) -> int:
    last, first = number(call.argument("epochs")), call.argument("initial_epoch")
    begin = 0 if is_(first, None) is Ternary.YES else number(first)
    return 0 if last is None or begin is None else last - begin


def _batches(story: Story, call: Call) -> tuple[int | None, bool]:
    """The batches in one pass over the data, and whether the passes follow each other without end."""
    dataset = call.data.dataset
    if dataset is not None and call.data.kind == "dataset":
        if is_(dataset.repeats, 1) is Ternary.YES:
            return dataset.batches, False
        # A stream that is cut into epochs only for the logs needs no rewinding.
        endless = is_(dataset.repeats, None) is Ternary.YES and _resets_every_epoch(story, call)
        return (dataset.batches, True) if endless else (None, False)
    samples, size = training_samples(call), batch_argument(call)
    if call.data.kind != "array" or samples is None or not size:
        return None, False
    return -(-samples // size), False


def _resets_every_epoch(story: Story, call: Call) -> bool:
    return any(
        isinstance(event, Reset)
        and event.context.hook in ("on_epoch_begin", "on_epoch_end")
        and any(p.loop.site == call.site for p in event.context.passes)
        for event in story.events
    )


def _report(trace: Trace, call: Call, steps: int, available: int, *, endless: bool) -> Report:
    stops = not endless and (trace.keras == 3 or call.data.kind == "dataset")
    rest = available - steps
    happens = f"feeds batches {steps + 1} to {min(available, 2 * steps)} of {available} in epoch 2"
    if stops and rest < steps:
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
    )
