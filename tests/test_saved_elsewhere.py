"""Models that one program saves and another of the same folder loads."""

from __future__ import annotations

from pathlib import Path

import pytest

from statelint.cache import Cache
from statelint.discover import discover
from statelint.engine import check_files
from statelint.listing import forget_names
from statelint.settings import Settings

TRAIN = """\
import os
import keras
import numpy as np
from keras.callbacks import ModelCheckpoint

def build(batch):
    return keras.Sequential([
        keras.Input(batch_shape=(batch, 20, 3)), keras.layers.LSTM(8, stateful=True), keras.layers.Dense(1)
    ])

x, y = np.load("x.npy"), np.load("y.npy")
model = build(64)
model.compile("adam", "mse")
for epoch in range(9):
    model.fit(x, y, batch_size=64, epochs=1, shuffle=False)
    model.layers[0].reset_states()
{save}
"""
PREDICT = """\
import os
import keras
import numpy as np
from keras.models import load_model

{load}
print(model.predict(np.load("test.npy"){options}))
"""
SAVE, LOAD = "model.save('models/net.h5')", "model = load_model('models/net.h5')"
LOAD_NINTH = "model = load_model('models/n09-0.0213.h5')"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def check(folder: Path, files: dict[str, str], given: str = ".", keras: int = 2) -> list[str]:
    write(folder, files)
    settings = Settings(keras=(keras,))
    checked = check_files(discover([str(folder / given)], lambda _: settings).files)
    assert not checked.failures, checked.failures
    return [f"{Path(f.site.path).name}:{f.site.line} {f.code}" for f in checked.findings]


def project(save: str = SAVE, load: str = LOAD, options: str = "") -> dict[str, str]:
    return {"train.py": TRAIN.format(save=save), "predict.py": PREDICT.format(load=load, options=options)}


@pytest.mark.parametrize(
    ("save", "load"),
    [
        (SAVE, LOAD),
        (SAVE, "model = load_model('./models/net.h5')"),
        (SAVE, "model = keras.models.load_model(os.path.join('models', 'net.h5'), compile=False)"),
        (SAVE, "folder = 'models/'\nmodel = load_model(folder + 'net' + '.h5')"),
        (SAVE, "def read():\n    return load_model('models/net.h5')\nmodel = read()"),
        ("keras.models.save_model(model, 'models/net.h5')", LOAD),
        ("model.fit(x, y, 64, shuffle=False, callbacks=[ModelCheckpoint('models/net.h5')])", LOAD),
        ("if __name__ == '__main__':\n    " + SAVE, LOAD),
        (
            "HERE = os.path.dirname(os.path.abspath(__file__))\nmodel.save(os.path.join(HERE, 'net.h5'))",
            "HERE = os.path.dirname(__file__)\nmodel = load_model(os.path.join(HERE, 'net.h5'))",
        ),
    ],
)
def test_a_model_is_what_another_program_saves(tmp_path: Path, save: str, load: str) -> None:
    line = 6 + load.count("\n") + 1
    found = [f"predict.py:{line} SRN206"]
    assert [one for one in check(tmp_path, project(save, load)) if "predict" in one] == found
    # Of the program that trains, nothing is said for the other.
    assert check(tmp_path, {}, "predict.py") == found
    right = project(save, load, ", batch_size=64")
    assert check(tmp_path, right, "predict.py") == []


def test_values_that_both_import(tmp_path: Path) -> None:
    files = project("model.save(config.PATH)", "import config\nmodel = load_model(config.PATH)")
    files["train.py"] = files["train.py"].replace("build(64)", "build(config.BATCH)")
    files["train.py"] = "import config\n" + files["train.py"].replace("64", "config.BATCH")
    files["config.py"] = "BATCH = 48\nPATH = 'models/' + 'net.h5'\n"
    assert check(tmp_path, files, "predict.py") == ["predict.py:8 SRN206"]


def test_what_is_asked_of_a_loaded_model(tmp_path: Path) -> None:
    reset = project(load=LOAD + "\nmodel.reset_states()", options=", batch_size=64")
    assert check(tmp_path, reset, "predict.py", keras=3) == ["predict.py:7 SRN502"]
    again = project(options=", batch_size=64")
    again["predict.py"] += (
        "x = np.load('more.npy')\nfor n in range(2):\n    print(model.predict(x, batch_size=64))\n"
    )
    assert check(tmp_path, again, "predict.py") == ["predict.py:10 SRN304"]


def test_what_is_wrong_with_its_layers_is_said_where_they_are_made(tmp_path: Path) -> None:
    files = project(options=", batch_size=64")
    deep = "keras.layers.LSTM(8, stateful=True, return_sequences=True), keras.layers.LSTM(8)"
    files["train.py"] = files["train.py"].replace("keras.layers.LSTM(8, stateful=True)", deep)
    assert check(tmp_path, files) == ["train.py:8 SRN103"]
    assert check(tmp_path, {}, "predict.py") == []


@pytest.mark.parametrize(
    ("save", "load"),
    [
        ("model.save('models/other.h5')", LOAD),
        ("model.save(f'models/net_{epoch}.h5')", LOAD),
        (SAVE, "import sys\nmodel = load_model(sys.argv[1])"),
        (
            SAVE + "\nbuild(32).save('models/net.h5')\nif len(x) > 9:\n    build(16).save('models/net.h5')",
            LOAD,
        ),
        ("model.save_weights('models/net.h5')", LOAD),
        ("model.fit(x, y, 64, callbacks=[ModelCheckpoint('models/net.h5', save_weights_only=True)])", LOAD),
    ],
)
def test_any_doubt_leaves_it_unknown(tmp_path: Path, save: str, load: str) -> None:
    assert check(tmp_path, project(save, load), "predict.py") == []


CONFIG = "EPOCHS = 9\n"


@pytest.mark.parametrize(
    ("save", "load"),
    [
        (SAVE, "import sys\nmodel = load_model(sys.argv[1])"),
        (SAVE, "import glob\nmodel = load_model(sorted(glob.glob('models/*.h5'))[-1])"),
        ("import sys\nmodel.save(sys.argv[1])", LOAD),
        ("model.fit(x, y, 64, callbacks=[ModelCheckpoint('models/n{epoch:02d}-{loss}.h5')])", LOAD_NINTH),
        (SAVE + "\nmodel.save('models/copy.h5')", "import sys\nmodel = load_model(sys.argv[1])"),
    ],
)
def test_the_only_model_that_a_program_of_the_project_saves(tmp_path: Path, save: str, load: str) -> None:
    assert check(tmp_path, project(save, load), "predict.py") == []
    # Both take something from one module of the project.
    files = project("import config\n" + save, "import config\n" + load)
    write(tmp_path, files | {"config.py": CONFIG})
    forget_names()
    settings = Settings(keras=(2,))
    checked = check_files(discover([str(tmp_path / "predict.py")], lambda _: settings).files)
    found = [(one.code, one.assumptions) for one in checked.findings]
    assert found == [("SRN206", ("the model is the one that train.py saves",))]


@pytest.mark.parametrize(
    ("save", "load"),
    [
        (SAVE + "\nbuild(16).save('models/small.h5')", "import sys\nmodel = load_model(sys.argv[1])"),
        ("model.fit(x, y, 64, callbacks=[ModelCheckpoint('models/n{epoch:02d}.h5')])", LOAD),
        ("model.save('models/other.h5')", LOAD),
        ("if len(x) > 9:\n    model = build(16)\n" + SAVE, "import sys\nmodel = load_model(sys.argv[1])"),
    ],
)
def test_it_may_be_another_model(tmp_path: Path, save: str, load: str) -> None:
    files = project("import config\n" + save, "import config\n" + load) | {"config.py": CONFIG}
    assert check(tmp_path, files, "predict.py") == []


def test_programs_that_save_different_models_under_one_path(tmp_path: Path) -> None:
    files = project()
    files["train_gru.py"] = files["train.py"].replace("build(64)", "build(16)").replace("64", "16")
    assert check(tmp_path, files, "predict.py") == []
    files["train_gru.py"] = files["train_gru.py"].replace("models/net", "models/gru")
    assert check(tmp_path, files, "predict.py") == ["predict.py:7 SRN206"]


def test_programs_that_load_what_each_other_saves(tmp_path: Path) -> None:
    files = project()
    files["train.py"] = files["train.py"].replace("model = build(64)", "model = load_model('second.h5')")
    files["train.py"] = "from keras.models import load_model\n" + files["train.py"]
    files["predict.py"] += "model.save('second.h5')\n"
    assert check(tmp_path, files) == []


def test_a_program_that_costs_too_much(tmp_path: Path) -> None:
    files = project()
    calls = (f"def f{n}(a):\n" + f"    f{n - 1}([a])\n" * 10 for n in range(1, 5))
    files["train.py"] += "def f0(a):\n" + "    b = [a, a]\n" * 10 + "".join(calls)
    assert check(tmp_path, files, "predict.py") == ["predict.py:7 SRN206"]
    files["train.py"] += "f4(x)\n"
    assert check(tmp_path, files, "predict.py") == []


def test_many_programs_of_which_one_names_the_file(tmp_path: Path) -> None:
    files = project() | {f"other{n}.py": TRAIN.format(save=f"model.save('m{n}.h5')") for n in range(9)}
    assert check(tmp_path, files, "predict.py") == ["predict.py:7 SRN206"]


def test_a_cached_result_depends_on_the_program_that_saves(tmp_path: Path) -> None:
    folder, kept = tmp_path / "project", tmp_path / "cache"
    write(folder, project())

    def found() -> list[str]:
        forget_names()
        checked = check_files(discover([str(folder / "predict.py")]).files, cache=lambda: Cache(str(kept)))
        assert not checked.failures, checked.failures
        return [one.code for one in checked.findings]

    assert found() == found() == ["SRN206"]
    write(folder, {"train.py": TRAIN.format(save=SAVE).replace("64", "32")})
    assert found() == []
    write(folder, {"train.py": TRAIN.format(save="")})
    write(folder, {"other.py": TRAIN.format(save=SAVE)})
    assert found() == ["SRN206"]


def test_a_module_that_trains_and_saves_for_a_program(tmp_path: Path) -> None:
    files = project()
    train = files.pop("train.py")
    start = train.index("x, y = ")
    body = "".join(f"    {line}\n" for line in train[start:].splitlines())
    files["training.py"] = f"{train[:start]}def main(batch):\n{body.replace('64', 'batch')}"
    files["run.py"] = "from training import main\nmain(64)\n"
    assert check(tmp_path, files, "predict.py") == ["predict.py:7 SRN206"]
    # Of the module alone it isn't known for how many rows.
    forget_names()
    (tmp_path / "run.py").unlink()
    assert check(tmp_path, {}, "predict.py") == []


def test_another_program_that_costs_too_much(tmp_path: Path) -> None:
    """What the program itself says doesn't hang on what lies beside it."""
    own = TRAIN.format(save="").replace(
        "for epoch", "loaded = keras.models.load_model(open('name').read())\nfor epoch"
    )
    own = own.replace("shuffle=False", "shuffle=True")
    heavy = "import keras\n" + "total = 1 + 2 + 3\n" * 20_000 + "model = unseen()\nmodel.save(name + '.h5')\n"
    alone = check(tmp_path, {"own.py": own}, "own.py")
    assert alone == ["own.py:16 SRN201"]
    forget_names()
    assert check(tmp_path, {"heavy.py": heavy}, "own.py") == alone
