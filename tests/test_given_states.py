"""Initial states that a stateful layer of the program's own model is given at every call."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

PROGRAM = """
import numpy as np
import tensorflow as tf
class Text(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.memory = tf.keras.layers.GRU(8, return_state=True, return_sequences=True, stateful={stateful})
    def call(self, inputs, states=None, return_state=False):
        {states}
        x, states = self.memory(inputs, initial_state=states)
        return (x, states) if return_state else x
x = np.random.rand(64, 5, 8)
model = Text()
model.compile("sgd", "mse")
model.fit(tf.data.Dataset.from_tensor_slices((x, x)).batch(8, drop_remainder=True))
"""


@pytest.mark.parametrize(
    ("states", "stateful", "is_given"),
    [
        ("states = self.memory.get_initial_state(inputs) if states is None else states", "True", True),
        ("if states is None:\n            states = self.memory.get_initial_state(inputs)", "True", True),
        ("states = [part for part in self.memory.get_initial_state(inputs)]", "True", True),
        ("states = self.memory.get_initial_state(inputs)", "False", False),
        ("pass", "True", False),
        ("states = states or None", "True", False),
    ],
)
def test_zeros_of_the_layer(states: str, stateful: str, is_given: bool) -> None:
    program = PROGRAM.format(states=states, stateful=stateful)
    checked = check_source("snippet.py", program.encode(), Settings(keras=(2, 3)))
    assert not checked.failures
    assert [f.code for f in checked.findings if f.code == "SRN110"] == ["SRN110"] * is_given


WRAPPED = """
from tensorflow import keras
x = keras.Input(batch_shape=(1, 3, 1))
states = [keras.Input(batch_shape=(1, 2)) for _ in range(4)]
both = keras.layers.Bidirectional(keras.layers.LSTM(2, stateful={stateful}))(x, initial_state={given})
"""


@pytest.mark.parametrize(("stateful", "given"), [("True", "states"), ("False", "states"), ("True", "None")])
def test_a_wrapped_layer_is_given_states(stateful: str, given: str) -> None:
    program = WRAPPED.format(stateful=stateful, given=given)
    checked = check_source("snippet.py", program.encode(), Settings(keras=(2, 3)))
    is_both = (stateful, given) == ("True", "states")
    assert [f.code for f in checked.findings if f.code == "SRN110"] == ["SRN110"] * is_both


TRANSLATOR = """
from tensorflow import keras
read = keras.Input(batch_shape=(32, None, 30))
reader = keras.layers.LSTM(256, return_state=True, stateful=True)
_, *states = reader(read)
written = keras.Input(batch_shape=(32, None, 30))
writer = keras.layers.LSTM(256, return_sequences=True, return_state=True, stateful={stateful})
out, _, _ = writer(written, initial_state=states)
model = keras.Model([read, written], keras.layers.Dense(30)(out))
model.compile("adam", "mse")
h, c = keras.Input(shape=(256,)), keras.Input(shape=(256,))
out, *states = {layer}(model.input[1], initial_state=[h, c])
decoder = keras.Model([model.input[1], h, c], [model.layers[4](out), *states])
"""


@pytest.mark.parametrize(
    ("layer", "stateful", "lines"),
    [
        # Which of the layers it is isn't known: others may stand in front.
        ("model.layers[3]", "False", []),
        ("writer", "False", []),
        ("reader", "False", [12]),
        ("model.layers[3]", "True", [8]),
    ],
)
def test_one_of_the_layers_of_a_model_with_branches(layer: str, stateful: str, lines: list[int]) -> None:
    code = TRANSLATOR.format(layer=layer, stateful=stateful)
    checked = check_source("snippet.py", code.encode(), Settings(keras=(2,)))
    assert not checked.failures
    assert [one.site.line for one in checked.findings if one.code == "SRN110"] == lines
