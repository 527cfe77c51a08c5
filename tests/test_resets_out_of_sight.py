"""Resets that the analysis can't follow to the layer: unknown receivers, hooks, generators, events."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

HEAD = """
import collections
import keras
import numpy as np
from keras.callbacks import LambdaCallback
from unseen import bus, epochs_of, hook

memory = keras.layers.LSTM(8, stateful=True, batch_input_shape=(4, 5, 1))
model = keras.Sequential([memory, keras.layers.Dense(1)])
model.compile("adam", "mse")
x, y = np.random.rand(40, 5, 1), np.random.rand(40, 1)
"""
LOOP = """
for epoch in range(5):
    model.fit(x, y, batch_size=4, shuffle=False)
    {}
"""


def told(code: str) -> list[str]:
    checked = check_source("snippet.py", (HEAD + code).encode(), Settings(keras=(2,)))
    assert not checked.failures, checked.failures[0].error
    return sorted({finding.code for finding in checked.findings})


RESETS = [
    '[layer for layer in model.layers if "lstm" in layer.name][0].reset_states()',
    'next(layer for layer in model.layers if layer.name.startswith("lstm")).reset_states()',
    '{layer.name: layer for layer in model.layers}["lstm"].reset_states()',
    'dict((layer.name, layer) for layer in model.layers).get("lstm").reset_states()',
    "{type(layer): layer for layer in model.layers}[keras.layers.LSTM].reset_states()",
    "max(model.layers, key=lambda layer: layer.count_params()).reset_states()",
    "collections.deque([model])[0].reset_states()",
    "[reset() for reset in {layer.name: layer.reset_states for layer in model.layers}.values()]",
]


@pytest.mark.parametrize("reset", RESETS)
def test_what_is_reset_may_be_the_layer(reset: str) -> None:
    assert told(LOOP.format(reset)) == []


def test_without_a_reset_it_is_told() -> None:
    assert told(LOOP.format("pass")) == ["SRN301"]
    assert told(LOOP.format("hook()")) == ["SRN301"]


HOOKS = [
    'dict.fromkeys(["on_epoch_begin"], lambda *given: model.reset_states())',
    "collections.defaultdict(None, on_epoch_begin=lambda *given: model.reset_states())",
    "{'on_epoch_begin': hook}",
]
FIT = """
hooks = {}
model.fit(x, y, batch_size=4, epochs=5, shuffle=False, callbacks=[LambdaCallback(**hooks)])
"""


@pytest.mark.parametrize("hooks", HOOKS)
def test_hooks_that_are_put_together(hooks: str) -> None:
    assert told(FIT.format(hooks)) == []
    assert told(FIT.format("{'on_epoch_begin': print}")) == ["SRN301"]


GENERATOR = """
def passes(n):
    for number in range(n):
        yield number
        {}

for number in passes(5):
    model.fit(x, y, batch_size=4, shuffle=False)
model.predict(x, batch_size=4)
"""


def test_a_generator_goes_on_behind_its_last_yield() -> None:
    assert told(GENERATOR.format("model.reset_states()")) == []
    assert "SRN301" in told(GENERATOR.format("pass"))


ITERATOR = """
class Passes:
    def __init__(self):
        self.done = 0
    def __iter__(self):
        return self
    def __next__(self):
        if self.done == 5:
            raise StopIteration
        self.done += 1
        {}
        return self.done

for number in Passes():
    model.fit(x, y, batch_size=4, shuffle=False)
"""


def test_an_iterator_of_its_own() -> None:
    assert told(ITERATOR.format("model.reset_states()")) == []
    assert told(ITERATOR.format("pass")) == ["SRN301"]


EVENTS = """
@bus.on("epoch")
def forget():
    {}

for epoch in range(5):
    model.fit(x, y, batch_size=4, shuffle=False)
    bus.emit("epoch")
"""


def test_whoever_got_a_function_that_resets_may_call_it() -> None:
    assert told(EVENTS.format("model.reset_states()")) == []
    assert told(EVENTS.format("print(model.name)")) == ["SRN301"]


def test_code_that_got_the_model_may_do_anything_between_what_it_gives() -> None:
    loop = "for epoch in {}:\n    model.fit(x, y, batch_size=4, shuffle=False)\n"
    assert told(loop.format("epochs_of(model, 5)")) == []
    assert told(loop.format("epochs_of(5)")) == ["SRN301"]


METRICS = """
class Net(keras.Sequential):
    def reset_metrics(self):
        super().reset_metrics()
        {}

net = Net([keras.layers.LSTM(8, stateful=True, batch_input_shape=(4, 5, 1)), keras.layers.Dense(1)])
net.compile("adam", "mse")
net.fit(x, y, batch_size=4, epochs=5, shuffle=False)
"""


def test_keras_resets_the_metrics_at_each_epoch() -> None:
    assert told(METRICS.format("self.reset_states()")) == []
    assert told(METRICS.format("pass")) == ["SRN301"]


def test_a_star_gives_data_and_no_number_of_epochs() -> None:
    pairs = "pairs = iter([(x, y)] * 5)\nfor epoch in range(5):\n"
    fit = "    model.fit(*next(pairs), batch_size=4, shuffle=False)\n"
    assert told(pairs + fit + "    model.reset_states()\n") == []
    assert told(pairs + fit) == ["SRN301"]
