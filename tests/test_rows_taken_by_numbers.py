"""Windows whose rows are taken by numbers that are counted, with steps left out, or filled in one by one."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

HEAD = """
import numpy as np
from tensorflow import keras
series = np.load("series.npy")

def build(rows, steps):
    shape = keras.Input(batch_shape=(rows, steps, 3))
    model = keras.Sequential([shape, keras.layers.GRU(8, stateful=True), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    return model
"""
# The generator of a well-known textbook.
TEXTBOOK = """
def batches(data, lookback, delay, first, last, shuffle=False, size=128, step=6):
    if last is None:
        last = len(data) - delay - 1
    i = first + lookback
    while 1:
        if shuffle:
            rows = np.random.randint(first + lookback, last, size=size)
        else:
            if i + size >= last:
                i = first + lookback
            rows = np.arange(i, min(i + size, last))
            i += len(rows)
        samples = np.zeros((len(rows), lookback // step, data.shape[-1]))
        targets = np.zeros((len(rows),))
        for j, row in enumerate(rows):
            indices = range(rows[j] - lookback, rows[j], step)
            samples[j] = {taken}
            targets[j] = data[rows[j] + delay][1]
        yield samples, targets
"""


def messages(code: str) -> list[str]:
    checked = check_source("snippet.py", (HEAD + code).encode(), Settings(keras=(2,)))
    assert not checked.failures
    return [one.message for one in checked.findings if one.code == "SRN208"]


@pytest.mark.parametrize("taken", ["data[indices]", "np.reshape(data[indices], (lookback // step, 3))"])
@pytest.mark.parametrize(
    ("arguments", "steps", "told"),
    [
        ("series, 1440, 144, 0, 200000", 240, "windows of 240 steps, 6 apart, that begin 1 apart"),
        ("series, 240, 24, 0, 20000, step=1", 240, "windows of 240 steps that begin 1 apart"),
        # Each row goes on where it ended.
        ("series, 128, 24, 0, 20000, step=1", 128, ""),
        ("series, 128, 24, 0, 20000, step=2", 64, ""),
        ("series, 1440, 144, 0, 200000, shuffle=True", 240, ""),
    ],
)
def test_a_generator_that_counts_the_rows_of_a_batch(
    taken: str, arguments: str, steps: int, told: str
) -> None:
    code = TEXTBOOK.format(taken=taken)
    code += f"build(128, {steps}).fit_generator(batches({arguments}), steps_per_epoch=50, epochs=2)\n"
    found = messages(code)
    assert len(found) == bool(told) and all(f"batches of 128 with {told} don't" in text for text in found)


@pytest.mark.parametrize(
    ("cut", "stride", "rows", "is_torn"),
    [
        ("series[i:i + 60:6]", 1, 32, True),
        ("series[i:i + 60:6]", 1, 1, True),
        ("series[i:i + 60:6]", 60, 1, False),
        ("series[i:i + 60:6]", 60, 2, True),
        ("series[i - 60:i:6]", 1, 32, True),
        ("series[np.arange(i, i + 10)]", 1, 32, True),
        ("series[np.arange(i, i + 10)]", 10, 1, False),
        ("series[range(i, i + 60, 6)]", 1, 32, True),
        # How far apart they are, or how many, isn't known.
        ("series[i:i + 60:every]", 1, 32, False),
        ("series[i:end(i):6]", 1, 32, False),
    ],
)
def test_steps_that_are_left_out(cut: str, stride: int, rows: int, *, is_torn: bool) -> None:
    code = f"x = np.array([{cut} for i in range(60, len(series) - 60, {stride})])\n"
    code += f"build({rows}, 10).fit(x, np.zeros(len(x)), batch_size={rows}, shuffle=False)\n"
    assert bool(messages(code)) is is_torn


LETTERS = """
text = {text}
codes = {{letter: k for k, letter in enumerate(sorted(set(text)))}}
count = (len(text) - 16) // 4 * 4
x = np.zeros((count, 16, 3))
for i in range(count):
    part = text[i:i + 16]
    for t, letter in enumerate(part):
        {fill}
build(4, 16).fit(x, np.zeros(count), batch_size=4, shuffle=False)
"""


@pytest.mark.parametrize("text", ["open('text').read()", "[float(line) for line in open('numbers')]"])
@pytest.mark.parametrize(
    ("fill", "is_torn"),
    [
        ("x[i, t, codes[letter]] = 1", True),
        ("x[i][t][codes[letter]] = 1", True),
        ("x[i][t, codes[letter]] = 1", True),
        ("x[i, t][codes[letter]] = 1", True),
        ("x[i, t, 0] = codes[letter]", True),
        ("x[i][t][0] = codes[letter] / len(codes)", True),
        # Turned round, of other rows, or of who knows what.
        ("x[i][15 - t][codes[letter]] = 1", False),
        ("x[count - 1 - i][t][codes[letter]] = 1", False),
        ("x[i][t][codes[noise()]] = 1", False),
        ("x[i:][t][codes[letter]] = 1", False),
        ("x[places[i]][t][codes[letter]] = 1", False),
    ],
)
def test_what_is_cut_out_for_a_row_and_filled_in(text: str, fill: str, *, is_torn: bool) -> None:
    assert bool(messages(LETTERS.format(text=text, fill=fill))) is is_torn


@pytest.mark.parametrize(
    "part", ["part[::-1]", "reversed(part)", "text[i:i + 32:2]", "sorted(part)", "set(part)"]
)
def test_what_is_gone_over_in_another_way(part: str) -> None:
    code = LETTERS.format(text="open('text').read()", fill="x[i, t, codes[letter]] = 1")
    assert not messages(code.replace("enumerate(part)", f"enumerate({part})"))


CELLS = """
count = len(series) // 10
x = np.zeros((count, {steps}, 3))
k = 0
for i in range(count):
    for t in range({steps}):
        {fill}
{behind}
build({rows}, {steps}).fit(x, np.zeros(count), batch_size={rows}, shuffle=False)
"""


@pytest.mark.parametrize(
    ("fill", "steps", "rows", "is_torn"),
    [
        ("x[i, t, 0] = series[i + t]", 10, 8, True),
        ("x[i, t, 0] = series[i + t]", 10, 1, True),
        ("x[i, t] = series[i + t]", 10, 8, True),
        ("x[i][t][0] = float(series[i + t]) / 100", 10, 8, True),
        ("x[i, t, 0] = series[i + t, 0]; x[i, t, 1] = series[i + t, 1]", 10, 8, True),
        ("x[i, t, 0] = series[i * 10 + t]", 10, 8, True),
        ("x[i, t, 0] = series[i * 10 + t]", 10, 1, False),
        ("x[i, t, 0] = series[i * 90 + t]", 90, 8, True),
        ("x[i, t, 0] = series[i * 90 + t]", 90, 1, False),
        ("x[i, t, 0] = np.squeeze(series[k, 0]); k += 1", 10, 8, True),
        ("x[i, t, 0] = np.squeeze(series[k, 0]); k += 1", 10, 1, False),
        # Lanes, backwards, from two series, or who knows from where.
        ("x[i, t, 0] = series[(i % 8) * 1000 + i // 8 * 10 + t]", 10, 8, False),
        ("x[i, t, 0] = series[i + 10 - t]", 10, 8, False),
        ("x[i, t, 0] = series[t * count + i]", 10, 8, False),
        ("x[i, t, 0] = (series if i else other)[i + t]", 10, 8, False),
        ("x[i, t, 0] = series[place(i, t)]", 10, 8, False),
        ("x[t, i, 0] = series[i + t]", 10, 8, False),
    ],
)
def test_items_that_are_filled_in_one_by_one(fill: str, steps: int, rows: int, *, is_torn: bool) -> None:
    assert bool(messages(CELLS.format(fill=fill, steps=steps, rows=rows, behind=""))) is is_torn


@pytest.mark.parametrize(
    ("behind", "is_torn"),
    [
        ("x[np.isnan(x)] = 0.0", True),
        ("x[x > 5] = 5", True),
        ("missing = np.isnan(x); x[missing] = 0", True),
        ("x[order] = 0", False),
        ("x[np.isnan(x)] = other", False),
        ("x[:9] = 0", False),
    ],
)
def test_numbers_that_are_put_in_place_of_others(behind: str, *, is_torn: bool) -> None:
    code = CELLS.format(fill="x[i, t] = series[i + t]", steps=10, rows=8, behind=behind)
    assert bool(messages(code)) is is_torn


def test_lanes_that_are_filled_in_one_by_one() -> None:
    code = """
x = np.zeros((4, 1000, 3))
for i in range(4):
    for t in range(1000):
        x[i, t] = series[i * 1000 + t]
model = build(4, 10)
for k in range(0, 1000, 10):
    model.train_on_batch(x[:, k:k + 10], np.zeros(4))
"""
    assert not messages(code)
    assert messages(code.replace("range(0, 1000, 10)", "range(1000)"))


LANES = """
n = len(series) // 10
x = {begun}
for i in range(n):
    {place}
    {put}
x = np.array(x)
build(8, 10).fit(x, np.zeros(len(x)), batch_size=8, shuffle=False)
"""


@pytest.mark.parametrize(
    "place",
    [
        "a = (i % 8) * 1000 + i // 8 * 10",
        "step, lane = divmod(i, 8); a = lane * 1000 + step * 10",
        "lane = i % 8; a = lane * 1000 + i",
    ],
)
@pytest.mark.parametrize(
    ("begun", "put"),
    [
        ("np.zeros((n, 10, 3))", "x[i] = series[a:a + 10]"),
        ("[]", "x.append(series[a:a + 10])"),
        ("[]", "x += [series[a:a + 10]]"),
    ],
)
def test_lanes_that_stand_one_window_after_the_other(begun: str, place: str, put: str) -> None:
    """What the first two rows show doesn't go on: the ninth one continues the first."""
    assert not messages(LANES.format(begun=begun, place=place, put=put))
    assert messages(LANES.format(begun=begun, place="a = i * 10", put=put))


def test_rows_that_are_numbered_by_what_is_left_out() -> None:
    code = """
n = len(series) - 10
x = np.zeros((n // 3, 10, 3))
for i in range(0, n, 3):
    x[i // 3] = series[i:i + 10]
build(8, 10).fit(x, np.zeros(len(x)), batch_size=8, shuffle=False)
"""
    assert messages(code)
