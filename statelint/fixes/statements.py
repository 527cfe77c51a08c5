"""Statements taken out, and moved."""

from __future__ import annotations

import libcst as cst

from statelint.findings import Edit, Fix
from statelint.fixes.code import Code, between, end_of, start_of
from statelint.fixes.names import binds
from statelint.remedies import MoveBeforeLoop, RemoveStatement
from statelint.source.python import walk


def remove_statement(code: Code, remedy: RemoveStatement) -> Fix | None:
    """The program without a statement; its comment stays."""
    node = code.find(remedy.at, cst.Attribute) or code.find(remedy.at, cst.AssignTarget)
    statement = None if node is None else code.statement(node)
    edit = None if statement is None else removal(code, statement)
    return None if edit is None else Fix("leave the line out", (edit,), remedy.safe)


def removal(code: Code, statement: cst.SimpleStatementLine) -> Edit | None:
    """The edit that takes out a statement on a line of its own."""
    block = code.parent(statement)
    if len(statement.body) != 1 or not isinstance(block, cst.IndentedBlock | cst.Module):
        return None
    site = code.site(statement)
    if len(block.body) == 1:
        return Edit(site, "pass")
    rest = code.rest(site)
    comment = rest.lstrip()
    if comment:
        return Edit(between(start_of(site), end_of(site, len(rest) - len(comment))), "")
    lines = code.whole_lines(site)
    return None if lines is None else Edit(lines, "")


def move_before_loop(code: Code, remedy: MoveBeforeLoop) -> Fix | None:
    """A statement of a loop's body before the loop."""
    call = code.find(remedy.at, cst.Call)
    loop = code.find(remedy.loop, cst.For) or code.find(remedy.loop, cst.While)
    statement = None if call is None else code.statement(call)
    if statement is None or loop is None or code.parent(statement) is not loop.body:
        return None
    names = {node.value for node in walk(statement) if isinstance(node, cst.Name)}
    if any(binds(loop, name) for name in names):
        return None
    put, cut = code.before(loop, [code.text(statement)]), removal(code, statement)
    if put is None or cut is None or cut.text:
        return None
    return Fix("do it once, before the loop", (put, cut), False)
