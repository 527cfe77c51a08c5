"""Windows that are filled in step by step, each step of all rows at once: `x[:, k] = series[k:k + n]`."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

HEAD = """
import numpy as np
import keras
series = np.load("series.npy")
n, lag = 640, 8
y = series[lag:n + lag, :1]
"""
MODEL = """
model = keras.Sequential([keras.Input(batch_shape=({0}, {1}, {2})), keras.layers.GRU(4, stateful=True)])
model.compile("sgd", "mse")
model.fit(x, y, batch_size={0}, shuffle=False)
"""
BY_STEPS = "x = np.zeros((n, lag, 3))\nfor k in range(lag):\n    x[:, k, :] = series[k:k + n, :]\n"


def found(code: str) -> list[str]:
    """What SRN208 says of the code."""
    checked = check_source("snippet.py", (HEAD + code).encode())
    assert not checked.failures
    return [one.message for one in checked.findings if one.code == "SRN208"]


@pytest.mark.parametrize(
    "code",
    [
        BY_STEPS,
        BY_STEPS.replace("x[:, k, :]", "x[:, k]").replace("series[k:k + n, :]", "series[k:n + k]"),
        BY_STEPS.replace("x[:, k, :]", "x[:n, k, :]"),
        BY_STEPS.replace("n, lag, 3", "len(series) - lag, lag, 3").replace("k + n", "len(series) - lag + k"),
    ],
)
@pytest.mark.parametrize("rows", [1, 64])
def test_windows_that_begin_one_apart(code: str, rows: int) -> None:
    assert len(found(code + MODEL.format(rows, "lag", 3))) == 1


def test_as_many_rows_as_steps() -> None:
    assert not found(BY_STEPS + MODEL.format(8, "lag", 3))


@pytest.mark.parametrize(("rows", "times"), [(1, 0), (64, 1)])
def test_lags_as_columns_of_a_single_step(rows: int, times: int) -> None:
    code = "x = np.zeros((n, lag))\nfor k in range(lag):\n    x[:, k] = series[k:k + n, 0]\n"
    code += "x = x.reshape(n, 1, lag)\n"
    assert len(found(code + MODEL.format(rows, 1, "lag"))) == times


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # The pieces of a series side by side.
        ("series[k:k + n, :]", "series[k * n:(k + 1) * n, :]"),
        # Every other step.
        ("series[k:k + n, :]", "series[2 * k:2 * k + n, :]"),
        # The same rows in each step.
        ("series[k:k + n, :]", "series[:n, :]"),
        # Of a series of its own.
        ("series[k:k + n, :]", "np.load(str(k))[k:k + n, :]"),
        # Backwards.
        ("x[:, k, :]", "x[:, lag - 1 - k, :]"),
        # Into half of the rows.
        ("x[:, k, :]", "x[:300, k, :]"),
    ],
)
def test_what_makes_no_windows(old: str, new: str) -> None:
    assert not found(BY_STEPS.replace(old, new) + MODEL.format(64, "lag", 3))
