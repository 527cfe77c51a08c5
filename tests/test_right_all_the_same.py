"""Programs that do it right in ways of their own, as somebody thought them up: nothing is said of them.

Beside each stands what it must not be confused with.
"""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

HEAD = """
import copy, itertools, random
import numpy as np, pandas as pd
import keras
series = np.sin(np.arange(4801) / 20)
def build(batch, steps, features=1):
    model = keras.Sequential([
        keras.Input(batch_shape=(batch, steps, features)),
        keras.layers.LSTM(8, stateful=True),
        keras.layers.Dense(1),
    ])
    model.compile("adam", "mse")
    return model
def fresh(model):
    for layer in model.layers:
        if hasattr(layer, "reset_states"):
            layer.reset_states()
"""
FIT = """
model = build({batch}, {steps}, {features})
for epoch in range(5):
    fresh(model)
    model.fit(x, y, batch_size={batch}, shuffle=False)
"""
LANES = """
lanes = series[:4800].reshape(8, 30, 20, 1)
x, y = lanes.swapaxes(0, 1).reshape(-1, 20, 1), np.random.rand(240)
"""


def told(code: str, keras: int = 2) -> list[str]:
    checked = check_source("snippet.py", (HEAD + code).encode(), Settings(keras=(keras,)))
    assert not checked.failures, checked.failures[0].error
    return sorted({finding.code for finding in checked.findings})


def fed(data: str, batch: int, steps: int, features: int = 1) -> list[str]:
    return told(data + FIT.format(batch=batch, steps=steps, features=features))


COPIES = ["x.copy()", "np.copy(x)", "np.array(x)", "copy.deepcopy(x)", "x.astype('float32')", "x.tolist()"]


@pytest.mark.parametrize("made", COPIES)
def test_what_is_done_to_a_copy_is_not_done_to_the_data(made: str) -> None:
    assert fed(f"{LANES}look = {made}\nnp.random.shuffle(look)\n", 8, 20) == []
    assert fed(f"{LANES}kept = {made}\nnp.random.shuffle(x)\nx = kept\n", 8, 20) == []


@pytest.mark.parametrize("made", ["x", "np.asarray(x)"])
def test_another_name_is_no_copy(made: str) -> None:
    assert fed(f"{LANES}look = {made}\nnp.random.shuffle(look)\n", 8, 20) == ["SRN203"]


@pytest.mark.parametrize(
    ("shuffle", "expected"),
    [
        ("np.random.default_rng(0).shuffle(x, axis=2)", []),
        ("x = np.random.default_rng(0).permutation(x, axis=2)", []),
        ("np.random.default_rng(0).shuffle(x, axis=0)", ["SRN203"]),
        ("order = np.sort(np.random.permutation(len(x))[:160]); x, y = x[order], y[order]", []),
        ("order = np.random.permutation(len(x))[:160]; x, y = x[order], y[order]", ["SRN203"]),
    ],
)
def test_what_is_put_in_random_order(shuffle: str, expected: list[str]) -> None:
    assert fed(f"{LANES}{shuffle}\n", 8, 20) == expected


@pytest.mark.parametrize(
    ("data", "batch", "steps", "features"),
    [
        # Windows of lags, as the features of steps.
        (
            "r = np.array([s[i - 7:i + 1] for i in range(7, len(s))])\n"
            "x = r[:len(r) // 10 * 10].reshape(-1, 10, 8)\ny = x[:, -1, -1]\n",
            1,
            10,
            8,
        ),
        # All but every 24th window is left out.
        (
            "x = np.array([series[i:i + 24] for i in range(len(series) - 24) if i % 24 == 0])[..., None]\n"
            "y = x[:, -1]\n",
            1,
            24,
            1,
        ),
        # A generator for each lane, and one window of each in turn.
        (
            "def cut(lane):\n    for i in range(0, len(lane) - 24, 24):\n        yield lane[i:i + 24]\n"
            "parts = [series[k * 960:(k + 1) * 960] for k in range(5)]\n"
            "rows = [row for together in zip(*map(cut, parts)) for row in together]\n"
            "x = np.array([row for row in rows])[:, :, None]\ny = x[:, -1]\n",
            5,
            24,
            1,
        ),
        # Each column is a lane.
        (
            "v = np.random.rand(1001, 12)\nx, y = v[:-1].reshape(-1, 1, 1), v[1:].reshape(-1, 1)\n",
            12,
            1,
            1,
        ),
        (
            "v = pd.read_csv('v.csv')[['a', 'b', 'c']].values\n"
            "x, y = v[:-1].reshape(-1, 1, 1), v[1:].reshape(-1, 1)\n",
            3,
            1,
            1,
        ),
        # The last label counts.
        (
            "df = pd.read_csv('v.csv')[['a', 'b', 'c']]\nx, first, last = [], 0, 23\n"
            "while last + 1 < len(df):\n    x.append(df.loc[first:last].to_numpy())\n"
            "    first, last = last + 1, last + 24\nx = np.array(x)\ny = x[:, -1, 0]\n",
            1,
            24,
            3,
        ),
        # One of the lagged rows in six.
        (
            "df = pd.read_csv('v.csv')[['v']]\n"
            "t = pd.concat([df.shift(k) for k in range(6, -1, -1)], axis=1).dropna().iloc[::6]\n"
            "x, y = t.to_numpy()[:, :-1].reshape(-1, 6, 1), t.to_numpy()[:, -1]\n",
            1,
            6,
            1,
        ),
        # The largest number of rows that makes whole batches.
        (
            "x, y = np.random.rand(1003, 5, 1), np.random.rand(1003)\n"
            "for rows in range(len(x), 0, -1):\n    if rows % 16 == 0:\n        break\n"
            "x, y = x[:rows], y[:rows]\n",
            16,
            5,
            1,
        ),
        (
            "x, y = np.random.rand(1003, 5, 1).tolist(), np.random.rand(1003).tolist()\n"
            "while len(x) % 16:\n    x.append(x[-1])\n    y.append(y[-1])\nx, y = np.array(x), np.array(y)\n",
            16,
            5,
            1,
        ),
    ],
)
def test_batches_that_go_on(data: str, batch: int, steps: int, features: int) -> None:
    assert fed(f"s = series\n{data}", batch, steps, features) == []


def test_the_same_where_they_do_not() -> None:
    single = "v = pd.read_csv('v.csv')[['a']].values\nx, y = v[:-1].reshape(-1, 1, 1), v[1:].reshape(-1, 1)\n"
    assert fed(single, 3, 1) == ["SRN208"]
    lagged = (
        "df = pd.read_csv('v.csv')[['v']]\nt = pd.concat([df.shift(k) for k in range(6, -1, -1)], axis=1)"
    )
    taken = ".dropna()\nx, y = t.to_numpy()[:, :-1].reshape(-1, 6, 1), t.to_numpy()[:, -1]\n"
    assert fed(lagged + taken, 1, 6) == ["SRN208"]
    labels = "df = pd.read_csv('v.csv')[['a', 'b', 'c']]\n"
    cut = "x = np.array([df.loc[i:i + 23].values for i in range(0, len(df) - 24, 24)])\ny = x[:, -1, 0]\n"
    assert fed(labels + cut.replace("i + 23", "i + 22"), 1, 23, 3) == ["SRN208"]


CHUNKS = """
model = build(1, None)
for epoch in range(5):
    fresh(model)
    rest = iter(series)
    while True:
        now = list(itertools.islice(rest, 20))
        if not now:
            break
        model.train_on_batch(np.array(now).reshape(1, -1, 1), np.array(now[-1:]))
"""
SIZES = """
model = build(1, None)
fresh(model)
begin, end = 0, 1
while end < len(series):
    model.train_on_batch(series[begin:end].reshape(1, -1, 1), series[end].reshape(1, 1))
    begin, end = end, end + 20
"""
BUILT = """
model = keras.Sequential([keras.layers.LSTM(8, stateful=True), keras.layers.Dense(1)])
model(np.zeros((4, 6, 2)))
model.compile("adam", "mse")
x, y = np.load("x.npy"), np.load("y.npy")
for epoch in range(3):
    model.fit(x, y, batch_size=4, shuffle=False)
    fresh(model)
"""


@pytest.mark.parametrize("program", [CHUNKS, SIZES, BUILT])
def test_what_is_fed_by_hand(program: str) -> None:
    assert told(program) == []


def test_a_state_that_a_call_on_data_leaves_is_told() -> None:
    assert "SRN305" in told(BUILT.replace("np.zeros((4, 6, 2))", "np.random.rand(4, 6, 2)"))


MODELS = {
    "sequences asked for later": (
        "a = keras.layers.LSTM(8, stateful=True, batch_input_shape=(4, 6, 2))\na.return_sequences = True\n"
        "model = keras.Sequential([a, keras.layers.LSTM(8, stateful=True), keras.layers.Dense(1)])\n"
    ),
    "a state that is given": (
        "i, c = keras.Input(batch_shape=(4, 6, 2)), keras.Input(batch_shape=(4, 3))\n"
        "a = keras.layers.GRU(8, return_sequences=True)(i, initial_state=keras.layers.Dense(8)(c))\n"
        "model = keras.Model([i, c], keras.layers.GRU(8, stateful=True)(a))\n"
    ),
    "a configuration that is changed": (
        "lower = keras.layers.LSTM(8, batch_input_shape=(4, 6, 2))\n"
        "base = keras.Sequential([lower, keras.layers.Dense(1)])\n"
        "told = base.get_config()\n"
        "for layer in told['layers']:\n    if layer['class_name'] == 'LSTM':\n"
        "        layer['config']['stateful'] = True\n"
        "model = keras.Sequential.from_config(told)\nmodel.compile('adam', 'mse')\n"
        "for epoch in range(3):\n"
        "    model.fit(np.load('x.npy'), np.load('y.npy'), batch_size=4, shuffle=False)\n"
        "    model.reset_states()\n"
    ),
    "a reset that may fail": (
        "model = keras.Sequential([keras.layers.LSTM(8, stateful=True), keras.layers.Dense(1)])\n"
        "try:\n    model.reset_states()\nexcept ValueError:\n    pass\n"
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_models_that_are_changed_before_they_run(name: str) -> None:
    assert told(MODELS[name]) == []


@pytest.mark.parametrize(
    ("name", "spoilt", "expected"),
    [
        ("sequences asked for later", ("a.return_sequences = True\n", ""), "SRN105"),
        ("a state that is given", (", initial_state=keras.layers.Dense(8)(c)", ""), "SRN103"),
        ("a configuration that is changed", ("['stateful'] = True", "['name']"), "SRN107"),
        ("a reset that may fail", ("except ValueError", "except KeyError"), "SRN308"),
    ],
)
def test_and_those_that_are_not(name: str, spoilt: tuple[str, str], expected: str) -> None:
    assert expected in told(MODELS[name].replace(*spoilt))


PATCHED = """
def reset(self):
    for layer in self.layers:
        if isinstance(layer, keras.layers.RNN) and layer.stateful:
            layer.reset_state()
if not hasattr(keras.Model, "reset_states"):
    keras.Model.reset_states = reset
model = build(8, 20)
for epoch in range(5):
    model.fit(np.load("x.npy"), np.load("y.npy"), batch_size=8, shuffle=False)
    model.reset_states()
"""


@pytest.mark.parametrize("keras", [2, 3])
def test_a_method_that_is_given_to_keras_models(keras: int) -> None:
    assert told(PATCHED, keras) == []


def test_a_layer_that_is_gone_behind_hasattr() -> None:
    made = "keras.layers.CuDNNLSTM(8, stateful=True)"
    guarded = f'{made} if hasattr(keras.layers, "CuDNNLSTM") and GPU else keras.layers.LSTM(8)'
    assert told(f"GPU = random.random() > 0.5\n{guarded}\n", 3) == []
    assert told(f"{made}\n", 3) == ["SRN504"]
