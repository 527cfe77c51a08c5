"""What the recorder says of programs, on both generations of Keras."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from statelint.confirm.harness import Harness, NoRecording
from statelint.confirm.programs import Program
from statelint.confirm.recorder import KEPT_BATCHES
from statelint.trace.recording import BatchRun, Recording

pytestmark = pytest.mark.keras

Record = Callable[..., Recording]

HEAD = """
import numpy as np
import keras
from keras.layers import LSTM, Dense, Input
def build(rows=4, **more):
    model = keras.Sequential([Input(batch_shape=(rows, 3, 1)), LSTM(4, stateful=True, **more), Dense(1)])
    model.compile("sgd", "mse")
    return model
def data(count, seed=0):
    random = np.random.RandomState(seed)
    return random.rand(count, 3, 1).astype("float32"), random.rand(count, 1).astype("float32")
def reset(model):
    for layer in model.layers:
        if hasattr(layer, "reset_states"):
            layer.reset_states()
"""
BODY = HEAD.count("\n")  # the line number of the body's first line, less one


@pytest.fixture
def record(harness: Harness, generation: int, tmp_path: Path) -> Record:
    def run(source: str, *, head: str = HEAD, mend: tuple[str, ...] = (), **files: str) -> Recording:
        path = tmp_path / "program.py"
        path.write_text(head + dedent(source).lstrip("\n"), encoding="utf-8")
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(dedent(text), encoding="utf-8")
        recording = harness.run(Program(path, "shown/program.py"), generation, mend)
        assert isinstance(recording, Recording), recording
        return recording

    return run


def of(recording: Recording, phase: str, epoch: int | None = None) -> list[BatchRun]:
    return [b for b in recording.batches if b.phase == phase and (epoch is None or b.epoch == epoch)]


def lines(recording: Recording, call: int) -> list[int]:
    return [place.line - BODY for place in recording.calls[call].places]


def finished(recording: Recording) -> Recording:
    assert recording.outcome.status == "finished", recording.outcome
    return recording


def test_state_is_carried_over_batches_epochs_and_calls(record: Record) -> None:
    run = finished(
        record(
            """
            model = build()
            x, y = data(8)
            model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
            model.evaluate(x, y, batch_size=4, verbose=0)
            model.predict(x, batch_size=4, verbose=0)
            """
        )
    )
    assert [(b.phase, b.epoch, b.batch) for b in run.batches] == [
        ("train", 0, 0),
        ("train", 0, 1),
        ("train", 1, 0),
        ("train", 1, 1),
        ("evaluate", None, 0),
        ("evaluate", None, 1),
        ("predict", None, 0),
        ("predict", None, 1),
    ]
    assert [b.origin for b in run.batches] == ["zero"] + ["carried"] * 7
    assert [b.carried_from for b in run.batches] == [None, 0, 1, 2, 3, 4, 5, 6]
    assert run.batches[0].row_ids == (0, 1, 2, 3)
    assert run.batches[1].row_ids == (4, 5, 6, 7)
    assert run.batches[0].inputs == run.batches[2].inputs == run.batches[4].inputs
    assert all(b.rows == 4 and b.finished and b.entering and b.entering.rows == 4 for b in run.batches)
    assert [c.name for c in run.calls] == ["fit", "evaluate", "predict"]
    assert [lines(run, i) for i in range(3)] == [[3], [4], [5]]
    assert run.calls[0].places[0].path == "shown/program.py"
    assert run.calls[0].data == run.calls[1].data
    assert run.calls[2].rows_returned == 8
    assert all(c.finished and c.samples == 8 and c.batch_size == 4 for c in run.calls)
    assert run.models[0].stateful_layers and run.models[0].places[0].line == 6
    assert not run.resets and not run.caps


def test_a_layer_that_never_runs_hides_no_carried_state(record: Record) -> None:
    run = finished(
        record(
            """
            class Spare(keras.Model):
                def __init__(self):
                    super().__init__()
                    self.used, self.spare = LSTM(4, stateful=True), LSTM(4, stateful=True)
                def call(self, x):
                    return self.used(x)
            model = Spare()
            for _ in range(3):
                model(data(4)[0])
            """
        )
    )
    assert [(batch.origin, batch.carried_from) for batch in run.batches][1:] == [
        ("carried", 0),
        ("carried", 1),
    ]


def test_shuffled_rows_are_seen_as_they_enter(record: Record) -> None:
    run = finished(
        record(
            """
            x, y = data(16)
            build().fit(x, y, batch_size=4, verbose=0)
            """
        )
    )
    rows = [row for b in run.batches for row in b.row_ids or ()]
    assert sorted(rows) == list(range(16))
    assert rows != sorted(rows)


def test_rows_that_occur_twice_have_no_ids(record: Record) -> None:
    run = finished(record("build().fit(np.ones((8, 3, 1)), np.ones((8, 1)), batch_size=4, verbose=0)"))
    assert [b.row_ids for b in run.batches] == [None, None]
    assert [b.rows for b in run.batches] == [4, 4]


def test_one_row_remainder_is_broadcast(record: Record) -> None:
    run = finished(
        record(
            """
            model = build()
            x, y = data(9)
            model.fit(x, y, batch_size=4, shuffle=False, verbose=0)
            print(len(model.predict(x, batch_size=4, verbose=0)))
            """
        )
    )
    last = of(run, "train")[-1]
    assert last.rows == 1 and last.row_ids == (8,)
    assert last.entering and last.entering.rows == 4
    assert run.calls[1].samples == 9 and run.calls[1].rows_returned == 12


def test_longer_remainder_raises_at_its_batch(record: Record) -> None:
    run = record(
        """
        x, y = data(10)
        def train(model):
            model.fit(x, y, batch_size=4, shuffle=False, verbose=0)
        train(build())
        """
    )
    outcome = run.outcome
    assert (outcome.status, outcome.exception) == ("raised", "InvalidArgumentError")
    assert outcome.message and "Incompatible shapes: [" in outcome.message
    assert "recorder.py" not in outcome.message
    assert [p.line - BODY for p in outcome.places] == [3, 4]
    assert (outcome.call, outcome.batch) == (0, 2)
    assert [b.finished for b in run.batches] == [True, True, False]
    assert run.batches[2].rows == 2 and run.batches[2].row_ids == (8, 9)
    assert not run.calls[0].finished


def test_nothing_is_traced_again_to_be_watched(record: Record) -> None:
    run = finished(
        record(
            """
            seen = []
            class Counting(keras.Sequential):
                def train_step(self, *args):
                    seen.append("train")
                    return super().train_step(*args)
                def test_step(self, *args):
                    seen.append("test")
                    return super().test_step(*args)
                def predict_step(self, *args):
                    seen.append("predict")
                    return super().predict_step(*args)
            model = Counting([Input(batch_shape=(4, 3, 1)), LSTM(4, stateful=True), Dense(1)])
            model.compile("sgd", "mse")
            x, y = data(8)
            for _ in range(2):
                model.fit(x, y, batch_size=4, epochs=2, validation_data=(x, y), verbose=0)
                model.evaluate(x, y, batch_size=4, verbose=0)
                model.predict(x, batch_size=4, verbose=0)
                reset(model)
            assert sorted(seen) == ["predict", "test", "train"], seen
            """
        )
    )
    assert len(run.batches) == 2 * (2 * 2 * 2 + 2 + 2)


def test_static_mismatch_raises_while_tracing(record: Record) -> None:
    run = record(
        """
        x, y = data(6)
        build().fit(x, y, batch_size=3, shuffle=False, verbose=0)
        """
    )
    assert (run.outcome.exception, run.outcome.call, run.outcome.batch) == ("ValueError", 0, 0)
    assert run.batches[0].rows == 3 and not run.batches[0].finished


def test_validation_has_its_own_phase(record: Record) -> None:
    run = finished(
        record(
            """
            x, y = data(12)
            build().fit(x[:8], y[:8], batch_size=4, epochs=2, validation_data=(x[8:], y[8:]), verbose=0)
            """
        )
    )
    assert [b.phase for b in run.batches] == ["train", "train", "validation"] * 2
    validation = of(run, "validation")
    assert [b.origin for b in validation] == ["carried"] * 2
    assert [b.carried_from for b in validation] == [1, 4]
    assert of(run, "train", 1)[0].carried_from == 2
    assert validation[0].row_ids == (0, 1, 2, 3)
    assert [(b.epoch, b.batch) for b in validation] == [(0, 0), (1, 0)]
    assert len(run.calls) == 1 and run.calls[0].validation_samples == 4


def test_validation_split_keeps_the_positions_of_the_rows(record: Record) -> None:
    run = finished(
        record(
            """
            x, y = data(16)
            build().fit(x, y, batch_size=4, validation_split=0.25, shuffle=False, verbose=0)
            """
        )
    )
    assert [b.row_ids for b in of(run, "validation")] == [(12, 13, 14, 15)]
    assert (run.calls[0].samples, run.calls[0].validation_samples) == (12, 4)


def test_resets_tell_hook_place_and_norm(record: Record) -> None:
    run = finished(
        record(
            """
            class Reset(keras.callbacks.Callback):
                def on_epoch_begin(self, epoch, logs=None):
                    reset(self.model)
                def on_test_begin(self, logs=None):
                    reset(self.model)
            x, y = data(8)
            model = build()
            model.fit(x, y, batch_size=4, epochs=2, validation_data=(x, y), callbacks=[Reset()], verbose=0)
            reset(model)
            """
        )
    )
    assert [(r.hook, r.before_batch) for r in run.resets] == [
        ("on_epoch_begin", 0),
        ("on_test_begin", 2),
        ("on_epoch_begin", 4),
        ("on_test_begin", 6),
        (None, 8),
    ]
    assert run.resets[0].norm == 0.0 and all(r.norm for r in run.resets[1:])
    assert all(r.target == "layer" and r.model == 0 and r.layer for r in run.resets)
    assert [p.line for p in run.resets[0].places] == [15, BODY + 3, BODY + 8]
    first = [b for b in run.batches if b.batch == 0]
    assert [b.origin for b in first] == ["zero"] * 4


def test_model_reset_on_keras_2(record: Record, generation: int) -> None:
    run = record(
        """
        x, y = data(4)
        model = build()
        model.fit(x, y, batch_size=4, verbose=0)
        model.reset_states()
        model.fit(x, y, batch_size=4, verbose=0)
        """
    )
    if generation == 3:
        assert (run.outcome.exception, run.outcome.call) == ("AttributeError", None)
        assert run.outcome.places[0].line == BODY + 4
        return
    assert [(r.target, r.layer, r.before_batch) for r in finished(run).resets] == [("model", None, 1)]
    assert [b.origin for b in run.batches] == ["zero", "zero"]


def test_reset_of_a_model_that_never_ran(record: Record) -> None:
    run = finished(
        record(
            """
            model, other = build(), build()
            x, y = data(4)
            model.train_on_batch(x, y)
            reset(other)
            """
        )
    )
    assert [(r.model, r.norm) for r in run.resets] == [(1, 0.0)]
    assert len(run.models) == 2 and {c.model for c in run.calls} == {0}


def test_batch_methods_and_direct_calls(record: Record) -> None:
    run = finished(
        record(
            """
            model = build()
            x, y = data(4)
            model.train_on_batch(x, y)
            model.test_on_batch(x, y)
            model.predict_on_batch(x)
            model(x)
            model(x, training=False)
            """
        )
    )
    assert [(c.name, lines(run, c.index)) for c in run.calls] == [
        ("train_on_batch", [3]),
        ("test_on_batch", [4]),
        ("predict_on_batch", [5]),
        ("call", [6]),
        ("call", [7]),
    ]
    assert [b.phase for b in run.batches] == ["train", "evaluate", "predict", "call", "call"]
    assert [b.carried_from for b in run.batches] == [None, 0, 1, 2, 3]
    assert [b.call for b in run.batches] == list(range(5))
    assert run.batches[0].row_ids == (0, 1, 2, 3)


TAPE = """
import tensorflow as tf
model = build()
x, y = data(4)
optimizer = keras.optimizers.SGD()
{decorator}
def step(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(x, training=True) - y) ** 2)
    optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
    return loss
for epoch in range(2):
    for _ in range(2):
        step(x, y)
    reset(model)
step(x, y)
"""


@pytest.mark.parametrize("decorator", ["", "@tf.function", "@tf.function(jit_compile=True)"])
def test_tape_loops(record: Record, decorator: str) -> None:
    run = finished(record(TAPE.format(decorator=decorator)))
    assert [b.origin for b in run.batches] == ["zero", "carried", "zero", "carried", "zero"]
    assert [b.rows for b in run.batches] == [4] * 5
    assert [lines(run, i) for i in range(5)] == [[8, 13]] * 4 + [[8, 15]]
    assert [r.before_batch for r in run.resets] == [2, 4]
    assert all(b.leaving and b.leaving.norm > 0 for b in run.batches)


def test_loop_inside_a_function(record: Record) -> None:
    run = finished(
        record(
            """
            import tensorflow as tf
            model = build()
            x, y = data(12)
            @tf.function
            def epoch(batches):
                for batch in batches:
                    model(batch)
            epoch(tf.data.Dataset.from_tensor_slices(x).batch(4, drop_remainder=True))
            """
        )
    )
    assert [(b.origin, b.carried_from) for b in run.batches] == [
        ("zero", None),
        ("carried", 0),
        ("carried", 1),
    ]
    assert all(lines(run, i) == [7, 8] for i in range(3))


def test_error_inside_a_function(record: Record) -> None:
    run = record(
        """
        import tensorflow as tf
        model = build()
        @tf.function
        def step(x):
            return model(x)
        step(tf.ones((4, 3, 1)))
        step(tf.ones((2, 3, 1)))
        """
    )
    assert (run.outcome.exception, run.outcome.call, run.outcome.batch) == ("ValueError", 1, 1)
    assert run.batches[1].rows == 2
    assert [p.line - BODY for p in run.outcome.places] == [5, 7]


def test_predict_in_a_callback_is_a_child(record: Record) -> None:
    run = finished(
        record(
            """
            x, y = data(8)
            class Peek(keras.callbacks.Callback):
                def on_epoch_end(self, epoch, logs=None):
                    self.model.predict(x, batch_size=4, verbose=0)
                    self.model.evaluate(x, y, batch_size=4, verbose=0)
            build().fit(x, y, batch_size=4, epochs=2, callbacks=[Peek()], verbose=0)
            """
        )
    )
    assert [(c.name, c.parent) for c in run.calls] == [
        ("fit", None),
        ("predict", 0),
        ("evaluate", 0),
        ("predict", 0),
        ("evaluate", 0),
    ]
    assert [b.phase for b in run.batches] == (["train"] * 2 + ["predict"] * 2 + ["evaluate"] * 2) * 2
    assert of(run, "train", 1)[0].carried_from == 5
    assert [b.batch for b in of(run, "train")] == [0, 1, 0, 1]


def test_custom_train_step(record: Record) -> None:
    run = finished(
        record(
            """
            import tensorflow as tf
            class Model(keras.Model):
                def __init__(self):
                    super().__init__()
                    self.rnn = LSTM(4, stateful=True)
                    self.head = Dense(1)
                def call(self, x, training=None):
                    return self.head(self.rnn(x))
                def train_step(self, data):
                    x, y = data
                    with tf.GradientTape() as tape:
                        loss = tf.reduce_mean((self(x, training=True) - y) ** 2)
                    weights = self.trainable_variables
                    self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
                    return {"loss": loss}
            model = Model()
            model.compile("sgd")
            x, y = data(8)
            model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
            """
        )
    )
    assert [b.row_ids for b in run.batches] == [(0, 1, 2, 3), (4, 5, 6, 7)] * 2
    assert [b.origin for b in run.batches] == ["zero", "carried", "carried", "carried"]
    assert run.models[0].places[0].line == BODY + 16


def test_steps_per_execution(record: Record) -> None:
    run = finished(
        record(
            """
            model = build()
            model.compile("sgd", "mse", steps_per_execution=3)
            x, y = data(24)
            model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
            """
        )
    )
    assert [b.batch for b in run.batches] == [0, 1, 2, 3, 4, 5] * 2
    assert [b.carried_from for b in run.batches] == [None, *range(11)]
    assert run.batches[4].row_ids == (16, 17, 18, 19)


def test_datasets_and_generators(record: Record) -> None:
    run = finished(
        record(
            """
            import tensorflow as tf
            model = build()
            x, y = data(8)
            model.fit(tf.data.Dataset.from_tensor_slices((x, y)).batch(4, drop_remainder=True), verbose=0)
            def batches():
                for i in (0, 4):
                    yield x[i:i + 4], y[i:i + 4]
            model.fit(batches(), steps_per_epoch=2, verbose=0)
            class Batches(keras.utils.Sequence):
                def __len__(self):
                    return 2
                def __getitem__(self, i):
                    return x[4 * i:4 * i + 4], y[4 * i:4 * i + 4]
            model.fit(Batches(), shuffle=False, verbose=0)
            """
        )
    )
    assert [c.data_kind for c in run.calls] == ["dataset", "generator", "sequence"]
    assert [b.rows for b in run.batches] == [4] * 6
    assert [b.inputs for b in run.batches[:2]] == [b.inputs for b in run.batches[2:4]]
    assert [b.row_ids for b in run.batches] == [(0, 1, 2, 3), (4, 5, 6, 7)] * 3
    assert all(c.samples is None and c.data is None for c in run.calls)


def test_run_eagerly_and_nested_models(record: Record) -> None:
    run = finished(
        record(
            """
            inner = keras.Sequential([Input(batch_shape=(4, 3, 1)), LSTM(4, stateful=True)])
            model = keras.Sequential([Input(batch_shape=(4, 3, 1)), inner, Dense(1)])
            model.compile("sgd", "mse", run_eagerly=True)
            x, y = data(8)
            model.fit(x, y, batch_size=4, shuffle=False, verbose=0)
            inner(x[:4])
            """
        )
    )
    assert [b.origin for b in run.batches] == ["zero", "carried", "carried"]
    assert [b.model for b in run.batches] == [0, 0, 1]
    assert len(run.models[0].stateful_layers) == 1
    assert run.batches[0].row_ids == (0, 1, 2, 3)


def test_partial_reset_is_no_carry(record: Record) -> None:
    run = finished(
        record(
            """
            model = keras.Sequential([Input(batch_shape=(4, 3, 1)),
                LSTM(4, stateful=True, return_sequences=True), LSTM(4, stateful=True)])
            x, _ = data(4)
            model.predict(x, batch_size=4, verbose=0)
            model.layers[0].reset_states()
            model.predict(x, batch_size=4, verbose=0)
            """
        )
    )
    assert [b.origin for b in run.batches] == ["zero", "set"]


def test_stateless_models_have_calls_only(record: Record) -> None:
    run = finished(
        record(
            """
            model = keras.Sequential([Input((3, 1)), LSTM(4), Dense(1)])
            model.compile("sgd", "mse")
            x, y = data(8)
            model.fit(x, y, verbose=0)
            model.predict(x, verbose=0)
            """
        )
    )
    assert [c.name for c in run.calls] == ["fit", "predict"]
    assert not run.batches
    assert run.models[0].stateful_layers == ()


# -- small data --------------------------------------------------------------------------------------


def test_epochs_are_capped(record: Record) -> None:
    run = finished(
        record(
            """
            model = build()
            x, y = data(4)
            model.fit(x, y, batch_size=4, epochs=100, verbose=0)
            model.fit(x, y, batch_size=4, initial_epoch=7, epochs=8, verbose=0)
            """
        )
    )
    assert [(b.call, b.epoch) for b in run.batches] == [(0, 0), (0, 1), (1, 0)]
    assert run.caps == ("fit: epochs 100 -> 2",)
    assert [c.epochs for c in run.calls] == [2, 8]


def test_arrays_are_cut_with_their_remainder(record: Record) -> None:
    run = finished(
        record(
            """
            model = build()
            x, y = data(401)
            model.fit(x, y, batch_size=4, validation_data=(x[:305], y[:305]), verbose=0)
            assert model.predict(x, batch_size=4, verbose=0).shape == (404, 1)
            model.evaluate(x[:24], y[:24], batch_size=4, verbose=0)
            """
        )
    )
    kept = 4 * KEPT_BATCHES + 1
    assert [b.rows for b in of(run, "train")] == [4] * KEPT_BATCHES + [1]
    assert [c.samples for c in run.calls] == [kept, kept, 24]
    assert run.calls[0].validation_samples == kept
    assert run.calls[1].rows_returned == kept + 3
    assert f"fit: 401 rows -> {kept}" in run.caps and f"predict: 401 rows -> {kept}" in run.caps


def test_both_parts_of_a_split_keep_their_remainder(record: Record) -> None:
    run = record(
        """
        x, y = data(660)
        build(3).fit(x, y, batch_size=3, validation_split=0.3, shuffle=False, verbose=0)
        """
    )
    # Keras splits 660 rows into 461 and 199, not into 462 and 198.
    assert run.calls[0].samples == 3 * KEPT_BATCHES + 2
    assert run.calls[0].validation_samples == 3 * KEPT_BATCHES + 1
    assert run.outcome.exception == "InvalidArgumentError"
    assert run.batches[-1].rows == 2


# -- mends -------------------------------------------------------------------------------------------

OLD_PROGRAM = """
import numpy as np
from keras.models import Sequential
from keras.layers import LSTM, Dense
model = Sequential()
model.add(LSTM(4, batch_input_shape=(4, 3, 1), return_sequences=True, stateful=True))
model.add(LSTM(4, batch_input_shape=(4, 3, 1), stateful=True))
model.add(Dense(1))
model.compile("sgd", "mse")
x, y = np.random.rand(8, 3, 1), np.random.rand(8, 1)
for epoch in range(2):
    model.fit(x, y, batch_size=4, shuffle=False, verbose=0)
    model.reset_states()
"""


def test_mended_batch_shape_and_model_reset(record: Record, generation: int) -> None:
    if generation == 3:
        run = record(OLD_PROGRAM, head="")
        assert run.outcome.exception == "ValueError"
        assert run.outcome.places[0].line == 5
        run = record(OLD_PROGRAM, head="", mend=("SRN501",))
        assert (run.outcome.exception, run.outcome.places[0].line) == ("AttributeError", 12)
        assert run.mended == ("SRN501",)
    run = finished(record(OLD_PROGRAM, head="", mend=("SRN501", "SRN502")))
    assert [b.origin for b in run.batches] == ["zero", "carried"] * 2
    assert [(r.target, r.model, r.before_batch) for r in run.resets] == [("model", 0, 2), ("model", 0, 4)]
    assert all(r.norm for r in run.resets)
    assert run.mended == (("SRN501", "SRN502") if generation == 3 else ())


def test_a_mended_input(record: Record, generation: int) -> None:
    program = """
        from keras.layers import Input
        inputs = Input(batch_input_shape=(4, 3, 1))
        model = keras.Model(inputs, LSTM(4, stateful=True)(inputs))
        model.compile("sgd", "mse")
        model.fit(np.random.rand(8, 3, 1), np.random.rand(8, 4), batch_size=4, shuffle=False, verbose=0)
    """
    if generation == 3:
        assert record(program).outcome.exception == "TypeError"
    run = finished(record(program, mend=("SRN501",)))
    assert [b.origin for b in run.batches] == ["zero", "carried"]


def test_mended_reset_before_build(record: Record, generation: int) -> None:
    source = """
        model = keras.Sequential([LSTM(4, stateful=True), Dense(1)])
        model.layers[0].reset_states()
        x, y = data(4)
        model.compile("sgd", "mse")
        model.fit(x, y, batch_size=4, verbose=0)
        model.layers[0].reset_states()
        """
    if generation == 2:
        assert record(source).outcome.exception == "ValueError"
    run = finished(record(source, mend=("SRN308",)))
    assert [r.norm is None for r in run.resets] == [True, False]
    assert [b.origin for b in run.batches] == ["zero"]


# -- how a run ends ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "exception", "line"),
    [
        ("import nothing_of_that_name", "ModuleNotFoundError", 1),
        ("x = 1\ny = undefined_name", "NameError", 2),
        ("x = 1\nif x\n", "SyntaxError", 2),
        ("import numpy\nnumpy.load('missing.npy')", "FileNotFoundError", 2),
        ("import sys\nsys.exit(3)", "SystemExit", 2),
        ("import urllib.request\nurllib.request.urlopen('http://192.0.2.1/', timeout=5)", "URLError", 2),
        ("input()", "EOFError", 1),
    ],
)
def test_errors_before_any_model(record: Record, source: str, exception: str, line: int) -> None:
    run = record(source, head="")
    assert (run.outcome.status, run.outcome.exception) == ("raised", exception)
    assert [p.line for p in run.outcome.places] == [line]
    assert (run.outcome.call, run.outcome.batch) == (None, None)
    assert not run.calls


def test_clean_exits(record: Record) -> None:
    assert record("import sys\nsys.exit(0)", head="").outcome.status == "finished"
    assert record("import os\nos._exit(0)", head="").outcome.status == "killed"


def test_caught_errors_do_not_end_the_story(record: Record) -> None:
    run = finished(
        record(
            """
            model = build()
            x, y = data(6)
            try:
                model.fit(x, y, batch_size=4, shuffle=False, verbose=0)
            except Exception:
                pass
            model.fit(x[:4], y[:4], batch_size=4, verbose=0)
            """
        )
    )
    assert [c.finished for c in run.calls] == [False, True]


def test_errors_in_callbacks_belong_to_their_call(record: Record) -> None:
    run = record(
        """
        class Broken(keras.callbacks.Callback):
            def on_epoch_end(self):
                pass
        x, y = data(4)
        build().fit(x, y, batch_size=4, callbacks=[Broken()], verbose=0)
        """
    )
    assert (run.outcome.exception, run.outcome.call, run.outcome.batch) == ("TypeError", 0, None)
    assert run.outcome.places[0].line == BODY + 5


def test_endless_output_is_swallowed(record: Record) -> None:
    finished(record("for _ in range(300_000):\n    print('x' * 500)\n", head=""))


def test_local_modules_are_found_and_placed(record: Record) -> None:
    run = finished(
        record(
            "from models import train\ntrain()\n",
            head="",
            models="""
            import numpy as np
            import keras
            def train():
                layers = keras.layers
                model = keras.Sequential([keras.Input(batch_shape=(4, 3, 1)), layers.GRU(2, stateful=True)])
                model.compile("sgd", "mse")
                model.fit(np.random.rand(4, 3, 1), np.random.rand(4, 2), batch_size=4, verbose=0)
            """,
        )
    )
    assert [(p.path, p.line) for p in run.calls[0].places] == [
        ("shown/models.py", 8),
        ("shown/program.py", 2),
    ]


def test_every_spelling_of_keras(record: Record, generation: int) -> None:
    run = record(
        """
        import keras, tensorflow as tf
        from tensorflow.keras.layers import LSTM as A
        from keras.layers import LSTM as B
        import keras.layers as layers
        import keras.backend
        assert A is B is tf.keras.layers.LSTM is keras.layers.LSTM is layers.LSTM
        print(keras.__version__)
        """,
        head="",
    )
    finished(run)
    if generation == 2:
        finished(
            record(
                """
                import keras, tf_keras
                assert keras is tf_keras and keras.models is tf_keras.models
                from keras.layers.recurrent import LSTM
                from keras.layers.core import Dense
                from keras.utils.np_utils import to_categorical
                from keras.preprocessing.sequence import pad_sequences
                from tensorflow.python.keras.layers import LSTM as C
                assert LSTM is tf_keras.layers.LSTM is C
                """,
                head="",
            )
        )


def test_a_missing_file_is_no_recording(harness: Harness, generation: int, tmp_path: Path) -> None:
    run = harness.run(Program(tmp_path / "gone.py", "gone.py"), generation)
    assert isinstance(run, NoRecording)


def test_the_same_program_gives_the_same_recording(record: Record) -> None:
    source = """
        x, y = np.random.rand(8, 3, 1), np.random.rand(8, 1)
        build().fit(x, y, batch_size=4, epochs=2, verbose=0)
        build().fit(x[:6], y[:6], batch_size=4, verbose=0)
        """
    assert record(source) == record(source)
