"""The decoder starts from states that the program gives to its layer, by name and as a list."""

import numpy as np
from tensorflow import keras

BATCH, STEPS, UNITS = 2, 3, 4

model = keras.Sequential()
model.add(keras.layers.LSTM(UNITS, stateful=True, batch_input_shape=(BATCH, STEPS, 1), name="memory"))
model.add(keras.layers.Dense(1))

rng = np.random.default_rng(9)
model.set_weights([rng.uniform(-0.4, 0.4, w.shape) for w in model.get_weights()])
x = rng.normal(size=(BATCH, STEPS, 1)).astype("float32")
h = rng.normal(size=(BATCH, UNITS)).astype("float32")
c = rng.normal(size=(BATCH, UNITS))

cold = model.predict(x, batch_size=BATCH, verbose=0)
model.get_layer("memory").reset_states(states=[h, c])
given = model.predict(x, batch_size=BATCH, verbose=0)
carried = model.predict(x, batch_size=BATCH, verbose=0)
model.layers[0].reset_states([h, c])
again = model.predict(x, batch_size=BATCH, verbose=0)
model.reset_states()
cold_again = model.predict(x, batch_size=BATCH, verbose=0)
outputs = [cold, given, carried, again, cold_again]
