"""SRN206 where a fit takes all rows for one batch, and the model has states for one row."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

HEAD = """
import keras
import numpy as np
import pandas as pd
from elsewhere import load
from sklearn.model_selection import train_test_split
model = keras.Sequential([keras.Input(batch_shape=(ROWS, 1, 3)), keras.layers.LSTM(3, stateful=True)])
model.compile("sgd", "mse")
"""
SPLIT = "x, _, y, _ = train_test_split(load('x'), load('y'), shuffle=False)\n"
TABLE = "t = pd.read_csv('rows.csv')\nx, y = t[['a', 'b', 'c']].values.reshape(-1, 1, 3), t['d'].values\n"
FIT = "model.fit(x, y, batch_size={}, shuffle=False)"


def found(code: str, rows: int = 1) -> list[tuple[str, tuple[str, ...]]]:
    """What SRN206 says of the code, and under which assumptions."""
    checked = check_source("snippet.py", (HEAD.replace("ROWS", str(rows)) + code).encode())
    assert not checked.failures
    return [(one.message, one.assumptions) for one in checked.findings if one.code == "SRN206"]


@pytest.mark.parametrize(
    "code",
    [
        SPLIT + FIT.format("len(x)"),
        SPLIT + FIT.format("y.shape[0]"),
        SPLIT + "many = len(x)\nx, _, y, _ = train_test_split(x, y)\n" + FIT.format("many"),
        "x, y = load('x'), load('y')\nn = int(len(x) * 0.8)\nx, y = x[:n], y[:n]\n" + FIT.format("n"),
        "x, y = load('x'), load('y')\nn = int(len(x) * 0.8)\nx, y = x[:n], y[:n]\n" + FIT.format("len(x)"),
        TABLE + FIT.format("len(x)"),
        TABLE + FIT.format("t.shape[0]"),
        "s = load('s')\nx, y = np.array([s[i:i + 1] for i in range(len(s) - 1)]), s[1:]\n"
        + FIT.format("len(x)"),
    ],
)
def test_all_rows_as_one_batch(code: str) -> None:
    [(message, assumptions)] = found(code)
    assert message.startswith(
        "fit() feeds all rows of the data as one batch, but the model's states have 1 row"
    )
    assert assumptions == ("the data have more than 1 row",)
    # As many lanes may be one batch.
    assert not found(code, 32)


@pytest.mark.parametrize(
    "code",
    [
        # How many these are isn't known.
        "x, y = load('x'), load('y')\n" + FIT.format("len(x)"),
        "x, y = np.load('x.npy'), np.load('y.npy')\n" + FIT.format("len(x)"),
        SPLIT + FIT.format("load('size')"),
        SPLIT + FIT.format("x.shape[1]"),
        # Rows and chunks one by one.
        SPLIT + "for x, y in zip(x, y):\n    " + FIT.format("len(x)"),
        SPLIT + "for i in range(len(x)):\n    row = x[i:i + 1]\n"
        "    model.fit(row, y[i:i + 1], batch_size=len(row), shuffle=False)",
        "for x, y in load('chunks'):\n    " + FIT.format("len(x)"),
        TABLE + "x, y = x[-1:], y[-1:]\n" + FIT.format("len(x)"),
        # One sequence.
        "t = pd.read_csv('rows.csv').values\nx, y = t[np.newaxis], load('y')\n" + FIT.format("len(x)"),
        # It doesn't train.
        SPLIT + "model.predict(x, batch_size=len(x))",
        SPLIT + "model.evaluate(x, y, batch_size=len(x))",
    ],
)
def test_batches_that_may_be_one_row(code: str) -> None:
    assert not found(code)
