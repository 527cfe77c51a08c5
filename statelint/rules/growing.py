"""Data that grow: all that was fed before once more, and something behind it."""

from __future__ import annotations

from collections.abc import Hashable

from statelint.rules.sliding import contents
from statelint.trace.objects import Data

_JOINING = ("concatenate", "numpy.append")
_WRAPPING = ("Array", "array", "reshape", "expand")
_CODING = ("one_hot", "to_categorical", "convert_to_tensor", "constant", "cast")
_TOKENS = ("texts_to_sequences", "texts_to_matrix")


def has_grown(earlier: Data, later: Data) -> bool:
    """Whether the later data are all of the earlier ones with something put beside or behind them."""
    return _is_joined(earlier.key, later.key) or bool(_growth(earlier.key, later.key))


def _is_joined(earlier: Hashable, later: Hashable) -> bool:
    """Whether the earlier data are one of the arrays that the later ones are joined of."""
    found = set(contents(earlier))
    todo: list[Hashable] = []
    for form in contents(later):
        if isinstance(form, tuple) and form[0] in _JOINING:
            todo += form[1:]
    while todo:
        part = todo.pop()
        if part in found:
            return True
        if not isinstance(part, tuple) or not part:
            continue
        if part[0] in (*_JOINING, *_WRAPPING) or isinstance(part[0], tuple):
            todo.extend(part)
    return False


def _growth(old: Hashable, new: Hashable) -> int | None:
    """How many of the texts or lists that both are made of, in the same way, have become longer; None where
    one is made in another way.
    """
    if old == new:
        return 0
    match old, new:
        case _, ("operation", "+", first, _) if first == old:
            return 1
        case ("listed", *letters), ("listed", ("operation", "+", ("str", str(text)), _), *_) if (
            text == "".join(map(_letter, letters))
        ):
            return 1
        case ("listed", *before), ("listed", *after):
            if len(after) > len(before) > 0 and after[: len(before)] == before:
                return 1
            return _growths(tuple(before), tuple(after))
        case ("array", ("Ref", one), tuple(before)), ("array", ("Ref", other), tuple(after)):
            # A list without an identity is told apart by its items alone.
            if (
                other in (one, None)
                and len(after) > len(before) > 0
                and after[: len(before)] == tuple(before)
            ):
                return 1
            return _growths(before, after)
        case ("reshape", before, *_), ("reshape", after, *_):
            return _growth(before, after)
        case ("operation", symbol, before, *rest), ("operation", same, after, *others):
            return _growth(before, after) if symbol == same and rest == others else None
        case ("item", table, before), ("item", same, after) if table == same:
            return _growth(before, after)
        case ("item", before, at), ("item", after, place) if at == place:
            return _growth(before, after)
        case ("tokens", name, before, by), ("tokens", same, after, other):
            return _growth(before, after) if (name, by) == (same, other) else None
        case ("call", ("attribute", by, method), before), ("call", ("attribute", other, same), after):
            is_same = (by, method) == (other, same) and method in _TOKENS
            return _growth(before, after) if is_same else None
        case (str(head), before, *rest), (str(same), after, *others) if head == same and rest == others:
            is_coded = head in ("Array", "array", "expand", "padded") or head.rpartition(".")[2] in _CODING
            return _growth(before, after) if is_coded else None
    return None


def _growths(old: tuple[Hashable, ...], new: tuple[Hashable, ...]) -> int | None:
    found = [_growth(*pair) for pair in zip(old, new, strict=False)] if len(old) == len(new) else [None]
    return None if None in found else sum(n for n in found if n is not None)


def _letter(key: Hashable) -> str:
    """The letter whose number is looked up; nothing that a text is made of where none is."""
    match key:
        case ("item", _, ("str", str(letter))):
            return letter
    return "\0"
