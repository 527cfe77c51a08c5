"""What an object is asked for, and whether it may answer otherwise when it is asked again."""

from __future__ import annotations

from collections.abc import Hashable

from statelint.rules.chance import stands_in_file
from statelint.trace.keys import parts
from statelint.trace.objects import Data
from statelint.trace.story import Loop, Story
from statelint.trace.tables import ANSWERS, is_table
from statelint.trace.texts import OF_TEXTS, is_text

# Attributes by which an array or a table tells the same each time.
_OF_ARRAYS = ("shape", "size", "ndim", "T", "values", "iloc", "loc", "columns")
# Methods by which an array gives the same in another form.
_FORMS = ("reshape", "astype", "copy", "squeeze", "transpose", "flatten", "ravel", "to_numpy", "tolist")


def is_read_anew(data: Data) -> bool:
    """Whether the data are read from an object that isn't known, so that the same expression may give
    others.
    """
    return may_differ(data.key)


def is_asked_anew(story: Story, data: Data, loop: Loop | None) -> bool:
    """The same from pass to pass of a loop, where an object that isn't known stays as it is and is only put
    into another form, and what the program has asked for before the loop is ready.
    """
    return any(_is_answer(part, True) and not _is_ready(story, part, loop) for part in parts(data.key))


def _is_ready(story: Story, answer: tuple[Hashable, ...], loop: Loop | None) -> bool:
    asked = story.asked.get(answer)
    return loop is not None and asked is not None and loop.id not in asked


def may_differ(key: Hashable) -> bool:
    """Whether data of this identity may be others when they are read again."""
    return any(_is_answer(part, False) for part in parts(key))


def _is_answer(part: tuple[Hashable, ...], is_kept: bool) -> bool:
    """Whether something is asked of an object which it may answer otherwise each time."""
    match part:
        case ("call", ("attribute", whole, name), *_) | ("attribute", whole, name) if name in _FORMS:
            # What was read from a file stays as it is.
            return not is_kept and not stands_in_file(whole) and not is_table(whole)
        case ("call", ("attribute", whole, name), *_) | ("attribute", whole, name) if (
            name in OF_TEXTS and is_text(whole)
        ):
            return False
        case ("call", ("attribute", whole, name), *_) if name in ANSWERS and is_table(whole):
            return False
        case ("attribute", whole, name):
            return name not in _OF_ARRAYS and not is_table(whole)
    return part[0] == "call"
