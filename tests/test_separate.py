"""Rows that are whole sequences of their own: where they come from, what keeps them, who speaks of them."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.selection import Selection
from statelint.settings import Settings
from statelint.trace.story import Feed
from tests.telling import HEAD, trace_of, value_of

MODEL = """
import numpy as np
import tensorflow as tf
from tensorflow import keras
from keras.preprocessing.sequence import pad_sequences
(x, y), (x_test, y_test) = keras.datasets.mnist.load_data()
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(50, 28, 28)), memory, keras.layers.Dense(1)])
model.compile("adam", "mse")
"""


def codes(program: str) -> list[str]:
    checked = check_source("train.py", (MODEL + program).encode(), Settings(Selection(extend=("SRN210",))))
    assert not checked.failures, checked.failures[0].error
    return sorted(finding.code for finding in checked.findings)


def is_separate(expression: str) -> bool:
    """Whether a fit is known to read the rows of the expression as sequences of their own."""
    code = (
        "from tensorflow.keras.preprocessing.text import Tokenizer\n"
        "(x, y), _ = keras.datasets.imdb.load_data(num_words=100)\n"
        "(images, _), (test, _) = keras.datasets.mnist.load_data()\n"
        "words = Tokenizer()\n"
        "model = keras.Sequential([keras.layers.LSTM(4, stateful=True)])\n"
        f"model.fit({expression})"
    )
    (feed,) = (e for e in trace_of(code, head=HEAD).stories[0].events if isinstance(e, Feed))
    source = feed.data.dataset or feed.data.array
    return source is not None and source.separate_site is not None


PADDED = "keras.utils.pad_sequences"
SLICES = "tf.data.Dataset.from_tensor_slices"


@pytest.mark.parametrize(
    "expression",
    [
        "images",
        "images[:1000]",
        "images[::2]",
        "images[:, :14]",
        "images[..., None]",
        "images.astype('float32') / 255",
        "np.reshape(images, (-1, 784, 1))",
        "images.reshape(images.shape[0], 28, 28)",
        "np.expand_dims(images.reshape(len(images), 784), -1)",
        "np.concatenate([images, test])",
        f"{PADDED}(x, maxlen=80)",
        f"{PADDED}([[1, 2], [3], [4, 5, 6]])",
        f"{PADDED}(words.texts_to_sequences(['so it goes', 'never again', 'why']))",
        "words.texts_to_matrix(['so it goes', 'never again', 'why'])",
        f"{SLICES}((images, y)).batch(50)",
        f"{SLICES}(images).map(lambda image: image / 255).batch(50).prefetch(1)",
    ],
)
def test_rows_that_stand_alone(expression: str) -> None:
    assert is_separate(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "np.random.rand(100, 28, 28)",
        # The rows are no longer the images, or in an order that other rules speak of.
        "images.reshape(-1, 1, 28)",
        "images.transpose(1, 0, 2)",
        "images[0]",
        "images[None]",
        "np.expand_dims(images, 0)",
        "images[np.random.permutation(len(images))]",
        "np.concatenate([images, np.load('more.npy')])",
        "np.concatenate([images, np.zeros((10, 28, 28))])",
        # One sequence in pieces.
        f"{PADDED}([[1, 2, 3], [4, 5, 6], [7, 8]])",
        f"{PADDED}([[1], [1, 2], [1, 2, 3]])",
        f"{PADDED}([[1, 2, 3], [2, 3], [3]])",
        f"{PADDED}([[1, 2, 3]])",
        f"{PADDED}([])",
        f"{PADDED}([[1, 2], [undefined], [4, 5, 6]])",
        # Lines of a text, or windows of it: nobody knows.
        f"{PADDED}(undefined)",
        f"{PADDED}(words.texts_to_sequences(undefined))",
        f"{PADDED}(words.texts_to_sequences(open('poem.txt').read().split('.')))",
        f"{PADDED}(words.texts_to_sequences(['one text']))",
        f"{SLICES}(images).unbatch().batch(28)",
        f"{SLICES}(images).batch(50).map(undefined)",
        f"{SLICES}(images).window(3, drop_remainder=True).flat_map(lambda w: w.batch(3))",
        f"{SLICES}(images).repeat().batch(50)",
    ],
)
def test_rows_that_may_belong_together(expression: str) -> None:
    assert not is_separate(expression)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("keras.datasets.fashion_mnist.load_data()[1][0]", "array(10000, 28, 28)"),
        ("keras.datasets.cifar10.load_data()[0]", "(array(50000, 32, 32, 3), array(50000, 1))"),
        ("keras.datasets.imdb.load_data(num_words=500)[0][1]", "array(25000)"),
        ("keras.datasets.imdb.load_data(maxlen=100)[0][1]", "array(?)"),
        ("keras.datasets.reuters.load_data(None, 500, 0, 100)[0][0]", "array(?)"),
        ("keras.utils.pad_sequences([[1, 2], [3], [4]], maxlen=7)", "array(3, 7)"),
        ("keras.utils.pad_sequences([[1, 2], [3], [4]])", "array(3, ?)"),
    ],
)
def test_how_many_rows_there_are(expression: str, value: str) -> None:
    assert value_of(expression) == value


FIT = "model.fit({}, y, batch_size=50, shuffle=False{})\n"
CALLBACK = """
class Reset(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch, logs=None):
        memory.reset_states()
"""
STEP = """
class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.memory = memory
    def call(self, data):
        return self.memory(data)
    def train_step(self, data):
        logs = super().train_step(data)
        self.memory.reset_states()
        return logs
model = Own()
model.compile("adam", "mse")
"""


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (FIT.format("x", ""), ["SRN210"]),
        (FIT.format("x / 255", ", validation_split=0.5"), ["SRN210", "SRN306"]),
        (FIT.format("x", ", epochs=3"), ["SRN210", "SRN301"]),
        ("pairs = tf.data.Dataset.from_tensor_slices((x, y)).batch(50)\nmodel.fit(pairs)", ["SRN210"]),
        # Nothing is carried, or nobody knows.
        ("model.fit(x[:50], y[:50], batch_size=50, shuffle=False)", []),
        (CALLBACK + FIT.format("x", ", callbacks=[Reset()]"), []),
        (FIT.format("x", ", callbacks=[undefined]"), []),
        (STEP + FIT.format("x", ""), []),
        (STEP.replace("self.memory.reset_states()", "pass") + FIT.format("x", ""), ["SRN210"]),
        ("memory.stateful = undefined\n" + FIT.format("x", ""), []),
        # More than these rows is read, or less than all of them.
        ("series = np.load('series.npy')\n" + FIT.format("[x, series]", ""), []),
        (
            "pairs = tf.data.Dataset.from_tensor_slices((x, y)).batch(50)\n"
            "model.fit(pairs, steps_per_epoch=1)",
            [],
        ),
    ],
)
def test_who_speaks_of_them(program: str, expected: list[str]) -> None:
    assert codes(program) == expected


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("model.fit(x, y, batch_size=50)", ["SRN201"]),
        (
            "pairs = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(100).batch(50)\nmodel.fit(pairs)",
            ["SRN202"],
        ),
        ("np.random.shuffle(x)\n" + FIT.format("x", ""), ["SRN203"]),
        (
            "from sklearn.model_selection import train_test_split\nx, _, y, _ = train_test_split(x, y)\n"
            + FIT.format("x", ""),
            ["SRN203"],
        ),
    ],
)
def test_shuffling_them_has_rules_of_its_own(program: str, expected: list[str]) -> None:
    assert codes(program) == expected


@pytest.mark.parametrize("rows, expected", [("x", []), ("np.load('series.npy')", ["SRN303"])])
def test_a_reset_before_each_batch_tears_nothing_apart(rows: str, expected: list[str]) -> None:
    assert codes(CALLBACK + FIT.format(rows, ", callbacks=[Reset()]")) == expected


@pytest.mark.parametrize(
    ("load", "expected"),
    [("", []), ("x = np.random.rand(100, 28, 28)\n", ["SRN303"])],
    ids=["images", "made"],
)
def test_nor_does_one_before_each_slice_of_rows(load: str, expected: list[str]) -> None:
    loop = """
for start in range(0, 100, 50):
    memory.reset_states()
    model.train_on_batch(x[start : start + 50], y[start : start + 50])
"""
    assert codes(load + loop) == expected


PIECES = """
recording = np.load("recording.npy")
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(1, 25, 3)), memory, keras.layers.Dense(1)])
model.compile("adam", "mse")
for start in range(0, 1000 - 25, {step}):
    piece = recording[start : start + 25].reshape(1, 25, 3)
    model.train_on_batch(piece, y[start : start + 1])
    memory.reset_states()
"""


@pytest.mark.parametrize(("step", "expected"), [("25", ["SRN303"]), ("1", []), ("50", [])])
def test_nor_does_one_behind_each_piece_but_where_the_next_begins_there(
    step: str, expected: list[str]
) -> None:
    assert codes(PIECES.format(step=step)) == expected


STUDENTS = """
import numpy as np
import keras

x, y = np.load("x.npy"), np.load("y.npy")
memory = keras.layers.GRU(8, stateful=True, return_sequences=True)
model = keras.Sequential([keras.Input(batch_shape=(4, 50, 2)), memory])
model.compile("sgd", "mse")
order = np.arange(12)
for epoch in range(10):
    {shuffle}
    for j in range(0, 12, 4):
        {batch}
"""
INNER = "for k in range(0, 500, 50):\n            model.train_on_batch(x[{0}, k:k + 50], y[{0}, k:k + 50])\n"


@pytest.mark.parametrize(
    ("shuffle", "batch", "codes"),
    [
        ("np.random.shuffle(x)", INNER.format("j:j + 4") + "        memory.reset_states()", []),
        ("np.random.shuffle(order)", INNER.format("order[j:j + 4]") + "        memory.reset_states()", []),
        ("np.random.shuffle(x)", "model.train_on_batch(x[j:j + 4, :50], y[j:j + 4, :50])", ["SRN203"]),
        (
            "np.random.shuffle(order)",
            "model.train_on_batch(x[order[j:j + 4]], y[order[j:j + 4]])",
            ["SRN203"],
        ),
    ],
)
def test_whole_sequences_may_be_shuffled_where_each_is_read_to_its_end(
    shuffle: str, batch: str, codes: list[str]
) -> None:
    code = STUDENTS.format(shuffle=shuffle, batch=batch)
    found = check_source("t.py", code.encode()).findings
    assert [f.code for f in found if f.code == "SRN203"] == codes


FORECASTS = """
memory = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.layers.Input(batch_shape=(1, 24, 1)), memory, keras.layers.Dense(1)])
model.compile("sgd", "mse")
for number in range(9):
    seen = pd.read_csv({path})["load"].values.reshape(1, 24, 1)
    for hour in range(24):
        said = model.predict(seen, batch_size=1)
        {then}
    {end}
"""
NEXT = "seen = np.append(seen[:, 1:], said.reshape(1, 1, 1), axis=1)"


@pytest.mark.parametrize(
    ("path", "then", "end", "expected"),
    [
        ('f"{number}.csv"', NEXT, "pass", ["SRN320"]),
        ('f"{number}.csv"', NEXT, "memory.reset_states()", []),
        # The same series moves on.
        ('"all.csv"', NEXT, "pass", []),
        # Nothing is generated: the files may be the parts of one series.
        ('f"{number}.csv"', "seen = later(seen, hour)", "pass", []),
    ],
)
def test_a_forecast_begins_with_another_file(path: str, then: str, end: str, expected: list[str]) -> None:
    code = "import keras\nimport numpy as np\nimport pandas as pd\n"
    checked = check_source("snippet.py", (code + FORECASTS.format(path=path, then=then, end=end)).encode())
    assert not checked.failures
    assert sorted({one.code for one in checked.findings} & {"SRN320"}) == expected


def test_a_list_made_of_one_that_a_loop_fills_has_no_known_length() -> None:
    code = """
import keras
lines, count = [], 0
for line in open("pairs.txt"):
    lines.append(line.split())
    count += 1
    if count >= 10000:
        break
x = keras.utils.pad_sequences([[len(word) for word in line] for line in lines], maxlen=20)
model = keras.Sequential([keras.Input(batch_shape=(64, 20, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")
model.fit(x, x, batch_size=64, shuffle=False)
"""
    assert "SRN204" not in {finding.code for finding in check_source("t.py", code.encode()).findings}


RESETTING = """
class Resetting(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        memory.reset_states()
"""


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("x", ["SRN306"]),
        ("pad_sequences(x, 100)", ["SRN306"]),
        # A series, of which the last part goes on where the first ends.
        ("np.load('lanes.npy')", []),
    ],
)
def test_rows_split_off_go_on_with_nothing(rows: str, found: list[str]) -> None:
    options = "epochs=9, shuffle=False, validation_split=0.5, callbacks=[Resetting()]"
    fit = f"model.fit({rows}, y, batch_size=50, {options})"
    assert [code for code in codes(f"{RESETTING}{fit}\n") if code == "SRN306"] == found
