"""`Dataset.list_files` gives the names of files in random order, unless it is told not to."""

from __future__ import annotations

import pytest

from tests.programs import reported_below

HEAD = """
import keras
import tensorflow as tf
listed = tf.data.Dataset.list_files
inputs = keras.Input(batch_shape=(16, 10, 8))
model = keras.Model(inputs, keras.layers.GRU(5, stateful=True)(inputs))
model.compile("adam", "mse")
def read(name):
    return tf.io.read_file(name), 1
"""


@pytest.mark.parametrize(
    ("data", "is_random"),
    [
        ("listed('data/*').map(read)", True),
        ("listed('data/*', shuffle=True).map(read)", True),
        ("listed('data/*').shuffle(9).map(read)", True),
        ("listed('data/*', shuffle=False).shuffle(9).map(read)", True),
        ("listed('data/*', shuffle=False).map(read)", False),
        ("listed('data/*', False).map(read)", False),
        ("listed('data/*', shuffle=unheard()).map(read)", False),
        # In each file the lines keep their order.
        ("listed('data/*').shuffle(9).flat_map(tf.data.TextLineDataset).map(read)", False),
        ("listed('data/*').flat_map(tf.data.TextLineDataset).map(read)", False),
        ("listed('data/*').interleave(tf.data.TextLineDataset).map(read)", False),
    ],
)
def test_files_as_samples(data: str, is_random: bool) -> None:
    code = f"data = {data}.batch(16, drop_remainder=True)\nmodel.fit(data)\n"
    assert reported_below(HEAD, code, {"SRN202"}) == [(1, "SRN202")] * is_random
