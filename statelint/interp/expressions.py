"""Expressions: from a libcst node to what is known of its value."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import libcst as cst

from statelint import api
from statelint.interp import calls, fields, loops, subscripts
from statelint.interp.ahead import defined_ahead
from statelint.interp.attributes import attribute
from statelint.interp.comparisons import SCALARS, compare, of_truth, truth
from statelint.interp.machine import Activation, Machine
from statelint.interp.objects import (
    DictRecord,
    Function,
    Library,
    ListRecord,
    Partial,
    Slice,
    Tuple,
)
from statelint.interp.operators import LONGEST, arithmetic, distinct, merged
from statelint.source.grammar import PARSING
from statelint.source.python import children
from statelint.trace.objects import Array
from statelint.values import (
    FALSE,
    NONE,
    TRUE,
    Known,
    Reason,
    Ternary,
    Value,
    depending_on,
    is_,
    is_bent,
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
    **{library: library for library in ("keras", "numpy", "pandas", "tensorflow")},
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
    is_global = machine.activations and identifier in machine.activations[-1].global_names
    found = machine.bound(identifier, machine.root_frame if is_global else machine.frame_id)
    if found is not None:
        return found
    match identifier:
        case "__name__":
            return Known("__main__")
        case "__file__":
            return Known(machine.source.path if machine.file is None else str(machine.file))
    if identifier in _BUILTINS:
        return Known(Library(f"builtins.{identifier}"))
    later = defined_ahead(machine, identifier)
    if later is not None:
        return later
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
        skipped = FALSE if is_and else (TRUE if _is_told(node.left) else left)
        # The right side runs only in one arm; its effects stand there under a condition.
        return machine.branch(condition, [lambda: evaluate(machine, node.right), lambda: skipped])
    if (fact is Ternary.YES) == is_and:
        return depending_on(evaluate(machine, node.right), left)
    return left


def _is_told(node: cst.BaseExpression) -> bool:
    """Whether an expression is True wherever it holds."""
    match node:
        case cst.UnaryOperation(operator=cst.Not()):
            return True
        case cst.Comparison(
            comparisons=[cst.ComparisonTarget(cst.Is() | cst.IsNot() | cst.In() | cst.NotIn())]
        ):
            return True
    return False


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
    found = subscripts.subscript(machine, value, at, node)
    if any(map(is_bent, indices)):
        machine.bent.add(found.key)
    return found


def index(machine: Machine, node: cst.BaseSlice) -> Value:
    """What stands between the brackets: an index or a Slice."""
    if isinstance(node, cst.Index):
        return evaluate(machine, node.value)
    assert isinstance(node, cst.Slice)
    lower, upper, step = (
        NONE if part is None else evaluate(machine, part) for part in (node.lower, node.upper, node.step)
    )
    return Known(Slice(lower, upper, step))


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
    values, some = loops.comprehend(machine, node.for_in, lambda: evaluate(machine, node.elt), node.elt)
    is_list = isinstance(node, cst.ListComp)
    # Of a generator's kind nothing is asked.
    made = machine.allocate(
        some if values is None else ListRecord.of(tuple(values)), "builtins.list" if is_list else None
    )
    if not is_list:
        machine.iterators.add(made.key)
    return made


def _set_comprehension(machine: Machine, node: cst.SetComp) -> Value:
    values, _ = loops.comprehend(machine, node.for_in, lambda: evaluate(machine, node.elt), node.elt)
    if values is None:
        return machine.allocate(ListRecord(None, unknown(Reason.LOOP)), "builtins.set")
    return machine.allocate(distinct(tuple(values)), "builtins.set")


def _dict_comprehension(machine: Machine, node: cst.DictComp) -> Value:
    def entry() -> Value:
        return Known(Tuple((evaluate(machine, node.key), evaluate(machine, node.value))))

    values, some = loops.comprehend(machine, node.for_in, entry, node.value)
    entries: dict[Hashable, Value] = {}
    others: list[Value] = []
    complete = values is not None
    for value in values or filter(None, (*some.head, some.element)):
        pair = value.value if isinstance(value, Known) else None
        if (
            values is not None
            and isinstance(pair, Tuple)
            and isinstance(pair.items[0], Known)
            and isinstance(pair.items[0].value, SCALARS)
        ):
            entries[pair.items[0].value] = pair.items[1]
        else:
            complete = False
            others += pair.items[1:] if isinstance(pair, Tuple) else ()
    return machine.allocate(DictRecord(entries, complete, others=tuple(others)), "builtins.dict")


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
