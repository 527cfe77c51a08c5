"""Programs that are too much to follow end as Opaque, soon, and without a crash."""

from __future__ import annotations

import time
from unittest.mock import Mock

import pytest

from statelint.engine import check_source
from statelint.interp import program
from statelint.interp.machine import Limits
from statelint.settings import Settings
from statelint.source.python import MAX_BYTES
from statelint.trace.story import Opaque, Reset
from statelint.values import Reason
from tests.telling import trace_of

HEAD = """\
import numpy as np, keras, tensorflow as tf
from keras import layers
x, y = np.zeros((8, 3, 1)), np.zeros((8, 4))
"""
MODEL = """\
model = keras.Sequential([keras.Input(batch_shape=(2, 3, 1)), layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")
"""
FIT = "model.fit(x, y, batch_size=2, shuffle=False, epochs=2)\n"
LSTM = "layers.LSTM(1, stateful=True, return_sequences=True)"
STEP = "model.train_on_batch(x[:2], y[:2])\n"


def nested(head: str, depth: int, body: str) -> str:
    """A statement in this many blocks."""
    heads = "".join("    " * i + head.format(i) + "\n" for i in range(depth))
    return MODEL + heads + "    " * depth + body


PROGRAMS = {
    "many calls of fit": MODEL + FIT * 1000,
    "many loops": MODEL + f"for e in range(9):\n    {FIT}    model.reset_states()\n" * 800,
    "many models": MODEL * 500,
    "many layers": f"model = keras.Sequential()\nmodel.add({LSTM})\n" + f"model.add({LSTM})\n" * 400 + FIT,
    "many functions": "".join(
        f"def f{i}(m, x, y):\n    m.fit(x, y)\n    m.reset_states()\n" for i in range(1000)
    ),
    "many callbacks": "".join(
        f"class C{i}(keras.callbacks.Callback):\n    def on_epoch_end(self, e, l=None):\n"
        "        self.model.reset_states()\n"
        for i in range(500)
    ),
    "a large literal": MODEL + "d = [" + ", ".join(map(str, range(50_000))) + "]\n",
    "nested ifs": nested("if c{}:", 90, FIT),
    "a chain of elifs": MODEL
    + "if a == 0:\n    pass\n"
    + "".join(f"elif a == {i}:\n    {FIT}" for i in range(400)),
    "many ifs": MODEL + "".join(f"if c{i}:\n    model.reset_states()\n" for i in range(400)) + FIT,
    "many tries": MODEL
    + "".join(f"try:\n    {FIT}except E{i}:\n    model.reset_states()\n" for i in range(300)),
    "nested whiles": nested("while c{}:", 20, STEP),
    "nested fors": nested("for i{} in range(5):", 20, STEP),
    "many attributes": MODEL + "a" + ".b" * 3000 + "\n",
    "a long sum": MODEL + "a = " + " + ".join(["1"] * 3000) + "\n",
    "a long string": MODEL + "a = '" + "stateful " * 40_000 + "'\n",
    "many comments": MODEL + "# stateful reset_states\n" * 16_000,
    "comprehensions": MODEL
    + "z = [[model.predict(x) for i in range(9)] for j in range(9) for k in range(9)]\n" * 60,
    "lambdas that double": MODEL
    + "f = lambda m: m\n"
    + "f = (lambda g: lambda m: g(g(m)))(f)\n" * 40
    + "f(model)\n",
    "a generator that calls itself": MODEL
    + "def g(n):\n    yield n\n    yield from g(n)\n    yield from g(n)\n"
    + "model.fit(g(1), steps_per_epoch=3)\n",
    "many decorators": MODEL
    + "def d(f):\n    return lambda *a, **k: f(*a, **k)\n"
    + "@d\n" * 60
    + "def t(m):\n    m.fit(x, y)\nt(model)\n",
    "many cases": MODEL + "match a:\n" + "".join(f"    case {i}:\n        {FIT}" for i in range(400)),
    "many choices": MODEL
    + "n = 1\n"
    + "".join(f"if c{i}:\n    n = n + {i}\n" for i in range(300))
    + "model.fit(x, y, batch_size=n)\n",
    "a long pipeline": "d = tf.data.Dataset.range(100)\n"
    + "d = d.map(lambda v: v).batch(2).unbatch()\n" * 500
    + MODEL
    + "model.fit(d)\n",
    "a long functional model": "t = keras.Input(batch_shape=(2, 3, 1))\n" + f"t = {LSTM}(t)\n" * 400,
    "a functional model that doubles": "t = keras.Input(batch_shape=(2, 3, 1))\n"
    + f"t = layers.Concatenate()([{LSTM}(t), t])\n" * 200,
}


@pytest.mark.parametrize("code", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_no_program_takes_long(code: str) -> None:
    started = time.process_time()
    checked = check_source("train.py", (HEAD + code).encode())
    # Idle, none takes 5 s; a loaded machine counts more time than it gives.
    assert time.process_time() - started < 20
    assert not checked.failures


def test_what_is_too_large_is_not_called_clean() -> None:
    code = HEAD + MODEL + "#" * MAX_BYTES
    (found,) = check_source("train.py", code.encode()).findings
    assert found.code == "SRN001"
    assert "too large to follow" in found.message


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(steps=50), "y = 1\n" * 60),
        (Limits(events=5), "model.fit(x, x)\n" * 6),
        (Limits(conditions=3), "if a:\n    if b:\n        if c:\n            if d:\n                pass\n"),
    ],
)
def test_each_limit_ends_the_story(limits: Limits, code: str) -> None:
    trace = trace_of(code, limits=limits)
    last = trace.stories[0].events[-1]
    assert isinstance(last, Opaque)
    assert (last.models, last.reason) == (None, Reason.BUDGET)
    assert any(reason is Reason.BUDGET for reason, _ in trace.unknowns)


GUARDS = """\
import sys
def check(part):
    if part.size < 0:
        raise ValueError("size")
    if part.rate < 0:
        raise ValueError("rate")
    if part.name == "":
        sys.exit("name")
check(first), check(second)
if resume:
    model.reset_states()
if resume:
    raise ValueError("resume")
check(third)
model.fit(x, x[:, -1], batch_size=2, shuffle=False)
"""


def test_conditions_without_which_a_program_ends_dont_add_up() -> None:
    (story,) = trace_of(GUARDS, limits=Limits(conditions=4)).stories
    assert not any(isinstance(event, Opaque) for event in story.events)
    (reset,) = (event for event in story.events if isinstance(event, Reset))
    ((_, feed),) = story.feeds("train")
    # What an arm has done before the program ends there stays apart.
    assert reset.context.excludes(feed.context)
    assert len(feed.context.when) < 4


def test_conditions_whose_other_arms_go_on_add_up() -> None:
    code = GUARDS.replace('raise ValueError("size")', "model.fit(x, x)\n        raise ValueError")
    (story,) = trace_of(code, limits=Limits(conditions=2)).stories
    assert isinstance(story.events[-1], Opaque)


OPTIONS = """\
import argparse
import tf_keras as keras
parser = argparse.ArgumentParser()
parser.add_argument("--stateful", action="store_true")
args = parser.parse_args()
{work}
model = keras.Sequential([keras.Input(batch_shape=(2, 3, 1)), keras.layers.LSTM(4, stateful=args.stateful)])
model.compile("sgd", "mse")
model.fit(x, y, batch_size=2, shuffle=False, epochs=2)
"""


@pytest.mark.parametrize(("work", "follows"), [("", 2), ("z = [" + "args, " * 65_000 + "]", 1)])
def test_what_costs_too_much_is_not_followed_once_more(
    work: str, follows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program whose options lead to no state is followed with others too, but for one that is too large."""
    follow = Mock(wraps=program._followed)
    monkeypatch.setattr(program, "_followed", follow)
    checked = check_source("a.py", OPTIONS.format(work=work).encode(), Settings(keras=(2,)))
    assert not checked.failures
    # The other generation is followed beside it.
    assert follow.call_count in (follows, 2 * follows)
    assert (Reason.BUDGET in {reason for reason, _ in checked.unknowns}) is bool(work)
