"""Functions that nobody calls, which are given a model: the one that the file's only builder makes."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

BUILDER = """
import numpy as np
import keras

def build(batch):
    m = keras.Sequential([keras.Input(batch_shape=(batch, 3, 1)), keras.layers.LSTM(4, stateful=True)])
    m.compile("sgd", "mse")
    return m
"""
TRAIN = """
def train(model, x, y):
    model.fit(x, y, batch_size=4, epochs=5, shuffle=False)
"""


def told(code: str) -> list[tuple[str, tuple[str, ...]]]:
    checked = check_source("program.py", code.encode(), Settings())
    return [(finding.code, finding.assumptions) for finding in checked.findings]


def test_the_only_builder_made_it() -> None:
    assert told(BUILDER + TRAIN) == [("SRN301", ("model of train() is made by build()",))]


def test_a_method_is_given_it_as_well() -> None:
    method = "class Trainer:\n    def train(self, net, x, y):\n        net.fit(x, y, 4, epochs=5)\n"
    assert [code for code, _ in told(BUILDER + method)] == ["SRN201", "SRN301"]


@pytest.mark.parametrize(
    "code",
    [
        BUILDER + BUILDER.replace("build", "build_stateless").replace("True", "False") + TRAIN,
        BUILDER + "small = keras.Sequential([keras.layers.Dense(1)])\n" + TRAIN,
        BUILDER + "def load(path):\n    return keras.models.load_model(path)\n" + TRAIN,
        BUILDER + "class Net(keras.Model):\n    pass\n" + TRAIN,
        BUILDER.replace("    return m\n", "    m.save('m.keras')\n") + TRAIN,
        BUILDER + TRAIN.replace("model, x", "model, other, x") + "    other.fit(x, y)\n",
        BUILDER + TRAIN.replace("model, x", "x").replace("    model", "    unseen().model"),
        BUILDER.replace("stateful=True", "stateful=kept") + TRAIN,
    ],
    ids=["two", "at the top", "loaded", "class", "not returned", "two given", "not given", "maybe stateless"],
)
def test_any_doubt_leaves_it_unknown(code: str) -> None:
    assert told(code) == []


def test_what_happened_before_is_not_known() -> None:
    score = "def score(model, x, y):\n    return model.evaluate(x, y, batch_size=4)\n"
    assert told(BUILDER + score) == []


def test_where_none_may_be_given() -> None:
    run = (
        "def run(model, x, y):\n    if model is None:\n        model = build(4)\n        model.fit(x, y, 4)\n"
    )
    assert told(BUILDER + run + "    print(model.predict(x, 4))\n")[:1] == [("SRN201", ())]


LOOP = """
def train(model, {parameters}, size, epochs):
    for epoch in range(epochs):
        model.fit({given}, batch_size=size, epochs=1, shuffle=False)
    model.layers[0].reset_states()
"""


def test_targets_that_callers_have_to_give_are_arrays() -> None:
    """Keras takes none beside a stream, which wouldn't come again in each pass of the loop."""
    assert [code for code, _ in told(BUILDER + LOOP.format(parameters="x, y", given="x, y"))] == ["SRN302"]


@pytest.mark.parametrize(
    ("parameters", "given"), [("data", "data"), ("x, y=None", "x, y"), ("x, *y", "x, *y"), ("x", "x, None")]
)
def test_what_may_be_a_stream(parameters: str, given: str) -> None:
    code = LOOP.format(parameters=parameters, given=given).replace("size, epochs):", "*, size, epochs):")
    if "*y" in parameters:
        code = code.replace("*y, *, ", "*y, ")
    assert told(BUILDER + code) == []
