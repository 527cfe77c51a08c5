"""Wrappers around a layer that is one of several, depending on what can't be decided."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

PROGRAM = """
import functools, tensorflow as tf
from tensorflow.keras import layers
if tf.test.is_gpu_available():
    rnn = {one}
else:
    rnn = {other}
model = tf.keras.Sequential([tf.keras.Input(batch_shape=(2, 3, 1))])
model.add(layers.Bidirectional(rnn(4, return_sequences=True{stateful})))
"""


def reported(one: str, other: str, stateful: str = ", stateful=True") -> list[int]:
    """The lines at which Bidirectional is told to wrap a stateful layer."""
    code = PROGRAM.format(one=one, other=other, stateful=stateful)
    checked = check_source("snippet.py", code.encode())
    assert not checked.failures
    return [f.site.line for f in checked.findings if f.code == "SRN104"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("layers.LSTM", "layers.GRU"),
        ("layers.LSTM", "functools.partial(layers.GRU, reset_after=False)"),
        # Nobody knows what this is; the other arm is wrong whatever it may be.
        ("layers.Unheard", "functools.partial(layers.GRU, reset_after=False)"),
        ("layers.GRU", "layers.Unheard"),
    ],
)
def test_either_is_stateful(one: str, other: str) -> None:
    assert reported(one, other) == [9]


@pytest.mark.parametrize(
    ("one", "other"), [("layers.LSTM", "layers.GRU"), ("layers.Unheard", "layers.Unseen")]
)
def test_neither_is_known_to_be_stateful(one: str, other: str) -> None:
    assert reported(one, other, "") == []


def test_nothing_is_known_of_the_layer() -> None:
    assert reported("layers.Unheard", "layers.Unseen") == []
