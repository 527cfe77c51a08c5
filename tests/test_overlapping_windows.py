"""Windows of Datasets that overlap: reported beside the shuffling too, and once for a model."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings
from tests.programs import Expected

PROGRAM = """
import numpy as np
import tensorflow as tf
from tensorflow import keras
series, later = np.load("series.npy"), np.load("later.npy")
memory = keras.layers.LSTM(8, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(32, 20, 3)), memory, keras.layers.Dense(1)])
model.compile("adam", "mse")

def windows(rows, **options):
    return keras.utils.timeseries_dataset_from_array(rows, rows[20:], 20, batch_size=32, **options)

def pairs(rows, shift):
    cut = tf.data.Dataset.from_tensor_slices(rows).window(21, shift=shift, drop_remainder=True)
    return cut.flat_map(lambda w: w.batch(21)).map(lambda w: (w[:-1], w[-1]))

for epoch in range(9):
    model.fit({data}, epochs=1)
    memory.reset_states()
{behind}
"""


def found(data: str, behind: str = "") -> list[str]:
    checked = check_source(
        "snippet.py", PROGRAM.format(data=data, behind=behind).encode(), Settings(keras=(2,))
    )
    assert not checked.failures
    codes = (Expected.of(finding).code for finding in checked.findings)
    return sorted(code for code in codes if code in ("SRN202", "SRN208"))


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        ("windows(series, shuffle=True)", ["SRN202", "SRN208"]),
        ("pairs(series, 1).shuffle(999).batch(32, drop_remainder=True)", ["SRN202", "SRN208"]),
        ("pairs(series, 1).batch(32, drop_remainder=True).shuffle(99)", ["SRN202", "SRN208"]),
        # They would go on, were it not for the shuffling.
        ("windows(series, shuffle=True, sequence_stride=20)", ["SRN202"]),
        ("pairs(series, 20).shuffle(999).batch(32, drop_remainder=True)", ["SRN202"]),
        ("windows(series)", ["SRN208"]),
    ],
)
def test_beside_the_shuffling(data: str, codes: list[str]) -> None:
    assert found(data) == codes


@pytest.mark.parametrize("shuffle", ["", ", shuffle=True"])
def test_what_the_model_reads_later_is_cut_in_the_same_way(shuffle: str) -> None:
    evaluated = "model.evaluate(windows(later))"
    once = found(f"windows(series{shuffle})", evaluated).count("SRN208")
    assert once == 1
    other = "model.evaluate(pairs(later, 5).batch(32, drop_remainder=True))"
    assert found(f"windows(series{shuffle})", other).count("SRN208") == 2
    assert found("batches()", evaluated).count("SRN208") == 1
