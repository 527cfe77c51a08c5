"""`while` loops in which two names move on together, and what the windows between them are."""

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
"""
FIT = """
x = np.array(rows)[:, :, None]
model.fit(x[:len(x) // 4 * 4], np.zeros(len(x) // 4 * 4), batch_size=4, shuffle=False)
"""


def told(code: str, batch: int = 4) -> list[str]:
    checked = check_source("snippet.py", (HEAD.format(batch=batch) + code).encode(), Settings(keras=(2,)))
    assert not checked.failures, checked.failures[0].error
    return sorted({finding.code for finding in checked.findings})


BODY = "    rows.append(s[start:end])\n"
LOOPS = {
    "both by as many": f"while end < len(s):\n{BODY}    start += 1\n    end += 1\n",
    "one after the other": f"while end < len(s):\n{BODY}    start += 1\n    end = start + 5\n",
    "the end first": f"while start + 5 < len(s):\n    end = start + 5\n{BODY}    start += 1\n",
    "up to a sum": "while start + 5 <= len(s):\n    rows.append(s[start:start + 5])\n    start = start + 1\n",
}
SERIES = "s = np.load('s.npy')\nrows, start, end = [], 0, 5\n"


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_windows_between_two_names(loop: str) -> None:
    assert told(SERIES + loop + FIT) == ["SRN208"]


CONTIGUOUS = """
while end < len(s):
    rows.append(s[start:end])
    start = end
    end = start + 5
x = np.array(rows)[:, :, None]
model.fit(x, np.zeros(len(x)), batch_size=1, shuffle=False)
"""


def test_windows_that_continue_each_other() -> None:
    assert told(SERIES + CONTIGUOUS, 1) == []
    assert told(SERIES + CONTIGUOUS.replace("start + 5", "start + 4"), 1) == []
    assert told(SERIES + CONTIGUOUS.replace("start = end", "start = start + 1"), 1) == ["SRN208"]


@pytest.mark.parametrize(
    "moved",
    [
        "    if s[start] > 0:\n        start += 1\n    else:\n        start += 5\n    end = start + 5\n",
        "    start += int(s[start])\n    end = start + 5\n",
        "    if start % 2:\n        continue\n    start += 1\n    end = start + 5\n",
    ],
)
def test_what_moves_on_otherwise(moved: str) -> None:
    loop = f"while end < len(s):\n    rows.append(s[start:end])\n{moved}"
    assert told(SERIES + loop + FIT) == []


GROUPS = """
def cut(table, name):
    part = table[table.station == name]
    values, rows = part.value.values, []
    start, end = 0, 5
    while end < len(part):
        rows.append(values[start:end])
        start = end
        end = start + 5
    return np.array(rows)[:, :, None]

table = pd.read_csv("t.csv")
for name in {}:
    model.predict(cut(table, {}), batch_size=1)
"""


def test_a_sequence_for_each_of_a_table_s_groups() -> None:
    assert told(GROUPS.format("table.station.unique()", "name"), 1) == ["SRN320"]


LAYERS = """
model = keras.Sequential()
model.add(keras.layers.LSTM(8, stateful=True, return_sequences=True, batch_input_shape=(4, 5, 1)))
for k in range({count}):
    model.add(keras.layers.{layer})
model.add(keras.layers.Dense(1))
"""


@pytest.mark.parametrize("count", ["int(open('n').read())", "1", "3"])
def test_layers_that_a_loop_adds(count: str) -> None:
    def added(layer: str) -> list[str]:
        return told(LAYERS.format(count=count, layer=layer))

    assert added("LSTM(8, return_sequences=True)") == ["SRN103"]
    assert added("LSTM(8, stateful=True, return_sequences=True)") == []
    assert added("Dense(8)") == []


def test_a_last_layer_that_a_loop_of_unknown_length_adds() -> None:
    ended = LAYERS.format(count="n", layer="LSTM(8, stateful=True, return_sequences=k < n - 1)")
    assert told("n = int(open('n').read())\n" + ended) == []
