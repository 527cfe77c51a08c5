"""Completion of the command line, in the shells themselves."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from statelint import cli
from statelint.cli import completion
from statelint.cli.options import parser

CASES = [
    ("statelint --sel", {"--select"}),
    ("statelint --explain valid", {"validation-leak"}),
    ("statelint --select SRN101,SRN20", {f"SRN101,SRN20{number}" for number in range(1, 10)}),
    ("statelint --keras ", {"2", "3", "auto"}),
    ("statelint --fix pr", {"program.py"}),
    ("statelint --fix --format sar", {"sarif"}),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the scripts, and with a program to check."""
    (tmp_path / "program.py").touch()
    for shell in completion.SHELLS:
        assert cli.main(["--completion", shell, "--output-file", str(tmp_path / f"_{shell}")]) == 0
    return tmp_path


def ran(shell: str, code: str, folder: Path) -> set[str]:
    """The lines that a shell prints, each up to its first tab."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} isn't installed")
    ended = subprocess.run([shell, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    assert not ended.stderr
    return {line.partition("\t")[0] for line in ended.stdout.splitlines()}


@pytest.mark.parametrize(("line", "found"), CASES)
def test_bash(folder: Path, line: str, found: set[str]) -> None:
    words = " ".join(f"'{word}'" for word in line.split(" "))
    code = f"source ./_bash; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _shtab_statelint"
    assert ran("bash", f'{code}; printf "%s\\n" "${{COMPREPLY[@]}}"', folder) == found


@pytest.mark.parametrize(("line", "found"), CASES)
def test_fish(folder: Path, line: str, found: set[str]) -> None:
    assert ran("fish", f"source ./_fish; complete -C '{line}'", folder) == found


def test_zsh(folder: Path) -> None:
    if shutil.which("zsh") is None:
        pytest.skip("zsh isn't installed")
    (folder / "_zsh").rename(folder / "_statelint")
    shell, terminal = pty.fork()
    if shell == 0:
        os.chdir(folder)
        os.environ |= {"TERM": "dumb", "PS1": "> "}
        os.execvp("zsh", ["zsh", "-f", "-i"])
    try:
        typed(
            terminal,
            "fpath=($PWD $fpath); autoload -Uz compinit; compinit -D -u; print -r rea''dy\n",
            "ready",
        )
        for line, found in CASES:
            if len(found) == 1:
                typed(terminal, f"{line}\t", f"{line.rpartition(' ')[0]} {next(iter(found))}")
                os.write(terminal, b"\x15")
        typed(terminal, "statelint --select SRN101,SRN20\t\t", "SRN209")
    finally:
        os.kill(shell, 9)
        os.waitpid(shell, 0)
        os.close(terminal)


def typed(terminal: int, keys: str, expected: str) -> None:
    """Type, and wait until the terminal shows what is expected."""
    os.write(terminal, keys.encode())
    shown, end = "", time.monotonic() + 30
    while expected not in shown.replace("\r", ""):
        assert time.monotonic() < end, shown
        if select.select([terminal], [], [], 0.1)[0]:
            shown += os.read(terminal, 4096).decode(errors="replace")


def test_the_choices_are_the_shells() -> None:
    (choices,) = [one.choices for one in parser()._actions if one.dest == "completion"]
    assert tuple(choices or ()) == completion.SHELLS


def test_without_shtab_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert cli.main(["--completion", "bash"]) == 2
    assert 'pip install "statelint[completion]"' in capsys.readouterr().err
