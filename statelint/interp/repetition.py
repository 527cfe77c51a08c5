"""`while` loops: those that count are followed like `for` loops."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import libcst as cst

from statelint.interp import callbacks, expressions, loops
from statelint.interp.comparisons import truth
from statelint.interp.gaps import collecting_arm
from statelint.interp.machine import Machine
from statelint.interp.objects import Iteration, Table
from statelint.source.python import children, names_in
from statelint.trace.objects import Array
from statelint.values import Known, Reason, Ternary, Unknown, Value, depending_on, number, unknown

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
    # What says which numbers it goes through.
    over: Hashable
    # Other names that move on with it, with their starts and steps: `i += 1; j = i + 10`.
    others: tuple[tuple[str, int, int], ...] = ()


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
            for name, start, step in counter.others:
                machine.frame[name] = depending_on(Known(start + position * step), item)
        if position and _is_over(machine, node, counter):
            machine.exits[-1].breaks.append(machine.die())
            return
        block(machine, node.body)

    def orelse() -> None:
        if suite is not None:
            block(machine, suite.body)

    count = counter.count if counter is not None else unknown(Reason.LOOP)
    over = ("while", machine.fresh_id() if counter is None or counter.is_left else counter.over)
    iteration = Iteration(count, _items(counter), over, False)
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
    parts = list(_parts(node.body))
    own = bound_names(node.body)
    left, ahead = _sum_of(machine, test.left, own)
    if left is None or left not in machine.frame or any(isinstance(part, cst.Continue) for part in parts):
        return None
    target = test.comparisons[0]
    steps = _steps(machine, node, own)
    start, stop = machine.frame[left], expressions.evaluate(machine, target.comparator)
    bounded = _BOUNDED.get(type(target.operator))
    first, last = number(start), number(stop)
    if left not in steps or first is None or bounded is None:
        return None
    step = steps[left]
    if (step > 0) != isinstance(target.operator, cst.LessThan | cst.LessThanEqual):
        return None
    is_fixed = _is_fixed(machine, target.comparator) and not names_in(target.comparator) & own
    over: Hashable = (start.key, step, ahead, stop.key) if is_fixed else machine.fresh_id()
    count: Value = unknown(Reason.LOOP, key=("length", ("while", over)))
    if last is not None and is_fixed:
        count = depending_on(Known(len(bounded(first + ahead, last, step))), start, stop)
    is_left = any(isinstance(part, cst.Break) for part in parts)
    starts = {name: number(machine.frame[name]) for name in steps if name != left}
    others = tuple((name, at, steps[name]) for name, at in starts.items() if at is not None)
    return Counter(left, start, step, count, is_left, over, others)


def _sum_of(machine: Machine, node: cst.BaseExpression, own: frozenset[str]) -> tuple[str | None, int]:
    """The name and the number of which an expression is the sum, where no pass changes the number."""
    match node:
        case cst.Name(name):
            return name, 0
        case cst.BinaryOperation(
            left=cst.Name(name), operator=cst.Add() | cst.Subtract() as operator, right=amount
        ) if not names_in(amount) & own:
            value = number(expressions.evaluate(machine, amount))
            if value is not None:
                return name, -value if isinstance(operator, cst.Subtract) else value
    return None, 0


def _is_fixed(machine: Machine, node: cst.BaseExpression) -> bool:
    """Whether an expression of names that a loop doesn't bind stays the same: numbers and arrays' sizes."""
    match node:
        case (
            cst.Call(func=cst.Name(value="len"), args=[cst.Arg(value=cst.Name() as name)])
            | cst.Subscript(value=cst.Attribute(value=cst.Name() as name, attr=cst.Name(value="shape")))
        ):
            value = expressions.evaluate(machine, name)
            is_array = isinstance(value, Known) and isinstance(value.value, Array | Table)
            return is_array or isinstance(value, Unknown)
        case cst.BinaryOperation(left=left, right=right):
            return _is_fixed(machine, left) and _is_fixed(machine, right)
    return isinstance(node, cst.Name | cst.Integer)


def _steps(machine: Machine, node: cst.While, own: frozenset[str]) -> dict[str, int]:
    """The names that each pass moves on by the same number, under no condition, and by how much."""
    # What each name is behind a pass: another one, as it was before the pass, and a number more.
    moved: dict[str, tuple[str, int]] = {}
    written: dict[str, int] = {}
    left_out: list[cst.CSTNode] = []
    for statement in _statements(node.body, left_out):
        found = _moved(statement)
        if found is None:
            continue
        name, (source, ahead) = found[0], _sum_of(machine, found[1], own)
        if source is not None:
            base, offset = moved.get(source, (source, 0))
            moved[name] = base, offset + ahead
            written[name] = written.get(name, 0) + 1
    gaps_of = {part for arm in left_out for part in _parts(arm)}
    parts = [part for part in _parts(node.body) if part not in gaps_of]
    certain = {
        name: place
        for name, place in moved.items()
        if name in machine.frame and sum(name in _targets(part) for part in parts) == written[name]
    }
    own_steps = {name: ahead for name, (base, ahead) in certain.items() if base == name and ahead}
    steps = dict(own_steps)
    for name, (base, ahead) in certain.items():
        if base in own_steps and base != name:
            start, other = number(machine.frame[name]), number(machine.frame[base])
            # As before the first pass, so behind each.
            if start is not None and other is not None and start == other - own_steps[base] + ahead:
                steps[name] = own_steps[base]
    return steps


def _statements(suite: cst.CSTNode, left_out: list[cst.CSTNode]) -> Iterator[cst.CSTNode]:
    """The statements of each pass; of a test for gaps those of the arm that is followed, the other one goes
    to `left_out`.
    """
    for line in suite.body if isinstance(suite, cst.BaseSuite) else ():
        if isinstance(line, cst.SimpleStatementLine):
            yield from line.body
        elif isinstance(line, cst.If) and isinstance(line.orelse, cst.Else):
            arms = [line.body, line.orelse.body]
            taken = collecting_arm(line)
            if taken is not None:
                left_out.append(arms[1 - taken])
                yield from _statements(arms[taken], left_out)


def _moved(statement: cst.CSTNode) -> tuple[str, cst.BaseExpression] | None:
    """What a statement gives a name: `name += amount` is the sum of both."""
    match statement:
        case cst.AugAssign(target=cst.Name(name), operator=cst.AddAssign(), value=amount):
            return name, cst.BinaryOperation(cst.Name(name), cst.Add(), amount)
        case cst.AugAssign(target=cst.Name(name), operator=cst.SubtractAssign(), value=amount):
            return name, cst.BinaryOperation(cst.Name(name), cst.Subtract(), amount)
        case cst.Assign(targets=[cst.AssignTarget(cst.Name(name))], value=value):
            return name, value
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
