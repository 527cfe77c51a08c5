"""Batch sizes, steps and shapes that the arguments of a layer declare."""

from __future__ import annotations

from collections.abc import Mapping

from statelint.interp.machine import Machine
from statelint.interp.objects import (
    Beginning,
    ListRecord,
    Tuple,
)
from statelint.trace.objects import Argument
from statelint.values import (
    NONE,
    Known,
    Reason,
    Ternary,
    Unknown,
    Value,
    depending_on,
    is_,
    join,
    number,
    options,
    unknown,
)

BATCH_SHAPES = ("batch_input_shape", "batch_shape")
SHAPES = (*BATCH_SHAPES, "input_shape", "shape")
_SHAPED_INPUT = ("input_shape", "input_dim", "shape")
# Begins the identity of an argument that may not be given at all.
MAYBE = "maybe given"


def as_shape(machine: Machine, value: Value) -> Value:
    """A shape given as a list is what the tuple would be; of some only the beginning is known."""
    record = machine.record(value)
    if isinstance(record, ListRecord) and record.items is not None:
        return depending_on(Known(Tuple(record.items)), value)
    if isinstance(value, Known) and isinstance(value.value, Tuple):
        return value
    begun = machine.beginning(value)
    return Known(Beginning(begun, value)) if begun else value


def shapes_in(bound: Mapping[str, Argument]) -> Mapping[str, tuple[Value, ...]]:
    """The shapes among the arguments, their dimensions one by one."""
    found: dict[str, tuple[Value, ...]] = {}
    for name in (*BATCH_SHAPES, "input_shape", "target_shape"):
        value = bound[name].value if name in bound else NONE
        if isinstance(value, Known) and isinstance(value.value, Tuple):
            found[name] = value.value.items
    return found


def first_of(shape: Value) -> Value:
    """The batch dimension of a shape that includes it."""
    found: Value | None = None
    for option in options(shape):
        if isinstance(option.value, Tuple | Beginning) and option.value.items:
            batch = depending_on(option.value.items[0], option)
        elif option.value is None:
            batch = NONE
        else:
            return unknown(Reason.OPERATION)
        found = batch if found is None else join(found, batch)
    return found if found is not None else unknown(Reason.OPERATION)


def declared_batch(arguments: Mapping[str, Argument]) -> Value | None:
    """The batch size that a layer's arguments fix (a known None: a shape without one); None: no shape."""
    for name in BATCH_SHAPES:
        if name in arguments and is_(arguments[name].value, None) is not Ternary.YES:
            return first_of(arguments[name].value)
    for name in _SHAPED_INPUT:
        if name in arguments and is_(arguments[name].value, None) is not Ternary.YES:
            if may_be_missing(arguments[name].value):
                return unknown(Reason.PARAMETER)
            given = arguments.get("batch_size")
            return given.value if given is not None else NONE
    return None


def may_be_missing(value: Value) -> bool:
    """Whether an argument may not be given at all: `LSTM(4, **options)`."""
    return isinstance(value, Unknown) and isinstance(value.key, tuple) and value.key[0] == MAYBE


def declared_steps(arguments: Mapping[str, Argument]) -> int | None:
    """The time steps that the shape among a layer's arguments gives; None where it gives none."""
    for name in SHAPES:
        value = arguments[name].value if name in arguments else NONE
        if isinstance(value, Known) and isinstance(value.value, Tuple):
            sizes = value.value.items if name in BATCH_SHAPES else (NONE, *value.value.items)
            return number(sizes[1]) if len(sizes) > 2 else None
    return None
