"""Code that gets a model, or belongs to one, and leaves its states as they are."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

MODEL = """\
import numpy as np
import keras
import tensorflow as tf
from keras.callbacks import Callback
x, y = np.zeros((8, 5, 1)), np.zeros((8, 1))
model = keras.Sequential()
model.add(keras.layers.LSTM(4, batch_input_shape=(4, 5, 1), stateful=True))
model.add(keras.layers.Dense(1))
model.compile(loss="mse", optimizer="adam")
"""
FIT = "model.fit(x, y, epochs=3, batch_size=4, shuffle=False, callbacks=[Told()])\n"


def codes(program: str) -> list[str]:
    checked = check_source("snippet.py", program.encode(), Settings(keras=(2,)))
    assert not checked.failures
    return [finding.code for finding in checked.findings]


@pytest.mark.parametrize(
    "hook",
    [
        "print(self.params['epochs'], self.params.get('steps'))",
        "self.params['metrics'].append('val_auc')",
        "print(self.validation_data[0].sum())",
        "Callback.on_epoch_end(self, epoch, logs)",
        "self.model._make_predict_function()",
    ],
)
def test_what_keras_gives_a_callback_leads_to_no_model(hook: str) -> None:
    told = f"class Told(Callback):\n    def on_epoch_end(self, epoch, logs=None):\n        {hook}\n"
    assert "SRN301" in codes(MODEL + told + FIT)


@pytest.mark.parametrize(
    "line",
    [
        "tf.saved_model.save(model, 'folder')",
        "tf.lite.TFLiteConverter.from_keras_model(model).convert()",
        "tf.train.Checkpoint(model=model).save('folder')",
        "tf.train.CheckpointManager(tf.train.Checkpoint(m=model), 'folder', max_to_keep=3).save()",
    ],
)
def test_writing_a_model_leaves_its_states(line: str) -> None:
    loop = f"for epoch in range(3):\n    model.fit(x, y, batch_size=4, shuffle=False)\n    {line}\n"
    assert "SRN301" in codes(MODEL + loop)


def test_a_checkpoint_may_put_states_back() -> None:
    fit = "model.fit(x, y, batch_size=4, shuffle=False)"
    loop = f"for epoch in range(3):\n    kept.restore('start')\n    {fit}\n"
    assert "SRN301" not in codes(f"{MODEL}kept = tf.train.Checkpoint(model=model)\n{loop}")
