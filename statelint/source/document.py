"""The Python parts of a notebook or a Markdown text: cells and fenced blocks, and where each stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from statelint.discover import NOTEBOOKS
from statelint.source.magics import normalised, to_python
from statelint.source.notebook import DamagedNotebookError, cells_of

# Nothing else is or begins a block of Python; most texts that say "stateful" have none.
_CODE = re.compile(r"(?:```|~~~)[^\n]*(?:py|code)|\bstateful\s*=\s*True", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """A cell or block: its text as the document has it and as Python, and the line before its first.

    `shifts` are the columns by which its lines (from 1) stand further to the right in the document.
    """

    text: str
    code: str
    before: int
    shifts: Mapping[int, int]
    cell: int | None = None
    section: int = 0
    is_respelled: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A notebook or a Markdown text: its parts, and for notebooks the line before each cell's first."""

    path: str
    parts: tuple[Part, ...] = ()
    cells: tuple[int, ...] | None = None
    damage: DamagedNotebookError | None = None

    @property
    def code(self) -> str:
        """The Python in it."""
        return "\n".join(part.code for part in self.parts)


def open_document(path: str, data: bytes) -> Document:
    """The parts of a file; its name says what it is."""
    return _notebook(path, data) if path.lower().endswith(NOTEBOOKS) else _markdown(path, data)


def _notebook(path: str, data: bytes) -> Document:
    try:
        found = cells_of(data)
    except DamagedNotebookError as damage:
        return Document(path, damage=damage)
    parts, cells, line = [], [], 0
    for number, cell in enumerate(found):
        cells.append(line)
        text = normalised(cell.text)
        if cell.is_python and text.strip():
            translation = to_python(text)
            parts.append(Part(text, translation.code, line, translation.shifts, number))
        line += text.count("\n") + 1
    return Document(path, tuple(parts), tuple(cells))


def _markdown(path: str, data: bytes) -> Document:
    text = normalised(data.decode("utf-8-sig", errors="replace"))
    if not _CODE.search(text):
        return Document(path)
    from statelint.source.continuing import continuing
    from statelint.source.markdown import blocks_of, is_keras
    from statelint.source.parted import joined

    blocks = joined([block for block in blocks_of(text) if block.text.strip()])
    read = [(block, to_python(block.text, block.shifts)) for block in blocks]
    codes = [translation.code for _, translation in read]
    makes_layers = [is_keras(code) for code in codes]
    kept = [block.is_tagged or makes for (block, _), makes in zip(read, makes_layers, strict=True)]
    if any(makes_layers):
        free = [not block.is_other for block, _ in read]
        kept = continuing(codes, kept, free)
    parts = [
        Part(
            block.text,
            translation.code,
            block.line,
            translation.shifts,
            None,
            block.section,
            block.is_respelled,
        )
        for (block, translation), is_kept in zip(read, kept, strict=True)
        if is_kept
    ]
    return Document(path, tuple(parts))
