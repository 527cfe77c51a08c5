"""Windows that overlap: reported beside the shuffling too, and once for a model."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings
from tests.programs import Expected

PROGRAM = """
import numpy as np
import tensorflow as tf
from tensorflow import keras
series, later = np.load("series.npy"), np.load("later.npy")
memory = keras.layers.LSTM(8, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(32, 20, 3)), memory, keras.layers.Dense(1)])
model.compile("adam", "mse")

def windows(rows, **options):
    return keras.utils.timeseries_dataset_from_array(rows, rows[20:], 20, batch_size=32, **options)

def pairs(rows, shift):
    cut = tf.data.Dataset.from_tensor_slices(rows).window(21, shift=shift, drop_remainder=True)
    return cut.flat_map(lambda w: w.batch(21)).map(lambda w: (w[:-1], w[-1]))

for epoch in range(9):
    model.fit({data}, epochs=1)
    memory.reset_states()
{behind}
"""


def found(data: str, behind: str = "") -> list[str]:
    checked = check_source(
        "snippet.py", PROGRAM.format(data=data, behind=behind).encode(), Settings(keras=(2,))
    )
    assert not checked.failures
    codes = (Expected.of(finding).code for finding in checked.findings)
    return sorted(code for code in codes if code in ("SRN202", "SRN208"))


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        ("windows(series, shuffle=True)", ["SRN202", "SRN208"]),
        ("pairs(series, 1).shuffle(999).batch(32, drop_remainder=True)", ["SRN202", "SRN208"]),
        ("pairs(series, 1).batch(32, drop_remainder=True).shuffle(99)", ["SRN202", "SRN208"]),
        # They would go on, were it not for the shuffling.
        ("windows(series, shuffle=True, sequence_stride=20)", ["SRN202"]),
        ("pairs(series, 20).shuffle(999).batch(32, drop_remainder=True)", ["SRN202"]),
        ("windows(series)", ["SRN208"]),
    ],
)
def test_beside_the_shuffling(data: str, codes: list[str]) -> None:
    assert found(data) == codes


@pytest.mark.parametrize("shuffle", ["", ", shuffle=True"])
def test_what_the_model_reads_later_is_cut_in_the_same_way(shuffle: str) -> None:
    evaluated = "model.evaluate(windows(later))"
    once = found(f"windows(series{shuffle})", evaluated).count("SRN208")
    assert once == 1
    other = "model.evaluate(pairs(later, 5).batch(32, drop_remainder=True))"
    assert found(f"windows(series{shuffle})", other).count("SRN208") == 2
    assert found("batches()", evaluated).count("SRN208") == 1


ARRAYS = """
import random
import numpy as np
import pandas as pd
import sklearn.utils
from sklearn.model_selection import train_test_split
from tensorflow import keras
series = np.load("series.npy")
model = keras.Sequential([
    keras.Input(batch_shape=(32, 20, 3)), keras.layers.LSTM(8, stateful=True), keras.layers.Dense(1)
])
model.compile("adam", "mse")
x, y = [], []
for i in range(0, len(series) - 20, {stride}):
    x.append(series[i:i + 20])
    y.append(series[i + 20, 0])
{shuffled}
x = np.array(x)
model.fit(x, y, batch_size=32, shuffle=False)
"""


def found_in_arrays(shuffled: str, stride: int = 1) -> list[str]:
    code = ARRAYS.format(shuffled=shuffled, stride=stride)
    checked = check_source("snippet.py", code.encode(), Settings(keras=(2,)))
    assert not checked.failures
    return sorted(one.code for one in checked.findings if one.code in ("SRN203", "SRN208"))


SHUFFLES = [
    "x, later, y, other = train_test_split(np.array(x), y, test_size=0.2)",
    "x, later, y, other = train_test_split(x, y)",
    "x, y = sklearn.utils.shuffle(np.array(x), np.array(y))",
    "x = np.random.permutation(np.array(x))",
    "x = np.array(x); x = x[np.random.permutation(len(x))]",
    "x = np.array(x); np.random.shuffle(x)",
    "random.shuffle(x)",
    "x, y = sklearn.utils.shuffle(np.array(x), np.array(y)); x = x[:len(x) // 32 * 32].astype('float32')",
]


@pytest.mark.parametrize("shuffled", SHUFFLES)
def test_arrays_in_random_order(shuffled: str) -> None:
    assert found_in_arrays(shuffled) == ["SRN203", "SRN208"]
    # They would go on, were it not for the shuffling and the rows of a batch.
    assert found_in_arrays(shuffled, 20) == ["SRN203"]


def test_some_of_the_rows_in_random_order() -> None:
    shuffled = "x, y = sklearn.utils.shuffle(np.array(x), np.array(y)); x = x[::20]"
    assert found_in_arrays(shuffled) == ["SRN203"]


def test_columns_of_a_table_in_random_order() -> None:
    shuffled = """
table = pd.DataFrame(series)
moved = table.copy()
for i in range(20):
    table = pd.concat([table, moved.shift(-(i + 1))], axis=1)
table.dropna(inplace=True)
table = sklearn.utils.shuffle(table)
x, y = table.iloc[:, :-1].values, table.iloc[:, -1].values
x = x.reshape(len(x), 20, 1)
"""
    assert found_in_arrays(shuffled) == ["SRN203", "SRN208"]


def test_lags_that_are_the_features_of_one_step() -> None:
    """What overlaps is no time then: without the shuffling the rows are those of another defect."""
    lags = """
table = pd.DataFrame(series)
table = pd.concat([table.shift(2), table.shift(1), table], axis=1).dropna()
table, later = train_test_split(table, test_size=0.25)
x, y = table.values[:, :-1], table.values[:, -1]
x = x.reshape((x.shape[0], 1, x.shape[1]))
"""
    code = ARRAYS.replace("(32, 20, 3)", "(32, 1, 2)").format(shuffled=lags, stride=1)
    checked = check_source("snippet.py", code.encode(), Settings(keras=(2,)))
    assert [one.code for one in checked.findings if one.code in ("SRN203", "SRN208")] == ["SRN203"]
