"""Validation that only some runs of a program have: that there is one is assumed, and said."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

PROGRAM = """
import sys, keras
from data import load
x, y = load()
model = keras.Sequential([keras.Input(batch_shape=(1, 3, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")
{given}
model.fit(x, y, batch_size=1, epochs=5, shuffle=False, validation_data=held)
"""


def leaks(program: str) -> list[tuple[str, ...]]:
    """What each of the leaks that are found is assumed under."""
    checked = check_source("a.py", program.encode())
    return [finding.assumptions for finding in checked.findings if finding.code == "SRN306"]


@pytest.mark.parametrize(
    ("given", "assumed"),
    [
        ("held = (x[4:], y[4:])", ()),
        ("_, held = load()", ()),
        ("held = (x[4:], y[4:]) if len(sys.argv) > 1 else None", ("validation_data is given",)),
        ("held = None\nif len(sys.argv) > 1:\n    held = load('held')", ("validation_data is given",)),
        ("held = load('settings').held", ("validation_data is given",)),
        (
            "def held():\n    return (1, None) if y else (1, x)\n_, held = held()",
            ("validation_data is given",),
        ),
        ("held = None", None),
        ("held = ()", None),
    ],
)
def test_a_validation_that_may_be_missing_is_assumed(given: str, assumed: tuple[str, ...] | None) -> None:
    assert leaks(PROGRAM.format(given=given)) == ([] if assumed is None else [assumed])


@pytest.mark.parametrize(
    ("parameter", "assumed"),
    [("held", [("validation_data is given",)]), ("held=None", [])],
)
def test_a_parameter_that_callers_have_to_give(parameter: str, assumed: list[tuple[str, ...]]) -> None:
    """The function trains a model of its module, and nobody calls it here."""
    begun, fit = PROGRAM.format(given=f"def train({parameter}):").rstrip().rsplit("\n", 1)
    assert leaks(f"{begun}\n    {fit}\n") == assumed


SPLIT = PROGRAM.replace("validation_data=held", "validation_split=part")


@pytest.mark.parametrize(
    ("given", "assumed"),
    [
        ("part = 0.2", ()),
        # A number that is computed is meant to be one.
        ("part = 2.0 / len(x) * 64", ()),
        ("part = load('settings').part", ("validation_split is more than 0",)),
        ("part = 0.0", None),
        ("part = None", None),
    ],
)
def test_a_part_of_unknown_size_is_held_back(given: str, assumed: tuple[str, ...] | None) -> None:
    assert leaks(SPLIT.format(given=given)) == ([] if assumed is None else [assumed])


RESET_AT_EPOCHS = """
import os, keras, numpy as np, tensorflow as tf
from data import load, folder
x, y = load()
model = keras.Sequential([keras.Input(batch_shape=(4, 3, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")

class Resetting(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        for layer in model.layers:
            if hasattr(layer, "reset_states"):
                layer.reset_states()

def batches(path, size):
    while True:
        values = np.load(path)
        for start in range(0, len(values), size):
            yield values[start : start + size]

def pairs(stream):
    while True:
        values = next(stream)
        yield values[:, :-1], values[:, 1:]

rows = tf.data.Dataset.from_tensor_slices((x, y))
"""


@pytest.mark.parametrize(
    ("fit", "leaks"),
    [
        # The next slice of one series may continue the training.
        ("model.fit(x[:400], y[:400], shuffle=False, validation_data=(x[400:], y[400:]), ", False),
        ("model.fit(x, y, batch_size=4, shuffle=False, validation_data=(x, y), ", True),
        ("model.fit(x, y, batch_size=4, shuffle=False, validation_data=load('other'), ", False),
        # After batches in random order nothing is continued.
        ("model.fit(x[:400], y[:400], batch_size=4, validation_data=(x[400:], y[400:]), ", True),
        ("model.fit(rows.take(400).shuffle(90).batch(4), validation_data=rows.skip(400).batch(4), ", True),
        ("model.fit(rows.take(400).batch(4), validation_data=rows.skip(400).batch(4), ", False),
        (
            "train, test = (batches(os.path.join(folder, name), 4) for name in ('a.npy', 'b.npy'))\n"
            "model.fit(pairs(train), steps_per_epoch=9, validation_data=pairs(test), validation_steps=9, ",
            True,
        ),
        (
            "train = batches(os.path.join(folder, 'a.npy'), 4)\n"
            "test = batches(os.path.join(folder, 'b.npy'), 4)\n"
            "model.fit(pairs(train), steps_per_epoch=9, validation_data=pairs(test), validation_steps=9, ",
            True,
        ),
        (
            "stream = batches(os.path.join(folder, 'a.npy'), 4)\n"
            "model.fit(pairs(stream), steps_per_epoch=9, validation_data=pairs(stream), validation_steps=9, ",
            False,
        ),
    ],
)
def test_a_validation_that_cannot_continue_the_training(fit: str, leaks: bool) -> None:
    checked = check_source("a.py", f"{RESET_AT_EPOCHS}{fit}epochs=5, callbacks=[Resetting()])".encode())
    assert not checked.failures
    assert [f.code for f in checked.findings if f.code == "SRN306"] == ["SRN306"] * leaks


BEHIND_A_RESET = """
import keras
from data import load
(x, y), held = load()
model = keras.Sequential([keras.Input(batch_shape=(1, 3, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")
for epoch in range(5):
    model.fit(x, y, batch_size=1, shuffle=False, validation_data=held)
    model.layers[0].reset_states()
    AFTER
"""


@pytest.mark.parametrize(
    ("after", "found"),
    [("pass", set()), ("model.predict(x, batch_size=1)", {"SRN305"})],
)
def test_the_state_of_validation_is_not_the_one_left_behind_a_reset(after: str, found: set[str]) -> None:
    checked = check_source("a.py", BEHIND_A_RESET.replace("AFTER", after).encode())
    assert {finding.code for finding in checked.findings} == found


ONE_EPOCH = """
import keras
from data import load
(x, y), held = load("train"), load("test")
model = keras.Sequential([keras.Input(batch_shape=(1, 3, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")
for epoch in range(1):
    model.fit(x, y, batch_size=1, epochs=1, shuffle=SHUFFLE, VALIDATION)
    model.layers[0].reset_states()
"""


@pytest.mark.parametrize(
    ("shuffle", "validation", "is_leak"),
    [
        ("True", "validation_data=held", True),
        ("True", "validation_split=0.2", False),
        ("False", "validation_data=held", False),
    ],
)
def test_what_validates_one_epoch_in_random_order(shuffle: str, validation: str, is_leak: bool) -> None:
    """In order the rest of the rows go on where the training ends; that other data do isn't known."""
    program = ONE_EPOCH.replace("SHUFFLE", shuffle).replace("VALIDATION", validation)
    checked = check_source("a.py", program.encode())
    assert [f.code for f in checked.findings if f.code == "SRN306"] == ["SRN306"] * is_leak
