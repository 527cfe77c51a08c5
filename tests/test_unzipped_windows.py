"""Windows and targets that are made in pairs and taken apart again: `x, y = zip(*pairs)`."""

from __future__ import annotations

import pytest

from tests.programs import reported_below

HEAD = """
import random
import keras
import numpy as np
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(1, 8, 1)), memory, keras.layers.Dense(1)])
model.compile("sgd", "mse")
series = np.load("series.npy")
def pairs(stride):
    for k in range(0, len(series) - 8, stride):
        yield series[k:k + 8], series[k + 8]
kept = []
"""
FIT = """
x, y = np.array(x).reshape(-1, 8, 1), np.array(y)
model.fit(x, y, batch_size=1, shuffle=False)
"""
COLLECTED = "for k in range(0, len(series) - 8, {}):\n    kept.append((series[k:k + 8], series[k + 8]))\n"
LISTED = "kept = [(series[k:k + 8], series[k + 8]) for k in range(0, len(series) - 8, {})]\n"


def found(made: str) -> set[str]:
    return {code for _, code in reported_below(HEAD, made + FIT, {"SRN203", "SRN208"})}


@pytest.mark.parametrize(
    "made",
    [
        COLLECTED + "x, y = zip(*kept)",
        LISTED + "x, y = zip(*kept)",
        LISTED + "x, y = map(list, zip(*kept))",
        LISTED + "x, y = [list(part) for part in zip(*kept)]",
        "x, y = zip(*pairs({}))",
        "x, y = zip(*[pair for pair in pairs({})])",
    ],
)
def test_pairs_keep_their_order(made: str) -> None:
    assert found(made.format(1)) == {"SRN208"}
    assert found(made.format(8)) == set()


def test_pairs_in_random_order_have_none() -> None:
    made = COLLECTED.format(1)
    assert found(f"{made}random.shuffle(kept)\nx, y = zip(*kept)") == {"SRN203"}
    assert found(f"kept.append((other, more))\n{made}x, y = zip(*kept)") == set()
    assert found(f"{made}x, y = zip(*kept[::-1])") == set()
    assert found(f"{made}kept.sort(key=rank)\nx, y = zip(*kept)") == set()
    assert found(f"{made}x, y = zip(*sorted(kept, key=rank))") == set()
