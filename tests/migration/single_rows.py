"""A state of one row, fed by a Dataset of single rows and by windows one at a time."""

import numpy as np
import tensorflow as tf

STEPS = 5

memory = tf.keras.layers.LSTM(4, stateful=True, batch_input_shape=(1, STEPS, 1))
model = tf.keras.Sequential([memory, tf.keras.layers.Dense(1)])
model.compile("sgd", "mse")
rng = np.random.default_rng(17)
model.set_weights([rng.uniform(-0.4, 0.4, w.shape) for w in model.get_weights()])

series = np.sin(np.arange(12 * STEPS) / 6).astype("float32")
x = series.reshape(-1, STEPS, 1)
dataset = tf.data.Dataset.from_tensor_slices((x, x[:, -1])).batch(1).prefetch(1)

outputs = []
for epoch in range(2):
    outputs += model.fit(dataset, verbose=0).history["loss"]
    model.reset_states()
for window in x.reshape(-1, 1, STEPS, 1):
    outputs += model.fit(window, window[:, -1], shuffle=False, verbose=0).history["loss"]
model.reset_states()
outputs += list(model.predict(x, batch_size=1, verbose=0).ravel())
