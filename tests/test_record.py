"""Recordings in the process of the user's own tests."""

from __future__ import annotations

import importlib
import random
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from statelint import record
from statelint.live.recording import RecordingError
from statelint.trace.recording import BatchRun, Recording
from tests.live import build, data, generation, keras

__all__ = ["generation", "keras"]
pytestmark = pytest.mark.keras


@pytest.fixture(autouse=True)
def fresh(keras: Any) -> Iterator[None]:
    keras.backend.clear_session()
    yield
    assert sys.modules["statelint.live.recording"].__dict__["Record"]._current is None


def results(model: Any) -> list[Any]:
    """What a training, a prediction, steps by hand and the weights come to, as bytes."""
    np: Any = importlib.import_module("numpy")
    x, y = data()
    history = model.fit(x, y, batch_size=4, epochs=2, validation_split=0.25, verbose=0).history
    found = [np.float64(value) for values in history.values() for value in values]
    found += [np.ravel(model.train_on_batch(x[:4], y[:4]))[0] for _ in range(2)]
    found += [model.predict(x, batch_size=4, verbose=0), np.array(model(x[:4])), *model.get_weights()]
    return [np.asarray(value).tobytes() for value in found]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("LSTM", {}),
        ("GRU", {"run_eagerly": True}),
        # XLA heeds no seed on Keras 2.
        ("SimpleRNN", {"jit_compile": True, "dropout": 0.0}),
    ],
)
def test_a_recorded_training_gives_the_same_bits(
    keras: Any, generation: int, kind: str, options: dict[str, Any]
) -> None:
    results(build(keras, kind, **options))  # Keras 2 draws other numbers the first time, recorded or not
    alone = results(build(keras, kind, **options))
    with record(generation) as run:
        watched = results(build(keras, kind, **options))
    assert watched == alone
    assert results(build(keras, kind, **options)) == alone
    batches = run.recording.batches
    assert [b.phase for b in batches].count("train") == 2 * 3 + 2
    assert [b.phase for b in batches].count("validation") == 2
    assert [b.phase for b in batches].count("predict") == 4
    assert batches[-1].phase == "call"
    assert all(b.rows == 4 for b in batches)
    assert all(b.inputs for b in batches)


def patched(keras: Any) -> dict[tuple[int, str], int]:
    """The attributes of all that a recording could touch."""
    np: Any = importlib.import_module("numpy")
    tf: Any = importlib.import_module("tensorflow")
    rnn = keras.layers.RNN
    classes = [keras.Sequential, keras.layers.Bidirectional, rnn, *rnn.__subclasses__()]
    owners = {owner for c in classes for owner in c.__mro__[:-1]}
    owners |= {tf.GradientTape, tf.data.Dataset, type(tf.function(len)), keras.callbacks.CallbackList}
    return {
        (id(owner), name): id(value)
        for owner in [*owners, np, np.random, random]
        for name, value in vars(owner).items()
        if name not in ("__abstractmethods__", "_abc_impl")
    }


def test_everything_is_put_back(keras: Any, generation: int) -> None:
    model = build(keras)
    x, y = data()
    before = patched(keras)
    with pytest.raises(ZeroDivisionError), record(generation) as run:
        assert patched(keras) != before
        model.fit(x, y, batch_size=4, verbose=0)
        assert 1 / 0
    assert patched(keras) == before
    assert not hasattr(model.train_function, "statelint_original")
    outcome = run.recording.outcome
    assert (outcome.status, outcome.exception) == ("raised", "ZeroDivisionError")
    assert outcome.places[0].path == "tests/test_record.py"
    model.fit(x, y, batch_size=4, verbose=0)
    assert len(run.recording.batches) == 4


def test_a_model_that_has_run_before(keras: Any, generation: int) -> None:
    model = build(keras)
    x, y = data()
    model.fit(x, y, batch_size=4, shuffle=False, verbose=0)
    for _ in range(2):
        with record(generation) as run:
            model.fit(x, y, batch_size=4, shuffle=False, verbose=0)
        batches = run.recording.batches
        assert [b.row_ids for b in batches] == [tuple(range(k, k + 4)) for k in range(0, 16, 4)]
        assert [b.origin for b in batches] == ["set"] + ["carried"] * 3


def test_a_function_of_the_user_keeps_nothing(keras: Any, generation: int) -> None:
    tf: Any = importlib.import_module("tensorflow")
    model = build(keras)
    x, _ = data()
    step = tf.function(lambda batch: model(batch) + 1.0)
    step(tf.constant(x[:4]))
    recorded = []
    for _ in range(2):
        with record(generation) as run:
            step(tf.constant(x[4:8]))
        recorded.append(run.recording.batches)
        step(tf.constant(x[8:12]))
    assert [[(b.phase, b.rows, b.origin) for b in batches] for batches in recorded] == [
        [("call", 4, "set")]
    ] * 2
    assert step.experimental_get_tracing_count() == 1


def test_recordings_do_not_nest(keras: Any, generation: int) -> None:
    x, y = data()
    with record(generation) as outer:
        model = build(keras)
        with pytest.raises(RecordingError, match=r"began at .*test_record.py:\d+ is still running"):
            record(generation).__enter__()
        model.fit(x, y, batch_size=4, verbose=0)
        so_far = outer.recording.batches
        model.predict(x, batch_size=4, verbose=0)
    assert [len(batches) for batches in (so_far, outer.recording.batches)] == [4, 8]
    with pytest.raises(RecordingError, match="has ended"), outer:
        pass


def test_the_batches_are_counted(keras: Any, generation: int) -> None:
    x, y = data()
    with record(generation, batches=5) as run:
        build(keras).fit(x, y, batch_size=4, epochs=2, verbose=0)
    assert len(run.recording.batches) == 5
    assert run.recording.outcome.status == "stopped"


def test_resets_and_places(keras: Any, generation: int) -> None:
    x, y = data()
    with record(generation) as run:
        model = build(keras)
        model.fit(x, y, batch_size=4, shuffle=False, verbose=0)
        model.layers[0].reset_states()
        model.evaluate(x, y, batch_size=4, verbose=0)
    recording = run.recording
    (reset,) = recording.resets
    assert reset.model == 0
    assert reset.norm is not None and reset.norm > 0
    assert (reset.before_batch, first(recording, "evaluate").origin) == (4, "zero")
    here = [place.line for call in recording.calls for place in call.places[:1]]
    assert here == [reset.places[0].line - 1, reset.places[0].line + 1]
    assert recording.keras == generation


def first(recording: Recording, phase: str) -> BatchRun:
    return next(b for b in recording.batches if b.phase == phase)


def test_without_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("keras", "tf_keras"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(RecordingError, match="import Keras"), record():
        pass


def test_the_other_generation(keras: Any, generation: int, monkeypatch: pytest.MonkeyPatch) -> None:
    other = {2: "keras", 3: "tf_keras"}[generation]
    monkeypatch.delitem(sys.modules, other, raising=False)
    with pytest.raises(RecordingError, match=f"{5 - generation} isn't imported, but Keras {generation}"):
        record(5 - generation).__enter__()
    with record() as run:
        pass
    assert run.recording.keras == generation
