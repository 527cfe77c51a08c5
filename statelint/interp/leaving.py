"""Loops that pass over their first items, or stop before their last ones, by a test of each pass.

`if i < n: continue`, `if i + n > len(x): break`: the loop is one over the items between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache

import libcst as cst
import libcst.matchers as m

from statelint.interp import expressions
from statelint.interp.comparisons import truth
from statelint.interp.machine import Machine
from statelint.interp.objects import Iteration
from statelint.interp.repetition import bound_names
from statelint.source.python import children, names_in, walk
from statelint.values import Known, Reason, Ternary, Value, depending_on, number, unknown

Assign = Callable[[Machine, cst.BaseExpression, Value], None]

# As far behind the first item the first one that isn't left out is looked for.
_FARTHEST = 1 << 16

_ORDER = cst.LessThan | cst.LessThanEqual | cst.GreaterThan | cst.GreaterThanEqual
_ROWS = m.Subscript(
    value=m.Attribute(attr=m.Name("shape")), slice=[m.SubscriptElement(slice=m.Index(value=m.Integer()))]
)
_LENGTH = m.Call(func=m.Name("len"), args=[m.Arg(value=m.Name() | m.Attribute(), keyword=None)])


@dataclass(frozen=True, slots=True)
class _Test:
    """The `if` of a loop's body that leaves a pass, what is assigned before it, and whether it ends the loop.

    `leaves` is False where the body goes on in the arm instead, and is left without it.
    """

    node: cst.If
    before: tuple[cst.Assign, ...]
    ends: bool
    leaves: bool = True


@contextmanager
def between(machine: Machine, node: cst.For, iteration: Iteration, assign: Assign) -> Iterator[Iteration]:
    """What the loop goes over, without the first or last items that a test of its own leaves out."""
    test = None if iteration.concrete or iteration.restarts else _test_of(node)
    limits = None
    if test is not None and not _is_changed(node, test):
        limits = _limits(machine, node, test, iteration, assign)
    if test is None or limits is None:
        yield iteration
        return
    begin, end = limits
    over = ("between", iteration.over, begin, end)
    count: Value = unknown(Reason.ITERATION, key=("length", over))
    if end is not None:
        count = depending_on(Known(end - begin), iteration.count)
    cut = iteration.cut if begin == 0 else None
    machine.decided.append(test.node)
    try:
        yield replace(iteration, count=count, item=lambda k: iteration.item(begin + k), over=over, cut=cut)
    finally:
        machine.decided.remove(test.node)


@lru_cache(maxsize=1024)
def breaks(node: cst.For) -> bool:
    """Whether a pass may end the loop."""
    todo: list[cst.CSTNode] = [node.body]
    while todo:
        current = todo.pop()
        if isinstance(current, cst.Break):
            return True
        if not isinstance(current, cst.For | cst.While | cst.FunctionDef | cst.Lambda):
            todo.extend(children(current))
    return False


REMEMBERED = (breaks,)


def _test_of(node: cst.For) -> _Test | None:
    """The first test of the body, if nothing but names is set before it."""
    body, before = node.body.body, []
    # Names of parts of the data, which the test can do without.
    parts: set[str] = set()
    for position, statement in enumerate(body):
        match statement:
            case cst.SimpleStatementLine(
                body=[cst.Assign(targets=[cst.AssignTarget(cst.Name(value=name))]) as one]
            ):
                if _is_steady(one.value) and not names_in(one.value) & parts:
                    before.append(one)
                elif any(isinstance(part, cst.Call) for part in walk(one.value)):
                    return None
                else:
                    parts.add(name)
            case cst.If(test=test, orelse=None, body=cst.BaseSuite(body=[*_, last])) if _is_steady(test):
                if not isinstance(test, cst.Comparison) or names_in(test) & parts:
                    return None
                match last:
                    case cst.Break() | cst.SimpleStatementLine(body=[*_, cst.Break()]):
                        return _Test(statement, tuple(before), ends=True) if node.orelse is None else None
                    case cst.Continue() | cst.SimpleStatementLine(body=[*_, cst.Continue()]):
                        return _Test(statement, tuple(before), ends=False)
                is_last = position == len(body) - 1
                return _Test(statement, tuple(before), ends=False, leaves=False) if is_last else None
            case _:
                return None
    return None


def _is_changed(node: cst.For, test: _Test) -> bool:
    """Whether a pass changes what the next one's test compares the item with."""
    compared = [test.node.test, *(one.value for one in test.before)]
    names = {part.value for value in compared for part in walk(value) if isinstance(part, cst.Name)}
    own = [one.targets[0] for one in test.before]
    others = [part for part in walk(node.body) if isinstance(part, cst.AssignTarget | cst.AugAssign)]
    changed = {name for part in others if part not in own for name in bound_names(part)}
    return bool(names & changed)


def _is_steady(node: cst.BaseExpression) -> bool:
    """Whether it rises (or falls) from pass to pass, as what it is made of does."""
    if m.matches(node, _LENGTH):
        return True
    if isinstance(node, cst.BinaryOperation):
        return isinstance(node.operator, cst.Add | cst.Subtract | cst.Multiply) and all(
            map(_is_steady, (node.left, node.right))
        )
    if isinstance(node, cst.Comparison):
        return (
            len(node.comparisons) == 1
            and isinstance(node.comparisons[0].operator, _ORDER)
            and all(map(_is_steady, (node.left, node.comparisons[0].comparator)))
        )
    return isinstance(node, cst.Name | cst.Integer) or m.matches(node, m.Attribute(value=m.Name()) | _ROWS)


def _limits(
    machine: Machine, node: cst.For, test: _Test, iteration: Iteration, assign: Assign
) -> tuple[int, int | None] | None:
    """The first item that isn't left out and the one behind the last, None where that isn't known.

    None: not all of what the test says is known, or it leaves out nothing (or all), or something between.
    """

    def is_left(position: int) -> bool | None:
        fact = _fact(machine, node, test, iteration.item(position), assign)
        return None if fact is Ternary.UNKNOWN else (fact is Ternary.YES) is test.leaves

    count, first = number(iteration.count), is_left(0)
    if first is None or (first and test.ends) or (count is not None and count < 2):
        return None
    if count is None:
        if not first:
            return None
        last = 1
        while last < _FARTHEST and is_left(last):
            last *= 2
    else:
        last = count - 1
    if is_left(last) is not (not first):
        return None
    low, high = 0, last
    while high - low > 1:
        middle = (low + high) // 2
        if is_left(middle) is first:
            low = middle
        else:
            high = middle
    return (high, count) if first else (0, high)


def _fact(machine: Machine, node: cst.For, test: _Test, item: Value, assign: Assign) -> Ternary:
    """What the test says of an item; nothing that the evaluation does is kept."""
    with machine.trying():
        assign(machine, node.target, item)
        for one in test.before:
            assign(machine, one.targets[0].target, expressions.evaluate(machine, one.value))
        return truth(machine, expressions.evaluate(machine, test.node.test))
