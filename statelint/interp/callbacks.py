"""Callbacks as the program defines them: which hooks they have, and which of them reset states."""

from __future__ import annotations

import libcst as cst

from statelint import api
from statelint.interp.attributes import library_bases
from statelint.interp.machine import Machine
from statelint.interp.objects import Class, Function, InstanceRecord, Library, ListRecord, Ref, Tuple
from statelint.sites import Site
from statelint.trace.objects import Argument, Callback, Hook
from statelint.trace.story import Instantiated
from statelint.values import Known, Ternary, Value, options

_RESETS = ("reset_states", "reset_state")


def base_of(machine: Machine, class_: Class) -> Ternary:
    """Whether a class derives from Keras's Callback and from nothing else that isn't known."""
    if not class_.bases:
        return Ternary.NO
    entries = [api.lookup(machine.keras, base) for base in library_bases(class_) if base != "builtins.object"]
    if not all(isinstance(base, Known) for base in class_.bases) or any(entry is None for entry in entries):
        return Ternary.UNKNOWN
    return Ternary.of(any("callback" in entry.roles for entry in entries if entry is not None))


def define(machine: Machine, class_: Class) -> None:
    """Note a class that has hooks or is a callback."""
    base = base_of(machine, class_)
    hooks: list[Hook] = []
    sets_model: Site | None = None
    for member in class_.node.body.body:
        if isinstance(member, cst.FunctionDef):
            sets_model = sets_model or _sets_model(machine, member)
            if member.name.value.startswith("on_"):
                hooks.append(_hook(machine, member))
    if base is not Ternary.NO or hooks:
        id_ = id(class_.node)
        callback = Callback(id_, "class", class_.name, class_.site, base, tuple(hooks), sets_model)
        machine.callbacks[id_] = callback


def _hook(machine: Machine, node: cst.FunctionDef) -> Hook:
    parameters = [*node.params.posonly_params, *node.params.params]
    static = any(isinstance(d.decorator, cst.Name) and d.decorator.value == "staticmethod" for d in node.decorators)
    own = 0 if static else 1
    required = sum(1 for p in parameters if p.default is None) - own
    positional = None if isinstance(node.params.star_arg, cst.Param) else len(parameters) - own
    return Hook(node.name.value, machine.site(node), resets(node), max(required, 0), positional)


def resets(node: cst.CSTNode) -> bool:
    """Whether a piece of code calls a reset of recurrent states."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in _RESETS:
        return True
    return any(resets(child) for child in node.children)


def _sets_model(machine: Machine, node: cst.FunctionDef) -> Site | None:
    """The assignment to `self.model` in a method, if there is one."""
    todo: list[cst.CSTNode] = [node.body]
    while todo:
        current = todo.pop(0)
        if isinstance(current, cst.AssignTarget) and isinstance(current.target, cst.Attribute):
            target = current.target
            if target.attr.value == "model" and isinstance(target.value, cst.Name) and target.value.value == "self":
                return machine.site(target)
        todo.extend(current.children)
    return None


def define_lambda(machine: Machine, instance: Known, bound: dict[str, Argument], site: Site) -> None:
    """Note a LambdaCallback: its keywords are its hooks."""
    hooks: list[Hook] = []
    for name, argument in bound.items():
        for option in options(argument.value):
            if isinstance(option.value, Function):
                parameters = [*option.value.node.params.posonly_params, *option.value.node.params.params]
                required = sum(1 for p in parameters if p.default is None)
                star = isinstance(option.value.node.params.star_arg, cst.Param)
                hooks.append(
                    Hook(name, argument.site, resets(option.value.node), required, None if star else len(parameters))
                )
                break
        else:
            hooks.append(Hook(name, argument.site, False, 0, None))
    assert isinstance(instance.value, Ref)
    id_ = instance.value.id
    machine.callbacks[id_] = Callback(id_, "lambda", "LambdaCallback", site, Ternary.YES, tuple(hooks))
    machine.emit(Instantiated(site, machine.context, machine.callbacks[id_]))


def instantiate(machine: Machine, class_: Class, site: Site) -> None:
    """Note that an instance of a callback class is made."""
    callback = machine.callbacks.get(id(class_.node))
    if callback is not None:
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
            if isinstance(option.value, Class) and id(option.value.node) in machine.callbacks:
                callback = machine.callbacks[id(option.value.node)]
                machine.emit(Instantiated(given.site, machine.context, callback, as_class=True))
            elif isinstance(record, InstanceRecord) and isinstance(record.type, Known):
                if isinstance(record.type.value, Class):
                    found.append(id(record.type.value.node))
                elif isinstance(record.type.value, Library) and isinstance(option.value, Ref):
                    found.append(option.value.id)
    return tuple(found)
