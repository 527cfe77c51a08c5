"""Symbolic tensors: what they went through, and the models between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import reduce

from statelint.interp.machine import Machine
from statelint.interp.objects import (
    Arguments,
    DictRecord,
    LayerRecord,
    ListRecord,
    ModelRecord,
    Tensor,
    Tuple,
)
from statelint.interp.reaching import reachable
from statelint.interp.state import are_plain, one_of
from statelint.trace.objects import Argument
from statelint.trace.story import Called
from statelint.values import FALSE, NONE, Choice, Known, Reason, Unknown, Value, join, unknown


def tensors_in(machine: Machine, value: Value) -> tuple[Tensor, ...]:
    """The symbolic tensors in a value (one, or a list, tuple or dict of them)."""
    if isinstance(value, Choice):
        return _either_of(machine, value)
    if not isinstance(value, Known):
        return ()
    if isinstance(value.value, Tensor):
        return (value.value,)
    return tuple(tensor for item in _items(machine, value) for tensor in tensors_in(machine, item))


def _items(machine: Machine, value: Known) -> Iterable[Value]:
    record = machine.record(value)
    if isinstance(record, ListRecord):
        # A loop of which it isn't known how often it runs has appended the others.
        return record.items if record.items is not None else (*record.first, *record.head)
    if isinstance(record, DictRecord):
        return record.items.values()
    return value.value.items if isinstance(value.value, Tuple) else ()


def builds_on(machine: Machine, *values: Value) -> bool:
    """Whether a call of these puts a model together: it is given tensors, and no layer or model itself."""
    others = [value for value in values if not tensors_in(machine, value)]
    return len(others) < len(values) and not reachable(machine, *others)


def note_passed(machine: Machine, result: Value, *values: Value) -> None:
    """Code that isn't known makes `result` of these values: put where a tensor belongs, it is one behind
    the tensors among them.
    """
    tensors = [tensor for value in values for tensor in tensors_in(machine, value)]
    if tensors and isinstance(result, Unknown):
        layers, inputs, called = _through(tensors)
        key = ("tensor", machine.fresh_id())
        batch = unknown(Reason.LIBRARY_CALL)
        machine.passed[result.key] = Known(Tensor(key, batch, layers, inputs, calls=called, whole=False))


def as_tensors(machine: Machine, value: Value) -> Value:
    """A value that stands where tensors belong: what unknown code made of some is one of them."""
    if isinstance(value, Unknown):
        match value.key:
            case ("unpacked", made, _) if made in machine.passed:
                return machine.passed[made]
        return machine.passed.get(value.key, value)
    record = machine.record(value)
    items: Sequence[Value] = ()
    if isinstance(record, ListRecord):
        items = record.items or ()
    elif isinstance(value, Known) and isinstance(value.value, Tuple):
        items = value.value.items
    meant = tuple(as_tensors(machine, item) for item in items)
    changed = any(one is not other for one, other in zip(meant, items, strict=True))
    return Known(Tuple(meant)) if changed else value


def on_tensors(machine: Machine, arguments: Arguments) -> Arguments:
    """The arguments of a layer's call, which are tensors."""

    def meant(argument: Argument) -> Argument:
        return replace(argument, value=as_tensors(machine, argument.value))

    if not machine.passed:
        return arguments
    keywords = {name: meant(argument) for name, argument in arguments.keywords.items()}
    return replace(arguments, positional=tuple(map(meant, arguments.positional)), keywords=keywords)


def is_hidden(machine: Machine, value: Value) -> bool:
    """Whether there may be tensors in a value of which nothing is known."""
    if isinstance(value, Unknown):
        return True
    if isinstance(value, Choice):
        return any(is_hidden(machine, option) for option in value.options)
    record = machine.record(value)
    if isinstance(record, ListRecord) and record.items is None:
        return True
    if isinstance(record, DictRecord) and not record.complete:
        return True
    return any(is_hidden(machine, item) for item in _items(machine, value))


def _either_of(machine: Machine, value: Choice) -> tuple[Tensor, ...]:
    """What a tensor is whichever of a few it is."""
    found = [option.value for option in value.options]
    tensors = [tensor for tensor in found if isinstance(tensor, Tensor)]
    if len(tensors) < len(found):
        return ()
    layers, calls, whole = tensors[0].layers, tensors[0].calls, tensors[0].whole
    inputs: dict[object, None] = dict.fromkeys(tensors[0].inputs)
    batch = tensors[0].batch
    for other in tensors[1:]:
        whole = whole and other.whole
        inputs.update(dict.fromkeys(other.inputs))
        batch = join(batch, other.batch)
        if one_of(layers, other.layers, machine.state.heap):
            continue
        shared = tuple(layer for layer in layers if layer in other.layers)
        whole = whole and are_plain({*layers, *other.layers} - {*shared}, machine.state.heap)
        layers, calls = shared, tuple(call for call in calls if call in other.calls)
    return (Tensor(value.key, batch, layers, tuple(inputs), calls=calls, whole=whole),)


def connected(machine: Machine, bound: Mapping[str, Argument], arguments: Arguments) -> ModelRecord:
    """The functional model between inputs and outputs."""
    inputs = bound.get("inputs") or bound.get("input")
    outputs = bound.get("outputs") or bound.get("output")
    into = tensors_in(machine, inputs.value) if inputs is not None else ()
    ends = as_tensors(machine, outputs.value) if outputs is not None else NONE
    out = tensors_in(machine, ends)
    hidden = outputs is None or is_hidden(machine, ends)
    layers, _, called = _through(out)
    batch: Value = into[0].batch if into else unknown(Reason.ATTRIBUTE)
    for tensor in into[1:]:
        batch = join(batch, tensor.batch)
    chain = _chain(machine, into, out, layers, called)
    return ModelRecord(
        "Functional",
        arguments.site,
        layers if chain is None else chain,
        complete=bool(out) and bool(into) and not hidden and all(tensor.whole for tensor in out),
        batch=batch,
        undecided=False,
        built=True,
        inputs=tuple(Known(t) for t in into),
        outputs=tuple(Known(t) for t in out),
        in_order=chain is not None,
        calls=called,
        chain=chain,
        steps=into[0].steps if inputs and len(into) == 1 and not is_hidden(machine, inputs.value) else None,
    )


def listed(machine: Machine, id_: int, record: ModelRecord) -> Value:
    """The list `model.layers`.

    That of a functional model begins with its Input.  Where branches or bare operations are in it, it isn't
    known in which order the layers stand.
    """
    if not record.complete:
        return machine.allocate(ListRecord(None, unknown(Reason.ATTRIBUTE), layers_of=id_))
    layers = record.chain if record.chain is not None else record.layers
    first = machine.record(machine.refer(layers[0])) if layers else None
    if isinstance(first, LayerRecord) and first.kind == "InputLayer" and record.kind == "Sequential":
        # Keras leaves it out there.
        layers = layers[1:]
    items: tuple[Value, ...] = tuple(map(machine.refer, layers))
    if record.chain is not None:
        items = (_input_layer(machine, record), *items)
    is_open = record.chain is None and not record.in_order
    return machine.allocate(replace(ListRecord.of(items), layers_of=id_, unordered=is_open))


def any_of(machine: Machine, record: ModelRecord) -> Value:
    """A layer of the model, and it isn't known which: whatever is done to it is done to all."""
    layers: list[Value] = [machine.refer(layer) for layer in record.layers]
    found = reduce(join, layers) if layers else machine.unknown(Reason.ATTRIBUTE)
    return replace(found, by=("any layer",)) if isinstance(found, Choice) else found


def _chain(
    machine: Machine,
    into: Sequence[Tensor],
    out: Sequence[Tensor],
    layers: Sequence[int],
    calls: Sequence[int],
) -> tuple[int, ...] | None:
    """The layers between one Input and one output, each called on what the one before gives; None where they
    are no such chain.
    """
    if len(into) != 1 or len(out) != 1:
        return None
    called = {event.id: event for event in machine.events if isinstance(event, Called)}
    chain: list[int] = []
    reached = into[0].key
    for id_ in calls:
        event = called.get(id_)
        if event is None or event.inputs != (reached,) or event.layer.id in chain:
            return None
        chain.append(event.layer.id)
        reached = event.output
    return tuple(chain) if reached == out[0].key and set(chain) == set(layers) else None


def _input_layer(machine: Machine, record: ModelRecord) -> Known:
    ends = dict.fromkeys(("input", "output"), record.inputs[0]) if record.inputs else {}
    layer = LayerRecord("InputLayer", record.site, True, False, {}, (), frozenset(), FALSE, attributes=ends)
    return machine.allocate(replace(layer, built=True))


def _through(tensors: Sequence[Tensor]) -> tuple[tuple[int, ...], tuple[object, ...], tuple[int, ...]]:
    """The layers, inputs and calls that tensors come from, each once."""
    layers: dict[int, None] = {}
    inputs: dict[object, None] = {}
    called: dict[int, None] = {}
    for tensor in tensors:
        layers.update(dict.fromkeys(tensor.layers))
        inputs.update(dict.fromkeys(tensor.inputs))
        called.update(dict.fromkeys(tensor.calls))
    return tuple(layers), tuple(inputs), tuple(called)


def flow(
    machine: Machine,
    *values: Value,
    batch: Value | None = None,
    through: int | None = None,
    by: int | None = None,
) -> Known | None:
    """The tensor that comes out of an operation on these values; None where none of them is a tensor.

    `through` is the layer that does it, and `by` the id of its Called event.
    """
    tensors = [tensor for value in values for tensor in tensors_in(machine, value)]
    if not tensors:
        return None
    layers, inputs, called = _through(tensors)
    if through is not None and through not in layers:
        layers = (*layers, through)
    if by is not None:
        called = (*called, by)
    known = batch if batch is not None else unknown(Reason.OPERATION)
    key = ("tensor", machine.fresh_id() if by is None else by)
    whole = all(tensor.whole for tensor in tensors) and not any(is_hidden(machine, v) for v in values)
    return Known(Tensor(key, known, layers, inputs, calls=called, whole=whole))


def kept_batch(machine: Machine, *values: Value) -> Value | None:
    """The batch dimension that all tensors in these values have; None where they differ."""
    batches = [tensor.batch for value in values for tensor in tensors_in(machine, value)]
    return batches[0] if batches and all(batch.key == batches[0].key for batch in batches) else None


def combined(machine: Machine, left: Value, right: Value) -> Known | None:
    """The tensor that an operator makes of two values, one of them a tensor: the batch stays."""
    batches = [tensor.batch for value in (left, right) for tensor in tensors_in(machine, value)]
    if not batches:
        return None
    return flow(machine, left, right, batch=batches[0] if len(batches) == 1 else join(*batches[:2]))
