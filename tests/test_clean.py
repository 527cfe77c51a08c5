"""Which mistakes a recording in the user's own process shows, and what it leaves in peace."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from typing import Any

import pytest

from statelint import assert_state_is_clean, record
from statelint.live.clean import mistakes
from statelint.selection import EVERYTHING
from tests.live import ROWS, build, data, generation, keras, reset, resetting

__all__ = ["generation", "keras"]
pytestmark = pytest.mark.keras

Program = Callable[[Any], None]


def shown_by(keras: Any, program: Program) -> list[str]:
    """The codes of what a recording of the program shows."""
    with record(2 if keras.__name__ == "tf_keras" else 3) as run:
        program(keras)
    return sorted({finding.code for finding in mistakes(run.recording, EVERYTHING)})


def fit(model: Any, *callbacks: Any, **more: Any) -> None:
    x, y = data()
    options = {"batch_size": ROWS, "shuffle": False, "verbose": 0} | more
    model.fit(options.pop("x", x), options.pop("y", y), callbacks=list(callbacks), **options)


def predict(model: Any, seed: int = 0) -> None:
    model.predict(data(seed=seed)[0], batch_size=ROWS, verbose=0)


def dataset(keras: Any, seed: int | None = None) -> Any:
    tf: Any = importlib.import_module("tensorflow")
    made = tf.data.Dataset.from_tensor_slices(data())
    made = made if seed is None else made.shuffle(16, seed=seed)
    return made.batch(ROWS, drop_remainder=True)


def epochs(keras: Any) -> None:
    fit(build(keras), epochs=2)


def epochs_with_reset(keras: Any) -> None:
    fit(build(keras), resetting(keras, "on_epoch_begin"), epochs=2)


def epochs_of_a_dataset(keras: Any) -> None:
    fit(build(keras), x=dataset(keras), y=None, batch_size=None, epochs=2)


def fits_in_a_loop(keras: Any) -> None:
    model = build(keras)
    for _ in range(2):
        fit(model)


def fits_in_a_loop_with_reset(keras: Any) -> None:
    model = build(keras)
    for _ in range(2):
        fit(model)
        reset(model)


def fits_of_other_data(keras: Any) -> None:
    model = build(keras)
    for seed in range(2):
        x, y = data(seed=seed)
        fit(model, x=x, y=y)


def steps_by_hand(keras: Any) -> None:
    model = build(keras)
    x, y = data()
    for _ in range(2):
        for k in range(0, 16, ROWS):
            model.train_on_batch(x[k : k + ROWS], y[k : k + ROWS])


def steps_by_hand_with_reset(keras: Any) -> None:
    model = build(keras)
    x, y = data()
    for _ in range(2):
        for k in range(0, 16, ROWS):
            model.train_on_batch(x[k : k + ROWS], y[k : k + ROWS])
        reset(model)


def shuffled(keras: Any) -> None:
    fit(build(keras), shuffle=True)


def shuffled_but_reset(keras: Any) -> None:
    # Which row follows which is of no matter where no state reaches the next batch.
    fit(build(keras), resetting(keras, "on_train_batch_end"), shuffle=True)


def shuffled_dataset(keras: Any) -> None:
    fit(build(keras), x=dataset(keras, seed=1), y=None, batch_size=None)


def ordered_dataset(keras: Any) -> None:
    fit(build(keras), x=dataset(keras), y=None, batch_size=None)


def shuffled_before(keras: Any) -> None:
    np: Any = importlib.import_module("numpy")
    x, y = data()
    np.random.seed(0)
    np.random.shuffle(x)
    fit(build(keras), x=x, y=y)


def validation(keras: Any) -> None:
    fit(build(keras), resetting(keras, "on_epoch_begin"), validation_data=data(seed=1), epochs=2)


def validation_with_reset(keras: Any) -> None:
    hooks = resetting(keras, "on_epoch_begin", "on_test_begin")
    fit(build(keras), hooks, validation_data=data(seed=1), epochs=2)


def prediction(keras: Any) -> None:
    model = build(keras)
    fit(model)
    predict(model, seed=1)


def prediction_with_reset(keras: Any) -> None:
    model = build(keras)
    fit(model)
    reset(model)
    predict(model)
    predict(model, seed=1)


def prediction_twice(keras: Any) -> None:
    model = build(keras)
    for _ in range(2):
        predict(model)


def training_after_prediction(keras: Any) -> None:
    model = build(keras)
    predict(model, seed=1)
    fit(model)


def prediction_in_a_callback(keras: Any) -> None:
    model = build(keras)
    callback = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: predict(model))
    fit(model, callback, epochs=2)


def reset_every_batch(keras: Any) -> None:
    fit(build(keras), resetting(keras, "on_train_batch_begin"))


def half_a_reset(keras: Any) -> None:
    model = build(keras, layers=2)
    half = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: model.layers[0].reset_states())
    fit(model, half, epochs=2)


def overlapping_windows(keras: Any) -> None:
    np: Any = importlib.import_module("numpy")
    series = np.random.RandomState(0).rand(64, 1).astype("float32")
    x = np.stack([series[k : k + 3] for k in range(16)])
    fit(build(keras), x=x, y=x[:, 0])


def lanes(keras: Any) -> None:
    np: Any = importlib.import_module("numpy")
    series = np.random.RandomState(0).rand(48, 1).astype("float32")
    x = series.reshape(ROWS, -1, 3, 1).swapaxes(0, 1).reshape(-1, 3, 1)
    fit(build(keras), x=x, y=x[:, 0])


def generated_step_by_step(keras: Any) -> None:
    np: Any = importlib.import_module("numpy")
    model = build(keras)
    step = np.zeros((ROWS, 3, 1), "float32")
    for _ in range(4):
        step = np.repeat(model.predict(step, verbose=0)[:, :, None], 3, axis=1)


SHOWN: dict[Program, list[str]] = {
    epochs: ["SRN301"],
    epochs_of_a_dataset: ["SRN301"],
    fits_in_a_loop: ["SRN301"],
    steps_by_hand: ["SRN301"],
    shuffled: ["SRN201"],
    shuffled_dataset: ["SRN202"],
    shuffled_before: ["SRN203"],
    validation: ["SRN306"],
    prediction: ["SRN304"],
    prediction_twice: ["SRN304"],
    training_after_prediction: ["SRN305"],
    prediction_in_a_callback: ["SRN313"],
    reset_every_batch: ["SRN303"],
    half_a_reset: ["SRN319"],
    overlapping_windows: ["SRN208"],
}
RIGHT: list[Program] = [
    epochs_with_reset,
    fits_in_a_loop_with_reset,
    fits_of_other_data,
    steps_by_hand_with_reset,
    ordered_dataset,
    validation_with_reset,
    prediction_with_reset,
    generated_step_by_step,
    lanes,
]


@pytest.mark.parametrize("program", SHOWN, ids=lambda program: program.__name__)
def test_mistakes_are_shown(keras: Any, program: Program) -> None:
    assert shown_by(keras, program) == SHOWN[program]


@pytest.mark.parametrize("program", RIGHT, ids=lambda program: program.__name__)
def test_what_is_right_passes(keras: Any, program: Program) -> None:
    assert shown_by(keras, program) == []


def test_a_shuffle_that_is_reset_away(keras: Any) -> None:
    assert shown_by(keras, shuffled_but_reset) == ["SRN303"]


def test_the_words(keras: Any, generation: int) -> None:
    with record(generation) as run:
        epochs(keras)
    with pytest.raises(AssertionError) as failed:
        assert_state_is_clean(run)
    text = re.sub(r"norm [\d.]+", "norm N", str(failed.value))
    text = re.sub(r":\d+ SRN", ":LINE SRN", text)
    assert text == (
        f"the recording on Keras {keras.__version__} shows a mistake with state:\n"
        "\n"
        "tests/test_clean.py:LINE SRN301 state-carried-across-epochs\n"
        "  there is no reset between the epochs: epoch 2 starts from the state that epoch 1 left\n"
        "  measured a state of norm N enters batch 1 of epoch 2\n"
        "  why      Nothing in Keras resets the state at the end of an epoch: the first samples are learnt\n"
        "           with the memory of the last ones.\n"
        "  instead  pass a callback that resets the states in `on_epoch_begin` (for every layer in\n"
        "           model.layers that has `reset_states`: call it)"
    )
    assert_state_is_clean(run, ignore="SRN3")
    assert_state_is_clean(run, ignore=["SRN201", "state-carried-across-epochs"])
    assert_state_is_clean(run, select="SRN2,SRN306")
    with pytest.raises(AssertionError, match="SRN301"):
        assert_state_is_clean(run.recording, select=["SRN301"])
    with pytest.raises(ValueError, match="no rule is called 'shuffled-batch': did you mean shuffled-batches"):
        assert_state_is_clean(run, ignore="shuffled-batch")


def test_nothing_to_judge(keras: Any, generation: int) -> None:
    with record(generation) as run:
        keras.Sequential([keras.Input(shape=(2,)), keras.layers.Dense(1)]).predict(
            data()[0][:, :2, 0], verbose=0
        )
    with pytest.raises(
        AssertionError, match=f"no batch went through a stateful model of Keras {keras.__version__}"
    ):
        assert_state_is_clean(run)
