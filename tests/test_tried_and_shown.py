"""Predictions that are made to see what the state does, or how long they take."""

from __future__ import annotations

import pytest

from tests.programs import reported_below

MODEL = """
import time
import keras
import numpy as np
import tensorflow as tf
model = keras.Sequential([
    keras.Input(batch_shape=(1, 5, 3)), keras.layers.GRU(8, stateful=True), keras.layers.Dense(1)
])
model.compile("adam", "mse")
x = np.load("x.npy")
made = {}
"""
REPEATED = """
for _ in range(100):
    start = time.perf_counter()
    {}
    print(time.perf_counter() - start)
"""


def told(code: str, made: str = "x[:1]") -> list[int]:
    return [line for line, _ in reported_below(MODEL.format(made), code, {"SRN304"})]


@pytest.mark.parametrize(
    "call",
    [
        "model.predict(x[:1])",
        "model.predict(x, batch_size=1)",
        "model(x[:1])",
        "model.predict_on_batch(x[:1])",
    ],
)
def test_answers_that_nobody_reads(call: str) -> None:
    assert told(REPEATED.format(call)) == []
    assert told(REPEATED.format(f"print({call})")) == [4]


@pytest.mark.parametrize(
    "made", ["np.random.rand(1, 5, 3)", "np.ones((1, 5, 3))", "tf.random.normal((1, 5, 3))"]
)
@pytest.mark.parametrize("call", ["model(made)", "model.predict(made)"])
def test_what_is_made_up_is_no_sequence(call: str, made: str) -> None:
    again = f"print('first', {call})\nprint('-' * 9)\nprint('with the state', {call})\n"
    assert told(again, made) == []
    assert told(again) == [3]
    assert told(f"print([{call} for _ in range(3)])\n", made) == []
    assert told(f"print([{call} for _ in range(3)])\n") == [1]


def test_what_is_made_up_after_a_training() -> None:
    code = "model.fit(made, x[:1], shuffle=False)\nprint(model.predict(made))\n"
    assert told(code, "np.random.rand(1, 5, 3)") == [2]


@pytest.mark.parametrize("code", ["a, b = model(made), model(made)\n", "a = model(made); b = model(made)\n"])
def test_both_in_one_line(code: str) -> None:
    assert told(code) == []


@pytest.mark.parametrize(
    ("method", "resets", "tells"),
    [
        ("train_step(self, data)", "self.gru.reset_states()", False),
        ("call(self, x)", "self.gru.reset_states()", False),
        ("train_step(self, data)", "pass", True),
        ("reset_metrics(self)", "self.gru.reset_states()", True),
    ],
)
def test_a_model_that_resets_itself_at_each_batch(method: str, resets: str, tells: bool) -> None:
    code = f"""
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.gru = keras.layers.GRU(8, stateful=True, return_sequences=True)
    def call(self, x):
        return self.gru(x)
    def {method}:
        {resets}
        return {{}}
net = Net()
net.build((8, 20, 2))
net.compile("adam", "mse")
rows, y = np.load("rows.npy"), np.load("y.npy")
"""
    fits = ["net.fit(rows, y, batch_size=8, epochs=3)\n", SPLIT, DATASET]
    for fit in fits:
        found = [
            rule for _, rule in reported_below(MODEL.format(0), code + fit, {"SRN201", "SRN202", "SRN203"})
        ]
        assert bool(found) == tells, fit


SPLIT = """
from sklearn.model_selection import train_test_split
one, _, other, _ = train_test_split(rows, y)
net.fit(one, other, batch_size=8, epochs=3, shuffle=False)
"""
DATASET = "net.fit(tf.data.Dataset.from_tensor_slices((rows, y)).shuffle(99).batch(8, drop_remainder=True))\n"
