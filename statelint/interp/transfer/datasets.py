"""tf.data pipelines: what is in a batch, and in which order."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from statelint.interp import calls, loops
from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, DictRecord, InstanceRecord, Items, Iteration, Tuple
from statelint.interp.reaching import reachable
from statelint.interp.shapes import item, shifted
from statelint.interp.transfer import Transfer, dataset_steps, mapping, windowing
from statelint.interp.transfer.numpy import as_array
from statelint.sites import Site
from statelint.trace.keys import parts
from statelint.trace.objects import Argument, Array, Cut, Dataset, Windows
from statelint.values import (
    FALSE,
    NONE,
    TRUE,
    Known,
    Reason,
    Ternary,
    Value,
    depending_on,
    is_,
    number,
    unknown,
)

_FILES = "files"


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
    windows = _windows(parts)
    if isinstance(machine.record(value), DictRecord):
        # Its elements are dicts, no tuples.
        parts = ()
    return Known(
        Dataset(key, parts, elements, rows_shuffled=shuffled, separate_site=separate, windows=windows)
    )


def _windows(parts: tuple[Value, ...]) -> Windows | None:
    """The windows that the rows of the first array are, as long as the array has them now."""
    first = parts[0] if parts else None
    array = first.value if isinstance(first, Known) else None
    if not isinstance(array, Array) or array.windows is None:
        return None
    if array.shape is None:
        return array.windows
    steps = number(array.shape[1]) if len(array.shape) > 1 else None
    return None if steps is None else array.windows.counted_in(steps)


def _parts(machine: Machine, value: Value) -> tuple[Value, ...]:
    if isinstance(value, Known) and isinstance(value.value, Tuple):
        return tuple(as_array(machine, part) for part in value.value.items)
    record = machine.record(value)
    if isinstance(record, DictRecord):
        return tuple(as_array(machine, part) for part in record.items.values())
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
    if function is None or not reachable(machine, function):
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
            drop_remainder=unknown(Reason.LIBRARY_CALL),
        )
    )


def _list_files(machine: Machine, name: str, arguments: Arguments) -> Value:
    """Dataset.list_files(pattern): the names of files, in random order unless it is told not to."""
    shuffle = arguments.get(1, "shuffle")
    is_random = shuffle is None or is_(shuffle, None) is Ternary.YES or is_(shuffle, True) is Ternary.YES
    key = (_FILES, machine.fresh_id(), arguments.site if is_random and not arguments.open else None)
    return Known(Dataset(key, (), unknown(Reason.LIBRARY_CALL)))


def _one_from_each(dataset: Dataset, step: Dataset) -> Dataset:
    """What `.map` makes of names of files, one element of each: in their order."""
    match dataset.key:
        case (str(kind), _, Site() as site) if kind == _FILES:
            return replace(step, shuffle_site=site)
    return step


def method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    """A step of the chain."""
    assert isinstance(receiver, Known) and isinstance(receiver.value, Dataset)
    dataset = receiver.value
    key = (name, dataset.key, tuple(machine.likeness(v) for v in arguments.values()))
    step = replace(dataset, key=key, fuses=False)
    if name in ("map", "interleave"):
        step = _in_parallel(step, name, arguments)
    if name == "map":
        step = _one_from_each(dataset, step)
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
                step = dataset_steps.of_batches(dataset, step)
            if dataset.fuses and name == "batch":
                step = replace(step, race_site=None, parallel_site=None)
            return Known(
                replace(
                    step,
                    batch=size if size is not None else unknown(Reason.LIBRARY_CALL),
                    batch_site=arguments.site,
                    batched_by="batch",
                    drop_remainder=given
                    if given is not None
                    else (unknown(Reason.LIBRARY_CALL) if arguments.open else FALSE),
                )
            )
        case "with_options" if _gives_up_order(machine, arguments.get(0, "options")):
            return Known(replace(step, unordered_site=arguments.site))
        case "prefetch" | "cache" | "with_options" | "snapshot":
            return Known(step)
        case "rebatch":
            again = replace(step, batch=None, batch_site=None, drop_remainder=FALSE, pieces=None)
            return method(machine, Known(again), "batch", arguments)
        case "apply":
            function = arguments.get(0, "transformation_func")
            whole = Arguments((Argument(receiver, arguments.site),), {}, False, arguments.site)
            made = calls.call_value(machine, function, whole) if function is not None else None
            is_known = isinstance(made, Known) and isinstance(made.value, Dataset)
            return made if made is not None and is_known else _unknown_dataset(step)
        case "enumerate":
            return Known(replace(step, parts=(), windows=None, pieces=None))
        case "filter":
            mapping.call_aside(machine, arguments.get(0, "predicate"), arguments)
            left = replace(step, parts=(), windows=None, pieces=None, elements=unknown(Reason.OPERATION))
            return Known(left)
        case "shard":
            return Known(dataset_steps.sharded(step, arguments))
        case "concatenate":
            other = arguments.get(0, "dataset")
            if isinstance(other, Known) and isinstance(other.value, Dataset):
                return Known(dataset_steps.concatenated(step, dataset, other.value))
        case "window":
            return Known(windowing.window(dataset, step, arguments))
        case "flat_map" if dataset.windows is not None:
            joined = windowing.joined(machine, dataset, step, arguments)
            return Known(joined) if joined is not None else _unknown_dataset(step)
        case "map":
            function = arguments.get(0, "map_func")
            if function is None:
                return _unknown_dataset(step)
            if step.windows is not None:
                return Known(windowing.mapped(machine, dataset, step, function, arguments))
            # Of a whole batch it may make anything.
            separate = step.separate_site if step.batch is None else None
            return Known(
                mapping.mapped(machine, dataset, replace(step, separate_site=separate), function, arguments)
            )
        case "shuffle":
            if number(arguments.get(0, "buffer_size")) == 1:
                return Known(step)
            return Known(replace(step, shuffle_site=arguments.site))
        case "repeat":
            count = arguments.get(0, "count")
            if dataset.batch is None:
                return Known(dataset_steps.run_together(step, count))
            return Known(replace(step, repeats=count if count is not None else NONE))
        case "take" | "skip":
            return Known(dataset_steps.shortened(step, name, arguments))
        case "unbatch":
            return Known(
                replace(
                    step,
                    batch=None,
                    batch_site=None,
                    drop_remainder=FALSE,
                    separate_site=None,
                    parts=(),
                    pieces=None,
                )
            )
        case "cardinality" | "__len__":
            batches = dataset.batches
            return Known(batches) if batches is not None else machine.unknown(Reason.LIBRARY_CALL)
        case "as_numpy_iterator" | "__iter__":
            return receiver
    machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values())
    if name in ("flat_map", "interleave") and not any(part[0] == "window" for part in parts(dataset.key)):
        # In each of the things that are shuffled, a file or a song, its rows may keep their order.
        step = replace(step, shuffle_site=None, rows_shuffled=None)
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


def _zip(machine: Machine, name: str, arguments: Arguments) -> Value:
    """Dataset.zip((a, b)) and Dataset.zip(a, b): as long as the shortest."""
    values = arguments.values()
    if len(values) == 1:
        values = loops.items(loops.iterate(machine, values[0])) or ()
    sources = [v.value for v in values if isinstance(v, Known) and isinstance(v.value, Dataset)]
    if len(sources) != len(values) or not sources:
        return _opaque(machine, name, arguments)
    first = sources[0]
    key = (name, tuple(d.key for d in sources))
    numbers = [number(d.elements) for d in sources]
    known = [n for n in numbers if n is not None]
    plain = len(known) == len(numbers) and all(d.repeats.key == first.repeats.key for d in sources)
    elements: Value = Known(min(known)) if plain else unknown(Reason.OPERATION)
    batch = first.batch
    if any((d.batch is None) is not (batch is None) for d in sources):
        # One row of one beside a batch of the other.
        batch = unknown(Reason.OPERATION)
    elif batch is not None and any(d.batch is not None and d.batch.key != batch.key for d in sources):
        batch = unknown(Reason.OPERATION)
    single = all(len(d.parts) == 1 for d in sources)
    parts = tuple(part for d in sources for part in d.parts) if single else ()
    zipped = replace(first, key=key, parts=parts, elements=elements, batch=batch, pieces=None, fuses=False)
    for other in sources[1:]:
        zipped = dataset_steps.with_orders(zipped, other)
        if other.drop_remainder.key != zipped.drop_remainder.key:
            zipped = replace(zipped, drop_remainder=unknown(Reason.OPERATION))
    return Known(zipped)


def _from_tensors(machine: Machine, name: str, arguments: Arguments) -> Value:
    """Dataset.from_tensors(x): one element, which is a whole batch for Keras."""
    value = arguments.get(0, "tensors")
    parts = _parts(machine, value) if value is not None else ()
    first = parts[0].value if parts and isinstance(parts[0], Known) else None
    if not isinstance(first, Array) or not first.shape:
        return _opaque(machine, name, arguments)
    key = (name, tuple(p.key for p in parts))
    return Known(Dataset(key, parts, first.shape[0], first.shape[0], drop_remainder=TRUE))


def _cardinality(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "dataset")
    if isinstance(value, Known) and isinstance(value.value, Dataset):
        return method(machine, value, "cardinality", Arguments((), {}, False, arguments.site))
    return machine.unknown(Reason.LIBRARY_CALL)


def _unknown_dataset(step: Dataset) -> Value:
    return Known(
        replace(
            step,
            windows=None,
            separate_site=None,
            pieces=None,
            parts=(),
            elements=unknown(Reason.OPERATION),
            batch=unknown(Reason.OPERATION),
            batch_site=None,
            drop_remainder=unknown(Reason.OPERATION),
        )
    )


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
    base: Hashable = ("dataset", dataset.key)
    start: Value = Known(position * size) if size is not None else unknown(Reason.ITERATION)
    shape = (rows, *rest) if rest is not None else (rows,)
    site = dataset.batch_site
    cut = Cut(site, dataset.key, 0, by=dataset.batched_by) if site is not None else None
    is_made = isinstance(array, Array) and array.made
    windows = shifted(dataset.windows, start, 1) if dataset.shuffle_site is None else None
    if isinstance(array, Array) and dataset.shuffle_site is None:
        # They are rows of what the Dataset was made of.
        known = number(start) if position else 0
        begin = number(array.start)
        base, start = array.base, unknown(Reason.ITERATION)
        if known is not None and begin is not None:
            start = Known(begin + known)
    return Known(Array(key, shape, base, start, is_made, cut, windows, dataset.shuffle_site))


TRANSFERS: dict[str, Transfer] = {
    "tensorflow.data.Dataset.from_tensor_slices": _from_slices,
    "tensorflow.data.Dataset.range": _from_range,
    "tensorflow.data.Dataset.from_generator": _from_generator,
    "tensorflow.data.Dataset.from_tensors": _from_tensors,
    "tensorflow.data.Dataset.list_files": _list_files,
    "tensorflow.data.Dataset.zip": _zip,
    "tensorflow.data.experimental.cardinality": _cardinality,
    "tensorflow.data.TFRecordDataset": _opaque,
    "tensorflow.data.TextLineDataset": _opaque,
}
