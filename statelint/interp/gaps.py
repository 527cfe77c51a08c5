"""Where a loop leaves out the rows that have gaps: `if np.isnan(window).any(): continue`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import libcst as cst
import libcst.matchers as m

from statelint.interp.machine import Machine
from statelint.interp.makers import RUNNING
from statelint.source.python import names_in
from statelint.trace.queries import RESETS
from statelint.values import number

# What is true of a gap, and of its absence.
_MISSING = ["isnan", "isnull", "isna", "isinf"]
_THERE = ["notnull", "notna", "isfinite"]
_ADDS_UP = ["any", "all", "sum", "item"]
_COLLECTING = m.Attribute(attr=m.Name("append")) | m.AssignTarget(m.Subscript())


def arm_without(machine: Machine, node: cst.If) -> int | None:
    """Which arm of a test for gaps goes on with a row (0 or 1), where the other one only leaves it out; None
    where it is no such test, or the rows are counted.
    """
    passes = machine.passes
    return None if not passes or number(passes[-1].loop.count) is not None else collecting_arm(node)


@lru_cache(maxsize=1024)
def collecting_arm(node: cst.If) -> int | None:
    """Which arm of a test for gaps collects a row, or lets the loop do so."""
    is_gap = _tells_gap(node.test)
    if is_gap is None or isinstance(node.orelse, cst.If):
        return None
    other = node.orelse.body if node.orelse is not None else None
    left_out, collected = (node.body, other) if is_gap else (other, node.body)
    if is_gap and other is None:
        return 1 if m.matches(node.body, _ONLY_CONTINUE) else None
    is_plain = left_out is None or _only_moves_on(left_out)
    return (1 if is_gap else 0) if is_plain and collected is not None and _collects(collected) else None


_ONLY_CONTINUE = m.IndentedBlock(body=[m.SimpleStatementLine(body=[m.Continue()])]) | m.SimpleStatementSuite(
    body=[m.Continue()]
)


def _tells_gap(test: cst.BaseExpression) -> bool | None:
    """Whether a test is true of rows with gaps, or of those without (False); None where it is another one."""
    match test:
        case cst.UnaryOperation(operator=cst.Not() | cst.BitInvert(), expression=inner):
            told = _tells_gap(inner)
            return None if told is None else not told
        case (
            cst.BooleanOperation(left=left, right=right)
            | cst.BinaryOperation(left=left, operator=cst.BitOr() | cst.BitAnd(), right=right)
        ):
            told = _tells_gap(left)
            return told if told == _tells_gap(right) else None
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator, right)]):
            return _compared(_tells_gap(left), operator, right)
        case cst.Attribute(value=value, attr=cst.Name("values")):
            return _tells_gap(value)
        case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(name))) if name in _ADDS_UP:
            own = _tells_gap(value)
            given = [arg.value for arg in test.args if arg.keyword is None]
            return _tells_gap(given[0]) if own is None and given else own
        case cst.Call(func=cst.Attribute(attr=cst.Name(name)) | cst.Name(name)):
            if name in ("any", "all", "sum") and test.args:
                return _tells_gap(test.args[0].value)
            return True if name in _MISSING else False if name in _THERE else None
    return None


def _compared(told: bool | None, operator: cst.BaseCompOp, other: cst.BaseExpression) -> bool | None:
    """The same of a comparison: `np.isnan(row).sum() > 0`, `np.isnan(row).any() == False`."""
    if told is None or not isinstance(other, cst.Integer | cst.Name):
        return None
    value = other.value
    is_none = value in ("0", "False")
    match operator:
        case cst.GreaterThan() | cst.NotEqual() if is_none:
            return told
        case cst.Equal() | cst.Is() | cst.LessThanEqual() if is_none:
            return not told
        case cst.Equal() | cst.Is() if value == "True":
            return told
        case cst.LessThan() if value == "1":
            return not told
        case cst.GreaterThanEqual() if value == "1":
            return told
    return None


def _collects(arm: cst.BaseSuite) -> bool:
    """Whether an arm adds a row to a list or an array, and does nothing else but to work it out."""
    if names_in(arm) & {*RUNNING, *RESETS} or not all(map(_is_simple, _statements(arm))):
        return False
    return bool(m.findall(arm, _COLLECTING))


def _is_simple(part: cst.CSTNode) -> bool:
    if isinstance(part, cst.If):
        # The rows of one part, or of another.
        others = part.orelse.body if isinstance(part.orelse, cst.Else) else None
        return _collects(part.body) and (others is None or _collects(others))
    adding = m.Attribute(attr=m.Name("append") | m.Name("extend"))
    appending = m.Expr(m.Call(func=adding)) | m.Expr(m.Call(func=m.Name("print")))
    return isinstance(part, cst.Assign | cst.AugAssign | cst.AnnAssign) or m.matches(part, appending)


def _only_moves_on(arm: cst.BaseSuite) -> bool:
    """Whether an arm only moves counters on, and prints."""
    return not names_in(arm) & {*RUNNING, *RESETS} and all(
        isinstance(part, cst.Pass | cst.AugAssign | cst.Continue)
        or m.matches(part, m.Assign(targets=[m.AssignTarget(m.Name())]))
        or m.matches(part, m.Expr(m.Call(func=m.Name("print"))))
        for part in _statements(arm)
    )


def _statements(arm: cst.BaseSuite) -> Iterator[cst.CSTNode]:
    for line in arm.body:
        if isinstance(line, cst.SimpleStatementLine):
            yield from line.body
        else:
            yield line


# What is worked out once for each test.
REMEMBERED = (collecting_arm,)
