"""Batches of items that are taken one by one out of a list in random order."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

PROGRAM = """
import keras, random
import numpy as np

def coded(text):
    rows = np.zeros((len(text), 1, 57))
    for place, letter in enumerate(text):
        rows[place][0][ord(letter)] = 1
    return rows

def batches(names, size, shuffle):
    pairs = []
    for name in names:
        pairs.append((name, 1))
    while True:
        if shuffle:
            random.shuffle(pairs)
        order = np.arange(len(pairs))
        for b in range(len(pairs) // size):
            taken = order[b * size:(b + 1) * size]
            {}
            yield x, np.zeros((size, 3))

memory = keras.layers.LSTM(8, stateful=True, batch_input_shape=(10, None, 57))
model = keras.Sequential([memory, keras.layers.Dense(3)])
model.compile("adam", "mse")
model.fit_generator(batches(np.load("n.npy"), 10, {}), steps_per_epoch=100, epochs=1)
"""
LISTED = (
    "rows = []\n            for k in taken:\n                rows.append(np.squeeze(coded(pairs[k][0])))\n"
)
FILLED = "            for at, row in enumerate(rows):\n                x[at, -len(row):, :] = row"
BLANK = f"            x = np.broadcast_to(np.zeros((1, 57)), (size, rows[0].shape[0], 57)).copy()\n{FILLED}"
MADE = {
    "numbers of rows": "x = np.array([coded(pairs[k][0]) for k in taken])",
    "counted": "x = np.array([coded(pairs[k][0]) for k in range(b * size, (b + 1) * size)])",
    "put into a blank array": f"{LISTED}            x = np.zeros((size, 20, 57))\n{FILLED}",
    "put into copies of a row": f"{LISTED}{BLANK}",
    "without axes of one": f"{LISTED}{BLANK}\n            x = np.squeeze(x)",
}


def told(made: str, shuffle: str) -> list[str]:
    checked = check_source("snippet.py", PROGRAM.format(made, shuffle).encode(), Settings(keras=(2,)))
    assert not checked.failures, checked.failures[0].error
    return sorted({finding.code for finding in checked.findings})


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_items_of_a_shuffled_list(made: str) -> None:
    assert told(made, "True") == ["SRN202"]
    assert told(made, "False") == []


LANES = """
import keras, random
import numpy as np
songs = list(np.load("songs.npy", allow_pickle=True))
random.shuffle(songs)
memory = keras.layers.LSTM(8, stateful=True, batch_input_shape=(8, 10, 3))
model = keras.Sequential([memory, keras.layers.Dense(3)])
model.compile("adam", "mse")
def batches():
    for group in range(len(songs) // 8):
        for t in range(0, 1000, 10):
            x = np.array([songs[group * 8 + i][t:t + 10] for i in range(8)])
            yield x, x
model.fit_generator(batches(), steps_per_epoch=100, epochs=1)
"""


def test_the_same_songs_in_each_batch() -> None:
    checked = check_source("snippet.py", LANES.encode(), Settings(keras=(2,)))
    assert not checked.failures
    assert not checked.findings
