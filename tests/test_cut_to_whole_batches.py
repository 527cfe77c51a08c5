"""Rows that are cut to whole batches aren't a single batch, whatever file they come from."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

PROGRAM = """
import numpy as np
from tensorflow.keras.layers import LSTM, Dense
from tensorflow.keras.models import Sequential
batch = 32
model = Sequential()
model.add(LSTM(8, stateful=True, batch_input_shape=(batch, 14, 1)))
model.add(Dense(3))
model.compile("sgd", "mse")
for number in range(3):
    x, y = np.load("x%d.npy" % number), np.load("y%d.npy" % number)
    CUT
    model.fit(x, y, batch_size=batch, epochs=1)
    model.reset_states()
"""


def codes(cut: str) -> set[str]:
    code = PROGRAM.replace("CUT", cut)
    return {finding.code for finding in check_source("snippet.py", code.encode()).findings}


@pytest.mark.parametrize(
    "cut",
    [
        "n = len(x) // batch * batch; x, y = x[:n], y[:n]",
        "n = len(x) - len(x) % batch; x, y = x[:n], y[:n]",
        "x, y = x[:-(len(x) % batch)], y[:-(len(x) % batch)]",
        "x = np.zeros((len(y), 14, 1)); n = len(x) // batch * batch; x, y = x[:n], y[:n]",
        "x, y = x[300:-np.mod(len(x) - 300, batch), :, :], y[300:-np.mod(len(x) - 300, batch)]",
    ],
)
def test_shuffled_rows_of_whole_batches(cut: str) -> None:
    assert "SRN201" in codes(cut)


@pytest.mark.parametrize(
    "cut", ["pass", "x, y = x[300:], y[300:]", "n = len(x) // 5 * 5; x, y = x[:n], y[:n]"]
)
def test_what_may_be_one_batch(cut: str) -> None:
    assert "SRN201" not in codes(cut)


def test_the_last_batch_of_all() -> None:
    cut = "n = len(x) // batch; x, y = x[(n - 1) * batch:n * batch], y[(n - 1) * batch:n * batch]"
    assert "SRN201" not in codes(cut)
