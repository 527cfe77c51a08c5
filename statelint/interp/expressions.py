"""Expressions: from a libcst node to what is known of its value."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import lru_cache, reduce
from typing import Any

import libcst as cst

from statelint import api
from statelint.interp import calls, classes, fields, headings, loops
from statelint.interp.attributes import attribute
from statelint.interp.chance import as_order
from statelint.interp.comparisons import SCALARS, compare, of_truth, truth
from statelint.interp.consecutive import as_slice
from statelint.interp.cutting import cut_of, row_and_steps
from statelint.interp.filling import windows_of
from statelint.interp.machine import Activation, Machine
from statelint.interp.objects import (
    Class,
    DictRecord,
    Function,
    Items,
    Library,
    ListRecord,
    Partial,
    Range,
    Ref,
    Slice,
    Table,
    Tensor,
    Tuple,
)
from statelint.interp.operators import LONGEST, arithmetic, distinct, merged, over_choices
from statelint.interp.pieces import is_fold
from statelint.interp.shapes import array_index, columns, picked, reach, shifted
from statelint.interp.transfer import graphs, taking
from statelint.source.grammar import PARSING
from statelint.source.python import children
from statelint.trace.objects import Array, Dataset
from statelint.values import (
    FALSE,
    MAX_OPTIONS,
    NONE,
    TRUE,
    Choice,
    Known,
    Reason,
    Ternary,
    Unknown,
    Value,
    depending_on,
    is_,
    join,
    number,
    options,
    unknown,
)

# Python's own names, and those of Python 2.
_BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("__")) | {
    "xrange",
    "raw_input",
    "unicode",
    "__import__",
}


def evaluate(machine: Machine, node: cst.BaseExpression) -> Value:
    """The value of an expression; its effects (calls of models, resets) go into the trace."""
    machine.spend()
    handler = _HANDLERS.get(type(node))
    if handler is None:
        for child in children(node):
            if isinstance(child, cst.BaseExpression):
                machine.escape(machine.site(node), Reason.EXPRESSION, evaluate(machine, child))
        return machine.unknown(Reason.EXPRESSION, node)
    return handler(machine, node)


# Names and literals


_IMPLIED = {
    "np": "numpy",
    "pd": "pandas",
    "tf": "tensorflow",
    "keras": "keras",
    "layers": "keras.layers",
    "models": "keras.models",
    "train_test_split": "sklearn.model_selection.train_test_split",
}
_SINGLETONS: dict[str, Value] = {"True": TRUE, "False": FALSE, "None": NONE}


def name(machine: Machine, node: cst.Name) -> Value:
    constant = _SINGLETONS.get(node.value)
    if constant is not None:
        return constant
    return look_up(machine, node.value, node)


def look_up(machine: Machine, identifier: str, node: cst.CSTNode | None = None) -> Value:
    """What a name stands for here."""
    if machine.activations and identifier in machine.activations[-1].global_names:
        frame: int | None = machine.root_frame
    else:
        frame = machine.frame_id
    while frame is not None:
        names = machine.state.frames.get(frame)
        if names is not None and identifier in names:
            return names[identifier]
        frame = machine.parents[frame]
    match identifier:
        case "__name__":
            return Known("__main__")
        case "__file__":
            return Known(machine.source.path if machine.file is None else str(machine.file))
    if identifier in _BUILTINS:
        return Known(Library(f"builtins.{identifier}"))
    implies = machine.source.implies_keras or machine.root_frame in machine.starred
    if implies and (full := _implied(machine, identifier)) is not None:
        machine.note_import(full)
        return calls.library(full)
    return machine.unknown(Reason.UNDEFINED_NAME, node, ("name", identifier))


def _implied(machine: Machine, identifier: str) -> str | None:
    """What a name that nobody imports means in texts on Keras, or where a star may have brought it."""

    def found(generation: int) -> str | None:
        modules = ("keras.layers", "keras.models", "keras.callbacks")
        return next((m for m in modules if identifier in api.public_names(generation, m)), None)

    module = machine.of_keras(found)
    return _IMPLIED.get(identifier) if module is None else f"{module}.{identifier}"


def _literal(machine: Machine, node: cst.Integer | cst.Float | cst.SimpleString) -> Value:
    value = literal_value(node)
    return machine.unknown(Reason.EXPRESSION, node) if value is None else Known(value)


def _concatenated(machine: Machine, node: cst.ConcatenatedString) -> Value:
    """Literals side by side, with the expressions in those that have some."""
    value = literal_value(node)
    if value is not None:
        return Known(value)
    both = evaluate(machine, node.left), evaluate(machine, node.right)
    texts = [part.value for part in both if isinstance(part, Known) and isinstance(part.value, str)]
    if len(texts) == len(both) and sum(map(len, texts)) <= LONGEST:
        return depending_on(Known("".join(texts)), *both)
    key = ("formatted", tuple(part.key for part in both))
    return machine.unknown(Reason.EXPRESSION, node, key)


# What means something else than it says.
_ESCAPED = re.compile(r"[\\\r]")


@lru_cache(maxsize=4096)
def literal_value(node: cst.Integer | cst.Float | cst.SimpleString | cst.ConcatenatedString) -> Hashable:
    """What a literal says, None where it is none for Python."""
    text = "" if isinstance(node, cst.ConcatenatedString) else node.value
    if isinstance(node, cst.SimpleString) and node.prefix == "" and not _ESCAPED.search(text):
        return node.raw_value
    try:
        if isinstance(node, cst.Integer) and text.isdecimal() and not text.startswith("0"):
            return int(text)
        with PARSING:
            return node.evaluated_value
    except (SyntaxError, ValueError):  # libcst takes some that Python doesn't: "\\xZZ", b"é"
        return None


def _formatted(machine: Machine, node: cst.FormattedString) -> Value:
    values: list[Value] = []
    texts: list[str] = []
    is_plain = "r" not in node.start.lower()
    for part in node.parts:
        if isinstance(part, cst.FormattedStringExpression):
            value = evaluate(machine, part.expression)
            values.append(value)
            text = _format(machine, value, part)
        else:
            assert isinstance(part, cst.FormattedStringText)
            text = part.value.replace("{{", "{").replace("}}", "}")
            text = None if is_plain and "\\" in text else text
            values.append(Known(part.value))
        if text is None:
            continue
        texts.append(text)
    if len(texts) == len(node.parts) and sum(map(len, texts)) <= LONGEST:
        return depending_on(Known("".join(texts)), *values)
    return machine.unknown(Reason.EXPRESSION, node, ("formatted", tuple(value.key for value in values)))


def _format(machine: Machine, value: Value, part: cst.FormattedStringExpression) -> str | None:
    """The text of a known number or string in an f-string."""
    plain = value.value if isinstance(value, Known) and part.equal is None else None
    if not isinstance(plain, int | float | str):
        return None
    spec = ""
    for piece in part.format_spec or ():
        if not isinstance(piece, cst.FormattedStringText) or re.search(r"\d\d\d", piece.value):
            return None
        spec += piece.value
    try:
        return format(repr(plain) if part.conversion == "r" else plain, spec)
    except (TypeError, ValueError, OverflowError):
        return None


def _elements(machine: Machine, elements: object) -> tuple[tuple[Value, ...], list[Hashable] | None]:
    """The values of a display's elements; where a star hides how many there are, those before it, and what
    all are.
    """
    values: list[Value] = []
    given: list[tuple[str, Value]] = []
    hidden: int | None = None
    for element in elements:  # type: ignore[attr-defined]
        value = evaluate(machine, element.value)
        given.append((type(element).__name__, value))
        if isinstance(element, cst.StarredElement):
            items = loops.items(loops.iterate(machine, value))
            if items is None and hidden is None:
                values.extend(machine.beginning(value))
                hidden = len(values)
            values.extend(items or ())
        else:
            values.append(value)
    # Keys are worked out where they are needed only: those of nested tuples may be long.
    return tuple(values[:hidden]), None if hidden is None else [(kind, value.key) for kind, value in given]


def _tuple(machine: Machine, node: cst.Tuple) -> Value:
    values, parts = _elements(machine, node.elements)
    if parts is None:
        return Known(Tuple(values))
    return machine.begin(machine.unknown(Reason.EXPRESSION, node, ("tuple", *parts)), values)


def _set(machine: Machine, node: cst.Set) -> Value:
    values, parts = _elements(machine, node.elements)
    made = distinct(values) if parts is None else ListRecord(None, unknown(Reason.EXPRESSION))
    return machine.allocate(made, "builtins.set")


def _list(machine: Machine, node: cst.List) -> Value:
    values, parts = _elements(machine, node.elements)
    if parts is None:
        return machine.allocate(ListRecord.of(values), "builtins.list")
    length = machine.unknown(Reason.EXPRESSION, node)
    return machine.allocate(ListRecord(None, length, first=values), "builtins.list")


def _dict(machine: Machine, node: cst.Dict) -> Value:
    entries: dict[Hashable, Value] = {}
    complete = True
    for element in node.elements:
        value = evaluate(machine, element.value)
        if isinstance(element, cst.DictElement):
            key = evaluate(machine, element.key)
            if isinstance(key, Known) and isinstance(key.value, SCALARS):
                entries[key.value] = value
            elif isinstance(key, Known) and fields.is_member(machine, key):
                # What it mixes in may equal it: `class Kind(str, Enum)`.
                entries[key.value], complete = value, False
            else:
                entries, complete = {}, False
        else:
            record = machine.record(value)
            other = record if isinstance(record, DictRecord) else DictRecord({}, False)
            both = merged(DictRecord(entries, complete), other)
            entries, complete = dict(both.items), both.complete
    return machine.allocate(DictRecord(entries, complete), "builtins.dict")


# Operators


def _binary(machine: Machine, node: cst.BinaryOperation) -> Value:
    left = evaluate(machine, node.left)
    right = evaluate(machine, node.right)
    return arithmetic(machine, type(node.operator), left, right, node)


def _unary(machine: Machine, node: cst.UnaryOperation) -> Value:
    value = evaluate(machine, node.expression)
    if isinstance(node.operator, cst.Not):
        return of_truth(machine, truth(machine, value).negated(), value, ("not", value.key))
    if isinstance(value, Known) and isinstance(value.value, int | float):
        if isinstance(node.operator, cst.Minus):
            return replace(value, value=-value.value)
        if isinstance(node.operator, cst.Plus):
            return value
        if isinstance(node.operator, cst.BitInvert) and isinstance(value.value, int):
            return replace(value, value=~value.value)
    if isinstance(value, Known) and isinstance(value.value, Array):
        return value
    return machine.unknown(Reason.OPERATION, node, ("unary", type(node.operator).__name__, value.key))


def _boolean(machine: Machine, node: cst.BooleanOperation) -> Value:
    left = evaluate(machine, node.left)
    fact = truth(machine, left)
    is_and = isinstance(node.operator, cst.And)
    if fact is Ternary.UNKNOWN:
        condition = (left.key, is_and)
        skipped = FALSE if is_and else left
        # The right side runs only in one arm; its effects stand there under a condition.
        return machine.branch(condition, [lambda: evaluate(machine, node.right), lambda: skipped])
    if (fact is Ternary.YES) == is_and:
        return depending_on(evaluate(machine, node.right), left)
    return left


def _comparison(machine: Machine, node: cst.Comparison) -> Value:
    left = evaluate(machine, node.left)
    results: list[Value] = []
    for target in node.comparisons:
        right = evaluate(machine, target.comparator)
        result = compare(machine, type(target.operator), left, right)
        if is_(result, False) is Ternary.YES:
            return result
        results.append(result)
        left = right
    if len(results) == 1:
        return results[0]
    if all(is_(result, True) is Ternary.YES for result in results):
        return depending_on(TRUE, *results)
    return machine.unknown(Reason.OPERATION, node, ("all", *(result.key for result in results)))


def _conditional(machine: Machine, node: cst.IfExp) -> Value:
    condition = evaluate(machine, node.test)
    match truth(machine, condition):
        case Ternary.YES:
            return depending_on(evaluate(machine, node.body), condition)
        case Ternary.NO:
            return depending_on(evaluate(machine, node.orelse), condition)
    arms = [lambda: evaluate(machine, node.body), lambda: evaluate(machine, node.orelse)]
    return machine.branch(("if", condition.key), arms)


# Parts of things


def _attribute(machine: Machine, node: cst.Attribute) -> Value:
    receiver = evaluate(machine, node.value)
    return attribute(machine, receiver, node.attr.value, node)


def _subscript(machine: Machine, node: cst.Subscript) -> Value:
    value = evaluate(machine, node.value)
    indices = tuple(index(machine, element.slice) for element in node.slice)
    at = indices[0] if len(indices) == 1 else Known(Tuple(indices))
    return subscript(machine, value, at, node)


def index(machine: Machine, node: cst.BaseSlice) -> Value:
    """What stands between the brackets: an index or a Slice."""
    if isinstance(node, cst.Index):
        return evaluate(machine, node.value)
    assert isinstance(node, cst.Slice)
    lower, upper, step = (
        NONE if part is None else evaluate(machine, part) for part in (node.lower, node.upper, node.step)
    )
    return Known(Slice(lower, upper, step))


def subscript(machine: Machine, value: Value, index: Value, node: cst.CSTNode | None = None) -> Value:
    """`value[index]`."""
    if isinstance(value, Choice):
        return over_choices(lambda a, b: subscript(machine, a, b, node), value, index)
    record = machine.record(value)
    if isinstance(record, DictRecord):
        if isinstance(index, Known) and index.value in record.items:
            return record.items[index.value]
        if isinstance(index, Unknown) and _is_closed(record):
            # Any other key would raise.
            any_item = reduce(join, record.items.values())
            return replace(any_item, by=index.key) if isinstance(any_item, Choice) else any_item
    index = as_slice(machine, as_order(machine, index, value), value)
    within = row_and_steps(index, node)
    if within is not None and (isinstance(value, Unknown) or isinstance(value.value, Array)):
        return subscript(machine, subscript(machine, value, within[0], node), within[1], node)
    if isinstance(value, Known):
        found: Value | None = None
        match value.value:
            case Array() as array:
                names = _names(machine, index) if array.shape is None else None
                found = array_index(array, index) if names is None else columns(array, names)
                found = _as_batch(machine, array, index, found)
            case Table():
                found = taking.item(machine, value, index)
            case Tuple(items=items):
                found = _item(machine, items, index, as_list=False)
            case Tensor() as tensor:
                rows, *rest = (
                    index.value.items
                    if isinstance(index, Known) and isinstance(index.value, Tuple)
                    else (index,)
                )
                whole = isinstance(rows, Known) and rows.value == Slice(NONE, NONE, NONE)
                # `x[..., None]`
                keeps_rows = whole or (rows == Known(...) and all(part.key == NONE.key for part in rest))
                return graphs.flow(machine, value, batch=tensor.batch if keeps_rows else None) or NONE
            case Items() | Range():
                drawn = loops.iterate(machine, value)
                if isinstance(index, Known) and isinstance(index.value, int) and index.value >= 0:
                    found = drawn.item(index.value)
            case str() as text:
                found = _text_at(text, index)
        if isinstance(record, ListRecord):
            if record.items is not None:
                found = _item(machine, record.items, index, machine.exact_class(value), as_list=True)
            elif _is_slice_of_data(machine, record, index):
                return _part_of_list(machine, value, record, index, node)
            elif isinstance(index, Known) and isinstance(index.value, int):
                part = loops.part_at(machine, record, index.value)
                if part is not None:
                    return part
            if found is None and record.items is None:
                found = loops.dataset_at(value, record, index)
        if found is not None:
            return depending_on(_cut_at(machine, found, value, index, node), index)
        found = calls.library_item(machine, value, index)
        if found is not None:
            return found
        found = _of_instance(machine, value, index)
        if found is not None:
            return found
    label = headings.item(machine, value, index) if isinstance(value, Unknown) else None
    if label is not None:
        return label
    if isinstance(value, Unknown) and isinstance(index, Known):
        if index.value == 0 and value.key in machine.heights:
            return machine.heights[value.key]
        if value.key in machine.begun:
            return _of_begun(machine, value, index, node)
        if isinstance(index.value, Array) and index.value.windows is not None:
            looked_up = array_index(Array(value.key, None, value.key), index)
            if looked_up is not None:
                return looked_up
        if isinstance(index.value, Array) and (index.value.shuffle_site or is_fold(index.value.key)):
            return _cut_at(machine, picked(value, index.value), value, index, node)
        cut_rows = _rows_of_unknown(machine, value, index, node)
        if cut_rows is not None:
            return cut_rows
    # The same names in a list of their own are the same columns.
    return machine.unknown(Reason.ITERATION, node, ("item", value.key, machine.content(index)))


def _of_begun(machine: Machine, value: Unknown, index: Known, node: cst.CSTNode | None) -> Value:
    """An item of a tuple, or a part of it, of which only the first items are known."""
    begun, at = machine.begun[value.key], index.value
    if isinstance(at, int) and 0 <= at < len(begun):
        return begun[at]
    part = machine.unknown(Reason.ITERATION, node, ("item", value.key, index.key))
    if isinstance(at, Slice) and at.stop.key == at.step.key == NONE.key:
        start = 0 if at.start.key == NONE.key else number(at.start)
        return machine.begin(part, begun[start:]) if start is not None and start >= 0 else part
    return part


def _as_batch(machine: Machine, array: Array, index: Value, found: Value | None) -> Value | None:
    """An item of an array of batches: the steps of some lanes, or with the windows of which it is made."""
    held, place = machine.batches.get(array.key, ()), number(index)
    if place is None or not 0 <= place < len(held) or not isinstance(found, Known):
        return found
    part, batch = found.value, held[place]
    if batch is not None and batch.windows is None:
        return replace(found, value=batch)
    if not isinstance(part, Array) or part.windows is not None or batch is None:
        return found
    rows = part.rows if part.rows is not None else batch.count
    return replace(found, value=replace(part, windows=batch.windows, rows=rows))


def _names(machine: Machine, index: Value) -> Hashable:
    """The names of columns that an index lists, None where it lists something else."""
    record = machine.record(index)
    items = record.items if isinstance(record, ListRecord) else None
    is_named = items and all(isinstance(item, Known) and isinstance(item.value, str) for item in items)
    return machine.content(index) if is_named else None


def _is_closed(record: DictRecord) -> bool:
    """Whether an item of the dict is certainly one of a few that are known."""
    return record.complete and not record.assumed and 0 < len(record.items) <= MAX_OPTIONS


def _of_instance(machine: Machine, value: Known, index: Value) -> Value | None:
    """An item of an instance of the program's classes, or a member of an Enum."""
    if isinstance(value.value, Class):
        if fields.is_enum(value.value) and isinstance(index, Known) and isinstance(index.value, str):
            return attribute(machine, value, index.value)
        return value
    parts = fields.tuple_of(machine, value)
    if parts is not None:
        return _item(machine, parts, index, as_list=False)
    return classes.call_special(machine, value, "__getitem__", index)


def _cut_at(machine: Machine, part: Value, whole: Value, index: Value, node: cst.CSTNode | None) -> Value:
    """Note where a part was cut out of an array."""
    if isinstance(index, Known) and isinstance(index.value, str):
        # A column of rows that were cut out before.
        return part
    is_looked_up = isinstance(index, Known) and isinstance(index.value, Array)
    if is_looked_up or (isinstance(whole, Known) and isinstance(whole.value, Tuple | Ref)):
        held = part.value if isinstance(part, Known) else None
        if isinstance(held, Array) and held.cut is not None:
            # What a tuple or a list holds, or what stands for each item of a part, was cut out elsewhere.
            return part
    if (
        node is not None
        and isinstance(part, Known)
        and isinstance(part.value, Array)
        and part.key != whole.key
    ):
        outer = whole.value.cut if isinstance(whole, Known) and isinstance(whole.value, Array) else None
        cut = cut_of(machine, node, whole.key, index, outer)
        return replace(part, value=replace(part.value, cut=cut))
    return part


def _rows_of_unknown(
    machine: Machine, whole: Unknown, index: Known, node: cst.CSTNode | None
) -> Value | None:
    """A slice of rows of data of which nothing is known, or the data as one row."""
    indices = index.value.items if isinstance(index.value, Tuple) else (index,)
    first = indices[0] if indices else Known(0)
    if first.key == NONE.key:
        key = ("index", whole.key, index.key)
        return Known(Array(key, None, key, rows=Known(1)))
    if not isinstance(first, Known) or not isinstance(first.value, Slice):
        return None
    if first.value.step.key != NONE.key:
        return _thinned(machine, whole, index, node)
    start = Known(0) if first.value.start.key == NONE.key else first.value.start
    base = whole.key if len(indices) == 1 else ("of", whole.key, *(i.key for i in indices[1:]))
    cut = cut_of(machine, node, whole.key, index) if node is not None else None
    rows = reach(first.value)
    return Known(Array(("rows", whole.key, index.key), None, base, start, cut=cut, rows=rows))


def _thinned(machine: Machine, whole: Unknown, index: Known, node: cst.CSTNode | None) -> Value | None:
    """Some rows of data of which nothing is known, each a number of rows behind the one before."""
    if not isinstance(index.value, Slice) or (number(index.value.step) or 0) < 1:
        return None
    key = ("item", whole.key, index.key)
    cut = cut_of(machine, node, whole.key, index) if node is not None else None
    return Known(Array(key, None, key, cut=cut, rows=reach(index.value)))


def _text_at(text: str, index: Value) -> Value | None:
    """A character of a text, or a part of it."""
    place = _place(index, len(text))
    return None if place is None else Known(text[place])


def _is_slice_of_data(machine: Machine, record: ListRecord, index: Value) -> bool:
    """Whether numbers and the like are cut out of a list whose items aren't known one by one."""
    at, element = index.value if isinstance(index, Known) else None, record.element
    is_slice = isinstance(at, Slice) and at.step.key == NONE.key
    known = options(element) if element is not None else ()
    plain = (int, float, str, Array, Dataset)
    is_plain = bool(known) and all(isinstance(one.value, plain) for one in known)
    inner = machine.record(element) if element is not None else None
    is_part = isinstance(inner, ListRecord) and inner.cut is not None
    is_data = isinstance(element, Unknown) or is_plain or is_part
    is_ordered = record.shuffle_site is None or record.content is not None
    return is_slice and is_data and record.layers_of is None and is_ordered


def _part_of_list(
    machine: Machine, value: Value, record: ListRecord, index: Value, node: cst.CSTNode | None
) -> Value:
    """A slice of a list whose items aren't known one by one."""
    whole = machine.content(value)
    cut = cut_of(machine, node, whole, index, record.cut) if node is not None else None
    assert isinstance(index, Known) and isinstance(index.value, Slice)
    length = reach(index.value) or unknown(Reason.ITERATION, key=("length", whole, index.key))
    # `x[1:len(x)]` is `x[1:]`.
    to_the_end = index.value.stop.key == record.length.key
    content = ("rows", whole, Known(replace(index.value, stop=NONE)).key if to_the_end else index.key)
    windows = shifted(windows_of(machine, record, None), index.value.start, 1)
    begins = index.value.start.key in (NONE.key, Known(0).key) and not record.first
    return machine.allocate(
        ListRecord(
            None,
            length,
            record.element,
            record.head if begins else (),
            content=content,
            cut=cut,
            windows=windows,
            shuffle_site=record.shuffle_site,
        )
    )


def _item(
    machine: Machine, items: tuple[Value, ...], index: Value, exact: str | None = None, *, as_list: bool
) -> Value | None:
    place = _place(index, len(items))
    if isinstance(place, slice):
        part = items[place]
        return machine.allocate(ListRecord.of(part), exact) if as_list else Known(Tuple(part))
    return None if place is None else items[place]


def _place(index: Value, length: int) -> int | slice | None:
    """A known index that there is, or a slice with known bounds."""
    if not isinstance(index, Known):
        return None
    if isinstance(index.value, int):
        return index.value if -length <= index.value < length else None
    if not isinstance(index.value, Slice):
        return None
    bounds: list[int | None] = []
    for bound in (index.value.start, index.value.stop, index.value.step):
        if not isinstance(bound, Known) or not (bound.value is None or isinstance(bound.value, int)):
            return None
        bounds.append(bound.value)
    return slice(*bounds) if bounds[2] != 0 else None


# Functions, calls, comprehensions


def _lambda(machine: Machine, node: cst.Lambda) -> Value:
    return calls.make_function(machine, "<lambda>", node)


def _call(machine: Machine, node: cst.Call) -> Value:
    return calls.call_node(machine, node)


def _named(machine: Machine, node: cst.NamedExpr) -> Value:
    from statelint.interp.statements import assign

    value = evaluate(machine, node.value)
    # In a comprehension it binds in the function around.
    inner: list[Activation] = []
    while machine.activations and machine.activations[-1].is_comprehension:
        inner.append(machine.activations.pop())
    assign(machine, node.target, value)
    machine.activations.extend(reversed(inner))
    return value


def _comprehension(machine: Machine, node: cst.ListComp | cst.GeneratorExp) -> Value:
    from statelint.interp.callbacks import resets

    values, some = loops.comprehend(
        machine, node.for_in, lambda: evaluate(machine, node.elt), resets=resets(node.elt)
    )
    # Of a generator's kind nothing is asked.
    exact = "builtins.list" if isinstance(node, cst.ListComp) else None
    return machine.allocate(some if values is None else ListRecord.of(tuple(values)), exact)


def _set_comprehension(machine: Machine, node: cst.SetComp) -> Value:
    values, _ = loops.comprehend(machine, node.for_in, lambda: evaluate(machine, node.elt))
    if values is None:
        return machine.allocate(ListRecord(None, unknown(Reason.LOOP)), "builtins.set")
    return machine.allocate(distinct(tuple(values)), "builtins.set")


def _dict_comprehension(machine: Machine, node: cst.DictComp) -> Value:
    def entry() -> Value:
        return Known(Tuple((evaluate(machine, node.key), evaluate(machine, node.value))))

    values, _ = loops.comprehend(machine, node.for_in, entry)
    entries: dict[Hashable, Value] = {}
    complete = values is not None
    for value in values or ():
        pair = value.value if isinstance(value, Known) else None
        if (
            isinstance(pair, Tuple)
            and isinstance(pair.items[0], Known)
            and isinstance(pair.items[0].value, SCALARS)
        ):
            entries[pair.items[0].value] = pair.items[1]
        else:
            complete = False
    return machine.allocate(DictRecord(entries, complete), "builtins.dict")


def _yield(machine: Machine, node: cst.Yield) -> Value:
    def give(value: Value, _: int = 0) -> None:
        if not machine.activations:
            return
        around = next((a for a in reversed(machine.activations) if a.function is not None), None)
        if around is not None and around.on_yield is not None:
            around.on_yield(value)
            return
        activation = machine.activations[-1]
        activation.yields.append((value, machine.context))
        if activation.first_yield is None:
            activation.first_yield = len(machine.events)

    if isinstance(node.value, cst.From):
        iteration = loops.iterate(machine, evaluate(machine, node.value.item))
        loops.run(machine, "for", machine.site(node), iteration, give)
    else:
        give(NONE if node.value is None else evaluate(machine, node.value))
    return machine.unknown(Reason.PARAMETER, node)


def _await(machine: Machine, node: cst.Await) -> Value:
    return evaluate(machine, node.expression)


_HANDLERS: dict[type[cst.CSTNode], Callable[[Machine, Any], Value]] = {
    cst.Name: name,
    cst.Integer: _literal,
    cst.Float: _literal,
    cst.SimpleString: _literal,
    cst.ConcatenatedString: _concatenated,
    cst.FormattedString: _formatted,
    cst.Tuple: _tuple,
    cst.List: _list,
    cst.Set: _set,
    cst.Dict: _dict,
    cst.BinaryOperation: _binary,
    cst.UnaryOperation: _unary,
    cst.BooleanOperation: _boolean,
    cst.Comparison: _comparison,
    cst.IfExp: _conditional,
    cst.Attribute: _attribute,
    cst.Subscript: _subscript,
    cst.Lambda: _lambda,
    cst.Call: _call,
    cst.NamedExpr: _named,
    cst.ListComp: _comprehension,
    cst.SetComp: _set_comprehension,
    cst.GeneratorExp: _comprehension,
    cst.DictComp: _dict_comprehension,
    cst.Yield: _yield,
    cst.Await: _await,
    cst.Ellipsis: lambda machine, node: Known(...),
}


def as_function(value: Value) -> Function | None:
    """The program's function that a value is, through partial."""
    if isinstance(value, Known):
        if isinstance(value.value, Function):
            return value.value
        if isinstance(value.value, Partial):
            return as_function(value.value.function)
    return None
