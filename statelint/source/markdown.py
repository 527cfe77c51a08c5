"""The blocks of Python in a Markdown, MyST or Quarto text."""

from __future__ import annotations

import ast
import html
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from statelint.source import grammar
from statelint.source.loose import runs
from statelint.source.mending import mended

_PYTHON = frozenset({"python", "python3", "py", "py3", "ipython", "ipython3"})
# MyST's directives whose argument is the language; that of a code cell may be left out.
_DIRECTIVES = frozenset({"code-cell", "code-block", "code", "sourcecode"})
# What makes code that nothing calls Python worth a look.
_STATEFUL = re.compile(r"\bstateful\s*=(?!=)")
# What people call sessions and scripts of any language, or nothing.
_UNTAGGED = frozenset({"", "bash", "code", "console", "plaintext", "pycon", "sh", "shell", "text", "txt"})
# What prose is made of; of code without a fence, too.
_LOOSE = frozenset({"paragraph_open", "heading_open", "code_block", "hr"})
# Jekyll's blocks.
_JEKYLL = re.compile(
    r"^\{%-?[ ]*highlight[ ]+(?P<language>\w+)[^\n%]*%\}[ ]*\n"
    r"(?P<code>.*?)^\{%-?[ ]*endhighlight[ ]*-?%\}[ ]*$",
    re.MULTILINE | re.DOTALL,
)
# HTML's, and what they are called.
_PRE = re.compile(
    r"<pre\b(?P<about>[^>]*>(?:\s*<code\b[^>]*>)?)(?P<code>.*?)(?:</code\s*>\s*)?</pre\s*>",
    re.DOTALL | re.IGNORECASE,
)
_LANGUAGE = re.compile(r"\blang(?:uage)?\s*[=:-]\s*[\"']?(\w+)", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_FENCE = "~" * 12
_OPTION = re.compile(r"\s*:[\w-]+:")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of Python: what stands in its lines, and where.

    `line` is that of the opening fence, or else the one before the block, from 1; `section` counts the
    headings before it.  `shifts` are the columns that each line of the block (from 1) is indented by.
    `is_tagged` says that the text calls it Python, `is_other` that it calls it something else or quotes it;
    `is_respelled`, that the text says a little less than the block.
    """

    text: str
    line: int
    section: int
    shifts: dict[int, int]
    is_tagged: bool = True
    is_other: bool = False
    is_respelled: bool = False


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
    tokens = [token for token in parser.parse(text) if token.map is not None and token.nesting >= 0]
    headings = [
        token.map[0] for token in tokens if token.map and token.type == "heading_open" and not token.level
    ]
    blocks = []
    quoted = [token.map for token in tokens if token.map and token.type == "blockquote_open"]
    # The prose, without the blocks in lists and quotations.
    prose: list[tuple[int, int]] = []
    for token in tokens:
        start, end = token.map or (0, 0)
        is_quoted = any(first <= start < last for first, last in quoted)
        if token.type == "fence":
            if is_python(token.info) or _language(token.info) in _UNTAGGED:
                block = _block(token, start, _section(headings, start), lines)
                is_tagged = is_python(token.info)
                is_other = not is_tagged and (_language(token.info) != "" or is_quoted)
                blocks.append(replace(block, is_tagged=is_tagged, is_other=is_other))
        elif token.type == "code_block":
            block = _block(token, start - 1, _section(headings, start), lines)
            blocks.append(replace(block, is_tagged=False))
        elif token.type == "html_block":
            found = _in_html(token, start, _section(headings, start), lines)
            blocks += [replace(b, is_other=not b.is_tagged and (b.is_other or is_quoted)) for b in found]
        if token.level == 0 and token.type in _LOOSE:
            if prose and not any(line.strip() for line in lines[prose[-1][1] : start]):
                start = prose.pop()[0]
            prose.append((start, end))
    if any(_STATEFUL.search(line) for start, end in prose for line in lines[start:end]):
        blocks = _with_loose(blocks, lines, prose, headings)
    yield from blocks


def _with_loose(
    blocks: list[Block], lines: list[str], prose: Sequence[tuple[int, int]], headings: Sequence[int]
) -> list[Block]:
    """The blocks and the statements in the prose, which may go on in indented blocks."""
    for start, end in prose:
        for first, run in runs(lines, start, end):
            if len(run) == 1:
                # A change that the text speaks of, rather than a part of the program.
                continue
            text = "\n".join(line.text for line in run)
            shifts = {row: line.shift for row, line in enumerate(run, 1) if line.shift}
            is_respelled = any(
                line.text.strip() not in lines[row].replace("**", "  ") for row, line in enumerate(run, first)
            )
            section = _section(headings, first)
            block = Block(text, first, section, shifts, is_tagged=False, is_respelled=is_respelled)
            met = [other for other in blocks if _overlap(other, block)]
            if not any(
                _rows(block)[0] >= _rows(other)[0] and _rows(block)[1] <= _rows(other)[1] for other in met
            ):
                blocks = [other for other in blocks if other not in met] + [block]
    return sorted(blocks, key=lambda block: block.line)


def _rows(block: Block) -> tuple[int, int]:
    """The lines of a block, from 0: the first, and the one behind the last."""
    return block.line, block.line + block.text.count("\n") + 1


def _overlap(one: Block, other: Block) -> bool:
    return _rows(one)[0] < _rows(other)[1] and _rows(other)[0] < _rows(one)[1]


def _section(headings: Sequence[int], row: int) -> int:
    """How many headings stand above a row."""
    return bisect_right(headings, row)


def is_keras(code: str) -> bool:
    """Whether untagged code is Python, but for a few statements, and makes a stateful layer."""
    if not _STATEFUL.search(code):
        return False
    tree = grammar.tree_of(code) or grammar.tree_of(mended(code) or "")
    return tree is not None and any(
        keyword.arg == "stateful"
        and not (isinstance(keyword.value, ast.Constant) and not keyword.value.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
    )


def _block(token: Token, fence: int, section: int, lines: list[str]) -> Block:
    inner = token.content.removesuffix("\n").split("\n")
    shifts = {}
    for row, code in enumerate(inner, 1):
        line = lines[fence + row] if fence + row < len(lines) else ""
        if code and line != code and line.endswith(code):
            shifts[row] = len(line) - len(code)
    return Block("\n".join(_without_options(inner)), fence + 1, section, shifts)


def _in_html(token: Token, start: int, section: int, lines: list[str]) -> Iterator[Block]:
    """What HTML shows as it stands, but for its tags and entities."""
    if token.content.lstrip().startswith("<!--"):
        return
    for found in _PRE.finditer(token.content):
        language = _LANGUAGE.search(found["about"])
        called = language[1].lower() if language else ""
        if called not in _PYTHON | _UNTAGGED:
            continue
        row = start + token.content.count("\n", 0, found.start("code"))
        written = found["code"].rstrip().split("\n")
        shown = [html.unescape(_TAG.sub("", line)) for line in written]
        places = (lines[row + k].find(line) for k, line in enumerate(written))
        shifts = {k: place for k, place in enumerate(places, 1) if place > 0}
        is_tagged = called in _PYTHON
        yield Block("\n".join(shown), row, section, shifts, is_tagged, called != "", shown != written)


def _without_options(lines: list[str]) -> list[str]:
    """The lines of a block, those left blank that give MyST's options at its head."""
    end = 0
    if lines[0].strip() == "---" and "---" in [line.strip() for line in lines[1:]]:
        end = [line.strip() for line in lines].index("---", 1) + 1
    else:
        while end < len(lines) and _OPTION.match(lines[end]):
            end += 1
    return ["" for _ in lines[:end]] + lines[end:]


def _language(info: str) -> str:
    """The first word of a fence's info string."""
    return next(iter(info.lower().split()), "")


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
