"""Rows that a model steps through one by one, from the first one again in each pass of a loop."""

from __future__ import annotations

from pathlib import Path

import pytest

from statelint.discover import SourceFile
from statelint.engine import check_source
from statelint.findings import Finding, Status
from statelint.fixes.passes import mend
from statelint.rules.state_carried_into_inference import StateCarriedIntoInference
from statelint.selection import Selection
from statelint.settings import Settings
from statelint.trace.recording import BatchRun, CallRun, Outcome, Place, Recording, StateProbe

HEAD = """\
import keras
import numpy as np
rows = np.load("rows.npy")
def build(size):
    memory = keras.layers.LSTM(4, stateful=True)
    return keras.Sequential([keras.Input(batch_shape=(size, 3, 1)), memory])
model, one = build(4), build(1)
model.compile("sgd", "mse")
"""
PASSES = """\
for epoch in range(9):
    model.train_on_batch(rows[:4], rows[:4, 0])
    model.reset_states()
    one.set_weights(model.get_weights())
"""
PREDICT = "one.predict(np.array([rows[k]]))\n"


def findings(code: str, *codes: str) -> list[Finding]:
    settings = Settings(Selection(extend=("SRN404",)), keras=(2,))
    checked = check_source("snippet.py", (HEAD + code).encode(), settings)
    assert not checked.failures
    return [finding for finding in checked.findings if finding.code in codes]


def fixed(code: str) -> str:
    """The code behind the head with all fixes made."""
    file = SourceFile(Path("a.py"), "a.py", (HEAD + code).encode())
    settings = Settings(keras=(2,))
    (change,) = mend(
        [file], lambda files: check_source("a.py", files[0].read(), settings).findings, unsafe=True
    ).changes
    return change.after.decode().removeprefix(HEAD)


@pytest.mark.parametrize(
    "loop", ["for k in range(len(rows)):\n", "for k, row in enumerate(rows):\n", "while k < len(rows):\n"]
)
def test_the_reset_is_put_before_the_loop_over_the_rows(loop: str) -> None:
    passes, steps = f"{PASSES}    k = 0\n", f"    {loop}        {PREDICT}        k += 1\n"
    assert fixed(passes + steps) == f"{passes}    one.reset_states()\n{steps}"


def test_the_reset_is_put_before_the_loop_in_a_helper() -> None:
    helper = f"def judge(one):\n    for k in range(len(rows)):\n        {PREDICT}"
    code = f"{helper}{PASSES}    judge(one)\n"
    assert fixed(code) == code.replace("    for k", "    one.reset_states()\n    for k")


def test_a_copy_was_never_trained() -> None:
    code = f"{PASSES}    one.predict(np.load('rows' + str(epoch)))\n"
    (finding,) = findings(code, "SRN404")
    assert finding.message.startswith("predict() begins with the state that predict() left, under weights")


@pytest.mark.parametrize(
    ("inputs", "set_before", "status"),
    [
        ("abcabc", (), Status.CONFIRMED),
        ("abcabc", (3,), Status.REFUTED),
        ("abcdef", (), Status.REFUTED),
    ],
)
def test_what_reads_a_row_again_with_another_state(
    inputs: str, set_before: tuple[int, ...], status: Status
) -> None:
    (finding,) = findings(f"{PASSES}    for k in range(len(rows)):\n        {PREDICT}", "SRN304")
    place = Place("snippet.py", finding.site.line)
    calls, batches = [], []
    for k, row in enumerate(inputs):
        begins = k == 0 or k in set_before
        entering = StateProbe(0.0 if begins else 0.5, "", 1)
        calls.append(
            CallRun(k, "predict", 0, (place,), "array", None, None, None, 1, None, None, None, finished=True)
        )
        batches.append(
            BatchRun(
                k, k, 0, "predict", None, 0, 1, None, row, entering, None, "zero" if begins else "carried",
                None if begins else k - 1, finished=True,
            )
        )  # fmt: skip
    outcome = Outcome("finished", None, None, (), None, None)
    recording = Recording(2, "2.15.0", "tensorflow", (), tuple(calls), tuple(batches), (), outcome, (), ())
    assert StateCarriedIntoInference().judge(finding, recording).status is status
