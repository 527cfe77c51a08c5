"""What `.map(function)` makes of the elements or batches of a Dataset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from statelint.interp import calls
from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, Bound, Function, Tuple
from statelint.interp.shapes import item
from statelint.interp.transfer import dataset_steps, windowing
from statelint.trace.objects import Argument, Array, Dataset
from statelint.values import NONE, Known, Reason, Value, unknown


def call_aside(machine: Machine, function: Value | None, arguments: Arguments) -> None:
    """Follow a function that a step calls for each element, whatever it makes of them."""
    if function is not None:
        calls.call_value(machine, function, Arguments((), {}, True, arguments.site))


def mapped(
    machine: Machine, dataset: Dataset, step: Dataset, function: Value, arguments: Arguments
) -> Dataset:
    """`.map(function)`: arrays of which it is known what the function makes of each element (or batch)."""
    arrays = [
        p.value
        for p in dataset.parts
        if isinstance(p, Known) and isinstance(p.value, Array) and p.value.shape
    ]
    parts = dataset.parts
    if not parts and dataset.batch is not None:
        parts = (unknown(Reason.OPERATION),) * _taken(function)
    if not parts or (dataset.batch is None and len(arrays) != len(parts)):
        call_aside(machine, function, arguments)
        step = replace(step, parts=())
        return step if dataset.batch is None else dataset_steps.in_pieces(dataset, step, NONE, ())
    result: Value = NONE
    rows: Value | None = None
    # Of what isn't known a batch has rows, and maybe columns; what keeps the rows alone may not keep both.
    for columns in (0, 1, 2) if len(arrays) != len(parts) else (0,):
        given = tuple(Argument(v, arguments.site) for v in _elements(dataset, parts, columns))
        made = calls.call_value(machine, function, Arguments(given, {}, False, arguments.site))
        found = next((shape[0] for shape in windowing.shapes_in(machine, made) if shape), None)
        if rows is None or found is not None:
            result, rows = made, found
        if dataset.batch is None or (found is not None and found.key != dataset.batch.key):
            break
    left = result.value.items if isinstance(result, Known) and isinstance(result.value, Tuple) else (result,)
    shapes = [v.value.shape if isinstance(v, Known) and isinstance(v.value, Array) else None for v in left]
    step = replace(step, parts=())
    if dataset.batch is not None and (rows is None or rows.key != dataset.batch.key):
        return dataset_steps.in_pieces(dataset, step, rows or NONE, shapes)
    if (
        any(s is None for s in shapes)
        or len(arrays) != len(parts)
        or (dataset.batch is not None and not all(shapes))
    ):
        return step
    axis = 0 if dataset.batch is None else 1
    keys = [("mapped", step.key, which) for which in range(len(shapes))]
    parts = tuple(
        Known(
            Array(key, (dataset.elements, *(shape or ())[axis:]), key, Known(0), all(a.made for a in arrays))
        )
        for key, shape in zip(keys, shapes, strict=True)
    )
    return replace(step, parts=parts)


def _taken(function: Value) -> int:
    """How many values a function takes for sure."""
    taker = function.value if isinstance(function, Known) else None
    own = 1 if isinstance(taker, Bound) else 0
    if isinstance(taker, Bound):
        taker = taker.function.value if isinstance(taker.function, Known) else None
    if not isinstance(taker, Function):
        return 0
    given = (*taker.node.params.posonly_params, *taker.node.params.params)
    return sum(parameter.default is None for parameter in given) - own


def _elements(dataset: Dataset, parts: tuple[Value, ...], columns: int) -> Iterator[Value]:
    """What a function is given of each element or batch."""
    for which, part in enumerate(parts):
        array = part.value if isinstance(part, Known) else None
        key = ("item", dataset.key, which)
        if isinstance(array, Array) and array.shape:
            if dataset.batch is None:
                yield item(array, 0)
            else:
                yield Known(Array(key, (dataset.batch, *array.shape[1:]), key))
        else:
            assert dataset.batch is not None
            rest = (unknown(Reason.OPERATION) for _ in range(columns))
            yield Known(Array(key, (dataset.batch, *rest), key))
