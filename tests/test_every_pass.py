"""Conditions on what a loop draws: those that never hold, and those that hold in some passes."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings
from tests.telling import reveal

PROGRAM = """
import numpy as np
from tensorflow import keras
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.layers.Input(batch_shape=(2, 3, 1)), memory])
model.compile("sgd", "mse")
x = np.zeros((SAMPLES, 3, 1))
y = np.zeros((SAMPLES, 4))
BATCH_SIZE = 2
class Reset(keras.callbacks.Callback):
    def HOOK(self, number, logs=None):
        if CONDITION:
            memory.reset_states()
model.fit(x, y, batch_size=BATCH_SIZE, epochs=30, shuffle=False, callbacks=[Reset()])
"""


def carries(hook: str, condition: str, samples: str = "40") -> bool:
    """Whether the epochs are told to begin with the state of the one before."""
    program = PROGRAM.replace("HOOK", hook).replace("CONDITION", condition).replace("SAMPLES", samples)
    checked = check_source("snippet.py", program.encode())
    assert not checked.failures
    return "SRN301" in {finding.code for finding in checked.findings}


@pytest.mark.parametrize(
    ("hook", "condition", "is_carried"),
    [
        # 20 batches have the numbers 0 to 19.
        ("on_batch_begin", "number == 40 / BATCH_SIZE", True),
        ("on_batch_begin", "number > 19", True),
        ("on_batch_begin", "number > 0 and number == 20", True),
        ("on_batch_end", "number == 20", True),
        ("on_batch_end", "number == 19", False),
        ("on_batch_begin", "number == 0", False),
        ("on_batch_begin", "number % 10 == 0", False),
        ("on_epoch_end", "number == 30", True),
        ("on_epoch_end", "number < 30", False),
    ],
)
def test_a_reset_that_never_comes(hook: str, condition: str, *, is_carried: bool) -> None:
    assert carries(hook, condition) is is_carried


def test_how_many_passes_there_are_must_be_known() -> None:
    assert not carries("on_batch_begin", "number == 20", "int(input())")


@pytest.mark.parametrize(
    ("condition", "seen"),
    [
        ("k == 50", ["0"]),
        ("k < 50", ["1"]),
        ("k == 7", None),
        # What is made of the item in a pass isn't known in the others.
        ("j == 100", None),
    ],
)
def test_one_arm_is_followed_where_all_passes_take_it(condition: str, seen: list[str] | None) -> None:
    told = reveal(
        f"""
        for k in range(50):
            j = 2 * k
            if {condition}:
                reveal(1)
            else:
                reveal(0)
        """
    )
    assert set(told) == (set(seen) if seen is not None else {"0", "1"})


@pytest.mark.parametrize(
    ("condition", "is_first_alone"),
    [
        ("k == 0", True),
        ("not k", True),
        ("k < 1", True),
        ("0 == k and k < 9", True),
        # In which of the later passes isn't known.
        ("k == 3", False),
        ("k < 1000", False),
        ("k % 4 == 0", False),
    ],
)
@pytest.mark.parametrize("loop", ["k, u in enumerate(units)", "k in range(len(units))"])
def test_the_first_of_passes_of_which_it_is_not_known_how_many(
    condition: str, loop: str, *, is_first_alone: bool
) -> None:
    told = reveal(
        f"""
        def build(units):
            for {loop}:
                if {condition}:
                    reveal(k)
        """
    )
    assert (set(told) == {"0 this pass"}) is is_first_alone


def test_a_layer_of_the_first_pass_does_not_stand_on_itself() -> None:
    program = """
from tensorflow import keras
def build(units):
    model = keras.Sequential()
    for k, u in enumerate(units):
        if k == 0:
            model.add(keras.layers.LSTM(u, batch_input_shape=(4, 5, 1), stateful=True))
        else:
            model.add(keras.layers.Dense(u))
    return model
"""
    checked = check_source("snippet.py", program.encode(), Settings(keras=(2,)))
    assert not checked.failures
    assert not checked.findings
