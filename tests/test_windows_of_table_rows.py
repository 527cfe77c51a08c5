"""Windows cut out of a table row by row, of which a program takes some columns afterwards."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

PROGRAM = """
import numpy as np, pandas as pd
from tensorflow import keras
df = pd.read_csv("d.csv")
cols = ["a", "b"]
others = [c for c in df.columns if c != "RC"]
def windows(df, n, stride):
    {begin}
        for i in range(0, len(u) - n + 1, stride):
            {cut}
            yield {taken}
x = np.stack(list(windows(df, 15, {stride})))
model = keras.Sequential([
    keras.Input(batch_shape=({batch}, 15, 2)), keras.layers.LSTM(8, stateful=True), keras.layers.Dense(1)
])
model.compile("adam", "mse")
model.fit(x, np.zeros((len(x), 1)), batch_size={batch}, shuffle=False)
"""
UNITS = "for unit in df.unit.unique():\n        u = df[df.unit == unit].reset_index(drop=True)"
TAKEN = {
    "named columns": "f[cols].values",
    "columns that aren't known by name": "np.array(f[others].values)",
    "spelled columns": "f[['a', 'b']].to_numpy()",
    "columns by label": "f.loc[:, cols].values",
    "columns by place": "f.iloc[:, :2].values",
    "without a column": "f.drop(columns=['RC']).values",
    "without a column, by axis": "f.drop('RC', axis=1).values",
    "rows numbered anew": "f.reset_index(drop=True)[cols].values",
    "gaps filled": "f.fillna(0)[cols].values",
}
CUTS = {"iloc": "f = u.iloc[i:i + n]", "brackets": "f = u[i:i + n]", "loc": "f = u.loc[i:i + n - 1]"}


def told(taken: str, cut: str, begin: str, *, stride: int, batch: int) -> list[str]:
    program = PROGRAM.format(taken=taken, cut=cut, begin=begin, stride=stride, batch=batch)
    checked = check_source("snippet.py", program.encode(), Settings(keras=(2,)))
    assert not checked.failures
    return [finding.message for finding in checked.findings if finding.code == "SRN208"]


# Of a part of data that may be no table a list that isn't known may name rows.
UNCLEAR = ("columns that aren't known by name", "brackets")


@pytest.mark.parametrize(("taken", "cut"), [(t, c) for t in TAKEN for c in CUTS if (t, c) != UNCLEAR])
def test_the_columns_of_a_window_are_a_window(taken: str, cut: str) -> None:
    code, rows = TAKEN[taken], CUTS[cut]
    (message,) = told(code, rows, "for u in [df]:", stride=1, batch=64)
    assert message.startswith("batches of 64 with windows of 15 steps that begin 1 apart don't continue")
    assert told(code, rows, "for u in [df]:", stride=15, batch=1) == []


def test_windows_of_each_unit() -> None:
    assert len(told(TAKEN["named columns"], CUTS["iloc"], UNITS, stride=1, batch=64)) == 1


WHOLE = """
import numpy as np, pandas as pd
from tensorflow import keras
df = pd.read_csv("d.csv")
{series}
x = {rows}
model = keras.Sequential([
    keras.Input(batch_shape=(64, 15, 2)), keras.layers.LSTM(8, stateful=True), keras.layers.Dense(1)
])
model.compile("adam", "mse")
model.fit(x, np.zeros((len(x), 1)), batch_size=64, shuffle=False)
"""
TABLE = "s = pd.DataFrame(np.log(df.values), columns=df.columns)"


def is_torn(series: str, rows: str) -> bool:
    program = WHOLE.format(series=series, rows=rows)
    checked = check_source("snippet.py", program.encode(), Settings(keras=(2,)))
    assert not checked.failures
    return "SRN208" in {finding.code for finding in checked.findings}


@pytest.mark.parametrize("part", ["s[i:i + 15]", "s.iloc[i:i + 15].copy()", "s[i:(i + 15)].values"])
@pytest.mark.parametrize("put", ["np.array({})", "np.stack({})", "np.array([np.array(w) for w in {}])"])
def test_parts_of_a_table_that_the_program_makes(part: str, put: str) -> None:
    assert is_torn(TABLE, put.format(f"[{part} for i in range(len(s) - 15)]"))
    assert not is_torn(TABLE, put.format("[s[:15] for i in range(len(s) - 15)]"))


@pytest.mark.parametrize(
    ("by", "expected"), [("s[i]", True), ("s[i + 14]", True), ("s.mean()", True), ("other(i)", False)]
)
def test_windows_by_one_of_their_rows(by: str, expected: bool) -> None:
    rows = f"np.array([s[i:i + 15] / {by} - 1 for i in range(len(s) - 15)])"
    assert is_torn("from elsewhere import other\ns = df.values", rows) is expected


@pytest.mark.parametrize("body", ["s[i:i + 15]", "s[i:i + 15].astype('float32')", "np.array(s[i:i + 15])"])
def test_windows_that_a_lambda_makes(body: str) -> None:
    assert is_torn("s = df.values", f"np.array(list(map(lambda i: {body}, range(len(s) - 15))))")
    assert not is_torn("s = df.values", f"np.array(list(map(lambda k: {body}, range(len(s) - 15))))")
