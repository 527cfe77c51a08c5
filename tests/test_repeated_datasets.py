"""Datasets repeated without end: an epoch of as many steps as there are batches is a pass over them."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

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
    ("data", "steps", "batch", "is_epoch"),
    [
        ("rows.repeat()", "count // BATCH", "64", True),
        ("rows.repeat()", "int(count / BATCH)", "64", True),
        ("rows.repeat()", "math.ceil(count / BATCH)", "64", True),
        ("rows.repeat()", "count // BATCH", "int(sys.argv[1])", True),
        # A stream cut into parts of a size of their own.
        ("rows.repeat()", "1000", "64", False),
        ("rows.repeat()", "count // 50", "64", False),
        ("rows.repeat()", "count // BATCH", "int(input())", True),
        # Without a repetition there is nothing left for the second epoch.
        ("rows", "count // BATCH", "64", False),
        ("rows.repeat(5)", "count // BATCH", "64", False),
    ],
)
def test_epochs_of_a_repeated_dataset(data: str, steps: str, batch: str, is_epoch: bool) -> None:
    checked = check_source("snippet.py", PROGRAM.format(data=data, steps=steps, batch=batch).encode())
    assert not checked.failures
    assert [f.code for f in checked.findings if f.code == "SRN301"] == ["SRN301"] * is_epoch


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
