"""Inference on steps of the series on whose windows the model was trained."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

PROGRAM = """
import numpy as np
from tensorflow import keras
from tensorflow.keras.preprocessing.sequence import TimeseriesGenerator
train, test = np.load("train.npy").reshape(-1, 3), np.load("test.npy").reshape(-1, 3)
whole = np.load("whole.npy").reshape(-1, 3)
n = 144

class Reset(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.model.reset_states()
    def on_test_begin(self, logs=None):
        self.model.reset_states()

def cut(series):
    return TimeseriesGenerator(series, series, length=n, stride=n, batch_size=1)

def rows(series):
    return np.array([series[i:i + n] for i in range(0, len(series) - n, n)])

model = keras.Sequential([
    keras.Input(batch_shape=(1, n, 3)), keras.layers.LSTM(8, stateful=True), keras.layers.Dense(3)
])
model.compile("adam", "mse")
model.fit({training}, epochs=4, shuffle=False, callbacks=[Reset()]{validation})
model.predict({fed})
"""
GENERATOR, ROWS = "cut(train)", "rows(train), train[n:][::n], batch_size=1"
BEHIND = ", validation_data=cut(test)"


def is_told(training: str, fed: str, validation: str = "") -> bool:
    program = PROGRAM.format(training=training, fed=fed, validation=validation)
    checked = check_source("snippet.py", program.encode(), Settings(keras=(2,)))
    assert not checked.failures
    return "SRN304" in {finding.code for finding in checked.findings}


@pytest.mark.parametrize("training", [GENERATOR, ROWS])
@pytest.mark.parametrize("fed", ["train[:n].reshape((1, n, 3))", "train[0:n][np.newaxis]"])
def test_a_series_that_begins_again(training: str, fed: str) -> None:
    assert is_told(training, fed)


@pytest.mark.parametrize(
    "fed", ["train[-n:].reshape((1, n, 3))", "train[-n:][np.newaxis]", "test[:n].reshape((1, n, 3))"]
)
def test_a_last_look_back_and_what_may_come_behind_are_left_in_peace(fed: str) -> None:
    assert not is_told(GENERATOR, fed)


@pytest.mark.parametrize("fed", ["train[-n:].reshape((1, n, 3))", "train[5000:5000 + n].reshape((1, n, 3))"])
def test_behind_the_validation_on_another_series_nothing_of_the_training_goes_on(fed: str) -> None:
    assert is_told(GENERATOR, fed, BEHIND)


@pytest.mark.parametrize("fed", ["test[-n:].reshape((1, n, 3))", "np.load('other.npy').reshape((1, n, 3))"])
def test_behind_it_the_other_series_may(fed: str) -> None:
    assert not is_told(GENERATOR, fed, BEHIND)


def test_the_part_of_a_series_that_was_held_back_may_go_on() -> None:
    training = "rows(whole[:9000]), whole[n:9000:n], batch_size=1"
    assert not is_told(training, "whole[9000:9000 + n].reshape((1, n, 3))")
    assert is_told(training, "whole[:n].reshape((1, n, 3))")
