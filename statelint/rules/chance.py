"""Data that begin at a place drawn at random: a random order, random rows, a random start."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from statelint.rules.sliding import takes_all
from statelint.trace.keys import parts
from statelint.trace.listings import LOADERS
from statelint.trace.objects import Array, Data
from statelint.values import Ternary

RANDOM = ("numpy.random.", "tensorflow.random.")
# Forms in which the rows keep their order.
_WRAPPING = ("Array", "reshape", "reshaped", "expand", "mapped", "padded", "unpacked")
_KEEPING = frozenset(
    [
        "array",
        "asarray",
        "asanyarray",
        "ascontiguousarray",
        "squeeze",
        "expand_dims",
        "reshape",
        "cast",
        "convert_to_tensor",
        "constant",
        "nan_to_num",
        "float32",
        "float64",
        "to_categorical",
        "one_hot",
        "log",
        "log1p",
        "exp",
        "abs",
        "sqrt",
        "tanh",
        "clip",
        "stack",
        "vstack",
        "row_stack",
        "atleast_2d",
        "atleast_3d",
        "tolist",
        "list",
        "pad_sequences",
    ]
)
_METHODS = frozenset(
    [
        "reshape",
        "astype",
        "copy",
        "to_numpy",
        "toarray",
        "tolist",
        "float",
        "squeeze",
        "flatten",
        "ravel",
        "transform",
        "fit_transform",
        "reset_index",
        "numpy",
        "as_matrix",
        "read_value",
    ]
)
# What is only counted tells nothing of where data begin.
_COUNTS = ("length", "builtins.len")
_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Draw:
    """What chance decided: `of` is the identity of a drawn number, of the rows picked, or None where the rows
    themselves are in random order.

    `narrowed` are wholes of which only some steps or columns were taken on the way, each with these.
    """

    of: Hashable
    narrowed: tuple[tuple[Hashable, tuple[Hashable, ...]], ...] = ()


def begins_anywhere(one: Data, other: Data | Array) -> Ternary:
    """Whether chance decided where `other` begins, and `one` has nothing to do with that; UNKNOWN where no
    chance is seen.
    """
    draws = list(_draws(other.key))
    found = [draw for draw in draws if draw is not None]
    if not found or len(found) < len(draws) or is_generated(other.key):
        return Ternary.UNKNOWN
    known: set[Hashable] = set(parts(one.key))
    return Ternary.of(not any(_is_shared(draw, known) for draw in found))


def is_generated(key: Hashable) -> bool:
    """Whether data hang on what a model said, or were drawn by probabilities, as what is generated is."""
    return any(part[0] in ("output", "weighted") for part in parts(key))


def files_of(data: Data) -> frozenset[Hashable]:
    """The files that data are read from, each as the call that reads it."""
    heads = ((part, part[0]) for part in parts(data.key))
    return frozenset(part for part, head in heads if isinstance(head, str) and head.startswith(LOADERS))


def is_read_from_file(data: Data) -> bool:
    """Whether the data are rows of a file's contents, in whatever form."""
    return stands_in_file(data.key)


def stands_in_file(key: Hashable) -> bool:
    """The same of an identity."""
    while isinstance(key, tuple) and len(key) > 1:
        head = key[0]
        if isinstance(head, str) and head.startswith(LOADERS):
            return True
        match key:
            case ("operation", _, whole, _) | ("call", ("attribute", whole, _), *_):
                key = whole
            case ("array", ("Ref", _), (whole, *_)) | ("listed", whole, *_):
                key = whole
            case ("transform" | "fit_transform", _, whole, *_):
                key = whole
            case (_, whole, *_):
                key = whole
    return False


def _is_shared(draw: Draw, known: set[Hashable]) -> bool:
    if draw.of is not None and draw.of in known:
        return True
    # Other steps or columns of the same rows.
    return any(whole in known and not _has(known, whole, steps) for whole, steps in draw.narrowed)


def _has(known: set[Hashable], whole: Hashable, steps: tuple[Hashable, ...]) -> bool:
    """Whether the same steps are taken of some rows of the whole."""
    for part in known:
        match part:
            case ("rows" | "index", source, ("Tuple", (_, *others))) if source == whole:
                if tuple(others) == steps:
                    return True
    return False


def _draws(key: Hashable, picked: Hashable = None, depth: int = 0) -> Iterator[Draw | None]:
    """What chance decided of where the data begin, on each way that they may have come; None: nothing."""
    if depth > _DEPTH or not isinstance(key, tuple) or not key:
        yield None
        return
    match key:
        case ("shuffled" | "sampled", *_):
            yield Draw(picked)
        case ("either", _, left, right) | ("widened", _, left, right):
            yield from _draws(left, picked, depth + 1)
            yield from _draws(right, picked, depth + 1)
        case ("choice", tuple(options)):
            for option in options:
                yield from _draws(option, picked, depth + 1)
        case ("rows", whole, start, _, ("NoneType", None) | ("int", 1)):
            yield from _sliced(whole, start, picked, depth)
        case ("rows" | "index" | "item", whole, at):
            yield from _indexed(whole, at, key, picked, depth)
        case ("filled", _, at, value):
            yield from _first(_draws(part, picked, depth + 1) for part in (value, _code(at)))
        case ("operation", _, left, right):
            ways = [(side, list(_draws(side, picked, depth + 1))) for side in (left, right)]
            if any(None in draws and is_part(side) for side, draws in ways):
                # Noise that is drawn beside what is read in order.
                yield None
            else:
                yield from _first(iter(draws) for _, draws in ways)
        case ("array", ("Ref", _), (first, *_)):
            yield from _draws(first, picked, depth + 1)
        case ("listed", over, first, *_):
            yield from _first(_draws(source, picked, depth + 1) for source in (over, first))
        case ("array" | "listed", content):
            yield from _draws(content, picked, depth + 1)
        case ("attribute", whole, "values"):
            yield from _draws(whole, picked, depth + 1)
        case (str(head), path, *_) if head.startswith(LOADERS):
            yield from _first(_drawn_texts(part, picked, depth) for part in _texts(path))
        case ("call", ("attribute", _, "drop" | "isin"), *given) if any(map(_chances, given)):
            yield Draw(picked)
        case ("call", ("attribute", receiver, str(method)), *given) if method in _METHODS:
            sources = given[:1] if method in ("transform", "fit_transform") else [receiver]
            yield from _first(_draws(source, picked, depth + 1) for source in sources)
        case (str(head), inner, *_) if head in _WRAPPING or head.rpartition(".")[2] in _KEEPING:
            yield from _draws(inner, picked, depth + 1)
        case _:
            yield None


def is_part(key: Hashable) -> bool:
    """Whether data are made of a slice that ends at a known or counted place."""
    for part in parts(key):
        match part:
            case ("rows", _, _, stop, _) | ("rows" | "index", _, ("Slice", (_, stop, _))):
                if stop != ("NoneType", None):
                    return True
            case ("rows" | "index", _, ("Tuple", tuple(several))):
                stops = [one[1][1] for one in several if isinstance(one, tuple) and one[:1] == ("Slice",)]
                if any(stop != ("NoneType", None) for stop in stops):
                    return True
    return False


def _drawn_texts(part: Hashable, picked: Hashable, depth: int) -> Iterator[Draw | None]:
    """What chance decided of a part of a path."""
    match part:
        case ("item", (str(head), int()), _) if head.startswith(RANDOM):
            yield Draw(part)
        case _:
            yield from _draws(part, picked, depth + 1)


def _texts(path: Hashable) -> Iterator[Hashable]:
    """The parts of which a path is put together."""
    match path:
        case ("operation", "+" | "/" | "%", left, right):
            yield from (*_texts(left), *_texts(right))
        case ("formatted" | "Tuple", tuple(several)):
            for part in several:
                yield from _texts(part)
        case ("os.path.join" | "pathlib.Path" | "builtins.str", *several):
            for part in several:
                yield from _texts(part)
        case ("call", ("attribute", _, "format"), *several):
            for part in several:
                yield from _texts(part)
        case _:
            yield path


def _first(found: Iterator[Iterator[Draw | None]]) -> Iterator[Draw | None]:
    """The draws on the first of the ways on which there are any."""
    for way in found:
        draws = list(way)
        if draws and None not in draws:
            yield from draws
            return
    yield None


def _sliced(whole: Hashable, start: Hashable, picked: Hashable, depth: int) -> Iterator[Draw | None]:
    drawn = next(_drawn_numbers(start), None)
    if drawn is not None:
        yield Draw(drawn)
    else:
        yield from _draws(whole, picked, depth + 1)


def _indexed(
    whole: Hashable, at: Hashable, key: Hashable, picked: Hashable, depth: int
) -> Iterator[Draw | None]:
    match at:
        case ("Tuple", (("NoneType", None), *others)) if others:
            yield from _indexed(whole, ("Tuple", tuple(others)), key, picked, depth)
            return
        case ("Tuple", (("Slice", (start, *_)), *others)):
            narrowed = () if all(map(takes_all, others)) else ((whole, tuple(others)),)
            for draw in _sliced(whole, start, picked, depth):
                yield draw and Draw(draw.of, (*draw.narrowed, *narrowed))
            return
        case ("Tuple", (first, *_)):
            yield from _indexed(whole, first, key, picked, depth)
            return
        case ("Slice", (start, _, _)):
            yield from _sliced(whole, start, picked, depth)
            return
        case ("str", _) | ("NoneType", None) | ("ellipsis", *_):
            yield from _draws(whole, picked, depth + 1)
            return
    mask = _is_mask(at)
    chances = _chances(at)
    if mask and chances:
        yield Draw(key)
        return
    drawn = next(_drawn_numbers(at), None)
    if drawn is not None:
        yield Draw(drawn)
        return
    if _is_order(at):
        yield Draw(picked)
        return
    yield from _first(way for way in (_draws(whole, key, depth + 1), _draws(at, None, depth + 1)))


def _is_mask(at: Hashable) -> bool:
    """Whether an index says of each row whether it is taken."""
    match at:
        case ("compare", *_) | ("call", ("attribute", _, "isin"), *_):
            return True
        case ("unary", "BitInvert", inner) | ("Array", inner):
            return _is_mask(inner)
    return False


def _is_order(at: Hashable) -> bool:
    """Whether an index names rows in random order."""
    match at:
        case ("Array", inner) | ("rows", inner, *_) | ("array", inner):
            return _is_order(inner)
        case ("shuffled" | "sampled", *_):
            return True
        case (str(head), int()):
            return head.startswith(RANDOM)
    return False


def _drawn_numbers(key: Hashable) -> Iterator[Hashable]:
    """The numbers drawn at random that a whole number was worked out from."""
    todo = [key]
    while todo:
        part = todo.pop()
        match part:
            case ("drawn", _):
                yield part
            case (str(head), int()) if head.startswith(RANDOM):
                yield part
            case ("operation" | "unary", _, *sides):
                todo += sides
            case ("Array" | "builtins.int" | "builtins.round" | "builtins.abs" | "math.floor", inner, *_):
                todo.append(inner)
            case ("item", inner, 0 | ("int", 0)):
                todo.append(inner)
            case (str(head), inner) if head.rpartition(".")[2] in ("int32", "int64", "floor", "round"):
                todo.append(inner)


def _chances(key: Hashable) -> bool:
    """Whether anything in a key was drawn at random, but for what is only counted."""
    todo = [key]
    seen: set[int] = set()
    while todo:
        part = todo.pop()
        if not isinstance(part, tuple) or not part or id(part) in seen:
            continue
        seen.add(id(part))
        match part:
            case ("shuffled" | "sampled" | "drawn", *_):
                return True
            case (str(head), int()) if head.startswith(RANDOM):
                return True
            case ("attribute", _, "shape" | "size"):
                continue
            case (str(head), *_) if head in _COUNTS:
                continue
        todo += part
    return False


def _code(at: Hashable) -> Hashable:
    """The last part of an index under which a code is filled in: `x[row, step, code] = 1`."""
    match at:
        case ("Tuple", (_, *_, code)):
            return code
    return None
