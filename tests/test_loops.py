"""Loops: the first, the second and the last pass, and what is known behind them."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.interp.machine import Limits
from tests.telling import reveal, told, trace_of


def test_few_passes_are_all_followed() -> None:
    assert reveal("for a in 'xyz':\n    reveal(a)") == ["'x'", "'y'", "'z'"]
    assert reveal("n = 0\nfor i in range(3):\n    n += 2\nreveal(n)") == ["6 this pass"]


def test_of_many_passes_the_first_second_and_last_are_followed() -> None:
    assert reveal("for i in range(100):\n    reveal(i)") == ["0 this pass", "1 this pass", "99 this pass"]
    assert reveal("for i in range(0, 100, 7):\n    reveal(i)")[-1] == "98 this pass"


def test_of_passes_of_unknown_number_two_are_followed() -> None:
    assert reveal("for i in range(n):\n    reveal(i)") == ["0 this pass", "1 this pass"]
    assert reveal("for i in n:\n    reveal(i)") == ["?ITERATION", "?ITERATION"]
    assert reveal("while n:\n    reveal('while')") == ["'while'"] * 2


def test_what_the_second_pass_changes_is_unknown_behind_the_loop() -> None:
    code = """
    kept = changed = 0
    for i in range(n):
        kept = 1
        changed += 1
    reveal(kept, changed)
    """
    assert reveal(code) == ["1 ?LOOP"]


@pytest.mark.parametrize(
    ("passes", "length"),
    [("range(3)", "3"), ("range(100)", "100"), ("range(0, 100, 10)", "10"), ("range(n)", "?LOOP")],
)
def test_a_list_grows_by_one_item_in_each_pass(passes: str, length: str) -> None:
    code = f"xs = []\nfor i in {passes}:\n    xs.append(i)\nreveal(len(xs))"
    assert reveal(code) == [length]


@pytest.mark.parametrize(("condition", "length"), [("i == 0", "1"), ("i != 0", "99"), ("i", "99")])
def test_a_list_grows_in_the_first_pass_or_in_all_others(condition: str, length: str) -> None:
    code = f"xs = []\nfor i in range(100):\n    if {condition}:\n        xs.append(i)\nreveal(len(xs))"
    assert reveal(code) == [length]


@pytest.mark.parametrize(
    "condition", ["i % 2", "i % 3 > 1", "i != 3", "i % 2 == 0", "flag", "i and flag"], ids=str
)
def test_a_list_that_grows_in_some_passes_has_no_known_length(condition: str) -> None:
    code = f"xs = []\nfor i in range(100):\n    if {condition}:\n        xs.append(i)\nreveal(len(xs))"
    (told,) = reveal(code)
    assert told in ("?LOOP", "?BRANCHES")


@pytest.mark.parametrize(("condition", "size"), [("i == 50", "?LOOP"), ("i > 50", "2"), ("flag", "2 | 1")])
def test_a_name_that_changes_in_some_passes(condition: str, size: str) -> None:
    code = f"size = 1\nfor i in range(100):\n    if {condition}:\n        size = 2\nreveal(size)"
    assert reveal(code) == [size]


def test_windows_cut_in_a_loop() -> None:
    code = """
    xs, ys = [], []
    series = np.zeros(100)
    for i in range(len(series) - 10):
        xs.append(series[i:i + 10])
        ys.append(series[i + 10])
    reveal(np.array(xs), len(ys))
    """
    assert reveal(code) == ["array(90, 10) 90"]


def test_continue_and_break() -> None:
    code = """
    for i in (0, 1, 2, 3):
        if i == 1:
            continue
        if i == 3:
            break
        reveal(i)
    else:
        reveal('not reached')
    reveal('behind', i)
    for i in (0, 1):
        pass
    else:
        reveal('else')
    """
    assert reveal(code) == ["0", "2", "'behind' 3", "'else'"]


def test_a_break_that_may_happen_joins_what_the_passes_leave() -> None:
    assert reveal("a = 1\nfor i in (0, 1):\n    if flag:\n        break\n    a = 2\nreveal(a)") == ["2 | 1"]


def test_while() -> None:
    assert reveal("while True:\n    reveal(1)\n    break\nreveal(2)") == ["1", "2"]
    assert reveal("while False:\n    reveal(1)\nreveal(2)") == ["2"]
    assert reveal("i = 0\nwhile i < 3:\n    i += 1\nreveal(i)") == ["3"]
    assert reveal("i = 0\nwhile i < n:\n    i += 1\nreveal(i)") == ["?LOOP"]


def test_a_condition_on_the_last_pass_is_decided_behind_the_loop() -> None:
    assert reveal("for i in range(30):\n    pass\nreveal('last' if i == 29 else 'other')") == [
        "'last' this pass"
    ]
    code = "for i in range(30):\n    pass\nif i == 29:\n    reveal('last')\nelse:\n    reveal('other')"
    assert reveal(code) == ["'last'"]


@pytest.mark.parametrize(
    ("source", "items"),
    [
        ("{'a': 1, 'b': 2}.items()", ["('a', 1)", "('b', 2)"]),
        ("{'a': 1, 'b': 2}", ["'a'", "'b'"]),
        ("zip((1, 2, 3), 'ab')", ["(1, 'a')", "(2, 'b')"]),
        ("enumerate('ab')", ["(0, 'a')", "(1, 'b')"]),
        ("reversed([1, 2])", ["2", "1"]),
        ("np.zeros((2, 3, 1))", ["array(3, 1)"] * 2),
        ("np.zeros((99, 3, 1))", ["array(3, 1)"] * 3),
    ],
)
def test_what_a_loop_draws(source: str, items: list[str]) -> None:
    assert reveal(f"for item in {source}:\n    reveal(item)") == items


@pytest.mark.parametrize(
    ("body", "drawn"),
    [
        ("yield 1\n    yield 2", ["1", "2"]),
        ("yield from ('a', 'b')", ["'a'", "'b'"]),
        ("for i in ('a', 'b', 'c'):\n        yield i", ["'a'", "'b'", "'c'"]),
        ("for i in range(0, 8, 2):\n        yield x[i:i + 2]", ["array(2)", "array(2) from 2"]),
        ("while True:\n        yield 1", ["1", "1"]),
    ],
)
def test_what_a_generator_gives(body: str, drawn: list[str]) -> None:
    told = reveal(f"x = np.zeros(8)\ndef g():\n    {body}\nfor item in g():\n    reveal(item)")
    assert [item.removesuffix(" this pass") for item in told[: len(drawn)]] == drawn


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("yield 1\n    yield 2", "2"),
        ("for i in range(7):\n        yield i", "7"),
        ("for i in range(100):\n        yield i", "100"),
        ("yield from range(7)", "7"),
        ("for i in range(3):\n        for j in range(4):\n            yield i", "12"),
        ("for i in range(7):\n        if flag:\n            yield i", "?ITERATION"),
        ("for i in range(70):\n        if i % 3 == 0:\n            yield i", "?ITERATION"),
        ("while True:\n        yield 1", "?ITERATION"),
    ],
)
def test_how_often_a_generator_yields(body: str, count: str) -> None:
    (told,) = reveal(f"def g():\n    {body}\nreveal(g())")
    assert told.startswith(f"items({count} of ")


def test_long_comprehensions_keep_their_length() -> None:
    assert reveal("reveal(len([0 for _ in range(1000)]))") == ["1000"]
    (told,) = reveal("reveal(len([i for i in range(1000) if i % 2]))")
    assert told.startswith("?")


def test_functions_made_in_a_loop_see_its_last_pass() -> None:
    assert reveal("f = []\nfor i in 'ab':\n    f.append(lambda: i)\nreveal(f[0]())") == ["'b'"]


def test_a_budget_that_ends_inside_a_context_manager_ends_the_story() -> None:
    code = """
    from contextlib import contextmanager
    @contextmanager
    def around():
        yield
    with around():
        for i in range(40):
            for j in range(40):
                model.predict(x)
    """
    (*_, last) = told(trace_of(code, limits=Limits(steps=60)).stories[0])
    assert last == "opaque BUDGET to all"


FITTED_BY_TURNS = """
from tensorflow import keras
import numpy as np
models = {}
for turn in range(3):
    if turn == 0:
        models["plain"] = keras.Sequential([keras.layers.Input((1, 1)), keras.layers.LSTM(4)])
    elif turn == 1:
        models["kept"] = keras.Sequential(
            [keras.layers.Input(batch_shape=(1, 1, 1)), keras.layers.LSTM(4, stateful=True)])
    elif turn == 2:
        models["other"] = keras.Sequential([keras.layers.Input((1, 1)), keras.layers.GRU(4)])
for name in models.keys():
    model = models[name]
    model.compile("sgd", "mse")
    if name == "kept":
        model.fit(np.zeros((40, 1, 1)), np.zeros((40, 4)), batch_size=1, epochs=5)
"""


def test_each_of_a_few_passes_is_followed_for_itself() -> None:
    checked = check_source("snippet.py", FITTED_BY_TURNS.encode())
    assert {finding.code for finding in checked.findings} == {"SRN201", "SRN301"}
