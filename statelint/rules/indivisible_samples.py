"""SRN204: the last batch of an array is short."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Verdict
from statelint.remedies import Trim
from statelint.rules.base import Report, Rule
from statelint.rules.feeding import batch_argument, takes_all_steps, validation_split
from statelint.rules.first_batch import misfits
from statelint.rules.measured import calls_at, judge_batch_rows
from statelint.trace.queries import is_stateful
from statelint.trace.recording import Recording
from statelint.trace.story import Call, Trace
from statelint.values import assumptions


class IndivisibleSamples(Rule):
    code = "SRN204"
    name = "indivisible-samples"
    severity = Severity.ERROR
    why = (
        "A stateful model can only take batches of the size that its states have; "
        "a short last batch fails after the earlier ones were trained on, or silently if it is a single row."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            for call in story.calls():
                if call.method in ("fit", "evaluate", "predict") and is_stateful(call.model):
                    size = call.model.batch_size
                    # Batches of another size altogether are SRN206.
                    if size is not None and not any(misfits(story, call, size)):
                        yield from self._check(trace, call)

    def _check(self, trace: Trace, call: Call) -> Iterator[Report]:
        size = call.model.batch_size
        if size is None or not takes_all_steps(call):
            return
        given = batch_argument(call)
        if call.data.kind == "array" and given == size and validation_split(call) == 0.0:
            yield from self._report(trace, call, call.data.samples, size, call.method)
        if (
            call.validation is not None
            and call.validation.kind == "array"
            and "validation_data" in call.arguments
        ):
            own = (
                batch_argument(call, "validation_batch_size")
                if "validation_batch_size" in call.arguments
                else given
            )
            if own == size:
                yield from self._report(trace, call, call.validation.samples, size, "validation")

    def _report(
        self, trace: Trace, call: Call, samples: int | None, size: int, what: str
    ) -> Iterator[Report]:
        if samples is None or samples % size == 0:
            return
        rest, whole = samples % size, samples // size * size
        subject = (
            f"{samples} {'validation ' if what == 'validation' else ''}sample{'s' if samples != 1 else ''}"
        )
        if samples < size:
            verb = "is" if samples == 1 else "are"
            message = f"{subject} {verb} fewer than one batch of the {size} rows that the model's states have"
        else:
            message = f"{subject} leave a last batch of {rest}, but the model's batch is {size}"
        silent = rest == 1 and not (trace.keras == 3 and samples == 1 and what == "predict")
        if silent:
            happens = (
                f"raises nothing: the one row is spread over all {size} slots and their states are ruined"
            )
            if what == "predict":
                happens += f"; predict returns {whole + size} rows for {samples}"
        elif rest == 1:
            happens = (
                "raises ValueError: the batch size of the input sequences must be the same as that of the "
                "state"
            )
        else:
            after = f", after {samples // size} batches went through" if samples > size else ""
            happens = (
                f"raises InvalidArgumentError (incompatible shapes: [{rest},…] vs. [{size},…]) at the last "
                f"batch{after}"
            )
        cut = (
            f"cut the arrays to a multiple of {size}: `x[:{whole}]`"
            if whole
            else f"give at least {size} rows"
        )
        layer = call.model.stateful_layers[0]
        data = call.validation if what == "validation" and call.validation is not None else call.data
        yield Report(
            site=call.site,
            message=message,
            happens=happens,
            severity=Severity.WARNING if silent else Severity.ERROR,
            instead=cut,
            assumptions=assumptions(
                call.model.batch,
                call.arguments["batch_size"].value if "batch_size" in call.arguments else None,
                data.array.count if data.array is not None else None,
            ),
            related=(Related(layer.site, f"{layer.kind} has states for {size} rows"),),
            # A prediction for each row may be counted on.
            remedy=Trim(call.site, size, what == "validation", safe=what != "predict") if whole else None,
        )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        return judge_batch_rows(
            recording, calls_at(recording, finding.site), one_row=finding.severity is Severity.WARNING
        )
