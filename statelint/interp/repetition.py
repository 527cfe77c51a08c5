"""`while` loops: those that count are followed like `for` loops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import libcst as cst

from statelint.interp import callbacks, expressions, loops
from statelint.interp.comparisons import truth
from statelint.interp.machine import Machine
from statelint.interp.objects import Iteration
from statelint.source.python import children, names_in
from statelint.trace.objects import Array
from statelint.values import Known, Reason, Ternary, Value, depending_on, number, unknown

_BOUNDED: dict[type[cst.BaseCompOp], Callable[[int, int, int], range]] = {
    cst.LessThan: range,
    cst.LessThanEqual: lambda start, stop, step: range(start, stop + 1, step),
    cst.GreaterThan: range,
    cst.GreaterThanEqual: lambda start, stop, step: range(start, stop - 1, step),
}


@dataclass(frozen=True, slots=True)
class Counter:
    """A name that each pass of a loop moves on by the same number."""

    name: str
    start: Value
    step: int
    # How many passes there are, unless the loop is left.
    count: Value
    is_left: bool


def follow(machine: Machine, node: cst.While) -> None:
    """Follow a `while` loop."""
    from statelint.interp import collecting
    from statelint.interp.statements import assign, block, execute

    first = expressions.evaluate(machine, node.test)
    suite = node.orelse
    if truth(machine, first) is Ternary.NO:
        if suite is not None:
            block(machine, suite.body)
        return
    counter = _counter(machine, node)

    def body(item: Value, position: int) -> None:
        if counter is not None:
            machine.frame[counter.name] = item
        if position and _is_over(machine, node, counter):
            machine.exits[-1].breaks.append(machine.die())
            return
        block(machine, node.body)

    def orelse() -> None:
        if suite is not None:
            block(machine, suite.body)

    count = counter.count if counter is not None else unknown(Reason.LOOP)
    iteration = Iteration(count, _items(counter), ("while", machine.fresh_id()), False)
    kind = "endless" if not names_in(node.test) - {"True"} else "while"
    if counter is None or not collecting.follow(
        machine, node, iteration, cst.Name(counter.name), assign, execute
    ):
        resets = callbacks.resets(node.body)
        loops.run(machine, kind, machine.site(node), iteration, body, orelse, resets=resets)
    if counter is not None and not counter.is_left and machine.state.alive:
        machine.frame[counter.name] = _after(counter)


def _is_over(machine: Machine, node: cst.While, counter: Counter | None) -> bool:
    """Whether the loop ends before this pass."""
    fact = truth(machine, expressions.evaluate(machine, node.test))
    return fact is Ternary.NO and (counter is None or number(counter.count) is None)


def _items(counter: Counter | None) -> Callable[[int], Value]:
    """What the counter is in each pass."""
    start = number(counter.start) if counter is not None else None
    if counter is None or start is None:
        return lambda k: unknown(Reason.ITERATION)
    return lambda k: Known(start + k * counter.step)


def _after(counter: Counter) -> Value:
    """What the counter is behind the loop."""
    start, count = number(counter.start), number(counter.count)
    if start is None or count is None:
        return unknown(Reason.LOOP)
    return depending_on(Known(start + count * counter.step), counter.start, counter.count)


def _counter(machine: Machine, node: cst.While) -> Counter | None:
    """The counter of a loop like `while i < n: …; i += 1`; None for every other loop."""
    test = node.test
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
        return None
    if not isinstance(test.left, cst.Name) or test.left.value not in machine.frame:
        return None
    name, target = test.left.value, test.comparisons[0]
    parts = list(_parts(node.body))
    own = bound_names(node.body)
    if any(isinstance(part, cst.Continue) for part in parts):
        return None
    step = _step(machine, node, name, own)
    start, stop = machine.frame[name], expressions.evaluate(machine, target.comparator)
    bounded = _BOUNDED.get(type(target.operator))
    first, last = number(start), number(stop)
    if step is None or first is None or bounded is None:
        return None
    if (step > 0) != isinstance(target.operator, cst.LessThan | cst.LessThanEqual):
        return None
    count: Value = unknown(Reason.LOOP)
    is_fixed = _is_fixed(machine, target.comparator) and not names_in(target.comparator) & own
    if last is not None and is_fixed:
        count = depending_on(Known(len(bounded(first, last, step))), start, stop)
    is_left = any(isinstance(part, cst.Break) for part in parts)
    return Counter(name, start, step, count, is_left)


def _is_fixed(machine: Machine, node: cst.BaseExpression) -> bool:
    """Whether an expression of names that a loop doesn't bind stays the same: numbers and arrays' sizes."""
    match node:
        case (
            cst.Call(func=cst.Name(value="len"), args=[cst.Arg(value=cst.Name() as name)])
            | cst.Subscript(value=cst.Attribute(value=cst.Name() as name, attr=cst.Name(value="shape")))
        ):
            value = expressions.evaluate(machine, name)
            return isinstance(value, Known) and isinstance(value.value, Array)
        case cst.BinaryOperation(left=left, right=right):
            return _is_fixed(machine, left) and _is_fixed(machine, right)
    return isinstance(node, cst.Name | cst.Integer)


def _step(machine: Machine, node: cst.While, name: str, own: frozenset[str]) -> int | None:
    """By how much each pass moves the counter on: once, and under no condition."""
    steps: list[int | None] = []
    for line in node.body.body:
        for statement in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            amount = _amount(statement, name)
            if amount is not None and not names_in(amount) & own:
                value = number(expressions.evaluate(machine, amount))
                negative = isinstance(statement, cst.AugAssign) and isinstance(
                    statement.operator, cst.SubtractAssign
                )
                steps.append(-value if negative and value is not None else value)
    writes = sum(1 for part in _parts(node.body) if name in _targets(part))
    return steps[0] if len(steps) == 1 and writes == 1 and steps[0] else None


def _amount(statement: cst.CSTNode, name: str) -> cst.BaseExpression | None:
    """What `name += amount`, `name -= amount` or `name = name + amount` adds or subtracts."""
    match statement:
        case cst.AugAssign(
            target=cst.Name(value=found), operator=cst.AddAssign() | cst.SubtractAssign(), value=amount
        ) if found == name:
            return amount
        case cst.Assign(
            targets=[cst.AssignTarget(target=cst.Name(value=found))],
            value=cst.BinaryOperation(left=cst.Name(value=left), operator=cst.Add(), right=amount),
        ) if found == name == left:
            return amount
    return None


@lru_cache(maxsize=1024)
def bound_names(body: cst.CSTNode) -> frozenset[str]:
    """All names that a piece of code binds."""
    return frozenset().union(*(_targets(part) for part in _parts(body)))


def _targets(part: cst.CSTNode) -> frozenset[str]:
    match part:
        case cst.AssignTarget(target=target) | cst.AugAssign(target=target) | cst.AnnAssign(target=target):
            return names_in(target)
        case cst.For(target=target) | cst.CompFor(target=target) | cst.NamedExpr(target=target):
            return names_in(target)
        case cst.Del(target=target):
            return names_in(target)
        case cst.AsName(name=target):
            return names_in(target)
        case cst.FunctionDef(name=target) | cst.ClassDef(name=target):
            return frozenset({target.value})
        case cst.Global(names=names) | cst.Nonlocal(names=names):
            return frozenset(item.name.value for item in names)
    return frozenset()


def _parts(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A piece of code and all in it."""
    yield node
    for child in children(node):
        yield from _parts(child)
