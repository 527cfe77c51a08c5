"""Python's built-in functions and a few of the standard library's."""

from __future__ import annotations

import math
from collections.abc import Callable

from statelint import api
from statelint.interp import calls, drawing, loops
from statelint.interp.attributes import attribute, library_bases
from statelint.interp.expressions import is_huge, of_truth, truth
from statelint.interp.machine import Machine
from statelint.interp.objects import (
    Arguments,
    Class,
    DictRecord,
    InstanceRecord,
    Items,
    Iteration,
    LayerRecord,
    Library,
    ListRecord,
    ModelRecord,
    Partial,
    Range,
    Ref,
    Slice,
    Tuple,
)
from statelint.interp.transfer import Transfer
from statelint.trace.objects import Array, Dataset
from statelint.trace.story import Guarded
from statelint.values import (
    FALSE,
    NONE,
    Known,
    Reason,
    Ternary,
    Value,
    depending_on,
    number,
    options,
    unknown,
)


def _range(machine: Machine, name: str, arguments: Arguments) -> Value:
    values = arguments.values()
    if arguments.open or not values:
        return machine.unknown(Reason.LIBRARY_CALL)
    start, stop, step = Known(0), values[0], Known(1)
    if len(values) > 1:
        start, stop = values[0], values[1]  # type: ignore[assignment]
    if len(values) > 2:
        step = values[2]  # type: ignore[assignment]
    return Known(Range(start, stop, step))


def length(machine: Machine, value: Value) -> Value:
    """`len(value)`."""
    if isinstance(value, Known):
        match value.value:
            case Array(shape=shape) if shape:
                return depending_on(shape[0], value)
            case Tuple(items=items):
                return Known(len(items))
            case str() as text:
                return Known(len(text))
            case Range():
                return loops.iterate(machine, value).count
            case Dataset() as dataset if dataset.batches is not None:
                return Known(dataset.batches)
        record = machine.record(value)
        if isinstance(record, ListRecord):
            return record.length
        if isinstance(record, DictRecord) and record.complete:
            return Known(len(record.items))
    return machine.unknown(Reason.LIBRARY_CALL, None, ("length", value.key))


def _slice(machine: Machine, name: str, arguments: Arguments) -> Value:
    values = arguments.values()
    if arguments.open or not 1 <= len(values) <= 3:
        return machine.unknown(Reason.LIBRARY_CALL)
    bounds = (NONE, values[0], NONE) if len(values) == 1 else (*values, NONE)[:3]
    return Known(Slice(*bounds))


def _len(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "obj")
    return length(machine, value) if value is not None else machine.unknown(Reason.LIBRARY_CALL)


def _enumerate(machine: Machine, name: str, arguments: Arguments) -> Value:
    source = arguments.get(0, "iterable")
    start = arguments.get(1, "start")
    if source is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    base = number(start) if start is not None else 0
    inner = loops.iterate(machine, source)

    def item(k: int) -> Value:
        index: Value = Known(base + k) if base is not None else unknown(Reason.OPERATION)
        return Known(Tuple((index, inner.item(k))))

    drawn = Iteration(inner.count, item, inner.over, inner.concrete, inner.resets)
    return Known(Items(("enumerate", inner.over), drawn))


def _zip(machine: Machine, name: str, arguments: Arguments) -> Value:
    inner = [loops.iterate(machine, value) for value in arguments.values()]
    if arguments.open or not inner:
        return machine.unknown(Reason.LIBRARY_CALL)
    counts = [number(i.count) for i in inner]
    known = [c for c in counts if c is not None]
    count: Value = Known(min(known)) if len(known) == len(counts) else machine.unknown(Reason.ITERATION)
    over = ("zip", *(i.over for i in inner))
    concrete = all(i.concrete for i in inner)
    resets = tuple(reset for i in inner for reset in i.resets)
    drawn = Iteration(count, lambda k: Known(Tuple(tuple(i.item(k) for i in inner))), over, concrete, resets)
    return Known(Items(over, drawn))


def _list(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "iterable")
    if value is None:
        return machine.allocate(ListRecord.of(()))
    iteration = loops.iterate(machine, value)
    drawing.draw(machine, iteration.resets, arguments.site)
    found = loops.items(iteration) if iteration.concrete or _is_range(value) else None
    if name == "builtins.tuple":
        return (
            Known(Tuple(found))
            if found is not None
            else machine.unknown(Reason.ITERATION, None, ("tuple", value.key))
        )
    if found is not None:
        return machine.allocate(ListRecord.of(found))
    return machine.allocate(ListRecord(None, iteration.count, iteration.item(0)))


def _is_range(value: Value) -> bool:
    return isinstance(value, Known) and isinstance(value.value, Range)


def _reversed(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "sequence")
    found = loops.items(loops.iterate(machine, value)) if value is not None else None
    if found is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    over = ("reversed", value.key if value is not None else None)
    return Known(Items(over, loops.of_items(found[::-1], over)))


def _dict(machine: Machine, name: str, arguments: Arguments) -> Value:
    entries: dict[object, Value] = {k: a.value for k, a in arguments.keywords.items()}
    complete = not arguments.open
    if arguments.positional:
        record = machine.record(arguments.positional[0].value)
        if isinstance(record, DictRecord):
            entries = {**record.items, **entries}
            complete = complete and record.complete
        else:
            complete = False
    return machine.allocate(DictRecord(entries, complete))


def _numeric(function: Callable[..., object]) -> Transfer:
    """A function of numbers that is computed where all arguments are known."""

    def transfer(machine: Machine, name: str, arguments: Arguments) -> Value:
        values = arguments.values()
        if (
            len(values) == 1
            and isinstance(values[0], Known)
            and name in ("builtins.max", "builtins.min", "builtins.sum")
        ):
            found = loops.items(loops.iterate(machine, values[0]))
            values = found if found is not None else values
        if not arguments.open and all(
            isinstance(v, Known) and isinstance(v.value, int | float | str) for v in values
        ):
            plain = [v.value for v in values if isinstance(v, Known)]
            try:
                result = function(plain) if name == "builtins.sum" else function(*plain)
            except (TypeError, ValueError, ArithmeticError, OverflowError):
                return machine.unknown(Reason.OPERATION)
            if isinstance(result, tuple):
                return Known(Tuple(tuple(Known(part) for part in result)))
            return depending_on(Known(result), *values)
        return machine.unknown(Reason.OPERATION, None, (name, *(v.key for v in values)))

    return transfer


def _hasattr(machine: Machine, name: str, arguments: Arguments) -> Value:
    thing, attr = arguments.get(0, "obj"), arguments.get(1, "name")
    if thing is None or not isinstance(attr, Known):
        return machine.unknown(Reason.LIBRARY_CALL)
    facts = {_has(machine, option, str(attr.value)) for option in options(thing)}
    fact = facts.pop() if len(facts) == 1 else Ternary.UNKNOWN
    _guard(machine, thing, str(attr.value), fact, arguments)
    return of_truth(machine, fact, NONE, ("hasattr", thing.key, attr.value))


def _guard(machine: Machine, thing: Value, name: str, fact: Ternary, arguments: Arguments) -> None:
    if isinstance(thing, Known) and isinstance(thing.value, Ref) and fact is not Ternary.UNKNOWN:
        model, layer = machine.model(thing.value.id), machine.layer(thing.value.id)
        seen = None if model is not None else layer
        machine.emit(Guarded(arguments.site, machine.context, name, model, seen, fact is Ternary.YES))


def _has(machine: Machine, thing: Known, name: str) -> Ternary:
    record = machine.record(thing)
    match record:
        case ModelRecord():
            if name in record.attributes:
                return Ternary.YES
            kind = "Sequential" if record.kind == "Sequential" else "Model"
            known = api.has_attribute(machine.keras, f"keras.{kind}", name)
        case LayerRecord() if record.described:
            known = api.has_attribute(machine.keras, f"keras.layers.{record.kind}", name)
        case _:
            known = None
    return Ternary.UNKNOWN if known is None else Ternary.of(known)


def _getattr(machine: Machine, name: str, arguments: Arguments) -> Value:
    thing, attr, default = arguments.get(0, "obj"), arguments.get(1, "name"), arguments.get(2, "default")
    if thing is None or not isinstance(attr, Known) or not isinstance(attr.value, str):
        return machine.unknown(Reason.LIBRARY_CALL)
    record = machine.record(thing)
    if default is not None and isinstance(thing, Known) and isinstance(record, ModelRecord | LayerRecord):
        match _has(machine, thing, attr.value):
            case Ternary.NO:
                _guard(machine, thing, attr.value, Ternary.NO, arguments)
                return default
            case Ternary.UNKNOWN:
                return machine.unknown(Reason.ATTRIBUTE)
    return attribute(machine, thing, attr.value)


def _setattr(machine: Machine, name: str, arguments: Arguments) -> Value:
    from statelint.interp.statements import set_attribute

    thing, attr, value = (arguments.get(i, n) for i, n in enumerate(("obj", "name", "value")))
    if (
        isinstance(thing, Known)
        and isinstance(attr, Known)
        and isinstance(attr.value, str)
        and value is not None
    ):
        set_attribute(machine, thing, attr.value, value, machine.source.modules[0])
    else:
        machine.escape(arguments.site, Reason.ATTRIBUTE, *arguments.values())
    return NONE


def _isinstance(machine: Machine, name: str, arguments: Arguments) -> Value:
    thing, kinds = arguments.get(0, "obj"), arguments.get(1, "class_or_tuple")
    if not isinstance(thing, Known) or not isinstance(kinds, Known):
        return machine.unknown(Reason.LIBRARY_CALL)
    wanted = kinds.value.items if isinstance(kinds.value, Tuple) else (kinds,)
    fact = Ternary.NO
    for kind in wanted:
        fact = fact.either(_is_a(machine, thing, kind))
    return of_truth(machine, fact, NONE, ("isinstance", thing.key, kinds.key))


def _is_a(machine: Machine, thing: Known, kind: Value) -> Ternary:
    if not isinstance(kind, Known):
        return Ternary.UNKNOWN
    record = machine.record(thing)
    type_ = getattr(record, "type", None)
    if isinstance(kind.value, Class):
        if not isinstance(type_, Known):
            return Ternary.NO if record is not None else Ternary.UNKNOWN
        return Ternary.of(_derives(type_, kind.value))
    if not isinstance(kind.value, Library):
        return Ternary.UNKNOWN
    wanted = kind.value.name
    names: set[str] = set()
    if isinstance(record, LayerRecord) and record.described:
        names = _ancestors(machine, f"keras.layers.{record.kind}")
    elif isinstance(record, ModelRecord):
        names = _ancestors(machine, "keras.Sequential" if record.kind == "Sequential" else "keras.Model")
    elif isinstance(type_, Known) and isinstance(type_.value, Class):
        for base in library_bases(type_.value):
            names |= _ancestors(machine, base)
    elif isinstance(record, ListRecord):
        return Ternary.of(wanted in ("builtins.list", "builtins.object"))
    elif isinstance(thing.value, int | float | str | bool):
        return Ternary.of(wanted in {f"builtins.{kind.__name__}" for kind in type(thing.value).__mro__})
    else:
        return Ternary.UNKNOWN
    if wanted in names:
        return Ternary.YES
    return Ternary.NO if api.lookup(machine.keras, wanted) is not None else Ternary.UNKNOWN


def _derives(type_: Value, class_: Class) -> bool:
    if not isinstance(type_, Known) or not isinstance(type_.value, Class):
        return False
    return type_.value is class_ or any(_derives(base, class_) for base in type_.value.bases)


def _ancestors(machine: Machine, name: str) -> set[str]:
    found = {name}
    entry = api.lookup(machine.keras, name)
    for base in entry.bases if entry is not None else ():
        found |= _ancestors(machine, base)
    return found


def _partial(machine: Machine, name: str, arguments: Arguments) -> Value:
    if not arguments.positional or arguments.open:
        machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values())
        return machine.unknown(Reason.LIBRARY_CALL)
    rest = tuple(a.value for a in arguments.positional[1:])
    keywords = tuple((k, a.value) for k, a in arguments.keywords.items())
    return Known(Partial(arguments.positional[0].value, rest, keywords))


def _next(machine: Machine, name: str, arguments: Arguments) -> Value:
    # What comes next depends on what was drawn before.
    value = arguments.get(0, "iterator")
    if isinstance(value, Known) and isinstance(value.value, Items):
        drawing.draw(machine, value.value.iteration.resets, arguments.site)
    return machine.unknown(Reason.ITERATION)


def _iter(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "object")
    return value if value is not None else machine.unknown(Reason.LIBRARY_CALL)


def _bool(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "x")
    if value is None:
        return FALSE
    return of_truth(machine, truth(machine, value), value, value.key)


def _map(machine: Machine, name: str, arguments: Arguments) -> Value:
    function, source = arguments.get(0, "func"), arguments.get(1, "iterable")
    if function is None or source is None or len(arguments.positional) != 2:
        machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values())
        return machine.unknown(Reason.LIBRARY_CALL)
    found = loops.items(loops.iterate(machine, source))
    if found is None:
        calls.call_value(machine, function, Arguments((), {}, True, arguments.site))
        return machine.unknown(Reason.LIBRARY_CALL)
    from statelint.trace.objects import Argument

    values = tuple(
        calls.call_value(
            machine, function, Arguments((Argument(v, arguments.site),), {}, False, arguments.site)
        )
        for v in found
    )
    return machine.allocate(ListRecord.of(values))


def _same(machine: Machine, name: str, arguments: Arguments) -> Value:
    """Wrappers that draw what they are given (tqdm)."""
    value = arguments.get(0, "iterable")
    return value if value is not None else machine.unknown(Reason.LIBRARY_CALL)


def _deepcopy(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "x")
    if value is None or machine.reachable(value):
        return machine.unknown(Reason.LIBRARY_CALL)
    return value


def _repeatable(machine: Machine, name: str, arguments: Arguments) -> Value:
    """What gives the same for the same arguments: a file's contents, a folder's files."""
    return machine.unknown(Reason.LIBRARY_CALL, None, (name, *(v.key for v in arguments.values())))


def _exit(machine: Machine, name: str, arguments: Arguments) -> Value:
    machine.die()
    return NONE


def _instance_of(machine: Machine, name: str, arguments: Arguments) -> Value:
    return machine.allocate(InstanceRecord(Known(Library(name)), arguments.site, {}))


def _type(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "object")
    return (
        attribute(machine, value, "__class__") if value is not None else machine.unknown(Reason.LIBRARY_CALL)
    )


def _deque(machine: Machine, name: str, arguments: Arguments) -> Value:
    return machine.allocate(ListRecord(None, machine.unknown(Reason.LIBRARY_CALL)))


def _pow(base: float, exponent: float) -> object:
    if is_huge("**", base, exponent):
        raise OverflowError
    return base**exponent


def _set_default(machine: Machine, name: str, arguments: Arguments) -> Value:
    """os.environ.setdefault."""
    key, value = arguments.get(0, "key"), arguments.get(1, "default")
    if key is not None and value is not None:
        machine.set_environment(key, value, as_default=True)
    return machine.unknown(Reason.LIBRARY_CALL)


def _update_environment(machine: Machine, name: str, arguments: Arguments) -> Value:
    """os.environ.update."""
    record = machine.record(arguments.positional[0].value) if arguments.positional else None
    given = dict(record.items) if isinstance(record, DictRecord) else {}
    for key, value in (given | {k: a.value for k, a in arguments.keywords.items()}).items():
        machine.set_environment(Known(key), value)
    return NONE


def _int(value: object = 0, *_: object) -> int:
    return int(value)  # type: ignore[call-overload, no-any-return]


TRANSFERS: dict[str, Transfer] = {
    "builtins.range": _range,
    "builtins.xrange": _range,
    "builtins.slice": _slice,
    "builtins.len": _len,
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.list": _list,
    "builtins.tuple": _list,
    "builtins.sorted": _list,
    "builtins.set": _list,
    "builtins.reversed": _reversed,
    "builtins.dict": _dict,
    "builtins.int": _numeric(_int),
    "builtins.float": _numeric(float),
    "builtins.abs": _numeric(abs),
    "builtins.min": _numeric(min),
    "builtins.max": _numeric(max),
    "builtins.sum": _numeric(sum),
    "builtins.round": _numeric(round),
    "builtins.pow": _numeric(_pow),
    "builtins.divmod": _numeric(divmod),
    "builtins.str": _numeric(str),
    "builtins.bool": _bool,
    "builtins.hasattr": _hasattr,
    "builtins.getattr": _getattr,
    "builtins.setattr": _setattr,
    "builtins.isinstance": _isinstance,
    "builtins.type": _type,
    "builtins.next": _next,
    "builtins.iter": _iter,
    "builtins.map": _map,
    "builtins.exit": _exit,
    "builtins.quit": _exit,
    "sys.exit": _exit,
    "math.ceil": _numeric(math.ceil),
    "math.floor": _numeric(math.floor),
    "math.sqrt": _numeric(math.sqrt),
    "math.trunc": _numeric(math.trunc),
    "os.environ.setdefault": _set_default,
    "os.environ.update": _update_environment,
    "functools.partial": _partial,
    "copy.deepcopy": _deepcopy,
    "copy.copy": _deepcopy,
    "collections.deque": _deque,
    "collections.defaultdict": lambda machine, name, arguments: machine.allocate(DictRecord({}, False)),
    "collections.OrderedDict": _dict,
    **dict.fromkeys(("glob.glob", "glob.iglob", "os.listdir", "os.scandir", "os.path.join"), _repeatable),
    **dict.fromkeys(
        (f"pandas.read_{kind}" for kind in ("csv", "excel", "parquet", "pickle", "table")), _repeatable
    ),
    "argparse.ArgumentParser": _instance_of,
    "tensorflow.GradientTape": _instance_of,
    **{
        f"{module}.{function}": _same if function == "tqdm" else _range
        for module in ("tqdm", "tqdm.auto", "tqdm.notebook", "tqdm.std")
        for function in ("tqdm", "trange", "tqdm_notebook", "tnrange")
        if function in ("tqdm", "trange", "tnrange")
    },
    "tqdm.tqdm_notebook": _same,
}
