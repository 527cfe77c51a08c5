"""Classes of the program: how they are defined and what calling them makes."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from statelint.interp import callbacks, calls, expressions, fields, loops
from statelint.interp.attributes import class_attribute, library_bases, user_attribute
from statelint.interp.machine import Machine
from statelint.interp.objects import (
    Arguments,
    Class,
    DictRecord,
    Function,
    InstanceRecord,
    Iteration,
    Library,
    ModelRecord,
    Ref,
)
from statelint.interp.transfer import keras, signatures, subclassed
from statelint.trace.objects import Argument
from statelint.values import Known, Reason, Value, unknown


def define(machine: Machine, node: cst.ClassDef) -> Value:
    """The class that a definition makes."""
    bases = tuple(expressions.evaluate(machine, base.value) for base in node.bases if not base.star)
    namespace = machine.new_frame(machine.frame_id)
    machine.classes[namespace] = None
    from statelint.interp.statements import block

    with calls.in_frame(machine, namespace):
        block(machine, node.body)
    class_ = Class(
        node.name.value,
        node,
        machine.site(node),
        bases,
        namespace,
        _decorators(machine, node),
        _is_governed(machine, node),
    )
    machine.classes[namespace] = class_
    fields.define(machine, class_)
    callbacks.define(machine, class_)
    return _decorated(machine, class_)


def _decorators(machine: Machine, node: cst.ClassDef) -> frozenset[str]:
    """The names of the libraries' decorators of a class."""
    names: set[str] = set()
    for decorator in node.decorators:
        code = decorator.decorator
        thing = expressions.evaluate(machine, code.func if isinstance(code, cst.Call) else code)
        if isinstance(thing, Known) and isinstance(thing.value, Library):
            names.add(thing.value.name)
    return frozenset(names)


def _is_governed(machine: Machine, node: cst.ClassDef) -> bool:
    """Whether a metaclass of the program's own decides what calling the class gives."""
    for keyword in node.keywords:
        meta = expressions.evaluate(machine, keyword.value)
        if keyword.keyword is not None and keyword.keyword.value == "metaclass":
            named = isinstance(meta, Known) and isinstance(meta.value, Class)
            return named and class_attribute(machine, meta.value, "__call__") is not None  # type: ignore
    return False


def _decorated(machine: Machine, class_: Class) -> Value:
    """The class under the program's own decorators: one that isn't a class any more is followed as it is."""
    value: Value = Known(class_)
    for decorator in reversed(class_.node.decorators):
        code = decorator.decorator
        if isinstance(code, cst.Call):
            continue
        thing = expressions.evaluate(machine, code)
        if isinstance(thing, Known) and isinstance(thing.value, Function):
            site = machine.site(code)
            made = calls.call_value(machine, thing, Arguments((Argument(value, site),), {}, False, site))
            if isinstance(made, Known) and isinstance(made.value, Function | Class):
                value = made
    return value


def instantiate(machine: Machine, class_: Class, type_: Value, arguments: Arguments) -> Value:
    """Make an instance of a class of the program."""
    if machine.stands_in_source(class_.node):
        machine.called[id(class_.node)] = class_.node
    if fields.is_enum(class_):
        return fields.member_with_value(machine, class_, arguments.get(0, "value"))
    maker = class_attribute(machine, class_, "__new__")
    if class_.is_governed or (maker is not None and not isinstance(maker, Known)):
        machine.escape(arguments.site, Reason.EXPRESSION, *arguments.values())
        return machine.unknown(Reason.EXPRESSION)
    if isinstance(maker, Known) and isinstance(maker.value, Function):
        instance = calls.call_function(machine, maker.value, arguments, type_)
        if getattr(machine.record(instance), "type", None) != type_:
            return instance
    else:
        instance = new_instance(machine, class_, type_, arguments)
        machine.note_made(instance, type_.key, *arguments.values())
    assert isinstance(instance, Known)
    constructor = class_attribute(machine, class_, "__init__")
    if isinstance(constructor, Known) and isinstance(constructor.value, Function):
        calls.call_function(machine, constructor.value, arguments, instance)
    elif isinstance(constructor, Known):
        calls.call_value(machine, user_attribute(machine, type_, "__init__", instance) or type_, arguments)
    elif isinstance(machine.record(instance), ModelRecord) and isinstance(instance.value, Ref):
        subclassed.construct(machine, instance.value.id, arguments)
    elif fields.has_fields(class_):
        fields.fill(machine, class_, instance, arguments)
    elif arguments.values():
        # A library's decorator or base class takes them.
        machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values())
    return instance


def new_instance(machine: Machine, class_: Class, type_: Value, arguments: Arguments) -> Known:
    """What `object.__new__` makes."""
    roles: frozenset[str] = frozenset()
    for base in library_bases(class_):
        roles |= signatures.roles_of(machine, base)
    return keras.make_instance(machine, class_, type_, roles, arguments)


def call_special(machine: Machine, value: Value, name: str, *given: Value) -> Value | None:
    """Call a special method that the object's class defines (`__len__`, `__enter__`…); None: it has none."""
    record = machine.record(value)
    if not isinstance(record, InstanceRecord):
        return None
    method = user_attribute(machine, record.type, name, value)
    if method is None:
        return None
    arguments = tuple(Argument(item, record.site) for item in given)
    return calls.call_value(machine, method, Arguments(arguments, {}, False, record.site))


def iterate_instance(machine: Machine, value: Known) -> Iteration | None:
    """What iterating over an instance of one of the program's classes, or over an Enum, draws."""
    if isinstance(value.value, Class) and fields.is_enum(value.value):
        return loops.of_items(fields.members(machine, value.value), value.key)
    parts = fields.tuple_of(machine, value)
    if parts is not None:
        return loops.of_items(parts, value.key)
    result = call_special(machine, value, "__iter__")
    if isinstance(result, Known) and result.key != value.key:
        return loops.iterate(machine, result)
    from statelint.interp import drawing

    resets = drawing.of_iterator(machine, value)
    if resets:
        unclear = machine.unknown(Reason.ITERATION)
        return Iteration(unclear, lambda k: loops.drawn(value, k), value.key, False, resets)
    return calls.batches_in(machine, value)


def dictionary_of(machine: Machine, value: Known) -> Value | None:
    """`vars(value)`: its attributes as a dict, which writes through to them; None where it has none."""
    record = machine.record(value)
    if not isinstance(record, InstanceRecord) or not isinstance(value.value, Ref):
        return None
    return machine.allocate(DictRecord(dict(record.attributes.items()), not record.open, of=value.value.id))


def forget_attributes(machine: Machine, id_: int) -> None:
    """Attributes whose names aren't known were set: any of them may be another now."""
    record = machine.state.heap[id_]
    if isinstance(record, InstanceRecord):
        attributes = {name: unknown(Reason.ATTRIBUTE) for name in record.attributes}
        machine.state.heap[id_] = replace(record, attributes=attributes, open=True)
