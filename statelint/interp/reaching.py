"""What code that isn't followed can reach: the models and layers to which values lead."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING

from statelint.interp.objects import (
    Bound,
    Class,
    DictRecord,
    Function,
    InstanceRecord,
    Items,
    LayerRecord,
    ListRecord,
    Managed,
    Method,
    ModelRecord,
    Partial,
    Ref,
    States,
    Super,
    Tensor,
    Tuple,
)
from statelint.source.python import names_in
from statelint.values import Known, Unknown, Value, options

if TYPE_CHECKING:
    from statelint.interp.machine import Machine


def reachable(machine: Machine, *values: Value, lost: set[int] | None = None) -> frozenset[int]:
    """The ids of all models and layers that these values lead to; those of callbacks go into `lost`."""
    found: set[int] = set()
    seen: set[Hashable] = set()
    todo: list[Value] = list(values)
    while todo:
        value = todo.pop()
        for option in options(value):
            thing = option.value
            # Two of one function are equal, whatever they were given.
            if thing in seen and not isinstance(thing, Managed):
                continue
            seen.add(thing)
            todo.extend(_parts(machine, thing, found))
            if lost is not None:
                lost.update(_callback_ids(machine, thing))
    return frozenset(found)


def _callback_ids(machine: Machine, thing: Hashable) -> Iterator[int]:
    """The ids under which a class, or an instance of one, may be known as a callback."""
    record = machine.state.heap.get(thing.id) if isinstance(thing, Ref) else None
    if isinstance(record, InstanceRecord) and isinstance(record.type, Known):
        yield from _callback_ids(machine, record.type.value)
    if isinstance(thing, Class):
        yield id(thing.node)
    elif isinstance(thing, Ref):
        yield thing.id


def _parts(machine: Machine, thing: Hashable, found: set[int]) -> Iterator[Value]:
    match thing:
        case Ref(id=id_):
            match machine.state.heap.get(id_):
                case ListRecord(items=items, element=element, others=others, layers_of=model):
                    yield from items or others or ()
                    if model is not None:
                        yield Known(Ref(model))
                    if element is not None:
                        yield element
                case DictRecord(items=entries, others=others):
                    yield from (*entries.values(), *others)
                case InstanceRecord(type=type_, attributes=attributes):
                    yield from attributes.values()
                    yield type_
                case LayerRecord(inner=inner, attributes=attributes):
                    found.add(id_)
                    yield from (Known(Ref(x)) for x in inner)
                    yield from attributes.values()
                case ModelRecord(layers=layers, attributes=attributes):
                    found.add(id_)
                    yield from (Known(Ref(x)) for x in layers)
                    yield from attributes.values()
        case Tuple(items=items):
            yield from items
        case Tensor(layers=layers):
            found.update(layers)
        case States(layer=layer):
            found.add(layer)
        case Method(receiver=receiver) | Super(receiver=receiver):
            yield receiver
        case Bound(receiver=receiver, function=function):
            yield receiver
            yield function
        case Partial(function=function, positional=positional, keywords=keywords):
            yield function
            yield from positional
            yield from (value for _, value in keywords)
        case Function():
            yield from _captured(machine, thing)
        case Class(namespace=namespace, bases=bases):
            yield from (*machine.state.frames.get(namespace, {}).values(), *bases)
        case Managed(function=function, arguments=arguments, receiver=receiver):
            yield from (Known(function), *arguments.values(), *((receiver,) if receiver else ()))
        case Items(iteration=iteration):
            yield iteration.item(0)


def _captured(machine: Machine, function: Function) -> Iterator[Value]:
    frame: int | None = function.frame
    while frame is not None and machine.parents.get(frame) is not None:
        yield from machine.state.frames.get(frame, {}).values()
        frame = machine.parents.get(frame)
    if frame is not None:
        names = names_in(function.node)
        known = machine.state.frames.get(frame, {})
        yield from (value for name, value in known.items() if name in names)


# The operations by which an unknown value may still be something known, and where its key has that.
_SOURCES = {
    **dict.fromkeys(("item", "unpacked", "any attribute", "dict.values"), (1,)),
    **dict.fromkeys(("either", "widened"), (2, 3)),
}
_OBJECTS = frozenset(["Ref", "Function", "Bound", "Method", "Class", "Partial"])


def behind(value: Unknown) -> tuple[Known, ...]:
    """The known objects of which an unknown value may be one, or a part, or a method."""
    found: dict[Hashable, Known] = {}
    seen: set[int] = set()
    todo: list[Hashable] = [value.key]
    while todo and len(seen) < _STEPS:
        key = todo.pop()
        if not isinstance(key, tuple) or not key or id(key) in seen:
            continue
        seen.add(id(key))
        if key[0] in _OBJECTS and len(key) == 2:
            found[key] = Known(key[1])
        elif key[0] in ("choice", "Tuple"):
            todo.extend(key[1])
        elif key[0] == "attribute" and isinstance(key[1], tuple) and key[1][0] not in _OBJECTS:
            # A method of something unknown; an attribute of something known is a thing of its own.
            todo.append(key[1])
        else:
            todo.extend(key[position] for position in _SOURCES.get(str(key[0]), ()))
    return tuple(found.values())


# So many steps back an unknown value is followed.
_STEPS = 200
