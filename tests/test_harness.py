"""The parent side: copies, limits, lost children, results in order."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from statelint.confirm.copies import copy_program
from statelint.confirm.harness import (
    Harness,
    Job,
    Limits,
    NoRecording,
)
from statelint.confirm.interpreter import server_environment
from statelint.confirm.programs import Program
from statelint.trace.recording import Recording


def test_the_copy_has_what_lies_beside_the_program(tmp_path: Path) -> None:
    root, target = tmp_path / "project", tmp_path / "copy"
    (root / "package").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / "venv").mkdir()
    target.mkdir()
    (root / "package" / "train.py").write_text("x = 1")
    (root / "models.py").write_text("y = 1")
    (root / "data.csv").write_text("1,2")
    (root / "huge.bin").write_bytes(b"\0" * (6 << 20))
    (root / ".env").write_text("SECRET=1")
    (root / ".git" / "config").write_text("")
    (root / "venv" / "big.py").write_text("")
    os.mkfifo(root / "pipe")
    (root / "link.csv").symlink_to("/etc/hostname")
    program = copy_program(Program(root / "package" / "train.py", "train.py", root), target).program
    assert program == target / "package" / "train.py"
    found = {str(p.relative_to(target)) for p in target.rglob("*") if p.is_file()}
    assert found == {"package/train.py", "models.py", "data.csv"}


def test_the_environment_is_an_allow_list() -> None:
    passed = server_environment({"PATH": "/bin", "AWS_SECRET": "x", "PYTHONPATH": "/evil", "LANG": "C"})
    assert passed["PATH"] == "/bin" and passed["LANG"] == "C"
    assert not {"AWS_SECRET", "PYTHONPATH"} & passed.keys()


def test_an_interpreter_without_keras_is_said_to_be_absent(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text("")
    with Harness((2, 3), python=str(tmp_path / "no-python")) as harness:
        assert set(harness.available()) == {2, 3}
        assert not harness.can_run(2)
        result = harness.run(Program(path, "program.py"), 3)
    assert isinstance(result, NoRecording) and "can't be run" in result.reason


def test_a_generation_that_was_not_asked_for(tmp_path: Path) -> None:
    with Harness((), python=str(tmp_path / "no-python")) as harness:
        assert isinstance(harness.run(Program(tmp_path, "x"), 2), NoRecording)


# -- on real Keras -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def strict() -> Iterator[Harness]:
    """A harness with tight limits."""
    with Harness((2, 3), Limits(seconds=6, memory_mb=1500, batches=10, file_mb=1)) as harness:
        yield harness


def write(folder: Path, name: str, source: str) -> Program:
    path = folder / name
    path.write_text(source, encoding="utf-8")
    return Program(path, name)


def run(harness: Harness, generation: int, folder: Path, source: str) -> Recording | NoRecording:
    return harness.run(write(folder, "program.py", source), generation)


MODEL = """
import numpy as np, keras
from keras.layers import Input, LSTM
model = keras.Sequential([Input(batch_shape=(2, 3, 1)), LSTM(2, stateful=True)])
model.compile("sgd", "mse")
x, y = np.random.rand(2, 3, 1), np.random.rand(2, 2)
"""


@pytest.mark.keras
def test_enough_batches_stop_the_run(strict: Harness, generation: int, tmp_path: Path) -> None:
    result = run(strict, generation, tmp_path, MODEL + "while True:\n    model.train_on_batch(x, y)\n")
    assert isinstance(result, Recording)
    assert result.outcome.status == "stopped"
    assert len(result.batches) == 10


@pytest.mark.keras
def test_a_timeout_keeps_what_was_seen(strict: Harness, generation: int, tmp_path: Path) -> None:
    source = MODEL + "model.train_on_batch(x, y)\nprint('on', flush=True)\nwhile True:\n    pass\n"
    start = time.monotonic()
    result = run(strict, generation, tmp_path, source)
    assert time.monotonic() - start < 20
    assert isinstance(result, Recording)
    assert result.outcome.status == "timeout"
    assert len(result.batches) == 1


@pytest.mark.keras
def test_the_users_folder_and_environment_stay_untouched(
    strict: Harness, generation: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATELINT_TEST_SECRET", "1")
    (tmp_path / "data.csv").write_text("7")
    result = run(
        strict,
        generation,
        tmp_path,
        "import os, pathlib, tempfile\n"
        "assert open('data.csv').read() == '7'\n"
        "open('data.csv', 'w').write('8')\n"
        "open('new.txt', 'w').write('8')\n"
        "here = pathlib.Path(__file__).resolve().parent\n"
        "assert pathlib.Path.cwd() == here\n"
        "assert pathlib.Path.home().parent == here.parent == pathlib.Path(tempfile.gettempdir()).parent\n"
        "assert 'STATELINT_TEST_SECRET' not in os.environ\n"
        "assert 'statelint' not in __import__('sys').modules\n",
    )
    assert isinstance(result, Recording) and result.outcome.status == "finished", result
    assert (tmp_path / "data.csv").read_text() == "7"
    assert {p.name for p in tmp_path.iterdir()} == {"data.csv", "program.py"}


@pytest.mark.keras
def test_matplotlib_draws_nowhere(strict: Harness, generation: int, tmp_path: Path) -> None:
    package = tmp_path / "matplotlib"
    package.mkdir()
    (package / "__init__.py").write_text("def use(backend):\n    raise ImportError(backend)\n")
    (package / "pyplot.py").write_text("import os\nbackend = os.environ['MPLBACKEND']\n")
    source = (
        "import matplotlib\nmatplotlib.use('TkAgg')\n"
        "import matplotlib.pyplot as plt\n"
        "assert plt.backend == 'Agg' and plt.__spec__ and matplotlib.__file__\n"
    )
    result = run(strict, generation, tmp_path, source)
    assert isinstance(result, Recording) and result.outcome.status == "finished", result


@pytest.mark.keras
def test_results_come_in_the_order_of_the_jobs(harness: Harness, tmp_path: Path) -> None:
    programs = [write(tmp_path, f"program{i}.py", f"raise ValueError({i})\n") for i in range(3)]
    generations = [g for g in (2, 3) if harness.can_run(g)]
    jobs = [Job(program, generation) for program in programs for generation in generations]
    results = list(harness.run_all(jobs))
    assert [job for job, _ in results] == jobs
    for job, result in results:
        assert isinstance(result, Recording)
        assert (result.keras, result.outcome.message) == (job.keras, job.program.shown[7])


@pytest.mark.keras
def test_closing_leaves_nothing(
    generation: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    # A shell that starts the tests in the background has them ignore it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    hangs = "import threading\nthreading.Event().wait(30)\n"
    programs = [write(tmp_path, f"program{i}.py", hangs) for i in range(2)]
    with Harness((generation,)) as harness:
        results = harness.run_all([Job(write(tmp_path, "first.py", "x = 1\n"), generation)])
        assert [type(result) for _, result in results] == [Recording]
        server = harness._servers[0, generation, "tensorflow"]._process
        assert server is not None
        start = time.monotonic()
        results = harness.run_all([Job(program, generation) for program in programs])
        threading.Timer(1.0, os.kill, [os.getpid(), signal.SIGINT]).start()
        with pytest.raises(KeyboardInterrupt):
            next(results)
        assert time.monotonic() - start < 15
    assert server.poll() is not None
    assert not list(tmp_path.glob("statelint-*"))
