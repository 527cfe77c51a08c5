"""The fenced Python blocks of a Markdown, MyST or Quarto text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from statelint.source import grammar
from statelint.source.mending import mended

_PYTHON = frozenset({"python", "python3", "py", "py3", "ipython", "ipython3"})
# MyST's directives whose argument is the language; that of a code cell may be left out.
_DIRECTIVES = frozenset({"code-cell", "code-block", "code", "sourcecode"})
# What makes code that nothing calls Python worth a look.
STATEFUL = re.compile(r"\(.*\bstateful\s*=\s*True\b")
# Jekyll's blocks.
_JEKYLL = re.compile(
    r"^\{%-?[ ]*highlight[ ]+(?P<language>\w+)[^\n%]*%\}[ ]*\n"
    r"(?P<code>.*?)^\{%-?[ ]*endhighlight[ ]*-?%\}[ ]*$",
    re.MULTILINE | re.DOTALL,
)
_FENCE = "~" * 12
_OPTION = re.compile(r"\s*:[\w-]+:")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of Python: what stands in its lines, and where.

    `line` is that of the opening fence, or else the one before the block, from 1; `section` counts the
    headings before it.  `shifts` are the columns that each line of the block (from 1) is indented by.
    `is_tagged` says that the text calls it Python.
    """

    text: str
    line: int
    section: int
    shifts: dict[int, int]
    is_tagged: bool = True


def blocks_of(text: str) -> list[Block]:
    """The Python blocks in order."""
    text = _JEKYLL.sub(_fenced, text)
    lines = text.split("\n")
    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return list(_blocks(parser, text, lines))


def _fenced(block: re.Match[str]) -> str:
    """Jekyll's block of code as a fenced one, on the same lines."""
    return f"{_FENCE} {block['language']}\n{block['code']}{_FENCE}"


def _blocks(parser: MarkdownIt, text: str, lines: list[str]) -> Iterator[Block]:
    section = 0
    for token in parser.parse(text):
        section += token.type == "heading_open" and token.level == 0
        if token.map is None:
            continue
        if token.type == "fence" and is_python(token.info):
            yield _block(token, token.map[0], section, lines)
        elif token.type == "fence" and not token.info.strip():
            yield replace(_block(token, token.map[0], section, lines), is_tagged=False)
        elif token.type == "code_block":
            yield replace(_block(token, token.map[0] - 1, section, lines), is_tagged=False)
        elif token.type == "paragraph_open" and token.level == 0:
            for start, end in statements_in(lines, *token.map):
                inner = lines[start:end]
                shifts = {row: len(line) - len(line.lstrip()) for row, line in enumerate(inner, 1)}
                text = "\n".join(line.strip() for line in inner)
                yield Block(text, start, section, shifts, is_tagged=False)


def statements_in(lines: list[str], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where in a paragraph consecutive lines are a statement each and make a stateful layer."""
    first = start
    for row in range(start, end + 1):
        if row < end and is_statement(lines[row].strip()):
            continue
        if row - first > 1 and any(STATEFUL.search(line) for line in lines[first:row]):
            yield first, row
        first = row + 1


def is_statement(line: str) -> bool:
    """Whether the line is an import, a call or an assignment, which prose never is."""
    try:
        body = grammar.parse(line).body
    except (SyntaxError, ValueError):
        return False
    return len(body) == 1 and (
        isinstance(body[0], ast.Import | ast.ImportFrom | ast.Assign)
        or (isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Call))
    )


def is_keras(code: str) -> bool:
    """Whether untagged code is Python, but for a few statements, and makes a stateful layer."""
    try:
        grammar.parse(code)
    except (SyntaxError, ValueError):
        code = mended(code) or ""
    lines = [line for line in code.split("\n") if not line.startswith("exec(")]
    return any(STATEFUL.search(line) for line in lines)


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
