"""What a name that isn't known may choose: `getattr(self, model_name)()`, `getattr(models, args.model)`."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from functools import lru_cache

import libcst as cst

from statelint.interp.attributes import attribute, mro
from statelint.interp.machine import Machine
from statelint.interp.objects import Class, Function, InstanceRecord, Module
from statelint.source.python import walk
from statelint.values import MAX_OPTIONS, Choice, Known, Value


def among(machine: Machine, thing: Value, name: Value) -> Value | None:
    """The (first) functions and classes of a module or object that make stateful layers, one of which the
    name may mean; None where there are none.
    """
    found: list[Known] = []
    for own, node in _members(machine, thing):
        if own.startswith(_beginning(name.key)) and _is_stateful(node):
            value = attribute(machine, thing, own)
            if isinstance(value, Known):
                found.append(value)
    if len(found) > 1:
        return Choice(tuple(found[:MAX_OPTIONS]), name.key)
    return found[0] if found else None


def _members(machine: Machine, thing: Value) -> Iterator[tuple[str, cst.CSTNode]]:
    record = machine.record(thing)
    frames: list[int] = []
    if isinstance(thing, Known) and isinstance(thing.value, Module):
        frames = [thing.value.frame]
    elif isinstance(record, InstanceRecord) and isinstance(record.type, Known):
        type_ = record.type.value
        bases = (
            [base.value for base in mro(type_) if isinstance(base, Known)] if isinstance(type_, Class) else []
        )
        frames = [base.namespace for base in bases if isinstance(base, Class)]
    for frame in frames:
        for name, value in machine.state.frames.get(frame, {}).items():
            own = value.value if isinstance(value, Known) else None
            if isinstance(own, Function | Class) and not name.startswith("__"):
                yield name, own.node


def _beginning(key: Hashable) -> str:
    """What a name begins with: `"build_" + kind`."""
    match key:
        case ("operation", "+", ("str", str(text)), _):
            return text
    return ""


@lru_cache(maxsize=1024)
def _is_stateful(node: cst.CSTNode) -> bool:
    """Whether a function or class makes a stateful layer itself."""
    return any(
        isinstance(part, cst.Arg) and part.keyword is not None and part.keyword.value == "stateful"
        for part in walk(node)
    )


REMEMBERED = (_is_stateful,)
