"""Functions of Keras and TensorFlow that touch models, state variables or symbolic tensors."""

from __future__ import annotations

from collections.abc import Hashable

from statelint.interp.elsewhere import model_saved_elsewhere
from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, ListRecord, ModelRecord, Ref, States
from statelint.interp.paths import file_key
from statelint.interp.reaching import reachable
from statelint.interp.transfer import Transfer
from statelint.interp.transfer.copies import adopt, copy_model, from_config
from statelint.interp.transfer.declared import as_shape
from statelint.interp.transfer.graphs import flow, kept_batch
from statelint.interp.transfer.methods import assign_states
from statelint.trace.objects import Argument
from statelint.trace.story import Opaque, Stored
from statelint.values import NONE, Known, Reason, Unknown, Value, number, unknown


def _flatten(machine: Machine, name: str, arguments: Arguments) -> Value:
    """tf.nest.flatten: the same things in one flat list."""
    value = arguments.get(0, "structure")
    if value is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    record = machine.record(value)
    if isinstance(value, Known) and (isinstance(value.value, States) or isinstance(record, ListRecord)):
        return value
    return machine.unknown(Reason.LIBRARY_CALL, None, ("flatten", value.key))


def _set_value(machine: Machine, name: str, arguments: Arguments) -> Value:
    variable = arguments.get(0, "x")
    if isinstance(variable, Known) and isinstance(variable.value, States):
        assign_states(machine, variable.value, arguments)
    elif isinstance(variable, Unknown) and not _is_attribute(variable.key):
        # One of several, which may be states; `optimizer.lr` is none.
        machine.emit(Opaque(arguments.site, machine.context, None, Reason.LIBRARY_CALL))
    else:
        machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values(), keeps=False)
    return NONE


def _is_attribute(key: Hashable) -> bool:
    """Whether a value is the attribute of something."""
    return isinstance(key, tuple) and key[:1] == ("attribute",)


def _batch_set_value(machine: Machine, name: str, arguments: Arguments) -> Value:
    if not reachable(machine, *arguments.values()):
        # Variables of any model, its states too.
        machine.emit(Opaque(arguments.site, machine.context, None, Reason.LIBRARY_CALL))
    machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values(), keeps=False)
    return NONE


def _symbolic(machine: Machine, name: str, arguments: Arguments) -> Value:
    """An operation on tensors: what comes out has gone through the same layers."""
    keeps = name.rpartition(".")[2] in _ROW_BY_ROW or _is_behind_rows(name, arguments)
    batch = kept_batch(machine, *arguments.values()) if keeps else None
    passed = flow(machine, *arguments.values(), batch=batch)
    if passed is not None:
        return passed
    return unknown(Reason.LIBRARY_CALL, key=(name, *(v.key for v in arguments.values())))


# Operations that make row i of row i.
_ROW_BY_ROW = frozenset(
    ["add", "subtract", "multiply", "average", "maximum", "softmax", "relu", "tanh", "sigmoid"]
)


def _is_behind_rows(name: str, arguments: Arguments) -> bool:
    """Whether an operation along an axis leaves the rows alone."""
    joins = name.rpartition(".")[2] == "concatenate"
    axis = arguments.get(1, "axis")
    at = (-1 if joins else None) if axis is None else number(axis)
    return at not in (None, 0) and name.rpartition(".")[2] in (
        "concatenate",
        "squeeze",
        "reverse",
        "reduce_mean",
    )


def _layer_function(machine: Machine, name: str, arguments: Arguments) -> Value:
    """K.function(inputs, outputs): what it gives runs the layers whenever it is called."""
    machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values())
    return machine.unknown(Reason.LIBRARY_CALL)


def _compiled(machine: Machine, name: str, arguments: Arguments) -> Value:
    """tf.function(f)."""
    value = arguments.get(0, "func")
    return value if value is not None else machine.unknown(Reason.LIBRARY_CALL)


def _tensor_shape(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "dims")
    return as_shape(machine, value) if value is not None else machine.unknown(Reason.LIBRARY_CALL)


def _clone_model(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "model")
    record = machine.record(value) if value is not None else None
    if not isinstance(record, ModelRecord) or len(arguments.values()) != 1:
        return machine.unknown(Reason.LIBRARY_CALL)
    return copy_model(machine, record, arguments)


def _load_model(machine: Machine, name: str, arguments: Arguments) -> Value:
    """A model that the program saved before: a copy of it; whether with its states is the format's matter."""
    path = arguments.get(0, "filepath")
    source = machine.saved.get(file_key(path)) if path is not None else None
    record = machine.state.heap.get(source) if source is not None else None
    made: Value | None = None
    if isinstance(record, ModelRecord) and record.type is None:
        made = copy_model(machine, record, arguments)
    elif path is not None and file_key(path) not in machine.saved:
        found = model_saved_elsewhere(machine, path)
        made = None if found is None else adopt(machine, found, arguments)
    if made is not None:
        loaded = made.value if isinstance(made, Known) else None
        model = machine.model(loaded.id) if isinstance(loaded, Ref) else None
        if model is not None and _is_file(path):
            weights = Argument(unknown(Reason.LIBRARY_CALL, key=("weights", source)), arguments.site)
            given = {"weights": weights}
            machine.emit(Stored(arguments.site, machine.context, model, "load_model", given))
        elif model is not None:
            models = frozenset({model.id})
            machine.emit(Opaque(arguments.site, machine.context, models, Reason.LIBRARY_CALL))
        return made
    machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values(), keeps=False)
    return machine.unknown(Reason.LOADED)


def _save_model(machine: Machine, name: str, arguments: Arguments) -> Value:
    value, path = arguments.get(0, "model"), arguments.get(1, "filepath")
    if path is not None and isinstance(value, Known) and isinstance(value.value, Ref):
        machine.note_saved(path, value.value.id)
    else:
        machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values(), keeps=False)
    return NONE


def _is_file(path: Value | None) -> bool:
    """Whether the path is a file's, which holds no states: Keras 2 keeps them in a SavedModel folder."""
    return isinstance(path, Known) and str(path.value).endswith((".keras", ".h5", ".hdf5"))


def _clear_session(machine: Machine, name: str, arguments: Arguments) -> Value:
    return NONE


def _graph_mode(machine: Machine, name: str, arguments: Arguments) -> Value:
    machine.is_graph_mode = True
    return NONE


TRANSFERS: dict[str, Transfer] = {
    **{
        f"{module}.{function}": _graph_mode
        for module in ("tensorflow.compat.v1", "tensorflow.python.framework.ops", "tensorflow")
        for function in ("disable_eager_execution", "disable_v2_behavior")
    },
    "tensorflow.nest.flatten": _flatten,
    "tree.flatten": _flatten,
    "optree.tree_leaves": _flatten,
    "keras.tree.flatten": _flatten,
    "keras.backend.set_value": _set_value,
    "keras.backend.batch_set_value": _batch_set_value,
    "keras.backend.clear_session": _clear_session,
    "keras.utils.clear_session": _clear_session,
    "keras.models.clone_model": _clone_model,
    "keras.models.load_model": _load_model,
    "tensorflow.saved_model.load": _load_model,
    **dict.fromkeys((f"keras.models.model_from_{kind}" for kind in ("json", "yaml", "config")), from_config),
    **dict.fromkeys((f"keras.{kind}.from_config" for kind in ("Model", "Sequential")), from_config),
    "keras.backend.function": _layer_function,
    "tensorflow.function": _compiled,
    "tensorflow.TensorShape": _tensor_shape,
    "keras.models.save_model": _save_model,
    **{
        f"{module}.{function}": _symbolic
        for module in (
            "keras.layers",
            "keras.ops",
            "keras.backend",
            "tensorflow",
            "tensorflow.math",
            "tensorflow.nn",
        )
        for function in [
            "add",
            "subtract",
            "multiply",
            "average",
            "maximum",
            "concatenate",
            "stack",
            "softmax",
            "relu",
            "tanh",
            "sigmoid",
            "reduce_mean",
            "reduce_sum",
            "reduce_max",
            "matmul",
            "tile",
            "repeat",
            "permute_dimensions",
            "dot",
            "add_n",
            "squeeze",
            "reverse",
        ]
    },
}
