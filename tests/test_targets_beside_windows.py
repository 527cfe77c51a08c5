"""The targets that stand beside windows in Datasets and generators, and what a model returns for them."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

PROGRAM = """
import keras
import numpy as np, tensorflow as tf
from keras.preprocessing.sequence import TimeseriesGenerator
series = np.random.rand(200, 1)
windows = series[:160].reshape(8, 20, 1)
memory = keras.layers.LSTM(4, return_sequences={}, stateful=True, batch_input_shape=(1, 20, 1))
model = keras.Sequential([memory, keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit({}, shuffle=False)
"""
FED = {
    "generator": "TimeseriesGenerator(series, series, length=20, stride=20, batch_size=1)",
    "other targets": "TimeseriesGenerator(series, series[:, :1], length=20, stride=20, batch_size=1)",
    "dataset": "tf.data.Dataset.from_tensor_slices((windows, windows[:, -1])).batch(1)",
}


def told(fed: str, sequences: bool) -> bool:
    checked = check_source("snippet.py", PROGRAM.format(sequences, fed).encode(), Settings(keras=(2,)))
    assert not checked.failures, checked.failures[0].error
    return "SRN106" in {finding.code for finding in checked.findings}


@pytest.mark.parametrize("fed", FED.values(), ids=FED)
def test_one_target_for_each_window(fed: str) -> None:
    assert told(fed, sequences=True)
    assert not told(fed, sequences=False)


def test_a_target_for_each_step() -> None:
    assert not told("tf.data.Dataset.from_tensor_slices((windows, windows)).batch(1)", sequences=True)
    assert told("tf.data.Dataset.from_tensor_slices((windows, windows)).batch(1)", sequences=False)
