"""Windows of a series, as NumPy, Keras and tf.data cut them."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from operator import itemgetter

from statelint import api
from statelint.interp import calls
from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, DictRecord, InstanceRecord, Iteration, Library, Tuple
from statelint.interp.shapes import item, shape_values
from statelint.interp.transfer import Transfer
from statelint.interp.transfer.numpy import as_array
from statelint.interp.transfer.signatures import bind
from statelint.trace.keys import parts
from statelint.trace.objects import Argument, Array, Dataset, Windows
from statelint.values import (
    NONE,
    Choice,
    Known,
    Reason,
    Ternary,
    Unknown,
    Value,
    interned,
    is_,
    number,
    unknown,
)

# Where the batches of a TimeseriesGenerator stand among its attributes.
BATCHES = "<batches>"


def _sliding(machine: Machine, name: str, arguments: Arguments) -> Value:
    """sliding_window_view(x, length): the window is the last axis."""
    value, width = arguments.get(0, "x"), arguments.get(1, "window_shape")
    axis = arguments.get(2, "axis")
    array = value.value if isinstance(value, Known) else None
    if value is None or width is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    length = number(width)
    is_number = length is not None or isinstance(width, Unknown | Choice)
    if is_number and not (isinstance(array, Array) and array.shape):
        series = (array.base, number(array.start)) if isinstance(array, Array) else (value.key, 0)
        key: Hashable = (name, value.key, width.key)
        whole = Windows(*series, 1, length, arguments.site, None if length is not None else width.key)
        if axis is None:
            # Of more than one axis NumPy would ask which.
            return Known(Array(key, (unknown(Reason.OPERATION), width), key, windows=whole))
        if number(axis) == 0:
            return Known(Array(key, None, key, windows=replace(whole, is_last=True)))
    if not isinstance(array, Array) or not array.shape or length is None:
        return machine.unknown(Reason.LIBRARY_CALL, None, (name, value.key, width.key))
    along_rows = len(array.shape) == 1 if axis is None else number(axis) == 0
    if not along_rows:
        return machine.unknown(
            Reason.LIBRARY_CALL, None, (name, value.key, width.key, axis.key if axis else None)
        )
    total = array.samples
    count: Value = unknown(Reason.OPERATION) if total is None else Known(max(total - length + 1, 0))
    key = (name, array.key, length)
    is_last = len(array.shape) > 1
    windows = Windows(array.base, number(array.start) or 0, 1, length, arguments.site, is_last=is_last)
    return Known(Array(key, (count, *array.shape[1:], width), key, Known(0), array.made, windows=windows))


def _strided(machine: Machine, name: str, arguments: Arguments) -> Value:
    """as_strided(x, shape=(rows, length), strides=(k * step, step)): windows of a series of numbers."""
    value, shape, strides = (arguments.get(k, n) for k, n in enumerate(("x", "shape", "strides")))
    key: Hashable = (name, *(v.key for v in arguments.values()))
    sizes = shape_values(shape) if shape is not None else None
    stride = _stride(value.key, strides) if value is not None and strides is not None else None
    if value is None or sizes is None or len(sizes) != 2 or stride is None:
        return machine.unknown(Reason.LIBRARY_CALL, None, key)
    array = value.value if isinstance(value, Known) and isinstance(value.value, Array) else None
    series = (value.key, 0) if array is None else (array.base, number(array.start))
    length = number(sizes[1])
    extent = sizes[1].key if length is None else None
    return Known(Array(key, sizes, key, windows=Windows(*series, stride, length, arguments.site, extent)))


def _stride(series: Hashable, strides: Value) -> int | None:
    """By how many steps each row is moved on; None where that isn't known."""
    match strides.key:
        # `x.strides * 2`, `x.strides + x.strides`, `x.strides + (x.strides[-1],)` of a single axis
        case ("operation", "*", ("attribute", _, "strides"), ("int", 2)):
            return 1
        case ("operation", "+", ("attribute", one, "strides"), ("attribute", other, "strides")):
            return 1 if one == other else None
        case ("operation", "+", ("attribute", one, "strides"), ("tuple" | "Tuple", *_) as more):
            return 1 if any(part == one for part in parts(more)) else None
    both = shape_values(strides)
    if both is None or len(both) != 2:
        return None
    if both[0].key == both[1].key:
        return 1
    match both[0].key:
        case ("operation", "*", one, ("int", int(times))) | ("operation", "*", ("int", int(times)), one):
            return times if one == both[1].key and times > 0 else None
    return None


# Keras


def _timeseries_dataset(machine: Machine, name: str, arguments: Arguments) -> Value:
    """keras.utils.timeseries_dataset_from_array."""
    entry = api.lookup(machine.keras, name)
    bound = bind(machine, entry, arguments) if entry is not None else dict(arguments.keywords)
    data, targets = _given(bound, "data"), _given(bound, "targets")
    length, stride = number(_given(bound, "sequence_length")), _number_or(bound, "sequence_stride", 1)
    total = _total(machine, data, targets if is_(targets, None) is not Ternary.YES else None, bound, length)
    batch = bound["batch_size"].value if "batch_size" in bound else Known(128)
    rows = None if is_(batch, None) is Ternary.YES else batch
    key = _made(machine, name, bound, arguments)
    size = _given(bound, "sequence_length")
    dataset = _windowed(machine, data, key, arguments, size, stride, total, rows)
    dataset = _sampled(dataset, _number_or(bound, "sampling_rate", 1))
    dataset = replace(dataset, parts=_with_targets(dataset, targets))
    return Known(_in_order(dataset, bound, arguments))


def _directory_dataset(machine: Machine, name: str, arguments: Arguments) -> Value:
    """keras.utils.text_dataset_from_directory and its kind: one row for each file."""
    entry = api.lookup(machine.keras, name)
    bound = bind(machine, entry, arguments) if entry is not None else dict(arguments.keywords)
    batch = bound["batch_size"].value if "batch_size" in bound else Known(32)
    subset = _given(bound, "subset")
    # Of both subsets it gives a pair.
    if is_(batch, None) is Ternary.UNKNOWN or not any(
        is_(subset, one) is Ternary.YES for one in (None, "training", "validation")
    ):
        return machine.unknown(Reason.LIBRARY_CALL)
    rows = None if is_(batch, None) is Ternary.YES else batch
    key = _made(machine, name, bound, arguments)
    parts = (
        ("files",)
        if is_(_given(bound, "labels"), None) is Ternary.YES and "labels" in bound
        else ("files", "labels")
    )
    dataset = Dataset(
        key,
        tuple(unknown(Reason.LIBRARY_CALL, key=(*key, part)) for part in parts),
        unknown(Reason.OPERATION),
        rows,
        None if rows is None else arguments.site,
        name.rpartition(".")[2],
    )
    in_order = "shuffle" in bound and is_(bound["shuffle"].value, True) is not Ternary.YES
    return Known(dataset if in_order else replace(dataset, shuffle_site=arguments.site))


def _made(
    machine: Machine, name: str, bound: Mapping[str, Argument], arguments: Arguments
) -> tuple[Hashable, ...]:
    """The identity of what a call makes: the same of the same."""
    if arguments.open:
        return (name, machine.fresh_id())
    return (
        name,
        tuple((given, argument.value.key) for given, argument in sorted(bound.items(), key=itemgetter(0))),
    )


def _with_targets(dataset: Dataset, targets: Value) -> tuple[Value, ...]:
    """The windows, and what belongs to each if there is anything."""
    assert isinstance(dataset.key, tuple)
    inputs = dataset.parts or (unknown(Reason.LIBRARY_CALL, key=(*dataset.key, "windows")),)
    if is_(targets, None) is Ternary.YES:
        return inputs
    if isinstance(targets, Unknown) and targets.reason is Reason.PARAMETER:
        return ()
    return (*inputs, unknown(Reason.LIBRARY_CALL, key=(*dataset.key, "targets")))


def _given(bound: Mapping[str, Argument], name: str) -> Value:
    return bound[name].value if name in bound else NONE


def _are_usual(bound: Mapping[str, Argument], **usual: object) -> bool:
    """Whether arguments are left out, or what they are by default is written out."""
    given = ((bound[name].value, value) for name, value in usual.items() if name in bound)
    return all(is_(value, None) is Ternary.YES or is_(value, other) is Ternary.YES for value, other in given)


def _number_or(bound: Mapping[str, Argument], name: str, default: int) -> int | None:
    return number(bound[name].value) if name in bound else default


def _total(
    machine: Machine, data: Value, targets: Value | None, bound: Mapping[str, Argument], length: int | None
) -> int | None:
    """How many windows of this length begin at consecutive steps."""
    series = as_array(machine, data)
    array = series.value if isinstance(series, Known) else None
    steps = array.samples if isinstance(array, Array) else None
    if steps is None or length is None:
        return None
    if not _are_usual(bound, start_index=0, end_index=None, sampling_rate=1):
        return None
    count = max(steps - length + 1, 0)
    if targets is None:
        return count
    other = as_array(machine, targets)
    answers = other.value.samples if isinstance(other, Known) and isinstance(other.value, Array) else None
    return None if answers is None else min(count, answers)


def _windowed(
    machine: Machine,
    data: Value,
    key: tuple[object, ...],
    arguments: Arguments,
    size: Value,
    stride: int | None,
    total: int | None,
    batch: Value | None,
) -> Dataset:
    length = number(size)
    series = as_array(machine, data)
    array = series.value if isinstance(series, Known) and isinstance(series.value, Array) else None
    known = total is not None and bool(stride)
    elements: Value = Known(-(-total // stride)) if known else unknown(Reason.OPERATION)  # type: ignore[operator]
    windows = None
    if stride and (length or isinstance(size, Unknown | Choice)):
        windows = Windows(data.key, 0, stride, length, arguments.site, None if length else size.key)
    parts: tuple[Value, ...] = ()
    if array is not None and array.shape and length:
        rows = (elements, Known(length), *array.shape[1:])
        parts = (Known(Array((*key, "windows"), rows, (*key, "windows"), Known(0), array.made)),)
    site = None if batch is None else arguments.site
    return Dataset(key, parts, elements, batch, site, str(key[0]).rpartition(".")[2], windows=windows)


def _sampled(dataset: Dataset, rate: int | None) -> Dataset:
    """The windows with every rate-th step of the series."""
    windows = dataset.windows
    if windows is None or rate is None or rate < 1:
        return replace(dataset, windows=None)
    return replace(dataset, windows=replace(windows, rate=rate))


def _in_order(dataset: Dataset, bound: Mapping[str, Argument], arguments: Arguments) -> Dataset:
    if is_(_given(bound, "shuffle"), True) is Ternary.YES:
        return replace(dataset, shuffle_site=arguments.site)
    plain = (
        is_(_given(bound, "shuffle"), None) is Ternary.YES
        or is_(_given(bound, "shuffle"), False) is Ternary.YES
    )
    return dataset if plain else replace(dataset, windows=None)


def _timeseries_generator(machine: Machine, name: str, arguments: Arguments) -> Value:
    """keras's TimeseriesGenerator: a Sequence of batches of windows, each with the target behind it."""
    entry = api.lookup(machine.keras, name)
    bound = bind(machine, entry, arguments) if entry is not None else dict(arguments.keywords)
    length, stride = number(_given(bound, "length")), _number_or(bound, "stride", 1)
    data = _given(bound, "data")
    total = _total(machine, data, None, bound, length)
    batch = bound["batch_size"].value if "batch_size" in bound else Known(128)
    # The last step is a target only.
    count = None if total is None else max(total - 1, 0)
    made = _made(machine, name, bound, arguments)
    rate, size = _number_or(bound, "sampling_rate", 1), _given(bound, "length")
    if rate != 1:
        # So many steps are passed over, not read.
        size = Known(-(-length // rate)) if length and rate else unknown(Reason.OPERATION)
    dataset = _sampled(_windowed(machine, data, made, arguments, size, stride, count, batch), rate)
    if not _are_usual(bound, reverse=False):
        dataset = replace(dataset, windows=None)
    dataset = _in_order(dataset, bound, arguments)
    dataset = replace(dataset, parts=(*dataset.parts, *_beside(machine, dataset, _given(bound, "targets"))))
    attributes = {BATCHES: Known(dataset)}
    return machine.allocate(InstanceRecord(Known(Library(name)), arguments.site, attributes))


def _beside(machine: Machine, dataset: Dataset, targets: Value) -> Iterator[Known]:
    """The rows of the targets, as many as there are windows."""
    series = as_array(machine, targets)
    array = series.value if isinstance(series, Known) else None
    if dataset.parts and isinstance(array, Array) and array.shape:
        key = (*_tuple(dataset.key), "targets")
        yield Known(Array(key, (dataset.elements, *array.shape[1:]), key))


def batches_in(machine: Machine, value: Value) -> Iteration | None:
    """The batches of a TimeseriesGenerator, each with its targets; None for everything else."""
    from statelint.interp.transfer.datasets import batches

    record = machine.record(value)
    found = record.attributes.get(BATCHES) if isinstance(record, InstanceRecord) else None
    if not isinstance(found, Known) or not isinstance(found.value, Dataset):
        return None
    drawn = batches(replace(found.value, parts=found.value.parts[:1]))
    return replace(drawn, item=lambda k: Known(Tuple((drawn.item(k), _target(value, k)))))


def _target(source: Value, position: int) -> Value:
    return unknown(Reason.ITERATION, key=("item", source.key, position, 1))


# tf.data


def window(dataset: Dataset, step: Dataset, arguments: Arguments) -> Dataset:
    """`.window(size, shift=…, drop_remainder=True)`: a dataset of small datasets, until `.flat_map` joins
    each.
    """
    length = arguments.get(0, "size")
    size = number(length)
    shift, stride = arguments.get(1, "shift"), arguments.get(2, "stride")
    advance = size if shift is None or is_(shift, None) is Ternary.YES else number(shift)
    drops = arguments.get(3, "drop_remainder")
    plain = stride is None or number(stride) == 1
    nested = replace(step, parts=dataset.parts, windows=None, separate_site=None)
    is_known = bool(size) or isinstance(length, Unknown | Choice)
    if dataset.batch is not None or not is_known or not advance or not plain:
        return replace(nested, parts=(), elements=unknown(Reason.OPERATION), batch=unknown(Reason.OPERATION))
    if drops is None or is_(drops, True) is not Ternary.YES:
        return replace(nested, parts=(), elements=unknown(Reason.OPERATION))
    total = number(dataset.elements)
    count: Value = (
        unknown(Reason.OPERATION)
        if total is None or size is None
        else Known(max((total - size) // advance + 1, 0))
    )
    extent = None if size is not None or length is None else length.key
    windows = Windows(dataset.key, 0, advance, size, arguments.site, extent)
    return replace(nested, elements=count, windows=windows)


def joined(machine: Machine, dataset: Dataset, step: Dataset, arguments: Arguments) -> Dataset | None:
    """`.window(size, …).flat_map(lambda w: w.batch(size))`: each window as one element; None where it isn't
    that.
    """
    function, windows = arguments.get(0, "map_func"), dataset.windows
    if function is None or windows is None:
        return None
    parts = dataset.parts or (NONE,)
    small = tuple(
        Known(
            Dataset(
                (*_tuple(dataset.key), "window", which),
                (part,) if dataset.parts else (),
                windows.steps,
            )
        )
        for which, part in enumerate(parts)
    )
    given = tuple(Argument(value, arguments.site) for value in small)
    result = calls.call_value(machine, function, Arguments(given, {}, False, arguments.site))
    whole = result.value if isinstance(result, Known) else None
    if not isinstance(whole, Dataset) or whole.key == small[0].key or whole.batch is None:
        return None
    if whole.batch.key != windows.steps.key:
        return None
    made: list[Value] = []
    for which, part in enumerate(dataset.parts):
        array = part.value if isinstance(part, Known) else None
        rest = array.shape[1:] if isinstance(array, Array) and array.shape else None
        key = ("windows", step.key, which)
        shape = None if rest is None else (dataset.elements, windows.steps, *rest)
        made.append(Known(Array(key, shape, key, Known(0), isinstance(array, Array) and array.made)))
    return replace(step, parts=tuple(made))


def _tuple(key: object) -> tuple[object, ...]:
    return key if isinstance(key, tuple) else (key,)


def mapped(
    machine: Machine, dataset: Dataset, step: Dataset, function: Value, arguments: Arguments
) -> Dataset:
    """`.map(function)` over windows: what it leaves of each, and how many steps that is."""
    windows = dataset.windows
    assert windows is not None
    axis = 0 if dataset.batch is None else 1
    result: Value = NONE
    first: tuple[Value, ...] | None = None
    # Where the steps of the series aren't known to be numbers, they may have columns too.
    for columns in (0, 1):
        given = tuple(Argument(v, arguments.site) for v in _drawn(dataset, windows, columns))
        result = calls.call_value(machine, function, Arguments(given, {}, False, arguments.site))
        first = next(shapes_in(machine, result), None)
        if first and len(first) > axis:
            break
    if not first or len(first) <= axis:
        return replace(step, parts=(), windows=None)
    length = number(first[axis])
    if length is None and windows.length is not None:
        return replace(step, parts=(), windows=None)
    left = result.value.items if isinstance(result, Known) and isinstance(result.value, Tuple) else (result,)
    shapes = [v.value.shape if isinstance(v, Known) and isinstance(v.value, Array) else None for v in left]
    known = all(shape is not None for shape in shapes) and all(
        isinstance(p, Known) and isinstance(p.value, Array) and p.value.shape for p in dataset.parts
    )
    parts: tuple[Value, ...] = ()
    if known and dataset.parts:
        keys = [("mapped", step.key, which) for which in range(len(shapes))]
        parts = tuple(
            Known(Array(key, (dataset.elements, *(shape or ())[axis:]), key))
            for key, shape in zip(keys, shapes, strict=True)
        )
    elif isinstance(result, Known):
        # What a loop over them draws is windows too.
        keys = [("mapped", step.key, which) for which in range(len(left))]
        parts = tuple(Known(Array(key, None, key)) for key in keys)
    if length == 1:
        return replace(step, parts=parts, windows=windows.counted_in(1))
    extent = None if length is not None else first[axis].key
    return replace(step, parts=parts, windows=replace(windows, length=length, extent=extent))


def _drawn(dataset: Dataset, windows: Windows, columns: int) -> Iterator[Value]:
    """What a function is given of each element of a dataset of windows (of each batch of them)."""
    for which, part in enumerate(dataset.parts or (NONE,)):
        array = part.value if isinstance(part, Known) else None
        if isinstance(array, Array) and array.shape:
            if dataset.batch is None:
                yield item(array, 0)
            else:
                key = (*_tuple(array.key), "batch")
                yield Known(Array(key, (dataset.batch, *array.shape[1:]), array.key))
        else:
            steps: tuple[Value, ...] = (
                windows.steps,
                *(unknown(Reason.OPERATION) for _ in range(columns)),
            )
            own = ("window", dataset.key, which)
            yield Known(Array(own, steps if dataset.batch is None else (dataset.batch, *steps), own))


def shapes_in(machine: Machine, value: Value) -> Iterator[tuple[Value, ...]]:
    """The shapes of the arrays in what a function returns: a tuple, a dict, or one of the other."""
    array = value.value if isinstance(value, Known) else None
    record = machine.record(value)
    if isinstance(array, Array):
        yield array.shape or ()
    elif isinstance(array, Tuple):
        for part in array.items:
            yield from shapes_in(machine, part)
    elif isinstance(record, DictRecord):
        for part in record.items.values():
            yield from shapes_in(machine, part)


def _indices(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.indices((rows, columns)): of each place its row, and its column."""
    given = arguments.get(0, "dimensions")
    sizes = given.value.items if isinstance(given, Known) and isinstance(given.value, Tuple) else ()
    if len(sizes) != 2 or len(arguments.values()) != 1:
        return machine.unknown(Reason.LIBRARY_CALL)
    found = []
    for axis, size in enumerate(sizes):
        key = interned((name, axis, *(one.key for one in sizes)))
        machine.bounds[key] = (Known(0), size, Known(1))
        found.append(Known(Array(key, sizes, key)))
    return Known(Tuple(tuple(found)))


TRANSFERS: dict[str, Transfer] = {
    "numpy.indices": _indices,
    "numpy.lib.stride_tricks.sliding_window_view": _sliding,
    "numpy.lib.stride_tricks.as_strided": _strided,
    "keras.utils.timeseries_dataset_from_array": _timeseries_dataset,
    **{
        f"keras.utils.{kind}_dataset_from_directory": _directory_dataset
        for kind in ("text", "image", "audio")
    },
    "keras.preprocessing.sequence.TimeseriesGenerator": _timeseries_generator,
}
