"""Where a loop leaves out the rows that have gaps: `if np.isnan(window).any(): continue`."""

from __future__ import annotations

from functools import lru_cache

import libcst as cst
import libcst.matchers as m

from statelint.interp.machine import Machine
from statelint.interp.makers import RUNNING
from statelint.source.python import names_in
from statelint.trace.queries import RESETS
from statelint.values import number

_ASKING = ["isnan", "isnull", "isna", "notnull", "notna", "isfinite", "isinf"]
_NAMES = m.OneOf(*(m.Name(name) for name in _ASKING))
_ASKS_FOR_GAPS = m.Call(func=m.Attribute(attr=_NAMES)) | m.Call(func=_NAMES)
_LEAVING = m.Continue() | m.Break() | m.Return() | m.Raise()
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
    if not m.findall(node.test, _ASKS_FOR_GAPS):
        return None
    match node.body, node.orelse:
        case cst.BaseSuite(body=[cst.Continue() | cst.SimpleStatementLine(body=[cst.Continue()])]), None:
            return 1
        case _, None:
            return 0 if _collects(node.body) else None
        case _, cst.Else(body=other):
            if _collects(node.body) and _only_moves_on(other):
                return 0
            return 1 if _collects(other) and _only_moves_on(node.body) else None
    return None


def _collects(arm: cst.CSTNode) -> bool:
    """Whether an arm adds a row to a list or an array, and does nothing with a model."""
    is_left = bool(m.findall(arm, _LEAVING))
    return not is_left and not names_in(arm) & {*RUNNING, *RESETS} and bool(m.findall(arm, _COLLECTING))


def _only_moves_on(arm: cst.BaseSuite) -> bool:
    """Whether an arm only moves counters on, and prints."""
    return not names_in(arm) & {*RUNNING, *RESETS} and all(
        isinstance(part, cst.Pass | cst.AugAssign)
        or m.matches(part, m.Assign(targets=[m.AssignTarget(m.Name())]))
        or m.matches(part, m.Expr(m.Call(func=m.Name("print"))))
        for line in arm.body
        for part in (line.body if isinstance(line, cst.SimpleStatementLine) else (line,))
    )


# What is worked out once for each test.
REMEMBERED = (collecting_arm,)
