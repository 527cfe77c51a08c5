"""The command line: what it exits with, what it prints where, and how it ends when it is cut short."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import statelint
from statelint import cli, rules
from statelint.confirm import interpreter
from statelint.confirm.judge import with_verdicts
from statelint.discover import SourceFile
from statelint.findings import Finding, Severity, Status, Verdict
from statelint.interp import program
from statelint.selection import Selection
from statelint.sites import Site
from statelint.source.python import Source
from statelint.trace.story import Trace


@dataclass
class Failure:
    shown: str
    rule: str | None
    error: str


@dataclass
class Checked:
    findings: list[Finding] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    unknowns: set[tuple[str, str]] = field(default_factory=set)
    files: int = 0
    fragments: int = 0
    suppressed: list[Finding] = field(default_factory=list)


@dataclass
class Engine:
    """A stand-in for the analysis, and for the harness behind it."""

    checked: Checked = field(default_factory=Checked)
    asked: list[list[tuple[str, tuple[int, ...] | None]]] = field(default_factory=list)
    selections: list[Selection] = field(default_factory=list)
    error: BaseException | None = None
    fails_on: str = "train.py"
    confirm_error: BaseException | None = None
    confirm_fails_on: str = "SRN201"
    kept: frozenset[str] = frozenset()
    confirm_asked: list[tuple[tuple[int, ...] | None, float, int]] = field(default_factory=list)
    installed: tuple[int, ...] = (2, 3)

    def check_files(
        self,
        files: Sequence[SourceFile],
        checked: Checked,
        **options: Any,
    ) -> Checked:
        self.selections += [file.settings.selection for file in files]
        self.asked.append([(file.shown, file.settings.keras) for file in files])
        for file in files:
            if self.error and file.shown == self.fails_on:
                raise self.error
            checked.files += 1
            checked.findings += [f for f in self.checked.findings if f.site.path == file.shown]
            checked.unknowns |= self.checked.unknowns
            checked.failures += [f for f in self.checked.failures if f.shown == file.shown]
        return checked

    def inspected(self, python: str) -> interpreter.Interpreter:
        packages = {"tensorflow": "2.21", "tf_keras": "2.21", "keras": "3.15"}
        absent = {2: "tf_keras", 3: "keras"}
        for number in absent.keys() - set(self.installed):
            del packages[absent[number]]
        return interpreter.Interpreter(python, "3.11.7", packages, kept=self.kept)

    def confirm(
        self,
        findings: list[Finding],
        files: Sequence[SourceFile],
        generations: tuple[int, ...] | None,
        seconds: float,
        progress: Callable[[str, int, int], None],
        python: str,
        *,
        lanes: int,
        verdicts: dict[tuple[Finding, int], Verdict],
    ) -> None:
        assert python == sys.executable
        self.confirm_asked.append((generations, seconds, lanes))
        for done, found in enumerate(findings, 1):
            if self.confirm_error and found.code == self.confirm_fails_on:
                raise self.confirm_error
            verdicts[found, 3] = Verdict(3, Status.CONFIRMED, "state norm 0.83 enters batch 1 of epoch 2")
            progress("ran [red]train.py", done, len(findings))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    """The stand-in in place of the analysis, in a folder with one file."""
    stand_in = Engine()
    module = types.ModuleType("statelint.engine")
    module.check_files = stand_in.check_files  # type: ignore[attr-defined]
    module.Checked = Checked  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "statelint.engine", module)
    judge = types.ModuleType("statelint.confirm.judge")
    judge.confirm = stand_in.confirm  # type: ignore[attr-defined]
    judge.with_verdicts = with_verdicts  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "statelint.confirm.judge", judge)
    monkeypatch.setattr(interpreter, "inspected", stand_in.inspected)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text("model.fit(x, y)\n", encoding="utf-8")
    return stand_in


def finding(
    code: str = "SRN201", severity: Severity = Severity.WARNING, line: int = 1, path: str = "train.py"
) -> Finding:
    site = Site(path, None, line, 1, line, 16)
    return Finding(
        code, "shuffled-batches", severity, site, "the batches are shuffled", "why", "instead", (2, 3)
    )


def test_nothing_found(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 0
    assert capsys.readouterr() == ("No problems in 1 file.\n", "")
    assert engine.asked == [[("train.py", None)]]


@pytest.mark.parametrize("name", ["concise", "github"])
def test_nothing_found_is_silent_for_machines(
    engine: Engine, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert cli.main(["--format", name]) == 0
    assert capsys.readouterr() == ("", "")


def test_no_files(engine: Engine, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert cli.main(["empty"]) == 0
    assert capsys.readouterr().out == "No Python files found.\n"


@pytest.mark.parametrize(
    ("severity", "options", "status"),
    [
        (Severity.ERROR, [], 1),
        (Severity.WARNING, [], 1),
        (Severity.ADVICE, [], 0),
        (Severity.ERROR, ["--exit-zero"], 0),
    ],
)
def test_exit_status(engine: Engine, severity: Severity, options: list[str], status: int) -> None:
    engine.checked.findings.append(finding(severity=severity))
    assert cli.main(options) == status


def test_findings_are_sorted(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.py").touch()
    engine.checked.findings += [
        finding(line=12),
        finding(code="SRN301", line=2),
        finding(line=2),
        finding(path="a.py"),
    ]
    assert cli.main(["--format", "concise"]) == 1
    assert [line.split(" the")[0] for line in capsys.readouterr().out.splitlines()] == [
        "a.py:1:1: SRN201",
        "train.py:2:1: SRN201",
        "train.py:2:1: SRN301",
        "train.py:12:1: SRN201",
    ]


@pytest.mark.parametrize(("chosen", "targets"), [("2", (2,)), ("3", (3,)), ("auto", None)])
def test_target(engine: Engine, chosen: str, targets: tuple[int, ...] | None) -> None:
    cli.main(["--keras", chosen, "train.py"])
    assert engine.asked == [[("train.py", targets)]]


def test_missing_paths_are_named_before_any_analysis(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["train.py", "nope.py", "gone/"]) == 2
    assert capsys.readouterr() == (
        "",
        "statelint: no such file or folder: nope.py\nstatelint: no such file or folder: gone/\n",
    )
    assert engine.asked == []


def test_a_failure_is_reported_beside_the_findings(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("b.py").touch()
    error = "Traceback:\n  File 'a.py', line 1\n    b()\n  File 'b.py', line 2\n    x['x']\nKeyError: 'x'\n"
    engine.checked = Checked([finding()], [Failure("b.py", "SRN301", error)] * 2)
    assert cli.main(["--format", "concise", "--exit-zero"]) == 2
    captured = capsys.readouterr()
    assert captured.err.splitlines() == [
        "statelint: b.py: internal error in SRN301: KeyError: 'x' (File 'b.py', line 2)",
    ]
    assert captured.out == "train.py:1:1: SRN201 the batches are shuffled\n"


def test_an_interrupt_keeps_what_is_known(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    Path("z.py").touch()
    engine.checked.findings.append(finding())
    engine.error, engine.fails_on = KeyboardInterrupt(), "z.py"
    assert cli.main(["--format", "concise"]) == 130
    captured = capsys.readouterr()
    assert captured.out == "train.py:1:1: SRN201 the batches are shuffled\n"
    assert captured.err.startswith("statelint: interrupted;")


def test_a_crash_of_the_analysis_stops_no_other_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text("import keras\nstateful = 1\n", encoding="utf-8")
    layer = "keras.layers.LSTM(4, stateful=True, batch_size=2)"
    Path("b.py").write_text(f"import keras\n{layer}\n", encoding="utf-8")
    follow = program.follow_both

    def crashing(source: Source, *rest: Any) -> tuple[Trace, Trace]:
        if source.path == "a.py":
            raise ZeroDivisionError("oh")
        return follow(source, *rest)

    monkeypatch.setattr(program, "follow_both", crashing)
    assert cli.main(["--format", "concise"]) == 2
    captured = capsys.readouterr()
    assert captured.out.startswith("b.py:2:")
    assert captured.err.startswith("statelint: a.py: internal error: ZeroDivisionError: oh (")
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(
    "options", [["--format", "xml"], ["--keras", "4"], ["--timeout", "0"], ["--timeout", "x"], ["--nope"]]
)
def test_wrong_usage(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(options)
    assert stop.value.code == 2
    assert "usage: statelint" in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"statelint {statelint.__version__}\n"


def test_confirm(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.checked.findings.append(finding())
    options = ["--keras", "3", "--timeout", "2.5", "--jobs", "4", "--format", "concise"]
    assert cli.main(["--confirm", *options]) == 1
    assert engine.confirm_asked == [((3,), 2.5, 4)]
    assert capsys.readouterr() == (
        "train.py:1:1: SRN201 the batches are shuffled "
        "[Keras 3: confirmed – state norm 0.83 enters batch 1 of epoch 2]\n",
        "statelint: programs run on copies; what no namespace bars here, Python refuses: sockets, writes "
        "elsewhere, signals to other processes\n"
        "statelint: ran [red]train.py (1 of 1)\n",
    )


def test_a_bar_on_a_terminal(
    engine: Engine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    engine.kept = frozenset({"network", "processes", "files"})
    engine.checked.findings += [finding(line=line) for line in (1, 2)]
    assert cli.main(["--confirm", "--format", "concise"]) == 1
    captured = capsys.readouterr()
    assert captured.out.count("confirmed") == 2
    assert "ran [red]train.py" in captured.err and "100%" in captured.err
    assert "statelint:" not in captured.err


@pytest.mark.parametrize("jobs", ["0", "-1", "many"])
def test_how_many_side_by_side(capsys: pytest.CaptureFixture[str], jobs: str) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--confirm", "--jobs", jobs])
    assert "--jobs" in capsys.readouterr().err


def test_nothing_is_run_without_the_flag(engine: Engine) -> None:
    engine.checked.findings.append(finding())
    cli.main([])
    assert engine.confirm_asked == []


@pytest.mark.parametrize(
    ("installed", "options", "reasons"),
    [
        ((), [], "Keras 2: tf_keras isn't installed; Keras 3: keras isn't installed"),
        ((3,), ["--keras", "2"], "Keras 2: tf_keras isn't installed"),
        ((3,), ["--keras", "3"], None),
        ((2,), [], None),
    ],
)
def test_confirm_without_keras_says_how_to_get_it(
    engine: Engine,
    capsys: pytest.CaptureFixture[str],
    installed: tuple[int, ...],
    options: list[str],
    reasons: str | None,
) -> None:
    engine.installed = installed
    assert cli.main(["--confirm", *options]) == (2 if reasons else 0)
    if reasons:
        assert capsys.readouterr().err == (
            f'statelint: --confirm needs Keras ({reasons}). To install it: pip install "statelint[confirm]"; '
            "or name a Python that has it with --python\n"
        )
        assert engine.asked == []


@pytest.mark.parametrize(
    ("error", "status"), [(KeyboardInterrupt(), 130), (RuntimeError("no fork"), 2)], ids=["ctrl-c", "crash"]
)
def test_findings_outlive_the_harness(
    engine: Engine,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    status: int,
) -> None:
    engine.checked.findings += [finding("SRN101"), finding()]
    engine.confirm_error = error
    assert cli.main(["--confirm", "--format", "concise"]) == status
    captured = capsys.readouterr()
    assert captured.out == (
        "train.py:1:1: SRN101 the batches are shuffled "
        "[Keras 3: confirmed – state norm 0.83 enters batch 1 of epoch 2]\n"
        "train.py:1:1: SRN201 the batches are shuffled\n"
    )
    assert ("interrupted" if status == 130 else "no fork") in captured.err


class Shuffled:
    code = "SRN201"
    name = "shuffled-batches"
    severity = Severity.WARNING
    why = "A shuffled batch doesn't continue the one before it."


class Carried:
    code = "SRN301"
    name = "state-carried-across-epochs"
    severity = Severity.ERROR
    why = "The end of the series\nisn't followed by its start."


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "load", lambda: [Carried, Shuffled], raising=False)


def test_rules(listed: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--rules"]) == 0
    assert capsys.readouterr().out == (
        "SRN001  unreadable-source            warning  A file that can't be read is not checked, "
        "so nothing is said about its stateful layers.\n"
        "SRN002  unused-suppression           warning  A suppression of nothing hides the next mistake "
        "in its place, and tells of one that isn't there.\n"
        "SRN201  shuffled-batches             warning  A shuffled batch doesn't continue the one before it.\n"
        "SRN301  state-carried-across-epochs  error    The end of the series isn't followed by its start.\n"
    )


def test_rules_as_json(listed: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--rules", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[2] == {
        "code": "SRN201",
        "rule": "shuffled-batches",
        "severity": "warning",
        "default": True,
        "why": "A shuffled batch doesn't continue the one before it.",
    }


@pytest.mark.parametrize(
    ("options", "selection"),
    [
        ([], Selection()),
        (["--select", "SRN2,SRN301", "--select", "advice"], Selection(("SRN2", "SRN301", "ADVICE"))),
        (["--extend-select=ADVICE", "--ignore=shuffled-batches"], Selection(None, ("ADVICE",), ("SRN201",))),
    ],
)
def test_selection(engine: Engine, listed: None, options: list[str], selection: Selection) -> None:
    assert cli.main(options) == 0
    assert engine.selections == [selection]


@pytest.mark.parametrize("asked", ["SRN201", "srn201", "shuffled-batches", "Shuffled-Batches"])
def test_explain(
    listed: None,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    asked: str,
) -> None:
    package = tmp_path / "statelint"
    (package / "pages").mkdir(parents=True)
    monkeypatch.setattr(statelint, "__file__", str(package / "__init__.py"))
    assert cli.main(["--explain", asked]) == 0
    assert capsys.readouterr().out == (
        "# SRN201 shuffled-batches (warning)\n\nA shuffled batch doesn't continue the one before it.\n"
    )
    page = tmp_path / "docs" / "rules" / "shuffled-batches.md"
    page.parent.mkdir(parents=True)
    page.write_text("# In the checkout\n", encoding="utf-8")
    assert cli.main(["--explain", asked]) == 0
    assert capsys.readouterr().out == "# In the checkout\n"
    (package / "pages" / "shuffled-batches.md").write_text("# In the wheel\n", encoding="utf-8")
    assert cli.main(["--explain", asked]) == 0
    assert capsys.readouterr().out == "# In the wheel\n"


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("SRN302", "did you mean SRN301?"),
        ("shufled-batches", "did you mean shuffled-batches?"),
        ("?", "lists"),
    ],
)
def test_explain_an_unknown_rule(
    listed: None, capsys: pytest.CaptureFixture[str], asked: str, hint: str
) -> None:
    assert cli.main(["--explain", asked]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"statelint: no such rule: {asked}; ")
    assert hint in captured.err


STAND_IN = """\
import sys, types
from statelint.cli import main
from statelint.findings import Finding, Severity
from statelint.sites import Site

def check_files(files, checked, **options):
    checked.findings += [
        Finding("SRN201", "shuffled-batches", Severity.ERROR, Site("train.py", None, n, 1, n, 2),
                "caf\\u00e9 " * 20, "", "", (2, 3))
        for n in range(1, 5000)
    ]

class Checked:
    def __init__(self):
        self.findings, self.failures, self.unknowns, self.suppressed = [], [], [], []
        self.files, self.fragments = 1, 0

sys.modules["statelint.engine"] = types.SimpleNamespace(check_files=check_files, Checked=Checked)
sys.exit(main(sys.argv[1:]))
"""


def stand_in(tmp_path: Path, *options: str, **environment: str) -> tuple[list[str], dict[str, str]]:
    """A command that runs the command line over many findings, and its environment."""
    (tmp_path / "train.py").touch()
    root = str(Path(statelint.__file__).parents[1])
    return [sys.executable, "-c", STAND_IN, *options], os.environ | {"PYTHONPATH": root} | environment


@pytest.mark.parametrize("name", ["concise", "full", "json", "github"])
def test_a_closed_pipe_ends_quietly(tmp_path: Path, name: str) -> None:
    command, environment = stand_in(tmp_path, "--format", name)
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


def test_output_in_an_ascii_locale(tmp_path: Path) -> None:
    command, environment = stand_in(tmp_path, PYTHONIOENCODING="ascii", FORCE_COLOR="")
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (1, b"")
    assert b"caf\\xe9" in ended.stdout


def test_json_is_one_array(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    engine.checked.findings.append(finding())
    assert cli.main(["--format", "json"]) == 1
    assert [entry["code"] for entry in json.loads(capsys.readouterr().out)] == ["SRN201"]


# Standard input


TRAINING = """\
import keras
model = keras.Sequential([keras.Input(batch_shape=(2, 3, 1)), keras.layers.LSTM(4, stateful=True)])
model.fit(1, 1, batch_size=1)
"""


def piped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, *options: str
) -> tuple[int, str, str]:
    """The exit status of a run that reads `text` from standard input, and what it prints."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    status = cli.main(["-", *options])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_standard_input_is_a_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, err = piped(monkeypatch, capsys, TRAINING)
    assert (status, err) == (1, "")
    assert out.splitlines()[0].startswith("<stdin>:3:")
    # The code that is shown came the same way.
    assert "model.fit(1, 1, batch_size=1)\n" in out
    assert piped(monkeypatch, capsys, "import os\n") == (0, "No problems in 1 file.\n", "")


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("train.py", TRAINING, "train.py:3:"),
        ("docs/train.md", f"```python\n{TRAINING}```\n", "docs/train.md:4:"),
        (
            "train.ipynb",
            json.dumps({"cells": [{"cell_type": "code", "source": TRAINING}]}),
            "train.ipynb:cell 0:3:",
        ),
    ],
)
def test_standard_input_by_a_name(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    text: str,
    place: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, _ = piped(monkeypatch, capsys, text, "--stdin-filename", name)
    assert status == 1
    assert out.startswith(place)
    assert "model.fit(1, 1, batch_size=1)\n" in out


def test_imports_of_standard_input_lead_from_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("sub").mkdir()
    Path("sub/models.py").write_text(
        TRAINING.replace("model.fit(1, 1, batch_size=1)\n", ""), encoding="utf-8"
    )
    text = "from models import model\nmodel.fit(1, 1, batch_size=3, epochs=2, shuffle=False)\n"
    for name, status in (("sub/train.py", 1), ("train.py", 0)):
        assert piped(monkeypatch, capsys, text, "--stdin-filename", name)[0] == status


@pytest.mark.parametrize(
    "options", [["-", "a.py"], ["--stdin-filename", "a.py"], ["a.py", "--stdin-filename", "b"]]
)
def test_standard_input_stands_alone(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(options) == 2
    assert "statelint: " in capsys.readouterr().err


def test_statistics(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.checked.findings += [finding(), finding(line=2), finding("SRN101")]
    engine.checked.unknowns |= {
        ("library call", "train.py:1:1"),
        ("library call", "train.py:2:1"),
        ("loop", ""),
    }
    assert cli.main(["--statistics", "--exit-zero"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "2  SRN201 shuffled-batches",
        "1  SRN101 shuffled-batches",
        "",
        "What was not known, by reason:",
        "2  library call",
        "1  loop",
        "",
        "Found 3 problems (3 warnings) in 1 file; 1 file checked.",
    ]
    assert cli.main(["--statistics", "--exit-zero", "--format", "json"]) == 0
    counts = json.loads(capsys.readouterr().out)
    assert counts["findings"][0] == {"code": "SRN201", "rule": "shuffled-batches", "count": 2}
    assert counts["unknowns"][1] == {"reason": "loop", "count": 1}
