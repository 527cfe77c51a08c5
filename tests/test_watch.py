"""`--watch`, as a process of its own beside files that change."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import statelint
from statelint import cli
from statelint.cli.watch import _without_watch

SHUFFLED = """\
import numpy as np
from tensorflow import keras

model = keras.Sequential([keras.Input(batch_shape=(4, 3, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile(loss="mse")
model.fit(np.zeros((16, 3, 1)), np.zeros((16, 4)), batch_size=4)
"""
RIGHT = SHUFFLED.replace("batch_size=4", "batch_size=4, shuffle=False")


class Watching:
    """A process that watches, and what it has printed since it was last looked at."""

    def __init__(self, folder: Path, *arguments: str, terminal: bool = False) -> None:
        self.output, writing = pty.openpty() if terminal else os.pipe()
        # Tests that run in the background of a shell ignore what Ctrl-C sends, and so would the process.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "statelint", *arguments],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(Path(statelint.__file__).parents[1]), "TERM": "xterm"},
            stdout=writing,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        signal.signal(signal.SIGINT, before)
        os.close(writing)

    def until(self, expected: str) -> str:
        """What it prints up to where it says that it watches, which comes after what is expected."""
        shown, end = "", time.monotonic() + 60
        while expected not in shown or "Ctrl-C ends" not in shown.partition(expected)[2]:
            assert time.monotonic() < end, shown
            if select.select([self.output], [], [], 0.1)[0]:
                shown += os.read(self.output, 4096).decode()
        return shown

    def end(self) -> int:
        """End it as Ctrl-C does: a signal to all that runs in the terminal."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(timeout=30)


@pytest.fixture
def begun() -> Iterator[list[Watching]]:
    watching: list[Watching] = []
    yield watching
    for one in watching:
        if one.process.poll() is None:
            os.killpg(one.process.pid, signal.SIGKILL)
            one.process.wait()
        os.close(one.output)


def test_it_runs_again_when_a_file_changes_comes_or_goes(tmp_path: Path, begun: list[Watching]) -> None:
    program = tmp_path / "train.py"
    program.write_text(RIGHT, encoding="utf-8")
    watching = Watching(tmp_path, "--watch", "--format", "concise")
    begun.append(watching)
    assert "SRN" not in watching.until("watching .")
    program.write_text(SHUFFLED, encoding="utf-8")
    assert "\x1b" not in watching.until("train.py:6:1: SRN201")
    (tmp_path / "other.py").write_text(SHUFFLED, encoding="utf-8")
    watching.until("other.py:6:1: SRN201")
    program.unlink()
    assert "train.py" not in watching.until("other.py:6:1: SRN201")
    (tmp_path / "statelint.toml").write_text('ignore = ["SRN201"]\n', encoding="utf-8")
    assert "SRN" not in watching.until("watching .")
    assert watching.end() == 0
    assert not os.read(watching.output, 4096).decode().strip()


def test_modules_that_a_program_imports_are_watched(tmp_path: Path, begun: list[Watching]) -> None:
    (tmp_path / "train.py").write_text(
        f"from settings import stateful\n{SHUFFLED.replace('=True', '=stateful')}", encoding="utf-8"
    )
    settings = tmp_path / "settings.py"
    settings.write_text("stateful = False\n", encoding="utf-8")
    # A module named like one of Python's own is in nobody's way.
    (tmp_path / "queue.py").write_text("raise RuntimeError\n", encoding="utf-8")
    watching = Watching(tmp_path, "--watch", "train.py")
    begun.append(watching)
    watching.until("No problems in 1 file.")
    settings.write_text("stateful = True\n", encoding="utf-8")
    watching.until("SRN201")


def test_a_terminal_is_cleared(tmp_path: Path, begun: list[Watching]) -> None:
    (tmp_path / "train.py").touch()
    watching = Watching(tmp_path, "--watch", terminal=True)
    begun.append(watching)
    assert watching.until("No problems in 1 file.").startswith("\x1b[2J\x1b[H")
    (tmp_path / "train.py").write_text("import os\n", encoding="utf-8")
    assert watching.until("No problems in 1 file.").startswith("\x1b[2J\x1b[H")
    assert watching.end() == 0


def test_standard_input_is_not_watched(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--watch", "-"]) == 2
    assert "not standard input" in capsys.readouterr().err


def test_the_runs_themselves_do_not_watch() -> None:
    given = ["--wat", "a.py", "--witness", "w", "--watch", "--", "--watch"]
    assert _without_watch(given) == ["a.py", "--witness", "w", "--", "--watch"]
