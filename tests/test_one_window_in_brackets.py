"""A batch of one window that is written as a list: `np.array([series[i:i + steps]])`."""

from __future__ import annotations

import pytest

from tests.programs import reported_below

HEAD = """
import keras
import numpy as np
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(1, 10, 1)), memory, keras.layers.Dense(1)])
model.compile("sgd", "mse")
x, y = np.load("x.npy"), np.load("y.npy")
"""
BY_HAND = """
for i in range(0, len(x) - 10, {}):
    {}
    model.train_on_batch({}, y[i:i + 1])
"""
DRAWN = """
def batches():
    while True:
        for i in range(0, 1000, {}):
            yield np.array([x[i:i + 10]]), np.array([y[i + 10]])
model.fit(batches(), steps_per_epoch=100)
"""
SEQUENCE = """
class Batches(keras.utils.Sequence):
    def __init__(self):
        self.end = {}
    def __len__(self):
        return 100
    def __getitem__(self, item):
        window = x[{}]
        self.end += {}
        return np.array([window]), np.array([y[item]])
model.fit(Batches(), shuffle=False)
"""


def torn(code: str) -> list[int]:
    return [line for line, _ in reported_below(HEAD, code, {"SRN208"})]


@pytest.mark.parametrize("window", ["np.array([x[i:i + 10]])", "np.asarray((x[i:i + 10],))"])
def test_fed_by_hand(window: str) -> None:
    assert torn(BY_HAND.format(1, "", window)) == [4]
    assert torn(BY_HAND.format(10, "", window)) == []
    assert torn(BY_HAND.format(1, "memory.reset_states()", window)) == []
    # A window of rows that are windows already has another axis of time.
    assert torn(BY_HAND.format(1, "", window.replace("x[i:i + 10]", "[x[i:i + 10]]"))) == []


@pytest.mark.parametrize("stride, lines", [(1, [6]), (10, [])])
def test_drawn_from_a_generator(stride: int, lines: list[int]) -> None:
    assert torn(DRAWN.format(stride)) == lines


@pytest.mark.parametrize(
    "begin, window, step, lines",
    [
        (0, "item:item + 10", 0, [11]),
        (0, "10 * item:10 * item + 10", 0, []),
        # The end is moved on by each call, which comes once for each batch.
        (10, "item:self.end", 1, [11]),
        (10, "self.end - 10:self.end", 10, []),
        (10, "self.end - 10:self.end", 5, [11]),
    ],
)
def test_drawn_from_a_sequence(begin: int, window: str, step: int, lines: list[int]) -> None:
    assert torn(SEQUENCE.format(begin, window, step)) == lines


def test_a_sequence_that_moves_on_has_no_last_batch_that_is_known() -> None:
    code = """
class Batches(keras.utils.Sequence):
    def __init__(self):
        self.end = 0
        self.rows = np.zeros((20, 10, 1))
    def __len__(self):
        return 5
    def __getitem__(self, item):
        self.end += 4
        return self.rows[4 * item:self.end], np.zeros((4, 1))
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(4, 10, 1)), memory, keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(Batches(), shuffle=False)
"""
    assert reported_below(HEAD, code, {"SRN204", "SRN205", "SRN206"}) == []
