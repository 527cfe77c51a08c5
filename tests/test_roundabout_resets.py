"""Resets that come about in ways that aren't followed: nothing is said of the epochs that they part."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

HEAD = """\
import copy, functools, itertools, operator
import attr, keras, numpy as np, tensorflow as tf
from collections import ChainMap
from contextlib import ExitStack, closing, contextmanager

x, y = np.zeros((8, 3, 1)), np.zeros((8, 4))
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(2, 3, 1)), memory])
model.compile("sgd", "mse")


@contextmanager
def cleared(layer):
    layer.reset_states()
    yield


@functools.singledispatch
def forget(thing):
    pass


@forget.register
def _(thing: keras.layers.LSTM):
    thing.reset_states()


@attr.s
class Kept:
    layer = attr.ib()


class Holder:
    layer = None

    @classmethod
    def close(cls):
        memory.reset_states()


holder = Holder()
holder.layer = memory
stack = ExitStack()
kept = Kept(memory)
chain = ChainMap({}, {"layer": memory})
zeros = [np.zeros((2, 4))] * 2

for epoch in range(5):
"""
FIT = "    model.fit(x, y, batch_size=2, shuffle=False)\n"


def codes(line: str, head: str = HEAD) -> list[str]:
    checked = check_source("program.py", f"{head}    {line}\n{FIT}".encode())
    assert not checked.failures
    return [finding.code for finding in checked.findings]


@pytest.mark.parametrize(
    "line",
    [
        "stack.enter_context(cleared(memory))",
        "[stack.enter_context(cleared(layer)) for layer in (None, memory)]",
        "stack.callback(memory.reset_states)",
        "forget(memory)",
        "kept.layer.reset_states()",
        "chain['layer'].reset_states()",
        "list(itertools.starmap(lambda k, layer: layer.reset_states(), enumerate([memory])))",
        "operator.methodcaller('reset_states')(memory)",
        "keras.backend.batch_set_value([(state, zero) for state, zero in zip(memory.states, zeros)])",
        "tf.nest.map_structure(mystery, memory.states)",
        "memory.states = [None, None]",
        "copy.copy(holder).layer.reset_states()",
        "copy.copy([memory])[0].reset_states()",
        "copy.copy(memory).reset_states()",
        "mystery(Holder)",
        "mystery(Holder())",
        "with closing(Holder()):\n        pass",
    ],
)
def test_what_may_reset_is_left_in_peace(line: str) -> None:
    assert codes(line) == []


@pytest.mark.parametrize(
    "line",
    [
        "stack.enter_context(cleared(x))",
        "forget(x)",
        "copy.deepcopy(x)",
        "list(itertools.starmap(print, enumerate([x])))",
        "operator.itemgetter(0)(x)",
        "print(memory.units)",
    ],
)
def test_what_reaches_no_model_is_not(line: str) -> None:
    # The stack holds no model yet, and what holds one is not asked.
    bare = HEAD.replace("kept = Kept(memory)\n", "").replace('{"layer": memory}', "{}")
    assert codes(line, bare) == ["SRN301"]


MODEL = """\
import collections, functools, queue
from tensorflow import keras
import numpy as np
x, y = np.load("x.npy"), np.load("y.npy")
layers = keras.layers
model = keras.Sequential([
    keras.Input(batch_shape=(4, 5, 1)),
    layers.LSTM(8, stateful=True, return_sequences=True, name="rnn_1"),
    layers.Dropout(0.1),
    layers.GRU(8, stateful=True, return_sequences=True, name="rnn_2"),
    layers.Dense(1, name="head"),
])
model.compile("adam", "mse")
{before}
"""
EPOCHS = """\
for epoch in range(9):
    model.fit(x, y, batch_size=4, shuffle=False)
{reset}
"""
WALKS = {
    "a filtered list": "for l in [l for l in model.layers if 'rnn' in l.name]:\n    l.reset_states()",
    "a filter": (
        "for l in filter(lambda l: callable(getattr(l, 'reset_states', None)), model.layers):\n"
        "    l.reset_states()"
    ),
    "a filtered dict": (
        "for l in {l.name: l for l in model.layers if l.name in NAMES}.values():\n    l.reset_states()"
    ),
    "a dict comprehension that resets": (
        "rnns = {l.name: l for l in model.layers if l.name in NAMES}\n"
        "{name: layer.reset_states() for name, layer in rnns.items()}"
    ),
    "a counted while": (
        "i = 0\n"
        "while i < len(model.layers):\n"
        "    if model.layers[i].stateful:\n"
        "        model.layers[i].reset_states()\n"
        "    i += 1"
    ),
    "a worklist": (
        "todo = list(model.layers)\n"
        "while todo:\n"
        "    layer = todo.pop()\n"
        "    todo.extend(getattr(layer, 'layers', []))\n"
        "    if getattr(layer, 'stateful', False):\n"
        "        layer.reset_states()"
    ),
    "a queue": (
        "todo = collections.deque(model.layers)\n"
        "while todo:\n"
        "    layer = todo.popleft()\n"
        "    if hasattr(layer, 'reset_states'):\n"
        "        layer.reset_states()"
    ),
    "an iterator": (
        "items = iter(model.layers)\n"
        "while (layer := next(items, None)) is not None:\n"
        "    if layer.stateful:\n"
        "        layer.reset_states()"
    ),
    "sorted layers": (
        "for layer in sorted(model.layers, key=lambda layer: layer.name):\n"
        "    if layer.stateful:\n"
        "        layer.reset_states()"
    ),
}


def after_each_epoch(reset: str, before: str = "NAMES = {'rnn_1', 'rnn_2'}") -> list[str]:
    lines = "\n".join(f"    {line}" for line in reset.splitlines())
    checked = check_source("snippet.py", (MODEL.format(before=before) + EPOCHS.format(reset=lines)).encode())
    assert not checked.failures
    return [finding.code for finding in checked.findings if finding.code < "SRN5"]


def test_the_epochs_are_carried_without_a_reset() -> None:
    assert after_each_epoch("print(epoch)") == ["SRN301"]


@pytest.mark.parametrize("way", WALKS)
def test_a_walk_over_layers_may_reset_them_all(way: str) -> None:
    assert after_each_epoch(WALKS[way]) == []


@pytest.mark.parametrize(
    "walk",
    [
        "for layer in model.layers[:2]:\n    if layer.stateful:\n        layer.reset_states()",
        "for layer in model.layers:\n    if isinstance(layer, layers.LSTM):\n        layer.reset_states()",
    ],
)
def test_a_walk_that_is_followed_is_told(walk: str) -> None:
    assert after_each_epoch(walk) == ["SRN319"]


def test_jobs_in_turn_may_reset() -> None:
    jobs = "jobs = [model.reset_states, lambda: model.fit(x, y, batch_size=4, shuffle=False)] * 20"
    checked = check_source(
        "snippet.py", (MODEL.format(before=jobs) + "for job in jobs:\n    job()\n").encode()
    )
    assert "SRN301" not in {finding.code for finding in checked.findings}


CALLBACKS = {
    "what __init__ gives the instance": (
        "class Reset(keras.callbacks.Callback):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.on_epoch_begin = self.clear\n"
        "    def clear(self, *_):\n"
        "        self.model.reset_states()\n"
        "callback = Reset()"
    ),
    "hooks by their names": (
        "class Reset(keras.callbacks.Callback):\n"
        "    def __init__(self, hooks):\n"
        "        super().__init__()\n"
        "        for hook in hooks:\n"
        "            setattr(self, hook, self.clear)\n"
        "    def clear(self, *_):\n"
        "        self.model.reset_states()\n"
        "callback = Reset(['on_epoch_begin'])"
    ),
    "a schedule": (
        "def schedule(epoch):\n"
        "    model.reset_states()\n"
        "    return 0.01 * 0.5**epoch\n"
        "callback = keras.callbacks.LearningRateScheduler(schedule)"
    ),
}
TRAINING = "model.fit(x, y, batch_size=4, epochs=9, shuffle=False, callbacks=[callback])\n"


@pytest.mark.parametrize(
    ("callback", "expected"),
    [
        *((way, []) for way in CALLBACKS.values()),
        ("callback = keras.callbacks.LearningRateScheduler(lambda epoch: 0.01 * 0.5**epoch)", ["SRN301"]),
    ],
)
def test_callbacks_that_reset_in_other_ways(callback: str, expected: list[str]) -> None:
    program = MODEL.format(before=callback) + TRAINING
    checked = check_source("snippet.py", program.encode())
    assert [finding.code for finding in checked.findings if finding.code < "SRN5"] == expected


def test_layers_that_other_code_has_put_together_may_be_built() -> None:
    program = (
        "import functools\nfrom tensorflow import keras\n"
        "inputs = keras.Input(batch_shape=(4, 5, 1))\n"
        "rnns = [keras.layers.LSTM(8, stateful=True, return_sequences=True) for _ in range(5)]\n"
        "{}\n"
        "for layer in rnns:\n    layer.reset_states()\n"
    )
    put_together = "outputs = functools.reduce(lambda tensor, layer: layer(tensor), rnns, inputs)"
    for line, expected in ((put_together, []), ("outputs = inputs", ["SRN308"])):
        checked = check_source("snippet.py", program.format(line).encode(), Settings(keras=(2,)))
        assert [finding.code for finding in checked.findings] == expected
