"""CPython's own parser, for one thread at a time: 3.11 counts how deep it is for all threads together."""

from __future__ import annotations

import ast
import threading

from statelint.source import python2

PARSING = threading.Lock()


def parse(code: str | bytes) -> ast.Module:
    """The tree of a module; raises what `ast.parse` raises."""
    with PARSING:
        return ast.parse(code)


def tree_of(code: str) -> ast.Module | None:
    """The tree of code that may be Python 2, None where it is no Python at all."""
    for text in (code, python2.modern(code)):
        try:
            return parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None
