"""Paths of files, as a program puts them together."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Hashable, Iterator, Sequence

from statelint.values import Value, interned

# So many steps make a path, and so many folders lie in each other.
_MOST_STEPS, _DEEPEST = 100, 20
# Functions that give the same path.
_SAME_FUNCTIONS = ("builtins.str", "pathlib.Path", "os.path.abspath", "os.path.realpath", "os.path.normpath")
# Methods of paths that give the same path, spelled another way.
SAME_PATH = ("resolve", "absolute", "expanduser", "as_posix")


def file_key(path: Value) -> Hashable:
    """The identity of a file, however its path is written."""
    text = written_path(path.key)
    return path.key if not text else interned(("path", posixpath.normpath(text.replace("\\", "/"))))


def written_path(key: Hashable) -> str | None:
    """The path that a value is, by its identity; what isn't known of its folder can't be told."""
    return _told(key, iter(range(_MOST_STEPS)))


def _told(key: Hashable, left: Iterator[int]) -> str | None:
    """As above; `left` counts the parts that may still be looked at."""
    if next(left, None) is None:
        return None
    match key:
        case ("str", str(text)):
            return text
        case ("pathlib.Path" | "os.path.join", *parts) if parts:
            return _joined(parts, left)
        case ("operation", "/", first, last):
            return _joined([first, last], left)
        case ("call", ("attribute", part, "joinpath"), *parts):
            return _joined([part, *parts], left)
        case (str(function), part) if function in _SAME_FUNCTIONS:
            return _told(part, left)
        case ("call", ("attribute", part, str(method))) if method in SAME_PATH:
            return _told(part, left)
        case ("attribute", part, "parent") | ("os.path.dirname", part):
            inner = _told(part, left)
            return None if inner is None else os.path.dirname(inner)
        case ("item", ("attribute", part, "parents"), ("int", int(levels))) if 0 <= levels < _DEEPEST:
            path = _told(part, left)
            for _ in range(levels + 1):
                path = path and os.path.dirname(path)
            return path
    return None


def _joined(parts: Sequence[Hashable], left: Iterator[int]) -> str | None:
    paths = [path for path in (_told(part, left) for part in parts) if path is not None]
    return os.path.join(*paths) if len(paths) == len(parts) else None
