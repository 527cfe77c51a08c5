"""Data that a program writes to a file and reads again."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

PROGRAM = """
import pickle
import joblib
import keras
import numpy as np
memory = keras.layers.LSTM(4, stateful=True, batch_input_shape=(10, 8, 1))
model = keras.Sequential([memory, keras.layers.Dense(1)])
model.compile("sgd", "mse")
x, y = np.zeros((95, 8, 1)), np.zeros((95, 1))
folder = input()
{body}
"""

READ_AGAIN = [
    "np.save('x.npy', x); model.fit(np.load('x.npy'), y, 10, 1, shuffle=False)",
    "np.save('x', x); model.fit(np.load('x.npy'), y, 10, 1, shuffle=False)",
    "np.save(folder + 'x.npy', x); model.fit(np.load(folder + 'x.npy'), y, 10, 1, shuffle=False)",
    "np.save(f'{folder}/x.npy', list(x)); model.fit(np.load(f'{folder}/x.npy'), y, 10, 1, shuffle=False)",
    "np.savez('d.npz', x=x, y=y); d = np.load('d.npz'); model.fit(d['x'], d['y'], 10, 1, shuffle=False)",
    "np.savez_compressed('d', x, y); d = np.load('d.npz'); "
    "model.fit(d['arr_0'], d['arr_1'], 10, 1, shuffle=False)",
    "joblib.dump((x, y), 'd'); x, y = joblib.load('d'); model.fit(x, y, 10, 1, shuffle=False)",
    "pickle.dump([x, y], open('d', 'wb')); x, y = pickle.load(open('d', 'rb')); "
    "model.fit(x, y, 10, 1, shuffle=False)",
    "with open('d', 'wb') as file: pickle.dump({'x': x}, file)\n"
    "with open('d', 'rb') as file: x = pickle.load(file)['x']\n"
    "model.fit(x, y, 10, 1, shuffle=False)",
]
OTHERS = [
    "file = open('d', 'wb'); pickle.dump(x[:90], file); pickle.dump(x, file); "
    "model.fit(pickle.load(open('d', 'rb')), None, 10, 1, shuffle=False)",
    "np.save('x.npy', x); model.fit(np.load('z.npy'), y[:0], 10, 1, shuffle=False)",
    "np.save('x.npy', x)\nif folder: np.save('x.npy', x[:90])\n"
    "model.fit(np.load('x.npy'), None, 10, 1, shuffle=False)",
    "np.savez('d.npz', x=x, z=x[:90]); model.fit(np.load('d.npz')[folder], None, 10, 1, shuffle=False)",
    "d = [x]; pickle.dump(d, open('d', 'wb')); d[0] = x[:90]; model.fit(d[0], y[:90], 10, 1, shuffle=False)",
]


def found(body: str) -> set[str]:
    checked = check_source("snippet.py", PROGRAM.format(body=body).encode())
    assert not checked.failures
    return {finding.code for finding in checked.findings}


@pytest.mark.parametrize("body", READ_AGAIN)
def test_what_was_written_is_what_is_read(body: str) -> None:
    assert "SRN204" in found(body)


@pytest.mark.parametrize("body", OTHERS)
def test_other_files_and_later_changes_are_not(body: str) -> None:
    assert "SRN204" not in found(body)


def test_a_list_is_written_as_it_is_then() -> None:
    body = (
        "d = [x]; joblib.dump(d, 'd'); d[0] = x[:90]; model.fit(joblib.load('d')[0], y, 10, 1, shuffle=False)"
    )
    assert "SRN204" in found(body)
