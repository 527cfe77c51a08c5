"""Two stacked layers, each told the batch shape, trained in a loop of epochs with a reset after each."""

import numpy as np
from tensorflow.keras.layers import LSTM, Dense
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import SGD

batch_size = 1
look_back = 3

passengers = (np.sin(np.arange(40) / 3) + np.arange(40) / 40).astype("float32")
windows = np.stack([passengers[i : i + look_back] for i in range(len(passengers) - look_back)])
trainX, trainY = windows[:24, :, np.newaxis], passengers[look_back : 24 + look_back]
testX = windows[24:, :, np.newaxis]

model = Sequential()
model.add(LSTM(4, batch_input_shape=(batch_size, look_back, 1), stateful=True, return_sequences=True))
model.add(LSTM(4, batch_input_shape=(batch_size, look_back, 1), stateful=True))
model.add(Dense(1))
model.compile(loss="mean_squared_error", optimizer=SGD(0.01))

rng = np.random.default_rng(1)
model.set_weights([rng.uniform(-0.4, 0.4, w.shape) for w in model.get_weights()])

for i in range(3):
    model.fit(trainX, trainY, epochs=1, batch_size=batch_size, verbose=0, shuffle=False)
    model.reset_states()

trainPredict = model.predict(trainX, batch_size=batch_size, verbose=0)
carried = model.predict(testX, batch_size=batch_size, verbose=0)
model.reset_states()
testPredict = model.predict(testX, batch_size=batch_size, verbose=0)

outputs = [trainPredict, carried, testPredict]
