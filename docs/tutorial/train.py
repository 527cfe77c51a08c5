import numpy as np
from tensorflow.keras.layers import LSTM, Dense
from tensorflow.keras.models import Sequential

series = np.sin(np.arange(1001) / 10)
x = np.array([series[i : i + 10] for i in range(0, 1000, 10)])[..., np.newaxis]
y = series[10::10].reshape(100, 1)

model = Sequential()
model.add(LSTM(16, batch_input_shape=(8, 10, 1), stateful=True))
model.add(Dense(1))
model.compile(optimizer="adam", loss="mse")

for epoch in range(20):
    model.fit(x, y, batch_size=8, verbose=0)
model.reset_states()

print(model.predict(x[:8], batch_size=8))
