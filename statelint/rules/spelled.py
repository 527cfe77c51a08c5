"""Data that a program spells out: the text that a generation starts with, numbers written down."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from statelint.rules.chance import is_generated, is_read_from_file
from statelint.trace.keys import parts
from statelint.trace.objects import Data
from statelint.trace.story import Feed

_WRAPPING = ("Array", "reshape", "reshaped", "expand", "mapped", "padded", "numpy.squeeze")
_CODING = ("one_hot", "to_categorical", "convert_to_tensor", "cast", "constant", "pad_sequences", "array")
_NUMBERS = ("int", "float", "bool")
_TOKENS = ("texts_to_sequences", "texts_to_matrix")
# More letters than this are no names of columns.
_COLUMNS = 6


def starts_afresh(source: Feed, feed: Feed) -> bool:
    """Whether what is inferred from is written in the program, and no part of what was fed before."""
    own, before = _spelled(feed.data.key), _spelled(source.data.key)
    if own is None and _is_drawn_from_text(feed):
        own = "text"
    if own is None or before is not None:
        return False
    is_trained = source.phase in ("train", "validation")
    return is_trained and (own == "text" or is_read_from_file(source.data))


def begins_generation(source: Feed, feed: Feed) -> bool:
    """Whether a text that the program spells out is read behind what the model itself has said, which it
    doesn't continue. What only parts two texts, such as the end of a line, may well continue the first.
    """
    if not is_generated(source.data.key) or is_generated(feed.data.key):
        return False
    if _spelled(feed.data.key, brief=True) != "text" and not _is_drawn_from_text(feed):
        return False
    return _has_words((feed.data.key, *(turn.loop.over for turn in feed.context.passes[-1:])))


def _is_drawn_from_text(feed: Feed) -> bool:
    """Whether a loop over the letters of a text that the program spells out feeds one after the other."""
    over = feed.context.passes[-1].loop.over if feed.context.passes else None
    match over:
        case ("str", str(text)):
            is_spelled = len(text) > 1
        case _:
            is_spelled = _spelled(over) == "text"
    return is_spelled and any(_letter(part) is not None for part in parts(feed.data.key))


def is_text(data: Data) -> bool:
    """Whether a text is fed that is written in the program, and more than what parts two texts."""
    return _spelled(data.key) == "text" and _has_words(data.key)


def _has_words(key: Hashable) -> bool:
    written = (part[1] for part in parts(key) if part[0] == "str")
    return any(letter.isalnum() for text in written for letter in str(text))


def _spelled(key: Hashable, *, brief: bool = False) -> str | None:
    """What is written out: a "text", as the numbers of its letters or words, or "numbers".

    `brief`: a few letters are a text too, and no names of columns.
    """
    match key:
        case (str(head), _) if head in _NUMBERS:
            return "numbers"
        case ("listed", ("str", _), *codes) if codes and all(_letter(code) for code in codes):
            return "text"
        case ("listed" | "tuple" | "Tuple", *items):
            return _all(items, brief)
        case ("array", ("Ref", _), tuple(items)):
            return _all(items, brief)
        case ("array", inner) if isinstance(inner, tuple):
            return _spelled(inner, brief=brief)
        case ("filled", base, ("Tuple", (_, *_, code)), _):
            if _letter(code) is not None and (_is_blank(base) or _spelled(base, brief=brief) == "text"):
                return "text"
            return None
        case ("widened", _, left, right):
            return "text" if _spelled(left, brief=brief) == _spelled(right, brief=brief) == "text" else None
        case ("item", texts, 0 | ("int", _)) if _spelled(texts, brief=brief) == "text":
            return "text"
        case ("operation", _, left, right):
            return _all((left, right), brief)
        case ("call", ("attribute", _, str(method)), texts) if method in _TOKENS:
            return "text" if _is_string(texts) else None
        case ("tokens", _, texts, _):
            return "text" if _is_string(texts) else None
        case (str(head), inner, *_) if head in _WRAPPING or head.rpartition(".")[2] in _CODING:
            return _spelled(inner, brief=brief)
    return None


def _all(items: Sequence[Hashable], brief: bool) -> str | None:
    """What items are that are all written out."""
    letters = [letter for item in items if (letter := _letter(item)) is not None]
    if items and len(letters) == len(items):
        repeats = len(set(letters)) < len(letters)
        is_text = brief or repeats or len(letters) > _COLUMNS or not "".join(letters).isalnum()
        return "text" if is_text else None
    kinds = {_spelled(item, brief=brief) for item in items}
    if not kinds or None in kinds:
        return None
    return "text" if "text" in kinds else "numbers"


def _letter(key: Hashable) -> str | None:
    """The one letter whose number is looked up."""
    match key:
        case ("item", _, ("str", str(letter))) if len(letter) == 1:
            return letter
    return None


def _is_blank(key: Hashable) -> bool:
    match key:
        case ("Array", inner):
            return _is_blank(inner)
        case ("blank", *_):
            return True
    return False


def _is_string(key: Hashable) -> bool:
    match key:
        case ("str", _):
            return True
        case ("listed", *items):
            return bool(items) and all(map(_is_string, items))
    return False
