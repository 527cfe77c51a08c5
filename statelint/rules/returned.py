"""The shape of what a model returns for one row, and how a loss meets targets of another shape."""

from __future__ import annotations

from statelint.rules.stacks import keeps_time, returns_sequences
from statelint.trace.objects import Array, Layer, Model
from statelint.values import Ternary, number


def known_shape(array: Array | None) -> tuple[int, ...] | None:
    """The shape of an array's rows, None where it isn't known in full."""
    if array is None or array.shape is None:
        return None
    dims = [number(n) for n in array.shape[1:]]
    return tuple(n for n in dims if n is not None) if None not in dims else None


def shape_of_rows(array: Array | None) -> tuple[int | None, ...] | None:
    """The shape of an array's rows, as far as its sizes are known; None where their number isn't."""
    return None if array is None or array.shape is None else tuple(map(number, array.shape[1:]))


def returned(model: Model, rows: tuple[int | None, ...]) -> tuple[int, ...] | None:
    """What a model of recurrent and dense layers in a row returns for such rows; None: not known."""
    if model.kind == "Subclassed" or not (model.in_order and model.complete):
        return None
    shape: tuple[int | None, ...] | None = rows
    for layer in model.layers:
        shape = _through(layer, shape) if shape is not None else None
    if shape is None or not any(layer.recurrent for layer in model.layers):
        return None
    sizes = tuple(size for size in shape if size is not None)
    return sizes if len(sizes) == len(shape) else None


def _through(layer: Layer, shape: tuple[int | None, ...]) -> tuple[int | None, ...] | None:
    if layer.kind == "TimeDistributed" and layer.inner and len(shape) == 2:
        layer = layer.inner[0]
        if layer.kind != "Dense":
            return None
    if layer.kind == "Embedding" and len(shape) == 1:
        return _with_last((*shape, 0), layer, "output_dim")
    if layer.kind == "Dense":
        return _with_last(shape, layer, "units")
    if layer.recurrent and layer.kind in ("LSTM", "GRU", "SimpleRNN") and len(shape) == 2:
        whole = returns_sequences(layer)
        if whole is Ternary.UNKNOWN:
            return None
        return _with_last(shape if whole is Ternary.YES else shape[:1], layer, "units")
    return shape if keeps_time(layer) and not layer.inner else None


def _with_last(shape: tuple[int | None, ...], layer: Layer, argument: str) -> tuple[int | None, ...] | None:
    size = number(layer.argument(argument))
    return None if size is None or not shape else (*shape[:-1], size)


def squeezed(shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
    """The shape without axes of length one at its end: Keras adds and drops these by itself."""
    while shape and shape[-1] == 1:
        shape = shape[:-1]
    return shape


def broadcast(output: tuple[int, ...], target: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape to which Keras broadcasts the two in a loss, None where they don't fit."""
    if len(target) == 1:
        target = (*target, 1)
    if len(output) == len(target) + 1 and output[-1] == 1:
        output = output[:-1]
    elif len(target) == len(output) + 1 and target[-1] == 1:
        target = target[:-1]
    length = max(len(output), len(target))
    one, other = ((1,) * (length - len(s)) + s for s in (output, target))
    if any(a != b and 1 not in (a, b) for a, b in zip(one, other, strict=True)):
        return None
    return tuple(map(max, one, other))
