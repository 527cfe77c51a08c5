"""tf.data pipelines: what is in a batch, and in which order."""

from __future__ import annotations

from dataclasses import replace

from statelint.interp import calls
from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, DictRecord, InstanceRecord, Items, Iteration, Tuple
from statelint.interp.shapes import item
from statelint.interp.transfer import Transfer, windowing
from statelint.interp.transfer.numpy import as_array
from statelint.trace.objects import Array, Cut, Dataset, Windows
from statelint.values import (
    FALSE,
    NONE,
    Known,
    Reason,
    Ternary,
    Value,
    depending_on,
    is_,
    number,
    unknown,
)


def _from_slices(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "tensors")
    if value is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    parts = _parts(machine, value)
    elements: Value = unknown(Reason.ITERATION, key=("length", value.key))
    if parts and isinstance(parts[0], Known) and isinstance(parts[0].value, Array) and parts[0].value.shape:
        elements = parts[0].value.shape[0]
    shuffled = next(
        (p.value.shuffle_site for p in parts if isinstance(p, Known) and isinstance(p.value, Array)), None
    )
    first = parts[0].value if parts and isinstance(parts[0], Known) else None
    separate = first.separate_site if isinstance(first, Array) else None
    key = ("dataset", tuple(p.key for p in parts))
    return Known(
        Dataset(key, parts, elements, rows_shuffled=shuffled, separate_site=separate, windows=_windows(parts))
    )


def _windows(parts: tuple[Value, ...]) -> Windows | None:
    """The windows that the rows of the first array are, as long as the array has them now."""
    first = parts[0] if parts else None
    array = first.value if isinstance(first, Known) else None
    if not isinstance(array, Array) or array.windows is None or not array.shape or len(array.shape) < 2:
        return None
    steps = number(array.shape[1])
    return None if steps is None else replace(array.windows, length=steps)


def _parts(machine: Machine, value: Value) -> tuple[Value, ...]:
    if isinstance(value, Known) and isinstance(value.value, Tuple):
        return tuple(as_array(machine, part) for part in value.value.items)
    record = machine.record(value)
    if isinstance(record, DictRecord):
        return tuple(record.items.values())
    return (as_array(machine, value),)


def _from_range(machine: Machine, name: str, arguments: Arguments) -> Value:
    values = arguments.values()
    elements: Value = unknown(Reason.ITERATION)
    if len(values) == 1:
        elements = values[0]
    return Known(Dataset(("dataset", tuple(v.key for v in values)), (), elements))


def _from_generator(machine: Machine, name: str, arguments: Arguments) -> Value:
    """A dataset of what a generator yields; each pass over it runs the generator anew."""
    made = _opaque(machine, name, arguments)
    function = arguments.get(0, "generator")
    if function is None or not machine.reachable(function):
        return made
    start = machine.state
    machine.state = start.fork()
    drawn = calls.call_value(machine, function, Arguments((), {}, True, arguments.site))
    machine.state = start
    if not (isinstance(drawn, Known) and isinstance(drawn.value, Items)):
        return made
    assert isinstance(made, Known) and isinstance(made.value, Dataset)
    return Known(replace(made.value, resets=drawn.value.iteration.resets))


def _opaque(machine: Machine, name: str, arguments: Arguments) -> Value:
    """A dataset of which nothing but that it is one is known."""
    machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values())
    return Known(
        Dataset(
            ("dataset", machine.fresh_id()),
            (),
            unknown(Reason.LIBRARY_CALL),
            unknown(Reason.LIBRARY_CALL),
            None,
            unknown(Reason.LIBRARY_CALL),
        )
    )


def method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    """A step of the chain."""
    assert isinstance(receiver, Known) and isinstance(receiver.value, Dataset)
    dataset = receiver.value
    key = (name, dataset.key, tuple(v.key for v in arguments.values()))
    step = replace(dataset, key=key, fuses=False)
    if name in ("map", "interleave"):
        step = _in_parallel(step, name, arguments)
    if isinstance(dataset.key, tuple) and dataset.key[0] == "window" and name != "flat_map":
        # Small datasets that nothing has joined.
        step = replace(step, windows=None, parts=())
    match name:
        case "batch" | "padded_batch":
            size = arguments.get(0, "batch_size")
            drop = arguments.keywords.get("drop_remainder")
            given = (
                drop.value
                if drop is not None
                else arguments.get(1, "drop_remainder")
                if name == "batch"
                else None
            )
            if dataset.batch is not None:
                # Batches of batches: the elements are no rows any more.
                return _unknown_dataset(step)
            if dataset.fuses and name == "batch":
                step = replace(step, race_site=None, parallel_site=None)
            return Known(
                replace(
                    step,
                    batch=size if size is not None else unknown(Reason.LIBRARY_CALL),
                    batch_site=arguments.site,
                    drop_remainder=given
                    if given is not None
                    else (unknown(Reason.LIBRARY_CALL) if arguments.open else FALSE),
                )
            )
        case "with_options" if _gives_up_order(machine, arguments.get(0, "options")):
            return Known(replace(step, unordered_site=arguments.site))
        case "prefetch" | "cache" | "with_options":
            return Known(step)
        case "window":
            return Known(windowing.window(dataset, step, arguments))
        case "flat_map" if dataset.windows is not None:
            whole = windowing.joined(machine, dataset, step, arguments)
            return Known(whole) if whole is not None else _unknown_dataset(step)
        case "map":
            function = arguments.get(0, "map_func")
            if function is not None and step.windows is not None:
                return Known(windowing.mapped(machine, dataset, step, function, arguments))
            if function is not None:
                calls.call_value(machine, function, Arguments((), {}, True, arguments.site))
            # Of a whole batch it may make anything.
            separate = step.separate_site if step.batch is None else None
            return Known(replace(step, parts=(), separate_site=separate))
        case "shuffle":
            if number(arguments.get(0, "buffer_size")) == 1:
                return Known(step)
            return Known(replace(step, shuffle_site=arguments.site))
        case "repeat":
            count = arguments.get(0, "count")
            if dataset.batch is None:
                # The passes run into one another before they are cut into batches.
                return _unknown_dataset(replace(step, repeats=count if count is not None else NONE))
            return Known(replace(step, repeats=count if count is not None else NONE))
        case "take" | "skip":
            return Known(_shortened(step, name, arguments))
        case "unbatch":
            return Known(
                replace(
                    step,
                    batch=None,
                    batch_site=None,
                    drop_remainder=FALSE,
                    separate_site=None,
                    parts=(),
                )
            )
        case "cardinality" | "__len__":
            batches = dataset.batches
            return Known(batches) if batches is not None else machine.unknown(Reason.LIBRARY_CALL)
        case "as_numpy_iterator" | "__iter__":
            return receiver
    machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values())
    return _unknown_dataset(step)


def _in_parallel(step: Dataset, name: str, arguments: Arguments) -> Dataset:
    """Whether a step runs side by side with itself, and what becomes of the order then."""
    at = 1 if name == "map" else 3
    calls_, deterministic = arguments.get(at, "num_parallel_calls"), arguments.get(at + 1, "deterministic")
    if calls_ is None or not isinstance(calls_, Known) or calls_.value is None or number(calls_) == 1:
        return step
    if deterministic is None or is_(deterministic, None) is Ternary.YES:
        fuses = name == "map" and step.parallel_site is None
        return replace(step, parallel_site=step.parallel_site or arguments.site, fuses=fuses)
    if is_(deterministic, False) is Ternary.YES:
        fuses = name == "map" and step.race_site is None
        return replace(step, race_site=step.race_site or arguments.site, fuses=fuses)
    return step


def _gives_up_order(machine: Machine, options_: Value | None) -> bool:
    record = machine.record(options_) if options_ is not None else None
    if not isinstance(record, InstanceRecord):
        return False
    given = [record.attributes.get(name) for name in ("deterministic", "experimental_deterministic")]
    return any(value is not None and is_(value, False) is Ternary.YES for value in given)


def _unknown_dataset(step: Dataset) -> Value:
    return Known(
        replace(
            step,
            windows=None,
            separate_site=None,
            parts=(),
            elements=unknown(Reason.OPERATION),
            batch=unknown(Reason.OPERATION),
            batch_site=None,
            drop_remainder=unknown(Reason.OPERATION),
        )
    )


def _shortened(step: Dataset, name: str, arguments: Arguments) -> Dataset:
    count = arguments.get(0, "count")
    n, total = number(count), number(step.elements)
    if name == "take" and n == 1 and step.batch is not None and total is None:
        return replace(step, parts=(), elements=step.batch)
    if n is None or total is None or n < 0:
        return replace(step, parts=(), elements=unknown(Reason.OPERATION))
    if step.batch is None:
        left = min(n, total) if name == "take" else max(total - n, 0)
        return replace(step, parts=(), elements=Known(left))
    batches, size = step.batches, number(step.batch)
    if batches is None or size is None:
        return replace(step, parts=(), elements=unknown(Reason.OPERATION))
    left = min(n * size, total) if name == "take" else max(total - n * size, 0)
    return replace(step, parts=(), elements=Known(left))


def batches(dataset: Dataset) -> Iteration:
    """What a loop over the dataset draws: batches of it, the last one maybe shorter."""
    total = dataset.batches
    once = is_(dataset.repeats, 1) is Ternary.YES
    if dataset.batch is None:
        count = dataset.elements
    else:
        count = Known(total) if total is not None else unknown(Reason.ITERATION)
    if not once:
        count = unknown(Reason.ITERATION)
    over = ("dataset", dataset.key)
    return Iteration(count, lambda k: _batch(dataset, k, total), over, False, dataset.resets)


def _batch(dataset: Dataset, position: int, total: int | None) -> Value:
    parts = tuple(_part(dataset, part, which, position, total) for which, part in enumerate(dataset.parts))
    if not parts:
        return unknown(Reason.ITERATION, key=("item", dataset.key, position))
    return parts[0] if len(parts) == 1 else Known(Tuple(parts))


def _part(dataset: Dataset, part: Value, which: int, position: int, total: int | None) -> Value:
    key = ("item", dataset.key, which, position)
    array = part.value if isinstance(part, Known) else None
    if dataset.batch is None:
        return item(array, position) if isinstance(array, Array) else unknown(Reason.ITERATION, key=key)
    if dataset.shuffle_site is not None:
        key = (*key, "shuffled")  # type: ignore[assignment]
    rest = array.shape[1:] if isinstance(array, Array) and array.shape else None
    size, n = number(dataset.batch), number(dataset.elements)
    rows: Value = dataset.batch
    if is_(dataset.drop_remainder, True) is not Ternary.YES:
        if size is None or n is None:
            rows = unknown(Reason.ITERATION) if position else dataset.batch
        elif total is not None and position == total - 1 and n % size:
            rows = depending_on(Known(n % size), dataset.batch)
    base = ("dataset", dataset.key)
    start = Known(position * size) if size is not None else unknown(Reason.ITERATION)
    shape = (rows, *rest) if rest is not None else (rows,)
    cut = Cut(dataset.batch_site, dataset.key, 0) if dataset.batch_site is not None else None
    is_made = isinstance(array, Array) and array.made
    return Known(Array(key, shape, base, start, is_made, cut, shuffle_site=dataset.shuffle_site))


TRANSFERS: dict[str, Transfer] = {
    "tensorflow.data.Dataset.from_tensor_slices": _from_slices,
    "tensorflow.data.Dataset.range": _from_range,
    "tensorflow.data.Dataset.from_generator": _from_generator,
    "tensorflow.data.Dataset.from_tensors": _opaque,
    "tensorflow.data.Dataset.zip": _opaque,
    "tensorflow.data.TFRecordDataset": _opaque,
    "tensorflow.data.TextLineDataset": _opaque,
}
