"""Windows of series of which not even the axes are known: they are windows all the same, in Datasets, behind
arithmetic and in batches that a loop of the program's own feeds.
"""

from __future__ import annotations

import pytest

from tests.programs import reported_below

HEAD = """
import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from elsewhere import load
from sklearn.model_selection import train_test_split
memory = keras.layers.GRU(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(16, SIZE)), memory, keras.layers.Dense(1)])
model.compile("adam", "mse")
def windows(series, steps=24):
    cut = [(series[k:k + steps], series[k + steps]) for k in range(len(series) - steps)]
    return np.array([x for x, _ in cut]), np.array([y for _, y in cut])
x, y = windows(load("series"))
"""
DATASET = "data = tf.data.Dataset.from_tensor_slices((x, y)).batch(16, drop_remainder=True)\n"
BY_HAND = "for k in range(0, len(x) - 15, 16):\n    model.train_on_batch(x[k:k + 16], y[k:k + 16])\n"


def told(code: str, rules: set[str], size: str = "24, 1") -> list[str]:
    return [rule for _, rule in reported_below(HEAD.replace("SIZE", size), code, rules)]


@pytest.mark.parametrize(
    ("code", "size", "is_torn"),
    [
        ("model.fit(data)\n", "24, 1", True),
        ("for inputs, targets in data:\n    model.train_on_batch(inputs, targets)\n", "24, 1", True),
        # The window after the next sixteen begins where the first one ends.
        ("model.fit(data)\n", "16, 1", False),
        ("for inputs, targets in data:\n    model.train_on_batch(inputs, targets)\n", "16, 1", False),
        # The steps of a window side by side, as one step.
        ("model.fit(data)\n", "1, 24", True),
    ],
)
def test_in_a_dataset(code: str, size: str, is_torn: bool) -> None:
    steps = "x, y = windows(load('series'), 16)\n" if size.startswith("16") else ""
    assert told(steps + DATASET + code, {"SRN208"}, size) == ["SRN208"] * is_torn


@pytest.mark.parametrize(
    ("arithmetic", "is_torn"),
    [
        ("x - x.mean()", True),
        ("(x - np.min(x)) / (x.max() - x.min())", True),
        ("x / load('series').max()", True),
        ("x - x.mean(axis=0)", True),
        # That may have any shape.
        ("x * load('weights')", False),
        ("x - load('weights').cumsum()", False),
    ],
)
def test_scaled(arithmetic: str, is_torn: bool) -> None:
    code = f"x = {arithmetic}\nmodel.fit(x, y, batch_size=16, shuffle=False)\n"
    assert told(code, {"SRN208"}) == ["SRN208"] * is_torn


def test_a_raveled_series_has_one_column() -> None:
    code = (
        "column = pd.DataFrame(np.ravel(load('series')))\n"
        "lags = pd.concat([column.shift(k) for k in range(24, -1, -1)], axis=1).dropna().values\n"
        "x, y = lags[:, :-1].reshape(-1, 24, 1), lags[:, -1]\n"
        "model.fit(x, y, batch_size=16, shuffle=False)\n"
    )
    assert told(code, {"SRN208"}) == ["SRN208"]
    assert told(code.replace("np.ravel(load('series'))", "load('series')"), {"SRN208"}) == []


@pytest.mark.parametrize(
    ("rest", "rules"),
    [
        ("len(x) // 16 * 16", ["SRN208"]),
        ("(len(x) - len(x) % 16)", ["SRN208"]),
        # The last rows may be one batch.
        ("load('count')", []),
    ],
)
def test_what_is_left_over_at_the_beginning(rest: str, rules: list[str]) -> None:
    code = f"n = {rest}\nx, y = x[-n:], y[-n:]\nmodel.fit(x, y, batch_size=16, shuffle=False)\n"
    assert told(code, {"SRN208"}) == rules


@pytest.mark.parametrize(
    ("steps", "rules"),
    [
        (24, ["SRN304"]),
        # The batches continue each other, and maybe the test data them.
        (16, []),
    ],
)
@pytest.mark.parametrize(
    "training",
    [BY_HAND, f"{DATASET}for a, b in data:\n    model.train_on_batch(a, b)\n"],
    ids=["slices", "dataset"],
)
def test_nothing_goes_on_behind_torn_batches_fed_by_hand(steps: int, training: str, rules: list[str]) -> None:
    split = (
        f"x, y = windows(load('series'), {steps})\nn = int(0.8 * len(x)) // 16 * 16\n"
        "x, after, y, _ = x[:n], x[n:], y[:n], y[n:]\n"
    )
    ending = "model.predict(after, batch_size=16)\n"
    assert told(split + training + ending, {"SRN304"}, f"{steps}, 1") == rules
    assert told(split + training + "memory.reset_states()\n" + ending, {"SRN304"}, f"{steps}, 1") == []


def test_a_validation_in_order_doesnt_hide_a_window_that_moves_on() -> None:
    code = (
        "data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(99).batch(16, drop_remainder=True)\n"
        "later = tf.data.Dataset.from_tensor_slices((x, y)).batch(16, drop_remainder=True)\n"
        "model.fit(data, validation_data=later)\n"
        "for k in range(9):\n    model.predict(x[k:k + 16], batch_size=16)\n"
    )
    assert told(code, {"SRN208"}) == ["SRN208"]


@pytest.mark.parametrize(
    ("row", "is_torn"),
    [
        ("[float(part) for part in line.split(',')]", True),
        ("[float(line)]", True),
        ("[0.0] * 8 + [float(line)]", True),
        ("float(line)", True),
    ],
)
def test_of_a_list_of_rows(row: str, is_torn: bool) -> None:
    code = f"rows = []\nfor line in open('rows'):\n    rows.append({row})\n"
    code += "x, y = windows(rows)\nmodel.fit(x, y, batch_size=16, shuffle=False)\n"
    assert told(code, {"SRN208"}) == ["SRN208"] * is_torn
    assert told(code.replace("(rows)\n", "(rows, 16)\n"), {"SRN208"}, "16, 1") == []


def test_normalized_by_keras() -> None:
    code = "x = keras.utils.normalize(x, axis=1)\nmodel.fit(x, y, batch_size=16, shuffle=False)\n"
    assert told(code, {"SRN208"}) == ["SRN208"]


@pytest.mark.parametrize(
    ("series", "rules"),
    [
        ("train_test_split(load('series'))[0]", ["SRN203", "SRN208"]),
        ("np.random.permutation(load('series'))", ["SRN203", "SRN208"]),
        ("train_test_split(load('series'), shuffle=False)[0]", ["SRN208"]),
    ],
)
def test_of_steps_in_random_order(series: str, rules: list[str]) -> None:
    code = (
        f"x, y = windows({series})\n"
        "n = len(x) - len(x) % 16\n"
        "model.fit(x[:n], y[:n], batch_size=16, shuffle=False)\n"
    )
    assert sorted(told(code, {"SRN203", "SRN208"})) == rules


@pytest.mark.parametrize("number", ["load('x').mean().reshape(())", "np.ravel(load('x')).reshape([])"])
def test_a_number_has_no_axes(number: str) -> None:
    code = f"factor = {number}\nmodel.fit(x * factor, y, batch_size=16, shuffle=False)\n"
    assert told(code, {"SRN201"}) == []
