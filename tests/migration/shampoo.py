"""A function that makes and trains the model, and a walk through the test data, step by step."""

import numpy as np
from keras.layers import LSTM, Dense
from keras.models import Sequential


def fit_lstm(train, batch_size, nb_epoch, neurons):
    X, y = train[:, 0:-1], train[:, -1]
    X = X.reshape(X.shape[0], 1, X.shape[1])
    model = Sequential()
    model.add(LSTM(neurons, batch_input_shape=(batch_size, X.shape[1], X.shape[2]), stateful=True))  # lags
    model.add(Dense(1))
    model.compile(loss="mean_squared_error", optimizer="sgd")
    rng = np.random.default_rng(2)
    model.set_weights([rng.uniform(-0.4, 0.4, w.shape) for w in model.get_weights()])
    for i in range(nb_epoch):
        model.fit(X, y, epochs=1, batch_size=batch_size, verbose=0, shuffle=False)
        model.reset_states()
    return model


def forecast_lstm(model, batch_size, X):
    X = X.reshape(1, 1, len(X))
    yhat = model.predict(X, batch_size=batch_size, verbose=0)
    return yhat[0, 0]


sales = np.cos(np.arange(30) * 0.7).astype("float32")
supervised = np.stack([sales[:-1], sales[1:]], axis=1)
train, test = supervised[:20], supervised[20:]

lstm_model = fit_lstm(train, 1, 2, 4)
train_reshaped = train[:, 0].reshape(len(train), 1, 1)
warmed_up = lstm_model.predict(train_reshaped, batch_size=1, verbose=0)
predictions = [forecast_lstm(lstm_model, 1, row[0:-1]) for row in test]

outputs = [warmed_up, np.array(predictions)]
