"""Where the rows that are fed stand in the whole of which they are a part."""

from __future__ import annotations

from collections.abc import Hashable

from statelint.rules.sliding import contents
from statelint.trace.linear import distance
from statelint.trace.objects import Data
from statelint.values import interned

# How much of a part may be left out behind it, if the next one is to go on where it ends.
_LEEWAY = 0.2


def stand_before(one: Hashable, other: Hashable) -> bool:
    """Whether the later data are rows of one whole that begin before or with the earlier ones, or end before
    them.
    """
    first = span_of(one)
    second = span_of(other) or (_all_of(first[0], other) if first is not None else None)
    if first is None or second is None or first[0] != second[0]:
        return False
    begins, (start, stop) = _from(first[1]), second[1:]
    return _is_up_to(_from(start), begins) or (not is_left_out(stop) and _is_up_to(stop, begins))


def ends_before(one: Data, other: Data) -> bool:
    """Whether the rows of `other` end no further on in one whole than those of `one`, behind which they can't
    stand then.
    """
    first, second = (span_of(data.key) or _span_of_item(data.key) for data in (one, other))
    if first is None or second is None or first[0] != second[0] or is_left_out(second[2]):
        return False
    return is_left_out(first[2]) or _is_up_to(second[2], first[2])


def stands_far_behind(one: Hashable, other: Hashable) -> bool:
    """Whether the later data are rows of one whole that begin far behind the end of the earlier ones (what is
    left out may be as long as the windows are), or a row of these.
    """
    first, second = span_of(one), span_of(other) or _span_of_row(other)
    if first is None or second is None or first[0] != second[0]:
        return False
    match first[1:], second[1]:
        case (("int", int(start)), ("int", int(stop))), ("int", int(begins)):
            return 0 <= start < stop and begins > stop + _LEEWAY * (stop - start)
        case (("NoneType", _), ("int", int(stop))), ("int", int(begins)):
            return stop > 0 and begins > stop + _LEEWAY * stop
    return False


def is_read_already(one: Data, other: Data, *, is_last: bool) -> bool:
    """Whether the rows of `other` are some of the steps of the series of which `one` are all windows.

    Behind these (`is_last`) the series' last steps may be meant as a look back; not so where it begins again.
    """
    inner = one.windows.series if one.windows is not None and one.windows.start == 0 else None
    match inner:
        case ("Array", whole):
            inner = whole
    span = span_of(other.key) if inner is not None else None
    if span is None or inner is None or not _is_within(one, span[1]):
        return False
    if span[0] == inner:
        return not is_last or _is_first(span[1])
    within = span_of(inner)
    return within is not None and within[0] == span[0] and _is_first(span[1]) and _is_first(within[1])


def _is_within(one: Data, begin: Hashable) -> bool:
    """Whether windows, if it is known how many they are, reach to the step with this number."""
    if one.samples is None or one.windows is None:
        return True
    match _from(begin):
        case ("int", int(place)) if place >= 0 and one.windows.length is not None:
            return place < (one.samples - 1) * one.windows.stride + one.windows.length
    return False


def span_of(key: Hashable) -> tuple[Hashable, Hashable, Hashable] | None:
    """The whole of which data are a slice of rows, and where the slice begins and ends."""
    for form in contents(key):
        match form:
            case ("rows", whole, start, stop, ("NoneType", None)):
                return (whole, start, stop)
            case ("rows" | "index", whole, ("Slice", (start, stop, ("NoneType", None)))):
                return (whole, start, stop)
            case (
                "rows" | "index",
                whole,
                ("Tuple", (("Slice", (start, stop, ("NoneType", None))), *columns)),
            ):
                # `x[:n][:, :-1]`
                found = span_of(whole) if is_left_out(start) and is_left_out(stop) else None
                part, begin, end = found or (whole, start, stop)
                return (interned((part, *columns)), begin, end)
            case ("item", part, ("str", _) | ("listed", ("str", _), *_) as columns):
                # `x[:n]["a"]`
                found = span_of(part)
                return found and (interned((found[0], columns)), *found[1:])
    return None


def _all_of(whole: Hashable, key: Hashable) -> tuple[Hashable, Hashable, Hashable] | None:
    """The span of data that are the whole itself."""
    left_out = ("NoneType", None)
    return (whole, left_out, left_out) if whole in contents(key) else None


def _span_of_row(key: Hashable) -> tuple[Hashable, Hashable, Hashable] | None:
    """The same of one row of such a slice: `x[a:b][i]`."""
    for form in contents(key):
        match form:
            case ("item" | "index", rows, ("int", int(place))) if place >= 0:
                match span_of(rows):
                    case (whole, ("int", int(start)), _) if start >= 0:
                        return (whole, ("int", start + place), ("int", start + place + 1))
    return None


def _span_of_item(key: Hashable) -> tuple[Hashable, Hashable, Hashable] | None:
    """The same of one row: `x[i]`."""
    for form in contents(key):
        match form:
            case ("item" | "index", whole, ("int", -1) as place):
                return (whole, place, ("NoneType", None))
            case ("item" | "index", whole, ("int" | "item" | "operation", *_) as place):
                return (whole, place, interned(("operation", "+", place, ("int", 1))))
    return None


def _is_first(begin: Hashable) -> bool:
    """Whether a slice begins with the first row."""
    match _from(begin):
        case ("int", 0):
            return True
    return False


def _from(begin: Hashable) -> Hashable:
    """The number of the row with which a slice begins."""
    return ("int", 0) if is_left_out(begin) else begin


def is_left_out(bound: Hashable) -> bool:
    """Whether a slice goes on to the first or the last row there is."""
    match bound:
        case ("NoneType", _):
            return True
    return False


def _is_up_to(one: Hashable, other: Hashable) -> bool:
    """Whether the row with one number is certainly the one with the other number, or stands before it."""
    match one, other:
        case ("int", 0), _:
            return True
        case ("int", int(mine)), ("int", int(theirs)) if (mine < 0) != (theirs < 0):
            # One of them is counted from the end.
            return False
    apart = distance(one, other)
    return apart is not None and apart >= 0
