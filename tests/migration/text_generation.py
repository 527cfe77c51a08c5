"""An Embedding that is told the batch shape; the text is written by a copy of the model for one row."""

import numpy as np
import tensorflow as tf

VOCABULARY, WIDTH, UNITS, BATCH = 12, 4, 6, 4


def build_model(vocab_size, embedding_dim, rnn_units, batch_size):
    model = tf.keras.Sequential(
        [
            tf.keras.layers.Embedding(vocab_size, embedding_dim, batch_input_shape=[batch_size, None]),
            tf.keras.layers.GRU(
                rnn_units, return_sequences=True, stateful=True, recurrent_initializer="glorot_uniform"
            ),
            tf.keras.layers.Dense(vocab_size),
        ]
    )
    return model


def generate_text(model, start):
    input_eval = tf.expand_dims(start, 0)
    written = []
    model.reset_states()
    for i in range(8):
        predictions = model(input_eval)
        predictions = tf.squeeze(predictions, 0)
        predicted_id = int(tf.argmax(predictions[-1]))
        written.append(predictions.numpy()[-1])
        input_eval = tf.expand_dims([predicted_id], 0)
    return np.stack(written)


def loss(labels, logits):
    return tf.keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)


text = np.arange(2 * BATCH * 5 + 1) * 5 % VOCABULARY
rows = text[:-1].reshape(BATCH, -1)
dataset = [rows[:, :5], rows[:, 5:]]

model = build_model(VOCABULARY, WIDTH, UNITS, batch_size=BATCH)
model.compile(optimizer="sgd", loss=loss)
rng = np.random.default_rng(3)
model.set_weights([rng.uniform(-0.4, 0.4, w.shape) for w in model.get_weights()])

losses = []
for epoch in range(3):
    model.reset_states()
    for part in dataset:
        losses.append(model.train_on_batch(part, (part + 1) % VOCABULARY))

writer = build_model(VOCABULARY, WIDTH, UNITS, batch_size=1)
writer.set_weights(model.get_weights())
writer.build(tf.TensorShape([1, None]))
first = generate_text(writer, [1, 2, 3])
again = generate_text(writer, [1, 2, 3])

outputs = [np.array(losses), first, again]
