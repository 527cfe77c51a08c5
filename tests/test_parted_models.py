"""Models that branches complete in different ways: each is followed on its own way."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

HEAD = """
import sys
import numpy as np
import keras
x, y = np.random.rand(300, 1, 3), np.random.rand(300)
stateful = sys.argv[1] == "stateful"
"""
BUILD = """
def build(stateful):
    model = keras.Sequential()
    if stateful:
        model.add(keras.Input(batch_shape=(10, 1, 3)))
        model.add(keras.layers.LSTM(4, stateful=True))
    else:
        model.add(keras.layers.LSTM(4))
    model.add(keras.layers.Dense(1))
    model.compile("sgd", "mse")
    return model
"""
FIT = "model.fit(x, y, epochs=5, batch_size=10, shuffle=False)\n"


def told(code: str) -> list[str]:
    return [f.code for f in check_source("program.py", code.encode(), Settings()).findings]


@pytest.mark.parametrize(
    "made",
    [
        f"{BUILD}model = build(stateful)\n",
        f"{BUILD}class Net:\n    def __init__(self):\n        self.model = build(stateful)\n"
        "model = Net().model\n",
        f"{BUILD}models = [build(stateful)]\nfor model in models:\n    pass\n",
        f"{BUILD}model, name = build(stateful), 'net'\n",
        "model = keras.Sequential()\nif stateful:\n    model.add(keras.layers.LSTM(4, stateful=True))\n"
        "else:\n    model.add(keras.layers.Flatten())\nmodel.compile('sgd', 'mse')\n",
    ],
    ids=["returned", "attribute", "list", "tuple", "no other recurrent layer"],
)
def test_the_way_that_keeps_a_state_is_followed(made: str) -> None:
    assert told(HEAD + made + FIT) == ["SRN301"]


@pytest.mark.parametrize(
    "trained",
    [
        "if stateful:\n    for _ in range(5):\n        model.fit(x, y, batch_size=10, shuffle=False)\n"
        "        for layer in model.layers:\n            if hasattr(layer, 'reset_states'):\n"
        "                layer.reset_states()\nelse:\n    model.fit(x, y, epochs=5)\n",
        f"if not stateful:\n    {FIT}",
    ],
    ids=["each in its way", "the other one"],
)
def test_what_only_the_other_way_does_is_not_said_of_it(trained: str) -> None:
    assert told(f"{HEAD}{BUILD}model = build(stateful)\n{trained}") == []


def test_a_model_that_has_run_before_is_left_alone() -> None:
    begun = "model = keras.Sequential([keras.Input(batch_shape=(10, 1, 3)), keras.layers.Dense(3)])\n"
    begun += "model(x[:10])\n"
    added = "if stateful:\n    model.add(keras.layers.LSTM(4, stateful=True))\n"
    assert told(HEAD + begun + added + FIT) == []


def test_none_has_no_reset_states() -> None:
    made = "model = build(True) if stateful else None\nif model is None:\n    print('none')\n"
    guarded = "else:\n    if hasattr(model, 'reset_states'):\n        model.reset_states()\n"
    assert told(HEAD + BUILD + made + guarded) == []
