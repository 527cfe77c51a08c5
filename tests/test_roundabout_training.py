"""Training that goes through scikit-learn: what fit takes isn't given where it doesn't get there."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

HEAD = """\
import numpy as np
from tensorflow import keras
from keras.wrappers.scikit_learn import KerasRegressor
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import {pipeline}
x, y = np.zeros((8, 3, 1)), np.zeros((8, 4))
def build():
    model = keras.Sequential([keras.Input(batch_shape=(2, 3, 1)), keras.layers.LSTM(4, stateful=True)])
    model.compile("sgd", "mse")
    return model
estimator = KerasRegressor(build_fn=build, batch_size=2, epochs=3)
"""


@pytest.mark.parametrize(
    ("pipeline", "training", "is_fixed"),
    [
        ("FeatureUnion", 'GridSearchCV(estimator, {"epochs": [3]}).fit(x, y)', True),
        ("FeatureUnion", "cross_val_score(estimator, x, y)", False),
        ("Pipeline", 'Pipeline([("net", estimator)]).fit(x, y)', False),
        ("make_pipeline", "make_pipeline(estimator).fit(x, y)", False),
    ],
)
def test_what_does_not_take_the_arguments_of_fit_is_not_given_them(
    pipeline: str, training: str, is_fixed: bool
) -> None:
    checked = check_source("program.py", (HEAD.format(pipeline=pipeline) + training + "\n").encode())
    assert [finding.code for finding in checked.findings] == ["SRN201", "SRN301"]
    assert any(finding.fix is not None for finding in checked.findings) is is_fixed
