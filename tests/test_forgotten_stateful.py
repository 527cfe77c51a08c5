"""SRN107: a reset of a model that keeps no state, and what must stand beside it."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

PROGRAM = """
import {keras} as keras
from data import x, y
model = keras.Sequential([{layers}])
model.compile("sgd", "mse")
for epoch in range(9):
    model.fit(x, y, epochs=1, batch_size=4{shuffle})
    {reset}.reset_states()
"""
FIXED, OPEN = "keras.Input(batch_shape=(4, 3, 1)), ", "keras.Input((3, 1)), "
LSTM, DENSE = "keras.layers.LSTM(4)", "keras.layers.Dense(4)"
ORDERED = ", shuffle=False"
MODEL, LAYER = "model", "model.layers[0]"


@pytest.mark.parametrize(
    ("keras", "layers", "shuffle", "reset", "is_said"),
    [
        ("tf_keras", FIXED + LSTM, ORDERED, MODEL, True),
        ("tf_keras", FIXED + LSTM, "", MODEL, True),
        ("tf_keras", OPEN + LSTM, ORDERED, MODEL, True),
        # Idle, but it harms nothing.
        ("tf_keras", OPEN + LSTM, "", MODEL, False),
        ("tf_keras", FIXED + DENSE, ORDERED, MODEL, False),
        # Keras refuses it.
        ("tf_keras", OPEN + LSTM, "", LAYER, True),
        ("keras", OPEN + LSTM, "", MODEL, True),
        ("keras", OPEN + DENSE, "", MODEL, False),
        ("keras", OPEN + LSTM, "", LAYER, False),
    ],
)
def test_a_reset_is_forgotten_beside_signs_of_a_state(
    keras: str, layers: str, shuffle: str, reset: str, is_said: bool
) -> None:
    text = PROGRAM.format(keras=keras, layers=layers, shuffle=shuffle, reset=reset)
    generation = 3 if keras == "keras" else 2
    checked = check_source("a.py", text.encode(), Settings(keras=(generation,)))
    assert ("SRN107" in [finding.code for finding in checked.findings]) is is_said
