"""Validation data that are read from another file, or another group of one, than those of the training."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.findings import Finding

PROGRAM = """
import h5py
import keras
import numpy as np
memory = keras.layers.LSTM(4, stateful=True, batch_input_shape=(32, 8, 1))
model = keras.Sequential([memory, keras.layers.Dense(1)])
model.compile("sgd", "mse")
file = h5py.File("all.h5", "r")
x, y = {train}
vx, vy = {validation}
for epoch in range(9):
    model.fit(x, y, batch_size=32, shuffle=False, validation_data=(vx, vy))
    model.reset_states()
"""


def leaks(train: str, validation: str) -> list[Finding]:
    checked = check_source("snippet.py", PROGRAM.format(train=train, validation=validation).encode())
    assert not checked.failures
    return [finding for finding in checked.findings if finding.code == "SRN306"]


@pytest.mark.parametrize(
    "train, validation",
    [
        ("np.load('x.npy'), np.load('y.npy')", "np.load('vx.npy'), np.load('vy.npy')"),
        ("np.load('x.npy')[..., None], np.load('y.npy')", "np.load('vx.npy')[..., None], np.load('vy.npy')"),
        ("file['train']['x'], file['train']['y']", "file['validation']['x'], file['validation']['y']"),
        (
            "file['train']['x'], file['train']['y']",
            "file['validation']['x'][:64], file['validation']['y'][:64]",
        ),
        ("file['a']['x'][0:n], file['a']['y'][0:n]", "file['b']['x'][:k], file['b']['y'][:k]"),
    ],
)
def test_another_file_isnt_taken_for_the_rest_of_the_first(train: str, validation: str) -> None:
    [finding] = leaks(train, validation)
    assert finding.assumptions == ("the validation's data don't begin where those of the training end",)


@pytest.mark.parametrize(
    "train, validation",
    [
        ("np.load('x.npy')[:n], np.load('y.npy')[:n]", "np.load('x.npy')[n:], np.load('y.npy')[n:]"),
        ("np.load('x.npy')[:640], np.load('y.npy')[:640]", "np.load('x.npy')[640:], np.load('y.npy')[640:]"),
        ("np.load('x.npy'), np.load('y.npy')", "read(), read()"),
        ("file['a']['x'][:n], file['a']['y'][:n]", "file['b']['x'][n:], file['b']['y'][n:]"),
        ("file[a]['x'], file[a]['y']", "file[b]['x'], file[b]['y']"),
    ],
)
def test_the_rest_of_one_file_and_unknown_places_may_go_on(train: str, validation: str) -> None:
    assert not leaks(train, validation)


SEVERAL = """
import glob
import keras
import numpy as np
memory = keras.layers.LSTM(4, stateful=True, batch_input_shape=(32, 8, 1))
model = keras.Sequential([memory, keras.layers.Dense(1)])
model.compile("sgd", "mse")
held_out = np.load("held_out.npy")
for path in {paths}:
    x = np.load(path)
    model.fit(x, x, batch_size=32, shuffle=False, validation_data=({validation}))
    model.reset_states()
"""


@pytest.mark.parametrize(
    "paths, validation, is_leak",
    [
        ("glob.glob('*.npy')", "held_out, held_out", True),
        # Parts of one series, and the rest of each file.
        ("sorted(glob.glob('*.npy'))", "held_out, held_out", False),
        ("glob.glob('*.npy')", "x[-64:], x[-64:]", False),
        ("paths", "held_out, held_out", False),
    ],
)
def test_one_validation_behind_several_sequences(paths: str, validation: str, is_leak: bool) -> None:
    program = SEVERAL.format(paths=paths, validation=validation)
    checked = check_source("snippet.py", program.encode())
    assert not checked.failures
    assert ("SRN306" in [finding.code for finding in checked.findings]) is is_leak


BATCHES = """
import pickle
import keras
import numpy as np
class Batches(keras.utils.Sequence):
    def __init__(self, {given}):
        self.name, self.x = "batches", {kept}
    def __len__(self):
        return len(self.x) // 4
    def __getitem__(self, index):
        return self.x[4 * index : 4 * index + 4], self.x[4 * index : 4 * index + 4, -1]
memory = keras.layers.LSTM(4, stateful=True, batch_input_shape=(4, 8, 1))
model = keras.Sequential([memory, keras.layers.Dense(1)])
model.compile("sgd", "mse")
series = np.load("series.npy")
train, validation = Batches({train}), Batches({validation})
for epoch in range(9):
    model.fit(train, shuffle=False, validation_data=validation)
    model.reset_states()
"""


@pytest.mark.parametrize(
    "given, kept, train, validation, is_leak",
    [
        ("path", "np.load(path)", "'train.npy'", "'validation.npy'", True),
        ("path", "pickle.load(open(path, 'rb'))['x']", "folder + '/train.p'", "folder + '/held_out.p'", True),
        ("part", "series[part]", "slice(None, 640)", "slice(640, None)", False),
        ("part", "parts[part]", "'first'", "'second'", True),
        ("x", "x", "series[:640]", "series[640:]", False),
        ("x", "x", "one()", "another()", False),
    ],
)
def test_the_files_of_two_sequences(
    given: str, kept: str, train: str, validation: str, is_leak: bool
) -> None:
    program = BATCHES.format(given=given, kept=kept, train=train, validation=validation)
    checked = check_source("snippet.py", program.encode())
    assert not checked.failures
    assert ("SRN306" in [finding.code for finding in checked.findings]) is is_leak
