"""Switches that an author sets by hand: what the arm that isn't taken does is found too, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from statelint.discover import discover
from statelint.engine import check_files, check_source
from statelint.settings import Settings

PROGRAM = """
import numpy as np
from keras.models import Sequential
from keras.layers import LSTM, Dense
x, y = np.load("x.npy"), np.load("y.npy")
{setting}
def run({parameters}):
    model = Sequential([LSTM(3, batch_input_shape=(8, 10, 1), stateful=True), Dense(1)])
    model.compile("sgd", "mse")
    if {test}:
        model.fit(x, y, batch_size=8, epochs=5, shuffle=False)
    else:
        model.load_weights("w.h5")
    model.predict(x, batch_size=4)
run({given})
"""


def told(**parts: str) -> dict[str, tuple[str, ...]]:
    """The codes of the findings about the training and behind it, with what they assume."""
    program = PROGRAM.format(**{"setting": "", "parameters": "", "test": "TRAIN", "given": ""} | parts)
    checked = check_source("snippet.py", program.encode(), Settings(keras=(2,)))
    assert not checked.failures
    return {finding.code: finding.assumptions for finding in checked.findings}


HIDDEN = {"SRN206": (), "SRN301": ("TRAIN isn't False",), "SRN304": ("TRAIN isn't False",)}


@pytest.mark.parametrize(
    "parts",
    [
        {"setting": "TRAIN = False"},
        {"setting": "TRAIN: bool = False"},
        {"setting": "TRAIN = False", "test": "TRAIN and len(x) > 3"},
        {"setting": "class Config:\n    TRAIN = False\n", "test": "Config.TRAIN"},
        {"parameters": "TRAIN=False"},
        {"setting": "TRAIN = False", "parameters": "TRAIN", "given": "TRAIN=TRAIN"},
    ],
)
def test_an_arm_that_is_switched_off(parts: dict[str, str]) -> None:
    assert told(**parts) == HIDDEN


def test_a_switch_that_is_on_is_named() -> None:
    found = told(setting="LOAD = True", test="not LOAD")
    assert found["SRN301"] == ("LOAD isn't True",)


@pytest.mark.parametrize(
    "setting",
    [
        # It takes both values.
        "TRAIN = False\nfor k in range(3):\n    TRAIN = k > 1\nTRAIN = False",
        "TRAIN = False\nTRAIN = 1 > 2",
        # What says nothing of a choice.
        "TRAIN = 0",
    ],
)
def test_what_is_no_switch(setting: str) -> None:
    assert told(setting=setting) == {"SRN206": ()}


def test_no_arm_with_a_training_is_hidden() -> None:
    assert told(setting="TRAIN = True\nPLOT = False\nif PLOT:\n    print(x)").keys() == HIDDEN.keys()
    assert all(not assumed for assumed in told(setting="TRAIN = True").values())


def test_a_switch_of_another_module(tmp_path: Path) -> None:
    (tmp_path / "settings.py").write_text("TRAIN = False\n", encoding="utf-8")
    program = PROGRAM.format(setting="import settings", parameters="", test="settings.TRAIN", given="")
    (tmp_path / "main.py").write_text(program, encoding="utf-8")
    checked = check_files(discover([str(tmp_path)]).files)
    assert not checked.failures
    found = {finding.code: finding.assumptions for finding in checked.findings}
    assert {code: found[code] for code in HIDDEN} == HIDDEN
