"""Methods that a text shows outside of their class."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from statelint.source import python
from statelint.source.python import Span
from statelint.source.stories import written


def gathered(modules: Sequence[cst.Module], spans: dict[int, Span]) -> tuple[cst.Module, ...]:
    """The modules with their loose methods in a class: the last that knows their attributes, or a new one.

    The spans of what is made anew are added.
    """
    loose = [part for module in modules for part in module.body if _is_method(part)]
    if not loose:
        return tuple(modules)
    known = {name for method in loose for name in _attributes(method)}
    classes = [part for module in modules for part in module.body if isinstance(part, cst.ClassDef)]
    home = next((one for one in reversed(classes) if not known.isdisjoint(_attributes(one))), None)
    if home is not None and not isinstance(home.body, cst.IndentedBlock):
        return tuple(modules)
    if home is None:
        made = written("", "class Methods:\n    pass\n")
        spans |= dict.fromkeys(made.spans, spans[id(loose[0])])
        whole, first = made.modules[0].body[0], loose[0]
        body: Sequence[cst.CSTNode] = ()
    else:
        whole, first, body = home, home, home.body.body
    assert isinstance(whole, cst.ClassDef)
    block = cst.IndentedBlock(body=[*body, *loose])  # type: ignore[list-item]
    filled = whole.with_changes(body=block)
    spans[id(block)] = spans[id(whole.body)] if id(whole.body) in spans else spans[id(first)]
    spans[id(filled)] = spans[id(first)]
    return tuple(_with(module, first, filled, loose) for module in modules)


def _with(
    module: cst.Module, old: cst.CSTNode, new: cst.ClassDef, loose: Sequence[cst.CSTNode]
) -> cst.Module:
    left = [new if part is old else part for part in module.body if part is old or part not in loose]
    return module.with_changes(body=left)


def _is_method(part: cst.CSTNode) -> bool:
    return (
        isinstance(part, cst.FunctionDef)
        and bool(part.params.params)
        and part.params.params[0].name.value == "self"
    )


def _attributes(node: cst.CSTNode) -> set[str]:
    """The attributes of `self` that code names, and the methods that a class defines."""
    found = {
        part.attr.value
        for part in python.walk(node)
        if isinstance(part, cst.Attribute) and isinstance(part.value, cst.Name) and part.value.value == "self"
    }
    if isinstance(node, cst.ClassDef):
        found |= {part.name.value for part in node.body.body if isinstance(part, cst.FunctionDef)}
    return found
