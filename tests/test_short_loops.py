"""Short loops over data are followed pass by pass only as far as that costs little."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

TRAINING = """
import numpy as np
from tensorflow import keras
model = keras.Sequential([keras.layers.Input(batch_shape=(32, 5, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")
model.fit(x, y, batch_size=32, epochs=30, shuffle=False)
"""

GUARDED = """
import os
import numpy as np
def load(name):
    path = os.path.join("data", name)
    if not os.path.isfile(path):
        return None
    return np.load(path)
def read(names, size):
    rows = []
    for k in range(size):
        row = load(names[k])
        if row is None:
            raise ValueError("no such row")
        rows.append(row)
    return np.array(rows)
names = os.listdir("data")
x, y = read(names, 32), read(names, 32)
"""

LABORIOUS = """
import os
import numpy as np
def vector(text, known):
    row = np.zeros((5, 1))
    for t, word in enumerate(text):
        if word in known:
            row[t, 0] = known.index(word)
        elif word.lower() in known:
            row[t, 0] = known.index(word.lower())
        if t > 3:
            break
    return row
def pages(names, known):
    rows = []
    for k in range(30):
        found = []
        for word in open(names[k]).read().split():
            for part in word.split("-"):
                if len(part) > 2 or part in known:
                    found.append(part)
        other = []
        for name in sorted(names):
            for line in open(name):
                if line.startswith("#"):
                    other.append(line)
                elif line not in known:
                    found.append(line)
        rows.append(vector(found, known) + vector(other, known))
    return np.array(rows)
def books(folders):
    shelves = []
    for k in range(30):
        known = sorted(set(open(folders[k]).read()))
        shelves.append(pages(os.listdir(folders[k]), known))
    return np.concatenate(shelves)
x, y = books(os.listdir("train")), np.zeros((900, 4))
"""


@pytest.mark.parametrize("data", [GUARDED, LABORIOUS], ids=["guards in each pass", "much work in each pass"])
def test_what_comes_after_long_work_on_data_is_seen(data: str) -> None:
    checked = check_source("snippet.py", (data + TRAINING).encode())
    assert not checked.failures
    assert "SRN301" in {finding.code for finding in checked.findings}
