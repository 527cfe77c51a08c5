"""SRN106: targets with a time axis for a model that returns one step, or the reverse."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.feeding import batch_argument
from statelint.rules.measured import calls_at, not_measured, raised
from statelint.rules.returned import broadcast, known_shape, returned, shape_of_rows, squeezed
from statelint.trace.objects import Layer, Model
from statelint.trace.queries import is_stateful, pair_of
from statelint.trace.recording import Recording
from statelint.trace.story import Call, Compiled, Story, Trace
from statelint.values import Known

_ELEMENTWISE = frozenset(
    {"mse", "mae", "mean_squared_error", "mean_absolute_error", "huber", "huber_loss", "logcosh", "log_cosh"}
)
# Keras 3 compares the shapes in this one.
_CHECKED = frozenset({"binary_crossentropy"})
# What Keras says of shapes that it can't bring together.
_REFUSED = ("must have the same", "Dimensions must be equal")
# First layers of which the input's shape is known, but for its features.
_OF_STEPS = frozenset({"LSTM", "GRU", "SimpleRNN", "Masking"})


class SequenceTargetMismatch(Rule):
    code = "SRN106"
    name = "sequence-target-mismatch"
    severity = Severity.WARNING
    why = (
        "A loss of two arrays of different shapes is broadcast: "
        "each output is compared with targets that aren't its own."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            for call in story.calls():
                if call.method in ("fit", "train_on_batch") and is_stateful(call.model):
                    yield from _check(trace, story, call)

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        outcome = recording.outcome
        for call in calls_at(recording, finding.site):
            model = next(model for model in recording.models if model.index == call.model)
            if call.target_shape is None or model.output_shape is None:
                continue
            met = f"outputs of shape {model.output_shape} per row met targets of shape {call.target_shape}"
            if squeezed(call.target_shape) == squeezed(model.output_shape):
                return verdict(recording, Status.REFUTED, met)
            if any(b.call == call.index and b.finished and b.phase == "train" for b in recording.batches):
                return verdict(recording, Status.CONFIRMED, f"{met}, and no error came of it")
            refused = outcome.status == "raised" and any(told in (outcome.message or "") for told in _REFUSED)
            if refused and outcome.call == call.index:
                return verdict(recording, Status.CONFIRMED, f"{met}: {raised(recording)}")
        return not_measured(recording, "the training")


def _check(trace: Trace, story: Story, call: Call) -> Iterator[Report]:
    loss, size = _loss(story, call), call.model.batch_size or _rows_of_batch(call)
    if loss not in _ELEMENTWISE | _CHECKED or size is None:
        return
    inputs, targets = pair_of(call)
    rows = shape_of_rows(inputs) or _declared(call.model)
    given = known_shape(targets)
    steps = rows[0] if rows else None
    if rows is None or steps is None or given is None or steps < 2:
        return
    out = returned(call.model, rows)
    if out is None or (len(out) == 2) == (given[:1] == (steps,)) or squeezed(out) == squeezed(given):
        return
    together = broadcast((size, *out), (size, *given))
    if together is not None or len(out) != len(given):
        yield _report(trace, call, loss, out, given, steps, together)


def _rows_of_batch(call: Call) -> int | None:
    """The rows of a batch where the model doesn't fix their number."""
    return batch_argument(call) if call.method == "fit" else call.data.samples


def _declared(model: Model) -> tuple[int | None, ...] | None:
    """The shape of the rows that a model takes, where its input declares how many steps they have."""
    first = next((layer.kind for layer in model.layers if layer.kind != "InputLayer"), "")
    return (model.steps, None) if model.steps is not None and first in _OF_STEPS else None


def _loss(story: Story, call: Call) -> str:
    """The loss with which the model is compiled, by name; "" where that isn't known."""
    name = ""
    for event in story.events:
        if event is call:
            break
        if isinstance(event, Compiled) and event.model.id == call.model.id:
            value = event.arguments["loss"].value if "loss" in event.arguments else None
            name = value.value if isinstance(value, Known) and isinstance(value.value, str) else ""
    return name


def _report(
    trace: Trace,
    call: Call,
    loss: str,
    out: tuple[int, ...],
    given: tuple[int, ...],
    steps: int,
    together: tuple[int, ...] | None,
) -> Report:
    raises = None
    if loss in _CHECKED and trace.keras == 3:
        raises = f"`target` and `output` must have the same {'rank' if together is None else 'shape'}"
    elif together is None:
        raises = "Dimensions must be equal"
    last = _last_recurrent(call.model)
    if len(out) == 1:
        message = f"the targets have {steps} steps (shape {given} per row), but the model returns one ({out})"
        instead = f"give the last {last.kind} `return_sequences=True`, or train on the last step: `y[:, -1]`"
    else:
        message = f"the model returns {steps} steps (shape {out} per row), but the targets have one ({given})"
        instead = f"drop `return_sequences=True` from the last {last.kind}, or give a target for each step"
    return Report(
        site=call.site,
        message=message,
        happens=f"raises ValueError ({raises})"
        if raises
        else f"raises nothing: the loss is taken over both, broadcast to {together}",
        severity=Severity.ERROR if raises else Severity.WARNING,
        instead=instead,
        related=(Related(last.site, f"{last.kind} decides what is returned"),),
    )


def _last_recurrent(model: Model) -> Layer:
    return [layer for layer in model.layers if layer.recurrent][-1]
