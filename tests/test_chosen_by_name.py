"""Builders that a name chooses which isn't known: `getattr(self, kind)()`, `getattr(models, args.model)`."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from statelint.engine import check_source
from statelint.settings import Settings
from tests.test_projects import check

BUILDER = """
    def {name}(self):
        model = keras.Sequential()
        model.add(keras.layers.{layer}(8, batch_input_shape=(64, 6, 2){how}))
        model.add(keras.layers.Dense(1))
        model.compile("adam", "mse")
        return model
"""
TRAINER = """
import argparse, os
import keras
import numpy as np
class Trainer:
    def __init__(self, kind, path="model.h5"):
        {made}
{builders}
    def train(self):
        x, y = np.load("x.npy"), np.load("y.npy")
        self.model.fit(x, y, batch_size=64, epochs=1)

parser = argparse.ArgumentParser()
parser.add_argument("kind")
Trainer(parser.parse_args().kind).train()
"""
MADE = {
    "the name": "self.model = getattr(self, kind)()",
    "a part of the name": 'self.model = getattr(self, "build_" + kind)()',
    "unless there is a file": (
        "if os.path.isfile(path):\n            self.model = keras.models.load_model(path)\n"
        "        else:\n            self.model = getattr(self, kind)()"
    ),
}


def told(made: str, *builders: tuple[str, str, str]) -> list[str]:
    parts = "".join(BUILDER.format(name=n, layer=layer, how=how) for n, layer, how in builders)
    code = TRAINER.format(made=made, builders=parts)
    checked = check_source("snippet.py", code.encode(), Settings(keras=(2,)))
    assert not checked.failures, checked.failures[0].error
    return sorted(finding.code for finding in checked.findings)


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_each_of_the_methods_may_be_meant(made: str) -> None:
    stateful = ", stateful=True"
    assert told(made, ("build_a", "LSTM", stateful), ("build_b", "GRU", stateful)) == ["SRN201"]
    assert told(made, ("build_a", "LSTM", stateful), ("build_b", "GRU", "")) == ["SRN201"]
    assert told(made, ("build_a", "LSTM", ""), ("build_b", "GRU", "")) == []


def test_a_part_of_the_name_leaves_others_out() -> None:
    assert told(MADE["a part of the name"], ("make_a", "LSTM", ", stateful=True")) == []


def test_functions_of_a_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    builder = BUILDER.format(name="lstm", layer="LSTM", how=", stateful=True").replace("self", "")
    train = (
        "import sys\nimport numpy as np\nimport models\nmodel = getattr(models, sys.argv[1])()\n"
        "model.fit(np.load('x.npy'), np.load('y.npy'), batch_size=64)\n"
    )
    files = {"models.py": f"import keras\n{dedent(builder)}", "train.py": train}
    assert "train.py:5 SRN201" in check(tmp_path, monkeypatch, files)
