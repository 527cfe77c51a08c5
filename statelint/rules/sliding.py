"""Windows that a program moves on by itself: the last one without its first steps, and new ones behind."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from statelint.trace.objects import Data

_STACKING = (
    "concatenate",
    "numpy.append",
    "numpy.concatenate",
    "numpy.vstack",
    "numpy.row_stack",
    "numpy.hstack",
)


def slid_by(earlier: Data, later: Data, steps: int | None) -> int | None:
    """By how many steps the later window (of `steps`) is the earlier one moved on; None: not known."""
    before = list(contents(earlier.key))
    for key in contents(later.key):
        behind = _tail(_begin_of(key))
        if behind is not None and behind[0] in before:
            begin = behind[1]
            return begin if begin > 0 else None if steps is None else steps + begin
        shifts = [shift for old in before if (shift := _moved(old, key)) is not None]
        if shifts:
            return shifts[0]
    return None


def contents(key: Hashable) -> Iterator[Hashable]:
    """The data, and what they are in another form: all the same steps, in the same order."""
    found: Hashable | None = key
    while found is not None:
        yield found
        match found:
            case ("Array", inner) | ("reshape" | "reshaped" | "expand", inner, *_):
                found = inner
            case ("array", ("Ref", _), ((inner),)):
                found = inner
            case ("index", inner, index) if takes_all(index):
                found = inner
            case ("call", ("attribute", inner, "reshape" | "astype"), *_):
                found = inner
            case _:
                found = None


def parts(key: Hashable) -> Iterator[tuple[Hashable, ...]]:
    """All compound keys in a key, itself included, each once."""
    seen: set[int] = set()
    todo = [key]
    while todo:
        part = todo.pop()
        if isinstance(part, tuple) and part and id(part) not in seen:
            seen.add(id(part))
            yield part
            todo.extend(part)


def takes_all(index: Hashable) -> bool:
    """Whether an index leaves what it is given whole, and adds axes at most."""
    match index:
        case ("Tuple", tuple(parts)):
            return all(map(takes_all, parts))
        case ("NoneType", None) | ("Slice", (("NoneType", None), ("NoneType", None), ("NoneType", None))):
            return True
    return False


def _begin_of(key: Hashable) -> Hashable:
    """The first of the parts that are joined, one behind the other."""
    match key:
        case ("operation", "+", first, _):
            return first
        case (str(head), int() | None, (first, _, *_)) | (str(head), (first, _, *_)) if head in _STACKING:
            return first
        case ("numpy.append", tuple(first), *_):
            return first
    return None


def _tail(key: Hashable) -> tuple[Hashable, int] | None:
    """The whole whose last steps these are, and with which one they begin (from the end if negative)."""
    match key:
        case ("Array", inner):
            return _tail(inner)
        case ("rows", whole, ("int", int(begin)), ("NoneType", None), ("NoneType", None)):
            return (whole, begin) if begin else None
        case ("rows" | "index", whole, index):
            begins = _begin(index)
            return (whole, begins) if begins else None
    return None


def _begin(index: Hashable) -> int | None:
    """Where the one slice of rows or steps begins that an index takes."""
    match index:
        case ("Slice", (("int", int(begin)), ("NoneType", None), ("NoneType", None))):
            return begin
        case ("Tuple", (("Slice", _) as rows, ("Slice", _) as steps, *rest)) if all(map(takes_all, rest)):
            whole = [takes_all(part) for part in (rows, steps)]
            return _begin(steps if whole[0] else rows) if any(whole) else None
    return None


def _moved(one: Hashable, other: Hashable) -> int | None:
    """By how much a list of known steps is moved on from another one."""
    match one, other:
        case ("array", ("Ref", _), tuple(first)), ("array", ("Ref", _), tuple(second)):
            length = len(first)
            if length != len(second) or first == second:
                return None
            return next((s for s in range(1, length) if first[s:] == second[: length - s]), None)
    return None
