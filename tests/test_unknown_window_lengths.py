"""Windows whose length isn't known: with batches of one row and windows that begin one apart, all but the
last step of each comes again unless there is only one.
"""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.findings import Finding

HEAD = """
import sys
import numpy as np
import pandas as pd
import keras
series = pd.read_csv("series.csv").values
def build(rows, steps, features=1):
    memory = keras.layers.LSTM(4, stateful=True)
    model = keras.Sequential([keras.Input(batch_shape=(rows, steps, features)), memory])
    model.compile("sgd", "mse")
    return model
def windows(values, lag=1):
    x, y = [], []
    for i in range(len(values) - lag - 1):
        part = values[i:(i + lag), 0]
        x.append(part)
        y.append(values[i + lag, 0])
    return np.array(x), np.array(y)
def until_the_end(values, lag):
    x, y = [], []
    for i in range(len(values)):
        end = i + lag
        if end > len(values) - 1:
            break
        x.append(values[i:end])
        y.append(values[end])
    return np.array(x), np.array(y)
def backwards(values, lag):
    x, y = [], []
    for i in range(lag, len(values)):
        x.append(values[i - lag:i, 0])
        y.append(values[i, 0])
    return np.array(x), np.array(y)
"""
GIVEN = {
    "a share of the data": "lag = int(len(series) * 0.2)\n",
    "an argument": "lag = int(sys.argv[1])\n",
    "an answer": "lag = int(input('steps: '))\n",
}
FIT = "model.fit(x, y, batch_size={0}, shuffle=False)\n"
ONE = f"model = build(1, lag)\n{FIT.format(1)}"


def found(code: str) -> list[Finding]:
    """What SRN208 reports of the code."""
    checked = check_source("snippet.py", (HEAD + code).encode())
    assert not checked.failures
    return [one for one in checked.findings if one.code == "SRN208"]


@pytest.mark.parametrize("given", GIVEN.values(), ids=GIVEN)
@pytest.mark.parametrize(
    "cut",
    [
        "x, y = windows(series, lag)\nx = np.reshape(x, (x.shape[0], x.shape[1], 1))\n",
        "x, y = windows(series, lag)\nx = x.reshape((len(x), lag, 1))\n",
        "x, y = windows(series, lag)\nx = x.reshape(-1, lag, 1)\n",
        "x, y = windows(series, lag)\nx = x[..., np.newaxis]\n",
        "x, y = windows(series, lag)\nx = np.expand_dims(x, 2)\n",
        "x, y = until_the_end(series, lag)\n",
        "x, y = backwards(series, lag)\nx = x[:, :, None]\n",
        "both, _ = until_the_end(series, lag + 1)\nx, y = both[:, :-1], both[:, -1]\n",
        "x = np.array([series[i:i + lag] for i in range(len(series) - lag)])\ny = series[lag:]\n",
        "x, y = np.zeros((len(series) - lag, lag, 1)), series[lag:]\n"
        "for i in range(len(series) - lag):\n    x[i] = series[i:i + lag]\n",
    ],
)
def test_all_but_the_last_step_comes_again(given: str, cut: str) -> None:
    (finding,) = found(given + cut + ONE)
    assert "reads all but its last step again" in finding.message
    assert "the windows have more than one step" in finding.assumptions


def test_a_parameter_that_nobody_gives() -> None:
    body = "    x, y = windows(series, lag)\n    x = x.reshape(x.shape[0], lag, 1)\n"
    body += "    model = build(1, lag)\n    for epoch in range(9):\n        " + FIT.format(1)
    assert len(found(f"def train(series, lag):\n{body}")) == 1


def test_the_length_that_the_model_says() -> None:
    cut = "lag = int(sys.argv[1])\nx, y = until_the_end(series, lag)\n"
    (finding,) = found(f"{cut}model = build(1, 12)\n{FIT.format(1)}")
    assert "reads 11 steps again" in finding.message
    assert not finding.assumptions
    assert not found(f"{cut}model = build(12, 12)\n{FIT.format(12)}")


@pytest.mark.parametrize(
    "code",
    {
        "lags as features": "x, y = windows(series, lag)\nx = x.reshape(len(x), 1, lag)\n"
        f"model = build(1, 1, lag)\n{FIT.format(1)}",
        "as many rows as steps": "x, y = until_the_end(series, lag)\n"
        f"model = build(lag, lag)\n{FIT.format('lag')}",
        "batches of several rows": "x, y = until_the_end(series, lag)\n"
        f"model = build(8, lag)\n{FIT.format(8)}",
        "one end to end with another": "x = np.array([series[i:i + lag] for i in range(0, 900, lag)])\n"
        f"y = x[:, 0]\n{ONE}",
        "parts of different lengths": "x = []\nfor i in range(99):\n    x.append(series[i:i + i * lag])\n"
        f"x = np.array(x)\ny = series\n{ONE}",
        "the rest of the series": "x = np.array([series[i:] for i in range(99)])\ny = series\n" + ONE,
        "a length of one": f"x, y = windows(series)\nx = x[..., None]\nmodel = build(1, 1)\n{FIT.format(1)}",
        "another length than the windows'": "x, y = windows(series, lag)\nx = x.reshape(len(x), other, -1)\n"
        + ONE,
    }.values(),
)
def test_what_may_be_right(code: str) -> None:
    assert not found(f"lag = int(sys.argv[1])\n{code}")


LIBRARIES = {
    "timeseries_dataset_from_array": "data = keras.utils.timeseries_dataset_from_array("
    "series[:-1], series[1:], sequence_length=lag, batch_size={0})\n",
    "TimeseriesGenerator": "from keras.preprocessing.sequence import TimeseriesGenerator\n"
    "data = TimeseriesGenerator(series, series, length=lag, batch_size={0})\n",
    "window": "import tensorflow as tf\n"
    "data = tf.data.Dataset.from_tensor_slices(series).window(lag + 1, shift=1, drop_remainder=True)\n"
    "data = data.flat_map(lambda steps: steps.batch(lag + 1))\n"
    "data = data.map(lambda steps: (steps[:-1], steps[-1:])).batch({0}, drop_remainder=True)\n",
}


@pytest.mark.parametrize("library", LIBRARIES.values(), ids=LIBRARIES)
@pytest.mark.parametrize(("rows", "times"), [("1", 1), ("8", 0), ("lag", 0)])
def test_windows_that_libraries_cut(library: str, rows: str, times: int) -> None:
    code = f"lag = int(sys.argv[1])\n{library.format(rows)}model = build({rows}, lag)\n"
    assert len(found(f"{code}model.fit(data, shuffle=False)\n")) == times


@pytest.mark.parametrize(
    ("written", "times"),
    [
        ("sampling_rate=1", 1),
        ("reverse=False, stride=1", 1),
        ("sampling_rate=lag", 0),
        ("reverse=True", 0),
    ],
)
def test_options_that_are_written_out(written: str, times: int) -> None:
    library = LIBRARIES["TimeseriesGenerator"].format(8).replace("lag,", f"20, {written},")
    assert len(found(f"{library}model = build(8, 20)\nmodel.fit(data, shuffle=False)\n")) == times


@pytest.mark.parametrize(
    ("options", "gap"),
    [
        ("sequence_length=4, sampling_rate=3", "goes back 11 steps"),
        ("sequence_length=4, sampling_rate=3, sequence_stride=24", "skips 12 steps"),
        ("sequence_length=4, sampling_rate=3, sequence_stride=12", None),
        ("sequence_length=lag, sampling_rate=3", "goes back behind what it has read"),
    ],
)
def test_windows_of_every_third_step(options: str, gap: str | None) -> None:
    cut = f"keras.utils.timeseries_dataset_from_array(series, series, batch_size=1, {options})"
    told = found(f"lag = int(sys.argv[1])\nmodel = build(1, None)\nmodel.fit({cut})\n")
    assert [one.message.rpartition("each row ")[2] for one in told] == ([gap] if gap else [])


@pytest.mark.parametrize(("stride", "times"), [(1, 1), (12, 0), (4, 1)])
def test_a_generator_passes_over_steps_within_the_length(stride: int, times: int) -> None:
    library = LIBRARIES["TimeseriesGenerator"].format(1)
    code = library.replace("lag,", f"12, sampling_rate=3, stride={stride},")
    assert len(found(f"{code}model = build(1, 4)\nmodel.fit(data, shuffle=False)\n")) == times


def test_a_view_of_windows() -> None:
    cut = (
        "x = np.lib.stride_tricks.sliding_window_view(series[:, 0], lag)[:-1][..., None]\ny = series[lag:]\n"
    )
    assert len(found(f"lag = int(sys.argv[1])\n{cut}{ONE}")) == 1


def test_letters_by_their_numbers() -> None:
    code = """
text = open("text").read()
letters = sorted(list(set(text)))
numbers = {letter: k for k, letter in enumerate(letters)}
codes = [numbers[letter] for letter in text]
x = np.array([codes[i:i + 40] for i in range(len(codes) - 40)])
x = x.reshape(len(x), 40, 1) / len(letters)
y = np.array(codes[40:])
model = build(1, 40)
"""
    assert len(found(code + FIT.format(1))) == 1


@pytest.mark.parametrize(("rows", "times"), [(1, 0), (8, 1)])
def test_rows_as_steps_with_some_columns_as_targets(rows: int, times: int) -> None:
    code = "x = series[:-1, :3].reshape(-1, 1, 3)\ny = series[1:, 3]\n"
    assert len(found(f"{code}model = build({rows}, 1, 3)\n{FIT.format(rows)}")) == times
