"""Columns of a table that are folded into windows: their rows are the steps of a series."""

from __future__ import annotations

import pytest

from tests.programs import reported_below

HEAD = """
import keras
import numpy as np
import pandas as pd
from sklearn.preprocessing import MinMaxScaler
table = pd.read_csv("prices.csv")
data = np.load("prices.npy")
names = ["open", "close"]
scaled = table.values[:2800]
scaled[:, 0:1] = MinMaxScaler().fit_transform(scaled[:, 0:1])
"""
FED = """
x = {}
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=({}, 20, 2)), memory, keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, np.load("y.npy"), batch_size={}, shuffle=False)
"""


def is_torn(windows: str, batch: int = 14) -> bool:
    return reported_below(HEAD, FED.format(windows, batch, batch), {"SRN208"}) == [(6, "SRN208")]


@pytest.mark.parametrize(
    "windows",
    [
        "data[:, 0:2].reshape(140, 20, 2)",
        "np.array(data[:2800, 1:3]).reshape((140, 20, 2))",
        "scaled[:, :2].reshape(140, 20, 2)",
        "table.iloc[:, 1:3].values.reshape(-1, 20, 2)",
        "table[['open', 'close']].values.reshape(140, 20, 2)",
        "np.reshape(table[names].to_numpy(), (140, 20, 2))",
        "np.column_stack((table['open'], table['close'])).reshape(140, 20, 2)",
        "MinMaxScaler().fit_transform(table[names]).reshape(140, 20, 2)",
    ],
)
def test_pieces_side_by_side_are_torn(windows: str) -> None:
    assert is_torn(windows)
    # One at a time they go on where the last ended.
    assert not is_torn(windows, batch=1)


@pytest.mark.parametrize(
    "windows",
    [
        "data.reshape(140, 20, 2)",
        # Rows of as many columns as that are no single steps.
        "data[:, 0:40].reshape(140, 20, 2)",
        "table[['a', 'b', 'c', 'd']].values.reshape(-1, 20, 2)",
        "data[:, start:2].reshape(140, 20, 2)",
        "np.column_stack((data, data)).reshape(140, 20, 2)",
    ],
)
def test_rows_that_may_be_no_steps(windows: str) -> None:
    assert not is_torn(windows)
