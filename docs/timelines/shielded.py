import keras
import numpy as np


class ResetStates(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.forget()

    def on_test_begin(self, logs=None):
        self.forget()

    def forget(self):
        for layer in self.model.layers:
            if getattr(layer, "stateful", False):
                layer.reset_states()


x, y = np.random.rand(4, 4, 1), np.random.rand(4, 1)
x_val, y_val = np.random.rand(4, 4, 1), np.random.rand(4, 1)

keras.utils.set_random_seed(1)
model = keras.Sequential()
model.add(keras.Input(batch_shape=(2, 4, 1)))
model.add(keras.layers.LSTM(8, stateful=True))
model.add(keras.layers.Dense(1))
model.compile(optimizer="sgd", loss="mse")
model.fit(
    x,
    y,
    batch_size=2,
    epochs=2,
    shuffle=False,
    validation_data=(x_val, y_val),
    callbacks=[ResetStates()],
)
