"""Loops that move a window along by a queue: `for …: queue.append(…)`, which loses its first step whenever it
has more than so many, and `if len(queue) == 60: …` for each window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst
import libcst.matchers as m

from statelint.interp import loops
from statelint.interp.collecting import Execute, appended, length_compared
from statelint.interp.expressions import evaluate
from statelint.interp.leaving import Assign
from statelint.interp.machine import Machine
from statelint.interp.objects import Iteration, ListRecord
from statelint.trace.objects import Cut
from statelint.values import Known, Reason, Value, interned, number, unknown

_LEAVING = m.Continue() | m.Break() | m.Return()
_IS_FULL = (cst.Equal, cst.GreaterThanEqual)


@dataclass(frozen=True, slots=True)
class _Queue:
    """What a loop does with each window of `size` steps, and what comes before that in each pass.

    `bounded` says that the queue itself drops its first step.
    """

    name: cst.Name
    each: tuple[cst.CSTNode, ...]
    full: tuple[cst.CSTNode, ...]
    size: cst.BaseExpression
    bounded: bool


def follow(machine: Machine, node: cst.For, iteration: Iteration, assign: Assign, execute: Execute) -> bool:
    """Follow such a loop as one over its windows; False: it is none."""
    found = None if iteration.concrete or node.orelse is not None else _queue(node)
    if found is None:
        return False
    size, value = evaluate(machine, found.size), evaluate(machine, found.name)
    length, count, record = number(size), number(iteration.count), machine.record(value)
    if length is None or length < 2 or (count is not None and count <= max(length, machine.limits.unrolled)):
        return False
    if not isinstance(record, ListRecord) or not _is_empty(record, size if found.bounded else None):
        return False
    site = machine.site(node)
    series = interned(("queued", site, iteration.over))

    def each(item: Value, position: int) -> None:
        assign(machine, node.target, item)
        execute(machine, found.each)
        cut = Cut(site, series, 0, length, position, Known(position).key)
        content = ("queued", series, length, position)
        assign(
            machine, found.name, machine.allocate(ListRecord(None, Known(length), content=content, cut=cut))
        )
        execute(machine, found.full)

    over = ("queued", iteration.over, length)
    times: Value = unknown(Reason.ITERATION, key=("length", over))
    if count is not None:
        times = Known(count - length + 1)
    windows = Iteration(times, lambda k: iteration.item(k + length - 1), over, False, iteration.resets)
    loops.run(machine, "for", site, windows, each)
    if machine.state.alive:
        assign(machine, found.name, machine.allocate(ListRecord(None, unknown(Reason.LOOP))))
    return True


def _is_empty(record: ListRecord, bound: Value | None) -> bool:
    """Whether a list is empty; with a bound, whether it is a deque of so many items at most."""
    if bound is None:
        return record.items == ()
    return record.content == ("bounded", bound.key)


def _queue(node: cst.For) -> _Queue | None:
    body = node.body.body
    for place, statement in enumerate(body):
        name = appended(statement)
        found = None if name is None else _queue_of(name, body[:place], body[place + 1 :])
        if found is not None and _changes(node, found.name.value) == (1 if found.bounded else 2):
            return found
    return None


def _queue_of(name: cst.Name, before: Sequence[cst.CSTNode], behind: Sequence[cst.CSTNode]) -> _Queue | None:
    """The queue to which a step is put between these statements."""
    each, sizes = [*before], []
    for place, statement in enumerate(behind):
        if not isinstance(statement, cst.If):
            each.append(statement)
            continue
        compared = length_compared(statement.test)
        if (
            compared is None
            or compared[0] != name.value
            or statement.orelse is not None
            or not isinstance(statement.body, cst.IndentedBlock)
        ):
            return None
        _, operator, size = compared
        block, rest = statement.body.body, behind[place + 1 :]
        sizes.append(size)
        if isinstance(operator, cst.GreaterThan) and len(block) == 1 and _drops(block[0], name.value):
            continue
        if isinstance(operator, cst.LessThan) and len(block) == 1 and _goes_on(block[0]):
            return _made(name, each, rest, sizes)
        return _made(name, each, block, sizes) if isinstance(operator, _IS_FULL) and not rest else None
    return None


def _made(
    name: cst.Name, each: Sequence[cst.CSTNode], full: Sequence[cst.CSTNode], sizes: list[cst.BaseExpression]
) -> _Queue | None:
    """The queue of these statements, if it drops a step in each pass, and nothing else happens to it."""
    if any(not size.deep_equals(sizes[0]) for size in sizes) or any(_does_more(one) for one in each):
        return None
    drops = bool(full) and _drops(full[-1], name.value)
    full = full[:-1] if drops else full
    if drops and len(sizes) > 1:
        return None
    if any(m.findall(one, _LEAVING) for one in (*each, *full)) or any(
        _keeps(one, name.value) for one in full
    ):
        return None
    return _Queue(name, tuple(each), tuple(full), sizes[0], bounded=not drops and len(sizes) == 1)


def _does_more(statement: cst.CSTNode) -> bool:
    """Whether a statement may do what isn't done anew in each pass."""
    return not m.matches(
        statement,
        m.SimpleStatementLine(
            body=[m.AtLeastN(m.Assign() | m.AnnAssign() | m.Expr(m.Call(func=m.Name("print"))), n=1)]
        ),
    )


def _keeps(statement: cst.CSTNode, name: str) -> bool:
    """Whether the queue itself is put into a list, where it would go on changing."""
    kept = m.Call(func=m.Attribute(attr=m.Name("append")), args=[m.Arg(m.Name(name))])
    return bool(m.findall(statement, kept))


def _drops(statement: cst.CSTNode, name: str) -> bool:
    """Whether the first step is dropped: `q.pop(0)`, `q.popleft()`, `del q[0]`, `q = q[1:]`."""
    queue, first = m.Name(name), [m.SubscriptElement(m.Index(m.Integer("0")))]
    rest = [m.SubscriptElement(m.Slice(lower=m.Integer("1"), upper=None, step=None))]
    forms = (
        m.Expr(m.Call(func=m.Attribute(queue, m.Name("pop")), args=[m.Arg(m.Integer("0"))])),
        m.Expr(m.Call(func=m.Attribute(queue, m.Name("popleft")), args=[])),
        m.Del(m.Subscript(queue, first)),
        m.Assign(targets=[m.AssignTarget(queue)], value=m.Subscript(queue, rest)),
    )
    return any(m.matches(statement, m.SimpleStatementLine(body=[form])) for form in forms)


def _goes_on(statement: cst.CSTNode) -> bool:
    return m.matches(statement, m.SimpleStatementLine(body=[m.Continue()]))


def _changes(node: cst.For, name: str) -> int:
    """How many parts of the loop change the queue, or may do so."""
    queue = m.Name(name)
    assigned = (
        m.AssignTarget(queue | m.Subscript(queue)) | m.AugAssign(target=queue) | m.Del(m.Subscript(queue))
    )
    return len(m.findall(node.body, m.Attribute(value=queue))) + len(m.findall(node, assigned))
