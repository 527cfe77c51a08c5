import keras
import numpy as np

series = np.sin(np.arange(49) / 4)
lanes = series[:48].reshape(3, 4, 4, 1)  # 3 lanes of 4 windows of 4 steps
x = lanes.swapaxes(0, 1).reshape(12, 4, 1)  # the first window of each lane, the second of each, ...
y = series[4::4].reshape(3, 4, 1).swapaxes(0, 1).reshape(12, 1)

keras.utils.set_random_seed(1)
model = keras.Sequential()
model.add(keras.Input(batch_shape=(3, 4, 1)))
model.add(keras.layers.LSTM(8, stateful=True))
model.add(keras.layers.Dense(1))
model.compile(optimizer="sgd", loss="mse")
model.fit(x, y, batch_size=3, shuffle=False)
