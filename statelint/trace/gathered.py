"""Which rows of a series values are made of that a program puts together one by one."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator, Sequence


def gathered_rows(contents: Sequence[Hashable], *, parts: bool = False) -> tuple[Hashable, int] | None:
    """The series of whose rows values are made, one each and in order, and the row with which they begin.

    With `parts` some rows may stand for one, the first of them: `x[i + 1:i + 4].mean()`.
    """
    found: tuple[Hashable, int] | None = None
    for k, pair in enumerate(itertools.pairwise(contents)):
        for at in _moved(*pair, parts):
            if at is None or (found is not None and found != (at[0], at[1] - k)):
                return None
            found = at[0], at[1] - k
    return found


def row_of(place: Hashable) -> tuple[int, tuple[Hashable, ...]] | None:
    """The number of the row that an index takes, and the rest of it."""
    match place:
        case int(row) | ("int", int(row)):
            return row, ()
        case ("tuple", ("int", int(row)), *rest) | ("Tuple", (("int", int(row)), *rest)):
            return row, tuple(rest)
    return None


def _moved(one: Hashable, other: Hashable, parts: bool) -> Iterator[tuple[Hashable, int] | None]:
    """Of what, and which, `one` has an item where `other` has the next; None for any other difference."""
    if one == other:
        return
    match one, other:
        case ("item" | "index" | "rows", series, *place), ("item" | "index" | "rows", same, *next_) if (
            series == same
        ):
            at, then = _first(place, parts), _first(next_, parts)
            yield (series, at[0]) if at and then and (at[0] + 1, at[1]) == then else None
        case tuple(), tuple() if len(one) == len(other):
            for part, counterpart in zip(one, other, strict=True):
                yield from _moved(part, counterpart, parts)
        case _:
            yield None


def _first(place: Sequence[Hashable], parts: bool) -> tuple[int, tuple[Hashable, ...]] | None:
    """The number of the row that an index takes, or of the first one of a slice, and the rest of it."""
    match place:
        case [only] if (found := row_of(only)) is not None:
            return found
        case [("Slice", (("int", int(start)), ("int", int(stop)), ("NoneType", None)))] | [
            ("int", int(start)),
            ("int", int(stop)),
            ("NoneType", None),
        ] if parts and start >= 0:
            return start, (stop - start,)
        case [("Tuple" | "tuple", (("Slice", _) as rows, *rest))] if parts:
            found = _first([rows], parts)
            return None if found is None else (found[0], (*found[1], *rest))
    return None
