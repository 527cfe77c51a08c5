"""Windows of a series that stand end to end: what `reshape` makes of its steps."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from statelint.interp.pieces import lengths
from statelint.sites import Site
from statelint.trace.linear import distance
from statelint.trace.objects import Array, Windows
from statelint.values import Known, Value, interned, number


def laid_end_to_end(array: Array, shape: tuple[Value, ...], site: Site) -> Windows | None:
    """The windows that `array.reshape(shape)` makes of a series; None where its rows may be no steps."""
    length = number(shape[1]) if len(shape) > 1 else None
    if length is None or length < 2 or number(shape[0]) == 1 or array.windows is not None:
        return None
    # What a program makes up may be anything: `np.arange(60).reshape(20, 3, 1)`.
    if array.made or not _holds_steps(array, shape, length):
        return None
    return Windows(array.base, number(array.start), length, length, site)


def _holds_steps(array: Array, shape: tuple[Value, ...], length: int) -> bool:
    """Whether the rows of the array are single steps, of which several make a row of the new shape."""
    own = array.shape
    if own is None:
        is_wide = len(shape) == 3 and _has_width(array.key, shape[2])
        return is_wide or is_column(array.key) or _counts_steps(array.key, shape[0], length)
    return len(own) == 1 or (len(own) == 2 and len(shape) == 3 and own[1].key == shape[2].key)


def _has_width(key: Hashable, width: Value) -> bool:
    """Whether data of unknown shape, or those that they are rows of, have so many columns: `x.shape[1]`, the
    columns that are taken of a table, `x[:, 2:5]`.
    """
    wanted = number(width)
    for part in _as_wide_as(key):
        if width.key in (
            interned(("item", ("attribute", part, "shape"), ("int", 1))),
            interned(("item", ("numpy.shape", part), ("int", 1))),
        ):
            return True
        if wanted is not None and _columns_taken(part) == wanted:
            return True
    return False


def columns_of(key: Hashable) -> int | None:
    """How many columns are taken of data of unknown shape, where that is spelled out."""
    taken = (_columns_taken(part) for part in _as_wide_as(key))
    return next((count for count in taken if count is not None), None)


def _as_wide_as(key: Hashable) -> Iterator[Hashable]:
    """The data, and what they are made of that has as many columns."""
    yield key
    match key:
        case ("rows" | "index", whole, ("Tuple", (_, *others))) if all(map(_takes_all, others)):
            yield from _as_wide_as(whole)
        case (
            ("rows", whole, ("Slice", _))
            | ("rows", whole, _, _, _)
            | ("Array", whole)
            | ("filled", whole, *_)
        ):
            yield from _as_wide_as(whole)
        case ("attribute", whole, "values") | ("transform" | "fit_transform", _, whole):
            yield from _as_wide_as(whole)
        case ("call", ("attribute", whole, "astype" | "copy" | "to_numpy"), *_):
            yield from _as_wide_as(whole)


def _columns_taken(key: Hashable) -> int | None:
    """The number of columns that are taken: `x[:, 2:5]`, `table[["open", "close"]]`; None: not known."""
    match key:
        case (
            "index" | "rows",
            _,
            ("Tuple", (("Slice", _), ("Slice", (first, ("int", int(stop)), ("NoneType", _))))),
        ):
            match first:
                case ("NoneType", _):
                    return stop if stop > 0 else None
                case ("int", int(start)) if 0 <= start < stop:
                    return stop - start
        case ("item", _, ("listed", *names)) | ("numpy.column_stack", tuple(names)):
            return len(names) if all(map(_names_column, names)) else None
    return None


def _names_column(key: Hashable) -> bool:
    """Whether it is the name of a column, or a column that is taken by its name."""
    match key:
        case ("str", _) | ("item", _, ("str", _)):
            return True
    return False


def _takes_all(index: Hashable) -> bool:
    return index == interned(("Slice", (("NoneType", None),) * 3))


def is_column(key: Hashable) -> bool:
    """Whether data of unknown shape are a single column of a table: `table["name"].values`."""
    match key:
        case ("rows", whole, *_) | ("attribute", whole, "values") | ("call", ("attribute", whole, _), *_):
            return is_column(whole)
        case ("item", ("pandas.read_csv" | "pandas.read_excel", *_), ("str", _)):
            return True
    return False


def _counts_steps(key: Hashable, rows: Value, length: int) -> bool:
    """Whether the rows are cut to a multiple of the length: `x[:n * length]`, n being the new rows."""
    if rows.key in {interned(("operation", "//", own, Known(length).key)) for own in lengths(key)}:
        return True
    match key:
        case ("rows", _, ("NoneType", _), stop, _) | ("rows", _, ("Slice", (("NoneType", _), stop, _))):
            whole = interned(("operation", "*", rows.key, Known(length).key))
            return distance(whole, stop) == 0
    return False
