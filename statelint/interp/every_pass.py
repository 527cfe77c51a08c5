"""Conditions on what a loop draws that hold in all of its passes, or in none."""

from __future__ import annotations

import libcst as cst

from statelint.interp import expressions
from statelint.interp.comparisons import truth
from statelint.interp.machine import Machine
from statelint.source.python import walk
from statelint.values import Ternary, Value, assumptions, number, varies

# As many passes are tried.
_PASSES = 256

# What changes nothing when it is evaluated again.
PURE = (
    cst.Name | cst.Attribute | cst.Integer | cst.Float | cst.Comparison | cst.ComparisonTarget
    | cst.BaseCompOp | cst.BinaryOperation | cst.BaseBinaryOp | cst.BooleanOperation | cst.BaseBooleanOp
    | cst.UnaryOperation | cst.BaseUnaryOp
)  # fmt: skip


def agrees(machine: Machine, test: cst.BaseExpression, fact: Ternary, loops: frozenset[int]) -> bool:
    """Whether a condition on the item of one loop comes out as `fact` in each of its passes."""
    if len(loops) != 1 or not all(isinstance(part, PURE) for part in walk(test)):
        return False
    drawn = machine.drawn.get(next(iter(loops)))
    if drawn is None:
        return False
    item, iteration = drawn
    count = number(iteration.count)
    if count is None or count > _PASSES or assumptions(iteration.count):
        return False
    names = {part.value for part in walk(test) if isinstance(part, cst.Name)}
    varying = [name for name in names if _varies(machine, name, loops)]
    # A name that is derived from the item isn't known in other passes.
    if not varying or any(machine.frame.get(name) is not item for name in varying):
        return False
    return all(_fact(machine, test, varying, iteration.item(k)) is fact for k in range(count))


def _varies(machine: Machine, name: str, loops: frozenset[int]) -> bool:
    value = machine.frame.get(name)
    return value is not None and bool(varies(value) & loops)


def _fact(machine: Machine, test: cst.BaseExpression, names: list[str], item: Value) -> Ternary:
    """Whether the condition holds with this item; nothing that the evaluation does is kept."""
    with machine.trying():
        for name in names:
            machine.frame[name] = item
        return truth(machine, expressions.evaluate(machine, test))
