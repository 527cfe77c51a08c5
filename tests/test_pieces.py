"""Data of unknown length: a whole or trimmed array makes several batches, a piece of it maybe one."""

from __future__ import annotations

import pytest

from statelint.rules.batch_size_mismatch import BatchSizeMismatch
from statelint.rules.shuffled_batches import ShuffledBatches
from tests.telling import trace_of

MODEL = """
import numpy as np, keras
model = keras.Sequential([keras.Input(batch_shape=(4, 3, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")
x, y, archive = np.load("x.npy"), np.load("y.npy"), np.load("z.npz")
"""

TABLE = """
import pandas as pd
table = pd.read_csv("table.csv")
train = table.iloc[:n]
"""


def is_shuffled(code: str) -> bool:
    return any(ShuffledBatches().check(trace_of(MODEL + code, head="")))


@pytest.mark.parametrize(
    "code",
    [
        "model.fit(x, y, batch_size=4)",
        "model.fit(x[:n], y[:n], batch_size=4)",
        "model.fit(x[:len(x) // 4 * 4], y, batch_size=4)",
        "n = int(len(x) // 4 * 4)\nmodel.fit(x[-n:], y[-n:], batch_size=4)",
        "model.fit(x[0:-7], y[0:-7], batch_size=4)",
        "model.fit(x[split:], y[split:], batch_size=4)",
        "model.fit(x[100:], y[100:], batch_size=4)",
        "model.fit(x[:1000], y[:1000], batch_size=4)",
        "model.fit(x[:n, :, :1], y[:n], batch_size=4)",
        "x = x[:n]\nmodel.fit(np.reshape(x, (x.shape[0], 3, 1)), y, batch_size=4)",
        "model.fit(np.expand_dims(x[:n], 2), y, batch_size=4)",
        "model.fit(x[:n][..., None] / 255, y, batch_size=4)",
        "model.fit(archive['x'], archive['y'], batch_size=4)",
        "order = np.random.permutation(len(x))\nmodel.fit(x[order], y[order], batch_size=4)",
        "order = np.random.permutation(len(x))[: int(len(x) * 0.8)]\n"
        "model.fit(x[order], y[order], batch_size=4)",
        "order = np.random.permutation(x.shape[0])\nn = x.shape[0] * 3 // 4\n"
        "model.fit(x[order[:n]], y[order[:n]], batch_size=4)",
        "order = np.arange(len(x))\nnp.random.shuffle(order)\nn = int(0.8 * len(order))\n"
        "model.fit(x[order[n:]], y[order[n:]], batch_size=4)",
        "blank = np.zeros((n, 3, 1))\nmodel.fit(blank[:m], y, batch_size=4)",
        "for epoch in range(9):\n    model.fit(x[:n], y[:n], batch_size=4)",
        TABLE + "x = train[['a', 'b', 'c']].values.reshape(-1, 3, 1)\nmodel.fit(x, y, batch_size=4)",
        TABLE + "names = ['a', 'b', 'c']\nx = np.reshape(train[names].values, (len(train), 3, 1))\n"
        "model.fit(x, y, batch_size=4)",
    ],
)
def test_whole_and_trimmed_arrays_make_several_batches(code: str) -> None:
    assert is_shuffled(code)


@pytest.mark.parametrize(
    "code",
    [
        "model.fit(x, y, batch_size=len(x))",
        "order = np.random.permutation(len(x))[:4]\nmodel.fit(x[order], y[order], batch_size=4)",
        "order = np.random.permutation(len(x))[:n]\nmodel.fit(x[order], y[order], batch_size=n)",
        "order = np.random.permutation(len(x))[i:i + n]\nmodel.fit(x[order], y[order], batch_size=4)",
        "order = np.random.permutation(len(x))[-n:]\nmodel.fit(x[order], y[order], batch_size=4)",
        "order = np.argsort(scores)[:n]\nmodel.fit(x[order], y[order], batch_size=4)",
        "model.fit(x, y, batch_size=x.shape[0])",
        "model.fit(x[:n], y[:n], batch_size=n)",
        "x = x[:n]\nmodel.fit(x, y, batch_size=len(x))",
        "blank = np.zeros((n, 3, 1))\nmodel.fit(blank, y, batch_size=n)",
        "x = np.reshape(x[:n], (n, 3, 1))\nmodel.fit(x, y, batch_size=n)",
        "model.fit(x[:4], y[:4], batch_size=4)",
        "model.fit(x[-4:], y[-4:], batch_size=4)",
        "model.fit(x[-n:], y[-n:], batch_size=4)",
        "model.fit(x[i:i + m], y[i:i + m], batch_size=4)",
        "model.fit(x[chosen], y[chosen], batch_size=4)",
        "order = np.random.permutation(len(x))[:m]\nmodel.fit(x[order], y[order], batch_size=4)",
        "model.fit(batches[0], y, batch_size=4)",
        "model.fit(np.reshape(x[i:j], (j - i, 3, 1)), y, batch_size=4)",
        "for i in range(9):\n    model.fit(x[i * 4:(i + 1) * 4], y[i * 4:(i + 1) * 4], batch_size=4)",
        "for part in batches:\n    model.fit(part['x'], part['y'], batch_size=4)",
        "for i in range(m):\n    model.fit(x[:n - i], y[:n - i], batch_size=4)",
        # More than one batch of the default size would raise.
        "model.fit(x, y)",
    ],
)
def test_a_piece_may_be_one_batch(code: str) -> None:
    assert not is_shuffled(code)


@pytest.mark.parametrize(
    "rows",
    [
        "x[i:i + 1]",
        "x[-1:]",
        "x[:1]",
        "x[0:1, :, :1]",
        "np.zeros((n, 3, 1))[-1:]",
        "np.expand_dims(x[0], axis=0)",
        "np.array([x[5]])",
        "x[i:i + 1] / 255",
    ],
)
def test_one_row_is_one_row_of_whatever_length(rows: str) -> None:
    assert sizes_of(rows) == [1]


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        ("x[i:i + 2]", 2),
        ("x[-2:]", 2),
        ("x[i - 1:i]", 1),
        ("x[i * 4:(i + 1) * 4]", 4),
        ("x[10:i]", None),
    ],
)
def test_a_slice_takes_as_many_rows_as_lie_between_its_ends(rows: str, count: int | None) -> None:
    assert sizes_of(rows) == [count]


@pytest.mark.parametrize("rows", ["x[1:]", "x[:i]", "x[i:2 * i]", "x[:-2]", "x[::2]", "x.T[:1].T"])
def test_other_slices_have_no_known_length(rows: str) -> None:
    assert sizes_of(rows) == [None]


def sizes_of(rows: str) -> list[int | None]:
    story = trace_of(f"{MODEL}model.predict({rows})", head="").stories[0]
    return [feed.data.samples for _, feed in story.feeds("predict")]


@pytest.mark.parametrize(
    ("call", "misfits"),
    [
        ("model.fit(x.reshape(n, 1, 2), y, validation_data=(z, y))", True),
        ("model.fit(x.reshape(n, 1, 2), y, validation_split=0.5)", True),
        ("model.fit(x.reshape(n, 1, 2), y)", False),
        ("model.fit(x.reshape(n, 9, 2), y, validation_data=(z, y))", False),
        ("model.fit(x[i].reshape(n, 1, 2), y, validation_data=(z, y))", False),
        ("model.fit(x, y, validation_data=(z, y))", False),
    ],
)
def test_steps_that_are_rows_are_more_than_one(call: str, misfits: bool) -> None:
    model = MODEL.replace("batch_shape=(4, 3, 1)", "batch_shape=(1, None, 2)")
    trace = trace_of(f"{model}z = np.load('v.npy')\n{call}", 2, "")
    assert any(BatchSizeMismatch().check(trace)) is misfits
