"""Another Python for the programs: where it is, what it has, and that it needs nothing of statelint."""

from __future__ import annotations

import os
import site
import subprocess
import sys
from pathlib import Path

import pytest

from statelint import cli
from statelint.confirm.confinement import ALL, available
from statelint.confirm.harness import Harness
from statelint.confirm.interpreter import (
    Interpreter,
    NoInterpreterError,
    inspected,
    interpreter_at,
)

LEAK = """
import importlib.util
assert not any(map(importlib.util.find_spec, {absent!r}))

import numpy as np
from keras.layers import Input, LSTM
from keras.models import Sequential

model = Sequential([Input(batch_shape=(2, 3, 1)), LSTM(4, stateful=True)])
model.compile(loss="mse", optimizer="sgd")
x = np.random.rand(8, 3, 1)
model.fit(x, np.zeros((8, 4)), batch_size=2, epochs=2, shuffle=False, verbose=0)
"""


def environment(folder: Path, *absent: str) -> Path:
    """A virtual environment with links to what the tests' own one has, but for the packages named."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    for place in [*site.getsitepackages(), *([site.getusersitepackages()] if site.ENABLE_USER_SITE else [])]:
        for entry in Path(place).glob("*"):
            name = entry.name.partition("-")[0].partition(".")[0]
            # What a .pth or an editable installation adds isn't wanted.
            hidden = entry.suffix == ".pth" or name in absent or name.startswith("__editable__")
            if not hidden and not (packages / entry.name).exists():
                (packages / entry.name).symlink_to(entry)
    return folder


def script(path: Path, text: str) -> Path:
    """A shell script that can be run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def complaint(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """What a run that ends with status 2 says."""
    assert cli.main([*options, __file__]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


def test_where_an_interpreter_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = script(tmp_path / "env" / "bin" / "python", "")
    linked = tmp_path / "linked"
    linked.symlink_to(python)
    other = script(tmp_path / "other" / "bin" / "python3", "")
    assert interpreter_at(str(tmp_path / "env")) == interpreter_at(str(python)) == str(python)
    assert interpreter_at(str(linked)) == str(linked)
    monkeypatch.chdir(tmp_path)
    assert interpreter_at("other") == str(other)
    monkeypatch.setenv("PATH", str(other.parent))
    assert interpreter_at("python3") == str(other)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: None, "no such file or folder: {}"),
        (lambda path: path.mkdir(), "{} is no environment: it has no bin/python"),
        (lambda path: path.write_text("plain"), "{} can't be run: Permission denied"),
        (lambda path: script(path, "exit 3"), "{} is no Python: exit status 3"),
        (lambda path: script(path, "echo hello"), "{} is no Python: hello"),
        (lambda path: script(path, "echo; echo no >&2; exit 1"), "{} is no Python: no"),
        (lambda path: script(path, "echo Python 3.7.16"), "{} is Python 3.7.16: 3.8 is the oldest one"),
        (lambda path: script(path, "echo Python 2.7.18"), "{} is Python 2.7.18: 3.8 is the oldest one"),
        (
            lambda path: script(path, 'test "$1" = -c && echo Python 3.9.1 || echo "{"'),
            "{} can't be asked what it has: {",
        ),
    ],
    ids=[
        "missing",
        "empty-folder",
        "not-executable",
        "fails",
        "other-program",
        "shell",
        "old",
        "2",
        "broken",
    ],
)
def test_what_is_no_interpreter(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], make: object, reason: str
) -> None:
    path = tmp_path / "given"
    assert callable(make)
    make(path)
    said = complaint(capsys, "--confirm", "--python", str(path))
    assert said == f"statelint: --python: {reason.replace('{}', str(path))}\n"


def test_an_environment_without_keras(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "env")], check=True)
    python = tmp_path / "env" / "bin" / "python"
    version = ".".join(map(str, sys.version_info[:3]))
    reasons = "Keras 2: tensorflow isn't installed; Keras 3: keras isn't installed"
    for option in "--confirm", "--timeline":
        assert complaint(capsys, option, "--python", str(tmp_path / "env")) == (
            f"statelint: --python: {python} (Python {version}) has no Keras to run ({reasons})\n"
        )


def test_python_without_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--python goes with --confirm or --timeline" in complaint(capsys, "--python", sys.executable)


@pytest.mark.parametrize(
    ("packages", "told"),
    [
        (
            {"keras": "3.15.1", "tf_keras": "2.21.0", "tensorflow": "2.21.0", "jax": "0.10.2", "torch": ""},
            "Keras 2.21.0 on TensorFlow 2.21.0, "
            "Keras 3.15.1 on TensorFlow 2.21.0 (JAX 0.10.2 and torch are there too)",
        ),
        (
            {"keras": "2.15.0", "tensorflow": "2.15.1"},
            "Keras 2.15.0 on TensorFlow 2.15.1, no Keras 3 (keras 2.15.0 is installed)",
        ),
        (
            {"keras": "3.15.1", "torch": "2.13.0"},
            "no Keras 2 (tensorflow isn't installed), Keras 3.15.1 on torch 2.13.0",
        ),
        (
            {"keras": "", "tensorflow": "2.21.0"},
            "no Keras 2 (tf_keras isn't installed), Keras of unknown version on TensorFlow 2.21.0",
        ),
        (
            {"keras": "3.15.1"},
            "no Keras 2 (tensorflow isn't installed), "
            "no Keras 3 (no backend (tensorflow, jax or torch) is installed)",
        ),
    ],
)
def test_what_an_interpreter_has_is_told(packages: dict[str, str], told: str) -> None:
    assert Interpreter("/env/bin/python", "3.9.1", packages).told((2, 3)) == (
        f"/env/bin/python: Python 3.9.1, {told}"
    )


def test_what_keeps_programs_in_bounds_is_told() -> None:
    kept = frozenset({"network", "processes", "files"})
    assert "in namespaces: no network" in Interpreter("python", "3.11.7", {}, kept=kept).bounds()
    assert Interpreter("python", "3.11.7", {}, kept=kept - {"network"}).bounds().endswith("refuses: sockets")


def test_trying_out_what_can_be_kept_apart_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert set(available()) <= ALL
    assert list(tmp_path.iterdir()) == []


def test_a_platform_that_cannot_fork() -> None:
    found = Interpreter("python", "3.11.7", {"keras": "3.15.1", "jax": "0.10"}, can_fork=False)
    assert found.keras(3) == (False, "this platform can't fork")


def test_our_own_interpreter_is_asked_without_an_import() -> None:
    found = inspected(sys.executable)
    assert found.path == sys.executable
    assert found.version == ".".join(map(str, sys.version_info[:3]))


def test_an_interpreter_that_went_away(tmp_path: Path) -> None:
    with pytest.raises(NoInterpreterError, match="No such file"):
        inspected(str(tmp_path / "gone"))


@pytest.mark.keras
def test_statelint_is_not_needed_there(
    generation: int, harness: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    absent = ["statelint", "libcst", "pathspec", "markdown_it", "pytest"]
    if generation == 2:  # Keras 3 needs it itself
        absent.append("rich")
    folder = environment(tmp_path / "env", *absent)
    program = tmp_path / "train.py"
    program.write_text(LEAK.format(absent=absent), encoding="utf-8")
    options = ["--format", "concise", "--keras", str(generation), "--select", "SRN301", str(program)]
    assert cli.main(["--confirm", "--python", str(folder), *options]) == 1
    captured = capsys.readouterr()
    assert f"[Keras {generation}: confirmed – a state of norm" in captured.out
    version = harness.available()[generation]
    assert captured.err.startswith(f"statelint: {folder}{os.sep}bin{os.sep}python: Python ")
    assert f"Keras {version} on TensorFlow" in captured.err
