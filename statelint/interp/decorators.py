"""Decorators: what they make of a function."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from statelint.interp import arguments as binding
from statelint.interp import callbacks, calls, expressions
from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, Bound, Class, Function, InstanceRecord, Library, Partial, Ref
from statelint.interp.transfer import options
from statelint.trace.objects import Argument
from statelint.values import Known, Reason, Unknown, Value

# Libraries whose decorators give no values to parameters.
_HARMLESS = frozenset(
    [
        "builtins",
        "abc",
        "atexit",
        "contextlib",
        "functools",
        "jax",
        "keras",
        "numba",
        "pytest",
        "tensorflow",
        "torch",
        "typing",
        "typing_extensions",
    ]
)


def decorate(machine: Machine, function: Known, node: cst.FunctionDef) -> Value:
    """What the decorators make of a function, the lowest first."""
    value: Value = function
    for decorator in reversed(node.decorators):
        value = _decorated(machine, value, decorator.decorator)
    return value


def _decorated(machine: Machine, value: Value, node: cst.BaseExpression) -> Value:
    function = value.value if isinstance(value, Known) and isinstance(value.value, Function) else None
    if isinstance(node, cst.Attribute) and node.attr.value in ("setter", "getter", "deleter"):
        of = expressions.evaluate(machine, node.value)
        if isinstance(of, Known) and isinstance(of.value, Function):
            return Known(replace(of.value, setter=function)) if node.attr.value == "setter" else of
    is_call = isinstance(node, cst.Call)
    thing = expressions.evaluate(machine, node.func if isinstance(node, cst.Call) else node)
    if isinstance(thing, Known) and isinstance(thing.value, Library):
        given = binding.evaluate_arguments(machine, node) if isinstance(node, cst.Call) else None
        if not _is_harmless(thing.value.name):
            _give_away(machine, value, function, node)
        return _marked(value, function, thing.value.name, given)
    if is_call:
        assert isinstance(node, cst.Call)
        thing = calls.call_value(machine, thing, binding.evaluate_arguments(machine, node), node)
    if _is_callable(machine, thing):
        site = machine.site(node)
        made = calls.call_value(machine, thing, Arguments((Argument(value, site),), {}, False, site))
        if _is_callable(machine, made):
            return _named(made, function)
    elif isinstance(thing, Unknown):
        _give_away(machine, value, function, node)
    return Known(replace(function, is_configured=True)) if function is not None else value


def _give_away(machine: Machine, value: Value, function: Function | None, node: cst.BaseExpression) -> None:
    """Whoever got a function that resets may call it: `@events.on("epoch")`."""
    if function is not None and callbacks.may_reset(machine, function):
        machine.escape(machine.site(node), Reason.LIBRARY_CALL, value)


def _is_harmless(name: str) -> bool:
    return name.partition(".")[0] in _HARMLESS


def _marked(value: Value, function: Function | None, name: str, given: Arguments | None) -> Value:
    """A function under a library's decorator: the function itself, with a note of it."""
    if function is None:
        return value
    decorators = function.decorators | {name.removeprefix("builtins.")}
    defaults = {**function.defaults, **options.option_defaults(name, given)}
    configured = function.is_configured or not _is_harmless(name)
    return Known(replace(function, decorators=decorators, is_configured=configured, defaults=defaults))


def _is_callable(machine: Machine, value: Value) -> bool:
    if not isinstance(value, Known):
        return False
    record = machine.state.heap.get(value.value.id) if isinstance(value.value, Ref) else None
    return isinstance(value.value, Function | Bound | Partial | Class) or isinstance(record, InstanceRecord)


def _named(made: Value, function: Function | None) -> Value:
    """A wrapper under the name of what it wraps."""
    if isinstance(made, Known) and isinstance(made.value, Function) and function is not None:
        return Known(replace(made.value, name=function.name))
    return made
