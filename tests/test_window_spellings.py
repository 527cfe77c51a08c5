"""Windows of a series, in the spellings in which programs cut them; and places drawn at random."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

SERIES = """
import random
import numpy as np
import pandas as pd
import keras
from numpy.lib.stride_tricks import sliding_window_view
series = np.loadtxt("series.csv")
table = pd.read_csv("table.csv")
"""
FITTED = """
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(BATCH, None, 1)), memory])
model.compile("sgd", "mse")
model.fit(x, y, batch_size=BATCH, shuffle=False)
"""
SPELLINGS = {
    "one step more, of which the last is the target": """
def windows(steps, length):
    rows = []
    for k in range(len(steps) - length + 1):
        rows.append(steps[k:k + length])
    return np.asarray(rows)
both = windows(series, 11)
x, y = both[:, :-1], both[:, -1]
x = x.reshape((x.shape[0], x.shape[1], 1))
""",
    "until the series ends": """
x, y = [], []
for k in range(len(series)):
    if k + 10 > len(series) - 1:
        break
    x.append(series[k:k + 10])
    y.append(series[k + 10])
x = np.array(x).reshape(-1, 10, 1)
""",
    "one more axis by the shape": """
x = np.array([series[k:k + 10] for k in range(len(series) - 10)])
x = x.reshape(x.shape + (1,))
""",
    "scaled by a number that isn't known": """
codes = {letter: k for k, letter in enumerate(sorted(set(open("text").read())))}
text = open("text").read()
rows = []
for k in range(0, len(text) - 10, 1):
    rows.append([codes[letter] for letter in text[k:k + 10]])
x = np.reshape(rows, (len(rows), 10, 1)) / float(len(codes))
""",
    "parts of windows in a list": """
both = [series[k:k + 11] for k in range(len(series) - 11)]
x = np.array([one[:-1] for one in both])[..., np.newaxis]
""",
    "row below row": """
rows = []
for k in range(len(series) - 10):
    rows.append(series[k:k + 10].reshape(1, 10, 1))
x = np.vstack(rows)
""",
    "row after row": """
rows = []
for k in range(len(series) - 10):
    rows.append(np.expand_dims(series[k:k + 10], 0))
x = np.concatenate(rows, axis=0)[..., None]
""",
    "shifted columns": """
x = np.stack([series[k:len(series) - 10 + k] for k in range(10)], axis=1)[..., None]
""",
    "a column of each part of a table": """
rows = []
for k in range(len(table) - 10):
    rows.append(table.iloc[k:k + 10]["value"].values)
x = np.array(rows)[..., None]
""",
    "copied step by step": """
rows = []
for k in range(10, len(series)):
    row = []
    for step in series[k - 10:k]:
        row.append(step)
    rows.append(row)
x = np.array(rows)[..., None]
""",
    "columns of a table": """
rows = []
for k in range(len(table) - 10):
    rows.append(table[["high", "low"]].iloc[k:k + 10].values.tolist())
x = np.array(rows)
""",
    "letter by letter, one place for each": """
text = open("text").read()
codes = {letter: k for k, letter in enumerate(sorted(set(text)))}
parts = []
for k in range(0, len(text) - 10, 1):
    parts.append(text[k:k + 10])
x = np.zeros((len(parts), 10, len(codes)))
for row, part in enumerate(parts):
    for step, letter in enumerate(part):
        x[row, step, codes[letter]] = 1
""",
    "NumPy's view": """
x = sliding_window_view(series, 10)[:-1, :, None]
""",
}
END_TO_END = {
    "pieces of a list": """
values = [float(line) for line in open("values")]
pieces = []
for k in range(0, len(values), 11):
    pieces.append(values[k:k + 11])
x = np.array([piece[:-1] for piece in pieces])[..., None]
""",
    "reshaped": """
count = len(series) // 10
x = series[:count * 10].reshape(count, 10, 1)
""",
    "every so-manieth item in each column": """
columns = [[series[k + n] for k in range(0, len(series) - 11, 10)] for n in range(10)]
x = np.stack([np.stack(column[:-2]) for column in columns], axis=1)[..., None]
""",
    "columns, squeezed": """
columns = [[series[k + n] for k in range(0, len(series) - 11, 10)] for n in range(10)]
x = np.stack(np.squeeze([np.stack(column[:-2]) for column in columns]), axis=1)[..., None]
""",
    "batches put together again": """
values = [float(line) for line in open("values")]
rows = []
for k in range(0, len(values), 10):
    rows.append(values[k:k + 10])
batches = []
for k in range(0, len(rows), 4):
    if len(rows[k:k + 4]) == 4:
        batches.append(np.asarray(rows[k:k + 4]))
x = np.concatenate(batches)
""",
}


def _codes(made: str, batch: int) -> set[str]:
    text = SERIES + made + "y = series[:len(x)]\n" + FITTED.replace("BATCH", str(batch))
    return {finding.code for finding in check_source("program.py", text.encode()).findings}


@pytest.mark.parametrize("made", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_windows_that_begin_a_step_apart(made: str) -> None:
    assert "SRN208" in _codes(made, 4)
    # Ten rows later the next window begins where this one ended.
    assert "SRN208" not in _codes(made, 10)


@pytest.mark.parametrize("made", END_TO_END.values(), ids=END_TO_END.keys())
def test_windows_that_stand_end_to_end(made: str) -> None:
    assert "SRN208" in _codes(made, 4)


@pytest.mark.parametrize("made", [END_TO_END["reshaped"], END_TO_END["every so-manieth item in each column"]])
def test_windows_end_to_end_one_by_one(made: str) -> None:
    assert "SRN208" not in _codes(made, 1)


@pytest.mark.parametrize(
    "made",
    [
        # Rows of a table may be samples of their own, of ten steps each.
        'x = np.loadtxt("samples.csv").reshape(-1, 10, 1)',
        'x = np.load("samples.npy").reshape(-1, 10, 1)',
        "x = np.random.rand(4000).reshape(400, 10, 1)",
        # Two columns that don't follow each other.
        "x = np.stack([series[0:-9], series[5:-4]], axis=1)[..., None]",
        # Some windows are left out.
        "x = np.array([series[k:k + 10] for k in [0, 7, 9]])[..., None]",
    ],
)
def test_rows_that_may_be_something_else(made: str) -> None:
    assert "SRN208" not in _codes(made, 4)


def test_a_blank_array_filled_from_two_texts_has_no_windows() -> None:
    made = """
one, other = open("one").read(), open("other").read()
x = np.zeros((200, 10, 30))
for row, part in enumerate([one[:10], other[4:14], one[5:15]] * 9):
    for step, letter in enumerate(part):
        x[row, step, ord(letter)] = 1
"""
    assert "SRN208" not in _codes(made, 4)


def test_a_list_filled_only_sometimes_has_no_windows() -> None:
    made = """
x = []
for k in range(len(series) - 10):
    if series[k] > 0:
        x.append(series[k:k + 10])
x = np.array(x)[..., None]
"""
    assert "SRN208" not in _codes(made, 4)


YIELDED = """
def batches():
    while True:
        for k in range(0, len(series) - 14, 4):
            rows = [series[k + row:k + row + 10] for row in range(4)]
            yield np.array(rows)[..., None], series[k + 10:k + 14]
"""
LANES = """
def batches():
    while True:
        for k in range(0, 1000, 10):
            rows = [series[1000 * row + k:1000 * row + k + 10] for row in range(4)]
            yield np.array(rows)[..., None], series[:4]
"""


@pytest.mark.parametrize(("made", "is_torn"), [(YIELDED, True), (LANES, False)])
def test_windows_that_a_generator_yields(made: str, *, is_torn: bool) -> None:
    model = FITTED.replace("BATCH", "4").partition("model.fit")[0]
    text = SERIES + made + model + "model.fit(batches(), steps_per_epoch=100)\n"
    codes = {finding.code for finding in check_source("program.py", text.encode()).findings}
    assert ("SRN208" in codes) is is_torn


TRAINED = """
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(BATCH, None, 1)), memory])
model.compile("sgd", "mse")
for step in range(1000):
{batch}
    model.train_on_batch(x, y)
"""
DRAWN = {
    "places": """
    places = np.random.choice(len(series) - 10, 4)
    x = np.reshape([series[k:k + 10] for k in places], [4, 10, 1])
""",
    "a place for each row": """
    x = []
    for row in range(4):
        k = random.randint(0, len(series) - 10)
        x.append(series[k:k + 10])
    x = np.array(x)[..., None]
""",
    "rows": """
    x = rows[np.random.randint(0, len(rows), size=4)]
""",
    "where the batch begins": """
    k = np.random.randint(len(rows) - 4)
    x = rows[k:k + 4]
""",
}


def _drawn(batch: str, after: str = "") -> set[str]:
    text = SERIES + 'rows = np.load("rows.npy")\ny = np.load("targets.npy")\n'
    text += TRAINED.replace("BATCH", "4").replace("{batch}", batch) + after
    return {finding.code for finding in check_source("program.py", text.encode()).findings}


@pytest.mark.parametrize("batch", DRAWN.values(), ids=DRAWN.keys())
def test_batches_that_are_drawn_at_random(batch: str) -> None:
    assert "SRN203" in _drawn(batch)


@pytest.mark.parametrize("batch", DRAWN.values(), ids=DRAWN.keys())
def test_a_reset_after_each_random_batch(batch: str) -> None:
    assert "SRN203" not in _drawn(batch, "    memory.reset_states()\n")


def test_a_random_series_of_symbols_has_the_order_in_which_it_was_drawn() -> None:
    made = "x = np.eye(9)[np.random.choice(9, 400)].reshape(400, 1, 9)\n"
    assert "SRN203" not in _codes(made, 4)


def test_random_numbers_as_data_are_in_no_order() -> None:
    assert "SRN203" not in _drawn("    x = np.random.randint(0, 9, size=(4, 10, 1))\n")


def test_a_slice_of_data_from_a_file_is_as_long_as_it_says() -> None:
    made = 'x = np.load("rows.npy")[:1002]\n'
    text = SERIES + made + 'y = np.load("targets.npy")[:1002]\n' + FITTED.replace("BATCH", "4")
    found = {finding.code: finding for finding in check_source("program.py", text.encode()).findings}
    assert "SRN204" in found
    assert found["SRN204"].assumptions == ("there are 1002 or more rows to slice",)


@pytest.mark.parametrize(
    ("made", "is_torn"),
    [
        ("x = data.reshape(-1, 20, data.shape[1])", True),
        ("n = len(data) // 20\nx = np.reshape(data[0:n * 20, :], [n, 20, np.shape(data)[1]])", True),
        (
            "data = scaler.fit_transform(data)\nx = data[:-(len(data) % 20)].reshape(-1, 20, data.shape[1])",
            True,
        ),
        # Pieces of lanes, and rows that may hold several steps.
        ("n = data.shape[1]\nx = data[:8000].reshape(4, -1, 20, n).swapaxes(0, 1).reshape(-1, 20, n)", False),
        ("x = data.reshape(-1, 20, data.shape[2])", False),
        ("x = data.reshape(-1, 20, data.shape[1] // 20)", False),
        ("x = data.reshape(-1, 20, 3)", False),
    ],
)
def test_steps_of_unknown_data_laid_end_to_end(made: str, *, is_torn: bool) -> None:
    code = f"""
import keras
import numpy as np
from sklearn.preprocessing import MinMaxScaler
scaler = MinMaxScaler()
data = np.load("data.npy")
{made}
model = keras.Sequential([keras.Input(batch_shape=(4, 20, x.shape[2])), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")
model.fit(x, x[:, -1], batch_size=4, shuffle=False)
"""
    checked = check_source("a.py", code.encode())
    assert not checked.failures
    assert [finding.code for finding in checked.findings] == (["SRN208"] if is_torn else [])


OF_ROWS = """
import numpy as np
import keras
many = DATA
x = []
for i in range(len(many)):
    for t in range(0, many.shape[1] - 8, STRIDE):
        x.append(PART)
x = np.array(x).reshape(-1, 8, 1)
model = keras.Sequential([keras.Input(batch_shape=(1, 8, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")
model.predict(x, batch_size=1)
"""


@pytest.mark.parametrize("data", ['np.load("many.npy")', "np.random.rand(20, 100)"])
@pytest.mark.parametrize(
    ("part", "stride", "is_told"),
    [
        ("many[i, t:t + 8]", "2", True),
        ("many[i, t:t + 8][:, None]", "2", True),
        ("many[-1, t:t + 8]", "2", True),
        ("many[i][t:t + 8]", "2", True),
        ("many[i, t:t + 8]", "8", False),
        # The same columns of each row, a single column, other rows.
        ("many[i, 2:10]", "2", False),
        ("many[i, :8]", "2", False),
        ("many[t:t + 8, i]", "8", False),
        ("many[order[i], t:t + 8]", "2", False),
    ],
)
def test_windows_of_one_row_of_many(part: str, stride: str, is_told: bool, data: str) -> None:
    code = OF_ROWS.replace("DATA", data).replace("PART", part).replace("STRIDE", stride)
    assert ("SRN208" in {one.code for one in check_source("snippet.py", code.encode()).findings}) == is_told
