"""Programs that run side by side: the output is the same, and an interrupt keeps what is known."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import statelint

pytestmark = pytest.mark.keras

CARRIED = """
import numpy as np, keras
model = keras.Sequential([keras.Input(batch_shape=(2, 3, 1)), keras.layers.LSTM(2, stateful=True)])
model.compile("sgd", "mse")
model.fit(np.ones((4, 3, 1)), np.ones((4, 2)), batch_size=2, epochs=2, shuffle=False, verbose=0)
"""
# The finding stands behind the wait, so that the interrupt comes before its verdict.
HANGS = CARRIED.replace("model.fit", "import threading; threading.Event().wait()\nmodel.fit")


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "statelint", "--confirm", "--format", "concise", *options, "."]


def environment(tmp_path: Path) -> dict[str, str]:
    scratch = tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    root = str(Path(statelint.__file__).parents[1])
    return os.environ | {"PYTHONPATH": root, "TMPDIR": str(scratch)}


def programs(tmp_path: Path, **sources: str) -> Path:
    folder = tmp_path / "programs"
    folder.mkdir()
    for name, source in sources.items():
        (folder / f"{name}.py").write_text(source)
    return folder


def test_the_output_is_the_same(tmp_path: Path) -> None:
    sources = {f"train{number}": CARRIED for number in range(4)} | {"broken": CARRIED + "1 / 0\n"}
    folder = programs(tmp_path, **sources)
    ended = [
        subprocess.run(
            command("--jobs", jobs), cwd=folder, env=environment(tmp_path), capture_output=True, check=False
        )
        for jobs in ("1", "3")
    ]
    assert ended[0].stdout == ended[1].stdout and ended[0].stderr == ended[1].stderr
    assert ended[0].stdout.count(b"Keras 2: confirmed") == ended[0].stdout.count(b"Keras 3: confirmed") == 5
    assert ended[0].stderr.splitlines()[1] == b"statelint: ran broken.py on Keras 2 (1 of 10)"
    assert ended[0].returncode == 1


def test_an_interrupt_ends_all_and_prints_what_is_known(
    tmp_path: Path, generation: int, request: pytest.FixtureRequest
) -> None:
    folder = programs(tmp_path, a=CARRIED, b=HANGS)
    # A shell that starts the tests in the background has them ignore it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    with subprocess.Popen(
        command("--keras", str(generation)),
        cwd=folder,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        watchdog = threading.Timer(90, process.kill)
        watchdog.start()
        assert process.stderr.readline().startswith(b"statelint: programs run on copies")
        assert process.stderr.readline() == f"statelint: ran a.py on Keras {generation} (1 of 2)\n".encode()
        begun = offspring(process.pid)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        watchdog.cancel()
    assert process.returncode == 130
    assert b"interrupted; what follows is what was known by then" in err
    told = out.decode().splitlines()
    assert len([line for line in told if f"Keras {generation}: confirmed" in line]) == 1
    assert [line.split(":")[0] for line in told if "SRN301" in line] == ["a.py", "b.py"]
    assert begun and not [pid for pid in begun if Path(f"/proc/{pid}").exists()]
    assert not list((tmp_path / "scratch").glob("statelint-*"))


def offspring(parent: int) -> list[int]:
    """The processes below this one."""
    listed = [path.read_text().split() for path in Path(f"/proc/{parent}/task").glob("*/children")]
    return [pid for children in listed for child in map(int, children) for pid in (child, *offspring(child))]
