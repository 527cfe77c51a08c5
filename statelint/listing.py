"""What lies in folders, each of which is listed once."""

from __future__ import annotations

import os

_names: dict[str, frozenset[str]] = {}


def names_in(folder: str) -> frozenset[str]:
    """The names of what lies in a folder; none where it can't be listed."""
    known = _names.get(folder)
    if known is None:
        try:
            known = frozenset(os.listdir(folder))
        except OSError:
            known = frozenset()
        _names[folder] = known
    return known


def note_names(folder: str, names: frozenset[str]) -> None:
    """Remember what somebody else has seen in a folder."""
    _names[folder] = names


def forget_names() -> None:
    """Let go of what was seen: files may have come or gone."""
    _names.clear()
