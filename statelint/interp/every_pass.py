"""Conditions on what a loop draws that hold in all of its passes, or in none."""

from __future__ import annotations

import libcst as cst

from statelint.interp import expressions
from statelint.interp.comparisons import truth
from statelint.interp.machine import Machine
from statelint.interp.objects import Iteration, Tuple
from statelint.source.python import walk
from statelint.values import Known, Ternary, Value, assumptions, number, varies

# As many passes are tried.
_PASSES = 256
# What a counter is compared with is no more than that, so that behind as many passes nothing changes.
_SMALL = 16

# What changes nothing when it is evaluated again.
PURE = (
    cst.Name | cst.Attribute | cst.Integer | cst.Float | cst.Comparison | cst.ComparisonTarget
    | cst.BaseCompOp | cst.BinaryOperation | cst.BaseBinaryOp | cst.BooleanOperation | cst.BaseBooleanOp
    | cst.UnaryOperation | cst.BaseUnaryOp
)  # fmt: skip


def agrees(machine: Machine, test: cst.BaseExpression, fact: Ternary, loops: frozenset[int]) -> bool:
    """Whether a condition on the item of one loop comes out as `fact` in each of its passes; or in the first
    alone, or in all but that, where it is the one that is followed.
    """
    if len(loops) != 1 or not all(isinstance(part, PURE) for part in walk(test)):
        return False
    loop = next(iter(loops))
    drawn = machine.drawn.get(loop)
    if drawn is None:
        return False
    item, iteration = drawn
    names = {part.value for part in walk(test) if isinstance(part, cst.Name)}
    places = {name: _place(machine, name, item) for name in names if _varies(machine, name, loops)}
    # A name that is derived from the item isn't known in other passes.
    if not places or None in places.values():
        return False

    def comes_out(k: int) -> Ternary:
        return _fact(machine, test, {name: _part(iteration.item(k), at) for name, at in places.items()})

    count = number(iteration.count)
    if count is not None and count <= _PASSES and not assumptions(iteration.count):
        if all(comes_out(k) is fact for k in range(count)):
            return True
    if not _is_simple(machine, test, names - places.keys()) or not all(
        _counts(iteration, at) for at in places.values()
    ):
        return False
    later = {comes_out(k) for k in range(1, _SMALL + 2)}
    is_first = any(p.loop.id == loop and p.index == 0 for p in machine.passes)
    return later == {fact} or (is_first and len(later) == 1 and Ternary.UNKNOWN not in later)


def _place(machine: Machine, name: str, item: Value) -> tuple[int, ...] | None:
    """Where in the item that a loop draws stands what has the name; None where it isn't from there."""
    value = machine.frame.get(name)
    if value is item:
        return ()
    parts = item.value.items if isinstance(item, Known) and isinstance(item.value, Tuple) else ()
    return next(((k,) for k, part in enumerate(parts) if part is value), None)


def _is_simple(machine: Machine, test: cst.BaseExpression, names: set[str]) -> bool:
    """Whether counters are compared with small numbers, and nothing else."""
    numbers = [int(part.value, 0) for part in walk(test) if isinstance(part, cst.Integer)]
    numbers += [n for name in names if (n := number(machine.frame.get(name))) is not None]
    return all(abs(n) <= _SMALL for n in numbers) and not any(
        isinstance(part, cst.BinaryOperation | cst.Attribute | cst.Float) for part in walk(test)
    )


def _counts(iteration: Iteration, place: tuple[int, ...] | None) -> bool:
    """Whether a loop draws numbers that go up evenly, from 0 or more."""
    first, second, third = (number(_part(iteration.item(k), place)) for k in range(3))
    if first is None or second is None or third is None:
        return False
    return 0 <= first < second and third - second == second - first


def _part(item: Value, place: tuple[int, ...] | None) -> Value:
    for k in place or ():
        assert isinstance(item, Known) and isinstance(item.value, Tuple)
        item = item.value.items[k]
    return item


def _varies(machine: Machine, name: str, loops: frozenset[int]) -> bool:
    value = machine.frame.get(name)
    return value is not None and bool(varies(value) & loops)


def _fact(machine: Machine, test: cst.BaseExpression, names: dict[str, Value]) -> Ternary:
    """Whether the condition holds where names stand for this; nothing that the evaluation does is kept."""
    with machine.trying():
        machine.frame.update(names)
        return truth(machine, expressions.evaluate(machine, test))
