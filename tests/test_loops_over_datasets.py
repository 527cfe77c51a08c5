"""Loops over Datasets of windows that a function changed: they are still windows."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

HEAD = """
import keras, tensorflow as tf
import pandas as pd
from unseen import is_wide
width, from_array = 12 if is_wide else 9, keras.utils.timeseries_dataset_from_array
data = pd.read_csv("d.csv").values
known, later = data[:int(len(data) * 0.7)], data[int(len(data) * 0.7):]
def split(window):
    x, y = window[:, :-3, :], window[:, -3:, :]
    x.set_shape([None, 6, 2])
    return x / 10, y
def windows(series):
    return {}
memory = keras.layers.LSTM(8, stateful=True, batch_input_shape=(32, 6, 2))
model = keras.Sequential([memory, keras.layers.Dense(1)])
train, test = windows(known), windows(later)
def step(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(x, training=True) - y) ** 2)
    return tape.gradient(loss, model.trainable_variables)
"""
WINDOWS = {
    "of Keras": "from_array(series, None, sequence_length=9, batch_size=32).map(split)",
    "of unknown length": "from_array(series, None, sequence_length=width, batch_size=32).map(split)",
    "of tf.data": (
        "tf.data.Dataset.from_tensor_slices(series).window(7, shift=1, drop_remainder=True)"
        ".flat_map(lambda part: part.batch(7)).map(lambda part: (part[:-1], part[-1]))"
        ".batch(32, drop_remainder=True)"
    ),
}
EACH = "for epoch in range(3):\n    for x, y in train:\n        model.reset_states()\n        step(x, y)\n"
AFTER = (
    "for epoch in range(3):\n    model.reset_states()\n    for x, y in train:\n        step(x, y)\n"
    "    for x, y in test:\n        model(x)\n"
)


def told(windows: str, loops: str) -> set[str]:
    checked = check_source("snippet.py", (HEAD.format(windows) + loops).encode(), Settings(keras=(2,)))
    assert not checked.failures, checked.failures[0].error
    return {finding.code for finding in checked.findings}


@pytest.mark.parametrize("windows", WINDOWS.values(), ids=WINDOWS)
def test_what_a_loop_draws_of_them(windows: str) -> None:
    assert "SRN303" in told(windows, EACH)
    assert "SRN304" in told(windows, AFTER)
    fresh = AFTER.replace("    for x, y in test", "    model.reset_states()\n    for x, y in test")
    assert not {"SRN303", "SRN304", "SRN301"} & told(windows, fresh)
