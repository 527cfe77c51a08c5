"""Pieces of data: what a program may have cut for a single batch, as far as the data's identity tells."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from statelint.values import interned

# The rows stay what they are.
_KEEPING = ("reshape", "expand", "transpose")


def is_piece(key: Hashable) -> bool:
    """Whether data may be some rows cut out of others, an item of a list, or what a loop draws.

    All rows but some at an end (`x[:n]`, `x[split:]`) are no piece; nor is a dictionary's entry (`d["x"]`).
    """
    match key:
        case ("item", whole, (("str", _), *_) | ("listed", ("str", _), *_)):
            # Columns of a table have all its rows.
            return is_piece(whole)
        case ("item", whole, ("str", _)) | ("unpacked", whole, _):
            return is_piece(whole)
        case ("item", *_):
            return True
        case ("call", ("attribute", ("item", _, index), "reshape"), *_):
            return _takes_piece(index)
        case ("rows", whole, start, stop, _):
            return not _is_trim(start, stop) or is_piece(whole)
        case ("rows" | "index", whole, index):
            return _takes_piece(index) or is_piece(whole)
        case ("operation", _, left, right):
            return is_piece(left) or is_piece(right)
        case (head, whole, *rest) if head in _KEEPING or (not rest and isinstance(whole, tuple)):
            return is_piece(whole)
    return False


def lengths(key: Hashable) -> Iterator[Hashable]:
    """The identities of values that are the number of rows: `len(x)`, `x.shape[0]`, the n of `x[:n]`."""
    yield interned(("length", key))
    yield interned(("item", ("attribute", key, "shape"), ("int", 0)))
    match key:
        case (
            ("rows", _, start, stop, _)
            | ("rows" | "index", _, ("Slice", (start, stop, _)))
            | ("rows" | "index", _, ("Tuple", (("Slice", (start, stop, _)), *_)))
        ) if _is_start(start) and not _is_negative(stop):
            yield stop
        case ("index", _, ("rows", *_) as numbers) | ("index", _, ("Array", ("rows", *_) as numbers)):
            yield from lengths(interned(numbers))
        case (head, whole, *_) if head in _KEEPING:
            yield from lengths(whole)


def is_fold(order: Hashable) -> bool:
    """Whether rows are taken in the order of a cross-validation's fold: a large part of them all."""
    match order:
        case ("folds", *_) | ("numpy.arange", ("folds", *_)):
            return True
    return False


def _takes_piece(index: Hashable) -> bool:
    match index:
        case ("Tuple", (first, *_)):
            return _takes_piece(first)
        case ("Slice", (start, stop, _)):
            return not _is_trim(start, stop)
        case ("Array", ("rows", *_) as numbers):
            return _takes_piece(numbers)
        # Of the numbers of all rows a share, `order[:int(0.8 * len(x))]`, or all behind some: `order[n:]`.
        case ("rows", whole, start, stop, _):
            takes_many = _is_share(stop) if _is_start(start) else _is_trim(start, stop)
            return not takes_many or _takes_piece(whole)
        # All rows in another order are as many, and so are the windows that begin at each of them.
        case ("ellipsis" | "NoneType", _) | ("shuffled", *_) | ("Array", ("places", *_)):
            return False
    return not is_fold(index)


def _is_trim(start: Hashable, stop: Hashable) -> bool:
    """Whether a slice takes all but some rows at one end; `x[:32]` and `x[-n:]` may be as long as a batch."""
    if _is_start(start):
        return _is_negative(stop) or not _is_count(stop)
    match stop:
        case ("NoneType", _):
            return not _is_negative(start) or _is_multiple(start)
    return False


def _is_share(key: Hashable) -> bool:
    """Whether a count is worked out from how many there are in all."""
    todo = [key]
    while todo:
        match todo.pop():
            case ("length", _) | ("attribute", _, "shape"):
                return True
            case ("operation" | "builtins.int" | "item", *others):
                todo += others
    return False


def _is_multiple(key: Hashable) -> bool:
    """Whether a count is all rows but those that make no whole batch: `-(len(x) // size * size)`,
    `-(len(x) - len(x) % size)`.
    """
    match key:
        case ("unary", "Minus", inner) | ("builtins.int", inner):
            return _is_multiple(inner)
        case ("operation", "*", ("operation", "//", _, divisor), factor):
            return divisor == factor
        case ("operation", "*", factor, ("operation", "//", _, divisor)):
            return divisor == factor
        case ("operation", "-", whole, ("operation", "%", same, _)):
            return whole == same
    return False


def _is_start(key: Hashable) -> bool:
    match key:
        case ("NoneType", _) | ("int", 0):
            return True
    return False


def _is_count(key: Hashable) -> bool:
    return isinstance(key, tuple) and key[0] == "int"


def _is_negative(key: Hashable) -> bool:
    match key:
        case ("int", int(value)):
            return value < 0
        case ("unary", "Minus", _):
            return True
    return False
