"""Names that a text uses first and explains further down: its functions, classes and constants."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from statelint.interp.machine import Machine
from statelint.values import Value

_LITERALS = (cst.Integer, cst.Float, cst.SimpleString, cst.Tuple, cst.List)


def defined_ahead(machine: Machine, identifier: str) -> Value | None:
    """What a name will stand for that a text on Keras hasn't explained yet, if it does so once."""
    if not machine.source.implies_keras or machine.root_frame != 0 or identifier in machine.ahead:
        return None
    found = [one for module in machine.source.modules for one in _definitions(module, identifier)]
    if len(found) != 1 or (isinstance(found[0], cst.Assign) and not isinstance(found[0].value, _LITERALS)):
        return None
    from statelint.interp.statements import execute

    machine.ahead.add(identifier)
    inner, machine.activations = machine.activations, []
    try:
        execute(machine, found)
    finally:
        machine.activations = inner
        machine.ahead.discard(identifier)
    return machine.state.names(0).get(identifier)


def _definitions(module: cst.Module, identifier: str) -> Iterator[cst.CSTNode]:
    for statement in module.body:
        match statement:
            case cst.FunctionDef(name=cst.Name(value=name)) | cst.ClassDef(name=cst.Name(value=name)):
                if name == identifier:
                    yield statement
            case cst.SimpleStatementLine(body=parts):
                for part in parts:
                    match part:
                        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
                            if name == identifier:
                                yield part
