import keras
import numpy as np

x, y = np.random.rand(10, 4, 1), np.random.rand(10, 1)  # 2 batches of 4 rows, and one of 2

keras.utils.set_random_seed(1)
model = keras.Sequential()
model.add(keras.Input(batch_shape=(4, 4, 1)))
model.add(keras.layers.LSTM(8, stateful=True))
model.add(keras.layers.Dense(1))
model.compile(optimizer="sgd", loss="mse")
model.fit(x, y, batch_size=4, shuffle=False)
