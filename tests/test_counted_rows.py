"""Rows that a program counts: more than one, so that a batch of one isn't all of them."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

HEAD = """
import os
import numpy as np
import pandas as pd
import keras
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(1, 1, 2)), memory])
model.compile("sgd", "mse")
"""


def found(code: str, rule: str) -> int:
    """How often the rule reports something of the code."""
    checked = check_source("snippet.py", (HEAD + code).encode())
    assert not checked.failures
    return [one.code for one in checked.findings].count(rule)


FILES = """
for name in os.listdir("recordings"):
    part = np.load(name)
    x, y = {rows}, goals
    model.fit(x, y, epochs=1, batch_size=1)
    memory.reset_states()
"""


@pytest.mark.parametrize(
    ("rows", "times"),
    [
        ("part.reshape(len(part), 1, 2)", 1),
        ("part.reshape((part.shape[0], 1, 2))", 1),
        ("part.reshape(1, 1, 2)", 0),
        ("part", 0),
    ],
)
def test_one_recording_after_the_other_in_random_order(rows: str, times: int) -> None:
    assert found(FILES.format(rows=rows), "SRN201") == times


TABLE = """
from sklearn.preprocessing import StandardScaler
values = pd.read_csv("series.csv").values
scaler = StandardScaler().fit(values)
"""


@pytest.mark.parametrize(
    ("rows", "times"),
    [
        ("values.reshape(len(values), 1, 2)", 1),
        ("values[100:].reshape((values[100:].shape[0], 1, 2))", 1),
        ("scaler.transform(values).reshape(len(values), 1, 2)", 1),
        ("values[100:].reshape((-1, 1, 2))", 0),
        ("values[-1:].reshape((1, 1, 2))", 0),
        ("values[7].reshape((1, 1, 2))", 0),
        ('pd.read_csv("series.csv").tail(count).values.reshape((-1, 1, 2))', 0),
        ("given.reshape(len(given), 1, 2)", 0),
    ],
)
def test_a_whole_file_under_the_default_batch_size(rows: str, times: int) -> None:
    assert found(f"{TABLE}model.predict({rows})\n", "SRN206") == times


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("predict(x[:1])", "SRN206"),
        ("evaluate(x[:1], x[:1])", "SRN206"),
        ("predict(x[:1], batch_size=32)", "SRN204"),
        ("predict(x[:10])", "SRN204"),
        ("predict(x[:33])", "SRN204"),
        ("predict(x[:32])", None),
        ("predict_classes(x[:16])", None),
        ("predict_classes(x, 32)", None),
        ("predict_classes(x, batch_size=32)", None),
        ("predict_classes(x, 16)", "SRN206"),
        ("predict_proba(x, 32, 0)", None),
        ("fit_generator(rows(), 2, validation_data=(x[:1], x[:1]))", "SRN206"),
        ("fit_generator(rows(), 2, validation_data=(x[:32], x[:32]))", None),
    ],
)
def test_a_single_row_for_states_of_as_many_as_the_default(call: str, code: str | None) -> None:
    model = """
x = np.zeros((64, 1, 2))
def rows():
    while True:
        yield x[:32], x[:32]
model = keras.Sequential([keras.Input(batch_shape=(32, 1, 2)), keras.layers.LSTM(2, stateful=True)])
model.compile("sgd", "mse")
"""
    reported = [rule for rule in ("SRN204", "SRN206") if found(f"{model}model.{call}\n", rule)]
    assert reported == ([code] if code else [])
