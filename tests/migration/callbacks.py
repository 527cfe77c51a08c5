"""Resets in a callback's hooks and in a LambdaCallback, around fit with validation data."""

import numpy as np
from tensorflow.keras.callbacks import Callback, LambdaCallback
from tensorflow.keras.layers import GRU, Dense
from tensorflow.keras.models import Sequential

BATCH, STEPS = 2, 5


class ResetStatesCallback(Callback):
    def __init__(self, steps):
        super().__init__()
        self.counter = 0
        self.steps = steps

    def on_train_batch_begin(self, batch, logs=None):
        if self.counter % self.steps == 0:
            self.model.reset_states()
        self.counter += 1

    def on_test_begin(self, logs=None):
        self.model.reset_states()


model = Sequential([GRU(4, stateful=True, batch_input_shape=(BATCH, STEPS, 1)), Dense(1)])
model.compile("sgd", "mse")
rng = np.random.default_rng(5)
model.set_weights([rng.uniform(-0.4, 0.4, w.shape) for w in model.get_weights()])

x = rng.normal(size=(12, STEPS, 1)).astype("float32")
y = x.mean(axis=1)
clear = LambdaCallback(on_epoch_end=lambda epoch, logs: model.reset_states())
history = model.fit(
    x,
    y,
    batch_size=BATCH,
    epochs=3,
    shuffle=False,
    validation_data=(x[:4], y[:4]),
    callbacks=[ResetStatesCallback(3), clear],
    verbose=0,
)
after = model.predict(x, batch_size=BATCH, verbose=0)
outputs = [np.array(history.history["loss"]), np.array(history.history["val_loss"]), after]
