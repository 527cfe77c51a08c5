"""Expressions: from a libcst node to what is known of its value."""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any

import libcst as cst

from statelint.interp import calls, loops
from statelint.interp.attributes import attribute
from statelint.interp.machine import Machine
from statelint.interp.objects import (
    DictRecord,
    Function,
    Items,
    Library,
    ListRecord,
    Partial,
    Range,
    Ref,
    Slice,
    Tensor,
    Tuple,
)
from statelint.interp.shapes import array_index, elementwise, picked
from statelint.interp.transfer import keras
from statelint.source.python import children
from statelint.trace.objects import Array, Cut
from statelint.values import (
    FALSE,
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
)

_BUILTINS = frozenset(
    [
        "abs",
        "all",
        "any",
        "bool",
        "bytes",
        "callable",
        "delattr",
        "dict",
        "dir",
        "divmod",
        "enumerate",
        "eval",
        "exec",
        "filter",
        "float",
        "format",
        "frozenset",
        "getattr",
        "globals",
        "hasattr",
        "hash",
        "help",
        "hex",
        "id",
        "input",
        "int",
        "isinstance",
        "issubclass",
        "iter",
        "len",
        "list",
        "locals",
        "map",
        "max",
        "min",
        "next",
        "object",
        "oct",
        "open",
        "ord",
        "pow",
        "print",
        "property",
        "range",
        "repr",
        "reversed",
        "round",
        "set",
        "setattr",
        "slice",
        "sorted",
        "staticmethod",
        "classmethod",
        "str",
        "sum",
        "super",
        "tuple",
        "type",
        "vars",
        "zip",
        "Exception",
        "ValueError",
        "KeyError",
        "TypeError",
        "AttributeError",
        "RuntimeError",
        "StopIteration",
        "NotImplementedError",
        "KeyboardInterrupt",
        "IndexError",
        "ImportError",
        "BaseException",
        "AssertionError",
        "NameError",
        "OSError",
        "ArithmeticError",
        "ZeroDivisionError",
        "SystemExit",
        "xrange",
        "raw_input",
        "unicode",
    ]
)

_ARITHMETIC: dict[type[cst.BaseBinaryOp] | type[cst.BaseAugOp], tuple[str, Callable[[Any, Any], Any]]] = {
    cst.Add: ("+", operator.add),
    cst.Subtract: ("-", operator.sub),
    cst.Multiply: ("*", operator.mul),
    cst.Divide: ("/", operator.truediv),
    cst.FloorDivide: ("//", operator.floordiv),
    cst.Modulo: ("%", operator.mod),
    cst.Power: ("**", operator.pow),
    cst.AddAssign: ("+", operator.add),
    cst.SubtractAssign: ("-", operator.sub),
    cst.MultiplyAssign: ("*", operator.mul),
    cst.DivideAssign: ("/", operator.truediv),
    cst.FloorDivideAssign: ("//", operator.floordiv),
    cst.ModuloAssign: ("%", operator.mod),
}

_COMPARISONS: dict[type[cst.BaseCompOp], Callable[[Any, Any], bool]] = {
    cst.Equal: operator.eq,
    cst.NotEqual: operator.ne,
    cst.LessThan: operator.lt,
    cst.LessThanEqual: operator.le,
    cst.GreaterThan: operator.gt,
    cst.GreaterThanEqual: operator.ge,
}

# What the interpreter makes itself, by adding and repeating, it doesn't make longer than this.
_LONGEST = 1000

_SCALARS = (int, float, str, bool, bytes, complex, type(None))


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


_IMPLIED = {"np": "numpy", "tf": "tensorflow", "keras": "keras", "layers": "keras.layers"}
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
        frame = machine.activations[-1].frame if machine.activations else 0
    while frame is not None:
        names = machine.state.frames.get(frame)
        if names is not None and identifier in names:
            return names[identifier]
        frame = machine.parents[frame]
    match identifier:
        case "__name__":
            return Known("__main__")
        case "__file__":
            return Known(machine.source.path)
    if identifier in _BUILTINS:
        return Known(Library(f"builtins.{identifier}"))
    if machine.source.implies_keras and (full := _implied(machine, identifier)) is not None:
        machine.note_import(full)
        return calls.library(full)
    return machine.unknown(Reason.UNDEFINED_NAME, node, ("name", identifier))


def _implied(machine: Machine, identifier: str) -> str | None:
    """What a name that nobody imports means in texts on Keras."""
    for module in ("keras.layers", "keras.models"):
        if identifier in calls.public_names(machine, module):
            return f"{module}.{identifier}"
    return _IMPLIED.get(identifier)


def _integer(machine: Machine, node: cst.Integer) -> Value:
    return Known(node.evaluated_value)


def _float(machine: Machine, node: cst.Float) -> Value:
    return Known(node.evaluated_value)


def _string(machine: Machine, node: cst.SimpleString) -> Value:
    return Known(node.evaluated_value)


def _concatenated(machine: Machine, node: cst.ConcatenatedString) -> Value:
    text = node.evaluated_value
    return Known(text) if text is not None else machine.unknown(Reason.EXPRESSION, node)


def _formatted(machine: Machine, node: cst.FormattedString) -> Value:
    parts = tuple(
        evaluate(machine, part.expression).key
        if isinstance(part, cst.FormattedStringExpression)
        else getattr(part, "value", "")
        for part in node.parts
    )
    return machine.unknown(Reason.EXPRESSION, node, ("formatted", parts))


def _elements(machine: Machine, elements: object) -> tuple[Value, ...] | None:
    """The values of a display's elements; None where a star hides how many there are."""
    values: list[Value] = []
    complete = True
    for element in elements:  # type: ignore[attr-defined]
        value = evaluate(machine, element.value)
        if isinstance(element, cst.StarredElement):
            iteration = loops.iterate(machine, value)
            items = loops.items(iteration)
            if items is None:
                complete = False
            else:
                values.extend(items)
        else:
            values.append(value)
    return tuple(values) if complete else None


def _tuple(machine: Machine, node: cst.Tuple) -> Value:
    values = _elements(machine, node.elements)
    return machine.unknown(Reason.EXPRESSION, node) if values is None else Known(Tuple(values))


def _list(machine: Machine, node: cst.List | cst.Set) -> Value:
    values = _elements(machine, node.elements)
    if values is None:
        return machine.allocate(ListRecord(None, machine.unknown(Reason.EXPRESSION, node)))
    return machine.allocate(ListRecord.of(values))


def _dict(machine: Machine, node: cst.Dict) -> Value:
    entries: dict[Hashable, Value] = {}
    complete = True
    for element in node.elements:
        value = evaluate(machine, element.value)
        if isinstance(element, cst.DictElement):
            key = evaluate(machine, element.key)
            if isinstance(key, Known) and isinstance(key.value, _SCALARS):
                entries[key.value] = value
            else:
                complete = False
        else:
            record = machine.record(value)
            if isinstance(record, DictRecord):
                entries.update(record.items)
                complete = complete and record.complete
            else:
                complete = False
    return machine.allocate(DictRecord(entries, complete))


# Operators


def _binary(machine: Machine, node: cst.BinaryOperation) -> Value:
    left = evaluate(machine, node.left)
    right = evaluate(machine, node.right)
    return arithmetic(machine, type(node.operator), left, right, node)


def arithmetic(
    machine: Machine,
    kind: type[cst.BaseBinaryOp] | type[cst.BaseAugOp],
    left: Value,
    right: Value,
    node: cst.CSTNode,
) -> Value:
    """The value of an operator applied to two values."""
    symbol, function = _ARITHMETIC.get(kind, (kind.__name__, None))
    if isinstance(left, Choice) or isinstance(right, Choice):
        return _over_choices(lambda a, b: arithmetic(machine, kind, a, b, node), left, right)
    if isinstance(left, Known) and isinstance(right, Known) and function is not None:
        a, b = left.value, right.value
        if isinstance(a, _SCALARS) and isinstance(b, _SCALARS):
            if is_huge(symbol, a, b):
                return machine.unknown(Reason.OPERATION, node)
            try:
                return depending_on(Known(function(a, b)), left, right)
            except (TypeError, ValueError, ArithmeticError, OverflowError):
                return machine.unknown(Reason.OPERATION, node)
        sequence = _sequence_arithmetic(machine, symbol, left, right)
        if sequence is not None:
            return sequence
    arrays = elementwise(symbol, left, right) or keras.combined(machine, left, right)
    if arrays is not None:
        return arrays
    return machine.unknown(Reason.OPERATION, node, ("operation", symbol, left.key, right.key))


def is_huge(symbol: str, a: object, b: object) -> bool:
    """Whether an operation would take long, or make something long."""
    if isinstance(a, str | bytes):
        if symbol == "+" and isinstance(b, str | bytes):
            return len(a) + len(b) > _LONGEST
        # "%1000000d" % 1
        return symbol == "%" or (symbol == "*" and isinstance(b, int) and len(a) * b > _LONGEST)
    if isinstance(b, str | bytes):
        return symbol == "*" and isinstance(a, int) and len(b) * a > _LONGEST
    if symbol == "**" and isinstance(a, int) and isinstance(b, int):
        return a.bit_length() * abs(b) > 1000
    return symbol == "*" and any(isinstance(x, int) and x.bit_length() > 1000 for x in (a, b))


def _sequence_arithmetic(machine: Machine, symbol: str, left: Known, right: Known) -> Value | None:
    if symbol == "+" and isinstance(left.value, Tuple) and isinstance(right.value, Tuple):
        if len(left.value.items) + len(right.value.items) > _LONGEST:
            return machine.unknown(Reason.OPERATION)
        return Known(Tuple(left.value.items + right.value.items))
    a, b = machine.record(left), machine.record(right)
    if symbol == "+" and isinstance(a, ListRecord) and isinstance(b, ListRecord):
        return machine.allocate(added(machine, a, b))
    if symbol == "*" and isinstance(a, ListRecord) and isinstance(right.value, int):
        if a.items is not None and len(a.items) * right.value <= machine.limits.unrolled:
            return machine.allocate(ListRecord.of(a.items * right.value))
        length = a.length.value if isinstance(a.length, Known) else None
        if isinstance(length, int):
            return machine.allocate(ListRecord(None, Known(length * right.value), a.element))
    return None


def added(machine: Machine, left: ListRecord, right: ListRecord) -> ListRecord:
    """One list after the other."""
    if left.items is not None and right.items is not None and len(left.items) + len(right.items) <= _LONGEST:
        return ListRecord.of(left.items + right.items)
    n, more = number(left.length), number(right.length)
    length = machine.unknown(Reason.OPERATION) if n is None or more is None else Known(n + more)
    return ListRecord(None, depending_on(length, left.length, right.length))


def _over_choices(function: Callable[[Value, Value], Value], left: Value, right: Value) -> Value:
    result: Value | None = None
    for a in options(left) or (left,):
        for b in options(right) or (right,):
            value = function(a, b)
            result = value if result is None else join(result, value)
    assert result is not None
    return result


def _unary(machine: Machine, node: cst.UnaryOperation) -> Value:
    value = evaluate(machine, node.expression)
    if isinstance(node.operator, cst.Not):
        return of_truth(machine, truth(machine, value).negated(), value, ("not", value.key))
    if isinstance(value, Known) and isinstance(value.value, int | float):
        if isinstance(node.operator, cst.Minus):
            return replace(value, value=-value.value)
        if isinstance(node.operator, cst.Plus):
            return value
    if isinstance(value, Known) and isinstance(value.value, Array):
        return value
    return machine.unknown(Reason.OPERATION, node, ("unary", type(node.operator).__name__, value.key))


def of_truth(machine: Machine, fact: Ternary, source: Value, key: Hashable) -> Value:
    """The bool that a fact is; an unknown one keeps the identity `key`, so that it can be recognised."""
    if fact is Ternary.UNKNOWN:
        return machine.unknown(Reason.OPERATION, None, key)
    return depending_on(TRUE if fact is Ternary.YES else FALSE, source)


def truth(machine: Machine, value: Value) -> Ternary:
    """Whether a condition on the value holds."""
    facts = {_truth_of(machine, option.value) for option in options(value)}
    return facts.pop() if len(facts) == 1 else Ternary.UNKNOWN


def _truth_of(machine: Machine, thing: Hashable) -> Ternary:
    match thing:
        case Ref(id=id_):
            match machine.state.heap.get(id_):
                case ListRecord(items=items) if items is not None:
                    return Ternary.of(bool(items))
                case DictRecord(items=entries, complete=True):
                    return Ternary.of(bool(entries))
                case ListRecord() | DictRecord():
                    return Ternary.UNKNOWN
            return Ternary.YES
        case Tuple(items=items):
            return Ternary.of(bool(items))
        case Array() | Range() | Items():
            return Ternary.UNKNOWN
        case None | bool() | int() | float() | str() | bytes():
            return Ternary.of(bool(thing))
    return Ternary.YES


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
    result: Value = TRUE
    for target in node.comparisons:
        right = evaluate(machine, target.comparator)
        result = _compare(machine, type(target.operator), left, right)
        if is_(result, False) is Ternary.YES:
            return result
        left = right
    if len(node.comparisons) > 1 and is_(result, True) is not Ternary.YES:
        return machine.unknown(Reason.OPERATION, node)
    return result


def _compare(machine: Machine, kind: type[cst.BaseCompOp], left: Value, right: Value) -> Value:
    key = ("compare", kind.__name__, left.key, right.key)
    if kind in (cst.Is, cst.IsNot):
        fact = _is_same(left, right)
        return of_truth(machine, fact.negated() if kind is cst.IsNot else fact, left, key)
    if kind in (cst.In, cst.NotIn):
        fact = _is_in(machine, left, right)
        return of_truth(machine, fact.negated() if kind is cst.NotIn else fact, left, key)
    function = _COMPARISONS.get(kind)
    if function is None:
        return machine.unknown(Reason.OPERATION, None, key)
    facts: set[bool] = set()
    for a in options(left):
        for b in options(right):
            if not isinstance(a.value, _SCALARS) or not isinstance(b.value, _SCALARS):
                return machine.unknown(Reason.OPERATION, None, key)
            try:
                facts.add(function(a.value, b.value))
            except TypeError:
                return machine.unknown(Reason.OPERATION, None, key)
    if len(facts) != 1:
        return machine.unknown(Reason.OPERATION, None, key)
    return depending_on(Known(facts.pop()), left, right)


def _is_same(left: Value, right: Value) -> Ternary:
    facts = {a.value is b.value or a.key == b.key for a in options(left) for b in options(right)}
    return Ternary.of(facts.pop()) if len(facts) == 1 else Ternary.UNKNOWN


def _is_in(machine: Machine, left: Value, right: Value) -> Ternary:
    if not isinstance(left, Known) or not isinstance(right, Known):
        return Ternary.UNKNOWN
    if isinstance(left.value, str) and isinstance(right.value, str):
        return Ternary.of(left.value in right.value)
    record = machine.record(right)
    if isinstance(record, DictRecord):
        return (
            Ternary.YES
            if left.value in record.items
            else Ternary.of(False)
            if record.complete
            else Ternary.UNKNOWN
        )
    items = record.items if isinstance(record, ListRecord) else None
    if isinstance(right.value, Tuple):
        items = right.value.items
    if items is None or not all(isinstance(item, Known) for item in items):
        return Ternary.UNKNOWN
    return Ternary.of(any(item.key == left.key for item in items))


def _conditional(machine: Machine, node: cst.IfExp) -> Value:
    condition = evaluate(machine, node.test)
    match truth(machine, condition):
        case Ternary.YES:
            return depending_on(evaluate(machine, node.body), condition)
        case Ternary.NO:
            return depending_on(evaluate(machine, node.orelse), condition)
    arms = [lambda: evaluate(machine, node.body), lambda: evaluate(machine, node.orelse)]
    return machine.branch(condition.key, arms)


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
        return _over_choices(lambda a, b: subscript(machine, a, b, node), value, index)
    record = machine.record(value)
    if isinstance(record, DictRecord) and isinstance(index, Known) and index.value in record.items:
        return record.items[index.value]
    index = _order(machine, index)
    if isinstance(value, Known):
        found: Value | None = None
        match value.value:
            case Array() as array:
                found = array_index(array, index)
            case Tuple(items=items):
                found = _item(machine, items, index, as_list=False)
            case Tensor() as tensor:
                rows = (
                    index.value.items[0]
                    if isinstance(index, Known) and isinstance(index.value, Tuple)
                    else index
                )
                keeps_rows = isinstance(rows, Known) and rows.value == Slice(NONE, NONE, NONE)
                return keras.flow(machine, value, batch=tensor.batch if keeps_rows else None) or NONE
            case Items() | Range():
                drawn = loops.iterate(machine, value)
                if isinstance(index, Known) and isinstance(index.value, int) and index.value >= 0:
                    found = drawn.item(index.value)
            case str() as text if isinstance(index, Known) and isinstance(index.value, int):
                found = Known(text[index.value]) if -len(text) <= index.value < len(text) else None
        if isinstance(record, ListRecord):
            if record.items is not None:
                found = _item(machine, record.items, index, as_list=True)
            elif isinstance(record.element, Known) and not isinstance(index, Known):
                found = None
        if found is not None:
            return depending_on(_cut_at(machine, found, value, index, node), index)
        found = calls.library_item(machine, value, index)
        if found is not None:
            return found
    if isinstance(value, Unknown) and isinstance(index, Known):
        if isinstance(index.value, Array) and index.value.shuffle_site is not None:
            return _cut_at(machine, picked(value, index.value), value, index, node)
        cut_rows = _rows_of_unknown(machine, value, index, node)
        if cut_rows is not None:
            return cut_rows
    return machine.unknown(Reason.ITERATION, node, ("item", value.key, index.key))


def _order(machine: Machine, index: Value) -> Value:
    """The index; a shuffled list of indices is an array of them."""
    record = machine.record(index)
    if not isinstance(record, ListRecord) or record.shuffle_site is None:
        return index
    key = ("array", index.key)
    return Known(Array(key, (record.length,), key, shuffle_site=record.shuffle_site))


def _cut_at(machine: Machine, part: Value, whole: Value, index: Value, node: cst.CSTNode | None) -> Value:
    """Note where a part was cut out of an array."""
    if (
        node is not None
        and isinstance(part, Known)
        and isinstance(part.value, Array)
        and part.key != whole.key
    ):
        cut = Cut(machine.site(node), whole.key, _cut_axis(index), *_cut_span(index))
        return replace(part, value=replace(part.value, cut=cut))
    return part


def _rows_of_unknown(
    machine: Machine, whole: Unknown, index: Known, node: cst.CSTNode | None
) -> Value | None:
    """A slice of rows of data of which nothing is known."""
    indices = index.value.items if isinstance(index.value, Tuple) else (index,)
    first = indices[0] if indices else NONE
    if not isinstance(first, Known) or not isinstance(first.value, Slice) or first.value.step.key != NONE.key:
        return None
    if _cut_axis(index):
        return None
    start = Known(0) if first.value.start.key == NONE.key else first.value.start
    base = whole.key if len(indices) == 1 else ("of", whole.key, *(i.key for i in indices[1:]))
    cut = Cut(machine.site(node), whole.key, 0, *_cut_span(index)) if node is not None else None
    return Known(Array(("rows", whole.key, index.key), None, base, start, cut=cut))


def _cut_span(index: Value) -> tuple[int | None, int | None]:
    """How far a slice of rows reaches and where it begins, where both its ends count from the start."""
    if isinstance(index, Known) and isinstance(index.value, Tuple) and index.value.items:
        index = index.value.items[0]
    if not isinstance(index, Known) or not isinstance(index.value, Slice):
        return None, None
    start = 0 if index.value.start.key == NONE.key else number(index.value.start)
    stop = number(index.value.stop)
    known = start is not None and stop is not None and 0 <= start < stop
    return (stop - start, start) if known else (None, None)  # type: ignore[operator]


def _cut_axis(index: Value) -> int:
    """The first axis that an index narrows."""
    if not isinstance(index, Known) or not isinstance(index.value, Tuple):
        return 0
    for axis, part in enumerate(index.value.items):
        whole = (
            isinstance(part, Known)
            and isinstance(part.value, Slice)
            and part.value == Slice(NONE, NONE, NONE)
        )
        if not whole:
            return axis
    return 0


def _item(machine: Machine, items: tuple[Value, ...], index: Value, *, as_list: bool) -> Value | None:
    if not isinstance(index, Known):
        return None
    if isinstance(index.value, int):
        return items[index.value] if -len(items) <= index.value < len(items) else None
    if isinstance(index.value, Slice):
        bounds: list[int | None] = []
        for bound in (index.value.start, index.value.stop, index.value.step):
            if not isinstance(bound, Known) or not (bound.value is None or isinstance(bound.value, int)):
                return None
            bounds.append(bound.value)
        if bounds[2] == 0:
            return None
        part = items[slice(*bounds)]
        return machine.allocate(ListRecord.of(part)) if as_list else Known(Tuple(part))
    return None


# Functions, calls, comprehensions


def _lambda(machine: Machine, node: cst.Lambda) -> Value:
    return calls.make_function(machine, "<lambda>", node)


def _call(machine: Machine, node: cst.Call) -> Value:
    return calls.call_node(machine, node)


def _named(machine: Machine, node: cst.NamedExpr) -> Value:
    from statelint.interp.statements import assign

    value = evaluate(machine, node.value)
    assign(machine, node.target, value)
    return value


def _comprehension(machine: Machine, node: cst.ListComp | cst.SetComp | cst.GeneratorExp) -> Value:
    from statelint.interp.callbacks import resets

    values, some = loops.comprehend(
        machine, node.for_in, lambda: evaluate(machine, node.elt), resets=resets(node.elt)
    )
    return machine.allocate(some if values is None else ListRecord.of(tuple(values)))


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
            and isinstance(pair.items[0].value, _SCALARS)
        ):
            entries[pair.items[0].value] = pair.items[1]
        else:
            complete = False
    return machine.allocate(DictRecord(entries, complete))


def _yield(machine: Machine, node: cst.Yield) -> Value:
    def give(value: Value, _: int = 0) -> None:
        if machine.activations:
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
    cst.Integer: _integer,
    cst.Float: _float,
    cst.SimpleString: _string,
    cst.ConcatenatedString: _concatenated,
    cst.FormattedString: _formatted,
    cst.Tuple: _tuple,
    cst.List: _list,
    cst.Set: _list,
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
    cst.SetComp: _comprehension,
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
