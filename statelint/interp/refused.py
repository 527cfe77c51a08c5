"""Models that can't take the rows they would be given, where a program has one of several."""

from __future__ import annotations

from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, LayerRecord, Method, ModelRecord
from statelint.interp.transfer.training import PHASES
from statelint.trace.objects import Array
from statelint.values import Known

# What recurrent layers read has these axes at least: rows, steps, features.
_AXES = 3


def refuses(machine: Machine, callee: Known, arguments: Arguments) -> bool:
    """Whether a model's method would raise: its first layer reads sequences, and the rows are none."""
    method = callee.value
    if not isinstance(method, Method) or method.name not in PHASES:
        return False
    given = arguments.get(0, "x")
    rows = given.value if isinstance(given, Known) else None
    if not isinstance(rows, Array) or rows.shape is None or not _reads_sequences(machine, method):
        return False
    return len(rows.shape) < _AXES


def _reads_sequences(machine: Machine, method: Method) -> bool:
    record = machine.record(method.receiver)
    if not isinstance(record, ModelRecord) or record.kind != "Sequential" or not record.layers:
        return False
    first = machine.record(machine.refer(record.layers[0]))
    return isinstance(first, LayerRecord) and (first.recurrent or first.kind == "Bidirectional")
