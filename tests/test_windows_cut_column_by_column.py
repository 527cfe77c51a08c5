"""Windows that a program cuts out of each column by itself, and whose columns it then puts side by side."""

from __future__ import annotations

import pytest

from tests.programs import reported_below

HEAD = """
import keras
import numpy as np
import pandas as pd
from sklearn.preprocessing import MinMaxScaler
table = pd.read_csv("levels.csv")
"""
SCALED = "data = MinMaxScaler().fit_transform(table)\n"
KNOWN = "data = np.random.rand(1003, 5)\n"
FED = """
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(1, 8, x.shape[2])), memory, keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, data[8:, -1], batch_size=1, shuffle=False)
"""
# A list in a list.
BY_NUMBER = """
columns = []
for j in range(data.shape[1] - 1):
    columns.append([])
    for i in range(8, data.shape[0]):
        columns[j].append(data[i - 8:i, j])
"""
APPENDED = """
columns = []
for j in range(4):
    column = []
    for i in range(8, len(data)):
        column.append(data[i - 8:i, j])
    columns.append(np.array(column))
"""
DISPLAYED = "columns = [[data[i:i + 8, j] for i in range(len(data) - 8)] for j in range(data.shape[1])]\n"
BY_FUNCTION = """
def cut(series):
    return np.array([series[i:i + 8] for i in range(len(series) - 8)])
columns = [cut(data[:, j]) for j in range(data.shape[1])]
"""
TURNED = [
    "np.moveaxis(columns, [0], [2])",
    "np.moveaxis(np.array(columns), 0, -1)",
    "np.moveaxis(np.array(columns), (1, 2), (0, 1))",
    "np.transpose(columns, (1, 2, 0))",
    "np.array(columns).transpose(1, 2, 0)",
    "np.transpose(np.array(columns), axes=[1, 2, 0])",
    "np.array(columns).swapaxes(0, 1).swapaxes(1, 2)",
    "np.swapaxes(np.swapaxes(columns, 0, 1), 1, 2)",
    "np.rollaxis(np.array(columns), 0, 3)",
    "np.stack(columns, axis=2)",
    "np.stack([np.array(column) for column in columns], axis=-1)",
    "np.dstack(columns)",
]


def is_discontinuous(columns: str, x: str) -> bool:
    return bool(reported_below(HEAD, f"{columns}x = {x}\n{FED}", {"SRN208"}))


@pytest.mark.parametrize("x", TURNED)
def test_columns_side_by_side(x: str) -> None:
    for columns in (BY_NUMBER, APPENDED, DISPLAYED, BY_FUNCTION):
        assert is_discontinuous(SCALED + columns, x)
    assert is_discontinuous(KNOWN + BY_NUMBER, x)
    assert is_discontinuous(KNOWN + APPENDED, x)


@pytest.mark.parametrize("x", TURNED)
def test_windows_that_go_on(x: str) -> None:
    apart = DISPLAYED.replace("range(len(data) - 8)", "range(0, len(data) - 8, 8)")
    assert not is_discontinuous(SCALED + apart, x)


@pytest.mark.parametrize(
    "x",
    [
        # Rows are columns, or steps.
        "np.array(columns)",
        "np.moveaxis(columns, 0, 1)",
        "np.transpose(columns, (2, 1, 0))",
        "np.transpose(columns, (1, 0, 2))",
        "np.swapaxes(columns, 0, 2)",
        "np.stack(columns, axis=1)",
        "np.array(columns).T",
        # Turned back again.
        "np.transpose(np.transpose(columns, (1, 2, 0)), (2, 0, 1))",
        # No such axes, or not known which.
        "np.moveaxis(columns, [0], [1, 2])",
        "np.moveaxis(columns, 0, 5)",
        "np.moveaxis(columns, 0, int(table.name))",
        "np.rollaxis(np.array(columns), 0, -1)",
    ],
)
def test_axes_that_stand_elsewhere(x: str) -> None:
    for columns in (BY_NUMBER, APPENDED, DISPLAYED):
        assert not is_discontinuous(SCALED + columns, x)
        assert not is_discontinuous(KNOWN + columns, x)


def test_columns_cut_in_different_ways() -> None:
    other = "columns[1] = [data[i:i + 8, 1] for i in range(0, len(data) - 8, 8)]\n"
    assert not is_discontinuous(SCALED + APPENDED + other, "np.stack(columns, axis=2)")
