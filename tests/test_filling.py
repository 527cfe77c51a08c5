"""Windows of a series that a program copies into a blank array, row by row."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.trace.objects import Windows
from statelint.trace.story import Feed
from tests.telling import HEAD, reveal, trace_of

MODEL = """
model = keras.Sequential([keras.Input(batch_shape=(2, 10, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")
x = np.zeros((100, 10, 1))
"""


def windows_of(filling: str, fed: str = "x") -> tuple[int | None, int, int | None] | None:
    """The start, stride and length of the windows that the model is fed."""
    story = trace_of(f"{MODEL}{filling}\nmodel.predict({fed})", 3, HEAD).stories[0]
    found: Windows | None = next(event for event in story.events if isinstance(event, Feed)).data.windows
    return None if found is None else (found.start, found.stride, found.length)


@pytest.mark.parametrize(
    ("filling", "windows"),
    [
        ("for i in range(100):\n    x[i] = series[i:i + 10]", (0, 1, 10)),
        ("for i in range(count):\n    x[i, :, 0] = series[i:i + 10]", (0, 1, 10)),
        ("for i in range(100):\n    x[i, :, :] = series[5 * i:5 * i + 10, None]", (0, 5, 10)),
        ("for i in range(10, count):\n    x[i - 10] = series[i - 10:i]", (0, 1, 10)),
        ("for i in range(10, 100):\n    x[i] = series[i - 10:i]", (-10, 1, 10)),
        ("for i in range(100):\n    x[i] = frame.iloc[i:i + 10].values", (0, 1, 10)),
        ("row = 0\nwhile row < 100:\n    x[row] = series[row:row + 10]\n    row += 1", (0, 1, 10)),
        ("for i in range(12):\n    x[i] = series[i:i + 10]", (0, 1, 10)),
        # Slices that take all there is.
        ("for i in range(100):\n    x[i, 0:10, 0] = series[i:i + 10, 2]", (0, 1, 10)),
        ("for i in range(100):\n    x[i, :10] = series[i:i + 10]", (0, 1, 10)),
    ],
)
def test_rows_that_are_filled_in_order_are_windows(
    filling: str, windows: tuple[int | None, int, int]
) -> None:
    assert windows_of(filling) == windows


ITEMS = """
series = np.load("series.npy").reshape(-1, {width})
x = np.zeros((100, 10, {width}))
for i in range(100):
    for t in range(10):
        {fill}
"""


@pytest.mark.parametrize(
    ("fill", "width", "windows"),
    [
        ("x[i, t] = series[i + t]", 4, (0, 1, 10)),
        ("x[i, t, :] = series[i + t, :]", 4, (0, 1, 10)),
        ("x[i][t][0] = series[i + t]", 1, (0, 1, 10)),
        ("x[i, t, 0] = series[10 * i + t]", 1, (0, 10, 10)),
        ("x[i, t] = series[i - t]", 4, None),
        ("x[i, t] = series[t]", 4, None),
        ("x[i, 9 - t] = series[i + t]", 4, None),
    ],
)
def test_steps_of_several_features_that_are_filled_in_one_by_one(
    fill: str, width: int, windows: tuple[int, int, int] | None
) -> None:
    assert windows_of(ITEMS.format(fill=fill, width=width)) == windows


COLUMNS = """
x = np.zeros((100, 10, 2))
for i in range(100):
    x[i, :, 0] = series[i:i + 10]
    x[i, :, 1] = {}
"""


@pytest.mark.parametrize("other", ["other[i:i + 10]", "series[i + 1:i + 11]", "i / 100", "noise[i]"])
def test_other_columns_change_nothing(other: str) -> None:
    assert windows_of(COLUMNS.format(other)) == (0, 1, 10)


def test_the_transpose_of_a_column_is_a_row() -> None:
    filling = "x = np.zeros((100, 10))\nfor i in range(100):\n    x[i] = series[i:i + 10].T"
    assert windows_of(filling, "x[..., None]") == (0, 1, 10)


@pytest.mark.parametrize(
    ("fed", "windows"),
    [
        ("x[20:]", (20, 1, 10)),
        ("x[half:]", (None, 1, 10)),
        ("x[:half]", (0, 1, 10)),
        ("x[::10]", (0, 10, 10)),
        ("np.reshape(x, (100, 1, 10))", (0, 1, 10)),
        ("x[::-1]", None),
    ],
)
def test_parts_of_them_are_windows_too(fed: str, windows: tuple[int | None, int, int] | None) -> None:
    assert windows_of("for i in range(100):\n    x[i] = series[i:i + 10]", fed) == windows


@pytest.mark.parametrize(
    "filling",
    [
        "for i in range(100):\n    x[i] = 0",
        "for i in range(100):\n    x[i] = series[i]",
        "for i in range(100):\n    x[0] = series[i:i + 10]",
        "for i in range(100):\n    x[i] = series[i:i + lengths[i]]",
        "for i in range(100):\n    x[2 * i] = series[i:i + 10]",
        "for i in range(100):\n    x[i] = series[100 - i:110 - i]",
        "for i in range(100):\n    x[i] = series[i * i:i * i + 10]",
        "for i in range(100):\n    x[i] = series[i:i + 10].T",
        "for i in range(100):\n    x[i, :5] = series[i:i + 5]",
        "for i in range(100):\n    x[i] = series[i:i + 10]\n    x[i, :, 0] = 0",
        "for i in range(100):\n    x[i] = series[i:i + 10]\nx[50] = 0",
        "for i in range(100):\n    x[i] = series[i:i + 10]\nx[order] = 0",
        "for i in range(100):\n    if good[i]:\n        x[i] = series[i:i + 10]",
        "for i in range(50):\n    x[2 * i] = a[i:i + 10]\n    x[2 * i + 1] = b[i:i + 10]",
        "x = np.load('x.npy')\nfor i in range(100):\n    x[i] = series[i:i + 10]",
        "row = 0\nfor part in parts:\n    for i in range(50):\n"
        "        x[row] = part[i:i + 10]\n        row += 1",
    ],
)
def test_rows_that_are_filled_otherwise_are_not(filling: str) -> None:
    assert windows_of(filling) is None


PARTS = """
def cut(series):
    part = np.zeros((50, 10, 1))
    for i in range(50):
        part[i, :, 0] = series[{} * i:{} * i + 10]
    return part
one, other = cut(np.load("a.npy")), cut(np.load("b.npy"))
"""


@pytest.mark.parametrize("joined", ["np.vstack((one, other))", "np.concatenate([one, other], axis=0)"])
def test_windows_of_two_series_one_behind_the_other(joined: str) -> None:
    assert windows_of(PARTS.format(3, 3), joined) == (None, 3, 10)


@pytest.mark.parametrize(
    "joined",
    ["np.concatenate([one, other], axis=1)", "np.vstack((one, x))", "np.vstack((one, other[::2]))"],
)
def test_other_rows_are_no_such_windows(joined: str) -> None:
    assert windows_of(PARTS.format(3, 3), joined) is None


LETTERS = """
text = open("text").read()
codes = {letter: k for k, letter in enumerate(sorted(set(text)))}
parts, after = [], []
for k in range(0, len(text) - 10, 3):
    parts.append(text[k:k + 10])
    after.append(text[k + 10])
SHUFFLE
x = np.zeros((len(parts), 10, len(codes)), dtype=bool)
y = np.zeros((len(parts), len(codes)), dtype=bool)
for i, part in enumerate(parts):
    for t, letter in enumerate(part):
        FILL
    y[i, codes[after[i]]] = 1
"""


@pytest.mark.parametrize(
    ("fill", "windows"),
    [
        ("x[i, t, codes[letter]] = 1", (0, 3, 10)),
        ("x[i, t, codes[letter]] = True", (0, 3, 10)),
        ("x[i][t][codes[letter]] = 1", (0, 3, 10)),
        ("x[i, t, 0] = codes[letter]", (0, 3, 10)),
        ("x[i, t, codes.get(letter, 0)] = 1.0", (0, 3, 10)),
        # Turned round, of other rows, or of who knows which letter.
        ("x[i, 9 - t, codes[letter]] = 1", None),
        ("x[len(parts) - 1 - i, t, codes[letter]] = 1", None),
        ("x[i, t, codes[noise()]] = 1", None),
        ("x[i, t, 0] = features[i][t]", None),
        ("x[i, t, codes[part[0]]] = 1", None),
    ],
)
def test_a_text_that_is_filled_in_letter_by_letter(fill: str, windows: tuple[int, int, int] | None) -> None:
    assert windows_of(LETTERS.replace("FILL", fill).replace("SHUFFLE", "")) == windows


def test_parts_of_a_text_that_are_shuffled_are_no_windows() -> None:
    code = LETTERS.replace("FILL", "x[i, t, codes[letter]] = 1").replace(
        "SHUFFLE", "np.random.shuffle(parts)"
    )
    assert windows_of(code) is None


@pytest.mark.parametrize(("stride", "is_torn"), [(1, True), (5, False)])
def test_rows_filled_with_parts_of_lists(stride: int, *, is_torn: bool) -> None:
    code = f"""
import csv
import keras
import numpy as np
rate, level = [], []
with open("data") as file:
    for row in csv.reader(file):
        rate.append(float(row[0]))
        level.append(float(row[1]))
count = (len(rate) - 5) // {stride}
x = np.empty([count, 5, 2])
for k in range(count):
    x[k, :, 0] = rate[k * {stride}:k * {stride} + 5]
    x[k, :, 1] = level[k * {stride}:k * {stride} + 5]
x = np.vstack((x, x[:9]))
model = keras.Sequential([keras.Input(batch_shape=(1, 5, 2)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")
model.fit(x, mystery(), batch_size=1, shuffle=False)
"""
    checked = check_source("a.py", code.encode())
    assert not checked.failures
    found = [finding.code for finding in checked.findings]
    assert found == (["SRN208"] if is_torn else [])


@pytest.mark.parametrize(
    ("other", "shape"),
    [("np.ones((4, 9))", "array(4, 9)"), ("np.ones((5, 9))", "?LOOP"), ("unseen(0)", "?LOOP")],
)
def test_an_array_of_one_shape_on_every_way_keeps_it(other: str, shape: str) -> None:
    code = f"""
    for k in unseen(0):
        a = np.zeros((4, 9)) if unseen(k) else {other}
        for i in unseen(0):
            if unseen(i):
                a[i, 1] = 1
    reveal(a)
    """
    assert reveal(code) == [shape]


TRIMMED = """
def windows(batch):
    x = np.zeros((100, 10, 1))
    for i in range(100):
        x[i] = series[i:i + 10]
    if len(x) % batch > 0:
        x = x[:-(len(x) % batch)]
    return x
x = {}
"""


@pytest.mark.parametrize("made", ["np.array(windows(SIZE))", "np.asarray(windows(SIZE), 'float32')"])
def test_a_function_is_followed_for_each_array_that_it_may_be_given(made: str) -> None:
    assert windows_of(TRIMMED.format(made)) == (0, 1, 10)


def test_but_not_for_what_may_be_no_array() -> None:
    assert windows_of(TRIMMED.format("np.array(windows(2) if FLAG else 3)")) is None
