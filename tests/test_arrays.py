"""Shapes of arrays: what the interpreter says is what NumPy does."""

from __future__ import annotations

import pytest

from tests.telling import reveal

HEAD = """
import numpy as np
from sklearn.model_selection import KFold, TimeSeriesSplit
from sklearn.preprocessing import MinMaxScaler
from keras.utils import to_categorical
from test import reveal
"""

DATA = "a, s, x = np.zeros((100, 3)), np.arange(100), np.zeros((90, 3, 1))\n"

EXPRESSIONS = [
    "np.vstack([a, a])",
    "np.array([1, 2], ndmin=3)",
    "np.array(s, ndmin=2)",
    "np.array(a, ndmin=2)",
    "np.vstack([s, s])",
    "np.hstack((a, a))",
    "np.hstack((s, s))",
    "np.dstack([a, a])",
    "np.column_stack((s, a))",
    "np.c_[s, s]",
    "np.stack([a, a], axis=-1)",
    "np.stack([a, a, a])",
    "np.append(a, a)",
    "np.append(a, a, axis=0)",
    "np.split(a, 4)[1]",
    "np.split(a, [10, 30])[1]",
    "np.split(a, [10, 30])[-1]",
    "np.split(a, 3, axis=1)[2]",
    "np.array_split(a, 3)[0]",
    "np.array_split(a, 3)[2]",
    "np.roll(a, 1, axis=0)",
    "np.flip(a)",
    "np.sort(s)",
    "np.tile(s, 3)",
    "np.tile(a, (2, 1))",
    "np.tile(a, (4, 1, 1))",
    "np.repeat(a, 2)",
    "np.repeat(a, 2, axis=0)",
    "x.repeat(2, axis=1)",
    "np.diff(s)",
    "np.diff(a)",
    "np.diff(a, n=2, axis=0)",
    "np.squeeze(x)",
    "np.squeeze(x, axis=-1)",
    "x.squeeze(2)",
    "np.moveaxis(x, 0, 1)",
    "np.moveaxis(x, -1, 0)",
    "np.atleast_2d(s)",
    "a.mean(axis=0)",
    "a.mean()",
    "np.max(x, axis=-1)",
    "x.sum(axis=(0, 2))",
    "x.min(axis=1, keepdims=True)",
    "np.argmax(a, axis=1)",
    "(a - a.mean(axis=0)) / a.std(axis=0)",
    "(a - a.min()) / (a.max() - a.min())",
    "a * s[:, None]",
    "s[:, None] * s",
    "a @ a.T",
    "np.maximum(s[:3], a)",
    "np.where(a > 0, a, 0)",
    "np.eye(5)[np.random.randint(0, 5, 10)]",
    "np.eye(4, 6)",
    "a[np.arange(10)]",
    "np.random.gamma(1, 2, (4, 3))",
    "np.random.choice(5, size=(10, 2))",
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_shape_is_what_numpy_makes_it(expression: str) -> None:
    names: dict[str, object] = {}
    exec(f"import numpy as np\n{DATA}shape = np.shape({expression})", names)
    assert isinstance(names["shape"], tuple)
    (told,) = reveal(f"{DATA}reveal({expression})", head=HEAD)
    assert told.partition(" from ")[0] == f"array({', '.join(map(str, names['shape']))})"


@pytest.mark.parametrize(
    ("expression", "array"),
    [
        ("MinMaxScaler().fit_transform(a)", "array(100, 3)"),
        ("MinMaxScaler().fit(a).transform(a[:7])", "array(7, 3)"),
        ("to_categorical(s, 7)", "array(100, 7)"),
        ("to_categorical(s.reshape(-1, 1), num_classes=7)", "array(100, 7)"),
        ("to_categorical(s)", "array(100, ?)"),
    ],
)
def test_what_prepares_data_keeps_its_rows(expression: str, array: str) -> None:
    assert reveal(f"{DATA}reveal({expression})", head=HEAD) == [array]


@pytest.mark.parametrize(
    ("splitter", "parts"),
    [
        (
            "TimeSeriesSplit(3)",
            [
                "array(25, 3) array(25, 3) from 25",
                "array(50, 3) array(25, 3) from 50",
                "array(75, 3) array(25, 3) from 75",
            ],
        ),
        ("KFold(3)", ["array(66, 3) array(34, 3)", "array(67, 3) array(33, 3)", "array(67, 3) array(33, 3)"]),
        ("TimeSeriesSplit(2, gap=1)", ["array(?, 3) array(?, 3)"] * 2),
        ("KFold(mystery)", ["array(?, 3) array(?, 3)"] * 2),
    ],
)
def test_folds(splitter: str, parts: list[str]) -> None:
    code = f"{DATA}for train, test in {splitter}.split(a):\n    reveal(a[train], a[test])"
    assert reveal(code, head=HEAD) == parts


@pytest.mark.parametrize(
    "expression",
    [
        "a[a[:, 0] > 0]",
        "a[np.isnan(a)]",
        "a[a > 0]",
        "np.unique(s)",
        "a[mystery]",
        "np.delete(a, 0, axis=0)",
        "np.where(s > 5)",
        "np.cumsum(a)",
        "np.add(a, mystery)",
        "np.append(a, mystery)",
        "np.split(a, mystery)",
        "np.vstack([a, mystery])",
    ],
)
def test_rows_that_are_not_known(expression: str) -> None:
    (told,) = reveal(f"{DATA}reveal({expression})", head=HEAD)
    assert told.startswith(("?", "array(?"))


def test_what_a_function_returns_in_one_of_two_ways_is_unpacked() -> None:
    code = f"""{DATA}
def trimmed(x, y):
    if mystery:
        return x, y
    return x[:-10], y[:-10]

one, other = trimmed(a, s)
reveal(one, other)
"""
    assert reveal(code, head=HEAD) == ["array(100, 3) | array(90, 3) array(100) | array(90)"]
