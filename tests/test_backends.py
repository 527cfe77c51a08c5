"""Programs that choose a backend of Keras 3 themselves: how that is read, judged and run."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from statelint.confirm.backends import backend_of
from statelint.confirm.harness import Harness, NoRecording
from statelint.confirm.programs import Program
from statelint.engine import check_source
from statelint.interp.program import follow
from statelint.source.python import Source, read
from statelint.target import target_of
from statelint.trace.recording import Recording

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
