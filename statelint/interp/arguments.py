"""Arguments: what a call gives, and which of the program's parameters it binds."""

from __future__ import annotations

from collections.abc import Hashable

import libcst as cst

from statelint.interp import expressions, loops
from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, DictRecord, Function, Tuple
from statelint.sites import Site
from statelint.trace.objects import Argument
from statelint.values import Known, Reason, Unknown, Value, depending_on, number

# What a star stands for in a function that nobody calls: handed on, it leaves the defaults to the callee.
_NOT_GIVEN = "nothing that is seen"


def no_arguments(machine: Machine, function: Function) -> Arguments:
    return Arguments((), {}, False, machine.site(function.node))


def unknown_arguments(site: Site) -> Arguments:
    """Arguments for a function that nobody calls: unknown, except where it has a default."""
    return Arguments((), {}, True, site, assumed=True)


def evaluate_arguments(machine: Machine, node: cst.Call) -> Arguments:
    """The arguments of a call; those behind a star of unknown length have no position."""
    positional: list[Argument] = []
    loose: list[Argument] = []
    keywords: dict[str, Argument] = {}
    hidden: list[bool] = []
    rest: Value | None = None
    for arg in node.args:
        value = expressions.evaluate(machine, arg.value)
        argument = Argument(value, machine.site(arg))
        if arg.star == "*":
            found = loops.items(loops.iterate(machine, value))
            if found is None:
                loose.append(argument)
                hidden.append(_is_not_given(value))
                rest = value
            else:
                (loose if loose else positional).extend(Argument(item, argument.site) for item in found)
        elif arg.star == "**":
            record = machine.record(value)
            if isinstance(record, DictRecord):
                keywords.update({str(k): Argument(v, argument.site) for k, v in record.items.items()})
            if not isinstance(record, DictRecord) or not record.complete:
                loose.append(argument)
                hidden.append(isinstance(record, DictRecord) and record.assumed)
        elif arg.keyword is not None:
            keywords[arg.keyword.value] = argument
        else:
            (loose if loose else positional).append(argument)
    return Arguments(
        tuple(positional),
        keywords,
        bool(loose),
        machine.site(node),
        assumed=bool(hidden) and all(hidden),
        loose=tuple(loose),
        rest=rest if len(loose) == 1 and not hidden[0] else None,
    )


def _is_not_given(value: Value) -> bool:
    return isinstance(value, Unknown) and isinstance(value.key, tuple) and value.key[0] == _NOT_GIVEN


def bind(
    machine: Machine, function: Function, arguments: Arguments, receiver: Value | None
) -> dict[str, Value]:
    """The names that a call binds in the function's frame."""
    parameters = function.node.params
    names = [p.name.value for p in (*parameters.posonly_params, *parameters.params)]
    keyword_names = {p.name.value for p in (*parameters.params, *parameters.kwonly_params)}
    values = [a.value for a in arguments.positional]
    if receiver is not None:
        values.insert(0, receiver)
    bound: dict[str, Value] = dict(zip(names, values, strict=False))
    rest: dict[Hashable, Value] = {}
    for name, argument in arguments.keywords.items():
        if name in keyword_names:
            bound[name] = argument.value
        else:
            rest[name] = argument.value
    if arguments.rest is not None:
        # Those without a default are surely given.
        demanded = [n for n in names[len(values) :] if n not in bound and n not in function.defaults]
        for position, name in enumerate(demanded):
            bound[name] = loops.unpacked(arguments.rest, position)
    for name in (*names, *(p.name.value for p in parameters.kwonly_params)):
        if name not in bound:
            bound[name] = _not_given(machine, function, arguments, name)
    if isinstance(parameters.star_arg, cst.Param):
        bound[parameters.star_arg.name.value] = _star(machine, arguments, tuple(values[len(names) :]))
    if parameters.star_kwarg is not None:
        # A decorator that isn't known may add others, as a scope of arguments does.
        complete = not arguments.open and not function.is_configured
        record = DictRecord(rest, complete, arguments.assumed)
        bound[parameters.star_kwarg.name.value] = machine.allocate(record)
    return bound


def _not_given(machine: Machine, function: Function, arguments: Arguments, name: str) -> Value:
    """The value of a parameter that the call doesn't name."""
    default = function.defaults.get(name)
    if default is None:
        key = ("parameter", name, machine.fresh_id())
        return machine.unknown(Reason.PARAMETER, function.node, key)
    if arguments.open and not arguments.assumed:
        return machine.unknown(Reason.PARAMETER, function.node)
    if arguments.open or function.is_configured:
        if arguments.assumed and "epoch" in name and number(default) == 1:
            # Whoever trains with it gives a number of its own.
            key = ("parameter", name, machine.fresh_id())
            return machine.unknown(Reason.PARAMETER, function.node, key)
        # A caller that isn't seen, or the decorator, may give another value.
        shown = default.value if isinstance(default, Known) else "…"
        return depending_on(
            default, Known(None, (f"{name} keeps its default {shown!r} in {function.name}()",))
        )
    return default


def _star(machine: Machine, arguments: Arguments, extra: tuple[Value, ...]) -> Value:
    if not arguments.open:
        return Known(Tuple(extra))
    key = (_NOT_GIVEN, machine.fresh_id()) if arguments.assumed and not extra else None
    return machine.unknown(Reason.PARAMETER, None, key)
