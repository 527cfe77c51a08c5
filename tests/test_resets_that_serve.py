"""Resets behind a training: for the inference that follows, or meant for the epochs."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

CODE = """
import keras
import numpy as np
from unseen import sizes, x, y

def build(size):
    made = keras.Sequential([keras.layers.LSTM(size, stateful=True, batch_input_shape=(4, 5, 3))])
    made.compile("adam", "mse")
    return made

model = build(8)
for size in sizes:
    {again}
    model.fit(x, y, batch_size=4, epochs={epochs}, shuffle=False)
    model.reset_states()
    model.predict(x, batch_size=4)
"""


def told(again: str, epochs: str) -> list[tuple[int, str]]:
    code = CODE.format(again=again, epochs=epochs)
    checked = check_source("snippet.py", code.encode(), Settings(keras=(2,)))
    assert not checked.failures, checked.failures[0].error
    return [(finding.site.line, finding.code) for finding in checked.findings]


@pytest.mark.parametrize("epochs", ["9", "np.argmin(y) + 1"])
def test_a_model_for_each_pass_is_reset_for_its_inference(epochs: str) -> None:
    assert told("model = build(size)", epochs) == [(14, "SRN301")]


def test_one_model_is_reset_for_its_next_training_too() -> None:
    assert (15, "SRN302") in told("print(size)", "9")
