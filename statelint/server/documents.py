"""What is open in the editor, as statelint reads it."""

from __future__ import annotations

import io
import json
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from pygls.workspace import TextDocument, Workspace

from statelint.discover import MARKDOWN, NOTEBOOKS, shown_path
from statelint.server.places import Codec, split_lines

# What an editor shows of a file's past isn't what one works on.
_SCHEMES = ("file", "untitled", "vscode-notebook-cell")
# Texts without a file, by what the editor says that they are.
_SUFFIXES = {"python": ".py", "markdown": ".md", "quarto": ".qmd"}


class _Text(TextDocument):
    """A text whose lines end where the protocol says: at no form feed or other separator."""

    @property
    def lines(self) -> Sequence[str]:
        return tuple(line for line in split_lines(self.source) if line)


class OpenWorkspace(Workspace):
    """The texts and notebooks that the client has open."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._position_codec = Codec(self._position_encoding)

    def _create_text_document(
        self,
        doc_uri: str,
        source: str | None = None,
        version: int | None = None,
        language_id: str | None = None,
    ) -> TextDocument:
        return _Text(
            doc_uri,
            source,
            version,
            language_id,
            sync_kind=self._sync_kind,
            position_codec=self._position_codec,
        )


@dataclass(frozen=True, slots=True)
class Text:
    """A file, or a notebook's cell, as it stands in the editor."""

    uri: str
    version: int | None
    text: str
    language: str = "python"


@dataclass(frozen=True, slots=True)
class Buffer:
    """An open file or notebook; the texts of a notebook are its cells, in their order."""

    uri: str
    path: Path
    shown: str
    texts: tuple[Text, ...]
    is_notebook: bool = False

    def data(self, contents: Mapping[str, str]) -> bytes:
        """The bytes that a file of these contents, by the texts' names, would have."""
        if not self.is_notebook:
            return _encoded(contents[self.texts[0].uri])
        cells = [
            {
                "cell_type": "code",
                "metadata": {"vscode": {"languageId": text.language}},
                "source": contents[text.uri],
            }
            for text in self.texts
        ]
        return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()

    def contents(self, data: bytes) -> list[str]:
        """The texts in the bytes of a file that came of this one."""
        if self.is_notebook:
            return [cell["source"] for cell in json.loads(data)["cells"]]
        return [data.decode(_encoding(data))]


def buffers(workspace: Workspace) -> Iterator[Buffer]:
    """The open files and notebooks that hold Python."""
    in_notebooks: set[str] = set()
    for notebook in workspace.notebook_documents.values():
        open_cells = (workspace.text_documents.get(unquote(cell.document)) for cell in notebook.cells)
        cells = [cell for cell in open_cells if cell is not None]
        in_notebooks |= {cell.uri for cell in cells}
        path = _path(notebook.uri, NOTEBOOKS[0])
        if path.suffix.lower() in NOTEBOOKS:
            yield Buffer(notebook.uri, path, shown_path(str(path)), tuple(map(_text, cells)), True)
    for document in workspace.text_documents.values():
        suffix = _SUFFIXES.get(document.language_id or "", "")
        path = _path(document.uri, suffix)
        if document.uri in in_notebooks or document.uri.partition(":")[0] not in _SCHEMES:
            continue
        if _is_read(path, document.language_id):
            yield Buffer(document.uri, path, shown_path(str(path)), (_text(document),))


def _text(document: TextDocument) -> Text:
    return Text(document.uri, document.version, document.source, document.language_id or "")


def _is_read(path: Path, language: str | None) -> bool:
    suffix = path.suffix.lower()
    return suffix in (".py", *MARKDOWN) or (language == "python" and suffix not in NOTEBOOKS)


def _path(uri: str, suffix: str) -> Path:
    """Where the document lies; one that lies nowhere is named as if it stood in the working directory."""
    document = TextDocument(uri)
    if uri.startswith("file:") and document.path:
        return Path(document.path)
    name = "".join(sign if sign.isalnum() else "-" for sign in uri)
    return Path.cwd() / f"{name}{suffix}"


def _encoded(text: str) -> bytes:
    """The text in the encoding that it declares; what can't be written in it keeps its place."""
    data = text.encode("utf-8", "replace")
    encoding = _encoding(data)
    return data if encoding.startswith("utf-8") else text.encode(encoding, "replace")


def _encoding(data: bytes) -> str:
    try:
        return tokenize.detect_encoding(io.BytesIO(data).readline)[0]
    except SyntaxError:
        return "utf-8"
