"""NumPy: the shapes of arrays, and which rows they hold."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

from statelint.interp import loops
from statelint.interp.chance import choosing, drawing, drawn_rows
from statelint.interp.filling import batch_held, one_of_lists, overlapping, regrouped, windows_of
from statelint.interp.gathering import gathered
from statelint.interp.listed import NOBODY, tells
from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, ListRecord, Range, Table, Tuple
from statelint.interp.shapes import (
    as_row,
    elementwise,
    is_scalar,
    made,
    mapped,
    order_of,
    shape_values,
)
from statelint.interp.transfer import Transfer, transfer_of
from statelint.interp.transfer.graphs import flow, kept_batch
from statelint.sites import Site
from statelint.trace.objects import Argument, Array, Windows
from statelint.values import (
    NONE,
    Choice,
    Known,
    Reason,
    Unknown,
    Value,
    depending_on,
    interned,
    number,
)


def _fresh(machine: Machine, name: str) -> tuple[str, int]:
    return (name, machine.fresh_id())


def _filled(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.zeros(shape) and its kind."""
    shape = arguments.get(0, "shape")
    if shape is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    return _shaped(machine, name, shape)


def _broadcast(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.broadcast_to(x, shape): the same again and again; of what the program made itself, a blank array."""
    given, shape = arguments.get(0, "array"), arguments.get(1, "shape")
    if given is None or shape is None or arguments.open:
        return machine.unknown(Reason.LIBRARY_CALL)
    array = given.value if isinstance(given, Known) else None
    if isinstance(array, Array) and array.made:
        return _shaped(machine, name, shape)
    key = interned((name, given.key, shape.key))
    return Known(Array(key, given_shape(machine, shape), key))


def _shaped(machine: Machine, name: str, shape: Value) -> Value:
    """A new array of this shape, of which perhaps only the rows are known."""
    sizes, begun = given_shape(machine, shape), machine.beginning(shape)
    array = made(_fresh(machine, name), sizes)
    if sizes is not None or not begun or not isinstance(array.value, Array):
        return array
    return depending_on(Known(replace(array.value, rows=begun[0])), begun[0])


def given_shape(machine: Machine, value: Value) -> tuple[Value, ...] | None:
    """The sizes that an argument gives as a shape: a tuple, a list or a number."""
    record = machine.record(value)
    if isinstance(record, ListRecord):
        return record.items
    return shape_values(value)


def _sized(position: int) -> Transfer:
    """np.random.normal(loc, scale, size) and its kind: the shape stands at this position or in `size`."""

    def transfer(machine: Machine, name: str, arguments: Arguments) -> Value:
        size = arguments.get(position, "size")
        if size is None:
            return machine.unknown(Reason.LIBRARY_CALL)
        return _shaped(machine, name, size)

    return transfer


def _by_dimensions(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.random.rand(d0, d1, …)."""
    if arguments.open or not arguments.positional:
        return machine.unknown(Reason.LIBRARY_CALL)
    return made(_fresh(machine, name), tuple(a.value for a in arguments.positional))


def _arange(machine: Machine, name: str, arguments: Arguments) -> Value:
    values = [a.value for a in arguments.positional]
    numbers = [v.value for v in values if isinstance(v, Known) and isinstance(v.value, int | float)]
    if arguments.open or not 1 <= len(values) <= 3:
        return made(_fresh(machine, name), (machine.unknown(Reason.OPERATION),))
    # The same bounds give the same numbers.
    key = (name, machine.counted.setdefault(tuple(v.key for v in values), machine.fresh_id()))
    first, last, by = (Known(0), values[0], Known(1)) if len(values) == 1 else (*values, Known(1))[:3]
    machine.bounds[interned(key)] = (first, last, by)
    if len(numbers) != len(values):
        return made(key, (machine.unknown(Reason.OPERATION, None, ("length", key)),))
    start, stop, step = (0, numbers[0], 1) if len(numbers) == 1 else (*numbers, 1)[:3]
    count = max(math.ceil((stop - start) / step), 0) if step else 0
    return made(key, (depending_on(Known(count), *values),))


def _linspace(machine: Machine, name: str, arguments: Arguments) -> Value:
    count = arguments.get(2, "num")
    return made(_fresh(machine, name), (count if count is not None else Known(50),))


def as_array(machine: Machine, value: Value, site: Site | None = None) -> Value:
    """What np.array makes of a value (at `site`)."""
    if isinstance(value, Choice):
        value = one_of_lists(machine, value) or value
    if isinstance(value, Known):
        match value.value:
            case Array():
                return value
            case Table() as table:
                return replace(value, value=table.values)
            case Range():
                return made(("array", value.key), (loops.iterate(machine, value).count,))
            case Tuple(items=items):
                stacked = _stacked(machine, items, Known(len(items)), items[0] if items else None, value)
                only = _only_window(items)
                if only is None or not isinstance(stacked, Known) or not isinstance(stacked.value, Array):
                    return stacked
                return replace(stacked, value=replace(stacked.value, windows=only))
        record = machine.record(value)
        if isinstance(record, ListRecord):
            stacked = _stacked(machine, record.items, record.length, record.element, value)
            windows = windows_of(machine, record, site) or _only_window(record.items or ())
            head = (record.items or record.head)[:2]
            if record.added:
                groups = overlapping(machine, record.added[0], record.added[1], site)
            else:
                groups = regrouped(machine, record.items or (), site)
            if isinstance(stacked, Known) and isinstance(stacked.value, Array):
                held = () if record.first else tuple(batch_held(machine, item) for item in head)
                if any(held):
                    machine.batches[stacked.value.key] = held
                order = record.shuffle_site or drawn_rows(machine, head)
                if order is None and windows is not None and head:
                    # Of steps in random order.
                    order = order_of(head[0])
                array = replace(
                    stacked.value,
                    shape=_with_steps(stacked.value.shape, windows),
                    windows=windows,
                    shuffle_site=order,
                    cut=record.cut,
                    groups=groups,
                )
                if windows is None and array.base == array.key:
                    base, start = gathered(machine, record) or (array.base, 0)
                    array = replace(array, base=base, start=Known(start))
                return replace(stacked, value=array)
            return stacked
        if isinstance(value.value, int | float):
            return value
    return machine.unknown(Reason.LIBRARY_CALL, None, ("array", value.key))


def _with_steps(shape: tuple[Value, ...] | None, windows: Windows | None) -> tuple[Value, ...] | None:
    """The shape of windows of numbers, of which each has as many as the window has steps."""
    if shape is None or len(shape) != 2 or windows is None or not windows.length:
        return shape
    return shape if number(shape[1]) is not None else (shape[0], Known(windows.length))


def _only_window(items: Sequence[Value]) -> Windows | None:
    """The window that the part of a series is which a list of one part holds: `[x[i:i + 8]]`."""
    only = items[0] if len(items) == 1 else None
    return as_row(only.value) if isinstance(only, Known) and isinstance(only.value, Array) else None


def _stacked(
    machine: Machine, items: tuple[Value, ...] | None, length: Value, element: Value | None, source: Value
) -> Value:
    """The array of a list: its items along a new first axis."""
    listed = machine.record(source)
    content = listed.content if isinstance(listed, ListRecord) else None
    key: Hashable = content and ("array", content)
    if items is not None and not key:
        held = tuple(map(machine.content, items))
        key = ("array", NOBODY if tells(("listed", *held)) else source.key, held)
    key = key or ("array", source.key, length.key)
    record = element if element is not None else NONE
    inner = as_array(machine, record) if element is not None else NONE
    shape: tuple[Value, ...] | None = None
    is_made = False
    if isinstance(inner, Known) and isinstance(inner.value, Array):
        if inner.value.shape is not None:
            shape = (length, *inner.value.shape)
        is_made = inner.value.made
    elif isinstance(inner, Known) and isinstance(inner.value, int | float | str | bool):
        shape = (length,)
        is_made = True
    elif element is not None and _is_number(element):
        shape = (length,)
    rows = length if shape is None else None
    return depending_on(Known(Array(key, shape, key, Known(0), is_made, rows=rows)), length)


def _is_number(value: Value) -> bool:
    """Whether a value that isn't known is one number: `1 if v > 0 else 0`, `float(line)`."""
    if isinstance(value, Choice):
        return all(isinstance(one.value, int | float) for one in value.options)
    return isinstance(value, Unknown) and is_scalar(value.key)


def _array(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "object")
    if value is None:
        value = arguments.get(0, "a")
    if value is None:
        value = arguments.get(0, "x")
    if value is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    # tf.cast of a symbolic tensor.
    flowing = flow(machine, value, batch=kept_batch(machine, value))
    made = _with_axes(as_array(machine, value, arguments.site), arguments.keywords.get("ndmin"))
    # All but `asarray` make an object of its own.
    return flowing or (replace(made) if made is value and not name.endswith("asarray") else made)


def _with_axes(value: Value, given: Argument | None) -> Value:
    """The array with axes of one put before it, until there are as many as `ndmin` asks for."""
    if given is None or not (isinstance(value, Known) and isinstance(value.value, Array)):
        return value
    array, count = value.value, number(given.value)
    shape = None
    if count is not None and array.shape is not None:
        if count <= len(array.shape):
            return value
        shape = (Known(1),) * (count - len(array.shape)) + array.shape
    key = ("expand", array.key, given.value.key)
    return replace(value, value=Array(key, shape, key, made=array.made))


def _like(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "a")
    other_shape = arguments.get(5 if name.endswith("full_like") else 4, "shape")
    if isinstance(value, Known) and isinstance(value.value, Array) and other_shape is None:
        return made(_fresh(machine, name), value.value.shape)
    return made(_fresh(machine, name), None)


def _elementwise(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "x")
    other = arguments.get(1, "x2") if name.rpartition(".")[2] in _BINARY else None
    if value is not None and other is None and isinstance(machine.record(value), ListRecord):
        value = as_array(machine, value)
    if value is not None and other is not None:
        found = elementwise(name, value, other)
        if found is not None:
            return found
    if isinstance(value, Known) and isinstance(value.value, Array):
        flat = (
            name.endswith("cumsum") and arguments.get(1, "axis") is None and len(value.value.shape or ()) != 1
        )
        if flat:
            return machine.unknown(Reason.OPERATION, None, (name, value.key))
        return replace(value, value=mapped(value.value, (name, value.value.key)))
    if isinstance(value, Known) and isinstance(value.value, int | float) and other is None:
        function = getattr(math, name.rpartition(".")[2], None)
        if function is not None:
            try:
                return depending_on(Known(function(value.value)), value)
            except (ValueError, OverflowError):
                return machine.unknown(Reason.OPERATION)
    if value is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    flowing = flow(machine, value, batch=kept_batch(machine, value))
    if flowing is not None:
        return flowing
    if other is not None:
        return _of_two(machine, name, value, other)
    return machine.unknown(Reason.OPERATION, None, (name, value.key))


def _of_two(machine: Machine, name: str, value: Value, other: Value) -> Value:
    """What a function makes of two values that aren't known to be arrays."""
    found = _OPERATORS.get(name.rpartition(".")[2])
    if found is None:
        return machine.unknown(Reason.OPERATION, None, (name, value.key, other.key))
    symbol, function = found
    one, two = number(value), number(other)
    if one is not None and two is not None and (two or symbol not in ("%", "//")):
        return depending_on(Known(function(one, two)), value, other)
    return machine.unknown(Reason.OPERATION, None, ("operation", symbol, value.key, other.key))


def repeatable(machine: Machine, name: str, arguments: Arguments) -> Value:
    """A function that gives the same for the same arguments, of an unknown shape."""
    passed = flow(machine, *arguments.values())
    return passed or machine.unknown(Reason.LIBRARY_CALL, None, (name, *(v.key for v in arguments.values())))


def _generator(machine: Machine, name: str, arguments: Arguments) -> Value:
    from statelint.interp.objects import InstanceRecord, Library

    return machine.allocate(InstanceRecord(Known(Library(name)), arguments.site, {}))


def generator_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    """`rng.normal(size=…)` and the other methods of NumPy's random generators."""
    function = (
        TRANSFERS.get(f"numpy.random.{name}")
        if name not in ("random", "integers", "standard_normal")
        else None
    )
    if name in ("random", "standard_normal"):
        function = _sized(0)
    elif name == "integers":
        function = drawing(_sized(2))
    elif name in ("permutation", "permuted", "shuffle"):
        function = transfer_of(f"numpy.random.{name}")
    return (
        function(machine, f"numpy.random.{name}", arguments)
        if function
        else machine.unknown(Reason.LIBRARY_CALL)
    )


def _number_or(function: Callable[[float], float]) -> Transfer:
    def transfer(machine: Machine, name: str, arguments: Arguments) -> Value:
        value = arguments.get(0, "x")
        if isinstance(value, Known) and isinstance(value.value, int | float):
            return depending_on(Known(float(function(value.value))), value)
        return _elementwise(machine, name, arguments)

    return transfer


def _where(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.where(condition, x, y): x and y, broadcast; with the condition alone, places."""
    values = arguments.values()
    key = (name, *(v.key for v in values))
    found = elementwise(name, values[1], values[2]) if len(values) == 3 else None
    if isinstance(found, Known) and isinstance(found.value, Array):
        return Known(mapped(found.value, key))
    return machine.unknown(Reason.OPERATION, None, key)


# What is an operator of its own, for whole numbers too.
_OPERATORS: dict[str, tuple[str, Callable[[int, int], int]]] = {
    "add": ("+", operator.add),
    "subtract": ("-", operator.sub),
    "multiply": ("*", operator.mul),
    "mod": ("%", operator.mod),
    "remainder": ("%", operator.mod),
    "floor_divide": ("//", operator.floordiv),
}
_BINARY = frozenset([*_OPERATORS, "maximum", "minimum", "divide", "power"])

_ELEMENTWISE = [
    "sin",
    "cos",
    "tan",
    "exp",
    "log",
    "log1p",
    "log2",
    "log10",
    "sqrt",
    "abs",
    "absolute",
    "tanh",
    "sinh",
    "cosh",
    "square",
    "power",
    "round",
    "around",
    "rint",
    "sign",
    "maximum",
    "minimum",
    "add",
    "subtract",
    "multiply",
    "divide",
    "mod",
    "remainder",
    "floor_divide",
    "clip",
    "nan_to_num",
    "float32",
    "float64",
    "cumsum",
    "isnan",
    "negative",
]

TRANSFERS: dict[str, Transfer] = {
    **dict.fromkeys((f"numpy.{n}" for n in ("zeros", "ones", "empty", "full")), _filled),
    **dict.fromkeys((f"tensorflow.{n}" for n in ("zeros", "ones", "fill")), _filled),
    "numpy.broadcast_to": _broadcast,
    **dict.fromkeys((f"numpy.{n}" for n in ("zeros_like", "ones_like", "empty_like", "full_like")), _like),
    **dict.fromkeys((f"numpy.random.{n}" for n in ("random", "random_sample", "ranf", "sample")), _sized(0)),
    **dict.fromkeys((f"numpy.random.{n}" for n in ("rand", "randn")), _by_dimensions),
    **dict.fromkeys((f"numpy.random.{n}" for n in ("normal", "uniform", "binomial")), _sized(2)),
    "numpy.random.randint": drawing(_sized(2)),
    "numpy.random.choice": choosing(_sized(1)),
    **dict.fromkeys(
        (f"numpy.random.{n}" for n in ("laplace", "gamma", "beta", "logistic", "lognormal", "gumbel")),
        _sized(2),
    ),
    **dict.fromkeys((f"numpy.random.{n}" for n in ("vonmises", "wald", "f", "random_integers")), _sized(2)),
    **dict.fromkeys(
        (f"numpy.random.{n}" for n in ("poisson", "exponential", "chisquare", "geometric")),
        _sized(1),
    ),
    **dict.fromkeys((f"numpy.random.{n}" for n in ("rayleigh", "weibull", "power", "standard_t")), _sized(1)),
    "numpy.random.standard_normal": _sized(0),
    "numpy.random.standard_exponential": _sized(0),
    "numpy.random.default_rng": _generator,
    "numpy.random.RandomState": _generator,
    **dict.fromkeys((f"tensorflow.random.{n}" for n in ("normal", "uniform")), _filled),
    "numpy.where": _where,
    "numpy.arange": _arange,
    "numpy.linspace": _linspace,
    **dict.fromkeys((f"numpy.{n}" for n in ("array", "asarray", "ascontiguousarray", "copy")), _array),
    **dict.fromkeys(
        (f"tensorflow.{n}" for n in ("constant", "convert_to_tensor", "cast", "identity")), _array
    ),
    "numpy.ceil": _number_or(math.ceil),
    "numpy.floor": _number_or(math.floor),
    **dict.fromkeys((f"numpy.{n}" for n in _ELEMENTWISE), _elementwise),
    **dict.fromkeys(
        (
            f"numpy.{n}"
            for n in [
                "loadtxt",
                "genfromtxt",
            ]
        ),
        repeatable,
    ),
}
