"""Switches: names that a program's author sets to True or False by hand, and that choose its way.

A program with `TRAIN = False` at its top is run with the other value as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache

import libcst as cst

from statelint.interp.machine import Machine
from statelint.source.python import walk
from statelint.values import Value

_TRUTHS = ("True", "False")


def in_test(machine: Machine, test: cst.BaseExpression) -> list[str]:
    """The switches that a condition asks for, each with its value: `TRAIN=False`."""
    modules = tuple(module for source in machine.sources for module in source.modules)
    known = _switches(modules)
    names = dict.fromkeys(name for part in walk(test) if (name := _name(part)) in known)
    return [_flag(name, known[name]) for name in names if name is not None]


def bound(machine: Machine, target: cst.BaseExpression, node: cst.BaseExpression, value: Value) -> Value:
    """What a name is bound to: where it is an opened switch, either value."""
    written = _truth(node) if machine.given else None
    name = _name(target)
    return value if written is None or name is None else machine.given.get(_flag(name, written), value)


def shown(flag: str) -> str:
    """How an assumption tells of an option or a switch that has been opened."""
    name, is_switch, value = flag.partition("=")
    return f"{name} isn't {value}" if is_switch else f"{name} doesn't keep its default"


def _flag(name: str, value: str) -> str:
    return f"{name}={value}"


@lru_cache(maxsize=16)
def _switches(modules: tuple[cst.Module, ...]) -> Mapping[str, str]:
    """The names that modules set to True or False once and never to anything else, with their values."""
    written: dict[str, set[str]] = {}
    times: Counter[str] = Counter()
    others: set[str] = set()
    for module in dict.fromkeys(modules):
        for name, value, is_default in _bindings(module):
            if value is None:
                others.add(name)
            else:
                written.setdefault(name, set()).add(value)
                times[name] += not is_default
    return {
        name: next(iter(values))
        for name, values in written.items()
        if len(values) == 1 and times[name] <= 1 and name not in others
    }


@lru_cache(maxsize=64)
def _bindings(module: cst.Module) -> tuple[tuple[str, str | None, bool], ...]:
    """What a module binds names to: True, False, or something else (None), and whether as a default."""
    return tuple(found for node in walk(module) for found in _bound_by(node))


def _bound_by(node: cst.CSTNode) -> Iterator[tuple[str, str | None, bool]]:
    match node:
        case cst.Assign(targets=targets, value=value):
            for target in targets:
                yield from _of_target(target.target, value)
        case cst.AnnAssign(target=target, value=cst.BaseExpression() as value):
            yield from _of_target(target, value)
        case cst.AugAssign(target=target) | cst.For(target=target) | cst.CompFor(target=target):
            yield from _of_target(target, None)
        case cst.NamedExpr(target=target) | cst.AsName(name=target):
            yield from _of_target(target, None)
        case cst.Param(name=cst.Name(value=name), default=cst.BaseExpression() as default):
            yield name, _truth(default), True
        case cst.Arg(keyword=cst.Name(value=name), value=value) if _name(value) != name:
            yield name, None, False


def _of_target(
    target: cst.BaseExpression, value: cst.BaseExpression | None
) -> Iterator[tuple[str, str | None, bool]]:
    name = _name(target)
    if name is not None:
        # `self.train = train` passes it on.
        if value is None or _name(value) != name:
            yield name, None if value is None else _truth(value), False
        return
    for part in walk(target):
        if isinstance(part, cst.Name):
            yield part.value, None, False


def _name(node: cst.CSTNode) -> str | None:
    """The name of a variable or an attribute."""
    match node:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)) if name not in _TRUTHS:
            return name
    return None


def _truth(node: cst.BaseExpression) -> str | None:
    return node.value if isinstance(node, cst.Name) and node.value in _TRUTHS else None


# What is worked out once for each module, and all that a program consists of.
REMEMBERED = (_switches, _bindings)
