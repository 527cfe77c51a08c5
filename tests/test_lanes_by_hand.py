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
