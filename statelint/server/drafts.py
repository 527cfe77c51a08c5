"""Half-typed code: what a text was before somebody began to type in it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

from statelint.discover import is_document
from statelint.server.documents import Buffer, Text
from statelint.source import grammar
from statelint.source.document import open_document
from statelint.source.magics import to_python
from statelint.source.python import Source, read


@dataclass(frozen=True, slots=True)
class _Known:
    """A text as it was last seen, and the last one that was as whole as when it was opened or saved."""

    seen: Text
    whole: str
    damage: int


class Drafts:
    """Tells half-typed texts from those that their authors left so.

    A text is half-typed where less of it can be parsed than when it was opened, saved or last whole.
    """

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def whole(self, buffer: Buffer, text: Text, is_settled: bool) -> str:
        """The text, or what it was before it was half-typed; `is_settled`: opened or saved just now."""
        known = self._known.get(text.uri)
        if known is not None and known.seen == text and not is_settled:
            return known.whole
        damage = _damage(buffer, text.text)
        if known is None or is_settled or damage <= known.damage:
            known = _Known(text, text.text, damage)
        else:
            known = _Known(text, known.whole, known.damage)
        self._known[text.uri] = known
        return known.whole

    def keep(self, uris: set[str]) -> None:
        """Forget all other texts."""
        self._known = {uri: known for uri, known in self._known.items() if uri in uris}


def _damage(buffer: Buffer, text: str) -> int:
    """How many parts of a text can't be parsed."""
    if buffer.is_notebook:
        codes = [to_python(text).code]
    elif is_document(buffer.shown):
        codes = [part.code for part in open_document(buffer.shown, text.encode("utf-8", "replace")).parts]
    else:
        codes = [text]
    return sum(not _parses(code) for code in codes)


def _parses(code: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            grammar.parse(code)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            # What is no Python of today is read as Python 2.
            return isinstance(read("", code.encode("utf-8", "replace")), Source)
    return True
