"""Methods of library objects: models, layers, state variables, lists, dicts, arrays, datasets."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping

from statelint import api
from statelint.interp import calls, fields, loops, operators, subscripts
from statelint.interp.machine import Machine
from statelint.interp.objects import (
    Arguments,
    Class,
    DictRecord,
    InstanceRecord,
    Items,
    LayerRecord,
    Library,
    ListRecord,
    ModelRecord,
    Ref,
    Slice,
    States,
    Super,
    Table,
    Tensor,
    Tuple,
)
from statelint.interp.transfer import (
    array_methods,
    builtins,
    columns,
    datasets,
    declared,
    graphs,
    hooks,
    iteration,
    keras,
    numpy,
    options,
    orders,
    preparing,
    saving,
    searches,
    separate,
    signatures,
    subclassed,
    training,
    wrappers,
)
from statelint.interp.transfer.copies import config_of
from statelint.trace.keys import parts
from statelint.trace.objects import Argument, Array, Dataset, Model
from statelint.trace.story import Compiled, Guarded, Reset, Stored, Written
from statelint.values import (
    NONE,
    Known,
    Reason,
    Ternary,
    Value,
    depending_on,
    interned,
    is_,
    number,
    unknown,
)

MethodTransfer = Callable[[Machine, Value, str, Arguments], Value]


def method_of(machine: Machine, receiver: Value, name: str) -> MethodTransfer | None:
    """The transfer function of a method of this object."""
    if not isinstance(receiver, Known):
        return None
    match receiver.value:
        case Array():
            return array_methods.array_method
        case Table():
            return columns.method
        case Dataset():
            return datasets.method
        case States():
            return _state_method
        case Tensor():
            return lambda machine, receiver, name, arguments: graphs.flow(machine, receiver) or NONE
        case Super():
            return _super_method
        case Items() if name in ("__next__", "next"):
            return iteration.next_of
        case str() | int() | float() | bytes() | bool() | None | Tuple():
            return _plain_method
    match machine.record(receiver):
        case InstanceRecord(type=Known(value=Class())) if name in fields.METHODS:
            return fields.instance_method
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
            if library == "absl.flags.FlagHolder":
                return _nothing
            if library.startswith("sklearn."):
                return preparing.estimator_method
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
        "removesuffix",
        "title",
        "capitalize",
        "casefold",
        "count",
        "find",
        "isdigit",
        "partition",
        "rpartition",
        "splitlines",
    ]
)


def _plain_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    values = arguments.values()
    text = _composed(machine, receiver, name, arguments)
    if text is not None:
        return text
    if isinstance(receiver, Known) and isinstance(receiver.value, str) and name in _TEXT_METHODS:
        plain = [v.value for v in values if isinstance(v, Known) and isinstance(v.value, str | int)]
        if len(plain) == len(values) and not arguments.keywords and not arguments.open:
            try:
                result = getattr(receiver.value, name)(*plain)
            except (TypeError, ValueError):
                return machine.unknown(Reason.OPERATION)
            if isinstance(result, list):
                return machine.allocate(ListRecord.of(tuple(Known(part) for part in result)))
            if isinstance(result, tuple):
                return Known(Tuple(tuple(Known(part) for part in result)))
            return depending_on(Known(result), receiver, *values)
    return unknown(
        Reason.LIBRARY_CALL, key=("call", receiver.key, name, *(v.key for v in arguments.values()))
    )


def _composed(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value | None:
    """`text.format(…)` and `text.join(…)` of known parts."""
    text = receiver.value if isinstance(receiver, Known) else None
    if not isinstance(text, str) or name not in ("format", "join") or arguments.open:
        return None
    values = arguments.values()
    if name == "join":
        found = loops.items(loops.iterate(machine, values[0])) if len(values) == 1 else None
        parts = [v.value for v in found or () if isinstance(v, Known) and isinstance(v.value, str)]
        if found is None or len(parts) < len(found):
            return None
        return depending_on(Known(text.join(parts)), *found)
    plain = [v.value for v in values if isinstance(v, Known) and isinstance(v.value, int | float | str)]
    if len(plain) < len(values) or re.search(r"\d\d\d|\{[^}]*[.\[{]", text):
        return None
    at = len(arguments.positional)
    try:
        result = text.format(*plain[:at], **dict(zip(arguments.keywords, plain[at:], strict=True)))
    except (IndexError, KeyError, TypeError, ValueError):
        return None
    return depending_on(Known(result), *values)


def _scope(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    return machine.allocate(InstanceRecord(Known(STRATEGY_SCOPE), arguments.site, {}))


def _library_instance(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values())
    return machine.unknown(Reason.LIBRARY_CALL)


def _super_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    # What Keras's own __init__, build and hooks do is told elsewhere.
    assert isinstance(receiver, Known) and isinstance(receiver.value, Super)
    if name == "__new__":
        return calls.call_library(machine, "builtins.object.__new__", arguments, None)
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
        subclassed.construct(machine, target.value.id, arguments)
    return NONE


# Models


STRATEGY_SCOPE = Library("tensorflow.distribute.Strategy.scope")

# What Keras makes before the first batch, also where a program asks for it.
_MAKERS = frozenset(["make_train_function", "make_test_function", "make_predict_function"])
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
        case "compute_output_shape":
            _build(machine, id_, record, arguments)
            return machine.unknown(Reason.LIBRARY_CALL)
        case "compile":
            machine.update(id_, settings={**arguments.keywords})
            model = machine.model(id_)
            assert model is not None
            entry = signatures.described(machine, arguments, api.member, "keras.Model", "compile")
            given = (
                signatures.bind(machine, entry, arguments) if entry is not None else dict(arguments.keywords)
            )
            machine.emit(Compiled(arguments.site, machine.context, model, given, _optimizer(machine, given)))
            return NONE
        case "reset_states" | "reset_state":
            return _reset_model(machine, id_, name, arguments)
        case "get_config":
            return config_of(machine, id_)
        case "get_layer":
            return _get_layer(machine, id_, arguments)
        case "_flatten_layers":
            model = machine.model(id_)
            assert model is not None
            return machine.allocate(ListRecord.of(tuple(machine.refer(layer.id) for layer in model.walk())))
        case "summary":
            return machine.unknown(Reason.LIBRARY_CALL)
        case _ if name.strip("_") in _MAKERS:
            return machine.unknown(Reason.LIBRARY_CALL)
    entry = signatures.described(machine, arguments, api.member, "keras.Sequential", name)
    entry = entry or signatures.described(machine, arguments, api.member, "keras.Model", name)
    if name in _STORING:
        model = machine.model(id_)
        assert model is not None
        given = signatures.bind(machine, entry, arguments) if entry is not None else dict(arguments.keywords)
        machine.emit(Stored(arguments.site, machine.context, model, name, given))
        if name == "get_weights":
            return unknown(Reason.LIBRARY_CALL, key=("weights", id_))
        if name == "to_json":
            return unknown(Reason.LIBRARY_CALL, key=("config", id_))
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
        batch = declared.first_of(declared.as_shape(machine, shape))
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
        return subscripts.subscript(machine, graphs.listed(machine, id_, record), index)
    if isinstance(name, Known):
        for layer in record.layers:
            part = machine.layer(layer)
            if part is not None and is_(part.argument("name"), name.value) is Ternary.YES:
                return machine.refer(layer)
    return graphs.any_of(machine, record)


def _reset_model(machine: Machine, id_: int, name: str, arguments: Arguments) -> Value:
    model = machine.model(id_)
    assert model is not None
    # Where nothing catches that, the stories of both generations are one but for this: program.as_keras_3.
    if machine.guards:
        machine.is_common = False
    missing = not (machine.generation == 2 and name == "reset_states")
    if missing and machine.guards:
        machine.emit(Guarded(arguments.site, machine.context, name, model, None, False))
        machine.guards[-1].append(machine.die())
        return NONE
    layers = frozenset(layer.id for layer in model.walk() if layer.recurrent)
    record = machine.state.heap[id_]
    built = isinstance(record, ModelRecord) and (record.built or not record.undecided)
    built = built or id_ in machine.earlier or id_ in machine.state.escaped or _are_built(machine, model)
    built = built or machine.catches("ValueError")
    machine.emit(Reset(arguments.site, machine.context, "model", name, model, layers, missing, False, built))
    return NONE


def _are_built(machine: Machine, model: Model) -> bool:
    """Whether all layers that keep states have them: a model's own code may have called them before."""
    records = [machine.state.heap.get(layer.id) for layer in model.stateful_layers]
    return bool(records) and all(isinstance(one, LayerRecord) and one.built for one in records)


# Layers


def _layer_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    assert isinstance(receiver, Known) and isinstance(receiver.value, Ref)
    id_ = receiver.value.id
    record = machine.state.heap[id_]
    assert isinstance(record, LayerRecord)
    match name:
        case "reset_states" | "reset_state":
            return _reset_layer(machine, id_, record, name, arguments)
        case "get_initial_state" if record.recurrent:
            # Zeros, for as many rows as its argument says.
            zeros = ("initial", id_, machine.fresh_id())
            return Known(Array(zeros, None, zeros))
        case "build" | "call" | "__call__":
            if name != "build":
                return keras.call_layer(machine, id_, arguments, None)
            shape = arguments.get(0, "input_shape")
            if shape is not None:
                batch = declared.first_of(declared.as_shape(machine, shape))
                keras.build_layer(machine, id_, batch, None, "build")
            return NONE
    entry = signatures.described(machine, arguments, api.member, f"keras.layers.{record.kind}", name)
    if entry is not None and "pure" in entry.roles:
        return machine.unknown(Reason.LIBRARY_CALL)
    machine.escape(arguments.site, Reason.LIBRARY_CALL, receiver, *arguments.values())
    return machine.unknown(Reason.LIBRARY_CALL)


def _reset_layer(machine: Machine, id_: int, record: LayerRecord, name: str, arguments: Arguments) -> Value:
    has = machine.of_keras(lambda keras: api.has_attribute(keras, f"keras.layers.{record.kind}", name))
    missing = record.described and has is False
    layer = machine.layer(id_)
    assert layer is not None
    # Keras 3 can't set back nested states.
    fails = record.built and any(part.stacked for part in layer.walk()) and machine.keras == 3
    if (missing or fails) and machine.guards:
        machine.emit(Guarded(arguments.site, machine.context, name, None, machine.layer(id_), False))
        machine.guards[-1].append(machine.die())
        return NONE
    reached = frozenset(part.id for part in layer.walk() if part.recurrent)
    if reached:
        values = arguments.get(0, "states")
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
                record.built
                or id_ in machine.earlier
                or id_ in machine.state.escaped
                or machine.catches("ValueError"),
                given,
                None if values is None else _is_listed(machine, values),
            )
        )
    elif not record.described:
        machine.escape(arguments.site, Reason.LIBRARY_CALL, machine.refer(id_))
    return NONE


def _is_listed(machine: Machine, value: Value) -> bool | None:
    """Whether values come in a list or tuple, and not as one array; None where that isn't known."""
    match machine.record(value), value:
        case (ListRecord(), _) | (_, Known(value=Tuple())):
            return True
        case _, Known(value=Array()):
            return False
    return None


def _state_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    assert isinstance(receiver, Known) and isinstance(receiver.value, States)
    if name in ("assign", "assign_add", "assign_sub"):
        assign_states(machine, receiver.value, arguments)
        return NONE
    return machine.unknown(Reason.LIBRARY_CALL)


def assign_states(machine: Machine, states: States, arguments: Arguments) -> None:
    """State variables get values from outside: the old state ends here."""
    layers = frozenset({states.layer})
    heads = {str(part[0]) for value in arguments.values() for part in parts(value.key)}
    to_zero = any("zeros" in head for head in heads) or any(number(v) == 0 for v in arguments.values())
    reset = Reset(arguments.site, machine.context, "assign", "assign", None, layers, to_zero=to_zero)
    machine.emit(reset)


# Lists and dicts


def _list_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    record = machine.record(receiver)
    assert isinstance(record, ListRecord) and isinstance(receiver, Known) and isinstance(receiver.value, Ref)
    id_ = receiver.value.id
    first = arguments.get(0, "object")
    match name:
        case "add" if first is not None and record.items is not None:
            machine.state.heap[id_] = operators.distinct((*record.items, first))
            return NONE
        case "append" | "add" if first is not None:
            if record.items is not None and len(record.items) < 256:
                machine.state.heap[id_] = ListRecord.of((*record.items, first))
            else:
                machine.emit(Written(arguments.site, machine.context, receiver.key))
                length = loops.plus_one(record.length)
                head = record.items[:2] if record.items else record.head
                others = (*record.others, first) if record.others is not None else None
                content = _with_item(record.content, first)
                machine.state.heap[id_] = ListRecord(
                    None,
                    length,
                    first,
                    head,
                    first=record.first,
                    others=others,
                    added=record.added,
                    content=content,
                )
            keras.adopt_item(machine, receiver, first)
            return NONE
        case "extend" if first is not None:
            calls.extend_list(machine, receiver, first)
            keras.adopt_item(machine, receiver, receiver)
            return NONE
        case "insert":
            item = arguments.get(1, "object")
            at = first.value if isinstance(first, Known) else None
            if record.items is not None and isinstance(at, int) and item is not None:
                items = list(record.items)
                items.insert(at, item)
                machine.state.heap[id_] = ListRecord.of(tuple(items))
                return NONE
        case "remove" if record.items is not None and isinstance(first, Known):
            values = [item.value for item in record.items if isinstance(item, Known)]
            # What isn't known may be equal too.
            if len(values) == len(record.items) and isinstance(first.value, str | int | float):
                at = values.index(first.value) if first.value in values else len(values)
                machine.state.heap[id_] = ListRecord.of((*record.items[:at], *record.items[at + 1 :]))
                return NONE
        case "copy":
            return machine.allocate(record)
        case "index" | "count":
            return machine.unknown(Reason.OPERATION)
        case "clear":
            machine.state.heap[id_] = ListRecord.of(())
            return NONE
        case "sort" if record.items is not None:
            machine.state.heap[id_] = iteration.sorted_list(machine, record.items, arguments)
            return NONE
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
    left = ListRecord(None, unknown(Reason.OPERATION))
    is_first = name == "popleft" or (name == "pop" and number(first) == 0)
    if is_first and record.content is not None:
        left = without_first(record)
    machine.state.heap[id_] = left
    source = Known(Tuple(record.items)).key if record.items else record.content
    if source is None:
        # What is left isn't known, and neither is which item it was.
        source = (receiver.key, machine.fresh_id())
    return unknown(Reason.OPERATION, key=("item", source, name))


def _with_item(content: Hashable, item: Value) -> Hashable:
    """What a list holds with one more item behind the others; a bounded deque loses its first one."""
    match content:
        case None | ("bounded", _):
            return None
        case ("deque", inner):
            rest = Known(Slice(Known(1), NONE, NONE))
            return interned(("deque", ("rows", _with_item(inner, item), rest.key)))
    return interned(("operation", "+", content, ("listed", item.key)))


def without_first(record: ListRecord) -> ListRecord:
    """A list whose items aren't known one by one, without the first of them."""
    rest = Known(Slice(Known(1), NONE, NONE))
    content = ("rows", record.content, rest.key)
    return ListRecord(None, unknown(Reason.OPERATION), record.element, content=content)


_CHANGING_DICTS = frozenset(["update", "clear", "pop", "popitem", "setdefault", "__setitem__", "__delitem__"])


def _dict_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    record = machine.record(receiver)
    assert isinstance(record, DictRecord) and isinstance(receiver, Known) and isinstance(receiver.value, Ref)
    id_ = receiver.value.id
    key = arguments.get(0, "key")
    if name in _CHANGING_DICTS:
        machine.emit(Written(arguments.site, machine.context, receiver.key))
    match name:
        case "get":
            if isinstance(key, Known) and key.value in record.items:
                return record.items[key.value]
            default = arguments.get(1, "default")
            if record.complete and isinstance(key, Known):
                return default if default is not None else NONE
            if record.assumed and isinstance(key, Known):
                return _not_given(key, default)
            if key is not None:
                return machine.unknown(Reason.ITERATION, None, ("item", receiver.key, key.key))
        case "items" if record.complete:
            pairs = tuple(Known(Tuple((Known(k), v))) for k, v in record.items.items())
            return machine.allocate(ListRecord.of(pairs))
        case "keys" if record.complete:
            return machine.allocate(ListRecord.of(tuple(Known(k) for k in record.items)))
        case "values" if record.complete:
            return machine.allocate(ListRecord.of(tuple(record.items.values())))
        case "update":
            from statelint.interp.statements import change_dict

            other = DictRecord({}) if key is None else builtins.as_dict(machine, key)
            added: dict[Hashable, Value] = dict(other.items)
            for k, a in arguments.keywords.items():
                added[k] = a.value
            change_dict(machine, id_, added, known=other.complete and not arguments.open)
            return NONE
        case "copy":
            return machine.allocate(record)
        case "pop" | "setdefault" if isinstance(key, Known) and (
            key.value in record.items or record.complete or record.assumed
        ):
            return _taken(machine, id_, record, name, key, arguments.get(1, "default"))
        case "clear":
            machine.update(id_, items={}, complete=True)
            return NONE
        case "pop" | "popitem" | "setdefault" | "__setitem__" | "__delitem__":
            machine.update(id_, items={}, complete=False)
        case "items" | "keys" | "values":
            return unknown(Reason.OPERATION, key=(f"dict.{name}", receiver.key))
    return unknown(Reason.OPERATION, key=("item", receiver.key, machine.fresh_id()))


def _not_given(key: Known, default: Value | None) -> Value:
    """The default for a keyword that a caller which isn't seen may give."""
    found = default if default is not None else NONE
    return depending_on(found, Known(None, (f"{key.value} isn't given",)))


def _taken(
    machine: Machine, id_: int, record: DictRecord, name: str, key: Known, default: Value | None
) -> Value:
    """`pop` and `setdefault`."""
    has = key.value in record.items
    if not has and not record.complete:
        return _not_given(key, default) if record.assumed else machine.unknown(Reason.OPERATION)
    found = record.items[key.value] if has else default if default is not None else NONE
    if name == "pop":
        machine.update(id_, items={k: v for k, v in record.items.items() if k != key.value})
    elif not has:
        machine.update(id_, items={**record.items, key.value: found})
    return found


# Instances of library classes


def _nothing(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    return machine.unknown(Reason.LIBRARY_CALL)


_INSTANCES: dict[str, MethodTransfer] = {
    "argparse.ArgumentParser": options.parser_method,
    "argparse._SubParsersAction": options.commands_method,
    "optparse.OptionParser": options.parser_method,
    "keras.preprocessing.text.Tokenizer": separate.tokenizer_method,
    "keras.callbacks.CallbackList": hooks.list_method,
    "tensorflow.GradientTape": _nothing,
    "numpy.random.default_rng": numpy.generator_method,
    "numpy.random.RandomState": numpy.generator_method,
    **dict.fromkeys(("random.Random", "random.SystemRandom"), orders.generator_method),
    **wrappers.METHODS,
    **searches.METHODS,
    **saving.METHODS,
}
