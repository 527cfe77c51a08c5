from statelint import lint_source

text = """
import numpy as np
from tensorflow import keras

model = keras.Sequential([keras.Input(batch_shape=(2, 3, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile(loss="mse")
model.fit(np.zeros((8, 3, 1)), np.zeros((8, 4)), batch_size=2)
"""
for finding in lint_source(text, "train.py", keras=3).findings:
    print(finding.site, finding.code, finding.message)
