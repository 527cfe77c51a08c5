"""SRN206 where a fit takes all rows for one batch, and the model has states for one row."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

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


def found(
    code: str, rows: int = 1, keras: tuple[int, ...] | None = None
) -> list[tuple[str, tuple[str, ...]]]:
    """What SRN206 says of the code, and under which assumptions."""
    source = (HEAD.replace("ROWS", str(rows)) + code).encode()
    checked = check_source("snippet.py", source, Settings(keras=keras))
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


DATA = [
    SPLIT,
    TABLE,
    "x, y = load('x'), load('y')\nn = int(len(x) * 0.8)\nx, y = x[:n], y[:n]\n",
    "s = load('s')\nx, y = np.array([s[i:i + 1] for i in range(len(s) - 1)]), s[1:]\n",
]


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize(
    "call", ["fit(x, y)", "fit(x, y, batch_size=64)", "evaluate(x, y)", "predict(np.array(x))"]
)
def test_many_rows_under_a_batch_size_that_is_too_large(data: str, call: str) -> None:
    if data is SPLIT and "predict" in call:
        pytest.skip("what is split may be a Dataset")
    size = 64 if "64" in call else 32
    [(message, assumptions)] = found(f"{data}model.{call}\n")
    assert f"feeds batches of {size} rows" in message
    assert assumptions == ("the data have more than 1 row",)
    # As many rows as a literal says are none by chance that were split off or cut out of a series; a file for
    # tests may have them.
    assert bool(found(f"{data}model.{call}\n", 8)) == (call.startswith("fit") or data is not TABLE)


@pytest.mark.parametrize("cut", ["len(x) // 8 * 8", "len(x) - len(x) % 8", "(len(x) // 8) * 8"])
def test_rows_that_are_cut_to_whole_batches_are_several(cut: str) -> None:
    [(message, assumptions)] = found(f"x = load('x')\nmodel.predict(x[:{cut}], batch_size=64)\n", 8)
    assert "feeds batches of 64 rows" in message
    assert assumptions == ("the data have more than 8 rows",)
    assert not found(f"x = load('x')\nmodel.predict(x[:{cut}], batch_size=8)\n", 8)
    assert not found("x = load('x')\nmodel.predict(x[:n], batch_size=64)\n", 8)


def test_rows_of_which_a_part_is_split_off_are_several() -> None:
    data = "x, y = load('x'), load('y')\n"
    assert found(f"{data}model.fit(x, y, validation_split=0.2)\n", keras=(2,))
    assert not found(f"{data}model.fit(x, y, validation_split=0.0)\n", keras=(2,))
    assert not found(f"{data}model.fit(x, y, validation_split=load('split'))\n", keras=(2,))
    assert not found(f"{data}model.evaluate(x, y)\n", keras=(2,))


@pytest.mark.parametrize(
    "code",
    [
        "x, y = load('x'), load('y')\nmodel.fit(x, y)\n",
        f"{SPLIT}model.fit(x[:1], y[:1])\n",
        "s = load('s')\nmodel.predict(np.array([s[-1:]]))\n",
        f"{TABLE}model.predict(x[-1:])\n",
        f"{SPLIT}for k in range(len(x)):\n    model.fit(x[k:k + 1], y[k:k + 1])\n",
    ],
)
def test_what_may_be_one_row(code: str) -> None:
    assert not found(code, keras=(2,))


@pytest.mark.parametrize("data", ["np.load('x.npy')", "np.load('x.npz')['x']", "pd.read_pickle('x')['x']"])
def test_what_a_file_holds_is_an_array(data: str) -> None:
    [(message, _)] = found(f"model.predict({data})\n", 64)
    assert message.startswith("predict() feeds batches of 32 rows, the default of predict()")
    assert not found(f"model.predict({data})\n", 32)
    assert not found("model.predict(load('x'))\n", 64)
