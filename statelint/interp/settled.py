"""Options whose defaults decide that models aren't made or trained: what they hide is worth another look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import libcst as cst

from statelint.interp.machine import Machine
from statelint.source.python import names_in, walk

# What makes a recurrent layer, or trains a model.
_MATTERS = frozenset(
    [
        "LSTM",
        "GRU",
        "SimpleRNN",
        "RNN",
        "CuDNNLSTM",
        "CuDNNGRU",
        "ConvLSTM2D",
        "fit",
        "fit_generator",
        "train_on_batch",
        "GradientTape",
    ]
)


def note(machine: Machine, flags: Sequence[str], skipped: cst.CSTNode | None) -> None:
    """Note the options by whose defaults a piece of code isn't reached, if it makes or trains models."""
    if flags and skipped is not None and _matters(machine, skipped):
        machine.settled.update(dict.fromkeys(flags))


def _matters(machine: Machine, node: cst.CSTNode) -> bool:
    modules = tuple(module for source in (machine.source, *machine.sources) for module in source.modules)
    telling = _MATTERS | _functions_that_matter(modules)
    return any(name in telling for name in _called_in(node))


@lru_cache(maxsize=16)
def _functions_that_matter(modules: tuple[cst.Module, ...]) -> frozenset[str]:
    """The names of the functions of modules that make or train models, themselves or by others."""
    bodies: dict[str, frozenset[str]] = {}
    for module in dict.fromkeys(modules):
        for name, names in _bodies(module):
            bodies[name] = bodies.get(name, frozenset()) | names
    found: set[str] = set()
    while more := {
        name for name, names in bodies.items() if name not in found and names & (_MATTERS | found)
    }:
        found |= more
    return frozenset(found)


@lru_cache(maxsize=64)
def _bodies(module: cst.Module) -> tuple[tuple[str, frozenset[str]], ...]:
    """The functions of a module, each with the names in it."""
    functions = (part for part in walk(module) if isinstance(part, cst.FunctionDef))
    return tuple((part.name.value, frozenset(names_in(part.body))) for part in functions)


def _called_in(node: cst.CSTNode) -> Iterator[str]:
    for part in walk(node):
        if isinstance(part, cst.Call) and isinstance(part.func, cst.Name):
            yield part.func.value
        elif isinstance(part, cst.Call) and isinstance(part.func, cst.Attribute):
            yield part.func.attr.value


REMEMBERED = (_functions_that_matter, _bodies)
