"""Data that a helper makes anew in each call: the same of the same, whatever it makes them through."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

HEAD = """
import keras
import numpy as np
import pandas as pd
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from elsewhere import sensor, buffer
series = np.load("series.npy")
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(1, 3, 1)), memory])
model.load_weights("model.weights.h5")
"""
TWICE = """
def judge(values):
    return model.predict(prepare(values).reshape(1, 3, 1))
first = judge(series[:3])
other = judge(series[40:43])
again = judge(series[:3])
"""
PREPARED = {
    "a scaler of its own": """
def prepare(values):
    scaler = MinMaxScaler(feature_range=(-1, 1))
    return scaler.fit_transform(values.reshape(-1, 1))
""",
    "a scaler fitted and asked": """
def prepare(values):
    return StandardScaler().fit(values.reshape(-1, 1)).transform(values.reshape(-1, 1))
""",
    "a comprehension": """
def prepare(values):
    return np.array([value / 2 for value in values])
""",
    "a list that a loop fills": """
def prepare(values):
    rows = []
    for value in values:
        rows.append(value)
    return np.array(rows)
""",
    "rows of numbers": """
def prepare(values):
    rows = []
    for value in values:
        row = [0 for _ in range(10)]
        row[int(value)] = 1
        rows.append(row)
    return np.array(rows)
""",
    "a table without gaps": """
def prepare(values):
    return pd.DataFrame(values).dropna().values
""",
    "a column as an attribute": """
def prepare(values):
    table = pd.DataFrame(values, columns=["cost"])
    table.fillna(0, inplace=True)
    return table.cost.interpolate().values
""",
    "means of a table": """
def prepare(values):
    return pd.Series(values).rolling(3).mean().fillna(0).to_numpy()
""",
}
OTHERS = {
    "what a sensor reads": """
def prepare(values):
    return np.array([sensor.read() for value in values])
""",
    "what an object has now": """
def prepare(values):
    return np.array([sensor.heat, sensor.cold, sensor.wind])
""",
    "what stands in another's buffer": """
def prepare(values):
    rows = []
    for value in buffer:
        rows.append(value)
    return np.array(rows)
""",
    "lines of a file that goes on": """
lines = open("lines")
def prepare(values):
    rows = []
    for k in range(3):
        rows.append(float(lines.readline()))
    return np.array(rows)
""",
    "steps from a place that moves": """
place = 0
def prepare(values):
    global place
    rows = []
    for k in range(3):
        rows.append(series[place])
        place += 1
    return np.array(rows)
""",
    "numbers at random": """
def prepare(values):
    return pd.DataFrame(values).sample(3).values
""",
}


def codes(source: str) -> list[str]:
    return [finding.code for finding in check_source("program.py", source.encode()).findings]


@pytest.mark.parametrize("prepared", PREPARED.values(), ids=list(PREPARED))
def test_the_same_data_made_anew_go_through_again(prepared: str) -> None:
    assert "SRN304" in codes(HEAD + prepared + TWICE)


@pytest.mark.parametrize("prepared", OTHERS.values(), ids=list(OTHERS))
def test_other_data_may_come_through_the_same_helper(prepared: str) -> None:
    assert codes(HEAD + prepared + TWICE) == []


def test_a_list_that_a_long_loop_fills_is_the_same_in_each_epoch() -> None:
    source = """
def prepare(values):
    rows = []
    for value in values:
        row = [0] * 3
        row[int(value)] = 1
        rows.append(row)
    return np.array(rows)
model.compile("sgd", "mse")
for epoch in range(9):
    model.train_on_batch(prepare(series).reshape(1, -1, 1), np.ones((1, 1)))
"""
    assert "SRN301" in codes(HEAD + source)


def test_a_list_with_another_item_is_another_list() -> None:
    source = """
window = [value for value in series]
model.predict(np.array(window).reshape(1, 3, 1))
window[2] = sensor.read()
model.predict(np.array(window).reshape(1, -1, 1))
"""
    assert codes(HEAD + source) == []


def test_letters_that_come_again_are_no_data_that_come_again() -> None:
    source = """
codes = {letter: k for k, letter in enumerate(sorted(set(open("text").read())))}
def step(letter):
    return model.predict(np.array([[[codes[letter]]]]))
step("a")
step("b")
step("a")
"""
    assert codes(HEAD + source) == []


@pytest.mark.parametrize(
    "change",
    [
        "table.loc[len(table)] = sensor.read()",
        "table.iloc[:-1] = table.iloc[1:]",
        "table.at[0, 'cost'] = sensor.read()",
        "table.cost = sensor.read()",
        "table.cost.iloc[k] = 3",
        "table['cost'][k] = 3",
        "table.drop(0, inplace=True)",
        "table.drop(index=table.index[0], inplace=True)",
        "table.update(sensor.read())",
    ],
)
@pytest.mark.parametrize("fed", ["table.dropna().values", "table.values", "table[['cost']].fillna(0).values"])
def test_a_table_that_is_changed_in_place_holds_other_data(change: str, fed: str) -> None:
    source = f"""
table = pd.read_csv("table.csv")
for k in range(50):
    told = model.predict({fed}[-3:].reshape(1, 3, 1))
    CHANGE
"""
    assert "SRN304" in codes(HEAD + source.replace("CHANGE", "pass"))
    assert "SRN304" not in codes(HEAD + source.replace("CHANGE", change))


@pytest.mark.parametrize("row", ["x[5].reshape(1, 3, 1)", "x[5][None]", "np.expand_dims(x[298], 0)"])
def test_a_row_from_the_middle_goes_through_again(row: str) -> None:
    source = f"x = np.random.rand(300, 3, 1)\nmodel.predict(x, batch_size=1)\nmodel.predict({row})\n"
    assert codes(HEAD + source) == ["SRN304"]


@pytest.mark.parametrize("row", ["x[299]", "x[-1]", "x[k]", "x[:, 0][:1]"])
def test_the_last_row_may_be_the_last_look_back(row: str) -> None:
    source = f"""
x = np.random.rand(300, 3, 1)
k = int(input())
model.predict(x, batch_size=1)
model.predict({row}.reshape(1, -1, 1))
"""
    assert codes(HEAD + source) == []


def test_the_row_behind_those_that_went_through_goes_on() -> None:
    source = (
        "x = np.random.rand(300, 3, 1)\nmodel.predict(x[:200], batch_size=1)\nmodel.predict(x[200][None])\n"
    )
    assert codes(HEAD + source) == []


SCALED = """
def prepare(values):
    return MinMaxScaler().fit(sensor.read()).transform(values.reshape(-1, 1))
"""


def test_steps_that_are_scaled_by_other_data_may_be_others() -> None:
    said = [f.message for f in check_source("program.py", (HEAD + SCALED + TWICE).encode()).findings]
    # But they stand before those that were read, however they are scaled.
    apart = "predict() starts from the state that predict() left, and its data don't continue the ones before"
    assert said == [apart]


EPOCHS = """
import keras
import numpy as np
import tensorflow as tf
from keras.utils import timeseries_dataset_from_array
from elsewhere import load
series, other = load("series"), load("other")
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(16, 24, 1)), memory, keras.layers.Dense(1)])
model.compile("adam", "mse")
class Batches(keras.utils.PyDataset):
    def __init__(self, x):
        self.x = x
    def __len__(self):
        return len(self.x) // 16
    def __getitem__(self, k):
        return self.x[16 * k:16 * (k + 1)], self.x[16 * k:16 * (k + 1), -1]
def scaled(x, by):
    rows = tf.data.Dataset.from_tensor_slices(x).map(lambda row: (row * by, row[-1]))
    return rows.batch(16, drop_remainder=True)
def cut(x, start=0):
    return timeseries_dataset_from_array(x, None, 24, sequence_stride=24, batch_size=16, start_index=start)
"""


@pytest.mark.parametrize(
    ("data", "is_same"),
    [
        ("scaled(series, 0.5)", True),
        ("cut(series)", True),
        ("timeseries_dataset_from_array(series, other, 24, shuffle=True, batch_size=16)", True),
        ("Batches(series)", True),
        ("keras.preprocessing.sequence.TimeseriesGenerator(series, other, 24, batch_size=16)", True),
        # Other data, or others made of them.
        ("scaled(series, load('factor'))", False),
        ("scaled(series, epoch)", False),
        ("cut(series, epoch)", False),
        ("cut(series[epoch:])", False),
        ("Batches(series[epoch])", False),
        ("Batches(load(epoch))", False),
    ],
)
def test_batches_that_each_epoch_makes_anew(data: str, is_same: bool) -> None:
    """The program's own loop over the epochs makes them of what stands before it."""
    code = f"{EPOCHS}for epoch in range(9):\n    model.fit({data}, epochs=1, shuffle=False)\n"
    checked = check_source("snippet.py", code.encode())
    assert not checked.failures
    assert [one.code for one in checked.findings if one.code == "SRN301"] == ["SRN301"] * is_same
