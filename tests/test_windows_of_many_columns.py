"""Windows of series of several columns, in the ways in which programs cut and fold them."""

from __future__ import annotations

import pytest

from tests.programs import reported_below

HEAD = """
import keras
import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from elsewhere import load
memory = keras.layers.GRU(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(16, STEPS, 3)), memory, keras.layers.Dense(1)])
model.compile("adam", "mse")
T = STEPS
table = pd.read_csv("series.csv")[["load", "heat", "wind"]]
made = pd.DataFrame(load("series"))
rows = load("rows")
"""
LOOP = "parts = []\nfor k in range(len({0}) - T):\n    parts.append({1})\nx = np.array(parts)\n"
CUT = {
    "iloc": LOOP.format("made", "made.iloc[k:k + T].values"),
    "iloc and all columns": LOOP.format("made", "made.iloc[k:k + T, :].to_numpy()"),
    "rows of a made table": LOOP.format("made", "made[k:k + T].values"),
    "iloc of a file's": LOOP.format("table", "table.iloc[k:k + T].values"),
    "flattened": LOOP.format("rows", "rows[k:k + T].flatten()") + "x = x.reshape(-1, T, 3)\n",
    "flattened of a table": LOOP.format("table", "table.values[k:k + T].ravel()")
    + "x = x.reshape(-1, T, 3)\n",
    "views": "x = sliding_window_view(rows, T, axis=0).swapaxes(1, 2)\n",
    "views, all but the last": "x = sliding_window_view(table.values, T, axis=0)[:-1]\n"
    "x = np.transpose(x, (0, 2, 1))\n",
    "lags": "lags = [made.shift(k) for k in range(T, 0, -1)] + [made[[0]]]\n"
    "x = pd.concat(lags, axis=1).dropna().values[:, :-1]\nx = x.reshape(x.shape[0], T, 3)\n",
}
FIT = "model.fit(x, load('targets'), batch_size=16, shuffle=False)\n"


@pytest.mark.parametrize("steps", [24, 16])
@pytest.mark.parametrize("cut", CUT.values(), ids=CUT)
def test_windows_that_begin_one_apart(cut: str, steps: int) -> None:
    """Of sixteen steps each begins where the one of the batch before ended."""
    found = reported_below(HEAD.replace("STEPS", str(steps)), cut + FIT, {"SRN208"})
    assert [rule for _, rule in found] == ["SRN208"] * (steps != 16)


@pytest.mark.parametrize("rows", ["rows", "table.values"])
def test_columns_that_stand_where_steps_are_expected(rows: str) -> None:
    """Their axes were not put in order: what the model reads as steps are the columns."""
    cut = f"x = sliding_window_view({rows}, 24, axis=0)\n"
    assert reported_below(HEAD.replace("STEPS", "24"), cut + FIT, {"SRN208"}) == []
