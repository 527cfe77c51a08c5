"""Where a part is cut out of a whole."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

import libcst as cst

from statelint.interp.chance import place_of
from statelint.interp.extents import extent_of
from statelint.interp.machine import Machine
from statelint.interp.objects import Slice, Tuple
from statelint.interp.shapes import is_place
from statelint.sites import Site
from statelint.trace.linear import between, distance
from statelint.trace.objects import Cut
from statelint.values import NONE, Known, Unknown, Value, interned, is_bent, number


def cut_of(
    machine: Machine, node: cst.CSTNode, whole: Hashable, index: Value, outer: Cut | None = None
) -> Cut:
    """Where `whole[index]` is cut; `outer` is where the whole itself was."""
    if outer is not None and (_adds_axes_behind(index) or _takes_columns(node, index)):
        return outer
    site, axis, (reached, start, begin) = machine.site(node), _axis(index), _span(index)
    origin = None if axis else _within(outer, site, index)
    length, extent = _length(reached)
    sampled = _sampled(index)
    drawn = place_of(machine, begin)
    return Cut(site, whole, axis, length, start, begin, origin, drawn, extent, sampled=sampled)


def row_and_steps(index: Value, node: cst.CSTNode | None) -> tuple[Value, Value] | None:
    """The row, and what is taken of it, of an index that cuts a part out of one row: `x[i, t:t + 8]`.

    None where it takes columns that are the same for all rows: `x[i, 0:-1]`.
    """
    if not isinstance(node, cst.Subscript) or len(node.slice) < 2 or not _moves(node.slice[1].slice):
        return None
    parts = index.value.items if isinstance(index, Known) and isinstance(index.value, Tuple) else ()
    if len(parts) < 2 or not isinstance(parts[1], Known) or not isinstance(parts[1].value, Slice):
        return None
    row = parts[0]
    if number(row) is None and not (isinstance(row, Unknown) and is_place(row.key)):
        return None
    return row, parts[1] if len(parts) == 2 else Known(Tuple(parts[1:]))


def _moves(part: cst.BaseSlice) -> bool:
    """Whether neither end of a slice is spelled as a number, or left out."""
    literal = cst.Integer | cst.UnaryOperation
    return isinstance(part, cst.Slice) and not any(
        end is None or isinstance(end, literal) for end in (part.lower, part.upper)
    )


def _adds_axes_behind(index: Value) -> bool:
    """`x[:, None]` or `x[..., None]`: the same rows."""
    parts = index.value.items if isinstance(index, Known) and isinstance(index.value, Tuple) else ()
    places = [part.value if isinstance(part, Known) else index for part in parts]
    kept = (Slice(NONE, NONE, NONE), ...)
    return places[:1] != [None] and None in places and all(p is None or p in kept for p in places)


def _takes_columns(node: cst.CSTNode, index: Value) -> bool:
    """`x[:, :2]`, `x[:, 0]`, `x[:, ["a", "b"]]`: of the same rows."""
    parts = index.value.items if isinstance(index, Known) and isinstance(index.value, Tuple) else ()
    if len(parts) != 2 or parts[0] != Known(Slice(NONE, NONE, NONE)):
        return False
    spelled = node.slice[1].slice if isinstance(node, cst.Subscript) and len(node.slice) == 2 else None
    return spelled is not None and not _moves(spelled)


def _length(reached: Hashable) -> tuple[int | None, Hashable]:
    """A length of this identity, and the identity where the length isn't known."""
    match reached:
        case ("int", int(length)):
            return length, None
    return None, reached


def _within(outer: Cut | None, site: Site, index: Value) -> Cut | None:
    """The part as one of what the whole was cut out of, where it is known how long that was."""
    if outer is None or outer.axis:
        return None
    base = outer.origin or outer
    part = _rows(index)
    reach = base.extent if base.length is None else ("int", base.length)
    if reach is None or part is None or part.step.key != NONE.key:
        return None
    given = [NONE if end.key == NONE.key else end for end in (part.start, part.stop)]
    ends = [number(end) for end in given]
    if any(end is None and value != NONE for end, value in zip(ends, given, strict=True)):
        return None
    if base.length is None:
        # Of a length that isn't known, what lies between both ends is less than it by a known number.
        if (ends[0] or 0) < 0 or (ends[1] or -1) >= 0:
            return None
        first, last = ends[0] or 0, interned(("operation", "+", reach, ("int", ends[1] or 0)))
    else:
        first, stop, _ = slice(*ends).indices(base.length)
        if stop <= first:
            return None
        last = ("int", stop)
    length, extent = _length(between(("int", first), last))
    begin = None if base.begin is None else interned(("operation", "+", base.begin, ("int", first)))
    start = None if base.start is None else base.start + first
    return Cut(site, base.whole, 0, length, start, begin, extent=extent)


def _rows(index: Value) -> Slice | None:
    """The slice of rows that an index takes."""
    if isinstance(index, Known) and isinstance(index.value, Tuple) and index.value.items:
        index = index.value.items[0]
    return index.value if isinstance(index, Known) and isinstance(index.value, Slice) else None


def _span(index: Value) -> tuple[Hashable, int | None, Hashable]:
    """How far a slice of rows reaches and where it begins, where both its ends count from the start."""
    part = _rows(index)
    if part is None or part.stop.key == NONE.key:
        return None, None, None
    begin = Known(0) if part.start.key == NONE.key else part.start
    if part.step.key != NONE.key and number(part.step) != 1:
        # What is left of the steps between tells no length in steps of the series.
        return None, None, begin.key
    start, stop = number(begin), number(part.stop)
    length = distance(begin.key, part.stop.key)
    if is_bent(begin):
        # Where the next one begins isn't told by this one.
        return ("int", length) if length is not None and length > 0 else None, None, None
    if length is None:
        reached = extent_of(part)
        return (reached, start, begin.key) if reached is not None else (None, None, None)
    if length <= 0 or (start is None) != (stop is None) or (start is not None and start < 0):
        return None, None, None
    return ("int", length), start, begin.key


def _sampled(index: Value) -> tuple[int, int] | None:
    """How many rows a slice takes of those between its ends, and how far apart, where it leaves some out."""
    part = _rows(index)
    every = number(part.step) if part is not None else None
    if part is None or every is None or every < 2:
        return None
    reached, _, begin = _span(Known(replace(part, step=NONE)))
    length, _ = _length(reached)
    return None if length is None or begin is None else (-(-length // every), every)


def _axis(index: Value) -> int:
    """The first axis that an index narrows."""
    if not isinstance(index, Known) or not isinstance(index.value, Tuple):
        return 0
    for axis, part in enumerate(index.value.items):
        whole = isinstance(part, Known) and part.value == Slice(NONE, NONE, NONE)
        if not whole:
            return axis
    return 0
