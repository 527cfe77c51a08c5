"""Which of a text's blocks that it doesn't call Python belong to the program that others begin."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from statelint.source import grammar

# What is done with a model, once there is one.
_USES = re.compile(
    r"\b(\w+)\.(?:(?:fit|evaluate|predict)(?:_\w+)?|(?:train|test)_on_batch|reset_states?|compile)\("
)


def continuing(codes: Sequence[str], kept: Sequence[bool], free: Sequence[bool]) -> list[bool]:
    """Which blocks to read: those that are `kept` anyway, and of the `free` ones what uses their models later
    and what they need.
    """
    kept = list(kept)
    trees = [grammar.tree_of(code) for code in codes]
    names: set[str] = set()
    for number, (code, tree) in enumerate(zip(codes, trees, strict=True)):
        if not kept[number] and free[number] and names:
            kept[number] = tree is not None and not names.isdisjoint(_USES.findall(code))
        if kept[number] and tree is not None:
            names |= _bound(tree)
    needed: set[str] = set()
    for number in reversed(range(len(codes))):
        tree = trees[number]
        if tree is None:
            continue
        if needed and free[number] and not kept[number]:
            kept[number] = not needed.isdisjoint(_bound(tree))
        if kept[number]:
            needed |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return kept


def _bound(tree: ast.Module) -> set[str]:
    """The names that the statements of the top level bind."""
    names: set[str] = set()
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            names.add(statement.name)
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            names.update(alias.asname or alias.name.partition(".")[0] for alias in statement.names)
        elif isinstance(statement, ast.Assign):
            names.update(
                node.id
                for target in statement.targets
                for node in ([target] if isinstance(target, ast.Name) else getattr(target, "elts", ()))
                if isinstance(node, ast.Name)
            )
    return names
