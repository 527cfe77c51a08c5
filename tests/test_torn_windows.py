"""Windows whose batches don't continue each other: where they are reported, and what validates there."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from tests.programs import Expected

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
    head = HEAD.replace("ROWS", str(rows))
    checked = check_source("snippet.py", (head + code).encode(), (2, 3))
    assert not checked.failures
    here = map(Expected.of, checked.findings)
    return sorted((one.line - head.count("\n"), one.code) for one in here if one.code in codes)


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
    ("rows", "batch", "codes"),
    [
        (1, 32, ["SRN206", "SRN208"]),
        (32, 32, ["SRN208"]),
        # Which of the two sizes is the right one isn't known.
        (30, 32, ["SRN206"]),
        (32, 30, ["SRN206"]),
        (30, 30, []),
    ],
)
def test_whichever_batch_size_is_right(rows: int, batch: int, codes: list[str]) -> None:
    code = f"model.predict(windows(series, {batch}))"
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
