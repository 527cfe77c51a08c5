"""Methods that nobody calls, of objects whose model another method makes: that one must have run before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache, partial

import libcst as cst

from statelint.interp import arguments as binding
from statelint.interp import calls
from statelint.interp.attributes import class_attribute, mro, user_attribute
from statelint.interp.machine import Machine
from statelint.interp.objects import Class, Function, ModelRecord
from statelint.source.python import walk
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
    named = frozenset(_named_on_self(function.node))
    for name in sorted(_run_by(function.node) - _made_by(function.node)):
        if not _is_missing(machine, instance, name):
            continue
        makers = [f for f in _methods(machine, class_) if name in _made_by(f.node)]
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
    """The attributes of the object whose models a method runs: `self.model.fit(…)`."""
    return frozenset(
        owner
        for part in walk(node)
        if isinstance(part, cst.Call) and isinstance(part.func, cst.Attribute)
        if part.func.attr.value in RUNNING and (owner := _on_self(part.func.value)) is not None
    )


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
REMEMBERED = (_run_by, _made_by)
