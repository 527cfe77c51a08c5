"""Methods of base classes that only lend them, helpers behind a callback, and generators that are methods."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings


def told(code: str) -> list[str]:
    checked = check_source("snippet.py", code.encode(), Settings(keras=(2,)))
    assert not checked.failures, checked.failures[0].error
    return sorted({finding.code for finding in checked.findings})


BASE = """
import keras
from keras import layers

class Trainer:
    def __init__(self, steps=50, batch_size=16):
        self.model = None
        self.steps, self.batch_size = steps, batch_size

    def build(self):
        {build}

    def train(self, x, y):
        self.build()
        self.model.compile("adam", "mse")
        self.model.fit(x, y, epochs=9, batch_size=self.batch_size, shuffle=False)

class Plain(Trainer):
    def build(self):
        self.model = keras.Sequential([layers.Flatten(input_shape=(self.steps, 3)), layers.Dense(1)])
"""
HEIR = """
class Recurrent(Trainer):
    def build(self):
        memory = layers.LSTM(4, stateful={}, batch_input_shape=(self.batch_size, self.steps, 3))
        self.model = keras.Sequential([memory, layers.Dense(1)])
"""


@pytest.mark.parametrize("build", ["pass", "raise NotImplementedError"])
def test_a_base_class_is_followed_with_each_class_made_of_it(build: str) -> None:
    base = BASE.format(build=build)
    assert told(base + HEIR.format(True)) == ["SRN301"]
    assert told(base + HEIR.format(False)) == []


HOOKED = """
import keras

class Trainer:
    def __init__(self):
        self.model = keras.Sequential([keras.layers.LSTM(4, stateful=True, batch_input_shape=(4, 5, 3))])
        self.model.compile("adam", "mse")

    def begin(self):
        {does}

    def train(self, x, y):
        for epoch in range(9):
            self.begin()
            self.model.fit(x, y, batch_size=4, shuffle=False)

class Resetting(Trainer):
    def begin(self):
        self.model.reset_states()
"""


@pytest.mark.parametrize("does", ["pass", "print('epoch')", "return []"])
def test_a_method_that_an_heir_changes_is_followed_for_the_heir(does: str) -> None:
    assert told(HOOKED.format(does=does)) == []
    assert told(HOOKED.format(does=does).replace("self.model.reset_states()", "print('begin')")) == ["SRN301"]


def test_a_base_whose_methods_nobody_changes_is_followed_as_itself() -> None:
    other = "    def begin(self):\n        self.model.reset_states()"
    assert told(HOOKED.format(does="pass").replace(other, "    kind = 'other'")) == ["SRN301"]


def test_a_class_that_trains_in_its_own_way() -> None:
    own = """
    def train(self, x, y):
        self.build()
        self.model.fit(x, y, batch_size=16, shuffle=False)
"""
    assert told(BASE.format(build="pass") + HEIR.format(True) + own) == []


TRAINED = """
import keras
import numpy as np
memory = keras.layers.LSTM(4, stateful=True, batch_input_shape=(4, 5, 1))
model = keras.Sequential([memory, keras.layers.Dense(1)])
model.compile("adam", "mse")
"""
FORGETS = """
class Forget(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        {call}(self.model)

def forget(model):
    for layer in model.layers:
        {does}
"""
FIT = "model.fit(np.zeros((8, 5, 1)), np.zeros(8), batch_size=4, epochs=3, shuffle=False)\n"


def test_a_helper_that_stands_behind_the_callback() -> None:
    resetting = FORGETS.format(call="forget", does="layer.reset_states()")
    assert told(TRAINED + resetting + FIT) == ["SRN310"]
    assert told(TRAINED + resetting + FIT.replace("epochs", "callbacks=[Forget()], epochs")) == []
    assert told(TRAINED + FORGETS.format(call="forget", does="print(layer.name)") + FIT) == ["SRN301"]


STREAMS = """
class Stream:
    def __init__(self, data):
        self.data, self.at = data, 0
    def batches(self):
        while True:
            for k in range(len(self.data) // 20):
                self.at += 1
                yield self.data[k * 20:(k + 1) * 20].reshape(4, 5, 1), np.zeros(4)

one, other = Stream(np.load(folder + "/{}.npy")), Stream(np.load(folder + "/{}.npy"))
model.fit_generator(one.batches(), 10)
"""
ASKED = "model.evaluate_generator({}.batches(), 10)\n"


def test_generators_of_objects_that_keep_other_data() -> None:
    head = "from unseen import folder\n" + TRAINED
    assert told(head + STREAMS.format("train", "test") + ASKED.format("other")) == ["SRN304"]
    # The same data, or the same object: where they go on isn't known.
    assert told(head + STREAMS.format("all", "all") + ASKED.format("other")) == []
    assert told(head + STREAMS.format("train", "test") + ASKED.format("one")) == []
