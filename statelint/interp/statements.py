"""Statements: what running them does to the state and the trace."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

import libcst as cst

from statelint import api
from statelint.discover import is_document
from statelint.interp import (
    callbacks,
    calls,
    classes,
    collecting,
    converting,
    decorators,
    every_pass,
    exceptions,
    expressions,
    gaps,
    headings,
    leaving,
    loops,
    managers,
    matching,
    modules,
    queues,
    repetition,
    rewinding,
    settled,
    switches,
    waiting,
)
from statelint.interp.attributes import class_attribute
from statelint.interp.chance import spelled_from
from statelint.interp.comparisons import truth
from statelint.interp.expressions import evaluate
from statelint.interp.filling import filled, part_drawn
from statelint.interp.machine import Definition, Machine
from statelint.interp.objects import (
    Arguments,
    Class,
    DictRecord,
    Function,
    InstanceRecord,
    LayerRecord,
    Library,
    ListRecord,
    Method,
    ModelRecord,
    Module,
    Ref,
    Slice,
    Table,
    Tuple,
)
from statelint.interp.operators import arithmetic
from statelint.interp.renaming import rename, rename_object
from statelint.interp.shapes import is_place
from statelint.interp.spelling import spelled_out
from statelint.interp.state import Frame, join_states
from statelint.interp.transfer import keras, methods, numpy, reshaping, standard, tables, taking
from statelint.sites import Site
from statelint.source.python import names_in
from statelint.trace.keys import parts
from statelint.trace.objects import Argument, Array
from statelint.trace.story import Condition, Mentioned, Written
from statelint.values import (
    NONE,
    Choice,
    Known,
    Reason,
    Ternary,
    Unknown,
    Value,
    assumptions,
    depending_on,
    is_bent,
    join,
    number,
    options,
    unknown,
    varies,
)


def execute(machine: Machine, body: Sequence[cst.CSTNode]) -> None:
    """Follow statements until the path ends."""
    for statement in body:
        if not machine.state.alive:
            return
        if isinstance(statement, cst.SimpleStatementLine | cst.SimpleStatementSuite):
            execute(machine, statement.body)
            continue
        machine.spend()
        handler = _HANDLERS.get(type(statement))
        if handler is not None:
            handler(machine, statement)


def block(machine: Machine, suite: cst.BaseSuite) -> None:
    execute(machine, suite.body)


# Assignments


def _assign(machine: Machine, node: cst.Assign) -> None:
    if converting.is_done(machine, node):
        return
    value = evaluate(machine, node.value)
    if machine.passes and isinstance(value, Known) and isinstance(value.value, int | float):
        own = {t.target.value for t in node.targets if isinstance(t.target, cst.Name)}
        if own & names_in(node.value):
            value = counted(machine, value)
    for target in node.targets:
        assign(machine, target.target, switches.bound(machine, target.target, node.value, value))
    converting.note(machine, node)


def counted(machine: Machine, value: Value) -> Value:
    """A number that a loop's body makes from its old one: each pass has another."""
    loops_ = frozenset(p.loop.id for p in machine.passes)
    return depending_on(value, Known(None, (), loops_)) if loops_ else value


def _annotated(machine: Machine, node: cst.AnnAssign) -> None:
    if node.value is not None:
        value = switches.bound(machine, node.target, node.value, evaluate(machine, node.value))
        assign(machine, node.target, value)


def _augmented(machine: Machine, node: cst.AugAssign) -> None:
    left = evaluate(machine, node.target)
    right = evaluate(machine, node.value)
    record = machine.record(left)
    if (
        isinstance(node.operator, cst.AddAssign)
        and isinstance(record, ListRecord)
        and isinstance(left, Known)
    ):
        calls.extend_list(machine, left, right)
        return
    assign(
        machine, node.target, counted(machine, arithmetic(machine, type(node.operator), left, right, node))
    )


def assign(machine: Machine, target: cst.BaseExpression, value: Value) -> None:
    """Bind a target: a name, an attribute, an item, or several of them."""
    match target:
        case cst.Name(value=name):
            _frame_of(machine, name)[name] = value
        case cst.Attribute():
            _set_attribute(machine, evaluate(machine, target.value), target.attr.value, value, target)
        case cst.Subscript():
            _set_item(machine, target, value)
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            _unpack(machine, elements, value)


def _frame_of(machine: Machine, name: str) -> Frame:
    """The frame in which an assignment binds a name: the function's own, unless it says otherwise."""
    if machine.activations:
        activation = machine.activations[-1]
        if name in activation.global_names:
            return machine.state.names(machine.root_of(activation.frame))
        outer = machine.parents[activation.frame] if name in activation.outer_names else None
        while outer is not None and machine.parents[outer] is not None:
            if name in machine.state.frames.get(outer, {}):
                return machine.state.names(outer)
            outer = machine.parents[outer]
    return machine.frame


def _unpack(machine: Machine, elements: Sequence[cst.BaseElement], value: Value) -> None:
    found = _either_items(machine, value) if isinstance(value, Choice) else _items_of(machine, value)
    starred = next((k for k, e in enumerate(elements) if isinstance(e, cst.StarredElement)), None)
    for position, element in enumerate(elements):
        if found is not None and starred is None and len(found) == len(elements):
            part = found[position]
        elif found is not None and starred is not None and len(found) >= len(elements) - 1:
            after = len(elements) - starred - 1
            if position == starred:
                part = machine.allocate(ListRecord.of(found[starred : len(found) - after]))
            else:
                part = found[position] if position < starred else found[position - len(elements)]
        else:
            part = loops.unpacked(value, position, is_counted=starred is None)
        assign(machine, element.value, part)


def _items_of(machine: Machine, value: Value) -> tuple[Value, ...] | None:
    return loops.items(loops.iterate(machine, value))


def _either_items(machine: Machine, value: Choice) -> tuple[Value, ...] | None:
    """What stands at each place of one of several tuples that are as long as each other."""
    found = [_items_of(machine, option) for option in value.options]
    several = [items for items in found if items is not None]
    if len(several) < len(found) or len({len(items) for items in several}) != 1:
        return None
    return tuple(reduce(join, parts) for parts in zip(*several, strict=True))


def _set_attribute(machine: Machine, receiver: Value, name: str, value: Value, node: cst.Attribute) -> None:
    if not options(receiver):
        tables.changed(machine, ("attribute", receiver.key, name), machine.site(node))
        machine.escape(machine.site(node), Reason.ATTRIBUTE, receiver, value)
        return
    for option in options(receiver):
        set_attribute(machine, option, name, value, machine.site(node))


def set_attribute(machine: Machine, receiver: Known, name: str, value: Value, site: Site) -> None:
    """`receiver.name = value`."""
    thing = receiver.value
    record = machine.record(receiver)
    if isinstance(thing, Class):
        machine.state.names(thing.namespace)[name] = value
    elif isinstance(thing, Module):
        machine.state.names(thing.frame)[name] = value
    elif isinstance(thing, Array) and name == "shape":
        rename_object(machine, receiver, reshaping.reshape(machine, thing, value, receiver, site))
    elif isinstance(thing, Table) and name == "columns":
        named = tables.set_columns(thing, loops.items(loops.iterate(machine, value)))
        rename(machine, receiver.key, replace(receiver, value=named))
    elif (setter := _setter(machine, receiver, name)) is not None:
        given = Arguments((Argument(value, site),), {}, False, site)
        calls.call_function(machine, setter, given, receiver)
    elif isinstance(record, LayerRecord) and isinstance(thing, Ref):
        if name == "stateful":
            keras.set_stateful(machine, thing.id, value, site)
        elif name == "states":
            machine.escape(site, Reason.ATTRIBUTE, receiver, keeps=False)
        else:
            machine.update(thing.id, attributes={**record.attributes, name: value})
            if name == "return_sequences":
                told = value if not machine.state.when else machine.unknown(Reason.BRANCHES)
                machine.update(thing.id, arguments={**record.arguments, name: Argument(told, site)})
            keras.adopt(machine, thing.id, value)
    elif isinstance(record, ModelRecord | InstanceRecord) and isinstance(thing, Ref):
        machine.update(thing.id, attributes={**record.attributes, name: value})
        if isinstance(record, ModelRecord):
            keras.adopt(machine, thing.id, value)
    else:
        if isinstance(thing, Library):
            _patch(machine, thing, name, value)
        if isinstance(thing, Table):
            tables.changed(machine, ("attribute", receiver.key, name), site)
        machine.escape(site, Reason.ATTRIBUTE, value)


def _patch(machine: Machine, library: Library, name: str, value: Value) -> None:
    """The program puts something in place of what a library has."""
    put = machine.unknown(Reason.BRANCHES) if machine.state.when else value
    if library.name.endswith("flags.FLAGS"):
        machine.flags[name] = put
    else:
        machine.patched[api.canonical(f"{library.name}.{name}")] = put


def _setter(machine: Machine, receiver: Known, name: str) -> Function | None:
    """What assigning to a property of one of the program's classes calls."""
    type_ = getattr(machine.record(receiver), "type", None)
    if not isinstance(type_, Known) or not isinstance(type_.value, Class):
        return None
    found = class_attribute(machine, type_.value, name)
    return found.value.setter if isinstance(found, Known) and isinstance(found.value, Function) else None


def _item_of_row(machine: Machine, target: cst.Subscript) -> tuple[cst.BaseExpression, Value, Value] | None:
    """The array, and the index into all of it, that `x[i][t] = v` stands for: `x[i, t] = v`."""
    chain = [target]
    while isinstance(chain[-1].value, cst.Subscript):
        chain.append(chain[-1].value)
    root = chain[-1].value
    if len(chain) == 1 or not isinstance(root, cst.Name | cst.Attribute):
        return None
    whole = evaluate(machine, root)
    if not isinstance(whole, Known) or not isinstance(whole.value, Array) or not whole.value.made:
        return None
    *rows, last = [evaluate_index(machine, node) for node in reversed(chain)]
    if not all(number(row) is not None or (isinstance(row, Unknown) and is_place(row.key)) for row in rows):
        return None
    others = last.value.items if isinstance(last, Known) and isinstance(last.value, Tuple) else (last,)
    return root, whole, Known(Tuple((*rows, *others)))


def _is_taken_unevenly(machine: Machine, index: Value, value: Value) -> bool:
    """Whether the first passes of a loop don't tell what later ones put where."""
    places = index.value.items if isinstance(index, Known) and isinstance(index.value, Tuple) else (index,)
    if any(map(is_bent, places)):
        return True
    return bool(machine.bent) and not machine.bent.isdisjoint(parts(value.key))


def _set_item(machine: Machine, target: cst.Subscript, value: Value) -> None:
    whole = _item_of_row(machine, target)
    place, receiver, index = whole or (
        target.value,
        taking.unlabelled(machine, evaluate(machine, target.value)),
        evaluate_index(machine, target),
    )
    if isinstance(receiver, Known) and receiver.value == Library("os.environ"):
        machine.set_environment(index, value)
        return
    record = machine.record(receiver)
    if isinstance(receiver, Known) and isinstance(receiver.value, Array):
        part = machine.record(value)
        if isinstance(part, ListRecord) and part.cut is not None:
            # Of a list an array takes what an array of it would hold.
            value = numpy.as_array(machine, value)
        value = spelled_from(machine, value)
        site = machine.site(target)
        drawn = part_drawn(machine, index, value, site)
        spelled = spelled_out(machine, receiver.value, index, value, site)
        is_even = not _is_taken_unevenly(machine, index, value)
        array = filled(receiver.value, index, value, drawn, spelled, site if is_even else None)
        assign(machine, place, replace(receiver, value=array))
        return
    if _put_column(machine, target.value, receiver, index, value):
        return
    _put_values(machine, target, index, value)
    if isinstance(receiver, Known) and isinstance(receiver.value, Ref):
        id_ = receiver.value.id
        key = index.value if isinstance(index, Known) else ...
        if isinstance(record, DictRecord):
            machine.emit(Written(machine.site(target), machine.context, receiver.key))
            change_dict(machine, id_, {} if key is ... else {key: value}, known=key is not ...)
            return
        if isinstance(record, ListRecord) and record.items is not None:
            if isinstance(key, int) and -len(record.items) <= key < len(record.items):
                changed = list(record.items)
                changed[key] = value
                machine.state.heap[id_] = ListRecord.of(tuple(changed))
            else:
                filled_ = ("filled", machine.content(receiver), index.key, machine.content(value))
                length = _length_after(record, index, filled_)
                machine.state.heap[id_] = ListRecord(None, length, record.element, content=filled_)
            return
        if isinstance(record, ListRecord):
            filled_ = ("filled", record.content, index.key, machine.content(value))
            machine.update(id_, length=_length_after(record, index, filled_))
            record = machine.record(receiver)
            assert isinstance(record, ListRecord)
            content = record.content and ("filled", record.content, index.key, machine.content(value))
            machine.state.heap[id_] = replace(_with_item(record, key, value), content=content)
    machine.emit(Written(machine.site(target), machine.context, receiver.key))
    headings.forget(machine, receiver.key)
    tables.changed(machine, receiver.key, machine.site(target))
    machine.escape(machine.site(target), Reason.OPERATION, value)


def _put_values(machine: Machine, target: cst.Subscript, index: Value, value: Value) -> None:
    """`table.loc[len(table)] = row`, `table.iloc[3, 0] = None`: the table has other rows then."""
    match target.value:
        case cst.Attribute(cst.Name() as whole, cst.Name("loc" | "at" | "iloc" | "iat" as name)):
            table = evaluate(machine, whole)
            if isinstance(table, Known) and isinstance(table.value, Table):
                made = tables.with_values(table.value, index, value, name)
                assign(machine, whole, replace(table, value=made))


def _put_column(
    machine: Machine, target: cst.BaseExpression, receiver: Value, index: Value, value: Value
) -> bool:
    """`table["name"] = value` and `table.loc[:, "name"] = value`; False: it is no table."""
    match target, index:
        case (
            cst.Attribute(cst.Name() as whole, cst.Name("loc")),
            Known(value=Tuple(items=(_, name))),
        ) if tables.is_whole_column(index):
            target, receiver, index = whole, evaluate(machine, whole), name
        case (cst.Attribute(cst.Name(), cst.Name("iloc" | "iat" | "at")), _):
            return False
    is_table = isinstance(receiver, Known) and isinstance(receiver.value, Table)
    if not is_table and not tables.is_shifted(receiver, value):
        return False
    wider = tables.with_column(tables.table_of(receiver), index, value)
    assign(machine, target, tables.replace_value(receiver, wider))
    return True


def _length_after(record: ListRecord, index: Value, content: Hashable) -> Value:
    """How long a list is after items were put in at `index`: a slice takes as many as there are."""
    is_slice = isinstance(index, Known) and isinstance(index.value, Slice)
    return unknown(Reason.OPERATION, key=("length", content)) if is_slice else record.length


def _with_item(record: ListRecord, place: object, value: Value) -> ListRecord:
    """A list that isn't known item by item, with another item in one place (... where that isn't known)."""
    begun = (*record.first, *record.head)
    if not isinstance(place, int) or place < 0:
        return replace(record, first=(), head=())
    if place >= len(begun):
        return record
    begun = (*begun[:place], value, *begun[place + 1 :])
    return replace(record, first=begun[: len(record.first)], head=begun[len(record.first) :])


def change_dict(machine: Machine, id_: int, added: Mapping[Hashable, Value], *, known: bool = True) -> None:
    """Set items of a dict; `known` is False where others may be set too, and so none of the old ones is."""
    record = machine.state.heap[id_]
    assert isinstance(record, DictRecord)
    items = dict(record.items) if known else {}
    machine.update(id_, items={**items, **added}, complete=record.complete and known)
    if record.of is not None:
        named = {str(k): v for k, v in added.items()}
        if record.of in machine.state.frames:
            names = machine.state.names(record.of)
            if not known:
                standard.forget_names(machine, names)
            names.update(named)
            return
        if not known:
            classes.forget_attributes(machine, record.of)
        owner = machine.state.heap[record.of]
        if isinstance(owner, InstanceRecord):
            machine.update(record.of, attributes={**owner.attributes, **named})


def evaluate_index(machine: Machine, node: cst.Subscript) -> Value:
    parts = tuple(expressions.index(machine, element.slice) for element in node.slice)
    return parts[0] if len(parts) == 1 else Known(Tuple(parts))


def _delete(machine: Machine, node: cst.Del) -> None:
    targets = [e.value for e in node.target.elements] if isinstance(node.target, cst.Tuple) else [node.target]
    for target in targets:
        match target:
            case cst.Name(value=name):
                _frame_of(machine, name).pop(name, None)
            case cst.Attribute(attr=cst.Name(value=name)):
                _forget(machine, evaluate(machine, target.value), Known(name))
            case cst.Subscript():
                _forget(machine, evaluate(machine, target.value), evaluate_index(machine, target))


def _forget(machine: Machine, receiver: Value, key: Value) -> None:
    """Delete an item or attribute."""
    record = machine.record(receiver)
    if not isinstance(receiver, Known) or not isinstance(receiver.value, Ref):
        return
    id_ = receiver.value.id
    at = key.value if isinstance(key, Known) else ...
    match record:
        case DictRecord():
            kept = {k: v for k, v in record.items.items() if k != at} if at is not ... else {}
            machine.update(id_, items=kept, complete=record.complete and at is not ...)
        case ListRecord(items=None, content=tuple()) if at == 0:
            machine.state.heap[id_] = methods.without_first(record)
        case ListRecord(items=items) if items and isinstance(at, int) and -len(items) <= at < len(items):
            left = list(items)
            del left[at]
            machine.state.heap[id_] = ListRecord.of(tuple(left))
        case ListRecord():
            machine.state.heap[id_] = ListRecord(None, unknown(Reason.DELETED))
        case InstanceRecord() | ModelRecord() | LayerRecord() if isinstance(at, str):
            left_ = {k: v for k, v in record.attributes.items() if k != at}
            machine.update(id_, attributes=left_)


# Control flow


def _if(machine: Machine, node: cst.If) -> None:
    condition = evaluate(machine, node.test)
    fact = truth(machine, condition)

    def arm(suite: cst.BaseSuite | cst.If | cst.Else | None) -> Callable[[], Value]:
        def follow() -> Value:
            if isinstance(suite, cst.If):
                _if(machine, suite)
            elif isinstance(suite, cst.Else):
                block(machine, suite.body)
            elif suite is not None:
                block(machine, suite)
            return NONE

        return follow

    arms = [arm(node.body), arm(node.orelse)]
    flags = [machine.options[text][0] for text in assumptions(condition) if text in machine.options]
    machine.deciding.update(flags)
    if fact is Ternary.UNKNOWN:
        if rewinding.is_not_yet(machine, node, condition) or rewinding.is_beyond(machine, node, condition):
            return
        met = 0 if rewinding.is_within(machine, node, condition) else gaps.arm_without(machine, node)
        if met is not None:
            arms[met]()
            return
        key, flipped = _plain_condition(condition.key)
        machine.branch(("if", key), arms[::-1] if flipped else arms)
        return
    taken = 0 if fact is Ternary.YES else 1
    # Behind a loop its last pass has decided.
    loops_here = varies(condition) & {p.loop.id for p in machine.passes}
    if not loops_here or node in machine.decided or every_pass.agrees(machine, node.test, fact, loops_here):
        flags += switches.in_test(machine, node.test)
        settled.note(machine, flags, node.orelse if taken == 0 else node.body)
        waiting.note(machine, node, node.orelse if taken == 0 else node.body)
        arms[taken]()
        return
    _follow_varying(machine, ("if", machine.fresh_id()), arms, taken, loops_here)


def _plain_condition(key: object) -> tuple[object, bool]:
    """`not x` is the other arm of `x`."""
    flipped = False
    while isinstance(key, tuple) and key and key[0] == "not":
        key, flipped = key[1], not flipped
    return key, flipped


def _follow_varying(
    machine: Machine,
    id_: tuple[str, int],
    arms: Sequence[Callable[[], Value]],
    taken: int,
    loops_here: frozenset[int],
) -> None:
    """A condition on the pass of a loop: this pass takes one arm, other passes the other.

    The other arm is followed aside, so that what it does is in the trace as something that may
    happen; what it leaves behind counts where the loop's later passes aren't followed.
    """
    start = machine.state
    aside = start.fork()
    aside.when = (*start.when, Condition(id_, 1 - taken))
    machine.state = aside
    exits, machine.exits = (
        machine.exits,
        [*machine.exits[:-1], type(machine.exits[-1])()] if machine.exits else [],
    )
    returns = list(machine.activations[-1].returns) if machine.activations else []
    arms[1 - taken]()
    if machine.exits and (machine.exits[-1].continues or machine.exits[-1].breaks):
        for loop in loops_here:
            machine.irregular.setdefault(loop, False)
    other = machine.state
    machine.exits = exits
    if machine.activations:
        machine.activations[-1].returns[:] = returns
    before, when = start.fork(), start.when
    machine.state = start
    machine.state.when = (*when, Condition(id_, taken))
    arms[taken]()
    if other.alive and not machine.state.alive:
        machine.irregular.update(dict.fromkeys(loops_here, True))
    if other.alive and (other.differs_from(before) or machine.state.differs_from(before)):
        for loop in loops_here:
            known = machine.asides.get(loop)
            machine.asides[loop] = other if known is None else join_states(known, other)
    machine.state.when = when


def _for(machine: Machine, node: cst.For) -> None:
    iteration = loops.exhaust(machine, evaluate(machine, node.iter), node.iter)
    resets = callbacks.resets(node.body)
    if resets:
        loops.walk_layers(machine, iteration, machine.site(node))
    if collecting.follow(machine, node, iteration, node.target, assign, execute):
        return
    if queues.follow(machine, node, iteration, assign, execute):
        return

    def body(item: Value, position: int) -> None:
        assign(machine, node.target, item)
        block(machine, node.body)

    with leaving.between(machine, node, iteration, assign) as between:
        orelse = _orelse(machine, node)
        loops.run(machine, "for", machine.site(node), between, body, orelse, resets=resets)
    count = number(iteration.count)
    is_followed = count is not None and count <= machine.limits.unrolled
    if not is_followed and machine.state.alive and leaving.breaks(node):
        # With which item it was left isn't known.
        assign(machine, node.target, machine.unknown(Reason.LOOP, node))


def _orelse(machine: Machine, node: cst.For | cst.While) -> Callable[[], None] | None:
    """What follows the loop unless it is left by break."""
    suite = node.orelse
    return None if suite is None else lambda: block(machine, suite.body)


def _with(machine: Machine, node: cst.With) -> None:
    managers.follow(machine, node.items, lambda: block(machine, node.body))


def _return(machine: Machine, node: cst.Return) -> None:
    value = NONE if node.value is None else evaluate(machine, node.value)
    if machine.state.alive:
        ended = machine.die()
        if machine.activations:
            machine.activations[-1].returns.append((ended, value))


def _break(machine: Machine, node: cst.Break) -> None:
    if machine.exits:
        machine.exits[-1].breaks.append(machine.die())


def _continue(machine: Machine, node: cst.Continue) -> None:
    if machine.exits:
        machine.exits[-1].continues.append(machine.die())


# So many `raise` of one `try` are told apart from one that may happen anywhere.
_RAISES = 8


def _raise(machine: Machine, node: cst.Raise) -> None:
    if node.exc is not None:
        evaluate(machine, node.exc)
    ended = machine.die()
    if ended.alive and machine.raises and len(machine.raises[-1]) < _RAISES:
        machine.raises[-1].append(ended)


def _expression(machine: Machine, node: cst.Expr) -> None:
    site = machine.site(node.value)
    if isinstance(node.value, cst.Call) and not is_document(site.path):
        # What the last line of a cell returns is shown.
        machine.dropped = site
    drop(machine, node.value, evaluate(machine, node.value))


def drop(machine: Machine, node: cst.BaseExpression, value: Value) -> None:
    """Note a method that is named where its value goes nowhere."""
    if isinstance(node, cst.Attribute) and isinstance(value, Known) and isinstance(value.value, Method):
        receiver, name = value.value.receiver, value.value.name
        if isinstance(receiver, Known) and isinstance(receiver.value, Ref):
            model, layer = machine.model(receiver.value.id), machine.layer(receiver.value.id)
            if model is not None or layer is not None:
                seen = None if model is not None else layer
                machine.emit(Mentioned(machine.site(node), machine.context, name, model, seen))
                return
    match node:
        case cst.Attribute(cst.Attribute(cst.Name() as owner, cst.Name("model")), cst.Name(name)):
            if callbacks.has_unknown_model(machine, evaluate(machine, owner)):
                machine.emit(Mentioned(machine.site(node), machine.context, name, None, None))


def _global(machine: Machine, node: cst.Global) -> None:
    if machine.activations:
        machine.activations[-1].global_names.update(item.name.value for item in node.names)


def _nonlocal(machine: Machine, node: cst.Nonlocal) -> None:
    if machine.activations:
        machine.activations[-1].outer_names.update(item.name.value for item in node.names)


def _assert(machine: Machine, node: cst.Assert) -> None:
    evaluate(machine, node.test)


# Definitions


def _function(machine: Machine, node: cst.FunctionDef) -> None:
    name = node.name.value
    made = calls.make_function(machine, name, node)
    value = decorators.decorate(machine, made, node)
    assert isinstance(made.value, Function)
    machine.definitions.append(Definition(made.value, value, machine.frame_id))
    _frame_of(machine, name)[name] = value


def _class(machine: Machine, node: cst.ClassDef) -> None:
    value = classes.define(machine, node)
    _frame_of(machine, node.name.value)[node.name.value] = value


_HANDLERS: dict[type[cst.CSTNode], Callable[[Machine, Any], None]] = {
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.AugAssign: _augmented,
    cst.Del: _delete,
    cst.If: _if,
    cst.For: _for,
    cst.While: repetition.follow,
    cst.With: _with,
    cst.Try: exceptions.follow,
    cst.TryStar: exceptions.follow,
    cst.Match: matching.follow,
    cst.Return: _return,
    cst.Break: _break,
    cst.Continue: _continue,
    cst.Raise: _raise,
    cst.Expr: _expression,
    cst.Global: _global,
    cst.Nonlocal: _nonlocal,
    cst.Assert: _assert,
    cst.FunctionDef: _function,
    cst.ClassDef: _class,
    cst.Import: modules.execute_import,
    cst.ImportFrom: modules.execute_import_from,
}
