"""Calls: the program's own functions are followed with their arguments, libraries' by their transfer
functions.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache

import libcst as cst

from statelint import api
from statelint.interp import arguments as binding
from statelint.interp import classes, drawing, expressions, loops, operators, switches
from statelint.interp.attributes import user_attribute
from statelint.interp.chance import place_of
from statelint.interp.machine import Activation, Machine
from statelint.interp.objects import (
    Arguments,
    Bound,
    Class,
    Function,
    InstanceRecord,
    Items,
    Iteration,
    LayerRecord,
    Library,
    ListRecord,
    Managed,
    Method,
    ModelRecord,
    Partial,
    Ref,
    States,
    Super,
    Tuple,
)
from statelint.interp.paths import SAME_PATH
from statelint.interp.reaching import reachable
from statelint.interp.state import join_states, join_values
from statelint.interp.transfer import (
    columns,
    graphs,
    keras,
    methods,
    progress,
    reshaping,
    signatures,
    stacking,
    tables,
    transfer_of,
)
from statelint.source.python import children
from statelint.trace.listings import LISTING_METHODS, sources_of
from statelint.trace.objects import Argument, Array, DrawnReset
from statelint.trace.queries import RESETS
from statelint.trace.story import Opaque, Written
from statelint.values import (
    NONE,
    Choice,
    Known,
    Reason,
    Unknown,
    Value,
    interned,
    number,
    unknown,
)

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
        "typing",
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

# Those that do nothing else; but they call what they are given, and make things that hold it.
_GO_BETWEENS = frozenset(["copy", "collections", "itertools", "types", "operator"])

# Decorators under which a function gives the same for the same arguments.
_CACHING = frozenset(["functools.cache", "functools.lru_cache"])

# As many functions that one decorator made may call each other.
_WRAPPERS = 6

# Methods by which other items come to stand at a place of a list or a queue.
_CHANGING = frozenset(["sort", "reverse", "insert", "append", "appendleft", "pop", "popleft", "rotate"])
# Methods of unknown objects that give the same result each time they are called.
_REPEATABLE = frozenset(
    [
        # arrays
        *("reshape", "astype", "numpy", "transpose", "squeeze", "copy", "flatten", "ravel", "swapaxes"),
        *("repeat", "round", "clip", "cumsum", "mean", "sum", "std", "min", "max", "tolist", "toarray"),
        "todense",
        # tables
        *("to_numpy", "as_matrix", "fillna", "dropna", "diff", "shift", "pct_change", "head", "tail", "drop"),
        *("ffill", "bfill", "interpolate", "rolling", "resample", "sort_values", "sort_index", "reset_index"),
        *(
            "to_frame",
            "groupby",
            "set_index",
            "drop_duplicates",
            "unique",
            "nunique",
            "to_list",
            "items",
            "keys",
            "values",
            "get",
            "iterrows",
            "itertuples",
            "iteritems",
        ),
        # folders and paths
        *LISTING_METHODS,
        *(*SAME_PATH, "joinpath"),
        # texts
        *(
            "split",
            "strip",
            "lstrip",
            "rstrip",
            "splitlines",
            "lower",
            "upper",
            "replace",
            "encode",
            "decode",
        ),
        *("texts_to_sequences", "texts_to_matrix", "sequences_to_texts", "sequences_to_matrix"),
    ]
)


def library(full: str) -> Known:
    """What an import gives: a library's thing by its canonical name."""
    return Known(Library(api.canonical(full)))


def public_names(machine: Machine, module: str) -> tuple[str, ...]:
    """The names that `from module import *` brings, where the stubs describe the module."""
    return machine.of_keras(lambda generation: api.public_names(generation, module))


def names_of_file(machine: Machine, module: str) -> tuple[str, ...]:
    """The names that it may bring where the module is one of Keras's files."""
    return machine.of_keras(lambda generation: api.names_of_file(generation, module))


# The program's functions


def make_function(machine: Machine, name: str, node: cst.FunctionDef | cst.Lambda) -> Known:
    """The function that a definition makes, its defaults evaluated here."""
    defaults: dict[str, Value] = {}
    parameters = node.params
    for parameter in (*parameters.posonly_params, *parameters.params, *parameters.kwonly_params):
        if parameter.default is not None:
            value = expressions.evaluate(machine, parameter.default)
            defaults[parameter.name.value] = switches.bound(machine, parameter.name, parameter.default, value)
    frame = machine.frame_id
    _capture(machine, frame)
    home = frame if frame in machine.classes else _home(machine)
    while frame in machine.classes:
        # Functions in a class body don't see its names.
        outer = machine.parents[frame]
        assert outer is not None
        frame = outer
    is_generator = isinstance(node, cst.FunctionDef) and _is_generator(node)
    return Known(Function(name, node, frame, defaults, is_generator, home=home))


def _home(machine: Machine) -> int | None:
    """The class to which the function that is being followed belongs."""
    function = next((a.function for a in reversed(machine.activations) if a.function is not None), None)
    return None if function is None else function.home


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
    machine.activations.append(Activation(None, frame))
    try:
        yield
    finally:
        inner = machine.activations.pop()
        if outer is not None:
            outer.yields.extend(inner.yields)


def call_function(
    machine: Machine, function: Function, arguments: Arguments, receiver: Value | None = None
) -> Value:
    """Follow the function's body with these arguments."""
    if "contextlib.contextmanager" in function.decorators:
        return Known(Managed(function, arguments, receiver))
    if "functools.singledispatch" in function.decorators:
        # Which of the functions registered for it runs isn't known.
        machine.escape(arguments.site, Reason.LIBRARY_CALL, Known(function), *arguments.values())
        return machine.unknown(Reason.LIBRARY_CALL)
    if function.decorators & _CACHING:
        return _remembered(machine, function, arguments, receiver)
    return run_function(machine, function, arguments, receiver)


def _remembered(machine: Machine, function: Function, arguments: Arguments, receiver: Value | None) -> Value:
    """What a function under `functools.cache` gives: the same for the same arguments."""
    plain = replace(function, decorators=function.decorators - _CACHING)
    given = (*arguments.values(), *(() if receiver is None else (receiver,)))
    if arguments.open or any(isinstance(value, Unknown) for value in given):
        return run_function(machine, plain, arguments, receiver)
    results = machine.state.frames.get(function.frame, {})
    names = tuple(arguments.keywords)
    slot = f"{function.name}{id(interned((id(function.node), names, *(v.key for v in given))))}()"
    if slot not in results:
        result = run_function(machine, plain, arguments, receiver)
        machine.state.names(function.frame)[slot] = result
        return result
    return results[slot]


def run_function(
    machine: Machine,
    function: Function,
    arguments: Arguments,
    receiver: Value | None = None,
    on_yield: Callable[[Value], None] | None = None,
) -> Value:
    """Follow the function's body as it stands; `on_yield` is what a context manager is wrapped around."""
    machine.called[id(function.node)] = function.node
    same = [a.function for a in machine.activations if a.function and a.function.node is function.node]
    # A wrapper that decorates several functions is a function of its own for each.
    active = sum(1 for other in same if other.frame == function.frame)
    reason = Reason.RECURSION if active > 1 else Reason.DEPTH
    if active > 1 or len(same) > _WRAPPERS or len(machine.stack) >= machine.limits.depth:
        given = (*arguments.values(), *(() if receiver is None else (receiver,)))
        machine.escape(arguments.site, reason, *given, Known(function))
        return machine.unknown(reason, function.node)
    frame = machine.new_frame(function.frame)
    begun = len(machine.events)
    machine.state.names(frame).update(binding.bind(machine, function, arguments, receiver))
    activation = Activation(function, frame, on_yield=on_yield)
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
    if function.is_generator and on_yield is None:
        resets = drawing.mark(machine, begun, activation.first_yield)
        given = (*(() if receiver is None else (receiver,)), *arguments.values())
        return _generated(machine, function, activation, given, resets)
    return result


def _returned(machine: Machine, activation: Activation) -> Value:
    if not activation.returns:
        return machine.unknown(Reason.BRANCHES)
    machine.state, result = activation.returns[0]
    for state, value in activation.returns[1:]:
        result = join_values(result, value, machine.state.heap, state.heap)
        machine.state = join_states(machine.state, state)
    return result


def _generated(
    machine: Machine,
    function: Function,
    activation: Activation,
    given: tuple[Value, ...],
    resets: tuple[DrawnReset, ...],
) -> Value:
    """What iterating over the generator draws: its first, second and last yield."""
    values = [value for value, _ in activation.yields]
    outer = len(machine.passes)
    endless = any(
        p.loop.kind == "endless" for _, context in activation.yields for p in context.passes[outer:]
    )
    count = _yield_count(machine, activation)
    key = ("generator", endless, id(function.node), tuple(v.key for v in given))

    def item(position: int) -> Value:
        return values[min(position, len(values) - 1)] if values else unknown(Reason.ITERATION)

    concrete = not endless and bool(values) and number(count) == len(values)
    restarts = endless and _restarts(machine, activation)
    rewinds = endless and activation.rewinds and not any(_is_drawn(machine, value) for value in values)
    return Known(Items(key, Iteration(count, item, key, concrete, resets, restarts, rewinds)))


def _is_drawn(machine: Machine, value: Value) -> bool:
    """Whether a generator yields what begins at random."""
    return place_of(machine, machine.content(value)) is not None


def _restarts(machine: Machine, activation: Activation) -> bool:
    """Whether an endless generator yields the same inputs in each pass of its outermost loop."""
    outer = len(machine.passes)
    passes: dict[int, list[Hashable]] = {}
    for value, context in activation.yields:
        first, *inner = context.passes[outer:] or (None,)
        if first is None or first.loop.kind != "endless":
            return False
        pair = value.value if isinstance(value, Known) else None
        inputs = pair.items[0] if isinstance(pair, Tuple) and pair.items else value
        place = (tuple(p.index for p in inner), _spelled(machine.content(inputs), {}))
        passes.setdefault(first.index, []).append(place)
    return len(passes) > 1 and all(found == passes[0] for found in passes.values())


def _spelled(key: Hashable, seen: dict[int, Hashable]) -> Hashable:
    """A value's identity but for that of the lists whose items it tells: another list of the same is alike.

    `seen` are the parts that are done: a key may hold one of them many times.
    """
    if not isinstance(key, tuple):
        return key
    if id(key) not in seen:
        match key:
            case ("array", ("Ref", _), tuple(items)) if items and isinstance(items[0], tuple):
                seen[id(key)] = interned(("array", _spelled(items, seen)))
            case _:
                seen[id(key)] = interned(tuple(_spelled(part, seen) for part in key))
    return seen[id(key)]


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
        return _super(machine, binding.evaluate_arguments(machine, node))
    callee = expressions.evaluate(machine, node.func)
    return call_value(machine, callee, binding.evaluate_arguments(machine, node), node)


def _super(machine: Machine, arguments: Arguments) -> Value:
    """`super()` and `super(Class, self)`."""
    if len(arguments.positional) == 2:
        owner, receiver = arguments.values()
        return Known(Super(receiver, owner))
    activation = next((a for a in reversed(machine.activations) if a.function is not None), None)
    if activation is None or activation.function is None or activation.function.home is None:
        return machine.unknown(Reason.EXPRESSION)
    class_ = machine.classes.get(activation.function.home)
    parameters = activation.function.node.params
    first = next(iter((*parameters.posonly_params, *parameters.params)), None)
    self_ = machine.state.frames[activation.frame].get(first.name.value) if first is not None else None
    if self_ is None or class_ is None:
        return machine.unknown(Reason.EXPRESSION)
    return Known(Super(self_, Known(class_)))


def _by_new_name(callee: Value, arguments: Arguments) -> Value:
    """What `table.as_matrix()` is called now; with arguments it takes some of the columns."""
    if arguments.values():
        return callee
    match callee:
        case Known(value=Method(receiver=receiver, name="as_matrix")):
            return replace(callee, value=Method(receiver, "to_numpy"))
        case Unknown(key=("attribute", whole, "as_matrix")):
            return replace(callee, key=("attribute", whole, "to_numpy"))
    return callee


_ITEMS = (("item",), ("unpacked",))


def _reset_any(machine: Machine, arguments: Arguments) -> None:
    """Note that a state may be set of which isn't known whose it is."""
    machine.emit(Opaque(arguments.site, machine.context, None, Reason.LIBRARY_CALL))


def call_value(
    machine: Machine, callee: Value, arguments: Arguments, node: cst.CSTNode | None = None
) -> Value:
    """Call a value; a choice of callees is followed as a branch."""
    callee = _by_new_name(callee, arguments)
    piped = columns.piped(callee, arguments)
    if piped is not None:
        return call_value(machine, *piped, node)
    if isinstance(callee, Unknown):
        shown = progress.drawn(callee, arguments)
        if shown is not None:
            return shown
        keeps = not graphs.builds_on(machine, *arguments.values())
        machine.escape(arguments.site, Reason.LIBRARY_CALL, callee, *arguments.values(), keeps=keeps)
        if isinstance(callee.key, tuple) and callee.key[0] == "attribute":
            one_of = callee.key[1][:1] if isinstance(callee.key[1], tuple) else ()
            # A variable that a loop takes of several may be a state.
            if callee.key[-1] in RESETS or (callee.key[-1] == "assign" and one_of in _ITEMS):
                _reset_any(machine, arguments)
        result = _unknown_result(machine, callee, arguments, node)
        _note_lent(machine, result, arguments)
        graphs.note_passed(machine, result, *arguments.values())
        return result
    match callee:
        case Known(value=Method(receiver=Known(value=Method(name="model")), name=name)) if name in RESETS:
            # That of a callback to which somebody else gives its model.
            _reset_any(machine, arguments)
    if isinstance(callee, Choice):
        from statelint.interp.refused import refuses

        return machine.either(
            callee,
            lambda option: call_value(machine, option, arguments, node),
            lambda option: refuses(machine, option, arguments),
        )
    match callee.value:
        case Function() as function:
            return call_function(machine, function, arguments)
        case Bound(receiver=receiver, function=Known(value=Function() as function)):
            return call_function(machine, function, arguments, receiver)
        case Class() as class_:
            return classes.instantiate(machine, class_, callee, arguments)
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
    return made_of(machine, node, *arguments.values(), by=callee.key)


def _unknown_result(
    machine: Machine, callee: Unknown, arguments: Arguments, node: cst.CSTNode | None
) -> Value:
    key = callee.key
    if not isinstance(key, tuple) or len(key) != 3 or key[0] != "attribute":
        machine.touched.update(value.key for value in arguments.values())
        return made_of(machine, node, *arguments.values(), by=key)
    if key[2] in _CHANGING:
        machine.emit(Written(arguments.site, machine.context, key[1]))
    tables.note_rows_changed(machine, key[1], str(key[2]), arguments)
    table = columns.of_any(machine, unknown(Reason.LIBRARY_CALL, "", key[1]), str(key[2]), arguments)
    if table is not None:
        return table
    if key[2] in ("write", "write_text"):
        from statelint.interp.transfer import files

        files.note_configuration(machine, key[1], arguments)
        machine.touched.add(key[1])
    if key[2] in ("open", "read", "read_text", "read_bytes"):
        from statelint.interp.transfer import settings_files

        text = settings_files.read_from(machine, key[1], key[2], arguments)
        if text is not None:
            return text
    if key[2] == "seek" and key[1] in machine.opened:
        machine.loads.pop(machine.opened[key[1]].key, None)
    if key[2] == "readlines" and not arguments.positional:
        from statelint.interp.transfer import files

        found = files.lines(machine, unknown(Reason.LIBRARY_CALL, "", key[1]))
        if found is not None:
            return found
    machine.has_origins |= key[2] in (*LISTING_METHODS, "reset")
    if key[2] == "reset" and not arguments.positional:
        # `env.reset()` begins an episode, and gives what it begins with.
        return machine.unknown(Reason.LIBRARY_CALL, node, ("episode", machine.fresh_id()))
    if not _is_repeatable(key[2], arguments):
        machine.touched.update(value.key for value in arguments.values())
        return made_of(machine, node, callee, *arguments.values(), by=key)
    result = machine.unknown(
        Reason.LIBRARY_CALL, node, ("call", key, *map(machine.content, arguments.values()))
    )
    if key[2] == "reshape":
        return reshaping.reshaped_unknown(machine, key[1], arguments, result)
    return result


def _note_lent(machine: Machine, result: Value, arguments: Arguments) -> None:
    """Note that unknown code was given models for what it gives."""
    reached = reachable(machine, *arguments.values())
    if reached:
        machine.lent[result.key] = DrawnReset(arguments.site, reached, is_reset=False)


def made_of(machine: Machine, node: cst.CSTNode | None, *values: Value, by: Hashable = None) -> Value:
    """What isn't known more of than the files, episodes and outputs that it is made of, if any, and what was
    called (`by`) with what.
    """
    sources = sources_of(tuple(value.key for value in values)) if machine.has_origins else frozenset()
    key = ("made of", machine.fresh_id(), *sources) if sources else None
    made = machine.unknown(Reason.LIBRARY_CALL, node, key)
    machine.note_made(made, by, *values)
    return made


def _is_repeatable(method: Hashable, arguments: Arguments) -> bool:
    # A folding of data has a `split` too, which may be random.
    is_folding = method == "split" and any(not isinstance(v, Known) for v in arguments.values())
    # A queue's, of which each call gets another thing.
    is_drawn = method == "get" and not arguments.values()
    return method in _REPEATABLE and not arguments.open and not is_folding and not is_drawn


def call_library(machine: Machine, name: str, arguments: Arguments, node: cst.CSTNode | None) -> Value:
    """Call something in a library."""
    function = transfer_of(name)
    if function is not None:
        of_each = _of_each_array(name, arguments, lambda given: function(machine, name, given))
        return of_each if of_each is not None else function(machine, name, arguments)
    entry = signatures.described(machine, arguments, api.lookup, name)
    if entry is not None:
        made = keras.construct(machine, entry, arguments)
        if made is not None:
            return made
    elif machine.generation == 3:
        gone = keras.construct_removed(machine, name, arguments)
        if gone is not None:
            return gone
    bar = progress.made(machine, name)
    if bar is not None:
        return bar
    library, values = name.split(".", maxsplit=1)[0], arguments.values()
    is_pure = library in _BYSTANDERS or (entry is not None and "pure" in entry.roles)
    is_lent = not is_pure and (library not in _GO_BETWEENS or bool(reachable(machine, *values)))
    if is_lent:
        keeps = not graphs.builds_on(machine, *values)
        machine.escape(arguments.site, Reason.LIBRARY_CALL, *values, keeps=keeps)
        machine.touched.update(value.key for value in values)
    result = made_of(machine, node, *values, by=name)
    if is_lent:
        _note_lent(machine, result, arguments)
    graphs.note_passed(machine, result, *values)
    return result


def _of_each_array(name: str, arguments: Arguments, function: Callable[[Arguments], Value]) -> Value | None:
    """What a function of NumPy makes of each of the arrays that its first argument may be."""
    first = arguments.positional[0].value if arguments.positional else None
    if not isinstance(first, Choice) or not name.startswith("numpy."):
        return None
    if not all(isinstance(option.value, Array) for option in first.options):
        return None
    given = (replace(arguments.positional[0], value=option) for option in first.options)
    made = [function(replace(arguments, positional=(one, *arguments.positional[1:]))) for one in given]
    known = tuple(value for value in made if isinstance(value, Known))
    return Choice(known, first.by) if len({value.key for value in known}) == len(made) else None


def call_method(
    machine: Machine, receiver: Value, name: str, arguments: Arguments, node: cst.CSTNode | None
) -> Value:
    """Call a method that the program doesn't define itself."""
    function = methods.method_of(machine, receiver, name)
    if function is not None:
        return function(machine, receiver, name, arguments)
    machine.escape(arguments.site, Reason.LIBRARY_CALL, receiver, *arguments.values())
    return machine.unknown(Reason.LIBRARY_CALL, node)


# Lists and what only transfer functions make


def library_item(machine: Machine, value: Known, index: Value) -> Value | None:
    """Items of things that only transfer functions make."""
    if value.value == Library("os.environ"):
        return machine.environment_at(index)
    if isinstance(value.value, States):
        position = index.value if isinstance(index, Known) and isinstance(index.value, int) else 0
        return Known(States(value.value.layer, position))
    if value.value == Library("numpy.c_"):
        return stacking.columns(machine, index)
    if value.value == Library("numpy.r_"):
        return stacking.rows(machine, index)
    drawn, at = batches_in(machine, value), number(index)
    return drawn.item(at) if drawn is not None and at is not None and at >= 0 else None


def batches_in(machine: Machine, value: Value) -> Iteration | None:
    """The batches of a library's Sequence; None for everything else."""
    from statelint.interp.transfer import windowing

    return windowing.batches_in(machine, value)


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
        machine.state.heap[target.value.id] = operators.added(machine, record, other)
    else:
        machine.state.heap[target.value.id] = ListRecord(None, unknown(Reason.OPERATION))
