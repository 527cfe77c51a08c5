"""Batches with another number of rows than the states."""

import keras
import numpy as np
import tensorflow as tf
from keras import Input, Sequential
from keras.layers import LSTM, SimpleRNN
from measured import GENERATION, raises, rows, seeded, state

STATIC = {
    2: "is incompatible with the layer: expected shape=(4, None, 1), found shape=(2, 3, 1)",
    3: "If an RNN is stateful, the batch size of the input sequences must be the same as the batch size of "
    "the initial state. - Expected batch size: 4 - Received batch size: 2",
}[GENERATION]


def model_for(count, kind=SimpleRNN):
    memory = kind(4, stateful=True)
    model = seeded(Sequential([Input(batch_shape=(count, 3, 1)), memory]))
    model.compile("sgd", "mse")
    return model, memory


def batches(count, of, *, keep=True):
    x = rows(count)
    return tf.data.Dataset.from_tensor_slices((x, x[:, 0])).batch(of, drop_remainder=not keep)


model, memory = model_for(4)

#: batch-size-mismatch: That is so for arrays whose rows fill their batches, for a Dataset with
#:   `drop_remainder=True`, for `model(x)` and for the first `*_on_batch`; on Keras 3 for the first `predict`
#:   too.
#: partial-last-batch: When the model is called directly, in a loop with a gradient tape, it is a
#:   `ValueError` instead.
raises(STATIC, model.evaluate, rows(8), rows(8)[:, 0], batch_size=2, verbose=0)
raises(STATIC, model.evaluate, batches(8, 2, keep=False), verbose=0)
raises(STATIC, model, rows(2))
raises(STATIC, model.test_on_batch, rows(2), rows(2)[:, 0])
if GENERATION == 3:
    raises(STATIC, model.predict, rows(3), batch_size=2, verbose=0)

#: batch-size-mismatch: On Keras 2 `predict(x[:1])` returns four rows for one; Keras 3 raises, unless a
#:   `predict` with the right size ran before: then it returns four rows as well. After such a `predict`,
#:   `predict(x[:6], batch_size=1)` returned 24 rows for six on both.
if GENERATION == 2:
    assert len(model.predict(rows(1), verbose=0)) == 4
else:
    raises("Expected batch size: 4 - Received batch size: 1", model.predict, rows(1), verbose=0)
model.predict(rows(4), batch_size=4, verbose=0)
assert len(model.predict(rows(1), verbose=0)) == 4
assert len(model.predict(rows(6), batch_size=1, verbose=0)) == 24

#: batch-size-mismatch: a Dataset in batches of one trains without an error, and all four slots hold the same
#:   state.
memory.reset_states()
model.fit(batches(4, 1), verbose=0)
assert np.ptp(memory.states[0], axis=0).max() == 0.0 and np.abs(state(memory)).max() > 0.0

#: indivisible-samples: Measured with 10 rows and a batch size of 4: two batches were trained on, and the
#:   weights had moved, when it came.
before, done = model.get_weights()[0], []
count = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: done.append(batch))
train = {
    "x": rows(10),
    "y": rows(10)[:, 0],
    "batch_size": 4,
    "shuffle": False,
    "verbose": 0,
    "callbacks": [count],
}
raises("Incompatible shapes: [", model.fit, **train)
assert done == [0, 1] and np.abs(model.get_weights()[0] - before).max() > 0.0

#: indivisible-samples: Measured with 9 rows and a batch size of 4: `predict` returned 12 rows for 9, and the
#:   state was exactly the one that it would be if the ninth row had been fed four times, side by side.
model, memory = model_for(4)
x = rows(9)
assert len(model.predict(x, batch_size=4, verbose=0)) == 12
left = state(memory)
memory.reset_states()
for batch in (x[:4], x[4:8], np.repeat(x[8:], 4, axis=0)):
    model(batch)
assert np.abs(left - state(memory)).max() < 1e-6

#: partial-last-batch: seven rows in batches of two give eight predictions.
model, memory = model_for(2)
assert len(model.predict(batches(7, 2), verbose=0)) == 8

#: batch-size-mismatch: The predictions are the same (measured difference: 0.0).
single, _ = model_for(1)
single.set_weights(model.get_weights())
memory.reset_states()
together = np.concatenate([model(rows(2)), model(rows(2, seed=1))])
alone = np.concatenate([single(rows(2)[:1]), single(rows(2, seed=1)[:1])])
assert np.abs(together[::2] - alone).max() < 1e-6

#: batch-size-mismatch: For a model with a batch size of 1 Keras 2 says `Tried to append a tensor with
#:   incompatible shape to a list` in `fit` and `Incompatible shapes during merge: [1,4] vs. [2,4]` elsewhere
#:   (of a SimpleRNN: `wrong shape. Expected [1,4] got [2,4]`); Keras 3 says `enters the loop with shape (1,
#:   4), but has shape (None, 4) after one iteration`.
single, _ = model_for(1, LSTM)
simple, _ = model_for(1)
if GENERATION == 2:
    raises(
        "Tried to append a tensor with incompatible shape to a list",
        single.fit,
        batches(4, 2),
        verbose=0,
    )
    raises("Incompatible shapes during merge: [1,4] vs. [2,4]", single.evaluate, batches(4, 2), verbose=0)
    raises("wrong shape. Expected [1,4] got [2,4]", simple.evaluate, batches(4, 2), verbose=0)
else:
    words = "enters the loop with shape (1, 4), but has shape (None, 4) after one iteration"
    raises(words, single.evaluate, batches(4, 2), verbose=0)

#: missing-batch-size: On Keras 3 `predict` builds it for the rows of its first batch, whatever comes behind.
lazy = Sequential([SimpleRNN(4, stateful=True)])
if GENERATION == 3:
    assert len(lazy.predict(rows(9), batch_size=4, verbose=0)) == 12
else:
    raises("it needs to know its batch size", lazy.predict, rows(9), batch_size=4, verbose=0)
