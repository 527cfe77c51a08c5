"""Lanes that stand side by side, of which a loop feeds some steps at a time: `x[:, i:i + steps]`."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

PROGRAM = """
import numpy as np
from tensorflow import keras
from tensorflow.keras.layers import LSTM, Dense
lanes = np.load("lanes.npy")
model = keras.Sequential([keras.Input(batch_shape=(16, 10, 1)), LSTM(4, stateful=True), Dense(1)])
model.compile("sgd", "mse")
for epoch in range(5):
    for i in range(BEGINS):
        model.train_on_batch(FED, lanes[:, i + 10])
        AFTER
    for layer in model.layers:
        if hasattr(layer, "reset_states"):
            layer.reset_states()
"""


SOME = """
import numpy as np
import keras
lanes = np.load("lanes.npy")
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(16, 10, 1)), memory, keras.layers.Dense(1)])
model.compile("sgd", "mse")
for row in range(0, 64, 16):
    memory.reset_states()
    for i in range(BEGINS):
        CALL
"""
CALLS = [
    "model.train_on_batch(FED, lanes[row:row + 16, i + 10])",
    "model.fit(FED, lanes[row:row + 16, i + 10], batch_size=16, shuffle=False)",
    "model.fit(FED, lanes[row:row + 16, i + 10], shuffle=False, epochs=1)",
]


def codes(begins: str, fed: str, after: str = "pass") -> set[str]:
    code = PROGRAM.replace("BEGINS", begins).replace("FED", fed).replace("AFTER", after)
    return {finding.code for finding in check_source("snippet.py", code.encode()).findings}


@pytest.mark.parametrize("fed", ["lanes[:, i:i + 10]", "lanes[:, i:i + 10, :]"])
@pytest.mark.parametrize("begins", ["lanes.shape[1] - 10", "0, lanes.shape[1] - 10, 5"])
def test_steps_that_are_read_again(begins: str, fed: str) -> None:
    assert codes(begins, fed) == {"SRN208"}


@pytest.mark.parametrize(
    ("begins", "fed", "after"),
    [
        ("0, lanes.shape[1] - 10, 10", "lanes[:, i:i + 10]", "pass"),
        ("lanes.shape[1] - 10", "lanes[:, i:i + 10]", "model.layers[0].reset_states()"),
        # Lags that are used as features.
        ("lanes.shape[1] - 10", "lanes[:, i:i + 3].reshape(16, 1, 3)", "pass"),
        ("lanes.shape[1] - 10", "lanes[:, 10 * i:10 * i + 10]", "pass"),
    ],
)
def test_lanes_that_go_on(begins: str, fed: str, after: str) -> None:
    assert "SRN208" not in codes(begins, fed, after)


def codes_of_some(call: str, begins: str, fed: str) -> set[str]:
    code = SOME.replace("CALL", call).replace("BEGINS", begins).replace("FED", fed)
    return {finding.code for finding in check_source("snippet.py", code.encode()).findings}


@pytest.mark.parametrize("call", CALLS[:2])
@pytest.mark.parametrize("fed", ["lanes[row:row + 16, i:i + 10]", "lanes[row:row + 16, i:i + 10, :, 0]"])
def test_some_lanes_at_a_time(call: str, fed: str) -> None:
    assert "SRN208" in codes_of_some(call, "lanes.shape[1] - 10", fed)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("begins", "fed"),
    [
        ("0, lanes.shape[1] - 10, 10", "lanes[row:row + 16, i:i + 10]"),
        ("lanes.shape[1] - 10", "lanes[row:row + 16, 10 * i:10 * i + 10]"),
        # Other lanes each time.
        ("0, 64, 16", "lanes[i:i + 16, :10]"),
    ],
)
def test_some_lanes_that_go_on(call: str, begins: str, fed: str) -> None:
    assert "SRN208" not in codes_of_some(call, begins, fed)


def test_single_windows_that_are_fitted_one_by_one() -> None:
    code = """
import numpy as np
import keras
series = np.load("series.npy")
x = np.array([series[i:i + 8] for i in range(len(series) - 8)])[..., None]
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(1, 8, 1)), memory, keras.layers.Dense(1)])
model.compile("sgd", "mse")
for i in range(BEGINS):
    model.fit(x[i:i + 1], series[i + 8:i + 9], batch_size=1)
"""
    for begins, found in (("len(x)", True), ("0, len(x), 8", False)):
        checked = check_source("snippet.py", code.replace("BEGINS", begins).encode())
        assert any(finding.code == "SRN208" for finding in checked.findings) is found
