"""Validation that only some runs of a program have: that there is one is assumed, and said."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

PROGRAM = """
import sys, keras
from data import load
x, y = load()
model = keras.Sequential([keras.Input(batch_shape=(1, 3, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")
{given}
model.fit(x, y, batch_size=1, epochs=5, shuffle=False, validation_data=held)
"""


@pytest.mark.parametrize(
    ("given", "assumed"),
    [
        ("held = (x[4:], y[4:])", ()),
        ("_, held = load()", ()),
        ("held = (x[4:], y[4:]) if len(sys.argv) > 1 else None", ("validation_data is given",)),
        ("held = None\nif len(sys.argv) > 1:\n    held = load('held')", ("validation_data is given",)),
        ("held = load('settings').held", ("validation_data is given",)),
        (
            "def held():\n    return (1, None) if y else (1, x)\n_, held = held()",
            ("validation_data is given",),
        ),
        ("held = None", None),
        ("held = ()", None),
    ],
)
def test_a_validation_that_may_be_missing_is_assumed(given: str, assumed: tuple[str, ...] | None) -> None:
    checked = check_source("a.py", PROGRAM.format(given=given).encode())
    found = [finding.assumptions for finding in checked.findings if finding.code == "SRN306"]
    assert found == ([] if assumed is None else [assumed])
