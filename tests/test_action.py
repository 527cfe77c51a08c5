"""The GitHub Action: valid, and its steps do what they say, run by hand as a runner runs them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.test_formats import schema
from tests.test_hook import environment
from tests.test_startup import SHUFFLED

ROOT = Path(__file__).parents[1]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step.get("name", step.get("id")): step for step in ACTION["runs"]["steps"]}
EXPRESSION = re.compile(r"\$\{\{ ([^}]*?) \}\}")
# Writes what it is called with, a line for each call, one word after the other in brackets.
STUB = """#!/bin/sh
for word in "$@"; do printf '[%s]' "$word"; done >> {calls}
echo >> {calls}
[ "$2" != venv ] || {{ mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; }}
exit {status}
"""


class Runner:
    """What a step finds on a machine of GitHub's."""

    def __init__(self, folder: Path, **inputs: str) -> None:
        self.folder = folder
        self.work = folder / "work"
        self.temporary = folder / "temporary"
        for made in (self.work, self.temporary):
            made.mkdir()
        given = {name: str(one["default"]) for name, one in ACTION["inputs"].items()} | {
            name.replace("_", "-"): value for name, value in inputs.items()
        }
        self.known = {f"inputs.{name}": value for name, value in given.items()} | {
            "github.action_path": str(ROOT),
            "steps.python.outputs.python-path": sys.executable,
        }
        self.files = {name: folder / name for name in ("GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in self.files.values():
            file.touch()

    def stub(self, name: str, status: int = 0) -> tuple[Path, Path]:
        """A program that writes what it is called with, and the file where that stands."""
        made, calls = self.folder / name, self.folder / f"{name}.calls"
        made.write_text(STUB.format(calls=calls, status=status), encoding="utf-8")
        made.chmod(0o755)
        return made, calls

    def lines(self, name: str) -> dict[str, str]:
        text = self.files[name].read_text(encoding="utf-8")
        return dict(line.split("=", 1) for line in text.splitlines())

    def run(self, step: str) -> subprocess.CompletedProcess[str]:
        """Run a step with the variables that it and the steps before have set."""
        own = {name: EXPRESSION.sub(self._value, value) for name, value in STEPS[step]["env"].items()}
        runner = {name: str(file) for name, file in self.files.items()} | {"RUNNER_TEMP": str(self.temporary)}
        assert STEPS[step]["shell"] == "bash"
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[step]["run"]],
            cwd=self.work,
            env=environment() | runner | self.lines("GITHUB_ENV") | own,
            capture_output=True,
            text=True,
            check=False,
        )

    def _value(self, found: re.Match[str]) -> str:
        return self.known[found.group(1)]


def test_the_action_is_valid() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions"]
    ended = subprocess.run([*command, ROOT / "action.yml"], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
    assert all(one["description"] for one in (*ACTION["inputs"].values(), *ACTION["outputs"].values()))


def test_no_input_is_pasted_into_a_script() -> None:
    """Whoever names a file or a branch would otherwise name a command."""
    assert not [name for name, step in STEPS.items() if "${{" in step.get("run", "")]


def test_all_inputs_are_used() -> None:
    steps = json.dumps(ACTION["runs"])
    assert [name for name in ACTION["inputs"] if f"inputs.{name}" not in steps] == []
    assert set(re.findall(r"inputs\.([\w-]+)", steps)) == set(ACTION["inputs"])


@pytest.mark.parametrize(
    ("inputs", "package"),
    [
        ({}, f"{ROOT}"),
        ({"confirm": "true"}, f"{ROOT}[confirm]"),
        ({"version": "1.2.3"}, "statelint==1.2.3"),
        ({"version": "1.2.3", "confirm": "true"}, "statelint[confirm]==1.2.3"),
    ],
)
def test_what_is_installed(tmp_path: Path, inputs: dict[str, str], package: str) -> None:
    runner = Runner(tmp_path, **inputs)
    python, calls = runner.stub("python")
    runner.known["steps.python.outputs.python-path"] = str(python)
    ended = runner.run("Install statelint")
    assert ended.returncode == 0, ended.stderr
    created, installed = calls.read_text(encoding="utf-8").splitlines()
    assert created == f"[-m][venv][{runner.temporary}/statelint]"
    assert installed.endswith(f"[{package}]")
    assert runner.lines("GITHUB_ENV") == {"STATELINT": f"{runner.temporary}/statelint/bin/statelint"}


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({}, "[--][.]"),
        ({"paths": "src\nmy notes.ipynb\n"}, "[--][src][my notes.ipynb]"),
        ({"confirm": "true"}, "[--confirm][--][.]"),
        ({"args": "--keras 3 --select 'SRN2,SRN3'"}, "[--keras][3][--select][SRN2,SRN3][--][.]"),
        ({"sarif_file": "a b.sarif"}, "[--report][sarif=a b.sarif][--][.]"),
        ({"upload_sarif": "true"}, "[--report][sarif={temporary}/statelint.sarif][--][.]"),
        ({"args": '"; touch hacked; $(touch hacked)"', "paths": "$(touch hacked)"}, None),
    ],
)
def test_how_it_is_run(tmp_path: Path, inputs: dict[str, str], words: str | None) -> None:
    runner = Runner(tmp_path, **inputs)
    statelint, calls = runner.stub("statelint")
    runner.files["GITHUB_ENV"].write_text(f"STATELINT={statelint}\n", encoding="utf-8")
    ended = runner.run("Run statelint")
    assert ended.returncode == 0, ended.stderr
    [call] = calls.read_text(encoding="utf-8").splitlines()
    report = f"[--format][github][--report][markdown={runner.temporary}/statelint.md]"
    if words is not None:
        assert call == report + words.format(temporary=runner.temporary)
    assert not list(runner.work.iterdir())


@pytest.mark.parametrize("status", [0, 1, 2])
def test_what_it_exits_with(tmp_path: Path, status: int) -> None:
    runner = Runner(tmp_path)
    statelint, _ = runner.stub("statelint", status)
    runner.files["GITHUB_ENV"].write_text(f"STATELINT={statelint}\n", encoding="utf-8")
    assert runner.run("Run statelint").returncode == status
    assert runner.lines("GITHUB_OUTPUT") == {"status": str(status)}


@pytest.mark.slow
def test_the_steps_one_after_the_other(tmp_path: Path) -> None:
    runner = Runner(tmp_path, sarif_file="out.sarif")
    (runner.work / "train.py").write_text(SHUFFLED, encoding="utf-8")
    installed = runner.run("Install statelint")
    assert installed.returncode == 0, installed.stderr
    packages = list(runner.temporary.glob("statelint/lib/python*/site-packages/*"))
    assert packages
    assert not [path for path in packages if path.name.startswith(("tensorflow", "numpy"))]

    ran = runner.run("Run statelint")
    assert ran.returncode == 1, ran.stderr
    assert ran.stdout.startswith("::warning file=train.py,line=7,endLine=7,col=1,")
    assert "SRN201 shuffled-batches" in runner.files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
    assert runner.lines("GITHUB_OUTPUT") == {"status": "1", "sarif-file": "out.sarif"}
    log = json.loads((runner.work / "out.sarif").read_text(encoding="utf-8"))
    schema().validate(log)
    assert [result["ruleId"] for result in log["runs"][0]["results"]] == ["SRN201"]
    assert log["runs"][0]["tool"]["driver"]["rules"][0]["help"]["markdown"].startswith("# shuffled-batches")

    (runner.work / "train.py").write_text(SHUFFLED.replace("epochs=1", "shuffle=False"), encoding="utf-8")
    assert runner.run("Run statelint").returncode == 0
    assert runner.lines("GITHUB_OUTPUT")["status"] == "0"
