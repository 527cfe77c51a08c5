"""Where an endless loop over data begins again: `if start + size > len(data): start = 0`."""

from __future__ import annotations

import re
from collections.abc import Hashable

import libcst as cst

from statelint.interp import expressions
from statelint.interp.machine import Machine
from statelint.trace.keys import ROUNDINGS, counted
from statelint.values import Value, varies

# How much there is of some data, or a number less.
_LENGTH = re.compile(r"(len\([\w.]+\)|[\w.]+\.shape\[0\])(\s*-\s*[\w.]+)*")


def is_not_yet(machine: Machine, node: cst.If, condition: Value) -> bool:
    """Whether an endless loop is at a known number of steps and begins again once that is all of its data:
    of what it has gone over by then, there is enough.

    A generator that goes back to a number is noted as one that rewinds.
    """
    if node.orelse is not None or not any(p.loop.kind == "endless" for p in machine.passes):
        return False
    match node.test, condition.key:
        case (
            cst.Comparison(
                left=left,
                comparisons=[cst.ComparisonTarget(cst.GreaterThan() | cst.GreaterThanEqual(), right)],
            ),
            ("compare", _, ("int", _), limit),
        ):
            code = cst.Module([]).code_for_node
            given = _given(node, code(left))
            if not given or not (_LENGTH.fullmatch(code(right)) or _is_length(limit)):
                return False
            if machine.activations and all(isinstance(value, cst.Integer) for value in given):
                machine.activations[-1].rewinds = True
            return True
    return False


def is_within(machine: Machine, node: cst.If, condition: Value) -> bool:
    """Whether a loop tests that its place lies within the data: `if i + n < len(x): rows.append(x[i:i + n])`.

    Of what it has gone over in the passes that are followed, there is enough.
    """
    if node.orelse is not None or not isinstance(node.test, cst.Comparison | cst.BooleanOperation):
        return False
    test = node.test.right if isinstance(node.test, cst.BooleanOperation) else node.test
    match test, condition.key:
        case (
            cst.Comparison(left=place, comparisons=[_]),
            ("compare", "LessThan" | "LessThanEqual", ("int", _), limit),
        ):
            pass
        case (
            cst.Comparison(comparisons=[cst.ComparisonTarget(comparator=place)]),
            ("compare", "GreaterThan" | "GreaterThanEqual", limit, ("int", _)),
        ):
            pass
        case _:
            return False
    loops = {p.loop.id for p in machine.passes if p.loop.kind == "for"}
    return _is_length(limit) and not loops.isdisjoint(varies(expressions.evaluate(machine, place)))


def is_beyond(machine: Machine, node: cst.If, condition: Value) -> bool:
    """Whether a loop leaves out what would reach beyond the data: `if i + n > len(x): continue`."""
    if node.orelse is not None or not isinstance(node.test, cst.Comparison):
        return False
    match node.body, node.test, condition.key:
        case (
            cst.BaseSuite(body=[cst.Continue() | cst.SimpleStatementLine(body=[cst.Continue()])]),
            cst.Comparison(left=place, comparisons=[_]),
            ("compare", "GreaterThan" | "GreaterThanEqual", ("int", _), limit),
        ):
            loops = {p.loop.id for p in machine.passes if p.loop.kind == "for"}
            return _is_length(limit) and not loops.isdisjoint(varies(expressions.evaluate(machine, place)))
    return False


def _is_length(key: Hashable) -> bool:
    """Whether a number is that of the rows of some data, or of parts of them."""
    match key:
        case ("operation", "/" | "//" | "-", inner, _):
            return _is_length(inner)
        case (str(name), inner) if name in ROUNDINGS:
            return _is_length(inner)
    return counted(key) is not None


def _given(node: cst.If, position: str) -> list[cst.BaseExpression]:
    """What the names that the position is worked out from are given, if nothing else is done."""
    if not isinstance(node.body, cst.IndentedBlock):
        return []
    done = [part for line in node.body.body for part in getattr(line, "body", [line])]
    assigned = [part for part in done if isinstance(part, cst.Assign)]
    names = [cst.Module([]).code_for_node(part.targets[0].target) for part in assigned]
    if len(names) < len(done) or not all(
        re.search(rf"(?<![\w.]){re.escape(name)}\b", position) for name in names
    ):
        return []
    return [part.value for part in assigned]
