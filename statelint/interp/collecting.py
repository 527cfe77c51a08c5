"""Loops that collect rows in lists and hand them on whenever those are full:
`for …: rows.append(…)` with `if len(rows) == 64: …; rows = []` at the end, or with a counter of them; and
`while` loops that count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import libcst as cst
import libcst.matchers as m

from statelint.interp import loops
from statelint.interp.expressions import evaluate
from statelint.interp.leaving import Assign
from statelint.interp.machine import Machine
from statelint.interp.objects import Iteration, ListRecord
from statelint.sites import Site
from statelint.values import Known, Reason, Value, number, options, unknown

Execute = Callable[[Machine, Sequence[cst.CSTNode]], None]

_EMPTY = m.List(elements=[]) | m.Call(func=m.Name("list"), args=[])
# What is in a list when the loop that fills it ends.
_LEFT = "left over"
_LEAVING = m.Continue() | m.Break() | m.Return() | m.Yield()


@dataclass(frozen=True, slots=True)
class _Collection:
    """What a loop does for each row, the lists that this fills, and what it does with them when they are
    full, `size` rows each; `counter` counts the rows.
    """

    each: tuple[cst.CSTNode, ...]
    lists: tuple[cst.Name, ...]
    size: cst.BaseExpression
    full: Sequence[cst.BaseStatement]
    counter: cst.Name | None = None


def follow(
    machine: Machine,
    node: cst.For | cst.While,
    iteration: Iteration,
    target: cst.BaseExpression,
    assign: Assign,
    execute: Execute,
) -> bool:
    """Follow such a loop as one over the times that the lists are full; False: it is none.

    `target` is what gets the item of each pass.
    """
    found = None if iteration.concrete or node.orelse is not None else _collection(node, target)
    count = number(iteration.count)
    if found is None or not _are_empty(machine, found, machine.site(node)):
        return False
    size = number(evaluate(machine, found.size))
    if size is None or size < 2 or (count is not None and count <= max(size, machine.limits.unrolled)):
        return False
    over, site = ("collected", iteration.over, size), machine.site(node)

    def each(item: Value, _: int) -> None:
        assign(machine, target, item)
        execute(machine, found.each)

    def batch(_: Value, position: int) -> None:
        outer = machine.passes[-1].loop.id
        first = position * size
        for name in found.lists:
            # The rows of the next sequence come behind those that were left over, as many at a time.
            assign(machine, name, machine.allocate(ListRecord.of(())))
        if found.counter is not None:
            assign(machine, found.counter, Known(0))
        rows = Iteration(
            Known(size), lambda k: loops.varying(iteration.item(first + k), outer), (*over, first), False
        )
        loops.run(machine, "for", site, rows, each)
        if machine.state.alive:
            execute(machine, found.full)

    times: Value = unknown(Reason.ITERATION, key=("length", over))
    if count is not None:
        times = Known(count // size)
    loops.run(machine, "for", site, Iteration(times, Known, over, False, iteration.resets), batch)
    if machine.state.alive and (count is None or count % size):
        # Some rows may be left over.
        for name in found.lists:
            content = (_LEFT, site, machine.fresh_id())
            left = ListRecord(None, unknown(Reason.LOOP), content=content)
            assign(machine, name, machine.allocate(left))
        if found.counter is not None:
            assign(machine, found.counter, unknown(Reason.LOOP))
    return True


def _collection(node: cst.For | cst.While, target: cst.BaseExpression) -> _Collection | None:
    body = node.body.body
    if isinstance(node, cst.While) and body and _counts(body[-1], target):
        # Each pass is told where it is.
        body = body[:-1]
    match body:
        case [*each, cst.If(test=test, body=cst.IndentedBlock(body=full), orelse=None) as last]:
            counted = _counted(test, each, full)
            tested = _is_full(test)
        case _:
            return None
    if (tested is None and counted is None) or any(m.findall(statement, _LEAVING) for statement in each):
        return None
    rows = [name for statement in each if (name := appended(statement)) is not None]
    emptied = set(_emptied(full))
    lists = tuple(name for name in rows if name.value in emptied)
    names = [name.value for name in lists]
    # Nothing else is done to them.
    if not names or any(_methods_of(node, name) != 1 + _clears(last, name) for name in names):
        return None
    if counted is not None:
        counter, size = counted
        return _Collection(tuple(each), lists, size, full, counter)
    return _Collection(tuple(each), lists, tested[1], full) if tested and tested[0] in names else None


def _counted(
    test: cst.BaseExpression, each: Sequence[cst.CSTNode], full: Sequence[cst.CSTNode]
) -> tuple[cst.Name, cst.BaseExpression] | None:
    """The counter of the rows and how many it lets in: `count += 1` for each, `if count == n: count = 0`."""
    match test:
        case cst.Comparison(
            left=cst.Name() as counter,
            comparisons=[cst.ComparisonTarget(cst.Equal() | cst.GreaterThanEqual(), size)],
        ):
            name = m.Name(counter.value)
        case _:
            return None
    by_one = m.AugAssign(target=name, operator=m.AddAssign(), value=m.Integer("1"))
    to_none = m.Assign(targets=[m.AssignTarget(name)], value=m.Integer("0"))
    moved = m.AssignTarget(name) | m.AugAssign(target=name)
    is_counter = (
        sum(len(m.findall(part, moved)) for part in each) == 1
        and any(m.matches(part, m.SimpleStatementLine(body=[by_one])) for part in each)
        and any(m.matches(part, m.SimpleStatementLine(body=[to_none])) for part in full)
    )
    return (counter, size) if is_counter else None


def _counts(statement: cst.CSTNode, target: cst.BaseExpression) -> bool:
    """Whether a statement does nothing but move a counter on."""
    match statement:
        case cst.SimpleStatementLine(body=[cst.AugAssign(target=moved)]):
            return moved.deep_equals(target)
        case cst.SimpleStatementLine(body=[cst.Assign(targets=[cst.AssignTarget(moved)])]):
            return moved.deep_equals(target)
    return False


def _is_full(test: cst.BaseExpression) -> tuple[str, cst.BaseExpression] | None:
    """The list that has as many rows, and how many: `len(rows) == n`, `len(rows) >= n`."""
    match test:
        case cst.BooleanOperation(left=left, operator=cst.And(), right=right):
            one, other = _is_full(left), _is_full(right)
            if one is None or (other is None and not _is_multiple(right)):
                return None
            return one
    match length_compared(test):
        case name, cst.Equal() | cst.GreaterThanEqual(), size:
            return name, size
    return None


def length_compared(test: cst.BaseExpression) -> tuple[str, cst.BaseCompOp, cst.BaseExpression] | None:
    """The list whose length is compared, how, and with what."""
    match test:
        case cst.Comparison(
            left=cst.Call(func=cst.Name("len"), args=[cst.Arg(value=cst.Name(name))]),
            comparisons=[cst.ComparisonTarget(operator, size)],
        ):
            return name, operator, size
    return None


def _is_multiple(test: cst.BaseExpression) -> bool:
    """`len(rows) % n == 0`, of rows that are as many."""
    return m.matches(
        test,
        m.Comparison(
            left=m.BinaryOperation(left=m.Call(func=m.Name("len")), operator=m.Modulo()),
            comparisons=[m.ComparisonTarget(m.Equal(), m.Integer("0"))],
        ),
    )


def appended(statement: cst.CSTNode) -> cst.Name | None:
    """The list to which a statement adds something: `rows.append(row)`."""
    match statement:
        case cst.SimpleStatementLine(
            body=[cst.Expr(cst.Call(func=cst.Attribute(cst.Name() as name, cst.Name("append")), args=[_]))]
        ):
            return name
    return None


def _emptied(statements: Sequence[cst.BaseStatement]) -> Iterator[str]:
    for line in statements:
        for part in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            match part:
                case cst.Assign(targets=[cst.AssignTarget(cst.Name(name))], value=value):
                    if m.matches(value, _EMPTY):
                        yield name
                case cst.Assign(
                    targets=[cst.AssignTarget(cst.Tuple(elements=names))], value=cst.Tuple(elements=values)
                ):
                    for target, given in zip(names, values, strict=False):
                        if isinstance(target.value, cst.Name) and m.matches(given.value, _EMPTY):
                            yield target.value.value
                case cst.Expr(cst.Call(func=cst.Attribute(cst.Name(name), cst.Name("clear")), args=[])):
                    yield name


def _methods_of(node: cst.For | cst.While, name: str) -> int:
    return len(m.findall(node.body, m.Attribute(value=m.Name(name))))


def _clears(last: cst.If, name: str) -> int:
    return len(m.findall(last, m.Attribute(value=m.Name(name), attr=m.Name("clear"))))


def _are_empty(machine: Machine, found: _Collection, site: Site) -> bool:
    """Whether the lists are empty, but for what the loop itself has left over before."""
    known = [options(evaluate(machine, name)) for name in found.lists]
    count = None if found.counter is None else number(evaluate(machine, found.counter))
    return count in (None, 0) and all(
        several and all(_is_empty(machine, one, site) for one in several) for several in known
    )


def _is_empty(machine: Machine, value: Value, site: Site) -> bool:
    record = machine.record(value)
    if not isinstance(record, ListRecord):
        return False
    is_left = isinstance(record.content, tuple) and record.content[:2] == (_LEFT, site)
    return record.items == () or is_left
