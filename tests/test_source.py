"""Reading Python: where nodes stand, and files that can't be read."""

from __future__ import annotations

import inspect
from pathlib import Path
from textwrap import dedent

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from statelint.interp import calls
from statelint.source.python import Source, Unreadable, read
from tests.programs import FIXTURES, shown

TRICKY = '''
    # comment
    @decorator  # why
    async def f(a, /, b: int = 1, *, c, **d) -> None:  # how

        """Doc
        string."""
        x = (  # open
            1 +
            2
        ) ; y = [
            *a,
        ]
        if x: return
        elif y:
            pass
        else:

            async with a as b, c: ...
        return await f(
            a, b = 1,
        )
    class A(B, metaclass = C): pass
    lambda *a, b=1: (yield)
    x = a[1:2, ..., ::3] if not -a ** b else {**a, 1: 2}
    for i, in z: continue
    f"{x!r:>{y}} {z=}" "b" \\
        'c'
    try:
        raise A from b
    except* (A, B) as e:
        del a, b
    finally:
        global g
'''


def source_of(data: bytes | str) -> Source:
    source = read("a.py", data.encode() if isinstance(data, str) else data)
    assert isinstance(source, Source), source
    return source


def unreadable(data: bytes | str) -> Unreadable:
    source = read("a.py", data.encode() if isinstance(data, str) else data)
    assert isinstance(source, Unreadable)
    return source


def spans_differ(source: Source) -> list[str]:
    """The nodes that stand elsewhere than libcst's own PositionProvider says."""
    wrapper = MetadataWrapper(source.modules[0], unsafe_skip_copy=True)
    differing = []
    for node, place in wrapper.resolve(PositionProvider).items():
        span = source.spans.get(id(node))
        expected = (place.start.line, place.start.column, place.end.line, place.end.column)
        if span is not None and span != expected:
            differing.append(f"{type(node).__name__} at {span}, not {expected}")
        if span is None and isinstance(node, cst.BaseExpression | cst.BaseStatement | cst.Arg):
            differing.append(f"{type(node).__name__} at {expected} has no span")
    return differing


@pytest.mark.parametrize(
    "data",
    [
        dedent(TRICKY).encode(),
        Path(inspect.getfile(calls)).read_bytes(),
        b"\xef\xbb\xbf" + "x = 'ä'; y = f(x)\n".encode(),
        b"# -*- coding: latin-1 -*-\nx = '\xe9'; y = f(x)\n",
        b"x = f(1)\r\nif x:\r\n    y = '''a\r\nb''' + z\r\n",
        b"if x:\n\ty = f(\n\t\tx)\n",
        b"\x0c\nx = 1\n",
        b"x = 1",
        b"",
    ],
    ids=["tricky", "calls.py", "bom", "latin-1", "crlf", "tabs", "form feed", "no newline", "empty"],
)
def test_nodes_stand_where_libcst_says(data: bytes) -> None:
    assert spans_differ(source_of(data)) == []


@pytest.mark.parametrize("path", FIXTURES[::7], ids=shown)
def test_nodes_of_fixtures_stand_where_libcst_says(path: Path) -> None:
    source = read(shown(path), path.read_bytes())
    if isinstance(source, Source):
        assert spans_differ(source) == []


def test_a_site_counts_from_one_and_in_characters() -> None:
    source = source_of("ä = 'ü'; b = f(ä)\n")
    line = source.modules[0].body[0]
    assert isinstance(line, cst.SimpleStatementLine)
    assert str(source.site(line)) == "a.py:1:1"
    site = source.site(line.body[1])
    assert (site.line, site.column, site.end_line, site.end_column) == (1, 10, 1, 18)


@pytest.mark.parametrize(
    ("data", "line", "column", "why"),
    [
        ("x = 1\ndef f(:\n    pass\n", 2, 7, "invalid syntax"),
        ("if x:\npass\n", 2, 1, "expected an indented block"),
        ("x = (\n", 1, 5, "was never closed"),
        ("if x:\n\ty = 1\n        z = 2\n", 3, 1, "inconsistent use of tabs and spaces"),
        (b"x = '\xe9'\n", 1, 8, "can't decode byte 0xe9"),
        (b"# coding: nonsense\nx = 1\n", 1, 1, "unknown encoding"),
        (b"x = 1\x00\n", 1, 1, "null bytes"),
    ],
)
def test_what_cannot_be_parsed_says_where_and_why(
    data: bytes | str, line: int, column: int, why: str
) -> None:
    found = unreadable(data)
    assert (found.site.path, found.site.line, found.site.column) == ("a.py", line, column)
    assert why in found.why


def test_errors_of_libcst_itself_are_findings() -> None:
    # libcst raises a CSTLogicError ("Unsafe concatenation") on it, whatever Python runs here.
    assert unreadable('t"a" t"b"\n').site.line == 1


@pytest.mark.parametrize(
    "code",
    [
        "x = " + "(" * 300 + "1" + ")" * 300,
        "x = " + "[" * 5000 + "]" * 5000,
        "x = " + "(lambda: " * 3000 + "1" + ")" * 3000,
        "x = " + "+".join(["1"] * 3000),
        "x = " + "-" * 3000 + "1",
        "if a: pass\n" + "elif b: pass\n" * 3000,
    ],
    ids=["parentheses", "lists", "lambdas", "sum", "minus", "elif"],
)
def test_deep_nesting_is_unreadable_not_a_crash(code: str) -> None:
    assert "nested" in unreadable(code).why


def test_brackets_in_strings_are_not_nested() -> None:
    assert source_of(f"x = '{'(' * 300}'\n").spans
