"""Windows that a loop moves along by a queue of so many steps."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

HEAD = """
from collections import deque
import random
import keras
import numpy as np
import pandas as pd
series = np.load("series.npy")
SIZE = 8
memory = keras.layers.GRU(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(1, SIZE, 3)), memory])
model.compile("sgd", "mse")
"""
BOUNDED = """
steps, rows, goals = deque(maxlen=SIZE), [], []
for k in range(len(series) - 1):
    steps.append(series[k])
    if len(steps) == SIZE:
        rows.append(np.array(steps))
        goals.append(series[k + 1])
"""
FIT = "model.fit(np.array(rows), np.array(goals), batch_size=1, shuffle=False)\n"
LIST = BOUNDED.replace("deque(maxlen=SIZE)", "[]")
PUSHED_OUT = "steps.append(series[k])\n    if len(steps) > SIZE:\n        steps.pop(0)"
PAIRS = """
steps, pairs = deque(maxlen=SIZE), []
for row in pd.read_csv("table.csv").values:
    steps.append([number for number in row[:-1]])
    if len(steps) == SIZE:
        pairs.append([np.array(steps), row[-1]])
random.shuffle(pairs)
rows, goals = [], []
for window, goal in pairs:
    rows.append(window)
    goals.append(goal)
"""


def found(code: str) -> list[str]:
    checked = check_source("snippet.py", (HEAD + code).encode())
    assert not checked.failures
    return [finding.code for finding in checked.findings]


MOVED = {
    "a deque": BOUNDED,
    "at least": BOUNDED.replace("==", ">="),
    "not yet": BOUNDED.replace("== SIZE:\n", "< SIZE:\n            continue\n")
    .replace("        rows", "    rows")
    .replace("        goals", "    goals"),
    "as a list": BOUNDED.replace("np.array(steps)", "list(steps)"),
    "popped when full": LIST + "        steps.pop(0)\n",
    "deleted when full": LIST + "        del steps[0]\n",
    "popped when too long": LIST.replace("steps.append(series[k])", PUSHED_OUT),
    "cut when too long": LIST.replace(
        "steps.append(series[k])", PUSHED_OUT.replace(".pop(0)", " = steps[1:]")
    ),
    "what it appends is made": BOUNDED.replace(
        "    steps.append(series[k])", "    step = series[k] / 2\n    steps.append(step)"
    ),
    "over the rows": BOUNDED.replace(
        "for k in range(len(series) - 1):", "for k, step in enumerate(series[:-1]):"
    ).replace("steps.append(series[k])", "steps.append(step)"),
}


@pytest.mark.parametrize("code", MOVED.values(), ids=MOVED)
def test_windows_that_begin_one_apart(code: str) -> None:
    assert found(code + FIT) == ["SRN208"]


OTHERS = {
    "emptied when full": LIST + "        steps = []\n",
    "emptied deque": BOUNDED + "        steps.clear()\n",
    "another bound": BOUNDED.replace("maxlen=SIZE", "maxlen=4"),
    "not bounded": LIST,
    "two steps at once": BOUNDED.replace(
        "steps.append(series[k])", "steps.append(series[k]); steps.append(0)"
    ),
    "not empty": BOUNDED.replace("deque(maxlen=SIZE)", "deque(series, maxlen=SIZE)"),
    "only some": BOUNDED.replace("    steps.append", "    if series[k, 0] > 0:\n        steps.append"),
    "the queue itself": BOUNDED.replace("np.array(steps)", "steps"),
    "left early": BOUNDED + "        break\n",
}


@pytest.mark.parametrize("code", OTHERS.values(), ids=OTHERS)
def test_what_is_no_window_of_a_queue(code: str) -> None:
    assert "SRN208" not in found(code + FIT)


def test_pairs_of_a_window_and_its_goal_in_random_order() -> None:
    assert found(PAIRS + FIT) == ["SRN203"]
    assert found(PAIRS.replace("random.shuffle(pairs)\n", "") + FIT) == ["SRN208"]


def test_windows_that_are_fed_as_they_come() -> None:
    code = BOUNDED.replace("rows.append(np.array(steps))", "model.predict(np.array(steps)[None])")
    assert found(code) == ["SRN208"]
    reset = code.replace("        model", "        memory.reset_state()\n        model")
    assert found(reset) == []
