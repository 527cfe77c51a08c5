"""Attributes: what `thing.name` is."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

import libcst as cst

from statelint import api
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
    Method,
    ModelRecord,
    Module,
    Partial,
    Ref,
    States,
    Super,
    Table,
    Tensor,
    Tuple,
)
from statelint.interp.shapes import product, transposed
from statelint.trace.objects import Argument, Array
from statelint.values import (
    FALSE,
    NONE,
    Choice,
    Known,
    Reason,
    Unknown,
    Value,
    interned,
    join,
    options,
    unknown,
)

# The version that a program finds: of each generation the last.
_VERSIONS = {2: "2.15.0", 3: "3.15.0"}

CONSTANTS: dict[str, Value] = {
    "numpy.pi": Known(math.pi),
    "math.pi": Known(math.pi),
    "numpy.e": Known(math.e),
    "numpy.newaxis": NONE,
    "numpy.inf": Known(math.inf),
    "math.inf": Known(math.inf),
    "tensorflow.newaxis": NONE,
    # What is imported for types alone may import the importing module in turn.
    "typing.TYPE_CHECKING": FALSE,
    "typing_extensions.TYPE_CHECKING": FALSE,
}


# What these hold is set by code that isn't seen; they have no methods.
_OPEN_TYPES = frozenset([Known(Library("argparse.Namespace")), Known(Library("types.SimpleNamespace"))])


def attribute(machine: Machine, receiver: Value, name: str, node: cst.CSTNode | None = None) -> Value:
    """`receiver.name`."""
    if isinstance(receiver, Choice):
        result: Value | None = None
        for option in options(receiver):
            value = attribute(machine, option, name, node)
            result = value if result is None else join(result, value)
        assert result is not None
        return result
    if isinstance(receiver, Unknown):
        return machine.unknown(Reason.ATTRIBUTE, node, ("attribute", receiver.key, name))
    match receiver.value:
        case Library(name=library):
            if name == "__name__":
                return Known(library.rpartition(".")[2])
            full = api.canonical(f"{library}.{name}")
            if full in machine.patched:
                return machine.patched[full]
            if library.endswith("flags.FLAGS"):
                return machine.flags.get(name) or machine.unknown(Reason.ATTRIBUTE, node)
            if full == "keras.__version__":
                return Known(_VERSIONS[machine.keras])
            return CONSTANTS.get(full, Known(Library(full)))
        case Module(frame=frame):
            return _of_module(machine, frame, name, receiver, node)
        case Table():
            from statelint.interp.transfer import tables

            return tables.attribute(machine, receiver, name) or Known(Method(receiver, name))
        case Method(receiver=Known(value=Table()) as table, name=column):
            from statelint.interp.transfer import taking

            # Methods have no such attributes: it is a column that is called so.
            part = taking.item(machine, table, Known(column))
            return attribute(machine, part, name, node) if part is not None else Known(Method(receiver, name))
        case Array() as array:
            return _of_array(machine, array, name, receiver)
        case Ref(id=id_):
            return _of_record(machine, id_, name, receiver, node)
        case Class() as class_:
            return _of_class(machine, class_, name, receiver) or machine.unknown(Reason.ATTRIBUTE, node)
        case Function() if name in ("__name__", "__qualname__"):
            return Known(receiver.value.name)
        case Function() | Bound() | Partial():
            return machine.unknown(Reason.ATTRIBUTE, node, ("attribute", receiver.key, name))
        case Super(receiver=instance, owner=owner):
            return _of_super(machine, instance, owner, name)
        case Tensor() as tensor if name == "shape" and tensor.rank is not None:
            rest = tuple(unknown(Reason.ATTRIBUTE) for _ in range(tensor.rank - 1))
            return Known(Tuple((tensor.batch, *rest)))
    return Known(Method(receiver, name))


def _of_module(machine: Machine, frame: int, name: str, receiver: Value, node: cst.CSTNode | None) -> Value:
    names = machine.state.frames.get(frame, {})
    if name in names:
        return names[name]
    folder = machine.module_files[frame]
    folder = folder.parent if folder.name == "__init__.py" else folder
    for path in (folder / f"{name}.py", folder / name / "__init__.py", folder / name):
        for inner, file in machine.module_files.items():
            if file == path and inner in machine.state.frames:
                return Known(Module(name, inner))
    return machine.unknown(Reason.IMPORT, node, ("attribute", receiver.key, name))


# What tables have and arrays haven't.
_OF_TABLES = frozenset(
    ["iloc", "loc", "columns", "index", "drop", "dropna", "fillna", "head", "tail", "reset_index", "to_numpy"]
)


def _of_array(machine: Machine, array: Array, name: str, receiver: Value) -> Value:
    if name == "shape":
        if array.shape is None:
            shape = machine.unknown(Reason.ATTRIBUTE, None, ("attribute", array.key, "shape"))
            # A list that seems empty may be filled in passes of a loop that aren't followed.
            if isinstance(array.rows, Known) and array.rows.value:
                machine.heights[shape.key] = array.rows
            return shape
        return Known(Tuple(array.shape))
    if name == "ndim" and array.shape is not None:
        return Known(len(array.shape))
    if name == "size":
        size = product(array.shape) if array.shape is not None else None
        return machine.unknown(Reason.ATTRIBUTE) if size is None else Known(size)
    if name == "T":
        return transposed(array, receiver)
    if name == "values":
        # pandas: the same rows as an array.
        return receiver
    if name == "dtype":
        return machine.unknown(Reason.ATTRIBUTE, None, ("attribute", array.key, name))
    if name in _OF_TABLES and array.shuffle_site is not None and isinstance(receiver, Known):
        # `shuffle(table)` gives a table again.
        return attribute(machine, replace(receiver, value=Table(array, array.key)), name)
    if name == "iloc":
        # Rows that were cut out of a table.
        return receiver
    return Known(Method(receiver, name))


def _of_record(machine: Machine, id_: int, name: str, receiver: Value, node: cst.CSTNode | None) -> Value:
    record = machine.state.heap.get(id_)
    if machine.patched and isinstance(record, ModelRecord | LayerRecord):
        patch = _patch(machine, name, receiver)
        if patch is not None and name not in record.attributes:
            is_function = isinstance(patch, Known) and isinstance(patch.value, Function)
            return Known(Bound(receiver, patch)) if is_function else machine.unknown(Reason.ATTRIBUTE, node)
    match record:
        case ModelRecord():
            return _of_model(machine, id_, record, name, receiver)
        case LayerRecord():
            return _of_layer(machine, id_, record, name, receiver)
        case InstanceRecord():
            if name in record.attributes:
                return record.attributes[name]
            found = user_attribute(machine, record.type, name, receiver)
            if found is not None:
                return found
            if name == "__class__":
                return record.type
            asked = _asked(machine, record, name, receiver)
            if asked is not None:
                return asked
            if name == "__dict__":
                return _dictionary(machine, receiver)
            if name in _GIVEN_BY_KERAS and _is_callback(machine, record):
                return machine.unknown(Reason.ATTRIBUTE, node, ("given by Keras", name, id_))
            if record.open or record.type in _OPEN_TYPES:
                return machine.unknown(Reason.ATTRIBUTE, node, ("attribute", receiver.key, name))
            if (
                isinstance(record.type, Known)
                and isinstance(record.type.value, Class)
                and not has_library_base(record.type.value)
            ):
                return machine.unknown(Reason.ATTRIBUTE, node, ("attribute", receiver.key, name))
    if isinstance(record, ListRecord | DictRecord | InstanceRecord):
        return Known(Method(receiver, name))
    return machine.unknown(Reason.ATTRIBUTE, node)


# What fit sets in a callback beside the model: numbers, names and data.
_GIVEN_BY_KERAS = frozenset(["params", "validation_data"])


def _is_callback(machine: Machine, record: InstanceRecord) -> bool:
    from statelint.interp import callbacks

    return callbacks.is_callback(machine, record)


def _asked(machine: Machine, record: InstanceRecord, name: str, receiver: Value) -> Value | None:
    """What the class's own `__getattr__` says; None where it has none."""
    if name.startswith("__"):
        return None
    method = user_attribute(machine, record.type, "__getattr__", receiver)
    if method is None:
        return None
    from statelint.interp import calls

    given = (Argument(Known(name), record.site),)
    return calls.call_value(machine, method, Arguments(given, {}, False, record.site))


def _patch(machine: Machine, name: str, receiver: Value) -> Value | None:
    """What the program put in place of a method of Keras's classes, or beside them."""
    for full, value in machine.patched.items():
        owner, _, attribute_name = full.rpartition(".")
        if attribute_name == name and owner.startswith("keras.") and owner.rpartition(".")[2][:1].isupper():
            # What isn't known may do anything to what it is a method of.
            return (
                unknown(Reason.BRANCHES, key=("item", receiver.key, name))
                if isinstance(value, Unknown)
                else value
            )
    return None


def _dictionary(machine: Machine, receiver: Value) -> Value:
    from statelint.interp import classes

    found = classes.dictionary_of(machine, receiver) if isinstance(receiver, Known) else None
    return found if found is not None else machine.unknown(Reason.ATTRIBUTE)


def _of_model(machine: Machine, id_: int, record: ModelRecord, name: str, receiver: Value) -> Value:
    if name in record.attributes:
        return record.attributes[name]
    found = user_attribute(machine, record.type, name, receiver)
    if found is not None:
        return found
    match name:
        case "layers":
            from statelint.interp.transfer import graphs

            return graphs.listed(machine, id_, record)
        case "stateful" if machine.keras == 2:
            from statelint.interp.comparisons import of_truth

            model = machine.model(id_)
            assert model is not None
            return of_truth(machine, model.is_stateful, NONE, ("stateful", id_))
        case "input" | "inputs" | "output" | "outputs":
            end = name.rstrip("s")
            values = _ends(record, id_, end)
            is_list = len(values) > 1 or name.endswith("s")
            return machine.allocate(ListRecord.of(values)) if is_list and _has_all(record, end) else values[0]
        case "input_names" | "output_names" if _has_all(record, name.partition("_")[0]):
            names = (("name", value.key) for value in _ends(record, id_, name.partition("_")[0]))
            return machine.allocate(ListRecord.of(tuple(unknown(Reason.ATTRIBUTE, key=n) for n in names)))
        case "input_shape" | "output_shape" | "weights" | "history" | "optimizer" | "trainable":
            return unknown(Reason.ATTRIBUTE, key=("attribute", receiver.key, name))
    return Known(Method(receiver, name))


def _known_ends(record: ModelRecord, name: str) -> tuple[Value, ...]:
    return record.inputs if name == "input" else record.outputs


def _has_all(record: ModelRecord, name: str) -> bool:
    """Whether all the tensors are known that a model begins or ends with: a row of layers has one."""
    return record.kind == "Sequential" or bool(_known_ends(record, name))


def _ends(record: ModelRecord, id_: int, name: str) -> tuple[Value, ...]:
    """The tensors that a model begins or ends with, one at least."""
    if known := _known_ends(record, name):
        return known
    batch = record.batch if not record.undecided else unknown(Reason.ATTRIBUTE)
    layers, whole = ((), True) if name == "input" else (record.layers, record.complete)
    return (Known(Tensor((name, id_), batch, layers, (("input", id_),), whole=whole)),)


def _inside(machine: Machine, id_: int, name: str) -> Value | None:
    """The tensor that goes into a layer, or comes out of it, in the one model in whose row it stands."""
    found = [
        (at, record)
        for at, record in machine.state.heap.items()
        if isinstance(record, ModelRecord) and record.kind == "Sequential" and id_ in record.layers
    ]
    model, record = found[0] if len(found) == 1 else (0, None)
    if record is None or record.ways or not record.complete or record.layers.count(id_) > 1:
        return None
    behind = record.layers.index(id_) + (name == "output")
    if not behind:
        return _ends(record, model, "input")[0]
    batch = record.batch if not record.undecided else unknown(Reason.ATTRIBUTE)
    key = interned(("inside", model, behind))
    return Known(Tensor(key, batch, record.layers[:behind], (("input", model),)))


def _of_layer(machine: Machine, id_: int, record: LayerRecord, name: str, receiver: Value) -> Value:
    if name in record.attributes:
        return record.attributes[name]
    found = user_attribute(machine, record.type, name, receiver)
    if found is not None:
        return found
    match name:
        case "stateful":
            return record.stateful if record.recurrent else FALSE
        case "states" if record.recurrent:
            return Known(States(id_))
        case "layer" | "forward_layer" if record.inner:
            return machine.refer(record.inner[0])
        case "name":
            given = record.arguments.get("name")
            return given.value if given else unknown(Reason.ATTRIBUTE, key=("attribute", receiver.key, name))
        case "units" | "return_sequences" | "go_backwards":
            argument = record.arguments.get(name)
            return argument.value if argument else unknown(Reason.ATTRIBUTE)
        case "__class__":
            return Known(Library(f"keras.layers.{record.kind}"))
        case "input" | "output" if (tensor := _inside(machine, id_, name)) is not None:
            return tensor
        case (
            "weights"
            | "input_shape"
            | "output_shape"
            | "batch_input_shape"
            | "trainable"
            | "output"
            | "input"
        ):
            return unknown(Reason.ATTRIBUTE, key=("attribute", receiver.key, name))
    return Known(Method(receiver, name))


def user_attribute(machine: Machine, type_: Value | None, name: str, receiver: Value) -> Value | None:
    """An attribute that the object's class (one of the program's) defines; functions are bound."""
    if not isinstance(type_, Known) or not isinstance(type_.value, Class):
        return None
    value = class_attribute(machine, type_.value, name)
    if value is None:
        return None
    return _member(machine, type_, name, value, receiver)


def _member(machine: Machine, type_: Value, name: str, value: Value, receiver: Value) -> Value:
    """What a class's attribute is on an instance of it."""
    if not isinstance(value, Known) or not isinstance(value.value, Function):
        return value
    function = value.value
    if "staticmethod" in function.decorators:
        return value
    if "classmethod" in function.decorators:
        return Known(Bound(type_, value))
    if not is_property(function):
        return Known(Bound(receiver, value))
    from statelint.interp import arguments, calls

    got = calls.call_function(machine, function, arguments.no_arguments(machine, function), receiver)
    record = machine.record(receiver)
    if not function.decorators.isdisjoint(_KEPT) and hasattr(record, "attributes"):
        assert isinstance(receiver, Known) and isinstance(receiver.value, Ref)
        machine.update(receiver.value.id, attributes={**record.attributes, name: got})  # type: ignore
    return got


# Properties that are called once for each instance.
_KEPT = frozenset(["functools.cached_property", "django.utils.functional.cached_property"])


def is_property(function: Function) -> bool:
    return "property" in function.decorators or not function.decorators.isdisjoint(_KEPT)


def _of_class(machine: Machine, class_: Class, name: str, receiver: Value) -> Value | None:
    """`Class.name`: only class methods are bound."""
    if name == "__name__":
        return Known(class_.name)
    value = class_attribute(machine, class_, name)
    record = machine.record(value) if value is not None else None
    if isinstance(record, InstanceRecord) and record.type == Known(Library("dataclasses.field")):
        return record.attributes.get("default")
    if (
        isinstance(value, Known)
        and isinstance(value.value, Function)
        and "classmethod" in value.value.decorators
    ):
        return Known(Bound(receiver, value))
    return value


def class_attribute(machine: Machine, class_: Class, name: str) -> Value | None:
    """An attribute of a class of the program, or of its bases that are the program's too."""
    is_hidden = False
    for base in mro(class_):
        if isinstance(base, Unknown):
            is_hidden = True
        elif isinstance(base, Known) and isinstance(base.value, Class):
            namespace = machine.state.frames.get(base.value.namespace, {})
            if name in namespace:
                # A base of which nothing is known may have another.
                return machine.unknown(Reason.ATTRIBUTE) if is_hidden else namespace[name]
    return None


@lru_cache(maxsize=1024)
def mro(class_: Class) -> tuple[Value, ...]:
    """The class and its bases in the order in which Python looks for attributes."""
    return tuple(_linearized(Known(class_), frozenset()))


def _linearized(value: Value, above: frozenset[int]) -> list[Value]:
    class_ = value.value if isinstance(value, Known) else None
    if not isinstance(class_, Class) or id(class_) in above:
        return [value]
    orders = [_linearized(base, above | {id(class_)}) for base in class_.bases]
    orders.append(list(class_.bases))
    found: list[Value] = [value]
    while orders := [order for order in orders if order]:
        tails = {part.key for order in orders for part in order[1:]}
        # Where there is no consistent order Python refuses the class.
        head = next((order[0] for order in orders if order[0].key not in tails), orders[0][0])
        found.append(head)
        orders = [[part for part in order if part.key != head.key] for order in orders]
    return found


def library_bases(class_: Class) -> tuple[str, ...]:
    """The canonical names of the library classes that a class derives from."""
    names: list[str] = []
    for base in class_.bases:
        if isinstance(base, Known) and isinstance(base.value, Library):
            names.append(base.value.name)
        elif isinstance(base, Known) and isinstance(base.value, Class):
            names.extend(library_bases(base.value))
    return tuple(names)


def has_library_base(class_: Class) -> bool:
    """Whether some base isn't the program's own (`object` doesn't count): it may have any attribute."""
    for base in class_.bases:
        if isinstance(base, Known) and isinstance(base.value, Class):
            if has_library_base(base.value):
                return True
        elif not (isinstance(base, Known) and base.value == Library("builtins.object")):
            return True
    return False


def _of_super(machine: Machine, instance: Value, owner: Value, name: str) -> Value:
    type_ = getattr(machine.record(instance), "type", None) or instance
    if isinstance(type_, Known) and isinstance(type_.value, Class):
        order = mro(type_.value)
        at = next((k for k, part in enumerate(order) if part.key == owner.key), -1)
        for base in order[at + 1 :]:
            if isinstance(base, Unknown):
                break
            if isinstance(base, Known) and isinstance(base.value, Class):
                namespace = machine.state.frames.get(base.value.namespace, {})
                if name in namespace:
                    return _member(machine, type_, name, namespace[name], instance)
    return Known(Method(Known(Super(instance, owner)), name))
