"""Functions of the standard library that make, change or copy objects, and code that runs other code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from statelint.interp import classes, fields, loops, modules
from statelint.interp.machine import Machine
from statelint.interp.objects import (
    Arguments,
    Bound,
    Class,
    DictRecord,
    Function,
    InstanceRecord,
    LayerRecord,
    Library,
    ListRecord,
    ModelRecord,
    Module,
    Partial,
    Ref,
    Tuple,
)
from statelint.interp.reaching import reachable
from statelint.interp.state import Frame
from statelint.interp.transfer import Transfer, settings_files
from statelint.trace.story import Opaque
from statelint.values import NONE, Known, Reason, Value, unknown


def _partial(machine: Machine, name: str, arguments: Arguments) -> Value:
    if not arguments.positional or arguments.open:
        machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values())
        return machine.unknown(Reason.LIBRARY_CALL)
    rest = tuple(a.value for a in arguments.positional[1:])
    keywords = tuple((k, a.value) for k, a in arguments.keywords.items())
    return Known(Partial(arguments.positional[0].value, rest, keywords))


def _copy(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "x")
    is_deep = name.endswith("deepcopy")
    holds = value is not None and bool(reachable(machine, value))
    if value is None or (holds and is_deep):
        return machine.unknown(Reason.LIBRARY_CALL)
    if holds and isinstance(machine.record(value), LayerRecord | ModelRecord):
        machine.escape(arguments.site, Reason.LIBRARY_CALL, value)
        return machine.unknown(Reason.LIBRARY_CALL)
    return _copied(machine, value, {}, deep=is_deep)


def _copied(machine: Machine, value: Value, done: dict[int, Known], *, deep: bool) -> Value:
    record = machine.record(value)
    if not isinstance(value, Known) or not isinstance(value.value, Ref) or fields.is_member(machine, value):
        # The same contents in an object of its own.
        return replace(value)
    id_ = value.value.id
    if id_ in done:
        return done[id_]
    if record is None:
        return value
    copy = machine.allocate(record)
    done[id_] = copy
    if not deep:
        return copy
    assert isinstance(copy.value, Ref)

    def inside(parts: Mapping[str, Value]) -> dict[str, Value]:
        return {name: _copied(machine, part, done, deep=True) for name, part in parts.items()}

    match record:
        case ListRecord(items=items) if items is not None:
            parts = tuple(_copied(machine, item, done, deep=True) for item in items)
            machine.update(copy.value.id, items=parts, element=parts[-1] if parts else None)
        case DictRecord(items=entries):
            copies = {key: _copied(machine, part, done, deep=True) for key, part in entries.items()}
            machine.update(copy.value.id, items=copies)
        case InstanceRecord(attributes=attributes):
            machine.update(copy.value.id, attributes=inside(attributes))
    return copy


def _setattr(machine: Machine, name: str, arguments: Arguments) -> Value:
    from statelint.interp.statements import set_attribute

    thing, attr, value = (arguments.get(i, n) for i, n in enumerate(("obj", "name", "value")))
    if (
        isinstance(thing, Known)
        and isinstance(attr, Known)
        and isinstance(attr.value, str)
        and value is not None
    ):
        set_attribute(machine, thing, attr.value, value, arguments.site)
        return NONE
    machine.escape(arguments.site, Reason.ATTRIBUTE, *arguments.values())
    if isinstance(thing, Known) and isinstance(thing.value, Ref):
        classes.forget_attributes(machine, thing.value.id)
    return NONE


def _namespace(machine: Machine, name: str, arguments: Arguments) -> Value:
    """SimpleNamespace, argparse.Namespace: an object with these attributes."""
    attributes = {key: argument.value for key, argument in arguments.keywords.items()}
    return machine.allocate(InstanceRecord(Known(Library(name)), arguments.site, attributes, arguments.open))


def _vars(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "object")
    if value is None:
        return _locals(machine, name, arguments)
    found = classes.dictionary_of(machine, value) if isinstance(value, Known) else None
    return found if found is not None else machine.unknown(Reason.LIBRARY_CALL)


def _dataclass_field(machine: Machine, name: str, arguments: Arguments) -> Value:
    attributes = {key: argument.value for key, argument in arguments.keywords.items()}
    first = arguments.get(0, "default")
    # pydantic's first argument is the default, an Ellipsis for none.
    if first is not None and first != Known(...):
        attributes.setdefault("default", first)
    return machine.allocate(InstanceRecord(Known(fields.FIELD), arguments.site, attributes))


def _replace(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "obj")
    record = machine.record(value) if value is not None else None
    if not isinstance(record, InstanceRecord):
        return machine.unknown(Reason.LIBRARY_CALL)
    return fields.changed(machine, record, arguments)


def _asdict(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "obj")
    record = machine.record(value) if value is not None else None
    if not isinstance(record, InstanceRecord):
        return machine.unknown(Reason.LIBRARY_CALL)
    if name.endswith("astuple"):
        return Known(Tuple(tuple(record.attributes.values())))
    return machine.allocate(DictRecord(dict(record.attributes.items()), not record.open))


def _named_tuple(machine: Machine, name: str, arguments: Arguments) -> Value:
    title, given = arguments.get(0, "typename"), arguments.get(1, "field_names")
    if not isinstance(title, Known) or not isinstance(title.value, str) or given is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    if isinstance(given, Known) and isinstance(given.value, str):
        names: list[object] = list(given.value.replace(",", " ").split())
    else:
        names = [_first(item) for item in loops.items(loops.iterate(machine, given)) or ()]
    texts = tuple(part for part in names if isinstance(part, str))
    if len(texts) < len(names) or not texts:
        return machine.unknown(Reason.LIBRARY_CALL)
    last = arguments.keywords.get("defaults")
    defaults = loops.items(loops.iterate(machine, last.value)) if last is not None else ()
    if defaults is None or len(defaults) > len(texts):
        return machine.unknown(Reason.LIBRARY_CALL)
    known = dict(zip(texts[len(texts) - len(defaults) :], defaults, strict=True))
    return fields.make_tuple_class(machine, title.value, texts, known, arguments.site)


def _first(item: Value) -> object:
    """The name in a field of typing.NamedTuple, or of collections.namedtuple."""
    if isinstance(item, Known) and isinstance(item.value, Tuple) and item.value.items:
        item = item.value.items[0]
    return item.value if isinstance(item, Known) else None


def _method_type(machine: Machine, name: str, arguments: Arguments) -> Value:
    function, receiver = arguments.get(0, "function"), arguments.get(1, "instance")
    if function is None or receiver is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    return Known(Bound(receiver, function))


def _described(machine: Machine, name: str, arguments: Arguments) -> Value:
    """An instance of a library's class, with its arguments as attributes."""
    attributes = {key: argument.value for key, argument in arguments.keywords.items()}
    if name == "contextlib.suppress":
        kinds = (a.value.value.name for a in arguments.positional if _is_library(a.value))  # type: ignore
        attributes = {kind.rpartition(".")[2]: NONE for kind in kinds}
    elif arguments.positional:
        attributes["enter_result"] = arguments.positional[0].value
    return machine.allocate(InstanceRecord(Known(Library(name)), arguments.site, attributes))


def _is_library(value: Value) -> bool:
    return isinstance(value, Known) and isinstance(value.value, Library)


def _reduce(machine: Machine, name: str, arguments: Arguments) -> Value:
    machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values())
    return machine.unknown(Reason.LIBRARY_CALL)


def _deque(machine: Machine, name: str, arguments: Arguments) -> Value:
    value, bound = arguments.get(0, "iterable"), arguments.get(1, "maxlen")
    if value is None and bound is None:
        return machine.allocate(ListRecord.of(()))
    content = None
    if value is not None and bound is not None and bound.key != NONE.key:
        content = ("deque", machine.content(value))
    elif bound is not None and value is None:
        content = ("bounded", bound.key)
    return machine.allocate(ListRecord(None, machine.unknown(Reason.LIBRARY_CALL), content=content))


# Code that runs other code


def _run_code(machine: Machine, name: str, arguments: Arguments) -> Value:
    """eval, runpy: code that isn't seen may do anything to any model."""
    code = arguments.get(0, "source")
    written = settings_files.written(machine, code) if name == "builtins.eval" else None
    if written is not None:
        return written
    if name != "builtins.eval" or not isinstance(code, Known) or "(" in str(code.value):
        machine.emit(Opaque(arguments.site, machine.context, None, Reason.EXECUTED))
    return machine.unknown(Reason.EXECUTED)


def forget_names(machine: Machine, frame: Frame) -> None:
    """Code that isn't seen may have bound names: what isn't code itself may be another now."""
    for name, value in frame.items():
        is_code = isinstance(value, Known) and isinstance(value.value, Function | Class | Library | Module)
        if not is_code and not reachable(machine, value):
            frame[name] = unknown(Reason.EXPRESSION)


def _globals(machine: Machine, name: str, arguments: Arguments) -> Value:
    return _names(machine, machine.root_frame)


def _locals(machine: Machine, name: str, arguments: Arguments) -> Value:
    return _names(machine, machine.frame_id)


def _names(machine: Machine, frame: int) -> Value:
    """The names of a frame as a dict, which writes through to them."""
    items = dict(machine.state.frames.get(frame, {}).items())
    return machine.allocate(DictRecord(items, True, of=frame))  # type: ignore[arg-type]


def _import_module(machine: Machine, name: str, arguments: Arguments) -> Value:
    """`importlib.import_module("a.b")`, `__import__("a.b")`: the latter gives `a`, unless it is to take
    something from `a.b`.
    """
    module = arguments.get(0, "name")
    if isinstance(module, Known) and isinstance(module.value, str) and not module.value.startswith("."):
        is_outermost = name == "builtins.__import__" and arguments.get(3, "fromlist") is None
        return modules.import_module(machine, module.value, is_outermost=is_outermost)
    return machine.unknown(Reason.IMPORT)


# The environment


def _environment_get(machine: Machine, name: str, arguments: Arguments) -> Value:
    """os.environ.get, os.getenv: what the program has set, else the default, which is assumed."""
    key, default = arguments.get(0, "key"), arguments.get(1, "default")
    if key is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    found = machine.environment_at(key)
    if found is not None:
        return found
    if isinstance(default, Known) and isinstance(default.value, str | int | float) and isinstance(key, Known):
        text = f"{key.value} isn't set in the environment"
        return Known(default.value, (*default.assuming, text), default.varies)
    return machine.unknown(Reason.LIBRARY_CALL, None, ("environment", key.key))


def _set_default(machine: Machine, name: str, arguments: Arguments) -> Value:
    """os.environ.setdefault."""
    key, value = arguments.get(0, "key"), arguments.get(1, "default")
    if key is not None and value is not None:
        machine.set_environment(key, value, as_default=True)
    return machine.unknown(Reason.LIBRARY_CALL)


def _update_environment(machine: Machine, name: str, arguments: Arguments) -> Value:
    """os.environ.update."""
    record = machine.record(arguments.positional[0].value) if arguments.positional else None
    given = dict(record.items) if isinstance(record, DictRecord) else {}
    for key, value in (given | {k: a.value for k, a in arguments.keywords.items()}).items():
        machine.set_environment(Known(key), value)
    return NONE


def _new(machine: Machine, name: str, arguments: Arguments) -> Value:
    """object.__new__."""
    kind = arguments.get(0, "cls")
    if isinstance(kind, Known) and isinstance(kind.value, Class):
        rest = Arguments(arguments.positional[1:], arguments.keywords, arguments.open, arguments.site)
        return classes.new_instance(machine, kind.value, kind, rest)
    return machine.unknown(Reason.LIBRARY_CALL)


TRANSFERS: dict[str, Transfer] = {
    "functools.partial": _partial,
    "functools.reduce": _reduce,
    "copy.copy": _copy,
    "copy.deepcopy": _copy,
    "builtins.setattr": _setattr,
    "builtins.vars": _vars,
    "builtins.eval": _run_code,
    "builtins.globals": _globals,
    "builtins.locals": _locals,
    "builtins.__import__": _import_module,
    "builtins.object.__new__": _new,
    "importlib.import_module": _import_module,
    "runpy.run_path": _run_code,
    "runpy.run_module": _run_code,
    "types.SimpleNamespace": _namespace,
    "argparse.Namespace": _namespace,
    "types.MethodType": _method_type,
    "contextlib.suppress": _described,
    "contextlib.nullcontext": _described,
    "enum.auto": _described,
    "dataclasses.replace": _replace,
    "dataclasses.asdict": _asdict,
    "dataclasses.astuple": _asdict,
    "collections.namedtuple": _named_tuple,
    "typing.NamedTuple": _named_tuple,
    "collections.deque": _deque,
    "os.environ.get": _environment_get,
    "os.getenv": _environment_get,
    "os.environ.setdefault": _set_default,
    "os.environ.update": _update_environment,
    **dict.fromkeys(
        ("dataclasses.field", "attr.ib", "attr.field", "attrs.field", "pydantic.Field"), _dataclass_field
    ),
}
