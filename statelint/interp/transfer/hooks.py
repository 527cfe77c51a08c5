"""The callbacks of a call that runs a model, and their hooks, which Keras runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import libcst as cst

from statelint.interp import callbacks, calls
from statelint.interp.attributes import user_attribute
from statelint.interp.machine import Machine
from statelint.interp.objects import (
    Arguments,
    Class,
    Function,
    InstanceRecord,
    Library,
    ListRecord,
    Ref,
    Tuple,
)
from statelint.interp.transfer.reporters import REPORTERS
from statelint.interp.transfer.signatures import roles_of
from statelint.trace.objects import Argument
from statelint.trace.story import Call, Opaque
from statelint.values import (
    NONE,
    Choice,
    Known,
    Reason,
    Ternary,
    Value,
    is_,
)


@dataclass(frozen=True, slots=True)
class Hooks:
    """The callbacks of a call; `known` is False where there may be others."""

    items: tuple[Known, ...]
    known: bool
    # The Sequence that is fed, which has a hook of its own.
    source: Value | None = None


def hooks_of(machine: Machine, given: Argument | None) -> Hooks:
    """The callbacks that an argument `callbacks=` gives."""
    if given is None or is_(given.value, None) is Ternary.YES:
        return Hooks((), True)
    if isinstance(given.value, Choice):
        return _whichever(machine, [hooks_of(machine, replace(given, value=o)) for o in given.value.options])
    record = machine.record(given.value)
    values: tuple[Value, ...] | None
    if isinstance(record, ListRecord):
        values = record.items
        if values is None and record.others is not None:
            with_none = [hooks_of(machine, replace(given, value=Known(Tuple(record.first))))]
            with_all = hooks_of(machine, replace(given, value=Known(Tuple((*record.first, *record.others)))))
            return _whichever(machine, [*with_none, with_all])
    elif isinstance(given.value, Known) and isinstance(given.value.value, Tuple):
        values = given.value.value.items
    else:
        values = (given.value,)
    if values is None:
        return Hooks((), False)
    found: list[Known] = []
    known = True
    for value in values:
        record = machine.record(value)
        if isinstance(record, ListRecord):
            # Keras flattens lists in the list.
            inner = hooks_of(machine, replace(given, value=value))
            found += inner.items
            known &= inner.known
        elif (
            isinstance(value, Known)
            and isinstance(record, InstanceRecord)
            and _is_understood(machine, record)
            and not callbacks.is_given_reset(machine, value)
        ):
            found.append(value)
        else:
            known = False
    return Hooks(tuple(found), known)


def _whichever(machine: Machine, found: list[Hooks]) -> Hooks:
    """The callbacks of whichever list is given: what only some of them hold must do nothing to states."""
    shared = tuple(c for c in found[0].items if all(c in hooks.items for hooks in found))
    others = [c for hooks in found for c in hooks.items if c not in shared]
    return Hooks(
        shared, all(hooks.known for hooks in found) and all(_is_harmless(machine, c) for c in others)
    )


def _is_harmless(machine: Machine, callback: Known) -> bool:
    """Whether it is one of Keras's own callbacks that leave states alone."""
    record = machine.record(callback)
    type_ = (
        record.type.value if isinstance(record, InstanceRecord) and isinstance(record.type, Known) else None
    )
    return isinstance(type_, Library) and _leaves_states(machine, type_.name)


def _leaves_states(machine: Machine, name: str) -> bool:
    return name in REPORTERS or "harmless_callback" in roles_of(machine, name)


def _is_understood(machine: Machine, record: InstanceRecord) -> bool:
    if not isinstance(record.type, Known):
        return False
    match record.type.value:
        case Class() as class_:
            return callbacks.base_of(machine, class_) is Ternary.YES
        case Library(name=name):
            return _leaves_states(machine, name) or "lambda_callback" in roles_of(machine, name)
    return False


def set_model(machine: Machine, hooks: Hooks, id_: int) -> None:
    """Give the callbacks the model, as Keras does before the first hook."""
    for callback in hooks.items:
        record = machine.record(callback)
        if isinstance(record, InstanceRecord) and isinstance(callback.value, Ref):
            attributes = {**record.attributes, "model": machine.refer(id_)}
            machine.update(callback.value.id, attributes=attributes)


def functions(machine: Machine, hooks: Hooks, name: str) -> Iterator[Value]:
    """What the callbacks run at a hook."""
    for callback in hooks.items:
        record = machine.record(callback)
        assert isinstance(record, InstanceRecord)
        if isinstance(record.type, Known) and isinstance(record.type.value, Class):
            function = user_attribute(machine, record.type, name, callback)
            # What `__init__` gives the instance hides the method of the class.
            function = record.attributes.get(name, function)
        else:
            function = record.attributes.get(name)
        if function is not None and is_(function, None) is not Ternary.YES:
            yield function


def hook(machine: Machine, hooks: Hooks, call: Call, name: str, *positional: Value) -> None:
    """Run one hook of all callbacks."""
    with machine.in_hook(name):
        logs = machine.unknown(Reason.LIBRARY_CALL)
        given = tuple(Argument(value, call.site) for value in (*positional, logs))
        for function in list(functions(machine, hooks, name)):
            if machine.state.alive:
                returned = calls.call_value(machine, function, Arguments(given, {}, False, call.site))
                _drop(machine, function, returned)
    if not hooks.known:
        machine.emit(Opaque(call.site, machine.context, frozenset({call.model.id}), Reason.LIBRARY_CALL))


def _drop(machine: Machine, function: Value, returned: Value) -> None:
    """Keras makes nothing of what a hook returns: a method that a lambda only names doesn't run."""
    from statelint.interp.statements import drop

    made = function.value if isinstance(function, Known) else None
    if isinstance(made, Function) and isinstance(made.node, cst.Lambda):
        drop(machine, made.node.body, returned)


def list_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    """A method of a `CallbackList`, which runs that of each of its callbacks."""
    if name.startswith("on_"):
        machine.emit(Opaque(arguments.site, machine.context, None, Reason.LIBRARY_CALL))
    return NONE
