import numpy as np
from tensorflow.keras.layers import LSTM, Dense, Input
from tensorflow.keras.models import Sequential

series = np.sin(np.arange(1001) / 10)
lanes = series[:960].reshape(8, 12, 10, 1)  # 8 lanes of 12 windows of 10 steps
x = lanes.swapaxes(0, 1).reshape(96, 10, 1)  # the first window of each lane, then the second of each, ...
y = series[10:961:10].reshape(8, 12, 1).swapaxes(0, 1).reshape(96, 1)

model = Sequential()
model.add(Input(batch_shape=(8, 10, 1)))
model.add(LSTM(16, stateful=True))
model.add(Dense(1))
model.compile(optimizer="adam", loss="mse")


def reset():
    for layer in model.layers:
        if getattr(layer, "stateful", False):
            layer.reset_states()


for epoch in range(20):
    reset()
    model.fit(x, y, batch_size=8, verbose=0, shuffle=False)
reset()

print(model.predict(x[:8], batch_size=8))
