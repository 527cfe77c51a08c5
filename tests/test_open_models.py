"""Models of which not all layers are known: what is done to all their layers is done to the known ones."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings
from tests.programs import Expected

PROGRAM = """
import numpy as np
from tensorflow import keras
from keras.layers import LSTM, Dense
x, y = np.load("x.npy"), np.load("y.npy")
{sizes}
class Reset(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        for layer in self.model.layers:
            if {test}:
                layer.{action}()
model = keras.Sequential([keras.Input(batch_shape=(8, 10, 1))])
for size in sizes:
    model.add(LSTM(size, stateful=True, return_sequences=True))
model.add(LSTM(4, stateful=True))
model.add(Dense(1))
model.compile("sgd", "mse")
model.fit(x, y, batch_size=8, epochs=3, shuffle=False, callbacks=[Reset()])
"""
READ = "from elsewhere import sizes"


def codes(sizes: str, test: str, action: str = "reset_states") -> list[str]:
    program = PROGRAM.format(sizes=sizes, test=test, action=action)
    checked = check_source("snippet.py", program.encode(), Settings(keras=(2,)))
    assert not checked.failures
    return sorted(Expected.of(finding).code for finding in checked.findings)


@pytest.mark.parametrize("sizes", [READ, "sizes = [8, 8]"])
@pytest.mark.parametrize(
    "test", ["isinstance(layer, LSTM)", "hasattr(layer, 'reset_states')", "getattr(layer, 'stateful', False)"]
)
def test_each_layer_is_reset(sizes: str, test: str) -> None:
    assert codes(sizes, test) == []


@pytest.mark.parametrize("sizes", [READ, "sizes = [8, 8]"])
def test_no_layer_is_reset(sizes: str) -> None:
    assert codes(sizes, "isinstance(layer, LSTM)", "get_weights") == ["SRN301"]


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("eval('[8, 8]')", 3),
        ("ast.literal_eval('(8, 8, 8)')", 4),
        ("eval('[8, *others]')", None),
        ("eval('sizes_of(3)')", None),
    ],
)
def test_values_that_a_text_spells_out(written: str, count: int | None) -> None:
    from tests.telling import reveal

    told = reveal(f"import ast\nsizes = {written}\nreveal(len(sizes))\n")
    assert told == [str(count - 1)] if count is not None else "?" in told[0]
