"""Lists that say item by item what they were made of: another list made of the same is alike."""

from __future__ import annotations

from collections.abc import Hashable

from statelint.interp.machine import Machine
from statelint.interp.objects import ListRecord
from statelint.interp.state import State
from statelint.trace.keys import parts
from statelint.trace.story import Loop
from statelint.trace.tables import ANSWERS, is_table
from statelint.trace.texts import OF_TEXTS, is_text

# Stands for the identity of a list that is told apart from others by its items alone.
NOBODY = ("Ref", None)
# Numbers and texts that a program writes down, by which nothing is told apart.
_WRITTEN = ("int", "float", "complex", "str", "bytes", "bool", "NoneType")
# Attributes by which an array tells the same each time.
_SAME = ("shape", "size", "ndim", "T", "values")
_ROWS = ("listed", "tuple", "Tuple")


def tells(content: Hashable) -> bool:
    """Whether the items of a list are made of several data, or of a row of some, which say the same whenever
    they are asked.
    """
    found: set[Hashable] = set()
    todo = [content]
    while todo:
        match todo.pop():
            case (str(head), *items) if head in _ROWS:
                todo += items
            case ("Ref", *_):
                return False
            case (str(head), *_) as item if head not in _WRITTEN:
                found.add(item)
    return (len(found) > 1 or any(map(_is_row, found))) and not any(map(_may_differ, parts(tuple(found))))


def _is_row(key: Hashable) -> bool:
    """Whether it stands at a known place in data, like a row of an array (`x[0]`, `x[0, :, :]`), or was made
    of what does: `row["a"]`, `float(line.split()[0])`.

    What is looked up by its name alone comes again wherever that does: `codes["a"]`.
    """
    while True:
        match key:
            case ("item" | "index", whole, place) if _is_place(place):
                # A list may have other items by then.
                return all(part[0] != "Ref" for part in parts(whole))
            case ("Array" | "item" | "index" | "unpacked" | "attribute" | "call", inner, *_):
                key = inner
            case ("builtins.float" | "builtins.int", inner):
                key = inner
            case _:
                return False


def _is_place(index: Hashable) -> bool:
    match index:
        case int() | ("int", int()):
            return True
        case ("tuple", first, *_) | ("Tuple", (first, *_)):
            return _is_place(first)
    return _is_row(index)


def _may_differ(part: tuple[Hashable, ...]) -> bool:
    """Whether something is asked of an object that may have changed when it is asked again."""
    match part:
        case ("call", ("attribute", whole, name), *_) if name in ANSWERS and is_table(whole):
            return False
        case ("call", ("attribute", whole, name), *_) | ("attribute", whole, name) if (
            name in OF_TEXTS and is_text(whole)
        ):
            return False
        case ("attribute", whole, name):
            return name not in _SAME and not is_table(whole)
    return part[0] in ("call", "Library")


def told(machine: Machine, first: State, loop: Loop) -> dict[int, Hashable]:
    """What the lists are made of to which a loop appends, by what its first two passes have appended."""
    found: dict[int, Hashable] = {}
    for ref, record in machine.state.heap.items():
        before = first.heap.get(ref)
        if not isinstance(record, ListRecord) or not isinstance(before, ListRecord) or before is record:
            continue
        if not record.items or before.items is None or len(before.items) >= len(record.items):
            continue
        content = machine.content(machine.refer(ref))
        begun = [item.key for item in before.items] == [
            item.key for item in record.items[: len(before.items)]
        ]
        if begun and tells(content):
            found[ref] = ("listed", loop.over, content)
    return found
