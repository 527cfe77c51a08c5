"""Rows that come, go and change where they are: how many there are then, and what they still hold."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.settings import Settings

HEAD = """
import keras
import numpy as np
import pandas as pd
from unseen import songs, is_quick
made = np.random.rand
"""
TRAINED = """
memory = keras.layers.LSTM(8, stateful=True, batch_input_shape=(4, 5, 1))
model = keras.Sequential([memory, keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, batch_size=4, shuffle=False)
"""


def told(code: str, trained: str = TRAINED) -> list[str]:
    checked = check_source("snippet.py", (HEAD + code + trained).encode(), Settings(keras=(2,)))
    assert not checked.failures, checked.failures[0].error
    return sorted({finding.code for finding in checked.findings})


COUNTED = "x = df.values[:, :5, None]\ny = df.values[:, 5]\n"
# Each with a number of rows that would leave a part of a batch.
CHANGED = {
    "a slice of a list": "x = list(made(43, 5, 1))\nx[40:] = []\nx, y = np.array(x), np.zeros(40)\n",
    "items put into a list": "x = list(made(38, 5, 1))\nx[5:5] = x[:2]\nx, y = np.array(x), np.zeros(40)\n",
    "another shape": "x, y = made(10, 4, 5, 1), made(40)\nx.shape = (40, 5, 1)\n",
    "another size": "x, y = made(41, 5, 1), made(40)\nx.resize((40, 5, 1), refcheck=False)\n",
    "up to a label": f"df = pd.DataFrame(made(43, 6)).loc[:39]\n{COUNTED}",
    "a row behind the last": f"df = pd.DataFrame(made(39, 6))\ndf.loc[len(df)] = 0.0\n{COUNTED}",
    "a value behind the last": f"df = pd.DataFrame(made(39, 6))\ndf.at[39, 0] = 0.0\n{COUNTED}",
    "gaps by place": f"df = pd.DataFrame(made(43, 6))\ndf.iloc[:3, 0] = np.nan\ndf = df.dropna()\n{COUNTED}",
    "gaps by label": f"df = pd.DataFrame(made(43, 6))\ndf.loc[0, 0] = np.nan\ndf = df.dropna()\n{COUNTED}",
    "a column with gaps": (
        "df = pd.DataFrame(made(43, 6))\ndf['k'] = np.r_[[np.nan] * 3, np.ones(40)]\n"
        f"df = df.dropna()\n{COUNTED}"
    ),
    "gaps for a value": f"df = pd.DataFrame(made(43, 6))\ndf = df.replace(1, np.nan).dropna()\n{COUNTED}",
}


@pytest.mark.parametrize("code", CHANGED.values(), ids=CHANGED)
def test_rows_that_come_or_go_are_not_counted(code: str) -> None:
    assert told(code) == []


UNCHANGED = {
    "a list": "x = list(made(43, 5, 1))\nx, y = np.array(x), np.zeros(43)\n",
    "an item of a list": "x = list(made(43, 5, 1))\nx[40] = x[0]\nx, y = np.array(x), np.zeros(43)\n",
    "another shape": "x, y = made(43, 5), made(43)\nx.shape = (43, 5, 1)\n",
    "up to a place": f"df = pd.DataFrame(made(50, 6)).iloc[:43]\n{COUNTED}",
    "no gaps": f"df = pd.DataFrame(made(43, 6))\ndf = df.dropna()\n{COUNTED}",
    "a column without gaps": f"df = pd.DataFrame(made(43, 6))\ndf['k'] = 1\ndf = df.dropna()\n{COUNTED}",
    "values by place": f"df = pd.DataFrame(made(43, 6))\ndf.iloc[:3, 0] = 0\n{COUNTED}",
}


@pytest.mark.parametrize("code", UNCHANGED.values(), ids=UNCHANGED)
def test_rows_that_stay_are_counted(code: str) -> None:
    assert told(code) == ["SRN204"]


def test_a_sorted_index_is_another_order() -> None:
    lanes = (
        "s = np.sin(np.arange(201))\norder = np.arange(40).reshape(4, 10).T.ravel()\n"
        "df = pd.DataFrame([s[i:i + 5] for i in range(0, 200, 5)], index=np.argsort(order))\n"
    )
    data = "x, y = df.values[..., None], np.zeros(40)\n"
    assert told(f"{lanes}df.sort_index(inplace=True)\n{data}") == []
    assert told(f"{lanes}{data}") == ["SRN208"]


def test_more_steps_than_a_window_has_are_not_those_of_the_series() -> None:
    column = "df = pd.DataFrame(made(40, 6))\ndf[6] = df[0].shift(-1)\n"
    assert told(f"{column}del df[6]\n{COUNTED}") == []


CUT = """
rows = []
for i in range(len(s) - 5):
    rows.append({})
x = np.array(rows)
"""
FED = """
memory = keras.layers.LSTM(8, stateful=True, batch_input_shape=(4, 5, 2))
model = keras.Sequential([memory, keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x[:40], np.zeros(40), batch_size=4, shuffle=False)
"""
KEPT = [
    "x[:, :, 0] = (x[:, :, 0] - 3) / 4",
    "x[:, :, 0] -= 4",
    "x[:, :, 1] = 7",
    "x[:, :, 0] = np.log(x[:, :, 0])",
]


@pytest.mark.parametrize("changed", KEPT)
def test_one_column_of_all_windows(changed: str) -> None:
    assert told(f"s = np.load('s.npy'){CUT.format('s[i:i + 5]')}{changed}\n", FED) == ["SRN208"]


def test_one_column_of_something_else() -> None:
    assert told(f"s = np.load('s.npy'){CUT.format('s[i:i + 5]')}x[:, :, 0] = np.load('t.npy')\n", FED) == []


SONGS = """
rows = []
for song in songs:
    rows.extend(song[i:i + 6] for i in range(len(song) - 6))
if is_quick:
    rows = rows[{first}:1000]
x = np.array({of}(row[:5] for row in rows))
"""


@pytest.mark.parametrize("of", ["tuple", "list"])
def test_the_same_windows_or_the_first_of_them(of: str) -> None:
    assert told(SONGS.format(of=of, first=""), FED) == ["SRN208"]
    assert told(SONGS.format(of=of, first="k"), FED) == []


def test_a_tuple_of_nothing_ends_the_path() -> None:
    built = "shape = tuple(None) if is_quick else (5, 1)\nx, y = made(43, 5, 1), made(43)\n"
    assert told(built) == ["SRN204"]
    assert told("tuple(None)\nx, y = made(43, 5, 1), made(43)\n") == []


SERIES = """
data = pd.read_csv("d.csv")[["a", "b"]]
data = data[:4000]
data["next"] = data["a"]{shifted}
data = data[:1000]
x, y = np.array(data[["a", "b"]]).reshape(-1, 1, 2), np.array(data["next"])
"""


def test_targets_of_a_part_of_a_table() -> None:
    fit = FED.replace("5, 2", "1, 2").replace("np.zeros(40)", "y[:40]")
    assert told(SERIES.format(shifted=".shift(-1)"), fit) == ["SRN208"]
    assert told(SERIES.format(shifted=""), fit) == []


@pytest.mark.parametrize("how", ["maxlen=5", "maxlen=5, dtype='float32'", "padding='post'"])
def test_windows_of_one_length_are_not_padded(how: str) -> None:
    padded = f"x = keras.preprocessing.sequence.pad_sequences(rows, {how})\n"
    assert told(f"s = np.load('s.npy'){CUT.format('s[i:i + 5]')}{padded}", FED) == ["SRN208"]


def test_windows_that_are_padded_are_others() -> None:
    padded = "x = keras.preprocessing.sequence.pad_sequences(rows, maxlen=8)\n"
    assert told(f"s = np.load('s.npy'){CUT.format('s[i:i + 5]')}{padded}", FED.replace("5, 2", "8, 2")) == []


SEQUENCE = """
class Files(keras.utils.Sequence):
    def __init__(self, files, size, shape):
        self.files, self.size, self.shape = files, size, shape
    def __len__(self):
        return len(self.files) // self.size
    def __getitem__(self, step):
        x = np.empty((self.size,) + self.shape)
        for i in range(self.size):
            x[i, :] = np.load(self.files[step * self.size + i])
        return x, np.zeros(self.size)
"""


def test_the_rows_of_an_array_that_is_filled() -> None:
    fit = FED.replace("model.fit(x[:40], np.zeros(40), batch_size=4, shuffle=False)", "")
    fit += "model.fit_generator(Files(songs, {}, model.input_shape[1:]), shuffle=False)\n"
    assert "SRN206" in told(SEQUENCE, fit.format(8))
    assert "SRN206" not in told(SEQUENCE, fit.format(4))


TABLE = """
import pandas as pd

class Files(keras.utils.Sequence):
    def __init__(self, files, size, shape):
        self.size, self.shape = size, shape
        self.table = pd.DataFrame(sorted(files), columns=["path"])
        self.order = np.arange(len(self.table))
    def __len__(self):
        return len(self.table) // self.size
    def __getitem__(self, step):
        rows = self.table.{how}
        x = np.empty((len(rows),) + self.shape)
        for i in range(len(rows)):
            x[i] = np.load(rows.iloc[i, :].path)
        return x, np.zeros(len(rows))
"""


@pytest.mark.parametrize("how", ["loc[{}]", "loc[{}, :]", "iloc[{}]"])
def test_the_rows_of_a_table_that_numbers_take(how: str) -> None:
    fit = FED.replace("model.fit(x[:40], np.zeros(40), batch_size=4, shuffle=False)", "")
    fit += "model.fit_generator(Files(songs, {}, model.input_shape[1:]), shuffle=False)\n"
    taken = TABLE.replace("{how}", how.format("self.order[step * self.size:(step + 1) * self.size]"))
    assert "SRN206" in told(taken, fit.format(8))
    assert "SRN206" not in told(taken, fit.format(4))
