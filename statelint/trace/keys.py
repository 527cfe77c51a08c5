"""The identities of values: what they hold, and what they count."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

# What makes a whole number of another one.
ROUNDINGS = ("builtins.int", "builtins.round", "math.ceil", "math.floor", "numpy.ceil", "numpy.floor")


def parts(key: Hashable) -> Iterator[tuple[Hashable, ...]]:
    """All compound keys in a key, itself included, each once."""
    seen: set[int] = set()
    todo = [key]
    while todo:
        part = todo.pop()
        if isinstance(part, tuple) and part and id(part) not in seen:
            seen.add(id(part))
            yield part
            todo.extend(part)


def counted(key: Hashable) -> Hashable | None:
    """The data whose rows a number counts: `len(x)`, `x.shape[0]`."""
    match key:
        case ("length", ("Array" | "Table", whole)) | ("length", whole):
            return whole
        case ("item", ("attribute", ("Array" | "Table", whole) | whole, "shape"), ("int", 0)):
            return whole
    return None
