"""Datasets repeated without end: an epoch of as many steps as there are batches is a pass over them."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

ROUND = "the epochs go over the data more than once"
PROGRAM = """
import math, sys
import numpy as np
import tensorflow as tf
from tensorflow import keras
codes = np.array([ord(c) for c in open("text").read()])
BATCH = {batch}
rows = tf.data.Dataset.from_tensor_slices(codes).batch(101, drop_remainder=True)
rows = rows.map(lambda row: (row[:-1], row[1:])).batch(BATCH, drop_remainder=True)
count = len(codes) // 101
model = keras.Sequential(
    [
        keras.Input(batch_shape=(BATCH, None)),
        keras.layers.Embedding(256, 8),
        keras.layers.GRU(8, stateful=True, return_sequences=True),
        keras.layers.Dense(256),
    ]
)
model.compile("adam", "mse")
model.fit({data}, epochs=5, steps_per_epoch={steps})
"""


@pytest.mark.parametrize(
    ("data", "steps", "batch", "assumed"),
    [
        ("rows.repeat()", "count // BATCH", "64", ()),
        ("rows.repeat()", "int(count / BATCH)", "64", ()),
        ("rows.repeat()", "math.ceil(count / BATCH)", "64", ()),
        ("rows.repeat()", "count // BATCH", "int(sys.argv[1])", ()),
        ("rows.repeat()", "count // BATCH", "int(input())", ()),
        # Cut into parts of a size of their own.
        ("rows.repeat()", "1000", "64", (ROUND,)),
        ("rows.repeat()", "count // 50", "64", (ROUND,)),
        # Without a repetition there is nothing left for the second epoch.
        ("rows", "count // BATCH", "64", None),
        ("rows.repeat(3)", "count // BATCH", "64", None),
        ("rows.repeat(5)", "1000", "64", None),
        # As long as all epochs together.
        ("rows.repeat(5)", "count // BATCH", "64", ()),
    ],
)
def test_epochs_of_a_repeated_dataset(
    data: str, steps: str, batch: str, assumed: tuple[str, ...] | None
) -> None:
    checked = check_source("snippet.py", PROGRAM.format(data=data, steps=steps, batch=batch).encode())
    assert not checked.failures
    found = [f.assumptions for f in checked.findings if f.code == "SRN301"]
    assert found == ([] if assumed is None else [assumed])


KNOWN = """
import numpy as np
import tensorflow as tf
from tensorflow import keras
rows = tf.data.Dataset.from_tensor_slices((np.zeros((800, 5, 1)), np.zeros((800, 1)))).batch(8).repeat()
model = keras.Sequential([keras.layers.GRU(8, stateful=True, batch_input_shape=(8, 5, 1))])
model.compile("adam", "mse")
model.fit(rows, epochs={epochs}, steps_per_epoch={steps}, shuffle=False{more})
"""
CALLBACK = (
    ", callbacks=[keras.callbacks.LambdaCallback(on_epoch_begin=lambda e, l: model.layers[0].reset_states())]"
)


@pytest.mark.parametrize(
    ("epochs", "steps", "more", "message", "is_fixable"),
    [
        # A hundred batches are a pass.
        (3, 100, "", "3 epochs without a reset between them", True),
        (3, 40, "", "3 epochs over a repeated Dataset without a reset", False),
        (1, 250, "", None, False),
        (2, 50, "", None, False),
        (2, 51, "", "2 epochs over a repeated Dataset without a reset", False),
        (3, 100, CALLBACK, None, False),
        (10, 50, ", initial_epoch=8", None, False),
        (10, 50, ", initial_epoch=7", "3 epochs over a repeated Dataset without a reset", False),
    ],
)
def test_how_often_the_data_come_round(
    epochs: int, steps: int, more: str, message: str | None, is_fixable: bool
) -> None:
    checked = check_source("a.py", KNOWN.format(epochs=epochs, steps=steps, more=more).encode())
    found = [f for f in checked.findings if f.code == "SRN301"]
    assert [f.message.split(":")[0] for f in found] == ([] if message is None else [message])
    assert all((f.fix is not None) is is_fixable and not f.assumptions for f in found)


VAGUE = """
from elsewhere import data
from tensorflow import keras
model = keras.Sequential([keras.layers.LSTM(8, stateful=True, batch_input_shape=(4, 9, 1))])
model.compile("adam", "mse")
{fit}
"""


@pytest.mark.parametrize(
    ("fit", "is_epoch"),
    [
        ("model.fit(data, epochs=5)", True),
        ("model.fit(data, epochs=5, steps_per_epoch=None)", True),
        # What it goes on with may be a stream.
        ("model.fit(data, epochs=5, steps_per_epoch=100)", False),
        ("model.fit_generator(data, epochs=5)", False),
        ("model.fit(data, epochs=5, **options)", False),
        ("for epoch in range(5):\n    model.fit(data)", False),
    ],
)
def test_epochs_of_no_counted_steps_end_with_the_data(fit: str, is_epoch: bool) -> None:
    checked = check_source("snippet.py", VAGUE.format(fit=fit).encode())
    assert not checked.failures
    assert ("SRN301" in [finding.code for finding in checked.findings]) is is_epoch
