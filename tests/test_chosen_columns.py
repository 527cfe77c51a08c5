"""Columns of a table that a program chooses by what they are called: those of lags are windows."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

HEAD = """
import re
import sys
import numpy as np
import pandas as pd
import keras
from sklearn.preprocessing import MinMaxScaler
file = pd.read_csv("series.csv")
"""
FIT = """
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(1, {1}, {2})), memory])
model.compile("sgd", "mse")
x = np.reshape(x, (len(x), {1}, {2}))
model.fit(x, y, batch_size=1, shuffle=False)
"""
TABLE = 'table = file[["level"]]\n'
SCALED = f'{TABLE}table = pd.DataFrame(MinMaxScaler().fit_transform(table), columns=["level"])\n'
LAGS = """
for k in range(1, 4):
    table["L" + str(k) + "_level"] = table["level"].shift(k)
table = table.dropna()
"""
SEVERAL = f'table = file[["a", "b", "level"]]\n{LAGS}'


def found(code: str, steps: int = 3, features: int = 1) -> list[str]:
    """What SRN208 says of a model that is fitted on the code's x."""
    fit = FIT.replace("{1}", str(steps)).replace("{2}", str(features))
    checked = check_source("snippet.py", f"{HEAD}{code}\n{fit}".encode())
    assert not checked.failures
    return [one.message for one in checked.findings if one.code == "SRN208"]


def assert_lags(code: str) -> None:
    (message,) = found(code)
    assert "windows of 3 steps" in message or "windows of 4 steps" in message
    # As features they are right.
    assert not found(code, 1, 3)


CHOSEN = [
    'table[[c for c in table.columns if c.startswith("L")]]',
    'table[[c for c in list(table.columns) if "L" in c]]',
    'table[[c for c in table if c != "level"]]',
    'table[list(filter(lambda c: c.startswith("L"), table.columns.tolist()))]',
    "table[table.columns[1:]]",
    "table[table.columns.values[1:]]",
    'table[table.columns[table.columns != "level"]]',
    'table[table.columns[table.columns.str.contains("^L")]]',
    'table[table.columns.difference(["level"])]',
    'table[table.columns.drop("level")]',
    "table[[table.columns[k] for k in (1, 2, 3)]]",
    'table.drop(columns=[c for c in table.columns if not c.startswith("L")])',
    'table.filter(like="L")',
    'table.filter(regex="^L")',
    'table.filter(regex=r"L\\d_level")',
    'table.loc[:, [c for c in table.columns if c.startswith("L")]]',
    'table.loc[:, ["L1_level", "L2_level", "L3_level"]]',
    'table.loc[:, "L1_level":"L3_level"]',
    'table.loc[:, "L1_level":]',
    'table.loc[:, table.columns != "level"]',
    'table.loc[:, table.columns.str.startswith("L")]',
    'table.loc[:, ~table.columns.isin(["level"])]',
]


@pytest.mark.parametrize("chosen", CHOSEN)
def test_lags_by_their_names(chosen: str) -> None:
    assert_lags(f'{TABLE}{LAGS}x, y = {chosen}.values, table["level"].values')


@pytest.mark.parametrize(
    "code",
    [
        # The target stands behind the lags.
        f"{TABLE}{LAGS}names = table.columns.values.tolist()\n"
        'table = table[[c for c in names if c.startswith("L")] + ["level"]]\n'
        "n = int(len(table) * 0.7)\nx, y = table.values[0:n, :-1], table.values[0:n, -1]",
        f"{TABLE}{LAGS}names = table.columns.tolist()\nnames = names[1:] + names[:1]\ntable = table[names]\n"
        "x, y = table.values[:, :-1], table.values[:, -1]",
        f"{TABLE}{LAGS}names = list(table)\nnames.remove('level')\n"
        "x, y = table[names].values, table['level']",
        # Of several columns one has lags.
        f'{SEVERAL}x, y = table[[c for c in table.columns if c.startswith("L")]].values, table["a"]',
        f'{SEVERAL}x, y = table.filter(regex="^L").values, table["a"]',
        # Names that are given to what was made.
        f"{SCALED}{LAGS}x, y = table[[c for c in table.columns if c.startswith('L')]].values, table['level']",
        f"{TABLE}{LAGS}table = pd.DataFrame(MinMaxScaler().fit_transform(table), columns=table.columns)\n"
        "x, y = table.filter(like='L').values, table['level']",
        # In a function, of a copy.
        "def lagged(table, name):\n    table = table.copy()\n    for k in range(1, 4):\n"
        '        table[f"{name} lag {k}"] = table[name].shift(k)\n    return table.dropna()\n'
        f'{TABLE}table = lagged(table, "level")\n'
        'x, y = table[[c for c in table.columns if "lag" in c]].values, table["level"]',
        # Put in by `loc`.
        f'{TABLE}for k in range(1, 4):\n    table.loc[:, f"L{{k}}"] = table["level"].shift(k)\n'
        'table = table.dropna()\nx, y = table.filter(like="L").values, table["level"]',
        # Side by side.
        f'{TABLE}level = table["level"]\nparts = {{f"L{{k}}": level.shift(k) for k in range(3, -1, -1)}}\n'
        'table = pd.concat(parts, axis=1).dropna()\nx, y = table.filter(regex="[123]").values, table["L0"]',
        f'{TABLE}level = table["level"]\nparts = [level.shift(k) for k in (3, 2, 1, 0)]\n'
        'table = pd.concat(parts, axis=1, keys=["c", "b", "a", "now"]).dropna()\n'
        'x, y = table.loc[:, "c":"a"].values, table["now"]',
        f'{TABLE}level = table["level"]\nparts = [level.shift(k).rename(f"L{{k}}") for k in (3, 2, 1)]\n'
        'table = pd.concat([*parts, level], axis=1).dropna()\nx, y = table.filter(like="L").values, level',
    ],
)
def test_ways_to_come_by_names(code: str) -> None:
    assert_lags(code)


@pytest.mark.parametrize(
    "chosen",
    [
        # Columns of their own.
        'table[[c for c in table.columns if not c.startswith("L")]]',
        'table.drop(columns=[c for c in table.columns if c.startswith("L")])',
        'table.filter(regex="^(a|b|level)$")',
        'table.filter(regex="^[abl]")',
        'table.loc[:, "a":"level"]',
        'table.loc[:, ~table.columns.str.startswith("L")]',
        "table[table.columns[:3]]",
        'table[["a", "b", "L1_level"]]',
        # Which they are isn't known.
        "table[[c for c in table.columns if c.startswith(sys.argv[1])]]",
        "table[[c for c in table.columns if re.match(sys.argv[1], c)]]",
        "table.filter(like=sys.argv[1])",
        "table.filter(regex='(L+)+$')",
        "table.filter(regex='L?L?L?_')",
        "table.filter(regex='L{99999999999}')",
        "table.filter(regex='[[L]')",
        "table.filter(regex='*L')",
        "table.loc[:, sys.argv[1]:]",
        "table.loc[:, 'other':]",
        "table.loc[table.index[3:], sys.argv[1:4]]",
        "table[sys.argv[1:4]]",
    ],
)
def test_columns_that_are_no_lags(chosen: str) -> None:
    assert not found(f'{SEVERAL}x, y = {chosen}.values, table["L1_level"].values')


def test_names_that_others_may_have() -> None:
    lags = LAGS.replace("table = table.dropna()", "")
    named = 'x, y = table[[c for c in table.columns if c.startswith("L")]].values, table["level"]'
    assert not found(f"table = file\n{lags}{named}")


def test_names_that_are_written_into() -> None:
    written = 'names = table.columns.values\nnames[0] = "x"\nx, y = table[names].values, table["level"]'
    assert not found(f"{TABLE}{LAGS}{written}", 4)


def test_columns_that_are_moved_on_in_their_place() -> None:
    code = "table = file\nfor name in ('a', 'b'):\n    table[name] = table[name].shift(1)\n"
    assert not found(f"{code}x, y = table.dropna().values, np.zeros(1000)")
    side_by_side = "table = pd.concat([file['a'].shift(1), file['b'].shift(2), file['c']], axis=1).dropna()\n"
    assert not found(f"{side_by_side}x, y = table.values, np.zeros(1000)")


def test_names_of_rows() -> None:
    code = LAGS.replace("table = table.dropna()", "")
    chosen = 'x, y = table[[c for c in table.columns if c.startswith("L")]].values, table["level"]'
    assert not found(f'table = file.loc[["level"]]\n{code}{chosen}')


def test_rows_that_are_written_into() -> None:
    written = 'table.loc[table["level"] > 1, "level"] = 1\ntable.loc[3] = 0\n'
    chosen = 'x, y = table.filter(like="L").values, table["level"]'
    assert found(f"{TABLE}{LAGS}{written}{chosen}")


def test_columns_that_are_numbered_anew() -> None:
    side_by_side = "pd.concat([level.shift(3), level.shift(2), level.shift(1), level], axis=1, {})"
    code = (
        f'level = file["level"]\ntable = {side_by_side}.dropna()\nx, y = table[["c", "b", "a"]].values, level'
    )
    assert found(code.format('keys=["c", "b", "a", "now"]'))
    assert not found(code.format('keys=["c", "b", "a", "now"], ignore_index=True'))
