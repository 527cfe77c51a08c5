"""Python's built-in functions and a few of the standard library's."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Hashable, Sequence

from statelint import api
from statelint.interp import choices, classes, fields, kinds, loops
from statelint.interp.attributes import attribute
from statelint.interp.comparisons import of_truth, truth
from statelint.interp.machine import Machine
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
    ModelRecord,
    Partial,
    Range,
    Ref,
    Slice,
    Table,
    Tuple,
)
from statelint.interp.operators import is_huge, merged
from statelint.interp.transfer import Transfer
from statelint.interp.transfer.progress import TQDM
from statelint.interp.transfer.windowing import batches_in
from statelint.trace.listings import LISTINGS
from statelint.trace.objects import Array, Dataset
from statelint.trace.story import Guarded
from statelint.values import (
    FALSE,
    NONE,
    TRUE,
    Known,
    Reason,
    Ternary,
    Value,
    bent,
    depending_on,
    join,
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
            case Table(array=array):
                return length(machine, Known(array, value.assuming))
            case Array(key=key, rows=rows):
                # As for `x.shape[0]`: `x[i:i + 8]` has 8 rows, but at the end.
                is_told = machine.passes and isinstance(rows, Known) and rows.value
                if is_told and rows is not None:
                    return rows
                return machine.unknown(Reason.LIBRARY_CALL, None, ("length", key))
            case Tuple(items=items):
                return Known(len(items))
            case str() as text:
                return Known(len(text))
            case Range():
                return loops.iterate(machine, value).count
            case Dataset() as dataset if dataset.batches is not None:
                return Known(dataset.batches)
            case Items(iteration=iteration):
                return iteration.count
            case Class():
                return loops.iterate(machine, value).count
        record = machine.record(value)
        batches = batches_in(machine, value)
        if batches is not None:
            return batches.count
        if isinstance(record, ListRecord):
            return record.length
        if isinstance(record, DictRecord) and record.complete:
            return Known(len(record.items))
        parts = fields.tuple_of(machine, value)
        own = Known(len(parts)) if parts is not None else classes.call_special(machine, value, "__len__")
        if own is not None:
            return own
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
    inner = loops.exhaust(machine, source)

    def item(k: int) -> Value:
        index: Value = Known(base + k) if base is not None else unknown(Reason.OPERATION)
        return Known(Tuple((index, inner.item(k))))

    drawn = Iteration(inner.count, item, inner.over, inner.concrete, inner.resets)
    return Known(Items(("enumerate", inner.over), drawn))


def _zip(machine: Machine, name: str, arguments: Arguments) -> Value:
    if len(arguments.loose) == 1 and not arguments.positional:
        return _columns(machine, loops.emptied(machine, arguments.loose[0].value))
    inner = [loops.exhaust(machine, value) for value in arguments.values()]
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


def _columns(machine: Machine, rows: Value) -> Value:
    """`zip(*rows)` of tuples: one list for each place in them, in the order of the rows."""
    record = machine.record(rows)
    if isinstance(record, ListRecord):
        head = () if record.first else (record.items or record.head)[:2]
        length, row = record.length, record.element
    elif isinstance(rows, Known) and isinstance(rows.value, Items):
        drawn = rows.value.iteration
        length, row, head = drawn.count, drawn.item(0), (drawn.item(0), drawn.item(1))
    else:
        return machine.unknown(Reason.LIBRARY_CALL)
    if not isinstance(row, Known) or not isinstance(row.value, Tuple):
        return machine.unknown(Reason.LIBRARY_CALL)
    first = [one.value.items for one in head if isinstance(one, Known) and isinstance(one.value, Tuple)]
    if len(first) != len(head) or any(len(items) != len(row.value.items) for items in first):
        first = []
    site = record.shuffle_site if isinstance(record, ListRecord) else None
    columns = [
        ListRecord(None, length, value, shuffle_site=site, head=tuple(items[at] for items in first))
        for at, value in enumerate(row.value.items)
    ]
    return Known(Tuple(tuple(map(machine.allocate, columns))))


def _dict(machine: Machine, name: str, arguments: Arguments) -> Value:
    found = DictRecord({k: a.value for k, a in arguments.keywords.items()}, not arguments.open)
    if arguments.positional:
        found = merged(as_dict(machine, arguments.positional[0].value), found)
    return machine.allocate(found)


def as_dict(machine: Machine, value: Value) -> DictRecord:
    """The dict that a dict or a sequence of pairs makes."""
    record = machine.record(value)
    if isinstance(record, DictRecord):
        return DictRecord(record.items, record.complete)
    pairs = loops.items(loops.iterate(machine, value)) if isinstance(value, Known) else None
    entries: dict[Hashable, Value] = {}
    for pair in pairs or ():
        parts = loops.items(loops.iterate(machine, pair)) if isinstance(pair, Known) else None
        if parts is None or len(parts) != 2 or not isinstance(parts[0], Known):
            return DictRecord({}, False)
        entries[parts[0].value] = parts[1]
    return DictRecord(entries, pairs is not None)


def _numeric(function: Callable[..., object]) -> Transfer:
    """A function of numbers that is computed where all arguments are known."""

    def transfer(machine: Machine, name: str, arguments: Arguments) -> Value:
        values = arguments.values()
        unknown_ = machine.unknown(Reason.OPERATION, None, (name, *(v.key for v in values)))
        if arguments.open:
            return unknown_
        result: Value | None = None
        choices = itertools.product(*(options(value) for value in values))
        for position, chosen in enumerate(choices):
            one = _computed(function, chosen)
            if one is None or position >= _COMBINATIONS:
                return unknown_
            result = one if result is None else join(result, one)
        return result if result is not None else unknown_

    return transfer


def _divmod(machine: Machine, name: str, arguments: Arguments) -> Value:
    found = _numeric(divmod)(machine, name, arguments)
    if isinstance(found, Known) and isinstance(found.value, Tuple):
        return Known(Tuple(tuple(map(bent, found.value.items))))
    return found


# As many choices of arguments are computed.
_COMBINATIONS = 16


def _computed(function: Callable[..., object], values: Sequence[Known]) -> Value | None:
    plain = [value.value for value in values]
    if not all(isinstance(v, int | float | str) for v in plain):
        return None
    try:
        result = function(*plain)
    except (TypeError, ValueError, ArithmeticError, OverflowError):
        return None
    if isinstance(result, tuple):
        return Known(Tuple(tuple(depending_on(Known(part), *values) for part in result)))
    return depending_on(Known(result), *values)


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
            known = machine.of_keras(lambda keras: api.has_attribute(keras, f"keras.{kind}", name))
        case LayerRecord(kind=kind) if record.described:
            known = machine.of_keras(lambda keras: api.has_attribute(keras, f"keras.layers.{kind}", name))
        case None if thing.value is None:
            known = hasattr(thing.value, name)
        case None if isinstance(thing.value, Library):
            library = thing.value.name
            known = machine.of_keras(lambda keras: _has_name(keras, library, name))
        case _:
            known = None
    return Ternary.UNKNOWN if known is None else Ternary.of(known)


def _has_name(keras: int, library: str, name: str) -> bool | None:
    """Whether a class or module of Keras has this name; what neither generation has may not be described."""
    full = f"{library}.{name}"
    if api.lookup(keras, full) is not None or api.has_attribute(keras, library, name):
        return True
    is_gone = library.startswith("keras.") and api.lookup(2 if keras == 3 else 3, full) is not None
    return False if is_gone else api.has_attribute(keras, library, name)


def _callable(machine: Machine, name: str, arguments: Arguments) -> Value:
    thing = arguments.get(0, "obj")
    if isinstance(thing, Known) and isinstance(thing.value, Function | Class | Bound | Partial):
        return TRUE
    if isinstance(thing, Known) and isinstance(thing.value, int | float | str | Tuple | None):
        return FALSE
    return machine.unknown(Reason.LIBRARY_CALL)


def _getattr(machine: Machine, name: str, arguments: Arguments) -> Value:
    thing, attr, default = arguments.get(0, "obj"), arguments.get(1, "name"), arguments.get(2, "default")
    if thing is None or attr is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    if not isinstance(attr, Known) or not isinstance(attr.value, str):
        found = choices.among(machine, thing, attr)
        return found or machine.unknown(Reason.ATTRIBUTE, None, ("any attribute", thing.key, attr.key))
    record = machine.record(thing)
    if default is not None and isinstance(thing, Known) and isinstance(record, ModelRecord | LayerRecord):
        match _has(machine, thing, attr.value):
            case Ternary.NO:
                _guard(machine, thing, attr.value, Ternary.NO, arguments)
                return default
            case Ternary.UNKNOWN:
                return machine.unknown(Reason.ATTRIBUTE)
    return attribute(machine, thing, attr.value)


def _isinstance(machine: Machine, name: str, arguments: Arguments) -> Value:
    thing, wanted = arguments.get(0, "obj"), arguments.get(1, "class_or_tuple")
    if not isinstance(thing, Known) or not isinstance(wanted, Known):
        return machine.unknown(Reason.LIBRARY_CALL)
    fact = Ternary.NO
    for kind in wanted.value.items if isinstance(wanted.value, Tuple) else (wanted,):
        fact = fact.either(kinds.is_a(machine, thing, kind))
    return of_truth(machine, fact, thing, ("isinstance", thing.key, wanted.key))


def _bool(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "x")
    if value is None:
        return FALSE
    return of_truth(machine, truth(machine, value), value, value.key)


def _repeatable(machine: Machine, name: str, arguments: Arguments) -> Value:
    """What gives the same for the same arguments: a file's contents, a folder's files."""
    return machine.unknown(Reason.LIBRARY_CALL, None, (name, *(v.key for v in arguments.values())))


def _table_of_file(machine: Machine, name: str, arguments: Arguments) -> Value:
    """pd.read_csv(file, usecols=names): which columns it reads, where they are named."""
    used, index = arguments.keywords.get("usecols"), arguments.keywords.get("index_col")
    record = machine.record(used.value) if used is not None else None
    listed = machine.content(used.value) if used is not None and isinstance(record, ListRecord) else None
    if used is None or not isinstance(listed, tuple) or listed[0] != "listed" or arguments.open:
        return _repeatable(machine, name, arguments)
    if index is not None:
        # One of them names the rows.
        listed = tuple(part for part in listed if part != index.value.key)
        if len(listed) == len(machine.content(used.value)):  # type: ignore[arg-type]
            return _repeatable(machine, name, arguments)
    others = (a.value.key for a in (*arguments.positional, *arguments.keywords.values()) if a is not used)
    return machine.unknown(Reason.LIBRARY_CALL, None, (name, *others, ("usecols", listed)))


def _listing(machine: Machine, name: str, arguments: Arguments) -> Value:
    machine.has_origins = True
    return _repeatable(machine, name, arguments)


def _exit(machine: Machine, name: str, arguments: Arguments) -> Value:
    machine.die()
    return NONE


def _instance_of(machine: Machine, name: str, arguments: Arguments) -> Value:
    return machine.allocate(InstanceRecord(Known(Library(name)), arguments.site, {}))


def _type(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "object")
    if value is None or arguments.open or len(arguments.values()) > 1:
        # `type("Name", (Base,), {})` makes a class.
        return machine.unknown(Reason.LIBRARY_CALL)
    return kinds.class_of(machine, value)


def _pow(base: float, exponent: float) -> object:
    if is_huge("**", base, exponent):
        raise OverflowError
    return base**exponent


def _int(*given: object) -> int:
    return int(*given)  # type: ignore[call-overload, no-any-return]


# What gives the same path, spelled another way.
_SAME_PATHS = ("abspath", "realpath", "normpath", "expanduser")

TRANSFERS: dict[str, Transfer] = {
    "builtins.range": _range,
    "builtins.xrange": _range,
    "builtins.slice": _slice,
    "builtins.len": _len,
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.dict": _dict,
    "builtins.int": _numeric(_int),
    "builtins.float": _numeric(float),
    "builtins.abs": _numeric(abs),
    "builtins.ord": _numeric(ord),
    "builtins.chr": _numeric(chr),
    "builtins.round": _numeric(round),
    "builtins.pow": _numeric(_pow),
    "builtins.divmod": _divmod,
    "builtins.str": _numeric(str),
    "builtins.bool": _bool,
    "builtins.hasattr": _hasattr,
    "builtins.callable": _callable,
    "builtins.getattr": _getattr,
    "builtins.isinstance": _isinstance,
    "builtins.type": _type,
    "builtins.exit": _exit,
    "builtins.quit": _exit,
    "sys.exit": _exit,
    "math.ceil": _numeric(math.ceil),
    "math.floor": _numeric(math.floor),
    "math.sqrt": _numeric(math.sqrt),
    "math.trunc": _numeric(math.trunc),
    **{f"math.{f.__name__}": _numeric(f) for f in (math.log, math.log2, math.log10, math.gcd, math.lcm)},
    # Before Python 3.9.
    "fractions.gcd": _numeric(math.gcd),
    **{f"math.{f.__name__}": _numeric(f) for f in (math.exp, math.fabs, math.isqrt, math.fmod)},
    "collections.defaultdict": lambda machine, name, arguments: machine.allocate(DictRecord({}, False)),
    "collections.OrderedDict": _dict,
    **dict.fromkeys((*LISTINGS, "os.walk"), _listing),
    **dict.fromkeys((f"os.path.{kind}" for kind in ("join", "dirname", *_SAME_PATHS)), _repeatable),
    "pathlib.Path": _repeatable,
    **dict.fromkeys(("pandas.read_csv", "pandas.read_excel"), _table_of_file),
    **dict.fromkeys(
        (f"pandas.read_{kind}" for kind in ("parquet", "pickle", "table", "json", "hdf", "feather", "fwf")),
        _repeatable,
    ),
    "tensorflow.GradientTape": _instance_of,
    **dict.fromkeys((f"{module}.{kind}range" for module in TQDM for kind in ("t", "tn")), _range),
}
