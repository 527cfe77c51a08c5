"""Training that goes on from the state of an inference, where each pass has a batch of its own."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

PROGRAM = """
import keras
import numpy as np
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.layers.Input(batch_shape=(8, 5, 1)), memory, keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
start = 0
for step in range(60):
    x = np.sin(np.arange(start, start + 40).reshape((8, 5, 1)))
    other = np.cos(np.arange(start, start + 40).reshape((8, 5, 1)))
    start += 5
    model.train_on_batch(x, x[:, -1])
"""


@pytest.mark.parametrize(
    ("then", "codes"),
    [
        # The batch goes through twice, and the next one starts behind the second time.
        ("model.predict(x, batch_size=8)", {"SRN304", "SRN305"}),
        ("model.predict(x, batch_size=8); memory.reset_states()", {"SRN304"}),
        # The state behind the batch is right again, whatever the training had left.
        ("memory.reset_states(); model.predict(x, batch_size=8)", set()),
        # Whether this continues the batch isn't known.
        ("model.predict(other, batch_size=8)", set()),
        ("pass", set()),
    ],
)
def test_a_batch_that_is_predicted_again(then: str, codes: set[str]) -> None:
    checked = check_source("snippet.py", f"{PROGRAM}    {then}\n".encode())
    assert not checked.failures
    assert {f.code for f in checked.findings} & {"SRN301", "SRN304", "SRN305"} == codes
