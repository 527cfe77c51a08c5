"""Slips that keep a block from being read, and leave no doubt what was meant: each is mended in its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

# What people copy from pages and type in word processors.
_MARKS = str.maketrans({"\xa0": " ", "\u3000": " ", "“": '"', "”": '"', "‘": "'", "’": "'"})
_EQUALS = re.compile(r"[^=!<>:]=\s*$")
_COMMENT = re.compile(r"\s*#")
_PIECE = re.compile(
    r"""(?P<comment>\#.*)|(?P<triple>'{3}|\"{3})|(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
    r"""|(?P<open>[(\[{])|(?P<close>[)\]}])"""
)
# How an item begins, and how one ends, where nothing joins the two.
_ITEM = re.compile(r"\s*(?!(?:for|if|else|in|and|or|not|is|as|async|from|lambda)\b)[^\W\d]\w*\s*[.(=,)\]]")
_ITEM_ENDS = re.compile(r"[\w)\]}'\"]$")
# Where a bracket too many stands: behind another one, at the end of its line.
_CLOSED = re.compile(r"[)\]}]\s*$")
_END = re.compile(r"[\s;)\]}]*(?:#.*)?")
_UNFINISHED = re.compile(r"\b(?:for|if|else|in|and|or|not|is|as|lambda|await|yield|return|from)$")
_WORDS = re.compile(r"\s*[^\W\d][\w ,.;:'’/-]*")
# Rows of what `model.summary()` prints: a layer with its class in brackets.
_SUMMARY = re.compile(r"^.*\bLayer \(type\).*$|^\s*\w+ ?\(\w+\)?\s+[\[(].*$", re.MULTILINE)
_MESSAGE = re.compile(
    r"^(?:>(?!>)|\s*\w*(?:Error|Exception|Warning):|Traceback \(|\s+File \").*$", re.MULTILINE
)
_PROGRESS = re.compile(r"\[=*>?\.*\]|[=!<>]?={2,}|[<>!]=")
_OPTION = re.compile(r"\s--?[\w-]+=\S*")
_RUNS = re.compile(
    r"[\w\])]\s*\(|=|\breset|\b(?:import|del|global)\s|^\s*(?:for|while|if|with|def|class)\b.*:\s*$",
    re.MULTILINE,
)
_VALUE = re.compile(
    r"\b(?:(?:np|numpy|tf|jnp)\.)?(?:array|Tensor|DeviceArray)\(|\b(?:dtype|shape|name|numpy)="
)


def tidied(lines: Sequence[str], error: Callable[[Sequence[str]], int | None]) -> list[str] | None:
    """The lines without the slip that is the first error, whose row `error` tells; None for another."""
    row = error(lines)
    if row is None:
        return None
    for mended in _candidates(lines, row):
        if mended != list(lines):
            later = error(mended)
            if later is None or later > row:
                return mended
    return None


def _candidates(lines: Sequence[str], row: int) -> Iterator[list[str]]:
    yield [*lines[:row], lines[row].translate(_MARKS), *lines[row + 1 :]]
    yield [line.translate(_MARKS) for line in lines]
    yield _without_bracket(lines, row)
    yield _joined(lines)
    yield _with_commas(lines)
    if row and _has_comment(lines[row - 1]) and _WORDS.fullmatch(lines[row]):
        # The rest of a comment that was broken over two lines.
        yield [*lines[:row], re.sub(r"(\S)", r"#\1", lines[row], count=1), *lines[row + 1 :]]


def _without_bracket(lines: Sequence[str], row: int) -> list[str]:
    """The lines without a bracket that closes none, at the end of a row behind one that does: `fit(x))`."""
    depth = 0
    for number, line in enumerate(lines[: row + 1]):
        for piece in _PIECE.finditer(line):
            depth += (piece["open"] is not None) - (piece["close"] is not None)
            if depth >= 0 and not piece["triple"]:
                continue
            ends = _CLOSED.search(line[: piece.start()]) and _END.fullmatch(line[piece.end() :])
            if number < row or piece["triple"] or not ends:
                return list(lines)
            return [*lines[:row], f"{line[: piece.start()]} {line[piece.end() :]}", *lines[row + 1 :]]
    return list(lines)


def _joined(lines: Sequence[str]) -> list[str]:
    """The lines with what a `=` or a comment has torn apart as one statement."""
    joined = list(lines)
    for row, line in enumerate(lines[:-1]):
        follows = bool(lines[row + 1].strip())
        if follows and _EQUALS.search(line) and not _COMMENT.match(line):
            joined[row] = f"{line.rstrip()} \\"
        elif line.rstrip().endswith("\\") and not _COMMENT.match(line):
            joined[row] = line.rstrip()
        elif row and follows and _COMMENT.match(line) and joined[row - 1].endswith("\\"):
            joined[row] = "\\"
    return joined


def _with_commas(lines: Sequence[str]) -> list[str]:
    """The lines with the commas that were forgotten behind items, each on a line of its own."""
    found = list(lines)
    depth = 0
    last: tuple[int, int] | None = None
    for row, line in enumerate(lines):
        if depth and last is not None and _ITEM.match(line):
            before, end = found[last[0]], last[1]
            if _ITEM_ENDS.search(before[:end]) and not _UNFINISHED.search(before[:end]):
                found[last[0]] = f"{before[:end]},{before[end:]}"
        end = len(line)
        for piece in _PIECE.finditer(line):
            if piece["triple"]:
                return list(lines)
            depth += (piece["open"] is not None) - (piece["close"] is not None)
            if piece["comment"]:
                end = piece.start()
        code = line[:end].rstrip()
        if code:
            last = row, len(code)
    return found


def _has_comment(line: str) -> bool:
    return any(piece["comment"] for piece in _PIECE.finditer(line))


def is_output(text: str) -> bool:
    """Whether text that can't be read as Python was printed: no call, no assignment, nothing compound."""
    for pattern in (_SUMMARY, _MESSAGE, _VALUE, _PROGRESS, _OPTION):
        text = pattern.sub("", text)
    return not _RUNS.search(text)
