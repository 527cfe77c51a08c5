"""Several rows at a time of data that nothing relates to those before: that they go on there is no guess."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.findings import Finding
from statelint.rules.unrelated import UNRELATED

PROGRAM = """
import keras
import numpy as np
import elsewhere

memory = keras.layers.LSTM(4, stateful=True, batch_input_shape=({size}, 5, 1))
model = keras.Sequential([memory, keras.layers.Dense(1)])
model.compile("sgd", "mse")
x, y = elsewhere.read("train")

def windows(series):
    return keras.utils.timeseries_dataset_from_array(series, series[5:], 5, batch_size=5)

{body}
"""


def found(body: str, size: int = 8) -> list[Finding]:
    size = 5 if "windows(" in body else size
    checked = check_source("train.py", PROGRAM.format(size=size, body=body).encode())
    assert not checked.failures
    return [one for one in checked.findings if one.code in ("SRN304", "SRN305", "SRN306")]


EPOCHS = "for epoch in range(9):\n    {}\n    memory.reset_states()\n"
VALIDATED = "model.fit(x, y, batch_size=8, shuffle=False, validation_data=({0}, {0}))"
AFTERWARDS = "model.fit(x, y, batch_size=8, shuffle=False)\nmodel.{}"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (EPOCHS.format(VALIDATED.format("elsewhere.read('test')")), "SRN306"),
        (EPOCHS.format(VALIDATED.format("np.load('test.npy')")), "SRN306"),
        (AFTERWARDS.format("evaluate(elsewhere.read('test'), y, batch_size=8)"), "SRN304"),
        (AFTERWARDS.format("predict(np.load('test.npy'), batch_size=8)"), "SRN304"),
    ],
)
def test_nothing_relates_the_two(body: str, code: str) -> None:
    [finding] = found(body)
    assert (finding.code, finding.assumptions) == (code, UNRELATED)
    # A single series may be parted anywhere.
    assert not found(body.replace("batch_size=8", "batch_size=1"), size=1)


@pytest.mark.parametrize(
    "body",
    [
        # Parts of one thing.
        EPOCHS.format(VALIDATED.format("x[begin:]")),
        "a, b = elsewhere.parts()\nmodel.fit(a, y, 8, shuffle=False)\nmodel.predict(b, 8)",
        "codes = keras.layers.TextVectorization()(elsewhere.text())\n"
        "model.fit(codes[:n], y, 8, shuffle=False)\nmodel.predict(codes[n:], 8)",
        # Windows that go on, five steps and five rows each; and lanes, of which a batch has a piece each.
        EPOCHS.format("model.fit(windows(elsewhere.one()), validation_data=windows(elsewhere.other()))"),
        "lanes = elsewhere.lanes().reshape(8, -1, 1)\n"
        + AFTERWARDS.replace("x, y", "lanes, y").format("predict(elsewhere.more(), batch_size=8)"),
        # What other code is given with `*` isn't told.
        AFTERWARDS.format("evaluate(*elsewhere.read('test'), batch_size=8)"),
        # A walk along a series, a part in each pass.
        "for year in years:\n    model.fit(elsewhere.read(year), y, 8, shuffle=False)\n"
        "    model.evaluate(elsewhere.read(year + 1), y, 8); memory.reset_states()\n",
        "for step in range(90):\n    model.fit(next(batches), y, 8, shuffle=False)\n"
        "    model.evaluate(next(batches), y, 8)\n",
    ],
)
def test_what_may_go_on(body: str) -> None:
    assert not found(body)


@pytest.mark.parametrize(
    ("validation", "is_leak"),
    [("validation_data=elsewhere.read('test')", True), ("validation_split=0.2", False)],
)
def test_what_validates_one_epoch_in_random_order(validation: str, is_leak: bool) -> None:
    """In order the rest of the rows go on where the training ends; of other data that isn't known."""
    body = (
        f"for epoch in range(1):\n    model.fit(x, y, batch_size=1, epochs=1, shuffle=True, {validation})\n"
    )
    assert [one.code for one in found(body + "    memory.reset_states()\n", size=1)] == ["SRN306"] * is_leak
