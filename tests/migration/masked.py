"""Padded sequences in pieces: Masking is told the batch shape, and the reset waits for their end."""

import numpy as np
from tensorflow.keras.layers import LSTM, Dense, Masking
from tensorflow.keras.models import Sequential

BATCH, STEPS, PIECES = 3, 4, 3

model = Sequential()
model.add(Masking(mask_value=-1.0, batch_input_shape=(BATCH, STEPS, 2)))
model.add(LSTM(units=5, stateful=True, return_sequences=True, dropout=0.0))
model.add(Dense(2, activation="softmax"))

rng = np.random.default_rng(8)
model.set_weights([rng.uniform(-0.4, 0.4, w.shape) for w in model.get_weights()])

outputs = []
for book in range(2):
    rows = rng.normal(size=(BATCH, STEPS * PIECES, 2)).astype("float32")
    for row, length in enumerate(rng.integers(3, STEPS * PIECES, BATCH)):
        rows[row, length:] = -1.0
    for piece in range(PIECES):
        outputs.append(model.predict_on_batch(rows[:, piece * STEPS : (piece + 1) * STEPS]))
    model.reset_states()
