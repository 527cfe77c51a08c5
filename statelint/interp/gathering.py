"""Rows of one series that a program puts into a list one by one."""

from __future__ import annotations

from collections.abc import Hashable

from statelint.interp.machine import Machine
from statelint.interp.objects import ListRecord
from statelint.trace.gathered import gathered_rows
from statelint.values import interned

# A comprehension with one `for` and no `if`, of which the first two items are known.
_PLAIN = 4


def gathered(machine: Machine, record: ListRecord) -> tuple[Hashable, int] | None:
    """The rows that the items of a list are made of, one each and in order, and with which one they begin."""
    items = record.items or record.head
    if len(items) < 2 or record.first or record.shuffle_site is not None or _is_made_up(record.content):
        return None
    contents = [machine.content(item) for item in items]
    found = gathered_rows(contents)
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
