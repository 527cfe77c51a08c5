"""Which class a value is of, and whether two classes are one."""

from __future__ import annotations

import builtins
from functools import partial

from statelint import api
from statelint.interp.attributes import attribute, library_bases
from statelint.interp.machine import Machine
from statelint.interp.objects import (
    Bound,
    Class,
    ClassOf,
    DictRecord,
    Function,
    LayerRecord,
    Library,
    ListRecord,
    ModelRecord,
    Ref,
    Tuple,
)
from statelint.trace.objects import Array
from statelint.values import Choice, Known, Reason, Ternary, Unknown, Value, depending_on, join, options

_PLAIN = int | float | complex | str | bytes | None

# Classes of libraries that aren't described.
_ARRAYS = frozenset(["numpy.ndarray", "numpy.matrix", "pandas.DataFrame", "pandas.Series"])


def class_of(machine: Machine, value: Value) -> Value:
    """`type(value)`."""
    if isinstance(value, Choice):
        first, *rest = (class_of(machine, option) for option in options(value))
        for other in rest:
            first = join(first, other)
        return first
    if isinstance(value, Unknown):
        return machine.unknown(Reason.ATTRIBUTE, None, ("attribute", value.key, "__class__"))
    exact = _exact_name(machine, value)
    if exact is not None:
        return depending_on(Known(Library(exact)), value)
    record = machine.record(value)
    if isinstance(value.value, Ref) and not isinstance(record, ListRecord | DictRecord):
        return attribute(machine, value, "__class__")
    return depending_on(Known(ClassOf(value)), value)


def _exact_name(machine: Machine, value: Known) -> str | None:
    """The name of the class of Python's own that a value is of, where it is no class derived from it."""
    if isinstance(value.value, _PLAIN):
        return f"builtins.{type(value.value).__name__}"
    return "builtins.tuple" if isinstance(value.value, Tuple) else machine.exact_class(value)


def is_same_class(machine: Machine, left: Known, right: Known) -> Ternary | None:
    """Whether two classes are one; None where they aren't certainly classes."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one.value, ClassOf):
            if isinstance(other.value, ClassOf):
                return Ternary.YES if one.key == other.key else Ternary.UNKNOWN
            # What is of a class is an instance of it.
            return Ternary.UNKNOWN.both(is_a(machine, one.value.instance, other))
    if not _is_class(machine, left) or not _is_class(machine, right):
        return None
    return Ternary.of(left.key == right.key)


def _is_class(machine: Machine, kind: Known) -> bool:
    match kind.value:
        case Class():
            return not kind.value.is_governed
        case Library(name=name):
            module, _, last = name.rpartition(".")
            if module == "builtins":
                return last == "NoneType" or isinstance(getattr(builtins, last, None), type)
            entry = api.lookup(machine.keras, name)
            return name in _ARRAYS or (entry is not None and entry.kind == "class")
    return False


def is_a(machine: Machine, thing: Known, kind: Value) -> Ternary:
    """Whether `isinstance(thing, kind)` holds."""
    if not isinstance(kind, Known):
        return Ternary.UNKNOWN
    record = machine.record(thing)
    type_ = getattr(record, "type", None)
    if isinstance(kind.value, Class):
        if not isinstance(type_, Known):
            plain = isinstance(thing.value, int | float | str | Tuple | Array | None)
            return Ternary.NO if record is not None or plain else Ternary.UNKNOWN
        return Ternary.of(_derives(type_, kind.value))
    if not isinstance(kind.value, Library):
        return Ternary.UNKNOWN
    wanted = kind.value.name
    names: set[str] = set()
    if isinstance(record, LayerRecord) and record.described:
        names = _ancestors(machine, f"keras.layers.{record.kind}")
    elif isinstance(record, ModelRecord):
        names = _ancestors(machine, "keras.Sequential" if record.kind == "Sequential" else "keras.Model")
    elif isinstance(type_, Known) and isinstance(type_.value, Class):
        for base in library_bases(type_.value):
            names |= _ancestors(machine, base)
    elif isinstance(record, ListRecord):
        exact = machine.exact_class(thing)
        if exact is None and wanted in _LISTS:
            # It may be a set or a deque.
            return Ternary.UNKNOWN
        return Ternary.of(wanted in (exact, "builtins.object"))
    elif isinstance(record, DictRecord):
        return _is_builtin("dict", wanted)
    elif isinstance(thing.value, Tuple):
        return _is_builtin("tuple", wanted)
    elif isinstance(thing.value, int | float | str | bool | None):
        return Ternary.of(wanted in {f"builtins.{kind.__name__}" for kind in type(thing.value).__mro__})
    elif isinstance(thing.value, Function | Bound):
        return _is_builtin("function", wanted)
    elif isinstance(thing.value, Array):
        return Ternary.of(wanted == "numpy.ndarray") if wanted.startswith("builtins.") else Ternary.UNKNOWN
    else:
        return Ternary.UNKNOWN
    if wanted in names:
        return Ternary.YES
    return Ternary.NO if api.lookup(machine.keras, wanted) is not None else Ternary.UNKNOWN


_LISTS = frozenset(["builtins.list", "builtins.set", "builtins.frozenset", "collections.deque"])


def _is_builtin(name: str, wanted: str) -> Ternary:
    is_one = wanted in (f"builtins.{name}", "builtins.object")
    return Ternary.of(is_one) if is_one or wanted.startswith("builtins.") else Ternary.UNKNOWN


def _derives(type_: Value, class_: Class) -> bool:
    if not isinstance(type_, Known) or not isinstance(type_.value, Class):
        return False
    return type_.value is class_ or any(_derives(base, class_) for base in type_.value.bases)


def _bases(name: str, keras: int) -> tuple[str, ...]:
    entry = api.lookup(keras, name)
    return () if entry is None else entry.bases


def _ancestors(machine: Machine, name: str) -> set[str]:
    found = {name}
    for base in machine.of_keras(partial(_bases, name)):
        found |= _ancestors(machine, base)
    return found
