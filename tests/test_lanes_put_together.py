"""Lanes side by side, as programs put them together in their own ways: they go on from batch to batch."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

HEAD = """
import itertools
import numpy as np
import pandas as pd
import tensorflow as tf
from tensorflow import keras
s = np.load("series.npy")
B, T = 8, 10
L = {lane}
per = L // T
model = keras.Sequential([
    keras.Input(batch_shape=(B, T, 1)), keras.layers.LSTM(8, stateful=True), keras.layers.Dense(1)
])
model.compile("adam", "mse")
"""
FIT = "model.fit(x, s, batch_size=8, shuffle=False)\n"
WINDOWS = "w = np.array([s[i * T:(i + 1) * T] for i in range(B * per)])\n"
WAYS = {
    "two loops of a comprehension": (
        "x = np.array([s[b * L + k * T:b * L + (k + 1) * T] for k in range(per) for b in range(B)])\nFIT"
    ),
    "two loops": (
        "x = []\n"
        "for k in range(per):\n"
        "    for b in range(B):\n"
        "        x.append(s[b * L + k * T:b * L + (k + 1) * T])\n"
        "x = np.array(x)\n"
        "FIT"
    ),
    "an order of windows": (
        "WINDOWSorder = [b * per + k for k in range(per) for b in range(B)]\nx = w[order]\nFIT"
    ),
    "an order of windows in an array": (
        "WINDOWSorder = np.arange(B * per).reshape(B, per).T.ravel()\nx = w[order]\nFIT"
    ),
    "zip": (
        "lanes = [[s[b * L + k * T:b * L + (k + 1) * T] for k in range(per)] for b in range(B)]\n"
        "x = np.array([w for step in zip(*lanes) for w in step])\n"
        "FIT"
    ),
    "chain and zip": (
        "lanes = [[s[b * L + k * T:b * L + (k + 1) * T] for k in range(per)] for b in range(B)]\n"
        "x = np.array(list(itertools.chain.from_iterable(zip(*lanes))))\n"
        "FIT"
    ),
    "product": (
        "x = np.array([s[b * L + k * T:b * L + (k + 1) * T]"
        " for k, b in itertools.product(range(per), range(B))])\n"
        "FIT"
    ),
    "counters": (
        "x = []\n"
        "k = b = 0\n"
        "while k < per:\n"
        "    x.append(s[b * L + k * T:b * L + (k + 1) * T])\n"
        "    b += 1\n"
        "    if b == B:\n"
        "        b = 0\n"
        "        k += 1\n"
        "x = np.array(x)\n"
        "FIT"
    ),
    "places of lanes": (
        "starts = np.arange(B) * L\n"
        "for k in range(per):\n"
        "    x = np.stack([s[a + k * T:a + (k + 1) * T] for a in starts])\n"
        "    model.train_on_batch(x, s[0])\n"
    ),
    "places that move on": (
        "starts = [b * L for b in range(B)]\n"
        "for k in range(per):\n"
        "    x = np.array([s[a:a + T] for a in starts])\n"
        "    model.train_on_batch(x, s[0])\n"
        "    starts = [a + T for a in starts]\n"
    ),
    "a generator": (
        "def gen():\n"
        "    while True:\n"
        "        for k in range(per):\n"
        "            x = np.zeros((B, T, 1))\n"
        "            for b in range(B):\n"
        "                x[b] = s[b * L + k * T:b * L + (k + 1) * T]\n"
        "            yield x, s[0]\n"
        "model.fit_generator(gen(), steps_per_epoch=per)\n"
    ),
    "a generator with counted rows": (
        "def gen():\n"
        "    while True:\n"
        "        for k in range(per):\n"
        "            rows = np.arange(B) * L + k * T\n"
        "            x = np.zeros((B, T, 1))\n"
        "            for j, row in enumerate(rows):\n"
        "                x[j] = s[range(row, row + T)]\n"
        "            yield x, s[0]\n"
        "model.fit_generator(gen(), steps_per_epoch=per)\n"
    ),
    "a Sequence": (
        "class S(keras.utils.Sequence):\n"
        "    def __len__(self):\n"
        "        return per\n"
        "    def __getitem__(self, k):\n"
        "        return np.array([s[b * L + k * T:b * L + (k + 1) * T] for b in range(B)]), s[0]\n"
        "model.fit(S(), shuffle=False)\n"
    ),
    "axes that are swapped": (
        "x = s[:B * per * T].reshape(B, per, T, 1).swapaxes(0, 1).reshape(-1, T, 1)\nFIT"
    ),
    "split": (
        "lanes = np.split(s[:B * L], B)\n"
        "x = np.array([lane[k * T:(k + 1) * T] for k in range(per) for lane in lanes])\n"
        "FIT"
    ),
    "array_split": (
        "lanes = np.array_split(s, B)\n"
        "x = []\n"
        "for k in range(per):\n"
        "    for lane in lanes:\n"
        "        x.append(lane[k * T:(k + 1) * T])\n"
        "x = np.array(x)\n"
        "FIT"
    ),
    "a blank array, lane by lane": (
        "x = np.zeros((B * per, T, 1))\n"
        "for b in range(B):\n"
        "    for k in range(per):\n"
        "        x[k * B + b] = s[b * L + k * T:b * L + (k + 1) * T]\n"
        "FIT"
    ),
    "a blank array, step by step": (
        "x = np.zeros((B * per, T, 1))\n"
        "for k in range(per):\n"
        "    for b in range(B):\n"
        "        x[k * B + b] = s[b * L + k * T:b * L + (k + 1) * T]\n"
        "FIT"
    ),
    "a blank array, item by item": (
        "x = np.zeros((B * per, T, 1))\n"
        "for b in range(B):\n"
        "    for k in range(per):\n"
        "        for t in range(T):\n"
        "            x[k * B + b, t] = s[b * L + k * T + t]\n"
        "FIT"
    ),
    "every so many windows joined": ("WINDOWSx = np.concatenate([w[k::per] for k in range(per)])\nFIT"),
    "every so many windows": ("WINDOWSfor k in range(per):\n    model.train_on_batch(w[k::per], s[0])\n"),
    "windows by their numbers": (
        "WINDOWSfor k in range(per):\n    model.train_on_batch(w[np.arange(B) * per + k], s[0])\n"
    ),
    "take": (
        "WINDOWSfor k in range(per):\n"
        "    model.train_on_batch(np.take(w, range(k, B * per, per), axis=0), s[0])\n"
    ),
    "a Dataset of steps": (
        "lanes = tf.data.Dataset.from_tensor_slices(s[:B * per * T].reshape(B, per, T, 1).swapaxes(0,"
        " 1)).map(lambda x: (x, x[:, -1]))\n"
        "model.fit(lanes)\n"
    ),
    "parts of a table": (
        "df = pd.DataFrame(s)\n"
        "lanes = [df.iloc[b * L:(b + 1) * L] for b in range(B)]\n"
        "x = np.array([lane.values[k * T:(k + 1) * T] for k in range(per) for lane in lanes])\n"
        "FIT"
    ),
    "a function of the number": (
        "def window(i):\n"
        "    return s[(i % B) * L + (i // B) * T:(i % B) * L + (i // B + 1) * T]\n"
        "x = np.array([window(i) for i in range(B * per)])\n"
        "FIT"
    ),
    "map": (
        "x = np.array(list(map(lambda i: s[(i % B) * L + (i // B) * T:(i % B) * L + (i // B + 1) * T],"
        " range(B * per))))\n"
        "FIT"
    ),
    "places worked out in an array": (
        "pos = np.arange(B * per)\n"
        "begin = (pos % B) * L + (pos // B) * T\n"
        "x = np.array([s[a:a + T] for a in begin])\n"
        "FIT"
    ),
    "places worked out in a list": (
        "begin = [(i % B) * L + (i // B) * T for i in range(B * per)]\n"
        "x = np.array([s[a:a + T] for a in begin])\n"
        "FIT"
    ),
    "places beside each other": (
        "pos = np.arange(B * per)\n"
        "begin = (pos % B) * L + (pos // B) * T\n"
        "x = s[begin[:, None] + np.arange(T)]\n"
        "FIT"
    ),
}


@pytest.mark.parametrize("lane", ["1000", "len(s) // B", "100"])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_lanes_that_go_on(way: str, lane: str) -> None:
    code = HEAD.format(lane=lane) + way.replace("FIT", FIT).replace("WINDOWS", WINDOWS)
    checked = check_source("snippet.py", code.encode(), Settings(keras=(2,)))
    assert not checked.failures
    assert "SRN208" not in {one.code for one in checked.findings}


@pytest.mark.parametrize("lane", ["1000", "len(s) // B", "100"])
@pytest.mark.parametrize(
    "way",
    [
        "x = np.array([s[b * L + k * T:b * L + (k + 1) * T] for b in range(B) for k in range(per)])",
        "x = []\nfor b in range(B):\n   "
        " for k in range(per):\n        x.append(s[b * L + k * T:b * L + (k + 1) * T])\n"
        "x = np.array(x)",
        "x = np.array(list(map(lambda i: s[i * T:(i + 1) * T], range(B * per))))",
    ],
)
def test_lanes_one_behind_the_other(way: str, lane: str) -> None:
    checked = check_source(
        "snippet.py", f"{HEAD.format(lane=lane)}{way}\n{FIT}".encode(), Settings(keras=(2,))
    )
    assert "SRN208" in {one.code for one in checked.findings}
