"""Which callbacks, generators and hooks are told to be without effect, and which aren't."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from statelint.discover import discover
from statelint.engine import check_files, check_source
from statelint.selection import Selection
from statelint.settings import Settings

HEAD = """
import numpy as np
import tensorflow as tf
from tensorflow.keras.callbacks import Callback, LambdaCallback
memory = tf.keras.layers.LSTM(4, stateful=True)
model = tf.keras.Sequential([tf.keras.Input(batch_shape=(2, 3, 1)), memory, tf.keras.layers.Dense(1)])
model.compile(loss="mse", optimizer="adam")
x = np.random.rand(10, 3, 1)
"""
FIT = """
def fit(callbacks=None, epochs=3):
    model.fit(x, x[:, -1], batch_size=2, epochs=epochs, shuffle=False, callbacks=callbacks)
"""
RESET = """
class Reset(Callback):
    def on_epoch_begin(self, epoch, logs=None):
        memory.reset_states()
"""
# The hook calls what resets.
HELPED = """
class Reset(Callback):
    def clear(self):
        for layer in self.model.layers:
            if isinstance(layer, tf.keras.layers.LSTM):
                layer.reset_states()
    def on_epoch_begin(self, epoch, logs=None):
        self.clear()
"""
CALLING = """
def clear(model):
    for layer in model.layers:
        if hasattr(layer, "reset_states"):
            layer.reset_states()
class Reset(Callback):
    def on_epoch_begin(self, epoch, logs=None):
        clear(self.model)
"""
PIECES = """
def pieces():
    while True:
        memory.reset_states()
        for k in range(0, 10, 2):
            yield x[k : k + 2], x[k : k + 2, -1]
"""
ITEMS = """
class Items(tf.keras.utils.Sequence):
    def __len__(self):
        return 5
    def __getitem__(self, k):
        if k % {every} == 0:
            memory.reset_states()
        return x[2 * k : 2 * k + 2], x[2 * k : 2 * k + 2, -1]
"""


def codes(program: str, *asked: str) -> list[str]:
    # A function that nothing calls is judged too.
    head = HEAD + FIT if re.search(r"(?<!\.)\bfit\(", program) else HEAD
    checked = check_source("train.py", (head + program).encode(), Settings(Selection(extend=asked)))
    assert not checked.failures, checked.failures[0].error
    return sorted(finding.code for finding in checked.findings)


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (RESET + "fit()", ["SRN310"]),
        (RESET + "reset = Reset()\nfit()", ["SRN310"]),
        (RESET + "def main():\n    fit()\nmain()", ["SRN310"]),
        (RESET + "fit([Reset()])", []),
        (RESET + "fit(epochs=1)", []),
        # Somebody else may pass it.
        (HELPED + "fit()", ["SRN310"]),
        (CALLING + "fit()", ["SRN310"]),
        (HELPED + "fit([Reset()])", []),
        (RESET + "def callbacks():\n    return [Reset()]\nfit()", ["SRN301"]),
        (RESET + "TABLE = {'reset': Reset}\nfit()", ["SRN301"]),
        (RESET + "__all__ = ['Reset']\nfit()", ["SRN301"]),
        (RESET + "import elsewhere\nelsewhere.register(Reset())\nfit()", ["SRN301"]),
        (RESET + "import sys\nfit([Reset()] if len(sys.argv) > 1 else None)", []),
        (RESET + "reset = Reset()\nfor e in range(3):\n    reset.on_epoch_begin(e)\n    fit(epochs=1)", []),
        (RESET + "class More(Reset):\n    pass\nfit([More()])", []),
    ],
)
def test_unused_callbacks(program: str, expected: list[str]) -> None:
    assert codes(program) == expected


# Of what never ends no epoch begins anew; all the same a reset was wanted.
STREAM = """
def stream():
    while True:
        yield elsewhere.batch()
reset = LambdaCallback(on_epoch_begin=memory.reset_states())
model.fit(stream(), steps_per_epoch=5, epochs={epochs}, callbacks=[reset])
"""


def method(signature: str, *, decorator: str = "", base: str = "Callback", more: str = "") -> str:
    body = f"{decorator}\n    def {signature}:\n        memory.reset_states()\n    {more}"
    return f"\nclass Hooks({base}):\n    {body}\nfit([Hooks()])"


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (method("on_epoch_start(self, epoch, logs=None)"), ["SRN311"]),
        (method("on_epoch_end(self)"), ["SRN311"]),
        (method("on_epoch_end(self, epoch, logs, model)"), ["SRN311"]),
        (method("on_epoch_end(self, epoch, logs)"), []),
        (method("on_epoch_end(self, epoch, logs=None, *more)"), []),
        (method("on_epoch_end(self, *_)"), []),
        (method("on_epoch_end(epoch, logs)", decorator="@staticmethod"), []),
        (method("on_epoch_end(self)", decorator="@anything"), []),
        (method("on_epoch_end(self, epoch, logs)", base=""), ["SRN311"]),
        (method("on_epoch_end(self, epoch, logs)", base="", more="set_model = print"), ["SRN311"]),
        (method("on_epoch_end(self, epoch, logs)", base="", more="def set_model(self, m): pass"), []),
        (method("on_epoch_start(self, epoch, logs=None)", more="on_epoch_begin = on_epoch_start"), []),
        ("fit([LambdaCallback(on_epoch_begins=lambda epoch, logs: memory.reset_states())])", ["SRN311"]),
        ("fit([LambdaCallback(on_epoch_begin=lambda epoch: memory.reset_states())])", ["SRN311"]),
        ("fit([LambdaCallback(on_epoch_begin=lambda *_: memory.reset_states())])", []),
        ("fit([LambdaCallback(on_epoch_begin=memory.reset_states)])", ["SRN311"]),
        ("fit([LambdaCallback(on_epoch_begin=memory.reset_states())])", ["SRN315"]),
        (STREAM.format(epochs=9), ["SRN315"]),
        (STREAM.format(epochs=1), []),
        ("fit([LambdaCallback(on_epoch_begin=print('begin'))])", ["SRN301"]),
    ],
)
def test_hooks_that_do_not_run(program: str, expected: list[str]) -> None:
    assert codes(program) == expected


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (PIECES + "model.fit(pieces(), steps_per_epoch=5, epochs=2)", ["SRN316"]),
        (PIECES + "model.fit(enumerate(pieces()), steps_per_epoch=5, epochs=2)", ["SRN316"]),
        (PIECES + "for e in range(3):\n    for a, b in pieces():\n        model.train_on_batch(a, b)", []),
        (
            PIECES + "drawn = pieces()\nfor e in range(3):\n    for k in range(5):\n"
            "        a, b = next(drawn)\n        model.train_on_batch(a, b)",
            [],
        ),
        (ITEMS.format(every=2) + "model.fit(Items(), epochs=1, shuffle=False)", ["SRN316"]),
        (ITEMS.format(every=99) + "model.fit(Items(), epochs=2, shuffle=False)", ["SRN316"]),
        (ITEMS.format(every=99) + "model.fit(Items(), epochs=1, shuffle=False)", []),
        (
            ITEMS.format(every=99).replace("__getitem__", "other")
            + "    def __getitem__(self, k):\n        return x[2 * k : 2 * k + 2], x[:2, -1]\n"
            + "    def on_epoch_end(self):\n        memory.reset_states()\n"
            + "model.fit(Items(), epochs=3, shuffle=False)",
            [],
        ),
        # A generator that trains is no data generator.
        (
            "def rounds():\n    for e in range(3):\n        memory.reset_states()\n"
            "        fit(epochs=1)\n        yield e\nfor e in rounds():\n    print(e)",
            [],
        ),
        (
            "def rounds():\n    for e in range(3):\n        fit(epochs=1)\n        yield e\n"
            "for e in rounds():\n    print(e)",
            ["SRN301"],
        ),
    ],
)
def test_resets_in_generators(program: str, expected: list[str]) -> None:
    assert codes(program) == expected


def executions(steps: int, condition: str) -> str:
    return (
        f'model.compile(loss="mse", optimizer="adam", steps_per_execution={steps})\n'
        "class Batches(Callback):\n    seen = 0\n"
        "    def on_train_batch_begin(self, batch, logs=None):\n"
        f"        if {condition}:\n            memory.reset_states()\n        self.seen += 1\n"
        "fit([Batches()], epochs=1)"
    )


@pytest.mark.parametrize(
    ("steps", "condition", "expected"),
    [
        (5, "batch % 2 == 0", ["SRN317"]),
        (5, "True", ["SRN317"]),
        (5, "self.seen % 2 == 0", ["SRN317"]),
        (5, "batch % 5 == 0", []),
        (5, "batch == 0", []),
        (1, "batch % 2 == 0", []),
        (1, "True", ["SRN303"]),
        (5, "unknown(batch)", []),
    ],
)
def test_resets_within_an_execution(steps: int, condition: str, expected: list[str]) -> None:
    assert codes(executions(steps, condition)) == expected


LEARNER = """
def made(rows):
    layers = [tf.keras.Input(batch_shape=(rows, 3, 1)), tf.keras.layers.LSTM(4, stateful=True)]
    return tf.keras.Sequential(layers)
live, learner = made(1), made(2)
learner.compile(loss="mse")
for e in range(3):
    learner.layers[0].reset_states()
    learner.train_on_batch(x[:2], x[:2, -1])
"""


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (
            "for e in range(3):\n    memory.reset_states()\n    model.fit(x[:2], x[:2, -1], batch_size=2)",
            ["SRN405"],
        ),
        (
            "for e in range(3):\n    memory.reset_states()\n    model.fit(x[:2], x[:2, -1], batch_size=2)\n"
            "model.save('m.keras')",
            [],
        ),
        (
            "for e in range(3):\n    memory.reset_states()\n    model.fit(x[:2], x[:2, -1], batch_size=2)\n"
            "def speak(step):\n    for _ in range(9):\n        step = model.predict(step)\n",
            [],
        ),
        (LEARNER, ["SRN405"]),
        (
            LEARNER
            + "    live.layers[0].reset_states()\n    for k in range(4):\n        live.predict(x[k:][:1])\n",
            [],
        ),
    ],
)
def test_a_state_without_effect(program: str, expected: list[str]) -> None:
    assert codes(program, "SRN405") == expected


@pytest.mark.parametrize(
    ("guard", "codes"),
    [("True", ["SRN303"]), ("batch % 5 == 0", ["SRN201"]), ("batch < n", ["SRN201"])],
)
def test_no_order_matters_where_each_batch_is_reset(guard: str, codes: list[str]) -> None:
    code = f"""
import numpy as np
import keras

x, y = np.load("x.npy").reshape(80, 5, 2), np.load("y.npy").reshape(80, 4)
memory = keras.layers.GRU(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(4, 5, 2)), memory])
model.compile("sgd", "mse")

class Forget(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch, logs=None):
        if {guard}:
            memory.reset_states()

    def on_epoch_begin(self, epoch, logs=None):
        memory.reset_states()

model.fit(x, y, batch_size=4, epochs=3, callbacks=[Forget()])
"""
    assert [f.code for f in check_source("t.py", code.encode()).findings] == codes


@pytest.mark.parametrize(("passed", "expected"), [("[]", [("SRN310", "train.py")]), ("[reset]", [])])
def test_an_unused_callback_of_another_module(
    tmp_path: Path, passed: str, expected: list[tuple[str, str]]
) -> None:
    fit = f"model.fit(x, x[:, -1], batch_size=2, epochs=3, shuffle=False, callbacks={passed})\n"
    (tmp_path / "train.py").write_text(HEAD + "from forgetting import Reset\nreset = Reset()\n" + fit)
    head = "import tensorflow as tf\nfrom tensorflow.keras.callbacks import Callback\n"
    (tmp_path / "forgetting.py").write_text(head + HELPED)
    checked = check_files(discover([str(tmp_path)]).files)
    assert [(f.code, Path(f.site.path).name) for f in checked.findings if f.code < "SRN5"] == expected
