"""Classes that are made of fields or members: dataclasses and their like, NamedTuples, Enums."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import libcst as cst

from statelint.interp import calls
from statelint.interp.attributes import class_attribute, library_bases, mro
from statelint.interp.machine import Machine
from statelint.interp.objects import (
    Arguments,
    Class,
    DictRecord,
    Function,
    InstanceRecord,
    Library,
    Ref,
)
from statelint.sites import Site
from statelint.trace.objects import Argument
from statelint.values import Choice, Known, Reason, Value, depending_on, number, unknown

# What describes a field with more than a default.
FIELD = Library("dataclasses.field")
AUTO = Library("enum.auto")

_ENUMS = frozenset(f"enum.{kind}" for kind in ("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"))
_TUPLES = frozenset(["typing.NamedTuple"])
_FIELD_BASES = _TUPLES | {"pydantic.BaseModel", "pydantic_settings.BaseSettings", "pydantic.BaseSettings"}
_FIELD_DECORATORS = frozenset(
    [
        "dataclasses.dataclass",
        "pydantic.dataclasses.dataclass",
        "attr.s",
        "attr.attrs",
        "attr.dataclass",
        "attr.define",
        "attr.frozen",
        "attrs.define",
        "attrs.frozen",
        "attrs.mutable",
        "chex.dataclass",
        "flax.struct.dataclass",
        "tensorflow.experimental.ExtensionType",
    ]
)


@dataclass(frozen=True, slots=True)
class Field:
    """A field: what it starts with (None: what the caller gives), and whether a caller may give it."""

    name: str
    default: Value | None
    factory: Value | None
    is_argument: bool
    is_attribute: bool


def is_enum(class_: Class) -> bool:
    return bool(_ENUMS.intersection(library_bases(class_)))


def has_fields(class_: Class) -> bool:
    """Whether calling the class sets attributes from the fields that its body declares."""
    return any(_is_declared(part) for part in _classes(class_)) or bool(
        _FIELD_BASES.intersection(library_bases(class_))
    )


def _is_declared(class_: Class) -> bool:
    return bool(_FIELD_DECORATORS & class_.decorators)


def _classes(class_: Class) -> Iterator[Class]:
    for part in mro(class_):
        if isinstance(part, Known) and isinstance(part.value, Class):
            yield part.value


def define(machine: Machine, class_: Class) -> None:
    """Make an Enum's members; take what describes fields out of a class's namespace."""
    if is_enum(class_):
        _define_members(machine, class_)


def _annotated(class_: Class) -> Iterator[tuple[str, str]]:
    """The annotated names in a class's body, with their annotations."""
    for line in class_.node.body.body:
        if isinstance(line, cst.SimpleStatementLine):
            for statement in line.body:
                if isinstance(statement, cst.AnnAssign) and isinstance(statement.target, cst.Name):
                    annotation = cst.Module([]).code_for_node(statement.annotation.annotation)
                    yield statement.target.value, annotation


def fields_of(machine: Machine, class_: Class) -> list[Field]:
    """The fields of a class in the order of its constructor's parameters."""
    by_base = bool(_FIELD_BASES.intersection(library_bases(class_)))
    found: dict[str, Field] = {}
    for part in reversed(list(_classes(class_))):
        if by_base or _is_declared(part):
            namespace = machine.state.frames.get(part.namespace, {})
            for name, annotation in _annotated(part):
                if "ClassVar" not in annotation:
                    found[name] = _field(machine, name, annotation, namespace.get(name))
    return list(found.values())


def _field(machine: Machine, name: str, annotation: str, given: Value | None) -> Field:
    is_attribute = "InitVar" not in annotation
    record = machine.record(given) if given is not None else None
    if not isinstance(record, InstanceRecord) or record.type != Known(FIELD):
        return Field(name, given, None, True, is_attribute)
    attributes = record.attributes
    factory = attributes.get("default_factory") or attributes.get("factory")
    is_argument = attributes.get("init") != Known(False)
    return Field(name, attributes.get("default"), factory, is_argument, is_attribute)


def fill(machine: Machine, class_: Class, instance: Known, arguments: Arguments) -> None:
    """Set a new instance's attributes from the arguments and the fields' defaults."""
    values: dict[str, Value] = {}
    passed: list[Argument] = []
    position = 0
    for field in fields_of(machine, class_):
        given = arguments.get(position, field.name) if field.is_argument else None
        position += field.is_argument
        value = given if given is not None else _start(machine, field, arguments)
        if field.is_attribute:
            values[field.name] = value
        else:
            passed.append(Argument(value, arguments.site))
    record = machine.record(instance)
    if isinstance(record, InstanceRecord) and isinstance(instance.value, Ref):
        machine.update(instance.value.id, attributes={**record.attributes, **values})
    after = class_attribute(machine, class_, "__post_init__")
    if isinstance(after, Known) and isinstance(after.value, Function):
        calls.call_function(
            machine, after.value, Arguments(tuple(passed), {}, False, arguments.site), instance
        )


def _start(machine: Machine, field: Field, arguments: Arguments) -> Value:
    """What a field that the caller doesn't give starts with."""
    if arguments.open and not arguments.assumed and field.is_argument:
        return machine.unknown(Reason.PARAMETER)
    value = field.default
    if field.factory is not None:
        value = calls.call_value(machine, field.factory, Arguments((), {}, False, arguments.site))
    if value is None:
        return machine.unknown(Reason.PARAMETER)
    if arguments.open and field.is_argument and isinstance(value, Known | Choice):
        return depending_on(value, Known(None, (f"{field.name} keeps its default",)))
    return value


# Named tuples


def make_tuple_class(
    machine: Machine, name: str, names: tuple[str, ...], defaults: Mapping[str, Value], site: Site
) -> Value:
    """What `collections.namedtuple` makes."""
    if not all(part.isidentifier() for part in (name, *names)):
        return machine.unknown(Reason.LIBRARY_CALL)
    lines = "".join(f"    {part}: object\n" for part in names) or "    pass\n"
    node = cst.parse_statement(f"class {name}:\n{lines}")
    assert isinstance(node, cst.ClassDef)
    namespace = machine.new_frame(0)
    machine.state.names(namespace).update(defaults)
    class_ = Class(name, node, site, (Known(Library("typing.NamedTuple")),), namespace)
    machine.classes[namespace] = class_
    return Known(class_)


def tuple_of(machine: Machine, value: Value) -> tuple[Value, ...] | None:
    """The items of an instance of a named tuple's class; None for everything else."""
    record = machine.record(value)
    if not isinstance(record, InstanceRecord) or not isinstance(record.type, Known):
        return None
    class_ = record.type.value
    if not isinstance(class_, Class) or not _TUPLES.intersection(library_bases(class_)):
        return None
    names = [field.name for field in fields_of(machine, class_)]
    return tuple(record.attributes.get(name, unknown(Reason.ATTRIBUTE)) for name in names)


METHODS = frozenset(["_replace", "model_copy", "_asdict", "dict", "model_dump"])


def instance_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    """Methods that named tuples and pydantic's models have without defining them."""
    record = machine.record(receiver)
    assert isinstance(record, InstanceRecord) and isinstance(record.type, Known)
    if not isinstance(record.type.value, Class) or not has_fields(record.type.value):
        machine.escape(arguments.site, Reason.LIBRARY_CALL, receiver, *arguments.values())
        return machine.unknown(Reason.LIBRARY_CALL)
    if name == "model_copy":
        return machine.unknown(Reason.LIBRARY_CALL)
    if name == "_replace":
        return changed(machine, record, arguments)
    return machine.allocate(DictRecord(dict(record.attributes.items()), not record.open))


def changed(machine: Machine, record: InstanceRecord, arguments: Arguments) -> Value:
    """A copy of an instance with some of its fields changed."""
    given = {name: argument.value for name, argument in arguments.keywords.items()}
    if arguments.open:
        given = {name: given.get(name, unknown(Reason.PARAMETER)) for name in record.attributes}
    attributes = {**record.attributes, **given}
    return machine.allocate(InstanceRecord(record.type, arguments.site, attributes, record.open))


# Enums


def _define_members(machine: Machine, class_: Class) -> None:
    namespace = machine.state.names(class_.namespace)
    last = 0
    by_value: dict[object, Value] = {}
    for name, value in list(namespace.items()):
        if name.startswith("_") or (isinstance(value, Known) and isinstance(value.value, Function | Class)):
            continue
        record = machine.record(value)
        is_auto = isinstance(record, InstanceRecord) and record.type == Known(AUTO)
        own = Known(last + 1) if is_auto else value
        last = number(own) or last
        if own.key not in by_value:
            attributes = {"value": own, "name": Known(name), "_value_": own, "_name_": Known(name)}
            by_value[own.key] = machine.allocate(InstanceRecord(Known(class_), class_.site, attributes))
        namespace[name] = by_value[own.key]


def members(machine: Machine, class_: Class) -> tuple[Known, ...]:
    """The members of an Enum in order."""
    found: dict[int, Known] = {}
    for value in machine.state.frames.get(class_.namespace, {}).values():
        record = machine.record(value)
        if isinstance(record, InstanceRecord) and record.type == Known(class_) and isinstance(value, Known):
            assert isinstance(value.value, Ref)
            found.setdefault(value.value.id, value)
    return tuple(found.values())


def member_with_value(machine: Machine, class_: Class, value: Value | None) -> Value:
    """`Enum(value)`."""
    if isinstance(value, Known):
        for member in members(machine, class_):
            record = machine.record(member)
            if isinstance(record, InstanceRecord) and record.attributes["value"].key == value.key:
                return depending_on(member, value)
    return machine.unknown(Reason.LIBRARY_CALL)


def is_member(machine: Machine, value: Value) -> bool:
    record = machine.record(value)
    type_ = record.type if isinstance(record, InstanceRecord) else None
    return isinstance(type_, Known) and isinstance(type_.value, Class) and is_enum(type_.value)
