"""tf.data pipelines, step by step."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from tests.telling import reveal, story_of, value_of

SLICES = "tf.data.Dataset.from_tensor_slices((np.zeros((10, 3, 1)), np.zeros((10, 1))))"


@pytest.mark.parametrize(
    ("steps", "dataset"),
    [
        ("", "dataset(10)"),
        (".batch(4)", "dataset(10 by 4)"),
        (".batch(4, drop_remainder=True)", "dataset(10 by 4 full)"),
        (".batch(4, True)", "dataset(10 by 4 full)"),
        (".batch(4, drop_remainder=flag)", "dataset(10 by 4 full?)"),
        (".batch(4, **options)", "dataset(10 by 4 full?)"),
        (".batch(n)", "dataset(10 by ?)"),
        (".shuffle(100).batch(5)", "dataset(10 by 5 shuffled)"),
        (".batch(5).repeat()", "dataset(10 by 5 endless)"),
        (".batch(5).repeat(3)", "dataset(10 by 5 times 3)"),
        (".repeat(2).batch(5)", "dataset(20 by 5)"),
        (".repeat().batch(5)", "dataset(? by 5 endless)"),
        (".repeat(n).batch(5)", "dataset(? by 5 times ?)"),
        (".batch(5).prefetch(tf.data.AUTOTUNE).cache()", "dataset(10 by 5)"),
        (".batch(5).map(lambda x, y: (x, y))", "dataset(10 by 5)"),
        (".take(7).batch(2)", "dataset(7 by 2)"),
        (".skip(7).batch(2)", "dataset(3 by 2)"),
        (".take(99)", "dataset(10)"),
        (".batch(4).take(1)", "dataset(4 by 4)"),
        (".batch(4).skip(1)", "dataset(6 by 4)"),
        (".batch(4).take(n)", "dataset(? by 4)"),
        (".batch(2).batch(2)", "dataset(5 by 2)"),
        (".batch(4, True).map(lambda x, y: (x[:-1], y[:-1])).batch(2, True)", "dataset(2 by 2 full)"),
        (".batch(4, True).map(lambda x, y: (x[:-1], y[:-1]))", "dataset(? by ? full?)"),
        (".batch(5).map(mystery)", "dataset(? by ? full?)"),
        (".enumerate().batch(5)", "dataset(10 by 5)"),
        (".shard(3, 0).batch(2)", "dataset(4 by 2)"),
        (".shard(3, 1).batch(2)", "dataset(3 by 2)"),
        (".filter(mystery).batch(5)", "dataset(? by 5)"),
        (".apply(lambda d: d.batch(5))", "dataset(10 by 5)"),
        (".apply(mystery)", "dataset(? by ? full?)"),
        (".batch(4).rebatch(5)", "dataset(10 by 5)"),
        (".take(-1).batch(5)", "dataset(10 by 5)"),
        (".batch(4).unbatch()", "dataset(10)"),
    ],
)
def test_a_chain_of_steps(steps: str, dataset: str) -> None:
    assert value_of(SLICES + steps) == dataset


FOLDER = "keras.utils.text_dataset_from_directory('a'"


@pytest.mark.parametrize(
    ("source", "dataset"),
    [
        (f"{FOLDER})", "dataset(? by 32 shuffled)"),
        (f"{FOLDER}, shuffle=False)", "dataset(? by 32)"),
        (f"{FOLDER}, batch_size=8, shuffle=True)", "dataset(? by 8 shuffled)"),
        (f"{FOLDER}, batch_size=None, shuffle=False)", "dataset(?)"),
        (f"{FOLDER}).unbatch().batch(4, True)", "dataset(? by 4 full shuffled)"),
        (f"{FOLDER}, validation_split=0.2, subset='training', seed=1)", "dataset(? by 32 shuffled)"),
        (f"{FOLDER}, validation_split=0.2, subset='both', seed=1)", "?LIBRARY_CALL"),
        ("keras.preprocessing.image_dataset_from_directory('a')", "dataset(? by 32 shuffled)"),
        ("tf.data.Dataset.from_tensor_slices(np.zeros((6, 2)))", "dataset(6)"),
        ("tf.data.Dataset.from_tensor_slices({'a': np.zeros((6, 2))})", "dataset(6)"),
        ("tf.data.Dataset.from_tensor_slices(unknown)", "dataset(?)"),
        ("tf.data.Dataset.range(9)", "dataset(9)"),
        ("tf.data.Dataset.from_generator(unknown, tf.float32)", "dataset(? by ? full?)"),
        ("tf.data.Dataset.from_generator(unknown, tf.float32).batch(5)", "dataset(? by 5)"),
        ("tf.data.Dataset.from_tensors(np.zeros((6, 2)))", "dataset(6 by 6 full)"),
        (f"{SLICES}.concatenate({SLICES})", "dataset(20)"),
        (f"{SLICES}.batch(2).concatenate({SLICES}.batch(3))", "dataset(? by ?)"),
        (f"tf.data.Dataset.zip(({SLICES}, tf.data.Dataset.range(7))).batch(2)", "dataset(7 by 2)"),
        (f"tf.data.Dataset.zip({SLICES}, {SLICES}.shuffle(9)).batch(2)", "dataset(10 by 2 shuffled)"),
    ],
)
def test_sources(source: str, dataset: str) -> None:
    assert value_of(source) == dataset


@pytest.mark.parametrize(
    ("steps", "count"),
    [
        (".batch(4)", "3"),
        (".batch(4, drop_remainder=True)", "2"),
        (".batch(5)", "2"),
        (".batch(n)", "?LIBRARY_CALL"),
    ],
)
def test_the_number_of_batches(steps: str, count: str) -> None:
    assert value_of(f"len({SLICES}{steps})") == count
    assert value_of(f"{SLICES}{steps}.cardinality()") == count


def test_a_loop_draws_batches_the_last_one_short() -> None:
    told = reveal(f"for x, y in {SLICES}.batch(4):\n    reveal(x, y)")
    assert told == [
        "array(4, 3, 1) array(4, 1)",
        "array(4, 3, 1) from 4 array(4, 1) from 4",
        "array(2, 3, 1) from 8 array(2, 1) from 8",
    ]


def test_a_loop_over_full_batches_draws_no_short_one() -> None:
    assert reveal(f"for x, y in {SLICES}.batch(4, drop_remainder=True):\n    reveal(len(x))") == ["4", "4"]


@pytest.mark.parametrize(
    ("steps", "batch"),
    [
        (".batch(5).map(lambda x, y: (x * 2, y))", "array(5, 3, 1) array(5, 1)"),
        (".map(lambda x, y: (x[1:], y)).batch(5)", "array(5, 2, 1) array(5, 1)"),
        (".batch(5).map(mystery)", "?ITERATION ?ITERATION"),
    ],
)
def test_what_a_map_makes_of_the_batches(steps: str, batch: str) -> None:
    assert reveal(f"for x, y in {SLICES}{steps}:\n    reveal(x, y)")[0] == batch


@pytest.mark.parametrize(
    ("turned", "is_found"),
    [
        ("tf.transpose(b)", False),
        ("tf.transpose(b, perm=[1, 0, 2])", False),
        ("tf.einsum('tlf->ltf', b)", False),
        ("tf.experimental.numpy.swapaxes(b, 0, 1)", False),
        ("mystery(b)", False),
        ("b[:, ::2]", True),
        ("(tf.cast(b, 'float32'), mystery(b))", True),
    ],
)
def test_batches_of_steps_that_are_turned_into_rows(turned: str, is_found: bool) -> None:
    model = "keras.Sequential([keras.Input(batch_shape=(64, 100, 2)), keras.layers.LSTM(4, stateful=True)])"
    for steps in ("from_tensor_slices(steps_of_lanes)", "from_tensor_slices(lanes).map(mystery)"):
        data = f"{steps}.batch(100, drop_remainder=True).map(lambda b: {turned})"
        codes = {f.code for f in check_source("snippet.py", _fit(model, data)).findings}
        assert codes == {"SRN206"} if is_found else not codes


def _fit(model: str, data: str) -> bytes:
    return f"import keras, tensorflow as tf\nm = {model}\nm.fit(tf.data.Dataset.{data})\n".encode()


WINDOWS = "from_tensor_slices(data).window(11, 10, drop_remainder=True).flat_map(lambda w: w.batch(11))"


@pytest.mark.parametrize(
    "steps",
    [
        f"{WINDOWS}.map(lambda w: ({{'a': w[:-1]}}, w[1:])).batch(4, drop_remainder=True)",
        f"{WINDOWS}.map(lambda w: (w[:-1, :2], w[1:, 2:])).batch(4, drop_remainder=True)",
        f"{WINDOWS}.batch(4, drop_remainder=True).map(lambda w: (w[:, :-1, :2], w[:, 1:, 2:]))",
        "from_tensor_slices(data).batch(11, True).map(lambda w: (w[:-1], w[1:])).batch(4, True)",
    ],
)
def test_windows_of_a_series_in_batches_that_do_not_continue_each_other(steps: str) -> None:
    model = "keras.Sequential([keras.Input(batch_shape=(4, 10, 2)), keras.layers.LSTM(4, stateful=True)])"
    code = f"import keras, tensorflow as tf\nm = {model}\nm.fit(tf.data.Dataset.{steps})\n"
    assert "SRN208" in {f.code for f in check_source("snippet.py", code.encode()).findings}


def test_a_model_is_fed_with_it() -> None:
    code = f"""
    data = {SLICES}.batch(2, drop_remainder=True)
    model.fit(data, epochs=2, validation_data=data)
    for batch, _ in data:
        model.train_on_batch(batch)
    """
    assert story_of(code) == [
        "fit train dataset(10 by 2 full) batch=2 carried epochs#0",
        "fit validation dataset(10 by 2 full) batch=2 carried epochs#0",
        "fit train dataset(10 by 2 full) batch=2 carried epochs#last",
        "fit validation dataset(10 by 2 full) batch=2 carried epochs#last",
        "train_on_batch train array(2, 3, 1) batch=2 carried for#0",
        "train_on_batch train array(2, 3, 1) from 2 batch=2 carried for#1",
        "train_on_batch train array(2, 3, 1) from 8 batch=2 carried for#last",
    ]


PIECES = """
import numpy as np
import tensorflow as tf
from tensorflow import keras

letters = np.array([ord(letter) for letter in mystery()])
pieces = tf.data.Dataset.from_tensor_slices(letters).batch(11, drop_remainder=True)
pairs = pieces.map(lambda piece: (piece[:-1], piece[1:])){shuffled}.batch(4, drop_remainder=True)
memory = keras.layers.GRU(8, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(4, None)), keras.layers.Embedding(99, 3), memory])
for epoch in range(3):
    memory.reset_states()
    for number, (before, behind) in enumerate(pairs):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(model(before))
"""


@pytest.mark.parametrize(("shuffled", "codes"), [(".shuffle(100)", ["SRN202"]), ("", ["SRN208"])])
def test_a_loop_draws_batches_of_pieces(shuffled: str, codes: list[str]) -> None:
    found = check_source("t.py", PIECES.format(shuffled=shuffled).encode()).findings
    assert [f.code for f in found] == codes


def test_a_call_of_the_model_is_called_so() -> None:
    [finding] = check_source("t.py", PIECES.format(shuffled=".shuffle(100)").encode()).findings
    assert finding.message.startswith("the Dataset that the model's call reads is shuffled")
