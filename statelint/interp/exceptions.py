"""`try` statements: what raises for sure, what may, and what each handler finds."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from statelint import api
from statelint.interp.machine import IMPORT_ERRORS, Machine
from statelint.interp.objects import ModelRecord, Ref
from statelint.interp.state import State, join_states
from statelint.trace.story import Condition
from statelint.values import Known, Reason, Value

_IMPORT_ERRORS = frozenset([*IMPORT_ERRORS, "Exception", "BaseException"])


def follow(machine: Machine, node: cst.Try | cst.TryStar) -> None:
    """Follow a `try` statement: its body, and each handler from where it begins or where something raises."""
    from statelint.interp.statements import assign, block

    handlers: Sequence[cst.ExceptHandler | cst.ExceptStarHandler] = node.handlers
    catches_attributes = any(_catches_attribute_error(handler) for handler in handlers)
    before = machine.state.fork()
    raised: list[State] = []
    if catches_attributes:
        machine.guards.append(raised)
    missing: list[State] = []
    raises: list[State] = []
    machine.imports.append(missing)
    machine.raises.append(raises)
    machine.caught.append(frozenset().union(*(_caught(handler) for handler in node.handlers)))
    block(machine, node.body)
    machine.caught.pop()
    machine.imports.pop()
    machine.raises.pop()
    if catches_attributes:
        machine.guards.pop()
    if machine.state.alive:
        raises.append(machine.state.fork())
    if node.orelse is not None and machine.state.alive:
        block(machine, node.orelse.body)
    ended = [machine.state] if machine.state.alive else []
    done, dead = bool(ended), machine.state
    for position, handler in enumerate(handlers):
        if _is_idle(machine, node, handler):
            continue
        if raised and _catches_attribute_error(handler):
            machine.state = raised.pop()
        elif missing and _caught(handler) & _IMPORT_ERRORS:
            machine.state = missing.pop()
        else:
            # It may raise before its first statement, behind its last one, or where it says so.
            machine.state = before.fork()
            for state in raises:
                machine.state = join_states(machine.state, state)
            machine.state.when = (
                *before.when,
                Condition(("except", machine.site(handler), machine.fresh_id()), position),
            )
        if handler.name is not None and isinstance(handler.name.name, cst.Name):
            assign(machine, handler.name.name, machine.unknown(Reason.EXPRESSION, handler))
        block(machine, handler.body)
        if machine.state.alive and not (done and _is_stopgap(machine, before, ended[0], handler)):
            ended.append(machine.state)
    machine.state = ended[0] if ended else dead
    for state in ended[1:]:
        machine.state = join_states(machine.state, state)
    if ended:
        machine.state.when = before.when
    if node.finalbody is not None:
        alive = machine.state.alive
        machine.state.alive = True
        block(machine, node.finalbody.body)
        machine.state.alive = machine.state.alive and alive


def _is_stopgap(
    machine: Machine, before: State, done: State, handler: cst.ExceptHandler | cst.ExceptStarHandler
) -> bool:
    """Whether a handler only says that no other model could be had, and the program goes on with the one
    it had: that it goes on as if it had the other is nobody's plan.
    """
    if not all(map(_only_tells, handler.body.body)):
        return False
    frame = machine.activations[-1].frame if machine.activations else 0
    then, now = (state.frames.get(frame, {}) for state in (before, done))
    return any(
        value != now.get(name) and _is_model(before, value) and _is_model(done, now.get(name))
        for name, value in then.items()
    )


def _only_tells(line: cst.BaseStatement | cst.BaseSmallStatement) -> bool:
    """Whether a statement does nothing but say something."""
    return isinstance(line, cst.SimpleStatementLine) and all(
        isinstance(part, cst.Pass) or (isinstance(part, cst.Expr) and isinstance(part.value, cst.Call))
        for part in line.body
    )


def _is_model(state: State, value: Value | None) -> bool:
    if not isinstance(value, Known) or not isinstance(value.value, Ref):
        return False
    return isinstance(state.heap.get(value.value.id), ModelRecord)


def _catches_attribute_error(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> bool:
    return bool(_caught(handler) & {"AttributeError", "Exception", "BaseException"})


def _caught(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> frozenset[str]:
    """The names of the exceptions that a handler catches."""
    if handler.type is None:
        return frozenset({"BaseException"})
    kinds = (
        [e.value for e in handler.type.elements] if isinstance(handler.type, cst.Tuple) else [handler.type]
    )
    return frozenset(kind.value for kind in kinds if isinstance(kind, cst.Name))


def _is_idle(
    machine: Machine, node: cst.Try | cst.TryStar, handler: cst.ExceptHandler | cst.ExceptStarHandler
) -> bool:
    """Whether a handler never runs: the body only imports what this Keras has."""
    lines = node.body.body
    parts = [part for line in lines if isinstance(line, cst.SimpleStatementLine) for part in line.body]
    only_imports = len(parts) == len(lines) and all(isinstance(part, cst.ImportFrom) for part in parts)
    return only_imports and all(_is_there(machine, part) for part in parts)


def _is_there(machine: Machine, node: cst.CSTNode) -> bool:
    if not isinstance(node, cst.ImportFrom) or isinstance(node.names, cst.ImportStar) or node.relative:
        return False
    module = cst.Module([]).code_for_node(node.module) if node.module is not None else ""
    names = [f"{module}.{alias.evaluated_name}" for alias in node.names]
    return all(api.lookup(machine.keras, api.canonical(name)) is not None for name in names)
