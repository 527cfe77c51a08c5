"""Shapes of which only the beginning is known: `(64, *shape)`, `(64,) + x.shape[1:]`."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from tests.telling import reveal

HEAD = """
import numpy as np
import settings
from tensorflow import keras
from tensorflow.keras.layers import LSTM, Dense
x = np.load("x.npy")
size = 64
"""
MODEL = """
model = keras.Sequential([keras.Input(batch_shape=SHAPE), LSTM(4, stateful=True), Dense(1)])
model.compile("sgd", "mse")
model.predict(DATA, batch_size=32)
"""
SHAPES = [
    "(64,) + settings.shape",
    "(64, *settings.shape)",
    "(size,) + x.shape[1:]",
    "(size, *x.shape[1:])",
    "(size,) + tuple(settings.shape)",
    "(size,) + settings.shape + (1,)",
    "[size] + list(settings.shape)",
    "[size, *settings.shape]",
    "tuple([size] + list(settings.shape))",
    "(size, *settings.shape, 1)",
    "(*(size,), *settings.shape)",
    "((1, size, *settings.shape))[1:]",
]


def codes(code: str) -> set[str]:
    return {finding.code for finding in check_source("snippet.py", f"{HEAD}{code}".encode()).findings}


def of(shape: str, data: str = "np.zeros((640, 3, 1))") -> set[str]:
    return codes(MODEL.replace("SHAPE", shape).replace("DATA", data))


@pytest.mark.parametrize("shape", SHAPES)
def test_the_batch_that_a_shape_begins_with(shape: str) -> None:
    assert of(shape) == {"SRN206"}
    assert of(shape.replace("64", "32").replace("size", "32")) == set()


@pytest.mark.parametrize("shape", ["(None,) + x.shape[1:]", "(None, *settings.shape)"])
def test_a_shape_that_leaves_it_open(shape: str) -> None:
    assert of(shape) == {"SRN101"}


@pytest.mark.parametrize(
    "shape",
    [
        "settings.shape + (64,)",
        "(*settings.shape, 64)",
        "settings.first + x.shape[1:]",
        "(size if settings.large else 32,) + x.shape[1:]",
        "(64,) * settings.rank",
    ],
)
def test_shapes_that_may_begin_with_anything(shape: str) -> None:
    assert of(shape) == set()


def test_a_model_that_is_built_with_such_a_shape() -> None:
    model = (
        "model = keras.Sequential([LSTM(4, stateful=True), Dense(1)])\n"
        "model.build((64,) + x.shape[1:])\nmodel.predict(np.zeros((640, 3, 1)), batch_size=32)"
    )
    assert codes(model) == {"SRN206"}


@pytest.mark.parametrize(
    "data",
    [
        "np.zeros((1,) + x.shape[1:])",
        "np.ones((1, *x.shape[1:]))",
        "np.random.normal(0, 1, (1, *x.shape[1:]))",
    ],
)
def test_rows_of_arrays_that_get_such_a_shape(data: str) -> None:
    assert of("(32, 3, 1)", data) == {"SRN204"}
    assert of("(32, 3, 1)", data.replace("(1,", "(640,")) == set()


def test_items_of_such_a_tuple() -> None:
    code = "given = unseen()\nshape = (4, 5, *given)\n"
    assert reveal(f"{code}reveal(shape[0], shape[1], shape[1:][0])") == ["4 5 5"]
    (told,) = reveal(f"{code}reveal(shape[2], shape[-1], (*given, 4)[0], shape[::2][1])")
    assert "4" not in told
    assert "5" not in told


def test_layers_before_those_that_are_not_known() -> None:
    first = "keras.Input(batch_shape=(8, 3, 1)), LSTM(4, stateful=True)"
    layers = f"model = keras.Sequential([{first}, *settings.layers])\n"
    run = "model.fit(np.zeros((80, 3, 1)), np.zeros((80, 1)), batch_size=8, epochs=5, shuffle=False)"
    assert codes(f"{layers}model.compile('sgd', 'mse')\n{run}") == {"SRN301"}
