"""What drawing batches does to states: resets in data generators and in a Sequence's methods.

A generator's body is followed where it is called, but runs while its batches are drawn; and Keras draws
ahead of the training.  So such a reset is marked as one that may or may not have happened, and wherever
batches are drawn an Opaque stands for it.
"""

from __future__ import annotations

from dataclasses import replace

from statelint.interp import callbacks
from statelint.interp.attributes import user_attribute
from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, Class, InstanceRecord
from statelint.sites import Site
from statelint.trace.objects import Argument, DrawnReset
from statelint.trace.story import Call, Condition, Event, Feed, Opaque, Reset
from statelint.values import Known, Reason, Value, unknown

HOOK = "generator"

# As many items of a Sequence are followed, to see at which of them it resets.
_ITEMS = 8


def mark(machine: Machine, begun: int, first_yield: int | None) -> tuple[DrawnReset, ...]:
    """Mark the resets among the events of a generator's body (since `begun`); return what drawing may do.

    A generator that runs models itself is no data generator: its story stays as it is told.
    """
    events = machine.events[begun:]
    if any(isinstance(event, Feed | Call) for event in events):
        return ()
    found: list[DrawnReset] = []
    condition = Condition((HOOK, machine.fresh_id()), 0)
    for position, event in enumerate(events, begun):
        if isinstance(event, Opaque):
            found.append(DrawnReset(event.site, event.models, is_reset=False))
        elif isinstance(event, Reset):
            machine.events[position] = _marked(event, condition)
            at_start = first_yield is None or position < first_yield
            found.append(DrawnReset(event.site, event.layers, at_start))
    return tuple(dict.fromkeys(found))


def _marked(event: Reset, condition: Condition) -> Event:
    context = replace(event.context, hook=HOOK, when=(*event.context.when, condition))
    return replace(event, context=context)


def draw(machine: Machine, resets: tuple[DrawnReset, ...], site: Site) -> None:
    """Note that batches are drawn here, with whatever that does to states."""
    if not resets:
        return
    reached: frozenset[int] | None = frozenset()
    for reset in resets:
        reached = None if reached is None or reset.layers is None else reached | reset.layers
    machine.emit(Opaque(site, machine.context, reached, Reason.DRAWING))


def of_sequence(machine: Machine, value: Known) -> tuple[DrawnReset, ...]:
    """The resets that asking a Sequence for its items makes."""
    method = _resetting(machine, value, "__getitem__")
    if method is None:
        return ()
    start = machine.state
    machine.state = start.fork()
    found: list[DrawnReset] = []
    for index in range(_ITEMS):
        begun = len(machine.events)
        _call(machine, value, method, Known(index))
        for reset in mark(machine, begun, None):
            found.append(replace(reset, at_start=index == 0))
        if index:
            # One story of it is enough.
            del machine.events[begun:]
    machine.state = start
    return tuple(dict.fromkeys(found))


def of_iterator(machine: Machine, value: Known) -> tuple[DrawnReset, ...]:
    """The resets that asking an iterator of the program's own for its next item makes."""
    method = _resetting(machine, value, "__next__")
    if method is None:
        return ()
    start, begun = machine.state, len(machine.events)
    machine.state = start.fork()
    _call(machine, value, method)
    machine.state = start
    found = mark(machine, begun, None)
    if not found:
        # It runs models itself, or does nothing to states.
        del machine.events[begun:]
    return found


def item_of(machine: Machine, value: Known, index: int) -> Value:
    """An item of the program's own Sequence."""
    return _special(machine, value, "__getitem__", Known(index))


def next_of(machine: Machine, value: Known) -> Value:
    """The next item of an iterator of the program's own."""
    return _special(machine, value, "__next__")


def count_of(machine: Machine, value: Known) -> Value:
    """How many batches the program's own Sequence has."""
    return _special(machine, value, "__len__")


def _special(machine: Machine, value: Known, name: str, *given: Value) -> Value:
    record = machine.record(value)
    type_ = record.type if isinstance(record, InstanceRecord) else None
    method = user_attribute(machine, type_, name, value)
    return unknown(Reason.ITERATION) if method is None else _call(machine, value, method, *given)


def end_epoch(machine: Machine, value: Value | None) -> None:
    """Follow the `on_epoch_end` of the Sequence that is fed, where it resets."""
    method = _resetting(machine, value, "on_epoch_end") if isinstance(value, Known) else None
    if method is not None and isinstance(value, Known):
        _call(machine, value, method)


def _resetting(machine: Machine, value: Known, name: str) -> Value | None:
    """A method of an instance, where its class has a reset in it."""
    record = machine.record(value)
    if not isinstance(record, InstanceRecord) or not isinstance(record.type, Known):
        return None
    class_ = record.type.value
    if not isinstance(class_, Class) or not callbacks.resets(class_.node):
        return None
    return user_attribute(machine, record.type, name, value)


def _call(machine: Machine, instance: Known, method: Value, *given: Value) -> Value:
    from statelint.interp import calls

    record = machine.record(instance)
    assert isinstance(record, InstanceRecord)
    arguments = tuple(Argument(value, record.site) for value in given)
    return calls.call_value(machine, method, Arguments(arguments, {}, False, record.site))
