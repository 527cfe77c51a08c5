"""Rows of one owner after the other, put together: they begin with the first one."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

PROGRAM = """
import numpy as np
import pandas as pd
import keras
before, after = pd.read_csv("before.csv"), pd.read_csv("after.csv")

def windows(rows, size=20):
    values = rows[["s1", "s2"]].values
    return np.array([values[i:i + size] for i in range(0, len(values) - size + 1, size)])

def last(rows):
    return rows[["s1", "s2"]].values[-20:]

model = keras.Sequential([
    keras.Input(batch_shape=(1, 20, 2)), keras.layers.LSTM(8, stateful=True), keras.layers.Dense(1)
])
model.compile("adam", "mse")
{code}
"""
TRAIN = """
train = np.concatenate([windows(before[before["{owner}"] == one]) for one in before["{owner}"].unique()])
model.fit(train, np.zeros(len(train)), batch_size=1, shuffle=False)
"""
TEST = """
test = {put}([{cut}(after[after["{owner}"] == one]) for one in after["{owner}"].unique()])
{run}
"""


def codes(code: str) -> list[str]:
    checked = check_source("snippet.py", PROGRAM.format(code=code).encode(), Settings(keras=(2,)))
    assert not checked.failures
    return [one.code for one in checked.findings]


@pytest.mark.parametrize(
    ("put", "cut"), [("np.concatenate", "windows"), ("np.array", "last"), ("np.asarray", "last")]
)
@pytest.mark.parametrize("warm", ["", "model.predict(train, batch_size=1)\n"])
def test_inference_on_the_owners_of_another_table(put: str, cut: str, warm: str) -> None:
    test = TEST.format(put=put, cut=cut, owner="id", run=warm + "model.predict(test, batch_size=1)")
    found = codes(TRAIN.format(owner="id") + test)
    assert found.count("SRN304") == (2 if warm else 1)
    reset = test.replace("model.predict(test", "model.layers[0].reset_states()\nmodel.predict(test")
    assert codes(TRAIN.format(owner="id") + reset).count("SRN304") == (1 if warm else 0)


def test_validation_on_the_owners_of_another_table() -> None:
    train = TRAIN.format(owner="unit").replace("model.fit", "TEST\nmodel.fit")
    test = TEST.format(put="np.concatenate", cut="windows", owner="unit", run="")
    given = train.replace("shuffle=False", "shuffle=False, validation_data=(test, np.zeros(len(test)))")
    assert codes(given.replace("TEST", test)) == ["SRN306"]


@pytest.mark.parametrize("owner", ["day", "period_id", "part"])
def test_parts_of_time_may_go_on(owner: str) -> None:
    test = TEST.format(
        put="np.concatenate", cut="windows", owner=owner, run="model.predict(test, batch_size=1)"
    )
    assert codes(TRAIN.format(owner=owner) + test) == []


def test_rows_behind_the_first_owners_may_go_on() -> None:
    test = "model.predict(train[40:], batch_size=1)"
    trained = TRAIN.format(owner="id").replace("fit(train, np.zeros(len(train))", "fit(train[:40], y[:40]")
    assert codes("y = np.load('y.npy')\n" + trained + test) == []
