"""The formats that other programs read: valid by their own rules, and true to the files."""

from __future__ import annotations

import hashlib
import importlib.metadata
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import junitparser
import pytest
from jsonschema import Draft4Validator, FormatChecker
from markdown_it import MarkdownIt

from statelint import cli, report
from statelint.discover import discover
from statelint.engine import check_files
from statelint.findings import Edit, Finding, Fix, Severity
from statelint.fixes.contents import mended
from statelint.report import Results, links
from statelint.sites import Site
from tests.test_report import CARRIED, SPLIT, TRAIN

# The schema that OASIS published, as a package of the test extra brings it along.
SCHEMA = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
FIXTURES = Path(__file__).parents[1] / "fixtures"
HEAD = """\
import numpy as np
from tensorflow import keras

model = keras.Sequential([keras.Input(batch_shape=(4, 3, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile(loss="mse")
x, y = np.zeros((16, 3, 1)), np.zeros((16, 4))
"""
# Of its smiley UTF-16 makes two units and UTF-8 four bytes.
FIT = 'print("😀 é"); model.fit(x, y, batch_size=4)\n'
PROGRAM = HEAD + FIT


@pytest.fixture(autouse=True)
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(TRAIN, encoding="utf-8")
    Path("models.py").write_text("def build():\n    pass\n", encoding="utf-8")


@cache
def schema() -> Draft4Validator:
    path = importlib.metadata.distribution("linceo").locate_file("linceo/data/sarif-schema-2.1.0.json")
    data = Path(str(path)).read_bytes()
    assert hashlib.sha256(data).hexdigest() == SCHEMA
    return Draft4Validator(json.loads(data), format_checker=FormatChecker())


def written(name: str, findings: Sequence[Finding], **more: Any) -> str:
    stream = io.StringIO()
    report.write(Results(findings, 12, **more), name, stream)
    return stream.getvalue()


def sarif(findings: Sequence[Finding], **more: Any) -> dict[str, Any]:
    log = json.loads(written("sarif", findings, **more))
    schema().validate(log)
    run: dict[str, Any] = log["runs"][0]
    return run


def found(*paths: str) -> list[Finding]:
    checked = check_files(discover(paths).files)
    assert not checked.failures
    return checked.findings


def notebook(*cells: str, **more: Any) -> str:
    listed = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    return json.dumps({"cells": listed, "nbformat": 4}, indent=1, **more)


def offset(text: str, line: int, column: int, width: int, encoding: str) -> int:
    """Where a place stands in the encoded text, which has `width` bytes a unit."""
    lines = text.replace("\r\n", "\n").split("\n")
    ends = 2 if "\r\n" in text else 1
    before = sum(len(line.encode(encoding)) + ends * len("\n".encode(encoding)) for line in lines[: line - 1])
    return before + (column - 1) * width


def replaced(text: str, pieces: Sequence[tuple[tuple[int, ...], str]], width: int, encoding: str) -> str:
    """The text with regions (line, column, end line, end column) replaced, as who reads the report does."""
    data = text.encode(encoding)
    for (line, column, end_line, end_column), new in reversed(pieces):
        start = offset(text, line, column, width, encoding)
        end = offset(text, end_line, end_column, width, encoding)
        data = data[:start] + new.encode(encoding) + data[end:]
    return data.decode(encoding)


def of_sarif(region: dict[str, int]) -> tuple[int, ...]:
    return region["startLine"], region["startColumn"], region["endLine"], region["endColumn"]


def of_rdjson(span: dict[str, dict[str, int]]) -> tuple[int, ...]:
    start, end = span["start"], span["end"]
    return start["line"], start["column"], end["line"], end["column"]


CONTENTS = {
    "plain.py": PROGRAM.encode(),
    "marked.py": b"\xef\xbb\xbf" + PROGRAM.encode(),
    "crlf.py": PROGRAM.replace("\n", "\r\n").encode(),
    "latin.py": b"# coding: latin-1\n" + PROGRAM.replace("😀", "ü").encode("latin-1"),
    "text.md": f"# 😀\n\n```python\n{PROGRAM}```\n".encode(),
    "plain.ipynb": notebook("1", PROGRAM).encode(),
    "unescaped.ipynb": notebook(HEAD, FIT, ensure_ascii=False).encode(),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_a_fix_is_made_alike_by_all_who_read_of_it(name: str) -> None:
    Path(name).write_bytes(CONTENTS[name])
    [shuffled] = found(name)
    assert shuffled.code == "SRN201"
    assert shuffled.fix is not None
    encoding = "latin-1" if name == "latin.py" else "utf-8-sig"
    text = CONTENTS[name].decode(encoding)
    expected = mended(name, CONTENTS[name], shuffled.fix.edits).decode(encoding)

    [fix] = sarif([shuffled])["results"][0]["fixes"]
    [change] = fix["artifactChanges"]
    assert change["artifactLocation"] == {"uri": name, "uriBaseId": "SRCROOT"}
    pieces = [
        (of_sarif(one["deletedRegion"]), one["insertedContent"]["text"]) for one in change["replacements"]
    ]
    assert replaced(text, pieces, 2, "utf-16-le") == expected
    assert fix["properties"] == {"safe": True}

    [diagnostic] = json.loads(written("rdjson", [shuffled]))["diagnostics"]
    [suggestion] = diagnostic["suggestions"]
    assert replaced(text, [(of_rdjson(suggestion["range"]), suggestion["text"])], 1, "utf-8") == expected


@pytest.mark.parametrize("name", CONTENTS)
def test_a_place_is_where_it_is_in_the_file(name: str) -> None:
    Path(name).write_bytes(CONTENTS[name])
    [shuffled] = found(name)
    text = CONTENTS[name].decode("latin-1" if name == "latin.py" else "utf-8-sig")
    gone = text.replace("model.fit(x, y, batch_size=4)", "")
    result = sarif([shuffled])["results"][0]
    place = result["locations"][0]["physicalLocation"]
    assert replaced(text, [(of_sarif(place["region"]), "")], 2, "utf-16-le") == gone
    [diagnostic] = json.loads(written("rdjson", [shuffled]))["diagnostics"]
    assert diagnostic["location"]["path"] == name
    assert replaced(text, [(of_rdjson(diagnostic["location"]["range"]), "")], 1, "utf-8") == gone
    [issue] = json.loads(written("gitlab", [shuffled]))
    line = text[: text.index("model.fit")].count("\n") + 1
    assert issue["location"] == {"path": name, "lines": {"begin": line, "end": line}}


def test_all_fixes_of_the_fixtures_are_made_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FIXTURES.parent)
    findings = [finding for finding in found("fixtures") if finding.fix is not None]
    assert len(findings) > 100
    results = sarif(findings)["results"]
    diagnostics = json.loads(written("rdjson", findings))["diagnostics"]
    suggested = 0
    for finding, result, diagnostic in zip(findings, results, diagnostics, strict=True):
        assert finding.fix is not None
        path = finding.site.path
        edits = [edit for edit in finding.fix.edits if edit.site.path == path]
        if edits != list(finding.fix.edits):
            continue
        data = Path(path).read_bytes()
        text, expected = data.decode(), mended(path, data, edits).decode()
        [change] = result["fixes"][0]["artifactChanges"]
        pieces = [
            (of_sarif(one["deletedRegion"]), one["insertedContent"]["text"]) for one in change["replacements"]
        ]
        assert replaced(text, pieces, 2, "utf-16-le") == expected
        [suggestion] = diagnostic["suggestions"]
        assert replaced(text, [(of_rdjson(suggestion["range"]), suggestion["text"])], 1, "utf-8") == expected
        suggested += 1
    assert suggested > 100


def test_sarif() -> None:
    run = sarif([CARRIED, SPLIT], status=1)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["SRN301", "SRN207"]
    page = FIXTURES.parent / "docs/rules/state-carried-across-epochs.md"
    assert rules[0]["help"]["markdown"] == page.read_text(encoding="utf-8")
    assert rules[0]["defaultConfiguration"] == {"level": "warning", "enabled": True}
    assert run["invocations"] == [
        {"executionSuccessful": True, "exitCode": 1, "toolExecutionNotifications": []}
    ]
    carried, split = run["results"]
    assert (carried["ruleId"], carried["ruleIndex"], carried["level"]) == ("SRN301", 0, "warning")
    assert (split["ruleId"], split["ruleIndex"], split["level"]) == ("SRN207", 1, "error")
    assert carried["message"]["text"].splitlines() == [
        "Nothing resets `model` between the epochs of this loop.",
        "Instead: Reset the states first:",
        "",
        "    model.reset_states()",
        "Keras 2: confirmed – state norm 0.83 enters batch 1 of epoch 2",
        "Keras 3: not reached – ValueError at train.py:7",
    ]
    assert carried["properties"]["verdicts"][0] == {
        "keras": 2,
        "status": "confirmed",
        "evidence": "state norm 0.83 enters batch 1 of epoch 2",
    }
    assert [related["id"] for related in carried["relatedLocations"]] == [1, 2, 3]
    gone = carried["relatedLocations"][2]
    assert gone["message"] == {"text": "and fed here"}
    assert gone["physicalLocation"]["artifactLocation"]["uri"] == "gone.py"
    assert "fixes" not in carried


def test_sarif_of_nothing() -> None:
    run = sarif([])
    assert run["results"] == run["tool"]["driver"]["rules"] == []


def test_sarif_names_the_pages_once_they_have_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "helpUri" not in sarif([SPLIT])["tool"]["driver"]["rules"][0]
    monkeypatch.setattr(links, "SITE", "https://example.org/statelint/")
    page = "https://example.org/statelint/rules/indivisible-validation-split/"
    assert sarif([SPLIT])["tool"]["driver"]["rules"][0]["helpUri"] == page
    [diagnostic] = json.loads(written("rdjson", [SPLIT]))["diagnostics"]
    assert diagnostic["code"] == {"value": "SRN207", "url": page}
    assert f"[SRN207]({page})" in written("markdown", [SPLIT])


@pytest.mark.parametrize("path", ["a b%.py", "ü/é.py", "a:b.py", "#.py", "\udcff.py", "/elsewhere/a b.py"])
def test_the_addresses_of_files_are_escaped(path: str) -> None:
    result = sarif([replace(SPLIT, site=Site(path, None, 1, 1, 1, 2))])["results"][0]
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location["uri"].isascii()
    assert not set(location["uri"]) & set(' #"<>')
    assert unquote(location["uri"].removeprefix("file://"), errors="surrogateescape") == path
    assert location.get("uriBaseId") == (None if path.startswith("/") else "SRCROOT")


def test_sarif_of_a_notebook_names_the_cell() -> None:
    Path("study.ipynb").write_text(notebook("import keras", "2\nmodel.fit(x)"), encoding="utf-8")
    result = sarif([replace(SPLIT, site=Site("study.ipynb", 1, 2, 1, 2, 13))])["results"][0]
    assert result["locations"][0]["logicalLocations"][0]["name"] == "cell 1, line 2"
    region = result["locations"][0]["physicalLocation"]["region"]
    lines = Path("study.ipynb").read_text(encoding="utf-8").splitlines()
    assert (
        lines[region["startLine"] - 1][region["startColumn"] - 1 : region["endColumn"] - 1] == "model.fit(x)"
    )


def test_a_notebook_that_is_gone_has_no_lines() -> None:
    gone = replace(SPLIT, site=Site("gone.ipynb", 1, 2, 1, 2, 13), fix=Fix("fix", (), True))
    place = sarif([gone])["results"][0]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "gone.ipynb", "uriBaseId": "SRCROOT"}}
    assert json.loads(written("rdjson", [gone]))["diagnostics"][0]["location"] == {"path": "gone.ipynb"}
    assert json.loads(written("gitlab", [gone]))[0]["location"]["lines"] == {"begin": 1, "end": 1}


@pytest.mark.parametrize(
    "cells",
    [
        "[]",
        "[1]",
        "[{}]",
        '[{"source": 1}]',
        '[{"source": []}]',
        '[{"source": ["a"]}]',
        '[{"source": {}}]',
        "{}",
    ],
)
def test_a_notebook_that_has_changed_meanwhile_has_no_lines(cells: str) -> None:
    Path("study.ipynb").write_text(f'{{"cells": {cells}, "nbformat": 4}}', encoding="utf-8")
    site = Site("study.ipynb", 0, 2, 1, 2, 13)
    changed = replace(SPLIT, site=site, fix=Fix("fix", (Edit(site, "new"),), True))
    [result] = sarif([changed])["results"]
    assert "region" not in result["locations"][0]["physicalLocation"]
    assert "fixes" not in result
    for name in ("rdjson", "gitlab", "github", "junit"):
        assert "SRN207" in written(name, [changed])


def test_what_is_no_text_of_a_cell_is_left_out() -> None:
    text = '{"cells": [{"source": [1, "import keras\\n", null, "model.fit(x)"]}]}'
    Path("study.ipynb").write_text(text, encoding="utf-8")
    result = sarif([replace(SPLIT, site=Site("study.ipynb", 0, 2, 1, 2, 13))])["results"][0]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert text[region["startColumn"] - 1 : region["endColumn"] - 1] == "model.fit(x)"


def test_a_fix_of_two_files_is_no_suggestion() -> None:
    edits = tuple(Edit(Site(path, None, 1, 1, 1, 1), "# new\n") for path in ("train.py", "models.py"))
    both = replace(SPLIT, fix=Fix("fix", edits, False))
    assert "suggestions" not in json.loads(written("rdjson", [both]))["diagnostics"][0]
    [fix] = sarif([both])["results"][0]["fixes"]
    assert len(fix["artifactChanges"]) == 2
    assert fix["properties"] == {"safe": False}


@pytest.mark.parametrize("name", ["sarif", "gitlab"])
def test_a_fingerprint_survives_moved_lines(name: str) -> None:
    def marks() -> list[str]:
        findings = found("train.py")
        if name == "gitlab":
            return [issue["fingerprint"] for issue in json.loads(written(name, findings))]
        return [result["partialFingerprints"]["statelint/v1"] for result in sarif(findings)["results"]]

    Path("train.py").write_text(HEAD + FIT + FIT, encoding="utf-8")
    before = marks()
    assert len(before) == len(set(before)) == 2
    Path("train.py").write_text("# new\n\n" + HEAD + "\n\n" + FIT + "\n# new\n" + FIT, encoding="utf-8")
    assert marks() == before
    Path("train.py").write_text(
        HEAD + FIT.replace("batch_size=4", "batch_size=4 + 0") + FIT, encoding="utf-8"
    )
    assert marks() != before


def test_gitlab() -> None:
    advice = replace(SPLIT, severity=Severity.ADVICE)
    issues = json.loads(written("gitlab", [CARRIED, SPLIT, advice]))
    assert [issue["severity"] for issue in issues] == ["major", "critical", "info"]
    assert {"description", "check_name", "fingerprint", "severity", "location"} <= issues[0].keys()
    assert issues[0]["location"] == {"path": "train.py", "lines": {"begin": 11, "end": 11}}
    assert issues[0]["check_name"] == "SRN301"
    assert "Keras 2: confirmed – state norm 0.83" in issues[0]["content"]["body"]
    assert len({issue["fingerprint"] for issue in issues}) == 3


def junit(findings: Sequence[Finding], **more: Any) -> junitparser.JUnitXml:
    return junitparser.JUnitXml.fromstring(written("junit", findings, **more).encode())


def test_junit() -> None:
    advice = replace(SPLIT, severity=Severity.ADVICE, site=Site("models.py", None, 1, 1, 1, 4))
    xml = junit([advice, CARRIED, SPLIT])
    assert (xml.tests, xml.failures, xml.errors) == (4, 2, 0)
    assert [suite.name for suite in xml] == ["statelint", "models.py", "train.py"]
    cases = {case.name: case for suite in xml for case in suite}
    assert len(cases) == 4
    assert cases["statelint ran"].is_passed
    assert cases["SRN207 indivisible-validation-split (1:1)"].is_passed
    carried = cases["SRN301 state-carried-across-epochs (11:2)"]
    [failure] = carried.result
    assert isinstance(failure, junitparser.Failure)
    assert failure.type == "warning"
    assert failure.message == "Nothing resets `model` between the epochs of this loop."
    assert "Keras 2: confirmed – state norm 0.83" in failure.text
    assert carried.classname == "train"


def test_junit_of_nothing_is_a_test_that_passed() -> None:
    xml = junit([])
    assert (xml.tests, xml.failures, xml.errors) == (1, 0, 0)


def test_junit_tells_of_trouble() -> None:
    xml = junit([], troubles=["a.py: internal error"], status=2)
    assert (xml.tests, xml.failures, xml.errors) == (1, 0, 1)


SLY = 'x\x00\x1b[2J<b> & "q" ]]> \ud800 \uffff | `a|b` *i* [l](u)\n# h'


@pytest.mark.parametrize("name", ["junit", "sarif", "gitlab", "rdjson", "markdown"])
def test_nothing_in_the_code_breaks_the_form(name: str) -> None:
    sly = replace(SPLIT, message=SLY, why=SLY, instead=SLY, site=Site("a|`\x1b.py", None, 1, 1, 1, 2))
    text = written(name, [sly])
    text.encode("utf-8")
    assert "\x1b" not in text
    if name == "junit":
        assert junit([sly]).failures == 1
    elif name == "markdown":
        rendered = MarkdownIt().enable("table").render(text)
        assert rendered.count("<tr>") == 2
        assert rendered.count("<td>") == 6
        assert "<code>a|b</code>" in rendered
        assert "<em>" not in rendered
        assert "<a " not in rendered
        assert "<h1>" not in rendered
    else:
        json.loads(text)
    if name == "sarif":
        sarif([sly])


def test_markdown() -> None:
    text = written("markdown", [CARRIED, SPLIT])
    rendered = MarkdownIt().enable("table").render(text)
    assert rendered.count("<tr>") == 3
    assert "<td><code>train.py:11:2</code></td>" in rendered
    assert "<td>✓ confirmed: state norm 0.83 enters batch 1 of epoch 2</td>" in rendered
    assert "Keras 2: 1 confirmed, 1 refuted." in text
    assert "Instead: Split the arrays yourself." in text


def test_markdown_of_nothing() -> None:
    assert written("markdown", []) == "## statelint\n\nNo problems in 12 files.\n"


@pytest.mark.parametrize("name", ["junit", "sarif", "gitlab", "rdjson", "markdown"])
def test_from_the_command_line(name: str) -> None:
    Path("train.py").write_text(PROGRAM, encoding="utf-8")
    assert cli.main(["--format", name, "--output-file", "out", "train.py"]) == 1
    text = Path("out").read_text(encoding="utf-8")
    assert "SRN201" in text
    if name == "sarif":
        log = json.loads(text)
        schema().validate(log)
        assert log["runs"][0]["invocations"][0]["exitCode"] == 1


def test_sarif_has_what_comments_suppress() -> None:
    text = HEAD + FIT.replace(")\n", ")  # noqa: SRN201\n") + FIT
    Path("train.py").write_text(text, encoding="utf-8")
    assert cli.main(["--format", "sarif", "--output-file", "out", "train.py"]) == 1
    log = json.loads(Path("out").read_text(encoding="utf-8"))
    schema().validate(log)
    lines = [
        (result["locations"][0]["physicalLocation"]["region"]["startLine"], result.get("suppressions"))
        for result in log["runs"][0]["results"]
        if result["ruleId"] == "SRN201"
    ]
    assert lines == [(8, None), (7, [{"kind": "inSource", "status": "accepted"}])]
    assert cli.main(["--format", "gitlab", "--output-file", "out", "--select", "SRN201", "train.py"]) == 1
    assert len(json.loads(Path("out").read_text(encoding="utf-8"))) == 1


def test_sarif_has_what_the_baseline_has() -> None:
    Path("train.py").write_text(PROGRAM, encoding="utf-8")
    assert cli.main(["--baseline", "known.json", "--update-baseline", "train.py"]) == 0
    Path("train.py").write_text(
        HEAD + FIT + FIT.replace("batch_size=4", "batch_size=2 * 2"), encoding="utf-8"
    )
    options = ["--baseline", "known.json", "--select", "SRN201", "--format", "sarif", "--output-file", "out"]
    assert cli.main([*options, "train.py"]) == 1
    log = json.loads(Path("out").read_text(encoding="utf-8"))
    schema().validate(log)
    new, known = log["runs"][0]["results"]
    assert "suppressions" not in new
    assert known["suppressions"] == [{"kind": "external", "status": "accepted"}]


def test_several_reports_of_one_run(capsys: pytest.CaptureFixture[str]) -> None:
    Path("train.py").write_text(PROGRAM, encoding="utf-8")
    more = ["--report", "sarif=out.sarif", "--report", "markdown=out.md"]
    assert cli.main(["--format", "concise", *more, "train.py"]) == 1
    assert capsys.readouterr().out.startswith("train.py:7:15: SRN201 ")
    schema().validate(json.loads(Path("out.sarif").read_text(encoding="utf-8")))
    assert "SRN201" in Path("out.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("wrong", ["sarif", "sarif=", "=a", "yaml=a"])
def test_a_report_has_a_format_and_a_file(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(["--report", wrong])
    assert "not FORMAT=FILE" in capsys.readouterr().err


def test_a_report_that_can_not_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--report", "sarif=none/such/a.sarif", "train.py"]) == 2
    assert "can't write none/such/a.sarif" in capsys.readouterr().err


def test_sarif_notes_what_could_not_be_done() -> None:
    troubled = sarif([], troubles=["a.py: internal error: \x1b"], status=2)["invocations"][0]
    assert troubled == {
        "executionSuccessful": False,
        "exitCode": 2,
        "toolExecutionNotifications": [
            {"level": "error", "message": {"text": "a.py: internal error: \\x1b"}}
        ],
    }


def test_an_internal_error_reaches_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> object:
        raise RuntimeError("broken")

    monkeypatch.setattr("statelint.engine.check_files", broken)
    assert cli.main(["--format", "sarif", "--output-file", "out", "train.py"]) == 2
    [invocation] = json.loads(Path("out").read_text(encoding="utf-8"))["runs"][0]["invocations"]
    assert not invocation["executionSuccessful"]
    [notification] = invocation["toolExecutionNotifications"]
    assert "RuntimeError: broken" in notification["message"]["text"]
