"""Loops: what they draw, and their first, second and last pass.

What the second pass inherits from the first is where stateful training goes wrong, so the body is
followed twice; the last pass is followed where its items are known, because it may be shorter.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from functools import partial

import libcst as cst

from statelint.interp import calls, drawing, expressions, headings, pipelines, repeated_items, waiting
from statelint.interp.comparisons import truth
from statelint.interp.filling import one_of_lists, windows_held
from statelint.interp.listed import told
from statelint.interp.machine import Exits, Machine
from statelint.interp.objects import (
    DictRecord,
    Items,
    Iteration,
    ListRecord,
    ModelRecord,
    Range,
    States,
    Table,
    Tuple,
)
from statelint.interp.shapes import item as array_item
from statelint.interp.state import State, join_states, widen
from statelint.sites import Site
from statelint.trace.agreement import disagree
from statelint.trace.listings import origins_of
from statelint.trace.objects import Array, Cut, Dataset
from statelint.trace.story import Call, Event, Feed, Loop, Opaque, Pass, Reset, Walked, Written
from statelint.trace.texts import is_reader
from statelint.values import (
    Choice,
    Known,
    Reason,
    Unknown,
    Value,
    depending_on,
    interned,
    number,
    options,
    unknown,
)

# As many passes at most are each followed in any loop.
_FEW = 3
# So deep a row of values may lie in another one.
_DEEPEST = 2
# Conditions that the passes of a loop may leave behind, all together, where each is followed.
_UNDECIDED = 12
# Steps that a loop which only prepares data may cost, where each of its passes is followed.
# A loop that only works on data may have so many times more passes than others.
_LONGER = 2
_WORK = 4000


def exhaust(machine: Machine, value: Value, node: cst.CSTNode | None = None) -> Iteration:
    """What a loop that goes over all of the value draws."""
    return iterate(machine, emptied(machine, value, node), node)


def emptied(machine: Machine, value: Value, node: cst.CSTNode | None = None) -> Value:
    """The value that something goes over: of an iterator that something went over before, nothing that is
    known.
    """
    drawn = value.value if isinstance(value, Known) else value
    is_iterator = isinstance(drawn, Items) and not _is_list_in_2(machine, drawn)
    if not (is_iterator or is_reader(value.key) or value.key in machine.iterators):
        return value
    if is_exhausted(machine, drawn):
        return machine.unknown(Reason.ITERATION, node)
    machine.exhausted[id(drawn)] = (drawn, machine.state.when)
    return value


def is_exhausted(machine: Machine, drawn: object) -> bool:
    """Whether a loop went over the iterator before, on the same path."""
    known = machine.exhausted.get(id(drawn))
    return known is not None and not disagree(known[1], machine.state.when)


def _is_list_in_2(machine: Machine, items: Items) -> bool:
    """Whether Python 2 has a list of them."""
    head = items.key[0] if isinstance(items.key, tuple) and items.key else None
    return head in ("zip", "map") and any(source.python2 for source in machine.sources)


def iterate(machine: Machine, value: Value, node: cst.CSTNode | None = None) -> Iteration:
    """What a loop over the value draws."""
    if isinstance(value, Choice):
        dataset = pipelines.common(value)
        value = Known(dataset) if dataset is not None else one_of_lists(machine, value) or value
    if isinstance(value, Known):
        match value.value:
            case Tuple(items=found):
                return of_items(found, value.key)
            case Items(iteration=iteration):
                return iteration
            case Range(start=start, stop=stop, step=step):
                return _range(start, stop, step)
            case Array(key=key) if key in machine.bounds:
                return _range(*machine.bounds[key])
            case Array() as array:
                count = array.shape[0] if array.shape else machine.unknown(Reason.ITERATION, node)
                if array.shuffle_site is not None:
                    machine.chances[array.key] = array.shuffle_site
                return Iteration(count, lambda k: array_item(array, k), array.key, False, cut=array.row_cut)
            case Dataset() as dataset:
                from statelint.interp.transfer.datasets import batches

                if dataset.shuffle_site is not None and dataset.batch_site is not None:
                    machine.mixed[interned(dataset.key)] = dataset.shuffle_site
                return batches(dataset)
            case States(layer=layer, index=None):
                return of_items((Known(States(layer, 0)), Known(States(layer, 1))), value.key)
            case str() as text:
                return of_items(tuple(Known(c) for c in text), value.key)
            case Table(columns=names) if names:
                return of_items(tuple(Known(name) for name in names), value.key)
        record = machine.record(value)
        if isinstance(record, ListRecord):
            if record.items is not None:
                over = value.key if record.layers_of is None else ("layers", record.layers_of)
                return of_items(record.items, over)
            model = machine.state.heap.get(record.layers_of) if record.layers_of is not None else None
            if isinstance(model, ModelRecord) and model.layers:
                # What is done to all layers is done to those that are known.
                return of_items(tuple(map(machine.refer, model.layers)), ("layers", record.layers_of))
            item = partial(_item_of, machine, value, record)
            return Iteration(record.length, item, value.key, False, cut=record.cut)
        if isinstance(record, DictRecord) and record.complete:
            return of_items(tuple(Known(k) for k in record.items), value.key)
        if isinstance(record, ModelRecord):
            return Iteration(
                machine.unknown(Reason.ITERATION, node), lambda k: drawn(value, k), value.key, False
            )
        from statelint.interp import classes

        yielded = classes.iterate_instance(machine, value)
        if yielded is not None:
            return yielded
    elif (headed := headings.of(machine, value.key)) is not None:
        return of_items(tuple(map(Known, headed)), value.key)
    else:
        from statelint.interp.transfer import files

        value = files.lines(machine, value) or value
    # Code that got a model may do anything to it between the items that it gives.
    resets = (machine.lent[value.key],) if value.key in machine.lent else ()
    count = machine.unknown(Reason.ITERATION, node)
    return Iteration(count, lambda k: drawn(value, k), value.key, False, resets)


def _item_of(machine: Machine, value: Value, record: ListRecord, position: int) -> Value:
    """An item of a list that isn't known item by item."""
    begun, key = (*record.first, *record.head), value.key
    if position and record.added:
        # The second one is the first one's neighbour, of which each pass has made several.
        return unknown(Reason.ITERATION, key=("item", key, position))
    if position < len(begun):
        value = begun[position]
        if _is_told(machine, value) or number(value) is not None:
            return value
    element = record.element
    order = record.shuffle_site if record.content is not None else None
    if order is not None and isinstance(element, Known):
        # Which of the rows it is isn't known.
        machine.chances[interned(record.content)] = order
        return unknown(Reason.ITERATION, key=("item", record.content, position))
    if isinstance(element, Known) and not isinstance(element.value, Array | Table):
        return repeated_items.item_at(machine, record, element, key, position)
    cut = record.cut
    if cut is not None and cut.start is not None and not cut.axis:
        # The same item as that of the whole list.
        return unknown(Reason.ITERATION, key=("item", cut.whole, ("int", cut.start + position)))
    if order is not None:
        machine.chances[interned(record.content)] = order
        return unknown(Reason.ITERATION, key=("item", record.content, position))
    if isinstance(record.content, tuple) and record.content[0] == "sorted":
        # Whatever is put in order again is in the same one.
        return unknown(Reason.ITERATION, key=("item", record.content, position))
    return drawn(value, position)


def part_at(machine: Machine, record: ListRecord, position: int) -> Value | None:
    """The part of a series, or what comes of a file, that is the first or second item of a list; None for
    every other item.
    """
    begun = (*record.first, *record.head)
    part = begun[position] if 0 <= position < len(begun) else None
    return part if part is not None and _is_told(machine, part) else None


def dataset_at(value: Value, record: ListRecord, index: Value) -> Value | None:
    """An item of a list of Datasets that aren't known one by one: one of its own, made like all of them."""
    element = record.element
    if not isinstance(element, Known) or not isinstance(element.value, Dataset):
        return None
    return Known(replace(element.value, key=("item", value.key, index.key), parts=(), windows=None))


def _is_told(machine: Machine, value: Value) -> bool:
    """Whether it is known of what series or file an item is a part."""
    return _is_cut_out(machine, value) or bool(origins_of(value.key))


def _is_cut_out(machine: Machine, value: Value, depth: int = _DEEPEST) -> bool:
    """Whether it is a part of a series, or made of windows of one, or a row of values with one among them."""
    record = machine.record(value)
    if isinstance(value, Known) and isinstance(value.value, Tuple):
        return any(_is_cut_out(machine, item) for item in value.value.items)
    if isinstance(record, ListRecord) and record.items and len(record.items) <= _FEW and depth:
        if any(_is_cut_out(machine, item, depth - 1) for item in record.items):
            return True
    part = value.value if isinstance(value, Known) and isinstance(value.value, Array | Table) else record
    part = part.array if isinstance(part, Table) else part
    if not isinstance(part, Array | ListRecord):
        return False
    return part.cut is not None or windows_held(machine, value) is not None


def drawn(source: Value, position: int) -> Value:
    return unknown(Reason.ITERATION, key=("item", source.key, position))


def of_items(values: Sequence[Value], over: Hashable) -> Iteration:
    """An iteration over values known one by one."""
    found = tuple(values)
    return Iteration(
        Known(len(found)),
        lambda k: found[k] if k < len(found) else unknown(Reason.ITERATION),
        over,
        True,
    )


def _range(start: Value, stop: Value, step: Value) -> Iteration:
    first, last, by = number(start), number(stop), number(step)
    over = ("range", start.key, stop.key, step.key)
    if first is None or by is None or by == 0:
        count: Value = unknown(Reason.ITERATION, key=("length", over))
        return Iteration(count, lambda k: unknown(Reason.ITERATION, key=("item", over, k)), over, False)
    count = unknown(Reason.ITERATION, key=("length", over))
    if last is not None:
        count = depending_on(Known(len(range(first, last, by))), start, stop, step)
    return Iteration(count, lambda k: Known(first + k * by), over, False)


def items(iteration: Iteration, limit: int = 64) -> tuple[Value, ...] | None:
    """All items, where they are known and few."""
    n = number(iteration.count)
    if n is None or n > limit:
        return None
    return tuple(iteration.item(k) for k in range(n))


def run(
    machine: Machine,
    kind: str,
    site: Site,
    iteration: Iteration,
    body: Callable[[Value, int], None],
    orelse: Callable[[], None] | None = None,
    *,
    resets: bool = False,
) -> None:
    """Follow a loop.

    `body` gets the item and the number of the pass, and ends with a live state unless all is over.
    `orelse` is what follows unless the loop is left by break.  `resets` says whether a reset stands in the
    body.
    """
    count = number(iteration.count)
    # A generator goes on behind its last `yield`.
    behind = tuple(reset for reset in iteration.resets if not reset.at_start)

    def leave() -> None:
        if machine.state.alive:
            drawing.draw(machine, behind, site)
        _leave(machine, exits, orelse)

    exits = Exits()
    if count is not None and count <= 0:
        return leave()
    # What holds in one of so few needs to hold in that one alone.
    is_concrete = iteration.concrete or (kind == "for" and count is not None and 1 < count <= _FEW)
    named = items(iteration, machine.limits.unrolled) if kind == "for" and iteration.concrete else ()
    keys = tuple(item.key for item in named or ())
    loop = Loop(machine.fresh_id(), kind, site, iteration.count, iteration.over, keys)
    # Whether each pass that was followed was left early.
    left: list[bool] = []

    def one(position: int, index: int) -> None:
        item = iteration.item(position)
        if count != 1 and not is_concrete:
            # What depends on the pass isn't decided for all passes by one of them.
            item = varying(item, loop.id)
            machine.drawn[loop.id] = (item, iteration)
        with machine.in_pass(Pass(loop, index, position + 1 == count)):
            machine.exits.append(exits)
            try:
                drawing.draw(machine, iteration.resets, site)
                body(item, position)
            finally:
                machine.exits.pop()
                machine.drawn.pop(loop.id, None)
        left.append(bool(exits.breaks or exits.continues))
        _meet(machine, exits.continues)

    def is_over() -> bool:
        return not machine.state.alive

    begun, before = len(machine.events), machine.state.fork()
    assumed, spent = len(machine.state.when), machine.steps
    one(0, 0)
    if not machine.state.alive or count == 1:
        return leave()
    feeds = any(isinstance(event, Feed | Call) for event in machine.events[begun:])
    # What each pass leaves undecided (`if …: raise`) all that follows depends on.
    assumed = len(machine.state.when) - assumed
    only_data = all(isinstance(event, Written) for event in machine.events[begun:])
    work = machine.steps - spent if only_data else 0
    is_short = count is not None and count <= machine.limits.unrolled * (_LONGER if only_data else 1)
    if (
        count is not None
        and is_short
        and (not feeds or is_concrete)
        and count * assumed <= _UNDECIDED
        and count * work <= _WORK
    ):
        for position in range(1, count):
            if is_over():
                break
            one(position, position)
        return leave()
    first, again, waited = machine.state.fork(), len(machine.events), len(machine.waiting)
    one(1, 1)
    if not machine.state.alive or count == 2:
        return leave()
    aside = machine.asides.pop(loop.id, None)
    if aside is not None:
        machine.state = join_states(machine.state, aside)
    listed = told(machine, first, loop) if kind == "for" else {}
    widen(first, machine.state, iteration.count if count is None else Known(count - 1), site)
    for ref, content in listed.items():
        machine.update(ref, content=content)
    if count != _FEW and _may_reset_others(machine.events[begun:again], machine.events[again:], resets):
        machine.emit(Opaque(site, machine.context, None, Reason.LOOP))
    if count is not None:
        one(count - 1, 2)
        if left[-1] != left[-2]:
            # So one between may have been the first.
            machine.irregular.setdefault(loop.id, False)
    else:
        later = 2
        if waiting.may_begin(machine, waited):
            begun, again = again, len(machine.events)
            one(later, later)
            later += 1
        if machine.state.alive and _fed(machine.events[again:]) - _fed(machine.events[begun:again]):
            # What has begun is met by what it leaves in a pass of its own.
            one(later, later)
    leave()
    return _forget_lengths(machine, loop, before)


def _may_reset_others(one: Sequence[Event], other: Sequence[Event], resets: bool) -> bool:
    """Whether the passes that aren't followed may reset what two that are don't: these differ in it, or have
    none though the loop has.
    """
    before, after = _reset(one), _reset(other)
    return before != after or (resets and not before)


def _reset(events: Sequence[Event]) -> set[tuple[Site, frozenset[int] | None]]:
    """The places at which states are reset, and of single layers which."""
    resets = (event for event in events if isinstance(event, Reset))
    return {(reset.site, reset.layers if reset.via == "layer" else None) for reset in resets}


def _fed(events: Sequence[Event]) -> set[Site]:
    """The places at which models are fed."""
    return {event.site for event in events if isinstance(event, Feed)}


def _forget_lengths(machine: Machine, loop: Loop, before: State) -> None:
    """In a loop that some passes leave early: which of them lengthened a list isn't known, and where those
    that aren't followed do more, nor is what it holds.
    """
    unseen = machine.irregular.get(loop.id)
    for ref, record in machine.state.heap.items() if unseen is not None else ():
        old = before.heap.get(ref)
        if isinstance(record, ListRecord) and old is not None and old is not record:
            length = unknown(Reason.LOOP, key=("length", ref, record.length.key))
            element = record.element or (record.items[-1] if record.items else None)
            kept = replace(record, items=None, length=length, element=element, content=None)
            machine.state.heap[ref] = ListRecord(None, length) if unseen else kept


def varying(item: Value, loop: int) -> Value:
    """An item that is another one in each pass of the loop."""
    mark = Known(None, (), frozenset({loop}))
    if isinstance(item, Known) and isinstance(item.value, Tuple):
        return Known(
            Tuple(tuple(varying(part, loop) for part in item.value.items)), item.assuming, item.varies
        )
    if isinstance(item, Known) and isinstance(item.value, int | float):
        return depending_on(item, mark)
    return item


def _leave(machine: Machine, exits: Exits, orelse: Callable[[], None] | None) -> None:
    if orelse is not None and machine.state.alive:
        orelse()
    _meet(machine, exits.breaks)


def _meet(machine: Machine, states: list[State]) -> None:
    """Let control from break or continue meet the machine's."""
    for state in states:
        machine.state = join_states(machine.state, state) if machine.state.alive else state
    states.clear()


def comprehend(
    machine: Machine, clause: cst.CompFor, element: Callable[[], Value], node: cst.BaseExpression
) -> tuple[list[Value] | None, ListRecord]:
    """Follow a comprehension of `node`: all its values, or (None and) what is known of the list of them."""
    from statelint.interp.callbacks import resets
    from statelint.interp.statements import assign

    does_reset = resets(node)
    values: list[Value] = []
    complete = True
    count: Value = unknown(Reason.LOOP)
    sources: list[Hashable] = []
    cut: Cut | None = None
    left_out = False
    # What the passes of the outermost loop give, where they are followed in full.
    groups: list[tuple[Value, ...]] = []

    def follow(comp: cst.CompFor, *, outermost: bool) -> None:
        nonlocal complete, count, cut
        iteration = exhaust(machine, expressions.evaluate(machine, comp.iter), comp.iter)
        total = number(iteration.count)
        sources.append(iteration.over)
        if does_reset:
            walk_layers(machine, iteration, machine.site(comp.iter))
        if outermost and comp.inner_for_in is None and not comp.ifs:
            count = iteration.count
            cut = mapped_cut(iteration, machine.site(comp.iter))
        done = 0

        def body(item: Value, position: int) -> None:
            nonlocal complete, done, left_out
            done += 1
            assign(machine, comp.target, item)

            def inner() -> Value:
                nonlocal complete
                if comp.inner_for_in is not None:
                    begun, before, complete = len(values), complete, True
                    follow(comp.inner_for_in, outermost=False)
                    if outermost and complete and not comp.ifs:
                        groups.append(tuple(values[begun:]))
                    complete = complete and before
                else:
                    values.append(element())
                return Known(None)

            conditions = [expressions.evaluate(machine, part.test) for part in comp.ifs]
            sources.extend(condition.key for condition in conditions)
            facts = [truth(machine, condition) for condition in conditions]
            if any(fact.name == "NO" for fact in facts):
                left_out = True
                return
            if any(fact.name == "UNKNOWN" for fact in facts):
                complete = False
                key = ("and", *(condition.key for condition in conditions))
                machine.branch(key, [inner, lambda: Known(None)])
            else:
                inner()

        run(machine, "comprehension", machine.site(comp.iter), iteration, body, resets=does_reset)
        if total is None or done != total:
            complete = False

    frame = machine.new_frame(machine.frame_id)
    with calls.in_frame(machine, frame):
        machine.activations[-1].is_comprehension = True
        follow(clause, outermost=True)
    # Where some are left out, those that are known may not be the first ones.
    first = tuple(values[:2]) if complete or not left_out else ()
    content = ("listed", *sources, *(machine.content(value) for value in first)) if first else None
    one, other = groups[:2] if len(groups) > 1 else ((), ())
    return (values if complete else None), ListRecord(
        None,
        count,
        values[-1] if values else None,
        first,
        content=content,
        cut=cut,
        added=(one, other) if 1 < len(one) == len(other) else (),
    )


def mapped_cut(iteration: Iteration, made: Hashable) -> Cut | None:
    """Where a part was cut out of a series of which each item is made something else (`made` says what)."""
    cut = iteration.cut
    return None if cut is None else replace(cut, whole=interned(("made", made, cut.whole)))


def walk_layers(machine: Machine, iteration: Iteration, site: Site) -> None:
    """Note that a loop which resets layers begins, where it is one over a model's `layers`."""
    over = iteration.over
    if isinstance(over, tuple) and len(over) == 2 and over[0] == "layers":
        model = machine.model(over[1])
        # Of a longer list not all passes are followed.
        if model is not None and len(model.layers) <= machine.limits.unrolled:
            machine.emit(Walked(site, machine.context, model))


def plus_one(length: Value) -> Value:
    n = number(length)
    if n is None:
        return unknown(Reason.LOOP, key=("operation", "+", length.key, ("int", 1)))
    return depending_on(Known(n + 1), length)


def unpacked(value: Value, position: int, *, is_counted: bool = True) -> Unknown:
    """What is bound to one of several names, of something whose items aren't known; where a star stands
    before it, the position isn't its number (`is_counted`).
    """
    match value.key:
        case ("attribute", _, "shape") if is_counted:
            # `n, steps, features = x.shape` are `x.shape[0]` and so on.
            return unknown(Reason.ITERATION, key=("item", value.key, ("int", position)))
    head = "item" if isinstance(value, Known) and options(value) else "unpacked"
    return unknown(Reason.ITERATION, key=(head, value.key, position))
