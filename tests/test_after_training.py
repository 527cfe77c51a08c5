"""What is run behind a training that shuffles; folds of a cross-validation; generators that begin again."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings
from tests.programs import Expected

HEAD = """
import numpy as np
import tensorflow as tf
from sklearn import model_selection
x, y, later, answers = (np.load(name) for name in ("x.npy", "y.npy", "later.npy", "answers.npy"))
memory = tf.keras.layers.GRU(4, stateful=True)
model = tf.keras.Sequential([tf.keras.Input(batch_shape=(1, 5, 1)), memory])
model.compile("sgd", "mse")
"""


def found(code: str, *codes: str, head: str = HEAD) -> list[tuple[int, str]]:
    """The lines of `code` at which these rules report something."""
    checked = check_source("snippet.py", (head + code).encode(), Settings(keras=(2, 3)))
    assert not checked.failures
    here = map(Expected.of, checked.findings)
    return sorted((one.line - head.count("\n"), one.code) for one in here if one.code in codes)


SHUFFLED = "model.fit(x, y, batch_size=1)\n"
ORDERED = "model.fit(x, y, batch_size=1, shuffle=False)\n"
ASKED = "model.predict(later, batch_size=1)\n"


@pytest.mark.parametrize(
    ("training", "carries"),
    [
        (SHUFFLED, True),
        ("model.fit(x, y, batch_size=1, shuffle=True)\n", True),
        ("model.fit(x, y, batch_size=1, validation_data=(later, answers))\n", True),
        ("np.random.shuffle(x)\nmodel.fit(x, y, batch_size=1, shuffle=False)\n", True),
        ("model.fit(tf.data.Dataset.from_tensor_slices((x, y)).shuffle(9).batch(1))\n", True),
        (ORDERED, False),
        ("model.fit(x, y, batch_size=1, shuffle=SHUFFLE)\n", False),
        ("model.fit(tf.data.Dataset.from_tensor_slices((x, y)).batch(1))\n", False),
        # One batch has no order.
        ("model.fit(x[:1], y[:1], batch_size=1)\n", False),
        (SHUFFLED + "memory.reset_states()\n", False),
        # What warms the state up ends it itself.
        (ORDERED + "memory.reset_states()\nmodel.predict(x, batch_size=1)\n", False),
    ],
)
def test_nothing_continues_a_shuffled_training(training: str, carries: bool) -> None:
    code = training + ASKED
    assert found(code, "SRN304") == ([(code.count("\n"), "SRN304")] if carries else [])


LOOPS = """
def read(rows, size=1):
    return tf.data.Dataset.from_tensor_slices((rows, answers)).batch(size, drop_remainder=True)
{fit}
for inputs, targets in read(later){mixed}:
    model(inputs)
for inputs, targets in read({tested}):
    model(inputs)
"""
STEP = """
for inputs, targets in read(x):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(inputs) - targets) ** 2)
    tape.gradient(loss, model.trainable_variables)
"""


@pytest.mark.parametrize("tested", ["y", "later[5:]"])
def test_nothing_continues_validation_batches_in_random_order(tested: str) -> None:
    def lines(fit: str, mixed: str) -> list[int]:
        code = LOOPS.format(fit=fit, mixed=mixed, tested=tested)
        return [line - code.count("\n") for line, _ in found(code, "SRN304")]

    assert 0 in lines(STEP, ".shuffle(99)")
    assert 0 not in lines(STEP, "")
    # A model that hasn't learnt is only being tried.
    assert not lines("", ".shuffle(99)")


def test_a_reset_behind_a_shuffled_training_is_not_made() -> None:
    checked = check_source("snippet.py", (HEAD + SHUFFLED + ASKED).encode(), Settings(keras=(2,)))
    fixes = {finding.code: finding.fix for finding in checked.findings}
    assert fixes["SRN304"] is None
    assert fixes["SRN201"] is not None


FOLDS = """for train, test in {splitter}.split(x, y):
    model.fit(x[train], y[train], batch_size=1{shuffle})
    model.evaluate(x[test], y[test], batch_size=1)
"""


@pytest.mark.parametrize("rows", ["np.load('x.npy')", "mystery()"])
@pytest.mark.parametrize(
    "splitter",
    [
        "model_selection.KFold(4)",
        "model_selection.KFold(n_splits=4, shuffle=True)",
        "model_selection.StratifiedKFold()",
        "model_selection.TimeSeriesSplit(n_splits=3)",
        "model_selection.ShuffleSplit()",
        "model_selection.RepeatedKFold(n_splits=2, n_repeats=3)",
    ],
)
def test_a_fold_is_more_than_one_batch(splitter: str, rows: str) -> None:
    code = f"x = {rows}\n" + FOLDS.format(splitter=splitter, shuffle="")
    assert found(code, "SRN201") == [(3, "SRN201")]
    ordered = f"x = {rows}\n" + FOLDS.format(splitter=splitter, shuffle=", shuffle=False")
    assert not found(ordered, "SRN201")


@pytest.mark.parametrize(("splitter", "shuffles"), [("KFold(4, shuffle=True)", True), ("KFold(4)", False)])
def test_a_shuffled_splitter(splitter: str, shuffles: bool) -> None:
    code = FOLDS.format(splitter=f"model_selection.{splitter}", shuffle=", shuffle=False")
    assert bool(found(code, "SRN203")) == shuffles


def test_single_rows_drawn_by_hand_may_be_one_batch() -> None:
    code = "for i in range(9):\n    model.fit(x[i:i + 1], y[i:i + 1], batch_size=1)\n"
    assert not found(code, "SRN201")


STACKED = """def batches(x):
    while True:
        {before}for k in range(0, 90, 5):
            yield np.{how}([x[b * 100 + k:b * 100 + k + 5] for b in range(1)]), np.zeros((1, 4))
model.fit(batches(np.random.rand(100, 1)), steps_per_epoch=18, epochs=5)
"""


@pytest.mark.parametrize("how", ["stack", "array", "asarray"])
def test_lanes_that_a_generator_stacks_come_again(how: str) -> None:
    assert found(STACKED.format(how=how, before=""), "SRN301") == [(5, "SRN301")]
    other = STACKED.format(how=how, before="x = mystery()\n        ")
    assert not found(other, "SRN301")


def test_the_last_window_is_joined_to_forecasts_that_begin_as_none() -> None:
    code = (
        ORDERED
        + """last, said = later.flatten(), np.array([])
for i in range(90):
    window = np.append(last[i:], said) if i < 5 else said[i - 5:]
    said = np.append(said, model.predict(np.reshape(window, (1, 5, 1)))[0][0])
"""
    )
    assert found(code, "SRN304") == []


@pytest.mark.parametrize(
    ("made", "carries"),
    [
        ("data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(9).batch(1)", True),
        ("data = tf.data.Dataset.from_tensor_slices((x, y)).batch(1)", False),
        ("np.random.shuffle(x); data = [(x[i:i + 1], y[i:i + 1]) for i in range(len(x))]", True),
    ],
)
def test_nothing_continues_random_batches_that_are_trained_on_by_hand(made: str, *, carries: bool) -> None:
    code = f"{made}\nfor rows, goals in data:\n    model.train_on_batch(rows, goals)\n{ASKED}"
    assert found(code, "SRN304") == ([(4, "SRN304")] if carries else [])
