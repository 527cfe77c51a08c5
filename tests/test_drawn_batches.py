"""Batches that the program draws from Datasets, of the whole or of its first elements, and feeds itself."""

from __future__ import annotations

import pytest

from tests.programs import reported_below

HEAD = """
import numpy as np
import tensorflow as tf
x, y, later, answers = (np.load(name) for name in ("x.npy", "y.npy", "later.npy", "answers.npy"))
train = tf.data.Dataset.from_tensor_slices((x.reshape(-1, 5, 1), y)).batch(64, drop_remainder=True)
rest = tf.data.Dataset.from_tensor_slices((later.reshape(-1, 5, 1), answers)).batch(64, drop_remainder=True)
memory = tf.keras.layers.GRU(4, stateful=True)
model = tf.keras.Sequential([tf.keras.Input(batch_shape=(64, 5, 1)), memory])
model.compile("sgd", "mse")
"""


def found(code: str, *codes: str) -> list[tuple[int, str]]:
    """The lines of `code` at which these rules report something."""
    return reported_below(HEAD, code, codes)


@pytest.mark.parametrize(
    "data", ["rest", "rest.take(3)", "rest.repeat().take(3)", "rest.prefetch(1).take(1)"]
)
@pytest.mark.parametrize("before", ["model.evaluate(rest)\n", "model.fit(train, validation_data=rest)\n"])
def test_what_was_read_is_drawn_again(data: str, before: str) -> None:
    code = f"{before}for rows, _ in {data}:\n    model.predict_on_batch(rows)\n"
    assert found(code, "SRN304") == [(3, "SRN304")]


@pytest.mark.parametrize(
    "code",
    [
        # Each batch goes on where the one before ended.
        "for rows, _ in rest.take(3):\n    model.predict_on_batch(rows)\n",
        "model.predict(rest.take(2))\nmodel.predict(rest.skip(2))\n",
        "model.predict(rest.take(2))\nfor rows, _ in rest.skip(2):\n    model.predict_on_batch(rows)\n",
        "model.evaluate(rest)\nmemory.reset_states()\nfor rows, _ in rest:\n    model.predict(rows)\n",
    ],
)
def test_what_goes_on(code: str) -> None:
    assert not found(code, "SRN304")


def test_the_first_elements_again() -> None:
    assert found("model.predict(rest.take(2))\nmodel.predict(rest)\n", "SRN304") == [(2, "SRN304")]
    assert found("model.predict(rest.skip(2))\n\nmodel.predict(rest.skip(2))\n", "SRN304") == [(3, "SRN304")]


@pytest.mark.parametrize(
    ("feed", "is_wrong"),
    [
        ("model.predict(rows)", True),
        ("model.predict(rows, batch_size=64)", False),
        ("model.predict_on_batch(rows)", False),
        ("model(rows)", False),
    ],
)
@pytest.mark.parametrize("data", ["rest", "rest.take(3)", "rest.shuffle(9).take(1)"])
def test_predict_cuts_a_drawn_batch_into_its_own(data: str, feed: str, is_wrong: bool) -> None:
    code = f"for rows, _ in {data}:\n    {feed}\n"
    assert found(code, "SRN206") == [(2, "SRN206")] * is_wrong


@pytest.mark.parametrize(
    ("data", "is_random"),
    [
        ("rest.shuffle(99)", True),
        ("rest.shuffle(1)", False),
        ("rest", False),
        ("rest.shuffle(99).take(5)", True),
    ],
)
def test_no_data_are_continued_in_random_order(data: str, is_random: bool) -> None:
    code = f"model.fit(train, validation_data=train.take(2))\nmodel.evaluate({data})\n"
    assert found(code, "SRN304") == [(2, "SRN304")] * is_random


def test_a_look_at_a_model_before_a_shuffled_training() -> None:
    code = "for rows, _ in rest.take(1):\n    model(rows)\nmodel.fit(train.shuffle(99))\n"
    assert not found(code, "SRN305")
