"""Single time steps that only the model tells of, or a Dataset: SRN401."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.findings import Finding, Status
from statelint.rules.single_step_window import SingleStepWindow
from statelint.selection import Selection
from statelint.settings import Settings
from statelint.trace.recording import BatchRun, CallRun, Outcome, Place, Recording

PROGRAM = """
import numpy as np
import tensorflow as tf
from elsewhere import batches, read
from tensorflow.keras import Input, Model, Sequential
from tensorflow.keras.layers import Concatenate, Dense, Flatten, LSTM, Permute, Reshape
def memory(**more):
    return LSTM(4, stateful=True, **more)
table = np.load("table.npy")
rows = table.reshape(table.shape[0], 1, table.shape[1])
{model}
model.compile("sgd", "mse")
{training}
"""
FIXED = "model = Sequential([Input(batch_shape=(8, 1, 3)), memory(), Dense(1)])"
OPEN = "model = Sequential([Input(batch_shape=(8, None, 3)), memory(), Dense(1)])"
BY_CALLS = """
entered = Input(batch_shape=(8, 1, 3))
{between}
model = Model(entered, Dense(1)(out))
"""


def findings(model: str, training: str) -> tuple[Finding, ...]:
    code = PROGRAM.format(model=model, training=training)
    checked = check_source("snippet.py", code.encode(), Settings(Selection(select=("SRN401",))))
    assert not checked.failures
    return tuple(checked.findings)


def is_advised(model: str, training: str) -> bool:
    return bool(findings(model, training))


@pytest.mark.parametrize(
    ("model", "training", "advised"),
    [
        (FIXED, "model.fit(read('x'), read('y'), batch_size=8, shuffle=False)", True),
        (FIXED, "model.fit(batches('x'), steps_per_epoch=10)", True),
        (FIXED, "for x, y in zip(read('x'), read('y')):\n    model.train_on_batch(x, y)", True),
        # Elsewhere it is the data that tell.
        (OPEN, "model.fit(read('x'), read('y'), batch_size=8, shuffle=False)", False),
        (OPEN, "model.fit(batches('x'), steps_per_epoch=10)", False),
        (FIXED.replace("1, 3", "5, 3"), "model.fit(batches('x'), steps_per_epoch=10)", False),
        # Steps that a layer makes anew.
        (FIXED.replace("memory", "Reshape((3, 1)), memory"), "model.fit(batches('x'))", False),
        (FIXED, "model.predict(read('x'))", False),
    ],
)
def test_steps_that_the_model_is_declared_to_take(model: str, training: str, advised: bool) -> None:
    assert is_advised(model, training) is advised


@pytest.mark.parametrize(
    ("data", "advised"),
    [
        ("rows, table", True),
        ("slices((rows, table)).batch(8, drop_remainder=True).repeat()", True),
        # Seven rows are put together to a window.
        ("slices(rows).window(7, drop_remainder=True).flat_map(lambda w: w.batch(7)).batch(8)", False),
        ("slices((rows, table)).map(change).batch(8)", False),
    ],
)
def test_steps_of_the_rows_of_a_dataset(data: str, advised: bool) -> None:
    assert is_advised(OPEN, f"slices = tf.data.Dataset.from_tensor_slices\nmodel.fit({data})") is advised


@pytest.mark.parametrize(
    ("between", "advised"),
    [
        ("out = memory()(entered)", True),
        ("out = memory()(Dense(8)(Dense(8)(entered)))", True),
        ("out = Concatenate()([LSTM(4)(entered), memory()(entered)])", True),
        ("out = memory(return_sequences=True)(Dense(8)(entered)); out = Flatten()(out)", True),
        ("out = memory()(Permute((2, 1))(entered))", False),
        ("out = memory()(Reshape((3, 1))(Dense(3)(entered)))", False),
        ("out = memory()(Concatenate(axis=1)([entered, entered]))", False),
    ],
)
def test_steps_that_reach_a_layer_of_a_functional_model(between: str, advised: bool) -> None:
    assert is_advised(BY_CALLS.format(between=between), "model.fit(batches('x'))") is advised


def test_what_is_followed_once_more_for_the_other_generation() -> None:
    by_calls = BY_CALLS.format(between="out = memory()(Dense(8)(entered))")
    other = "def other(rows):\n    return 1 if type(rows) is list else 2"
    (finding,) = findings(by_calls, f"model.fit(batches('x'))\n{other}")
    assert finding.holds_on == (2, 3)


def test_batches_whose_steps_are_not_measured_refute_nothing() -> None:
    (finding,) = findings(FIXED, "model.fit(batches('x'), steps_per_epoch=10)")
    place = Place("snippet.py", finding.site.line)
    call = CallRun(0, "fit", 0, (place,), "generator", None, None, None, 1, None, None, None, finished=True)
    batch = BatchRun(0, 0, 0, "train", 0, 0, 8, None, None, None, None, "zero", None, finished=True)
    outcome = Outcome("finished", None, None, (), None, None)
    recording = Recording(3, "3.15.1", "tensorflow", (), (call,), (batch,), (), outcome, (), ())
    assert SingleStepWindow().judge(finding, recording).status is Status.INCONCLUSIVE
