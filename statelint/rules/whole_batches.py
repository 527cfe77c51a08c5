"""Trainings that take all rows of their data for one batch: `fit(x, y, batch_size=len(x))`."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from statelint.rules.feeding import takes_all_steps, validation_split
from statelint.trace.keys import counted, parts
from statelint.trace.objects import Array, Data
from statelint.trace.story import Call
from statelint.trace.tables import is_table
from statelint.values import Known, Unknown

# What has the rows of something else, or some of them.
_KEEPING = ("Array", "Table", "reshape", "reshaped", "expand", "mapped", "rows", "shuffled", "split")
_SCALING = ("fit_transform", "transform")
_METHODS = ("reshape", "astype", "to_numpy", "dropna", "fillna", "drop")


def takes_many_rows_at_once(call: Call) -> bool:
    """Whether a fit takes as many rows for one batch as its data have, or what they were split from, and
    these are many: a part was split off, or they are windows of a series or the rows of a table.
    """
    batch, data = call.argument("batch_size"), call.data
    if call.method != "fit" or data.kind != "array" or data.samples is not None or data.is_part:
        return False
    if not isinstance(batch, Unknown) or not takes_all_steps(call):
        return False
    counts = {*data.lengths, *(array.count.key for array in _arrays(call, data) if array.count is not None)}
    wholes = (*_wholes(data.key), *_wholes(call.argument("y").key))
    return (batch.key in counts or counted(batch.key) in wholes) and has_many_rows(call, data)


def has_many_rows(call: Call, data: Data) -> bool:
    """Whether data that a call is given, of unknown length, are surely more than one row: they were split off
    or are split, or they are windows of a series or the rows of a table.
    """
    *_, whole = _wholes(data.key)
    is_trained = data is call.data and call.method == "fit"
    if is_trained and (validation_split(call) or 0.0) > 0.0:
        return True
    return is_share_or_windows(call, data) or (is_table(whole) and not _is_tail(call, data))


def is_share_or_windows(call: Call, data: Data) -> bool:
    """Whether data of unknown length were split off from others, or are windows of a series: as many as a
    literal says are none by chance.
    """
    are_windows = any(array.windows is not None for array in _arrays(call, data))
    return any(map(_is_split, _wholes(data.key))) or (are_windows and not _is_tail(call, data))


def _is_tail(call: Call, data: Data) -> bool:
    """Whether it may be a single row: `x[100:]`, where it isn't trained on."""
    is_part = any(isinstance(key, tuple) and key[0] == "rows" for key in _wholes(data.key))
    return is_part and call.method != "fit"


def _arrays(call: Call, data: Data) -> list[Array]:
    """The inputs of a call and its targets, those that are known arrays."""
    given = call.argument("y") if data is call.data else None
    arrays = [data.array, given.value if isinstance(given, Known) else None]
    return [array for array in arrays if isinstance(array, Array)]


def _wholes(key: Hashable) -> Iterator[Hashable]:
    """The data, and what they were made of or split from, row by row."""
    found: Hashable | None = key
    while found is not None:
        yield found
        match found:
            case (str(head), whole, *_) if head in _KEEPING:
                found = whole
            case (str(head), _, whole) if head in _SCALING:
                found = whole
            case ("item", whole, ("str", _) | (("str", _), *_) | ("listed", ("str", _), *_)):
                found = whole
            case ("call", ("attribute", whole, str(method)), *_) if method in _METHODS:
                found = whole
            case ("attribute", whole, "values"):
                found = whole
            case _:
                found = None


def _is_split(key: Hashable) -> bool:
    """Whether data are a part of others for training or testing: a split's, or a share of all rows."""
    match key:
        case ("split", *_) | ("shuffled", _, ("split", *_)):
            return True
        case ("rows", _, *bounds):
            shares = [part for bound in bounds for part in parts(bound) if part[0] == "float"]
            return any(isinstance(share[1], float) and 0 < share[1] < 1 for share in shares)
    return False
