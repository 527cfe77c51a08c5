"""Comparisons and conditions: what is known of them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable
from typing import Any

import libcst as cst

from statelint import api
from statelint.interp.attributes import class_attribute
from statelint.interp.kinds import is_same_class
from statelint.interp.machine import Machine
from statelint.interp.objects import (
    Class,
    DictRecord,
    InstanceRecord,
    Items,
    LayerRecord,
    Library,
    ListRecord,
    Method,
    ModelRecord,
    Range,
    Ref,
    Table,
    Tensor,
    Tuple,
)
from statelint.trace.objects import Array, Dataset
from statelint.values import (
    FALSE,
    TRUE,
    Known,
    Reason,
    Ternary,
    Value,
    depending_on,
    options,
)

SCALARS = (int, float, str, bool, bytes, complex, type(None))

_COMPARISONS: dict[type[cst.BaseCompOp], Callable[[Any, Any], bool]] = {
    cst.Equal: operator.eq,
    cst.NotEqual: operator.ne,
    cst.LessThan: operator.lt,
    cst.LessThanEqual: operator.le,
    cst.GreaterThan: operator.gt,
    cst.GreaterThanEqual: operator.ge,
}


def of_truth(machine: Machine, fact: Ternary, source: Value, key: Hashable) -> Value:
    """The bool that a fact is; an unknown one keeps the identity `key`, so that it can be recognised."""
    if fact is Ternary.UNKNOWN:
        return machine.unknown(Reason.OPERATION, None, key)
    return depending_on(TRUE if fact is Ternary.YES else FALSE, source)


def truth(machine: Machine, value: Value) -> Ternary:
    """Whether a condition on the value holds."""
    facts = {_truth_of(machine, option) for option in options(value)}
    return facts.pop() if len(facts) == 1 else Ternary.UNKNOWN


def _truth_of(machine: Machine, known: Known) -> Ternary:
    match known.value:
        case Ref():
            return _truth_of_record(machine, known)
        case Tuple(items=items):
            return Ternary.of(bool(items))
        case Array() | Table() | Range() | Items() | Tensor() | Dataset():
            return Ternary.UNKNOWN
        case None | bool() | int() | float() | str() | bytes() as plain:
            return Ternary.of(bool(plain))
    return Ternary.UNKNOWN if is_vague(machine, known) else Ternary.YES


def _truth_of_record(machine: Machine, known: Known) -> Ternary:
    match machine.record(known):
        case ListRecord(items=items) if items is not None:
            return Ternary.of(bool(items))
        case DictRecord(items=entries, complete=True):
            return Ternary.of(bool(entries))
        case ListRecord() | DictRecord():
            return Ternary.UNKNOWN
        case InstanceRecord(type=Known(value=Class() as class_)):
            own = (class_attribute(machine, class_, name) for name in ("__bool__", "__len__"))
            return Ternary.UNKNOWN if any(method is not None for method in own) else Ternary.YES
    return Ternary.YES


def is_vague(machine: Machine, known: Known) -> bool:
    """Whether this is an attribute of something in a library, which may be anything."""
    match known.value:
        case Library(name=name):
            from statelint.interp.transfer import transfer_of

            described = api.lookup(machine.keras, name) is not None or transfer_of(name) is not None
            return "." in name and not described and not name.startswith("builtins.")
        case Method(receiver=receiver, name=name):
            match machine.record(receiver):
                case ModelRecord():
                    return api.member(machine.keras, "keras.Sequential", name) is None
                case LayerRecord(kind=kind):
                    return api.member(machine.keras, f"keras.layers.{kind}", name) is None
                case InstanceRecord():
                    return True
    return False


def compare(machine: Machine, kind: type[cst.BaseCompOp], left: Value, right: Value) -> Value:
    """The value of one comparison."""
    key = ("compare", kind.__name__, left.key, right.key)
    if kind in (cst.Is, cst.IsNot):
        fact = is_same(machine, left, right)
        fact = fact.negated() if kind is cst.IsNot else fact
    elif kind in (cst.In, cst.NotIn):
        fact = _is_in(machine, left, right)
        fact = fact.negated() if kind is cst.NotIn else fact
    elif kind in (cst.Equal, cst.NotEqual):
        facts = {_is_equal(machine, a, b) for a in options(left) for b in options(right)}
        fact = facts.pop() if len(facts) == 1 else Ternary.UNKNOWN
        fact = fact.negated() if kind is cst.NotEqual else fact
    else:
        fact = _is_ordered(kind, left, right)
    return depending_on(of_truth(machine, fact, left, key), right)


def equals(machine: Machine, left: Value, right: Value) -> Value:
    """`left == right`."""
    return compare(machine, cst.Equal, left, right)


def _is_ordered(kind: type[cst.BaseCompOp], left: Value, right: Value) -> Ternary:
    function = _COMPARISONS.get(kind)
    facts: set[bool] = set()
    for a in options(left):
        for b in options(right):
            if function is None or not isinstance(a.value, SCALARS) or not isinstance(b.value, SCALARS):
                return Ternary.UNKNOWN
            try:
                facts.add(function(a.value, b.value))
            except TypeError:
                return Ternary.UNKNOWN
    return Ternary.of(facts.pop()) if len(facts) == 1 else Ternary.UNKNOWN


def _is_equal(machine: Machine, left: Known, right: Known) -> Ternary:
    if isinstance(left.value, SCALARS) and isinstance(right.value, SCALARS):
        return Ternary.of(left.value == right.value)
    same_class = is_same_class(machine, left, right)
    if same_class is not None:
        return same_class
    one, other = _sequence(machine, left), _sequence(machine, right)
    if one is not None and other is not None and one[0] is other[0]:
        if len(one[1]) != len(other[1]):
            return Ternary.NO
        fact = Ternary.YES
        for a, b in zip(one[1], other[1], strict=True):
            is_known = isinstance(a, Known) and isinstance(b, Known)
            fact = fact.both(_is_equal(machine, a, b) if is_known else Ternary.UNKNOWN)  # type: ignore[arg-type]
        return fact
    if _is_no_scalar(machine, left, right) or _is_no_scalar(machine, right, left):
        return Ternary.NO
    from statelint.interp.fields import is_member

    if is_member(machine, left) and is_member(machine, right):
        return Ternary.of(left.key == right.key)
    return Ternary.UNKNOWN


def _is_no_scalar(machine: Machine, one: Known, other: Known) -> bool:
    """Whether one of the two certainly equals no scalar, and the other is one: `model == None`."""
    if not isinstance(other.value, SCALARS):
        return False
    match machine.record(one):
        case ModelRecord(type=None) | LayerRecord(type=None) | ListRecord() | DictRecord():
            return True
        case InstanceRecord(type=Known(value=Class() as class_)):
            return class_attribute(machine, class_, "__eq__") is None
    return isinstance(one.value, Tuple)


def _sequence(machine: Machine, known: Known) -> tuple[type, tuple[Value, ...]] | None:
    if isinstance(known.value, Tuple):
        return Tuple, known.value.items
    record = machine.record(known)
    return (ListRecord, record.items) if isinstance(record, ListRecord) and record.items is not None else None


def is_same(machine: Machine, left: Value, right: Value) -> Ternary:
    """Whether two values are one object."""
    facts = {_are_one(machine, a, b) for a in options(left) for b in options(right)}
    return facts.pop() if len(facts) == 1 else Ternary.UNKNOWN


def _are_one(machine: Machine, one: Known, other: Known) -> Ternary:
    same_class = is_same_class(machine, one, other)
    if same_class is not None:
        return same_class
    if is_vague(machine, one) or is_vague(machine, other):
        return Ternary.UNKNOWN
    return Ternary.of(one.value is other.value or one.key == other.key)


def _is_in(machine: Machine, left: Value, right: Value) -> Ternary:
    if not isinstance(left, Known) or not isinstance(right, Known) or is_vague(machine, left):
        return Ternary.UNKNOWN
    if isinstance(left.value, str) and isinstance(right.value, str):
        return Ternary.of(left.value in right.value)
    record = machine.record(right)
    if isinstance(record, DictRecord):
        if left.value in record.items:
            return Ternary.YES
        return Ternary.NO if record.complete else Ternary.UNKNOWN
    found = _sequence(machine, right)
    if found is None:
        return Ternary.UNKNOWN
    fact = Ternary.NO
    for item in found[1]:
        is_one = item.key == left.key
        same = _is_equal(machine, left, item) if isinstance(item, Known) else Ternary.UNKNOWN
        fact = fact.either(Ternary.YES if is_one else same)
    return fact
