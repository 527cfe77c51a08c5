"""A wrapper first, that is told the batch shape, and one around a recurrent layer behind it."""

import numpy as np
import tensorflow as tf

BATCH, STEPS = 2, 6

model = tf.keras.models.Sequential()
model.add(
    tf.keras.layers.TimeDistributed(
        tf.keras.layers.Dense(3, activation="tanh"), batch_input_shape=(BATCH, STEPS, 2)
    )
)
model.add(tf.keras.layers.Bidirectional(tf.keras.layers.LSTM(4, stateful=True, return_sequences=True)))
model.add(tf.keras.layers.LSTM(4, stateful=True))
model.add(tf.keras.layers.Dense(1))

rng = np.random.default_rng(7)
model.set_weights([rng.uniform(-0.4, 0.4, w.shape) for w in model.get_weights()])

pieces = rng.normal(size=(4, BATCH, STEPS, 2)).astype("float32")
outputs = []
for sequence in range(2):
    outputs += [model.predict(piece, batch_size=BATCH, verbose=0) for piece in pieces]
    model.reset_states()
