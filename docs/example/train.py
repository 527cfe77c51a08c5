import keras
import numpy as np
from keras import layers

x = np.random.rand(960, 20, 1)  # 30 batches of 32 lanes, 20 steps each
y = np.random.rand(960, 1)

model = keras.Sequential()
model.add(keras.Input(batch_shape=(32, 20, 1)))
model.add(layers.LSTM(64, stateful=True))
model.add(layers.Dense(1))
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, batch_size=32, epochs=100, shuffle=False)

print(model.predict(x[:100]))
