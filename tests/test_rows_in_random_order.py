"""Rows that were put into random order on the way: pairs in a list, the items of a Sequence."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

HEAD = """
import random
import numpy as np
import pandas as pd
import keras
from collections import deque
from sklearn.model_selection import train_test_split
table = pd.read_csv("series.csv")
rows, goals = np.load("rows.npy"), np.load("goals.npy")
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(8, 10, 3)), memory])
model.compile("sgd", "mse")
"""
FIT = "model.fit(x, y, batch_size=8, shuffle=False)\n"
APART = """
x, y = [], []
for row, goal in pairs:
    x.append(row)
    y.append(goal)
x, y = np.array(x), np.array(y)
"""
PAIRS = """
pairs = []
for i in range(len(table) - 10):
    pairs.append([table.values[i:i + 10], table["goal"][i + 10]])
"""
BALANCED = """
pairs, days = [], deque(maxlen=10)
for row in table.values:
    days.append([value for value in row[:-1]])
    if len(days) == 10:
        pairs.append([np.array(days), row[-1]])
some, others = [], []
for row, goal in pairs:
    if goal == 0:
        some.append([row, goal])
    else:
        others.append([row, goal])
few = min(len(some), len(others))
pairs = some[:few] + others[:few]
random.shuffle(pairs)
"""
SEQUENCE = """
class Batches(keras.utils.Sequence):
    def __init__(self, x, y, shuffle=True):
        self.x, self.y, self.shuffle = x, y, shuffle
        self.on_epoch_end()
    def __len__(self):
        return len(self.x) // 8
    def __getitem__(self, k):
        order = self.order[k * 8:(k + 1) * 8]
        return self.x[order], self.y[order]
    def on_epoch_end(self):
        self.order = np.arange(len(self.x))
        if self.shuffle:
            np.random.shuffle(self.order)
"""

SINGLE = """
class Rows(keras.utils.Sequence):
    def __init__(self, x, y):
        self.x, self.y = x, y
    def __len__(self):
        return len(self.x)
    def __getitem__(self, k):
        row = self.x[k]
        return np.reshape(row, (1, row.shape[0], row.shape[1])), self.y[k][None]
model = keras.Sequential([keras.Input(batch_shape=(1, None, 3)), memory])
model.compile("sgd", "mse")
"""


def found(code: str, *rules: str) -> list[str]:
    """Which of these rules report something."""
    checked = check_source("snippet.py", (HEAD + code).encode())
    assert not checked.failures
    return [one.code for one in checked.findings if one.code in rules]


@pytest.mark.parametrize(
    "code",
    [
        f"{PAIRS}random.shuffle(pairs){APART}{FIT}",
        f"{PAIRS}np.random.shuffle(pairs){APART}{FIT}",
        f"{PAIRS}random.shuffle(pairs)\nx = np.array([row for row, _ in pairs])\n"
        f"y = np.array([goal for _, goal in pairs])\n{FIT}",
        f"pairs = list(zip(rows, goals))\nrandom.shuffle(pairs){APART}{FIT}",
        BALANCED + APART + FIT,
        "some, rest = train_test_split(table)\nx = some.values[:, :-1].reshape(-1, 10, 3)\n"
        f"y = some.values[:, -1]\n{FIT}",
        f'table = table.sample(frac=1)\nx = table.values.reshape(-1, 10, 3)\ny = table["goal"]\n{FIT}',
    ],
)
def test_the_order_is_lost(code: str) -> None:
    assert found(code, "SRN203") == ["SRN203"]


@pytest.mark.parametrize(
    "code",
    [
        PAIRS + APART + FIT,
        # Each file is a sequence of its own.
        'files = ["a", "b", "c"]\nrandom.shuffle(files)\nfor file in files:\n'
        "    model.fit(np.load(file), goals, batch_size=8, shuffle=False)\n    memory.reset_states()\n",
        "rates = [0.1, 0.01, 0.001]\nrandom.shuffle(rates)\nfor rate in rates:\n"
        "    model.fit(rows, goals, batch_size=8, shuffle=False)\n    memory.reset_states()\n",
    ],
)
def test_the_order_is_kept(code: str) -> None:
    assert not found(code, "SRN203")


@pytest.mark.parametrize(("shuffle", "codes"), [("", ["SRN202"]), (", shuffle=False", [])])
def test_a_sequence_that_shuffles_what_it_draws_from(shuffle: str, codes: list[str]) -> None:
    code = f"{SEQUENCE}model.fit(Batches(rows, goals{shuffle}), shuffle=False)\n"
    assert found(code, "SRN202") == codes


@pytest.mark.parametrize(
    ("made", "codes"),
    [
        ("x, _, y, _ = train_test_split(rows, goals)", ["SRN203"]),
        ("x, _, y, _ = train_test_split(rows, goals, shuffle=False)", []),
        ("x, y = rows, goals", []),
    ],
)
def test_a_sequence_that_draws_single_rows(made: str, codes: list[str]) -> None:
    assert found(f"{SINGLE}{made}\nmodel.fit(Rows(x, y), shuffle=False)\n", "SRN202", "SRN203") == codes


def test_validation_behind_single_rows_in_random_order() -> None:
    code = f"{SINGLE}x, v, y, w = train_test_split(rows, goals)\n"
    code += "model.fit(Rows(x, y), validation_data=Rows(v, w), shuffle=False)\n"
    assert found(code, "SRN306") == ["SRN306"]


def test_one_row_again_and_again_has_no_order() -> None:
    code = SINGLE.replace("self.x[k]", "self.x[0]") + "x, _, y, _ = train_test_split(rows, goals)\n"
    assert not found(f"{code}model.fit(Rows(x, y), shuffle=False)\n", "SRN202", "SRN203")


def test_what_was_fitted_is_an_array_for_predict() -> None:
    code = "model.fit(rows, goals, batch_size=8, shuffle=False)\nmodel.predict(rows)\n"
    assert found(code, "SRN206") == ["SRN206"]
    assert not found(code.replace("predict(rows)", "predict(others)"), "SRN206")


SPLIT = "x, v, y, w = train_test_split(rows, goals)\n"
BATCHES = """
def batches(x, y):
    while True:
        for i in range(len(x) // 8):
            yield x[8 * i:8 * (i + 1)], y[8 * i:8 * (i + 1)]
"""


@pytest.mark.parametrize(
    ("code", "codes"),
    [
        (f"from preparing import scaled\n{SPLIT}x = scaled(x)\n{FIT}", ["SRN203"]),
        (f"import joblib\n{SPLIT}x = joblib.load('scaler').transform(x)\n{FIT}", ["SRN203"]),
        (f"{SPLIT}x = keras.utils.pad_sequences(x, maxlen=10)\ny = y.reshape(-1, 1)\n{FIT}", ["SRN203"]),
        (f"{SPLIT}x = np.array([abs(row) for row in x])\n{FIT}", ["SRN203"]),
        (
            f"{SPLIT}z = np.zeros((len(x), 10, 3))\nfor i, row in enumerate(x):\n"
            f"    z[i, :len(row)] = row\nx = z\n{FIT}",
            ["SRN203"],
        ),
        (
            "from sklearn.utils import shuffle\nfrom preparing import scaled\nx, y = shuffle(rows, goals)\n"
            f"x = scaled(x)\n{FIT}",
            ["SRN203"],
        ),
        (
            f"from preparing import scaled\n{BATCHES}{SPLIT}x = scaled(x)\n"
            "model.fit(batches(x, y), steps_per_epoch=9)\n",
            ["SRN203"],
        ),
    ],
)
def test_the_targets_still_show_the_order(code: str, codes: list[str]) -> None:
    assert found(code, "SRN202", "SRN203") == codes


@pytest.mark.parametrize(
    "code",
    [
        "from preparing import scaled\nx, v, y, w = train_test_split(rows, goals, shuffle=False)\n"
        f"x = scaled(x)\n{FIT}",
        # The targets alone: a network that mustn't learn anything.
        f"from preparing import scaled\nx, y = scaled(rows), goals\nnp.random.shuffle(y)\n{FIT}",
        f"from preparing import scaled\nx, y = scaled(rows), np.random.permutation(goals)\n{FIT}",
        f"from preparing import scaled\n{BATCHES}x, y = scaled(rows), np.random.permutation(goals)\n"
        "model.fit(batches(x, y), steps_per_epoch=9)\n",
        # All rows at once, and each as a sequence of its own.
        f"from preparing import scaled\n{SPLIT}x = scaled(x)\n{FIT.replace('size=8', 'size=len(y)')}",
        f"from preparing import scaled\n{SPLIT}for i in range(len(x)):\n"
        "    model.fit(scaled(x[i]), y[i], batch_size=8, shuffle=False)\n    memory.reset_states()\n",
    ],
)
def test_targets_that_do_not_show_the_order(code: str) -> None:
    assert not found(code, "SRN202", "SRN203")


@pytest.mark.parametrize("size", ["8", "size_of(rows)", "best['size'] if best else 8"])
def test_batches_of_unknown_size(size: str) -> None:
    made = "from elsewhere import best, size_of\nx, later, y, answers = train_test_split(rows, goals)\n"
    made += f"size = {size}\n"
    checked = check_source("snippet.py", (HEAD + made + FIT.replace("=8", "=size")).encode())
    assert "SRN203" in [finding.code for finding in checked.findings]
    one = FIT.replace("=8", "=len(x)")
    checked = check_source("snippet.py", (HEAD + made + one).encode())
    assert "SRN203" not in [finding.code for finding in checked.findings]
