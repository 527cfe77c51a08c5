"""Text from the user's code made safe to print: nothing in it moves the cursor or hides what it says."""

from __future__ import annotations

import re

# Control characters, overrides of the writing direction, halves of surrogate pairs.
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """`text` with every character that a terminal would obey, or could not encode, written as an escape."""
    return _INVISIBLE.sub(lambda match: ascii(match.group())[1:-1], text)


def one_line(text: str) -> str:
    """`text` with its line breaks collapsed to spaces, and visible."""
    return visible(" ".join(text.split()))


def can_print(text: str, encoding: str | None) -> bool:
    """Whether a stream of this encoding can print `text`."""
    try:
        text.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
