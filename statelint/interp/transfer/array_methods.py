"""`array.reshape(…)` and the other methods of arrays."""

from __future__ import annotations

from dataclasses import replace

from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments
from statelint.interp.renaming import rename, rename_object
from statelint.interp.shapes import REDUCING, columns, mapped
from statelint.interp.transfer import axes, rearranging, reshaping, tables
from statelint.trace.objects import Argument, Array
from statelint.trace.story import Written
from statelint.values import (
    NONE,
    Known,
    Reason,
    Value,
    number,
)


def array_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    """`array.reshape(…)` and the other methods of arrays (and of eager tensors)."""
    assert isinstance(receiver, Known) and isinstance(receiver.value, Array)
    array = receiver.value
    match name:
        case "reshape":
            return reshaping.reshape_with(machine, array, receiver, arguments)
        case "astype" | "copy" | "numpy" | "to_numpy" | "round" | "clip" | "tolist":
            return (
                replace(receiver, value=mapped(array, (name, array.key)))
                if name in ("round", "clip")
                # The same contents in an object of its own.
                else replace(receiver)
            )
        case "flatten" | "ravel" if array.row_cut is not None and len(array.shape or (NONE, NONE)) == 2:
            # The columns of each step stand side by side, step behind step.
            flat = (name, array.key)
            return replace(receiver, value=Array(flat, None, flat, made=array.made, cut=array.cut))
        case "drop" if array.row_cut is not None and array.shape is None and tables.is_of_columns(arguments):
            return columns(array, (name, *(value.key for value in arguments.values())))
        case "reset_index" | "fillna" | "ffill" | "bfill" | "interpolate" if array.row_cut is not None:
            return replace(receiver, value=mapped(array, (name, array.key)))
        case "flatten" | "ravel":
            return reshaping.reshape(machine, array, Known(-1), receiver)
        case "transpose" | "swapaxes":
            return axes.method(machine, array, name, arguments, receiver)
        case "squeeze":
            return reshaping.squeezed(machine, array, arguments.get(0, "axis"))
        case "take" if arguments.get(1, "axis") is not None and number(arguments.get(1, "axis") or NONE) == 0:
            from statelint.interp.subscripts import subscript

            return subscript(machine, receiver, arguments.get(0, "indices") or NONE)
        case "repeat":
            whole = Arguments(
                (Argument(receiver, arguments.site), *arguments.positional),
                arguments.keywords,
                arguments.open,
                arguments.site,
            )
            return rearranging.TRANSFERS["numpy.repeat"](machine, "numpy.repeat", whole)
        case _ if name in REDUCING and not arguments.open:
            return rearranging.reduced(machine, array, name, arguments, 0)
        case "append" | "extend" | "insert" | "pop" | "remove" | "clear":
            # `x.tolist()`: a list of as many rows, until now.
            rename(machine, receiver.key, machine.unknown(Reason.OPERATION))
            return machine.unknown(Reason.OPERATION)
        case "resize":
            rename_object(machine, receiver, machine.unknown(Reason.OPERATION))
            return NONE
        case "fill" | "sort":
            if name == "sort" and array.shuffle_site is not None and len(array.shape or (array,)) == 1:
                # No longer in random order.
                key = ("sorted", array.key)
                rename(machine, receiver.key, Known(Array(key, array.shape, key, made=array.made)))
            machine.emit(Written(arguments.site, machine.context, array.key))
            return NONE
    return machine.unknown(
        Reason.LIBRARY_CALL,
        None,
        ("call", ("attribute", array.key, name), *(v.key for v in arguments.values())),
    )
