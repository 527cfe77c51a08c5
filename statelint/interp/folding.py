"""Windows laid out step by step, and folded again: what scales them column by column does so."""

from __future__ import annotations

from collections.abc import Hashable

from statelint.trace.objects import Array
from statelint.values import Value, interned, number

# As many parts of an identity are looked at.
_PARTS = 256


def restores(array: Array, shape: Hashable) -> bool:
    """Whether a shape is that of the windows of which the array has all steps: `flat.reshape(x.shape)`."""
    match shape:
        case ("attribute", whole, "shape"):
            return _is_made_of(array.key, whole)
    return False


def regroups(array: Array, dims: tuple[Value, ...]) -> bool:
    """Whether rows of this shape are the windows of which the array has all steps."""
    groups = array.groups
    if groups is None or not 1 < len(dims) <= 3:
        return False
    own, width = number(array.shape[-1]) if array.shape and len(array.shape) == 2 else None, number(dims[-1])
    if len(dims) == 3 and own is not None and width is not None and own != width:
        return False
    steps = number(dims[1])
    if steps is not None:
        return steps == groups.length
    return dims[1].key == groups.steps.key


def steps_or(array: Array, size: Value) -> Value:
    """The length of windows where a size is `x.shape[1]` of them; any other size is what it is."""
    windows = array.groups or (array.windows if array.shape is None else None)
    return windows.steps if windows is not None and _is_second_size(array, size.key) else size


def _is_second_size(array: Array, size: Hashable) -> bool:
    """Whether a number is `x.shape[1]` of the windows that the array was made of."""
    match size:
        case ("item", ("attribute", whole, "shape"), ("int", 1)) | (
            "unpacked",
            ("attribute", whole, "shape"),
            1,
        ):
            return _is_made_of(array.key, whole)
    return False


def _is_made_of(key: Hashable, whole: Hashable) -> bool:
    """Whether data of this identity were made of others, in whatever way."""
    todo, whole = [key], interned(whole)
    for _ in range(_PARTS):
        if not todo:
            break
        part = todo.pop()
        if part == whole:
            return True
        if isinstance(part, tuple):
            todo += part
    return False
