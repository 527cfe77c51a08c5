"""Windows of a series that are put together from lists: its items, what is made of them, step by step."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

PROGRAM = """
import keras
import numpy as np
{made}
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=({batch}, {steps}, 1)), memory])
model.compile("sgd", "mse")
model.fit(x, y, batch_size={batch}, shuffle=False)
"""

CODED = """
text = open("text").read()
codes = {letter: k for k, letter in enumerate(sorted(set(text)))}
rows = []
for k in range(0, len(text) - 8, STRIDE):
    part = text[k:k + 8]
    rows.append(CODED)
x = np.reshape(rows, (len(rows), 8, 1)) / 30
"""
LISTED = """
series = [float(line) for line in open("series")]
rows = [series[k:k + 8] for k in range(0, len(series) - 8, STRIDE)]
x = np.array(rows).reshape(-1, 8, 1)
"""
STEPPED = """
def step(value):
    return [value / 10]
series = [SERIES]
steps = []
for k in range(len(series) - 4):
    window = series[k:k + 4]
    for one in range(len(window)):
        steps.append(step(window[one]))
x = np.array(steps).reshape((len(series) - 4, 4, 1))
"""
SPELLED = """
rows, word = [], "SERIES"
for k in range(len(word) - 3):
    rows.append([ord(letter) for letter in word[k:k + 3]])
x = np.array(rows).reshape((len(word) - 3, 3, 1))
"""
GATHERED = """
notes = []
for line in open("notes"):
    GATHER
codes = {note: k for k, note in enumerate(sorted(set(notes)))}
rows = []
for k in range(0, len(notes) - 8, STRIDE):
    part = notes[k:k + 8]
    rows.append([codes[note] for note in part])
x = np.reshape(rows, (len(rows), 8, 1)) / float(len(codes))
"""
SOME = "notes.append(line) if line else None"
EITHER = "notes.append('chord' if '.' in line else 'note')"
IN_BRANCHES = """if line.startswith("c"):
        notes.append(".".join(line))
    elif line:
        notes.append(str(line))"""
LONG = ", ".join(str(7 * k % 31) for k in range(31))
ONE_HOT = """
x = np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0], [0, 0, 1]]).reshape(4, 3, 1)
"""


@pytest.mark.parametrize(
    ("made", "batch", "steps", "is_torn"),
    [
        (CODED.replace("CODED", "[codes[letter] for letter in part]").replace("STRIDE", "1"), 1, 8, True),
        (CODED.replace("CODED", "[codes[letter] for letter in part]").replace("STRIDE", "8"), 1, 8, False),
        (CODED.replace("CODED", "[codes[letter] for letter in part]").replace("STRIDE", "1"), 8, 8, False),
        (CODED.replace("CODED", "list(map(lambda a: codes[a], part))").replace("STRIDE", "2"), 1, 8, True),
        # Of each part something else is made, or the letters that are wanted.
        (
            CODED.replace("CODED", "[codes[a] for a in part if a in codes]").replace("STRIDE", "1"),
            1,
            8,
            False,
        ),
        *(
            (GATHERED.replace("GATHER", how).replace("STRIDE", stride), 1, 8, stride == "1")
            for how in ("notes.append(line)", SOME, EITHER, IN_BRANCHES)
            for stride in ("1", "8")
        ),
        (LISTED.replace("STRIDE", "1"), 1, 8, True),
        (LISTED.replace("STRIDE", "4"), 2, 8, False),
        (STEPPED.replace("SERIES", LONG), 1, 4, True),
        (STEPPED.replace("SERIES", LONG), 4, 4, False),
        (STEPPED.replace("SERIES", ", ".join("12" * 20)), 1, 4, False),
        (SPELLED.replace("SERIES", "abcdefghijklmnopqrstuvwxyz"), 1, 3, True),
        (SPELLED.replace("SERIES", "aaaaaaaaaaaaaaaaaaaaaaaa"), 1, 3, False),
        (ONE_HOT, 1, 3, False),
    ],
)
def test_windows_are_known_through_lists(made: str, batch: int, steps: int, *, is_torn: bool) -> None:
    code = PROGRAM.format(made=made, batch=batch, steps=steps)
    checked = check_source("a.py", code.encode())
    assert not checked.failures, checked.failures
    found = [finding.code for finding in checked.findings if finding.code == "SRN208"]
    assert found == (["SRN208"] if is_torn else [])


def test_the_same_part_of_a_list_is_the_same_data() -> None:
    made = "series = [float(line) for line in open('series')]\ny = 1"
    code = PROGRAM.format(made=made, batch=1, steps=1)
    epochs = "\nfor epoch in range(3):\n    x = series[:80]\n    model.fit"
    checked = check_source("a.py", code.replace("\nmodel.fit", epochs).encode())
    assert [finding.code for finding in checked.findings] == ["SRN301"]
