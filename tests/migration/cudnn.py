"""Layers made for cuDNN alone. Keras 2 runs them on a GPU only, so there is no run of it before."""

import numpy as np
import tensorflow as tf
from tensorflow.compat.v1.keras.layers import CuDNNGRU
from tensorflow.keras.layers import LSTM, Dense

BATCH, STEPS = 2, 5

model = tf.keras.Sequential()
model.add(
    tf.compat.v1.keras.layers.CuDNNLSTM(
        4, stateful=True, return_sequences=True, batch_input_shape=(BATCH, STEPS, 1)
    )
)
model.add(CuDNNGRU(4, stateful=True, return_sequences=True))
model.add(LSTM(3, stateful=True))
model.add(Dense(1))

rng = np.random.default_rng(13)
model.set_weights([rng.uniform(-0.4, 0.4, w.shape) for w in model.get_weights()])
pieces = rng.normal(size=(3, BATCH, STEPS, 1)).astype("float32")

outputs = []
for sequence in range(2):
    outputs += [model.predict(piece, batch_size=BATCH, verbose=0) for piece in pieces]
    model.reset_states()
