"""The batch dimension behind a Lambda: its function tells whether as many rows leave it as enter it."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

PROGRAM = """
import numpy as np
import tensorflow as tf
def halves(x):
    return x[: len(x) // 2]
model = tf.keras.Sequential(
    [
        tf.keras.Input(batch_shape=({batch}, 20)),
        tf.keras.layers.Lambda({function}),
        tf.keras.layers.GRU(4, stateful=True),
        tf.keras.layers.Dense(1),
        tf.keras.layers.Lambda(lambda x: x * 100.0),
    ]
)
model.compile("sgd", "mse")
rows = np.random.rand(64, 20)
model.predict(rows, batch_size=16)
"""


def found(batch: str, function: str) -> set[str]:
    program = PROGRAM.format(batch=batch, function=function)
    checked = check_source("snippet.py", program.encode(), Settings(keras=(2, 3)))
    assert not checked.failures
    return {finding.code for finding in checked.findings} & {"SRN101", "SRN206"}


KEEPING = [
    "lambda x: tf.expand_dims(x, axis=-1)",
    "lambda x: tf.expand_dims(x, -1) / 100",
    "lambda x: x[:, :, None]",
    "lambda x: x[..., tf.newaxis]",
]
# A reshape may take its rows from anywhere.
OTHERS = ["lambda x: tf.reshape(x, [8, -1, 1])", "lambda x: x[:4]", "halves", "lambda x: unheard(x)"]


@pytest.mark.parametrize("function", KEEPING)
def test_rows_are_kept(function: str) -> None:
    assert found("None", function) == {"SRN101"}
    assert found("8", function) == {"SRN206"}
    assert not found("16", function)


@pytest.mark.parametrize("function", OTHERS)
def test_rows_that_are_not_known(function: str) -> None:
    assert "SRN101" not in found("None", function)


OWN = """
class Own(tf.keras.layers.Layer):
    def __init__(self, depth, **others):
        super().__init__(**others)
        self.depth = depth
    def call(self, x, mask=None):
        {body}
"""


@pytest.mark.parametrize(
    ("body", "is_kept"),
    [
        ("return tf.one_hot(tf.cast(x, tf.int32), self.depth)", True),
        ("return x[:, :, None] * self.depth", True),
        ("return tf.reshape(x, [8, -1, 1])", False),
        ("return unheard(x, self.depth)", False),
        ("return self.unheard", False),
    ],
)
def test_layers_of_the_program(body: str, is_kept: bool) -> None:
    program = PROGRAM.replace("model =", OWN.replace("{body}", body) + "model =", 1)
    program = program.replace("tf.keras.layers.Lambda({function})", "Own(5)")
    codes = {}
    for batch in ("None", "8", "16"):
        checked = check_source("snippet.py", program.format(batch=batch).encode(), Settings(keras=(2, 3)))
        assert not checked.failures
        codes[batch] = {finding.code for finding in checked.findings} & {"SRN101", "SRN206"}
    assert codes["None"] == ({"SRN101"} if is_kept else set())
    assert "SRN206" in codes["8"] or not is_kept
    assert not codes["16"]
