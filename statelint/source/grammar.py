"""CPython's own parser, for one thread at a time: 3.11 counts how deep it is for all threads together."""

from __future__ import annotations

import ast
import threading

PARSING = threading.Lock()


def parse(code: str | bytes) -> ast.Module:
    """The tree of a module; raises what `ast.parse` raises."""
    with PARSING:
        return ast.parse(code)
