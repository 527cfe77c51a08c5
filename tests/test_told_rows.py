"""Rows that something else tells: another input, the list that was padded, the shape of an unknown array."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

HEAD = """
import numpy as np
import tensorflow as tf
from tensorflow.keras import layers
from tensorflow.keras.preprocessing.sequence import pad_sequences
from tensorflow.keras.preprocessing.text import Tokenizer
words = Tokenizer()
text = layers.Input(batch_shape=(16, 5))
memory = layers.LSTM(8, stateful=True)
read = memory(layers.Embedding(50, 8)(text))
"""
ONE = HEAD + 'model = tf.keras.Model(text, layers.Dense(1)(read))\nmodel.compile("sgd", "mse")\n'
TWO = (
    HEAD
    + """image = layers.Input(batch_shape=(16, 8))
model = tf.keras.Model([image, text], layers.Dense(50)(layers.add([image, read])))
model.compile("sgd", "mse")
"""
)


def found(code: str, *rules: str) -> list[str]:
    """What these rules report of the code, in order."""
    checked = check_source("snippet.py", code.encode())
    assert not checked.failures
    return sorted({one.code for one in checked.findings} & {*rules})


@pytest.mark.parametrize(
    ("fed", "is_wrong"),
    [
        ('pad_sequences(words.texts_to_sequences(["so it was"]), maxlen=5)', True),
        ("pad_sequences([[1, 2, 3]], maxlen=5)", True),
        ("pad_sequences([codes], 5)", True),
        ("pad_sequences(words.texts_to_sequences([sentence] * 16), maxlen=5)", False),
        ("pad_sequences(words.texts_to_sequences(sentences), maxlen=5)", False),
        ("pad_sequences(codes, maxlen=5)", False),
    ],
)
def test_as_many_rows_are_padded_as_are_listed(fed: str, *, is_wrong: bool) -> None:
    assert bool(found(f"{ONE}model.predict({fed}, batch_size=16)\n", "SRN204", "SRN206")) is is_wrong


@pytest.mark.parametrize(
    ("inputs", "is_wrong"),
    [
        ("[pictures[name], pad_sequences([codes], maxlen=5)]", True),
        ("[pictures[name], np.zeros((1, 5))]", True),
        ("[pictures[name], np.zeros((16, 5))]", False),
        ("[pictures[name], codes]", False),
    ],
)
def test_one_input_tells_the_rows_of_all(inputs: str, *, is_wrong: bool) -> None:
    assert bool(found(f"{TWO}model.predict({inputs}, batch_size=16)\n", "SRN204", "SRN206")) is is_wrong


CAPTION = """said = "begin"
for i in range(30):
    codes = pad_sequences([words.texts_to_sequences([said])[0]], maxlen=5)
    scores = model.predict([picture, codes], batch_size=16){reset}
    said += " " + vocabulary[np.argmax(scores)]
"""


@pytest.mark.parametrize(("reset", "expected"), [("", ["SRN304"]), ("; memory.reset_states()", [])])
def test_a_caption_is_read_again_with_each_word(reset: str, expected: list[str]) -> None:
    assert found(TWO + CAPTION.format(reset=reset), "SRN304") == expected


@pytest.mark.parametrize(
    ("rows", "count"),
    [("range(40)", 40), ("range(48)", None), ("range(count)", None)],
)
def test_a_list_of_anything_has_as_many_rows_as_passes_filled_it(rows: str, count: int | None) -> None:
    code = f"""parts = []
for i in {rows}:
    parts.append(read_part(i))
x = np.array(parts)
x = x.reshape((x.shape[0], 5))
model.fit(x, goals, batch_size=16, shuffle=False)
"""
    assert found(ONE + code, "SRN204") == ([] if count is None else ["SRN204"])


def test_passes_that_are_not_followed_fill_a_list_too() -> None:
    code = """parts = []
for i, value in enumerate(values):
    if i < 3:
        continue
    parts.append(value)
x = np.array(parts)
model.fit(x.reshape((x.shape[0], 5)), goals, batch_size=16, epochs=1)
"""
    assert found(ONE + code, "SRN201", "SRN204") == ["SRN201"]


def test_what_is_validated_with_targets_is_an_array_for_predict_too() -> None:
    code = "model.fit(x, y, batch_size=16, validation_data=(a, b))\nmodel.predict(a, batch_size=8)\n"
    assert found(ONE + code, "SRN206") == ["SRN206"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("train, test = train_test_split(x, test_size=160)", ["SRN304"]),
        ("train, test = train_test_split(x, test_size=160, shuffle=False)", []),
    ],
)
def test_nothing_continues_a_validation_in_random_order(rows: str, expected: list[str]) -> None:
    code = f"""from sklearn.model_selection import train_test_split
{rows}
model.fit(series, y, batch_size=16, shuffle=False, validation_data=(test, goals))
model.predict(later, batch_size=16)
"""
    assert found(ONE + code, "SRN304") == expected
