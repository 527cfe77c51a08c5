"""Data that the program doesn't show being made: whether they are made of things that don't continue each
other.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from statelint.rules.chance import stands_in_file
from statelint.rules.relation import are_named_apart, begun, differ_in_text
from statelint.rules.spans import span_of, stand_before
from statelint.trace.listings import in_no_order, is_listing
from statelint.trace.objects import Data
from statelint.trace.story import Story

# Deeper than this, nothing is looked up any more.
_DEPTH = 12


def are_of_other_places(story: Story, one: Data, other: Data) -> bool:
    """Whether the data are read in the same way from places of other names, or made so."""
    return are_named_apart(one, other) or are_made_of_others(story, one, other, by_name=True)


def are_made_of_others(story: Story, one: Data, other: Data, *, by_name: bool = False) -> bool:
    """Whether the same calls made both, of which the program doesn't show what they do, and what they made
    `other` of doesn't go on where that of `one` ends: rows that stand before it, other files of a folder, and
    `by_name` files of other names.
    """
    return _are_made_apart(_Made(story.origins, by_name), one.key, other.key)


@dataclass(frozen=True, slots=True)
class _Made:
    origins: Mapping[Hashable, tuple[Hashable, ...]]
    by_name: bool


def _are_made_apart(made: _Made, one: Hashable, other: Hashable, depth: int = _DEPTH) -> bool:
    """Whether two identities differ, and wherever they do, by what is apart."""
    one, other = _made_at_once(one), _made_at_once(other)
    if one == other or depth == 0:
        return False
    mine, theirs = made.origins.get(one), made.origins.get(other)
    if mine is not None and theirs is not None:
        return any(_are_apart(made, *both, depth - 1) for both in _differing(mine, theirs))
    if not (isinstance(one, tuple) and isinstance(other, tuple)):
        return False
    differing = _differing(one, other)
    return bool(differing) and all(_are_made_apart(made, *both, depth - 1) for both in differing)


def _are_apart(made: _Made, one: Hashable, other: Hashable, depth: int) -> bool:
    """Whether what was given to one call doesn't lead to what was given to another one."""
    if stand_before(one, other) or _are_other_files(one, other):
        return True
    one, other = begun(one), begun(other)
    if differ_in_text(one, other):
        return made.by_name and _are_files(one) and _are_files(other)
    return _are_made_apart(made, one, other, depth)


def _made_at_once(key: Hashable) -> Hashable:
    """All that one call gave, of whose parts these are the first rows: `x, y = load()`."""
    key = begun(key)
    match key:
        case ("unpacked", whole, _):
            return _made_at_once(whole)
    return key


def _differing(one: tuple[Hashable, ...], other: tuple[Hashable, ...]) -> list[tuple[Hashable, Hashable]]:
    if len(one) != len(other):
        return []
    return [(mine, theirs) for mine, theirs in zip(one, other, strict=True) if mine != theirs]


def _are_files(key: Hashable) -> bool:
    """Whether it is the path of a file, or what is read from one."""
    match key:
        case ("str", str(text)):
            return "." in text or "/" in text
    return stands_in_file(key)


def _are_other_files(one: Hashable, other: Hashable) -> bool:
    """Whether they are parts of what has no order: files as the folder lists them, shuffled things."""
    first, second = span_of(one), span_of(other)
    if first is None or second is None or first[0] != second[0] or first == second:
        return False
    return is_listing(first[0]) or in_no_order(first[0]) is not None
