"""Context managers: what runs before and after the body of a `with`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import libcst as cst

from statelint.interp import calls, classes, expressions
from statelint.interp.machine import Machine
from statelint.interp.objects import InstanceRecord, Library, Managed
from statelint.interp.state import State, join_states
from statelint.interp.transfer.methods import STRATEGY_SCOPE
from statelint.values import NONE, Known, Value

Body = Callable[[], None]


def follow(machine: Machine, items: Sequence[cst.WithItem], body: Body) -> None:
    """Follow `with` items and what stands in them, the first outermost."""
    if not items:
        body()
        return
    item = items[0]
    value = expressions.evaluate(machine, item.item)

    def inner(entered: Value) -> None:
        from statelint.interp.statements import assign

        if item.asname is not None:
            assign(machine, item.asname.name, entered)
        follow(machine, items[1:], body)

    if isinstance(value, Known) and isinstance(value.value, Managed):
        _around(machine, value.value, inner)
        return
    record = machine.record(value)
    if not isinstance(record, InstanceRecord):
        inner(value)
        return
    if isinstance(record.type, Known) and isinstance(record.type.value, Library):
        _library(machine, record, value, machine.site(item.item), inner)
        return
    entered = classes.call_special(machine, value, "__enter__")
    inner(value if entered is None else entered)
    _finally(machine, lambda: classes.call_special(machine, value, "__exit__", NONE, NONE, NONE))


def _finally(machine: Machine, run: Callable[[], object]) -> None:
    """Follow what runs however the body was left."""
    alive = machine.state.alive
    machine.state.alive = True
    run()
    machine.state.alive = machine.state.alive and alive


def _around(machine: Machine, managed: Managed, inner: Callable[[Value], None]) -> None:
    """Follow a generator under `contextmanager`; where it yields, the body of the `with`."""
    depth = len(machine.activations)
    stack, exits = machine.stack, machine.exits

    def body(value: Value) -> None:
        own = (machine.activations[depth:], machine.stack, machine.exits)
        del machine.activations[depth:]
        machine.stack, machine.exits = stack, exits
        try:
            inner(value)
        finally:
            machine.activations.extend(own[0])
            machine.stack, machine.exits = own[1:]

    calls.run_function(machine, managed.function, managed.arguments, managed.receiver, body)


def _library(
    machine: Machine, record: InstanceRecord, value: Value, site: object, inner: Callable[[Value], None]
) -> None:
    assert isinstance(record.type, Known)
    outside = (machine.tape, machine.strategy, machine.openings)
    match record.type.value:
        case Library(name="tensorflow.GradientTape"):
            machine.tape, machine.openings = record.site, (*machine.openings, machine.fresh_id())
        case Library(name="contextlib.suppress"):
            _suppressing(machine, record, lambda: inner(value))
            return
        case Library(name="contextlib.nullcontext"):
            inner(record.attributes.get("enter_result", NONE))
            return
        case library if library == STRATEGY_SCOPE:
            machine.strategy = site  # type: ignore[assignment]
    inner(value)
    machine.tape, machine.strategy, machine.openings = outside


def _suppressing(machine: Machine, record: InstanceRecord, body: Body) -> None:
    """`with suppress(…)`: what raises ends the body, and the program goes on."""
    names = frozenset(name for name in record.attributes if name)
    catches_attributes = bool(names & {"AttributeError", "Exception", "BaseException"})
    before = machine.state.fork()
    raised: list[State] = []
    if catches_attributes:
        machine.guards.append(raised)
    machine.caught.append(names)
    machine.imports.append(raised)
    machine.raises.append([])
    body()
    machine.caught.pop()
    machine.imports.pop()
    machine.raises.pop()
    if catches_attributes:
        machine.guards.pop()
    for state in raised:
        machine.state = join_states(machine.state, state) if machine.state.alive else state
        machine.state.when = before.when
