"""What prepares data: scikit-learn's scalers and folds, one-hot codes."""

from __future__ import annotations

from dataclasses import replace

from statelint import api
from statelint.interp.machine import Machine
from statelint.interp.objects import (
    Arguments,
    InstanceRecord,
    Items,
    Iteration,
    Library,
    Ref,
    Slice,
    Tuple,
)
from statelint.interp.shapes import made, mapped
from statelint.interp.transfer import Transfer
from statelint.interp.transfer.graphs import flow, kept_batch
from statelint.interp.transfer.numpy import TRANSFERS as _NUMPY
from statelint.interp.transfer.numpy import as_array
from statelint.interp.transfer.signatures import described
from statelint.trace.objects import Array
from statelint.values import NONE, Known, Reason, Ternary, Value, depending_on, is_, number, unknown

# scikit-learn

# The attribute of a scaler that says to which data it was fitted.
_FITTED = "fitted to"

# The splitters whose folds are as large as the number of rows says.
_EVEN = ("KFold", "TimeSeriesSplit")
# Splitters that keep the order of the rows unless told to shuffle, and those that never do.
_IN_ORDER = ("KFold", "TimeSeriesSplit", "StratifiedKFold", "GroupKFold", "StratifiedGroupKFold")
_AT_RANDOM = (
    "ShuffleSplit",
    "StratifiedShuffleSplit",
    "GroupShuffleSplit",
    "RepeatedKFold",
    "RepeatedStratifiedKFold",
)


def estimator_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    """Methods of scikit-learn's scalers and splitters."""
    record = machine.record(receiver)
    assert isinstance(record, InstanceRecord) and isinstance(record.type, Known)
    assert isinstance(record.type.value, Library)
    class_ = record.type.value.name
    entry = described(machine, arguments, api.member, class_, name)
    if name in ("fit", "fit_transform", "partial_fit"):
        record = _fitted(machine, receiver, name, arguments)
    if entry is not None and "elementwise" in entry.roles:
        fitted = record.attributes.get(_FITTED) if not record.open else None
        how = (name, receiver.key if fitted is None else fitted.key)
        return _rescaled(machine, how, arguments.get(0, "X"))
    if name in ("fit", "partial_fit"):
        return receiver
    if name == "split" and class_.rpartition(".")[2] in (*_IN_ORDER, *_AT_RANDOM):
        return _folds(machine, class_.rpartition(".")[2], record, arguments)
    if name == "get_n_splits":
        return record.attributes.get("n_splits", Known(5))
    return machine.unknown(
        Reason.LIBRARY_CALL, None, (name, receiver.key, *(v.key for v in arguments.values()))
    )


def _fitted(machine: Machine, receiver: Value, method: str, arguments: Arguments) -> InstanceRecord:
    """The scaler after it was fitted: one with the same settings, fitted to the same data, does the same."""
    record, data = machine.record(receiver), arguments.get(0, "X")
    assert isinstance(record, InstanceRecord) and isinstance(receiver, Known)
    assert isinstance(receiver.value, Ref)
    settings = {name: value for name, value in record.attributes.items() if name != _FITTED}
    if method == "partial_fit" or data is None:
        fitted = {}
    else:
        given = tuple(sorted((name, value.key) for name, value in settings.items()))
        key = ("fitted", record.type.key, given, machine.content(data))
        fitted = {_FITTED: unknown(Reason.LIBRARY_CALL, key=key)}
    machine.update(receiver.value.id, attributes={**settings, **fitted})
    found = machine.record(receiver)
    assert isinstance(found, InstanceRecord)
    return found


def _rescaled(machine: Machine, how: tuple[object, ...], value: Value | None) -> Value:
    """The same rows with other numbers in them."""
    if value is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    found = as_array(machine, value)
    key = (*how, value.key)
    if isinstance(found, Known) and isinstance(found.value, Array):
        return replace(found, value=mapped(found.value, key))
    return machine.unknown(Reason.LIBRARY_CALL, None, key)


def _scaled(machine: Machine, name: str, arguments: Arguments) -> Value:
    """sklearn.preprocessing.scale(x), keras.utils.normalize(x) and their kind."""
    return _rescaled(machine, (name,), arguments.get(0, "X") or arguments.get(0, "x"))


def _folds(machine: Machine, kind: str, record: InstanceRecord, arguments: Arguments) -> Value:
    """The pairs of indices that a splitter draws."""
    rows = arguments.get(0, "X")
    count = record.attributes.get("n_splits", Known(10 if kind.endswith("ShuffleSplit") else 5))
    if kind.startswith("Repeated"):
        count = unknown(Reason.OPERATION)
    splits = number(count)
    array = as_array(machine, rows) if rows is not None else NONE
    total = array.value.samples if isinstance(array, Known) and isinstance(array.value, Array) else None
    key = ("folds", kind, rows.key if rows is not None else None, count.key, arguments.site)
    shuffled = Known(True) if kind in _AT_RANDOM else record.attributes.get("shuffle", Known(False))
    plain = kind in _EVEN and not {"max_train_size", "test_size", "gap"} & record.attributes.keys()

    def order(which: str, k: int, size: int | None) -> Value:
        own = (*key, which, k)
        length: Value = unknown(Reason.OPERATION) if size is None else Known(size)
        site = record.site if is_(shuffled, False) is not Ternary.YES else None
        return Known(Array(("numpy.arange", own) if site is None else own, (length,), own, shuffle_site=site))

    def fold(k: int) -> Value:
        if total is None or not splits or not plain or kind not in ("KFold", "TimeSeriesSplit"):
            return Known(Tuple((order("train", k, None), order("test", k, None))))
        if kind == "TimeSeriesSplit":
            size = total // (splits + 1)
            begin = total - (splits - k) * size
            parts = (Slice(NONE, Known(begin), NONE), Slice(Known(begin), Known(begin + size), NONE))
            return Known(Tuple((Known(parts[0]), Known(parts[1]))))
        size = total // splits + (k < total % splits)
        return Known(Tuple((order("train", k, total - size), order("test", k, size))))

    return Known(Items(key, Iteration(count, fold, key, False)))


# Codes


def _one_hot(machine: Machine, name: str, arguments: Arguments) -> Value:
    """keras.utils.to_categorical(y, n) and tf.one_hot(y, n): one more axis, of n."""
    value = next((v for v in (arguments.get(0, n) for n in ("y", "x", "indices")) if v is not None), None)
    if value is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    passed = flow(machine, value, batch=kept_batch(machine, value))
    if passed is not None:
        return passed
    count = arguments.get(1, "depth" if name.endswith("one_hot") else "num_classes")
    found = as_array(machine, value)
    key = (name, value.key, count.key if count is not None else None)
    array = found.value if isinstance(found, Known) else None
    if isinstance(array, Array) and array.shape is None and array.windows is not None:
        return depending_on(Known(mapped(array, key)), found)
    if not isinstance(array, Array) or array.shape is None:
        return machine.unknown(Reason.LIBRARY_CALL, None, key)
    if count is None or is_(count, None) is Ternary.YES:
        count = unknown(Reason.OPERATION)
    shape = array.shape
    if name.endswith("to_categorical") and len(shape) > 1:
        last = number(shape[-1])
        if last is None:
            return machine.unknown(Reason.LIBRARY_CALL, None, key)
        shape = shape[:-1] if last == 1 else shape
    coded = replace(mapped(array, key), shape=(*shape, count))
    return depending_on(Known(coded), found)


# Series


def _range(machine: Machine, name: str, arguments: Arguments) -> Value:
    """tf.range(…)."""
    return _NUMPY["numpy.arange"](machine, "numpy.arange", arguments)


def _linspace(machine: Machine, name: str, arguments: Arguments) -> Value:
    count = arguments.get(2, "num")
    return made((name, machine.fresh_id()), (count if count is not None else unknown(Reason.OPERATION),))


TRANSFERS: dict[str, Transfer] = {
    **{f"sklearn.preprocessing.{name}": _scaled for name in ("scale", "minmax_scale", "normalize")},
    "keras.utils.normalize": _scaled,
    **dict.fromkeys(("keras.utils.to_categorical", "tensorflow.one_hot"), _one_hot),
    "tensorflow.range": _range,
    "tensorflow.linspace": _linspace,
}
