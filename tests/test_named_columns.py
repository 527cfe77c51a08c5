"""Tables whose columns are known by name: what a shifted column is put beside, or in the place of."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

HEAD = """
import numpy as np
import pandas as pd
import keras
level = np.random.rand(1003)
other = np.random.rand(1003)
"""
FIT = """
model = keras.Sequential([keras.Input(batch_shape=(1, 3, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")
model.fit(table.values.reshape(-1, 3, 1), level[2:], batch_size=1, shuffle=False)
"""


def found(columns: str) -> list[str]:
    checked = check_source("snippet.py", f"{HEAD}{columns}{FIT}".encode())
    assert not checked.failures
    return [finding.code for finding in checked.findings if finding.code == "SRN208"]


@pytest.mark.parametrize(
    "columns",
    [
        # Names that are numbers.
        "table = pd.DataFrame(level)\nfor k in (1, 2):\n    table[k] = table[0].shift(k)\n",
        "table = pd.DataFrame(level)\nfor k in (1, 2):\n    table[k] = table[k - 1].shift(1)\n",
        'table = pd.DataFrame(level, columns=["now"])\ntable[1] = table.now.shift(1)\n'
        "table[2] = table.now.shift(2)\n",
        # Of a dict, of a file.
        'table = pd.DataFrame({"now": level})\ntable["one"] = table["now"].shift(1)\n'
        'table["two"] = table["one"].shift(1)\n',
        'table = pd.read_csv("level.csv", usecols=["now"])\n'
        'for k in (1, 2):\n    table[f"before {k}"] = table["now"].shift(k)\n',
        'table = pd.read_csv("level.csv", usecols=["day", "now"], index_col="day")\n'
        'for k in (1, 2):\n    table[f"before {k}"] = table["now"].shift(k)\n',
        'table = pd.DataFrame({"now": level, "b": other})\nfor k in (1, 2, 3):\n'
        '    table[k] = table["now"].shift(k)\ntable = table.drop(columns=["now", "b"])\n',
        "table = pd.DataFrame(level)\nfor k in (1, 2, 3):\n"
        "    table[k] = table[0].shift(k)\ntable = table.drop(0, axis=1)\n",
        # Copies that are moved on where they stand.
        "table = pd.DataFrame(np.repeat(pd.DataFrame(level).values, repeats=3, axis=1))\n"
        "for k, name in enumerate(table.columns):\n    table[name] = table[name].shift(k)\n",
        'table = pd.DataFrame({"a": level, "b": level, "c": level})\n'
        "for k, name in enumerate(table):\n    table[name] = table[name].shift(k)\n",
        'table = pd.DataFrame(level, columns=["a"])\ntable["b"] = table["a"]\ntable["c"] = table["a"]\n'
        'table["b"] = table["b"].shift(1)\ntable["c"] = table["c"].shift(2)\n',
    ],
)
def test_steps_of_one_column(columns: str) -> None:
    assert found(f"{columns}table = table[2:]\n") == ["SRN208"]
    assert found(f"{columns}table = table.dropna()\n") == ["SRN208"]


@pytest.mark.parametrize(
    "columns",
    [
        # Each column is one of its own.
        'table = pd.DataFrame({"a": level, "b": other, "c": level * other})\n'
        "for k, name in enumerate(table.columns):\n    table[name] = table[name].shift(k)\n",
        "table = pd.DataFrame(np.random.rand(1003, 3))\n"
        "for k, name in enumerate(table.columns):\n    table[name] = table[name].shift(k)\n",
        'table = pd.read_csv("levels.csv", usecols=["a", "b", "c"])\n'
        'table["a"], table["b"] = table["a"].shift(2), table["b"].shift(1)\n',
        # All of them are moved on alike.
        "table = pd.DataFrame(np.repeat(pd.DataFrame(level).values, repeats=3, axis=1))\n"
        "for name in table.columns:\n    table[name] = table[name].shift(1)\n",
        # Of its lags only one is left.
        'table = pd.DataFrame({"a": level, "b": other, "c": other * 2})\ntable["d"] = table["a"].shift(1)\n'
        'table = table.drop(columns=["a"])\n',
        # Others stand in their place afterwards.
        'table = pd.DataFrame({"a": level})\nfor k, name in enumerate("bc", 1):\n'
        '    table[name] = table["a"].shift(k)\nfor name in "bc":\n    table[name] = np.random.rand(1003)\n',
    ],
)
def test_columns_of_their_own(columns: str) -> None:
    assert not found(f"{columns}table = table[2:]\n")


def test_columns_by_other_names() -> None:
    lags = 'for name in ("b", "c"):\n    table[name] = other_table[name].shift(1)\ntable = table[2:]\n'
    named = (
        'table = pd.DataFrame(np.random.rand(1003, 3))\ntable.columns = list("abc")\nother_table = table\n'
    )
    assert not found(named + lags)
    assert not found(named + 'table = table.rename(columns={"a": "b", "b": "a"})\n' + lags)
