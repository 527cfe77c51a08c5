"""Batches that a loop collects in lists and hands on whenever they are full."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

HEAD = """
import numpy as np
import keras
series = np.load("series.npy")
lag = 8
memory = keras.layers.GRU(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(ROWS, lag, 3)), memory])
model.compile("sgd", "mse")
"""
LOOP = """def batches():
    rows, targets = [], []
    for k in range(len(series) - lag):
        rows.append(series[k:k + lag])
        targets.append(series[k + lag, :1])
        if len(rows) == ROWS:
            yield np.array(rows), np.array(targets)
            rows, targets = [], []
model.fit(batches(), steps_per_epoch=9)
"""
YIELD = "yield np.array(rows), np.array(targets)"
AGAIN = "    while True:\n     rows, targets = [], []\n     for"
FULL = "if len(rows) == ROWS:"
EMPTIED = "rows, targets = [], []\nmodel"
BY_HAND = LOOP.replace(YIELD, "FEED").replace("model.fit(batches(), steps_per_epoch=9)", "batches()")


def found(code: str, rows: int = 64, rule: str = "SRN208") -> list[str]:
    """What a rule says of the code."""
    checked = check_source("snippet.py", (HEAD + code).replace("ROWS", str(rows)).encode())
    assert not checked.failures
    return [one.message for one in checked.findings if one.code == rule]


SPELLED = {
    "a pair": LOOP,
    "two lines": LOOP.replace(EMPTIED, "rows = []\n            targets = list()\nmodel"),
    "cleared": LOOP.replace(EMPTIED, "rows.clear()\n            targets.clear()\nmodel"),
    "at least": LOOP.replace("rows) ==", "rows) >="),
    "of as many": LOOP.replace(FULL, "if len(rows) >= ROWS and len(rows) % ROWS == 0:"),
    "the other list": LOOP.replace("len(rows)", "len(targets)"),
    "reshaped": LOOP.replace("np.array(rows)", "np.reshape(np.array(rows), (ROWS, lag, 3))"),
    "again and again": LOOP.replace("    rows, targets = [], []\n    for", AGAIN),
    "with a counter": LOOP.replace(
        "    rows, targets = [], []\n    for", "    rows, targets, n = [], [], 0\n    for"
    ).replace(f"        {FULL}", "        n += 1\n        if n == ROWS:\n            n = 0"),
    "with a counter, again and again": LOOP.replace(
        "    rows, targets = [], []\n    for", "    rows, targets, n = [], [], 0\n    while True:\n     for"
    ).replace(f"        {FULL}", "        n += 1\n        if n >= ROWS:\n            n = 0"),
    "with what is left over": LOOP.replace("    for", "    while True:\n     for"),
    "counted": LOOP.replace(
        "    for k in range(len(series) - lag):", "    k = 0\n    while k < len(series) - lag:"
    )
    .replace("        if len", "        k += 1\n        if len")
    .replace("[k + lag, :1]", "[k + lag, :1]"),
    "counted at the end": LOOP.replace(
        "    for k in range(len(series) - lag):", "    k = 0\n    while k < len(series) - lag:"
    ).replace(EMPTIED, "rows, targets = [], []\n        k = k + 1\nmodel"),
    "by hand": BY_HAND.replace("FEED", "model.train_on_batch(np.array(rows), np.array(targets))"),
}


NAMED = """shots = {name: np.load(name) for name in open("names")}
def batches(names):
    rows, targets = [], []
    while True:
        name = np.random.choice(names)
        for k in range(lag, len(shots[name]), 2):
            rows.append(shots[name][k - lag:k])
            targets.append(shots[name][k])
            if len(rows) >= ROWS:
                yield np.array(rows), np.array(targets)
                rows, targets = [], []
model.fit(batches(list(shots)), steps_per_epoch=9)
"""


# Where not all series are gone over, it isn't known what is left over when the next one begins.
SKIPPED = NAMED.replace(
    "        for k", "        if len(shots[name]) < 99:\n            continue\n        for k"
)
COUNTED = SKIPPED.replace(
    "for k in range(lag, len(shots[name]), 2):", "k = lag\n        while k < len(shots[name]):"
)
COUNTED = COUNTED.replace("[k])\n", "[k])\n            k = k + 2\n")


@pytest.mark.parametrize("code", [SKIPPED, COUNTED])
def test_series_that_are_passed_over(code: str) -> None:
    (message,) = found(code)
    assert "batches of 64 with windows of 8 steps that begin 2 apart" in message
    assert not found(code, rows=4)


def test_rows_of_unknown_steps_are_those_that_the_model_takes() -> None:
    code = LOOP.replace("series[k:k + lag])", "series[k:k + lag].reshape(-1, 1))")
    (message,) = found(code)
    assert "batches of 64 with windows of 8 steps that begin 1 apart" in message
    assert not found(code.replace("series[k:k + lag]", "series[k:k + 2 * lag]"))


def test_rows_of_one_series_come_behind_what_is_left_of_another() -> None:
    (message,) = found(NAMED)
    assert "batches of 64 with windows of 8 steps that begin 2 apart" in message
    assert not found(NAMED, rows=4)


def test_what_another_loop_has_left_isnt_the_beginning_of_a_batch() -> None:
    begin, loop, end = LOOP.partition("    for")
    assert not found(begin + (loop + end).replace(YIELD, "pass").partition("model.fit")[0] + loop + end)


@pytest.mark.parametrize("code", SPELLED.values(), ids=SPELLED)
def test_windows_that_begin_one_apart(code: str) -> None:
    (message,) = found(code)
    assert "batches of 64 with windows of 8 steps that begin 1 apart" in message


@pytest.mark.parametrize("code", SPELLED.values(), ids=SPELLED)
def test_as_many_windows_as_steps(code: str) -> None:
    assert not found(code, rows=8)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # It isn't known which rows are taken.
        ("        rows.append", "        if series[k, 0] > 0:\n            continue\n        rows.append"),
        ("        rows.append", "        if k % 3:\n            rows.append"),
        # Others come before them.
        ("    rows, targets = [], []\n    for", "    rows, targets = list(series[:3]), [0] * 3\n    for"),
        ("        targets.append", "        rows.pop(0)\n        targets.append"),
        # They are in random order, or drawn.
        ("range(len(series) - lag)", "np.random.permutation(len(series) - lag)"),
    ],
)
def test_what_is_not_known_to_be_windows_in_order(old: str, new: str) -> None:
    assert old in LOOP
    assert not found(LOOP.replace(old, new))


def test_a_reset_behind_each_batch() -> None:
    feed = "model.train_on_batch(np.array(rows), np.array(targets)); memory.reset_states()"
    assert not found(BY_HAND.replace("FEED", feed))


def test_rows_of_another_number_than_the_models() -> None:
    code = LOOP.replace(FULL, "if len(rows) == 32:")
    assert len(found(code, rule="SRN206")) == 1
    assert not found(LOOP, rule="SRN206")


def test_a_loop_too_short_to_fill_a_batch() -> None:
    assert not found(LOOP.replace("range(len(series) - lag)", "range(40)"))


@pytest.mark.parametrize(
    "changed",
    [
        # It counts something else, or on.
        ("n += 1\n", "n += len(rows)\n"),
        ("n = 0\n            yield", "yield"),
        ("n += 1\n", "n += 1\n        n += 1\n"),
        ("[], [], 0", "[], [], 1"),
    ],
)
def test_what_is_no_counter_of_the_rows(changed: tuple[str, str]) -> None:
    code = SPELLED["with a counter"]
    assert found(code.replace(*changed)) == []
    assert code.replace(*changed) != code


@pytest.mark.parametrize("code", [LOOP, SPELLED["again and again"], SPELLED["with a counter"]])
def test_a_known_number_of_rows(code: str) -> None:
    (message,) = found(code.replace("len(series) - lag", "4000"))
    assert "batches of 64 with windows of 8 steps that begin 1 apart" in message
    assert not found(code.replace("len(series) - lag", "4000"), rows=8)
