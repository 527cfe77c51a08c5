"""SRN207: validation_split leaves a part that is no multiple of the batch size."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Verdict
from statelint.remedies import SplitByHand
from statelint.rules.base import Report, Rule
from statelint.rules.feeding import batch_argument, takes_all_steps, training_samples, validation_split
from statelint.rules.first_batch import misfits, state_rows
from statelint.rules.measured import calls_at, judge_batch_rows
from statelint.trace.queries import is_stateful
from statelint.trace.recording import Recording
from statelint.trace.story import Call, Story, Trace
from statelint.values import assumptions


class IndivisibleValidationSplit(Rule):
    code = "SRN207"
    name = "indivisible-validation-split"
    severity = Severity.ERROR
    why = (
        "validation_split cuts the samples at floor(n * (1.0 - split)), wherever that falls; "
        "a part that is no multiple of the batch size ends in a batch that doesn't fit the states."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            for call in story.calls():
                if call.method == "fit" and is_stateful(call.model) and takes_all_steps(call):
                    yield from self._check(story, call)

    def _check(self, story: Story, call: Call) -> Iterator[Report]:
        size, split = state_rows(story, call.model), validation_split(call)
        samples, train = call.data.samples, training_samples(call)
        if size is None or not split or samples is None or train is None or batch_argument(call) != size:
            return
        held = samples - train
        if not train or not held or any(True for _ in misfits(story, call, size)):
            return
        rests = train % size, held % size
        if any(rests):
            yield _report(call, size, split, samples, train)

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        return judge_batch_rows(
            recording, calls_at(recording, finding.site), one_row=finding.severity is Severity.WARNING
        )


def _report(call: Call, size: int, split: float, samples: int, train: int) -> Report:
    held = samples - train
    parts = [f"{train} for training"] * bool(train % size) + [f"{held} for validation"] * bool(held % size)
    fitting = (
        "neither is"
        if len(parts) == 2
        else f"the {parts[0].removeprefix(f'{train} for ').removeprefix(f'{held} for ')} part isn't"
    )
    silent = max(train % size, held % size) == 1
    happens = (
        f"raises nothing: the one row that is left over is spread over all {size} slots and their states are "
        "ruined"
    )
    if not silent:
        rest, where = (
            (train % size, "at the end of the first epoch")
            if train % size > 1
            else (held % size, "in the first validation")
        )
        happens = f"raises InvalidArgumentError (incompatible shapes: [{rest},…] vs. [{size},…]) {where}"
    keep = max(train // size * size, size)
    rest_kept = (samples - keep) // size * size
    instead = f"choose a split that leaves multiples of {size}"
    if rest_kept:
        instead = (
            f"cut both parts yourself: train on `x[:{keep}]` and pass "
            f"`validation_data=(x[{keep}:{keep + rest_kept}], "
            f"y[{keep}:{keep + rest_kept}])`"
        )
    layer = call.model.stateful_layers[0]
    array = call.data.array
    return Report(
        site=call.site,
        message=f"validation_split={split:g} parts {samples} samples into {train} for training and {held} "
        "for validation; "
        f"{fitting} a multiple of the model's batch of {size}",
        happens=happens,
        severity=Severity.WARNING if silent else Severity.ERROR,
        instead=instead,
        assumptions=assumptions(
            call.model.batch,
            call.argument("batch_size"),
            call.argument("validation_split"),
            *(array.shape if array is not None and array.shape else ())[:1],
        ),
        related=(Related(layer.site, f"{layer.kind} has states for {size} rows"),),
        remedy=SplitByHand(call.site, keep, rest_kept) if rest_kept else None,
    )
