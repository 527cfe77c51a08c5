"""Windows of a series as the features of a step, or of a few: what follows a step is the next window."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

HEAD = """
import keras
import numpy as np
import tensorflow as tf
series, y = np.load("series.npy"), np.load("y.npy")
frames = np.array([series[k:k + 60] for k in range(0, len(series) - 60, HOP)])
x = MADE
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(BATCH, *SHAPE)), *LAYERS, memory])
model.compile("sgd", "mse")
"""
# A step that holds a window, and several that share it.
ONE_STEP = [
    "frames.reshape(-1, 1, 60)",
    "frames.reshape(frames.shape[0], 1, frames.shape[1])",
    "np.reshape(frames, (len(frames), 1, 60))",
]
FED = [
    "model.predict(x, batch_size=BATCH)",
    "model.fit(x, y, batch_size=BATCH, shuffle=False)",
    "model.fit(tf.data.Dataset.from_tensor_slices((x, y)).batch(BATCH, drop_remainder=True))",
    """
def batches():
    for k in range(0, len(x) - BATCH, BATCH):
        yield x[k:k + BATCH], y[k:k + BATCH]
model.fit(batches())
""",
    """
for k in range(0, len(x) - BATCH, BATCH):
    model.train_on_batch(x[k:k + BATCH], y[k:k + BATCH])
""",
]


def said(
    made: str, fed: str, *, hop: int = 60, batch: int = 1, shape: str = "(1, 60)", layers: str = "()"
) -> list[str]:
    source = HEAD + fed
    for name, text in (("MADE", made), ("HOP", hop), ("BATCH", batch), ("SHAPE", shape), ("LAYERS", layers)):
        source = source.replace(name, str(text))
    found = check_source("program.py", source.encode()).findings
    return [finding.message for finding in found if finding.code == "SRN208"]


@pytest.mark.parametrize("made", ONE_STEP)
@pytest.mark.parametrize("fed", FED)
@pytest.mark.parametrize("hop", [1, 20, 60])
def test_a_window_in_each_step_goes_on_with_the_next_one(made: str, fed: str, hop: int) -> None:
    assert said(made, fed, hop=hop) == []
    assert said(made, fed, hop=hop, shape="(None, 60)") == []


@pytest.mark.parametrize("fed", FED)
@pytest.mark.parametrize("hop", [1, 20, 60])
def test_several_such_steps_to_a_batch_are_left_out(fed: str, hop: int) -> None:
    (message,) = said(ONE_STEP[0], fed, hop=hop, batch=4)
    assert message.endswith("each row skips 3 steps")


@pytest.mark.parametrize("fed", FED[:3])
def test_a_window_laid_out_in_rows_is_as_long_as_it_was(fed: str) -> None:
    made = "frames.reshape(len(frames), 6, 10)"
    assert said(made, fed, shape="(6, 10)") == []
    (message,) = said(made, fed, hop=20, shape="(6, 10)")
    assert message.endswith("each row reads 40 steps again")


@pytest.mark.parametrize(
    ("layer", "is_torn"),
    [
        ("Reshape((1, 60))", False),
        ("Reshape((-1, 60))", False),
        ("Reshape((60, 1))", True),
        ("Reshape((-1, 1))", True),
    ],
)
def test_the_model_may_make_steps_of_windows_itself(layer: str, is_torn: bool) -> None:
    found = said("frames", FED[0], hop=20, shape="(60,)", layers=f"(keras.layers.{layer},)")
    assert [message.rpartition(": ")[2] for message in found] == ["each row reads 40 steps again"] * is_torn


def test_a_part_of_each_window_is_shorter_than_it() -> None:
    made = "frames[:, :, None][:, :40]"
    (message,) = said(made, FED[0], shape="(40, 1)")
    assert message.endswith("each row skips 20 steps")
    assert said(made, FED[0], hop=40, shape="(40, 1)") == []


@pytest.mark.parametrize("frame", ["series[k:k + 60][None, None, :]", "np.array([[series[k:k + 60]]])"])
@pytest.mark.parametrize("hop", [20, 60])
def test_a_window_that_the_program_feeds_as_one_step(frame: str, hop: int) -> None:
    fed = f"for k in range(0, 6000, {hop}):\n    model.predict({frame})\n"
    assert said("0", fed) == []


@pytest.mark.parametrize("hop", [20, 60])
def test_windows_of_a_dataset_may_be_laid_out_as_one_step(hop: int) -> None:
    fed = f"""
cut = tf.data.Dataset.from_tensor_slices(series).window(60, shift={hop}, drop_remainder=True)
cut = cut.flat_map(lambda window: window.batch(60))
model.fit(cut.map(lambda steps: (tf.reshape(steps, (1, 60)), steps[-1])).batch(1, drop_remainder=True))
"""
    assert said("0", fed) == []
    assert len(said("0", fed.replace("1, 60", "60, 1"), shape="(60, 1)")) == (hop == 20)
