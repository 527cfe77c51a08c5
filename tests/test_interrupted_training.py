"""Training that goes on from the state of an inference, where each pass has a batch of its own."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

PROGRAM = """
import keras
import numpy as np
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.layers.Input(batch_shape=(8, 5, 1)), memory, keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
start = 0
for step in range(60):
    x = np.sin(np.arange(start, start + 40).reshape((8, 5, 1)))
    other = np.cos(np.arange(start, start + 40).reshape((8, 5, 1)))
    start += 5
    model.train_on_batch(x, x[:, -1])
"""


@pytest.mark.parametrize(
    ("then", "codes"),
    [
        # The batch goes through twice, and the next one starts behind the second time.
        ("model.predict(x, batch_size=8)", {"SRN304", "SRN305"}),
        ("model.predict(x, batch_size=8); memory.reset_states()", {"SRN304"}),
        # The state behind the batch is right again, whatever the training had left.
        ("memory.reset_states(); model.predict(x, batch_size=8)", set()),
        # Whether this continues the batch isn't known.
        ("model.predict(other, batch_size=8)", set()),
        ("pass", set()),
    ],
)
def test_a_batch_that_is_predicted_again(then: str, codes: set[str]) -> None:
    checked = check_source("snippet.py", f"{PROGRAM}    {then}\n".encode())
    assert not checked.failures
    assert {f.code for f in checked.findings} & {"SRN301", "SRN304", "SRN305"} == codes


EPOCHS = """
import keras
import numpy as np
import elsewhere
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.layers.Input(batch_shape=(8, 5, 1)), memory, keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
x, y, test = elsewhere.load()
train_set, test_set = elsewhere.Windows("train", 8), elsewhere.Windows("test", 8)
"""


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("model.fit(x, y, shuffle=False); memory.reset_states(); model.evaluate(test)", {"SRN305"}),
        ("model.fit(x, y, shuffle=False); memory.reset_states(); model.predict(test[:8])", {"SRN305"}),
        (
            "model.fit(x, y, shuffle=False)\n    memory.reset_states()\n"
            "    if epoch % 5 == 0:\n        model.evaluate(test)",
            {"SRN305"},
        ),
        ("model.fit(train_set); memory.reset_states(); model.evaluate(test_set)", {"SRN305"}),
        # The evaluation's state is cleared too.
        (
            "model.fit(x, y, shuffle=False); memory.reset_states(); model.evaluate(test)\n"
            "    memory.reset_states()",
            set(),
        ),
        # What the next pass trains on may continue what was predicted.
        ("model.fit(elsewhere.more(), shuffle=False); memory.reset_states(); model.predict(test)", set()),
        ("model.fit(elsewhere.Windows('train', 8)); memory.reset_states(); model.evaluate(test_set)", set()),
        # What is the same in each pass continues at most one of the trainings, and none continues it twice.
        ("model.fit(elsewhere.more(), shuffle=False); model.evaluate(test, y)", {"SRN305"}),
        ("model.fit(elsewhere.more(), shuffle=False); model.evaluate(elsewhere.rest(), y)", set()),
        ("model.fit(elsewhere.more(), shuffle=False); model.evaluate(test, y); memory.reset_states()", set()),
        # Read before each training, it may be what leads to it.
        ("model.evaluate(test, y); model.fit(elsewhere.more(), shuffle=False)", set()),
    ],
)
def test_an_epoch_that_ends_with_an_inference(body: str, codes: set[str]) -> None:
    program = f"{EPOCHS}for epoch in range(60):\n    {body}\n"
    checked = check_source("snippet.py", program.encode())
    assert not checked.failures
    assert {f.code for f in checked.findings} & {"SRN305"} == codes


RECORDINGS = """
for name in elsewhere.names():
    x, y = elsewhere.load(name)
{body}
"""
RESETTING = (
    "callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: memory.reset_states())]"
)


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        (f"    model.fit(x, y, 8, 20, shuffle=False, {RESETTING})\n    model.predict(x, 8)", {"SRN305"}),
        (
            f"    model.fit(x, y, 8, 20, shuffle=False, {RESETTING})\n    model.predict(x, 8)\n"
            "    memory.reset_states()",
            set(),
        ),
        # An only epoch tells nothing of how another would begin.
        ("    model.fit(x, y, 8, 1, shuffle=False)\n    model.predict(elsewhere.later(name), 8)", set()),
        (
            "    for epoch in range(20):\n        model.fit(x, y, 8, shuffle=False); memory.reset_states()\n"
            "    model.predict(x, 8)",
            {"SRN305"},
        ),
        (
            "    for epoch in range(20):\n        memory.reset_states(); model.fit(x, y, 8, shuffle=False)\n"
            "    model.predict(elsewhere.later(name), 8)",
            set(),
        ),
    ],
)
def test_only_the_first_epoch_goes_on_from_a_prediction(body: str, codes: set[str]) -> None:
    checked = check_source("snippet.py", (EPOCHS + RECORDINGS.format(body=body)).encode())
    assert not checked.failures
    assert {f.code for f in checked.findings} & {"SRN305"} == codes


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        # What is read there may be what comes before the training's data.
        ("memory.reset_states(); model.predict(test, 8); model.fit(x, y, 8, shuffle=False)", set()),
        ("model.predict(test, 8); model.fit(x, y, 8, shuffle=False)", {"SRN305"}),
        ("model.fit(x, y, 8, shuffle=False); memory.reset_states(); model.predict(test, 8)", {"SRN305"}),
        # These are their own data.
        ("memory.reset_states(); model.predict(x, 8); model.fit(x, y, 8, shuffle=False)", {"SRN305"}),
        # Nobody evaluates to warm a state up.
        ("memory.reset_states(); model.evaluate(test, y, 8); model.fit(x, y, 8, shuffle=False)", {"SRN305"}),
    ],
)
def test_a_prediction_behind_a_reset_may_warm_the_state_up(body: str, codes: set[str]) -> None:
    checked = check_source("snippet.py", f"{EPOCHS}for epoch in range(9):\n    {body}\n".encode())
    assert not checked.failures
    assert {f.code for f in checked.findings} & {"SRN305"} == codes


COLUMNS = (
    EPOCHS
    + """
import pandas as pd
parts = pd.DataFrame(columns=elsewhere.table().columns)
for k in range(elsewhere.COUNT):
    parts = pd.concat([parts, elsewhere.part(k)], ignore_index=True)
source = elsewhere.Source()
rows, later = np.asarray(parts.iloc[:, :5]).reshape(-1, 5, 1), elsewhere.Windows("test", 8)
"""
)


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        ("rows", {"SRN305"}),
        # What it asks for in each pass may be something else.
        ("source.next", set()),
    ],
)
def test_columns_of_a_table_that_a_loop_joined(data: str, codes: set[str]) -> None:
    body = f"    model.fit({data}, y, shuffle=False); memory.reset_states(); model.evaluate(later)\n"
    checked = check_source("snippet.py", f"{COLUMNS}for epoch in range(9):\n{body}".encode())
    assert not checked.failures
    assert {f.code for f in checked.findings} & {"SRN301", "SRN305"} == codes
