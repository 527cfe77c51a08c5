"""Tables whose rows the program puts into random order, and what is taken of them then."""

from __future__ import annotations

import pytest

from tests.programs import reported_below

HEAD = """
import elsewhere
import keras
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.utils import shuffle
inputs = keras.Input(batch_shape=(8, 10, 1))
model = keras.Model(inputs, keras.layers.LSTM(4, stateful=True)(inputs))
model.compile("adam", "mse")
table = pd.read_csv("series.csv")
"""
FIT = "model.fit(x.reshape(-1, 10, 1), elsewhere.targets(), batch_size=8, shuffle=False)\n"


@pytest.mark.parametrize(
    ("code", "is_random"),
    [
        ("x = shuffle(table).iloc[:, :-1].values", True),
        ("x = shuffle(table)[['a', 'b']].values", True),
        ("x = shuffle(elsewhere.load()).iloc[:, :-1].values", True),
        ("part = shuffle(table.iloc[:1000, :]); x = part.iloc[:, :-1]; x = x.values", True),
        ("part, rest = train_test_split(table); x = part.drop('y', axis=1).values", True),
        ("part, rest = train_test_split(table, shuffle=False); x = part.drop('y', axis=1).values", False),
        ("x = table.iloc[np.random.permutation(len(table))].drop('y', axis=1).values", True),
        ("x = table.reindex(np.random.permutation(table.index)).drop('y', axis=1).values", True),
        ("x = table.reindex(table.index).drop('y', axis=1).values", False),
        ("x = table.iloc[:, :-1].values", False),
        # Texts that are made numbers.
        ("x = keras.utils.pad_sequences(shuffle(table)['words'].values, maxlen=10)", True),
        ("x = keras.utils.pad_sequences(table['words'].values, maxlen=10)", False),
        (
            "x = keras.preprocessing.text.Tokenizer().texts_to_sequences(shuffle(table)['words'].values)\n"
            "x = keras.utils.pad_sequences(x, maxlen=10)",
            True,
        ),
        # The numbers of the rows are split.
        ("one, other = train_test_split(list(range(99))); x = elsewhere.load()[one, :, :]", True),
        (
            "one, other = train_test_split(list(range(99)), shuffle=False); x = elsewhere.load()[one, :]",
            False,
        ),
    ],
)
def test_rows_of_tables_in_random_order(code: str, is_random: bool) -> None:
    found = [rule for _, rule in reported_below(HEAD, f"{code}\n{FIT}", {"SRN203"})]
    assert found == ["SRN203"] * is_random
