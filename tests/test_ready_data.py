"""What an unseen object was asked for before a loop is ready in it, and the same in each of its passes."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings
from tests.programs import Expected

PROGRAM = """
import numpy as np
from keras.models import Sequential
from keras.layers import LSTM, Dense
from elsewhere import Source
source = Source("a.csv")
model = Sequential([LSTM(3, batch_input_shape=(8, 10, 1), stateful=True), Dense(1)])
model.compile("sgd", "mse")
{before}
for epoch in range(20):
    {inside}
    model.fit(x, y, batch_size=8, epochs=1, shuffle=False)
    model.reset_states()
    print(model.evaluate(later, answers, batch_size=8))
"""
TESTED = "later, answers = source.of('test')"
DATA = [
    "x, y = source.get('train')",
    "x, y = source.x_train, source.y_train",
    "x, y = source.table.values[:, :3], source.table.values[:, 3]",
]


def goes_on(**parts: str) -> bool:
    """Whether a training is reported that starts from the state of the evaluation."""
    program = PROGRAM.format(**{"before": "pass", "inside": "pass"} | parts)
    checked = check_source("snippet.py", program.encode(), Settings(keras=(2,)))
    assert not checked.failures
    return "SRN305" in {Expected.of(finding).code for finding in checked.findings}


@pytest.mark.parametrize("data", DATA)
def test_the_same_data_come_again(data: str) -> None:
    assert goes_on(before=f"{data}; {TESTED}")


@pytest.mark.parametrize("data", DATA)
def test_others_may_come(data: str) -> None:
    assert not goes_on(before=TESTED, inside=data)
    assert not goes_on(inside=f"{data}; {TESTED}")
    # Asked for before the loop, and again in each pass.
    assert not goes_on(before=f"{data}; {TESTED}", inside=data)


@pytest.mark.parametrize("data", DATA)
def test_a_function_that_asks_in_each_pass(data: str) -> None:
    get = f"def get():\n    {data}\n    return x, y\nx, y = get(); {TESTED}"
    assert goes_on(before=get)
    assert not goes_on(before=get, inside="x, y = get()")
