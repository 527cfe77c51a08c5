import keras
import numpy as np

x, y = np.random.rand(6, 4, 1), np.random.rand(6, 1)  # 3 batches of 2 rows

keras.utils.set_random_seed(1)
model = keras.Sequential()
model.add(keras.Input(batch_shape=(2, 4, 1)))
model.add(keras.layers.LSTM(8, stateful=True))
model.add(keras.layers.Dense(1))
model.compile(optimizer="sgd", loss="mse")
model.fit(x, y, batch_size=2, shuffle=False)

print(model.predict(x, batch_size=2))
print(model.predict(x, batch_size=2))
