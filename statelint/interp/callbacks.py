"""Callbacks as the program defines them: which hooks they have, and which of them reset states."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import lru_cache

import libcst as cst

from statelint import api
from statelint.interp.attributes import attribute, class_attribute, library_bases
from statelint.interp.machine import Machine
from statelint.interp.objects import (
    Bound,
    Class,
    Function,
    InstanceRecord,
    LayerRecord,
    Library,
    ListRecord,
    Method,
    Ref,
    Tuple,
)
from statelint.sites import Site
from statelint.source.python import children, walk
from statelint.trace.objects import Argument, Callback, Hook
from statelint.trace.story import Instantiated
from statelint.values import Known, Reason, Ternary, Unknown, Value, is_, options

_RESETS = ("reset_states", "reset_state")
# So many functions of the program are followed from a hook.
_MOST_FUNCTIONS = 20


def base_of(machine: Machine, class_: Class) -> Ternary:
    """Whether a class derives from Keras's Callback and from nothing else that isn't known."""
    if not class_.bases:
        return Ternary.NO
    libraries = [base for base in library_bases(class_) if base != "builtins.object"]

    def are_callbacks(generation: int) -> list[bool | None]:
        entries = [api.lookup(generation, base) for base in libraries]
        return [None if entry is None else "callback" in entry.roles for entry in entries]

    found = machine.of_keras(are_callbacks)
    if None in found or not all(isinstance(base, Known) for base in class_.bases):
        return Ternary.UNKNOWN
    return Ternary.of(any(found))


def is_callback(machine: Machine, record: object) -> bool:
    """Whether it is an instance of a callback class of the program."""
    class_ = (
        record.type.value if isinstance(record, InstanceRecord) and isinstance(record.type, Known) else None
    )
    return isinstance(class_, Class) and base_of(machine, class_) is Ternary.YES


def has_unknown_model(machine: Machine, owner: Value) -> bool:
    """Whether it is a Keras callback of whose model nothing is known."""
    if not is_callback(machine, machine.record(owner)):
        return False
    model = attribute(machine, owner, "model")
    return isinstance(model, Unknown) or (isinstance(model, Known) and isinstance(model.value, Method))


def define(machine: Machine, class_: Class) -> None:
    """Note a class that has hooks or is a callback."""
    base = base_of(machine, class_)
    hooks: list[Hook] = []
    methods: set[str] = set()
    sets_model: Site | None = None
    for member in class_.node.body.body:
        if isinstance(member, cst.FunctionDef):
            name = member.name.value
            methods.add(name)
            if name.startswith("on_") or name in ("__init__", "set_model"):
                sets_model = sets_model or _sets_model(machine, member)
            if name.startswith("on_"):
                hooks.append(_hook(machine, class_, member))
    if "model" in machine.state.frames.get(class_.namespace, {}):
        # The class's own attribute hides Keras's property.
        sets_model = None
    if base is not Ternary.NO or hooks:
        id_ = id(class_.node)
        parents = tuple(
            id(b.value.node) for b in class_.bases if isinstance(b, Known) and isinstance(b.value, Class)
        )
        callback = Callback(
            id_,
            "class",
            class_.name,
            class_.site,
            base,
            tuple(hooks),
            sets_model,
            frozenset(methods),
            parents,
        )
        machine.callbacks[id_] = callback
        machine.callback_classes[id_] = class_, machine.frame_id


def _hooks_by_now(machine: Machine, callback: Callback) -> Callback:
    """The callback, whose hooks may call functions that were defined behind it."""
    if callback.resets or callback.id not in machine.callback_classes:
        return callback
    class_, frame = machine.callback_classes[callback.id]
    members = {m.name.value: m for m in class_.node.body.body if isinstance(m, cst.FunctionDef)}
    hooks = tuple(
        replace(hook, resets=_leads_to_reset(machine, members[hook.name], frame, class_))
        for hook in callback.hooks
    )
    machine.callbacks[callback.id] = replace(callback, hooks=hooks)
    return machine.callbacks[callback.id]


def _hook(machine: Machine, class_: Class, node: cst.FunctionDef) -> Hook:
    does_reset = _leads_to_reset(machine, node, machine.frame_id, class_)
    parameters = [*node.params.posonly_params, *node.params.params]
    decorators = [d.decorator.value for d in node.decorators if isinstance(d.decorator, cst.Name)]
    if len(decorators) < len(node.decorators) or not {"staticmethod", "classmethod"}.issuperset(decorators):
        # What a decorator makes of it may take anything.
        return Hook(node.name.value, machine.site(node), does_reset)
    own = 0 if "staticmethod" in decorators else 1
    required = sum(1 for p in parameters if p.default is None) - own
    positional = None if isinstance(node.params.star_arg, cst.Param) else len(parameters) - own
    return Hook(node.name.value, machine.site(node), does_reset, max(required, 0), positional)


def _leads_to_reset(machine: Machine, node: cst.CSTNode, frame: int, class_: Class | None = None) -> bool:
    """Whether a piece of code calls a reset, or something of the program's own that does: a method of the
    class, or a function that has its name in the frame.
    """
    todo, seen = [(node, frame)], set[cst.CSTNode]()
    while todo and len(seen) < _MOST_FUNCTIONS:
        current, frame = todo.pop()
        if resets(current):
            return True
        seen.add(current)
        for call in walk(current):
            called = _called(machine, call, frame, class_)
            if called is not None and called.node not in seen:
                todo.append((called.node, called.frame))
    return False


def _called(machine: Machine, node: cst.CSTNode, frame: int, class_: Class | None) -> Function | None:
    found: Value | None = None
    match node:
        case cst.Call(func=cst.Attribute(value=cst.Name(value="self"), attr=cst.Name(value=name))):
            found = None if class_ is None else class_attribute(machine, class_, name)
        case cst.Call(func=cst.Name(value=name)):
            found = machine.bound(name, frame)
    return found.value if isinstance(found, Known) and isinstance(found.value, Function) else None


@lru_cache(maxsize=4096)
def resets(node: cst.CSTNode) -> bool:
    """Whether a piece of code calls a reset of recurrent states."""
    if (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and node.func.attr.value in _RESETS
    ):
        return True
    return any(resets(child) for child in children(node))


def _sets_model(machine: Machine, node: cst.FunctionDef) -> Site | None:
    """The assignment to `self.model` in a method, if there is one."""
    todo: list[cst.CSTNode] = [node.body]
    while todo:
        current = todo.pop(0)
        if isinstance(current, cst.AssignTarget) and isinstance(current.target, cst.Attribute):
            target = current.target
            if (
                target.attr.value == "model"
                and isinstance(target.value, cst.Name)
                and target.value.value == "self"
            ):
                return machine.site(target)
        todo.extend(children(current))
    return None


def define_lambda(machine: Machine, instance: Known, bound: dict[str, Argument], site: Site) -> None:
    """Note a LambdaCallback: its keywords are its hooks."""
    hooks: list[Hook] = []
    for name, argument in bound.items():
        known = (_keyword_hook(machine, name, argument, option) for option in options(argument.value))
        found = [hook for hook in known if hook is not None]
        is_none = is_(argument.value, None) is Ternary.YES
        hooks.append(found[0] if found else Hook(name, argument.site, False, 0, None, is_none))
    assert isinstance(instance.value, Ref)
    id_ = instance.value.id
    machine.callbacks[id_] = Callback(id_, "lambda", "LambdaCallback", site, Ternary.YES, tuple(hooks))
    machine.emit(Instantiated(site, machine.context, machine.callbacks[id_]))


def _keyword_hook(machine: Machine, name: str, argument: Argument, option: Known) -> Hook | None:
    """The hook that a function or method given to LambdaCallback makes; None for anything else."""
    thing, own = option.value, 0
    if isinstance(thing, Bound) and isinstance(thing.function, Known):
        thing, own = thing.function.value, 1
    if isinstance(thing, Function):
        parameters = [*thing.node.params.posonly_params, *thing.node.params.params]
        required = sum(1 for p in parameters if p.default is None) - own
        star = isinstance(thing.node.params.star_arg, cst.Param)
        taken = None if star else len(parameters) - own
        does_reset = _leads_to_reset(machine, thing.node, thing.frame)
        return Hook(name, argument.site, does_reset, max(required, 0), taken)
    if isinstance(thing, Method) and thing.name in _RESETS:
        # Keras 2's `layer.reset_states` takes the states.
        layer = isinstance(machine.record(thing.receiver), LayerRecord)
        return Hook(name, argument.site, True, 0, 1 if layer and machine.keras == 2 else 0)
    return None


def define_library(
    machine: Machine, instance: Known, name: str, bound: dict[str, Argument], site: Site
) -> None:
    """Note an instance of one of Keras's own callbacks."""
    assert isinstance(instance.value, Ref)
    id_ = instance.value.id
    machine.callbacks[id_] = Callback(id_, "library", name, site, Ternary.YES, (), arguments=bound)


def may_reset(machine: Machine, function: Function) -> bool:
    """Whether a function, or one that it calls, resets states."""
    return _leads_to_reset(machine, function.node, function.frame)


def is_given_reset(machine: Machine, instance: Known) -> bool:
    """Whether one of Keras's own callbacks is made with a function that resets: a schedule, say."""
    callback = machine.callbacks.get(instance.value.id) if isinstance(instance.value, Ref) else None
    if callback is None or callback.kind != "library":
        return False
    given = (option.value for argument in callback.arguments.values() for option in options(argument.value))
    functions = (
        thing.function.value if isinstance(thing, Bound) and isinstance(thing.function, Known) else thing
        for thing in given
    )
    return any(isinstance(f, Function) and _leads_to_reset(machine, f.node, f.frame) for f in functions)


def finished(machine: Machine, lost: frozenset[int]) -> tuple[Callback, ...]:
    """All callbacks, with what the whole program does with them; `lost` are those that other code got."""
    is_whole = all(reason is not Reason.BUDGET for reason, _ in machine.unknowns)
    mentions = _mentions(machine) if machine.callbacks and is_whole else Counter()
    return tuple(
        replace(
            c,
            is_followed=is_whole
            and id_ not in lost
            and machine.source.path in (c.site.path, *machine.made.get(id_, ()))
            and not _is_mentioned(machine, c, mentions),
        )
        for id_, c in ((id_, _hooks_by_now(machine, c)) for id_, c in list(machine.callbacks.items()))
    )


def _mentions(machine: Machine) -> Counter[object]:
    """How often each name stands in the program, as a name or a string."""
    return sum((mentions_in(module) for source in machine.sources for module in source.modules), Counter())


@lru_cache(maxsize=64)
def mentions_in(module: cst.Module) -> Counter[object]:
    from statelint.interp.expressions import literal_value

    mentions: Counter[object] = Counter()
    for node in walk(module):
        if isinstance(node, cst.Name):
            mentions[node.value] += 1
        elif isinstance(node, cst.SimpleString):
            mentions[literal_value(node)] += 1
    return mentions


def _is_mentioned(machine: Machine, callback: Callback, mentions: Counter[object]) -> bool:
    """Whether a class that is never made is named somewhere (a base, an export, a table of classes)."""
    # The definition names it once.
    return callback.kind == "class" and callback.id not in machine.made and mentions[callback.name] > 1


def instantiate(machine: Machine, class_: Class, site: Site) -> None:
    """Note that an instance of a callback class is made."""
    callback = machine.callbacks.get(id(class_.node))
    callback = callback and _hooks_by_now(machine, callback)
    # Where nobody makes one, its methods are still followed on an instance "made" at the class itself.
    if callback is not None and site != callback.site:
        machine.made.setdefault(callback.id, set()).add(site.path)
        machine.emit(Instantiated(site, machine.context, callback))


def passed(machine: Machine, given: Argument | None) -> tuple[int, ...]:
    """The ids of the callbacks in a `callbacks=` argument; a class in place of an instance is noted."""
    if given is None:
        return ()
    record = machine.record(given.value)
    values: tuple[Value, ...] = (given.value,)
    if isinstance(record, ListRecord):
        values = record.items or ()
    elif isinstance(given.value, Known) and isinstance(given.value.value, Tuple):
        values = given.value.value.items
    found: list[int] = []
    for value in values:
        for option in options(value):
            record = machine.record(option)
            if isinstance(record, ListRecord):
                found.extend(passed(machine, replace(given, value=option)))
            elif isinstance(option.value, Class) and id(option.value.node) in machine.callbacks:
                callback = machine.callbacks[id(option.value.node)]
                machine.emit(Instantiated(given.site, machine.context, callback, as_class=True))
            elif isinstance(record, InstanceRecord) and isinstance(record.type, Known):
                if isinstance(record.type.value, Class):
                    found.append(id(record.type.value.node))
                elif isinstance(record.type.value, Library) and isinstance(option.value, Ref):
                    found.append(option.value.id)
    return tuple(found)
