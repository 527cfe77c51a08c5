"""Calls: the program's own functions are followed with their arguments, libraries' by their transfer
functions.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache

import libcst as cst

from statelint import api
from statelint.interp import drawing, expressions, loops
from statelint.interp.attributes import class_attribute, library_bases, user_attribute
from statelint.interp.machine import Activation, Machine
from statelint.interp.objects import (
    Arguments,
    Bound,
    Class,
    DictRecord,
    Function,
    InstanceRecord,
    Items,
    Iteration,
    LayerRecord,
    Library,
    ListRecord,
    Method,
    ModelRecord,
    Partial,
    Ref,
    States,
    Super,
    Tuple,
)
from statelint.interp.state import join_states
from statelint.interp.transfer import keras, methods, transfer_of
from statelint.source.python import children
from statelint.trace.objects import Argument, DrawnReset
from statelint.values import NONE, Choice, Known, Reason, Unknown, Value, depending_on, join, number, unknown

# Libraries whose functions neither run nor keep a model that they are given.
_BYSTANDERS = frozenset(
    [
        "builtins",
        "numpy",
        "math",
        "cmath",
        "os",
        "sys",
        "time",
        "json",
        "matplotlib",
        "seaborn",
        "plotly",
        "logging",
        "datetime",
        "random",
        "warnings",
        "gc",
        "pickle",
        "joblib",
        "pandas",
        "scipy",
        "copy",
        "collections",
        "itertools",
        "re",
        "shutil",
        "pathlib",
        "glob",
        "argparse",
        "csv",
        "io",
        "pprint",
        "string",
        "textwrap",
        "traceback",
        "types",
        "typing",
        "operator",
        "statistics",
        "struct",
        "tempfile",
        "uuid",
        "hashlib",
        "absl",
        "tqdm",
        "IPython",
    ]
)

# Methods of unknown objects that give the same result each time they are called.
_REPEATABLE = frozenset(
    [
        "reshape",
        "astype",
        "to_numpy",
        "transpose",
        "squeeze",
        "numpy",
        "copy",
        "flatten",
        "ravel",
        "tolist",
        "toarray",
        "todense",
        "fillna",
        "dropna",
        "swapaxes",
        "repeat",
        "round",
        "clip",
        "cumsum",
        "diff",
        "mean",
        "sum",
        "std",
        "min",
        "max",
        "items",
        "keys",
        "values",
        "get",
        "head",
        "tail",
    ]
)


def library(full: str) -> Known:
    """What an import gives: a library's thing by its canonical name."""
    return Known(Library(api.canonical(full)))


def public_names(machine: Machine, module: str) -> tuple[str, ...]:
    """The names that `from module import *` brings, where the stubs describe the module."""
    return api.public_names(machine.keras, module)


# The program's functions


def make_function(machine: Machine, name: str, node: cst.FunctionDef | cst.Lambda) -> Known:
    """The function that a definition makes, its defaults evaluated here."""
    defaults: dict[str, Value] = {}
    parameters = node.params
    for parameter in (*parameters.posonly_params, *parameters.params, *parameters.kwonly_params):
        if parameter.default is not None:
            defaults[parameter.name.value] = expressions.evaluate(machine, parameter.default)
    decorators: set[str] = set()
    if isinstance(node, cst.FunctionDef):
        for decorator in node.decorators:
            thing = expressions.evaluate(machine, decorator.decorator)
            if isinstance(thing, Known) and isinstance(thing.value, Library):
                decorators.add(thing.value.name.removeprefix("builtins."))
    frame = machine.activations[-1].frame if machine.activations else 0
    _capture(machine, frame)
    is_generator = isinstance(node, cst.FunctionDef) and _is_generator(node)
    return Known(Function(name, node, frame, defaults, is_generator, frozenset(decorators)))


def _capture(machine: Machine, frame: int | None) -> None:
    while frame is not None:
        machine.captured.add(frame)
        frame = machine.parents[frame]


@lru_cache(maxsize=1024)
def _is_generator(node: cst.FunctionDef) -> bool:
    return _yields(node.body)


def _yields(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Yield):
        return True
    if isinstance(node, cst.FunctionDef | cst.Lambda | cst.ClassDef):
        return False
    return any(_yields(child) for child in children(node))


@contextmanager
def in_frame(machine: Machine, frame: int) -> Iterator[None]:
    """Run a class body or a comprehension in a frame of its own."""
    outer = machine.activations[-1] if machine.activations else None
    machine.activations.append(Activation(None, frame, outer.owner if outer else None))
    try:
        yield
    finally:
        inner = machine.activations.pop()
        if outer is not None:
            outer.yields.extend(inner.yields)


def no_arguments(machine: Machine, function: Function) -> Arguments:
    return Arguments((), {}, False, machine.site(function.node))


def unknown_arguments(machine: Machine, function: Function) -> Arguments:
    """Arguments for a function that nobody calls: unknown, except where it has a default."""
    return Arguments((), {}, True, machine.site(function.node), assumed=True)


def bind(
    machine: Machine, function: Function, arguments: Arguments, receiver: Value | None
) -> dict[str, Value]:
    """The names that a call binds in the function's frame."""
    parameters = function.node.params
    names = [p.name.value for p in (*parameters.posonly_params, *parameters.params)]
    values = [a.value for a in arguments.positional]
    if receiver is not None:
        values.insert(0, receiver)
    bound: dict[str, Value] = dict(zip(names, values, strict=False))
    keyword_names = {p.name.value for p in parameters.kwonly_params} | set(names)
    rest: dict[Hashable, Value] = {}
    for name, argument in arguments.keywords.items():
        if name in keyword_names:
            bound[name] = argument.value
        else:
            rest[name] = argument.value
    for name in (*names, *(p.name.value for p in parameters.kwonly_params)):
        if name in bound:
            continue
        default = function.defaults.get(name)
        if default is None:
            bound[name] = machine.unknown(
                Reason.PARAMETER, function.node, ("parameter", name, machine.fresh_id())
            )
        elif arguments.open and not arguments.assumed:
            bound[name] = machine.unknown(Reason.PARAMETER, function.node)
        elif arguments.open:
            # A caller that isn't seen may give another value.
            shown = default.value if isinstance(default, Known) else "…"
            assumed = Known(None, (f"{name} keeps its default {shown!r} in {function.name}()",))
            bound[name] = depending_on(default, assumed)
        else:
            bound[name] = default
    if isinstance(parameters.star_arg, cst.Param):
        extra = tuple(values[len(names) :])
        star = machine.unknown(Reason.PARAMETER, function.node) if arguments.open else Known(Tuple(extra))
        bound[parameters.star_arg.name.value] = star
    if parameters.star_kwarg is not None:
        bound[parameters.star_kwarg.name.value] = machine.allocate(DictRecord(rest, not arguments.open))
    return bound


def call_function(
    machine: Machine, function: Function, arguments: Arguments, receiver: Value | None = None
) -> Value:
    """Follow the function's body with these arguments."""
    machine.called[id(function.node)] = function.node
    active = sum(
        1 for a in machine.activations if a.function is not None and a.function.node is function.node
    )
    reason = Reason.RECURSION if active > 1 else Reason.DEPTH
    if active > 1 or len(machine.stack) >= machine.limits.depth:
        given = (*arguments.values(), *(() if receiver is None else (receiver,)))
        machine.escape(arguments.site, reason, *given, Known(function))
        return machine.unknown(reason, function.node)
    frame = machine.new_frame(function.frame)
    begun = len(machine.events)
    machine.state.names(frame).update(bind(machine, function, arguments, receiver))
    activation = Activation(function, frame, _owner(machine, receiver))
    machine.activations.append(activation)
    stack, machine.stack = machine.stack, (*machine.stack, arguments.site)
    exits, machine.exits = machine.exits, []
    try:
        if isinstance(function.node, cst.Lambda):
            result = expressions.evaluate(machine, function.node.body)
            if machine.state.alive:
                activation.returns.append((machine.state, result))
        else:
            from statelint.interp.statements import block

            block(machine, function.node.body)
            if machine.state.alive:
                activation.returns.append((machine.state, NONE))
    finally:
        machine.activations.pop()
        machine.stack = stack
        machine.exits = exits
    result = _returned(machine, activation)
    if frame not in machine.captured:
        machine.state.frames.pop(frame, None)
    if function.is_generator:
        resets = drawing.mark(machine, begun, activation.first_yield)
        return _generated(machine, function, activation, arguments, resets)
    return result


def _owner(machine: Machine, receiver: Value | None) -> Value | None:
    """The class of the object that a method is called on: what `super()` starts from."""
    record = machine.record(receiver) if receiver is not None else None
    return getattr(record, "type", None)


def _returned(machine: Machine, activation: Activation) -> Value:
    if not activation.returns:
        return machine.unknown(Reason.BRANCHES)
    machine.state, result = activation.returns[0]
    for state, value in activation.returns[1:]:
        machine.state = join_states(machine.state, state)
        result = join(result, value)
    return result


def _generated(
    machine: Machine,
    function: Function,
    activation: Activation,
    arguments: Arguments,
    resets: tuple[DrawnReset, ...],
) -> Value:
    """What iterating over the generator draws: its first, second and last yield."""
    values = [value for value, _ in activation.yields]
    outer = len(machine.passes)
    endless = any(
        p.loop.kind == "endless" for _, context in activation.yields for p in context.passes[outer:]
    )
    count = _yield_count(machine, activation)
    key = ("generator", endless, id(function.node), tuple(v.key for v in arguments.values()))

    def item(position: int) -> Value:
        return values[min(position, len(values) - 1)] if values else unknown(Reason.ITERATION)

    return Known(Items(key, Iteration(count, item, key, False, resets)))


def _yield_count(machine: Machine, activation: Activation) -> Value:
    """How often a generator yields: known where one yield stands in loops of known counts."""
    outer = len(machine.passes)
    loops_of = {tuple(p.loop.site for p in context.passes[outer:]) for _, context in activation.yields}
    always = all(len(context.when) == len(machine.state.when) for _, context in activation.yields)
    if len(loops_of) != 1 or not always:
        return unknown(Reason.ITERATION)
    passes = activation.yields[-1][1].passes[outer:]
    if not passes:
        return Known(len(activation.yields))
    total = 1
    for p in passes:
        count = number(p.loop.count)
        if count is None:
            return unknown(Reason.ITERATION)
        total *= count
    distinct = {tuple(p.index for p in context.passes[outer:]) for _, context in activation.yields}
    return Known(total) if len(distinct) == len(activation.yields) else unknown(Reason.ITERATION)


# Calling whatever a callee is


def call_node(machine: Machine, node: cst.Call) -> Value:
    """Evaluate a call expression."""
    if isinstance(node.func, cst.Name) and node.func.value == "super":
        return _super(machine)
    callee = expressions.evaluate(machine, node.func)
    return call_value(machine, callee, evaluate_arguments(machine, node), node)


def _super(machine: Machine) -> Value:
    activation = next((a for a in reversed(machine.activations) if a.function is not None), None)
    if activation is None or activation.owner is None or activation.function is None:
        return machine.unknown(Reason.EXPRESSION)
    parameters = activation.function.node.params.params
    receiver = machine.state.frames[activation.frame].get(parameters[0].name.value) if parameters else None
    owner = _defining_class(machine, activation.owner, activation.function)
    return Known(Super(receiver, owner)) if receiver is not None else machine.unknown(Reason.EXPRESSION)


def _defining_class(machine: Machine, class_: Value, function: Function) -> Value:
    if isinstance(class_, Known) and isinstance(class_.value, Class):
        names = machine.state.frames.get(class_.value.namespace, {}).values()
        if any(isinstance(v, Known) and v.value is function for v in names):
            return class_
        for base in class_.value.bases:
            found = _defining_class(machine, base, function)
            if found is not base or (isinstance(base, Known) and isinstance(base.value, Class)):
                return found
    return class_


def evaluate_arguments(machine: Machine, node: cst.Call) -> Arguments:
    positional: list[Argument] = []
    keywords: dict[str, Argument] = {}
    is_open = False
    for arg in node.args:
        value = expressions.evaluate(machine, arg.value)
        site = machine.site(arg)
        if arg.star == "*":
            found = loops.items(loops.iterate(machine, value))
            if found is None:
                is_open = True
            else:
                positional.extend(Argument(item, site) for item in found)
        elif arg.star == "**":
            record = machine.record(value)
            if isinstance(record, DictRecord):
                keywords.update({str(k): Argument(v, site) for k, v in record.items.items()})
                is_open = is_open or not record.complete
            else:
                is_open = True
        elif arg.keyword is not None:
            keywords[arg.keyword.value] = Argument(value, site)
        else:
            positional.append(Argument(value, site))
    return Arguments(tuple(positional), keywords, is_open, machine.site(node))


def call_value(
    machine: Machine, callee: Value, arguments: Arguments, node: cst.CSTNode | None = None
) -> Value:
    """Call a value; a choice of callees is followed as a branch."""
    if isinstance(callee, Unknown):
        machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values())
        return _unknown_result(machine, callee, arguments, node)
    if isinstance(callee, Choice):
        return machine.either(callee, lambda option: call_value(machine, option, arguments, node))
    match callee.value:
        case Function() as function:
            return call_function(machine, function, arguments)
        case Bound(receiver=receiver, function=Known(value=Function() as function)):
            return call_function(machine, function, arguments, receiver)
        case Class() as class_:
            return instantiate(machine, class_, callee, arguments)
        case Partial(function=function, positional=positional, keywords=keywords):
            merged = Arguments(
                (*(Argument(v, arguments.site) for v in positional), *arguments.positional),
                {**{k: Argument(v, arguments.site) for k, v in keywords}, **arguments.keywords},
                arguments.open,
                arguments.site,
            )
            return call_value(machine, function, merged, node)
        case Library(name=name):
            return call_library(machine, name, arguments, node)
        case Method(receiver=receiver, name=name):
            return call_method(machine, receiver, name, arguments, node)
        case Ref(id=id_):
            record = machine.state.heap.get(id_)
            if isinstance(record, LayerRecord | ModelRecord):
                return keras.call_layer(machine, id_, arguments, node)
            if isinstance(record, InstanceRecord):
                found = user_attribute(machine, record.type, "__call__", callee)
                if found is not None:
                    return call_value(machine, found, arguments, node)
    machine.escape(arguments.site, Reason.LIBRARY_CALL, callee, *arguments.values())
    return machine.unknown(Reason.LIBRARY_CALL, node)


def _unknown_result(
    machine: Machine, callee: Unknown, arguments: Arguments, node: cst.CSTNode | None
) -> Value:
    key = callee.key
    if isinstance(key, tuple) and len(key) == 3 and key[0] == "attribute" and key[2] in _REPEATABLE:
        return machine.unknown(Reason.LIBRARY_CALL, node, ("call", key, *(v.key for v in arguments.values())))
    return machine.unknown(Reason.LIBRARY_CALL, node)


def call_library(machine: Machine, name: str, arguments: Arguments, node: cst.CSTNode | None) -> Value:
    """Call something in a library."""
    function = transfer_of(name)
    if function is not None:
        return function(machine, name, arguments)
    entry = api.lookup(machine.keras, name)
    if entry is not None:
        made = keras.construct(machine, entry, arguments)
        if made is not None:
            return made
    elif machine.keras == 3:
        gone = keras.construct_removed(machine, name, arguments)
        if gone is not None:
            return gone
    if name.split(".", maxsplit=1)[0] not in _BYSTANDERS and not (
        entry is not None and "pure" in entry.roles
    ):
        machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values())
    return machine.unknown(Reason.LIBRARY_CALL, node)


def call_method(
    machine: Machine, receiver: Value, name: str, arguments: Arguments, node: cst.CSTNode | None
) -> Value:
    """Call a method that the program doesn't define itself."""
    function = methods.method_of(machine, receiver, name)
    if function is not None:
        return function(machine, receiver, name, arguments)
    machine.escape(arguments.site, Reason.LIBRARY_CALL, receiver, *arguments.values())
    return machine.unknown(Reason.LIBRARY_CALL, node)


# Classes and instances


def instantiate(machine: Machine, class_: Class, type_: Value, arguments: Arguments) -> Value:
    """Make an instance of a class of the program."""
    bases = library_bases(class_)
    roles: frozenset[str] = frozenset()
    for base in bases:
        entry = api.lookup(machine.keras, base)
        roles |= entry.roles if entry is not None else frozenset()
    machine.called[id(class_.node)] = class_.node
    instance = keras.make_instance(machine, class_, type_, roles, arguments)
    constructor = class_attribute(machine, class_, "__init__")
    if isinstance(constructor, Known) and isinstance(constructor.value, Function):
        call_function(machine, constructor.value, arguments, instance)
    elif _is_dataclass(class_):
        _set_fields(machine, class_, instance, arguments)
    return instance


def _is_dataclass(class_: Class) -> bool:
    return any("dataclass" in _code(d.decorator) for d in class_.node.decorators)


def _code(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node)


def _set_fields(machine: Machine, class_: Class, instance: Known, arguments: Arguments) -> None:
    fields = [
        statement.target.value
        for line in class_.node.body.body
        if isinstance(line, cst.SimpleStatementLine)
        for statement in line.body
        if isinstance(statement, cst.AnnAssign) and isinstance(statement.target, cst.Name)
    ]
    values: dict[str, Value] = {}
    for position, name in enumerate(fields):
        given = arguments.get(position, name)
        default = class_attribute(machine, class_, name)
        values[name] = given if given is not None else default or unknown(Reason.ATTRIBUTE)
    record = machine.record(instance)
    if isinstance(record, InstanceRecord) and isinstance(instance.value, Ref):
        machine.state.heap[instance.value.id] = replace(record, attributes=values)


def iterate_instance(machine: Machine, value: Known) -> Iteration | None:
    """What iterating over an instance of one of the program's classes draws."""
    record = machine.record(value)
    if not isinstance(record, InstanceRecord):
        return None
    method = user_attribute(machine, record.type, "__iter__", value)
    if method is None:
        return None
    result = call_value(machine, method, Arguments((), {}, False, record.site))
    if isinstance(result, Known) and result.key != value.key:
        return loops.iterate(machine, result)
    return None


def library_item(machine: Machine, value: Known, index: Value) -> Value | None:
    """Items of things that only transfer functions make."""
    if isinstance(value.value, States):
        position = index.value if isinstance(index, Known) and isinstance(index.value, int) else 0
        return Known(States(value.value.layer, position))
    return None


def extend_list(machine: Machine, target: Known, addition: Value) -> None:
    """`list += values`."""
    record = machine.record(target)
    if not isinstance(record, ListRecord) or not isinstance(target.value, Ref):
        return
    found = loops.items(loops.iterate(machine, addition)) if isinstance(addition, Known) else None
    other = machine.record(addition)
    if found is not None:
        other = ListRecord.of(found)
    if isinstance(other, ListRecord):
        machine.state.heap[target.value.id] = expressions.added(machine, record, other)
    else:
        machine.state.heap[target.value.id] = ListRecord(None, unknown(Reason.OPERATION))
