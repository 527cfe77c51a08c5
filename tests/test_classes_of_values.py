"""`type(value)` and `isinstance`: which class a value is of, and what isn't known of that."""

from __future__ import annotations

import collections
from types import SimpleNamespace

import numpy
import pytest

from tests.telling import reveal

CLASSES = """
class Stack(list): ...
class Layer(keras.layers.LSTM): ...
import collections
from keras.layers import LSTM, GRU
lstm = LSTM(4)
given = unseen()
"""

DECIDED = [
    # numbers and texts
    ("type(3) == int", "True"),
    ("type(3) != int", "False"),
    ("type(True) == int", "False"),
    ("type(3) in (int, float)", "True"),
    ("type('a') in [int, float]", "False"),
    ("type(3) not in (str, list)", "True"),
    ("type(3) is not str", "True"),
    ("type(None) == type(3)", "False"),
    ("type(3) == type(4)", "True"),
    ("type(3) == np.ndarray", "False"),
    ("type(3).__name__ == 'int'", "True"),
    # lists and the like
    ("type([1]) == list", "True"),
    ("type([1]) is list", "True"),
    ("type([1]) is not list", "False"),
    ("type([k for k in given]) == list", "True"),
    ("type([1] + [2]) == list and type([1] * 2) == list and type([1, 2][:1]) == list", "True"),
    ("type(sorted(given)) == list and type(list(given)) == list", "True"),
    ("type([1]) == type([2])", "True"),
    ("type([1]) == tuple", "False"),
    ("type((1, 2)) == tuple", "True"),
    ("type({1}) == list", "False"),
    ("type({'a': 1}) == dict", "True"),
    ("type([1]) == Stack", "False"),
    ("isinstance([1], list) and isinstance({1}, set)", "True"),
    ("isinstance([1], (tuple, list))", "True"),
    ("isinstance({1}, list)", "False"),
    # what Keras and the program make
    ("type(lstm) == LSTM", "True"),
    ("type(lstm) in (GRU,)", "False"),
    ("type(lstm) == str", "False"),
    ("type(Stack()) == Stack", "True"),
    ("type(Stack()) == list", "False"),
    ("type(Layer(4)) == LSTM", "False"),
    ("isinstance(Layer(4), LSTM)", "True"),
    ("isinstance(lambda: 1, str)", "False"),
]

UNDECIDED = [
    "type(given) == list",
    "type([1] if given else 3) == list",
    "type(3) == given",
    # It may be a list, or one of a class that derives from it.
    "type(collections.deque([1])) == list",
    "type(np.zeros(3)) == np.ndarray",
    "type(3) == np.int",
    "np.nan == np.nan",
]


@pytest.mark.parametrize(("condition", "told"), DECIDED)
def test_what_class_a_value_is_of(condition: str, told: str) -> None:
    assert reveal(f"{CLASSES}reveal({condition})") == [told]


@pytest.mark.parametrize(("condition", "told"), DECIDED)
def test_python_says_so_too(condition: str, told: str) -> None:
    """Any class stands for each of Keras's."""
    lstm, gru = type("LSTM", (), {"__init__": lambda self, units: None}), type("GRU", (), {})
    keras = SimpleNamespace(layers=SimpleNamespace(LSTM=lstm, GRU=gru))
    code = CLASSES.replace(
        "from keras.layers import LSTM, GRU", "LSTM, GRU = keras.layers.LSTM, keras.layers.GRU"
    )
    names = {"np": numpy, "keras": keras, "collections": collections, "unseen": lambda: (2, 1)}
    exec(code, names)
    assert str(eval(condition, names)) == told


@pytest.mark.parametrize("condition", UNDECIDED)
def test_what_is_not_known_of_it(condition: str) -> None:
    (told,) = reveal(f"{CLASSES}reveal({condition})")
    assert told not in ("True", "False")


def test_a_class_made_by_type() -> None:
    assert reveal(f"{CLASSES}reveal(type('Kind', (Stack,), {{}}) is str)")[0] not in ("True", "False")


def test_the_class_of_an_option_rests_on_its_default() -> None:
    code = """
    import argparse
    parser = argparse.ArgumentParser()
    parser.add_argument("--units", default=4)
    units = parser.parse_args().units
    reveal(type(units) == int)
    reveal(isinstance(units, int))
    """
    assert reveal(code) == ["True if --units keeps its default 4"] * 2
