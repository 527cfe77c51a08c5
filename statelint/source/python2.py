"""Python 2 as Python 3: the statements that changed are written anew, each on its own line."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Strings and comments, in which nothing is rewritten.
_TEXT = re.compile(
    r"""
      (?P<string>(?P<quote>'{3}|"{3}|'|")(?:\\.|(?!(?P=quote)).)*?(?P=quote))
    | (?P<comment>\#[^\n]*)
    """,
    re.VERBOSE | re.DOTALL,
)
_START = r"(?:^[ \t]*|;[ \t]*|:[ \t]*)"
# `print x`, `exec code`, `raise Error, "text"`: a statement that takes its operands without parentheses.
_STATEMENT = re.compile(
    rf"{_START}(?P<word>print|exec|raise)\b(?P<space>[ \t]*)"
    r"(?!(?:in|is|if|and|or|for|else|not[ \t]+in)\b)(?P<first>>>|[\w\"`{~]|not\b|(?<=[ \t])[-+](?=[\w.]))",
    re.MULTILINE,
)
_EXCEPT = re.compile(rf"{_START}except\b[^\n:]*[\w)](?P<comma>[ \t]*,[ \t]*)(?=\w+[ \t]*:)", re.MULTILINE)
_OCTAL = re.compile(r"(?<![\w.])0(?=[0-7]+[lL]?\b(?!\.))")
_LONG = re.compile(r"(?<![\w.])(?:0[xX][0-9a-fA-F]+|\d+)(?P<mark>[lL])\b")
_RAW_UNICODE = re.compile(r"(?<!\w)[uU](?=[rR]\")")
_ESCAPE = re.compile(r"(?P<unicode>\\[uUN])|\\.", re.DOTALL)
_REPR = re.compile(r"`(?P<code>[^`\n]*)`")
# `lambda (a, b): a`, `def f(a, (b, c)):`: parameters that are taken apart.
_TAKEN_APART = (
    re.compile(r"\blambda\b(?P<given>[\w, \t]*\([\w, \t()]*?)(?=[ \t]*:)"),
    re.compile(rf"{_START}def[ \t]+\w+\((?P<given>[\w, \t]*\([\w, \t()]*)(?=\)[ \t]*:)", re.MULTILINE),
)
_TRUE_DIVISION = re.compile(r"^from[ \t]+__future__[ \t]+import[ \t(]+[^\n]*\bdivision\b", re.MULTILINE)
_INDENT = re.compile(r"^[ ]*\t[ \t]*", re.MULTILINE)


def modern(code: str) -> str:
    """The code with Python 2's own statements and literals as Python 3 has them, every line in its place."""
    masked = _masked(code)
    edits: list[tuple[int, int, str]] = []
    for match in _STATEMENT.finditer(masked):
        edits += _called(masked, match)
    for match in _EXCEPT.finditer(masked):
        edits.append((*match.span("comma"), " as "))
    edits += [(match.start(), match.end(), "0o") for match in _OCTAL.finditer(masked)]
    edits += [(*match.span("mark"), "") for match in _LONG.finditer(masked)]
    edits += [(match.start(), match.end(), " ") for match in _RAW_UNICODE.finditer(masked)]
    edits += [(match.start(), match.end(), "!=") for match in re.finditer("<>", masked)]
    for match in (match for pattern in _TAKEN_APART for match in pattern.finditer(masked)):
        # Nothing is known of them, as of parameters that a call leaves out.
        edits.append((*match.span("given"), " *_, " + re.sub(r"[() \t]+", " ", match["given"]).strip()))
    for match in _REPR.finditer(masked):
        edits += [(match.start(), match.start() + 1, "repr("), (match.end() - 1, match.end(), ")")]
    if edits:  # else a Windows path is what keeps Python 3 from reading it
        edits += [(at, at, "\\") for at in _escapes(code)]
    for start, end, text in sorted(edits, reverse=True):
        code = code[:start] + text + code[end:]
    return code


def with_spaces(code: str) -> str:
    """The code with tabs in its indentation as Python 2 counts them: up to the next multiple of eight."""
    return _INDENT.sub(lambda match: match[0].expandtabs(8), code)


def floors_division(code: str) -> bool:
    """Whether `/` between integers leaves out the fraction."""
    return _TRUE_DIVISION.search(code) is None


def _masked(code: str) -> str:
    """The code with a quotation mark for each character of a string and a space for each of a comment."""
    return _TEXT.sub(lambda match: ('"' if match["string"] else " ") * len(match[0]), code)


def _escapes(code: str) -> Iterator[int]:
    """Where a string that isn't Unicode has what is a Unicode escape in Python 3: `'C:\\Users'`."""
    for match in _TEXT.finditer(code):
        if match["string"] and code[match.start() - 1 : match.start()] not in tuple("rRuU"):
            yield from (at.start() for at in _ESCAPE.finditer(code, *match.span("string")) if at["unicode"])


def _called(masked: str, match: re.Match[str]) -> list[tuple[int, int, str]]:
    """The edits that put what a statement takes into parentheses; none where Python 3 has that statement."""
    word, begin = match["word"], match.end("word")
    end = _end(masked, begin)
    if word == "raise" and "," not in _outside(masked[begin:end]):
        return []
    opening = (begin, begin + 1, "(") if match["space"] else (begin, begin, "(")
    edits = [opening, (end, end, ")")]
    if match["first"] == ">>":
        edits.append((match.start("first"), match.end("first"), "  "))
    return edits


def _end(masked: str, begin: int) -> int:
    """Where the statement ends that goes on at `begin`."""
    depth, position = 0, begin
    while position < len(masked):
        mark = masked[position]
        if mark in "([{":
            depth += 1
        elif mark in ")]}":
            depth -= 1
        elif mark == "\\":
            position += 1
        elif depth <= 0 and mark in "\n;":
            break
        position += 1
    return begin + len(masked[begin:position].rstrip())


def _outside(code: str) -> str:
    """The code without what stands in brackets."""
    kept, depth = [], 0
    for mark in code:
        depth -= mark in ")]}"
        if depth == 0:
            kept.append(mark)
        depth += mark in "([{"
    return "".join(kept)
