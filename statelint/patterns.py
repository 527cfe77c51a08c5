"""Path patterns of the configuration: written as in .gitignore, relative to a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_SPECIAL = frozenset("/*?[]!\\# ")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern, and the folder that it is relative to.  A name alone is meant at any depth."""

    folder: str
    text: str

    @property
    def is_name(self) -> bool:
        return _SPECIAL.isdisjoint(self.text)


@dataclass(frozen=True, slots=True)
class Patterns:
    """Several patterns: those that are names, and the others by the folder that they are relative to."""

    names: frozenset[str]
    others: tuple[tuple[str, GitIgnoreSpec], ...]

    def match_entry(self, path: str, name: str, is_folder: bool) -> bool:
        """Whether one of them means a file or folder, or, unless it is a name, what that lies in."""
        return name in self.names or (bool(self.others) and self._matches(path, is_folder))

    def match_path(self, path: str, root: str, is_folder: bool = False) -> bool:
        """Whether one of them means a file or folder or anything that it lies in, beneath `root`."""
        beneath = _beneath(root, path)
        steps = (os.path.basename(path) if beneath is None else beneath).split("/")
        return not self.names.isdisjoint(steps) or self._matches(path, is_folder)

    def _matches(self, path: str, is_folder: bool) -> bool:
        for folder, spec in self.others:
            beneath = _beneath(folder, path)
            if beneath and spec.match_file(beneath + "/" * is_folder):
                return True
        return False


@cache
def compiled(patterns: tuple[Pattern, ...]) -> Patterns:
    """The patterns, ready to match."""
    names = frozenset(pattern.text for pattern in patterns if pattern.is_name)
    others = [pattern for pattern in patterns if not pattern.is_name]
    if not others:
        return Patterns(names, ())
    from pathspec import GitIgnoreSpec

    folders = dict.fromkeys(pattern.folder for pattern in others)
    return Patterns(
        names,
        tuple(
            (folder, GitIgnoreSpec.from_lines(_lines(p for p in others if p.folder == folder)))
            for folder in folders
        ),
    )


def is_pattern(text: str) -> bool:
    """Whether it can be read as a pattern."""
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines(_lines([Pattern("", text)]))
    except ValueError:
        return False
    return bool(text.strip())


def _lines(patterns: Iterable[Pattern]) -> list[str]:
    # In an ignore file this is a comment, and here it isn't.
    return [f"\\{pattern.text}" if pattern.text.startswith("#") else pattern.text for pattern in patterns]


def _beneath(folder: str, path: str) -> str | None:
    """The path from the folder on, with slashes; None where it isn't beneath it."""
    start = folder.rstrip(os.sep) + os.sep
    return path[len(start) :].replace(os.sep, "/") if path.startswith(start) else None
