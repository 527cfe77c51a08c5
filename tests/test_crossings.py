"""Every way to cut windows with every way to read the series and to feed them: what is wrong is the same."""

from __future__ import annotations

import itertools

import pytest

from statelint.engine import check_source

HEAD = """
import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler

STEPS, ROWS, EPOCHS = 24, 16, 30
{series}
{windows}
x, y = make(series)
x = x.reshape(len(x), STEPS, 1)
{split}
model = keras.Sequential([keras.Input(batch_shape=(ROWS, STEPS, 1)), keras.layers.GRU(8, stateful=True)])
model.compile("adam", "mse")
{feed}
model.predict(later, batch_size=ROWS)
"""
SERIES = {
    "a text": 'series = np.loadtxt("series.csv", delimiter=",")',
    "an array": 'series = np.load("series.npy")',
    "made": "series = np.sin(np.arange(5000) / 100)",
    "a column": 'table = pd.read_csv("series.csv")\nseries = table["load"].astype(float).values',
    "scaled": 'table = pd.read_csv("series.csv")\n'
    'series = MinMaxScaler().fit_transform(table[["load"]].values).flatten()',
    "by a function": "def load(path):\n    values = pd.read_csv(path)['load'].fillna(0).values\n"
    "    return values / values.max()\nseries = load('series.csv')",
}
LISTS = "def make(s):\n    x, y = [], []\n{loop}    return np.array(x), np.array(y)"
WINDOWS = {
    "lists": LISTS.format(
        loop="    for k in range(len(s) - STEPS):\n        x.append(s[k:k + STEPS])\n"
        "        y.append(s[k + STEPS])\n"
    ),
    "lists, looking back": LISTS.format(
        loop="    for k in range(STEPS, len(s)):\n        x.append(s[k - STEPS:k])\n        y.append(s[k])\n"
    ),
    "a while loop": LISTS.format(
        loop="    k = 0\n    while k + STEPS < len(s):\n        x.append(s[k:k + STEPS])\n"
        "        y.append(s[k + STEPS])\n        k += 1\n"
    ),
    "pairs": "def make(s):\n    pairs = [(s[k:k + STEPS], s[k + STEPS]) for k in range(len(s) - STEPS)]\n"
    "    x, y = zip(*pairs)\n    return np.array(x), np.array(y)",
    "a generator": "def cut(s):\n    for k in range(len(s) - STEPS):\n"
    "        yield s[k:k + STEPS], s[k + STEPS]\n"
    "def make(s):\n    pairs = list(cut(s))\n"
    "    return np.array([x for x, _ in pairs]), np.array([y for _, y in pairs])",
    "filled": "def make(s):\n    n = len(s) - STEPS\n    x, y = np.zeros((n, STEPS)), np.zeros(n)\n"
    "    for k in range(n):\n        x[k], y[k] = s[k:k + STEPS], s[k + STEPS]\n    return x, y",
    "places": "def make(s):\n    k = np.arange(STEPS)[None, :] + np.arange(len(s) - STEPS)[:, None]\n"
    "    return s[k], s[STEPS:]",
    "views": "def make(s):\n    x = np.lib.stride_tricks.sliding_window_view(s, STEPS + 1)\n"
    "    return x[:, :-1], x[:, -1]",
    "lags": "def make(s):\n    s = pd.DataFrame(np.ravel(s))\n"
    "    lags = pd.concat([s.shift(k) for k in range(STEPS, -1, -1)], axis=1).dropna().values\n"
    "    return lags[:, :-1], lags[:, -1]",
    "one more step": "def make(s):\n    x = np.array([s[k:k + STEPS + 1] for k in range(len(s) - STEPS)])\n"
    "    return x[:, :-1], x[:, -1]",
}
SPLIT = {
    "by a share": "n = int(0.8 * len(x)) // ROWS * ROWS\nx, later, y = x[:n], x[n:], y[:n]",
    "by scikit-learn": "x, later, y, _ = train_test_split(x, y, shuffle=False)",
}
BATCHES = "data = tf.data.Dataset.from_tensor_slices((x, y)).batch(ROWS, drop_remainder=True)\n"
FEED = {
    "fit": "model.fit(x, y, batch_size=ROWS, epochs=EPOCHS, shuffle=False)",
    "single epochs": "for epoch in range(EPOCHS):\n    model.fit(x, y, batch_size=ROWS, shuffle=False)",
    "a Dataset": f"{BATCHES}model.fit(data.prefetch(1), epochs=EPOCHS)",
    "a generator": "def batches():\n    while True:\n        for k in range(0, len(x) - ROWS + 1, ROWS):\n"
    "            yield x[k:k + ROWS], y[k:k + ROWS]\n"
    "model.fit(batches(), steps_per_epoch=len(x) // ROWS, epochs=EPOCHS)",
    "by hand": "for epoch in range(EPOCHS):\n    for k in range(len(x) // ROWS):\n"
    "        part = slice(k * ROWS, (k + 1) * ROWS)\n        model.train_on_batch(x[part], y[part])",
    "a tape": f"{BATCHES}def step(inputs, targets):\n    with tf.GradientTape() as tape:\n"
    "        loss = tf.reduce_mean((model(inputs, training=True) - targets) ** 2)\n"
    "    return tape.gradient(loss, model.trainable_variables)\n"
    "for epoch in range(EPOCHS):\n    for inputs, targets in data:\n        step(inputs, targets)",
}


@pytest.mark.parametrize("feed", FEED)
@pytest.mark.parametrize("windows", WINDOWS)
def test_windows_that_begin_one_apart(windows: str, feed: str) -> None:
    """Torn batches, epochs and a prediction without a reset: no less and no more is told."""
    for (read, series), (by, split) in itertools.product(SERIES.items(), SPLIT.items()):
        code = HEAD.format(series=series, windows=WINDOWS[windows], split=split, feed=FEED[feed])
        checked = check_source("program.py", code.encode())
        assert not checked.failures
        # Of a series whose length is known rows may be left over.
        found = {one.code for one in checked.findings} - {"SRN204"}
        assert found == {"SRN208", "SRN301", "SRN304"}, (read, by)
