"""flake8 with the plug-in, as a user has it: found by its entry point, run as a program."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import statelint
from tests.test_startup import SHUFFLED

ROOT = Path(__file__).parents[1]
FOUND = "train.py:7:1: SRN201 fit() shuffles the samples in every epoch"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder in which statelint is installed with the entry points that pyproject.toml gives it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [
        f"[{group}]\n" + "".join(f"{name} = {target}\n" for name, target in entries.items())
        for group, entries in project["entry-points"].items()
    ]
    installed = tmp_path / "site" / "statelint-0.dist-info"
    installed.mkdir(parents=True)
    (installed / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
    metadata = f"Metadata-Version: 2.1\nName: statelint\nVersion: {statelint.__version__}\n"
    (installed / "METADATA").write_text(metadata, encoding="utf-8")
    return installed.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "project"
    made.mkdir()
    (made / "train.py").write_text(SHUFFLED, encoding="utf-8")
    return made


def flake8(folder: Path, site: Path, *options: str, text: str | None = None) -> tuple[list[str], str]:
    """What flake8 prints of the folder on standard output, and on standard error."""
    path = os.pathsep.join([str(site), str(Path(statelint.__file__).parents[1])])
    ended = subprocess.run(
        [sys.executable, "-v", "-m", "flake8", "-j1", "--isolated", *options],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": path},
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line.removeprefix("./") for line in ended.stdout.splitlines()]
    return lines, ended.stderr


def codes(lines: list[str]) -> list[str]:
    return [line.split()[1] for line in lines]


def test_findings_stand_among_those_of_flake8(folder: Path, site: Path) -> None:
    (folder / "train.py").write_text(
        SHUFFLED.replace("import numpy as np", "import os, numpy as np"), "utf-8"
    )
    lines, _ = flake8(folder, site)
    assert codes(lines) == ["E401", "F401", "SRN201"] or codes(lines) == ["F401", "E401", "SRN201"]
    assert lines[2].startswith(FOUND)
    version, _ = flake8(folder, site, "--version")
    assert f"statelint: {statelint.__version__}" in " ".join(version)


def test_standard_input(folder: Path, site: Path) -> None:
    lines, _ = flake8(folder, site, "-", text=SHUFFLED)
    assert codes(lines) == ["SRN201"]
    assert lines[0].startswith("stdin:7:1: ")


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# noqa", []),
        ("# noqa: SRN201", []),
        ("# noqa: SRN2", []),
        ("# noqa: E501", ["SRN201"]),
        ("# noqa: SRN301", ["SRN201"]),
    ],
)
def test_noqa(folder: Path, site: Path, comment: str, expected: list[str]) -> None:
    (folder / "train.py").write_text(f"{SHUFFLED.rstrip()}  {comment}\n", encoding="utf-8")
    lines, _ = flake8(folder, site, "--extend-ignore", "E501,SRN0")
    assert codes(lines) == expected


def test_what_is_selected(folder: Path, site: Path) -> None:
    assert codes(flake8(folder, site, "--select", "SRN")[0]) == ["SRN201"]
    assert codes(flake8(folder, site, "--select", "SRN3")[0]) == []
    assert codes(flake8(folder, site, "--extend-ignore", "SRN201")[0]) == []
    assert codes(flake8(folder, site, "--ignore", "E1")[0]) == ["SRN201"]


def test_advice_is_given_where_it_is_asked_for(folder: Path, site: Path) -> None:
    advised = ROOT / "fixtures" / "state-not-saved" / "bad_loaded_model.py"
    (folder / "train.py").write_text(advised.read_text(encoding="utf-8"), encoding="utf-8")
    plain = ("--extend-ignore", "E501")
    assert codes(flake8(folder, site, *plain)[0]) == []
    assert codes(flake8(folder, site, *plain, "--select", "SRN")[0]) == []
    assert codes(flake8(folder, site, *plain, "--extend-select", "SRN4")[0]) == ["SRN404"]


def test_the_target(folder: Path, site: Path) -> None:
    (folder / "train.py").write_text(f"{SHUFFLED}model.reset_states()\n", encoding="utf-8")
    assert "SRN502" in codes(flake8(folder, site)[0])
    assert "SRN502" not in codes(flake8(folder, site, "--statelint-keras", "2")[0])
    lines, errors = flake8(folder, site, "--statelint-keras", "4")
    assert not lines
    assert "no generation of Keras: 4" in errors


def test_a_file_that_says_nothing_of_it_costs_nothing(folder: Path, site: Path) -> None:
    (folder / "train.py").write_text("import os\n\nprint(os.getcwd())\n", encoding="utf-8")
    lines, errors = flake8(folder, site)
    assert lines == []
    imported = set(re.findall(r"^import '([\w.]+)'", errors, flags=re.MULTILINE))
    own = {name for name in imported if name.partition(".")[0] == "statelint"}
    assert own == {"statelint", "statelint.flake8_plugin"}
    assert "libcst" not in imported
