"""Edits of a text: which go together, what comes of them, and where a place lies afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from statelint.findings import Edit, Fix
from statelint.sites import Site

_LINE_END = re.compile(r"\r\n?|\n")


def applied(text: str, edits: Iterable[Edit]) -> str:
    """The text with the edits made in it, which don't overlap; put-in lines end as those of the text do."""
    return with_changes(text, changes(text, edits))


def changes(text: str, edits: Iterable[Edit]) -> list[tuple[int, int, str]]:
    """The edits as changes of the text, in order: from where to where, and what stands there then."""
    starts = line_starts(text)
    end = _LINE_END.search(text)
    newline = end.group() if end else "\n"
    return [(*span(starts, edit.site), edit.text.replace("\n", newline)) for edit in in_order(edits)]


def with_changes(
    text: str, changes: Iterable[tuple[int, int, str]], start: int = 0, end: int | None = None
) -> str:
    """The text with changes made in it, which are in order; or what becomes of a part that holds them all."""
    parts = []
    for first, last, new in changes:
        parts += [text[start:first], new]
        start = last
    return "".join((*parts, text[start:end]))


def line_starts(text: str) -> list[int]:
    """Where each line of the text begins."""
    return [0, *(end.end() for end in _LINE_END.finditer(text))]


def span(starts: Sequence[int], site: Site) -> tuple[int, int]:
    """The first character of a place and the one behind its last, from 0, in a text with these lines."""
    return starts[site.line - 1] + site.column - 1, starts[site.end_line - 1] + site.end_column - 1


def in_order(edits: Iterable[Edit]) -> list[Edit]:
    """The edits in the order of their places, equal ones once."""
    return sorted(dict.fromkeys(edits), key=lambda edit: (edit.site.order(), _end(edit.site)))


def compatible(fixes: Iterable[Fix]) -> list[Fix]:
    """The fixes that can be made together: of two that touch, the first."""
    taken: list[Fix] = []
    edits: dict[Edit, None] = {}
    for fix in fixes:
        new = [edit for edit in fix.edits if edit not in edits]
        if not any(touch(edit.site, other.site) for edit in new for other in edits):
            taken.append(fix)
            edits.update(dict.fromkeys(new))
    return taken


def touch(one: Site, other: Site) -> bool:
    """Whether two places share characters or an end."""
    if (one.path, one.cell) != (other.path, other.cell):
        return False
    return _start(one) <= _end(other) and _start(other) <= _end(one)


def moved(site: Site, edits: Iterable[Edit]) -> Site:
    """Where a place lies once the edits are made; what they replace of it counts as where that begins."""
    here = [e for e in in_order(edits) if (e.site.path, e.site.cell) == (site.path, site.cell)]
    line, column = _moved(site.line, site.column, here)
    end_line, end_column = _moved(site.end_line, site.end_column, here)
    return Site(site.path, site.cell, line, column, end_line, end_column)


def _moved(line: int, column: int, edits: Sequence[Edit]) -> tuple[int, int]:
    lines, columns, row = 0, 0, 0
    for edit in edits:
        if _start(edit.site) > (line, column):
            break
        shift = columns if edit.site.line == row else 0
        if _end(edit.site) > (line, column):
            return edit.site.line + lines, edit.site.column + shift
        *before, last = edit.text.split("\n")
        lines += len(before) - (edit.site.end_line - edit.site.line)
        row = edit.site.end_line
        columns = (1 if before else edit.site.column + shift) + len(last) - edit.site.end_column
    return line + lines, column + (columns if line == row else 0)


def _start(site: Site) -> tuple[int, int]:
    return site.line, site.column


def _end(site: Site) -> tuple[int, int]:
    return site.end_line, site.end_column
