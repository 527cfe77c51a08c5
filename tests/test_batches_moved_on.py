"""Batches of windows that a loop moves on by fewer windows than they have: each row moves on by as many."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

SOURCE = """
import keras
import numpy as np
series = np.load("series.npy")
x = np.array([series[k:k + 5] for k in range(0, len(series) - 5)])
y = series[5:]
x = x.reshape(-1, STEPS, 5 // STEPS)
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(32, STEPS, 5 // STEPS)), memory])
model.compile("sgd", "mse")
for k in range(0, 400, BY):
    FED
"""
FED = [
    "model.predict(x[k:k + 32])",
    "model.predict(x[118 + k:150 + k, :, :])",
    "model.predict_on_batch(x[k:k + 32])",
    "model.train_on_batch(x[k:k + 32], y[k:k + 32])",
    "model.evaluate(x[k:k + 32], y[k:k + 32], batch_size=32)",
]


def said(fed: str, by: int, steps: int = 5) -> list[str]:
    source = SOURCE.replace("FED", fed).replace("BY", str(by)).replace("STEPS", str(steps))
    found = check_source("program.py", source.encode()).findings
    return [finding.message for finding in found if finding.code == "SRN208"]


@pytest.mark.parametrize("fed", FED)
@pytest.mark.parametrize(("by", "gap"), [(1, "reads 4 steps again"), (8, "skips 3 steps")])
def test_each_row_moves_on_by_as_many_windows(fed: str, by: int, gap: str) -> None:
    (message,) = said(fed, by)
    assert message == f"a window of 5 steps that moves on by {by} doesn't continue itself: each row {gap}"


@pytest.mark.parametrize("fed", FED)
def test_rows_that_begin_where_they_ended_go_on(fed: str) -> None:
    assert said(fed, 5) == []


@pytest.mark.parametrize("fed", FED)
def test_a_window_that_is_one_step_goes_on_with_the_next(fed: str) -> None:
    assert said(fed, 1, steps=1) == []


def test_rows_of_two_sizes_are_no_such_batches() -> None:
    assert said("model.train_on_batch(x[k:k + 32] if k else x[:4], y[k:k + 32])", 1) == []


def test_a_state_that_is_reset_before_each_batch_goes_nowhere() -> None:
    fed = "[layer.reset_states() for layer in model.layers if hasattr(layer, 'reset_states')]\n    "
    assert said(fed + FED[0], 1) == []
