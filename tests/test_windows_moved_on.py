"""Generation: a window that a program moves on by itself and feeds again, in the ways of lists and arrays."""

from __future__ import annotations

import re

import pytest

from statelint.engine import check_source

HEAD = """
from collections import deque
import numpy as np
import pandas as pd
import keras
table = pd.read_csv("series.csv")
text = open("text").read()
letters = sorted(set(text))
codes = {letter: k for k, letter in enumerate(letters)}
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(1, 10, FEATURES)), memory])
model.compile("sgd", "mse")
"""
LIST = 'window = list(table["level"].values[-10:])\n'
ARRAY = 'window = table["level"].values[-10:].reshape(1, 10, 1)\n'
FED = "    value = model.predict(np.array(window).reshape(1, 10, 1))[0, 0]\n"
WHOLE = "    value = model.predict(window)\n"
LOOP = "for _ in range(50):\n"
ONE_HOT = """    x = np.zeros((1, 10, len(letters)))
    for k, letter in enumerate(window):
        x[0, k, codes[letter]] = 1
    window = window[1:] + letters[np.argmax(model.predict(x)[0])]
"""
MOVING = {
    "append, the last ones": LIST
    + LOOP
    + FED.replace("np.array(window)", "np.array(window[-10:])")
    + "    window.append(value)\n",
    "pop and append": f"{LIST}{LOOP}{FED}    window.pop(0)\n    window.append(value)\n",
    "append and pop": f"{LIST}{LOOP}{FED}    window.append(value)\n    window.pop(0)\n",
    "del and append": f"{LIST}{LOOP}{FED}    del window[0]\n    window.append(value)\n",
    "append and cut": f"{LIST}{LOOP}{FED}    window.append(value)\n    window = window[1:]\n",
    "append and cut to its length": f"{LIST}{LOOP}{FED}    window.append(value)\n"
    "    window = window[1:len(window)]\n",
    "deque": f"{LIST.replace('list', 'deque').replace(':])', ':], maxlen=10)')}{LOOP}{FED}"
    "    window.append(value)\n",
    "roll": f"{ARRAY}{LOOP}{WHOLE}    window = np.roll(window, -1, axis=1)\n    window[0, -1, 0] = value\n",
    "delete and append": f"{ARRAY}{LOOP}{WHOLE}    window = np.delete(window, 0, axis=1)\n"
    "    window = np.append(window, value.reshape(1, 1, 1), axis=1)\n",
    "delete and concatenate": f"{ARRAY}{LOOP}{WHOLE}"
    "    window = np.concatenate([np.delete(window, 0, 1), value[None]], axis=1)\n",
    "one-hot letters": f"window = text[:10]\n{LOOP}{ONE_HOT}",
    "letters by number": f"made = text[:10]\n{LOOP}"
    "    x = np.array([[codes[letter] for letter in made[-10:]]])\n"
    "    made += letters[np.argmax(model.predict(x)[0])]\n",
}


def found(code: str) -> list[str]:
    """What SRN208 says of the code."""
    features = "len(letters)" if "codes" in code else "1"
    checked = check_source("snippet.py", (HEAD.replace("FEATURES", features) + code).encode())
    assert not checked.failures
    return [one.message for one in checked.findings if one.code == "SRN208"]


@pytest.mark.parametrize("code", MOVING.values(), ids=MOVING)
def test_the_window_is_read_again_but_for_one_step(code: str) -> None:
    (message,) = found(code)
    assert "a window of 10 steps that moves on by 1" in message


WRITING = {
    "behind the window": ("made[10 + i, :] = model.predict(made[i:i + 10].reshape(1, 10, -1))", 1),
    "behind the window, by a sum": ("made[i + 10] = model.predict(made[i:i + 10, :][None])", 1),
    "into the window": ("made[5 + i, :] = model.predict(made[i:i + 10].reshape(1, 10, -1))", 0),
    "window by window": ("made[9 + i] = model.predict(made[10 * i:10 * i + 10].reshape(1, 10, -1))", 0),
}


@pytest.mark.parametrize(("step", "times"), WRITING.values(), ids=WRITING)
@pytest.mark.parametrize("first", ["table[:10]", "np.load('begin.npy')"])
def test_an_array_that_is_written_behind_the_window(step: str, times: int, first: str) -> None:
    begun = f"table = table.values[:, :1]\nmade = np.zeros((99, 1))\nmade[:10] = {first}\n"
    code = f"{begun}for i in range(9):\n    {step}\n"
    assert len(found(code)) == times
    # Of a window of any length.
    model = "model = keras.Sequential([keras.Input(batch_shape=(1, lag, 1)), memory])\n"
    given = f"import sys\nlag = int(sys.argv[1])\n{model}"
    spelled = re.sub(r"\b10\b", "lag", code)
    assert len(found(given + spelled)) == times


@pytest.mark.parametrize("rows", [1, 64])
def test_letters_for_a_model_of_any_length(rows: int) -> None:
    code = f"""
lag = max(map(len, text.split()))
model = keras.Sequential([keras.Input(batch_shape=({rows}, lag, len(letters))), memory])
window = text[:lag]
{LOOP}{ONE_HOT.replace("(1, 10,", "(1, lag,")}"""
    assert len(found(code)) == (rows == 1)


@pytest.mark.parametrize("code", MOVING.values(), ids=MOVING)
def test_with_a_reset_before_each_window(code: str) -> None:
    assert not found(code.replace(LOOP, f"{LOOP}    memory.reset_states()\n"))


@pytest.mark.parametrize(
    "code",
    [
        # Only what is new.
        f"{LIST}{LOOP}    value = model.predict(np.array(window[-1:]).reshape(1, 1, 1))[0, 0]\n"
        "    window.append(value)\n",
        # Nothing is put behind it.
        f"{LIST}{LOOP}{FED}    seen.append(value)\n",
        # Another window each time.
        f"{LOOP}    window = draw()\n{FED}    window.append(value)\n",
    ],
)
def test_what_does_not_move_on(code: str) -> None:
    assert not found(code)
