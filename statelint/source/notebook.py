"""The cells of a Jupyter notebook."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

_PYTHON = ("python", "ipython", "pyspark", "sage")


class DamagedNotebookError(Exception):
    """The file is no notebook: the line and column (from 1) where reading ended, and why."""

    def __init__(self, line: int, column: int, why: str) -> None:
        super().__init__(why)
        self.line = line
        self.column = column
        self.why = why


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text, and whether it is code that Python runs."""

    text: str
    is_python: bool


def cells_of(data: bytes) -> list[Cell]:
    """All cells in document order, those of nbformat 3's worksheets too.

    Raises DamagedNotebookError where the bytes are no notebook.
    """
    try:
        notebook = json.loads(data)
    except json.JSONDecodeError as error:
        raise DamagedNotebookError(error.lineno, error.colno, f"invalid JSON: {error.msg}") from None
    except (UnicodeDecodeError, RecursionError) as error:
        raise DamagedNotebookError(1, 1, f"invalid JSON: {error}") from None
    if not isinstance(notebook, dict):
        raise DamagedNotebookError(1, 1, "a notebook is a JSON object")
    is_python = _is_python(notebook)
    return [_cell(cell, is_python) for cell in _listed(notebook)]


def _listed(notebook: dict[str, Any]) -> list[Any]:
    cells = notebook.get("cells")
    if isinstance(cells, list):
        return cells
    sheets = notebook.get("worksheets")
    if isinstance(sheets, list):
        inner = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
        return [cell for cells in inner if isinstance(cells, list) for cell in cells]
    raise DamagedNotebookError(1, 1, "a notebook has cells")


def _cell(cell: Any, is_python: bool) -> Cell:
    if not isinstance(cell, dict):
        return Cell("", False)
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    text = source if isinstance(source, str) else ""
    language = _text(cell, "metadata", "vscode", "languageId") or _text(cell, "language")
    return Cell(text, is_python and cell.get("cell_type") == "code" and _means_python(language))


def _is_python(notebook: dict[str, Any]) -> bool:
    """Whether the notebook doesn't say that it is in another language."""
    stated = (
        _text(notebook, "metadata", "kernelspec", "language"),
        _text(notebook, "metadata", "language_info", "name"),
    )
    named = [language for language in stated if language]
    return not named or any(map(_means_python, named))


def _means_python(language: str) -> bool:
    return not language or language.lower().startswith(_PYTHON)


def _text(thing: Any, *keys: str) -> str:
    """The string under the keys, empty where there is none."""
    for key in keys:
        thing = thing.get(key) if isinstance(thing, dict) else None
    return thing if isinstance(thing, str) else ""
