"""Attributes: what `thing.name` is."""

from __future__ import annotations

import math
from dataclasses import replace

import libcst as cst

from statelint import api
from statelint.interp.machine import Machine
from statelint.interp.objects import (
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
    Ref,
    States,
    Super,
    Tensor,
    Tuple,
)
from statelint.interp.shapes import product, transposed
from statelint.trace.objects import Array
from statelint.values import FALSE, NONE, Choice, Known, Reason, Unknown, Value, join, options, unknown

# The version that a program finds: of each generation the last.
_VERSIONS = {2: "2.15.0", 3: "3.15.0"}

_CONSTANTS: dict[str, Value] = {
    "numpy.pi": Known(math.pi),
    "math.pi": Known(math.pi),
    "numpy.e": Known(math.e),
    "numpy.newaxis": NONE,
    "numpy.inf": Known(math.inf),
    "math.inf": Known(math.inf),
    "tensorflow.newaxis": NONE,
}


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
            if full == "keras.__version__":
                return Known(_VERSIONS[machine.keras])
            return _CONSTANTS.get(full, Known(Library(full)))
        case Module(frame=frame):
            return _of_module(machine, frame, name, receiver, node)
        case Array() as array:
            return _of_array(machine, array, name, receiver)
        case Ref(id=id_):
            return _of_record(machine, id_, name, receiver, node)
        case Class() as class_:
            return _of_class(machine, class_, name, receiver) or machine.unknown(Reason.ATTRIBUTE, node)
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


def _of_array(machine: Machine, array: Array, name: str, receiver: Value) -> Value:
    if name == "shape":
        if array.shape is None:
            return machine.unknown(Reason.ATTRIBUTE, None, ("attribute", array.key, "shape"))
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
    return Known(Method(receiver, name))


def _of_record(machine: Machine, id_: int, name: str, receiver: Value, node: cst.CSTNode | None) -> Value:
    record = machine.state.heap.get(id_)
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
            if (
                isinstance(record.type, Known)
                and isinstance(record.type.value, Class)
                and not has_library_base(record.type.value)
            ):
                return machine.unknown(Reason.ATTRIBUTE, node, ("attribute", receiver.key, name))
    if isinstance(record, ListRecord | DictRecord | InstanceRecord):
        return Known(Method(receiver, name))
    return machine.unknown(Reason.ATTRIBUTE, node)


def _of_model(machine: Machine, id_: int, record: ModelRecord, name: str, receiver: Value) -> Value:
    if name in record.attributes:
        return record.attributes[name]
    found = user_attribute(machine, record.type, name, receiver)
    if found is not None:
        return found
    match name:
        case "layers":
            items = tuple(machine.refer(layer) for layer in record.layers)
            return machine.allocate(
                replace(ListRecord.of(items), layers_of=id_)
                if record.complete
                else ListRecord(None, unknown(Reason.ATTRIBUTE))
            )
        case "stateful" if machine.keras == 2:
            from statelint.interp.expressions import of_truth

            model = machine.model(id_)
            assert model is not None
            return of_truth(machine, model.is_stateful, NONE, ("stateful", id_))
        case "input" | "inputs" | "output" | "outputs":
            values = record.inputs if name.startswith("input") else record.outputs
            if values:
                return values[0] if len(values) == 1 and not name.endswith("s") else Known(Tuple(values))
            batch = record.batch if not record.undecided else unknown(Reason.ATTRIBUTE)
            return Known(Tensor((name, id_), batch, record.layers, (("input", id_),)))
        case "input_shape" | "output_shape" | "weights" | "history" | "optimizer" | "trainable":
            return unknown(Reason.ATTRIBUTE, key=("attribute", receiver.key, name))
    return Known(Method(receiver, name))


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
    if isinstance(value, Known) and isinstance(value.value, Function):
        function = value.value
        if "staticmethod" in function.decorators:
            return value
        if "classmethod" in function.decorators:
            return Known(Bound(type_, value))
        if "property" in function.decorators:
            from statelint.interp import calls

            return calls.call_function(machine, function, calls.no_arguments(machine, function), receiver)
        return Known(Bound(receiver, value))
    return value


def _of_class(machine: Machine, class_: Class, name: str, receiver: Value) -> Value | None:
    """`Class.name`: only class methods are bound."""
    value = class_attribute(machine, class_, name)
    if (
        isinstance(value, Known)
        and isinstance(value.value, Function)
        and "classmethod" in value.value.decorators
    ):
        return Known(Bound(receiver, value))
    return value


def class_attribute(machine: Machine, class_: Class, name: str) -> Value | None:
    """An attribute of a class of the program, or of its bases that are the program's too."""
    namespace = machine.state.frames.get(class_.namespace, {})
    if name in namespace:
        return namespace[name]
    for base in class_.bases:
        if isinstance(base, Known) and isinstance(base.value, Class):
            found = class_attribute(machine, base.value, name)
            if found is not None:
                return found
    return None


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
    if isinstance(owner, Known) and isinstance(owner.value, Class):
        for base in owner.value.bases:
            if isinstance(base, Known) and isinstance(base.value, Class):
                value = class_attribute(machine, base.value, name)
                if value is not None:
                    return Known(Bound(instance, value)) if isinstance(value, Known) else value
    return Known(Method(Known(Super(instance, owner)), name))
