"""SRN206: a call feeds batches of another size than the model's states have."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Verdict
from statelint.remedies import PassArgument
from statelint.rules.base import Report, Rule
from statelint.rules.first_batch import FirstBatch, misfits, of_unknown_rows, outcome, state_rows
from statelint.rules.measured import calls_at, judge_batch_rows
from statelint.rules.places import given_at
from statelint.trace.queries import is_stateful
from statelint.trace.recording import Recording
from statelint.trace.story import Story, Trace
from statelint.values import Ternary, assumptions, is_


class BatchSizeMismatch(Rule):
    code = "SRN206"
    name = "batch-size-mismatch"
    severity = Severity.ERROR
    why = (
        "The states of a stateful model have a fixed number of rows, one for each row of a batch, "
        "so every call must feed batches of exactly that size."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            for call in story.calls():
                if not is_stateful(call.model):
                    continue
                size = state_rows(story, call.model)
                if size is None:
                    continue
                first = of_unknown_rows(story, call) if trace.keras == 3 and size == 1 else None
                first = first or next(misfits(story, call, size), None)
                if first is not None:
                    yield _report(trace, story, first, size)

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        return judge_batch_rows(
            recording, calls_at(recording, finding.site), one_row=finding.severity is Severity.WARNING
        )


def _report(trace: Trace, story: Story, first: FirstBatch, size: int) -> Report:
    call = first.call
    layer = call.model.stateful_layers[0]
    raises = outcome(trace.keras, story, first, size)
    happens = raises
    if happens is None:
        happens = f"raises nothing: the one row is spread over all {size} slots and their states are ruined"
        if call.method == "predict" and first.samples == 1:
            happens += f"; predict returns {size} rows for one"
    return Report(
        site=call.site,
        message=f"{_subject(first)}, but the model's states have {_rows(size)}",
        happens=happens,
        severity=Severity.WARNING if raises is None else Severity.ERROR,
        instead=_instead(first, size),
        assumptions=assumptions(call.model.batch, *first.values),
        related=(Related(layer.site, f"{layer.kind} has states for {_rows(size)}"),),
        remedy=_remedy(first, size),
    )


def _remedy(first: FirstBatch, size: int) -> PassArgument | None:
    """The size of the states as that of the batches, where the rows make full ones."""
    call = first.call
    data = call.validation if first.part else call.data
    is_array = data is not None and data.kind == "array" and call.method in ("fit", "evaluate", "predict")
    if not is_array or (first.samples is None and size > 1) or (first.samples or 0) % size:
        return None
    name = "validation_batch_size" if first.part else "batch_size"
    return PassArgument(call.site, name, str(size), given_at(call, name), safe=name not in call.arguments)


def _rows(count: int | None) -> str:
    return "all rows" if count is None else f"{count} row{'s' if count > 1 else ''}"


def _subject(first: FirstBatch) -> str:
    call, what = first.call, "validation batches" if first.part else "batches"
    if first.rows is None:
        return f"{call.method}() feeds all rows of the data as one batch"
    by_default = first.asked is not None and call.data.kind in ("array", "unknown") and not _is_given(first)
    default = f", the default of {call.method}()," if by_default else ""
    if call.method == "call":
        return f"the model is called on {_rows(first.rows)}"
    if call.method.endswith("on_batch"):
        return f"{call.method}() is fed {_rows(first.rows)}"
    if first.samples is not None and first.asked is not None and first.samples < first.asked:
        what = "one validation batch" if first.part else "one batch"
        return f"{call.method}() feeds {what} of {_rows(first.rows)}"
    return f"{call.method}() feeds {what} of {_rows(first.rows)}{default.removesuffix(',')}"


def _is_given(first: FirstBatch) -> bool:
    names = ("validation_batch_size", "batch_size") if first.part else ("batch_size",)
    return any(is_(first.call.argument(name), None) is not Ternary.YES for name in names)


def _instead(first: FirstBatch, size: int) -> str:
    call = first.call
    single = (
        f"build a second model with a batch size of {first.rows} and copy the weights: "
        "`second.set_weights(model.get_weights())`"
    )
    if call.method == "call" or call.method.endswith("on_batch"):
        return single if first.rows == 1 else f"feed {_rows(size)} at a time, or {single}"
    data = call.validation if first.part else call.data
    if data is not None and data.dataset is not None:
        return f"batch the Dataset as the states are: `.batch({size}, drop_remainder=True)`"
    if data is not None and data.kind == "generator":
        return f"yield {_rows(size)} at a time"
    if first.samples is not None and first.samples < size:
        return single
    name = "validation_batch_size" if first.part else "batch_size"
    text = f"pass `{name}={size}` to {call.method}()"
    if first.samples is not None and first.samples % size:
        text += f" and cut the arrays to a multiple of {size}"
    return text
