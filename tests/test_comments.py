"""Comments and statements in code: as Python's own tokenizer finds them, and in code on which it gives up."""

from __future__ import annotations

import io
import sysconfig
import tokenize
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statelint.discover import SourceFile
from statelint.engine import check_files
from statelint.source.comments import comments_of

LIBRARY = Path(sysconfig.get_path("stdlib"))
# Their tests of the tokenizer have all that there is.
FILES = [*sorted(LIBRARY.glob("[a-i]*.py")), *sorted((LIBRARY / "test").glob("test_[fgst]*.py"))]
BLANK = {tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
PIECES = st.sampled_from(
    [
        *("#", "'", '"', "'''", '"""', "\\\\", "\n", "\r\n", "(", ")", "[", "]", " ", "x = 1", "f", "r"),
        *("# noqa: SRN201", "# statelint: ignore", "# statelint: ignore[SRN301, SRN999]", "ignore-next-line"),
        *(
            "# statelint: ignore-file[",
            "]",
            "%%time",
            "!ls",
            "\u2028",
            "\x0c",
            "\t",
            "```python\n",
            "\n```\n",
            "> ",
        ),
    ]
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_as_the_tokenizer_finds_them(path: Path) -> None:
    with tokenize.open(path) as stream:
        text = stream.read()
    comments: list[tuple[int, int, str]] = []
    statements: dict[int, tuple[int, int]] = {}
    first = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            comments.append((*token.start, token.string))
        if token.type not in BLANK:
            first = first or token.start[0]
        if token.type == tokenize.NEWLINE:
            last = token.start[0]
            statements |= dict.fromkeys(range(first, last + 1), (first, last))
            first = 0
    (part,) = comments_of(path.name, path.read_bytes())
    assert [(c.site.line, c.site.column - 1, c.text) for c in part.comments] == comments
    assert {line: part.statements[line] for line in statements} == statements


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join), st.sampled_from(["a.py", "a.md"]))
def test_any_text_has_comments_where_they_stand(text: str, name: str) -> None:
    data = text.encode()
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for part in comments_of(name, data):
        for comment in part.comments:
            line = lines[comment.site.line - 1]
            assert line[comment.site.column - 1 :].startswith(comment.text)
            assert comment.text.startswith("#")
    checked = check_files([SourceFile(Path("/nowhere") / name, name, data)])
    assert not checked.failures
    for finding in checked.findings:
        line = lines[finding.site.line - 1]
        assert finding.message.startswith(f"unused suppression `{line[finding.site.column - 1 :][:1]}")
