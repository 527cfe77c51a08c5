"""Programs that choose a backend of Keras 3 themselves: how that is read, judged and run."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from statelint.confirm.backends import BACKENDS, Chosen, backend_of, outside_backend
from statelint.confirm.harness import Harness, NoRecording
from statelint.confirm.interpreter import interpreter_at
from statelint.confirm.judge import confirm
from statelint.confirm.programs import Program
from statelint.confirm.reach import hiding, qualified
from statelint.discover import SourceFile
from statelint.engine import check_source
from statelint.findings import Finding, Status, Verdict
from statelint.interp.program import follow
from statelint.settings import Settings
from statelint.source.python import Source, read
from statelint.target import target_of
from statelint.trace.recording import BatchRun, Outcome, Recording, StateProbe
from tests.test_interpreter import environment

MODEL = """
import numpy as np
model = keras.Sequential([keras.Input(batch_shape=(2, 3, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile(loss="mse", optimizer="sgd")
x = np.random.rand(8, 3, 1)
model.fit(x, np.zeros((8, 4)), batch_size=2, epochs=2, verbose=0)
"""


def backend(code: str, generation: int = 3) -> str | None:
    source = read("train.py", code.encode())
    assert isinstance(source, Source)
    return follow(source, generation).backend


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import keras", None),
        ('import os\nos.environ["KERAS_BACKEND"] = "jax"\nimport keras', "jax"),
        ('from os import environ\nenviron["KERAS_BACKEND"] = "torch"\nfrom keras import layers', "torch"),
        ('import os\nos.environ.setdefault("KERAS_BACKEND", "jax")\nimport tensorflow as tf', "jax"),
        ('import os\nos.environ.update({"KERAS_BACKEND": "jax"})\nimport keras', "jax"),
        ('import os\nos.environ.update(KERAS_BACKEND="jax")\nimport keras.layers', "jax"),
        ('import os\nchosen = "j" + "ax"\nos.environ["KERAS_BACKEND"] = chosen\nimport keras', "jax"),
        # Too late, or not certain.
        ('import os\nimport keras\nos.environ["KERAS_BACKEND"] = "jax"', None),
        ('import os\nimport tensorflow\nos.environ["KERAS_BACKEND"] = "jax"\nimport keras', None),
        ('import os, sys\nif len(sys.argv) > 1:\n  os.environ["KERAS_BACKEND"] = "jax"\nimport keras', None),
        ('import os, sys\nos.environ["KERAS_BACKEND"] = sys.argv[1]\nimport keras', None),
        (
            'import os\nos.environ["KERAS_BACKEND"] = "jax"\n'
            'os.environ.setdefault("KERAS_BACKEND", "torch")\nimport keras',
            "jax",
        ),
    ],
)
def test_the_backend_that_a_program_asks_for(code: str, expected: str | None) -> None:
    assert backend(code) == expected
    assert backend(code, 2) is None


@pytest.mark.parametrize(("name", "target"), [("jax", (3,)), ("torch", (3,)), ("tensorflow", (2, 3))])
def test_another_backend_means_keras_3(name: str, target: tuple[int, ...]) -> None:
    assert target_of(f'os.environ["KERAS_BACKEND"] = "{name}"') == target


@pytest.mark.parametrize(
    ("name", "codes"),
    [("tensorflow", ["SRN201", "SRN301"]), ("jax", ["SRN601"]), ("torch", ["SRN201", "SRN301", "SRN602"])],
)
def test_what_a_program_is_told_on_each_backend(name: str, codes: list[str]) -> None:
    code = f'import os\nos.environ["KERAS_BACKEND"] = "{name}"\nimport keras\n{MODEL}'
    checked = check_source("train.py", code.encode())
    assert not checked.failures
    assert sorted(finding.code for finding in checked.findings) == codes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('os.environ["KERAS_BACKEND"] = "jax"', "jax"),
        ("os.environ.setdefault('KERAS_BACKEND', 'torch')", "torch"),
        ('os.environ.update({"KERAS_BACKEND": "jax"})', "jax"),
        ('os.environ.update(KERAS_BACKEND="jax")', "jax"),
        ('print(os.environ["KERAS_BACKEND"])', "tensorflow"),
        ("import keras", "tensorflow"),
    ],
)
def test_the_backend_that_a_program_is_run_on(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "train.py"
    path.write_text(text, encoding="utf-8")
    assert backend_of(Program(path, "train.py")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import keras", "torch"),
        ('os.environ["KERAS_BACKEND"] = "jax"', "jax"),
        ('os.environ.setdefault("KERAS_BACKEND", "jax")', "torch"),
    ],
)
def test_the_environment_chooses_where_the_program_leaves_it(
    tmp_path: Path, text: str, expected: str
) -> None:
    path = tmp_path / "train.py"
    path.write_text(text, encoding="utf-8")
    chosen = outside_backend({"KERAS_BACKEND": "torch"}, BACKENDS)
    assert backend_of(Program(path, "train.py"), chosen) == expected


@pytest.mark.parametrize(
    ("configured", "installed", "expected"),
    [
        (None, ("tensorflow", "torch"), Chosen("tensorflow")),
        (None, ("jax", "torch"), Chosen("jax")),
        ('{"backend": "torch"}', ("tensorflow", "torch"), Chosen("torch", "keras.json")),
        # Keras writes this file itself, with its default.
        ('{"backend": "tensorflow"}', ("torch",), Chosen("torch")),
        ('{"backend": 3}', ("tensorflow",), Chosen("tensorflow")),
        ("[]", ("tensorflow",), Chosen("tensorflow")),
        ("{", ("tensorflow",), Chosen("tensorflow")),
    ],
)
def test_the_backend_from_outside(
    tmp_path: Path, configured: str | None, installed: tuple[str, ...], expected: Chosen
) -> None:
    file = tmp_path / "keras.json"
    if configured is not None:
        file.write_text(configured, encoding="utf-8")
    chosen = outside_backend({"KERAS_HOME": str(tmp_path)}, installed)
    assert chosen == (Chosen(expected.name, str(file)) if expected.by else expected)


def run_of(batch: BatchRun | None = None, **fields: Any) -> Recording:
    """A recording of a program that ended as it should."""
    outcome = Outcome("finished", None, None, (), None, None)
    plain = Recording(3, "3.15.1", "jax", (), (), () if batch is None else (batch,), (), outcome, (), ())
    return replace(plain, **fields)


DROPPED = BatchRun(
    0, 0, 0, "train", 0, 0, 2, None, None, None, StateProbe(0.0, "", 2), "zero", None, finished=True
)


@pytest.mark.parametrize(
    ("recording", "expected"),
    [
        (run_of(), "refuted – no state (on the jax backend)"),
        (run_of(DROPPED), "refuted – no state (on the jax backend, which keeps no state)"),
        (run_of(backend="tensorflow"), "refuted – no state"),
        (
            run_of(caps=("XLA off", "calls that jax compiles can't be watched")),
            "inconclusive – no state; calls that jax compiles can't be watched (on the jax backend)",
        ),
    ],
)
def test_a_verdict_names_a_backend_that_the_program_did_not_choose(
    tmp_path: Path, recording: Recording, expected: str
) -> None:
    path = tmp_path / "train.py"
    path.write_text("import keras", encoding="utf-8")
    program = Program(path, "train.py")
    verdict = qualified(Verdict(3, Status.REFUTED, "no state"), "SRN301", recording, program)
    assert f"{verdict.status} – {verdict.evidence}" == expected
    path.write_text('os.environ["KERAS_BACKEND"] = "jax"', encoding="utf-8")
    program = Program(path, "train.py")
    verdict = qualified(Verdict(3, Status.CONFIRMED, "a state"), "SRN301", run_of(), program)
    assert verdict == Verdict(3, Status.CONFIRMED, "a state")


def test_an_order_proves_nothing_where_no_state_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text("import keras", encoding="utf-8")
    shuffled = Verdict(3, Status.CONFIRMED, "broken")
    verdict = qualified(shuffled, "SRN201", run_of(DROPPED), Program(path, "train.py"))
    assert verdict.status is Status.INCONCLUSIVE
    assert verdict.evidence == "broken (on the jax backend, which keeps no state)"


def test_a_training_that_torch_broke_off_refutes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text("import keras", encoding="utf-8")
    message = "a variable has been modified by an inplace operation"
    ended = Outcome("raised", "RuntimeError", message, (), None, None)
    nothing_wrong = Verdict(3, Status.REFUTED, "no state")
    for run in run_of(backend="torch", outcome=ended), run_of(backend="torch", raised=(ended,)):
        verdict = qualified(nothing_wrong, "SRN301", run, Program(path, "train.py"))
        assert verdict.status is Status.INCONCLUSIVE
        assert hiding(run) == {"SRN602"}
    assert hiding(run_of(outcome=ended)) == hiding(run_of(backend="torch")) == set()


def need(name: str) -> None:
    """Skip the test where Keras 3 can't run on this backend."""
    if importlib.util.find_spec(name) is None or importlib.util.find_spec("keras") is None:
        pytest.skip(f"Keras 3 on {name} isn't installed")


def run_on(
    name: str, code: str, tmp_path: Path, python: str = sys.executable
) -> tuple[list[Finding], Recording]:
    """The findings in a program that names no backend, judged on this one, and the last of its runs."""
    path = tmp_path / "train.py"
    path.write_text(f"import keras\n{code}", encoding="utf-8")
    checked = check_source("train.py", path.read_bytes(), Settings(keras=(3,)))
    judged = confirm(checked.findings, [SourceFile(path, "train.py")], (3,), 60, lambda *_: None, python)
    (last,) = {id(v.recording): v.recording for finding in judged for v in finding.verdicts}.values()
    assert last is not None and last.backend == name
    return judged, last


@pytest.mark.keras
def test_jax_from_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need("jax")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    judged, recording = run_on("jax", MODEL, tmp_path)
    assert {(f.code, v.status) for f in judged for v in f.verdicts} == {
        ("SRN201", Status.INCONCLUSIVE),
        ("SRN301", Status.REFUTED),
    }
    assert all("which keeps no state" in v.evidence for f in judged for v in f.verdicts)
    rows = sorted(row for batch in recording.batches[:4] for row in batch.row_ids or ())
    assert rows == list(range(8))


@pytest.mark.keras
def test_torch_from_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need("torch")
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    judged, recording = run_on("torch", MODEL, tmp_path)
    assert {f.code for f in judged} == {"SRN201", "SRN301"}
    for verdict in (v for f in judged for v in f.verdicts):
        assert verdict.status is Status.CONFIRMED
        assert verdict.evidence.endswith("(behind SRN602, mended for this run) (on the torch backend)")
    assert [batch.rows for batch in recording.batches] == [2] * 8
    assert all(batch.origin == "carried" for batch in recording.batches[1:])


@pytest.mark.keras
def test_calls_that_jax_compiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need("jax")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    path = tmp_path / "train.py"
    call = "import jax\nstep = jax.jit(model)\nfor _ in range(3):\n    step(x[:2])\n"
    path.write_text(f"import keras\n{MODEL.partition('model.fit')[0]}{call}", encoding="utf-8")
    with Harness((3,)) as harness:
        recording = harness.run(Program(path, "train.py"), 3)
    assert isinstance(recording, Recording)
    assert recording.unwatched == ("calls that jax compiles can't be watched",)
    assert recording.batches == ()


KEPT = """
class Kept(keras.layers.LSTM):
    def build(self, shape):
        super().build(shape)
        for state in self.states:
            self._track_variable(state)
"""


@pytest.mark.keras
def test_states_that_the_trainer_of_jax_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need("jax")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    path = tmp_path / "train.py"
    code = KEPT + MODEL.replace("keras.layers.LSTM", "Kept")
    path.write_text(f"import keras\n{code}model.predict(x, batch_size=2)\n", encoding="utf-8")
    with Harness((3,)) as harness:
        recording = harness.run(Program(path, "train.py"), 3)
    assert isinstance(recording, Recording) and recording.outcome.status == "finished"
    assert [batch.origin for batch in recording.batches] == ["zero"] + ["carried"] * 11
    assert all(batch.leaving is not None and batch.leaving.norm > 0 for batch in recording.batches)


@pytest.mark.keras
@pytest.mark.parametrize("name", ["jax", "torch"])
def test_an_environment_without_tensorflow(name: str, tmp_path: Path) -> None:
    need(name)
    absent = {"statelint", "libcst", "tensorflow", "tensorflow_cpu", "tf_keras", "jax", "torch"} - {name}
    python = interpreter_at(str(environment(tmp_path / "env", *absent)))
    code = f"import importlib.util\nassert importlib.util.find_spec('tensorflow') is None\n{MODEL}"
    judged, recording = run_on(name, code, tmp_path, python)
    assert {f.code for f in judged} == {"SRN201", "SRN301"}
    assert recording.outcome.status == "finished"
    assert [(batch.rows, batch.batch) for batch in recording.batches] == [(2, n % 4) for n in range(8)]
    assert all(batch.row_ids is not None for batch in recording.batches)


@pytest.mark.keras
@pytest.mark.parametrize("name", ["jax", "torch"])
def test_a_run_on_another_backend(harness: Harness, tmp_path: Path, name: str) -> None:
    if not harness.can_run(3):
        pytest.skip(harness.available()[3])
    path = tmp_path / "train.py"
    chosen = f'import os\nos.environ["KERAS_BACKEND"] = "{name}"\nimport keras\n'
    path.write_text(chosen + MODEL, encoding="utf-8")
    recording = harness.run(Program(path, "train.py"), 3)
    if importlib.util.find_spec(name) is None:
        assert recording == NoRecording(f"the {name} backend isn't installed")
        pytest.skip(recording.reason)
    assert isinstance(recording, Recording)
    assert recording.backend == name and not recording.caps
    if name == "jax":
        assert len(recording.batches) == 8
        assert all(b.leaving is not None and b.leaving.is_zero for b in recording.batches)
    else:
        assert recording.outcome.exception == "RuntimeError"
