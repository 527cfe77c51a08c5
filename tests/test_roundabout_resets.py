"""Resets that come about in ways that aren't followed: nothing is said of the epochs that they part."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

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
