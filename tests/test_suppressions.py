"""Comments that suppress findings: which they mean, which are of no use, and how they are written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from statelint import cli
from statelint.discover import SourceFile
from statelint.engine import check_files, check_source
from statelint.patterns import Pattern
from statelint.selection import Selection
from statelint.settings import DEFAULT, Settings

HEAD = """\
import numpy as np
from tensorflow.keras.layers import LSTM, Input
from tensorflow.keras.models import Sequential
x = np.zeros((8, 3, 1))
"""
MODEL = """\
model = Sequential([Input(batch_shape=(2, 3, 1)), LSTM(1, stateful=True, return_sequences=True)])
model.compile(loss="mse")
"""
# Lines 5 and 6 make the model; SRN201 in line 7 and SRN304 in line 8.
PROGRAM = HEAD + MODEL + "model.fit(x, x, batch_size=2, epochs=1){}\nmodel.predict(x, batch_size=2){}\n"


def found(
    data: str | bytes, name: str = "train.py", settings: Settings = DEFAULT, others: Sequence[SourceFile] = ()
) -> list[str]:
    """`CODE line` of each finding."""
    content = data if isinstance(data, bytes) else data.encode()
    checked = check_files([SourceFile(Path.cwd() / name, name, content, settings), *others])
    assert not checked.failures, checked.failures[0].error
    return [f"{f.code} {f.site.line}" for f in checked.findings if f.site.path == name]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# What is suppressed


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "#noqa",
        "# NOQA",
        "# noqa: SRN201",
        "# noqa:SRN201",
        "# noqa : srn201",
        "# noqa: E501, SRN201",
        "# noqa: E501 SRN201",
        "# noqa: SRN2",
        "# noqa: because I say so",
        "# type: ignore  # noqa: SRN201",
        "# statelint: ignore",
        "# statelint:ignore [SRN201]",
        "# statelint: ignore[shuffled-batches]",
        "# statelint: ignore[ Shuffled-Batches, E1, ]: the rows are independent",
        "# as it should be  # statelint: ignore[SRN2]",
    ],
)
def test_a_comment_suppresses_what_stands_on_its_line(comment: str) -> None:
    settings = Settings(Selection(ignore=("SRN002",)))
    assert found(PROGRAM.format("", "")) == ["SRN201 7", "SRN304 8"]
    assert found(PROGRAM.format(f"  {comment}", ""), settings=settings) == ["SRN304 8"]
    # So does it where one text is checked by itself.
    checked = check_source("train.py", PROGRAM.format(f"  {comment}", "").encode())
    assert [finding.code for finding in checked.findings] == ["SRN304"]


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa: E501",
        "# noqa: SRN304",
        "# noqa-not",
        "# nobody says noqas",
        "# statelint: ignored",
        "# statelint: ignore-some",
        "# statelint: ignore[SRN304]",
        "# statelint: ignore[SRN201",
        '; s = "# noqa"',
        "; s = '''# statelint: ignore",
    ],
)
def test_other_comments_and_strings_dont(comment: str) -> None:
    settings = Settings(Selection(ignore=("SRN002", "SRN304")))
    after = "'''" * comment.endswith("ignore") and "\n'''"
    assert found(PROGRAM.format(f"  {comment}{after}", ""), settings=settings) == ["SRN201 7"]


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        ("# statelint: ignore-file\n", []),
        ("# statelint: ignore-file[SRN3, shuffled-batches]\n", []),
        ("# statelint: ignore-file[SRN304]\n", ["SRN201 8"]),
        ("x = x  # statelint: ignore-file[SRN304]\n", ["SRN201 8"]),
    ],
)
def test_a_whole_file(comment: str, left: list[str]) -> None:
    assert found(comment + PROGRAM.format("", "")) == left
    assert [f"{line[:-1]}7" for line in found(PROGRAM.format("", "") + comment)] == [
        f"{line[:-1]}7" for line in left
    ]


def test_the_next_line_of_code() -> None:
    fit, predict = "model.fit(x, x, batch_size=2, epochs=1)\n", "model.predict(x, batch_size=2)\n"
    comment = "# statelint: ignore-next-line[SRN201]\n"
    assert found(HEAD + MODEL + comment + "\n# For a reason.\n" + fit + predict) == ["SRN304 11"]
    assert found(HEAD + MODEL.rstrip() + f"  {comment}" + fit + predict) == ["SRN304 8"]
    other = comment.replace("SRN201", "SRN304")
    assert found(HEAD + MODEL + comment + other + fit + predict) == ["SRN002 8", "SRN304 10"]


@pytest.mark.parametrize(
    "statement",
    [
        "model.fit(  # noqa: SRN201\n    x, x,\n    batch_size=2, epochs=1,\n)\n",
        "model.fit(\n    x, x,\n    batch_size=2, epochs=1,\n)  # noqa: SRN201\n",
        "model.fit(x, x, \\\n    batch_size=2, epochs=1)  # noqa: SRN201\n",
        "# statelint: ignore-next-line[SRN201]\nmodel.fit(\n    x, x, batch_size=2, epochs=1)\n",
    ],
)
def test_a_statement_over_several_lines(statement: str) -> None:
    assert found(HEAD + MODEL + statement) == []


def test_a_comment_within_a_statement_speaks_of_its_line_alone() -> None:
    statement = "model.fit(\n    x,  # noqa: SRN201\n    x,\n    batch_size=2, epochs=1,\n)\n"
    assert found(HEAD + MODEL + statement) == ["SRN201 7", "SRN002 8"]


def test_the_end_of_a_statement_speaks_of_its_arguments() -> None:
    layer = "model = Sequential([\n    LSTM(\n        4,\n        batch_input_shape=(2, 3, 1)"
    layer += ", stateful=True),\n])"
    code = HEAD.replace("tensorflow.keras", "keras") + layer
    assert found(code) == ["SRN501 8"]
    assert found(f"{code}  # noqa: SRN501") == []


def test_one_that_is_suppressed_costs_no_other() -> None:
    once = PROGRAM.replace("epochs=1", "epochs=3")
    every = found(once.format("", ""))
    assert len({line.split()[1] for line in every}) < len(every)
    for line in every:
        code = line.partition(" ")[0]
        comments = [f"  # noqa: {code}" if f"{code} {n}" in every else "" for n in (7, 8)]
        assert found(once.format(*comments)) == [other for other in every if not other.startswith(code)]


def test_python_2_crlf_and_other_encodings() -> None:
    text = PROGRAM.format("  # noqa: SRN201", "  # statelint: ignore")
    assert found(text.replace("\n", "\r\n")) == []
    assert found(b"\xef\xbb\xbf" + text.encode()) == []
    assert found(b"# coding: latin-1\n# \xe9\n" + text.encode()) == []
    assert found(text + "print 'done'\n") == []


def test_what_cant_be_parsed() -> None:
    broken = "from keras.layers import LSTM\nLSTM(4, stateful=True\nx = (\n"
    (line,) = (line.split()[1] for line in found(broken))
    assert found("# statelint: ignore-file[unreadable-source]\n" + broken) == []
    rows = broken.split("\n")
    rows[int(line) - 1] += "  # noqa: SRN001"
    assert found("\n".join(rows)) == []


def test_severities_and_advice() -> None:
    settings = Settings(Selection(select=("SRN",)))
    assert "SRN002 7" not in found(PROGRAM.format("  # noqa: SRN201", ""), settings=settings)


# Notebooks and texts


def notebook(*cells: str) -> bytes:
    parts: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": [*cell.splitlines(True)],
        }
        for cell in cells
    ]
    return json.dumps({"cells": parts, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1).encode()


CELLS = (
    "!pip install it's\n" + HEAD,
    MODEL,
    "%%time\nmodel.fit(x, x, batch_size=2, epochs=1){}",
    "model.predict(x, batch_size=2)",
)


def cells(comment: str = "", third: str = "") -> bytes:
    first, second, fit, predict = CELLS
    return notebook(first, second + third, fit.format(comment), predict)


def test_in_cells() -> None:
    name = "a.ipynb"
    assert found(cells(), name) == ["SRN201 2", "SRN304 1"]
    assert found(cells("  # noqa: SRN201"), name) == ["SRN304 1"]
    assert found(cells(third="# statelint: ignore-file[SRN201]"), name) == ["SRN304 1"]
    # Another cell's second line is another line.
    other = cells().replace(b'mse\\")', b'mse\\")  # noqa: SRN201')
    assert found(other, name) == ["SRN002 2", "SRN201 2", "SRN304 1"]


def test_what_a_cell_writes_to_a_file_is_no_comment() -> None:
    shell = notebook(
        "%%writefile a.py\nx = 1  # noqa: SRN201", "!ls  # statelint: ignore", "x = LSTM(stateful=True)"
    )
    assert found(shell, "a.ipynb") == []


TEXT = (
    "# Keras\n\n1. So:\n\n   ```python\n{}\n   ```\n\n"
    "`# statelint: ignore`\n\n> ```python\n> x = 1{}\n> ```\n"
)


def text(first: str = "", other: str = "") -> str:
    code = PROGRAM.format(first, "").rstrip().replace("\n", "\n   ")
    return TEXT.format(f"   {code}", other)


def test_in_blocks() -> None:
    assert found(text(), "a.md") == ["SRN201 12", "SRN304 13"]
    assert found(text("  # noqa: SRN201"), "a.md") == ["SRN304 13"]
    assert found(text(other="  # statelint: ignore-file[SRN2]"), "a.md") == ["SRN304 13"]
    assert found(text(other="  # noqa: SRN2"), "a.md") == ["SRN201 12", "SRN304 13", "SRN002 19"]


# What is of no use


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("# statelint: ignore", "this line has nothing to suppress"),
        ("# statelint: ignore[SRN301]", "this line has nothing of SRN301 to suppress"),
        (
            "# statelint: ignore[SRN3, shuffled-batches]",
            "this line has nothing of SRN3 and shuffled-batches to suppress",
        ),
        ("# statelint: ignore[shufled-batches]", "no rule is called shufled-batches"),
        (
            "# statelint: ignore[SRN999, SRN301]",
            "no rule is called SRN999; this line has nothing of SRN301 to suppress",
        ),
        ("# statelint: ignore[]", "it names no rule"),
        ("# statelint: ignore-file[SRN301]", "this file has nothing of SRN301 to suppress"),
        ("# statelint: ignore-next-line", "the next line of code has nothing to suppress"),
        ("# noqa: SRN301", "this line has nothing of SRN301 to suppress"),
        ("# noqa: E501,SRN301", "this line has nothing of SRN301 to suppress"),
    ],
)
def test_a_suppression_of_nothing_is_told(comment: str, said: str) -> None:
    code = f"x = 1  {comment}\n"
    (finding,) = check_files([SourceFile(Path.cwd() / "a.py", "a.py", code.encode())]).findings
    assert (finding.code, finding.rule) == ("SRN002", "unused-suppression")
    assert finding.message == f"unused suppression `{comment}`: {said}"
    assert (finding.site.line, finding.site.column, finding.site.end_column) == (1, 8, 8 + len(comment))


@pytest.mark.parametrize(
    "comment",
    ["# noqa", "# noqa: E501", "# noqa: why not", "# statelint: ignore[SRN002]", "'# statelint: ignore'"],
)
def test_what_is_never_told(comment: str) -> None:
    assert found(f"x = 1  {comment}\n" if comment.startswith("#") else f"x = {comment}\n") == []


def test_it_can_be_suppressed_itself() -> None:
    assert found("x = 1  # statelint: ignore[SRN301, unused-suppression]\n") == []
    assert found("# statelint: ignore-file[SRN002]\nx = 1  # noqa: SRN301\n") == []
    assert found("x = 1  # statelint: ignore[SRN301]  # noqa\n") == ["SRN002 1"]
    assert found("x = 1  # noqa: SRN301  # statelint: ignore\n") == ["SRN002 1", "SRN002 1"]


def test_only_where_its_rule_is_reported() -> None:
    code = "x = 1  # noqa: SRN301\n"
    assert found(code, settings=Settings(Selection(ignore=("SRN301",)))) == []
    assert found(code, settings=Settings(Selection(select=("SRN2",)))) == []
    assert found(code, settings=Settings(Selection(ignore=("SRN002",)))) == []
    assert found("x = 1  # noqa: SRN401\n") == []
    assert found("x = 1  # noqa: SRN401\n", settings=Settings(Selection(extend=("ADVICE",)))) == ["SRN002 1"]


def test_of_what_isnt_reported_it_is_in_use() -> None:
    # Neither is SRN304 asked for, nor would it be unused if it were.
    code = PROGRAM.format("  # noqa: SRN201", "  # statelint: ignore")
    assert found(code, settings=Settings(Selection(select=("SRN0", "SRN2")))) == []


def test_of_another_generation_it_is_in_use() -> None:
    code = PROGRAM.format("  # noqa", "  # noqa") + "model.reset_states()  # noqa: SRN502\n"
    assert found(code) == found(code, settings=Settings(keras=(2,))) == []


def test_in_a_module_that_others_import_it_may_be_in_use() -> None:
    module = Path("net.py")
    module.write_text(
        HEAD + "def train(model):\n    model.fit(x, x, batch_size=2, epochs=1)  # noqa: SRN201\n"
    )
    main = Path("sub/main.py")
    main.parent.mkdir()
    main.write_text("print()\n")
    Path("pyproject.toml").touch()
    own = SourceFile(module.absolute(), "net.py")
    every = [own, SourceFile(main.absolute(), "sub/main.py")]
    assert [f.code for f in check_files([own]).findings] == ["SRN002"]
    main.write_text("import helper\n")
    Path("helper.py").write_text("from net import train\n")
    assert check_files([own]).findings == []
    # What is excluded is no part of the project.
    settings = Settings(exclude=(Pattern("", "sub"), Pattern("", "helper.py")))
    assert [f.code for f in check_files([replace(own, settings=settings)]).findings] == ["SRN002"]
    assert [
        f.code for f in check_files([*every, SourceFile(Path("helper.py").absolute(), "helper.py")]).findings
    ] == ["SRN002"]
    main.write_text(HEAD.replace("x = ", "from net import train\nx = ") + MODEL + "train(model)\n")
    assert check_files(every).findings == []


def test_where_not_all_was_followed_it_may_be_in_use() -> None:
    endless = "n = 0\n" + "".join(f"for i{k} in range(10):\n    n = n + i{k}\n" for k in range(9000))
    code = HEAD + endless + MODEL + "model.fit(x, x, batch_size=2, epochs=1)  # noqa: SRN301\n"
    assert "SRN002" not in str(found(code))
    broken = notebook(HEAD, "def broken(:", MODEL + "x = 1  # noqa: SRN301")
    assert found(broken, "a.ipynb") == []


# Fixing


def run(*options: str) -> int:
    return cli.main(["--format", "concise", *options])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1  # statelint: ignore\n", "x = 1\n"),
        ("x = 1  # statelint: ignore   \n", "x = 1\n"),
        ("x = 1  # noqa: SRN301", "x = 1"),
        ("# statelint: ignore-file\nx = 1\n", "x = 1\n"),
        ("if 1:\n    # statelint: ignore-next-line\n\n    x = 1\n", "if 1:\n\n    x = 1\n"),
        ("x = 1\n# statelint: ignore-file\n", "x = 1\n\n"),
        ("x = 1\n    # statelint: ignore-file", "x = 1\n"),
        ("x = 1  # noqa: E501, SRN301\n", "x = 1  # noqa: E501\n"),
        ("x = 1  # noqa: E501 SRN301 F401\n", "x = 1  # noqa: E501 F401\n"),
        ("x = 1  # noqa: SRN301 for a reason\n", "x = 1  # for a reason\n"),
        ("x = 1  # statelint: ignore[SRN301]: a reason\n", "x = 1  # a reason\n"),
        ("x = 1  # one  # noqa: SRN301  # two\n", "x = 1  # one  # two\n"),
        ("x = 1  # one  # noqa: SRN301\n", "x = 1  # one\n"),
        ("x = 1  # noqa: SRN301  # statelint: ignore[SRN302]\n", "x = 1\n"),
        ("s = '''\n# noqa: SRN301'''  # noqa: SRN301\n", "s = '''\n# noqa: SRN301'''\n"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_fixing_removes_just_the_comment(before: str, after: str, end: str) -> None:
    path = Path("a.py")
    path.write_bytes(before.replace("\n", end).encode())
    assert run("--fix", "a.py") == 0
    assert path.read_bytes() == after.replace("\n", end).encode()


def test_fixing_keeps_what_is_in_use() -> None:
    path = Path("a.py")
    path.write_text(PROGRAM.format("  # statelint: ignore[SRN301, shuffled-batches,SRN302]", "  # noqa"))
    assert run("--fix", "a.py") == 0
    assert path.read_text() == PROGRAM.format("  # statelint: ignore[shuffled-batches]", "  # noqa")


def test_fixing_doesnt_touch_what_is_suppressed() -> None:
    path = Path("a.py")
    path.write_text(PROGRAM.format("  # noqa", ""))
    assert run("--fix", "a.py") == 0
    assert "shuffle=False" not in path.read_text()
    assert "reset_states" in path.read_text()


def test_a_fix_may_make_a_suppression_useless() -> None:
    # With the whole training mended, no finding is left in the line before.
    path = Path("a.py")
    path.write_text(
        PROGRAM.format("", "  # statelint: ignore[SRN304]").replace("epochs=1", "epochs=1, shuffle=True")
    )
    assert run("--fix", "--unsafe-fixes", "a.py") == 0
    assert "shuffle=True" not in path.read_text()


def test_fixing_in_notebooks_and_texts() -> None:
    Path("a.ipynb").write_bytes(cells("  # noqa: SRN201, SRN301", third="# statelint: ignore-file\nx = x"))
    Path("b.ipynb").write_bytes(cells("  # noqa: SRN201, SRN301", third="# noqa: SRN302\nx = x"))
    Path("a.md").write_text(text("  # noqa: SRN2,SRN301", other="  # statelint: ignore"))
    run("--fix", "--ignore", "SRN304", ".")
    assert b"ignore-file" in Path("a.ipynb").read_bytes()
    mended = json.loads(Path("b.ipynb").read_bytes())
    assert "".join(mended["cells"][1]["source"]) == MODEL + "x = x"
    assert "# noqa: SRN201" in "".join(mended["cells"][2]["source"])
    assert "SRN301" not in "".join(mended["cells"][2]["source"])
    assert Path("a.md").read_text() == text("  # noqa: SRN2")


# Writing


@pytest.mark.parametrize(
    ("fit", "after"),
    [
        (
            "model.fit(x, x, batch_size=2)",
            "model.fit(x, x, batch_size=2)  # statelint: ignore[shuffled-batches]",
        ),
        (
            "model.fit(x, x, batch_size=2) # so",
            "model.fit(x, x, batch_size=2) # so  # statelint: ignore[shuffled-batches]",
        ),
        (
            "model.fit(x, x, batch_size=2)  # statelint: ignore[SRN4]: a reason",
            "model.fit(x, x, batch_size=2)  # statelint: ignore[SRN4, shuffled-batches]: a reason",
        ),
        (
            "model.fit(x, x, batch_size=2)  # statelint: ignore[]",
            "model.fit(x, x, batch_size=2)  # statelint: ignore[shuffled-batches]",
        ),
        (
            "model.fit(\n    x, x,\n    batch_size=2,\n)",
            "model.fit(\n    x, x,\n    batch_size=2,\n)  # statelint: ignore[shuffled-batches]",
        ),
        (
            "h = model.fit(x, x, batch_size=2), \\\n    '''\n    '''",
            "h = model.fit(x, x, batch_size=2), \\\n    '''\n    '''  # statelint: ignore[shuffled-batches]",
        ),
        (
            "h = model.fit(x, x, batch_size=2), '''\n    ''', (\n)",
            "h = model.fit(x, x, batch_size=2), '''\n    ''', (\n)  # statelint: ignore[shuffled-batches]",
        ),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_suppressions_are_written(capsys: pytest.CaptureFixture[str], fit: str, after: str, end: str) -> None:
    path = Path("a.py")
    mark = "\ufeff# coding: utf-8\n# \u00e9\n"
    path.write_bytes((mark + HEAD + MODEL + fit).replace("\n", end).encode())
    mode = path.stat().st_mode
    assert run("--add-suppressions", "a.py") == 0
    assert capsys.readouterr().err == "statelint: 1 problem suppressed\n"
    assert path.read_bytes() == (mark + HEAD + MODEL + after).replace("\n", end).encode()
    assert path.stat().st_mode == mode
    assert run("--add-suppressions", "a.py") == 0
    assert path.read_bytes() == (mark + HEAD + MODEL + after).replace("\n", end).encode()


def test_several_on_a_line_have_one_comment() -> None:
    Path("a.py").write_text(PROGRAM.replace("epochs=1", "epochs=3").format("", ""))
    assert run("--add-suppressions") == 0
    lines = Path("a.py").read_text().split("\n")
    assert lines[6].endswith("  # statelint: ignore[shuffled-batches, state-carried-across-epochs]") or lines[
        6
    ].endswith("  # statelint: ignore[shuffled-batches]")
    assert sum("statelint" in line for line in lines) == 2


def test_suppressions_in_notebooks_and_texts() -> None:
    Path("a.ipynb").write_bytes(cells())
    Path("a.md").write_text(text())
    before = Path("a.ipynb").read_text().split("\n")
    assert run("--add-suppressions") == 0
    after = Path("a.ipynb").read_text().split("\n")
    assert len(before) == len(after)
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 2
    assert json.loads("\n".join(after))
    assert Path("a.md").read_text().count("# statelint: ignore[") == 2
    assert run() == 0


def test_what_would_be_written_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.py").write_text(PROGRAM.format("", ""))
    assert run("--add-suppressions", "--diff") == 1
    shown = capsys.readouterr().out
    assert "+model.predict(x, batch_size=2)  # statelint: ignore[state-carried-into-inference]\n" in shown
    assert Path("a.py").read_text() == PROGRAM.format("", "")


def test_a_file_that_cant_be_written_stays(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.py", "b.py"):
        Path(name).write_text(PROGRAM.format("", ""))
    Path("a.py").chmod(0o444)
    assert run("--add-suppressions") == 2
    captured = capsys.readouterr()
    assert captured.err.splitlines() == [
        "statelint: 2 problems suppressed",
        "statelint: a.py is left as it was: it is read-only",
    ]
    assert [line.partition(":")[0] for line in captured.out.splitlines()] == ["a.py", "a.py"]
    assert Path("a.py").stat().st_mode & 0o777 == 0o444
    assert Path("a.py").read_text() == PROGRAM.format("", "")


def test_what_cant_be_parsed_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.py").write_text("from keras.layers import LSTM\nLSTM(4, stateful=True\n")
    Path("b.py").write_text(PROGRAM.format("", "") + "print 'done'\n")
    before = Path("b.py").read_text()
    assert run("--add-suppressions") == 2
    captured = capsys.readouterr()
    assert "b.py is left as it was" in captured.err
    assert sorted({line.partition(":")[0] for line in captured.out.splitlines()}) == ["a.py", "b.py"]
    assert Path("b.py").read_text() == before


@pytest.mark.parametrize("option", ["--fix", "--unsafe-fixes --diff", "--confirm", "-"])
def test_what_doesnt_go_together(capsys: pytest.CaptureFixture[str], option: str) -> None:
    assert run("--add-suppressions", *option.split()) == 2
    assert "--add-suppressions" in capsys.readouterr().err
