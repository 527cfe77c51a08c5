"""Rows of one series that a program puts into a list one by one."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator

from statelint.interp.machine import Machine
from statelint.interp.objects import ListRecord
from statelint.values import interned

# A comprehension with one `for` and no `if`, of which the first two items are known.
_PLAIN = 4


def gathered(machine: Machine, record: ListRecord) -> tuple[Hashable, int] | None:
    """The rows that the items of a list are made of, one each and in order, and with which one they begin."""
    items = record.items or record.head
    if len(items) < 2 or record.first or record.shuffle_site is not None or _is_made_up(record.content):
        return None
    contents = [machine.content(item) for item in items]
    found: tuple[Hashable, int] | None = None
    for k, pair in enumerate(itertools.pairwise(contents)):
        for at in _moved(*pair):
            if at is None or (found is not None and found != (at[0], at[1] - k)):
                return None
            found = at[0], at[1] - k
    # What is made of them is other data: other columns.
    return None if found is None else (interned(("of", found[0], contents[0])), found[1])


def _is_made_up(content: Hashable) -> bool:
    """Whether a list is made in another way than by a plain comprehension, or by appending in a loop."""
    match content:
        case ("listed", _, ("listed", *_)):
            return False
        case tuple():
            return len(content) != _PLAIN
    return False


def _moved(one: Hashable, other: Hashable) -> Iterator[tuple[Hashable, int] | None]:
    """Of what, and which, `one` has an item where `other` has the next; None for any other difference."""
    if one == other:
        return
    match one, other:
        case ("item" | "index", series, place), ("item" | "index", same, next_) if series == same:
            at, then = _number(place), _number(next_)
            yield (series, at[0]) if at and then and (at[0] + 1, at[1]) == then else None
        case tuple(), tuple() if len(one) == len(other):
            for part, counterpart in zip(one, other, strict=True):
                yield from _moved(part, counterpart)
        case _:
            yield None


def _number(place: Hashable) -> tuple[int, tuple[Hashable, ...]] | None:
    """The number of the row that an index takes, and the rest of it."""
    match place:
        case int(row) | ("int", int(row)):
            return row, ()
        case ("tuple", ("int", int(row)), *rest) | ("Tuple", (("int", int(row)), *rest)):
            return row, tuple(rest)
    return None
