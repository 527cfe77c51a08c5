"""Windows of a series that a loop feeds one by one."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

HEAD = """
import sys
import numpy as np
import pandas as pd
import keras
series = pd.read_csv("series.csv").values
length = int(sys.argv[1])
x = np.array([series[i:i + 10] for i in range(len(series) - 10)])
y = series[10:]
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(1, {steps}, 1)), memory])
model.compile("sgd", "mse")
for epoch in range(9):
    {loop}
    memory.reset_states()
"""


def found(loop: str, steps: str = "10") -> list[str]:
    """What SRN208 says of a loop over windows in an epoch."""
    code = HEAD.format(loop=loop.replace("\n", "\n    "), steps=steps)
    checked = check_source("snippet.py", code.encode())
    assert not checked.failures
    return [one.message for one in checked.findings if one.code == "SRN208"]


@pytest.mark.parametrize(
    "loop",
    [
        "for i in range(len(x)):\n    model.train_on_batch(x[i:i + 1], y[i:i + 1])",
        "for i in range(len(x)):\n    model.train_on_batch(x[i][np.newaxis], y[i][np.newaxis])",
        "for i in range(len(x)):\n    model.train_on_batch(x[i].reshape(1, 10, 1), y[i].reshape(1, 1))",
        "for i in range(len(x)):\n    model.train_on_batch(np.expand_dims(x[i], 0), y[i:i + 1])",
        "for row, goal in zip(x, y):\n    model.train_on_batch(row[None], goal[None])",
        "for i, row in enumerate(x):\n    model.train_on_batch(row[np.newaxis, ...], y[i:i + 1])",
        "for i in range(len(x)):\n    model.predict(x[i:i + 1])",
        "for row in x:\n    model.predict(row.reshape(1, 10, 1), verbose=0)",
        "for i in range(len(series) - 10):\n    model.predict(series[i:i + 10][None])",
    ],
)
def test_each_reads_all_but_one_step_again(loop: str) -> None:
    (message,) = found(loop)
    assert "a window of 10 steps that moves on by 1" in message


def test_of_a_length_that_is_not_known() -> None:
    fed = "series[i:i + length][None], y[i:i + 1]"
    loop = f"for i in range(len(series) - length):\n    model.train_on_batch({fed})"
    (message,) = found(loop, "None")
    assert "reads all but its last step again" in message


@pytest.mark.parametrize(
    "loop",
    [
        "for i in range(0, len(x), 10):\n    model.train_on_batch(x[i][None], y[i][None])",
        "for row in x[::10]:\n    model.predict(row[None])",
        "for row in x:\n    model.predict(row[None])\n    memory.reset_states()",
        "for i in range(0, len(series) - length, length):\n    model.predict(series[i:i + length][None])",
        # The last pass is no next one.
        "for i in range(0, 400, 10):\n    model.predict(x[i][None])",
        "for row in x:\n    model.predict(row[-1:][None])",
        "for i in np.random.permutation(99):\n    model.predict(x[i][None])",
    ],
)
def test_windows_that_continue_each_other_or_nothing(loop: str) -> None:
    assert not found(loop, "None")
