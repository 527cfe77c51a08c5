"""Windows of a series of unknown shape, each laid out as a column: one more axis behind its steps."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

HEAD = """
import keras
import numpy as np
import elsewhere
series = SERIES
"""
MODEL = """
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(BATCH, STEPS, 1)), memory])
model.compile("sgd", "mse")
model.fit(x, y, batch_size=BATCH, shuffle=False)
"""
LISTED = """
x, y = [], []
for k in range(len(series) - 8):
    x.append(PART)
    y.append(series[k + 8])
x, y = np.array(x), np.array(y)
"""
FILLED = """
x = np.empty((len(series) - 8, 8, 1))
for k in range(len(series) - 8):
    x[k, :, :] = PART
y = series[8:]
"""
COLUMNS = [
    "series[k:k + 8][:, None]",
    "series[k:k + 8][:, np.newaxis]",
    "series[k:k + 8][..., None]",
    "series[k:k + 8].reshape(-1, 1)",
    "series[k:k + 8].reshape((-1, 1))",
    "series[k:k + 8].reshape(8, 1)",
    "np.reshape(series[k:k + 8], (-1, 1))",
    "np.expand_dims(series[k:k + 8], -1)",
    "np.expand_dims(series[k:k + 8], axis=1)",
]


def rules_of(
    made: str, part: str, series: str = "elsewhere.load()", steps: str = "8", batch: int = 4
) -> set[str]:
    source = (HEAD + made + MODEL).replace("SERIES", series).replace("PART", part).replace("STEPS", steps)
    source = source.replace("BATCH", str(batch))
    return {finding.code for finding in check_source("program.py", source.encode()).findings}


@pytest.mark.parametrize("part", COLUMNS)
@pytest.mark.parametrize("made", [LISTED, FILLED])
@pytest.mark.parametrize("series", ["elsewhere.load()", "np.load('series.npy').reshape(-1)"])
def test_windows_as_columns_are_windows(made: str, part: str, series: str) -> None:
    assert "SRN208" in rules_of(made, part, series)


@pytest.mark.parametrize(
    "part",
    [
        "series[8 * k:8 * k + 8][:, None]",
        "series[8 * k:8 * k + 8].reshape(-1, 1)",
        "series[k:k + 8][-1:, None]",
    ],
)
def test_parts_that_do_not_overlap_are_no_such_windows(part: str) -> None:
    assert "SRN208" not in rules_of(LISTED, part, steps="None", batch=1)


def test_a_model_of_other_steps_may_see_parts_of_windows() -> None:
    """How long the rows are is known of neither."""
    assert "SRN208" not in rules_of(LISTED, "series[k:k + 8].reshape(-1, 1)", steps="None")


def test_a_batch_in_each_row_is_no_row_of_steps() -> None:
    """Keras refuses four axes; what is fed by hand is one row of them."""
    made = """
x = np.zeros((len(series) - 1, series.shape[1], 1, 1))
y = np.zeros((len(series) - 1, series.shape[1]))
for k in range(len(series) - 1):
    for row in range(series.shape[1]):
        x[k, row, :, :] = series[k:k + 1, row]
"""
    assert "SRN208" not in rules_of(made, "", steps="1")
