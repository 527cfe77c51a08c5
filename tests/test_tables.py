"""Tables of pandas: how many rows they have, and which steps of a series stand side by side in them."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from tests.telling import reveal

HEAD = """
import numpy as np
import pandas as pd
from pandas import DataFrame, Series, concat
from sklearn.preprocessing import MinMaxScaler
from test import reveal
numbers = [k / 10 for k in range(10)]
wide = DataFrame(np.zeros((20, 3)))
column = Series(numbers)
table = DataFrame(numbers)
lagged = concat([table.shift(2), table.shift(1), table], axis=1)
"""


@pytest.mark.parametrize(
    ("table", "shape"),
    [
        ("table.values", "(10, 1)"),
        ("column.values", "(10,)"),
        ("wide.to_numpy()", "(20, 3)"),
        ("wide.as_matrix()", "(20, 3)"),
        ("wide.iloc[:5]", "(5, 3)"),
        ("wide[2:].values", "(18, 3)"),
        ("wide.fillna(0).astype('float32').values", "(20, 3)"),
        ("lagged.values", "(10, 3)"),
        ("lagged.dropna().values", "(8, 3)"),
        ("concat([table, table.shift(-1)], axis='columns').dropna().values", "(9, 2)"),
        ("concat([table.shift(1), table.shift(-1)], axis=1).dropna().values", "(8, 2)"),
        ("lagged.dropna().values[:, -1]", "(8,)"),
        ("MinMaxScaler().fit_transform(lagged.dropna())", "(8, 3)"),
        ("np.array(table)", "(10, 1)"),
        ("column.diff().values", "(10,)"),
    ],
)
def test_a_shape_is_what_pandas_makes_it(table: str, shape: str) -> None:
    assert reveal(f"{HEAD}reveal(({table}).shape)") == [shape.replace(",)", ")")]


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("lagged.dropna(inplace=True)", "8"),
        ("lagged.fillna(0, inplace=True)", "10"),
        ("lagged = lagged.dropna()", "8"),
        ("kept = lagged.dropna()", "10"),
    ],
)
def test_what_is_done_in_place_lasts(statement: str, rows: str) -> None:
    assert reveal(f"{HEAD}{statement}\nreveal(len(lagged), len(lagged.values))") == [f"{rows} {rows}"]


PROGRAM = """
import keras
import numpy as np
import pandas as pd
from sklearn.preprocessing import MinMaxScaler
history = pd.read_csv("history.csv")
{table}
inputs, targets = rows[:, :-1], rows[:, -1]
inputs = inputs.reshape(inputs.shape[0], 1, inputs.shape[1])
memory = keras.layers.GRU(3, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=({batch}, 1, 2)), memory, keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(inputs, targets, batch_size={batch}, shuffle=False)
"""


@pytest.mark.parametrize(
    ("table", "batch", "codes"),
    [
        ("rows = pd.concat([history.shift(2), history.shift(1), history], axis=1).dropna().values", 4, "208"),
        ("rows = pd.concat([history.shift(k) for k in (2, 1, 0)], axis=1).values[3:]", 4, "208"),
        ("rows = MinMaxScaler().fit_transform(pd.concat([history, history.shift(-1)], axis=1))", 4, "208"),
        ("past = pd.DataFrame(history.values)\npast['next'] = past.shift(-1)\nrows = past.values", 4, "208"),
        # One row after the other.
        ("rows = pd.concat([history.shift(2), history.shift(1), history], axis=1).dropna().values", 1, ""),
        # Nothing says that the rows are steps of one series.
        ("rows = history.values", 4, ""),
        ("rows = pd.concat([history, pd.read_csv('b.csv').shift(1)], axis=1).values", 4, ""),
        ("rows = pd.concat([history, history.shift(1)]).values", 4, ""),
        ("rows = pd.concat([history.shift(1), history.shift(1)], axis=1).values", 4, ""),
        ("rows = pd.concat([history, history.groupby('user').shift(1)], axis=1).values", 4, ""),
        ("rows = history.sample(frac=1).values", 4, "203"),
        ("rows = pd.DataFrame(history.values).sample(frac=1).reset_index(drop=True).values", 4, "203"),
        ("rows = history.sample(10).values", 4, ""),
    ],
)
def test_rows_of_shifted_tables_are_windows(table: str, batch: int, codes: str) -> None:
    checked = check_source("program.py", PROGRAM.format(table=table, batch=batch).encode())
    assert not checked.failures
    assert [finding.code for finding in checked.findings] == [f"SRN{code}" for code in codes.split()]


def test_as_matrix_may_be_told_columns() -> None:
    """Of early pandas; without columns it is `to_numpy()`."""
    told = reveal(HEAD + "reveal(wide.as_matrix()); reveal(wide.as_matrix(columns=[0]))")
    assert told == ["array(20, 3)", "?LIBRARY_CALL"]


@pytest.mark.parametrize(
    "part",
    [
        "table.iloc[0:count]",
        "table.iloc[count:len(table)]",
        "table[:count]",
        "table.iloc[:count, 1:]",
        "table.iloc[:count][['load']]",
        "scaled(table.iloc[:count])[['load']]",
        "table.iloc[:count]['load'].to_frame()",
    ],
)
@pytest.mark.parametrize("cut", ["part.iloc[i:i + 12].values", "part.values[i:i + 12]", "part[i:(i + 12)]"])
def test_windows_of_a_part_of_a_table(part: str, cut: str) -> None:
    program = f"""
import numpy as np
import pandas as pd
from tensorflow import keras

def scaled(rows):
    rows["load"] = rows[["load"]] / 3
    return rows

def windows(part):
    found = []
    for i in range(len(part) - 12):
        found.append({cut})
    return np.array(found)

table = pd.read_csv("a.csv")
count = int(len(table) * 0.8)
x = windows({part})
model = keras.Sequential([keras.Input(batch_shape=(32, 12, 1)), keras.layers.LSTM(8, stateful=True)])
model.compile("sgd", "mse")
for epoch in range(9):
    model.fit(x, x, batch_size=32, epochs=1, shuffle=False)
    model.reset_states()
"""
    checked = check_source("program.py", program.encode())
    assert not checked.failures
    assert "SRN208" in [finding.code for finding in checked.findings]


@pytest.mark.parametrize("drops", ["axis=0", "axis='index', how='any'", ""])
@pytest.mark.parametrize("inplace", [True, False])
@pytest.mark.parametrize(("steps", "rows"), [(3, 497), (50, 450)])
def test_columns_that_a_loop_shifts_and_adds(drops: str, inplace: bool, steps: int, rows: int) -> None:
    ways = {True: f"made.dropna({', '.join(filter(None, (drops, 'inplace=True')))})"}
    ways[False] = f"made = made.dropna({drops})"
    told = reveal(
        f"""
made, source = DataFrame(np.zeros(500)), DataFrame(np.zeros(500)).copy()
source = made.copy()
for i in range({steps}):
    made = pd.concat([made, source.shift(-(i + 1))], axis=1)
{ways[inplace]}
reveal(made.values)
reveal(made.iloc[:round(0.8 * made.shape[0]), :-1].values)
""",
        head=HEAD,
    )
    assert told == [f"array({rows}, {steps + 1})", f"array({round(0.8 * rows)}, {steps})"]
