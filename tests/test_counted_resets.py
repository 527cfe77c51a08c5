"""Resets that a counter asks for: the first pass may meet their condition, the others need not."""

from __future__ import annotations

import pytest

from tests.programs import reported_below

MODEL = """
import keras
import numpy as np
model = keras.Sequential([keras.Input(batch_shape=(2, 5, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")
x, y = np.load("x.npy"), np.load("y.npy")

def reset():
    for layer in model.layers:
        if hasattr(layer, "reset_states"):
            layer.reset_states()
"""

LOOP = """
done = 0
for i in range(10):
    model.train_on_batch(x[2 * i:2 * i + 2], y[2 * i:2 * i + 2])
    if {}:
        reset()
    done += 1
"""

CALLBACK = """
class Resetting(keras.callbacks.Callback):
    def __init__(self):
        self.done = 0
    def {}:
        if {}:
            self.model.reset_states()
        self.done += 1
model.fit(x, y, batch_size=2, epochs=40, shuffle=False, callbacks=[Resetting()]{})
"""


@pytest.mark.parametrize(
    "condition, codes",
    [("done % 2 == 0", []), ("done % 5 == 4", []), ("done == 0", []), ("done >= 0", []), ("True", [6])],
)
def test_a_counter_in_a_loop(condition: str, codes: list[int]) -> None:
    found = reported_below(MODEL, LOOP.format(condition), {"SRN303"})
    assert found == [(line, "SRN303") for line in codes]


@pytest.mark.parametrize("condition, lines", [("self.done % 2 == 0", []), ("True", [7])])
def test_a_counter_in_a_callback(condition: str, lines: list[int]) -> None:
    code = CALLBACK.format("on_train_batch_end(self, batch, logs=None)", condition, "")
    assert reported_below(MODEL, code, {"SRN303"}) == [(line, "SRN303") for line in lines]


@pytest.mark.parametrize(
    "skips, lines", [("batch % 50", []), ("batch > 0 and batch % 50", []), ("batch < 0", [6])]
)
def test_a_hook_that_ends_before_its_reset(skips: str, lines: list[int]) -> None:
    code = f"""
class Resetting(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if {skips}:
            return
        self.model.reset_states()
model.fit(x, y, batch_size=2, epochs=40, shuffle=False, callbacks=[Resetting()])
"""
    assert reported_below(MODEL, code, {"SRN303"}) == [(line, "SRN303") for line in lines]


@pytest.mark.parametrize(
    "hook, validation, leaks",
    [
        # No batch of the training comes between the validation and the next epoch.
        ("on_train_batch_end(self, batch, logs=None)", ", validation_data=(x[:10], y[:10])", True),
        ("on_train_batch_begin(self, batch, logs=None)", ", validation_data=(x[:10], y[:10])", False),
        ("on_epoch_end(self, epoch, logs=None)", ", validation_data=(x[:10], y[:10])", False),
        ("on_train_batch_end(self, batch, logs=None)", "", False),
    ],
)
def test_validation_enters_the_next_epoch_past_a_counter(hook: str, validation: str, leaks: bool) -> None:
    found = reported_below(MODEL, CALLBACK.format(hook, "self.done % 2 == 0", validation), {"SRN306"})
    assert found == ([(9, "SRN306")] if leaks else [])
