"""A batch of the wrong number of rows: what the versions of TensorFlow and Keras say to it."""

from __future__ import annotations

import pytest

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
