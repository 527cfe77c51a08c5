"""What can be built, and what Keras says of what can't."""

import numpy as np
import tensorflow as tf
from keras import Input, Sequential
from keras.layers import (
    LSTM,
    RNN,
    Bidirectional,
    Dense,
    Embedding,
    InputLayer,
    Masking,
    SimpleRNNCell,
    TimeDistributed,
)
from measured import GENERATION, raises, rows

NO_BATCH_SIZE = {
    2: "ValueError: If a RNN is stateful, it needs to know its batch size.",
    3: "ValueError: When using `stateful=True` in a RNN, the batch size must be static.",
}[GENERATION]


def is_built(*layers):
    Sequential(list(layers))
    return True


#: missing-batch-size: The number of timesteps may stay `None`.
assert is_built(Input(batch_shape=(2, None, 1)), LSTM(4, stateful=True))
assert is_built(Input(shape=(None, 1), batch_size=2), LSTM(4, stateful=True))

#: missing-batch-size: Arrays with a remainder (10 rows in batches of 4, or 40 rows under the default of 32)
#:   and a Dataset without `drop_remainder=True` raise the same two errors, before the first batch is trained
#:   on.
for given in (
    {"x": rows(10), "y": rows(10)[:, 0], "batch_size": 4},
    {"x": rows(40), "y": rows(40)[:, 0]},
    {"x": tf.data.Dataset.from_tensor_slices((rows(8), rows(8)[:, 0])).batch(4)},
):
    lazy = Sequential([LSTM(4, stateful=True)])
    lazy.compile("sgd", "mse")
    raises(NO_BATCH_SIZE.partition(": ")[2], lazy.fit, verbose=0, **given)


#: missing-batch-size: On Keras 2 an `Embedding` without a shape brings an input shape of its own, one
#:   without a batch size. So `Sequential([Embedding(...), LSTM(..., stateful=True)])` raises as soon as it is
#:   put together
#: missing-batch-size: On Keras 3 both can.
def embedded():
    return Sequential([Embedding(5, 2), LSTM(4, stateful=True)])


if GENERATION == 2:
    raises(NO_BATCH_SIZE, embedded)
else:
    model = embedded()
    model.build((2, 3))
    assert model.layers[1].states[0].shape[0] == 2
    model = embedded()
    model(np.zeros((2, 3), "int32"))
    assert model.layers[1].states[0].shape[0] == 2

#: conflicting-input-shape: On any layer but the first Keras 2 ignores all of them.
if GENERATION == 2:
    low = LSTM(4, batch_input_shape=(2, 3, 1), return_sequences=True)
    high = LSTM(4, batch_input_shape=(5, 9, 9), stateful=True)
    assert is_built(low, high) and high.states[0].shape[0] == 2

#: conflicting-input-shape: the layer takes three steps and no other
if GENERATION == 2:
    model = Sequential([LSTM(4, input_shape=(None, 1), batch_input_shape=(2, 3, 1), stateful=True)])
    raises("expected shape=(None, 3, 1), found shape=(None, 5, 1)", model.predict, np.zeros((2, 5, 1)))

#: missing-return-sequences: A TimeDistributed between the two fails first
between = [Input(batch_shape=(2, 3, 1)), LSTM(4), TimeDistributed(Dense(1)), LSTM(4)]
raises("with at least 3 dimensions, received: (2, 4)", Sequential, between)


#: missing-return-sequences: Keras 3's `RNN(cell)` doesn't look at the number of axes and takes the two for a
#:   sequence.
def around_cell():
    return RNN(SimpleRNNCell(4))(Input(batch_shape=(2, 8)))


if GENERATION == 3:
    assert around_cell().shape == (2, 4)
else:
    raises("must have rank at least 3", around_cell)

#: removed-batch-shape-argument: Keras 3 has taken both away from the layers, from all of them: recurrent,
#:   Embedding, Masking, Dense and wrappers.
#: removed-batch-shape-argument: Keras 2 accepts `batch_input_shape=` and `batch_size=` on any layer.
MAKE = [
    lambda **given: LSTM(4, **given),
    lambda **given: Embedding(5, 2, **given),
    Masking,
    lambda **given: Dense(1, **given),
    lambda **given: Bidirectional(LSTM(4), **given),
    lambda **given: TimeDistributed(Dense(1), **given),
]
for make in MAKE:
    for given in ({"batch_input_shape": (2, 3, 1)}, {"batch_size": 2, "input_shape": (3, 1)}):
        if GENERATION == 2:
            assert make(**given)._batch_input_shape == (2, 3, 1)
        else:
            raises(
                "ValueError: Unrecognized keyword arguments passed to",
                make,
                **given,
            )

#: removed-batch-shape-argument: `batch_shape=`, which is how Input spells it, was never an argument of a
#:   layer
#: removed-batch-shape-argument: Keras 3 raises in the layer's constructor, for all three
raises(
    {
        2: "TypeError: ('Keyword argument not understood:', 'batch_shape')",
        3: "ValueError: Unrecognized keyword arguments passed to LSTM: {'batch_shape': (2, 3, 1)}",
    }[GENERATION],
    LSTM,
    4,
    batch_shape=(2, 3, 1),
)

#: removed-batch-shape-argument: `Input(batch_shape=...)` works on both. So does
#:   `InputLayer(batch_input_shape=...)`
#: removed-batch-shape-argument: Before an Embedding it is `Input(batch_shape=(batch, None))`.
assert is_built(InputLayer(batch_input_shape=(2, 3, 1)), LSTM(4, stateful=True))
assert is_built(Input(batch_shape=(2, None)), Embedding(5, 2), LSTM(4, stateful=True))

#: stateful-bidirectional: `Bidirectional(…, stateful=True)` raises on both generations
raises("stateful", Bidirectional, LSTM(4), stateful=True)

#: removed-cudnn-layer: They can be made and built anywhere, but run on a GPU only.
#: removed-cudnn-layer: Weights that were saved with the old layers have another form of bias.
if GENERATION == 2:
    old = tf.compat.v1.keras.layers.CuDNNLSTM(4, stateful=True)
    assert is_built(Input(batch_shape=(2, 3, 1)), old)
    if not tf.config.list_physical_devices("GPU"):
        raises("CudnnRNN", old, rows(2))
    new = LSTM(4)
    assert is_built(Input(batch_shape=(2, 3, 1)), new)
    assert [w.shape for w in old.get_weights()][2] == (32,) and [w.shape for w in new.get_weights()][2] == (
        16,
    )

#: stateful-under-distribution: a `OneDeviceStrategy` and a `MirroredStrategy` of one device are refused as
#:   well
if GENERATION == 2:
    for strategy in (tf.distribute.OneDeviceStrategy("/cpu:0"), tf.distribute.MirroredStrategy(["/cpu:0"])):
        with strategy.scope():
            raises(
                "ValueError: Stateful RNNs (created with `stateful=True`) are not yet supported with "
                "tf.distribute.Strategy.",
                LSTM,
                4,
                stateful=True,
            )
