"""Checking a text, for programs: a pure function that runs as it is in other processes."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass, replace

from statelint.discover import is_document
from statelint.engine import check_source
from statelint.findings import Finding
from statelint.report.rulebook import listed
from statelint.selection import Selection, UnknownRuleError, entries
from statelint.settings import DEFAULT, Settings


@dataclass(frozen=True, slots=True)
class Linted:
    """What came of checking one text.

    `findings` are in the order of their places: lines from 1, columns from 1 in characters, the end column
    behind the last one; in notebooks lines are those of the cell, and cells are counted from 0.
    `fragments` counts the cells and blocks that aren't Python and were left out.  `failures` are internal
    errors, each with its traceback: what the other rules found is there nevertheless.
    """

    findings: tuple[Finding, ...] = ()
    fragments: int = 0
    failures: tuple[str, ...] = ()


def lint_source(
    text: str | bytes,
    name: str = "<text>.py",
    *,
    keras: int | None = None,
    select: str | Iterable[str] | None = None,
    extend_select: str | Iterable[str] = (),
    ignore: str | Iterable[str] = (),
    settings: Settings = DEFAULT,
) -> Linted:
    """Check one text, which is never run.

    It reads and writes no file, looks at neither environment nor working directory, and gives the same result
    for the same arguments wherever it runs; imports of the project's own modules stay unknown.  Whatever the
    text is, it raises nothing and ends within seconds.

    `text` is a module, a notebook or a Markdown text, and `name` says which by its suffix (.ipynb; .md,
    .markdown, .qmd; else a module); findings carry it as their path.  Bytes are decoded as Python does.
    `keras` is the generation that the code is for, 2 or 3 (None: what the code itself says, else both).
    `select`, `extend_select` and `ignore` are rules as on the command line: codes, beginnings of codes, names
    or ADVICE.  `settings` has all that can be set; what the other arguments say goes first.

    Raises ValueError where an argument names no rule or no generation of Keras.
    """
    if keras not in (None, 2, 3):
        raise ValueError(f"no generation of Keras: {keras!r}; there are 2 and 3")
    if keras is not None:
        settings = replace(settings, keras=(keras,))
    if select is not None or extend_select or ignore:
        settings = replace(settings, selection=_selection(select, extend_select, ignore))
    checked = check_source(name, _encoded(text, name) if isinstance(text, str) else text, settings)
    failures = (f"{failure.rule or 'reading'}: {failure.error}" for failure in checked.failures)
    return Linted(tuple(checked.findings), checked.fragments, tuple(failures))


def _selection(*given: str | Iterable[str] | None) -> Selection:
    rules = listed()
    try:
        select, extend, ignore = (
            entries([texts] if isinstance(texts, str) else texts or (), rules) for texts in given
        )
        return Selection(None if given[0] is None else select, extend, ignore)
    except UnknownRuleError as error:
        hint = f"; did you mean {error.near}?" if error.near else ""
        raise ValueError(f"no such rule: {error.asked}{hint}") from None


def _encoded(text: str, name: str) -> bytes:
    """The text as the bytes of a file; a module that names its encoding will be read in that."""
    data = text.encode("utf-8", "backslashreplace")
    if is_document(name):
        return data
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError:
        return data
    return data if encoding.startswith("utf-8") else text.encode(encoding, "backslashreplace")
