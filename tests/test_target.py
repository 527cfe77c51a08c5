"""What proves which Keras generation a program is written for."""

from __future__ import annotations

from pathlib import Path

import pytest

from statelint.confirm.harness import Harness
from statelint.confirm.programs import Program
from statelint.target import target_of
from statelint.trace.recording import Recording


@pytest.mark.parametrize(
    "line",
    [
        "tf.enable_eager_execution()",
        "session = tf.Session()",
        "config = tf.ConfigProto()",
        "tf.logging.set_verbosity(tf.logging.ERROR)",
        "x = tf.contrib.layers.flatten(y)",
        "def main():\n    session = tf.Session()",
    ],
)
def test_what_only_tensorflow_1_has_means_keras_2(line: str) -> None:
    assert target_of(f"import tensorflow as tf\n\n{line}\n") == (2,)


@pytest.mark.parametrize(
    "line",
    [
        "try:\n    tf.set_random_seed(1)\nexcept AttributeError:\n    tf.random.set_seed(1)",
        "if tf.__version__[0] == '1':\n    session = tf.Session()",
    ],
)
def test_one_of_two_ways_proves_nothing(line: str) -> None:
    assert target_of(f"import tensorflow as tf\n\n{line}\n") == (2, 3)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("for i in xrange(3): pass", (2,)),
        ("xrange = range\nfor i in xrange(3): pass", (2, 3)),
        ("from past.builtins import xrange\nfor i in xrange(3): pass", (2, 3)),
        ("# keras.ops.mean is Keras 3's", (2, 3)),
        ("assert tf.__version__ < '2.18'", (2, 3)),
        ("os.environ['KERAS_BACKEND'] = 'tensorflow'", (2, 3)),
        ("if os.environ.get('TF_USE_LEGACY_KERAS') == '1': pass", (2, 3)),
    ],
)
def test_names_that_may_be_the_programs_own(code: str, expected: tuple[int, ...]) -> None:
    assert target_of(f"{code}\n") == expected


@pytest.mark.parametrize(
    "line",
    [
        "from keras.utils import np_utils",
        "from tensorflow.keras.utils import to_categorical, multi_gpu_model",
        "from keras.callbacks.callbacks import EarlyStopping",
        "from keras.layers.merge import concatenate",
        "from tensorflow.keras.layers.experimental import preprocessing",
        "from tensorflow.keras.mixed_precision import experimental as mixed",
        "opt = tf.keras.optimizers.legacy.Adam(1e-3)",
        "tf.keras.backend.set_learning_phase(0)",
        "assert keras.__version__.startswith('2')",
        "assert keras.__version__ < '3'",
        "assert tf.__version__ < '2.16', 'needs Keras 2'",
        "assert int(keras.__version__.split('.')[0]) == 2",
        "import numpy as np, tf_keras as keras",
        "import numpy as np; import tf_keras",
        "keras = importlib.import_module('tf_keras')",
        "from keras.utils import (\n    np_utils,\n    plot_model,\n)",
        "os.environ.update({'TF_USE_LEGACY_KERAS': '1'})",
        "os.environ.update(TF_USE_LEGACY_KERAS='1')",
        "os.environ['TF_USE_LEGACY_KERAS'] = str(1)",
        "os.environ['KERAS_BACKEND'] = 'theano'",
    ],
)
def test_what_keras_3_does_not_have_means_keras_2(line: str) -> None:
    assert target_of(f"{line}\n") == (2,)


@pytest.mark.parametrize(
    "line",
    [
        "from keras import tree",
        "from keras.random import normal",
        "import keras.ops as K",
        "import keras_hub",
        "keras.config.set_floatx('float32')",
        "class Net(keras.Layer): pass",
        "seed = keras.random.SeedGenerator(1)",
        "with keras.device('cpu:0'): pass",
        "assert keras.__version__.startswith('3')",
        "assert keras.__version__ >= '3.0.0'",
        "assert int(keras.__version__[0]) >= 3",
        "from keras import (\n    layers,\n    ops,\n)",
        "import numpy as np, keras.ops as ops",
        "from keras.utils import PyDataset",
        "layer = keras.layers.LSTM(8, use_cudnn=False)",
        '# /// script\n# dependencies = [\n#   "keras>=3.0",\n# ]\n# ///',
    ],
)
def test_what_keras_2_does_not_have_means_keras_3(line: str) -> None:
    assert target_of(f"{line}\n") == (3,)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("pyproject.toml", '[tool.poetry.dependencies]\nkeras="^3.3"\n', (3,)),
        ("pyproject.toml", '[tool.poetry.dependencies]\nkeras = "^2.3"\n', (2,)),
        ("pyproject.toml", '[tool.poetry.dependencies]\ntensorflow = "^2.12"\n', (2, 3)),
        ("setup.py", 'setup(name="x", install_requires=["numpy", "keras>=3.0"])\n', (3,)),
        ("setup.py", 'setup(name="x")  # keras>=3.0\n', (2, 3)),
        ("pyproject.toml", '[tool.poetry.dependencies]\ntensorflow = "2.10.0"\n', (2,)),
        ("pyproject.toml", '[tool.poetry.dependencies]\ntensorflow = "~2.10"\n', (2,)),
        ("pyproject.toml", '[tool.poetry.dependencies]\nkeras = {version = "^3.3", optional = true}\n', (3,)),
        ("pyproject.toml", '[project]\ndependencies = ["tensorflow==2.12.*", "click"]\n', (2,)),
        ("pyproject.toml", '[project]\ndependencies = ["keras-tuner==1.4", "click"]\n', (2, 3)),
        ("pyproject.toml", '[tool.mine]\nkeras = "yes"\n', (2, 3)),
        ("requirements.txt", "tensorflow>=2.4,<2.16\n", (2,)),
        ("requirements.txt", "keras>=2.4, !=2.6\n", (2, 3)),
    ],
)
def test_what_a_dependency_file_allows(
    tmp_path: Path, name: str, text: str, expected: tuple[int, ...]
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / name).write_text(text)
    assert target_of("import keras\n", tmp_path / "train.py") == expected


@pytest.mark.parametrize(
    "line",
    [
        "from tensorflow.python.keras.layers import LSTM",
        "from tensorflow.python.keras.models import *",
        "from tensorflow.python.keras import Sequential",
        "import tensorflow.python.keras as keras",
        "from tensorflow_core.python.keras import layers",
    ],
)
def test_the_keras_inside_tensorflow_is_keras_2(line: str) -> None:
    assert target_of(f"{line}\n") == (2,)
    # What an editor has added in passing may be unused.
    assert target_of("from tensorflow.python.keras import callbacks\n") == (2, 3)


@pytest.mark.parametrize(
    "code",
    [
        "import tensorflow.compat.v1 as tf\n\ntf.enable_eager_execution()\n",
        'import tensorflow as tf\n\nif tf.__version__ < "2":\n    tf.enable_eager_execution()\n',
        "import tensorflow as tf\n\n# tf.enable_eager_execution()\n",
        "import tensorflow as tf\n\nsession = tf.compat.v1.Session()\n",
        "import tensorflow as tf\n\ntf.random.set_seed(1)\n",
    ],
)
def test_what_tensorflow_2_can_run_proves_nothing(code: str) -> None:
    assert target_of(code) == (2, 3)


HEAD = """\
import numpy as np
from tensorflow import keras
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="softmax")])
model.compile("sgd", "mse")
x, y = np.zeros((4, 3)), np.zeros((4, 2))
"""

IDIOMS = [
    "model.fit(x, y, nb_epoch=2)",
    "model.fit(x, y, batch_size=2, show_accuracy=True)",
    "model.fit(x.reshape((4, 3)), y, callbacks=[print(1)], nb_epoch=2)",
    "model.fit_generator(iter([(x, y)]), samples_per_epoch=4)",
    "model.fit_generator(iter([(x, y)]), steps_per_epoch=1)",
    "model.evaluate_generator(iter([(x, y)]), 1)",
    "model.predict_generator(iter([x]), 1)",
    "model.predict_classes(x)",
    "model.compile('sgd', 'mse', class_mode='categorical')",
    "keras.layers.LSTM(output_dim=int('4'))",
    "keras.layers.GRU(4, inner_init='orthogonal')",
    "keras.layers.Conv1D(4, 3, border_mode='same')",
    "keras.layers.Dense(4, W_regularizer=None)",
    "keras.Model(input=model.inputs, output=model.outputs)",
    "keras.optimizers.Adam(lr=0.1)",
    "keras.optimizers.SGD(momentum=0.9, lr=0.1)",
    "import keras\nfrom keras.preprocessing.text import Tokenizer",
    "import keras\nfrom keras.preprocessing import text",
    "import keras\nfrom keras.preprocessing.sequence import pad_sequences, TimeseriesGenerator",
]


@pytest.mark.parametrize("line", IDIOMS)
def test_what_keras_3_refuses_means_keras_2(line: str) -> None:
    assert target_of(f"{HEAD}{line}\n") == (2,)
    assert target_of(f"{HEAD}# {line}\n".replace("\n", "\n# ")) == (2, 3)


@pytest.mark.parametrize(
    "code",
    [
        # arguments and names of the program's own
        "def fit_lstm(x, nb_epoch=10):\n    model.fit(x, y, epochs=nb_epoch)\nfit_lstm(x, nb_epoch=20)",
        "nb_epoch = 10\nmodel.fit(x, y, epochs=nb_epoch)",
        "settings = dict(nb_epoch=10, border_mode='same')",
        "print('{nb_epoch} epochs'.format(nb_epoch=10))",
        "def conv(x, nb_filter, border_mode='same'):\n"
        "    return keras.layers.Conv1D(nb_filter, 3, padding=border_mode)(x)\n"
        "conv(x, nb_filter=4, border_mode='valid')",
        # methods, functions and layers of the program's own
        "class Net:\n    def fit(self, x, nb_epoch):\n        self.model.fit(x, epochs=nb_epoch)\n"
        "Net().fit(x, nb_epoch=2)",
        "class Net:\n    def run(self):\n        self.fit(x, nb_epoch=2)",
        "class Net:\n    def predict_classes(self, x):\n        return self.model.predict(x).argmax(-1)\n"
        "net.predict_classes(x)",
        "def Merge(a, b):\n    return a + b\nMerge(x, y)",
        "class Convolution1D(keras.layers.Layer):\n    def __init__(self, border_mode='same'): ...\n"
        "Convolution1D(border_mode='valid')",
        # other libraries
        "layer = torch.nn.LSTM(3, 4, bias=True)",
        "images = ImageDataGenerator().flow_from_directory('images', class_mode='binary')",
        # an argument of what stands inside
        "model.fit(draw(x, nb_epoch=2), y)",
        # texts
        '"""\nmodel.fit(x, y, nb_epoch=10)\n"""',
        "print('model.fit(x, y, nb_epoch=10)')",
    ],
)
def test_what_only_looks_like_it_proves_nothing(code: str) -> None:
    assert target_of(f"{HEAD}{code}\n") == (2, 3)


@pytest.mark.parametrize(
    "code",
    [
        "class Net:\n    def fit(self, x, nb_epoch):\n        self.model.fit(x, nb_epoch=nb_epoch)",
        "def Dense(n):\n    return keras.layers.Dense(n, W_regularizer=None)",
        "model = build(\n    x)\nbuild(x).fit(x, [y[0]], nb_epoch = 2)",
        "text = '#'; model.fit(x, y, nb_epoch=2)",
    ],
)
def test_keras_s_own_beside_those_of_the_program(code: str) -> None:
    assert target_of(f"{HEAD}{code}\n") == (2,)


@pytest.mark.keras
def test_keras_3_refuses_it(harness: Harness, tmp_path: Path) -> None:
    if not harness.can_run(3):
        pytest.skip("Keras 3 isn't installed")
    tries = [
        f"try:\n    {line.splitlines()[-1]}\nexcept Exception:\n    pass\nelse:\n    taken.append({number})\n"
        for number, line in enumerate(IDIOMS)
    ]
    program = HEAD + "import keras\ntaken = []\n" + "".join(tries) + "assert not taken, taken\n"
    path = tmp_path / "program.py"
    path.write_text(program, encoding="utf-8")
    recording = harness.run(Program(path, "program.py"), 3)
    assert isinstance(recording, Recording), recording
    assert recording.outcome.status == "finished", recording.outcome


@pytest.mark.parametrize(
    "line",
    [
        "from keras import layers, ops",
        "class Data(keras.utils.PyDataset): ...",
        "y = keras.ops.zeros(3)",
        "import keras_core as keras",
        "from keras_core.layers import LSTM",
    ],
)
def test_what_only_keras_3_has_means_keras_3(line: str) -> None:
    assert target_of(f"import keras\n{line}\n") == (3,)


@pytest.mark.parametrize(
    "line",
    [
        "optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)",
        "optimizer = keras.optimizers.Adam(learning_rate=1e-3)",
        "clf.predict_proba(x)",
        "tf.compat.v1.keras.backend.set_session(session)",
        "from tensorflow.keras.preprocessing.text import Tokenizer",
    ],
)
def test_what_both_generations_take_proves_nothing(line: str) -> None:
    assert target_of(f"import keras\n{line}\n") == (2, 3)
