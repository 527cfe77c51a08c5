"""What the programs beside this one measure with."""

import re

import keras
import numpy as np
import tensorflow as tf

GENERATION = int(keras.__version__.split(".")[0])


def about(measured, told):
    """Hold that a number is the one that is told, to its last digit or so."""
    assert abs(measured - told) <= 0.02 * abs(told) + 1e-5, f"{measured}, not {told}"


def raises(words, run, *given, **named):
    """Hold that a call raises an error that has these words in its text."""
    try:
        run(*given, **named)
    except Exception as error:
        text = re.sub(r"\x1b\[\d+m", "", f"{type(error).__name__}: {error}")
        text = " ".join(text.split())
        assert words in text, text[-600:]
        return
    raise AssertionError(f"nothing is raised, not {words!r}")


def seeded(layer):
    """The layer or model, with weights that are the same on every Keras."""
    random = np.random.RandomState(1)
    layer.set_weights([random.uniform(-1, 1, weight.shape) for weight in layer.get_weights()])
    return layer


def state(layer):
    """The states of a layer, one behind the other."""
    return np.concatenate([np.asarray(part).ravel() for part in tf.nest.flatten(layer.states)])


def norm(layer):
    """The length of a layer's state."""
    return float(np.linalg.norm(state(layer)))


def rows(count, steps=3, features=1, seed=0):
    """An array to feed."""
    return np.random.RandomState(seed).rand(count, steps, features).astype("float32")
