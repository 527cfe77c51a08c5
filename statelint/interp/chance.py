"""Places and orders that are drawn at random."""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterator, Sequence
from dataclasses import replace

from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, InstanceRecord, ListRecord, Record, Ref
from statelint.sites import Site
from statelint.trace.keys import parts
from statelint.trace.listings import LOADERS
from statelint.trace.objects import Array, Cut
from statelint.values import Known, Reason, Ternary, Unknown, Value, interned, is_, unknown

# As many parts of an identity are looked at.
_PARTS = 64


def note(machine: Machine, value: Value, site: Site) -> Value:
    """The value, remembered as one that is drawn at `site`."""
    machine.chances[_identity(value)] = site
    return value


def drawing(
    function: Callable[[Machine, str, Arguments], Value] | None = None,
) -> Callable[[Machine, str, Arguments], Value]:
    """A transfer that draws a whole number, or as many as `function` makes room for."""

    def transfer(machine: Machine, name: str, arguments: Arguments) -> Value:
        made = function(machine, name, arguments) if function is not None else None
        if made is None or isinstance(made, Unknown):
            made = unknown(Reason.LIBRARY_CALL, key=("drawn", machine.fresh_id()))
        return note(machine, made, arguments.site)

    return transfer


def choosing(
    function: Callable[[Machine, str, Arguments], Value],
) -> Callable[[Machine, str, Arguments], Value]:
    """np.random.choice(a, size, replace, p); what is drawn by probabilities is no place in data."""
    plain = drawing(function)

    def transfer(machine: Machine, name: str, arguments: Arguments) -> Value:
        weights = arguments.get(3, "p")
        if weights is None or is_(weights, None) is Ternary.YES:
            return plain(machine, name, arguments)
        return unknown(Reason.LIBRARY_CALL, key=("weighted", machine.fresh_id(), weights.key))

    return transfer


def place_of(machine: Machine, key: Hashable) -> Site | None:
    """The call that drew a number, or one that it is worked out from; None where none did."""
    todo = [key]
    for _ in range(_PARTS):
        if not todo or not machine.chances:
            break
        part = todo.pop()
        if isinstance(part, tuple):
            if part in machine.chances:
                return machine.chances[part]
            todo += part
    return None


def spelled_from(machine: Machine, value: Value) -> Value:
    """An array into which a loop has written a series step by step, from a place on that was drawn: as the
    part of the series that it is.  `row[i] = text[start + i]`, `row[i, codes[text[start + i]]] = 1`.
    """
    array = value.value if isinstance(value, Known) else None
    if not machine.chances or not isinstance(array, Array) or (array.cut is not None and array.cut.drawn):
        return value
    seen: dict[tuple[Hashable, Hashable], set[int]] = {}
    for part in parts(array.key):
        match part:
            case ("item" | "index", whole, ("operation", "+", begin, ("int", int(step)))) | (
                "item" | "index",
                whole,
                ("operation", "+", ("int", int(step)), begin),
            ) if begin in machine.chances:
                steps = seen.setdefault((whole, begin), set())
                steps.add(step)
                if steps >= {0, 1}:
                    site = machine.chances[begin]
                    return Known(replace(array, cut=Cut(site, whole, 0, begin=begin, drawn=site)))
    return value


def order_within(machine: Machine, array: Array) -> Site | None:
    """The call that put into random order what a batch is made of: several items of it."""
    seen: dict[Hashable, Hashable] = {}
    for whole, item in _items_of_orders(machine, array.key):
        if seen.setdefault(whole, item) != item:
            return _shuffled_at(machine, whole)
    return _drawn_files(machine, array.key)


def _drawn_files(machine: Machine, key: Hashable) -> Site | None:
    """The call that drew the files, several of one list, of which alone a batch has the contents."""
    found: list[tuple[Hashable, ...]] = []
    todo = [key] if machine.chances else []
    while todo:
        part = todo.pop()
        if not isinstance(part, tuple):
            continue
        if part and isinstance(part[0], str) and part[0].startswith(LOADERS):
            file = next(_files_drawn(machine, part), None)
            if file is None:
                # A file of its own, to which the others are added, say.
                return None
            found.append(file)
        else:
            todo += part
    several = len({file[2] for file in found}) > 1 and len({file[1] for file in found}) == 1
    return machine.chances[found[0][2]] if several else None


def _files_drawn(machine: Machine, key: Hashable) -> Iterator[tuple[Hashable, ...]]:
    """The items of lists, drawn at random, in whose names something is read."""
    for part in parts(key):
        match part:
            case ("item" | "index", _, drawn) if drawn in machine.chances:
                yield part


def are_same_draws(machine: Machine, one: Array, other: Array) -> bool:
    """Whether two batches are of the same rows, in the same order: what was drawn for one is in the other."""
    first = _draws_in(machine, one.key)
    return bool(first) and first == _draws_in(machine, other.key)


def _draws_in(machine: Machine, key: Hashable) -> set[Hashable]:
    """The numbers in an identity that were drawn, and what is taken of something in random order."""
    taken: set[Hashable] = set()
    orders: set[Hashable] = set()
    for part in parts(key):
        order = _order_in(machine, part)
        if order is not None:
            taken.add(part)
            orders.add(order)
    return taken | {part for part in parts(key) if part in machine.chances and part not in orders}


def _order_in(machine: Machine, part: Hashable) -> Hashable | None:
    """The order of which an identity takes a part: `order[a:b]`, `x[order][a:b]`."""
    match part:
        case ("item" | "index" | "rows", ("index", _, order), *_) if order in machine.chances:
            return order
        case ("item" | "index" | "rows", order, *_) if _shuffled_at(machine, order) is not None:
            return order
    return None


def _items_of_orders(machine: Machine, key: Hashable) -> Iterator[tuple[Hashable, Hashable]]:
    """The items in an identity that are of something in random order: the whole, and which item it is."""
    for part in parts(key):
        match part:
            case ("item" | "index", whole, item) if _shuffled_at(machine, whole) is not None:
                yield whole, item


def _shuffled_at(machine: Machine, whole: Hashable) -> Site | None:
    """The call that put something of this identity into random order."""
    match whole:
        case ("Ref", Ref() as ref):
            record = machine.state.heap.get(ref.id)
            return record.shuffle_site if isinstance(record, ListRecord) else None
    return machine.chances.get(whole)


def as_order(machine: Machine, index: Value, whole: Value) -> Value:
    """An index of `whole`; numbers that were drawn at random take its rows in random order.

    What the program makes up has no order that could be lost: `np.eye(9)[np.random.choice(9, 100)]`.
    """
    record = machine.record(index)
    if isinstance(record, ListRecord) and record.shuffle_site is not None:
        key = record.content if record.content is not None else ("array", index.key)
        return Known(Array(key, (record.length,), key, shuffle_site=record.shuffle_site))
    array = index.value if isinstance(index, Known) else None
    source = whole.value if isinstance(whole, Known) else None
    if isinstance(source, Array) and source.made:
        return index
    if isinstance(array, Array) and array.shuffle_site is None and len(array.shape or ()) == 1:
        site = machine.chances.get(array.key)
        if site is not None and isinstance(index, Known):
            return replace(index, value=replace(array, shuffle_site=site))
    return index


def drawn_rows(machine: Machine, head: Sequence[Value]) -> Site | None:
    """The call that drew the order of these rows, the first two, or the places where they begin."""
    orders = [_order_of(machine, value.key) for value in head]
    if len(head) == 2 and orders[0] is not None and orders[0] == orders[1] and head[0].key != head[1].key:
        return orders[0]
    cuts = [v.value.cut if isinstance(v, Known) and isinstance(v.value, Array) else None for v in head]
    sites = [cut.drawn if cut is not None and not cut.axis else None for cut in cuts]
    first = cuts[0] if len(cuts) == 2 else None
    if first is None or None in sites or cuts[1] is None or first.begin == cuts[1].begin:
        return None
    return sites[0]


def _order_of(machine: Machine, key: Hashable) -> Site | None:
    """The call that put pairs into random order, of one of which this is a part (`for x, y in pairs`), or the
    numbers of rows, of which this is one (`x[i] for i in order`).
    """
    match key:
        case ("unpacked", ("item", whole, _), _) | ("item", _, ("item", ("shuffled", *_) as whole, _)):
            return machine.chances.get(whole)
    return None


def order_of_rows(sequence: Record | None, batches: Sequence[Array | None]) -> Site | None:
    """The call that shuffled the rows that a Sequence keeps, where each of its first batches is one row."""
    kept = sequence.attributes.values() if isinstance(sequence, InstanceRecord) else ()
    arrays = [value.value for value in kept if isinstance(value, Known) and isinstance(value.value, Array)]
    orders = {array.key: array.shuffle_site for array in arrays if array.shuffle_site is not None}
    rows = [_row_of(batch.key, orders) if batch is not None else None for batch in batches]
    wholes = {row[0] if row is not None else None for row in rows}
    return orders.get(wholes.pop()) if len(wholes) == 1 and len(set(rows)) == len(rows) else None


def _row_of(key: Hashable, wholes: Container[Hashable]) -> tuple[Hashable, Hashable] | None:
    """Of which array the data are a single row, and which one."""
    while isinstance(key, tuple) and len(key) > 1:
        match key:
            case ("index", whole, ("int", place)) if whole in wholes:
                return whole, place
        key = key[1]
    return None


def mixed_batch(machine: Machine, key: Hashable) -> Array | None:
    """A batch, or a part of one, that was drawn of a shuffled Dataset: only its order is known."""
    drawn = key
    while isinstance(drawn, tuple) and drawn[0] == "unpacked":
        drawn = drawn[1]
    match drawn:
        case ("item", whole, int()) if whole in machine.mixed:
            start = unknown(Reason.ITERATION)
            return Array(key, None, ("dataset", whole), start, shuffle_site=machine.mixed[whole])
    return None


def _identity(value: Value) -> Hashable:
    array = value.value if isinstance(value, Known) else None
    return interned(array.key if isinstance(array, Array) else value.key)
