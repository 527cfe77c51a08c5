"""Single steps whose targets are made of the rows behind them, or before: they are steps of one series."""

from __future__ import annotations

import pytest

from tests.programs import reported_below

HEAD = """
import random
import keras
import numpy as np
import pandas as pd
from elsewhere import load
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
other = np.load("other.npy")
"""
FIT = """
model = keras.Sequential([keras.Input(batch_shape=(BATCH, 1, 3)), keras.layers.LSTM(3, stateful=True)])
model.compile("sgd", "mse")
model.fit(x, y, batch_size=BATCH, shuffle=False)
"""
UNKNOWN = "s = load('frames')"
SCALED = "s = StandardScaler().fit_transform(pd.read_csv('frames.csv'))"
JOINED = """
frames = load("frames")[:int(load("many")), :, :]
more = np.concatenate((np.zeros((1, 1, 1)), np.diff(frames[:, :, :1], axis=0)))
s = np.concatenate((frames, more), axis=2)
"""
FILLED = "x, y = s.reshape(len(s), 1, 3), np.zeros((len(s), 3))\nfor i in range(len(s) - 1):\n    "
TABLE = "t = pd.DataFrame(s, columns=['a', 'b', 'c'])\nx = t[['a', 'b', 'c']].values.reshape(-1, 1, 3)\n"
LISTED = "x, y = [], []\nfor i in range(len(s) - 1):\n    "
AS_STEPS = "\nx, y = np.array(x), np.array(y)\nx = np.reshape(x, (x.shape[0], 1, x.shape[1]))"


def is_torn(series: str, made: str, batch: int = 4) -> bool:
    return bool(reported_below(HEAD, f"{series}\n{made}{FIT.replace('BATCH', str(batch))}", {"SRN208"}))


@pytest.mark.parametrize("series", [UNKNOWN, SCALED, JOINED])
@pytest.mark.parametrize(
    "made",
    [
        "x, y = s[:-1], s[1:]\nx = x.reshape(-1, 1, 3)",
        "x, y = s[:-1], s[1:, 0]\nx = np.expand_dims(x, 1)",
        "x, y = s[1:] / 10, s[:-1] / 10\nx = x[:, np.newaxis, :]",
        "x, y = s[:-1], s[1:] - s[:-1]\nx = x.reshape(-1, 1, 3)",
        "x, y = s[:-1], np.delete(s, 0, axis=0)\nx = x.reshape(-1, 1, 3)",
        "x, y = StandardScaler().fit_transform(s[:-1]), s[1:]\nx = x.reshape(-1, 1, 3)",
        "x, y = s[:-1], keras.utils.to_categorical(s[1:, 0])\nx = x.reshape(-1, 1, 3)",
        # Three steps behind, where four stand side by side in a batch.
        "x, y = s[:-3], s[3:]\nx = x.reshape(-1, 1, 3)",
        # Split in order.
        "x, _, y, _ = train_test_split(s[:-1], s[1:], shuffle=False)\nx = x.reshape(-1, 1, 3)",
        "_, x, _, y = train_test_split(s[:-1], s[1:], shuffle=False)\nx = x.reshape(-1, 1, 3)",
        "n = int(len(s) * 0.7)\nx, y = s[:-1], s[1:]\nx, y = x[n:].reshape(-1, 1, 3), y[n:]",
        # Filled in, one by one or at once.
        FILLED + "y[i, :] = x[i + 1, 0, :]",
        FILLED + "y[i] = np.mean(x[i + 1:i + 3, 0], axis=0)",
        "x, y, ahead = s, np.zeros((len(s), 1)), 1\nfor i in range(len(x) - ahead):\n"
        "    y[i, 0] = x[i + ahead, 0, 0]",
        "x, y = s.reshape(-1, 1, 3), np.zeros_like(s)\nfor i in range(len(s) - 1):\n    y[i] = s[i + 1]\n"
        "y[-1] = y[-2]",
        "x, y = s.reshape(-1, 1, 3), np.zeros_like(s)\ny[:-1] = s[1:]",
        # Put into lists.
        LISTED + "x.append(s[i])\n    y.append(s[i + 1])" + AS_STEPS,
        LISTED + "x.append(s[i, :])\n    y.append(s[i + 1, 0])" + AS_STEPS,
        "x = np.array([[s[i]] for i in range(len(s) - 1)])\n"
        "y = np.array([s[i + 1] for i in range(len(s) - 1)])",
        # Columns of a table.
        TABLE + "y = t.shift(-1).fillna(0).values",
        TABLE + "y = t['a'].shift(-1)",
        "t = pd.DataFrame(s, columns=['a', 'b', 'c'])\nt['next'] = t['a'].shift(-1)\nt = t.dropna()\n"
        "x, y = t[['a', 'b', 'c']].values.reshape(-1, 1, 3), t['next'].values",
        "t = pd.DataFrame(s, columns=['a', 'b', 'c'])\nt['up'] = t['a'].shift(-1) > t['a']\n"
        "x, y = t.drop('up', axis=1).values.reshape(-1, 1, 3), t['up'].values",
    ],
)
def test_targets_tell_that_rows_are_steps(series: str, made: str) -> None:
    assert is_torn(series, made)
    assert not is_torn(series, made, 1)


@pytest.mark.parametrize("series", [UNKNOWN, SCALED])
@pytest.mark.parametrize(
    "made",
    [
        # The next step of a row is in the next batch, or in the one behind it.
        "x, y = s[:-4], s[4:]\nx = x.reshape(-1, 1, 3)",
        "x, y = s[:-8], s[8:]\nx = x.reshape(-1, 1, 3)",
        FILLED.replace("- 1", "- 4") + "y[i] = s[i + 4]",
        # Two lanes may stand side by side.
        "x, y = s[:-2], s[2:]\nx = x.reshape(-1, 1, 3)",
        # Two parts of a whole: the targets stand behind all the rows.
        "x, y = s[:201], s[201:402]\nx = x.reshape(201, 1, 3)",
        "x, y = s[:200], s[-200:]\nx = x.reshape(-1, 1, 3)",
        # The row's own, and other data's.
        "x, y = s[1:], s[1:]\nx = x.reshape(-1, 1, 3)",
        "x, y = s.reshape(-1, 1, 3), np.delete(s, 0, axis=1)",
        FILLED + "y[i] = other[i + 1]",
        # Known numbers, or a number that is the same for all rows.
        "x, y = (other * 2).reshape(-1, 1, 3), np.roll(s * 2, -1, axis=0)",
        "m = load('mean')\nx, y = (other - m).reshape(-1, 1, 3), np.roll(s - m, -1, axis=0)",
        # Which rows these are isn't known, or they are drawn.
        FILLED + "y[i] = s[random.randint(0, 100)]",
        LISTED + "if s[i, 0] > 0:\n        x.append(s[i])\n        y.append(s[i + 1])" + AS_STEPS,
        "x = np.array([[s[i]] for i in range(0, len(s) - 1, 2)])\n"
        "y = np.array([s[i + 1] for i in range(0, len(s) - 1, 2)])",
        "x, _, y, _ = train_test_split(s[:-1], s[1:])\nx = x.reshape(-1, 1, 3)",
        "order = np.random.permutation(len(s) - 1)\nx, y = s[:-1][order], s[1:][order]\nx = x[:, None, :]",
        TABLE + "y = t.shift(-1, axis=1).values",
        # A gap is left out before the rows are counted.
        "t = pd.DataFrame(s)\nx, y = t.values[:-1].reshape(-1, 1, 3), t.shift(1).dropna().values",
        # What follows in one group doesn't follow in the table.
        "t = pd.DataFrame(s, columns=['a', 'b', 'c'])\nt['next'] = t.groupby('a')['b'].shift(-1)\n"
        "x, y = t[['a', 'b', 'c']].values.reshape(-1, 1, 3), t['next'].values",
        "t = pd.DataFrame(s, columns=['a', 'b', 'c'])\nt['next'] = t['a'].shift(-1)\nt = t.sample(frac=1)\n"
        "x, y = t[['a', 'b', 'c']].values.reshape(-1, 1, 3), t['next'].values",
    ],
)
def test_targets_that_tell_nothing_of_the_rows(series: str, made: str) -> None:
    assert not is_torn(series, made)


FED = {
    "by hand": "for k in range(0, len(s) - BATCH, BATCH):\n"
    "    model.train_on_batch(s[k:k + BATCH].reshape(BATCH, 1, 3), s[k + 1:k + BATCH + 1])",
    "by numbers": "for k in range(len(s) // BATCH):\n"
    "    model.train_on_batch(x[k * BATCH:(k + 1) * BATCH], y[k * BATCH:(k + 1) * BATCH])",
    "a Dataset": "data = tf.data.Dataset.from_tensor_slices((x, y))\n"
    "model.fit(data.batch(BATCH, drop_remainder=True))",
    "a generator": "def batches():\n    while True:\n        for k in range(0, len(s) - BATCH, BATCH):\n"
    "            yield s[k:k + BATCH].reshape(BATCH, 1, 3), s[k + 1:k + BATCH + 1]\n"
    "model.fit(batches(), steps_per_epoch=40)",
    "one that goes back": "def batches():\n    k = 0\n    while True:\n"
    "        if k + BATCH + 1 > len(s):\n            k = 0\n"
    "        yield s[k:k + BATCH].reshape(BATCH, 1, 3), s[k + 1:k + BATCH + 1]\n        k += BATCH\n"
    "model.fit(batches(), steps_per_epoch=40)",
    "a Sequence": "class Batches(keras.utils.Sequence):\n"
    "    def __len__(self):\n        return len(s) // BATCH - 1\n"
    "    def __getitem__(self, k):\n        part = s[k * BATCH:(k + 1) * BATCH + 1]\n"
    "        return part[:-1].reshape(BATCH, 1, 3), part[1:]\n"
    "model.fit(Batches(), shuffle=False)",
}


def is_torn_in_batches(fed: str, batch: int) -> bool:
    model, _, _ = FIT.partition("model.fit(")
    made = "x, y = s[:-1].reshape(-1, 1, 3), s[1:]"
    code = f"import tensorflow as tf\n{UNKNOWN}\n{made}\n{model}\n{fed}\n"
    return bool(reported_below(HEAD, code.replace("BATCH", str(batch)), {"SRN208"}))


@pytest.mark.parametrize("fed", FED.values(), ids=FED)
def test_batches_of_steps(fed: str) -> None:
    assert is_torn_in_batches(fed, 4)
    assert not is_torn_in_batches(fed, 1)


@pytest.mark.parametrize("fed", [FED["by hand"], FED["a generator"]], ids=["by hand", "a generator"])
def test_batches_whose_targets_tell_nothing_of_the_rows(fed: str) -> None:
    assert not is_torn_in_batches(fed.replace("s[k + 1:k + BATCH + 1]", "other[k:k + BATCH]"), 4)
    # Four lanes, of which the next steps are in the next batch.
    assert not is_torn_in_batches(fed.replace("s[k + 1:k + BATCH + 1]", "s[k + BATCH:k + 2 * BATCH]"), 4)


def test_batches_in_random_order() -> None:
    shuffled = FED["a Dataset"].replace("data.batch", "data.shuffle(99).batch")
    assert not is_torn_in_batches(shuffled, 4)
