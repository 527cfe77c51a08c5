"""Windows whose batches don't continue each other: where they are reported, and what validates there."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.selection import Selection
from statelint.settings import Settings
from tests.programs import reported_below

HEAD = """
import numpy as np
import tensorflow as tf
from tensorflow import keras
def windows(series, batch):
    data = tf.data.Dataset.from_tensor_slices(series).window(30, shift=1, drop_remainder=True)
    return data.flat_map(lambda w: w.batch(30)).batch(batch, drop_remainder=True)
series = np.load("series.npy")
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(ROWS, 30, 1)), memory])
model.compile("sgd", "mse")
"""


def found(code: str, rows: int, *codes: str) -> list[tuple[int, str]]:
    """The lines of `code` at which these rules report something."""
    return reported_below(HEAD.replace("ROWS", str(rows)), code, codes)


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("model.predict(windows(series, 4))", [1]),
        ("model.evaluate(windows(series, 4))", [1]),
        ("model.predict(windows(series, 4))\nmodel.predict(windows(series, 4))", [1]),
        ("model.evaluate(windows(series, 4))\nmodel.fit(windows(series, 4))", [2]),
        ("model.fit(windows(series, 4))\nmemory.reset_states()\nmodel.predict(windows(series, 4))", [1]),
        ("model.predict(windows(series, 4).take(2))", [1]),
        ("model.predict(windows(series, 4).take(1))", []),
    ],
)
def test_windows_are_reported_once_and_where_the_model_trains(code: str, lines: list[int]) -> None:
    assert found(code, 4, "SRN208") == [(line, "SRN208") for line in lines]


@pytest.mark.parametrize(
    ("method", "rows", "batch", "codes"),
    [
        ("fit", 1, 32, ["SRN206", "SRN208"]),
        ("predict", 1, 32, ["SRN206", "SRN208"]),
        ("predict", 32, 32, ["SRN208"]),
        # Which of the two sizes is the right one isn't known.
        ("fit", 30, 32, ["SRN206"]),
        ("predict", 32, 30, ["SRN206"]),
        ("predict", 30, 30, []),
    ],
)
def test_whichever_batch_size_is_right(method: str, rows: int, batch: int, codes: list[str]) -> None:
    code = f"model.{method}(windows(series, {batch}))"
    assert [code for _, code in found(code, rows, "SRN206", "SRN208")] == codes


LOOP = """
for epoch in range(9):
    model.fit(windows(series, {rows}), validation_data={validation})
    memory.reset_states()
"""


@pytest.mark.parametrize(
    "validation", ["windows(series[split:], {rows})", "unknown", "windows(other, {rows})"]
)
@pytest.mark.parametrize(("rows", "leaks"), [(4, True), (30, False), (1, False)])
def test_a_validation_behind_torn_batches_continues_nothing(validation: str, rows: int, leaks: bool) -> None:
    code = LOOP.format(rows=rows, validation=validation.format(rows=rows))
    assert found(code, rows, "SRN306") == ([(3, "SRN306")] if leaks else [])


NAMED = """
model = keras.Sequential([keras.Input((8, 3)), {layers}])
model.compile("sgd", "mse")
model.fit(x, y)
{line}
"""


@pytest.mark.parametrize(
    ("layers", "line", "reported"),
    [
        ("keras.layers.Flatten(), keras.layers.Dense(1)", "model.reset_states", True),
        ("keras.layers.LSTM(4)", "model.reset_states", True),
        ("keras.layers.LSTM(4, stateful=unknown)", "model.reset_states", False),
        ("unknown(4)", "model.reset_states", False),
        ("*more", "model.reset_states", False),
        ("keras.layers.Dense(1)", "model.reset_metrics", False),
        ("keras.layers.Dense(1)", "forget = model.reset_states", False),
    ],
)
def test_a_reset_that_is_named_on_a_model_without_state(layers: str, line: str, reported: bool) -> None:
    assert bool(found(NAMED.format(layers=layers, line=line), 4, "SRN307")) is reported


def test_a_validation_of_shuffled_samples_continues_nothing() -> None:
    code = """
from sklearn.model_selection import train_test_split
x, y = np.load("x.npy"), np.load("y.npy")
train, test, right, wanted = train_test_split(x, y, test_size=0.2{order})
class Forget(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        memory.reset_states()
forget, validation = Forget(), (test, wanted)
model.fit(train, right, 4, epochs=9, validation_data=validation, callbacks=[forget], shuffle=False)
"""
    assert found(code.format(order=""), 4, "SRN306") == [(9, "SRN306")]
    assert found(code.format(order=", shuffle=False"), 4, "SRN306") == []


CUT = """
def cut(series):
    x = np.zeros((len(series) - 30, 30, 1))
    for i in range(len(series) - 30):
        x[i] = series[i : i + 30]
    return x
def trim(x):
    rest = len(x) % 4
    if rest > 0:
        return {trimmed}
    return x
model.fit(trim(cut(series)), y, batch_size=4, shuffle=False)
"""


@pytest.mark.parametrize(
    ("trimmed", "torn"), [("x[:-rest]", True), ("np.load('other.npy')", False), ("unknown(x)", False)]
)
def test_windows_that_may_be_trimmed_are_windows(trimmed: str, torn: bool) -> None:
    assert bool(found(CUT.format(trimmed=trimmed), 4, "SRN208")) is torn


@pytest.mark.parametrize(
    ("call", "short"),
    [
        ("table.reshape(table.shape[0], 1, table.shape[1])", True),
        ("table.reshape((-1, 1, 2))", True),
        ("table.reshape(-1, 30, 1)", False),
        ("table.reshape(*sizes)", False),
        ("table.reshape(sizes)", False),
        ("table.cut(9, 1, 2)", False),
    ],
)
def test_the_shape_that_something_unknown_gets(call: str, short: bool) -> None:
    code = f"""
table = unknown("table.csv")
model = keras.Sequential([keras.layers.LSTM(4, stateful=True, batch_input_shape=(1, None, 2))])
model.compile("sgd", "mse")
model.fit({call}, y, batch_size=1, shuffle=False)
"""
    checked = check_source(
        "snippet.py", (HEAD + code).encode(), Settings(Selection(extend=("SRN401",)), keras=(2,))
    )
    assert any(finding.code == "SRN401" for finding in checked.findings) is short


HOOK = """
class Forget({base}):
    def on_epoch_begin(self, epoch, logs=None):
        {line}
    def set_model(self, model):
        self.model = model
"""


@pytest.mark.parametrize(
    ("base", "line", "reported"),
    [
        ("keras.callbacks.Callback", "self.model.reset_states", True),
        ("keras.callbacks.Callback", "self.model.reset_states()", False),
        ("keras.callbacks.Callback", "self.model.reset_metrics", False),
        ("keras.callbacks.Callback", "self.metric.reset_states", False),
        ("keras.callbacks.Callback", "forget = self.model.reset_states", False),
        ("unknown.Callback", "self.model.reset_states", False),
        ("object", "self.model.reset_states", False),
    ],
)
def test_a_reset_that_a_callback_names_does_nothing_to_any_model(
    base: str, line: str, reported: bool
) -> None:
    wanted = [(4, "SRN307")] if reported else []
    assert found(HOOK.format(base=base, line=line), 4, "SRN307") == wanted


def test_a_reset_that_a_callback_of_a_known_model_names_is_reported_once() -> None:
    code = HOOK.format(base="keras.callbacks.Callback", line="self.model.reset_states")
    assert found(code + "model.fit(x, y, callbacks=[Forget()])", 4, "SRN307") == [(4, "SRN307")]


@pytest.mark.parametrize(
    ("rows", "between", "line"),
    [
        (4, "", 2),
        (30, "", None),
        (1, "", None),
        (4, "memory.reset_states()\n", None),
        (4, "unknown(model)\n", None),
    ],
)
def test_an_inference_behind_torn_batches_continues_nothing(
    rows: int, between: str, line: int | None
) -> None:
    code = f"model.fit(windows(series, {rows}))\n{between}model.predict(test)\n"
    assert found(code, rows, "SRN304") == ([] if line is None else [(line, "SRN304")])


NEXT_STEP = """
series = {series}
x, y = {x}, {y}
memory = keras.layers.LSTM(3, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=({batch}, {steps}, 3)), memory])
model.compile("sgd", "mse")
model.fit(x, y, batch_size={batch}, shuffle=False)
"""


@pytest.mark.parametrize("series", ["np.load('series.npy')", "np.random.rand(401, 3)"])
@pytest.mark.parametrize(
    ("x", "y", "steps", "batch", "is_torn"),
    [
        # Each target is the next row: the rows are the steps of one series.
        ("series[:-1].reshape(400, 1, 3)", "series[1:]", 1, 4, True),
        ("series[:400].reshape((400, 1, 3))", "series[1:401].reshape(400, 3)", 1, 4, True),
        # Each target is the row before: what was seen last is to be remembered.
        ("series[1:, :].reshape(400, 1, 3)", "series[:-1, :]", 1, 4, True),
        ("series[:-1].reshape(400, 1, 3)", "series[1:]", 1, 1, False),
        # Four lanes stand side by side.
        ("series[:-4].reshape(400, 1, 3)", "series[4:]", 1, 4, False),
        ("series[4:].reshape(400, 1, 3)", "series[:-4]", 1, 4, False),
        ("series[:-1].reshape(400, 2, 3)", "series[1:]", 2, 4, False),
        ("series[::2].reshape(400, 1, 3)", "series[1::2]", 1, 4, False),
        ("series[:400].reshape(400, 1, 3)", "np.load('other.npy')[1:401]", 1, 4, False),
        ("series[:400].reshape(400, 1, 3)", "series[:400]", 1, 4, False),
    ],
)
def test_rows_are_steps_where_each_target_is_the_row_beside(
    x: str, y: str, steps: int, batch: int, series: str, *, is_torn: bool
) -> None:
    code = NEXT_STEP.format(x=x, y=y, steps=steps, batch=batch, series=series)
    assert found(code, 4, "SRN208") == ([(7, "SRN208")] if is_torn else [])


@pytest.mark.parametrize("series", ["np.load('series.npy')", "np.random.rand(400, 3)"])
@pytest.mark.parametrize(
    ("y", "is_torn"),
    [
        ("np.append(series[1:], series[:1], axis=0)", True),
        ("np.append(series[1:], [series[0]], axis=0)[:, 1]", True),
        ("np.concatenate([series[1:], np.zeros((1, 3))])", True),
        ("np.concatenate((x[1:], x[:1]))[:, 0]", True),
        ("np.vstack([series[1:], series[-1:]])", True),
        ("np.hstack([series[1:, 0], series[0, 0]])", True),
        ("np.append(series[1:, 2], 0)", True),
        ("np.r_[series[1:], series[:1]]", True),
        ("np.r_[series[1:, 0], 0]", True),
        ("np.roll(series, -1, axis=0)", True),
        ("np.roll(series[:400], axis=0, shift=-1)[:, :2]", True),
        ("np.roll(series[:, 1], -1).reshape(400, 1)", True),
        ("np.roll(series, 1, axis=0)", True),
        # Two lanes stand side by side.
        ("np.append(series[2:], series[:2], axis=0)", False),
        ("np.roll(series, -2, axis=0)", False),
        # The row itself, with its columns in another order.
        ("np.roll(series, -1, axis=1)", False),
        ("np.append(series[:1], series[:-1], axis=0)", False),
        ("np.roll(np.load('other.npy'), -1, axis=0)", False),
        ("np.roll(series, by, axis=0)", False),
        ("np.append(np.load('other.npy')[1:], series[:1], axis=0)", False),
        ("np.r_[1:401]", False),
    ],
)
def test_rows_are_steps_where_the_targets_are_turned_by_one(y: str, series: str, *, is_torn: bool) -> None:
    code = NEXT_STEP.replace("x, y = {x}, {y}", "x = {x}; y = {y}")
    code = code.format(x="series.reshape(400, 1, 3)", y=y, steps=1, batch=4, series=series)
    assert found(code, 4, "SRN208") == ([(7, "SRN208")] if is_torn else [])


GATHERED = """
import csv, keras
import numpy as np
import pandas as pd
series = pd.read_csv("series.csv").values
x, y = [], []
{code}
model = keras.Sequential([keras.Input(batch_shape=({batch}, 1, 3)), keras.layers.LSTM(3, stateful=True)])
model.compile("sgd", "mse")
model.fit(x, y, batch_size={batch}, shuffle=False)
"""


@pytest.mark.parametrize(
    ("code", "is_torn"),
    [
        ("for row in series[:400]:\n    x.append([row])\nx, y = np.array(x), series[1:401]", True),
        ("for i in range(len(series) - 1):\n    x.append([series[i]])\nx, y = np.array(x), series[1:]", True),
        ("x, y = np.array([(row,) for row in series[:400]]), series[1:401]", True),
        ("x, y = np.array([[row.tolist()] for row in series]), np.roll(series, -1, axis=0)", True),
        (
            "for i in range(400):\n    x.append([series[i, :3]])\n    y.append(series[i + 1, 3])\n"
            "x, y = np.asarray(x), np.asarray(y)",
            True,
        ),
        # Which rows these are isn't known.
        ("x, y = np.array([[row] for row in series if row[0] > 0]), series[1:401]", False),
        (
            "for row in series:\n    if row[0] > 0:\n        x.append([row])\n"
            "x, y = np.array(x), series[1:401]",
            False,
        ),
        ("x, y = np.array([[row] for row in np.random.permutation(series)]), series[1:]", False),
        ("x, y = np.array([[row] for part in series for row in part]), series[1:]", False),
        # Each target is the row's own, or one of another series.
        ("x, y = np.array([[row[:3]] for row in series]), series[:, 3]", False),
        ("x, y = np.array([[row] for row in series[:400]]), np.load('other.npy')[1:401]", False),
        # Rows of two series side by side, or of one with the next beside it.
        (
            "other = np.load('other.npy')\n"
            "for i in range(400):\n    x.append([[series[i, 0], other[i, 0]]])\n"
            "x, y = np.array(x), series[1:401]",
            False,
        ),
        ("x, y = np.array([[series[i] - series[i + 1]] for i in range(400)]), series[1:401]", False),
    ],
)
def test_rows_that_are_put_into_a_list_one_by_one(code: str, *, is_torn: bool) -> None:
    assert found(GATHERED.format(code=code, batch=4), 4, "SRN208") == (
        [(code.count("\n") + 10, "SRN208")] if is_torn else []
    )
    assert not found(GATHERED.format(code=code, batch=1), 1, "SRN208")


SUPERVISED = """
import sys
import pandas as pd
from tensorflow import keras
values = pd.read_csv("series.csv").values.reshape(-1, 1)
def supervised(data, lags, ahead):
    frame, columns = pd.DataFrame(data), []
    for i in range(lags, 0, -1):
        columns.append(frame.shift(i))
    for i in range(0, ahead):
        columns.append(frame.shift(-i))
    whole = pd.concat(columns, axis=1)
    whole.dropna(inplace=True)
    return whole.values
"""


@pytest.mark.parametrize(
    ("lags", "ahead", "rows", "codes"),
    [
        # More columns than a loop of few passes makes.
        (10, 20, "1", ["SRN208"]),
        (10, 20, "10", []),
        (30, 1, "1", ["SRN208"]),
        # One of several sizes, none of which fits.
        (4, 1, "32 if len(values) > 99 else 8", ["SRN208"]),
        (4, 1, "32 if len(values) > 99 else 4", []),
        (4, 1, "int(sys.argv[1])", []),
    ],
)
def test_lagged_columns_as_steps(lags: int, ahead: int, rows: str, codes: list[str]) -> None:
    code = f"""{SUPERVISED}
table, rows = supervised(values, {lags}, {ahead}), {rows}
x, y = table[:, :{lags}], table[:, {lags}:]
x = x.reshape(x.shape[0], {lags}, 1)
model = keras.Sequential([keras.Input(batch_shape=(rows, {lags}, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")
model.fit(x, y, batch_size=rows, shuffle=False)
"""
    checked = check_source("snippet.py", code.encode())
    assert not checked.failures
    assert [f.code for f in checked.findings if f.code == "SRN208"] == codes


WAVE = """
import numpy as np
from tensorflow import keras
wave = np.zeros((1000, 1, 1))
for i in range(len(wave)):
    wave[i, 0, 0] = np.cos(i / 50)
ahead = np.zeros((len(wave), 1))
"""


@pytest.mark.parametrize(
    ("filling", "rows", "codes"),
    [
        ("ahead[i, 0] = np.mean(wave[i + 1 : i + 2])", 25, ["SRN208"]),
        ("ahead[i, 0] = wave[i + 1 : i + 2].max()", 25, ["SRN208"]),
        ("ahead[i, 0] = np.mean(wave[i + 1 : i + 2])", 1, []),
        # What the rows have to do with each other isn't known.
        ("ahead[i, 0] = i", 25, []),
        # Lanes beside each other: the next step of a row is that of the next batch.
        ("ahead[i, 0] = np.mean(wave[i + 25 : i + 26])", 25, []),
    ],
)
def test_targets_that_are_filled_with_the_next_steps(filling: str, rows: int, codes: list[str]) -> None:
    code = f"""{WAVE}
for i in range(len(wave) - 25):
    {filling}
model = keras.Sequential([keras.Input(batch_shape=({rows}, 1, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")
model.fit(wave, ahead, batch_size={rows}, shuffle=False)
"""
    checked = check_source("snippet.py", code.encode())
    assert not checked.failures
    assert [f.code for f in checked.findings if f.code == "SRN208"] == codes


ROWS = """
import random
import numpy as np
from tensorflow import keras
from data import load
x, y = load()
model = keras.Sequential([keras.Input(batch_shape=(8, 10, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")
"""


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("pairs = list(zip(x, y))\nrandom.shuffle(pairs)\nx, y = zip(*pairs)\n", 2),
        ("pairs = list(zip(x, y))\nx, y = zip(*pairs)\n", None),
        ("order = list(range(len(x)))\nrandom.shuffle(order)\nx, y = x[order], y[order]\n", 2),
        ("order = list(range(len(x)))\nx, y = x[order], y[order]\n", None),
        # A batch of its own.
        ("order = random.sample(range(len(x)), 8)\nx, y = x[order], y[order]\n", None),
    ],
)
def test_rows_shuffled_together(code: str, line: int | None) -> None:
    fit = "model.fit(np.array(x), np.array(y), batch_size=8, shuffle=False)"
    checked = check_source("snippet.py", f"{ROWS}{code}{fit}".encode())
    assert not checked.failures
    begin = ROWS.count("\n")
    lines = [finding.site.line - begin for finding in checked.findings if finding.code == "SRN203"]
    assert lines == ([] if line is None else [line])


LISTS = """
from sklearn.model_selection import train_test_split
series = np.load("prices.npy").reshape(-1, 1)
def cut(series, steps):
    x, y = [], []
    for i in range(len(series) - steps):
        x.append(series[i:i + steps, 0])
        y.append(series[i + steps, 0])
    return {made}, np.array(y)
x, y = cut(series, {steps})
{then}
model = keras.Sequential([keras.Input(batch_shape=({rows}, {steps}, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")
model.fit(x, y, batch_size={rows}, shuffle=False)
"""
SPLIT = "x, test, y, wanted = train_test_split(x, y, test_size=0.2, shuffle=False)"


@pytest.mark.parametrize(
    ("made", "steps", "rows", "then", "torn"),
    [
        ("np.array(x).reshape(-1, steps)", 6, 1, "x = np.reshape(x, (x.shape[0], x.shape[1], 1))", True),
        ("np.array(x).reshape(-1, steps, 1)", 6, 1, "", True),
        ("np.array(x).reshape(-1, steps, 1)", 6, 6, "", False),
        ("np.array(x).reshape(-1, steps, 1)", 6, 1, SPLIT, True),
        ("np.array(x).reshape(-1, steps, 1)", 6, 6, SPLIT, False),
    ],
)
def test_windows_in_a_shape_of_their_own(made: str, steps: int, rows: int, then: str, torn: bool) -> None:
    code = LISTS.format(made=made, steps=steps, rows=rows, then=then)
    assert bool(found(code, 4, "SRN208")) is torn


GRAPH = """
inputs = keras.Input((5, 1))
one = keras.layers.LSTM(4, stateful=True, return_sequences=True)(inputs)
two = keras.layers.LSTM(4, stateful=True)(one)
three = {joined}
net = keras.Model(inputs, keras.layers.Dense(1)(three))
net.fit(x, y, shuffle=False)
net.reset_states()
"""


@pytest.mark.parametrize(
    "joined", ["two", "keras.layers.Flatten(two)", "keras.layers.Concatenate([two, two])", "unknown(two)"]
)
def test_a_graph_that_is_broken_off(joined: str) -> None:
    # What stands behind the break isn't all that the model is made of.
    assert found(GRAPH.format(joined=joined), 4, "SRN101", "SRN107") == [(3, "SRN101")]


LOADED = """
x, y = np.load("x.npy").reshape(-1, 5, 1), np.load("y.npy")
other = np.load("other.npy").reshape(-1, 5, 1)
model = keras.Sequential([keras.Input(batch_shape=(1, 5, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")
model.fit(x, y, batch_size=1, shuffle=False, epochs=20)
model.reset_states()
model.predict({rows})
"""


@pytest.mark.parametrize(
    ("rows", "mismatched"),
    # What isn't fitted, or a part of it, may be a single row.
    [("x", True), ("other", False), ("x, batch_size=1", False), ("x[:1]", False)],
)
def test_what_was_fitted_row_by_row_is_predicted(rows: str, mismatched: bool) -> None:
    assert bool(found(LOADED.format(rows=rows), 4, "SRN206")) is mismatched


OFFERED = """
class Forecaster:
    def __init__(self):
        memory = keras.layers.LSTM(4, stateful=True)
        self.model = keras.Sequential([keras.Input(batch_shape=(8, 5, 1)), memory])
        self.model.compile("sgd", "mse")
    def learn(self, x, y, {epochs}):
        self.model.fit(x, y, batch_size=8, shuffle=False, epochs=epochs)
"""


@pytest.mark.parametrize(("epochs", "several"), [("epochs", True), ("epochs=1", True), ("epochs=20", True)])
def test_whoever_calls_says_how_many_epochs(epochs: str, several: bool) -> None:
    assert bool(found(OFFERED.format(epochs=epochs), 4, "SRN301")) is several
    called = OFFERED.format(epochs=epochs) + "Forecaster().learn(x, y, epochs=1)\n"
    assert not found(called, 4, "SRN301")


@pytest.mark.parametrize(
    ("stride", "moved_on", "is_torn"),
    [(1, "4", True), (2, "4", True), (7, "4", True), (1, "30", False), (1, "2", True)],
)
def test_windows_sliced_by_hand_though_nobody_knows_how_many(
    stride: int, moved_on: str, *, is_torn: bool
) -> None:
    code = f"""
rows = [series[k:k + 30] for k in range(0, len(series) - 30, {stride})]
x = np.array(rows).reshape(-1, 30, 1)
y = np.load("y.npy")
for batch in range(len(x) // 4):
    begin = batch * {moved_on}
    model.train_on_batch(x[begin:begin + 4], y[begin:begin + 4])
"""
    assert found(code, 4, "SRN208") == ([(7, "SRN208")] if is_torn else [])


def test_slices_of_windows_that_continue_each_other() -> None:
    code = """
rows = [series[k:k + 30] for k in range(0, len(series) - 30, 30)]
x = np.array(rows).reshape(-1, 30, 1)
for k in range(len(x)):
    model.train_on_batch(x[k:k + 1], targets[k:k + 1])
"""
    assert found(code, 1, "SRN208") == []
