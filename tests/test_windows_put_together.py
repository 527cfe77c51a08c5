"""Windows that programs index by ranges, hold in pairs, put together from several series, or fold again."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

SERIES = """
import numpy as np
import pandas as pd
import keras
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler
table = pd.read_csv("table.csv")
series = table[["value"]].values
def cut(steps, length):
    return [steps[k:k + length] for k in range(len(steps) - length)]
"""
FITTED = """
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(BATCH, None, 1)), memory])
model.compile("sgd", "mse")
model.fit(x, y, batch_size=BATCH, shuffle=False)
"""
SPELLINGS = {
    "rows of a range": """
rows = []
for k in range(10, len(series)):
    places = range(k - 10, k, 1)
    rows.append(series[places])
x = np.array(rows)
""",
    "rows of a range, each reshaped": """
rows = []
for k in range(10, len(series)):
    rows.append(np.reshape(series[range(k - 10, k)], (10, 1)))
x = np.array(rows)
""",
    "rows that arange counts": """
x = np.array([series[np.arange(k, k + 10)] for k in range(len(series) - 10)])
""",
    "pairs in a list": """
pairs = []
for k in range(len(series) - 10):
    pairs.append((series[k:k + 10], series[k + 10]))
x = np.array([one for one, other in pairs])
""",
    "what a generator yields, in a list": """
def windows(steps, length):
    for begin, end in zip(range(0, len(steps) - length), range(length, len(steps))):
        yield steps[begin:end, :]
x = np.array(list(windows(series, 10)))
""",
    "begun at the numbers in a list": """
places = list(range(0, len(series) - 10, 2))
x = np.array([series[k:k + 10] for k in places])
""",
    "of two files, one after the other": """
parts = []
for name in ["a.csv", "b.csv"]:
    parts.append(np.array(cut(pd.read_csv(name)[["value"]].values, 10)))
x = np.concatenate(parts)
""",
    "of two series, one below the other": """
x = np.vstack([np.array(cut(series, 10)), np.array(cut(table[["other"]].values, 10))])
""",
    "of as many series as there are": """
each = (list(cut(table[table["unit"] == unit][["value"]].values, 10)) for unit in table["unit"].unique())
x = np.concatenate(list(each)).astype(np.float32)
""",
    "grown from nothing": """
x = np.empty((0, 10, 1))
for name in ["a.csv", "b.csv"]:
    x = np.concatenate([x, np.array(cut(pd.read_csv(name)[["value"]].values, 10))])
""",
    "of two columns, side by side": """
one, other = table["value"].values, table["other"].values
x = np.dstack((np.array(cut(one, 10)), np.array(cut(other, 10))))
""",
    "of two columns, each of a known width": """
x = np.concatenate([np.array(cut(table[[name]].values.reshape(-1, 1), 10)) for name in ("a", "b")], axis=2)
""",
    "of two columns, stacked": """
one, other = table["value"].values, table["other"].values
x = np.stack([np.array(cut(one, 10)), np.array(cut(other, 10))], axis=-1)
""",
    "of flat steps, one below the other": """
x = np.vstack(cut(table["value"].values, 10))[:, :, None]
""",
    "with more columns": """
x = np.array(cut(series, 10))
x = np.concatenate([x, np.zeros((len(x), 10, 1))], axis=2)
""",
    "split at a row": """
x, rest = np.split(np.array(cut(series, 10)), [int(len(series) * 0.8)])
""",
    "columns of steps": """
steps = table["value"].values
rows = len(steps) - 10
x = np.column_stack([steps[k:k + rows] for k in range(10)]).reshape(rows, 10, 1)
""",
    "those of a fold": """
rows = np.array(cut(series, 10))
for train, test in KFold(n_splits=5).split(rows):
    x = rows[train]
""",
    "those at some numbers": """
x = np.array(cut(series, 10)).take(range(0, 200), axis=0)
""",
    "codes of text": """
letters = open("letters.csv").read()
codes_of = {letter: k for k, letter in enumerate(sorted(set(letters)))}
steps = [codes_of[letter] for letter in letters]
x = keras.utils.to_categorical([steps[k:k + 10] for k in range(len(steps) - 10)], len(codes_of))
""",
    "codes looked up": """
steps = np.array(table["value"])
x = np.array([np.eye(12)[steps[k:k + 10]] for k in range(len(steps) - 10)])
""",
    "grown one by one": """
x = np.empty((0, 10, 1))
for k in range(len(series) - 10):
    x = np.append(x, [series[k:k + 10]], axis=0)
""",
    "of a lambda": """
x = np.array(list(map(lambda k: series[k:k + 10], range(len(series) - 10))))
""",
    "at the places of their steps": """
places = np.arange(10)[None, :] + np.arange(len(series) - 10)[:, None]
x = series[places]
""",
    "at places in a row and a column": """
x = series[np.arange(len(series) - 10)[:, None] + np.arange(10)]
""",
    "at the indices of a table": """
begins, steps = np.indices((len(series) - 10, 10))
x = series[begins + steps]
""",
    "at places turned round": """
places = np.expand_dims(np.arange(10), 0) + np.expand_dims(np.arange(len(series) - 10), 0).T
x = series[places]
""",
    "by strides": """
steps = table["value"].values
by = steps.strides[0]
x = np.lib.stride_tricks.as_strided(steps, shape=(len(steps) - 10, 10), strides=(by, by))[..., None]
""",
    "by strides of a shape": """
def windows(steps, length):
    shape = (steps.shape[0] - length + 1, length)
    return np.lib.stride_tricks.as_strided(steps, shape=shape, strides=steps.strides + (steps.strides[-1],))
x = windows(table["value"].values, 10).reshape(-1, 10, 1)
""",
    "counted over several series": """
both = [np.loadtxt(name) for name in ("a.txt", "b.txt")]
x = np.zeros((np.sum([len(one) - 10 for one in both]), 10, 1))
count = 0
for one in both:
    for k in range(one.shape[0] - 10):
        x[count] = one[k:k + 10]
        count += 1
""",
    "parts of a table, each changed": """
rows = []
for k in range(len(table) - 10):
    part = table[k:k + 10].copy()
    rows.append(part)
    for column in ["value", "other"]:
        rows[k].loc[:, column] = rows[k].loc[:, column] / rows[k].loc[:, column].iloc[0] - 1
x = np.array([np.array(rows[k]) for k in range(len(rows))])
""",
    "with a word now and then": """
rows = []
for k in range(len(series) - 10):
    if k % 500 == 0:
        print(k, "of", len(series))
    rows.append(series[k:k + 10])
x = np.array(rows)
""",
    "spelled out in another array": """
text = open("text").read()
codes = {letter: k for k, letter in enumerate(sorted(set(text)))}
count = len(text) // 10
x = np.zeros((count, 10, len(codes)))
for k in range(count):
    part = [codes[letter] for letter in text[k * 10:(k + 1) * 10]]
    one = np.zeros((10, len(codes)))
    for j in range(10):
        one[j][part[j]] = 1.0
    x[k] = one
""",
    "spelled out in many passes": """
text = open("text").read()
codes = {letter: k for k, letter in enumerate(sorted(set(text)))}
steps = [codes[letter] for letter in text]
x = np.zeros((len(steps) // 50, 50, len(codes)))
for k in range(len(steps) // 50):
    if k % 100 == 0:
        print(k)
    part = steps[k * 50:(k + 1) * 50]
    one = np.zeros((50, len(codes)))
    for j in range(50):
        one[j, part[j]] = 1.0
        x[k] = one
""",
    "scaled column by column": """
x = np.array(cut(series, 10))
x = StandardScaler().fit_transform(x.reshape(-1, x.shape[-1])).reshape(x.shape)
""",
    "scaled column by column, in steps": """
x = np.array(cut(series, 10))
rows, steps, columns = x.shape
flat = x.reshape((rows * steps, columns))
scaler = StandardScaler().fit(flat)
x = scaler.transform(flat).reshape(rows, steps, columns)
""",
    "scaled column by column, in numbers": """
x = np.array(cut(series, 10)).reshape(200 * 10, 1)
x = StandardScaler().fit_transform(x)
x = x.reshape(200, 10, 1)
""",
}


@pytest.mark.parametrize("cut", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_windows_that_do_not_continue_each_other(cut: str) -> None:
    assert "SRN208" in codes(cut, batch=4)


# Windows that begin one step apart.
DENSE = {
    name: text for name, text in SPELLINGS.items() if "series) - 10, 2" not in text and "text" not in text
}


@pytest.mark.parametrize("cut", DENSE.values(), ids=DENSE.keys())
def test_windows_that_do(cut: str) -> None:
    assert "SRN208" not in codes(cut, batch=10)


@pytest.mark.parametrize(
    "cut",
    [
        "x = np.concatenate([series[None, :10], table[['other']].values[None, :10]])",
        # Below one another stand single steps.
        "x = np.vstack(cut(series, 10))[:, :, None]",
        "x = np.array([pair[1] for pair in [(series, series[:10]), (series, series[20:30])]])",
        "x = np.array(cut(series, 10)).reshape(-1, 5).reshape(-1, 7, 5)",
        "x = np.array(cut(series, 10)).reshape(-1, 1)[3:].reshape(-1, 10, 1)",
        "x = np.array([series[np.random.permutation(10) + k] for k in range(len(series) - 10)])",
        "x = np.concatenate([np.array(cut(series, 10)), np.array(cut(series, 12))], axis=1)",
        """
x = np.zeros((90, 10, 1))
for k in range(90):
    part = series[k:k + 10]
    one = np.zeros((10, 1))
    for j in range(10):
        one[j] = part[9 - j]
    x[k] = one
""",
        "x = series[np.arange(10)[None, :] + np.random.randint(0, 90, 40)[:, None]]",
        "x = series[np.arange(0, 20, 2)[None, :] + np.arange(40)[:, None]]",
        "begins, steps = np.indices((40, 10))\nx = series[begins + begins]",
        "begins, steps = np.indices((40, 10))\nx = series[steps]",
        "x = np.array(list(map(lambda k: series[:10], range(len(series) - 10))))",
        """
x = np.empty((0, 10, 1))
for k in range(len(series) - 10):
    x = np.append(x, [series[:10]], axis=0)
""",
        """
def windows(steps):
    rows = []
    for k in range(len(steps) - 10):
        rows.append(steps[k:k + 10])
        return np.array(rows)
x = windows(series)
x = np.reshape(x, (x.shape[0], 1, 10))
""",
        """
rows = []
for k in range(len(series) - 10):
    if k % 500 == 0:
        rows = []
    rows.append(series[k:k + 10])
x = np.array(rows)
""",
    ],
    ids=[
        "single rows",
        "single steps below one another",
        "two windows",
        "other steps",
        "from the middle",
        "any rows",
        "longer ones",
        "backwards",
        "places drawn",
        "every other step",
        "places of begins alone",
        "places of steps alone",
        "always the same",
        "grown of the same",
        "only the first",
        "begun anew",
    ],
)
def test_what_is_not_known_to_be_windows(cut: str) -> None:
    assert "SRN208" not in codes(cut, batch=4)


def test_a_sum_of_what_is_not_known() -> None:
    cut = "x, total = np.array(cut(series, 10)), sum([len(series), table['value'].mean()])"
    assert "SRN208" in codes(cut, batch=4)


def codes(cut: str, batch: int) -> set[str]:
    program = SERIES + cut + FITTED.replace("BATCH", str(batch))
    return {finding.code for finding in check_source("windows.py", program.encode()).findings}
