"""What findings are known by, and baselines made of it."""

from __future__ import annotations

import io
import json
import types
from dataclasses import replace
from pathlib import Path

import pytest

from statelint import cli
from statelint.baseline import fingerprint, fingerprints
from statelint.findings import Finding, Severity
from statelint.rules.shuffled_batches import ShuffledBatches
from statelint.sites import Site
from statelint.source.locating import forget_folders
from statelint.source.texts import Texts
from tests.test_configuration import PROGRAM


def finding(line: int = 1, end_line: int | None = None, code: str = "SRN201", path: str = "a.py") -> Finding:
    site = Site(path, None, line, 1, end_line or line, 2)
    return Finding(code, "shuffled-batches", Severity.WARNING, site, "m", "w", "i", (2, 3))


def known(text: str, *lines: int) -> list[str]:
    return fingerprints([finding(line) for line in lines], Texts({"a.py": text.encode()}))


def test_a_fingerprint_doesnt_know_where_its_line_stands() -> None:
    assert known("fit(x)\n", 1) == known("import keras\n\n    fit(x)\n", 3) == known("fit(x)\r\n", 1)
    assert known("fit(x)\n", 1) != known("fit(y)\n", 1)


def test_equal_lines_are_counted() -> None:
    one, other = known("fit(x)\nfit(x)\n", 1, 2)
    assert one != other
    assert [one, other] == known("\nfit(x)\n\nfit(x)\n", 2, 4)


def test_all_lines_of_a_place_count_and_white_space_does_not() -> None:
    texts = Texts({"a.py": b"fit(\n    x,\n)\nfit(\n  x,\n)\nfit(\n    y,\n)\n"})
    first, second, third = (
        fingerprint(finding(n, n + 2), "\n".join(texts.at(finding(n, n + 2).site))) for n in (1, 4, 7)
    )
    assert first == second != third


def test_rule_and_path_count_and_the_message_does_not() -> None:
    plain = fingerprint(finding(), "fit(x)")
    assert plain == fingerprint(replace(finding(), message="other"), "fit(x)")
    assert plain != fingerprint(finding(code="SRN202"), "fit(x)")
    assert plain != fingerprint(finding(path="b.py"), "fit(x)")
    assert plain == fingerprint(finding(path="b.py"), "fit(x)", path="a.py")


def test_a_file_that_is_gone_has_fingerprints_too() -> None:
    assert len(set(fingerprints([finding(), finding(line=9)], Texts()))) == 2


def test_comments_dont_count() -> None:
    assert known("fit(x)\n", 1) == known("fit(x)  # noqa: E501\n", 1) != known("fit('#')\n", 1)


# Runs with a baseline


def run(*options: str) -> int:
    return cli.main(["--format", "concise", *options])


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a program of two findings, and a baseline that has them."""
    monkeypatch.chdir(tmp_path)
    write("train.py", PROGRAM)
    write("statelint.toml", 'baseline = "old.json"\n')
    assert run("--update-baseline") == 0
    return tmp_path


def write(name: str, text: str) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def said(capsys: pytest.CaptureFixture[str]) -> tuple[list[str], list[str]]:
    """The places and rules of the findings, and what is said on standard error."""
    captured = capsys.readouterr()
    found = [line.split(": ", 2) for line in captured.out.splitlines() if ": SRN" in line]
    return [f"{place} {rule.split()[0]}" for place, rule, *_ in found], captured.err.splitlines()


def test_what_it_has_is_left_out(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run() == 0
    assert said(capsys) == ([], [])
    assert cli.main([]) == 0
    assert capsys.readouterr().out == "No new problems in 1 file; 2 in the baseline.\n"
    write("new.py", PROGRAM)
    assert cli.main([]) == 1
    assert "in 1 file; 2 files checked; 2 in the baseline." in capsys.readouterr().out
    assert cli.main(["--isolated"]) == 1
    entries = json.loads(Path("old.json").read_text())["findings"]
    assert [(entry["path"], entry["code"], entry["line"]) for entry in entries] == [
        ("train.py", "SRN201", "model.fit(x, np.zeros((8, 4)), batch_size=2, epochs=1)"),
        ("train.py", "SRN304", "model.predict(x, batch_size=2)"),
    ]


def test_lines_may_move_and_new_findings_are_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    write("train.py", "import os\n\n\n" + PROGRAM.replace("batch_size=2)", "batch_size = 2)  # so"))
    assert run() == 0
    assert said(capsys) == ([], [])
    write("train.py", PROGRAM + "\nmodel.predict(x, batch_size=2)\nmodel.fit(x, x, batch_size=2)\n")
    assert run() == 1
    found, told = said(capsys)
    assert told == []
    assert "train.py:11:1 SRN201" in found
    assert not any(line.startswith(("train.py:7", "train.py:8")) for line in found)


def test_a_stale_entry_is_told_and_removed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write("train.py", PROGRAM.replace("epochs=1", "epochs=1, shuffle=False"))
    capsys.readouterr()
    assert run() == 0
    assert said(capsys)[1] == [
        "statelint: old.json: train.py: SRN201 isn't found any more in "
        "`model.fit(x, np.zeros((8, 4)), batch_size=2, epochs=1)`",
        "statelint: old.json: --update-baseline removes what isn't found any more",
    ]
    assert run("--update-baseline") == 0
    assert said(capsys)[1] == ["statelint: old.json: 1 finding (0 added, 1 removed)"]
    before = Path("old.json").stat()
    assert run("--update-baseline") == 0
    assert Path("old.json").stat().st_mtime_ns == before.st_mtime_ns


def test_of_a_file_that_is_gone_all_is_stale(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("train.py").rename("renamed.py")
    assert run("--update-baseline") == 0
    assert said(capsys)[1][-1] == "statelint: old.json: 2 findings (2 added, 2 removed)"


@pytest.mark.parametrize(
    "options",
    [
        ["other.py"],
        ["--ignore", "SRN201,SRN304"],
        ["--select", "SRN1"],
        ["--keras", "2", "keras3.py"],
    ],
)
def test_what_this_run_cant_tell_of_stays(
    project: Path, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    write("other.py", "")
    write("keras3.py", PROGRAM + "model.reset_states()\n")
    assert run("--update-baseline") == 0
    before = Path("old.json").read_bytes()
    capsys.readouterr()
    assert run(*options) == 0
    assert said(capsys) == ([], [])
    assert run("--update-baseline", *options) == 0
    assert Path("old.json").read_bytes() == before


def test_in_a_module_that_another_program_uses(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    function, call = (
        "def train(model, x):\n    model.fit(x, x, batch_size=2, epochs=1)\n",
        "train(model, x)\n",
    )
    write("pyproject.toml", "")
    write("net.py", "import keras\n" + function)
    write("train.py", PROGRAM.replace("x = np", "from net import train\nx = np") + call)
    forget_folders()
    assert run("--update-baseline") == 0
    assert "net.py" in Path("old.json").read_text()
    capsys.readouterr()
    assert run("net.py") == 0
    assert said(capsys) == ([], [])


def test_an_entry_stays_where_a_run_goes_wrong(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Path("old.json").read_bytes()

    def check(self: object, trace: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(ShuffledBatches, "check", check)
    assert run("--update-baseline") == 2
    assert Path("old.json").read_bytes() == before


def test_it_is_the_same_from_everywhere(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("sub").mkdir()
    monkeypatch.chdir("sub")
    assert run("..") == 0
    assert run("../train.py") == 0
    monkeypatch.chdir("/")
    assert run("--baseline", str(project / "old.json"), str(project)) == 0


def test_the_contents_on_standard_input_count(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "\n\n" + PROGRAM + "model.fit(x, x, batch_size=2)\n"
    monkeypatch.setattr("sys.stdin", types.SimpleNamespace(buffer=io.BytesIO(text.encode())))
    capsys.readouterr()
    assert run("-", "--stdin-filename", "train.py") == 1
    assert {line.split(":")[1] for line in said(capsys)[0]} == {"11"}


def test_notebooks_and_texts(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cells = [{"cell_type": "code", "metadata": {}, "source": part} for part in PROGRAM.split("\n\n")]
    write("a.ipynb", json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    write("a.md", f"```python\n{PROGRAM}```\n")
    assert run() == 1
    assert run("--update-baseline") == 0
    cells.insert(0, {"cell_type": "code", "metadata": {}, "source": "x = 1"})
    write("a.ipynb", json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    write("a.md", f"# Training\n\n```python\n{PROGRAM}```\n")
    capsys.readouterr()
    assert run() == 0
    assert said(capsys) == ([], [])


def test_with_fixes_and_suppressions(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write("train.py", PROGRAM + "model.fit(x, x, batch_size=2, shuffle=True)\n")
    assert run("--add-suppressions") == 0
    lines = Path("train.py").read_text().splitlines()
    assert [n for n, line in enumerate(lines, 1) if "statelint: ignore" in line] == [9]
    assert run() == 0
    # What is known can be mended all the same; then it is stale.
    capsys.readouterr()
    assert run("--fix") == 0
    assert "SRN201 isn't found any more" in capsys.readouterr().err


def test_one_that_isnt_there(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("old.json").unlink()
    capsys.readouterr()
    assert run() == 2
    assert said(capsys) == ([], ["statelint: no such baseline: old.json; --update-baseline makes one"])
    Path("statelint.toml").unlink()
    assert run("--update-baseline") == 2
    assert "needs --baseline FILE" in capsys.readouterr().err
    assert run("--baseline", "new.json", "--update-baseline") == 0
    assert run("--baseline", "new.json") == 0
    assert run() == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1: invalid JSON: Expecting value"),
        (
            '{"version": 1,\n<<<<<<< HEAD\n',
            "2: invalid JSON: Expecting property name enclosed in double quotes",
        ),
        ("[]", '1: it is no baseline: an object with "version" and "findings"'),
        ('{"version": 1}', '1: it is no baseline: an object with "version" and "findings"'),
        ('{"version": 2, "findings": []}', "version: must be 1, not 2"),
        ('{"version": 1, "findings": [3]}', "findings[0]: must be an object"),
        ('{"version": 1, "findings": [{"path": 3}]}', "findings[0].path: must be a string"),
        ("[" * 100_000, "1: invalid JSON: nested too deep"),
        (b'{\n"\xff"', "2: it isn't UTF-8: invalid start byte"),
    ],
)
def test_a_damaged_one(
    project: Path, capsys: pytest.CaptureFixture[str], text: str | bytes, message: str
) -> None:
    Path("old.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    capsys.readouterr()
    for option in ("--baseline=old.json", "--update-baseline"):
        assert run(option) == 2
        assert said(capsys) == ([], [f"statelint: old.json:{message}"])


def test_line_ends_and_marks_dont_matter(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path("old.json")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert run() == 0


def test_one_that_cant_be_written_stays(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path("old.json")
    path.chmod(0o444)
    before = path.read_bytes()
    write("train.py", PROGRAM + "model.fit(x, x, batch_size=2)\n")
    capsys.readouterr()
    assert run("--update-baseline") == 2
    assert said(capsys)[1] == ["statelint: old.json is left as it was: it is read-only"]
    assert path.read_bytes() == before


def test_a_folder_is_no_baseline(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--baseline", ".") == 2
    assert "can't read" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--diff", "--timeline"])
def test_what_doesnt_go_together(project: Path, capsys: pytest.CaptureFixture[str], option: str) -> None:
    assert run("--update-baseline", option, "train.py") == 2
    assert capsys.readouterr().err
