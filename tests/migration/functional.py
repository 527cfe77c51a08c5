"""A functional model of two recurrent layers, fed in pieces, with a reset where a series ends."""

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

LANES, STEPS, PIECES = 3, 4, 5

inputs = keras.Input(batch_shape=(LANES, STEPS, 2))
x = layers.LSTM(6, stateful=True, return_sequences=True, name="first")(inputs)
x = layers.GRU(5, stateful=True, batch_input_shape=(LANES, STEPS, 6), name="second")(x)
model = keras.Model(inputs, layers.Dense(1)(x))
model.compile(keras.optimizers.SGD(0.05), loss="mse")

rng = np.random.default_rng(4)
model.set_weights([rng.uniform(-0.4, 0.4, w.shape) for w in model.get_weights()])
series = [rng.normal(size=(LANES, STEPS * PIECES, 2)).astype("float32") for _ in range(3)]

losses = []
for epoch in range(2):
    for one in series:
        model.reset_states()
        for start in range(0, STEPS * PIECES, STEPS):
            window = one[:, start : start + STEPS]
            losses.append(model.train_on_batch(window, window.sum(axis=(1, 2))[:, None]))

model.reset_states()
told = [model.predict_on_batch(series[0][:, start : start + STEPS]) for start in (0, 4, 8)]
outputs = [np.array(losses), *told]
