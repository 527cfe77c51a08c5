"""Files that each epoch reads again: the same data, unless something may have written them meanwhile."""

from __future__ import annotations

import pytest

from statelint.engine import check_source

PROGRAM = """
import bz2, gzip, glob, json, os, pickle, shutil, subprocess
from pathlib import Path
import h5py, joblib, librosa, scipy.io
import numpy as np
import pandas as pd
from scipy.io import wavfile
from tensorflow import keras
from tensorflow.keras.layers import LSTM, Dense
model = keras.Sequential([keras.Input(batch_shape=(1, 3, 1)), LSTM(4, stateful=True), Dense(1)])
model.compile("sgd", "mse")
opened = open("x.pkl", "rb")
for epoch in range(50):
    BODY
    model.fit(x, y, batch_size=1, shuffle=False)
"""

AGAIN = [
    'with h5py.File("x.h5", "r") as f: x, y = f["x"][:], f["y"][:]',
    'with h5py.File("x.h5") as f: x, y = np.array(f["x"]), np.array(f["y"])',
    'f = h5py.File("x.h5", mode="r"); x, y = np.array(f.get("x")), f["y"][()]; f.close()',
    'm = scipy.io.loadmat("x.mat"); x, y = m["x"], m["y"]',
    'with open("x.pkl", "rb") as f: x, y = pickle.load(f)',
    'with open("x.pkl", "rb") as f: x = pickle.load(f); y = pickle.load(f)',
    'with gzip.open("x.pkl") as f: x, y = pickle.load(f)',
    'with Path("x.pkl").open("rb") as f: x, y = pickle.load(f)',
    'x, y = joblib.load("x.joblib"), joblib.load("y.joblib")',
    'x, y = np.array(json.load(open("x.json"))), np.array(json.load(open("y.json")))',
    'with open("x.json") as f: d = json.load(f); x, y = np.array(d["x"]), np.array(d["y"])',
    'x = pd.read_hdf("x.h5").values; y = x[:, 0]',
    'rate, x = wavfile.read("x.wav"); y = x',
    'x, rate = librosa.load("x.wav", sr=16000); y = x',
]

PERHAPS_ANOTHER = [
    # One behind the other in a file that stays open.
    "x, y = pickle.load(opened)",
    "x, y = np.load(opened), np.load(opened)",
    # Opened for writing, or written before or after it is read.
    'with h5py.File("x.h5", "a") as f: x, y = f["x"][:], f["y"][:]',
    'with h5py.File("x.h5", MODE) as f: x, y = f["x"][:], f["y"][:]',
    'x, y = json.load(open("x.json")); open("x.json", "w").write(model.state())',
    'fetch(); open("x.wav", "wb").write(sound()); rate, x = wavfile.read("x.wav"); y = x',
    'm = scipy.io.loadmat("x.mat"); x, y = m["x"], m["y"]; scipy.io.savemat("x.mat", {"x": next(x)})',
    'with open("x.pkl", "rb") as f: x, y = pickle.load(f)\n'
    '    with open("x.pkl", "wb") as f: pickle.dump(next(x), f)',
    # Written by what isn't followed, which is given the path.
    'sound.export("x.wav"); rate, x = wavfile.read("x.wav"); y = x',
    'convert(epoch, "x.wav"); rate, x = wavfile.read("x.wav"); y = x',
    'Path("x.json").write_text(sound()); x = y = np.array(json.load(open(Path("x.json"))))',
    # By commands.
    'os.system(f"ffmpeg -i {epoch}.mp3 x.wav"); rate, x = wavfile.read("x.wav"); y = x',
    'subprocess.run(["ffmpeg", "-i", f"{epoch}.mp3", "x.wav"]); x, rate = librosa.load("x.wav"); y = x',
    'shutil.copy(f"{epoch}.h5", "x.h5"); f = h5py.File("x.h5", "r"); x, y = f["x"][:], f["y"][:]',
    # Another file each time.
    'with h5py.File(f"{epoch}.h5", "r") as f: x, y = f["x"][:], f["y"][:]',
]


def codes(body: str) -> set[str]:
    code = PROGRAM.replace("BODY", body)
    return {finding.code for finding in check_source("snippet.py", code.encode()).findings}


@pytest.mark.parametrize("body", AGAIN)
def test_the_same_data_each_time(body: str) -> None:
    assert codes(body) == {"SRN301"}


@pytest.mark.parametrize("body", PERHAPS_ANOTHER)
def test_what_may_be_other_data_each_time(body: str) -> None:
    assert codes(body) == set()


def test_files_of_a_folder_stay_sequences_of_their_own() -> None:
    code = PROGRAM.replace("for epoch in range(50):", 'for path in glob.glob("*.h5"):').replace(
        "BODY", 'with h5py.File(path, "r") as f: x, y = f["x"][:], f["y"][:]'
    )
    assert [f.code for f in check_source("snippet.py", code.encode()).findings] == ["SRN320"]
