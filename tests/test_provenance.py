"""Data whose making the program doesn't show: of what they are made tells whether they go on."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

PROGRAM = """
import glob
import numpy as np
from keras.callbacks import Callback
from keras.layers import LSTM, Dense
from keras.models import Sequential
from utils import Loader, batches, load, windows


class Forget(Callback):
    def on_epoch_begin(self, epoch, logs=None):
        for layer in self.model.layers:
            if hasattr(layer, "reset_states"):
                layer.reset_states()


class Feeder:
    def __init__(self, rows):
        self.rows = rows

    def draw(self):
        while True:
            for x, y in batches(self.rows):
                yield x, y


def trimmed(x, y):
    whole = len(x) // 8 * 8
    return x[:whole], y[:whole]


data = np.load("series.npy")
files = glob.glob("*.mid")
series = load("series")
{made}
model = Sequential([LSTM(8, stateful=True, batch_input_shape=(8, 10, 1)), Dense(1)])
model.compile("adam", "mse")
{used}
"""
IN_FIT = """
x, y = windows(train)
model.fit(x, y, batch_size=8, epochs=9, shuffle=False, validation_data=windows(test), callbacks=[Forget()])
"""
TRIMMED = """
x, y = trimmed(*windows(train, 10))
held = trimmed(*windows(test, 10))
model.fit(x, y, batch_size=8, epochs=9, shuffle=False, validation_data=held, callbacks=[Forget()])
"""
GENERATED = """
model.fit(
    Feeder(train).draw(),
    steps_per_epoch=9,
    epochs=9,
    validation_data=Feeder(test).draw(),
    validation_steps=9,
    callbacks=[Forget()],
)
"""
BEHIND = """
x, y = windows(train)
model.fit(x, y, batch_size=8, epochs=9, shuffle=False, callbacks=[Forget()])
model.evaluate(*windows(test), batch_size=8)
"""
APART = [
    "train, test = data[200:], data[:200]",
    "train, test = load(data[200:]), load(data[:200])",
    "train, test = files[:80], files[80:]",
    "train, test = np.load('a.npy'), np.load('b.npy')",
    "train, test = load('train.csv'), load('test.csv')",
    "train, test = Loader('a.csv').get(), Loader('b.csv').get()",
]
OPEN = [
    "train, test = data[:800], data[800:]",
    "train, test = load(data[:800]), load(data[800:])",
    "train, test = sorted(files)[:80], sorted(files)[80:]",
    "train, test = load('train'), load('test')",
    "train, test = load('all.csv', 0), load('all.csv', 1)",
    "train, test = load('all.csv')",
    "train, test = series[:800], series[800:]",
]


def found(made: str, used: str) -> set[str]:
    checked = check_source("a.py", PROGRAM.format(made=made, used=used).encode())
    assert not checked.failures
    return {finding.code for finding in checked.findings} & {"SRN304", "SRN306"}


@pytest.mark.parametrize("made", APART)
@pytest.mark.parametrize(
    ("used", "code"), [(IN_FIT, "SRN306"), (TRIMMED, "SRN306"), (GENERATED, "SRN306"), (BEHIND, "SRN304")]
)
def test_made_of_what_does_not_go_on(made: str, used: str, code: str) -> None:
    # What is tested on may stand in a file of its own, and still be what comes next.
    is_by_name = "'a." in made or ".csv" in made
    assert found(made, used) == (set() if is_by_name and used is BEHIND else {code})


@pytest.mark.parametrize("made", OPEN)
@pytest.mark.parametrize("used", [IN_FIT, TRIMMED, GENERATED, BEHIND])
def test_made_of_what_may_go_on(made: str, used: str) -> None:
    assert not found(made, used)


def test_what_is_assumed_is_said() -> None:
    checked = check_source("a.py", PROGRAM.format(made=APART[0], used=BEHIND).encode())
    (one,) = (finding for finding in checked.findings if finding.code == "SRN304")
    assert one.assumptions == ("its data don't begin where the ones before end",)
