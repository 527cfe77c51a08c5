"""`try` statements: what raises for sure, what may, and what each handler finds."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import libcst as cst

from statelint import api
from statelint.interp import modules
from statelint.interp.machine import IMPORT_ERRORS, Machine
from statelint.interp.makers import RUNNING
from statelint.interp.objects import ModelRecord, Ref
from statelint.interp.state import State, join_states
from statelint.source.python import names_in, walk
from statelint.trace.story import Condition
from statelint.values import Known, Reason, Value

# What a program on Keras finds, or doesn't run at all.
_WITH_KERAS = frozenset({"tensorflow", "keras", "numpy", "pandas", "sklearn", "scipy", "matplotlib"})
# Functions, and methods of loggers, that say something.
_TELLING = frozenset(
    {"print", "debug", "info", "warning", "warn", "error", "exception", "critical", "log", "write"}
)
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
        if _is_idle(machine, node, handler) or (done and _skips_data(machine, node, handler)):
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


def _skips_data(
    machine: Machine, node: cst.Try | cst.TryStar, handler: cst.ExceptHandler | cst.ExceptStarHandler
) -> bool:
    """Whether a handler leaves a pass out in which there are no data, or no more: most passes have some."""
    match handler.body.body:
        case [cst.SimpleStatementLine(body=[cst.Continue() | cst.Break()])] | [cst.Continue() | cst.Break()]:
            is_left = bool(machine.passes)
        case _:
            is_left = False
    names = names_in(node.body)
    return is_left and names.isdisjoint(RUNNING) and not any(name.startswith("reset") for name in names)


def _is_stopgap(
    machine: Machine, before: State, done: State, handler: cst.ExceptHandler | cst.ExceptStarHandler
) -> bool:
    """Whether a handler only says that no other model could be had, and the program goes on with the one
    it had: that it goes on as if it had the other is nobody's plan.
    """
    if not all(_only_tells(line) for line in handler.body.body):
        return False
    frame = machine.frame_id
    then, now = (state.frames.get(frame, {}) for state in (before, done))
    return any(
        value != now.get(name) and _is_model(before, value) and _is_model(done, now.get(name))
        for name, value in then.items()
    )


def _only_tells(line: cst.BaseStatement | cst.BaseSmallStatement) -> bool:
    """Whether a statement does nothing but say something."""
    return isinstance(line, cst.SimpleStatementLine) and all(_tells(part) for part in line.body)


def _tells(part: cst.BaseSmallStatement) -> bool:
    match part:
        case cst.Pass():
            return True
        case cst.Expr(value=cst.Call(func=cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)))):
            return name in _TELLING
        case cst.Expr(value=value):
            return isinstance(value, cst.BaseString)
    return False


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
    """Whether a handler never runs: what the body imports is there, and nothing else in it raises."""
    # On the line of the `try` stand statements, below it lines of them.
    lines = node.body.body
    small = [line.body if isinstance(line, cst.SimpleStatementLine) else [line] for line in lines]
    parts = [part for line in small for part in line if isinstance(part, cst.BaseSmallStatement)]
    imports = [part for part in parts if isinstance(part, cst.Import | cst.ImportFrom)]
    only_imports_raise = {*_caught(handler)} <= {*IMPORT_ERRORS}
    harmless = only_imports_raise or all(part in imports or _cannot_raise(part) for part in parts)
    chooses = any(isinstance(part, cst.Import | cst.ImportFrom) for part in walk(handler.body))
    return (
        bool(imports)
        and len(parts) == sum(map(len, small))
        and harmless
        and all(_is_there(machine, part, chooses=chooses) for part in imports)
    )


def _cannot_raise(part: cst.BaseSmallStatement) -> bool:
    """Whether a statement only says something, or gives a name a constant."""
    if isinstance(part, cst.Assign):
        names = (target.target for target in part.targets)
        constant = isinstance(part.value, cst.Name | cst.BaseNumber | cst.BaseString)
        return constant and all(isinstance(name, cst.Name) for name in names)
    return _tells(part)


def _is_there(machine: Machine, node: cst.Import | cst.ImportFrom, *, chooses: bool) -> bool:
    """Whether what is imported is surely installed, or a module of the project.

    `chooses`: the handler imports something instead, so that the try is about which one there is.
    """
    if isinstance(node, cst.Import):
        return not chooses and all(_is_sure(alias.evaluated_name) for alias in node.names)
    if isinstance(node.names, cst.ImportStar):
        return False
    module = cst.Module([]).code_for_node(node.module) if node.module is not None else ""
    names = [f"{module}.{alias.evaluated_name}" for alias in node.names]
    if not node.relative and all(
        api.lookup(machine.keras, api.canonical(name)) is not None for name in names
    ):
        return True
    is_keras = not node.relative and api.canonical(module).partition(".")[0] == "keras"
    return not chooses and (
        (not node.relative and not is_keras and _is_sure(module))
        or modules.is_found(machine, module, len(node.relative))
    )


def _is_sure(module: str) -> bool:
    """Whether a module is there wherever Keras is."""
    return module.partition(".")[0] in _WITH_KERAS or module.partition(".")[0] in sys.stdlib_module_names
