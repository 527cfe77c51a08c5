"""Operators: what they make of two values."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Hashable
from typing import Any

import libcst as cst

from statelint.interp.comparisons import SCALARS
from statelint.interp.consecutive import places
from statelint.interp.machine import Machine
from statelint.interp.objects import DictRecord, ListRecord, Tuple
from statelint.interp.shapes import elementwise
from statelint.interp.transfer import graphs
from statelint.trace.listings import is_listing
from statelint.values import (
    Choice,
    Known,
    Reason,
    Value,
    bent,
    depending_on,
    interned,
    join,
    number,
    options,
    unknown,
)

_ARITHMETIC: dict[type[cst.BaseBinaryOp] | type[cst.BaseAugOp], tuple[str, Callable[[Any, Any], Any]]] = {
    cst.Add: ("+", operator.add),
    cst.Subtract: ("-", operator.sub),
    cst.Multiply: ("*", operator.mul),
    cst.Divide: ("/", operator.truediv),
    cst.FloorDivide: ("//", operator.floordiv),
    cst.Modulo: ("%", operator.mod),
    cst.Power: ("**", operator.pow),
    cst.BitAnd: ("&", operator.and_),
    cst.BitOr: ("|", operator.or_),
    cst.BitXor: ("^", operator.xor),
    cst.LeftShift: ("<<", operator.lshift),
    cst.RightShift: (">>", operator.rshift),
    cst.AddAssign: ("+", operator.add),
    cst.SubtractAssign: ("-", operator.sub),
    cst.MultiplyAssign: ("*", operator.mul),
    cst.DivideAssign: ("/", operator.truediv),
    cst.FloorDivideAssign: ("//", operator.floordiv),
    cst.ModuloAssign: ("%", operator.mod),
    cst.PowerAssign: ("**", operator.pow),
    cst.BitAndAssign: ("&", operator.and_),
    cst.BitOrAssign: ("|", operator.or_),
    cst.BitXorAssign: ("^", operator.xor),
    cst.LeftShiftAssign: ("<<", operator.lshift),
    cst.RightShiftAssign: (">>", operator.rshift),
}

_DIVISIONS = (cst.Divide, cst.DivideAssign)

# What the interpreter makes itself, by adding and repeating, it doesn't make longer than this.
LONGEST = 1000


def arithmetic(
    machine: Machine,
    kind: type[cst.BaseBinaryOp] | type[cst.BaseAugOp],
    left: Value,
    right: Value,
    node: cst.CSTNode,
) -> Value:
    """The value of an operator applied to two values."""
    if kind in _DIVISIONS and machine.floors(node) and _are_integers(left, right):
        kind = cst.FloorDivide
    symbol, function = _ARITHMETIC.get(kind, (kind.__name__, None))
    if isinstance(left, Choice) or isinstance(right, Choice):
        return over_choices(lambda a, b: arithmetic(machine, kind, a, b, node), left, right)
    if isinstance(left, Known) and isinstance(right, Known) and function is not None:
        a, b = left.value, right.value
        if isinstance(a, SCALARS) and isinstance(b, SCALARS):
            if is_huge(symbol, a, b):
                return machine.unknown(Reason.OPERATION, node)
            try:
                computed = depending_on(Known(function(a, b)), left, right)
                return bent(computed) if symbol in ("%", "//") else computed
            except (TypeError, ValueError, ArithmeticError, OverflowError):
                return machine.unknown(Reason.OPERATION, node)
        sequence = _sequence_arithmetic(machine, symbol, left, right)
        if sequence is not None:
            return sequence
    if symbol == "+" and isinstance(node, cst.BinaryOperation):
        found = places(machine, left, right, node)
        if found is not None:
            return found
    result = elementwise(symbol, left, right) or graphs.combined(machine, left, right)
    if result is None:
        result = machine.unknown(Reason.OPERATION, node, ("operation", symbol, left.key, right.key))
    # `(64,) + x.shape[1:]`: where it is a shape, the rest of it is behind the tuple.
    is_longer = symbol == "+" and _is_tuple(machine, left)
    return machine.begin(result, machine.beginning(left)) if is_longer else result


def _is_tuple(machine: Machine, value: Value) -> bool:
    return value.key in machine.begun or (isinstance(value, Known) and isinstance(value.value, Tuple))


def _are_integers(*values: Value) -> bool:
    return all(options(value) and all(isinstance(o.value, int) for o in options(value)) for value in values)


def is_huge(symbol: str, a: object, b: object) -> bool:
    """Whether an operation would take long, or make something long."""
    if isinstance(a, str | bytes):
        if symbol == "+" and isinstance(b, str | bytes):
            return len(a) + len(b) > LONGEST
        # "%1000000d" % 1
        wide = symbol == "%" and (isinstance(a, bytes) or re.search(r"\d\d\d|\*", a) is not None)
        return wide or (symbol == "*" and isinstance(b, int) and len(a) * b > LONGEST)
    if isinstance(b, str | bytes):
        return symbol == "*" and isinstance(a, int) and len(b) * a > LONGEST
    if symbol == "**" and isinstance(a, int) and isinstance(b, int):
        return a.bit_length() * abs(b) > 1000
    if symbol == "<<":
        return not isinstance(b, int) or b > 1000
    return symbol == "*" and any(isinstance(x, int) and x.bit_length() > 1000 for x in (a, b))


def _sequence_arithmetic(machine: Machine, symbol: str, left: Known, right: Known) -> Value | None:
    if symbol == "+" and isinstance(left.value, Tuple) and isinstance(right.value, Tuple):
        if len(left.value.items) + len(right.value.items) > LONGEST:
            return machine.unknown(Reason.OPERATION)
        return Known(Tuple(left.value.items + right.value.items))
    a, b = machine.record(left), machine.record(right)
    if symbol == "+" and isinstance(a, ListRecord) and isinstance(b, ListRecord):
        return machine.allocate(added(machine, a, b), machine.exact_class(left))
    if symbol in ("-", "&") and isinstance(a, ListRecord) and isinstance(b, ListRecord):
        return machine.allocate(set_of(machine, (machine.content(left), symbol, machine.content(right))))
    if symbol == "|" and isinstance(a, DictRecord) and isinstance(b, DictRecord):
        return machine.allocate(merged(a, b))
    if symbol == "*" and isinstance(b, ListRecord):
        left, right, a, b = right, left, b, a
    if symbol == "*" and isinstance(a, ListRecord) and isinstance(right.value, int):
        if a.items is not None and len(a.items) * right.value <= machine.limits.unrolled:
            return machine.allocate(ListRecord.of(a.items * right.value), machine.exact_class(left))
        length = a.length.value if isinstance(a.length, Known) else None
        if isinstance(length, int):
            is_one = a.items is None or len({item.key for item in a.items}) == 1
            repeated = ListRecord(None, Known(length * right.value), a.element if is_one else None)
            return machine.allocate(repeated, machine.exact_class(left))
    return None


def merged(left: DictRecord, right: DictRecord) -> DictRecord:
    """One dict updated by another; what isn't known of the second may have any key."""
    items = {**left.items, **right.items} if right.complete else right.items
    return DictRecord(items, left.complete and right.complete)


def added(machine: Machine, left: ListRecord, right: ListRecord) -> ListRecord:
    """One list after the other."""
    if left.items is not None and right.items is not None and len(left.items) + len(right.items) <= LONGEST:
        return ListRecord.of(left.items + right.items)
    n, more = number(left.length), number(right.length)
    length = machine.unknown(Reason.OPERATION) if n is None or more is None else Known(n + more)
    first = left.items if left.items is not None else left.first
    typical = right.element if left.items is not None else left.element
    head = right.head if left.items is not None else left.head
    return ListRecord(None, depending_on(length, left.length, right.length), typical, head, first=first)


def over_choices(function: Callable[[Value, Value], Value], left: Value, right: Value) -> Value:
    """The joined results for all that two values can be."""
    result: Value | None = None
    for a in options(left) or (left,):
        for b in options(right) or (right,):
            value = function(a, b)
            result = value if result is None else join(result, value)
    assert result is not None
    return result


def set_of(machine: Machine, made: tuple[Hashable, ...]) -> ListRecord:
    """A set `made` of things that aren't known one by one: of files of a folder each is another one."""
    content = interned(("set", *made))
    # How many different ones there are is a number.
    count = unknown(Reason.OPERATION, key=("length", content))
    first = (unknown(Reason.ITERATION, key=("item", content, k)) for k in range(2))
    return ListRecord(None, count, head=tuple(first) if is_listing(content) else (), content=content)


def distinct(values: tuple[Value, ...]) -> ListRecord:
    """A set of these values; where some aren't known, neither is how many there are."""
    different = {value.key: value for value in values}
    if len(different) > 1 and not all(isinstance(value, Known) for value in different.values()):
        return ListRecord(None, unknown(Reason.OPERATION), values[0])
    return ListRecord.of(tuple(different.values()))
