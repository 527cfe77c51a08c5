"""A batch of the wrong number of rows: what the versions of TensorFlow and Keras say to it."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.findings import Status
from statelint.rules.measured import judge_batch_rows
from statelint.trace.recording import CallRun, Outcome, Recording

CALL = CallRun(0, "fit", 0, (), "array", None, 20, 8, 1, None, None, None, finished=False)


@pytest.mark.parametrize(
    ("exception", "message", "essence"),
    [
        (
            "InvalidArgumentError",  # TensorFlow 2.8
            "Graph execution error: Specified a list with shape [8,1] from a tensor with shape [4,1]\n[[x]]",
            "Specified a list with shape [8,1] from a tensor with shape [4,1]",
        ),
        (
            "InvalidArgumentError",  # TensorFlow 2.21
            "Graph execution error: Incompatible shapes: [4,16] vs. [8,16] [[{{node x}}]]",
            "Incompatible shapes: [4,16] vs. [8,16]",
        ),
        (
            "ValueError",  # jax and torch
            "Exception encountered when calling GRU.call(). If an RNN is stateful, the batch size of the "
            "input sequences must be the same as the batch size of the initial state. \n"
            "- Expected batch size: 8\n- Received batch size: 4",
            "Expected batch size: 8 - Received batch size: 4",
        ),
    ],
)
def test_what_is_said_of_the_rows(exception: str, message: str, essence: str) -> None:
    outcome = Outcome("raised", exception, message, (), 0, None)
    recording = Recording(3, "3.15.1", "tensorflow", (), (CALL,), (), (), outcome, (), ())
    verdict = judge_batch_rows(recording, (CALL,), one_row=False)
    assert verdict.status is Status.CONFIRMED
    assert verdict.evidence == f"{exception}: {essence}, before any batch had gone through"


@pytest.mark.parametrize("size", ["0", "-1", "len([])"])
def test_batches_of_no_rows_are_no_internal_error(size: str) -> None:
    program = f"""
import numpy as np
from tensorflow import keras
x, y = np.zeros((60, 5, 1)), np.zeros((60, 4))
model = keras.Sequential([keras.Input(batch_shape=({size}, 5, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")
model.fit(x, y, batch_size=20, shuffle=False, validation_data=(x, y))
model.fit(x, y, batch_size={size}, shuffle=False, validation_split=0.2)
model.fit(x, y, batch_size={size}, shuffle=False, steps_per_epoch=2)
model.train_on_batch(x[:4], y[:4])
model.predict(x, batch_size={size})
"""
    checked = check_source("snippet.py", program.encode())
    assert not checked.failures
    assert not {"SRN204", "SRN206", "SRN207"} & {finding.code for finding in checked.findings}
