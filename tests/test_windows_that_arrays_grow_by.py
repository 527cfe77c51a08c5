"""Windows that a loop puts into an array, each behind those before: flat, to be folded later, or as rows."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

PROGRAM = """
import numpy as np
import keras
series = SERIES
count = len(series) - 8
rows = BEGUN
for k in range(count):
    rows = GROWN
x = rows.reshape(SHAPE)
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(BATCH, None, 1)), memory])
model.compile("sgd", "mse")
model.fit(x, series[8:], batch_size=BATCH, shuffle=False)
"""
FLAT = [
    "np.append(rows, PART)",
    "np.append(rows, PART, axis=None)",
    "np.concatenate((rows, PART))",
    "np.concatenate([rows, PART], axis=0)",
    "np.hstack((rows, PART))",
]
PART = "series[k:k + 8]"


def is_torn(
    grown: str,
    part: str = PART,
    begun: str = "np.array([])",
    shape: str = "count, 8, 1",
    series: str = "np.load('series.npy')",
    batch: int = 4,
) -> bool:
    code = PROGRAM.replace("GROWN", grown).replace("PART", part).replace("BEGUN", begun)
    code = code.replace("SHAPE", shape).replace("SERIES", series).replace("BATCH", str(batch))
    checked = check_source("program.py", code.encode())
    assert not checked.failures
    return any(finding.code == "SRN208" for finding in checked.findings)


@pytest.mark.parametrize("grown", FLAT)
@pytest.mark.parametrize("series", ["np.load('series.npy')", "np.sin(np.arange(100.0))"])
def test_windows_behind_each_other(grown: str, series: str) -> None:
    assert is_torn(grown, series=series)
    assert not is_torn(grown, series=series, batch=8)


@pytest.mark.parametrize(
    ("grown", "begun"),
    [
        (FLAT[0], "np.array([[]])"),
        (FLAT[1], "np.zeros((0,))"),
        (FLAT[2], "np.empty(0)"),
        (FLAT[4], "np.zeros(0)"),
    ],
)
def test_other_empty_arrays(grown: str, begun: str) -> None:
    assert is_torn(grown, begun=begun)


@pytest.mark.parametrize("grown", ["np.vstack((rows, PART))", "np.vstack([rows, PART])"])
def test_rows_below_each_other(grown: str) -> None:
    assert is_torn(grown, begun="np.empty((0, 8))")
    assert not is_torn(grown, begun="np.empty((0, 8))", batch=8)
    # Below one another stand steps of several columns.
    assert not is_torn(grown, begun="np.empty((0, 3))", shape="count, 8, 3")


@pytest.mark.parametrize("grown", FLAT)
@pytest.mark.parametrize(
    ("part", "begun", "shape"),
    [
        # Lags as features.
        (PART, "np.array([])", "count, 1, 8"),
        (PART, "np.array([])", "-1, 5, 1"),
        ("series[:8]", "np.array([])", "count, 8, 1"),
        ("series[8 * k:8 * k + k]", "np.array([])", "-1, 8, 1"),
        (PART, "np.load('others.npy')", "-1, 8, 1"),
    ],
)
def test_what_makes_no_such_windows(grown: str, part: str, begun: str, shape: str) -> None:
    assert not is_torn(grown, part, begun, shape, batch=1 if "1, 8" in shape and "-1" not in shape else 4)


def test_windows_end_to_end() -> None:
    assert is_torn(FLAT[0], "series[8 * k:8 * k + 8]")
    assert not is_torn(FLAT[0], "series[8 * k:8 * k + 8]", batch=1)
