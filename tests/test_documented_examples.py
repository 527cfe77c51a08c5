"""Programs as tutorials and answers show them: what is reported in them, and what isn't."""

from __future__ import annotations

from statelint.engine import check_source
from statelint.settings import Settings
from tests.programs import Expected

HEAD = """
import numpy as np
from tensorflow.keras.layers import LSTM, Dense
from tensorflow.keras.models import Sequential
"""
MODEL = """
x, y = np.random.rand(1000, 50, 1), np.random.rand(1000, 1)
model = Sequential([LSTM(64, batch_input_shape=(10, 50, 1), stateful=True), Dense(1)])
model.compile(optimizer="adam", loss="mse")
"""


def found(code: str) -> list[tuple[int, str]]:
    """The lines of `code` at which Keras 2 meets something."""
    checked = check_source("snippet.py", (HEAD + code).encode(), Settings(keras=(2,)))
    assert not checked.failures
    here = map(Expected.of, checked.findings)
    return sorted((one.line - HEAD.count("\n"), one.code) for one in here)


def test_a_reset_in_another_epoch_loop_belongs_to_that_loop() -> None:
    fit = "model.fit(x, y, epochs=10, batch_size=10, shuffle=False)\n"
    own = "for i in range(10):\n    model.reset_states()\n    model.fit(x, y, batch_size=10, shuffle=False)\n"
    bare = "for i in range(10):\n    model.reset_states()\n"
    before = MODEL.count("\n")
    assert found(MODEL + fit + own) == [(before + 1, "SRN301")]
    assert found(MODEL + fit + bare) == [(before + 3, "SRN302")]


def test_a_layer_called_on_an_array_is_built() -> None:
    layer = "x = np.random.rand(20, 10, 50)\nmemory = LSTM(4, stateful=True)\n"
    assert found(layer + "memory(x)\nmemory.reset_states()\n") == []
    assert found(layer + "memory.reset_states()\nmemory(x)\n") == [(3, "SRN308")]


def test_a_fit_of_one_batch_is_a_batch() -> None:
    code = """
x, y = np.random.rand(1000, 1), np.random.rand(100, 1)
model = Sequential([LSTM(64, batch_input_shape=(SIZE, 1, 1), stateful=True), Dense(1)])
model.compile(optimizer="adam", loss="mse")
for i in range(0, len(x), 100):
    piece = x[i : i + 100].reshape(100, 1, 1)
    model.fit(piece, y, batch_size=SIZE, shuffle=False)
    model.reset_states()
"""
    assert found(code.replace("SIZE", "100")) == [(8, "SRN303")]
    assert found(code.replace("SIZE", "50")) == []
