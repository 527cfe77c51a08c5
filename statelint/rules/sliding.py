"""Windows that a program moves on by itself: the last one without its first steps, and new ones behind."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace

from statelint.trace.keys import parts
from statelint.trace.objects import Data, Windows

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
    tails = (_tail(_begin_of(key)) for key in contents(later.key))
    if any(tail is not None and tail[1] == -1 for tail in tails):
        # The last step alone is the new one.
        return None
    for key in contents(later.key):
        behind = _tail(_begin_of(key))
        if behind is not None and behind[0] in before:
            begin = behind[1]
            return begin if begin > 0 else None if steps is None else steps + begin
        shifts = [shift for old in before if (shift := _moved(old, key)) is not None]
        if shifts:
            return shifts[0]
    return _written_by(earlier.windows, later.windows) or _grown_by(earlier.key, later.key)


def _written_by(earlier: Windows | None, later: Windows | None) -> int | None:
    """By how many steps a window is moved on in an array into which the program writes what comes behind it:
    `steps[n + i] = model.predict(steps[i:i + n])`.
    """
    if earlier is None or later is None or earlier.start is None or later.start is None:
        return None
    if (earlier.length, earlier.extent) != (later.length, later.extent):
        return None
    match earlier.series, later.series:
        case ("Array", whole), ("Array", written):
            while written != whole:
                match written:
                    case ("filled", inner, index, _) if _is_behind(index, earlier):
                        written = inner
                    case _:
                        return None
            return later.start - earlier.start if earlier.series != later.series else None
    return None


def _is_behind(index: Hashable, window: Windows) -> bool:
    """Whether the steps that are written stand behind a window."""
    match index:
        case ("Tuple", (place, *rest)) if all(map(takes_all, rest)):
            return _is_behind(place, window)
        case ("int", int(place)):
            return window.length is not None and place >= (window.start or 0) + window.length
        case ("operation", "+", extent, ("int", int(more))) | ("operation", "+", ("int", int(more)), extent):
            return window.extent is not None and extent == window.extent and more >= (window.start or 0)
    return window.extent is not None and index == window.extent and not window.start


def is_one_window(data: Data) -> bool:
    """Whether a batch has one window: as its only row, in each row, or in the first of blank ones."""
    match data.key:
        case ("widened", _, ("Array", ("filled", ("blank", _), ("Tuple", (("int", 0), *_)), _)), _):
            return True
    return data.samples == 1 or _repeats_rows(data.key)


def _repeats_rows(key: Hashable) -> bool:
    """Whether a batch is made of one that is put into it several times, row after row."""
    match key:
        case ("numpy.repeat", _, _, ("int", 0)) | ("numpy.tile", _, (int(), 1, *_)):
            return True
        case ("numpy.tile", _, ("Tuple", (_, ("int", 1), *_))):
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Stream:
    """What a window is of: the steps that a program began with (`root`), how many it has dropped of them and
    put behind them (None: not known), and how many of the last ones the window has (None: all).
    """

    root: Hashable
    dropped: int = 0
    added: int | None = 0
    kept: int | None = None


def _grown_by(earlier: Hashable, later: Hashable) -> int | None:
    """By how many steps a window is moved on that is always the last part of something that grows."""
    one, other = _stream_of(earlier), _stream_of(later)
    if one.root != other.root or one == other or other.added == 0:
        return None
    if other.kept is None:
        moved = other.dropped - one.dropped if one.kept is None else 0
    else:
        is_one_window = one.kept in (None, other.kept)
        moved = (other.added or 0) - (one.added or 0) if is_one_window else 0
    return moved if moved > 0 else None


def _stream_of(key: Hashable, depth: int = 16) -> _Stream:
    for found in contents(key):
        if depth:
            tail = _tail(found)
            if tail is not None:
                whole, begin = _stream_of(tail[0], depth - 1), tail[1]
                if begin < 0:
                    return replace(whole, kept=-begin)
                kept = None if whole.kept is None else whole.kept - begin
                return replace(whole, dropped=whole.dropped + begin, kept=kept)
            first = _begin_of(found)
            if first is not None:
                whole, more = _stream_of(first, depth - 1), _added(found)
                added = None if whole.added is None or more is None else whole.added + more
                kept = None if whole.kept is None or more is None else whole.kept + more
                return replace(whole, added=added, kept=kept)
        last = found
    return _Stream(last)


def _added(key: Hashable) -> int | None:
    """How many steps are put behind others, None where that isn't known."""
    match key:
        case ("operation", "+", _, ("listed", *items)):
            return len(items)
        case ("operation", "+", _, ("item", *_)):
            return 1
        case ("filled", ("numpy.roll", _, ("int", int(by)), *_), _, _):
            return -by
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
            case ("listed", whole, item, *_) if _is_first_of(whole, item):
                found = whole
            case ("widened", _, ("Array", ("filled", ("blank", _), *first)), second):
                found = _spelled(first, second)
            case ("widened", _, first, second) if _goes_on_from(first, second):
                found = second
            case ("numpy.repeat" | "numpy.tile", inner, *_) if _repeats_rows(found):
                found = inner
            case ("array" | "listed" | "deque", tuple(inner)):
                found = inner
            case ("index", inner, index) if takes_all(index):
                found = inner
            case ("call", ("attribute", inner, "reshape" | "astype"), *_):
                found = inner
            case _:
                found = None


def _goes_on_from(first: Hashable, second: Hashable) -> bool:
    """Whether what a loop makes of a value in later passes is that of the pass before, moved on."""
    behind = _tail(_begin_of(second))
    return behind is not None and behind[0] == first


def _is_first_of(whole: Hashable, item: Hashable) -> bool:
    """Whether a value is made of the first item of something: `codes[letter]`."""
    return any(part[0] == "item" and part[1:] == (whole, 0) for part in parts(item))


def _spelled(first: Sequence[Hashable], second: Hashable) -> Hashable | None:
    """What a loop goes over that fills a blank array step by step, each with what is made of one item."""
    begun = {part[1] for key in first for part in parts(key) if part[0] == "item" and part[2:] == (0,)}
    gone_on = {part[1] for part in parts(second) if part[0] == "item" and part[2:] == (1,)}
    whole = begun & gone_on
    return whole.pop() if len(whole) == 1 else None


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
        case ("operation", "+", first, _) | ("filled", ("numpy.roll", *_) as first, _, _):
            return first
        case ("filled", first, _, _) if _moved_up(first) is not None:
            return first
    return first_part(key)


def first_part(key: Hashable) -> Hashable:
    """The first of the arrays that a function of NumPy joins; None where the key is of no such array."""
    match key:
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
        case ("numpy.delete", whole, ("int", 0), *_):
            return whole, 1
        case ("numpy.roll", whole, ("int", int(by)), *_) if by < 0:
            return whole, -by
        case ("rows", whole, ("int", int(begin)), ("NoneType", None), ("NoneType", None)):
            return (whole, begin) if begin else None
        case ("rows" | "index", whole, index):
            begins = _begin(index)
            return (whole, begins) if begins else None
    return _moved_up(key)


def _moved_up(key: Hashable) -> tuple[Hashable, int] | None:
    """The whole whose steps were moved up in place, and by how many: `x[:, :-1] = x[:, 1:]`."""
    match key:
        case ("filled", whole, to, ("Array", ("rows", same, begin, ("NoneType", None) as end, step))) if (
            whole == same
        ):
            places = [(to, ("Slice", (begin, end, step)))]
        case (
            "filled",
            whole,
            ("Tuple", tuple(to)),
            ("Array", ("index" | "rows", same, ("Tuple", tuple(taken)))),
        ) if whole == same and len(to) == len(taken):
            places = [(one, other) for one, other in zip(to, taken, strict=True) if one != other]
        case _:
            return None
    match places:
        case [
            (
                ("Slice", (("NoneType", None) | ("int", 0), ("int", int(rest)), ("NoneType", None))),
                ("Slice", (("int", int(begins)), ("NoneType", None), ("NoneType", None))),
            )
        ] if begins == -rest > 0:
            return whole, begins
    return None


def _begin(index: Hashable) -> int | None:
    """Where the one slice of rows or steps begins that an index takes."""
    match index:
        case ("Slice", (("int", int(begin)), ("NoneType", None) | ("length", _), ("NoneType", None))):
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
