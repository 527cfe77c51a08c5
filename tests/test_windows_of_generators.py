"""Windows that a generator of the program's own cuts, put together and worked on as a whole."""

from __future__ import annotations

import pytest

from tests.programs import reported_below

HEAD = """
import numpy as np
import pandas as pd
import keras
table = pd.read_csv("taxi.csv")
series = np.load("series.npy")
def windows(values, steps=48):
    for k in range(len(values) - steps):
        yield values[k:k + steps]
def of_columns(table, names, steps=48):
    chosen = table[names]
    for start, stop in zip(range(0, chosen.shape[0] - steps), range(steps, chosen.shape[0])):
        yield chosen[stop - steps:stop].values.reshape((-1, len(names)))
def train(x, rows):
    inputs = keras.Input(batch_shape=(rows, x.shape[1], x.shape[2]))
    model = keras.Model(inputs, keras.layers.LSTM(5, stateful=True)(inputs))
    model.compile("adam", "mse")
    model.fit(x, x, batch_size=rows, shuffle=False)
"""
MADE = {
    "a list": "x = np.array(list(windows(series)))[..., None]",
    "a comprehension": "x = np.array([w for w in windows(series)])[..., None]",
    "of columns": "x = np.array(list(of_columns(table, ['value', 'hour'])))",
    "laid flat and cut again": "x = np.concatenate(list(windows(series))).reshape(-1, 48, 1)",
    "columns laid flat": "x = np.concatenate(list(of_columns(table, ['value']))).reshape(-1, 48, 1)",
    "a function of a list": "x = np.log(list(of_columns(table, ['value'])))",
    "a difference": "x = np.log(list(of_columns(table, ['a']))) - np.array(list(of_columns(table, ['b'])))",
    "the first of them": "x = np.array(list(of_columns(table, ['a'])))[:4800]",
}


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
@pytest.mark.parametrize(("rows", "times"), [(50, 1), (48, 0)])
def test_windows_that_begin_one_apart(made: str, rows: int, times: int) -> None:
    found = reported_below(HEAD, f"{made}\ntrain(x, {rows})\n", {"SRN208"})
    assert [code for _, code in found] == ["SRN208"] * times
