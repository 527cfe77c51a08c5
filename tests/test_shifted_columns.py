"""Columns of a table that are moved on by one step each: put beside each other they are windows."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

HEAD = """
import sys
import numpy as np
import pandas as pd
import keras
from sklearn.preprocessing import StandardScaler
table = pd.read_csv("series.csv")
"""
FIT = """
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(1, {1}, {2})), memory])
model.compile("sgd", "mse")
x = x.reshape((x.shape[0], {1}, {2}))
model.fit(x, y, batch_size=1, shuffle=False)
"""
THREE = """
table["one"] = table["level"].shift(1)
table["two"] = table["level"].shift(2)
table["three"] = table["level"].shift(3)
table = table.dropna()
"""
BY_ATTRIBUTE = THREE.replace('table["level"]', "table.level")
IN_A_LOOP = """
table = table[["level"]]
for k in range(1, 4):
    table[f"lag {k}"] = table["level"].shift(k)
table.dropna(inplace=True)
"""
NAMED_AFTERWARDS = """
level = table[["level"]]
table = pd.concat([level.shift(3), level.shift(2), level.shift(1), level], axis=1)
table.columns = ["three", "two", "one", "level"]
table = table.dropna()
"""
ONE_TARGET = """
columns = [table.shift(k) for k in range(3, 0, -1)]
columns += [table.shift(-k).iloc[:, -1] for k in range(2)]
values = pd.concat(columns, axis=1).dropna().values
"""
SUPERVISED = """
def supervised(values, before=1, behind=1):
    frame = pd.DataFrame(values)
    parts = []
    for i in range(before, 0, -1):
        parts.append(frame.shift(i))
    for i in range(0, behind):
        parts.append(frame.shift(-i))
    joined = pd.concat(parts, axis=1)
    joined.dropna(inplace=True)
    return joined.values
def lagged(values, lag=1):
    frame = pd.DataFrame(values)
    parts = [frame.shift(i) for i in range(1, lag + 1)]
    parts.append(frame)
    joined = pd.concat(parts, axis=1)
    return joined.fillna(0).values
"""
GIVEN = "lag = int(sys.argv[1])\n" + SUPERVISED


def found(code: str, steps: object, features: object = 1) -> list[str]:
    """What SRN208 says of a model that is fitted on the code's x."""
    checked = check_source(
        "snippet.py", (HEAD + code + FIT.replace("{1}", str(steps)).replace("{2}", str(features))).encode()
    )
    assert not checked.failures
    return [one.message for one in checked.findings if one.code == "SRN208"]


@pytest.mark.parametrize(
    "columns",
    [
        THREE + 'x, y = table[["three", "two", "one"]].values, table["level"].values',
        BY_ATTRIBUTE + 'x, y = table[["three", "two", "one"]].to_numpy(), table["level"]',
        THREE.replace(".dropna()", ".iloc[3:, :]")
        + 'x, y = table[["three", "two", "one"]].values, table["level"]',
        THREE
        + 'x = StandardScaler().fit_transform(table[["three", "two", "one"]].values)\ny = table["level"]',
        IN_A_LOOP + 'x, y = table[[f"lag {k}" for k in range(1, 4)]].values, table["level"].values',
        IN_A_LOOP + 'x, y = table.drop("level", axis=1).values, table["level"].values',
        IN_A_LOOP + 'x, y = table.drop(columns=["level"]).values, table["level"].values',
        NAMED_AFTERWARDS + 'x, y = table[["three", "two", "one"]].values, table["level"].values',
        NAMED_AFTERWARDS + "x, y = table.iloc[:, :-1].values, table.iloc[:, -1].values",
        ONE_TARGET + "x, y = values[:, :-2], values[:, -2:]",
    ],
)
def test_lags_as_steps(columns: str) -> None:
    assert len(found(columns, 3)) == 1
    # As features they are right.
    assert not found(columns, 1, 3)


@pytest.mark.parametrize("make", ["supervised", "lagged"])
def test_as_many_lags_as_somebody_says(make: str) -> None:
    columns = f'{GIVEN}rows = {make}(table["level"].values, lag)\nx, y = rows[:, :-1], rows[:, -1]'
    (message,) = found(columns, "lag")
    assert "reads all but its last step again" in message
    assert len(found(columns, "x.shape[1]")) == 1
    assert not found(columns, 1, "lag")
    assert not found(columns, 1, "x.shape[1]")


@pytest.mark.parametrize(
    "columns",
    [
        # Other columns, each one step back.
        'for name in ("a", "b", "c"):\n    table[name + " before"] = table[name].shift(1)\n'
        'x, y = table[["a before", "b before", "c before"]].values, table["d"].values',
        # Only the target is moved.
        'table["next"] = table["level"].shift(-1)\nx, y = table[["a", "b", "c"]].values, table["next"]',
        # Another table's column.
        'other = pd.read_csv("other.csv")\ntable["one"] = other["level"].shift(1)\n'
        'table["two"] = other["level"].shift(2)\nx, y = table[["level", "one", "two"]].values, table["d"]',
    ],
)
def test_columns_that_are_no_steps(columns: str) -> None:
    assert not found(columns, 3)


ONE_STEP = """
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(4, 1, 1)), memory, keras.layers.Dense(1)])
model.compile("sgd", "mse")
x, y = table.values[:, :-1], table.values[:, -1]
model.fit(x.reshape((x.shape[0], 1, 1)), y, batch_size=4, shuffle=False)
"""


@pytest.mark.parametrize(
    "columns",
    [
        'table = pd.DataFrame({"before": level.shift(1), "level": level})',
        'table = table[["level"]].assign(before=level.shift(1))[["before", "level"]]',
        'table = level.to_frame().assign(before=level.shift(1)).reindex(columns=["before", "level"])',
        'table = table[["level"]]\ntable.insert(0, "before", level.shift(1))',
        'table = level.to_frame()\ntable["before"] = level.shift(1)\ntable = table[table.columns[::-1]]',
        'table = level.to_frame()\ntable["before"] = level.shift(1)\n'
        "table = table[table.columns.tolist()[::-1]]",
        'table = table[["level"]].shift(1).join(table[["level"]], lsuffix=" before")',
        'table = pd.DataFrame()\ntable["before"] = level.shift(1)\ntable["level"] = level',
        'table = pd.DataFrame()\ntable["level"] = level\ntable["before"] = level.shift(1)\n'
        'table = table.filter(items=["before", "level"])',
    ],
)
def test_ways_to_put_a_lag_beside_a_column(columns: str) -> None:
    code = f'{HEAD}level = table["level"]\n{columns}\ntable = table.dropna()\n{ONE_STEP}'
    checked = check_source("snippet.py", code.encode())
    assert not checked.failures
    assert [f.code for f in checked.findings if f.code == "SRN208"] == ["SRN208"]


@pytest.mark.parametrize(
    "columns",
    [
        # Two columns, each a step of its own.
        'table = pd.DataFrame({"a": table["a"].shift(1), "b": table["b"].shift(2), "c": table["c"]})',
        'other = table\ntable = pd.DataFrame()\nfor k, name in enumerate("abc"):\n'
        "    table[name] = other[name].shift(k)",
        # Columns of two tables.
        'table = pd.DataFrame({"a": level.shift(1), "b": pd.read_csv("other.csv")["level"], "c": level})',
        # Text, and lists.
        'table = pd.DataFrame({"a": "text".join(sys.argv), "b": [1, 2], "c": level})',
    ],
)
def test_columns_that_are_no_steps_of_one(columns: str) -> None:
    given = f'level = table["level"]\n{columns}\nx, y = table.values[:, :2], table.values[:, 2]'
    assert not found(given, 2)
