"""tf.data pipelines, step by step."""

from __future__ import annotations

import pytest

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
        (".repeat(2).batch(5)", "dataset(? by ? full? times 2)"),
        (".batch(5).prefetch(tf.data.AUTOTUNE).cache()", "dataset(10 by 5)"),
        (".batch(5).map(lambda x, y: (x, y))", "dataset(10 by 5)"),
        (".take(7).batch(2)", "dataset(7 by 2)"),
        (".skip(7).batch(2)", "dataset(3 by 2)"),
        (".take(99)", "dataset(10)"),
        (".batch(4).take(1)", "dataset(4 by 4)"),
        (".batch(4).skip(1)", "dataset(6 by 4)"),
        (".batch(4).take(n)", "dataset(? by 4)"),
        (".batch(2).batch(2)", "dataset(? by ? full?)"),
        (".batch(4).unbatch()", "dataset(10)"),
    ],
)
def test_a_chain_of_steps(steps: str, dataset: str) -> None:
    assert value_of(SLICES + steps) == dataset


@pytest.mark.parametrize(
    ("source", "dataset"),
    [
        ("tf.data.Dataset.from_tensor_slices(np.zeros((6, 2)))", "dataset(6)"),
        ("tf.data.Dataset.from_tensor_slices({'a': np.zeros((6, 2))})", "dataset(6)"),
        ("tf.data.Dataset.from_tensor_slices(unknown)", "dataset(?)"),
        ("tf.data.Dataset.range(9)", "dataset(9)"),
        ("tf.data.Dataset.from_generator(unknown, tf.float32)", "dataset(? by ? full?)"),
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
