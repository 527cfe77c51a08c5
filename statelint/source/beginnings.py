"""Models that a text on Keras adds layers to, and whose beginning it leaves out."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from statelint.source import grammar

# A layer that is given one of these is the first of its model.
_SHAPES = frozenset({"input_shape", "batch_input_shape", "batch_shape", "input_dim"})


def left_out(codes: Iterable[str]) -> str:
    """The statements that make the models which nothing makes, of which the first layer is seen."""
    bound: set[str] = set()
    begun: list[str] = []
    for code in codes:
        for statement in grammar.parse(code).body:
            name = first_added(statement)
            if name is not None and name not in bound:
                begun.append(f"{name} = Sequential()\n")
            bound.update(_names(statement))
    return "".join(begun)


def first_added(statement: ast.stmt) -> str | None:
    """The name of the model to which the statement adds a layer that has to be its first."""
    match statement:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr="add"), args=[ast.Call(func=called) as layer]
            )
        ):
            is_embedding = isinstance(called, ast.Name | ast.Attribute) and ast.unparse(called).endswith(
                "Embedding"
            )
            given = {keyword.arg for keyword in layer.keywords} & _SHAPES
            return name if given - ({"input_dim"} if is_embedding else set()) else None
    return None


def _names(statement: ast.stmt) -> Iterator[str]:
    """The names that stand in a statement, those that it imports and defines too."""
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.alias(name=name, asname=alias):
                yield alias or name.partition(".")[0]
