"""The methods of Keras 2 that take generators only: what batches they feed."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

HEAD = """\
import numpy as np
from tensorflow.keras.layers import LSTM, Dense
from tensorflow.keras.models import Sequential
from tensorflow.keras.utils import Sequence

x = np.zeros((640, 5, 1))

def batches(rows, targets=True):
    while True:
        for i in range(0, len(x), rows):
            part = x[i:i + rows]
            yield (part, part[:, -1]) if targets else part

class Batches(Sequence):
    def __init__(self, rows):
        self.rows = rows
    def __len__(self):
        return len(x) // self.rows
    def __getitem__(self, i):
        part = x[i * self.rows:(i + 1) * self.rows]
        return part, part[:, -1]

model = Sequential()
model.add(LSTM(4, stateful=True, batch_input_shape=(SIZE, 5, 1)))
model.add(Dense(1))
model.compile("sgd", "mse")
"""


def sizes(code: str, size: int) -> list[str]:
    """What is said of batches that don't fit the states of a model, on Keras 2."""
    text = HEAD.replace("SIZE", str(size)) + code
    found = check_source("train.py", text.encode(), Settings(keras=(2,))).findings
    about = [finding for finding in found if finding.code == "SRN206"]
    return [f"{finding.severity.value}: {finding.message.partition(': ')[0]}" for finding in about]


@pytest.mark.parametrize(
    ("call", "what"),
    [
        ("fit_generator(batches(16), steps_per_epoch=40)", "fit_generator() feeds batches of 16 rows"),
        ("fit_generator(Batches(16))", "fit_generator() feeds batches of 16 rows"),
        ("evaluate_generator(batches(16), steps=40)", "evaluate_generator() feeds batches of 16 rows"),
        ("predict_generator(batches(16, False), 40)", "predict_generator() feeds batches of 16 rows"),
        (
            "fit_generator(batches(8), 80, validation_data=batches(16), validation_steps=40)",
            "fit_generator() feeds validation batches of 16 rows",
        ),
    ],
)
def test_batches_of_another_size(call: str, what: str) -> None:
    assert sizes(f"model.{call}\n", 8) == [f"error: {what}, but the model's states have 8 rows"]


def test_one_row_is_spread_over_the_states() -> None:
    assert sizes("model.evaluate_generator(batches(1), steps=640)\n", 8) == [
        "warning: evaluate_generator() feeds batches of 1 row, but the model's states have 8 rows"
    ]


@pytest.mark.parametrize(
    "call",
    [
        "fit_generator(batches(8), steps_per_epoch=80)",
        "fit_generator(Batches(8), validation_data=Batches(8))",
        "evaluate_generator(batches(8), steps=80)",
        "predict_generator(batches(8, False), 80)",
        # How arrays are cut for its validation, versions of Keras 2 don't agree on.
        "fit_generator(batches(8), 80, validation_data=(x, x[:, -1]))",
        "fit_generator(loaded, 80)",
    ],
)
def test_batches_that_fit_or_are_not_known(call: str) -> None:
    assert sizes(f"model.{call}\n", 8) == []
