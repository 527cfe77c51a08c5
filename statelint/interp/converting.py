"""Names that are bound to what they hold already, in another form: `x = np.asarray(x)` in a loop.

The first pass of the loop converts; what every later one makes is what is there.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import lru_cache

import libcst as cst

from statelint.interp import expressions
from statelint.interp.machine import Machine
from statelint.interp.objects import Library
from statelint.source.python import children, names_in
from statelint.values import Known, interned

# What these give they give back when they get it once more.
_METHODS = frozenset(
    [
        *("astype", "copy", "reshape", "squeeze", "flatten", "ravel", "clip", "round"),
        *("tocsr", "tocsc", "fillna", "dropna", "ffill", "bfill", "sort_values", "sort_index"),
    ]
)
_FUNCTIONS = frozenset(
    [
        *(f"builtins.{name}" for name in ("tuple", "float", "int", "str")),
        *(f"numpy.{name}" for name in ("array", "asarray", "asanyarray", "ascontiguousarray", "copy")),
        *(f"numpy.{name}" for name in ("reshape", "squeeze", "ravel", "nan_to_num", "clip", "round")),
        *(f"numpy.float{bits}" for bits in (16, 32, 64)),
        *(f"numpy.int{bits}" for bits in (8, 16, 32, 64)),
        *(f"tensorflow.{name}" for name in ("convert_to_tensor", "constant", "identity", "cast")),
        *("tensorflow.reshape", "tensorflow.squeeze", "pandas.DataFrame", "pandas.Series"),
        *("scipy.sparse.csr_matrix", "scipy.sparse.csc_matrix", "keras.utils.pad_sequences"),
    ]
)
_SHAPING = frozenset(["reshape"])


def is_done(machine: Machine, node: cst.Assign) -> bool:
    """Whether the names hold what this assignment would bind them to, as it was done before."""
    done = machine.converted.get(id(node))
    return done is not None and done == _held(machine, node)


def note(machine: Machine, node: cst.Assign) -> None:
    """Keep what the assignment bound the names to, if it converts what they held."""
    pairs = _pairs(node) if machine.passes else ()
    if not pairs or not all(_converts(machine, target, value) for target, value in pairs):
        return
    # A list of its own is made to be changed: `rows = rows.copy()`.
    if all(machine.record(expressions.evaluate(machine, target)) is None for target, _ in pairs):
        machine.converted[id(node)] = _held(machine, node)


def _held(machine: Machine, node: cst.Assign) -> tuple[Hashable, ...]:
    """The identities of all that the assignment reads and binds."""
    parts = (*(target for target, _ in _pairs(node)), *_read(node.value))
    return tuple(interned(expressions.evaluate(machine, part).key) for part in parts)


@lru_cache(maxsize=1024)
def _read(node: cst.CSTNode) -> tuple[cst.Name, ...]:
    """The names that an expression reads."""
    match node:
        case cst.Name():
            return (node,)
        case cst.Attribute(value=inner) | cst.Arg(value=inner):
            return _read(inner)
    return tuple(name for child in children(node) for name in _read(child))


@lru_cache(maxsize=1024)
def _pairs(node: cst.Assign) -> tuple[tuple[cst.BaseExpression, cst.BaseExpression], ...]:
    """What is bound to what, one by one; nothing where a name isn't bound to what is made of itself."""
    if len(node.targets) != 1:
        return ()
    target, value = node.targets[0].target, node.value
    pairs: list[tuple[cst.BaseExpression, cst.BaseExpression]] = [(target, value)]
    if isinstance(target, cst.Tuple) and isinstance(value, cst.Tuple):
        pairs = [
            (one.value, other.value) for one, other in zip(target.elements, value.elements, strict=False)
        ]
        if len(target.elements) != len(value.elements):
            return ()
    is_plain = all(isinstance(one, cst.Name | cst.Attribute | cst.Subscript) for one, _ in pairs)
    is_own = all(isinstance(other, cst.Call) and names_in(one) <= names_in(other) for one, other in pairs)
    return tuple(pairs) if is_plain and is_own else ()


def _converts(machine: Machine, target: cst.BaseExpression, value: cst.BaseExpression) -> bool:
    """Whether a value is that of the target, converted once or several times: `np.array(x).astype(float)`."""
    own = _code(target)
    while _code(value) != own:
        match value:
            case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name(value=name)), args=given) if (
                name in _METHODS and names_in(target) <= names_in(inner)
            ):
                pass
            case cst.Call(func=func, args=[cst.Arg(value=inner, keyword=None), *given]):
                callee = expressions.evaluate(machine, func)
                name = (
                    callee.value.name
                    if isinstance(callee, Known) and isinstance(callee.value, Library)
                    else ""
                )
                if name not in _FUNCTIONS:
                    return False
            case _:
                return False
        if not _is_fixed(name.rpartition(".")[2], [arg.value for arg in given], target):
            return False
        value = inner
    return True


def _is_fixed(name: str, given: Sequence[cst.BaseExpression], target: cst.BaseExpression) -> bool:
    """Whether the arguments stay what they are when the target has been converted."""
    if name in _SHAPING:
        if len(given) == 1 and isinstance(given[0], cst.Tuple | cst.List):
            given = [element.value for element in given[0].elements]
        own = _code(target)
        given = [
            size
            for axis, size in enumerate(given)
            if _code(size) not in (f"{own}.shape[{axis}]", *([f"len({own})"] if axis == 0 else []))
        ]
    return not any(_has_call(one) or names_in(target) & names_in(one) for one in given)


def _has_call(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Call) or any(_has_call(child) for child in children(node))


def _code(node: cst.BaseExpression) -> str:
    return cst.Module([]).code_for_node(node)
