"""Functions that nobody calls and that run a model they are given: where one function of the file makes all
of its models, that one made it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import libcst as cst

from statelint.interp import arguments as binding
from statelint.interp import calls
from statelint.interp.machine import Machine
from statelint.interp.makers import RUNNING
from statelint.interp.objects import Function, LayerRecord, ModelRecord, Ref
from statelint.source.python import walk
from statelint.trace.objects import Argument
from statelint.trace.story import Context, Opaque
from statelint.values import Known, Reason, depending_on

# What gives a model, new or not.
_MAKING = frozenset(
    ["Sequential", "Model", "Functional", "load_model", "model_from_json", "model_from_yaml", "clone_model"]
)
_ASKED = RUNNING | {"reset_states"}


def given_model(machine: Machine, function: Function) -> dict[str, Argument]:
    """The model that a function is assumed to be given, by its parameter's name, where that is clear."""
    name = _asked_for(function.node)
    maker = _only_maker(machine.source.modules)
    definition = next((d for d in machine.definitions if d.function.node is maker), None)
    if (
        name is None
        or definition is None
        or function.node is maker
        or function.defaults.get(name) is not None
    ):
        return {}
    site, start = machine.site(function.node), machine.state.fork()
    known = dict(machine.called)
    made = calls.call_value(
        machine, definition.value, binding.unknown_arguments(machine.site(definition.function.node))
    )
    machine.called = known
    if not machine.state.alive or not isinstance(machine.record(made), ModelRecord):
        machine.state = start
        return {}
    told = Known(None, (f"{name} of {function.name}() is made by {definition.function.name}()",))
    assert isinstance(made, Known) and isinstance(made.value, Ref)
    model = machine.model(made.value.id)
    for layer in model.walk() if model is not None else ():
        record = machine.state.heap.get(layer.id)
        if isinstance(record, LayerRecord):
            machine.state.heap[layer.id] = replace(record, stateful=depending_on(record.stateful, told))
    # It may have been trained before, and may be in the middle of anything.
    machine.emit(Opaque(site, Context(), None, Reason.PARAMETER))
    return {name: Argument(made, site)}


@lru_cache(maxsize=1024)
def _asked_for(node: cst.FunctionDef | cst.Lambda) -> str | None:
    """The one parameter of a function that is asked for what only a model can do.

    Where the function binds it anew, it may be given none: `if model is None: model = build()`.
    """
    parameters = (*node.params.posonly_params, *node.params.params, *node.params.kwonly_params)
    names = {parameter.name.value for parameter in parameters}
    asked = {
        part.func.value.value
        for part in walk(node)
        if isinstance(part, cst.Call) and isinstance(part.func, cst.Attribute)
        if part.func.attr.value in _ASKED and isinstance(part.func.value, cst.Name)
    }
    targets = (part.target for part in walk(node) if isinstance(part, cst.AssignTarget))
    bound = {target.value for target in targets if isinstance(target, cst.Name)}
    found = sorted((asked & names) - bound)
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=16)
def _only_maker(modules: tuple[cst.Module, ...]) -> cst.FunctionDef | None:
    """The function at a file's top level in which all of its models are made, where there is one."""
    makers: list[cst.CSTNode | None] = []
    for module in modules:
        for statement in module.body:
            if any(_makes_model(part) for part in walk(statement)):
                makers.append(statement if isinstance(statement, cst.FunctionDef) else None)
    only = makers[0] if len(makers) == 1 else None
    return only if isinstance(only, cst.FunctionDef) and any(_returns(only)) else None


def _returns(node: cst.FunctionDef) -> Iterator[cst.Return]:
    return (part for part in walk(node) if isinstance(part, cst.Return) and part.value is not None)


def _makes_model(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.ClassDef):
        return any(_last(base.value) in _MAKING for base in node.bases)
    return isinstance(node, cst.Call) and _last(node.func) in _MAKING


def _last(node: cst.BaseExpression) -> str:
    """The last part of a dotted name."""
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


# What is worked out once for each function, and each file.
REMEMBERED = (_asked_for, _only_maker)
