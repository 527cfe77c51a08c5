"""SRN102: a layer is given two input shapes, of which one is dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from statelint.findings import Finding, Severity, Status, Verdict
from statelint.remedies import RemoveArgument
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.measured import not_measured, raised
from statelint.rules.seen_layers import layers_at
from statelint.rules.stacks import models_with
from statelint.trace.objects import Layer
from statelint.trace.queries import is_stateful
from statelint.trace.recording import Recording
from statelint.trace.story import Made, Story, Trace
from statelint.values import Ternary, Value, assumptions, is_, number


class ConflictingInputShape(Rule):
    code = "SRN102"
    name = "conflicting-input-shape"
    severity = Severity.WARNING
    why = "Of two shapes for one input Keras 2 takes `batch_input_shape` and drops the other without a word."

    def check(self, trace: Trace) -> Iterator[Report]:
        if trace.keras != 2:
            # Keras 3 refuses `batch_input_shape` altogether: SRN501.
            return
        for story in trace.stories:
            for event in story.events:
                if not isinstance(event, Made) or event.layer.kind == "InputLayer":
                    continue
                if _concerns_state(story, event.layer):
                    yield from _reports(event)

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        outcome = recording.outcome
        shape, rows = _claims(finding.message)
        if "disagree" not in finding.message:
            return not_measured(recording, "a batch that fits one of the two shapes alone")
        models = {model.index for model, _ in layers_at(recording, finding.site)}
        refused = outcome.status == "raised" and "is incompatible with" in (outcome.message or "")
        if shape is not None and refused:
            return verdict(recording, Status.CONFIRMED, raised(recording))
        for batch in recording.batches:
            call = next(call for call in recording.calls if call.index == batch.call)
            if batch.model not in models or not batch.finished or batch.entering is None:
                continue
            if rows is not None and batch.entering.rows not in (None, rows):
                text = f"the states have {batch.entering.rows} rows, not the {rows} of batch_size"
                return verdict(recording, Status.CONFIRMED, text)
            if shape is not None and call.shape not in (None, shape):
                text = f"rows of shape {call.shape} went through, not the {shape} of input_shape"
                return verdict(recording, Status.CONFIRMED, text)
        if shape is None and rows is None:
            return not_measured(recording, "a batch with another number of steps")
        if recording.outcome.status == "finished" and recording.batches:
            return verdict(recording, Status.REFUTED, "the batches were as the argument says")
        return not_measured(recording, "a batch")


def _reports(made: Made) -> Iterator[Report]:
    layer, whole = made.layer, made.layer.shapes.get("batch_input_shape", ())
    dropped = _dropped(layer)
    if dropped is not None:
        message = f"{layer.kind} is given `batch_input_shape={_shown(whole)}` and {dropped}, which disagree"
        happens = "takes batch_input_shape and drops the other without a word"
        name = dropped.partition("=")[0].removeprefix("`")
    elif all(_is_given(layer, name) for name in ("batch_input_shape", "input_shape")):
        message = f"{layer.kind} is given both `input_shape` and `batch_input_shape`"
        happens = "takes batch_input_shape and never reads input_shape, whatever is changed there"
        name = "input_shape"
    else:
        return
    yield Report(
        site=made.site,
        message=message,
        happens=happens,
        instead="say it once, before the layer: `keras.Input(batch_shape=(batch_size, timesteps, features))`",
        assumptions=assumptions(layer.stateful, *whole),
        remedy=RemoveArgument(made.site, (name,), safe=dropped is None),
    )


def _is_given(layer: Layer, name: str) -> bool:
    # Keras looks only if it is there: it doesn't take None for `batch_input_shape`.
    argument = layer.arguments.get(name)
    is_seen = argument is not None and argument.site != layer.site
    return is_seen and is_(layer.argument(name), None) is not Ternary.YES


def _dropped(layer: Layer) -> str | None:
    """The argument that says something else than `batch_input_shape`, as it is written."""
    whole, part = layer.shapes.get("batch_input_shape"), layer.shapes.get("input_shape")
    if whole is None:
        return None
    if part is not None and (len(part) != len(whole) - 1 or any(map(_differs, whole[1:], part))):
        return f"`input_shape={_shown(part)}`"
    size = layer.argument("batch_size")
    return f"`batch_size={number(size)}`" if _are_others(whole[0], size) else None


def _differs(kept: Value, dropped: Value) -> bool:
    """Whether a size is dropped that isn't the one that is kept, or that left open what is kept."""
    is_open = number(kept) is not None and is_(dropped, None) is Ternary.YES
    return is_open or _are_others(kept, dropped)


def _are_others(one: Value, other: Value) -> bool:
    a, b = number(one), number(other)
    return a is not None and b is not None and a != b


def _shown(shape: tuple[Value, ...]) -> str:
    parts = ["None" if n is None else str(n) for n in map(number, shape)]
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"


def _claims(message: str) -> tuple[tuple[int, ...] | None, int | None]:
    """The row shape, or the batch size, that the message says was dropped."""
    shape = re.search(r"`input_shape=\(([\d, ]+)\)`", message)
    size = re.search(r"`batch_size=(\d+)`", message)
    dims = tuple(int(n) for n in re.findall(r"\d+", shape[1])) if shape else None
    return dims, int(size[1]) if size else None


def _concerns_state(story: Story, layer: Layer) -> bool:
    return layer.is_stateful is Ternary.YES or any(is_stateful(model) for model in models_with(story, layer))
