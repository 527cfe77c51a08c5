import keras
import numpy as np

series = np.sin(np.arange(49) / 4)
x = np.array([series[i : i + 4] for i in range(0, 48, 4)])[..., np.newaxis]  # window after window
y = series[4::4].reshape(12, 1)

keras.utils.set_random_seed(1)
model = keras.Sequential()
model.add(keras.Input(batch_shape=(3, 4, 1)))
model.add(keras.layers.LSTM(8, stateful=True))
model.add(keras.layers.Dense(1))
model.compile(optimizer="sgd", loss="mse")
model.fit(x, y, batch_size=3, shuffle=False)
