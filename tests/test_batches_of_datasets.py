"""Batches that a loop of the program's own draws from Datasets: how many rows they have, whether they come
again.
"""

from __future__ import annotations

import pytest

from tests.programs import reported_below

WINDOWS = """
import elsewhere
import keras
rows, answers = elsewhere.load().values, elsewhere.answers().values
inputs = keras.Input(batch_shape=(256, 20, 2))
memory = keras.layers.LSTM(5, stateful=True)
model = keras.Model(inputs, memory(inputs))
model.compile("adam", "mse")
def cut(x, y, **options):
    return keras.utils.timeseries_dataset_from_array(x, y, 20, batch_size=256, **options)
"""


@pytest.mark.parametrize(
    ("loop", "told"),
    [
        ("for x, y in cut(rows, answers).take(5):\n    model.predict(x)", ["SRN206"]),
        ("for x in cut(rows, None).take(5):\n    model.predict(x)", ["SRN206"]),
        ("for x, y in cut(rows, answers).take(5):\n    model.predict(x, batch_size=256)", []),
        ("for x, y in cut(rows, answers).take(5):\n    model.predict_on_batch(x)", []),
    ],
)
def test_a_batch_is_cut_again_by_predict(loop: str, told: list[str]) -> None:
    assert [rule for _, rule in reported_below(WINDOWS, f"{loop}\n", {"SRN206"})] == told


@pytest.mark.parametrize(
    ("before", "loop", "told"),
    [
        ("model.evaluate(data)", "data.take(5)", ["SRN304"]),
        ("model.evaluate(data)", "data", ["SRN304"]),
        ("model.fit(data)", "data.take(1)", ["SRN304"]),
        ("model.evaluate(data)\nmemory.reset_states()", "data.take(5)", []),
        ("model.evaluate(data.take(2))", "data.skip(2)", []),
    ],
)
def test_a_loop_over_what_was_just_read(before: str, loop: str, told: list[str]) -> None:
    made = "data = cut(rows, answers, sequence_stride=20)"
    code = f"{made}\n{before}\nfor x, y in {loop}:\n    model.predict_on_batch(x)\n"
    assert [rule for _, rule in reported_below(WINDOWS, code, {"SRN304"})] == told


TAPE = """
import tensorflow as tf
import tensorflow_datasets as tfds
import elsewhere
memory = tf.keras.layers.GRU(8, stateful=True)
model = tf.keras.Sequential([tf.keras.Input(batch_shape=(64, None, 3)), memory])
def batched(data):
    return data.batch(64, drop_remainder=True)
"""


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("tfds.load('reviews', split='train', as_supervised=True)", ["SRN301"]),
        ("tfds.load('reviews', as_supervised=True)['train'].prefetch(1)", ["SRN301"]),
        # A generator may give other batches each time.
        ("tf.data.Dataset.from_generator(elsewhere.draw, (tf.float32, tf.int32))", []),
    ],
)
def test_epochs_over_datasets(data: str, told: list[str]) -> None:
    code = f"""data = batched({data})
for epoch in range(10):
    for x, y in data:
        with tf.GradientTape() as tape:
            loss = elsewhere.loss(y, model(x))
        found = tape.gradient(loss, model.trainable_variables)
        elsewhere.optimizer.apply_gradients(zip(found, model.trainable_variables))
"""
    assert [rule for _, rule in reported_below(TAPE, code, {"SRN301"})] == told


ONE_ROW = """
import elsewhere
import keras
def built():
    memory = keras.layers.LSTM(5, stateful=True)
    model = keras.Sequential([keras.Input(batch_shape=(1, 20, 2)), memory])
    model.compile("adam", "mse")
    return model
def cut(x):
    return keras.utils.timeseries_dataset_from_array(x, None, 20, sequence_stride=20, batch_size=1)
one, other = built(), built()
data, later = cut(elsewhere.load()), keras.utils.timeseries_dataset_from_array(
    elsewhere.later(), None, 20, sequence_stride=20, batch_size=1)
"""


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("one.fit(data)\none.evaluate(data)\nother.fit(data)\n", [1]),
        ("one.fit(data, validation_data=later)\none.evaluate(later)\n", [1]),
        ("one.fit(data)\none.evaluate(later)\n", [1, 2]),
    ],
)
def test_batches_of_one_row_are_mended_where_they_are_made(code: str, lines: list[int]) -> None:
    assert reported_below(ONE_ROW, code, {"SRN505"}) == [(line, "SRN505") for line in lines]
