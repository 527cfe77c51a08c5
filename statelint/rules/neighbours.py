"""Which rows of a series the rows of data are made of: targets from the next row tell that rows are steps."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace

from statelint.rules.sliding import first_part, takes_all
from statelint.trace.gathered import gathered_rows, row_of
from statelint.trace.linear import distance
from statelint.trace.objects import Array
from statelint.values import interned

# What is made of a whole row by row.
_WHOLES = frozenset(["of", "reshape", "reshaped", "Array", "Table", "expand", "mapped"])
_CODING = frozenset(["to_categorical", "one_hot", "nan_to_num", "asarray", "cast", "log", "log1p", "sqrt"])
_MAPPING = frozenset(["fit_transform", "transform", "inverse_transform"])
_METHODS = frozenset(
    [
        *("reshape", "astype", "copy", "to_numpy", "tolist", "to_frame", "ravel", "flatten", "squeeze"),
        *("fillna", "ffill", "bfill", "interpolate", "round", "clip", "abs", "reset_index", "rename"),
    ]
)
_BESIDE = ("numpy.column_stack", "numpy.dstack", "numpy.c_")
_CONSTANTS = ("int", "float", "str", "bool", "NoneType")
# So many parts of a history are looked at.
_PARTS = 200
_ZERO = ("int", 0)


@dataclass(frozen=True, slots=True)
class Row:
    """What the first row of data is made of: a row of a series, `place` being the identity of its number.

    Each row behind it is made of the next row of the series.  `is_array` is False where the series may be
    a single value, the same one for all rows.
    """

    series: Hashable
    place: Hashable = _ZERO
    is_array: bool = True
    # The columns that are taken of it, None for all.
    columns: tuple[Hashable, ...] | None = None
    # What was done to the series' rows before: only after the same they are counted alike.
    marks: tuple[Hashable, ...] = ()

    def of(self, series: Hashable, behind: int = 0, begin: Hashable = _ZERO) -> Row:
        """The row of another series that this one is, so far behind its own number."""
        place = self.place
        for more in (("int", behind), begin):
            place = place if more == _ZERO else interned(("operation", "+", place, more))
        return replace(self, series=series, place=place)

    def marked(self, mark: Hashable) -> Row:
        """The row, counted apart from those to whose series the same wasn't done."""
        return replace(self, marks=(*self.marks, mark))


def shared(one: Iterable[Row], other: Iterable[Row]) -> Iterator[tuple[Row, int]]:
    """The rows of which data are made where other data are made of the same series, and how far behind."""
    found = list(dict.fromkeys(one))
    for theirs in dict.fromkeys(other):
        for own in found:
            is_same = (own.series, own.marks) == (theirs.series, theirs.marks)
            if is_same and (own.is_array or theirs.is_array):
                apart = distance(own.place, theirs.place)
                if apart is not None:
                    yield own, apart


def rows_of_array(array: Array) -> Iterator[Row]:
    """What the rows of an array are made of."""
    if array.shuffle_site is not None or array.separate_site is not None:
        return
    windows = array.windows
    if windows is not None:
        if windows.start is not None and windows.stride == 1:
            yield from rows_of(windows.series, ("int", windows.start))
        return
    yield from rows_of(array.key)
    if array.base != array.key:
        yield from rows_of(array.base, array.start.key)


def rows_of(key: Hashable, start: Hashable = _ZERO) -> Iterator[Row]:
    """What the rows of data are made of that begin with a row of what has this identity."""
    todo = [_from(Row(key), key, start)]
    for _ in range(_PARTS):
        if not todo:
            return
        row = todo.pop()
        made = _made_of(row)
        if made is not None:
            todo += made
        elif not _is_constant(row.series):
            yield row


def _made_of(row: Row) -> list[Row] | None:
    """What a row is made of, as far as its series tells; None where the series is made of nothing else."""
    match row.series:
        case ("call", ("attribute", _, "shift"), _, ("int", 1) | ("str", "columns")):
            return None
        case ("call", ("attribute", inner, "shift"), ("int", int(by)), *_):
            return [row.of(inner, -by)]
        case ("call", ("attribute", inner, "shift")):
            return [row.of(inner, -1)]
        case ("call", ("attribute", inner, "dropna"), *_):
            return [row.marked(row.series).of(inner)]
        case ("call", ("attribute", inner, str(name)), *_) if name in _METHODS:
            return [row.of(inner)]
        case ("call", ("attribute", inner, "drop"), _, ("int", 1) | ("str", "columns")):
            return [row.of(inner)]
        case ("attribute", inner, "values") | ("unary", _, inner):
            return [row.of(inner)]
        case ("attribute", ("Table", inner), str(name)):
            return [replace(row.of(inner), columns=(name,))]
        case ("item", inner, ("str", str(name))):
            return [replace(row.of(inner), columns=(name,))]
        case ("item", inner, (("str", _), *_) as names) | ("item", inner, ("listed", *names)):
            return _of_columns(row, inner, names)
        case ("operation" | "compare", _, *values) | ("numpy.where", *values):
            sides = [row.of(side) for side in values if not _is_constant(side)]
            return sides if len(sides) < 2 else [replace(side, is_array=False) for side in sides]
        case ("filled" | "widened", *_):
            return _of_filled(row)
        case ("array", ("listed", _, ("listed", one, other)) | ("listed", _, one, other)):
            return _of_gathered(row, (one, other))
    return _of_rows(row) or _of_joined(row)


def _is_constant(key: Hashable) -> bool:
    """Whether it is a value that the program writes down."""
    return not isinstance(key, tuple) or key[:1] in ((name,) for name in _CONSTANTS)


def _of_rows(row: Row) -> list[Row] | None:
    """The same where some rows of a whole are taken, or all of them from another one on."""
    match row.series:
        case ("numpy.roll", inner, ("int", int(by)), (_, 0 | None)):
            return [row.of(inner, -by)]
        case ("numpy.delete", inner, ("int", 0), ("int", 0)):
            return [row.of(inner, 1)]
        case (
            ("rows", inner, begin, end, ("NoneType", None))
            | ("rows" | "index", inner, ("Slice", (begin, end, ("NoneType", None))))
            | ("rows" | "index", inner, ("Tuple", (("Slice", (begin, end, ("NoneType", None))), *_)))
        ):
            # A single row may stand for all of others.
            is_single = distance(begin, end) == 1
            return None if is_single else [_from(row, inner, _ZERO if takes_all(begin) else begin)]
        case ("split", inner, "train" | "test" as which):
            return [(row if which == "train" else row.marked(which)).of(inner)]
        case ("index", inner, ("Tuple", (("ellipsis", _), *_))):
            return [row.of(inner)]
        case (str(head), inner, *_) if head in _WHOLES:
            return [row.of(inner)]
        case (str(head), _, inner) if head in _MAPPING:
            return [row.of(inner)]
        case (str(head), inner, *_) if "." in head and head.rpartition(".")[2] in _CODING:
            return [row.of(inner)]
    return None


def _of_joined(row: Row) -> list[Row] | None:
    """The same where arrays are joined: beside each other, or one behind the other."""
    match row.series:
        case ("concatenate", int(axis), tuple(parts)) if axis:
            return [row.of(part) for part in parts]
        case (str(head), tuple(parts)) if head in _BESIDE:
            return [row.of(part) for part in parts]
    first = first_part(row.series)
    return None if first is None else [row.of(first)]


def _from(row: Row, inner: Hashable, begin: Hashable) -> Row:
    """The row of a whole that a row of its slice is."""
    match begin:
        case ("int", int(number_)) if number_ < 0:
            return row.marked("from the end").of(inner, begin=begin)
        case ("unary", "Minus", _):
            return row.marked("from the end").of(inner, begin=begin)
    return row.of(inner, begin=begin)


def _of_columns(row: Row, inner: Hashable, names: Iterable[Hashable]) -> list[Row] | None:
    found: list[Hashable] = []
    for name in names:
        match name:
            case ("str", str(text)):
                found.append(text)
            case _:
                return None
    return [replace(row.of(inner), columns=tuple(found))]


def _of_filled(row: Row) -> list[Row] | None:
    """The same of an array into which rows are filled, one by one in a loop or many at once, or of a table
    with one more column.
    """
    match row.series:
        case ("filled", table, ("str", name), values):
            is_taken = row.columns is None or name in row.columns
            held = [replace(row.of(values), is_array=False, columns=None)] if is_taken else []
            return [row.of(table), *held]
        case ("filled", array, ("Slice", (begin, _, ("NoneType", None))), values):
            match begin:
                case ("NoneType", None):
                    return [row.of(array), replace(row.of(values), is_array=False)]
                case ("int", int(at)) if at >= 0:
                    return [row.of(array), replace(row.of(values, -at), is_array=False)]
            return [row.of(array)]
        case (
            "widened",
            _,
            ("Array", ("filled", before, at, first)),
            ("Array", ("filled", ("filled", same, again, begun), then, second)),
        ) if (before, at, first) == (same, again, begun):
            one, other = row_of(at), row_of(then)
            if one is None or other is None or (one[0] + 1, one[1]) != other:
                return None
            return _of_gathered(row.of(row.series, -one[0]), (first, second))
        case ("filled", array, at, _) if row_of(at) is not None:
            # The last row, behind those of a loop.
            return [row.of(array)]
    return None


def _of_gathered(row: Row, values: tuple[Hashable, Hashable]) -> list[Row] | None:
    found = gathered_rows(values, parts=True)
    return None if found is None else [row.of(*found)]
