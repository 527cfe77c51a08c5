"""Where the defaults of its options lead a program to no model that keeps state, others are tried."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

PROGRAM = """
import argparse
import numpy as np
from tensorflow import keras
parser = argparse.ArgumentParser()
parser.add_argument("--kind", "-k", default=DEFAULT)
parser.add_argument("--stateful", action="store_true")
parser.add_argument("--epochs", type=int, default=20)
args = parser.parse_args()
x, y = np.load("x.npy"), np.load("y.npy")
BUILD
model.compile("sgd", "mse")
model.fit(x, y, batch_size=32, epochs=args.epochs, shuffle=False)
"""

CHOSEN = """
if args.kind == "lstm":
    model = keras.Sequential([
        keras.Input(batch_shape=(32, 5, 1)), keras.layers.LSTM(4, stateful=True), keras.layers.Dense(1)
    ])
elif args.kind == "dense":
    model = keras.Sequential([keras.layers.Dense(1)])
else:
    raise ValueError(args.kind)
"""

SWITCHED = """
model = keras.Sequential([keras.Input(batch_shape=(32, 5, 1)), keras.layers.LSTM(4, stateful=args.stateful)])
"""

RESET = """
class Reset(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.model.layers[0].reset_states()
"""


def assumed(code: str) -> dict[str, tuple[str, ...]]:
    """The rules that a program breaks, with what each finding assumes."""
    checked = check_source("snippet.py", code.encode())
    assert not checked.failures
    return {finding.code: finding.assumptions for finding in checked.findings}


@pytest.mark.parametrize("default", ['"dense"', '"lstm"', '"unknown"', '""'])
def test_the_model_that_another_value_chooses_is_seen(default: str) -> None:
    code = PROGRAM.replace("DEFAULT", default).replace("BUILD", CHOSEN)
    assert "SRN301" in assumed(code)


def test_a_switch_that_makes_layers_stateful_is_assumed_to_be_given() -> None:
    found = assumed(PROGRAM.replace("DEFAULT", '""').replace("BUILD", SWITCHED))
    assert set(found["SRN301"]) == {"--stateful is True", "--epochs keeps its default 20"}


def test_what_the_switch_brings_with_it_is_seen_too() -> None:
    code = PROGRAM.replace("DEFAULT", '""').replace("BUILD", SWITCHED)
    given = code.replace("shuffle=False", "shuffle=not args.stateful")
    assert "SRN301" in assumed(given)
    assert "SRN201" not in assumed(given)
    callbacks = "shuffle=False, callbacks=[Reset()] if args.stateful else []"
    assert assumed(RESET + code.replace("shuffle=False", callbacks)) == {}


def test_what_the_default_leads_to_needs_no_other_option() -> None:
    code = PROGRAM.replace("DEFAULT", '"lstm"').replace("BUILD", CHOSEN)
    both_ways = "keras.layers.Bidirectional(keras.layers.LSTM(4, stateful=True))"
    other = "keras.Input(batch_shape=(32, 5, 1)), " + both_ways
    found = assumed(code.replace("keras.layers.Dense(1)])", f"{other}])"))
    assert found == {
        "SRN301": ("--epochs keeps its default 20",),
        "SRN104": ("--kind doesn't keep its default",),
    }


def test_a_mode_beside_a_switch() -> None:
    """Only what both options bring about together trains a model that keeps a state."""
    training = (
        "if args.kind == 'train':\n    model.fit(x, y, batch_size=32, epochs=args.epochs, shuffle=False)\n"
    )
    code = PROGRAM.replace("DEFAULT", '"show"').replace("BUILD", SWITCHED)
    head, _ = code.split("model.fit")
    found = assumed(f"{head}{training}")
    assert "--stateful is True" in found["SRN301"]
