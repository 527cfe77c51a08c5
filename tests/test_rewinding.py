"""Endless generators that begin again at the end of their data, and fill one array again and again."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings
from tests.telling import reveal

PROGRAM = """
import numpy as np
import keras
series = np.load("series.npy")
class Batches:
    def __init__(self, data, steps, size, skip):
        self.data, self.steps, self.size, self.skip = data, steps, size, skip
        self.at = 0
    def generate(self):
        x = np.zeros((self.size, self.steps, 1))
        y = np.zeros((self.size, 1))
        while True:
            for i in range(self.size):
                {rewind}
                x[i, :] = self.data[self.at : self.at + self.steps]
                y[i] = self.data[self.at + self.steps]
                self.at += self.skip
            yield x, y
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=({size}, 10, 1)), memory, keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(Batches(series, 10, {size}, {skip}).generate(), steps_per_epoch=len(series) // 100)
"""
REWIND = "if self.at + self.steps {compared}:\n                    self.at = 0"


def torn(rewind: str, size: int, skip: int) -> bool:
    """Whether the batches of the generator are said not to continue each other."""
    program = PROGRAM.format(rewind=rewind, size=size, skip=skip)
    checked = check_source("snippet.py", program.encode(), Settings(keras=(2, 3)))
    assert not checked.failures
    return any(finding.code == "SRN208" for finding in checked.findings)


@pytest.mark.parametrize(
    "compared",
    [">= len(self.data)", "> len(self.data) - 1", ">= self.data.shape[0]", "> self.data.shape[0] - 10"],
)
@pytest.mark.parametrize(
    ("size", "skip", "is_torn"), [(4, 10, True), (4, 3, True), (2, 5, False), (1, 10, False)]
)
def test_windows_side_by_side(compared: str, size: int, skip: int, is_torn: bool) -> None:
    assert torn(REWIND.format(compared=compared), size, skip) is is_torn


@pytest.mark.parametrize(
    "rewind",
    [
        # What else is decided there isn't known.
        "if self.at + self.steps >= limit:\n                    self.at = 0",
        "if self.at + self.steps >= len(self.data):\n                    self.data = load()",
        "if self.at + self.steps >= len(self.data):\n                    self.at = 0\n"
        "                else:\n                    self.at = unheard(i)",
    ],
)
def test_what_is_not_known(rewind: str) -> None:
    assert not torn(rewind, 4, 10)


def test_a_loop_outside_of_functions() -> None:
    checked = check_source(
        "snippet.py",
        b"""
import numpy as np
rows, at = np.load("rows.npy"), 0
while True:
    at += 2
    if at >= len(rows):
        at = 0
""",
    )
    assert not checked.failures


def test_data_have_enough_of_what_a_loop_has_gone_over() -> None:
    code = """
    data = open("text").read()
    def positions():
        at = 0
        while True:
            {rewind}
            yield at
            at += 30
    for at in positions():
        reveal(at)
    """
    counted = ["0 this pass", "30 this pass"]
    for test, done, is_known in [
        ("at + 30 > len(data)", "at = 0", True),
        ("at + 30 > limit", "at = 0", False),
        ("at + 30 > len(data)", "at = unheard()", True),
        ("at + 30 > len(data)", "data = unheard()", True),
    ]:
        told = reveal(code.replace("{rewind}", f"if {test}:\n                {done}"))
        assert (told[:2] == counted) is is_known, test
