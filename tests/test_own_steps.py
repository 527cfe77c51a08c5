"""Model classes whose own `call` or `train_step` resets a layer that no data have gone through (SRN308)."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

HEAD = """
import numpy as np
import tf_keras
class Reader(tf_keras.Model):
    def __init__(self):
        super().__init__()
        self.memory = tf_keras.layers.LSTM(8, return_sequences=True, stateful=True)
        self.out = tf_keras.layers.Dense(1)
"""
RESET = "        self.memory.reset_states()\n"
OUT = "        return self.out(self.memory(x))\n"
CALL = "    def call(self, x):\n"
STEP = "    def train_step(self, data):\n"
TRAIN = "        return super().train_step(data)\n"
RUN = """
model = Reader()
model.compile("sgd", "mse")
x = np.zeros((32, 5, 1))
"""
FIT = "model.fit(x, x, batch_size=32)\n"
PREDICT = "model.predict(x, batch_size=32)\n"


def lines(code: str) -> list[int]:
    checked = check_source("snippet.py", (HEAD + code).encode())
    assert not checked.failures
    return [finding.site.line for finding in checked.findings if finding.code == "SRN308"]


@pytest.mark.parametrize("run", [FIT, PREDICT, "model(x)\n", "model.train_on_batch(x, x)\n", FIT + FIT])
def test_a_reset_in_call(run: str) -> None:
    assert lines(CALL + RESET + OUT + RUN + run) == [10]


def test_a_reset_in_a_step() -> None:
    assert lines(CALL + OUT + STEP + RESET + TRAIN + RUN + FIT) == [12]
    # What isn't called resets nothing.
    assert lines(CALL + OUT + STEP + RESET + TRAIN + RUN + PREDICT + FIT) == []


def test_a_reset_of_all_layers() -> None:
    loop = "        for one in self.layers:\n            if hasattr(one, 'reset_states'):\n"
    assert lines(CALL + loop + "                one.reset_states()\n" + OUT + RUN + FIT) == [12]


@pytest.mark.parametrize(
    "code",
    [
        CALL + "        y = self.memory(x)\n" + RESET + "        return self.out(y)\n" + RUN + FIT,
        CALL + "        if self.memory.built:\n    " + RESET + OUT + RUN + FIT,
        CALL + "        if self.begins:\n    " + RESET + OUT + RUN + FIT,
        CALL + OUT + STEP + "        y = self(data[0])\n" + RESET + TRAIN + RUN + FIT,
        CALL + RESET + OUT + RUN + "model.memory(x)\n" + FIT,
        CALL + RESET + OUT + RUN,
    ],
)
def test_a_reset_that_may_come_later(code: str) -> None:
    assert lines(code) == []


@pytest.mark.parametrize(
    "build",
    [
        "model(tf_keras.Input(batch_shape=(32, 5, 1)))",
        "model.call(tf_keras.Input(batch_shape=(32, 5, 1)))",
        "model.compute_output_shape((32, 5, 1))",
        "model.build((32, 5, 1))",
    ],
)
def test_what_builds_a_model_of_its_own_class(build: str) -> None:
    assert lines(f"{CALL}{OUT}{RUN}model.reset_states()\n") == [15]
    assert lines(f"{CALL}{OUT}{RUN}{build}\nmodel.reset_states()\n") == []


def test_the_batch_of_the_input_is_the_models() -> None:
    code = f"{CALL}{OUT}{RUN}model(tf_keras.Input(batch_shape=(32, 5, 1)))\nmodel.predict(x[:8])\n"
    checked = check_source("snippet.py", (HEAD + code).encode())
    assert [finding.code for finding in checked.findings] == ["SRN204"]
