"""Python with a statement in it that can't be parsed: all the rest of it is still read."""

from __future__ import annotations

import re
from collections.abc import Sequence

from statelint.source import grammar, python2
from statelint.source.loose import respelled
from statelint.source.slips import tidied

# More broken statements than these, and the text is something else than Python.
MAX_BROKEN = 3
_BARE = re.compile(r"expected an indented block after .* on line (\d+)")
_CONTINUES = re.compile(r"[\s)\]}#]|$|(?:else|elif|except|finally)\b")


def mended(code: str) -> str | None:
    """The code with each broken statement of its top level as `exec("its text")`, every line in its place.

    Where it is plain what was meant, it is that.  None where nothing is broken, where too much is, or where
    it can't be told which statement it is.
    """
    if _error_row(code.split("\n")) is None:
        return None
    lines = respelled(_tidied(code)).split("\n")
    broken = 0
    while (row := _error_row(lines)) is not None:
        start, end = _statement(lines, row)
        if broken == MAX_BROKEN or lines[start].startswith("exec("):
            return None
        inner = _opaque(lines, row, row + 1)
        later = _error_row(inner) if row > start else row
        lines = inner if later is None or later > row else _opaque(lines, start, end)
        broken += 1
    return "\n".join(lines) if broken < sum(bool(line) for line in lines) else None


def _tidied(code: str) -> str:
    """The code without the slips that come before the first error of another kind."""
    lines: list[str] | None = code.split("\n")
    while lines is not None:
        code = "\n".join(lines)
        lines = tidied(lines, _error_row)
    return code


def _opaque(lines: list[str], start: int, end: int) -> list[str]:
    """The lines with some of them as something that nobody knows, at the first one's indentation."""
    indent = lines[start][: len(lines[start]) - len(lines[start].lstrip())]
    text = "\n".join(lines[start:end]).strip()
    return [*lines[:start], f"{indent}exec({text!r})", *("" for _ in range(end - start - 1)), *lines[end:]]


def _error_row(lines: Sequence[str]) -> int | None:
    """The line, from 0, at which Python gives up; None where it doesn't."""
    row = None
    for code in ("\n".join(lines), python2.modern("\n".join(lines))):
        try:
            grammar.parse(code)
        except SyntaxError as error:
            row = min(max(error.lineno or 1, 1), len(lines)) - 1
            bare = _BARE.search(error.msg)
            if bare and _is_left_out(lines, int(bare[1]) - 1, row):
                row = int(bare[1]) - 1
        except (ValueError, RecursionError, MemoryError):
            row = 0
        else:
            return None
    return row


def _is_left_out(lines: Sequence[str], header: int, row: int) -> bool:
    """Whether only comments stand for what belongs to a header, before the row behind it."""
    indent = len(lines[header]) - len(lines[header].lstrip())
    inner = [line for line in lines[header + 1 : row] if line.strip()]
    return bool(inner) and all(
        line.lstrip().startswith("#") and len(line) - len(line.lstrip()) > indent for line in inner
    )


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
