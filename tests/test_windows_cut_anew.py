"""Windows of one series that each epoch cuts anew are the same data again."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

HEAD = """
import random
import numpy as np
import keras
song = np.load("song.npy")
lag = 16
memory = keras.layers.GRU(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(1, lag, 3)), memory])
model.compile("sgd", "mse")
def prepare(song, begin=0):
    x, y = [], []
    for k in range(begin, len(song) - lag, lag):
        x.append(song[k:k + lag])
        y.append(song[k + lag])
    return np.array(x), np.array(y)
"""
WHOLE = """for epoch in range(20):
    x, y = prepare(song)
    model.fit(x, y, batch_size=1, epochs=1, shuffle=False)
"""
ROWS = """for epoch in range(20):
    x, y = prepare(song)
    for k in range(len(x)):
        model.train_on_batch(x[k:k + 1], y[k:k + 1])
"""
LISTED = """songs = [np.load("one.npy"), np.load("other.npy")]
for epoch in range(20):
    for song in songs:
        x, y = prepare(song)
        model.fit(x, y, batch_size=1, epochs=1, shuffle=False)
"""


def found(code: str, rule: str) -> list[int]:
    """The lines of the code where the rule says something."""
    checked = check_source("snippet.py", (HEAD + code).encode())
    assert not checked.failures
    return [one.site.line - HEAD.count("\n") for one in checked.findings if one.code == rule]


@pytest.mark.parametrize(("code", "line"), [(WHOLE, 3), (ROWS, 4), (LISTED, 5)])
def test_each_epoch_reads_them_again(code: str, line: int) -> None:
    assert found(code, "SRN301") == [line]


@pytest.mark.parametrize("code", [WHOLE, ROWS, LISTED])
def test_a_reset_in_each_epoch(code: str) -> None:
    loop = "for epoch in range(20):\n"
    assert not found(code.replace(loop, f"{loop}    memory.reset_states()\n"), "SRN301")


@pytest.mark.parametrize(
    "given",
    [
        # From another place on.
        "song, epoch",
        "song[epoch * 160:(epoch + 1) * 160]",
        "song[random.randint(0, 99):]",
        # Of another series.
        "compose()",
        "np.load(str(epoch))",
        "song * epoch",
    ],
)
@pytest.mark.parametrize("code", [WHOLE, ROWS])
def test_other_windows_in_each_epoch(code: str, given: str) -> None:
    assert not found(code.replace("prepare(song)", f"prepare({given})"), "SRN301")


def test_an_inference_on_them_behind_the_training() -> None:
    code = f"{WHOLE}    memory.reset_states()\nmodel.fit(*prepare(song), shuffle=False)\n"
    assert found(f"{code}model.predict(prepare(song)[0], batch_size=1)\n", "SRN304") == [6]
    assert not found(f"{code}model.predict(prepare(read())[0], batch_size=1)\n", "SRN304")
