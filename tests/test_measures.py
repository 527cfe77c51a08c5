"""What the recorder measures beside states: hooks, tapes, weights, and what crosses between batches."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from statelint.confirm.harness import Harness
from statelint.confirm.programs import Program
from statelint.trace.recording import Recording

pytestmark = pytest.mark.keras

Record = Callable[[str], Recording]

HEAD = """
import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import LSTM, Dense, Input
def build(steps=3):
    model = tf.keras.Sequential([Input(batch_shape=(2, steps, 1)), LSTM(4, stateful=True), Dense(1)])
    model.compile("sgd", "mse")
    return model
x = np.random.RandomState(0).rand(8, 3, 1).astype("float32")
y = x[:, 0]
"""


@pytest.fixture
def record(harness: Harness, generation: int, tmp_path: Path) -> Record:
    def run(source: str) -> Recording:
        path = tmp_path / "program.py"
        path.write_text(HEAD + dedent(source), encoding="utf-8")
        recording = harness.run(Program(path, "program.py"), generation)
        assert isinstance(recording, Recording), recording
        assert recording.outcome.status == "finished", recording.outcome
        return recording

    return run


def test_batch_hooks_run_once_in_an_execution(record: Record) -> None:
    recording = record("""
        model = build()
        model.fit(x, y, batch_size=2, epochs=2, verbose=0)
        model.compile("sgd", "mse", steps_per_execution=2)
        model.fit(x, y, batch_size=2, epochs=2, verbose=0)
        model.predict(x, batch_size=2, verbose=0)
    """)
    assert [call.batch_hooks for call in recording.calls] == [8, 4, 0]


def test_calls_know_the_tape_that_they_are_under(record: Record) -> None:
    recording = record("""
        model = build()
        model(x[:2])
        for _ in range(2):
            with tf.GradientTape():
                model(x[:2])
                model(x[2:4])
        @tf.function
        def step(first, second):
            with tf.GradientTape():
                return model(first) + model(second)
        for _ in range(2):
            step(x[:2], x[2:4])
    """)
    tapes = [call.tapes for call in recording.calls]
    assert tapes[0] == ()
    pairs = [(tapes[k], tapes[k + 1]) for k in (1, 3, 5, 7)]
    assert all(len(one) == 1 and one == other for one, other in pairs)
    assert len(set(pairs)) == 4


def test_a_tape_within_a_tape(record: Record) -> None:
    recording = record("""
        model = build()
        with tf.GradientTape():
            for _ in range(2):
                with tf.GradientTape():
                    model(x[:2])
    """)
    (outer, first), (again, second) = (call.tapes for call in recording.calls)
    assert outer == again and first != second


def test_the_callbacks_of_a_fit(record: Record) -> None:
    recording = record("""
        model = build()
        stop = tf.keras.callbacks.EarlyStopping(monitor="loss")
        model.fit(x, y, batch_size=2, epochs=1, verbose=0, callbacks=[stop])
        model.predict(x, batch_size=2, verbose=0)
    """)
    assert "EarlyStopping" in recording.calls[0].callbacks
    assert recording.calls[1].callbacks == ()


def test_weights_that_are_set_from_outside(record: Record) -> None:
    recording = record("""
        model = build()
        model.fit(x, y, batch_size=2, epochs=1, verbose=0)
        weights = model.get_weights()
        model.set_weights(weights)
        model.set_weights([w + 1 for w in weights])
        model.save_weights("w.weights.h5")
        model.load_weights("w.weights.h5")
    """)
    assert [(run.before_batch, run.changed) for run in recording.weights] == [
        (4, False),
        (4, True),
        (4, False),
    ]


def test_values_cross_between_single_steps_and_gradients_do_not(record: Record) -> None:
    recording = record("""
        model = build(steps=1)
        model.fit(x[:, :1], y, batch_size=2, epochs=1, shuffle=False, verbose=0)
    """)
    crossing = recording.models[0].crossing
    assert crossing is not None
    assert crossing.change > 0 and crossing.gradient == 0


def test_what_crosses_is_measured_only_where_it_is_asked_for(record: Record) -> None:
    recording = record("build().fit(x, y, batch_size=2, epochs=1, verbose=0)")
    assert recording.models[0].crossing is None
