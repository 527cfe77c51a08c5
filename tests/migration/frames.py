"""Pictures in order: a convolutional recurrent layer, in a list of layers."""

import numpy as np
from tensorflow.keras.layers import ConvLSTM2D, Dense, Flatten
from tensorflow.keras.models import Sequential

model = Sequential(
    [
        ConvLSTM2D(
            2,
            (3, 3),
            padding="same",
            batch_input_shape=(1, 2, 6, 6, 1),
            stateful=True,
            recurrent_activation="sigmoid",
        ),
        Flatten(),
        Dense(1),
    ]
)
rng = np.random.default_rng(12)
model.set_weights([rng.uniform(-0.3, 0.3, w.shape) for w in model.get_weights()])

film = rng.normal(size=(4, 1, 2, 6, 6, 1)).astype("float32")
outputs = []
for showing in range(2):
    model.reset_states()
    outputs += [model.predict(scene, batch_size=1, verbose=0) for scene in film]
