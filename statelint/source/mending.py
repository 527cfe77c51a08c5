"""Python with a statement in it that can't be parsed: all the rest of it is still read."""

from __future__ import annotations

import re

from statelint.source import grammar

# More broken statements than these, and the text is something else than Python.
MAX_BROKEN = 3
_CONTINUES = re.compile(r"[\s)\]}#]|$|(?:else|elif|except|finally)\b")


def mended(code: str) -> str | None:
    """The code with each broken statement of its top level as `exec("its text")`, every line in its place.

    None where nothing is broken, where too much is, or where it can't be told which statement it is.
    """
    lines = code.split("\n")
    broken = 0
    while (row := _error_row(lines)) is not None:
        start, end = _statement(lines, row)
        text = "\n".join(lines[start:end])
        if broken == MAX_BROKEN or text.startswith("exec("):
            return None
        lines[start:end] = [f"exec({text!r})", *("" for _ in range(end - start - 1))]
        broken += 1
    return "\n".join(lines) if 0 < broken < sum(bool(line) for line in lines) else None


def _error_row(lines: list[str]) -> int | None:
    """The line, from 0, at which Python gives up; None where it doesn't."""
    try:
        grammar.parse("\n".join(lines))
    except SyntaxError as error:
        return min(max(error.lineno or 1, 1), len(lines)) - 1
    except (ValueError, RecursionError, MemoryError):
        return 0
    return None


def _statement(lines: list[str], row: int) -> tuple[int, int]:
    """The lines of the statement of the top level in which a line stands."""
    start = row
    while start and _CONTINUES.match(lines[start]):
        start -= 1
    end = row + 1
    while end < len(lines) and _CONTINUES.match(lines[end]):
        end += 1
    while end > row + 1 and not lines[end - 1].strip():
        end -= 1
    return start, end
