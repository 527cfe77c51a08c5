"""SRN106 where the features of the rows aren't known: what is returned depends on their steps alone."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

PROGRAM = """
import numpy as np
from tensorflow import keras
from tensorflow.keras.layers import LSTM, Dense
series = np.load("series.npy")
x, y = [], []
for i in range(0, len(series) - 7, 7):
    x.append(series[i:i + 7])
    y.append(series[i:i + 7, :1])
x, y = np.array(x), np.array(y).reshape(TARGETS)
model = keras.Sequential([FIRST, LSTM(4, stateful=True, return_sequences=WHOLE), Dense(1)])
model.compile("sgd", "mse")
model.fit(x, y, batch_size=8, shuffle=False)
"""
OF_STEPS = "keras.Input(batch_shape=(8, 7, x.shape[2]))"
MASKED = OF_STEPS + ", keras.layers.Masking(0.0)"


def is_found(targets: str, whole: bool, first: str) -> bool:
    code = PROGRAM.replace("TARGETS", targets).replace("FIRST", first).replace("WHOLE", str(whole))
    return "SRN106" in {finding.code for finding in check_source("snippet.py", code.encode()).findings}


@pytest.mark.parametrize("first", [OF_STEPS, MASKED])
def test_one_target_for_all_steps(first: str) -> None:
    assert is_found("-1, 1", True, first)
    assert not is_found("-1, 1", False, first)


@pytest.mark.parametrize("first", [OF_STEPS, MASKED])
def test_a_target_for_each_step(first: str) -> None:
    assert is_found("-1, 7, 1", False, first)
    assert not is_found("-1, 7, 1", True, first)


def test_steps_that_the_input_leaves_open() -> None:
    assert not is_found("-1, 1", True, "keras.Input(batch_shape=(8, None, 3))")


FROM_FILE = """
import numpy as np
from tensorflow import keras
from tensorflow.keras.layers import LSTM, Dense
x, y = np.load("x.npy"), np.array([GOAL for line in open("goals.txt")])
memory = LSTM(4, stateful=True, return_sequences=True)
model = keras.Sequential([keras.Input(batch_shape=(8, 7, 3)), memory, Dense(1)])
model.compile("sgd", "mse")
model.fit(x, y, batch_size=8, shuffle=False)
"""


@pytest.mark.parametrize(
    ("goal", "is_told"),
    [
        ("1 if line > '5' else 0", True),
        ("float(line)", True),
        ("int(line.split()[0])", True),
        ("len(line)", True),
        # These may have steps.
        ("read(line)", False),
        ("[0, 1] if line > '5' else [1, 0]", False),
        ("None if line == '' else 0", False),
    ],
)
def test_targets_that_are_one_number_each(goal: str, is_told: bool) -> None:
    findings = check_source("snippet.py", FROM_FILE.replace("GOAL", goal).encode()).findings
    assert ("SRN106" in {finding.code for finding in findings}) == is_told


@pytest.mark.parametrize(("rows", "is_told"), [("320", True), ("320, 10", False)])
def test_a_model_whose_batch_size_is_not_fixed(rows: str, is_told: bool) -> None:
    code = f"""
import numpy as np
from tensorflow import keras
from tensorflow.keras.layers import LSTM, Dense, Embedding
x, y = np.random.randint(0, 50, (320, 10)), np.random.rand({rows})
model = keras.Sequential([Embedding(50, 8), LSTM(8, stateful=True, return_sequences=True), Dense(1)])
model.compile("sgd", "mse")
model.fit(x, y, batch_size=32, shuffle=False)
"""
    assert ("SRN106" in {finding.code for finding in check_source("a.py", code.encode()).findings}) == is_told


AT_ALL = """
import numpy as np
from tensorflow import keras
from tensorflow.keras.layers import LSTM, TimeDistributed, Dense
x, y = np.zeros((92, 25, 4)), np.zeros(TARGETS)
y[3][0] = 1
memory = LSTM(3, stateful=True, return_sequences=WHOLE)
model = keras.Sequential([keras.Input(batch_shape=(46, 25, 4)), memory, Dense(4)])
model.compile("sgd", LOSS)
model.fit(x, y, batch_size=46, shuffle=False)
"""


@pytest.mark.parametrize("loss", ["'mse'", "'mae'", "'binary_crossentropy'"])
@pytest.mark.parametrize(("targets", "whole"), [("(92, 2)", True), ("(92, 4)", True), ("(92, 25, 2)", False)])
def test_shapes_that_do_not_fit_at_all(targets: str, whole: bool, loss: str) -> None:
    code = AT_ALL.replace("TARGETS", targets).replace("WHOLE", str(whole)).replace("LOSS", loss)
    found = [one for one in check_source("snippet.py", code.encode()).findings if one.code == "SRN106"]
    assert [one.severity.value for one in found] == ["error"]
    assert "raises ValueError" in found[0].message


@pytest.mark.parametrize(
    ("targets", "whole", "loss"),
    [
        # As many axes, but other features or steps: that has nothing to do with `return_sequences`.
        ("(92, 25, 2)", True, "'mse'"),
        ("(92, 24, 4)", True, "'mse'"),
        ("(92, 2)", False, "'mse'"),
        # Numbers of classes go with rows of probabilities.
        ("(92,)", False, "'sparse_categorical_crossentropy'"),
        ("(92, 25)", True, "'sparse_categorical_crossentropy'"),
    ],
)
def test_shapes_that_are_another_matter(targets: str, whole: bool, loss: str) -> None:
    code = AT_ALL.replace("TARGETS", targets).replace("WHOLE", str(whole)).replace("LOSS", loss)
    codes = {one.code for one in check_source("snippet.py", code.encode()).findings}
    assert "SRN106" not in codes
