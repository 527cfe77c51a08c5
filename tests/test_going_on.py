"""Series that are read step by step, first to train and then to test: what directly follows goes on."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

HEAD = """
from itertools import islice
import keras
import numpy as np
import pandas as pd
T = 20
s = np.random.rand(2001)
memory = keras.layers.LSTM(16, stateful=True, batch_input_shape=(1, T, {n}))
m = keras.Sequential([memory, keras.layers.Dense(1)])
m.compile("adam", "mse")

def pair(a):
    return s[a:a + T].reshape(1, T, 1), s[a + T].reshape(1, 1)

def windows(low, high):
    for a in range(low, high, T):
        yield pair(a)

class Part:
    def __init__(self, first, count):
        self.first, self.count = first, count
    def __iter__(self):
        for k in range(self.first, self.first + self.count):
            yield pair(k * T)
"""
LOOPS = "for x, y in {}:\n    m.train_on_batch(x, y)\nfor x, y in {}:\n    m.test_on_batch(x, y)\n"
WHILE = """
a = 0
while a < 1600:
    m.train_on_batch(*pair(a))
    a += T
{again}
while a < 2000:
    m.test_on_batch(*pair(a))
    a += T
"""
PHASES = """
for k in range(100):
    x, y = pair(k * T)
    if k < 80:
        m.train_on_batch(x, y)
    else:
        m.test_on_batch(x, y)
"""
FITTED = """
x = np.array([s[a:a + T] for a in range(0, 1600, T)])[..., None]
m.fit(x, s[T:1601:T], batch_size=1, epochs=1, shuffle=False)
for a in range({}, 2000, T):
    m.predict(s[a:a + T].reshape(1, T, 1))
"""
ROWS = """
df = pd.read_csv("d.csv")
for i in range(80):
    m.train_on_batch(df.iloc[i * T:(i + 1) * T].values[None], df["y"].iloc[[(i + 1) * T]].values)
for i in range(80, 100):
    m.test_on_batch(df.iloc[i * T:(i + 1) * T].values[None], df["y"].iloc[[(i + 1) * T]].values)
"""


def told(code: str, features: int = 1) -> list[str]:
    source = HEAD.replace("{n}", str(features)) + code
    checked = check_source("snippet.py", source.encode(), Settings(keras=(2,)))
    assert not checked.failures, checked.failures[0].error
    return sorted({finding.code for finding in checked.findings})


GOING_ON = {
    "a function's bounds": LOOPS.format("windows(0, 1600)", "windows(1600, 2000)"),
    "items": LOOPS.format("map(pair, range(0, 1600, T))", "map(pair, range(1600, 2000, T))"),
    "objects": LOOPS.format("Part(0, 80)", "Part(80, 20)"),
    "the rest": LOOPS.format("islice(windows(0, 2000), 80)", "islice(windows(0, 2000), 80, None)"),
    "one position": WHILE.format(again=""),
    "two phases": PHASES,
    "behind a fit": FITTED.format(1600),
    "two generators": (
        "m.fit(windows(0, 1600), steps_per_epoch=80, epochs=1)\nm.evaluate(windows(1600, 2000), steps=20)\n"
    ),
}


@pytest.mark.parametrize("code", GOING_ON.values(), ids=GOING_ON)
def test_what_goes_on_where_the_training_ends(code: str) -> None:
    assert told(code) == []


def test_rows_of_a_table_that_go_on() -> None:
    assert told(ROWS, 3) == []


AGAIN = {
    "a function's bounds": LOOPS.format("windows(0, 1600)", "windows(0, 1600)"),
    "objects": LOOPS.format("Part(0, 80)", "Part(0, 20)"),
    "one position": WHILE.format(again="a = 0"),
    "behind a fit": FITTED.format(800),
}


@pytest.mark.parametrize("code", AGAIN.values(), ids=AGAIN)
def test_what_is_read_again(code: str) -> None:
    assert told(code) == ["SRN304"]


CHUNK = """
for a in range(0, 2000, T):
    w = s[a:a + {size}]
    m.train_on_batch(w[{cut}], w[-1:])
"""


@pytest.mark.parametrize("cut", ["None, :-1, None", "np.newaxis, :T, None", "None, 0:T, np.newaxis"])
def test_a_chunk_with_its_target(cut: str) -> None:
    assert told(CHUNK.format(size="T + 1", cut=cut)) == []


def test_chunks_that_overlap() -> None:
    assert told(
        CHUNK.format(size="T + 1", cut="None, :, None").replace("T + 1", "T").replace(", T)", ", 5)")
    ) == ["SRN208"]


CALLBACK = """
class Reset(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.model.reset_states()

class Passing(keras.callbacks.Callback):
    def __init__(self, *inner):
        super().__init__()
        self.inner = inner
    def set_model(self, model):
        for one in self.inner:
            one.set_model(model)
    def on_epoch_begin(self, epoch, logs=None):
        for one in self.inner:
            one.on_epoch_begin(epoch, logs)

x, y = s[:2000].reshape(100, T, 1), s[T::T]
"""
BY_HAND = """
hooks = keras.callbacks.CallbackList([Reset()], model=m)
for epoch in range(5):
    hooks.on_epoch_begin(epoch)
    for k in range(100):
        m.train_on_batch(x[k:k + 1], y[k:k + 1])
"""
FIT = "m.fit(x, y, batch_size=1, epochs=5, shuffle=False, callbacks=[{}])\n"


def test_callbacks_that_others_run() -> None:
    assert told(CALLBACK + BY_HAND) == []
    assert told(CALLBACK + BY_HAND.replace("hooks.on_epoch_begin", "print")) == ["SRN301"]
    assert told(CALLBACK + FIT.format("Passing(Reset())")) == []
    assert told(CALLBACK + FIT.format("Reset()")) == []


KEPT = """
class Probe(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.model.reset_states()
    def on_train_batch_end(self, batch, logs=None):
        memory = self.model.layers[0]
        kept = [keras.backend.get_value(state) for state in memory.states]
        memory.reset_states()
        self.model.predict(s[:100].reshape(5, T, 1), batch_size=1)
        for state, value in zip(memory.states, kept):
            keras.backend.set_value(state, {value})
x, y = s[:2000].reshape(100, T, 1), s[T::T]
"""


def test_a_state_that_is_put_back() -> None:
    assert told(KEPT.format(value="value") + FIT.format("Probe()")) == []
    assert told(KEPT.format(value="np.zeros((1, 16))") + FIT.format("Probe()")) == ["SRN303"]


WINDOWS = """
x = np.array([s[a:a + T] for a in range(1280)])[..., None]
wide = keras.layers.LSTM(16, stateful=True, batch_input_shape=(128, T, 1))
big = keras.Sequential([wide, keras.layers.Dense(1)])
big.compile("adam", "mse")
for k in range(10):
    big.train_on_batch(x[k * 128:(k + 1) * 128], np.zeros(128))
    big.reset_states()
big.predict(x{size})
"""


def test_what_does_not_fit_the_model_is_told_alone() -> None:
    """How many rows its batches have when it is mended decides what continues them."""
    assert told(WINDOWS.format(size="")) == ["SRN206", "SRN303"]
    assert told(WINDOWS.format(size=", batch_size=128")) == ["SRN208", "SRN303"]
