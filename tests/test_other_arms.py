"""What one arm of a branch made isn't met in another arm of the same branch."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

HEAD = """\
import sys
import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import LSTM, Dense, Embedding
kind = sys.argv[1]
"""
PLAIN = "tf.keras.Sequential([Embedding(10, 4), Dense(10)])"
KEPT = "tf.keras.Sequential([Embedding(10, 4, batch_input_shape=(10, None)), LSTM(4, stateful=True)])"
MODELS = f"""\
if kind == "plain":
    model = {PLAIN}
elif kind == "other":
    model = {PLAIN}
else:
    model = {KEPT}
"""


def codes(program: str) -> list[str]:
    checked = check_source("snippet.py", program.encode(), Settings(keras=(2,)))
    assert not checked.failures
    return [finding.code for finding in checked.findings]


@pytest.mark.parametrize(
    ("test", "is_met"),
    [
        ("kind == 'plain'", False),
        ("kind == 'other'", False),
        ("kind in ('plain', 'other')", False),
        ("kind == 'plain' or kind == 'other'", False),
        ("kind != 'plain' and kind == 'other'", False),
        ("not (kind != 'plain')", False),
        ("kind == 'kept'", True),
        ("kind not in ('plain', 'other')", True),
        ("kind in ('plain', 'kept')", True),
        ("kind == 'plain' or len(sys.argv) > 2", True),
    ],
)
def test_the_model_of_another_arm(test: str, is_met: bool) -> None:
    program = f"{HEAD}{MODELS}if {test}:\n    model(tf.constant([[0]]))\n"
    assert ("SRN206" in codes(program)) is is_met


def test_an_arm_that_another_rules_out() -> None:
    run = "if kind == 'kept':\n        model(tf.constant([[0]]))\n"
    assert codes(f"{HEAD}if kind == 'plain':\n    model = {KEPT}\n    {run}") == []


@pytest.mark.parametrize("shape", ["[1, 1, size]", "(1, 1, size)"])
def test_one_row_of_unknown_width(shape: str) -> None:
    program = f"""
import numpy as np
from somewhere import Env
from keras.models import Sequential
from keras.layers import LSTM
env = Env()
size = env.size()
model = Sequential([LSTM(8, batch_input_shape=(1, 1, size), stateful=True)])
model.compile("adam", "mse")
state = np.reshape(env.reset(), {shape})
value = model.predict(state)
model.reset_states()
model.fit(state, value, batch_size=1)
"""
    assert "SRN206" not in codes(program)


LATER = """
if kind == "train":
    model = tf.keras.Sequential([LSTM(4, batch_input_shape=(64, 5, 1)), Dense(1)])
else:
    model = tf.keras.Sequential([LSTM(4, batch_input_shape=(1, 5, 1), stateful=True), Dense(1)])
model.compile("adam", "mse")
x, y = np.zeros((640, 5, 1)), np.zeros((640, 1))
if kind == "train":
    model.fit(x, y, batch_size=64, epochs=9)
{rest}
"""


@pytest.mark.parametrize(
    ("rest", "found"),
    [
        ("if kind == 'sample':\n    model.predict(x[:1])", []),
        ("else:\n    model.reset_states()\n    model.predict(x[:1])", []),
        ("else:\n    model.predict(x[:7], batch_size=7)", ["SRN206"]),
    ],
)
def test_methods_of_the_model_of_another_arm(rest: str, found: list[str]) -> None:
    assert codes(HEAD + LATER.format(rest=rest)) == found


def test_what_an_instance_made_in_another_arm() -> None:
    program = """
class Net:
    def __init__(self, kind):
        self.kind = kind
        if kind == "kept":
            self.model = tf.keras.Sequential([LSTM(4, batch_input_shape=(32, 5, 1), stateful=True), Dense(1)])
        else:
            self.model = tf.keras.Sequential([LSTM(4, input_shape=(5, 1)), Dense(1)])
        self.model.compile("adam", "mse")
    def train(self, x, y):
        if self.kind == "kept":
            self.model.fit(x, y, batch_size=32, shuffle=False)
            self.model.reset_states()
        else:
            self.model.fit(x, y, batch_size=50, epochs=5)
    def run(self, x):
        return self.model.predict(x, batch_size=32) if self.kind == "kept" else self.model.predict(x[:7])
x, y = np.zeros((640, 5, 1)), np.zeros((640, 1))
net = Net(kind)
net.train(x, y)
net.run(x)
"""
    assert codes(HEAD + program) == []
