"""Calls of Keras's callables: what the stubs say of them, and which argument goes to which parameter."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace

from statelint import api
from statelint.api import Entry
from statelint.interp import loops
from statelint.interp.machine import Machine
from statelint.interp.objects import (
    Arguments,
)
from statelint.interp.transfer.declared import MAYBE, SHAPES, as_shape
from statelint.target import GENERATIONS
from statelint.trace.objects import Argument
from statelint.values import (
    Reason,
)


def bind(machine: Machine, entry: Entry, arguments: Arguments) -> dict[str, Argument]:
    """The arguments of a library call by parameter name; those that `*a` or `**k` may give are unknown."""
    bound: dict[str, Argument] = {}
    positional = [p.name for p in entry.parameters if p.kind == "positional"]
    for name, argument in zip(positional, arguments.positional, strict=False):
        bound[name] = argument
    bound.update(arguments.keywords)
    if arguments.rest is not None and positional and not arguments.positional:
        # `model.evaluate(*test)`
        bound.setdefault(positional[0], Argument(loops.unpacked(arguments.rest, 0), arguments.site))
    if arguments.open:
        for parameter in entry.parameters:
            if arguments.rest is not None and parameter.name == "callbacks":
                # So far the items of `model.fit(*data)` don't reach.
                break
            if arguments.rest is not None and parameter.name == "epochs":
                # Nor so far as to give a number of epochs, for all that is known.
                continue
            if parameter.name not in bound and parameter.kind in ("positional", "keyword"):
                value = machine.unknown(Reason.PARAMETER, None, (MAYBE, machine.fresh_id()))
                bound[parameter.name] = Argument(value, arguments.site)
    for name in SHAPES:
        if name in bound:
            bound[name] = replace(bound[name], value=as_shape(machine, bound[name].value))
    return bound


def described(
    machine: Machine, arguments: Arguments, look: Callable[..., Entry | None], *names: str
) -> Entry | None:
    """What the stubs say of a callable that gets these arguments: `look` is `api.lookup` or `api.member`."""
    machine.of_keras(lambda generation: _use(look(generation, *names), arguments))
    return look(machine.generation, *names)


def roles_of(machine: Machine, name: str) -> frozenset[str]:
    """The roles of something in a library; none where the stubs don't know it."""

    def roles(generation: int) -> frozenset[str]:
        entry = api.lookup(generation, name)
        return frozenset() if entry is None else entry.roles

    return machine.of_keras(roles)


def _use(entry: Entry | None, arguments: Arguments) -> Hashable:
    """What of an entry can matter where it is called with these arguments."""
    if entry is None or arguments.open:
        return entry
    positional = [p.name for p in entry.parameters if p.kind == "positional"]
    named = tuple(positional[: len(arguments.positional)])
    return (entry.name, entry.kind, entry.roles, named)


def rejected(entry: Entry | None, arguments: Arguments) -> tuple[str, ...]:
    """The keywords that a callable doesn't take."""
    if entry is None or any(p.kind == "double_star" for p in entry.parameters):
        return ()
    accepted = {p.name for p in entry.parameters}
    return tuple(name for name in arguments.keywords if name not in accepted)


def rejected_by_each(entry: Entry, arguments: Arguments) -> tuple[tuple[str, ...], ...]:
    """The keywords that it doesn't take, for each generation of Keras."""
    return tuple(rejected(api.lookup(keras, entry.name), arguments) for keras in GENERATIONS)
