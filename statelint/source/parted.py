"""Functions and classes that a text shows block by block, with prose between their statements."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from statelint.source import grammar
from statelint.source.markdown import Block

_MOST = 32
_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def joined(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, those put together whose statements stand in one function or class."""
    found: list[Block] = []
    row = 0
    while row < len(blocks):
        end = row + 1
        while end < min(len(blocks), row + _MOST) and _is_indented(blocks[end]):
            end += 1
        while (block := _joined(blocks[row:end])) is None:
            end -= 1
        found.append(block)
        row = end
    return found


def _is_indented(block: Block) -> bool:
    """Whether the statements of a block stand in something that it doesn't show."""
    return block.text.split("\n")[_blank(block)][:1] in (" ", "\t")


def _joined(blocks: Sequence[Block]) -> Block | None:
    """Blocks as one, on the lines that they have in the text; None where they aren't."""
    first, *others = blocks
    if not others:
        return first
    if _is_indented(first) or not all(block.is_tagged for block in blocks):
        return None
    lines = first.text.split("\n")
    shifts = dict(first.shifts)
    begins = []
    for block in others:
        lines += [""] * (block.line - first.line - len(lines))
        begins.append(len(lines) + _blank(block) + 1)
        shifts |= {row + len(lines): shift for row, shift in block.shifts.items()}
        lines += block.text.split("\n")
    text = "\n".join(lines)
    tree = grammar.tree_of(text)
    if tree is None or not all(_goes_on(tree, line) for line in begins):
        return None
    return replace(first, text=text, shifts=shifts, is_respelled=any(block.is_respelled for block in blocks))


def _blank(block: Block) -> int:
    """How many lines of a block are blank before its first statement."""
    return next(row for row, line in enumerate(block.text.split("\n")) if line.strip())


def _goes_on(tree: ast.Module, line: int) -> bool:
    """Whether what begins on that line goes on with a definition: with its names, and not behind its end."""
    around = next((part for part in tree.body if part.lineno < line <= (part.end_lineno or 0)), None)
    if not isinstance(around, _DEFINITIONS) or any(
        after.lineno == line and isinstance(before, _LEAVING) for before, after in _neighbours(around)
    ):
        return False
    if isinstance(around, ast.ClassDef):
        return True
    known = {part.arg for part in ast.walk(around) if isinstance(part, ast.arg)}
    names = [part for part in ast.walk(around) if isinstance(part, ast.Name)]
    known |= {name.id for name in names if name.lineno < line and isinstance(name.ctx, ast.Store)}
    return any(name.id in known for name in names if name.lineno >= line)


def _neighbours(around: ast.AST) -> Iterator[tuple[ast.stmt, ast.stmt]]:
    """The statements that follow each other in one block of a definition."""
    for part in ast.walk(around):
        for body in (getattr(part, name, ()) for name in ("body", "orelse", "finalbody")):
            if isinstance(body, list):
                yield from itertools.pairwise(body)
