"""Functions and classes that a text shows block by block, with prose between their statements."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

BEGUN = """
import keras
import numpy as np
from keras import layers
"""
LOAD = """
def load(path, steps=20):
    series = np.load(path)
    rows = []
"""
CUT = """
    for k in range(len(series) - steps):
        rows.append(series[k:k + steps])
    rows = np.array(rows)
"""
ENDED = """
    return rows[:, :, None], series[steps:]
"""
TRAIN = """
def train(path):
    x, y = load(path)
    model = keras.Sequential([keras.Input(batch_shape=(8, 20, 1)), layers.LSTM(4, stateful=True)])
    model.compile("adam", "mse")
    try:
"""
FIT = """
        model.fit(x, y, batch_size=8, epochs=9, shuffle=False)
    except KeyboardInterrupt:
        print("stopped")
    return model
"""


def found(*blocks: str, between: str = "Words.") -> list[str]:
    """What is found in the blocks, as "line code"."""
    text = f"\n{between}\n".join(f"```python{block}```" for block in blocks)
    checked = check_source("a.md", text.encode())
    assert not checked.failures
    return [f"{text.splitlines()[one.site.line - 1].strip()[:9]} {one.code}" for one in checked.findings]


@pytest.mark.parametrize("between", ["Words.", "## A heading\n\nWords.\n\nMore.", "* a list\n"])
def test_its_statements_are_one_program(between: str) -> None:
    told = ["model.fit SRN208", "model.fit SRN301"]
    assert found(BEGUN, LOAD, CUT, ENDED, TRAIN, FIT, between=between) == told
    assert found(BEGUN, LOAD + CUT, ENDED, TRAIN + FIT, between=between) == told
    assert found(BEGUN, LOAD + CUT + ENDED, TRAIN, FIT, between=between) == told


def test_a_class() -> None:
    made = """
class Forecast:
    def __init__(self):
        self.model = keras.Sequential([keras.Input(batch_shape=(8, 20, 1)), layers.LSTM(4, stateful=True)])
        self.model.compile("adam", "mse")
"""
    trains = """
    def train(self, x, y):
        self.model.fit(x, y, batch_size=8, epochs=9, shuffle=False)
"""
    run = """
Forecast().train(np.load("x"), np.load("y"))
"""
    assert found(BEGUN, made, trains, run) == ["self.mode SRN301"]


MODEL = """
model = keras.Sequential([keras.Input(batch_shape=(8, 20, 1)), layers.LSTM(4, stateful=True)])
model.compile("adam", "mse")
x, y = np.load("x"), np.load("y")
"""
INDENTED = """
    model.fit(x, y, batch_size=8, epochs=9, shuffle=False)
"""


@pytest.mark.parametrize(
    "before",
    [
        # Behind its end, without its names, and where it would go on with a loop of the program's own.
        "\ndef plot(model):\n    return model.history\n",
        "\ndef plot(values):\n    print(values)\n",
        "\nfor layer in model.layers:\n    print(layer.name)\n",
    ],
)
def test_an_excerpt_is_no_part_of_what_stands_before_it(before: str) -> None:
    assert found(BEGUN, MODEL, before, INDENTED) == ["model.fit SRN301"]
