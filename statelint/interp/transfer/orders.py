"""Random orders: permutations, shuffles and splits that lose the order of the rows."""

from __future__ import annotations

import math
from collections.abc import Hashable

from statelint.interp import loops
from statelint.interp.chance import drawing, note
from statelint.interp.filling import windows_of
from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, InstanceRecord, Library, ListRecord, Range, Ref, Table, Tuple
from statelint.interp.renaming import rename, rename_object
from statelint.interp.shapes import mixed, shifted
from statelint.interp.transfer import Transfer
from statelint.interp.transfer.numpy import as_array
from statelint.sites import Site
from statelint.trace.objects import Array
from statelint.values import NONE, Known, Reason, Ternary, Value, depending_on, is_, number, unknown


def shuffled(value: Value, site: Site, rows: Value | None = None) -> Value:
    """The rows of an array (all, or `rows` of them) in random order; shuffled again they are the same rows
    still.
    """
    array = value.value if isinstance(value, Known) else None
    if not isinstance(array, Array):
        key = _shuffled_key(value.key) if rows is None else ("shuffled", value.key, rows.key)
        return Known(Array(key, None, key, shuffle_site=site))
    key = _shuffled_key(array.key) if rows is None else ("shuffled", array.key, rows.key)
    shape = array.shape
    if shape and rows is not None:
        shape = (rows, *shape[1:])
    windows = mixed(array.windows)
    made = Array(key, shape, key, Known(0), array.made, windows=windows, shuffle_site=site)
    return depending_on(Known(made), value)


def _shuffled_key(key: Hashable) -> Hashable:
    return key if isinstance(key, tuple) and key[:1] == ("shuffled",) else ("shuffled", key)


def _permutation(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.random.permutation(x): rows in random order, or as many indices as the number x."""
    value = arguments.get(0, "x")
    if value is None or _is_of_columns(arguments):
        return machine.unknown(Reason.LIBRARY_CALL)
    if number(value) is not None:
        key = ("shuffled", "indices", value.key)
        order = depending_on(Known(Array(key, (value,), key, made=True, shuffle_site=arguments.site)), value)
        return note(machine, order, arguments.site)
    return shuffled(_rows(machine, value), arguments.site)


def _is_of_columns(arguments: Arguments) -> bool:
    """Whether a generator shuffles along another axis than that of the rows."""
    axis = arguments.get(1, "axis")
    return axis is not None and number(axis) != 0


def _rows(machine: Machine, value: Value) -> Value:
    is_list = isinstance(machine.record(value), ListRecord)
    is_range = isinstance(value, Known) and isinstance(value.value, Range | Table)
    return as_array(machine, value) if is_list or is_range else value


def _in_place(machine: Machine, name: str, arguments: Arguments) -> Value:
    """np.random.shuffle(x), random.shuffle(x): every name for the array or list has it shuffled from now
    on.
    """
    value = arguments.get(0, "x")
    if value is None:
        return NONE
    if _is_of_columns(arguments):
        rename(machine, value.key, machine.unknown(Reason.LIBRARY_CALL))
        return NONE
    record = machine.record(value)
    if isinstance(record, ListRecord) and isinstance(value, Known) and isinstance(value.value, Ref):
        windows = mixed(windows_of(machine, record, arguments.site))
        machine.state.heap[value.value.id] = ListRecord(
            None,
            record.length,
            record.element,
            shuffle_site=arguments.site,
            content=_shuffled_key(machine.content(value)),
            windows=windows,
        )
    elif not isinstance(value, Known) or isinstance(value.value, Array):
        rename_object(machine, value, shuffled(value, arguments.site))
    return NONE


def _sample(machine: Machine, name: str, arguments: Arguments) -> Value:
    """random.sample(population, k): a new list of k of its items."""
    value, count = arguments.get(0, "population"), arguments.get(1, "k")
    element = None
    if value is not None:
        drawn = loops.iterate(machine, value)
        element = drawn.item(0) if drawn.concrete else None
    length = count if count is not None else machine.unknown(Reason.LIBRARY_CALL)
    content = ("sampled", machine.content(value) if value is not None else None, machine.fresh_id())
    made = machine.allocate(ListRecord(None, length, element, shuffle_site=arguments.site, content=content))
    return note(machine, made, arguments.site)


def _choice(machine: Machine, name: str, arguments: Arguments) -> Value:
    """random.choice(sequence): one of its items, or a number of the range."""
    from statelint.interp.subscripts import subscript

    whole = arguments.get(0, "seq")
    if whole is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    place = note(machine, unknown(Reason.LIBRARY_CALL, key=("drawn", machine.fresh_id())), arguments.site)
    is_range = isinstance(whole, Known) and isinstance(whole.value, Range)
    return place if is_range else subscript(machine, whole, place)


def _shuffled_together(machine: Machine, name: str, arguments: Arguments) -> Value:
    """sklearn.utils.shuffle(x, y)."""
    parts = tuple(shuffled(_rows(machine, a.value), arguments.site) for a in arguments.positional)
    if arguments.open or not parts:
        return machine.unknown(Reason.LIBRARY_CALL)
    _note_together(machine, arguments)
    return parts[0] if len(parts) == 1 else Known(Tuple(parts))


def _note_together(machine: Machine, arguments: Arguments) -> None:
    if len(arguments.positional) > 1:
        machine.together.add(arguments.site)


def _shuffled_tensor(machine: Machine, name: str, arguments: Arguments) -> Value:
    value = arguments.get(0, "value")
    return shuffled(value, arguments.site) if value is not None else machine.unknown(Reason.LIBRARY_CALL)


def _split(machine: Machine, name: str, arguments: Arguments) -> Value:
    """train_test_split(x, y, …): a train and a test part of each, shuffled unless told not to."""
    if arguments.open or not arguments.positional:
        return machine.unknown(Reason.LIBRARY_CALL)
    told = arguments.keywords.get("shuffle")
    ordered = told is not None and is_(told.value, True) is not Ternary.YES
    if not ordered:
        _note_together(machine, arguments)
        machine.splits.add(arguments.site)
    parts: list[Value] = []
    for argument in arguments.positional:
        rows = _rows(machine, argument.value)
        train, test = _split_sizes(rows, arguments)
        if (
            told is not None
            and is_(told.value, True) is Ternary.UNKNOWN
            and is_(told.value, False) is Ternary.UNKNOWN
        ):
            parts += [
                unknown(Reason.LIBRARY_CALL, key=("split", rows.key, which, told.value.key))
                for which in ("train", "test")
            ]
        elif ordered:
            parts += _in_order(rows, train, test)
        else:
            parts += [shuffled(rows, arguments.site, size) for size in (train, test)]
    return Known(Tuple(tuple(parts)))


def _split_sizes(rows: Value, arguments: Arguments) -> tuple[Value, Value]:
    """The numbers of rows of the two parts, as scikit-learn rounds them."""
    array = rows.value if isinstance(rows, Known) else None
    total = array.samples if isinstance(array, Array) else None
    names = ("train_size", "test_size")
    given = [arguments.keywords[n].value if n in arguments.keywords else NONE for n in names]
    sizes = [
        _share(value, total, math.floor if n == "train_size" else math.ceil)
        for n, value in zip(names, given, strict=True)
    ]
    nothing_given = all(is_(value, None) is Ternary.YES for value in given)
    if total is not None:
        if nothing_given:
            sizes[1] = math.ceil(0.25 * total)
        for mine, other in ((0, 1), (1, 0)):
            if is_(given[mine], None) is Ternary.YES and sizes[other] is not None:
                sizes[mine] = total - (sizes[other] or 0)
    train, test = (
        unknown(Reason.OPERATION, key=("split", rows.key, which)) if size is None else Known(size)
        for which, size in zip(names, sizes, strict=True)
    )
    return train, test


def _share(value: Value, total: int | None, rounded: object) -> int | None:
    if isinstance(value, Known) and isinstance(value.value, float) and total is not None:
        return int(rounded(value.value * total))  # type: ignore[operator]
    return number(value)


def _in_order(rows: Value, train: Value, test: Value) -> list[Value]:
    array = rows.value if isinstance(rows, Known) else None
    parts: list[Value] = []
    for which, size, start in (("train", train, Known(0)), ("test", test, train)):
        key = ("split", rows.key, which)
        if not isinstance(array, Array) or number(array.start) != 0:
            parts.append(unknown(Reason.LIBRARY_CALL, key=key))
            continue
        shape = (size, *array.shape[1:]) if array.shape else None
        windows, separate = shifted(array.windows, start, 1), array.separate_site
        parts.append(
            Known(Array(key, shape, array.base, start, array.made, windows=windows, separate_site=separate))
        )
    return parts


def _generator(machine: Machine, name: str, arguments: Arguments) -> Value:
    return machine.allocate(InstanceRecord(Known(Library(name)), arguments.site, {}))


def generator_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    """The methods of `random.Random(seed)`."""
    function = TRANSFERS.get(f"random.{name}")
    if function is None:
        return machine.unknown(Reason.LIBRARY_CALL)
    return function(machine, f"random.{name}", arguments)


TRANSFERS: dict[str, Transfer] = {
    "numpy.random.permutation": _permutation,
    "numpy.random.permuted": _permutation,
    "numpy.random.shuffle": _in_place,
    "random.shuffle": _in_place,
    "random.sample": _sample,
    **dict.fromkeys(("random.Random", "random.SystemRandom"), _generator),
    "tensorflow.random.shuffle": _shuffled_tensor,
    **dict.fromkeys((f"random.{name}" for name in ("randint", "randrange", "random", "uniform")), drawing()),
    "secrets.randbelow": drawing(),
    "random.choice": _choice,
    "secrets.choice": _choice,
    "sklearn.utils.shuffle": _shuffled_together,
    "sklearn.model_selection.train_test_split": _split,
}
