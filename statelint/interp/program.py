"""From a parsed file to its trace: its top level as one story, and each function that nobody calls as
another.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from statelint.interp import arguments as binding
from statelint.interp import (
    callbacks,
    calls,
    choices,
    classes,
    gaps,
    given_models,
    leaving,
    makers,
    settled,
    switches,
    waiting,
)
from statelint.interp.attributes import attribute, class_attribute, is_property, mro, user_attribute
from statelint.interp.expressions import literal_value
from statelint.interp.machine import Definition, Exhausted, Limits, Machine
from statelint.interp.objects import Class, Function, ModelRecord
from statelint.interp.repetition import bound_names
from statelint.interp.statements import execute
from statelint.sites import Site
from statelint.source.project import Project
from statelint.source.python import Source, names_in
from statelint.trace.objects import Argument, Model
from statelint.trace.queries import is_stateful
from statelint.trace.story import Context, Event, Opaque, Reset, Story, Trace
from statelint.values import NONE, Known, Reason, Value, assumptions, forget_keys, unknown

# A base class lends its methods to so many of those that are made of it.
_MAX_HEIRS = 4


def follow(
    source: Source,
    keras: int,
    limits: Limits | None = None,
    file: Path | None = None,
    project: Project | None = None,
    used: Collection[Site] = (),
    opened: frozenset[str] = frozenset(),
) -> Trace:
    """The trace of a program, judged for one Keras generation (2 or 3).

    The modules that it imports are followed where `project` finds them from its `file`.  `used` are the
    definitions that other programs of the project use: they aren't followed for themselves.  `opened` are
    options of the program that are not assumed to keep their defaults.
    """
    return _told(source, keras, limits or Limits(), file, project, used, opened)[1]


def follow_both(
    source: Source,
    file: Path | None = None,
    project: Project | None = None,
    used: Collection[Site] = (),
    opened: frozenset[str] = frozenset(),
) -> tuple[Trace, Trace]:
    """The traces for Keras 2 and for Keras 3: most programs need to be followed only once for both."""
    machine, trace = _told(source, 2, Limits(), file, project, used, opened)
    if machine.is_common:
        return trace, _as_keras_3(trace, machine)
    return trace, follow(source, 3, None, file, project, used, opened)


def _told(
    source: Source,
    keras: int,
    limits: Limits,
    file: Path | None,
    project: Project | None,
    used: Collection[Site],
    opened: frozenset[str] = frozenset(),
) -> tuple[Machine, Trace]:
    """The program with the defaults of its options (but `opened`); where they lead to no model that keeps
    state, with what else they may be.
    """
    begun = {name: unknown(Reason.PARAMETER, key=("argument", name)) for name in opened}
    machine = Machine(source, keras, limits, file, project, given=begun)
    trace = _followed(machine, used)
    # What costs too much isn't followed once more.
    given = {} if machine.is_spent or _feeds_state(trace) else _other_options(machine, trace)
    if given:
        other = Machine(source, keras, limits, file, project, given={**begun, **given})
        told = _followed(other, used)
        if _feeds_state(told):
            return other, told
    return machine, trace


def _feeds_state(trace: Trace) -> bool:
    return any(is_stateful(feed.model) for story in trace.stories for _, feed in story.feeds())


def _other_options(machine: Machine, trace: Trace) -> dict[str, Value]:
    """What options may be that choose the program's way, or say that its layers keep no state."""
    given: dict[str, Value] = {
        name: unknown(Reason.PARAMETER, key=("argument", name)) for name in machine.deciding
    }
    layers = (layer for story in trace.stories for model in story.models for layer in model.walk())
    for layer in layers:
        for text in assumptions(layer.stateful) if layer.recurrent else ():
            name, default = machine.options.get(text, ("", None))
            if default is False:
                given[name] = Known(True, (f"{name} is True",))
    return given


def _as_keras_3(trace: Trace, machine: Machine) -> Trace:
    """The trace of a program to which both generations say the same, but for `Model.reset_states`."""
    stories = tuple(map(_without_reset_states, trace.stories))
    return replace(trace, keras=3, stories=stories, backend=machine.backend or None)


def _without_reset_states(story: Story) -> Story:
    """The story where models have no `reset_states`; itself where that makes no difference."""
    missed = {
        place: replace(event, missing=True)
        for place, event in enumerate(story.events)
        if isinstance(event, Reset) and (event.via, event.method) == ("model", "reset_states")
    }
    if not missed:
        return story
    return replace(story, events=tuple(missed.get(place, event) for place, event in enumerate(story.events)))


def _followed(machine: Machine, used: Collection[Site]) -> Trace:
    source, keras = machine.source, machine.generation
    forget_keys()
    _forget_other_programs(source)
    stories = [_story(machine, "", lambda: _execute(machine, source))]
    machine.state.alive = True
    # What an uncalled method does with an assumed instance of its class isn't done by the program.
    lost = frozenset(machine.lost)
    _follow_uncalled(machine, 0, used, stories)
    backend = (machine.backend or None) if keras == 3 else None
    found = callbacks.finished(machine, lost)
    followed = frozenset(machine.site(node) for node in machine.called.values())
    files = tuple(path for path in machine.module_files.values() if path.suffix == ".py")
    return Trace(
        keras,
        source.path,
        tuple(stories),
        found,
        tuple(machine.unknowns),
        backend,
        followed,
        files,
        tuple(machine.settled),
        frozenset(machine.elsewhere.made if machine.elsewhere is not None else ()),
    )


# The program that was followed last.
_current: list[Source] = []


def _forget_other_programs(source: Source) -> None:
    """Let go of what was worked out about the nodes of other programs, and so of their trees."""
    if _current[:1] == [source]:
        return
    _current[:] = [source]
    for known in (
        names_in,
        bound_names,
        literal_value,
        callbacks.resets,
        callbacks.mentions_in,
        *gaps.REMEMBERED,
        *given_models.REMEMBERED,
        *switches.REMEMBERED,
        *makers.REMEMBERED,
        *settled.REMEMBERED,
        *waiting.REMEMBERED,
        *leaving.REMEMBERED,
        *choices.REMEMBERED,
    ):
        known.cache_clear()


def run_alone(machine: Machine) -> None:
    """Follow what a program does itself, and none of the functions that nobody calls."""
    _story(machine, "", lambda: _execute(machine, machine.source))


def _execute(machine: Machine, source: Source) -> None:
    for module in source.modules:
        # Where a cell of a notebook raises, one goes on with the next.
        machine.state.alive = True
        execute(machine, module.body)


def _story(machine: Machine, name: str, run: Callable[[], None]) -> Story:
    """Run one entry point from the machine's state; what it leaves behind is the machine's state then."""
    if name:
        machine.state = machine.state.fork()
    machine.events = []
    machine.activations, machine.exits, machine.guards = [], [], []
    machine.caught, machine.imports, machine.raises = [], [], []
    machine.stack, machine.passes, machine.hook, machine.tape, machine.strategy = (), (), None, None, None
    machine.openings = ()
    machine.earlier = frozenset()
    end = Site(machine.source.path, None, 1, 1, 1, 1)
    if name:
        # What happened to the models before this function is called isn't known.
        machine.events.append(Opaque(end, Context(), None, Reason.PARAMETER))
    try:
        run()
    except (Exhausted, RecursionError):
        machine.unknowns.setdefault((Reason.BUDGET, machine.source.path))
        machine.events.append(Opaque(end, Context(), None, Reason.BUDGET))
    events: tuple[Event, ...] = tuple(machine.events)
    models = _models(machine)
    machine.activations, machine.exits, machine.guards = [], [], []
    machine.caught, machine.imports, machine.raises = [], [], []
    return Story(name, events, models, machine.origins, machine.asked)


def _models(machine: Machine) -> tuple[Model, ...]:
    found = (
        machine.model(id_) for id_, record in machine.state.heap.items() if isinstance(record, ModelRecord)
    )
    return tuple(model for model in found if model is not None)


def _follow_uncalled(machine: Machine, since: int, used: Collection[Site], stories: list[Story]) -> None:
    """Follow each function of the file that nothing has called, from what holds now.

    `since` is how many definitions there were before those that are meant.  The functions that are
    defined on the way come after the function that defines them.
    """
    definitions = machine.definitions[since:]
    last = {(d.frame, d.function.name): d for d in definitions if not _is_setter(d)}
    for definition in definitions:
        is_bound = last.get((definition.frame, definition.function.name)) is definition
        if not _is_uncalled(machine, definition, used) or not (is_bound or _is_setter(definition)):
            continue
        for class_ in _stand_ins(machine, definition):
            machine.called.pop(id(definition.function.node), None)
            begun = len(machine.definitions)
            start = machine.state
            enter = partial(_enter, machine, definition, class_)
            story = _story(machine, definition.function.name, enter)
            if not machine.state.alive and (given := _missing(machine, definition.function)):
                # It refuses to run with its defaults: `if x is None: raise …`.
                machine.state = start
                machine.called.pop(id(definition.function.node), None)
                story = _story(machine, definition.function.name, partial(enter, given))
            stories.append(story)
            if len(machine.definitions) > begun:
                machine.state.alive = True
                _follow_uncalled(machine, begun, used, stories)
            machine.state = start


def _is_uncalled(machine: Machine, definition: Definition, used: Collection[Site]) -> bool:
    function = definition.function
    if id(function.node) not in machine.source.spans or id(function.node) in machine.called:
        return False
    return machine.site(function.node) not in used


def _missing(machine: Machine, function: Function) -> dict[str, Argument]:
    """Unknown arguments for the parameters of a function whose default is None."""
    names = [name for name, default in function.defaults.items() if default == NONE]
    site = machine.site(function.node)
    return {
        name: Argument(
            machine.unknown(Reason.PARAMETER, function.node, ("parameter", name, machine.fresh_id())), site
        )
        for name in names
    }


def _instance(machine: Machine, class_: Class, function: Function) -> Value:
    """An instance on which a method can be followed, with its models where the constructor can make them."""
    type_, given = Known(class_), binding.unknown_arguments(machine.site(class_.node))
    is_used = id(class_.node) in machine.called
    instance = classes.instantiate(machine, class_, type_, given)
    found = class_attribute(machine, class_, "__init__")
    constructor = found.value if isinstance(found, Known) else None
    if isinstance(constructor, Function) and makers.leaves_out(machine, constructor, function, instance):
        # `Net()` alone, of which every parameter is None, makes no model.
        given = replace(given, keywords=_missing(machine, constructor))
        instance = classes.instantiate(machine, class_, type_, given)
    if not is_used:
        # The program itself makes none.
        machine.called.pop(id(class_.node), None)
    return instance


def _stand_ins(machine: Machine, definition: Definition) -> list[Class | None]:
    """The classes on whose instances a method is followed: a base that nothing is made of lends its methods.
    None for a function that is no method.
    """
    class_, function = machine.classes.get(definition.frame), definition.function
    if class_ is None or id(class_.node) in machine.called:
        return [class_]
    own = class_attribute(machine, class_, function.name)
    heirs: list[Class | None] = []
    for other in machine.classes.values():
        is_heir = other is not None and any(
            isinstance(base, Known) and base.value is class_ for base in mro(other)[1:]
        )
        if other is not None and is_heir and class_attribute(machine, other, function.name) == own:
            heirs.append(other)
    changed = any(heir is not None and _changes(machine, class_, heir, function) for heir in heirs)
    return ([] if changed else [class_]) + heirs[:_MAX_HEIRS]


def _changes(machine: Machine, class_: Class, heir: Class, function: Function) -> bool:
    """Whether an heir puts something of its own in the place of a method that this one calls."""
    return any(
        class_attribute(machine, heir, name) != class_attribute(machine, class_, name)
        for name in makers.called_by(machine, class_, function)
    )


def _is_setter(definition: Definition) -> bool:
    made = definition.value.value if isinstance(definition.value, Known) else None
    return isinstance(made, Function) and made.setter is definition.function


def _enter(
    machine: Machine,
    definition: Definition,
    class_: Class | None,
    given: Mapping[str, Argument] | None = None,
) -> None:
    """Call a function as code that isn't seen would, a method on an instance of `class_`."""
    function = definition.function
    given = {**given_models.given_model(machine, function), **(given or {})}
    open_arguments = replace(binding.unknown_arguments(machine.site(function.node)), keywords=given)
    machine.earlier = frozenset(machine.state.heap)
    if class_ is None:
        calls.call_value(machine, definition.value, open_arguments)
        return
    type_ = Known(class_)
    if function.decorators & {"staticmethod", "classmethod"}:
        calls.call_value(machine, attribute(machine, type_, function.name), open_arguments)
        return
    instance = _instance(machine, class_, function)
    if function.name == "__init__":
        return
    machine.earlier = frozenset(machine.state.heap)
    if _is_setter(definition):
        calls.call_function(machine, function, open_arguments, instance)
        return
    bound = user_attribute(machine, type_, function.name, instance)
    if bound is not None and id(function.node) not in machine.called and not is_property(function):
        makers.prepare(machine, class_, function, instance)
        machine.earlier = frozenset(machine.state.heap)
        calls.call_value(machine, bound, open_arguments)
