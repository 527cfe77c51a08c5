"""Arrays cut, and loops ended, so that no short batch is left."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from statelint.findings import Edit, Fix
from statelint.fixes.arguments import callee, keyword
from statelint.fixes.code import Code, end_of
from statelint.fixes.names import dotted
from statelint.remedies import FullBatches, SplitByHand, Trim
from statelint.source.python import walk

_SIMPLE = cst.Name | cst.Attribute | cst.Call | cst.Subscript | cst.Integer
_ROUNDED = ("ceil", "int")


def trim(code: Code, remedy: Trim) -> Fix | None:
    """The arrays of a call without the rows that make no full batch."""
    call = code.find(remedy.at, cst.Call)
    arrays = None if call is None else _validation(call) if remedy.validation else _arrays(call)
    if call is None or not arrays:
        return None
    first = dotted(arrays[0])
    if first is None or any(not isinstance(array, _SIMPLE) or array.lpar for array in arrays):
        return None
    batch = _batch(call, remedy)
    cut = f"[: len({first}) // {batch} * {batch}]"
    edits = tuple(Edit(end_of(code.site(array)), cut) for array in arrays)
    return Fix("cut the arrays to a multiple of the batch size", edits, remedy.safe)


def _batch(call: cst.Call, remedy: Trim) -> str:
    """The batch size as the call names it, or in digits."""
    given = (keyword(call, "validation_batch_size") if remedy.validation else None) or keyword(
        call, "batch_size"
    )
    name = None if given is None else dotted(given.value)
    return name or str(remedy.size)


def _arrays(call: cst.Call) -> list[cst.BaseExpression] | None:
    """The inputs and targets that a call is given; None where there is more to it."""
    names = ("x",) if callee(call) == "predict" else ("x", "y")
    if any(arg.star for arg in call.args) or keyword(call, "sample_weight") is not None:
        return None
    plain = [arg.value for arg in call.args if arg.keyword is None]
    found = [keyword(call, name) for name in names]
    arrays = [*plain[: len(names)], *(arg.value for arg in found if arg is not None)]
    return arrays if len(arrays) == len(names) else None


def _validation(call: cst.Call) -> list[cst.BaseExpression] | None:
    given = keyword(call, "validation_data")
    if given is None or not isinstance(given.value, cst.Tuple | cst.List):
        return None
    return [element.value for element in given.value.elements if isinstance(element, cst.Element)]


def split_by_hand(code: Code, remedy: SplitByHand) -> Fix | None:
    """A fit on its first rows, validated on those that follow."""
    call = code.find(remedy.at, cst.Call)
    arrays = None if call is None else _arrays(call)
    split = None if call is None else keyword(call, "validation_split")
    if arrays is None or split is None:
        return None
    if dotted(arrays[0]) is None or any(not isinstance(array, _SIMPLE) or array.lpar for array in arrays):
        return None
    until = remedy.train + remedy.held
    held = ", ".join(f"{code.text(array)}[{remedy.train}:{until}]" for array in arrays)
    edits = [Edit(end_of(code.site(array)), f"[:{remedy.train}]") for array in arrays]
    edits.append(Edit(code.site(split), f"validation_data=({held})"))
    return Fix("cut both parts to whole batches", tuple(edits), False)


def full_batches(code: Code, remedy: FullBatches) -> Fix | None:
    """A loop over batches that stops before the short one."""
    slice_ = code.find(remedy.at, cst.Subscript)
    loops = [] if slice_ is None else [n for n in code.ancestors(slice_) if isinstance(n, cst.For)]
    if slice_ is None or not loops or code.function(loops[0]) is not code.function(slice_):
        return None
    counter = loops[0].iter
    if not isinstance(counter, cst.Call) or callee(counter) != "range" or any(a.star for a in counter.args):
        return None
    values = [arg.value for arg in counter.args]
    if len(values) == 3 and isinstance(values[0], cst.Integer) and values[0].value == "0":
        total, size = _operand(code, values[1]), _operand(code, values[2])
        edit = Edit(code.site(values[1]), f"{total} // {size} * {size}")
        return Fix("stop before the short batch", (edit,), True)
    if len(values) != 1:
        return None
    where, safe = values[0], True
    if isinstance(where, cst.Name):
        assigned = list(_assigned(code, where.value))
        if len(assigned) != 1:
            return None
        where, safe = assigned[0], False
    parts = _rounded_up(where)
    if parts is None or where.lpar:
        return None
    total, size = (_operand(code, part) for part in parts)
    return Fix("stop before the short batch", (Edit(code.site(where), f"{total} // {size}"),), safe)


def _assigned(code: Code, name: str) -> Iterator[cst.BaseExpression]:
    """All that is assigned to a name."""
    for module in code.source.modules:
        for node in walk(module):
            if isinstance(node, cst.Assign):
                for target in node.targets:
                    if isinstance(target.target, cst.Name) and target.target.value == name:
                        yield node.value


def _rounded_up(node: cst.BaseExpression) -> tuple[cst.BaseExpression, cst.BaseExpression] | None:
    """What is divided by what in `ceil(n / b)`, `-(-n // b)`."""
    rounds = False
    while isinstance(node, cst.Call) and callee(node) in _ROUNDED and len(node.args) == 1:
        rounds = rounds or callee(node) == "ceil"
        node = node.args[0].value
    if rounds and isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Divide):
        return _whole(node.left), _whole(node.right)
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
        inner = node.expression
        if isinstance(inner, cst.BinaryOperation) and isinstance(inner.operator, cst.FloorDivide):
            if isinstance(inner.left, cst.UnaryOperation) and isinstance(inner.left.operator, cst.Minus):
                return inner.left.expression, inner.right
    return None


def _whole(node: cst.BaseExpression) -> cst.BaseExpression:
    """The number in `float(b)`."""
    is_float = isinstance(node, cst.Call) and callee(node) == "float" and len(node.args) == 1
    return node.args[0].value if is_float and isinstance(node, cst.Call) else node


def _operand(code: Code, node: cst.BaseExpression) -> str:
    text = code.text(node)
    return text if isinstance(node, _SIMPLE) and not node.lpar else f"({text})"
