"""Parts of one series that begin at the same step: neither goes on where the other ends."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

PROGRAM = """
import numpy as np
from tensorflow import keras
from tensorflow.keras.layers import LSTM, Dense
series = np.load("series.npy").reshape(-1, 1)

def windows(part, length=8):
    x, y = [], []
    for i in range(0, len(part) - length, length):
        x.append(part[i:i + length])
        y.append(part[i + length])
    return np.array(x), np.array(y)

half, most = len(series) // 2, len(series) * 3 // 4
x, y = windows(series[TRAIN])
x_val, y_val = windows(series[VALIDATION])
model = keras.Sequential([keras.Input(batch_shape=(1, 8, 1)), LSTM(4, stateful=True), Dense(1)])
model.compile("sgd", "mse")
for epoch in range(5):
    model.fit(x, y, batch_size=1, shuffle=False, validation_data=(x_val, y_val))
    model.layers[0].reset_states()
"""


def codes(train: str, validation: str) -> set[str]:
    code = PROGRAM.replace("TRAIN", train).replace("VALIDATION", validation)
    return {finding.code for finding in check_source("snippet.py", code.encode()).findings}


@pytest.mark.parametrize(("train", "validation"), [("half:", "half:most"), ("half:", ":half")])
def test_what_begins_alike_or_before_does_not_continue(train: str, validation: str) -> None:
    assert codes(train, validation) == {"SRN306"}


@pytest.mark.parametrize(("train", "validation"), [(":half", "half:"), (":half", "half:most")])
def test_what_stands_behind_may_continue(train: str, validation: str) -> None:
    assert codes(train, validation) == set()


AFTER_TRAINING = """
import numpy as np
from tensorflow import keras
from tensorflow.keras.layers import LSTM, Dense
series = np.load("series.npy").reshape(-1, 1, 1)
x, test = series[TRAIN], series[TEST]
model = keras.Sequential([keras.Input(batch_shape=(1, 1, 1)), LSTM(4, stateful=True), Dense(1)])
model.compile("sgd", "mse")
model.fit(x, x[:, 0], batch_size=1, epochs=1, shuffle=False)
"""
WHOLE = "model.predict(test, batch_size=1)"
ROWS = "for i in range(len(test)):\n    model.predict(test[i].reshape(1, 1, 1))"


@pytest.mark.parametrize("predict", [WHOLE, ROWS])
@pytest.mark.parametrize(
    ("train", "test", "expected"),
    [
        ("1500:7000", "10000:12000", {"SRN304"}),
        (":7000", "10000:", {"SRN304"}),
        # Some steps may be left out on purpose, and the last rows are counted from the other end.
        (":7000", "7010:", set()),
        (":7000", "7000:", set()),
        (":-3000", "-1000:", set()),
    ],
)
def test_what_begins_far_behind_does_not_continue(
    predict: str, train: str, test: str, expected: set[str]
) -> None:
    code = AFTER_TRAINING.replace("TRAIN", train).replace("TEST", test) + predict + "\n"
    found = check_source("snippet.py", code.encode()).findings
    assert {finding.code for finding in found} == expected
