"""Keras layers and models: how they are made, put together and called on symbolic tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import libcst as cst

from statelint import api
from statelint.api import Entry
from statelint.interp import callbacks
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
    Record,
    Ref,
    Tensor,
    Tuple,
)
from statelint.interp.state import one_of
from statelint.interp.transfer import graphs
from statelint.interp.transfer.declared import (
    MAYBE,
    declared_batch,
    declared_steps,
    may_be_missing,
    shapes_in,
)
from statelint.interp.transfer.signatures import bind, rejected, rejected_by_each
from statelint.sites import Site
from statelint.target import GENERATIONS
from statelint.trace.objects import Argument, Array, Layer
from statelint.trace.story import Built, Called, Changed, Made
from statelint.values import (
    FALSE,
    NONE,
    Choice,
    Known,
    Reason,
    Ternary,
    Unknown,
    Value,
    interned,
    is_,
    join,
    options,
    unknown,
)


def construct(machine: Machine, entry: Entry, arguments: Arguments) -> Value | None:
    """Make what a Keras class or Input makes; None for everything else."""
    bound = bind(machine, entry, arguments)
    if "input" in entry.roles:
        refused = rejected_by_each(entry, arguments)
        if any(refused):
            machine.emit(
                Made(arguments.site, machine.context, _refused_input(machine, bound, arguments, refused))
            )
        return _input(machine, bound)
    if entry.kind != "class":
        return None
    if "sequential" in entry.roles:
        return _sequential(machine, bound, arguments)
    if "model" in entry.roles:
        return machine.allocate(graphs.connected(machine, bound, arguments))
    if "layer" in entry.roles:
        return _layer(machine, entry, bound, arguments)
    if "lambda_callback" in entry.roles and not all(_is_followed(a.value) for a in bound.values()):
        # `LambdaCallback(**hooks)`, `LambdaCallback(on_epoch_end=unseen.hook)`
        return machine.unknown(Reason.LIBRARY_CALL)
    attributes = {name: argument.value for name, argument in bound.items()}
    instance = machine.allocate(InstanceRecord(Known(Library(entry.name)), arguments.site, attributes))
    if "lambda_callback" in entry.roles:
        callbacks.define_lambda(machine, instance, bound, arguments.site)
    elif "callback" in entry.roles:
        callbacks.define_library(machine, instance, entry.name.rpartition(".")[2], bound, arguments.site)
    return instance


# What functions of these libraries do is known: nothing to states.
_KNOWN = ("builtins.", "numpy.", "keras.", "tensorflow.")


def _is_followed(hook: Value) -> bool:
    """Whether it is known what a hook does."""
    if isinstance(hook, Unknown):
        # What a call gives is none, as a rule.
        return isinstance(hook.key, tuple) and hook.key[0] not in (MAYBE, "attribute", "item")
    names = (option.value.name for option in options(hook) if isinstance(option.value, Library))
    return all(name.startswith(_KNOWN) for name in names)


def construct_removed(machine: Machine, name: str, arguments: Arguments) -> Value | None:
    """Make a recurrent layer that only Keras 2 has, as if it were still there; None for everything else."""
    entry = api.lookup(2, name)
    if entry is None or not is_removed(machine, name):
        return None
    # The layer that took its place says what can't be given any more.
    heir = api.lookup(machine.keras, name.replace("CuDNN", ""))
    refused = rejected(heir, arguments)
    return _layer(machine, entry, bind(machine, entry, arguments), arguments, refused=refused)


def is_removed(machine: Machine, name: str) -> bool:
    """Whether this is a recurrent layer that Keras 2 has, and this generation hasn't."""
    name = api.canonical(name)
    if not name.startswith("keras.layers.") or machine.keras == 2 or api.lookup(3, name) is not None:
        return False
    entry = api.lookup(2, name)
    return entry is not None and "recurrent" in entry.roles


# Layers


def _layer(
    machine: Machine,
    entry: Entry,
    bound: Mapping[str, Argument],
    arguments: Arguments,
    *,
    refused: tuple[str, ...] | None = None,
) -> Value:
    """A layer; `refused` are the keywords that what took its place doesn't take, where the class is gone."""

    inner: tuple[int, ...] = ()
    if "wrapper" in entry.roles:
        wrapped = bound.get("layer")
        choices = alternatives(machine, wrapped.value) if wrapped is not None else ()
        if wrapped is not None and len(choices) > 1:

            def around(choice: Value) -> Value:
                given = {**bound, "layer": replace(wrapped, value=choice)}
                return _layer(machine, entry, given, arguments)

            arms: list[Callable[[], Value]] = [partial(around, choice) for choice in choices]
            return machine.branch(("choice", wrapped.value.key), arms)
        inner = tuple(refs(machine, wrapped.value)) if wrapped is not None else ()
        if "backward_layer" in bound:
            inner += tuple(refs(machine, bound["backward_layer"].value))
    stateful = _stateful(bound) or FALSE
    recurrent = "recurrent" in entry.roles
    kind = entry.name.rpartition(".")[2]
    record = LayerRecord(
        kind=kind,
        site=arguments.site,
        described=True,
        recurrent=recurrent,
        arguments=bound,
        rejected=rejected_by_each(entry, arguments) if refused is None else (refused,) * len(GENERATIONS),
        roles=entry.roles,
        stateful=stateful if recurrent else FALSE,
        inner=inner,
        stacked="cell" in bound and _is_stack(machine, bound["cell"].value),
        removed=refused is not None,
        shapes=shapes_in(bound),
    )
    return _made(machine, record)


def _stateful(given: Mapping[str, Argument]) -> Value | None:
    """What a layer is given as `stateful`.

    Where the first axis is that of the time, rows are steps and nothing here holds of its batches.
    """
    first = given["time_major"].value if "time_major" in given else FALSE
    if is_(first, False) is not Ternary.YES and not may_be_missing(first):
        return unknown(Reason.ATTRIBUTE)
    return given["stateful"].value if "stateful" in given else None


def _is_stack(machine: Machine, cell: Value) -> bool:
    """Whether the cell of an RNN is a list of cells."""
    record = machine.record(cell)
    if isinstance(record, LayerRecord):
        return record.kind == "StackedRNNCells"
    return isinstance(record, ListRecord) or (isinstance(cell, Known) and isinstance(cell.value, Tuple))


def _made(machine: Machine, record: LayerRecord) -> Known:
    value = machine.allocate(record)
    assert isinstance(value.value, Ref)
    layer = machine.layer(value.value.id)
    assert layer is not None
    machine.emit(Made(record.site, machine.context, layer))
    return value


def make_instance(
    machine: Machine, class_: Class, type_: Value, roles: frozenset[str], arguments: Arguments
) -> Known:
    """A new, still empty instance of a class of the program: a model, a layer, or a plain object."""
    if "model" in roles:
        return machine.allocate(
            ModelRecord("Subclassed", arguments.site, (), True, NONE, undecided=True, type=type_)
        )
    if "layer" in roles:
        recurrent = "recurrent" in roles
        stateful = _stateful(arguments.keywords) or unknown(Reason.ATTRIBUTE)
        record = LayerRecord(
            kind=class_.name,
            site=arguments.site,
            described=False,
            recurrent=recurrent,
            arguments=arguments.keywords,
            rejected=(),
            roles=frozenset({"layer"}),
            stateful=stateful if recurrent else FALSE,
            type=type_,
        )
        return _made(machine, record)
    instance = machine.allocate(InstanceRecord(type_, arguments.site, {}))
    callbacks.instantiate(machine, class_, arguments.site)
    return instance


def refs(machine: Machine, value: Value) -> Iterable[int]:
    """The ids of the layers and models in a value (one, or a list or dict of them)."""
    if not isinstance(value, Known):
        return
    record = machine.record(value)
    match value.value, record:
        case Ref(id=id_), LayerRecord() | ModelRecord():
            yield id_
        case _, ListRecord(items=items, element=element):
            for item in (element,) if items is None and element is not None else items or ():
                yield from refs(machine, item)
        case _, DictRecord(items=entries):
            for item in entries.values():
                yield from refs(machine, item)
        case Tuple(items=items), _:
            for item in items:
                yield from refs(machine, item)


def alternatives(machine: Machine, value: Value) -> tuple[Value, ...]:
    """What a value is one of, where a layer is among it: known ones, or something unknown or that layer."""
    if isinstance(value, Choice):
        return value.options
    key = value.key
    if not isinstance(value, Unknown) or not isinstance(key, tuple) or key[0] != "either":
        return ()
    named = [part for part in key[2:] if isinstance(part, tuple) and part[0] == "Ref"]
    layers = [Known(part[1]) for part in named]
    layers = [layer for layer in layers if isinstance(machine.record(layer), LayerRecord)]
    return (*layers, machine.unknown(Reason.BRANCHES)) if layers else ()


def _contains(machine: Machine, outer: int, part: int) -> bool:
    """Whether a layer or model is another one, or is somewhere inside it."""
    if outer == part:
        return True
    match machine.state.heap.get(outer):
        case LayerRecord(inner=inside) | ModelRecord(layers=inside):
            return any(_contains(machine, id_, part) for id_ in inside)
    return False


def adopt(machine: Machine, owner: int, value: Value) -> None:
    """A layer or model becomes part of the model or layer `owner` as its attribute."""
    record = machine.state.heap[owner]
    for id_ in refs(machine, value):
        if _contains(machine, id_, owner):
            continue
        if isinstance(record, ModelRecord) and id_ not in record.layers:
            machine.update(owner, layers=(*record.layers, id_))
        elif isinstance(record, LayerRecord) and id_ not in record.inner:
            machine.update(owner, inner=(*record.inner, id_))
        record = machine.state.heap[owner]
    if isinstance(record, ModelRecord) and _may_hold_others(machine, value):
        machine.update(owner, complete=False)


# What is unknown for these reasons is a number or the like rather than a layer.
_NO_LAYERS = frozenset({Reason.PARAMETER, Reason.OPERATION, Reason.EXPRESSION})


def _may_hold_others(machine: Machine, value: Value) -> bool:
    """Whether there may be layers in an attribute that aren't known."""
    if isinstance(value, Unknown):
        return value.reason not in _NO_LAYERS
    if isinstance(value, Choice):
        return any(True for option in value.options for _ in refs(machine, option))
    record = machine.record(value)
    if isinstance(record, ListRecord):
        if record.items is None:
            return (
                record.element is None
                or not isinstance(record.element, Known)
                or _is_model(machine, record.element)
            )
        return any(_may_hold_others(machine, item) for item in record.items)
    return isinstance(record, DictRecord) and not record.complete


def _is_model(machine: Machine, value: Value) -> bool:
    return any(True for _ in refs(machine, value))


def adopt_item(machine: Machine, container: Known, item: Value) -> None:
    """A layer is put into a list that may be a model's attribute."""
    if isinstance(item, Known) and not _is_model(machine, item):
        return
    for owner, record in list(machine.state.heap.items()):
        if isinstance(record, ModelRecord | LayerRecord):
            if any(value.key == container.key for value in record.attributes.values()):
                adopt(machine, owner, container)


def set_stateful(machine: Machine, id_: int, value: Value, site: Site) -> None:
    """`layer.stateful = value`."""
    record = machine.state.heap[id_]
    assert isinstance(record, LayerRecord)
    layer = machine.layer(id_)
    assert layer is not None
    machine.emit(Changed(site, machine.context, layer, value, record.built))
    if record.recurrent and not record.built:
        machine.update(id_, stateful=value)
    elif record.recurrent:
        # After the model has run the change may or may not take effect.
        machine.update(id_, stateful=join(record.stateful, value))


# The batch dimension


def _refused_input(
    machine: Machine,
    bound: Mapping[str, Argument],
    arguments: Arguments,
    refused: tuple[tuple[str, ...], ...],
) -> Layer:
    """The layer that an Input would make, if it took what it is given."""
    return Layer(
        machine.fresh_id(),
        "Input",
        arguments.site,
        True,
        False,
        bound,
        refused,
        FALSE,
        shapes=shapes_in(bound),
    )


def _input(machine: Machine, bound: Mapping[str, Argument]) -> Value:
    batch = declared_batch(bound)
    if batch is None or "tensor" in bound:
        batch = _rows_of(bound["tensor"].value) if "tensor" in bound else NONE
    shape = bound.get("batch_shape") or bound.get("batch_input_shape") or bound.get("shape")
    rank: int | None = None
    if shape is not None and isinstance(shape.value, Known) and isinstance(shape.value.value, Tuple):
        rank = len(shape.value.value.items) + ("shape" in bound and "batch_shape" not in bound)
    key = ("input", machine.fresh_id())
    return Known(Tensor(key, batch, (), (key,), rank, steps=declared_steps(bound)))


def _rows_of(tensor: Value) -> Value:
    """The batch dimension of what an Input is made around."""
    thing = tensor.value if isinstance(tensor, Known) else None
    if isinstance(thing, Tensor):
        return thing.batch
    return thing.shape[0] if isinstance(thing, Array) and thing.shape else unknown(Reason.OPERATION)


def batch_at(machine: Machine, layers: Iterable[int], batch: Value) -> Value:
    """The batch dimension behind these layers."""
    for id_ in layers:
        if not _keeps_batch(machine, id_):
            return unknown(Reason.OPERATION)
    return batch


def _keeps_batch(machine: Machine, id_: int) -> bool:
    """Whether as many rows leave a layer or model as enter it."""
    from statelint.interp import attributes

    record = machine.state.heap.get(id_)
    if not isinstance(record, LayerRecord):
        return isinstance(record, ModelRecord)
    if "keeps_batch" in record.roles:
        return True
    if record.kind == "Lambda":
        function = record.arguments.get("function")
        return function is not None and _leaves_rows(machine, function.value, record.site)
    own = attributes.user_attribute(machine, record.type, "call", machine.refer(id_))
    return own is not None and _leaves_rows(machine, own, record.site)


def _leaves_rows(machine: Machine, function: Value, site: Site) -> bool:
    """Whether what a layer does makes a tensor of as many rows: `lambda x: tf.expand_dims(x, -1)`."""
    from statelint.interp import calls

    if not isinstance(function, Known) or not isinstance(function.value, Function | Bound):
        return False
    tensor = Tensor(("tensor", machine.fresh_id()), unknown(Reason.PARAMETER), ())
    given = Arguments((Argument(Known(tensor), site),), {}, False, site)
    with machine.trying():
        out = calls.call_value(machine, function, given)
    left = out.value if isinstance(out, Known) else None
    return isinstance(left, Tensor) and left.batch.key == tensor.batch.key


def build_layer(machine: Machine, id_: int, batch: Value, model: int | None, by: str) -> None:
    """Allocate the states of the stateful layers in a layer or nested model, once."""
    layer = machine.layer(id_)
    if layer is None:
        return
    for part in layer.walk():
        record = machine.state.heap.get(part.id)
        if isinstance(record, LayerRecord) and not record.built:
            machine.update(part.id, built=True)
            if part.is_stateful is Ternary.YES and part.recurrent:
                seen = machine.model(model) if model is not None else None
                machine.emit(Built(part.site, machine.context, part, seen, batch, by))


# Models


def _sequential(machine: Machine, bound: Mapping[str, Argument], arguments: Arguments) -> Value:
    value = machine.allocate(ModelRecord("Sequential", arguments.site, (), True, NONE, undecided=True))
    assert isinstance(value.value, Ref)
    layers = bound.get("layers")
    if layers is not None and is_(layers.value, None) is not Ternary.YES:
        add_all(machine, value.value.id, layers.value)
    return value


def add_all(machine: Machine, model: int, layers: Value) -> None:
    """Add a list of layers to a Sequential model."""
    record = machine.record(layers)
    items: tuple[Value, ...] | None = None
    if isinstance(record, ListRecord):
        items = record.items
    elif isinstance(layers, Known) and isinstance(layers.value, Tuple):
        items = layers.value.items
    if items is None:
        # A loop of which it isn't known how often it runs has appended the others.
        for item in (*record.first, *record.head) if isinstance(record, ListRecord) else ():
            add_layer(machine, model, item)
        _add_unknown(machine, model)
        return
    for item in items:
        add_layer(machine, model, item)


def _add_unknown(machine: Machine, model: int) -> None:
    record = machine.state.heap[model]
    assert isinstance(record, ModelRecord)
    changes: dict[str, object] = {"complete": False, "in_order": False}
    if not record.layers and record.undecided:
        changes |= {"batch": unknown(Reason.LIBRARY_CALL), "undecided": False}
    machine.update(model, **changes)


def add_layer(machine: Machine, model: int, value: Value) -> None:
    """`Sequential.add`."""
    record = machine.state.heap[model]
    assert isinstance(record, ModelRecord)
    if isinstance(value, Known) and isinstance(value.value, Tensor):
        if not record.layers:
            machine.update(model, batch=value.value.batch, undecided=False, steps=value.value.steps)
        return
    found = tuple(refs(machine, _any_of(machine, value)))
    if len(found) != 1 or _contains(machine, found[0], model):
        _add_unknown(machine, model)
        return
    id_ = found[0]
    before = record.layers
    if not before and record.undecided:
        batch = _first_batch(machine, id_)
        if batch is not None:
            machine.update(model, batch=batch, undecided=False, steps=_first_steps(machine, id_))
    machine.update(model, layers=(*before, id_))
    record = machine.state.heap[model]
    assert isinstance(record, ModelRecord)
    if not record.undecided:
        build_layer(machine, id_, batch_at(machine, before, record.batch), model, "shape")


def _any_of(machine: Machine, value: Value) -> Value:
    """One of a few recurrent layers that differ in nothing but their kind; other values as they are."""
    if not isinstance(value, Choice):
        return value
    ids = [tuple(refs(machine, option)) for option in value.options]
    first = value.options[0]
    same = all(len(found) == 1 and one_of(ids[0], found, machine.state.heap) for found in ids)
    return first if same else value


def _first_steps(machine: Machine, id_: int) -> int | None:
    """The time steps that a Sequential's first layer is given."""
    record = machine.state.heap[id_]
    if isinstance(record, ModelRecord):
        return record.steps
    return declared_steps(record.arguments) if isinstance(record, LayerRecord) else None


def _first_batch(machine: Machine, id_: int) -> Value | None:
    """The batch size that a Sequential's first layer fixes; None where it gives no shape."""
    record = machine.state.heap[id_]
    if isinstance(record, ModelRecord):
        return None if record.undecided else record.batch
    assert isinstance(record, LayerRecord)
    arguments = dict(record.arguments)
    if record.kind == "Embedding":
        # Its input_dim is the size of the vocabulary, no shape.
        arguments.pop("input_dim", None)
    declared = declared_batch(arguments)
    if declared is None and record.kind == "Embedding" and machine.keras == 2:
        # Keras 2 gives an Embedding the shape (None, input_length) whether asked or not.
        given = record.arguments.get("batch_size")
        return given.value if given is not None else NONE
    if declared is None and record.inner:
        # Whether a wrapper takes over the shape of what it wraps differs between versions.
        inner = [machine.state.heap[x] for x in record.inner]
        if any(isinstance(x, LayerRecord) and declared_batch(x.arguments) is not None for x in inner):
            return unknown(Reason.ATTRIBUTE)
    if declared is None and not record.described:
        return unknown(Reason.ATTRIBUTE) if record.arguments else None
    return declared


def _asked(
    machine: Machine, record: Record, arguments: Arguments, tensors: Sequence[Tensor]
) -> Mapping[str, Argument]:
    """The keywords of a layer's call; an initial state counts however it is given."""
    recurrent = isinstance(record, LayerRecord) and (record.recurrent or record.kind == "Bidirectional")
    if recurrent and len(arguments.positional) > 1:
        return {"initial_state": arguments.positional[1], **arguments.keywords}
    if recurrent and len(tensors) > 1 and machine.keras == 2:
        # `lstm([x, h, c])`, which Keras 3 refuses.
        first = next(iter((*arguments.positional, *arguments.keywords.values())))
        return {"initial_state": first, **arguments.keywords}
    return arguments.keywords


def _starts_from_outside(arguments: Mapping[str, Argument]) -> bool:
    given = arguments.get("initial_state")
    return given is not None and is_(given.value, None) is not Ternary.YES


def call_layer(machine: Machine, id_: int, arguments: Arguments, node: cst.CSTNode | None) -> Value:
    """`layer(x)` or `model(x)`."""
    from statelint.interp.transfer import training

    record = machine.state.heap[id_]
    arguments = graphs.on_tensors(machine, arguments)
    given = arguments.get(0, "inputs")
    x = given if given is not None else machine.unknown(Reason.PARAMETER, node)
    tensors = graphs.tensors_in(machine, x)
    if isinstance(record, ModelRecord):
        if not tensors:
            return training.run(machine, id_, "call", arguments)
    elif isinstance(x, Known) and isinstance(x.value, Array):
        build_layer(machine, id_, unknown(Reason.OPERATION), None, "call")
        machine.escape(arguments.site, Reason.LIBRARY_CALL, machine.refer(id_), keeps=False)
        return machine.unknown(Reason.LIBRARY_CALL, node)
    layer = machine.layer(id_)
    assert layer is not None
    keys = tuple(tensor.key for tensor in tensors) or (x.key,)
    event = machine.fresh_id()
    sources = tuple(dict.fromkeys(source for tensor in tensors for source in tensor.inputs))
    asked = _asked(machine, record, arguments, tensors)
    output = interned(("tensor", event))
    machine.emit(Called(arguments.site, machine.context, layer, keys, asked, event, output, sources))
    batch: Value = unknown(Reason.OPERATION)
    for position, tensor in enumerate(tensors):
        batch = tensor.batch if position == 0 else join(batch, tensor.batch)
    build_layer(machine, id_, batch, None, "shape")
    if isinstance(record, ModelRecord) and record.undecided and tensors:
        machine.update(id_, undecided=False, built=True, batch=batch)
    if (
        isinstance(record, LayerRecord)
        and record.recurrent
        and _starts_from_outside(asked)
        and machine.keras == 3
    ):
        # Keras 3 starts every call from the state given: nothing is carried.
        machine.update(id_, stateful=machine.unknown(Reason.OPERATION, node))
    out_batch = batch if _keeps_batch(machine, id_) else unknown(Reason.OPERATION)
    out = graphs.flow(machine, *arguments.values(), batch=out_batch, through=id_, by=event)
    if out is None:
        # What it is called on is no tensor that could be followed.
        out = Known(Tensor(output, out_batch, (id_,), (), calls=(event,), whole=False))
    _note_output(machine, id_, out)
    match _returns_states(machine, record):
        case Ternary.YES:
            parts = (
                Tensor((out.key, k), out_batch, (id_,), calls=(event,))
                for k in range(_states(machine, record))
            )
            return Known(Tuple((out, *map(Known, parts))))
        case Ternary.UNKNOWN:
            return unknown(Reason.OPERATION)
    return out


def _note_output(machine: Machine, id_: int, out: Value) -> None:
    """`layer.output` is what its one call gives."""
    record = machine.state.heap[id_]
    if isinstance(record, LayerRecord):
        known = "output" in record.attributes
        value = machine.unknown(Reason.ATTRIBUTE) if known else out
        machine.update(id_, attributes={**record.attributes, "output": value})


def _returns_states(machine: Machine, record: Record) -> Ternary:
    """Whether a layer returns its states too; a Bidirectional does so where what it wraps does."""
    if not isinstance(record, LayerRecord):
        return Ternary.NO
    if record.kind == "Bidirectional" and record.inner:
        return _returns_states(machine, machine.state.heap[record.inner[0]])
    given = record.arguments.get("return_state")
    return is_(given.value, True) if given is not None else Ternary.NO


def _states(machine: Machine, record: Record) -> int:
    if isinstance(record, LayerRecord) and record.kind == "Bidirectional":
        return 2 * _states(machine, machine.state.heap[record.inner[0]])
    return 2 if isinstance(record, LayerRecord) and record.kind in ("LSTM", "CuDNNLSTM", "ConvLSTM2D") else 1
