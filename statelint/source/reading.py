"""From a file to the programs in it: a module, a notebook's cells, the stories of a Markdown text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from statelint.sites import Site
from statelint.source import python
from statelint.source.beginnings import left_out
from statelint.source.document import Document, Part
from statelint.source.mending import mended
from statelint.source.methods import gathered
from statelint.source.python import Source, Span, Unreadable
from statelint.source.python2 import floors_division
from statelint.source.slips import is_output
from statelint.source.stories import Parsed, stories_of, written

# Nothing else has these names, nor this argument.
_KERAS = re.compile(rb"\bkeras\b|\btensorflow\b|\bbatch_input_shape\s*=", re.IGNORECASE)

# The head of a notebook that is kept as a text: its cells run in the order in which they stand.
_NOTEBOOK = re.compile(rb"\s*---\r?\n(?:(?!---).*\n)*?[ ]*(?:kernelspec|jupytext|jupyter):")


@dataclass(frozen=True, slots=True)
class Piece:
    """A cell or block as it runs by itself: its Python, and the lines of the document that it holds.

    The code of a block stands on the same lines as in the text, that of a cell as in the cell.
    """

    code: str
    first: int
    last: int
    cell: int | None = None


@dataclass(slots=True)
class Reading:
    """The programs of a document, and what of it can't be read.

    `pieces` are those of each program in `sources` that can run.  `fragments` are the blocks of a Markdown
    text that aren't Python as they stand; a cell of which a part can't be parsed is `unreadable`, though the
    rest of it is read.
    """

    sources: list[Source] = field(default_factory=list)
    pieces: list[tuple[Piece, ...]] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    fragments: int = 0


def parse(document: Document, data: bytes) -> Reading:
    """Parse the parts of a document; `data` are its bytes."""
    reading = Reading()
    if document.damage is not None:
        damage = document.damage
        site = Site(document.path, None, damage.line, damage.column, damage.line, damage.column + 1)
        reading.unreadable.append(Unreadable(site, damage.why, data))
        return reading
    parsed = [_parse(document, part, reading) for part in document.parts]
    around = "" if document.cells is not None else data.decode("utf-8", "replace")
    is_run = document.cells is not None or _NOTEBOOK.match(data) is not None
    stories = [parsed] if is_run else stories_of(parsed)
    for story in stories:
        spans: dict[int, Span] = {}
        for one in story:
            spans |= one.spans
        modules = tuple(one.module for one in story)
        texts = tuple(one.text for one in story)
        implies_keras = document.cells is None and _KERAS.search(data) is not None
        if implies_keras and (begun := left_out(texts)):
            beginning, first = written(document.path, begun), min(spans.values(), default=(1, 0, 1, 0))
            spans |= dict.fromkeys(beginning.spans, first)
            modules, texts = (*beginning.modules, *modules), (begun, *texts)
        if document.cells is None:
            modules = gathered(modules, spans)
        old = any(one.python2 for one in story)
        floors = old and all(floors_division(one.part.code) for one in story)
        reading.sources.append(
            Source(
                document.path,
                modules,
                texts,
                spans,
                document.cells,
                implies_keras,
                old,
                floors,
                around,
                any(one.is_respelled for one in story),
            )
        )
        reading.pieces.append(tuple(_piece(one) for one in story if one.code is not None))
    return reading


def _parse(document: Document, part: Part, reading: Reading) -> Parsed:
    """The module of a part; what of it can't be parsed is code that may do anything with the names in it."""
    source = python.read(document.path, part.code)
    code = None
    if not isinstance(source, Source):
        if part.cell is not None:
            reading.unreadable.append(_unreadable(document, part, source))
        code = mended(part.code)
        source = python.read(document.path, code) if code is not None else source
    if isinstance(source, Source):
        spans = {node: _moved(span, part) for node, span in source.spans.items()}
        runs = source.code if source.python2 or code is not None else part.code
        changed = part.is_respelled or _is_respelled(part.code, code)
        return Parsed(part, source.modules[0], source.code, spans, runs, source.python2, changed)
    if part.cell is None:
        reading.fragments += 1
    printed = part.cell is None and is_output(part.text)
    opaque = written(document.path, "" if printed else f"exec({part.text!r})")
    lines = part.text.split("\n")
    whole = (part.before + 1, 0, part.before + len(lines), len(lines[-1]))
    return Parsed(part, opaque.modules[0], opaque.code, dict.fromkeys(opaque.spans, whole))


def _unreadable(document: Document, part: Part, error: Unreadable) -> Unreadable:
    """What keeps Python from running a cell, where it stands in the cell."""
    line, column = error.site.line, error.site.column + part.shifts.get(error.site.line, 0)
    site = Site(document.path, part.cell, line, column, line, column + 1)
    return Unreadable(site, error.why, part.text.encode("utf-8", "replace"))


def _is_respelled(code: str, mended: str | None) -> bool:
    """Whether more was done to mend the code than to leave something out."""
    lines = zip(code.split("\n"), (mended or code).split("\n"), strict=True)
    return any(line != kept and kept and not kept.lstrip().startswith(("exec(", "#")) for line, kept in lines)


def _moved(span: Span, part: Part) -> Span:
    line, column, end_line, end_column = span
    shift = part.shifts
    return (
        line + part.before,
        column + shift.get(line, 0),
        end_line + part.before,
        end_column + shift.get(end_line, 0),
    )


def _piece(parsed: Parsed) -> Piece:
    part, code = parsed.part, parsed.code or ""
    is_cell = part.cell is not None
    last = part.before + len(part.text.split("\n"))
    return Piece(code if is_cell else "\n" * part.before + code, part.before + 1, last, part.cell)
