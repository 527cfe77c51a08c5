"""Programs of several files: imports are followed, and a finding is reported once."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from statelint.discover import discover
from statelint.engine import check_files
from statelint.source.project import Project

MODEL = """\
    import keras

    def build(batch, steps=20):
        model = keras.Sequential()
        model.add(keras.Input(batch_shape=(batch, steps, 1)))
        model.add(keras.layers.LSTM(4, stateful=True))
        model.compile("sgd", "mse")
        return model
    """

DATA = "import numpy as np\nx, y = np.zeros((100, 20, 1)), np.zeros((100, 4))\n"

TRAIN = """\
    {imports}
    model = {build}(32)
    model.fit(x, y, batch_size=32, shuffle=False)
    """


def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], *given: str) -> list[str]:
    """What is found in a project, as "file:line code"."""
    monkeypatch.chdir(tmp_path)
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    checked = check_files(discover(given or (".",)).files)
    assert not checked.failures, checked.failures
    return [f"{f.site.path}:{f.site.line} {f.code}" for f in checked.findings]


@pytest.mark.parametrize(
    ("files", "imports", "build"),
    [
        ({"models.py": MODEL}, "from models import build", "build"),
        ({"models.py": MODEL}, "from models import build as make", "make"),
        ({"models.py": MODEL}, "import models", "models.build"),
        ({"models.py": MODEL}, "import models as m", "m.build"),
        ({"models.py": MODEL}, "from models import *", "build"),
        ({"nets/__init__.py": "", "nets/rnn.py": MODEL}, "from nets.rnn import build", "build"),
        ({"nets/__init__.py": "", "nets/rnn.py": MODEL}, "from nets import rnn", "rnn.build"),
        ({"nets/__init__.py": "", "nets/rnn.py": MODEL}, "import nets.rnn", "nets.rnn.build"),
        ({"nets/rnn.py": MODEL}, "import nets.rnn as r", "r.build"),
        ({"nets/__init__.py": "from .rnn import build", "nets/rnn.py": MODEL}, "import nets", "nets.build"),
        (
            {
                "nets/__init__.py": "from .rnn import *",
                "nets/rnn.py": "__all__ = ['build']\n" + dedent(MODEL),
            },
            "from nets import *",
            "build",
        ),
        (
            {"a.py": "from models import build\nimport train\n", "models.py": "import a\n" + dedent(MODEL)},
            "from a import build",
            "build",
        ),
    ],
)
def test_imports_are_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], imports: str, build: str
) -> None:
    train = dedent(TRAIN).format(imports=f"{imports}\nfrom data import x, y", build=build)
    found = check(tmp_path, monkeypatch, {**files, "data.py": DATA, "train.py": train})
    assert found == ["train.py:4 SRN204"]


@pytest.mark.parametrize(
    "call",
    [
        "importlib.import_module('nets.rnn')",
        "importlib.import_module(  f'nets.{KIND}')",
        "importlib.import_module('nets.' + KIND)",
        "importlib.import_module('nets.{}'.format(KIND))",
        "importlib.import_module('nets.%s' % KIND)",
        "importlib.import_module('nets.r' + KIND[1:])",
        "__import__('nets.rnn').rnn",
        "__import__('nets.rnn', fromlist=['build'])",
    ],
)
def test_imports_by_a_call_are_followed(call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train = TRAIN.format(imports=f"import importlib\n    KIND = 'rnn'\n    nets = {call}", build="nets.build")
    files = {"nets/__init__.py": "", "nets/rnn.py": MODEL, "nets/other.py": "", "train.py": train}
    files["train.py"] = "from data import x, y\n" + dedent(train)
    files["data.py"] = DATA
    assert check(tmp_path, monkeypatch, files) == ["train.py:6 SRN204"]


def test_a_module_that_begins_otherwise_is_not_meant_by_a_call(tmp_path: Path) -> None:
    for name in ("nets/rnn.py", "nets/old_rnn.py", "near_rnn.py", "rnn_near.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    program = tmp_path / "train.py"
    for name, modules in (("nets.r", ["rnn"]), ("nets.", ["old_rnn", "rnn"]), ("rnn_", ["rnn_near"])):
        program.write_text(f"import importlib\nnets = importlib.import_module('{name}' + kind)\n")
        found = [path.stem for path in Project().imports(program) if path.suffix == ".py"]
        assert found == modules, name


def test_relative_imports_of_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train = dedent(TRAIN).format(imports="from .models import build\nfrom ..data import x, y", build="build")
    files = {
        "proj/__init__.py": "",
        "proj/data.py": DATA,
        "proj/rnn/__init__.py": "",
        "proj/rnn/models.py": MODEL,
        "proj/rnn/train.py": train,
    }
    assert check(tmp_path, monkeypatch, files) == ["proj/rnn/train.py:4 SRN204"]


def test_imports_from_the_root_of_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train = dedent(TRAIN).format(
        imports="from lib.models import build\nfrom lib.data import x, y", build="build"
    )
    files = {
        "pyproject.toml": "",
        "lib/models.py": MODEL,
        "lib/data.py": DATA,
        "scripts/train.py": train,
    }
    assert check(tmp_path, monkeypatch, files) == ["scripts/train.py:4 SRN204"]
    # The paths given limit what is reported, not what is read.
    assert check(tmp_path, monkeypatch, {}, "scripts/train.py") == ["scripts/train.py:4 SRN204"]
    assert check(tmp_path, monkeypatch, {}, "lib") == []


def test_imports_of_a_package_beside_the_programs_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "tools/train.py": dedent(TRAIN).format(
            imports="from package.models import build\nfrom data import x, y", build="build"
        ),
        "package/__init__.py": "",
        "package/models.py": MODEL,
        "tools/data.py": DATA,
    }
    assert check(tmp_path, monkeypatch, files, "tools") == ["tools/train.py:4 SRN204"]


def test_imports_of_a_module_above_the_programs_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "models.py": MODEL,
        "runs/data.py": DATA,
        "runs/train.py": dedent(TRAIN).format(
            imports="from models import *\nfrom data import x, y", build="build"
        ),
    }
    assert check(tmp_path, monkeypatch, files) == ["runs/train.py:4 SRN204"]


def test_a_finding_in_a_shared_module_is_reported_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "models.py": """\
            import keras

            def build():
                return keras.Sequential([keras.layers.LSTM(4, stateful=True, input_shape=(20, 1))])
            """,
        "one.py": "from models import build\nbuild()\n",
        "two.py": "from models import build\nbuild()\n",
    }
    assert check(tmp_path, monkeypatch, files) == ["models.py:4 SRN101"]
    assert check(tmp_path, monkeypatch, {}, "one.py") == []


def test_a_function_that_another_file_calls_is_not_followed_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # With its default, `epochs` would be ten.
    files = {
        "training.py": """\
            import keras
            import numpy as np

            def run(epochs=10):
                model = keras.Sequential(
                    [keras.Input(batch_shape=(2, 3, 1)), keras.layers.LSTM(4, stateful=True)]
                )
                model.compile("sgd", "mse")
                model.fit(np.zeros((8, 3, 1)), np.zeros((8, 4)), batch_size=2, epochs=epochs, shuffle=False)
            """,
        "main.py": "import training\ntraining.run(1)\n",
    }
    assert check(tmp_path, monkeypatch, files) == []
    assert check(tmp_path, monkeypatch, {"main.py": "import training\ntraining.run()\n"}) == [
        "training.py:9 SRN301"
    ]


def test_a_reset_in_another_module_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "models.py": MODEL,
        "data.py": DATA,
        "states.py": """\
            import keras

            def forget(model):
                for layer in model.layers:
                    if hasattr(layer, "reset_states"):
                        layer.reset_states()

            class Forgetting(keras.callbacks.Callback):
                def on_epoch_begin(self, epoch, logs=None):
                    forget(self.model)
            """,
        "train.py": """\
            import states
            from models import build
            from data import x, y

            model = build(4)
            model.fit(x, y, batch_size=4, shuffle=False, epochs=3, callbacks=[states.Forgetting()])
            states.forget(model)
            model.evaluate(x, y, batch_size=4)
            """,
    }
    assert check(tmp_path, monkeypatch, files) == []


def test_configuration_of_another_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train = dedent(TRAIN).replace("32", "config.BATCH")
    files = {
        "config.py": "BATCH = 10\nTEST = {'batch': 32}\n",
        "models.py": MODEL,
        "data.py": DATA,
        "train.py": train.format(
            imports="import config\nfrom models import build\nfrom data import x, y", build="build"
        )
        + "for layer in model.layers:\n    layer.reset_states()\n"
        + "model.predict(x, batch_size=config.TEST['batch'])\n",
    }
    assert check(tmp_path, monkeypatch, files) == ["train.py:8 SRN206"]


@pytest.mark.parametrize(
    "module", [None, "def build(:\n", "raise ImportError\n", "def build(batch):\n    return load(batch)\n"]
)
def test_what_cannot_be_followed_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str | None
) -> None:
    train = dedent(TRAIN).format(imports="from models import build\nfrom data import x, y", build="build")
    files = {"data.py": DATA, "train.py": train + "# stateful\n"}
    if module is not None:
        files["models.py"] = module
    assert check(tmp_path, monkeypatch, files) == []


def test_libraries_are_never_files_beside(tmp_path: Path) -> None:
    for name in ("keras.py", "json.py", "queue.py", "models.py"):
        (tmp_path / name).touch()
    train = tmp_path / "train.py"
    inner = tmp_path / "sub" / "inner.py"
    project = Project()
    assert project.locate(train, train, "keras", 0) is None
    assert project.locate(train, train, "models", 0) == (tmp_path / "models.py",)
    # A name of the standard library means a file only where Python would take it first.
    assert project.locate(train, train, "queue", 0) == (tmp_path / "queue.py",)
    assert project.locate(inner, inner, "queue", 0) is None


def test_inside_a_library_its_name_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "keras/__init__.py": "",
        "keras/layers.py": "class LSTM:\n    def __init__(self, stateful): ...\n",
        "keras/test_rnn.py": "import keras\nkeras.layers.LSTM(4, stateful=True, batch_size=1)\n",
    }
    assert check(tmp_path, monkeypatch, files) == []
    assert Project().locate(tmp_path / "keras" / "test_rnn.py", tmp_path, "keras.layers", 0) is None


@pytest.mark.parametrize(("copied", "is_followed"), [([], True), (["layers/__init__.py"], False)])
def test_a_package_of_ones_own_may_be_named_like_a_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, copied: list[str], is_followed: bool
) -> None:
    train = dedent(TRAIN).format(
        imports="from ours.tensorflow.models import build\nfrom ours.data import x, y", build="build"
    )
    files = {
        "ours/__init__.py": "",
        "ours/data.py": DATA,
        "ours/tensorflow/__init__.py": "",
        "ours/tensorflow/models.py": MODEL,
        "ours/tensorflow/train.py": train,
        **{f"ours/tensorflow/{name}": "" for name in copied},
    }
    assert check(tmp_path, monkeypatch, files) == ["ours/tensorflow/train.py:4 SRN204"] * is_followed


def test_what_is_imported_for_types_alone_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = """\
        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from made import make
        """
    train = dedent(TRAIN).format(
        imports="import models\nfrom made import make\nfrom data import x, y", build="make"
    )
    made = "from models import build\n\nmake = build\n"
    files = {"data.py": DATA, "models.py": dedent(models) + dedent(MODEL), "made.py": made, "train.py": train}
    assert check(tmp_path, monkeypatch, files) == ["train.py:5 SRN204"]


def test_a_module_that_is_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train = dedent(TRAIN).format(imports="from models import build\nfrom data import x, y", build="build")
    padding = "#" * (399_990 - len(dedent(MODEL)))
    files = {"models.py": dedent(MODEL) + padding, "data.py": DATA, "train.py": train}
    assert check(tmp_path, monkeypatch, files) == []


@pytest.mark.parametrize("marks", [[], ["__init__.py"], ["__init__.py", "rnn/__init__.py"]])
def test_a_package_imports_itself_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, marks: list[str]
) -> None:
    train = dedent(TRAIN).format(
        imports="from deep.rnn.models import build\nfrom deep.data.zeros import x, y", build="build"
    )
    files = {
        "deep/rnn/models.py": MODEL,
        "deep/data/zeros.py": DATA,
        "deep/examples/rnn/train.py": train,
        **{f"deep/{mark}": "" for mark in marks},
    }
    assert check(tmp_path, monkeypatch, files) == ["deep/examples/rnn/train.py:4 SRN204"]


def test_a_library_resets_whatever_model_it_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    agent = """\
        class Agent:
            def __init__(self, model):
                self.model = model

            def begin(self):
                self.model.layers[0].reset_states()
        """
    play = """\
        import tf_keras as keras
        from agent import Agent

        model = keras.Sequential([keras.Input((20, 1)), keras.layers.LSTM(4), keras.layers.Dense(1)])
        agent = Agent(model)
        agent.begin()
        """
    assert check(tmp_path, monkeypatch, {"agent.py": agent, "play.py": play}) == []
    one_file = dedent(agent) + dedent(play).replace("from agent import Agent\n", "")
    (tmp_path / "one").mkdir()
    assert check(tmp_path / "one", monkeypatch, {"play.py": one_file}) == ["play.py:6 SRN107"]


@pytest.mark.parametrize(
    "added",
    [
        "sys.path.append('../nets')",
        "sys.path.insert(0, './nets/')",
        "sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'nets'))",
        "here = os.path.dirname(__file__)\nsys.path.append(os.path.dirname(here) + '/nets')",
        "ROOT = Path(__file__).resolve().parents[1]\nsys.path.append(str(ROOT / 'nets'))",
        "sys.path.append(str(Path(__file__).parent.parent.joinpath('nets')))",
        "here = os.path.abspath(__file__)\nhere = os.path.dirname(here)\nhere = os.path.dirname(here)\n"
        "sys.path.append(os.path.join(here, 'nets/'))",
        "sys.path += [os.path.abspath(os.path.join(os.pardir, 'nets'))]",
        "sys.path.extend(['/nowhere', os.path.join(os.path.dirname(os.getcwd()), 'nets')])",
    ],
)
def test_modules_in_folders_that_a_program_adds_to_its_path_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, added: str
) -> None:
    train = f"import os, sys\nfrom pathlib import Path\n{added}\nfrom rnn import build\n" + dedent(
        TRAIN.format(imports="from data import x, y", build="build")
    )
    files = {"pyproject.toml": "", "nets/rnn.py": MODEL, "runs/data.py": DATA, "runs/train.py": train}
    line = train[: train.index("model.fit")].count("\n") + 1
    assert check(tmp_path, monkeypatch, files) == [f"runs/train.py:{line} SRN204"]


def test_a_program_may_be_started_some_folders_above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train = "import sys\nsys.path.insert(1, '5_models/src')\nfrom rnn import build\n" + dedent(
        TRAIN.format(imports="from data import x, y", build="build")
    )
    files = {"5_models/src/rnn.py": MODEL, "6_runs/src/data.py": DATA, "6_runs/src/train.py": train}
    assert check(tmp_path, monkeypatch, files) == ["6_runs/src/train.py:6 SRN204"]


@pytest.mark.parametrize(
    "added",
    [
        "",
        "sys.path.append(where())",
        "sys.path.append('../others')",
        # What costs much to work out.
        "a = '../nets'\n" + "a = a + a\n" * 60 + "sys.path.append(a)",
        "x" + ".path" * 5000 + ".append('../nets')",
    ],
)
def test_modules_in_other_folders_are_not_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, added: str
) -> None:
    train = f"import sys\n{added}\nfrom rnn import build\n" + dedent(
        TRAIN.format(imports="from data import x, y", build="build")
    )
    files = {"nets/rnn.py": MODEL, "others/x.py": "", "runs/data.py": DATA, "runs/train.py": train}
    assert check(tmp_path, monkeypatch, files) == []


def test_folders_without_an_init_are_found_some_levels_above(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train = "from nets.rnn import build\n" + dedent(
        TRAIN.format(imports="from app.jobs.data import x, y", build="build")
    )
    files = {"nets/rnn.py": MODEL, "app/jobs/data.py": DATA, "app/jobs/train.py": train}
    assert check(tmp_path, monkeypatch, files) == ["app/jobs/train.py:4 SRN204"]


@pytest.mark.parametrize(
    "imports",
    [
        "from nets.rnn import (\n    build,\n)",
        "from nets.rnn import (  # the model\n    build,  # of one kind\n    build as other,\n)",
        "from nets import (\n    rnn,\n)\nbuild = rnn.build",
        "from nets.rnn import \\\n    build",
        "import os; from nets.rnn import build",
        "try: from nets.rnn import build\nexcept ImportError: build = None",
    ],
)
def test_imports_that_are_broken_into_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, imports: str
) -> None:
    # Nothing but what it imports says that this program has a model that keeps state.
    train = f"{imports}\n{dedent(DATA)}build(32).fit(x, y, batch_size=32, shuffle=False)\n"
    files = {"nets/__init__.py": "", "nets/rnn.py": MODEL, "train.py": train}
    assert check(tmp_path, monkeypatch, files) == [f"train.py:{train.count(chr(10))} SRN204"]
