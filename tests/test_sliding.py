"""Windows that a loop moves on by itself, step by step, and gives to a model that keeps its state."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

PROGRAM = """
import keras
import numpy as np
import tensorflow as tf
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(1, {steps}, 1)), memory, keras.layers.Dense(1)])
model.compile("sgd", "mse")
series = np.load("series.npy")[:, None]
x = series[:8].reshape(1, 8, 1)
flat = series[:8, 0]
column = series[:8]
steps = [1, 7, 2, 6, 3, 5, 4, 9]
{before}
for k in range(50):
    {body}
"""

MOVED = [
    "y = model.predict(x); x = np.concatenate([x[:, 1:, :], y.reshape(1, 1, 1)], axis=1)",
    "y = model.predict(x); x = np.concatenate((x[:, 1:], y[None]), axis=1)",
    "y = model.predict(x); x = np.append(x[:, 1:, :], [y], axis=1)",
    "y = model(x); x = tf.concat([x[:, 1:, :], y[:, None, :]], axis=1)",
    "y = model.predict_on_batch(x); x = np.append(x[:, 2:, :], two(y), axis=1)",
    "y = model.predict(flat.reshape(1, 8, 1)); flat = np.append(flat[1:], y)",
    "y = model.predict(flat[np.newaxis, :, np.newaxis]); flat = np.append(flat[-7:], y)",
    "y = model.predict(np.array([column])); column = np.vstack([column[1:], y])",
    "y = model.predict(np.expand_dims(column, 0)); column = np.vstack((column[1:], y))",
    "y = model.predict(np.reshape(steps, (1, 8, 1))); steps.append(y[0, 0]); steps.pop(0)",
    "y = model.predict(np.reshape(steps, (1, 8, 1))); steps = steps[1:] + [y[0, 0]]",
    "y = model.predict(np.array(steps).reshape(1, 8, 1)); steps.append(y); steps = steps[1:len(steps)]",
    "y = model.predict(x); x = np.roll(x, -1, axis=1); x[0, -1, 0] = y[0, 0]",
    "y = model.predict(x); x[:, :-1] = x[:, 1:]; x[:, -1] = y",
    "y = model.predict(x); x[0, :-1, 0] = x[0, 1:, 0]; x[0, -1, 0] = y[0, 0]",
    "y = model.predict(flat.reshape(1, 8, 1)); flat[:-1] = flat[1:]; flat[-1] = y[0, 0]",
    "y = model.predict(flat.reshape(1, 8, 1)); flat[0:-1] = flat[1:]; flat[-1] = y[0, 0]",
    "model.train_on_batch(x, t[k]); x = np.append(x[:, 1:, :], new(k), axis=1)",
]

UNMOVED = [
    # A reset before each window, steps that are all new, single steps, and lags.
    "memory.reset_states(); y = model.predict(x); x = np.append(x[:, 1:, :], [y], axis=1)",
    "y = model.predict(x); x = np.append(x[:, 8:, :], eight(y), axis=1)",
    "y = model.predict(x); x = np.append(other[:, 1:, :], [y], axis=1)",
    "y = model.predict(x); x = new(y)",
    "y = model.predict(x); x[:, :-1] = other[:, 1:]; x[:, -1] = y",
    "y = model.predict(x); x[:, 1:] = x[:, :-1]; x[:, 0] = y",
    "y = model.predict(flat.reshape(1, 1, 8)); flat = np.append(flat[1:], y)",
    "y = model.predict(np.reshape(steps, (1, 8, 1))); steps = [step + 1 for step in steps]",
]


def lines(body: str, before: str = "", steps: str = "8") -> list[int]:
    code = PROGRAM.format(body=body, before=before, steps=steps)
    checked = check_source("snippet.py", code.encode())
    assert not checked.failures
    return sorted({finding.site.line for finding in checked.findings if finding.code == "SRN208"})


@pytest.mark.parametrize("body", MOVED)
def test_a_window_that_moves_on_by_less_than_its_length_is_read_again(body: str) -> None:
    assert lines(body) == [15]


@pytest.mark.parametrize("body", UNMOVED)
def test_other_data_of_a_loop_are_left_alone(body: str) -> None:
    assert lines(body, steps="None") == []


def test_a_model_that_learned_from_such_windows_is_reported_at_both_places() -> None:
    before = (
        "rows = np.array([series[k:k + 8] for k in range(len(series) - 8)])\n"
        "model.fit(rows, target, batch_size=1, shuffle=False)"
    )
    assert lines(MOVED[0], before) == [14, 16]


def test_the_message_says_how_the_window_moves() -> None:
    code = PROGRAM.format(body=MOVED[0], before="", steps="8")
    [finding] = [one for one in check_source("snippet.py", code.encode()).findings if one.code == "SRN208"]
    assert finding.message == (
        "a window of 8 steps that moves on by 1 doesn't continue itself: each row reads 7 steps again"
    )


@pytest.mark.parametrize(
    ("whole", "row", "is_again"),
    [
        ("x", "x[k].reshape(1, 1, 1)", True),
        ("x", "np.reshape(x[k], (1, 1, 1))", True),
        ("x[:, 0].reshape(-1, 1, 1)", "x[k].reshape(1, 1, 1)", True),
        ("x", "np.expand_dims(x[k], 0)", True),
        ("x", "x[k + 1].reshape(1, 1, 1)", False),
        ("x", "other[k].reshape(1, 1, 1)", False),
        ("x[:, 1].reshape(-1, 1, 1)", "other[k].reshape(1, 1, 1)", False),
    ],
)
def test_single_steps_from_the_first_on_begin_the_series_again(
    whole: str, row: str, *, is_again: bool
) -> None:
    code = f"""
import keras
import numpy as np
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(1, 1, 1)), memory, keras.layers.Dense(1)])
x, other = np.load("x.npy"), np.load("other.npy")
model.predict({whole}, batch_size=1)
for k in range(20):
    model.predict({row})
"""
    found = [one for one in check_source("snippet.py", code.encode()).findings if one.code == "SRN304"]
    assert [one.site.line for one in found] == [9] * is_again


SEVERAL_ROWS = [
    "y = model.predict(np.repeat(x, 4, axis=0)); x = np.concatenate([x[:, 1:], y[:1, None]], axis=1)",
    "y = model.predict(np.tile(x, (4, 1, 1))); x = np.concatenate([x[:, 1:], y[:1, None]], axis=1)",
    "y = model(np.repeat(read(letters), 4, axis=0)); letters = letters[1:] + names[int(y[0])]",
    "y = model(first_of_four(letters)); letters = letters[1:] + names[int(y[0])]",
]
READING = """
names = sorted(set(open("text.txt").read()))
codes = {name: code for code, name in enumerate(names)}
letters = "of one w"
def read(letters):
    return np.array([codes[letter] for letter in letters]).reshape(1, len(letters), 1)
def first_of_four(letters):
    x = np.zeros((4, 8, 1))
    for step, letter in enumerate(letters):
        x[0, step, 0] = codes[letter]
    return x
"""


@pytest.mark.parametrize("body", SEVERAL_ROWS)
def test_one_window_may_stand_in_each_row_of_a_batch_or_in_the_first(body: str) -> None:
    code = PROGRAM.replace("batch_shape=(1,", "batch_shape=(4,").format(body=body, before=READING, steps="8")
    [finding] = [one for one in check_source("snippet.py", code.encode()).findings if one.code == "SRN208"]
    assert finding.message.startswith("a window of 8 steps that moves on by 1")


def test_rows_that_are_repeated_one_by_one_are_other_steps() -> None:
    body = "y = model.predict(np.repeat(x, 4, axis=1)[:, :8]); x = y.reshape(1, 1, 1)"
    assert lines(body) == []
