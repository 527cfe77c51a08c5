"""Calls that train: when fit validates, which callbacks run, what a Sequence yields."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings
from tests.telling import MODEL, story_of

CALLBACKS = """
class Clear(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.model.layers[0].reset_states()
stop = keras.callbacks.EarlyStopping()
"""


@pytest.mark.parametrize(
    ("arguments", "epochs"),
    [
        ("epochs=4", ["0", "1", "last"]),
        ("epochs=4, validation_freq=2", ["1", "last"]),
        ("epochs=5, validation_freq=[1, 5]", ["0", "last"]),
        ("epochs=2, validation_freq=3", []),
        ("epochs=2, validation_freq=n", ["0 if a0", "last if b0"]),
    ],
)
def test_the_epochs_after_which_fit_validates(arguments: str, epochs: list[str]) -> None:
    told = story_of(f"model.fit(x, x, batch_size=2, validation_data=(x, x), {arguments})")
    line = "fit validation array(8, 3, 1) batch=2 carried epochs#"
    assert [text.removeprefix(line) for text in told if text.startswith(line)] == epochs


@pytest.mark.parametrize("nothing", ["None", "()", "[]"])
def test_no_data_no_validation(nothing: str) -> None:
    told = story_of(f"model.fit(x, x, batch_size=2, validation_data={nothing})")
    assert told == ["fit train array(8, 3, 1) batch=2 carried epochs#0"]


RESET = "reset layer.reset_states epochs#0 in on_epoch_begin"
FIT = "fit train array(8, 3, 1) batch=2 carried epochs#0"
HIDDEN = "opaque LIBRARY_CALL"


@pytest.mark.parametrize(
    ("callbacks", "story"),
    [
        ("given = [Clear()]\nif n:\n    given.append(stop)", [RESET, FIT]),
        ("given = []\nif n:\n    given.append(stop)", [FIT]),
        ("given = [stop] if n else None", [FIT]),
        ("given = [Clear(), stop]\nif n:\n    given.insert(1, stop)", [RESET, FIT]),
        ("given = [stop]\nif n:\n    given.append(Clear())", None),
        ("given = [Clear()] if n else None", None),
        ("given = []\nif n:\n    given.append(mystery())", None),
    ],
)
def test_callbacks_of_which_some_may_be_left_out(callbacks: str, story: list[str] | None) -> None:
    told = story_of(f"{CALLBACKS}{callbacks}\nmodel.fit(x, x, batch_size=2, callbacks=given)")
    if story is None:
        assert any(line.startswith(HIDDEN) for line in told)
    else:
        assert told == story


@pytest.mark.parametrize(("rows", "fails"), [(2, False), (4, True)])
def test_the_batches_of_a_sequence(rows: int, fails: bool) -> None:
    code = f"""
class Batches(keras.utils.Sequence):
    def __len__(self):
        return 8 // {rows}
    def __getitem__(self, index):
        part = slice(index * {rows}, (index + 1) * {rows})
        return x[part], x[part]
model.fit(Batches(), shuffle=False)
"""
    found = {f.code for f in check_source("snippet.py", (MODEL + code).encode()).findings}
    assert ("SRN206" in found) is fails


def test_keras_1_counts_samples() -> None:
    arguments = "samples_per_epoch=8, nb_epoch=2, validation_data=(x, x), nb_val_samples=8"
    code = f"{MODEL}model.fit_generator(((x[:2], x[:2]) for _ in range(99)), {arguments})\n"
    codes = {f.code for f in check_source("snippet.py", code.encode(), Settings(keras=(2,))).findings}
    assert "SRN212" not in codes


SIXTY_FOUR = """
import numpy as np
import tensorflow as tf
from tensorflow import keras

memory = keras.layers.GRU(8, stateful=True, return_sequences=True)
model = keras.Sequential([keras.Input(batch_shape=(64, None, 3)), memory])
given = np.array(mystery())
"""


@pytest.mark.parametrize(
    ("one_row", "call"),
    [
        ("given[None]", "predict_on_batch"),
        ("given[np.newaxis, 0]", "predict_on_batch"),
        ("given[None, ..., None]", "predict_on_batch"),
        ("given[None][:, 3]", "predict_on_batch"),
        ("mystery()[None, :, :]", "predict_on_batch"),
        ("np.expand_dims(given, 0)", "predict_on_batch"),
        ("tf.expand_dims([word[c] for c in 'seed'], 0)", "__call__"),
        ("tf.expand_dims([[1.0, 0.0, 0.0]], axis=0)", "__call__"),
    ],
)
def test_data_made_one_row_are_one_row(one_row: str, call: str) -> None:
    code = f"{SIXTY_FOUR}model.{call}({one_row})\n"
    assert {f.code for f in check_source("t.py", code.encode()).findings} == {"SRN206"}


@pytest.mark.parametrize(
    "rows",
    [
        "given[:, None]",
        "given[..., None]",
        "np.expand_dims(given, -1)",
        "given[3]",
        "tf.expand_dims(given, 1)",
    ],
)
def test_data_with_an_axis_behind_have_rows_of_their_own(rows: str) -> None:
    code = f"{SIXTY_FOUR}model.predict_on_batch({rows})\n"
    assert not check_source("t.py", code.encode()).findings


def test_a_loop_that_feeds_its_own_output_feeds_one_row() -> None:
    code = f"""{SIXTY_FOUR}
step = tf.expand_dims([1, 2, 3], 0)
for _ in range(100):
    step = tf.expand_dims([int(np.argmax(model(step)[0, -1]))], 0)
"""
    assert [f.code for f in check_source("t.py", code.encode()).findings] == ["SRN206"]
