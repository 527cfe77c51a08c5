"""Objects with a `__next__` of their own that a model is fed from: their first batches are drawn."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

HEAD = """
import random, threading
import keras
import numpy as np
from unseen import names
memory = keras.layers.LSTM(8, batch_input_shape=(4, 5, 3), stateful=True)
model = keras.Sequential([memory, keras.layers.Dense(1)])
model.compile("adam", "mse")
series = np.load("s.npy")

class Locked:
    def __init__(self, batches):
        self.batches, self.lock = batches, threading.Lock()
    def __iter__(self):
        return self
    def __next__(self):
        with self.lock:
            return next(self.batches)

def locked(function):
    def wrapped(*given, **named):
        return Locked(function(*given, **named))
    return wrapped

class Cut:
    def __init__(self, size, step):
        self.size, self.step, self.at = size, step, 0
    def __iter__(self):
        return self
    def __next__(self):
        rows = [series[k:k + 5] for k in range(self.at, self.at + self.size * self.step, self.step)]
        self.at += self.size * self.step
        return np.array(rows), np.zeros(self.size)

class Lanes:
    def __init__(self):
        self.lanes, self.at = series[:len(series) // 4 * 4].reshape(4, -1, 3), 0
    def __iter__(self):
        return self
    def __next__(self):
        self.at += 5
        return self.lanes[:, self.at - 5:self.at], np.zeros(4)

@locked
def drawn(paths, size):
    while True:
        rows = []
        for _ in range(size):
            path = {chosen}
            rows.append(np.load(path))
        yield np.array(rows), np.zeros(size)
"""
FIT = "model.fit_generator({}, 10, workers={})\n"


def told(batches: str, chosen: str = "random.choice(paths)", workers: int = 1) -> dict[str, str]:
    code = HEAD.replace("{chosen}", chosen) + FIT.format(batches, workers)
    checked = check_source("snippet.py", code.encode(), Settings(keras=(2,)))
    assert not checked.failures, checked.failures[0].error
    return {finding.code: finding.message for finding in checked.findings}


def test_windows_that_an_iterator_cuts() -> None:
    assert "begin 1 apart" in told("Cut(4, 1)")["SRN208"]
    assert told("Lanes()") == {}


def test_the_rows_of_an_iterator_s_batches() -> None:
    assert "batches of 8 rows" in told("Cut(8, 1)")["SRN206"]
    assert "SRN206" not in told("Cut(4, 1)")


@pytest.mark.parametrize("chosen", ["random.choice(paths)", "paths[random.randint(0, len(paths) - 1)]"])
def test_files_that_are_drawn_for_each_row(chosen: str) -> None:
    assert list(told("drawn(names, 4)", chosen)) == ["SRN202"]


@pytest.mark.parametrize("chosen", ["random.choice(paths)", "paths[0]"])
def test_files_that_are_drawn_as_noise(chosen: str) -> None:
    mixed = HEAD.replace("rows.append(np.load(path))", "rows.append(series[:5] + np.load(path)[:5])")
    checked = check_source(
        "snippet.py",
        (mixed.replace("{chosen}", chosen) + FIT.format("drawn(names, 4)", 1)).encode(),
        Settings(keras=(2,)),
    )
    assert [finding.code for finding in checked.findings] == []


@pytest.mark.parametrize("chosen", ["paths[len(rows)]", "paths.pop(0)"])
def test_files_in_their_order(chosen: str) -> None:
    assert told("drawn(names, 4)", chosen) == {}


def test_workers_that_draw_one_after_the_other() -> None:
    assert "already executing" not in told("drawn(names, 4)", "paths[0]", workers=4)["SRN209"]
    assert "already executing" in told("drawn(names, 4).batches", "paths[0]", workers=4)["SRN209"]


NOISY = """
import glob, random
import keras
import numpy as np
model = keras.Sequential([keras.layers.LSTM(8, batch_input_shape=(4, 5, 3), stateful=True)])
model.compile("adam", "mse")
lanes, noise = np.load("lanes.npy"), np.load("noise.npy")
for epoch in range(4):
    model.reset_states()
    for t in range(0, 2000, 5):
        model.train_on_batch({x}, lanes[:, t + 5])
"""


@pytest.mark.parametrize(
    "x",
    [
        "lanes[:, t:t + 5] * random.choice([0.8, 1.25])",
        "lanes[:, t:t + 5] + 0.1 * noise[np.random.randint(0, len(noise), 4)]",
        "lanes[:, t:t + 5] + np.load(random.choice(['a.npy', 'b.npy']))[:5]",
        "lanes[:, t:t + 5] + np.load(random.choice(glob.glob('noise/*.npy')))[:5]",
    ],
)
def test_noise_beside_lanes(x: str) -> None:
    checked = check_source("snippet.py", NOISY.format(x=x).encode(), Settings(keras=(2,)))
    assert [finding.code for finding in checked.findings] == []
