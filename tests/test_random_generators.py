"""Generators whose batches begin at random places; rows that a `range` or an order of numbers takes."""

from __future__ import annotations

import pytest

from tests.programs import reported_below
from tests.telling import reveal

HEAD = """
import numpy as np
import keras
series = np.load("series.npy")
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(16, 40, 3)), memory])
model.compile("sgd", "mse")
"""
# A generator in the manner of many textbooks: rows one by one, from numbers that are drawn or counted.
TEXTBOOK = """
def batches(data, lookback, last, shuffle=False, size=16, step=1):
    i = lookback
    while 1:
        if shuffle:
            rows = np.random.randint(lookback, last, size=size)
        else:
            if i + size >= last:
                i = lookback
            rows = np.arange(i, min(i + size, last))
            i += len(rows)
        samples = np.zeros((len(rows), lookback // step, data.shape[-1]))
        targets = np.zeros((len(rows),))
        for j, row in enumerate(rows):
            samples[j] = data[range(rows[j] - lookback, rows[j], step)]
            targets[j] = data[rows[j]][1]
        yield samples, targets
"""
SLICES = """
def batches(data, steps, size=16):
    while True:
        x = np.zeros((size, steps, 3))
        for i in range(size):
            start = {start}
            x[i] = data[start : start + steps]
        yield x, x[:, -1]
"""


def found(code: str, *codes: str) -> list[tuple[int, str]]:
    """The lines of `code` at which these rules report something."""
    return reported_below(HEAD, code, codes)


@pytest.mark.parametrize(
    ("arguments", "is_random"),
    [
        ("series, 40, 2000, shuffle=True", True),
        ("series, 240, 2000, shuffle=True, step=6", True),
        ("series, 40, 2000", False),
        ("series, 240, 2000, step=6", False),
    ],
)
def test_a_generator_that_draws_the_rows_of_a_batch(arguments: str, is_random: bool) -> None:
    code = f"{TEXTBOOK}model.fit(batches({arguments}), steps_per_epoch=9, epochs=2)\n"
    assert found(code, "SRN202") == [(6, "SRN202")] * is_random


@pytest.mark.parametrize(
    ("start", "is_random"),
    [
        ("np.random.randint(len(data) - steps)", True),
        ("np.random.randint(0, len(data) - steps) + 5", True),
        ("i * steps", False),
        ("unheard(i)", False),
    ],
)
def test_a_generator_of_slices_that_begin_anywhere(start: str, is_random: bool) -> None:
    code = SLICES.replace("{start}", start) + "model.fit(batches(series, 40), steps_per_epoch=9)\n"
    assert found(code, "SRN202") == [(6, "SRN202")] * is_random


def test_a_part_drawn_once_is_in_order() -> None:
    code = """
x = np.zeros((16, 40, 3))
start = np.random.randint(1000)
for i in range(16):
    x[i] = series[start : start + 40]
model.fit(x, x[:, -1], batch_size=16, shuffle=False)
"""
    assert not found(code, "SRN202", "SRN203")


@pytest.mark.parametrize(
    "order", ["np.random.permutation(len(rows))", "np.random.permutation(np.arange(900))"]
)
def test_rows_that_are_picked_one_by_one(order: str) -> None:
    code = f"rows = list(series)\norder = {order}\nx = np.array([rows[i] for i in order])\n"
    assert found(f"{code}model.fit(x, x, batch_size=16, shuffle=False)\n", "SRN203") == [(2, "SRN203")]


@pytest.mark.parametrize("index", ["range(i, i + 40)", "range(i, i + 40, 1)"])
def test_windows_cut_by_the_numbers_of_their_rows(index: str) -> None:
    code = f"x = np.array([series[{index}] for i in range(3200)])\n"
    assert found(f"{code}model.fit(x, x, batch_size=16, shuffle=False)\n", "SRN208") == [(2, "SRN208")]


def test_every_sixth_row_tells_no_length_of_a_window() -> None:
    code = "x = np.array([series[i * 15 : i * 15 + 240 : 6] for i in range(3200)])\n"
    assert not found(f"{code}model.fit(x, x, batch_size=16, shuffle=False)\n", "SRN208")


def test_the_rows_of_a_range() -> None:
    head = "x = np.zeros((9, 3))\n"
    assert reveal(f"{head}reveal(x[range(2, 6)].shape)") == reveal(f"{head}reveal(x[2:6].shape)")
    assert reveal(f"{head}reveal(x[range(0, 9, 3)].shape)") == reveal(f"{head}reveal(x[0:9:3].shape)")
    # The last rows, and no slice that ends before it begins.
    assert reveal(f"{head}reveal(x[range(-2, 0)].shape)") != reveal(f"{head}reveal(x[-2:0].shape)")


def test_sequences_of_a_comprehension_are_not_counted_by_its_first_items() -> None:
    code = """
from keras.datasets import imdb
(x, y), _ = imdb.load_data(num_words=100)
x = keras.utils.pad_sequences([row[::-1] for row in x], maxlen=40)
model.fit(x, y, batch_size=16, validation_split=0.2)
"""
    assert not found(code, "SRN204", "SRN207")


@pytest.mark.parametrize("count", [1, 3])
def test_one_drawn_batch_continues_nothing(count: int) -> None:
    code = f"""
import tensorflow as tf
x = np.array([series[i : i + 40] for i in range(6400)])
data = tf.data.Dataset.from_tensor_slices(x).batch(64, drop_remainder=True)
large = keras.Sequential([keras.Input(batch_shape=(64, 40, 3)), keras.layers.LSTM(4, stateful=True)])
for rows in data.take({count}):
    large.predict(rows)
"""
    # However many rows predict takes at once: those of one batch are one.
    assert found(code, "SRN206") == [(7, "SRN206")]
    assert not found(code, "SRN208") or count > 1


SPELLED = """
import random
text = open("book.txt").read()
codes = {{letter: code for code, letter in enumerate(sorted(set(text)))}}
def batches(text, size=16, steps=40):
    x = np.zeros((size, steps, len(codes)))
    at = 0
    while True:
        for row in range(size):
            start = {start}
            chunk = np.zeros((steps + 1, len(codes)))
            for i in range(steps + 1):
                chunk[i, codes[text[start + i]]] = 1
            x[row, :, :] = chunk[:steps]
            at += steps
        yield x, x
"""


@pytest.mark.parametrize(
    ("start", "is_random"), [("random.randrange(len(text) - steps)", True), ("at", False)]
)
def test_letters_that_are_written_out_from_a_random_place_on(start: str, is_random: bool) -> None:
    code = f"{SPELLED.format(start=start)}model.fit(batches(text), steps_per_epoch=9)\n"
    assert found(code, "SRN202") == [(10, "SRN202")] * is_random


LANES = """
import random
def batches(data, size=16, steps=40):
    {starts}
    for step in range(50):
        x = np.zeros((size, steps, 3))
        for i, start in enumerate(starts):
            x[i] = data[start + step * steps : start + (step + 1) * steps]
        yield x, x
        {more}
"""


@pytest.mark.parametrize(
    "starts",
    [
        "starts = np.random.randint(0, len(data) // 2, size=size)",
        "starts = [random.randint(0, 999) for _ in range(size)]",
        "starts = list(range(0, 16000, 1000)); random.shuffle(starts)",
    ],
)
def test_lanes_may_begin_anywhere_and_go_on(starts: str) -> None:
    fit = "model.fit(batches(series))\n"
    assert found(LANES.format(starts=starts, more="") + fit, "SRN202", "SRN203") == []
    if "shuffle" not in starts:
        again = LANES.format(starts=starts, more=starts)
        assert [rule for _, rule in found(again + fit, "SRN202")] == ["SRN202"]


SEQUENCE = """
class Batches(keras.utils.Sequence):
    def __init__(self, names, size=16, shuffle=True):
        self.names, self.size, self.shuffle = names, size, shuffle
        self.on_epoch_end()
    def __len__(self):
        return len(self.names) // self.size
    def on_epoch_end(self):
        self.order = np.arange(len(self.names))
        if self.shuffle:
            np.random.shuffle(self.order)
    def __getitem__(self, index):
        order = self.order[index * self.size : (index + 1) * self.size]
        return self.read([self.names[k] for k in order])
    def read(self, names):
        {read}
        return x, x
"""
FILLED = (
    "x = np.empty((self.size, 40, 3))\n        for i, n in enumerate(names):\n            x[i,] = np.load(n)"
)
JOINED = (
    "x = np.empty(0, float)\n        for n in names:\n            x = np.append(x, np.load(n))\n"
    "        x = x.reshape(self.size, 40, 3)"
)


@pytest.mark.parametrize("read", [FILLED, JOINED])
@pytest.mark.parametrize(
    ("made", "told"),
    [
        ("Batches(names)", ["SRN202"]),
        ("Batches(names, shuffle=False)", []),
        ("Batches(shuffled, shuffle=False)", ["SRN203"]),
    ],
)
def test_a_sequence_that_reads_files_by_their_numbers(read: str, made: str, told: list[str]) -> None:
    code = SEQUENCE.format(read=read)
    made_of = "import os, random\nnames = sorted(os.listdir('x'))\nshuffled = list(names)\n"
    code += f"{made_of}random.shuffle(shuffled)\nmodel.fit({made}, shuffle=False)\n"
    assert [rule for _, rule in found(code, "SRN202", "SRN203")] == told
