"""SRN106 where the features of the rows aren't known: what is returned depends on their steps alone."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

PROGRAM = """
import numpy as np
from tensorflow import keras
from tensorflow.keras.layers import LSTM, Dense
series = np.load("series.npy")
x, y = [], []
for i in range(0, len(series) - 7, 7):
    x.append(series[i:i + 7])
    y.append(series[i:i + 7, :1])
x, y = np.array(x), np.array(y).reshape(TARGETS)
model = keras.Sequential([FIRST, LSTM(4, stateful=True, return_sequences=WHOLE), Dense(1)])
model.compile("sgd", "mse")
model.fit(x, y, batch_size=8, shuffle=False)
"""
OF_STEPS = "keras.Input(batch_shape=(8, 7, x.shape[2]))"
MASKED = OF_STEPS + ", keras.layers.Masking(0.0)"


def is_found(targets: str, whole: bool, first: str) -> bool:
    code = PROGRAM.replace("TARGETS", targets).replace("FIRST", first).replace("WHOLE", str(whole))
    return "SRN106" in {finding.code for finding in check_source("snippet.py", code.encode()).findings}


@pytest.mark.parametrize("first", [OF_STEPS, MASKED])
def test_one_target_for_all_steps(first: str) -> None:
    assert is_found("-1, 1", True, first)
    assert not is_found("-1, 1", False, first)


@pytest.mark.parametrize("first", [OF_STEPS, MASKED])
def test_a_target_for_each_step(first: str) -> None:
    assert is_found("-1, 7, 1", False, first)
    assert not is_found("-1, 7, 1", True, first)


def test_steps_that_the_input_leaves_open() -> None:
    assert not is_found("-1, 1", True, "keras.Input(batch_shape=(8, None, 3))")
