"""What a reset reaches, what it takes, and what has one."""

import keras
import numpy as np
import tensorflow as tf
from keras import Input, Model, Sequential
from keras.layers import (
    GRU,
    LSTM,
    RNN,
    Bidirectional,
    Layer,
    LSTMCell,
    SimpleRNN,
    StackedRNNCells,
    TimeDistributed,
)
from measured import GENERATION, norm, raises, rows, seeded, state

SHAPE = Input(batch_shape=(2, 3, 1))

# Who has which method.

#: removed-model-reset-states: on Keras 2 they have `reset_states()`; on Keras 3 `reset_state()`, and
#:   `reset_states()` as another name for it.
#: reset-never-runs: models of Keras 3 never have that method, and layers of Keras 2 never have `reset_state`
model = Sequential([SHAPE, LSTM(4, stateful=True)])
layer = model.layers[-1]
for thing in (model, Model(model.inputs, model.outputs)):
    assert hasattr(thing, "reset_states") is (GENERATION == 2) and not hasattr(thing, "reset_state")
assert hasattr(layer, "reset_states") and hasattr(layer, "reset_state") is (GENERATION == 3)

#: removed-model-reset-states: Keras 3's documentation of the RNN layer says that `reset_state()` may be
#:   called on the entire model.
#: removed-reset-states-argument: Its documentation of the RNN layer still describes the argument.
if GENERATION == 3:
    told = " ".join(RNN.__doc__.split())
    assert "`.reset_state()` on either a specific layer, or on your entire model" in told, told[-2000:]
    assert "reset_state(states=" in told or "`states`" in told

#: reset-never-runs: A stateless recurrent layer has the method as well. Calling it there raises on Keras 2;
#:   on Keras 3 only a Bidirectional does
stateless = Sequential([SHAPE, LSTM(4), keras.layers.Reshape((4, 1)), Bidirectional(LSTM(4))])
for layer in (stateless.layers[0], stateless.layers[-1]):
    assert hasattr(layer, "reset_states")
    if GENERATION == 2 or isinstance(layer, Bidirectional):
        raises("AttributeError: Layer must be stateful.", layer.reset_states)
    else:
        layer.reset_states()

#: reset-before-build: Keras 3: resetting a layer that isn't built does nothing.
if GENERATION == 3:
    LSTM(4, stateful=True).reset_states()

#: reset-before-build: A subclassed model is built, too, once it, its `call` or its `compute_output_shape` was
#:   given an Input or a shape with a batch size.


class Wrapped(Model):
    def __init__(self):
        super().__init__()
        self.memory = LSTM(4, stateful=True)

    def call(self, x):
        return self.memory(x)


if GENERATION == 2:
    raises("it needs to know its batch size", Wrapped().reset_states)
    for build, given in (("__call__", SHAPE), ("call", SHAPE), ("compute_output_shape", (2, 3, 1))):
        wrapped = Wrapped()
        getattr(wrapped, build)(given)
        wrapped.reset_states()
        assert wrapped.memory.states[0].shape == (2, 4)

# What it takes.

model = seeded(Sequential([SHAPE, LSTM(4, stateful=True)]))
layer = model.layers[-1]
model(rows(2))
values = [rows(2, 4, seed=k)[..., 0] for k in (1, 2)]
if GENERATION == 2:
    #: removed-reset-states-argument: Keras 2 takes the values, and `None` for zeros.
    layer.reset_states(states=values)
    assert np.array_equal(state(layer), np.concatenate([part.ravel() for part in values]))
    layer.reset_states(states=None)
    assert norm(layer) == 0.0
else:
    #: removed-reset-states-argument: with the argument in second place, or for `reset_state(values)`, it
    #:   says `takes 1 positional argument but 2 were given`
    raises(
        "TypeError: RNN.reset_states() got an unexpected keyword argument 'states'",
        layer.reset_states,
        states=values,
    )
    for method in (layer.reset_states, layer.reset_state):
        raises("takes 1 positional argument but 2 were given", method, values)

#: removed-reset-states-argument: Assign to the layer's variables, which works on both generations
#: removed-reset-states-argument: An LSTM has two of them, a GRU and a SimpleRNN one. They exist as soon as
#:   the layer is built.
for variable, value in zip(layer.states, values, strict=True):
    variable.assign(value)
assert np.array_equal(state(layer), np.concatenate([part.ravel() for part in values]))
for kind, count in ((LSTM, 2), (GRU, 1), (SimpleRNN, 1)):
    layer = kind(4, stateful=True)
    Sequential([SHAPE, layer])
    assert len(layer.states) == count

#: stacked-cells-cannot-reset: Keras 3 raises, for `reset_state()` and `reset_states()`, for a list or tuple
#:   of cells and for `StackedRNNCells`, of one cell or more
#: stacked-cells-cannot-reset: Before the layer is built there is nothing to reset, and nothing raises.
for cells in (
    [LSTMCell(4), LSTMCell(4)],
    (LSTMCell(4), LSTMCell(4)),
    [LSTMCell(4)],
    StackedRNNCells([LSTMCell(4), LSTMCell(4)]),
):
    layer = RNN(cells, stateful=True)
    if GENERATION == 3:
        layer.reset_states()
    Sequential([SHAPE, layer])
    for method in ("reset_states", "reset_state")[: GENERATION - 1]:
        if GENERATION == 2:
            layer.reset_states()
        else:
            raises("AttributeError: 'ListWrapper' object has no attribute 'assign'", getattr(layer, method))

# What it reaches.


class Around(Layer):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def build(self, shape):
        self.inner.build(shape)
        super().build(shape)

    def call(self, inputs):
        return self.inner(inputs)


class Own(Model):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def call(self, inputs):
        return self.inner(inputs)


def usual(model):
    if GENERATION == 2:
        model.reset_states()
        return
    for layer in model.layers:
        if hasattr(layer, "reset_states"):
            layer.reset_states()


def forget(model):
    for layer in model._flatten_layers():
        if isinstance(layer, tf.keras.layers.RNN) and layer.stateful:
            for variable in tf.nest.flatten(layer.states):
                if variable is not None:
                    variable.assign(np.zeros(variable.shape, "float32"))


def memory():
    return SimpleRNN(4, stateful=True)


def is_cleared(model, inner, reset, x):
    model(x)
    assert norm(inner) > 0
    reset(model)
    return norm(inner) == 0.0


#: reset-misses-nested-layers: | nothing, Bidirectional, a subclassed model | yes | yes |
#: reset-misses-nested-layers: | a nested Sequential or functional model | yes | no |
#: reset-misses-nested-layers: | TimeDistributed | no | no |
#: reset-misses-nested-layers: | a custom layer | no | no |
#: reset-misses-nested-layers: Measured to reach every structure on both generations
#: stateful-time-distributed: after `model.reset_states()` on Keras 2, and after a loop over `model.layers`
#:   on Keras 3, the state inside the wrapper was still there.
plain, bidirectional, own, nested, functional, distributed, custom = (memory() for _ in range(7))
both = Bidirectional(bidirectional)
inner = Sequential([Input(batch_shape=(2, 3, 1)), nested])
given = Input(batch_shape=(2, 3, 1))
graph = Model(given, functional(given))
structures = [
    (Sequential([SHAPE, plain]), plain, True, True),
    (Sequential([SHAPE, both]), both.backward_layer, True, True),
    (Own(own), own, True, True),
    (Sequential([SHAPE, inner]), nested, True, False),
    (Sequential([SHAPE, graph]), functional, True, False),
    (Sequential([Input(batch_shape=(2, 2, 3, 1)), TimeDistributed(distributed)]), distributed, False, False),
    (Sequential([SHAPE, Around(custom)]), custom, False, False),
]

for model, inside, *reached in structures:
    x = rows(4).reshape(2, 2, 3, 1) if inside is distributed else rows(2)
    layer = model.layers[0].forward_layer if inside is bidirectional else inside
    assert is_cleared(model, layer, usual, x) is reached[GENERATION - 2], model.layers
    assert is_cleared(model, layer, forget, x)

#: reset-misses-nested-layers: Nested models of Keras 2 have `reset_states()`, so the loop reaches them there
assert hasattr(inner, "reset_states") is (GENERATION == 2)

#: partial-reset: Keras 2's `model.reset_states()` resets all layers of the model
if GENERATION == 2:
    low, high = SimpleRNN(4, stateful=True, return_sequences=True), memory()
    model = Sequential([SHAPE, low, high])
    model(rows(2))
    model.reset_states()
    assert norm(low) == norm(high) == 0.0

#: reset-of-other-model: Models that are made of the same layer objects (`Model(model.inputs, ...)`) have one
#:   state, and there the reset works.
shared = memory()
model = Sequential([SHAPE, shared])
assert is_cleared(model, shared, lambda _: usual(Model(model.inputs, model.outputs)), rows(2))
