"""Last batches with too few rows: of Keras's own windows, and of the program's Sequences."""

from __future__ import annotations

from pathlib import Path

import pytest

from statelint.confirm.harness import Harness
from statelint.confirm.programs import Program
from statelint.engine import check_source
from statelint.findings import Finding, Severity, Status
from statelint.rules import load
from statelint.settings import Settings
from statelint.trace.recording import Recording

HEAD = """
import numpy as np
import tensorflow as tf
model = tf.keras.Sequential(
    [tf.keras.Input(batch_shape=(4, 4, 1)), tf.keras.layers.GRU(2, stateful=True), tf.keras.layers.Dense(1)]
)
model.compile("sgd", "mse")
class Rows(tf.keras.utils.Sequence):
    def __init__(self, count):
        super().__init__()
        self.x = np.ones((count, 4, 1), "float32")
    def __len__(self):
        return {length}
    def __getitem__(self, i):
        rows = self.x[i * 4 : (i + 1) * 4]
        return rows, rows[:, 0]
def windows(steps):
    series = np.ones((steps, 1), "float32")
    return tf.keras.preprocessing.sequence.TimeseriesGenerator(series, series, length=4, batch_size=4)
def dataset(steps):
    series = np.ones((steps, 1), "float32")
    return tf.keras.utils.timeseries_dataset_from_array(series, series, 4, sequence_stride=4, batch_size=4)
"""
RULE = next(rule for rule in load() if rule.code == "SRN205")
ALL = "int(np.ceil(len(self.x) / 4))"


def short(code: str, length: str = ALL) -> list[Finding]:
    """The short batches that are found in a program."""
    program = (HEAD.replace("{length}", length) + code).encode()
    checked = check_source("snippet.py", program, Settings(keras=(2, 3)))
    assert not checked.failures
    return [finding for finding in checked.findings if finding.code == "SRN205"]


# With the number of rows in the last batch.
SHORT = [
    ("model.fit(windows(14), shuffle=False)", 2),
    ("model.fit(windows(14))", 2),
    ("model.fit(windows(13))", 1),
    ("model.fit(windows(12), validation_data=windows(15), shuffle=False)", 3),
    ("model.predict(windows(13))", 1),
    ("model.predict(dataset(24))", 2),
    ("model.fit(Rows(11), shuffle=False)", 3),
    ("model.evaluate(Rows(9))", 1),
    ("model.fit(Rows(8), validation_data=Rows(10))", 2),
    ("for x, y in windows(14):\n    model.train_on_batch(x, y)", 2),
]


@pytest.mark.parametrize(("code", "rows"), SHORT)
def test_last_batches_are_short(code: str, rows: int) -> None:
    (finding,) = short(code)
    assert f"last batch of {rows}" in finding.message or f"has {rows} row" in finding.message
    assert finding.severity is (Severity.WARNING if rows == 1 else Severity.ERROR)


@pytest.mark.parametrize(
    ("code", "length"),
    [
        ("model.fit(windows(16))", ALL),
        ("model.predict(dataset(32))", ALL),
        ("model.fit(Rows(12))", ALL),
        ("model.fit(Rows(11))", "len(self.x) // 4"),
        # The pass ends before the short batch.
        ("model.fit(windows(14), shuffle=False, steps_per_epoch=2)", ALL),
        ("model.fit(Rows(11), shuffle=False, steps_per_epoch=2)", ALL),
        ("model.fit(windows(int(input())))", ALL),
        ("model.fit(Rows(int(input())))", ALL),
    ],
)
def test_full_and_unknown_batches(code: str, length: str) -> None:
    assert not short(code, length)


@pytest.mark.keras
@pytest.mark.parametrize(("code", "rows"), SHORT)
def test_what_keras_does(code: str, rows: int, harness: Harness, generation: int, tmp_path: Path) -> None:
    path = tmp_path / "snippet.py"
    path.write_text(HEAD.replace("{length}", ALL) + code, encoding="utf-8")
    recording = harness.run(Program(path, "snippet.py"), generation)
    assert isinstance(recording, Recording), recording
    (finding,) = short(code)
    verdict = RULE.judge(finding, recording)
    assert verdict.status is Status.CONFIRMED, verdict
    assert (recording.outcome.status == "raised") is (rows > 1)


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        ("model.train_on_batch(batch, batch[:, 0])", 2),
        ("if len(batch) == 4:\n        model.train_on_batch(batch, batch[:, 0])", None),
        ("if i + 4 <= len(x):\n        model.train_on_batch(batch, batch[:, 0])", None),
        ("if len(batch) < 4:\n        continue\n    model.train_on_batch(batch, batch[:, 0])", None),
    ],
)
def test_a_loop_that_may_leave_the_short_batch_out(body: str, rows: int | None) -> None:
    code = f"x = np.ones((42, 4, 1))\nfor i in range(0, len(x), 4):\n    batch = x[i:i + 4]\n    {body}\n"
    found = short(code)
    assert [f"the last batch has {rows} rows" in one.message for one in found] == [True] * (rows is not None)
