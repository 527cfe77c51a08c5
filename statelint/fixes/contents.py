"""The text in a file's bytes, and the bytes of its mended text: all else stays as it was."""

from __future__ import annotations

import codecs
import io
import tokenize
from collections.abc import Sequence

from statelint.discover import NOTEBOOKS, is_document
from statelint.findings import Edit
from statelint.fixes import notebook
from statelint.fixes.text import applied
from statelint.source import grammar


class UnwritableError(Exception):
    """The file can't be mended; the message says why."""


class InvalidError(UnwritableError):
    """The edits don't make a valid program of it."""


def mended(path: str, data: bytes, edits: Sequence[Edit]) -> bytes:
    """The contents of the file with the edits made; `path` says what it is.

    Raises UnwritableError where that would change anything else of it.
    """
    encoding, mark = ("utf-8", b"") if is_document(path) else _encoding(data)
    if data.startswith(codecs.BOM_UTF8):
        mark = codecs.BOM_UTF8
    try:
        text = data.removeprefix(mark).decode(encoding)
        if mark + text.encode(encoding) != data:
            raise UnwritableError(f"its text can't be written in {encoding} as it is")
        make = notebook.mended if path.lower().endswith(NOTEBOOKS) else applied
        result = mark + make(text, edits).encode(encoding)
    except UnicodeError as error:
        raise UnwritableError(f"it can't be decoded: {error}") from None
    if not is_document(path) and not _parses(result):
        raise InvalidError("the edits don't make a valid program of it")
    return result


def _encoding(data: bytes) -> tuple[str, bytes]:
    """A module's encoding, and the mark that it begins with."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        raise UnwritableError(str(error)) from None
    return ("utf-8", codecs.BOM_UTF8) if encoding == "utf-8-sig" else (encoding, b"")


def _parses(data: bytes) -> bool:
    try:
        grammar.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
