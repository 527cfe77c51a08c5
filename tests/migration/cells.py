"""A model that begins with a wrapper around a stateful layer, and one that is made of cells."""

import numpy as np
from tensorflow import keras
from tensorflow.keras.layers import RNN, Bidirectional, Dense, GRUCell, LSTM

BATCH, STEPS = 2, 4

both_ways = keras.Sequential(
    [
        Bidirectional(LSTM(3, stateful=True), merge_mode="concat", batch_input_shape=(BATCH, STEPS, 1)),
        Dense(1),
    ]
)

onward = keras.Sequential()
onward.add(RNN(GRUCell(4), stateful=True, batch_input_shape=(BATCH, None, 1)))
onward.add(Dense(1))

rng = np.random.default_rng(14)
pieces = rng.normal(size=(3, BATCH, STEPS, 1)).astype("float32")
outputs = []
for model in (both_ways, onward):
    model.set_weights([rng.uniform(-0.4, 0.4, w.shape) for w in model.get_weights()])
    for sequence in range(2):
        outputs += [model.predict_on_batch(piece) for piece in pieces]
        model.reset_states()
