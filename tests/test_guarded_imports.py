"""Imports in a `try`: what a program on Keras surely has is there, and the handler is for others."""

from __future__ import annotations

from pathlib import Path

import pytest

from statelint.discover import discover
from statelint.engine import check_files

TRAINING = """\
def train(x, y):
    if not there:
        return
    model = Sequential([LSTM(4, batch_input_shape=(4, 3, 1), stateful=True)])
    model.compile("sgd", "mse")
    model.fit(x, y, batch_size=4, shuffle=False, epochs=2)
"""
GUARDED = """\
try:
    {body}
    there = True
except {caught}:
    {handler}
    there = False
"""
FROM = "from tensorflow.keras.models import Sequential\n    from tensorflow.keras.layers import LSTM"
NOTHING = "Sequential = LSTM = None"


def codes(folder: Path, text: str, files: dict[str, str] | None = None) -> list[str]:
    for name, content in {**(files or {}), "train.py": text}.items():
        (folder / name).write_text(content, encoding="utf-8")
    checked = check_files(discover([str(folder)]).files)
    assert not checked.failures
    # Of what Keras 3 no longer takes nothing is asked here.
    return [finding.code for finding in checked.findings if finding.code != "SRN501"]


@pytest.mark.parametrize(
    ("body", "caught", "handler"),
    [
        (FROM, "ImportError", NOTHING),
        (FROM, "(ImportError, ModuleNotFoundError)", f"print('no Keras')\n    {NOTHING}"),
        (FROM, "Exception as error", f"{NOTHING}\n    print(error)"),
        (f"import tensorflow as tf\n    tf.get_logger().setLevel(40)\n    {FROM}", "ImportError", NOTHING),
        (f"import numpy as np, os\n    print('found')\n    {FROM}", "Exception", NOTHING),
        ("from nets import Sequential, LSTM", "ImportError", NOTHING),
        ("from nets import Sequential\n    import numpy\n    from nets import LSTM", "ImportError", NOTHING),
    ],
)
def test_what_is_there_is_meant(tmp_path: Path, body: str, caught: str, handler: str) -> None:
    text = GUARDED.format(body=body, caught=caught, handler=handler) + TRAINING
    nets = "from keras.models import Sequential\nfrom keras.layers import LSTM\n"
    assert codes(tmp_path, text, {"nets.py": nets}) == ["SRN301"]


@pytest.mark.parametrize(
    ("body", "caught", "handler"),
    [
        # What else may raise, or may not be installed.
        (f"import wandb\n    {FROM}", "ImportError", NOTHING),
        (f"check()\n    {FROM}", "Exception", NOTHING),
        (f"if new:\n        import strange\n    {FROM}", "ImportError", NOTHING),
        ("from nets import Sequential, LSTM", "ImportError", NOTHING),
    ],
)
def test_what_may_be_missing_is_not_known(tmp_path: Path, body: str, caught: str, handler: str) -> None:
    text = GUARDED.format(body=body, caught=caught, handler=handler) + TRAINING
    assert codes(tmp_path, text) == []


def test_with_or_without_a_library_that_may_be_missing(tmp_path: Path) -> None:
    guard = GUARDED.format(body="import wandb", caught="ImportError", handler="pass")
    imports = "from keras.models import Sequential\nfrom keras.layers import LSTM\n"
    always = TRAINING.replace("    if not there:\n        return\n", "")
    assert codes(tmp_path, guard + imports + always) == ["SRN301"]
    resetting = always.replace("model.fit(", "if there:\n        return\n    model.fit(")
    assert codes(tmp_path, guard + imports + resetting) == ["SRN301"]
