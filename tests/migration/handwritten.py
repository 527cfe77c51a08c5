"""Loops of one's own: a reset whose value is kept, layers put into a list, comments between arguments."""

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

BATCH, STEPS, CLASSES = 3, 4, 7


def build_model(depth):
    stack = []
    stack.append(layers.Embedding(CLASSES, 4,
                                  batch_input_shape=[BATCH, None]))
    for _ in range(depth):
        stack.append(layers.GRU(5, return_sequences=True, stateful=True))
    stack.append(layers.Dense(CLASSES))
    return tf.keras.Sequential(stack)


model = build_model(2)
rng = np.random.default_rng(16)
model.set_weights([rng.uniform(-0.4, 0.4, w.shape) for w in model.get_weights()])
optimizer = tf.keras.optimizers.SGD(0.1)
text = rng.integers(0, CLASSES, (3, BATCH, STEPS + 1))

outputs = []
for epoch in range(2):
    # initially hidden is None
    hidden = model.reset_states()
    for piece in text:
        with tf.GradientTape() as tape:
            predictions = model(piece[:, :-1])
            loss = tf.reduce_mean(
                tf.keras.losses.sparse_categorical_crossentropy(piece[:, 1:], predictions, from_logits=True)
            )
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        outputs += [loss.numpy(), predictions.numpy()]

head = tf.keras.Sequential()
head.add(layers.SimpleRNN(4,
                          stateful=True,  # the series goes on
                          # the full shape, as the network is stateful
                          batch_input_shape=(BATCH, STEPS, 1)))
head.set_weights([rng.uniform(-0.4, 0.4, w.shape) for w in head.get_weights()])
series = rng.normal(size=(3, BATCH, STEPS, 1)).astype("float32")
for sequence in range(2):
    outputs += [head.predict_on_batch(piece) for piece in series]
    head.reset_states()
outputs = [np.ravel(one) for one in outputs]
outputs = [np.concatenate(outputs)]
