"""How many rows a call feeds: batch sizes, sample counts and what is left over."""

from __future__ import annotations

import math
from collections.abc import Hashable

from statelint.rules.sliding import contents, takes_all
from statelint.trace.keys import counted, parts
from statelint.trace.objects import Data
from statelint.trace.story import Call, batch_size_of
from statelint.values import Known, Ternary, Value, is_

# Of the data of a recurrent model: rows, steps and features.
AXES = 3


def batch_argument(call: Call, name: str = "batch_size") -> int | None:
    """The batch size that a call asks for (Keras's default where it gives none); None where it isn't
    known.
    """
    return batch_size_of(call.argument(name))


def validation_split(call: Call) -> float | None:
    """The validation_split of a fit: 0.0 where there is none, None where it isn't known."""
    if "validation_data" in call.arguments and is_(call.argument("validation_data"), None) is Ternary.NO:
        return 0.0
    value = call.argument("validation_split")
    if is_(value, None) is Ternary.YES:
        return 0.0
    if isinstance(value, Known) and isinstance(value.value, int | float):
        return float(value.value)
    return None


def training_samples(call: Call) -> int | None:
    """The rows that a fit trains on, validation_split taken off (with Keras's own float formula)."""
    samples, split = call.data.samples, validation_split(call)
    if samples is None or split is None:
        return None
    return math.floor(samples * (1.0 - split)) if split else samples


def may_be_one_batch(call: Call, data: Data, batch: Value) -> bool:
    """Whether data of unknown length may be a single batch: a piece, or as long as the batch size says.

    Where the model was built for a smaller batch size, Keras would raise at more than one batch.
    """
    size, fixed = batch_size_of(batch), call.model.batch_size
    if batch.key in data.lengths or (size is not None and fixed is not None and size > fixed):
        return True
    cut = data.array.row_cut if data.array is not None else None
    # `x[:1000]`
    is_long = cut is not None and cut.length is not None and size is not None and cut.length > size
    if size == 1 and is_counted(data):
        return False
    return data.is_part and not is_long and not _are_in_new_order(data.key)


def _are_in_new_order(key: Hashable) -> bool:
    """Whether all rows were put into random order, which is nothing that a program does with one batch."""
    for form in contents(key):
        match form:
            case ("shuffled", *_) | ("index", _, ("shuffled", *_)):
                return True
            case ("rows" | "index", inner, ("Tuple", (rows, *_))) if takes_all(rows):
                return _are_in_new_order(inner)
    return False


def is_counted(data: Data) -> bool:
    """Whether the program asks how many rows there are (`len(x)`, `x.shape[0]`): of one row nobody does."""
    shape = data.array.shape if data.array is not None else None
    return counted(shape[0].key if shape else None) is not None


def is_trimmed(data: Data, size: int | None) -> bool:
    """Whether the rows are cut to whole batches: `x[:len(x) // 32 * 32]`.  Of a single batch nothing is left
    over.
    """
    if size is None or size == 1:
        return False
    for part in parts(data.key):
        match part:
            case ("Slice", (("NoneType" | "int", _), end, ("NoneType", None))) | (
                "rows",
                _,
                ("NoneType" | "int", _),
                end,
                ("NoneType", None),
            ):
                if _ends_a_batch(end, size):
                    return True
    return False


def _ends_a_batch(end: Hashable, size: int) -> bool:
    match end:
        case ("operation", "*", ("operation", "//", _, ("int", by)), ("int", times)) | (
            "operation",
            "*",
            ("int", times),
            ("operation", "//", _, ("int", by)),
        ):
            return by == times == size
        case ("operation", "-", _, ("operation", "%", _, ("int", by))) | (
            "unary",
            "Minus",
            ("operation", "%", _, ("int", by)),
        ):
            return by == size
    return False


def takes_all_steps(call: Call) -> bool:
    """Whether no `steps` argument ends the pass early."""
    return all(
        is_(call.argument(name), None) is Ternary.YES
        for name in ("steps_per_epoch", "steps", "validation_steps")
    )
