import keras
import numpy as np

series = np.sin(np.arange(49) / 4)
x = series[:48].reshape(12, 4, 1)  # row after row, as they come
y = series[4::4].reshape(12, 1)

keras.utils.set_random_seed(1)
model = keras.Sequential()
model.add(keras.Input(batch_shape=(3, 4, 1)))
model.add(keras.layers.LSTM(8, stateful=True))
model.add(keras.layers.Dense(1))
model.compile(optimizer="sgd", loss="mse")
model.fit(x, y, batch_size=3, shuffle=False)
