"""Python source: its libcst tree and where each node stands."""

from __future__ import annotations

import contextlib
import io
import itertools
import re
import tokenize
import warnings
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import cache, lru_cache

import libcst as cst
from libcst._exceptions import ParserSyntaxError
from libcst._nodes.internal import CodegenState

from statelint.sites import Site
from statelint.source import grammar, python2

# Of the user's code, which is parsed in pieces, Python would print what it thinks.
warnings.filterwarnings("ignore", category=SyntaxWarning, module="<unknown>")

Span = tuple[int, int, int, int]

_NEWLINE = re.compile(r"\r\n?|\n")

# What is larger holds data rather than a program, and takes seconds to parse.
MAX_BYTES = 400_000
# CPython's own limit.
MAX_BRACKETS = 200
_NO_BRACKETS = bytes(b for b in range(256) if b not in b"()[]{}")


@dataclass(frozen=True, slots=True)
class Source:
    """Parsed code that runs as one program: a module, a notebook's cells in order, blocks of a text.

    `texts` are what the modules were parsed from.  `spans` count lines through all of the file; of a
    notebook, through all its cells, and `cells` has the line before each cell's first.  `implies_keras`: it
    is part of a text on Keras, where `LSTM` and `np` need no import.  `python2`: it is Python 2, whose
    statements are rewritten; `floors`: `/` between integers leaves out the fraction.  `around` is the text
    that speaks of it; `is_respelled`: mistakes in writing it are mended.
    """

    path: str
    modules: tuple[cst.Module, ...]
    texts: tuple[str, ...]
    spans: dict[int, Span]
    cells: tuple[int, ...] | None = None
    implies_keras: bool = False
    python2: bool = False
    floors: bool = False
    around: str = ""
    is_respelled: bool = False
    _sites: dict[int, Site] = field(default_factory=dict, compare=False, repr=False)

    @property
    def code(self) -> str:
        return "\n".join(self.texts)

    def site(self, node: cst.CSTNode) -> Site:
        """Where a node is said to stand: in a chain over several lines, a call from its method's name on."""
        known = self._sites.get(id(node))
        if known is None:
            span = self.spans[id(node)]
            if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
                name = self.spans.get(id(node.func.attr), span)
                span = span if name[0] == span[0] else (*name[:2], *span[2:])
            known = self._sites[id(node)] = self._site(*span)
        return known

    def extent(self, node: cst.CSTNode) -> Site:
        """All that a node takes."""
        return self._site(*self.spans[id(node)])

    def _site(self, line: int, column: int, end_line: int, end_column: int) -> Site:
        if self.cells is None:
            return Site(self.path, None, line, column + 1, end_line, end_column + 1)
        cell = bisect_left(self.cells, line) - 1
        before = self.cells[cell]
        return Site(self.path, cell, line - before, column + 1, end_line - before, end_column + 1)


@cache
def _fields(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    """The fields of a node that can hold code, in order."""
    return tuple(f.name for f in fields(kind) if not f.name.startswith(_BLANK) and f.name not in _PUNCTUATION)


_BLANK = ("whitespace", "leading_", "trailing_", "lines_after", "header", "footer", "indent")
_PUNCTUATION = frozenset(
    {"lpar", "rpar", "lbracket", "rbracket", "lbrace", "rbrace", "comma", "colon", "semicolon"}
)


def children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The parts of a node, without white space and punctuation.

    `node.children` visits (and so copies) the whole subtree to find them.
    """
    for name in _fields(type(node)):
        part = getattr(node, name)
        if type(part) in _NODES or _is_node(part):
            yield part
        elif isinstance(part, tuple | list):
            for item in part:
                if type(item) in _NODES or _is_node(item):
                    yield item


# The kinds of nodes that were seen: `isinstance` asks abstract classes each time.
_NODES: set[type] = set()


def _is_node(part: object) -> bool:
    if isinstance(part, cst.CSTNode):
        _NODES.add(type(part))
        return True
    return False


def walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and everything in it, in the order of the text."""
    todo = [node]
    while todo:
        current = todo.pop()
        yield current
        todo.extend(reversed(tuple(children(current))))


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Code that can't be read or parsed: where, why, and the code."""

    site: Site
    why: str
    code: bytes


class _SpanState(CodegenState):
    """Regenerates the source and notes where each node begins and ends, white space left out.

    The stock PositionProvider does the same for every node and its white space at 8 times the cost.
    """

    def __init__(self, module: cst.Module) -> None:
        super().__init__(module.default_indent, module.default_newline)
        self.line = 1
        self.column = 0
        self.spans: dict[int, Span] = {}

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.add_token(token)

    def add_token(self, value: str) -> None:
        if "\n" in value or "\r" in value:
            segments = _NEWLINE.split(value)
            self.line += len(segments) - 1
            self.column = len(segments[-1])
        else:
            self.column += len(value)

    def record_syntactic_position(  # type: ignore[override]  # any context manager will do
        self,
        node: cst.CSTNode,
        *,
        start_node: cst.CSTNode | None = None,
        end_node: cst.CSTNode | None = None,
    ) -> _Recorded:
        return _Recorded(self, node, start_node, end_node)


class _Recorded:
    """The span of a node, entered when its code is written; a generator would cost three times as much."""

    __slots__ = ("_end_node", "_node", "_start", "_start_node", "_state")

    def __init__(
        self,
        state: _SpanState,
        node: cst.CSTNode,
        start_node: cst.CSTNode | None,
        end_node: cst.CSTNode | None,
    ) -> None:
        self._state, self._node = state, node
        self._start_node, self._end_node = start_node, end_node

    def __enter__(self) -> None:
        self._start = (self._state.line, self._state.column)

    def __exit__(self, *raised: object) -> None:
        state, start = self._state, self._start
        end = (state.line, state.column)
        spans = state.spans
        if self._start_node is not None and id(self._start_node) in spans:
            start = spans[id(self._start_node)][:2]
        if self._end_node is not None and id(self._end_node) in spans:
            end = spans[id(self._end_node)][2:]
        spans[id(self._node)] = (*start, *end)


def read(path: str, data: bytes | str) -> Source | Unreadable:
    """Parse a file, or code from one; `path` is how its findings name it."""
    if len(data) > MAX_BYTES:
        start = Site(path, None, 1, 1, 1, 2)
        code = data if isinstance(data, bytes) else data.encode("utf-8", "replace")
        return Unreadable(
            start, f"is too large to follow ({len(data):,} bytes, the limit is {MAX_BYTES:,})", code
        )
    if "\0" in data if isinstance(data, str) else b"\0" in data:  # which libcst takes in strings
        return _unreadable(path, data, 1, 0, "contains null characters")
    if _depth(data if isinstance(data, bytes) else data.encode("utf-8", "replace")) > MAX_BRACKETS:
        # Rather than raise, libcst's parser overflows the stack on what CPython refuses too.
        try:
            grammar.parse(data)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return _unreadable(path, data, 1, 0, "is nested too deep to parse")
    try:
        module, text, spans = _parsed(data)
    except ParserSyntaxError as error:
        decoded = _decoded(data)
        other = (_indented(path, decoded) or _python2(path, decoded)) if decoded is not None else None
        if other is not None:
            return other
        return _unreadable(path, data, error.raw_line, error.raw_column, "is not valid Python")
    except (SyntaxError, UnicodeError, LookupError, ValueError, cst.CSTLogicError) as error:
        return _unreadable(path, data, 1, 0, str(error) or type(error).__name__)
    except RecursionError:
        return _unreadable(path, data, 1, 0, "is nested too deep to parse")
    return Source(path, (module,), (text,), spans)


def _parsed(data: bytes | str) -> tuple[cst.Module, str, dict[int, Span]]:
    module = cst.parse_module(data)
    state = _SpanState(module)
    module._codegen(state)
    return module, _text(module, data), state.spans


def _text(module: cst.Module, data: bytes | str) -> str:
    """What the tree says, which is what it was parsed from; only a lone carriage return gets lost."""
    text = data if isinstance(data, str) else data.decode(module.encoding)
    return module.code if "\r" in text else text.removeprefix("\ufeff")


def _decoded(data: bytes | str) -> str | None:
    """The text of a file, None where its encoding is amiss."""
    try:
        if isinstance(data, bytes):
            encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
            data = data.decode(encoding)
    except (SyntaxError, ValueError, LookupError):
        return None
    return data.replace("\r\n", "\n")


def _indented(path: str, data: str) -> Source | None:
    """The code with spaces for the tabs in its indentation, which Python takes beside spaces and libcst
    doesn't always; None where that isn't it.
    """
    text = python2.with_spaces(data)
    if text == data:
        return None
    with contextlib.suppress(ParserSyntaxError, SyntaxError, ValueError, RecursionError, MemoryError):
        grammar.parse(data)
        module, text, spans = _parsed(text)
        return Source(path, (module,), (text,), spans, is_respelled=True)
    return None


def _python2(path: str, data: str) -> Source | None:
    """The code read as Python 2, None where it is none."""
    code = python2.modern(data)
    for text in (code, python2.with_spaces(code)) if code != data else ():
        with contextlib.suppress(ParserSyntaxError, SyntaxError, ValueError, RecursionError, MemoryError):
            grammar.parse(text)
            module, text, spans = _parsed(text)  # noqa: PLW2901
            return Source(path, (module,), (text,), spans, python2=True, floors=python2.floors_division(text))
    return None


def _depth(data: bytes) -> int:
    """How deep brackets are nested at most; those in strings and comments count too."""
    brackets = data.translate(None, _NO_BRACKETS)
    return max(itertools.accumulate(1 if b in b"([{" else -1 for b in brackets), default=0)


def _unreadable(path: str, data: bytes | str, line: int, column: int, why: str) -> Unreadable:
    # libcst names the line after the error and thirty expected tokens; CPython knows better.
    try:
        grammar.parse(data)
    except SyntaxError as error:
        line = error.lineno or line
        column = max((error.offset or 1) - 1, 0)
        why = error.msg
    except (ValueError, RecursionError, MemoryError):
        pass
    site = Site(path, None, max(line, 1), column + 1, max(line, 1), column + 2)
    return Unreadable(site, why, data if isinstance(data, bytes) else data.encode("utf-8", "replace"))


@lru_cache(maxsize=4096)
def names_in(node: cst.CSTNode) -> frozenset[str]:
    """All names that occur in a piece of code."""
    return frozenset(part.value for part in walk(node) if isinstance(part, cst.Name))
