"""Calls that train: when fit validates, which callbacks run, what a Sequence yields."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
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
    codes = {f.code for f in check_source("snippet.py", code.encode(), targets=(2,)).findings}
    assert "SRN212" not in codes
