"""Where each row is certainly a whole sequence of its own: images, reviews, lists that are padded to one
length.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable

from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, InstanceRecord, Library, ListRecord, Tuple
from statelint.interp.shapes import order_of
from statelint.interp.transfer import Transfer
from statelint.interp.transfer.numpy import as_array
from statelint.trace.keys import parts
from statelint.trace.objects import Array
from statelint.values import NONE, Known, Reason, Ternary, Value, is_, number, unknown

# What a row holds, step by step.
Steps = tuple[Hashable, ...]

# The training and the test rows of Keras's datasets, and the shape of a row; texts differ in length.
_DATASETS: dict[str, tuple[int, int, tuple[int, ...]]] = {
    "mnist": (60000, 10000, (28, 28)),
    "fashion_mnist": (60000, 10000, (28, 28)),
    "cifar10": (50000, 10000, (32, 32, 3)),
    "cifar100": (50000, 10000, (32, 32, 3)),
    "imdb": (25000, 25000, ()),
    "reuters": (8982, 2246, ()),
}
# Arguments of `load_data` by which it leaves texts out, or deals them out in another way.
_COUNTING = frozenset({"maxlen", "test_split"})


def _load_data(machine: Machine, name: str, arguments: Arguments) -> Value:
    """`keras.datasets.mnist.load_data()` and its kind: training and test data, each a pair of x and y."""
    train, test, shape = _DATASETS[name.split(".")[2]]
    is_text = not shape
    # What else is given by position may be one of those that count.
    is_whole = not is_text or not (
        arguments.open or len(arguments.positional) > 2 or arguments.keywords.keys() & _COUNTING
    )
    row = tuple(Known(size) for size in shape)
    label = (Known(1),) if "cifar" in name else ()
    given = (name, tuple((n, a.value.key) for n, a in arguments.keywords.items()))
    pairs: list[Value] = []
    for which, count in (("train", train), ("test", test)):
        x, y = (*given, which, "x"), (*given, which, "y")
        total: Value = Known(count) if is_whole else unknown(Reason.LIBRARY_CALL, key=("length", x))
        samples = Array(x, (total, *row), x, separate_site=arguments.site)
        pairs.append(Known(Tuple((Known(samples), Known(Array(y, (total, *label), y))))))
    return Known(Tuple(tuple(pairs)))


def _padded(machine: Machine, name: str, arguments: Arguments) -> Value:
    """pad_sequences(sequences, maxlen): one row for each of them, as long as the longest or as maxlen."""
    value, width = arguments.get(0, "sequences"), arguments.get(1, "maxlen")
    if value is None or arguments.open:
        return machine.unknown(Reason.LIBRARY_CALL)
    cut = as_array(machine, value, arguments.site)
    windows = cut.value.windows if isinstance(cut, Known) and isinstance(cut.value, Array) else None
    if windows is not None and windows.length and number(width) in (None, windows.length):
        # They are as long as that before.
        return cut
    count = _count_of_separate(machine, value)
    if count is None:
        given = (width.key,) if width is not None else ()
        key = ("padded", machine.content(value), *given)
        rows, order = _count_of_listed(machine, value), order_of(value)
        return (
            Known(Array(key, None, key, rows=rows, shuffle_site=order))
            if rows or order
            else machine.unknown(Reason.LIBRARY_CALL, None, key)
        )
    key = ("padded", value.key, count.key, width.key if width is not None else None)
    steps: Value = unknown(Reason.LIBRARY_CALL, key=("width", *key))
    if width is not None and is_(width, None) is not Ternary.YES:
        steps = width
    return Known(Array(key, (count, steps), key, separate_site=arguments.site))


def _count_of_separate(machine: Machine, value: Value) -> Value | None:
    """The number of sequences, where they are certainly no pieces of one; else None."""
    if isinstance(value, Known) and isinstance(value.value, Array):
        array = value.value
        return array.shape[0] if array.separate_site is not None and array.shape else None
    record = machine.record(value)
    if not isinstance(record, ListRecord):
        return None
    if record.separate_site is not None:
        return record.length
    return record.length if _stand_alone(_rows(machine, record, _steps)) else None


def _count_of_listed(machine: Machine, value: Value) -> Known | None:
    """The number of sequences in a list that the program writes down, or that is worked out from one."""
    record = machine.record(value)
    if isinstance(record, ListRecord) and record.items is None:
        return None
    match machine.content(value):
        case ("listed", *items) | ("tokens", _, ("listed", *items), _) if not _is_drawn(items):
            return Known(len(items))
    return None


def _is_drawn(items: list[Hashable]) -> bool:
    """Whether these are what a loop goes over and the first things that it makes: `[x[::-1] for x in xs]`."""
    return any(part[0] == "item" and part[1] in items for part in parts(tuple(items[1:])))


def _rows(
    machine: Machine, record: ListRecord, steps: Callable[[Machine, Value], Steps | None]
) -> list[Steps]:
    """The items of a list that is written out, each as its steps; empty where they aren't known."""
    rows = [steps(machine, item) for item in record.items or ()]
    known = [row for row in rows if row is not None]
    return known if len(known) == len(rows) else []


def _steps(machine: Machine, value: Value) -> Steps | None:
    record = machine.record(value)
    items = record.items if isinstance(record, ListRecord) else None
    if items is None or not all(isinstance(item, Known) for item in items):
        return None
    return tuple(item.key for item in items)


def _words(machine: Machine, value: Value) -> Steps | None:
    text = value.value if isinstance(value, Known) else None
    return tuple(text.lower().split()) if isinstance(text, str) else None


def _stand_alone(rows: list[Steps]) -> bool:
    """Whether rows that are written out are no pieces of one sequence.

    Windows of a series are equally long (but the last), and the growing beginnings of a text repeat each
    other.
    """
    if len({len(row) for row in rows[:-1]}) < 2:
        return False
    return not any(_is_within(*sorted(pair, key=len)) for pair in itertools.pairwise(rows))


def _is_within(short: Steps, long: Steps) -> bool:
    """Whether the longer row begins or ends with the shorter one."""
    return short in (long[: len(short)], long[len(long) - len(short) :])


def _tokenizer(machine: Machine, name: str, arguments: Arguments) -> Value:
    return machine.allocate(InstanceRecord(Known(Library(name)), arguments.site, {}))


def tokenizer_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    """`tokenizer.texts_to_sequences(texts)` and the other methods of Keras's Tokenizer."""
    texts = arguments.get(0, "texts")
    record = machine.record(texts) if texts is not None else None
    if name.startswith("fit_on_"):
        return NONE
    if name in ("texts_to_sequences", "texts_to_matrix") and isinstance(record, ListRecord):
        if _stand_alone(_rows(machine, record, _words)):
            if name == "texts_to_sequences":
                return machine.allocate(ListRecord(None, record.length, separate_site=arguments.site))
            key = (name, record.length.key, machine.fresh_id())
            width = machine.unknown(Reason.LIBRARY_CALL)
            return Known(Array(key, (record.length, width), key, separate_site=arguments.site))
    if texts is None or not name.startswith("texts_to_"):
        return machine.unknown(Reason.LIBRARY_CALL)
    content = ("tokens", name, machine.content(texts), receiver.key)
    order = order_of(texts)
    if order is not None:
        return Known(Array(content, None, content, shuffle_site=order))
    return machine.unknown(Reason.LIBRARY_CALL, None, content)


TRANSFERS: dict[str, Transfer] = {
    **{f"keras.datasets.{name}.load_data": _load_data for name in _DATASETS},
    "keras.utils.pad_sequences": _padded,
    "keras.preprocessing.text.Tokenizer": _tokenizer,
}
