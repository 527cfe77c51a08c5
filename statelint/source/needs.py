"""The names that code reads before it binds them: what it takes from the code before it."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from statelint.source import grammar


def needed(codes: Iterable[str]) -> set[str]:
    """The names that pieces of one program need from what stands before them."""
    needs: set[str] = set()
    bound: set[str] = set()
    for code in codes:
        for statement in grammar.parse(code).body:
            read, own, given = _names(statement)
            needs |= read - own - bound
            bound |= own | given
    return needs


def _names(statement: ast.stmt) -> tuple[set[str], set[str], set[str]]:
    """The names that a statement reads, those that it binds before it may read them, and those that it
    binds when all is read.
    """
    read: set[str] = set()
    own: set[str] = set()
    given: set[str] = set()
    last = _targets(statement)
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                read.add(name)
            case ast.Name(id=name):
                (given if id(node) in last else own).add(name)
            case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                own.add(name)
            case ast.alias(name=name, asname=alias):
                own.add(alias or name.partition(".")[0])
    if isinstance(statement, ast.AugAssign):
        read |= given
    return read, own, given


def _targets(statement: ast.stmt) -> set[int]:
    """The nodes that stand left of a statement's `=`."""
    match statement:
        case ast.Assign(targets=targets):
            return {id(node) for target in targets for node in ast.walk(target)}
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            return {id(node) for node in ast.walk(target)}
    return set()
