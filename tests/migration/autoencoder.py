"""A functional model that runs another one, and a decoder that is told the shape in a list of layers."""

import numpy as np
from keras import layers, models

BATCH, STEPS, FEATURES = 2, 3, 2


def build_encoder():
    inputs = layers.Input(batch_shape=(BATCH, STEPS, FEATURES))
    code = layers.LSTM(4, stateful=True)(inputs)
    return models.Model(inputs, code, name="encoder")


decoder = models.Sequential(
    [
        layers.RepeatVector(STEPS, batch_input_shape=(BATCH, 4)),
        layers.GRU(4, stateful=True, return_sequences=True),
        layers.TimeDistributed(layers.Dense(FEATURES)),
    ],
    name="decoder",
)

encoder = build_encoder()
whole = layers.Input(batch_shape=(BATCH, STEPS, FEATURES))
autoencoder = models.Model(whole, decoder(encoder(whole)))
autoencoder.compile(optimizer="sgd", loss="mse")

rng = np.random.default_rng(15)
autoencoder.set_weights([rng.uniform(-0.4, 0.4, w.shape) for w in autoencoder.get_weights()])
pieces = rng.normal(size=(4, BATCH, STEPS, FEATURES)).astype("float32")

outputs = []
for epoch in range(2):
    autoencoder.reset_states()
    outputs += [autoencoder.train_on_batch(piece, piece) for piece in pieces]
encoder.reset_states()
outputs += [encoder.predict(piece, batch_size=BATCH, verbose=0) for piece in pieces]
autoencoder.reset_states()
outputs += [autoencoder.predict(piece, batch_size=BATCH, verbose=0) for piece in pieces]
