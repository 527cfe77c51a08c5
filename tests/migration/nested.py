"""A recurrent encoder that is a model itself, within another one."""

import numpy as np
from tensorflow import keras

BATCH, STEPS = 2, 4

encoder = keras.Sequential(name="encoder")
encoder.add(keras.layers.LSTM(5, stateful=True, batch_input_shape=(BATCH, STEPS, 2), return_sequences=True))
encoder.add(keras.layers.Dense(4, activation="tanh"))

model = keras.Sequential()
model.add(encoder)
model.add(keras.layers.GRU(3, stateful=True))
model.add(keras.layers.Dense(1))
model.compile("sgd", "mse")

rng = np.random.default_rng(11)
model.set_weights([rng.uniform(-0.4, 0.4, w.shape) for w in model.get_weights()])
pieces = rng.normal(size=(3, BATCH, STEPS, 2)).astype("float32")

outputs = []
for epoch in range(3):
    for piece in pieces:
        outputs.append(model.train_on_batch(piece, piece[:, -1, :1]))
    model.reset_states()
outputs += [model.predict(piece, batch_size=BATCH, verbose=0) for piece in pieces]
