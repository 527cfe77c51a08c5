"""What is known, by its identity, to be a text."""

from __future__ import annotations

from collections.abc import Hashable

# What a text gives of itself, each time the same.
OF_TEXTS = frozenset(name for name in dir(str) if not name.startswith("_"))
# What stands in a file: all of it, its lines, and the rows that are made of those.
LINES, CSV_READERS = "lines", ("csv.reader", "csv.DictReader")


def is_reader(key: Hashable) -> bool:
    """Whether it gives the rows of a text, each once."""
    return isinstance(key, tuple) and bool(key) and key[0] in CSV_READERS


def is_text(key: Hashable) -> bool:
    """Whether it is what a file contains, or what methods of texts make of that."""
    while True:
        match key:
            case ("read" | "read_text", _):
                return True
            case ("item", (str(name), *_) as rows, _) if name == LINES or is_reader(rows):
                return True
            case ("call", ("attribute", inner, name), *_) if name in OF_TEXTS:
                key = inner
            case ("item" | "unpacked", inner, _) | ("operation", _, inner, _):
                key = inner
            case _:
                return False
