"""Windows of one series: the items of a list, or the rows of a blank array that is filled one by one."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Sequence
from dataclasses import replace

from statelint.interp.machine import Machine
from statelint.interp.objects import ListRecord, Ref, Slice, Table, Tuple
from statelint.interp.shapes import is_place
from statelint.sites import Site
from statelint.trace.keys import parts as parts_of
from statelint.trace.linear import distance
from statelint.trace.objects import Array, Cut, Fill, Windows
from statelint.values import NONE, Choice, Known, Reason, Unknown, Value, number, unknown


def windows_of(machine: Machine, record: ListRecord, site: Site | None) -> Windows | None:
    """The windows of one series that the items of a list are; `site` is where they are put together."""
    known = record.items or tuple(itertools.chain.from_iterable(record.added)) or record.head
    found = record.windows or (windows_in(machine, known[0], known[1], site) if len(known) > 1 else None)
    again = len(record.added[0]) if record.added else len(known)
    return found if found is None or _go_on(machine, found, known, record.element, again) else None


def one_of_lists(machine: Machine, choice: Choice) -> Value | None:
    """The list, of unknown length, that holds the windows which each of several lists begins with.

    `rows = rows[:100] if quick else rows`.
    """
    lists = [machine.record(option) for option in choice.options]
    records = [record for record in lists if isinstance(record, ListRecord)]
    windows = {windows_of(machine, record, None) for record in records}
    if len(records) < len(lists) or len(windows) != 1 or None in windows:
        return None
    content = ("one of", *(machine.content(option) for option in choice.options))
    whole = ListRecord(None, unknown(Reason.BRANCHES, key=("length", choice.key)), records[0].element)
    heads = {tuple(item.key for item in record.head) for record in records}
    head = records[0].head if len(heads) == 1 else ()
    return machine.allocate(
        replace(whole, head=head, content=content, windows=windows.pop()), "builtins.list"
    )


def _go_on(
    machine: Machine, windows: Windows, items: Sequence[Value], later: Value | None, again: int
) -> bool:
    """Whether items, as far as it is known where they begin, are windows one behind the other, and a later
    one is one of those that follow.  After so many (`again`) the first ones may come once more.
    """
    cuts = [_cut_of_whole(machine, item, windows) for item in items]
    begins = [None if cut is None or cut.whole != windows.series else cut.begin for cut in cuts]
    if not begins or begins[0] is None:
        return True
    moved = [None if begin is None else distance(begins[0], begin) for begin in begins]
    cut = _cut_of_whole(machine, later, windows) if later is not None else None
    behind = distance(begins[0], cut.begin) if cut is not None and cut.whole == windows.series else None
    # Those of which that isn't known say nothing.
    is_even = all(by in (None, k * windows.stride, k % again * windows.stride) for k, by in enumerate(moved))
    return is_even and (behind is None or not behind % windows.stride)


def _cut_of_whole(machine: Machine, item: Value, windows: Windows) -> Cut | None:
    """Where an item is cut out; a part of a part is one of the whole."""
    cut = _cut_of(machine, item)
    return cut.origin if cut is not None and cut.whole != windows.series else cut


def windows_held(machine: Machine, value: Value) -> Windows | None:
    """The windows of which an array or a list is made."""
    record = machine.record(value)
    if isinstance(record, ListRecord):
        return windows_of(machine, record, None)
    return value.value.windows if isinstance(value, Known) and isinstance(value.value, Array) else None


def batch_held(machine: Machine, value: Value) -> Array | None:
    """A batch whose rows are windows, or that is some steps of lanes: `x[:, i:i + n]`."""
    cut = _cut_in(value)
    array = value.value if isinstance(value, Known) and isinstance(value.value, Array) else None
    if array is not None and cut is not None and cut.axis == 1:
        return array
    windows, record = windows_held(machine, value), machine.record(value)
    count = record.length if isinstance(record, ListRecord) else array.count if array is not None else None
    return None if windows is None else Array(value.key, None, value.key, windows=windows, rows=count)


def windows_in(machine: Machine, first: Value, second: Value, site: Site | None) -> Windows | None:
    """The windows of one series of which these are the first two; `site` is where they are put together."""
    one, other = _cut_of(machine, first), _cut_of(machine, second)
    if one is None and other is None and site is not None:
        one, other = _copied(machine, first, site), _copied(machine, second, site)
    if one is not None and other is not None:
        return None if one.axis else _windows(one, other) or _windows_of_parts(one, other)
    steps = _steps(machine, first), _steps(machine, second)
    return overlapping(machine, *steps, site) if steps[0] and steps[1] else None


def laid_flat(found: Value, parts: Sequence[Value | None]) -> Value:
    """An array that has parts of a series one behind the other, if that is what was put together."""
    arrays = [v.value for v in parts if isinstance(v, Known) and isinstance(v.value, Array)]
    part, windows = _laid_behind(*arrays) if len(arrays) == len(parts) == 2 else (None, None)
    if part is None and windows is None:
        return found
    if isinstance(found, Unknown):
        found = Known(Array(found.key, None, found.key))
    if not isinstance(found, Known) or not isinstance(found.value, Array):
        return found
    return replace(found, value=replace(found.value, part=part, groups=windows))


def _laid_behind(one: Array, other: Array) -> tuple[Cut | None, Windows | None]:
    """What an array is that has parts of a series one behind the other, step by step, once there is one more
    behind them: the first part, or the windows that they are.
    """
    cut, windows = other.cut, one.groups
    if cut is None or cut.axis:
        return None, None
    if _is_empty(one):
        return cut, None
    if windows is None:
        return None, _windows(one.part, cut) if one.part is not None else None
    is_known = windows.start is not None and cut.start is not None
    moved = cut.start - windows.start if is_known else 0  # type: ignore[operator]
    goes_on = (cut.whole, cut.length) == (windows.series, windows.length) and moved > 0
    return None, windows if goes_on and not moved % windows.stride else None


def _is_empty(array: Array) -> bool:
    """Whether an array holds nothing: `np.empty((0, 8))`, `np.array([[]])`."""
    match array.key:
        case ("array", _, (("listed",),)):
            return True
    return array.samples == 0 or any(number(size) == 0 for size in array.shape or ())


def overlapping(
    machine: Machine, first: tuple[Value, ...], second: tuple[Value, ...], site: Site | None
) -> Windows | None:
    """The windows of which these are the first two, where the second begins inside the first."""
    one, other = ([machine.content(step) for step in steps] for steps in (first, second))
    length = len(one)
    strides = [s for s in range(1, length) if one[s:] == other[: length - s]] if len(other) == length else []
    if site is None or len(strides) != 1:
        return None
    stride, different = strides[0], len({*one, *other})
    # One-hot rows are alike too: `[0, 0, 1], [0, 1, 0]`.
    tells = different == length + stride or different > _FEW
    return Windows(("steps", *one), 0, stride, length, site) if tells else None


def regrouped(machine: Machine, items: tuple[Value, ...], site: Site | None) -> Windows | None:
    """The windows of which a list has all steps, one behind the other."""
    contents = [machine.content(item) for item in items[:_FIRST]]
    for length in range(2, len(contents) // 2 + 1):
        if not any(contents[at] == contents[length] for at in range(1, length)):
            continue
        found = overlapping(machine, items[:length], items[length : 2 * length], site)
        if found is not None:
            rest = contents[: len(contents) // length * length]
            kept = length - found.stride
            heads = [rest[at : at + kept] for at in range(length, len(rest), length)]
            tails = [rest[at + found.stride : at + length] for at in range(0, len(rest) - length, length)]
            return found if heads == tails else None
    return None


# So many steps tell how all of them follow each other.
_FIRST = 128
# Of more different steps than these it is no chance that they are the same ones again.
_FEW = 3


def _steps(machine: Machine, value: Value) -> tuple[Value, ...]:
    """The steps of a row, where they are known one by one."""
    record = machine.record(value)
    if isinstance(record, ListRecord):
        return record.items or ()
    if isinstance(value, Known) and isinstance(value.value, Tuple):
        return value.value.items
    return ()


def filled(
    array: Array,
    index: Value,
    value: Value,
    drawn: Cut | None = None,
    spelled: Cut | None = None,
    site: Site | None = None,
) -> Array:
    """The array after `array[index] = value`: its contents come of what it was filled with, one by one.

    `drawn` is the part of a series that a loop draws with the row, where the value is made of its items;
    `spelled` the part of which the array so far holds one item in each row.
    """
    is_blank = array.made and array.base == array.key and not _is_filled(array)
    before = ("blank", tuple(v.key for v in array.shape or ())) if is_blank else array.key
    key = ("filled", before, index.key, value.key)
    fill, windows = array.fill if _is_filled(array) else None, array.windows
    random = array.shuffle_site if _is_filled(array) else None
    is_number = isinstance(value, Known) and isinstance(value.value, int | float)

    def result() -> Array:
        first = key, array.shape, key, Known(0), array.made
        return Array(*first, spelled, windows, random, fill=fill, rows=array.rows)

    if _is_filled(array) and is_number and _is_mask(index.key):
        # `x[np.isnan(x)] = 0`: the rows are what they were but for some numbers.
        return result()
    if windows is not None and _is_of_all_steps(index) and (is_number or _windows_in(value) == windows):
        # `x[:, :, 0] = x[:, :, 0] / 10`: one column of each window has other units.
        return result()
    item = _item(array, index, value, site) if site is not None and drawn is None else None
    if item is not None:
        fill, windows = _with_item(array, is_blank, fill, *item)
    elif drawn is not None:
        fill, windows = _with_drawn(array, is_blank, fill, Fill(number(_parts(index)[0]) or 0, (), drawn))
    elif is_blank:
        fill, windows = _fill(array, index, value), None
    elif fill is None or not _are_apart(fill.place, _place(array, index)):
        then = _fill(array, index, value)
        if not _is_same(fill, then) and not _goes_on_elsewhere(array, index, value):
            windows = _with_next(array, fill, then)
            goes_on = then is not None and then.cut.drawn is not None
            random = _drawn_at(fill, then) if random is None else random if goes_on else None
            if windows is None:
                fill = then if _is_again(fill, then) else None
    return result()


def _item(
    array: Array, index: Value, value: Value, site: Site
) -> tuple[int, int, Cut, tuple[Hashable, ...]] | None:
    """The row and the step that an item of a series is put into, the item as a part of the series, and what
    else the index takes: `x[i, t, 0] = series[i + t]`.
    """
    parts = _parts(index)
    row, step = number(parts[0]), number(parts[1]) if len(parts) > 1 else None
    cut = _cut_in(value)
    # One step of a series that has features is a part of it of no length.
    is_step = cut is None or (cut.length is None and cut.begin is None)
    found = _place_of_item(value.key) if is_step else None
    if row is None or step is None or step < 0 or found is None or len(array.shape or ()) < 2:
        return None
    whole, begin = found
    taken = Cut(site, whole, 0, 1, _int(begin), begin)
    return row, step, taken, tuple(part.key for part in parts[2:])


_ALL = Known(Slice(NONE, NONE, NONE))


def _is_of_all_steps(index: Value) -> bool:
    """Whether an index takes all rows and all their steps, but not all of each."""
    steps, others = _parts(index)[:2], _parts(index)[2:]
    return len(steps) == 2 and len(others) == 1 and all(part.key == _ALL.key for part in steps)


def _windows_in(value: Value) -> Windows | None:
    return value.value.windows if isinstance(value, Known) and isinstance(value.value, Array) else None


def _is_mask(key: Hashable) -> bool:
    """Whether an index tells of each number whether it is meant: `x > 5`, `np.isnan(x)`."""
    match key:
        case ("Array", inner):
            return _is_mask(inner)
        case ("compare" | "numpy.isnan" | "numpy.isinf" | "pandas.isna" | "pandas.isnull", *_):
            return True
    return False


def _place_of_item(key: Hashable, depth: int = 6) -> tuple[Hashable, Hashable] | None:
    """The series of which a value is (made of) one item, and where that stands."""
    match key:
        case (
            ("item" | "index", whole, ("Tuple", (place, *_)))
            | ("item" | "index", whole, ("tuple", place, *_))
            | ("item" | "index", whole, place)
        ):
            return (whole, place) if _is_number(place) else None
        case ("operation", _, inner, ("int" | "float", _)) | (str(), inner) if depth:
            return _place_of_item(inner, depth - 1)
    return None


def _int(key: Hashable) -> int | None:
    """The integer with this identity."""
    match key:
        case ("int", int(value)):
            return value
    return None


def _is_number(place: Hashable) -> bool:
    match place:
        case ("int", int(at)):
            return at >= 0
    return is_place(place)


def _with_item(
    array: Array,
    is_blank: bool,
    first: Fill | None,
    row: int,
    step: int,
    cut: Cut,
    rest: tuple[Hashable, ...],
) -> tuple[Fill | None, Windows | None]:
    """What an array was first filled with, and its windows, when one item of a series is put into a step of a
    row.
    """
    place = (_ITEM, *rest)
    if is_blank:
        return (Fill(row, place, cut), None) if step == 0 else (None, None)
    if first is None or first.place[:1] != (_ITEM,) or first.cut.whole != cut.whole:
        return None, None
    if first.place != place:
        # Another feature.
        return first, array.windows
    rows, moved = row - first.row, distance(first.cut.begin, cut.begin)
    if rows == 0 and moved == step:
        return (replace(first, follows=True) if step == 1 else first), array.windows
    if moved is None or not first.follows:
        return None, None
    if array.windows is not None:
        is_next = moved == rows * array.windows.stride + step
        return (first, array.windows) if is_next else (None, None)
    size = array.shape[1] if array.shape and len(array.shape) > 1 else None
    if rows != 1 or step != 0 or moved <= 0 or size is None:
        return None, None
    start, length = None if first.cut.start is None else first.cut.start - first.row * moved, number(size)
    extent = size.key if length is None else None
    return first, Windows(cut.whole, start, moved, length, first.cut.site, extent)


def _is_again(first: Fill | None, then: Fill | None) -> bool:
    """Whether an array is filled once more, from the row on with which it was begun."""
    return first is not None and then is not None and (first.row, first.place) == (then.row, then.place)


def _drawn_at(first: Fill | None, then: Fill | None) -> Site | None:
    """The call that drew at random where the parts in two rows begin."""
    if first is None or then is None or first.row == then.row or first.cut.begin == then.cut.begin:
        return None
    return first.cut.drawn if then.cut.drawn is not None else None


def _fill(array: Array, index: Value, value: Value) -> Fill | None:
    """What `array[index] = value` puts into one row, None where that is no part of a series."""
    parts, cut = _whole(array, _parts(index)), _cut_in(value)
    if cut is not None and not cut.axis and _is_one_step(array, parts):
        return Fill(number(parts[1]) or 0, (_STEPS, *(part.key for part in parts[2:])), cut)
    row = number(parts[0])
    if row is None or cut is None or not all(_takes_all(p) or number(p) is not None for p in parts[1:]):
        return None
    axes = len(array.shape or ()) - sum(1 for p in parts if number(p) is not None)
    # `x[i:i + n].T` of a single column is a row.
    fits = cut.axis == 0 or (cut.axis == 1 and axes == 1)
    return Fill(row, _place(array, index), cut) if fits else None


def _is_one_step(array: Array, parts: tuple[Value, ...]) -> bool:
    """Whether an index takes one step of all rows: `x[:, k]`."""
    rows, *steps = parts
    size = number((array.shape or (NONE,))[0])
    step = number(steps[0]) if steps else None
    rest = all(_takes_all(part) or number(part) is not None for part in steps[1:])
    return step is not None and step >= 0 and rest and _takes_all(_all_of(rows, size))


def _with_drawn(
    array: Array, is_blank: bool, first: Fill | None, then: Fill
) -> tuple[Fill | None, Windows | None]:
    """What an array was first filled with, and its windows, when one more item of a part is filled in."""
    if is_blank or (first is not None and (first.row, first.cut.begin) == (then.row, then.cut.begin)):
        return first or then, array.windows if first else None
    windows = _with_next(array, first, then)
    return (first if windows is not None else None), windows


def part_drawn(machine: Machine, index: Value, value: Value, site: Site) -> Cut | None:
    """The part of a series whose items are filled into the steps of a row: one that a loop draws together
    with the row (`for row, part in enumerate(parts)`), or one that is cut out for it and gone over.
    """
    parts = _parts(index)
    row, step = number(parts[0]), number(parts[1]) if len(parts) > 1 else None
    if step is None or _cut_in(value) is not None:
        return None
    given = [part.key for part in (*parts[2:], value)]
    for item, _ in machine.drawn.values():
        both = item.value.items if isinstance(item, Known) and isinstance(item.value, Tuple) else ()
        if len(both) == 2 and row is not None and both[0] == parts[0]:
            cut = _cut_of(machine, both[1])
            if cut is not None and not cut.axis and any(_is_made_of(key, both[1], step) for key in given):
                return cut
    for item, iteration in machine.drawn.values() if row is not None else ():
        both = item.value.items if isinstance(item, Known) and isinstance(item.value, Tuple) else ()
        if len(both) == 2 and both[0] == parts[1] and any(_has(key, both[1].key) for key in given):
            cut = _part_over(machine, iteration.over, site)
            if cut is not None:
                return cut
    return None


def _part_over(machine: Machine, over: Hashable, site: Site) -> Cut | None:
    """The part of a series that a loop goes over, by its identity."""
    match over:
        case ("Ref", Ref(id=id_)):
            record = machine.state.heap.get(id_)
            cut = record.cut if isinstance(record, ListRecord) else None
            return cut if cut is not None and not cut.axis else None
        case ("rows", whole, ("Slice", (("int", int(start)) as begin, ("int", int(stop)), ("NoneType", _)))):
            return Cut(site, whole, 0, stop - start, start, begin) if stop > start >= 0 else None
    return None


def _has(key: Hashable, part: Hashable) -> bool:
    """Whether a value of this identity is one of that, or made of it."""
    return any(found == part for found in parts_of(key))


def _is_made_of(key: Hashable, part: Value, step: int, depth: int = 6) -> bool:
    """Whether a value of this identity is made of the item of this number of a part: `codes[letter]`."""
    whole = part.value.key if isinstance(part, Known) and isinstance(part.value, Array) else part.key
    match key:
        case ("item", found, int(number_)) if found == whole:
            return number_ == step
        case tuple(inner):
            return depth > 0 and any(_is_made_of(one, part, step, depth - 1) for one in inner)
    return False


def _goes_on_elsewhere(array: Array, index: Value, value: Value) -> bool:
    """Whether a window of another series is put behind those of the first, in a row of unknown number."""
    windows, cut = array.windows, _cut_in(value)
    is_behind = number(_parts(index)[0]) is None and isinstance(_parts(index)[0], Unknown)
    if windows is None or cut is None or not is_behind or _place(array, index):
        return False
    return not cut.axis and cut.whole != windows.series and cut.length == windows.length is not None


def _is_same(fill: Fill | None, then: Fill | None) -> bool:
    """Whether the same part of a series is put into the same place once more."""
    return fill is not None and fill == then and fill.cut.begin == then.cut.begin


def _with_next(array: Array, first: Fill | None, then: Fill | None) -> Windows | None:
    """The windows that the rows still are when one more is filled in."""
    if first is None or then is None or first.place != then.place:
        return None
    if array.windows is None:
        if then.row != first.row + 1:
            return None
        by_steps = first.place[:1] == (_STEPS,)
        return _windows_by_steps(array, first, then) if by_steps else _windows(first.cut, then.cut, first.row)
    rows, moved = then.row - first.row, distance(first.cut.begin, then.cut.begin)
    goes_on = rows > 0 and moved == rows * array.windows.stride and first.cut == then.cut
    return array.windows if goes_on else None


def _windows(one: Cut, other: Cut, row: int = 0) -> Windows | None:
    """The windows of which `one` is in this row and `other` in the next."""
    is_known = one.length is not None or one.extent is not None or one.sampled is not None
    if not is_known or one.begin is None or other.begin is None or one != other:
        return None
    stride = distance(one.begin, other.begin)
    if stride is None or stride <= 0:
        return None
    start = None if one.start is None else one.start - row * stride
    if one.sampled is not None:
        length, rate = one.sampled
        first = _int(one.begin)
        start = None if first is None else first - row * stride
        return Windows(one.whole, start, stride, length, one.site, rate=rate)
    return Windows(one.whole, start, stride, one.length, one.site, one.extent)


def _windows_by_steps(array: Array, first: Fill, then: Fill) -> Windows | None:
    """The windows that the rows are whose steps are filled in one by one, each of all rows at once:
    `x[:, k] = series[k:k + n]`.
    """
    one, other = first.cut, then.cut
    size = array.shape[1] if array.shape and len(array.shape) > 1 else None
    if size is None or one.whole != other.whole or distance(one.begin, other.begin) != 1:
        return None
    start, length = None if one.start is None else one.start - first.row, number(size)
    return Windows(one.whole, start, 1, length, one.site, size.key if length is None else None)


def _windows_of_parts(one: Cut, other: Cut) -> Windows | None:
    """The windows of which these are parts: `[:-1]` of each."""
    return None if one.origin is None or other.origin is None else _windows(one.origin, other.origin)


def _cut_of(machine: Machine, value: Value) -> Cut | None:
    record = machine.record(value)
    return record.cut if isinstance(record, ListRecord) else _cut_in(value)


def _copied(machine: Machine, value: Value, site: Site) -> Cut | None:
    """The part of a series whose items a loop has put into a list of their own, one by one."""
    record = machine.record(value)
    match [item.key for item in record.head] if isinstance(record, ListRecord) and not record.first else []:
        case [("item", part, 0), ("item", same, 1)] if part == same:
            match part:
                case ("rows", whole, ("Slice", (("int", int(start)) as begin, ("int", int(stop)), _))):
                    return Cut(site, whole, 0, stop - start, start, begin) if stop > start >= 0 else None
    return None


def _cut_in(value: Value) -> Cut | None:
    part = value.value if isinstance(value, Known) else None
    part = part.array if isinstance(part, Table) else part
    return part.cut if isinstance(part, Array) else None


def _parts(index: Value) -> tuple[Value, ...]:
    return index.value.items if isinstance(index, Known) and isinstance(index.value, Tuple) else (index,)


def _whole(array: Array, parts: tuple[Value, ...]) -> tuple[Value, ...]:
    """The parts of an index; a slice that takes all there is of an axis is `:`."""
    sizes = [number(size) for size in (array.shape or ())[1 : len(parts)]]
    sizes += [None] * (len(parts) - 1 - len(sizes))
    return (parts[0], *(_all_of(part, size) for part, size in zip(parts[1:], sizes, strict=True)))


def _all_of(part: Value, size: int | None) -> Value:
    if isinstance(part, Known) and isinstance(part.value, Slice) and size is not None:
        start, stop = part.value.start, part.value.stop
        if part.value.step == NONE and (start == NONE or number(start) == 0) and number(stop) == size:
            return _ALL
    return part


def _place(array: Array, index: Value) -> tuple[Hashable, ...]:
    """What an index takes of a row."""
    _, *rest = _whole(array, _parts(index))
    while rest and _takes_all(rest[-1]):
        rest.pop()
    return tuple(part.key for part in rest)


_ALL = Known(Slice(NONE, NONE, NONE))
# What is filled in is a step of each row, the number of which stands for that of a row.
_STEPS = "steps"
# What is filled in is one step of one row.
_ITEM = "item"


def _takes_all(part: Value) -> bool:
    return isinstance(part, Known) and part.value == _ALL.value


def _are_apart(one: tuple[Hashable, ...], other: tuple[Hashable, ...]) -> bool:
    """Whether two places in a row have nothing in common: other columns."""
    return any(a != b and _is_column(a) and _is_column(b) for a, b in zip(one, other, strict=False))


def _is_column(key: Hashable) -> bool:
    return isinstance(key, tuple) and key[0] == "int" and key[1] >= 0


def _is_filled(array: Array) -> bool:
    return isinstance(array.key, tuple) and array.key[0] in ("filled", "widened")
