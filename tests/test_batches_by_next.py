"""Batches that a program takes by `next()` of a generator that begins again by itself."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

HEAD = """\
import numpy as np
from tensorflow import keras

x = np.load("x.npy")
model = keras.Sequential([keras.Input(batch_shape=(8, 5, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")

"""
AGAIN = """\
def batches(x):
    while True:
        for i in range(0, len(x), 8):
            yield x[i:i + 8], x[i:i + 8, -1]

drawn = batches(x)
"""
EPOCHS = """\
for epoch in range(20):
    for step in range(len(x) // 8):
        {}
"""


def found(code: str) -> list[str]:
    lines = (HEAD + code).splitlines()
    findings = check_source("train.py", (HEAD + code).encode()).findings
    return [f"{f.code}: {lines[f.site.line - 1].strip()}" for f in findings]


@pytest.mark.parametrize(
    "batch",
    [
        "a, b = next(drawn); model.train_on_batch(a, b)",
        "a, b = drawn.__next__(); model.train_on_batch(a, b)",
        "both = next(drawn); model.train_on_batch(both[0], both[1])",
    ],
)
def test_epochs_over_a_generator_that_begins_again(batch: str) -> None:
    assert found(AGAIN + EPOCHS.format(batch)) == [f"SRN301: {batch}"]


TRAIN = "a, b = next(drawn); model.train_on_batch(a, b)"
RESET = "for layer in model.layers:\n        {}layer.reset_states()\n"


@pytest.mark.parametrize(
    "code",
    [
        AGAIN + EPOCHS.format(TRAIN) + "    " + RESET.format(""),
        # How far one loop goes isn't known.
        AGAIN + f"for step in range(1000):\n    {TRAIN}\n",
        # Another generator in each pass.
        AGAIN + EPOCHS.format(TRAIN).replace(":\n", ":\n    drawn = batches(np.load(f'{epoch}.npy'))\n", 1),
        # Endless streams, and batches drawn at random.
        "def batches(f):\n    while True:\n        a = np.frombuffer(f.read(320)).reshape(8, 5, 1)\n"
        "        yield a, a[:, -1]\n\ndrawn = batches(open('x.bin', 'rb'))\n" + EPOCHS.format(TRAIN),
        "def batches(x):\n    while True:\n        i = np.random.randint(0, len(x) - 8)\n"
        "        yield x[i:i + 8], x[i:i + 8, -1]\n\ndrawn = batches(x)\n" + EPOCHS.format(TRAIN),
        # It resets by itself.
        AGAIN.replace("        for", "        " + RESET.format("    ") + "        for")
        + EPOCHS.format(TRAIN),
    ],
)
def test_what_is_no_epoch_without_a_reset(code: str) -> None:
    assert not [line for line in found(code) if "SRN301" in line]


ONCE = """\
from itertools import islice

def rows(x):
    for i in range(0, len(x), 5):
        yield x[i:i + 5], x[i + 5]

{drawn}
for epoch in range(20):
    {anew}
    {taken}
    a, b = np.reshape([a for a, b in some], (8, 5, 1)), np.array([b for a, b in some])
    model.fit(a, b, batch_size=8, shuffle=False)
"""


@pytest.mark.parametrize(
    "taken",
    [
        "some = list(islice(drawn, 8))",
        "some = list(islice(drawn, 0, 8))",
        "some = [row for _, row in zip(range(8), drawn)]",
        "some = [row for k, row in enumerate(drawn)]",
        "some = list(drawn)",
        "some = list(zip(*zip(*drawn)))",
    ],
)
def test_rows_of_a_generator_come_once(taken: str) -> None:
    """Whatever draws them: the next pass has those behind, and only a generator made anew has them again."""
    assert found(ONCE.format(drawn="drawn = rows(x)", anew="pass", taken=taken)) == []
    again = "SRN301: model.fit(a, b, batch_size=8, shuffle=False)"
    assert again in found(ONCE.format(drawn="", anew="drawn = rows(x)", taken=taken))
