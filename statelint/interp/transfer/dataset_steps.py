"""Steps of a tf.data pipeline that need nothing but the Dataset: what it is afterwards."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

from statelint.interp.objects import Arguments
from statelint.interp.shapes import shifted
from statelint.trace.objects import Array, Dataset, Windows
from statelint.values import NONE, Known, Reason, Ternary, Value, is_, number, unknown


def of_batches(dataset: Dataset, step: Dataset) -> Dataset:
    """What is batched once more: each batch is one element, and a window where all are full."""
    is_once = is_(dataset.repeats, 1) is Ternary.YES
    total, size = dataset.batches if is_once else None, number(dataset.batch)
    elements: Value = unknown(Reason.OPERATION) if total is None else Known(total)
    step = replace(step, elements=elements, parts=(), windows=None, pieces=None, separate_site=None)
    if dataset.pieces is not None:
        count, windows, parts = dataset.pieces
        return replace(step, elements=count, windows=windows, parts=parts)
    full = is_(dataset.drop_remainder, True) is Ternary.YES
    if not full or not size or dataset.batch_site is None or dataset.windows is not None:
        return step
    parts = tuple(_as_windows(step, part, elements, size) for part in dataset.parts)
    return replace(step, parts=parts, windows=Windows(dataset.key, 0, size, size, dataset.batch_site))


def _as_windows(step: Dataset, part: Value, elements: Value, size: int) -> Value:
    """An array, cut into windows of `size` rows."""
    array = part.value if isinstance(part, Known) else None
    if not isinstance(array, Array) or not array.shape:
        return unknown(Reason.OPERATION)
    key = ("windows", step.key, part.key)
    return Known(Array(key, (elements, Known(size), *array.shape[1:]), key, Known(0), array.made))


def in_pieces(
    dataset: Dataset, step: Dataset, rows: Value, shapes: Sequence[tuple[Value, ...] | None]
) -> Dataset:
    """A step behind `.batch` that leaves `rows` of each: the batches were pieces of a series.

    `shapes` are those of the arrays that it makes of a batch.
    """
    size, left = number(dataset.batch), number(rows)
    lost = replace(
        step,
        elements=unknown(Reason.OPERATION),
        batch=unknown(Reason.OPERATION),
        batch_site=None,
        drop_remainder=unknown(Reason.OPERATION),
        separate_site=None,
    )
    full = is_(dataset.drop_remainder, True) is Ternary.YES and is_(dataset.repeats, 1) is Ternary.YES
    if not size or not left or not full or dataset.batch_site is None:
        return lost
    count: Value = unknown(Reason.OPERATION) if dataset.batches is None else Known(dataset.batches)
    keys = [("pieces", step.key, which) for which in range(len(shapes))]
    parts = tuple(
        Known(Array(key, (count, *shape), key))
        for key, shape in zip(keys, shapes, strict=True)
        if shape is not None
    )
    windows = Windows(dataset.key, 0, size, left, dataset.batch_site)
    return replace(lost, pieces=(count, windows, parts if len(parts) == len(shapes) else ()))


def shortened(step: Dataset, name: str, arguments: Arguments) -> Dataset:
    """`.take(n)` and `.skip(n)`: the first elements (or batches), or those behind them."""
    count = arguments.get(0, "count")
    n, total = number(count), number(step.elements)
    if n == -1 and name == "take":
        return step
    step = replace(step, pieces=None)
    size = Known(1) if step.batch is None else step.batch
    each = number(size)
    at = None if n is None or each is None or n < 0 else n * each
    elements: Value = unknown(Reason.OPERATION)
    if at is not None and total is not None:
        elements = Known(min(at, total) if name == "take" else max(total - at, 0))
    elif name == "take" and n == 1 and step.batch is not None and total is None:
        elements = step.batch
    first: Value = Known(0)
    if name == "skip":
        first = unknown(Reason.OPERATION) if at is None else Known(at)
    key = (name, count.key if count is not None else None, size.key)
    parts = tuple(_rows_from(part, key, first, elements) for part in step.parts)
    if step.shuffle_site is not None:
        parts = tuple(_apart(part) for part in parts)
    return replace(step, parts=parts, elements=elements, windows=shifted(step.windows, first, 1))


def _rows_from(part: Value, key: Hashable, first: Value, count: Value) -> Value:
    """Some of an array's rows, from `first` on."""
    array = part.value if isinstance(part, Known) else None
    if not isinstance(array, Array) or not array.shape:
        return unknown(Reason.OPERATION)
    begin, start = number(first), number(array.start)
    at: Value = unknown(Reason.OPERATION) if begin is None or start is None else Known(start + begin)
    shape = (count, *array.shape[1:])
    windows = shifted(array.windows, first, 1)
    taken = Array(("taken", array.key, key), shape, array.base, at, array.made, windows=windows)
    return Known(replace(taken, shuffle_site=array.shuffle_site, separate_site=array.separate_site))


def _apart(part: Value) -> Value:
    """An array of which it isn't known which rows of its base they are."""
    array = part.value if isinstance(part, Known) else None
    return Known(replace(array, base=array.key, start=Known(0))) if isinstance(array, Array) else part


def sharded(step: Dataset, arguments: Arguments) -> Dataset:
    """`.shard(n, i)`: every n-th element, from the i-th on."""
    total, count, index = (
        number(step.elements),
        number(arguments.get(0, "num_shards")),
        number(arguments.get(1, "index")),
    )
    step = replace(step, parts=(), windows=None, pieces=None, elements=unknown(Reason.OPERATION))
    if step.batch is not None or total is None or not count or index is None or not 0 <= index < count:
        return step
    return replace(step, elements=Known(max(-(-(total - index) // count), 0)))


def run_together(step: Dataset, count: Value | None) -> Dataset:
    """`.repeat` of single elements: the passes run into one another before they are cut into batches."""
    n, times = number(step.elements), number(count)
    endless = count is None or is_(count, None) is Ternary.YES or times == -1
    step = replace(step, parts=(), elements=unknown(Reason.OPERATION), separate_site=None)
    if endless:
        return replace(step, repeats=NONE)
    if n is None or times is None or is_(step.repeats, 1) is not Ternary.YES:
        return replace(step, repeats=count if count is not None else NONE)
    return replace(step, elements=Known(n * times))


def concatenated(step: Dataset, dataset: Dataset, other: Dataset) -> Dataset:
    """One dataset behind another."""
    n, m = number(dataset.elements), number(other.elements)
    once = all(is_(d.repeats, 1) is Ternary.YES for d in (dataset, other))
    known = dataset.batch is None and other.batch is None and n is not None and m is not None and once
    step = with_orders(replace(step, parts=(), windows=None, pieces=None), other)
    if known:
        return replace(step, elements=Known((n or 0) + (m or 0)))
    left = replace(step, elements=unknown(Reason.OPERATION))
    if dataset.batch is None or other.batch is None or dataset.batch.key != other.batch.key:
        return (
            left if dataset.batch is other.batch is None else replace(left, batch=unknown(Reason.OPERATION))
        )
    drops = dataset.drop_remainder.key == other.drop_remainder.key
    return left if drops else replace(left, drop_remainder=unknown(Reason.OPERATION))


def with_orders(step: Dataset, other: Dataset) -> Dataset:
    """A dataset that another one flows into, with all that disturbs the order in either."""
    return replace(
        step,
        shuffle_site=step.shuffle_site or other.shuffle_site,
        separate_site=step.separate_site if other.separate_site is not None else None,
        rows_shuffled=step.rows_shuffled or other.rows_shuffled,
        race_site=step.race_site or other.race_site,
        parallel_site=step.parallel_site or other.parallel_site,
        unordered_site=step.unordered_site or other.unordered_site,
        resets=tuple(dict.fromkeys((*step.resets, *other.resets))),
    )
