"""The fenced Python blocks of a Markdown, MyST or Quarto text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PYTHON = frozenset({"python", "python3", "py", "py3", "ipython", "ipython3"})
# MyST's directives whose argument is the language; that of a code cell may be left out.
_DIRECTIVES = frozenset({"code-cell", "code-block", "code", "sourcecode"})
_OPTION = re.compile(r"\s*:[\w-]+:")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of Python: what stands in its lines, and where.

    `line` is that of the opening fence, from 1; `section` counts the headings before it.  `shifts` are the
    columns that each line of the block (from 1) is indented by.
    """

    text: str
    line: int
    section: int
    shifts: dict[int, int]


def blocks_of(text: str) -> list[Block]:
    """The Python blocks in order."""
    lines = text.split("\n")
    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return list(_blocks(parser, text, lines))


def _blocks(parser: MarkdownIt, text: str, lines: list[str]) -> Iterator[Block]:
    section = 0
    for token in parser.parse(text):
        section += token.type == "heading_open" and token.level == 0
        if token.type == "fence" and token.map is not None and is_python(token.info):
            yield _block(token, token.map[0], section, lines)


def _block(token: Token, fence: int, section: int, lines: list[str]) -> Block:
    inner = token.content.removesuffix("\n").split("\n")
    shifts = {}
    for row, code in enumerate(inner, 1):
        line = lines[fence + row] if fence + row < len(lines) else ""
        if code and line != code and line.endswith(code):
            shifts[row] = len(line) - len(code)
    return Block("\n".join(_without_options(inner)), fence + 1, section, shifts)


def _without_options(lines: list[str]) -> list[str]:
    """The lines of a block, those left blank that give MyST's options at its head."""
    end = 0
    if lines[0].strip() == "---" and "---" in [line.strip() for line in lines[1:]]:
        end = [line.strip() for line in lines].index("---", 1) + 1
    else:
        while end < len(lines) and _OPTION.match(lines[end]):
            end += 1
    return ["" for _ in lines[:end]] + lines[end:]


def is_python(info: str) -> bool:
    """Whether a fence's info string says Python, in the ways of Markdown, MyST, Pandoc and Quarto."""
    info = info.strip().lower()
    if not info.startswith("{"):
        return re.split(r"[\s,{:;(]", info, maxsplit=1)[0] in _PYTHON
    inner, _, argument = info[1:].partition("}")
    words = re.split(r"[\s,]+", inner.strip())
    if words[0] in _DIRECTIVES:
        language = argument.split()[:1] or (["python"] if words[0] == "code-cell" else [])
        return not _PYTHON.isdisjoint(language)
    return words[0].removeprefix(".") in _PYTHON or any(
        word.startswith(".") and word[1:] in _PYTHON for word in words
    )
