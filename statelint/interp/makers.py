"""Methods that nobody calls, of objects whose model another method makes: that one must have run before."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from functools import lru_cache, partial

import libcst as cst

from statelint.interp import arguments as binding
from statelint.interp import calls
from statelint.interp.attributes import class_attribute, mro, user_attribute
from statelint.interp.machine import Machine
from statelint.interp.objects import Class, Function, ModelRecord
from statelint.source.python import walk
from statelint.trace.queries import RESETS
from statelint.values import NONE, Known, Ternary, Value, is_

# What only a finished model is asked for.
RUNNING = frozenset(
    [
        "fit",
        "fit_generator",
        "evaluate",
        "evaluate_generator",
        "predict",
        "predict_generator",
        "predict_classes",
        "train_on_batch",
        "test_on_batch",
        "predict_on_batch",
    ]
)


def prepare(machine: Machine, class_: Class, function: Function, instance: Value) -> None:
    """Call the method, or one of those, that gives the object the models which `function` runs."""
    seen = _give(machine, class_, function, instance, [function.node])
    # What only the methods run that it calls is there by then, unless one of them makes it.
    _give(machine, class_, function, instance, _followed(machine, class_, function), seen)


def _give(
    machine: Machine,
    class_: Class,
    function: Function,
    instance: Value,
    nodes: Sequence[cst.CSTNode],
    seen: Container[str] = (),
) -> set[str]:
    """Call the methods that give the object the models which these run, all but those `seen`; returns which
    these are.
    """
    named = frozenset(name for node in nodes for name in _named_on_self(node))
    made = {name for node in nodes for name in _made_by(node)}
    run = {name for node in nodes for name in _run_by(node)}
    called = {name for node in nodes for name in _called_by(node)}
    for name in sorted((run | called) - made):
        if name in seen or not _is_missing(machine, instance, name):
            continue
        # What is called may also be a function that somebody gives.
        by = _made_by if name in run else _constructed_by
        makers = [f for f in _methods(machine, class_) if name in by(f.node)]
        makers = [f for f in makers if f.name not in ("__init__", function.name)]
        if makers and not any(maker.name in named for maker in makers):
            known = dict(machine.called)
            arms: list[Callable[[], Value]] = [
                partial(_call, machine, class_, maker, instance) for maker in makers
            ]
            start = machine.state.fork()
            machine.branch(("made by", class_.name, name), arms) if len(arms) > 1 else arms[0]()
            if not machine.state.alive:
                machine.state = start
            machine.called = known
    return run | called | made


def called_by(machine: Machine, class_: Class, function: Function) -> set[str]:
    """The methods that one calls on its object, directly or by way of others."""
    return {name for node in _followed(machine, class_, function) for name in _called_by(node)}


def _followed(machine: Machine, class_: Class, function: Function) -> list[cst.CSTNode]:
    """The method and those that it calls, directly or not."""
    found: list[cst.CSTNode] = []
    todo = [function]
    while todo:
        node = todo.pop().node
        if any(known is node for known in found) or not machine.stands_in_source(node):
            continue
        found.append(node)
        for name in sorted(_called_by(node)):
            method = class_attribute(machine, class_, name)
            if isinstance(method, Known) and isinstance(method.value, Function):
                todo.append(method.value)
    return found


def leaves_out(machine: Machine, constructor: Function, function: Function, instance: Value) -> bool:
    """Whether a constructor can make the models that a method runs, and hasn't."""
    names = (_run_by(function.node) & _made_by(constructor.node)) - _made_by(function.node)
    return function is not constructor and any(_is_missing(machine, instance, name) for name in names)


def _is_missing(machine: Machine, instance: Value, name: str) -> bool:
    """Whether the attribute isn't there yet, or is None or a model without layers."""
    attributes = getattr(machine.record(instance), "attributes", None)
    if attributes is None:
        return False
    value = attributes.get(name, NONE)
    record = machine.record(value)
    is_empty = isinstance(record, ModelRecord) and record.kind == "Sequential" and not record.layers
    return is_empty or is_(value, None) is Ternary.YES


def _call(machine: Machine, class_: Class, maker: Function, instance: Value) -> Value:
    bound = user_attribute(machine, Known(class_), maker.name, instance)
    if bound is None:
        return NONE
    return calls.call_value(machine, bound, binding.unknown_arguments(machine.site(maker.node)))


def _methods(machine: Machine, class_: Class) -> Iterator[Function]:
    """The methods that an instance has, those of bases too."""
    names: dict[str, None] = {}
    for base in mro(class_):
        if isinstance(base, Known) and isinstance(base.value, Class):
            names.update(dict.fromkeys(machine.state.frames.get(base.value.namespace, {})))
    for name in names:
        found = class_attribute(machine, class_, name)
        made = found.value if isinstance(found, Known) else None
        if isinstance(made, Function) and not made.decorators and machine.stands_in_source(made.node):
            yield made


@lru_cache(maxsize=1024)
def _run_by(node: cst.CSTNode) -> frozenset[str]:
    """The attributes of the object whose models a method runs or resets: `self.model.fit(…)`."""
    return frozenset(_owners(node, (*RUNNING, *RESETS)))


@lru_cache(maxsize=1024)
def _called_by(node: cst.CSTNode) -> frozenset[str]:
    """The attributes of the object that a method calls: `self.model(x)`, `self.step(x)`."""
    return frozenset(_owners(node))


def _owners(node: cst.CSTNode, methods: Container[str] = ()) -> Iterator[str]:
    """The attributes of the object that are called, or of which one of the methods is, also where they have
    another name: `model = self.model`.
    """
    names = _other_names(node)
    for part in walk(node):
        if not isinstance(part, cst.Call):
            continue
        owner: cst.BaseExpression = part.func
        if methods:
            if not isinstance(owner, cst.Attribute) or owner.attr.value not in methods:
                continue
            owner = owner.value
        name = names.get(owner.value) if isinstance(owner, cst.Name) else _on_self(owner)
        if name is not None:
            yield name


def _other_names(node: cst.CSTNode) -> dict[str, str]:
    """The names that attributes of the object are given in a method."""
    return {
        part.targets[0].target.value: owner
        for part in walk(node)
        if isinstance(part, cst.Assign) and isinstance(part.targets[0].target, cst.Name)
        if (owner := _on_self(part.value)) is not None
    }


@lru_cache(maxsize=1024)
def _constructed_by(node: cst.CSTNode) -> frozenset[str]:
    """The attributes of the object to which a method gives what a call makes."""
    assigned = (
        part for part in walk(node) if isinstance(part, cst.Assign) and isinstance(part.value, cst.Call)
    )
    owners = (_on_self(one.target) for part in assigned for one in part.targets)
    return frozenset(owner for owner in owners if owner is not None)


@lru_cache(maxsize=1024)
def _made_by(node: cst.CSTNode) -> frozenset[str]:
    """The attributes of the object to which a method gives a value, or layers."""
    found: set[str] = set()
    for part in walk(node):
        if isinstance(part, cst.Assign) and not _is_none(part.value):
            targets: list[cst.BaseExpression] = [one.target for one in part.targets]
            listed = [t.elements for t in targets if isinstance(t, cst.Tuple)]
            targets += [element.value for elements in listed for element in elements]
            found.update(owner for target in targets if (owner := _on_self(target)) is not None)
        elif isinstance(part, cst.Call) and isinstance(part.func, cst.Attribute):
            owner = _on_self(part.func.value) if part.func.attr.value == "add" else None
            found.update(() if owner is None else (owner,))
    return frozenset(found)


def _named_on_self(node: cst.CSTNode) -> Iterator[str]:
    return (name for part in walk(node) if (name := _on_self(part)) is not None)


def _on_self(node: cst.CSTNode) -> str | None:
    """The name of an attribute of `self`."""
    if isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name) and node.value.value == "self":
        return node.attr.value
    return None


def _is_none(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Name) and node.value == "None"


# What is worked out once for each method.
REMEMBERED = (_run_by, _called_by, _constructed_by, _made_by)
