"""The states are put aside before the validation and put back behind it."""

import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import GRU, LSTM, Dense
from tensorflow.keras.models import Sequential

tf.random.set_seed(10)
BATCH, STEPS = 2, 4

memory = LSTM(4, stateful=True, return_sequences=True, batch_input_shape=(BATCH, STEPS, 1))
upper = GRU(3, stateful=True)
model = Sequential([memory, upper, Dense(1)])
model.compile("sgd", "mse")
rng = np.random.default_rng(10)
model.set_weights([rng.uniform(-0.4, 0.4, w.shape) for w in model.get_weights()])

pieces = rng.normal(size=(4, BATCH, STEPS, 1)).astype("float32")
held_out = rng.normal(size=(BATCH, STEPS, 1)).astype("float32")

outputs = []
for piece in pieces:
    outputs.append(model.train_on_batch(piece, piece[:, -1]))
    saved = [state.numpy() for state in memory.states]
    saved_upper = upper.states[0].numpy()
    model.reset_states()
    outputs.append(model.predict_on_batch(held_out))
    memory.reset_states(saved)
    upper.reset_states(saved_upper)
outputs.append(model.predict_on_batch(held_out))
