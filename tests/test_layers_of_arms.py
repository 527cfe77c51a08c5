"""Models to which each arm of an `if` adds layers of its own, one of which keeps a state in either."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

PROGRAM = """
import sys
import numpy as np
from tensorflow import keras
from tensorflow.keras.layers import LSTM, Bidirectional, Dense
n = int(sys.argv[1])
x, y = np.load("x.npy"), np.load("y.npy")
model = keras.Sequential([keras.Input(batch_shape=(32, 5, 3))])
if n > 1:
    FIRST
else:
    SECOND
model.add(Dense(1))
model.compile("sgd", "mse")
for epoch in range(10):
    model.fit(x, y, batch_size=32, shuffle=False)
    RESET
"""

TWO = """\
first = LSTM(4, stateful=True, return_sequences=True)
    last = LSTM(4, stateful=True)
    model.add(first)
    model.add(last)
    mine = [first, last]"""
ONE = """\
last = LSTM(4, stateful=True)
    model.add(last)
    mine = [last]"""
LOOP = """\
for k in range(n - 1):
        model.add(LSTM(4, stateful=True, return_sequences=True))
    model.add(LSTM(4, stateful=True))"""
WRAPPED = "model.add(Bidirectional(LSTM(4, stateful=True)))"
STATELESS = "model.add(LSTM(4))"


def codes(first: str, second: str, reset: str = "pass") -> set[str]:
    code = PROGRAM.replace("FIRST", first).replace("SECOND", second).replace("RESET", reset)
    checked = check_source("snippet.py", code.encode())
    assert not checked.failures
    return {finding.code for finding in checked.findings}


@pytest.mark.parametrize(
    ("first", "second"), [(TWO, ONE), (ONE, TWO), (LOOP, ONE), (WRAPPED, ONE), (TWO, WRAPPED)]
)
def test_either_way_the_model_keeps_state(first: str, second: str) -> None:
    assert "SRN301" in codes(first, second)


@pytest.mark.parametrize(("first", "second"), [(TWO, STATELESS), (STATELESS, ONE), ("pass", TWO)])
def test_one_way_it_keeps_none(first: str, second: str) -> None:
    assert codes(first, second) == {"SRN301"}
    assert codes(first, second, "model.reset_states()") <= {"SRN502"}


def test_a_loop_adds_them_on_one_way() -> None:
    assert codes(LOOP, "pass") == set()


@pytest.mark.parametrize(
    "reset",
    [
        "[layer.reset_states() for layer in model.layers if hasattr(layer, 'reset_states')]",
        "[layer.reset_states() for layer in mine]",
        "first.reset_states() if n > 1 else None; last.reset_states()",
        "model.layers[0].reset_states(); model.layers[-2].reset_states()",
        "model.get_layer('lstm').reset_states()",
    ],
)
def test_resets_of_the_layers_of_one_arm_are_seen(reset: str) -> None:
    assert codes(TWO, ONE, reset) == set()
    assert codes(ONE, TWO, reset) == set()


LOWER = "model.add(LSTM(4, stateful=True, return_sequences=True))\n    "


@pytest.mark.parametrize("first", [LOWER + STATELESS, LOWER + "model.add(Dense(4))\n    " + STATELESS])
def test_a_stack_within_an_arm_is_judged(first: str) -> None:
    assert "SRN103" in codes(first, ONE)
    assert "SRN103" in codes(ONE, first)


def test_layers_of_two_arms_are_no_stack() -> None:
    assert "SRN103" not in codes(LOWER, STATELESS)


def test_an_arm_behind_an_arm_makes_no_stack() -> None:
    again = LOWER + "\nif n < 3:\n    " + STATELESS
    assert "SRN103" not in codes(ONE, again)
