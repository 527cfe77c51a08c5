"""What a state does from one call to the next, against the same weights on the whole series."""

import numpy as np
import tensorflow as tf
from keras import Input, Model, Sequential
from keras.layers import GRU, LSTM, Bidirectional, Masking, SimpleRNN, TimeDistributed
from measured import GENERATION, about, raises, rows, seeded, state

series = rows(2, steps=6)
first, second = series[:, :3], series[:, 3:]


def model_of(*layers, features=1):
    return seeded(Sequential([Input(batch_shape=(2, None, features)), *layers]))


def in_chunks(model):
    return np.concatenate([np.asarray(model(first)), np.asarray(model(second))], axis=1)


def off(one, other):
    return float(np.abs(np.asarray(one) - np.asarray(other)).max())


# Stacks, directions.


def recurrent(stateful, **more):
    return SimpleRNN(4, return_sequences=True, stateful=stateful, **more)


#: mixed-stateful-stack: with a stateful layer under a stateless one the output was off by 0.65, the other
#:   way round by 1.18; with both stateful by 0.0.
whole = model_of(recurrent(False), recurrent(False))(series)
about(off(in_chunks(model_of(recurrent(True), recurrent(False))), whole), 0.65)
about(off(in_chunks(model_of(recurrent(False), recurrent(True))), whole), 1.18)
assert off(in_chunks(model_of(recurrent(True), recurrent(True))), whole) < 1e-6

#: stateful-bidirectional: the forward half gave exactly what it gives on the whole series (difference 0.0);
#:   the backward half was off by 0.57.
whole = np.asarray(model_of(Bidirectional(recurrent(False)))(series))
both = model_of(Bidirectional(recurrent(True)))
chunks = in_chunks(both)
assert off(chunks[..., :4], whole[..., :4]) < 1e-6
about(off(chunks[..., 4:], whole[..., 4:]), 0.57)

#: stateful-bidirectional: setting `.stateful` on the wrapper afterwards changes nothing
wrapper = both.layers[-1]
wrapper.stateful = False
assert wrapper.forward_layer.stateful and off(both(first), both(first)) > 0.01

#: stateful-go-backwards: what the layer returned for a series in chunks was off by 0.46 from what it returns
#:   for the whole series; without `go_backwards` by 0.0.
for backwards, told in ((True, 0.46), (False, 0.0)):
    order = slice(None, None, -1 if backwards else 1)
    whole = np.asarray(model_of(recurrent(False, go_backwards=backwards))(series))[:, order]
    model = model_of(recurrent(True, go_backwards=backwards))
    chunks = np.concatenate([np.asarray(model(part))[:, order] for part in (first, second)], axis=1)
    about(off(chunks, whole), told)


# One layer, several inputs.

#: shared-stateful-layer: of the two branches one was off by 0.30 from what it returns when it starts from
#:   zero; with a layer for each input both were exact (0.0).
one, other = Input(batch_shape=(2, 3, 1)), Input(batch_shape=(2, 3, 1))
for layers, told in (
    ((SimpleRNN(4, stateful=True),) * 2, 0.30),
    ((SimpleRNN(4, stateful=True), SimpleRNN(4, stateful=True)), 0.0),
):
    shared = Model([one, other], [layer(given) for layer, given in zip(layers, (one, other), strict=True)])
    for layer in layers:
        seeded(layer)
    alone = model_of(SimpleRNN(4))
    branches = [
        off(out, alone(given)) for out, given in zip(shared([first, second]), (first, second), strict=True)
    ]
    assert min(branches) < 1e-6
    about(max(branches), told)

#: stateful-with-initial-state: Keras 2 takes the given state only while the kept one is zero, that is in the
#:   first batch after each reset. From then on it is ignored: the second call returned something else (a
#:   difference of 0.53).
#: stateful-with-initial-state: Keras 3 takes the given state at every call. The kept one is never used: the
#:   second call returned the same (difference 0.0)
memory = SimpleRNN(4, stateful=True)
model_of(memory)
given = rows(2, 4, seed=1)[..., 0]
forgetful = SimpleRNN(4)
model_of(forgetful)
as_told = forgetful(tf.constant(first), initial_state=[tf.constant(given)])
memory.reset_states()
for _ in range(2):
    assert off(memory(tf.constant(first), initial_state=[tf.constant(given)]), as_told) < 1e-6
    again = memory(tf.constant(first), initial_state=[tf.constant(given)])
    about(off(again, as_told), 0.53 if GENERATION == 2 else 0.0)
    memory.reset_states()


#: stateful-with-initial-state: Keras 2 also takes the initial state in one list with the input, `layer([x,
#:   h, c])`. Keras 3 refuses that: `Layer "lstm" expects 1 input(s), but it received 3 input tensors`.
def listed():
    return LSTM(4, name="lstm")([tf.constant(part) for part in (first, given, given)])


if GENERATION == 2:
    assert listed().shape == (2, 4)
else:
    raises('Layer "lstm" expects 1 input(s), but it received 3 input tensors', listed)

#: stateful-time-distributed: Measured with three outer steps: the state was that of the steps 0, 0, 1, 2
#:   (difference 0.0) and not that of 0, 1, 2 (difference 0.47).
#: stateful-time-distributed: Keras 3 runs each outer step once and chains the state along them (difference
#:   0.0).
outer = rows(2, steps=9).reshape(2, 3, 3, 1)
inner = SimpleRNN(4, stateful=True)
distributed = seeded(Sequential([Input(batch_shape=(2, 3, 3, 1)), TimeDistributed(inner)]))
distributed(outer)
chained = {}
for steps in ((0, 1, 2), (0, 0, 1, 2)):
    single = SimpleRNN(4, stateful=True)
    model = model_of(single)
    for step in steps:
        model(outer[:, step])
    chained[steps] = off(state(inner), state(single))
about(chained[0, 1, 2], 0.47 if GENERATION == 2 else 0.0)
about(chained[0, 0, 1, 2], 0.0 if GENERATION == 2 else 0.47)

#: indivisible-samples: zeros are input, and they move the state unless they are masked.
for masked in (False, True):
    memory = SimpleRNN(4, stateful=True)
    model = model_of(*([Masking()] if masked else []), memory)
    model(first)
    before = state(memory)
    model(np.zeros((2, 3, 1), "float32"))
    assert (off(before, state(memory)) < 1e-6) is masked

# Windows of a series.


def continued(length, stride, batch):
    """How far the state of row 0 is off when the last of all full batches has been read."""
    line = rows(1, steps=24)[0]
    windows = np.stack([line[start : start + length] for start in range(0, 24 - length + 1, stride)])
    memory = SimpleRNN(4, stateful=True)
    model = seeded(Sequential([Input(batch_shape=(batch, length, 1)), memory]))
    full = len(windows) // batch * batch
    for start in range(0, full, batch):
        model(windows[start : start + batch])
    unbroken = SimpleRNN(4, stateful=True)
    seeded(Sequential([Input(batch_shape=(1, None, 1)), unbroken]))(
        line[None, : (full - batch) * stride + length]
    )
    return off(memory.states[0][0], unbroken.states[0][0])


#: discontinuous-batches: | 3 | 3 | 4 | skips 9 steps, in 4 of 4 continuations | 0.094 |
about(continued(3, 3, 4), 0.094)
#: discontinuous-batches: | 3 | 1 | 1 | reads 2 steps again, in 21 of 21 | 0.14 |
about(continued(3, 1, 1), 0.14)
#: discontinuous-batches: | 3 | 6 | 1 | skips 3 steps, in 3 of 3 | 0.91 |
about(continued(3, 6, 1), 0.91)
#: discontinuous-batches: | 3 | 3 | 1 | goes on | 0.0 |
#: discontinuous-batches: | 3 | 1 | 3 | goes on | 0.0 |
#: discontinuous-batches: | 4 | 2 | 2 | goes on | 0.0 |
for fitting in ((3, 3, 1), (3, 1, 3), (4, 2, 2)):
    assert continued(*fitting) < 1e-6

# Gradients.

#: tape-over-stateful-steps: Measured for LSTM, GRU and SimpleRNN on both generations, and in a `tf.function`
#:   too: the gradient of the second call's loss with respect to the first call's input is None. A change of
#:   that input does change the loss, and the gradient over the same steps in one call says so.
#: tape-over-stateful-steps: So values cross from call to call, and gradients don't.
for kind in (LSTM, GRU, SimpleRNN):
    layer = kind(4, stateful=True)
    model = model_of(layer)

    def across(model=model):
        start = tf.constant(first)
        with tf.GradientTape() as tape:
            tape.watch(start)
            model(start)
            loss = tf.reduce_sum(model(tf.constant(second)))
        return tape.gradient(loss, start)

    assert across() is None

    layer.reset_states()
    model(first)
    told = np.asarray(model(second))
    layer.reset_states()
    model(first + 0.1)
    assert off(model(second), told) > 1e-3

    forgetful = model_of(kind(4))
    start = tf.constant(first)
    with tf.GradientTape() as tape:
        tape.watch(start)
        loss = tf.reduce_sum(forgetful(tf.concat([start, second], 1)))
    assert float(tf.reduce_max(tf.abs(tape.gradient(loss, start)))) > 1e-4

assert tf.function(across)() is None

#: tape-over-stateful-steps: open a tape for each call: the gradients add up to the same
layer.reset_states()
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(model(first)) + tf.reduce_sum(model(second))
together = tape.gradient(loss, model.trainable_variables)
layer.reset_states()
parts = []
for chunk in (first, second):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(chunk))
    parts.append(tape.gradient(loss, model.trainable_variables))
for whole, one, other in zip(together, *parts, strict=True):
    assert off(whole, one + other) < 1e-4
