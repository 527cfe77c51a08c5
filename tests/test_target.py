"""What proves which Keras generation a program is written for."""

from __future__ import annotations

import pytest

from statelint.target import target_of


@pytest.mark.parametrize(
    "line",
    [
        "tf.enable_eager_execution()",
        "session = tf.Session()",
        "config = tf.ConfigProto()",
        "tf.logging.set_verbosity(tf.logging.ERROR)",
        "x = tf.contrib.layers.flatten(y)",
    ],
)
def test_what_only_tensorflow_1_has_means_keras_2(line: str) -> None:
    assert target_of(f"import tensorflow as tf\n\n{line}\n") == (2,)


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
