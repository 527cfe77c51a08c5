"""Methods of library objects: models, layers, state variables, lists, dicts, arrays, datasets."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping

from statelint import api
from statelint.interp import calls, loops
from statelint.interp.machine import Machine
from statelint.interp.objects import (
    Arguments,
    DictRecord,
    InstanceRecord,
    LayerRecord,
    Library,
    ListRecord,
    ModelRecord,
    Ref,
    States,
    Super,
    Tensor,
    Tuple,
)
from statelint.interp.transfer import datasets, keras, numpy, separate, training
from statelint.trace.objects import Argument, Array, Dataset
from statelint.trace.story import Compiled, Guarded, Reset, Stored, Written
from statelint.values import NONE, Known, Reason, Ternary, Value, depending_on, is_, join, unknown

MethodTransfer = Callable[[Machine, Value, str, Arguments], Value]


def method_of(machine: Machine, receiver: Value, name: str) -> MethodTransfer | None:
    """The transfer function of a method of this object."""
    if not isinstance(receiver, Known):
        return None
    match receiver.value:
        case Array():
            return numpy.array_method
        case Dataset():
            return datasets.method
        case States():
            return _state_method
        case Tensor():
            return lambda machine, receiver, name, arguments: keras.flow(machine, receiver) or NONE
        case Super():
            return _super_method
        case str() | int() | float() | bytes() | bool() | None | Tuple():
            return _plain_method
    match machine.record(receiver):
        case ModelRecord():
            return _model_method
        case LayerRecord():
            return _layer_method
        case ListRecord():
            return _list_method
        case DictRecord():
            return _dict_method
        case InstanceRecord(type=Known(value=Library(name=library))):
            found = _INSTANCES.get(library)
            if found is not None:
                return found
            if name == "scope" and library.startswith("tensorflow.distribute."):
                return _scope
            if "." in library and library.split(".")[0] in ("keras", "numpy", "tensorflow"):
                return _library_instance
    return None


_TEXT_METHODS = frozenset(
    [
        "startswith",
        "endswith",
        "lower",
        "upper",
        "strip",
        "lstrip",
        "rstrip",
        "split",
        "replace",
        "removeprefix",
    ]
)


def _plain_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    values = arguments.values()
    if isinstance(receiver, Known) and isinstance(receiver.value, str) and name in _TEXT_METHODS:
        plain = [v.value for v in values if isinstance(v, Known) and isinstance(v.value, str | int)]
        if len(plain) == len(values) and not arguments.keywords and not arguments.open:
            try:
                result = getattr(receiver.value, name)(*plain)
            except (TypeError, ValueError):
                return machine.unknown(Reason.OPERATION)
            if isinstance(result, list):
                return machine.allocate(ListRecord.of(tuple(Known(part) for part in result)))
            return depending_on(Known(result), receiver, *values)
    return unknown(
        Reason.LIBRARY_CALL, key=("call", receiver.key, name, *(v.key for v in arguments.values()))
    )


def _scope(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    return machine.allocate(InstanceRecord(Known(STRATEGY_SCOPE), arguments.site, {}))


def _library_instance(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values())
    return machine.unknown(Reason.LIBRARY_CALL)


def _super_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    # What Keras's own __init__, build and hooks do is told elsewhere.
    assert isinstance(receiver, Known) and isinstance(receiver.value, Super)
    target = receiver.value.receiver
    record = machine.record(target)
    if isinstance(record, ModelRecord | LayerRecord) and not name.startswith("__"):
        function = method_of(machine, target, name)
        return function(machine, target, name, arguments) if function is not None else NONE
    if (
        isinstance(record, ModelRecord)
        and name == "__init__"
        and isinstance(target, Known)
        and isinstance(target.value, Ref)
    ):
        given = arguments.get(0, "layers")
        if given is not None and isinstance(machine.record(given), ListRecord):
            keras.add_all(machine, target.value.id, given)
    return NONE


# Models


STRATEGY_SCOPE = Library("tensorflow.distribute.Strategy.scope")

_STORING = frozenset(
    ["save", "save_weights", "load_weights", "get_weights", "set_weights", "export", "to_json"]
)


def _model_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    assert isinstance(receiver, Known) and isinstance(receiver.value, Ref)
    id_ = receiver.value.id
    record = machine.state.heap[id_]
    assert isinstance(record, ModelRecord)
    if name in training.PHASES and name != "call":
        return training.run(machine, id_, name, arguments)
    match name:
        case "call" | "__call__":
            return keras.call_layer(machine, id_, arguments, None)
        case "add":
            layer = arguments.get(0, "layer")
            keras.add_layer(machine, id_, layer if layer is not None else machine.unknown(Reason.PARAMETER))
            return NONE
        case "pop":
            machine.update(id_, layers=record.layers[:-1])
            return NONE
        case "build":
            return _build(machine, id_, record, arguments)
        case "compile":
            machine.update(id_, settings={**arguments.keywords})
            model = machine.model(id_)
            assert model is not None
            entry = api.member(machine.keras, "keras.Model", "compile")
            given = keras.bind(machine, entry, arguments) if entry is not None else dict(arguments.keywords)
            machine.emit(Compiled(arguments.site, machine.context, model, given, _optimizer(machine, given)))
            return NONE
        case "reset_states" | "reset_state":
            return _reset_model(machine, id_, name, arguments)
        case "get_layer":
            return _get_layer(machine, id_, arguments)
        case "_flatten_layers":
            model = machine.model(id_)
            assert model is not None
            return machine.allocate(ListRecord.of(tuple(machine.refer(layer.id) for layer in model.walk())))
        case "make_train_function" | "make_test_function" | "make_predict_function" | "summary":
            return machine.unknown(Reason.LIBRARY_CALL)
    entry = api.member(machine.keras, "keras.Sequential", name) or api.member(
        machine.keras, "keras.Model", name
    )
    if name in _STORING:
        model = machine.model(id_)
        assert model is not None
        given = keras.bind(machine, entry, arguments) if entry is not None else dict(arguments.keywords)
        machine.emit(Stored(arguments.site, machine.context, model, name, given))
        if name == "get_weights":
            return unknown(Reason.LIBRARY_CALL, key=("weights", id_))
        path = arguments.get(0, "filepath")
        if name == "save" and path is not None:
            machine.note_saved(path, id_)
    if entry is not None and "pure" in entry.roles:
        machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values(), keeps=False)
        return machine.unknown(Reason.LIBRARY_CALL)
    machine.escape(arguments.site, Reason.LIBRARY_CALL, receiver, *arguments.values())
    return machine.unknown(Reason.LIBRARY_CALL)


def _optimizer(machine: Machine, given: Mapping[str, Argument]) -> Mapping[str, Value] | None:
    """The arguments with which the optimizer is made: none where it is given by name; None where that isn't
    known.
    """
    optimizer = given.get("optimizer")
    if optimizer is None or (isinstance(optimizer.value, Known) and isinstance(optimizer.value.value, str)):
        return {}
    record = machine.record(optimizer.value)
    if (
        isinstance(record, InstanceRecord)
        and isinstance(record.type, Known)
        and isinstance(record.type.value, Library)
    ):
        return record.attributes if record.type.value.name.startswith("keras.optimizers.") else None
    return None


def _build(machine: Machine, id_: int, record: ModelRecord, arguments: Arguments) -> Value:
    shape = arguments.get(0, "input_shape") or arguments.get(0, "batch_input_shape")
    if record.undecided and shape is not None and is_(shape, None) is not Ternary.YES:
        batch = keras.first_of(keras.as_shape(machine, shape))
        machine.update(id_, undecided=False, built=True, batch=batch)
        for position, layer in enumerate(record.layers):
            at = keras.batch_at(machine, record.layers[:position], batch)
            keras.build_layer(machine, layer, at, id_, "build")
    return NONE


def _get_layer(machine: Machine, id_: int, arguments: Arguments) -> Value:
    record = machine.state.heap[id_]
    assert isinstance(record, ModelRecord)
    name, index = arguments.get(0, "name"), arguments.get(1, "index")
    if isinstance(index, Known) and isinstance(index.value, int) and record.complete:
        if -len(record.layers) <= index.value < len(record.layers):
            return machine.refer(record.layers[index.value])
    if isinstance(name, Known):
        for layer in record.layers:
            part = machine.layer(layer)
            if part is not None and is_(part.argument("name"), name.value) is Ternary.YES:
                return machine.refer(layer)
    # One of the recurrent layers, and it isn't known which: whatever is done to it is done to all.
    value: Value | None = None
    for layer in record.layers:
        value = machine.refer(layer) if value is None else join(value, machine.refer(layer))
    return value if value is not None else machine.unknown(Reason.ATTRIBUTE)


def _reset_model(machine: Machine, id_: int, name: str, arguments: Arguments) -> Value:
    model = machine.model(id_)
    assert model is not None
    missing = not (machine.keras == 2 and name == "reset_states")
    if missing and machine.guards:
        machine.emit(Guarded(arguments.site, machine.context, name, model, None, False))
        machine.guards[-1].append(machine.die())
        return NONE
    layers = frozenset(layer.id for layer in model.walk() if layer.recurrent)
    record = machine.state.heap[id_]
    built = isinstance(record, ModelRecord) and (record.built or not record.undecided)
    machine.emit(Reset(arguments.site, machine.context, "model", name, model, layers, missing, False, built))
    return NONE


# Layers


def _layer_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    assert isinstance(receiver, Known) and isinstance(receiver.value, Ref)
    id_ = receiver.value.id
    record = machine.state.heap[id_]
    assert isinstance(record, LayerRecord)
    match name:
        case "reset_states" | "reset_state":
            return _reset_layer(machine, id_, record, name, arguments)
        case "build" | "call" | "__call__":
            if name != "build":
                return keras.call_layer(machine, id_, arguments, None)
            shape = arguments.get(0, "input_shape")
            if shape is not None:
                batch = keras.first_of(keras.as_shape(machine, shape))
                keras.build_layer(machine, id_, batch, None, "build")
            return NONE
    entry = api.member(machine.keras, f"keras.layers.{record.kind}", name)
    if entry is not None and "pure" in entry.roles:
        return machine.unknown(Reason.LIBRARY_CALL)
    machine.escape(arguments.site, Reason.LIBRARY_CALL, receiver, *arguments.values())
    return machine.unknown(Reason.LIBRARY_CALL)


def _reset_layer(machine: Machine, id_: int, record: LayerRecord, name: str, arguments: Arguments) -> Value:
    has = api.has_attribute(machine.keras, f"keras.layers.{record.kind}", name)
    missing = record.described and has is False
    layer = machine.layer(id_)
    assert layer is not None
    # Keras 3 can't set back nested states.
    fails = machine.keras == 3 and record.built and any(part.stacked for part in layer.walk())
    if (missing or fails) and machine.guards:
        machine.emit(Guarded(arguments.site, machine.context, name, None, machine.layer(id_), False))
        machine.guards[-1].append(machine.die())
        return NONE
    reached = frozenset(part.id for part in layer.walk() if part.recurrent)
    if reached:
        given = bool(arguments.values()) and not machine.catches("TypeError")
        machine.emit(
            Reset(
                arguments.site,
                machine.context,
                "layer",
                name,
                None,
                reached,
                missing,
                False,
                record.built,
                given,
            )
        )
    elif not record.described:
        machine.escape(arguments.site, Reason.LIBRARY_CALL, machine.refer(id_))
    return NONE


def _state_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    assert isinstance(receiver, Known) and isinstance(receiver.value, States)
    if name in ("assign", "assign_add", "assign_sub"):
        assign_states(machine, receiver.value, arguments)
        return NONE
    return machine.unknown(Reason.LIBRARY_CALL)


def assign_states(machine: Machine, states: States, arguments: Arguments) -> None:
    """State variables get values from outside: the old state ends here."""
    layers = frozenset({states.layer})
    machine.emit(Reset(arguments.site, machine.context, "assign", "assign", None, layers))


# Lists and dicts


def _list_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    record = machine.record(receiver)
    assert isinstance(record, ListRecord) and isinstance(receiver, Known) and isinstance(receiver.value, Ref)
    id_ = receiver.value.id
    first = arguments.get(0, "object")
    match name:
        case "append" | "add" if first is not None:
            if record.items is not None and len(record.items) < 256:
                machine.state.heap[id_] = ListRecord.of((*record.items, first))
            else:
                machine.emit(Written(arguments.site, machine.context, receiver.key))
                length = loops.plus_one(record.length)
                head = record.items[:2] if record.items else record.head
                machine.state.heap[id_] = ListRecord(None, length, first, head)
            return NONE
        case "extend" if first is not None:
            calls.extend_list(machine, receiver, first)
            return NONE
        case "insert":
            item = arguments.get(1, "object")
            at = first.value if isinstance(first, Known) else None
            if record.items is not None and isinstance(at, int) and item is not None:
                items = list(record.items)
                items.insert(at, item)
                machine.state.heap[id_] = ListRecord.of(tuple(items))
                return NONE
        case "copy":
            return machine.allocate(record)
        case "index" | "count":
            return machine.unknown(Reason.OPERATION)
        case "reverse" if record.items is not None:
            machine.state.heap[id_] = ListRecord.of(record.items[::-1])
            return NONE
        case "pop" if record.items:
            at = first.value if isinstance(first, Known) else -1
            if isinstance(at, int) and -len(record.items) <= at < len(record.items):
                items = list(record.items)
                popped = items.pop(at)
                machine.state.heap[id_] = ListRecord.of(tuple(items))
                return popped
    machine.emit(Written(arguments.site, machine.context, receiver.key))
    machine.state.heap[id_] = ListRecord(None, unknown(Reason.OPERATION))
    return machine.unknown(Reason.OPERATION)


def _dict_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    record = machine.record(receiver)
    assert isinstance(record, DictRecord) and isinstance(receiver, Known) and isinstance(receiver.value, Ref)
    id_ = receiver.value.id
    key = arguments.get(0, "key")
    match name:
        case "get":
            if isinstance(key, Known) and key.value in record.items:
                return record.items[key.value]
            default = arguments.get(1, "default")
            if record.complete and isinstance(key, Known):
                return default if default is not None else NONE
        case "items" if record.complete:
            pairs = tuple(Known(Tuple((Known(k), v))) for k, v in record.items.items())
            return machine.allocate(ListRecord.of(pairs))
        case "keys" if record.complete:
            return machine.allocate(ListRecord.of(tuple(Known(k) for k in record.items)))
        case "values" if record.complete:
            return machine.allocate(ListRecord.of(tuple(record.items.values())))
        case "update":
            other = machine.record(key) if key is not None else None
            added = {k: a.value for k, a in arguments.keywords.items()}
            known = isinstance(other, DictRecord)
            items: dict[Hashable, Value] = {**record.items}
            if isinstance(other, DictRecord):
                items.update(other.items)
            items.update(added)
            complete = record.complete and (
                key is None or (known and isinstance(other, DictRecord) and other.complete)
            )
            machine.state.heap[id_] = DictRecord(items, complete)
            return NONE
        case "copy":
            return machine.allocate(record)
        case "pop" | "popitem" | "clear" | "setdefault":
            machine.state.heap[id_] = DictRecord({}, False)
    return machine.unknown(Reason.OPERATION)


# Instances of library classes


def _argument_parser(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    record = machine.record(receiver)
    assert (
        isinstance(record, InstanceRecord) and isinstance(receiver, Known) and isinstance(receiver.value, Ref)
    )
    match name:
        case "add_argument":
            names = [a.value.value for a in arguments.positional if isinstance(a.value, Known)]
            flags = [n for n in names if isinstance(n, str)]
            given = arguments.keywords.get("dest")
            if given is not None and isinstance(given.value, Known):
                dest = str(given.value.value)
            elif flags:
                dest = next((f for f in flags if f.startswith("--")), flags[0]).lstrip("-").replace("-", "_")
            else:
                return NONE
            machine.update(
                receiver.value.id, attributes={**record.attributes, dest: _default(arguments, flags)}
            )
            return NONE
        case "add_argument_group" | "add_mutually_exclusive_group":
            return receiver
        case "parse_args":
            return machine.allocate(
                InstanceRecord(Known(Library("argparse.Namespace")), arguments.site, record.attributes)
            )
        case "parse_known_args":
            args = machine.allocate(
                InstanceRecord(Known(Library("argparse.Namespace")), arguments.site, record.attributes)
            )
            return Known(Tuple((args, machine.unknown(Reason.PARAMETER))))
    return machine.unknown(Reason.LIBRARY_CALL)


def _default(arguments: Arguments, flags: list[str]) -> Value:
    action = arguments.keywords.get("action")
    flag = next((f for f in flags if f.startswith("--")), flags[0] if flags else "")
    default = arguments.keywords.get("default")
    if (
        action is not None
        and isinstance(action.value, Known)
        and action.value.value in ("store_true", "store_false")
    ):
        value: Value = Known(action.value.value == "store_false")
    elif default is None or not isinstance(default.value, Known):
        return unknown(Reason.PARAMETER, key=("argument", flag))
    else:
        value = default.value
    assert isinstance(value, Known)
    shown = f"{flag} keeps its default {value.value!r}"
    return Known(value.value, (*value.assuming, shown))


def _nothing(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    return machine.unknown(Reason.LIBRARY_CALL)


_INSTANCES: dict[str, MethodTransfer] = {
    "argparse.ArgumentParser": _argument_parser,
    "keras.preprocessing.text.Tokenizer": separate.tokenizer_method,
    "tensorflow.GradientTape": _nothing,
    "numpy.random.default_rng": numpy.generator_method,
    "numpy.random.RandomState": numpy.generator_method,
}
