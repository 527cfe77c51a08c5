"""A small stateful model on either generation of Keras in this process, and what to feed it."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import pytest

ROWS = 4


@pytest.fixture(scope="session", params=[2, 3], ids=["keras2", "keras3"])
def keras(request: pytest.FixtureRequest) -> ModuleType:
    """Each generation of Keras, imported into this process once."""
    found: ModuleType = pytest.importorskip({2: "tf_keras", 3: "keras"}[request.param])
    return found


@pytest.fixture
def generation(keras: ModuleType) -> int:
    return 2 if keras.__name__ == "tf_keras" else 3


def build(keras: Any, kind: str = "LSTM", dropout: float = 0.3, layers: int = 1, **options: Any) -> Any:
    """A compiled stateful model for batches of 4 rows of 3 steps; the same weights each time."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(7)
    kinds = keras.layers
    cells = [
        getattr(kinds, kind)(5, stateful=True, dropout=dropout, return_sequences=depth > 1)
        for depth in range(layers, 0, -1)
    ]
    model = keras.Sequential([keras.Input(shape=(3, 1), batch_size=ROWS), *cells, kinds.Dense(1)])
    model.compile("adam", "mse", **options)
    return model


def data(rows: int = 16, seed: int = 0) -> tuple[Any, Any]:
    """Rows of random numbers, and targets for them."""
    np: Any = importlib.import_module("numpy")
    draw = np.random.RandomState(seed)
    return draw.rand(rows, 3, 1).astype("float32"), draw.rand(rows, 1).astype("float32")


def reset(model: Any) -> None:
    for layer in model.layers:
        if hasattr(layer, "reset_states"):
            layer.reset_states()


def resetting(keras: Any, *hooks: str) -> Any:
    """A callback that resets the states of its model in these hooks."""
    made: Any = keras.callbacks.Callback()
    for hook in hooks:
        setattr(made, hook, lambda *args, **kwargs: reset(made.model))
    return made
