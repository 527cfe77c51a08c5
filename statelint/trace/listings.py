"""Which files of a folder, which episodes and which models data come from, as far as their identity tells."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

LISTINGS = ("glob.glob", "glob.iglob", "os.listdir", "os.scandir")
LISTING_METHODS = ("glob", "rglob", "iterdir")


def origins_of(key: Hashable) -> frozenset[tuple[Hashable, ...]]:
    """The files of folders' listings that are in a key, `("item", listing, number)`, and the episodes,
    `("episode", number)`.
    """
    return frozenset(part for part in _origins(key) if part[0] != "output")


def sources_of(key: Hashable) -> frozenset[tuple[Hashable, ...]]:
    """The origins that are in a key, and the outputs of models, `("output", number)`."""
    return frozenset(_origins(key))


def _origins(key: Hashable) -> Iterator[tuple[Hashable, ...]]:
    seen: set[int] = set()
    todo = [key]
    while todo:
        part = todo.pop()
        if not isinstance(part, tuple) or not part or id(part) in seen:
            continue
        seen.add(id(part))
        is_file = part[0] == "item" and len(part) > 2 and is_listing(part[1])
        if is_file or part[0] in ("episode", "output"):
            yield part
        else:
            todo.extend(part)


def is_listing(key: Hashable) -> bool:
    """Whether it is all files of a folder, or some of them, in the order in which the folder has them."""
    match key:
        case (str(head), *_) if head in LISTINGS:
            return True
        case ("call", ("attribute", _, method), *_) if method in LISTING_METHODS:
            return True
        case ("unpacked", ("item", ("os.walk", *_), _), 2):
            return True
        case ("rows", whole, *_):
            return is_listing(whole)
    return False
