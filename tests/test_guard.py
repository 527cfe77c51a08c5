"""The callback that looks after the state of a live training."""

from __future__ import annotations

import importlib
import re
import warnings
from typing import Any

import pytest

from statelint import StateError, StateGuard, StateWarning
from tests.live import ROWS, build, data, generation, keras, reset, resetting

__all__ = ["generation", "keras"]
pytestmark = pytest.mark.keras


def fit(model: Any, guard: StateGuard, *callbacks: Any, **more: Any) -> Any:
    x, y = data()
    options = {"batch_size": ROWS, "shuffle": False, "verbose": 0} | more
    return model.fit(options.pop("x", x), options.pop("y", y), callbacks=[*callbacks, guard], **options)


class Codes:
    """The codes of what a guard has said in a `with` block."""

    def __enter__(self) -> list[str]:
        self._catching = warnings.catch_warnings(record=True)
        self._caught = self._catching.__enter__()
        warnings.simplefilter("always", StateWarning)
        self._codes: list[str] = []
        return self._codes

    def __exit__(self, *error: Any) -> None:
        self._catching.__exit__(*error)
        texts = [str(w.message) for w in self._caught or () if issubclass(w.category, StateWarning)]
        self._codes += [code for text in texts for code in re.findall(r":\d+ (SRN\d+) ", text)]


def test_epochs(keras: Any) -> None:
    with Codes() as said:
        fit(build(keras), StateGuard(), epochs=4)
    assert said == ["SRN301"]
    with Codes() as said:
        fit(build(keras), StateGuard(), resetting(keras, "on_epoch_begin"), epochs=4)
    assert said == []


def test_validation(keras: Any) -> None:
    more = {"epochs": 3, "validation_data": data(seed=1)}
    with Codes() as said:
        fit(build(keras), StateGuard(), resetting(keras, "on_epoch_begin"), **more)
    assert said == ["SRN306"]
    with Codes() as said:
        fit(build(keras), StateGuard(), resetting(keras, "on_epoch_begin", "on_test_begin"), **more)
    assert said == []


def test_shuffled_rows(keras: Any) -> None:
    with Codes() as said:
        fit(build(keras), StateGuard(), shuffle=True)
    assert said == ["SRN201"]


def test_fits_in_a_loop(keras: Any) -> None:
    model, guard, (x, y) = build(keras), StateGuard(), data()
    with Codes() as said:
        for _ in range(3):
            fit(model, guard, x=x, y=y)
            reset(model)
        for _ in range(2):
            # New data in the old array may well go on.
            fit(model, guard, x=x, y=y)
            x += 1
    assert said == []
    reset(model)
    with Codes() as said:
        for _ in range(3):
            fit(model, guard, x=x, y=y)
    assert said == ["SRN301"]


def test_batches_in_random_order(keras: Any, generation: int) -> None:
    x, y = data()
    base = keras.utils.Sequence if generation == 2 else keras.utils.PyDataset

    class Batches(base):  # type: ignore[misc, valid-type]
        def __len__(self) -> int:
            return 4

        def __getitem__(self, k: int) -> Any:
            return x[k * ROWS : k * ROWS + ROWS], y[k * ROWS : k * ROWS + ROWS]

    options = {"y": None, "batch_size": None, "epochs": 2}
    with Codes() as said:
        fit(build(keras), StateGuard(), x=Batches(), shuffle=True, **options)
    assert said == ["SRN201", "SRN301"]


def test_resets_in_every_batch(keras: Any) -> None:
    for hook in ("on_train_batch_begin", "on_train_batch_end"):
        with Codes() as said:
            fit(build(keras), StateGuard(), resetting(keras, hook), shuffle=True)
        assert said == ["SRN303"]


def test_from_call_to_call(keras: Any) -> None:
    model, guard, (x, y) = build(keras), StateGuard(), data()
    with Codes() as said:
        fit(model, guard)
        model.evaluate(x, y, batch_size=ROWS, verbose=0, callbacks=[guard])
        fit(model, guard)
        reset(model)
        model.predict(x, batch_size=ROWS, verbose=0, callbacks=[guard])
    assert said == ["SRN304", "SRN305"]


def test_a_stream_may_go_on(keras: Any) -> None:
    tf: Any = importlib.import_module("tensorflow")
    stream = tf.data.Dataset.from_tensor_slices(data()).batch(ROWS, drop_remainder=True)
    options = {"y": None, "batch_size": None, "epochs": 2}
    with Codes() as said:
        fit(build(keras), StateGuard(), x=stream.repeat(), steps_per_epoch=2, **options)
    assert said == []
    with Codes() as said:
        fit(build(keras), StateGuard(), x=stream, **options)
    assert said == ["SRN301"]


def test_raising(keras: Any) -> None:
    with pytest.raises(StateError, match=r"tests/test_guard.py:\d+ SRN301 state-carried-across-epochs"):
        fit(build(keras), StateGuard("raise"), epochs=2)
    with Codes() as said:
        fit(build(keras), StateGuard("raise", ignore="SRN301"), epochs=2)
        fit(build(keras), StateGuard(select="SRN2"), epochs=2)
    assert said == []
    with pytest.raises(ValueError, match="warn"):
        StateGuard("stop")  # type: ignore[arg-type]


def test_it_changes_nothing(keras: Any) -> None:
    """The training's numbers, and how often Keras traces its steps."""

    def run(*callbacks: Any) -> tuple[list[Any], int]:
        traced = 0
        model = build(keras)
        call = model.layers[0].call

        def counted(*args: Any, **kwargs: Any) -> Any:
            nonlocal traced
            traced += 1
            return call(*args, **kwargs)

        model.layers[0].call = counted
        x, y = data(64)
        more = {"batch_size": ROWS, "epochs": 2, "validation_split": 0.25, "verbose": 0}
        history = model.fit(x, y, callbacks=list(callbacks), **more).history
        return [history, *[w.tobytes() for w in model.get_weights()]], traced

    run()  # Keras 2 draws other numbers the first time
    alone = run()
    with Codes():
        assert run(StateGuard()) == alone
    assert 0 < alone[1] < 10


def test_many_epochs_are_forgotten(keras: Any) -> None:
    guard = StateGuard()
    with Codes() as said:
        fit(build(keras), guard, resetting(keras, "on_epoch_begin", "on_test_begin"), epochs=40)
        fit(build(keras), guard, epochs=2)
    assert said == ["SRN301"]


def test_it_is_a_callback(keras: Any) -> None:
    guard = StateGuard()
    assert isinstance(guard, StateGuard)
    assert isinstance(guard, keras.callbacks.Callback)
    with Codes() as said:
        stateless = keras.Sequential([keras.Input(shape=(3, 1)), keras.layers.LSTM(2), keras.layers.Dense(1)])
        stateless.compile("adam", "mse")
        fit(stateless, guard, epochs=2)
    assert said == []
