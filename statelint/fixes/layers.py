"""Layers of a class that is gone, replaced by the one that took its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from statelint.findings import Edit, Fix
from statelint.fixes.code import Code, between, end_of, start_of
from statelint.fixes.names import dotted, keras_name, put_in_header
from statelint.fixes.statements import removal
from statelint.remedies import ReplaceLayer
from statelint.source.python import walk

# Weights that were saved lie in another order in the layers made for cuDNN.
_LOADS = {"load_weights", "load_model"}


def replace_layer(code: Code, remedy: ReplaceLayer) -> Fix | None:
    """The calls of the old class as calls of the new one; an import of the old one goes with them."""
    call = code.find(remedy.at, cst.Call)
    named = keras_name(code, f"layers.{remedy.name}")
    if call is None or named is None or any(not arg.keyword for arg in call.args[1:]):
        return None
    header = put_in_header(code, named)
    if header is None:
        return None
    title, safe = f"use `{named.expression}`", not _LOADS & code.names
    if not isinstance(call.func, cst.Name):
        if dotted(call.func) is None:
            return None
        return Fix(title, (Edit(code.site(call.func), named.expression), *header), safe)
    module, old = code.module_of(call), call.func.value
    imports = [(i, alias) for i in _imports(module) for alias in _aliases(i) if _binds(alias, old)]
    if len(imports) != 1:
        return None
    ((statement, alias),) = imports
    uses = [node for node in walk(module) if isinstance(node, cst.Name) and node.value == old]
    calls = [node for node in uses if node is not alias.name]
    if alias.asname is not None or not all(_is_called(code, node) for node in calls):
        return None
    package = ("" if statement.module is None else dotted(statement.module)) or ""
    if package.endswith("keras.layers") and ".compat." not in package and remedy.name not in code.names:
        renamed = (Edit(code.site(node), remedy.name) for node in uses)
        return Fix(f"use `{remedy.name}`", tuple(renamed), safe)
    edits = [Edit(code.site(node), named.expression) for node in calls]
    cut = _without(code, statement, alias)
    return None if cut is None else Fix(title, (*edits, cut, *header), safe)


def _imports(module: cst.Module) -> Iterator[cst.ImportFrom]:
    """What the top level imports by name."""
    for line in module.body:
        for part in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if isinstance(part, cst.ImportFrom):
                yield part


def _aliases(statement: cst.ImportFrom) -> Sequence[cst.ImportAlias]:
    return () if isinstance(statement.names, cst.ImportStar) else statement.names


def _binds(alias: cst.ImportAlias, name: str) -> bool:
    bound = alias.name if alias.asname is None else alias.asname.name
    return isinstance(bound, cst.Name) and bound.value == name


def _is_called(code: Code, node: cst.Name) -> bool:
    """Whether a name is called with arguments that the new class takes too."""
    call = code.parent(node)
    return isinstance(call, cst.Call) and call.func is node and all(arg.keyword for arg in call.args[1:])


def _without(code: Code, statement: cst.ImportFrom, alias: cst.ImportAlias) -> Edit | None:
    """The import without one of its names."""
    names = list(_aliases(statement))
    if len(names) == 1:
        line = code.statement(alias)
        return None if line is None else removal(code, line)
    at, site = names.index(alias), code.site(alias)
    if at:
        return Edit(between(code.site(names[at - 1]), end_of(site)), "")
    return Edit(between(start_of(site), code.site(names[1])), "")
