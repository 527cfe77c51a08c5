"""From a parsed file to its trace: its top level as one story, and each function that nobody calls as
another.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import libcst as cst

from statelint.interp import callbacks, calls
from statelint.interp.attributes import user_attribute
from statelint.interp.machine import Exhausted, Limits, Machine, names_in
from statelint.interp.objects import Arguments, Class, Function, ModelRecord
from statelint.interp.statements import execute
from statelint.sites import Site
from statelint.source.project import Project
from statelint.source.python import Source
from statelint.trace.objects import Model
from statelint.trace.story import Context, Event, Opaque, Story, Trace
from statelint.values import Known, Reason, Value, forget_keys


def follow(
    source: Source,
    keras: int,
    limits: Limits | None = None,
    file: Path | None = None,
    project: Project | None = None,
    used: Collection[Site] = (),
) -> Trace:
    """The trace of a program, judged for one Keras generation (2 or 3).

    The modules that it imports are followed where `project` finds them from its `file`.  `used` are the
    definitions that other programs of the project use: they aren't followed for themselves.
    """
    forget_keys()
    names_in.cache_clear()
    machine = Machine(source, keras, limits or Limits(), file, project)
    stories = [_story(machine, "", lambda: _execute(machine, source))]
    machine.state.alive = True
    # What an uncalled method does with an assumed instance of its class isn't done by the program.
    lost = frozenset(machine.lost)
    for function, receiver in _uncalled(machine, used):
        stories.append(_story(machine, function.name, lambda f=function, r=receiver: _enter(machine, f, r)))
    backend = (machine.backend or None) if keras == 3 else None
    found = callbacks.finished(machine, lost)
    followed = frozenset(machine.site(node) for node in machine.called.values())
    files = tuple(path for path in machine.module_files.values() if path.suffix == ".py")
    return Trace(keras, source.path, tuple(stories), found, tuple(machine.unknowns), backend, followed, files)


def _execute(machine: Machine, source: Source) -> None:
    for module in source.modules:
        # Where a cell of a notebook raises, one goes on with the next.
        machine.state.alive = True
        execute(machine, module.body)


def _story(machine: Machine, name: str, run: object) -> Story:
    """Run one entry point from the machine's state, which is restored afterwards except for the top level."""
    start = machine.state
    if name:
        machine.state = start.fork()
    machine.events = []
    machine.activations, machine.exits, machine.guards = [], [], []
    machine.caught = []
    machine.stack, machine.passes, machine.hook, machine.tape, machine.strategy = (), (), None, None, None
    machine.openings = ()
    end = Site(machine.source.path, None, 1, 1, 1, 1)
    if name:
        # What happened to the models before this function is called isn't known.
        machine.events.append(Opaque(end, Context(), None, Reason.PARAMETER))
    try:
        run()  # type: ignore[operator]
    except (Exhausted, RecursionError):
        machine.unknowns.setdefault((Reason.BUDGET, machine.source.path))
        machine.events.append(Opaque(end, Context(), None, Reason.BUDGET))
    events: tuple[Event, ...] = tuple(machine.events)
    models = _models(machine)
    machine.activations, machine.exits, machine.guards = [], [], []
    machine.caught = []
    if name:
        machine.state = start
    return Story(name, events, models)


def _models(machine: Machine) -> tuple[Model, ...]:
    found = (
        machine.model(id_) for id_, record in machine.state.heap.items() if isinstance(record, ModelRecord)
    )
    return tuple(model for model in found if model is not None)


def _uncalled(machine: Machine, used: Collection[Site]) -> list[tuple[Function, Class | None]]:
    """The functions and methods of the file that nothing has called, in order."""
    found: list[tuple[Function, Class | None]] = []
    for value in list(machine.state.frames[0].values()):
        match value:
            case Known(value=Function() as function) if not isinstance(function.node, cst.Lambda):
                found.append((function, None))
            case Known(value=Class() as class_):
                for member in machine.state.frames.get(class_.namespace, {}).values():
                    if isinstance(member, Known) and isinstance(member.value, Function):
                        found.append((member.value, class_))
    return [
        (function, class_)
        for function, class_ in found
        if id(function.node) in machine.source.spans
        and id(function.node) not in machine.called
        and machine.site(function.node) not in used
    ]


def _enter(machine: Machine, function: Function, class_: Class | None) -> None:
    if id(function.node) in machine.called:
        return
    arguments = calls.unknown_arguments(machine, function)
    if class_ is None or "staticmethod" in function.decorators:
        calls.call_function(machine, function, arguments)
        return
    type_ = Known(class_)
    if "classmethod" in function.decorators:
        calls.call_function(machine, function, arguments, type_)
        return
    instance: Value = calls.instantiate(
        machine, class_, type_, Arguments((), {}, True, machine.site(class_.node), assumed=True)
    )
    if function.name == "__init__":
        return
    bound = user_attribute(machine, type_, function.name, instance)
    if bound is not None:
        calls.call_value(machine, bound, arguments)
