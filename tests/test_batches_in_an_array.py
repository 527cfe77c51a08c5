"""Batches of windows that are put into a list or an array one by one, and fed from there."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

PROGRAM = """
import numpy as np
from tensorflow.keras.layers import LSTM, Dense
from tensorflow.keras.models import Sequential
series = np.load("series.npy").reshape(-1, 1)
batch, steps = 8, 2
model = Sequential()
model.add(LSTM(4, stateful=True, batch_input_shape=(batch, steps, 1)))
model.add(Dense(1))
model.compile("sgd", "mse")

def batches(series):
    x, y = [], []
    for i in range((len(series) - steps) // batch):
        windows, targets = [], []
        for j in range(batch):
            at = PLACE
            windows.append(series[at:at + steps])
            targets.append(series[at + steps])
        x.append(windows)
        y.append(targets)
    return np.array(x), np.array(y)

x, y = batches(series)
for epoch in range(30):
    for j in range(len(x)):
        model.train_on_batch(x[j], y[j])
    model.reset_states()
"""
IN_LISTS = [
    ("np.array(x), np.array(y)", "x, y"),
    ("batch(x[j], y[j])", "batch(np.array(x[j]), np.array(y[j]))"),
]


def codes(code: str, place: str) -> set[str]:
    code = code.replace("PLACE", place)
    return {finding.code for finding in check_source("snippet.py", code.encode()).findings}


@pytest.mark.parametrize("in_lists", [False, True])
def test_windows_side_by_side(in_lists: bool) -> None:
    code = PROGRAM
    for old, new in IN_LISTS if in_lists else []:
        code = code.replace(old, new)
    assert "SRN208" in codes(code, "i * batch + j")
    # Each row goes on where it ended in the batch before.
    assert "SRN208" not in codes(code, "j * (len(series) // batch) + i * steps")
    assert "SRN208" not in codes(code.replace("batch, steps = 8, 2", "batch, steps = 2, 2"), "i * batch + j")


def test_items_that_are_put_in_place_of_others() -> None:
    code = PROGRAM
    for old, new in IN_LISTS:
        code = code.replace(old, new)
    made = "x, y = batches(series)\n"
    change = "from lanes import laid\nfor i, part in enumerate(x):\n    x[i] = laid(part)\n"
    assert "SRN208" not in codes(code.replace(made, made + change), "i * batch + j")


LANES = """
import numpy as np
from tensorflow.keras.layers import LSTM, Dense
from tensorflow.keras.models import Sequential
lanes = np.random.rand(6, 500, 1)
model = Sequential()
model.add(LSTM(4, stateful=True, batch_input_shape=(6, 40, 1)))
model.add(Dense(1))
model.compile("sgd", "mse")
MAKE
for epoch in range(30):
    for j in range(x.shape[0]):
        model.train_on_batch(ITEM, y[j])
    model.reset_states()
"""
LISTED = """
x = np.array([lanes[:, i:i + 40] for i in range(0, 400, STRIDE)])
y = np.array([lanes[:, i + 40] for i in range(0, 400, STRIDE)])
"""
FILLED = """
series = np.random.rand(500, 6, 1)
count = 400 // STRIDE
x, y = np.zeros((count, 6, 40, 1)), np.zeros((count, 6, 1))
for i in range(count):
    for lane in range(6):
        x[i, lane, :, :] = series[i * STRIDE:i * STRIDE + 40, lane]
        y[i, lane] = series[i * STRIDE + 40, lane]
"""


@pytest.mark.parametrize(("make", "item"), [(LISTED, "x[j]"), (FILLED, "x[j]"), (FILLED, "x[j, :, :, :]")])
def test_the_next_steps_of_all_lanes(make: str, item: str) -> None:
    code = LANES.replace("MAKE", make).replace("ITEM", item)
    assert "SRN208" in codes(code.replace("STRIDE", "1"), "")
    # Each batch goes on where the one before ended.
    assert "SRN208" not in codes(code.replace("STRIDE", "40"), "")


def test_steps_that_are_rows() -> None:
    filled = FILLED.replace("(count, 6, 40, 1)", "(count, 40, 6, 1)").replace("lane, :, :", ":, lane, :")
    code = LANES.replace("MAKE", filled).replace("ITEM", "x[j]").replace("(6, 40, 1)", "(40, 6, 1)")
    assert "SRN208" not in codes(code.replace("STRIDE", "1"), "")
