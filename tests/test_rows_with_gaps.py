"""Loops that leave out the windows in which something is missing: the others stay windows of one series."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

HEAD = """
import keras
import numpy as np
import pandas as pd
memory = keras.layers.LSTM(8, stateful=True, batch_input_shape=({batch}, 5, 1))
model = keras.Sequential([memory, keras.layers.Dense(1)])
model.compile("adam", "mse")
s = np.load("s.npy")
rows, places, j = [], np.zeros((len(s), 5)), 0
"""
FIT = """
x = np.array({rows})[:, :, None]
count = len(x) // {batch} * {batch}
model.fit(x[:count], np.zeros(count), batch_size={batch}, shuffle=False)
"""
LOOP = "for i in range({first}, {last}, {step}):\n    w = s[i:i + 5]\n"
SKIPPED = {
    "continue": "    if np.isnan(w).any():\n        continue\n    rows.append(w)\n",
    "no gap": "    if not np.isnan(w).any():\n        rows.append(w)\n",
    "finite": "    if np.isfinite(w).all():\n        rows.append(w)\n    else:\n        print('gap at', i)\n",
    "a sum": "    if pd.isnull(w).sum() > 0:\n        pass\n    else:\n        rows.append(w)\n",
}
PUT = "    if np.isnan(w).any():\n        continue\n    places[j] = w\n    j += 1\n"


def told(code: str, batch: int = 4) -> list[str]:
    checked = check_source("snippet.py", (HEAD.format(batch=batch) + code).encode(), Settings(keras=(2,)))
    assert not checked.failures, checked.failures[0].error
    return sorted({finding.code for finding in checked.findings})


def loop(body: str, step: int = 1, last: str = "len(s) - 5", first: int = 0) -> str:
    return LOOP.format(step=step, last=last, first=first) + body


@pytest.mark.parametrize("body", SKIPPED.values(), ids=SKIPPED)
def test_windows_without_gaps(body: str) -> None:
    assert told(loop(body) + FIT.format(rows="rows", batch=4)) == ["SRN208"]
    assert told(loop(body, step=5) + FIT.format(rows="rows", batch=1), batch=1) == []


def test_windows_that_are_put_at_a_counted_place() -> None:
    assert told(loop(PUT) + FIT.format(rows="places[:j]", batch=4)) == ["SRN208"]
    assert told(loop(PUT, step=5) + FIT.format(rows="places[:j]", batch=1), batch=1) == []


@pytest.mark.parametrize("body", [*SKIPPED.values(), PUT], ids=[*SKIPPED, "put"])
def test_how_many_are_left_is_not_known(body: str) -> None:
    """A hundred and one windows, but for those with gaps."""
    rows = "places[:j]" if body is PUT else "rows"
    counted = f"model.fit(np.array({rows})[:, :, None], np.zeros(len({rows})), batch_size=4, shuffle=False)\n"
    assert "SRN204" not in told(loop(body, last="101") + counted)


@pytest.mark.parametrize(
    "body",
    [
        # What is left out may be all but every fourth.
        "    if w.max() < 3:\n        continue\n    rows.append(w)\n",
        # Another series begins behind a gap.
        "    if np.isnan(w).any():\n        s = np.load('t.npy')\n    rows.append(w)\n",
    ],
)
def test_what_else_is_left_out(body: str) -> None:
    assert told(loop(body) + FIT.format(rows="rows", batch=4)) == []


STEPWISE = """
model.fit(s[:40].reshape(8, 5, 1), np.zeros(8), batch_size=1, shuffle=False)
for i in range(40, len(s), 5):
    w = s[i:i + 5]
    if np.isnan(w).any():
        model.reset_states()
    else:
        rows.append(model.predict(w.reshape(1, 5, 1), batch_size=1))
"""


def test_a_gap_that_resets_is_followed() -> None:
    assert told(STEPWISE, batch=1) == []
    fitted = STEPWISE.replace("model.reset_states()", "model.fit(x, y, batch_size=2)")
    assert "SRN206" in told(fitted, batch=1)


RESETTING = """
filled = np.nan_to_num(s)

def forget(m):
    m.reset_states()

for e in range(5):
    forget(model)
    gaps, fresh = [], False
    for i in range(0, len(s) - 5, 5):
        {before}
        model.train_on_batch(filled[i:i + 5].reshape(1, 5, 1), filled[i + 5].reshape(1, 1))
        {behind}
"""
GAP = "if np.isnan(s[i:i + 5]).any():\n            gaps.append(i)\n            {}"
BEGUN = "if fresh:\n            forget(model)\n            fresh = False"
AT_GAPS = [
    (GAP.format("forget(model)"), "pass"),
    (GAP.format("fresh = True") + f"\n        {BEGUN}", "pass"),
    ("pass", "if np.isfinite(s[i:i + 5]).all():\n            continue\n        forget(model)"),
    ("pass", "if not np.isnan(s[i]):\n            continue\n        forget(model)"),
]


@pytest.mark.parametrize(("before", "behind"), AT_GAPS)
def test_a_reset_at_each_gap_is_none_at_each_batch(before: str, behind: str) -> None:
    assert told(RESETTING.format(before=before, behind=behind), batch=1) == []


def test_a_reset_at_each_batch() -> None:
    assert told(RESETTING.format(before="forget(model)", behind="pass"), batch=1) == ["SRN303"]


MOVED = """
start, end = 0, 5
while end < len(s):
    if np.isnan(s[start:end]).any():
        start = start + 1
        end = start + 5
    else:
        rows.append(s[start:end])
        start = end
        end = start + 5
"""


def test_a_loop_that_moves_on_over_gaps() -> None:
    assert told(MOVED + FIT.format(rows="rows", batch=1), batch=1) == []
    assert told(MOVED + FIT.format(rows="rows", batch=4)) == ["SRN208"]
