"""What draws, sorts and picks items: `list`, `sorted`, `map`, `next`, `itertools` and their like."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from statelint.interp import calls, drawing, loops
from statelint.interp.comparisons import truth
from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, Function, Items, Iteration, ListRecord, Range, Ref, Tuple
from statelint.interp.operators import arithmetic, distinct, set_of
from statelint.interp.repeated_items import same_at
from statelint.interp.transfer import Transfer
from statelint.trace.objects import Argument, Array, Dataset
from statelint.values import (
    FALSE,
    NONE,
    TRUE,
    Known,
    Reason,
    Ternary,
    Unknown,
    Value,
    depending_on,
    number,
    unknown,
)

import libcst as cst  # isort: skip


def _drawn(machine: Machine, arguments: Arguments, position: int = 0, name: str = "iterable") -> Iteration:
    value = arguments.get(position, name)
    return loops.exhaust(machine, value if value is not None else machine.unknown(Reason.LIBRARY_CALL))


def _all(machine: Machine, value: Value | None) -> tuple[Value, ...] | None:
    """All items of a value, where they are known one by one."""
    if value is None:
        return None
    iteration = loops.iterate(machine, value)
    is_range = isinstance(value, Known) and isinstance(value.value, Range)
    return loops.items(iteration) if iteration.concrete or is_range else None


def _items(iteration: Iteration) -> Value:
    return Known(Items(iteration.over, iteration))


def _list(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "iterable")
    if value is None:
        return Known(Tuple(())) if name == "builtins.tuple" else machine.allocate(ListRecord.of(()), name)
    if value.key == NONE.key:
        # TypeError: what was left out has no items.
        machine.die()
        return machine.unknown(Reason.OPERATION)
    value = loops.emptied(machine, value)
    iteration = loops.iterate(machine, value)
    drawing.draw(machine, iteration.resets, arguments.site)
    found = _all(machine, value)
    if found is not None:
        is_tuple = name == "builtins.tuple"
        return Known(Tuple(found)) if is_tuple else machine.allocate(ListRecord.of(found), name)
    begun = machine.beginning(value) if name == "builtins.tuple" else ()
    if begun:
        return machine.begin(machine.unknown(Reason.ITERATION, None, ("tuple", value.key)), begun)
    content, head = ("list", machine.content(value)), (iteration.item(0), iteration.item(1))
    count = number(iteration.count)
    last = iteration.item(count - 1) if iteration.concrete and count else head[0]
    return machine.allocate(
        ListRecord(None, iteration.count, last, head, cut=iteration.cut, content=content), name
    )


def _set(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "iterable")
    found = () if value is None else _all(machine, value)
    if found is None and value is not None:
        return machine.allocate(set_of(machine, (machine.content(value),)))
    return machine.allocate(distinct(found or ()))


def _sorted(machine: Machine, name: str, arguments: Arguments) -> Value:
    iteration = _drawn(machine, arguments)
    found = _all(machine, arguments.get(0, "iterable"))
    if found is None:
        element = None if iteration.concrete else same_at(machine, iteration)
        content = ("sorted", *map(machine.content, arguments.values()))
        return machine.allocate(ListRecord(None, iteration.count, element, content=content), "builtins.list")
    return machine.allocate(sorted_list(machine, found, arguments), "builtins.list")


def sorted_list(machine: Machine, items: tuple[Value, ...], arguments: Arguments) -> ListRecord:
    """The items in the order that `key` and `reverse` say; only their number is known where that isn't."""
    key, reverse = arguments.keywords.get("key"), arguments.keywords.get("reverse")
    keys = list(items)
    if key is not None and key.value != NONE:
        keys = [_call(machine, key.value, arguments, item) for item in items]
    backwards = truth(machine, FALSE if reverse is None else reverse.value)
    plain = [k.value for k in keys if isinstance(k, Known) and isinstance(k.value, int | float | str)]
    mixed = ListRecord(None, Known(len(items)), others=items, unordered=True)
    if len(plain) < len(items) or backwards is Ternary.UNKNOWN or arguments.open:
        return mixed
    try:
        order = sorted(range(len(items)), key=plain.__getitem__, reverse=backwards is Ternary.YES)
    except TypeError:
        return mixed
    return ListRecord.of(tuple(items[k] for k in order))


def _call(machine: Machine, function: Value, arguments: Arguments, *given: Value) -> Value:
    positional = tuple(Argument(value, arguments.site) for value in given)
    return calls.call_value(machine, function, Arguments(positional, {}, False, arguments.site))


def _reversed(machine: Machine, name: str, arguments: Arguments) -> Value:
    inner = _drawn(machine, arguments, name="sequence")
    over = ("reversed", inner.over)
    count = number(inner.count)

    def item(k: int) -> Value:
        return inner.item(count - 1 - k) if count is not None and k < count else unknown(Reason.ITERATION)

    return _items(Iteration(inner.count, item, over, inner.concrete and count is not None, inner.resets))


def _extreme(choose: Callable[..., object]) -> Transfer:
    """`min`, `max`."""

    def transfer(machine: Machine, name: str, arguments: Arguments) -> Value:
        values = tuple(a.value for a in arguments.positional)
        no_number = machine.unknown(Reason.OPERATION, None, (name, *(v.key for v in arguments.values())))
        if len(values) == 1:
            found = _all(machine, values[0])
            if found == () and "default" in arguments.keywords:
                return arguments.keywords["default"].value
            values = found if found is not None else ()
        key = arguments.keywords.get("key")
        keys = [value if key is None else _call(machine, key.value, arguments, value) for value in values]
        plain = [k.value for k in keys if isinstance(k, Known) and isinstance(k.value, int | float | str)]
        if not values or len(plain) < len(values) or arguments.open:
            return no_number
        try:
            at = choose(range(len(plain)), key=lambda k: plain[k])
        except TypeError:
            return no_number
        assert isinstance(at, int)
        return depending_on(values[at], *keys)

    return transfer


def _sum(machine: Machine, name: str, arguments: Arguments) -> Value:
    found = _all(machine, arguments.get(0, "iterable"))
    total: Value = arguments.get(1, "start") or Known(0)
    if found is None or arguments.open:
        return machine.unknown(Reason.OPERATION, None, (name, *(v.key for v in arguments.values())))
    for item in found:
        total = arithmetic(machine, cst.Add, total, item, cst.Pass())
    return total


def _any(wanted: Ternary) -> Transfer:
    """`any` (of which one item decides), `all` (of which one that doesn't hold decides)."""

    def transfer(machine: Machine, name: str, arguments: Arguments) -> Value:
        found = _all(machine, arguments.get(0, "iterable"))
        facts = [truth(machine, item) for item in found or ()]
        if wanted in facts:
            return TRUE if wanted is Ternary.YES else FALSE
        if found is None or Ternary.UNKNOWN in facts:
            return machine.unknown(Reason.OPERATION, None, (name, *(v.key for v in arguments.values())))
        return FALSE if wanted is Ternary.YES else TRUE

    return transfer


def _map(machine: Machine, name: str, arguments: Arguments) -> Value:
    if len(arguments.positional) < 2 or arguments.open:
        machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values())
        return machine.unknown(Reason.LIBRARY_CALL)
    function, *given = (a.value for a in arguments.positional)
    sources = [loops.emptied(machine, value) for value in given]
    found = [_all(machine, source) for source in sources]
    known = [items for items in found if items is not None]
    if len(known) < len(found):
        calls.call_value(machine, function, Arguments((), {}, True, arguments.site))
        return _mapped(machine, function, sources, arguments) or machine.unknown(Reason.LIBRARY_CALL)
    results = tuple(_call(machine, function, arguments, *given) for given in zip(*known, strict=False))
    return machine.allocate(ListRecord.of(results))


def _mapped(machine: Machine, function: Value, sources: list[Value], arguments: Arguments) -> Value | None:
    """What a function makes of the items of a part of a series."""
    if len(sources) > 1:
        return None
    source = loops.iterate(machine, sources[0])
    # A lambda is made anew wherever it stands, and does the same.
    is_own = isinstance(function, Known) and isinstance(function.value, Function)
    made = id(function.value.node) if is_own else function.key  # type: ignore[union-attr]
    cut = loops.mapped_cut(source, made)
    if cut is None:
        return _each(machine, function, source, arguments) if is_own else None
    over = ("map", made, source.over)
    count = unknown(Reason.ITERATION, key=("length", over))
    drawn = Iteration(count, lambda k: unknown(Reason.ITERATION, key=("item", over, k)), over, False, cut=cut)
    return Known(Items(over, drawn))


def _each(machine: Machine, function: Value, source: Iteration, arguments: Arguments) -> Value | None:
    """The parts that a lambda cuts out at the numbers of a range, of which the first two are followed."""
    own = function.value if isinstance(function, Known) else None
    node = own.node if isinstance(own, Function) else None
    if not isinstance(node, cst.Lambda) or not isinstance(source.over, tuple) or source.over[0] != "range":
        return None
    over, passes = ("map", id(node), source.over), machine.fresh_id()

    def item(k: int) -> Value:
        if k > 1:
            return unknown(Reason.ITERATION, key=("item", over, k))
        return _call(machine, function, arguments, loops.varying(source.item(k), passes))

    return Known(Items(over, Iteration(source.count, item, over, False)))


def _filter(machine: Machine, name: str, arguments: Arguments) -> Value:
    function, source = arguments.get(0, "function"), arguments.get(1, "iterable")
    found = _all(machine, source)
    if function is None or source is None or found is None:
        if function is not None and function != NONE:
            calls.call_value(machine, function, Arguments((), {}, True, arguments.site))
        return machine.unknown(Reason.LIBRARY_CALL)
    kept: list[Value] = []
    for item in found:
        result = item if function == NONE else _call(machine, function, arguments, item)
        match truth(machine, result):
            case Ternary.UNKNOWN:
                return machine.allocate(ListRecord(None, unknown(Reason.OPERATION)))
            case Ternary.YES:
                kept.append(item)
    return machine.allocate(ListRecord.of(tuple(kept)))


def _iter(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "object")
    if value is None or len(arguments.positional) > 1:
        return machine.unknown(Reason.LIBRARY_CALL)
    record = machine.record(value)
    if isinstance(record, ListRecord) and record.items is not None:
        return machine.allocate(ListRecord.of(record.items))
    is_array = isinstance(value, Known) and isinstance(value.value, Array)
    if is_array or (isinstance(value, Unknown) and value.key not in machine.iterators):
        # Whatever goes over it empties it, and not what it draws from.
        drawn = machine.unknown(Reason.ITERATION, None, ("iterator", value.key))
        machine.iterators.add(drawn.key)
        return drawn
    return value


def _next(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "iterator")
    record = machine.record(value) if value is not None else None
    if isinstance(record, ListRecord) and isinstance(value, Known) and isinstance(value.value, Ref):
        if record.items:
            machine.state.heap[value.value.id] = ListRecord.of(record.items[1:])
            return record.items[0]
        default = arguments.get(1, "default")
        if record.items is not None and default is not None:
            return default
        machine.state.heap[value.value.id] = ListRecord(None, unknown(Reason.ITERATION))
    if isinstance(value, Known) and isinstance(value.value, Items):
        return next_of(machine, value, "__next__", arguments)
    return machine.unknown(Reason.ITERATION)


def next_of(machine: Machine, value: Value, name: str, arguments: Arguments) -> Value:
    """What comes next of what a generator yields, which depends on what was drawn before."""
    iteration = loops.iterate(machine, value)
    drawing.draw(machine, iteration.resets, arguments.site)
    if iteration.restarts:
        return machine.unknown(Reason.ITERATION, None, ("next", value.key, machine.fresh_id()))
    position = _drawn_before(machine, value)
    # Of what a generator yields only the beginning is followed.
    if position is None or (position >= _BEGINNING and not iteration.concrete):
        return machine.unknown(Reason.ITERATION)
    return iteration.item(position)


def _drawn_before(machine: Machine, value: Value) -> int | None:
    """How many items of an iterator were drawn by `next` so far; None where that isn't known."""
    source, when = value.value if isinstance(value, Known) else value, machine.state.when
    _, before, count = machine.draws.get(id(source), (source, when, 0))
    if before != when or loops.is_exhausted(machine, source):
        count = None
    machine.draws[id(source)] = (source, when, None if count is None else count + 1)
    return count


# itertools


def _chain(machine: Machine, name: str, arguments: Arguments) -> Value:
    sources: tuple[Value, ...] | None = arguments.values()
    if name.endswith("from_iterable"):
        sources = _all(machine, arguments.get(0, "iterable"))
    if sources is None or arguments.open:
        return machine.unknown(Reason.LIBRARY_CALL)
    sources = tuple(loops.emptied(machine, source) for source in sources)
    parts = [loops.iterate(machine, source) for source in sources]
    over = ("chain", *(part.over for part in parts))
    counts = [number(part.count) for part in parts]
    known = [count for count in counts if count is not None]

    def item(k: int) -> Value:
        for part, count in zip(parts, counts, strict=True):
            if count is None or k < count:
                return part.item(k) if count is not None or k == 0 else unknown(Reason.ITERATION)
            k -= count
        return unknown(Reason.ITERATION)

    total: Value = Known(sum(known)) if len(known) == len(counts) else unknown(Reason.ITERATION)
    concrete = all(_all(machine, source) is not None for source in sources)
    return _items(Iteration(total, item, over, concrete, tuple(r for part in parts for r in part.resets)))


def _islice(machine: Machine, name: str, arguments: Arguments) -> Value:
    given = arguments.get(0, "iterable")
    if isinstance(given, Unknown):
        # An iterator goes on behind these.
        machine.iterators.add(given.key)
    inner = _drawn(machine, arguments)
    bounds = [a.value for a in arguments.positional[1:]]
    start, stop, step = (Known(0), bounds[0], Known(1)) if len(bounds) == 1 else (*bounds, Known(1))[:3]
    first, last, by = number(start) if start != NONE else 0, number(stop), number(step) if step != NONE else 1
    if (
        (isinstance(inner.over, tuple) and isinstance(_source(arguments), Dataset))
        or first is None
        or by is None
    ):
        return machine.unknown(Reason.LIBRARY_CALL)
    over = ("islice", inner.over, *(bound.key for bound in bounds))
    total = number(inner.count)
    is_endless = isinstance(inner.over, tuple) and inner.over[0] in _ENDLESS
    count: Value = unknown(Reason.ITERATION)
    if last is not None and (total is not None or is_endless):
        end = last if total is None else min(last, total)
        count = depending_on(Known(len(range(first, end, by))), inner.count, *bounds)
    elif stop == NONE and total is not None:
        count = depending_on(Known(len(range(first, total, by))), inner.count)
    concrete = inner.concrete or is_endless
    is_drawn = isinstance(inner.over, tuple) and inner.over[0] == "generator" and not inner.concrete

    def item(position: int) -> Value:
        if is_drawn and first + position * by > 1:
            # A generator's first items are followed, and its last one.
            return unknown(Reason.ITERATION, key=("item", over, position))
        return inner.item(first + position * by)

    return _items(Iteration(count, item, over, concrete, inner.resets))


def _source(arguments: Arguments) -> object:
    value = arguments.get(0, "iterable")
    return value.value if isinstance(value, Known) else None


# As many items of an iterator are each followed.
_BEGINNING = 2
_ENDLESS = ("cycle", "repeat", "count")


def _cycle(machine: Machine, name: str, arguments: Arguments) -> Value:
    inner = _drawn(machine, arguments)
    total = number(inner.count)

    def item(k: int) -> Value:
        return inner.item(k % total) if total else inner.item(k) if k == 0 else unknown(Reason.ITERATION)

    over = ("cycle", inner.over)
    return _items(Iteration(unknown(Reason.ITERATION), item, over, False, inner.resets, restarts=True))


def _repeat(machine: Machine, name: str, arguments: Arguments) -> Value:
    value, times = arguments.get(0, "object"), arguments.get(1, "times")
    if value is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    over = ("repeat", value.key, *(() if times is None else (times.key,)))
    count = times if times is not None else unknown(Reason.ITERATION)
    return _items(Iteration(count, lambda k: value, over, times is not None and number(times) is not None))


def _count(machine: Machine, name: str, arguments: Arguments) -> Value:
    start, step = arguments.get(0, "start") or Known(0), arguments.get(1, "step") or Known(1)
    first, by = number(start), number(step)

    def item(k: int) -> Value:
        return Known(first + k * by) if first is not None and by is not None else unknown(Reason.ITERATION)

    return _items(Iteration(unknown(Reason.ITERATION), item, ("count", start.key, step.key), False))


def _product(machine: Machine, name: str, arguments: Arguments) -> Value:
    found = [_all(machine, a.value) for a in arguments.positional]
    known = [items for items in found if items is not None]
    times = arguments.keywords.get("repeat")
    again = number(times.value) if times is not None else 1
    over = (name, *(v.key for v in arguments.values()))
    if len(known) < len(found) or arguments.open or again is None:
        return _items(Iteration(unknown(Reason.ITERATION), lambda k: unknown(Reason.ITERATION), over, False))
    rows = itertools.islice(itertools.product(*known, repeat=again), 257)
    values = tuple(Known(Tuple(row)) for row in rows)
    if len(values) > 256:
        return machine.unknown(Reason.LIBRARY_CALL)
    return _items(loops.of_items(values, over))


TRANSFERS: dict[str, Transfer] = {
    "builtins.list": _list,
    "builtins.tuple": _list,
    "builtins.set": _set,
    "builtins.frozenset": _set,
    "builtins.sorted": _sorted,
    "builtins.reversed": _reversed,
    "builtins.min": _extreme(min),
    "builtins.max": _extreme(max),
    "builtins.sum": _sum,
    "builtins.any": _any(Ternary.YES),
    "builtins.all": _any(Ternary.NO),
    "builtins.map": _map,
    "builtins.filter": _filter,
    "builtins.iter": _iter,
    "builtins.next": _next,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chain,
    "itertools.islice": _islice,
    "itertools.cycle": _cycle,
    "itertools.repeat": _repeat,
    "itertools.count": _count,
    "itertools.product": _product,
}
