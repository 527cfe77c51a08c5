"""Datasets of a catalogue (`tfds.load`): each split is one, in whatever way they are asked for."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

MODEL = """
model = tf.keras.Sequential([tf.keras.layers.LSTM(4, batch_input_shape=(8, 5, 1), stateful=True)])
model.compile("sgd", "mse")
"""
FIT = "model.fit({}.shuffle(100).batch(8, drop_remainder=True))\n"


def found(code: str) -> list[str]:
    source = f"import tensorflow as tf\nimport tensorflow_datasets as tfds\n{code}"
    checked = check_source("a.py", source.encode(), Settings(keras=(2,)))
    assert not checked.failures, checked.failures[0].error
    return [finding.code for finding in checked.findings if finding.code != "SRN502"]


@pytest.mark.parametrize(
    ("load", "train"),
    [
        ("data = tfds.load('a')", "data['train']"),
        ("data, info = tfds.load('a', with_info=True, as_supervised=True)", "data['train']"),
        ("train = tfds.load('a', split='train[:80%]', shuffle_files=True)", "train"),
        ("train, test = tfds.load('a', split=['train', 'test'])", "train"),
        ("(train, test), info = tfds.load('a', split=('train', 'test'), with_info=True)", "train"),
    ],
)
def test_a_split_is_a_dataset(load: str, train: str) -> None:
    assert found(load + MODEL + FIT.format(train)) == ["SRN202"]


@pytest.mark.parametrize(
    "load",
    [
        "train = tfds.load('a', split=name)",
        "train = tfds.load('a', **options)",
        "train = tfds.load('a', 'train')[0]",
    ],
)
def test_what_is_not_known_is_none(load: str) -> None:
    assert found(load + MODEL + FIT.format("train")) == []


def test_the_same_split_is_the_same_data_however_often_it_is_loaded() -> None:
    code = "model.fit(tfds.load('a', split='train').batch(8))\n"
    again = "model.predict(tfds.load('a', split='{}').batch(8))\n"
    assert "SRN304" in found(MODEL + code + again.format("train"))
    assert "SRN304" not in found(MODEL + code + again.format("test"))


def test_a_dataset_may_be_loaded_in_batches() -> None:
    code = "model.fit(tfds.load('a', split='train', batch_size={}))\n"
    assert found(MODEL + code.format(4)) == ["SRN206"]
    assert found(MODEL + code.format(8)) == []
