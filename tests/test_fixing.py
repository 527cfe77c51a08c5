"""Fixing files: what is written, what stays as it was, and what is left alone."""

from __future__ import annotations

import codecs
import json
import random
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from statelint import cli
from statelint.cli.fixing import write_changes
from statelint.cli.run import CLEAN, FOUND, TROUBLE
from statelint.discover import SourceFile
from statelint.engine import check_source
from statelint.findings import Edit, Finding, Fix, Severity
from statelint.fixes.contents import UnwritableError, mended
from statelint.fixes.passes import mend
from statelint.fixes.text import applied, compatible, moved
from statelint.fixes.writing import replace_file
from statelint.settings import Settings
from statelint.sites import Site
from statelint.source.notebook import cells_of

MODEL = """\
import numpy as np
from tensorflow import keras

model = keras.Sequential([keras.Input(batch_shape=(4, 3, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile(loss="mse")
x, y = np.zeros((16, 3, 1)), np.zeros((16, 4))
"""
FIT = "model.fit(x, y, batch_size=4)"
FIXED = "model.fit(x, y, batch_size=4, shuffle=False)"
PROGRAM = f"{MODEL}{FIT}  # once\n"


def site(line: int, column: int, end_line: int, end_column: int, path: str = "a.py") -> Site:
    return Site(path, None, line, column, end_line, end_column)


def edit(line: int, column: int, end_column: int, text: str) -> Edit:
    return Edit(site(line, column, line, end_column), text)


def fix(path: Path, *options: str) -> int:
    return cli.main(["--fix", *options, str(path)])


def test_edits_are_made_in_the_order_of_their_places() -> None:
    edits = [edit(2, 3, 4, "Z"), edit(1, 1, 1, "new\n"), edit(1, 2, 3, "")]
    assert applied("abc\ndef\n", edits) == "new\nac\ndeZ\n"


def test_put_in_lines_end_as_those_of_the_text() -> None:
    assert applied("a\r\nb\r\n", [edit(2, 1, 1, "x\ny\n")]) == "a\r\nx\r\ny\r\nb\r\n"


def test_of_two_fixes_that_touch_the_first_is_made() -> None:
    one, other = Fix("one", (edit(1, 1, 4, "x"),), True), Fix("other", (edit(1, 4, 4, "y"),), True)
    apart = Fix("apart", (edit(1, 5, 6, "z"),), True)
    assert compatible([one, other, apart]) == [one, apart]


def test_equal_edits_of_two_fixes_are_made_once() -> None:
    shared = edit(1, 1, 1, "import x\n")
    fixes = [Fix("one", (shared, edit(2, 1, 1, "a")), True), Fix("two", (shared, edit(3, 1, 1, "b")), True)]
    assert compatible(fixes) == fixes
    assert applied("1\n2\n3", [e for f in fixes for e in f.edits]) == "import x\n1\na2\nb3"


@pytest.mark.parametrize("seed", range(30))
def test_a_place_moves_with_its_text(seed: int) -> None:
    chance = random.Random(seed)
    text = "".join(chance.choice("abcde\n") for _ in range(60))
    marked = text[:30] + "@" + text[30:]
    edits, position = [], 0
    for _ in range(5):
        start = chance.randint(position, min(position + 12, len(marked)))
        end = chance.randint(start, min(start + 3, len(marked)))
        if "@" not in marked[start:end] and start > position:
            edits.append(Edit(place(marked, start, end), chance.choice(["", "x", "y\nz", "\n"])))
            position = end + 1
    there = moved(place(marked, 30, 31), edits)
    result = applied(marked, edits)
    assert result.split("\n")[there.line - 1][there.column - 1] == "@"


def place(text: str, start: int, end: int) -> Site:
    def at(position: int) -> tuple[int, int]:
        before = text[:position]
        return before.count("\n") + 1, position - before.rfind("\n")

    return site(*at(start), *at(end))


@pytest.mark.parametrize(
    "data",
    [
        PROGRAM.encode(),
        PROGRAM.replace("\n", "\r\n").encode(),
        PROGRAM.replace("\n", "\r").encode(),
        codecs.BOM_UTF8 + PROGRAM.encode(),
        f"# -*- coding: latin-1 -*-\nname = 'Gr\u00fc\u00dfe'\n{PROGRAM}".encode("latin-1"),
        f"name = 'Gr\u00fc\u00dfe \U0001f600'; {PROGRAM}".encode(),
        PROGRAM.removesuffix("\n").encode(),
        PROGRAM.replace(FIT, f"if True:\n\tif True:\n\t\t{FIT}").encode(),
        f"\f\n{PROGRAM}   \n\n\n".encode(),
    ],
    ids=["plain", "crlf", "cr", "bom", "latin-1", "wide", "no-final-newline", "tabs", "form-feed"],
)
def test_all_else_of_a_file_stays(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_bytes(data)
    assert fix(path) == CLEAN
    assert path.read_bytes() == data.replace(FIT.encode(), FIXED.encode())


def test_mode_and_links_stay(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "train.py", tmp_path / "link.py"
    target.write_text(PROGRAM, encoding="utf-8")
    target.chmod(0o751)
    link.symlink_to(target)
    assert fix(link) == CLEAN
    assert link.is_symlink() and target.stat().st_mode & 0o777 == 0o751
    assert FIXED in target.read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["link.py", "real", "train.py"]


def test_a_read_only_file_is_left_alone_and_others_are_fixed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = tmp_path / "one.py", tmp_path / "other.py"
    for path in (one, other):
        path.write_text(PROGRAM, encoding="utf-8")
    one.chmod(0o444)
    assert fix(tmp_path, "--format", "concise") == TROUBLE
    assert one.read_text(encoding="utf-8") == PROGRAM
    assert FIXED in other.read_text(encoding="utf-8")
    output, errors = capsys.readouterr()
    assert "one.py is left as it was: it is read-only" in errors
    # It is reported as it still is.
    assert output.count("SRN201") == 1 and "one.py" in output


def test_a_file_that_cannot_be_read_hinders_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = tmp_path / "one.py", tmp_path / "other.py"
    for path in (one, other):
        path.write_text(PROGRAM, encoding="utf-8")
    read = SourceFile.read

    def refused(file: SourceFile) -> bytes:
        if file.path == one:
            raise PermissionError(13, "Permission denied")
        return read(file)

    monkeypatch.setattr(SourceFile, "read", refused)
    assert fix(tmp_path, "--format", "concise") == FOUND
    assert FIXED in other.read_text(encoding="utf-8")
    assert "one.py:1:1: SRN001" in capsys.readouterr().out


def test_a_file_that_has_changed_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("now", encoding="utf-8")
    with pytest.raises(UnwritableError, match="changed"):
        replace_file(path, b"before", b"after")
    assert path.read_text(encoding="utf-8") == "now"
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_written_while_files_are_fixed_is_not_lost(tmp_path: Path) -> None:
    path, other = tmp_path / "a.py", tmp_path / "b.py"
    for each in (path, other):
        each.write_bytes(b"a\n")
    files = [SourceFile(each, each.name) for each in (path, other)]
    checks = 0

    def check(current: Sequence[SourceFile]) -> list[Finding]:
        nonlocal checks
        checks += 1
        if checks == 3:
            path.write_bytes(b"new\n")
        return [
            found(
                "SRN301",
                site(1, 1, 1, 2, file.shown),
                Fix("", (Edit(site(1, 1, 1, 2, file.shown), "b"),), True),
            )
            for file in current
            if file.read() == b"a\n"
        ]

    result = mend(files, check, unsafe=False)
    write_changes(result)
    assert (path.read_bytes(), other.read_bytes()) == (b"new\n", b"b\n")
    assert result.failures == {"a.py": "it has changed since it was read"}


def test_a_file_that_cannot_be_replaced_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.py"
    path.write_text("before", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UnwritableError, match="No space left"):
        replace_file(path, b"before", b"after")
    assert path.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_program_is_never_broken() -> None:
    with pytest.raises(UnwritableError, match="valid"):
        mended("a.py", b"f(x)\n", [edit(1, 4, 4, ", =")])


def notebook(*cells: object, **more: object) -> dict[str, object]:
    listed = [{"cell_type": "code", "source": cell, "metadata": {}, "outputs": []} for cell in cells]
    return {"cells": listed, "metadata": {"a": 1.50}, "nbformat": 4, "nbformat_minor": 5, **more}


LINES = [f"{line}\n" for line in MODEL.splitlines()]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(notebook(LINES, ["# Grüße\n", f"{FIT}\n", "print(1)"]), indent=1, ensure_ascii=False)
        + "\n",
        json.dumps(notebook(LINES, ["# Grüße \U0001f600\n", FIT]), indent=2),
        json.dumps(notebook(MODEL, f"# '\\'\n\t{FIT}".replace("\t", "")), separators=(",", ":")),
        json.dumps(notebook(LINES, f"x = '\u2028'\n{FIT}\n"), indent="\t").replace("\n", "\r\n"),
        json.dumps(notebook(["".join(LINES[:3]), "".join(LINES[3:])], [FIT])),
        "\ufeff" + json.dumps(notebook(LINES, [FIT]), indent=1),
    ],
    ids=["lines", "escapes", "strings", "crlf", "few-strings", "bom"],
)
def test_all_else_of_a_notebook_stays(text: str, tmp_path: Path) -> None:
    path = tmp_path / "train.ipynb"
    path.write_bytes(text.encode())
    assert fix(path) == CLEAN
    assert path.read_bytes() == text.encode().replace(FIT.encode(), FIXED.encode())


def cell_edit(cell: int, line: int, column: int, end_line: int, end_column: int, text: str) -> Edit:
    return Edit(Site("a.ipynb", cell, line, column, end_line, end_column), text)


def test_new_lines_of_a_cell_are_strings_of_their_own() -> None:
    text = json.dumps(notebook(["a\n", "b\n", "c"]), indent=1)
    edits = [cell_edit(0, 2, 1, 2, 1, "é1\n2\n"), cell_edit(0, 3, 2, 3, 2, "\nend")]
    result = mended("a.ipynb", text.encode(), edits)
    assert result.decode() == json.dumps(notebook(["a\n", "é1\n", "2\n", "b\n", "c\n", "end"]), indent=1)


def test_lines_of_a_cell_can_become_one() -> None:
    text = json.dumps(notebook(["f(\n", "  a)\n", "c"]), indent=1)
    result = mended("a.ipynb", text.encode(), [cell_edit(0, 1, 3, 2, 3, "")])
    assert result.decode() == json.dumps(notebook(["f(a)\n", "c"]), indent=1)


@pytest.mark.parametrize("seed", range(40))
def test_cells_are_edited_as_texts_are(seed: int) -> None:
    chance = random.Random(seed)
    cells: list[object] = []
    for _ in range(3):
        code = "".join(chance.choice(["a", '"', "\\", "é", "\U0001f600", "\n", "\t", "/"]) for _ in range(30))
        cells.append(code.splitlines(keepends=True) if chance.random() < 0.6 else code)
    data = json.dumps(notebook(*cells), indent=chance.choice([None, 1]), ensure_ascii=seed % 2 == 0).encode()
    texts = [cell.text for cell in cells_of(data)]
    edits = []
    for number, text in enumerate(texts):
        start = chance.randint(0, len(text) - 1)
        spot = place(text, start, chance.randint(start, len(text)))
        new = chance.choice(["", "x\n", 'y"\nz\\', "é"])
        edits.append(
            Edit(Site("a.ipynb", number, spot.line, spot.column, spot.end_line, spot.end_column), new)
        )
    result = mended("a.ipynb", data, edits)
    expected = [applied(text, [one]) for text, one in zip(texts, edits, strict=True)]
    assert [cell.text for cell in cells_of(result)] == expected
    rest, other = json.loads(data), json.loads(result)
    for document in (rest, other):
        for cell in document["cells"]:
            del cell["source"]
    assert rest == other


def test_all_else_of_a_text_stays(tmp_path: Path) -> None:
    indented = "".join(f"  {line}" for line in LINES)
    text = f"\ufeffKeras, for *Grüße*:\r\n\n- one\n\n  ```python\n{indented}  {FIT}\n  ```\n\nend\t "
    path = tmp_path / "read.md"
    path.write_bytes(text.encode())
    assert fix(path) == CLEAN
    assert path.read_bytes() == text.encode().replace(FIT.encode(), FIXED.encode())


def test_a_text_in_no_known_encoding_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = f"Keras\n\n```python\n{PROGRAM}```\n".encode() + b"\xff\xfe\n"
    path = tmp_path / "read.md"
    path.write_bytes(data)
    assert fix(path) == TROUBLE
    assert path.read_bytes() == data
    assert "can't be decoded" in capsys.readouterr().err


def test_a_diff_writes_nothing_and_can_be_applied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sources = {
        "a.py": PROGRAM.removesuffix("\n").encode(),
        "crlf.py": PROGRAM.replace("\n", "\r\n").encode(),
        "latin.py": f"# coding: latin-1\nname = 'Gr\u00fc\u00dfe'\n{PROGRAM}".encode("latin-1"),
    }
    for name, data in sources.items():
        Path(name).write_bytes(data)
    assert cli.main(["--diff", "--output-file", "all.diff", "."]) == FOUND
    assert {name: Path(name).read_bytes() for name in sources} == sources
    subprocess.run(["git", "apply", "all.diff"], check=True)
    expected = {name: data.replace(FIT.encode(), FIXED.encode()) for name, data in sources.items()}
    assert {name: Path(name).read_bytes() for name in sources} == expected
    assert cli.main(["--diff", "."]) == CLEAN


def test_only_fix_changes_files(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(PROGRAM, encoding="utf-8")
    for options in ([], ["--format", "json"], ["--statistics"], ["--diff"], ["--diff", "--unsafe-fixes"]):
        cli.main([*options, str(path)])
        assert path.read_text(encoding="utf-8") == PROGRAM


@pytest.mark.parametrize(
    "options",
    [["--unsafe-fixes", "."], ["--fix", "--diff", "."], ["--diff", "--confirm", "."], ["--fix", "-"]],
    ids=" ".join,
)
def test_options_that_do_not_go_together(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(options) == TROUBLE
    assert "--" in capsys.readouterr().err


def test_reports_name_the_fix(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "train.py"
    path.write_text(PROGRAM, encoding="utf-8")
    cli.main([str(path)])
    output = capsys.readouterr().out
    assert "fixable with --fix: pass `shuffle=False`" in output and "\n1 fixable with --fix.\n" in output
    cli.main(["--format", "concise", str(path)])
    assert "[fixable with --fix]" in capsys.readouterr().out
    cli.main(["--format", "json", str(path)])
    (found,) = json.loads(capsys.readouterr().out)
    (one,) = found["fix"]["edits"]
    assert found["fix"]["safe"] is True and one["text"] == ", shuffle=False"
    assert (one["path"], one["line"], one["column"]) == (found["path"], 7, len(FIT))
    fix(path)
    assert capsys.readouterr().out == "Fixed 1 problem. No problems in 1 file.\n"


def found(code: str, at: Site, one: Fix | None) -> Finding:
    return Finding(code, code.lower(), Severity.WARNING, at, "", "", "", (2, 3), fix=one)


def test_a_fix_that_leaves_its_finding_is_taken_back() -> None:
    useless = found("SRN301", site(1, 1, 1, 2), Fix("", (edit(1, 1, 1, "#"),), True))
    result = mend([SourceFile(Path("a.py"), "a.py", b"x\n")], lambda _: [useless], unsafe=False)
    assert (result.changes, result.fixed) == ([], [])
    # Nothing is promised that can't be kept.
    assert result.remaining == [replace(useless, fix=None)]


def test_a_fix_that_brings_up_another_finding_is_taken_back_and_others_are_made() -> None:
    """`a` makes `c` of itself, where another rule has a finding; `b` goes away."""

    def check(files: list[SourceFile] | object) -> list[Finding]:
        (file,) = files  # type: ignore[misc]
        text = file.read().decode()
        codes = {"a": "SRN301", "b": "SRN302", "c": "SRN303"}
        return [
            found(
                codes[c],
                site(k, 1, k, 2),
                None if c == "c" else Fix("", (edit(k, 1, 2, "c" if c == "a" else "z"),), True),
            )
            for k, c in enumerate(text.split("\n"), 1)
            if c in codes
        ]

    result = mend([SourceFile(Path("a.py"), "a.py", b"a\nb\na\nb")], check, unsafe=False)
    assert [change.after for change in result.changes] == [b"a\nz\na\nz"]
    assert [finding.code for finding in result.fixed] == ["SRN302", "SRN302"]


def test_unsafe_fixes_are_made_only_where_they_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    text = PROGRAM.replace(FIT, "shuffle = True\nmodel.fit(x, y, batch_size=4, shuffle=shuffle)")
    path.write_text(text, encoding="utf-8")
    assert fix(path) == FOUND
    assert path.read_text(encoding="utf-8") == text
    assert fix(path, "--unsafe-fixes") == CLEAN
    assert "shuffle=False)" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "given", ["=(2, 3, 1)", " = (2, 3, 1)", " =  ((2, 3, 1))", "=\n    (2, 3, 1)", " = shape"]
)
def test_a_value_is_moved_with_its_parentheses(given: str) -> None:
    text = (
        "import keras\nshape = (2, 3, 1)\nmodel = keras.Sequential()\n"
        f"model.add(keras.layers.LSTM(4, batch_input_shape{given}, stateful=True))\n"
    )
    (found,) = check_source("a.py", text.encode(), Settings(keras=(3,))).findings
    assert found.code == "SRN501" and found.fix is not None
    mended_text = applied(text, found.fix.edits)
    assert f"keras.Input(batch_shape={given.strip(' =')})" in mended_text
    assert check_source("a.py", mended_text.encode(), Settings(keras=(3,))).findings == []


WITH_INPUT = """\
import keras
shape = (2, 3, 1)
inputs = keras.Input(batch_input_shape=shape, name="steps")
outputs = keras.layers.LSTM(4, stateful=True)(inputs)
model = keras.Model(inputs, outputs)
"""


@pytest.mark.parametrize(
    "text",
    [
        WITH_INPUT,
        WITH_INPUT.replace("batch_input_shape=shape", "batch_input_shape=(None, 3, 1)[:0] + shape"),
        "from keras.layers import *\nfrom keras.models import Sequential\nmodel = Sequential()\n"
        "model.add(Input(batch_input_shape=(2, 3, 1)))\nmodel.add(GRU(4, stateful=True))\n",
    ],
)
def test_an_input_takes_the_batch_shape_by_another_name(text: str) -> None:
    (found,) = check_source("a.py", text.encode(), Settings(keras=(2, 3))).findings
    assert (found.code, found.holds_on) == ("SRN501", (3,)) and found.fix is not None
    mended_text = applied(text, found.fix.edits)
    assert mended_text == text.replace("batch_input_shape=", "batch_shape=")
    assert check_source("a.py", mended_text.encode(), Settings(keras=(2, 3))).findings == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (", stateful=True", ""),
        ("batch_input_shape", "batch_shape"),
        ("keras.Input(batch_input_shape", "keras.layers.InputLayer(batch_input_shape"),
    ],
)
def test_inputs_that_every_keras_takes_or_that_hold_no_state(before: str, after: str) -> None:
    text = WITH_INPUT.replace(before, after)
    assert check_source("a.py", text.encode(), Settings(keras=(3,))).findings == []


CHAINED = f"""\
{MODEL}import tensorflow as tf
data = (
    tf.data.Dataset.from_tensor_slices((x, y))
    .shuffle(16)
    .batch(4, drop_remainder=True)
)
(
    model
    .fit(data, epochs=1)
)
"""


def test_a_call_in_a_chain_over_several_lines_is_told_by_its_own_line(tmp_path: Path) -> None:
    (found,) = check_source("a.py", CHAINED.encode(), Settings(keras=(3,))).findings
    first = CHAINED[: CHAINED.index("shuffle(16)")].count("\n") + 1
    assert (found.code, found.site.line, found.site.column) == ("SRN202", first, 6)
    assert [related.site.column for related in found.related] == [
        6,
        CHAINED.splitlines()[3].index("keras.layers") + 1,
    ]
    path = tmp_path / "a.py"
    path.write_text(CHAINED, encoding="utf-8")
    assert fix(path, "--unsafe-fixes") == CLEAN
    assert path.read_text(encoding="utf-8") == CHAINED.replace("    .shuffle(16)\n", "")
