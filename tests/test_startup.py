"""Starting is cheap: what a run doesn't need isn't imported."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import statelint

HEAVY = {
    "importlib.metadata",
    "json",
    "keras",
    "libcst",
    "markdown_it",
    "numpy",
    "pathspec",
    "pygments",
    "rich",
    "tensorflow",
    "tomllib",
    "tf_keras",
}
SHUFFLED = """\
import numpy as np
from tensorflow.keras.layers import LSTM, Input
from tensorflow.keras.models import Sequential

model = Sequential([Input(batch_shape=(2, 3, 1)), LSTM(4, stateful=True)])
model.compile(loss="mse")
model.fit(np.zeros((8, 3, 1)), np.zeros((8, 4)), batch_size=2, epochs=1)
"""


def imported(folder: Path, *options: str) -> tuple[set[str], int, str]:
    """The heavy packages that a run in `folder` imports, its exit status and what it prints."""
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "statelint", *options],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path(statelint.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    modules = re.findall(r"^import time:.*\| +(\S+)$", ended.stderr, flags=re.MULTILINE)
    assert ("statelint.cli" in modules) is (options != ("--version",))
    return {name for name in HEAVY if name in modules}, ended.returncode, ended.stdout


def test_version(tmp_path: Path) -> None:
    assert imported(tmp_path, "--version") == (set(), 0, f"statelint {statelint.__version__}\n")


def test_the_version_needs_nothing(tmp_path: Path) -> None:
    code = "import sys; before = set(sys.modules); import statelint.__main__ as m; sys.argv[1] = '--version'"
    ended = subprocess.run(
        [sys.executable, "-c", f"{code}; m.main(); print(sorted(set(sys.modules) - before))", ""],
        env=os.environ | {"PYTHONPATH": str(Path(statelint.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )
    told, modules = ended.stdout.splitlines()
    assert told == f"statelint {statelint.__version__}"
    assert ast.literal_eval(modules) == ["statelint", "statelint.__main__"]


def test_files_without_a_candidate(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text("import os\n\nprint(os.getcwd())\n", encoding="utf-8")
    assert imported(tmp_path) == (set(), 0, "No problems in 1 file.\n")


@pytest.mark.parametrize("name", ["concise", "github"])
def test_findings_in_plain_lines(tmp_path: Path, name: str) -> None:
    (tmp_path / "train.py").write_text(SHUFFLED, encoding="utf-8")
    modules, status, output = imported(tmp_path, "--format", name)
    assert modules <= {"libcst", "json"}
    assert status == 1
    assert "SRN201" in output


def test_an_ignore_file_needs_pathspec_alone(tmp_path: Path) -> None:
    (tmp_path / "plain.py").touch()
    (tmp_path / ".gitignore").write_text("*.log\n", encoding="utf-8")
    assert imported(tmp_path)[0] <= {"pathspec", "json"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain.ipynb", '{"cells": [{"cell_type": "code", "source": "import os"}]}'),
        ("plain.md", "# Title\n\n```python\nimport os\n```\n"),
    ],
)
def test_documents_without_a_candidate(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert imported(tmp_path) == (set(), 0, "No problems in 1 file.\n")


def test_words_around_the_code_of_a_text(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("A stateful service.\n\n```python\nimport os\n```\n", encoding="utf-8")
    assert "libcst" not in imported(tmp_path)[0]
    (tmp_path / "a.md").write_text("A stateful service.\n\n```sh\nls\n```\n", encoding="utf-8")
    assert imported(tmp_path)[0] <= {"json"}


LOOK = """
import sys
import statelint
before = set(sys.modules)
from statelint import StateError, StateGuard, StateWarning, assert_state_is_clean, record
print(sorted({name.partition(".")[0] for name in before}))
print(sorted({name.partition(".")[0] for name in sys.modules}))
print(sorted(name for name in sys.modules if name.startswith("statelint.")))
"""


def test_the_names_of_the_package_are_imported_when_asked_for() -> None:
    environment = os.environ | {"PYTHONPATH": str(Path(statelint.__file__).parents[1])}
    ended = subprocess.run(
        [sys.executable, "-c", LOOK], env=environment, capture_output=True, text=True, check=True
    )
    before, after, own = map(ast.literal_eval, ended.stdout.splitlines())
    assert not HEAVY & set(before)
    assert not HEAVY - {"json"} & set(after)
    static = {"api", "cli", "discover", "engine", "interp", "report", "source", "target"}
    assert not static & {name.split(".")[1] for name in own}
    assert "statelint.live.guard" in own
    assert set(statelint.__all__) <= set(dir(statelint))
    with pytest.raises(AttributeError, match="no attribute 'recorder'"):
        _ = statelint.recorder


def test_a_process_can_be_recorded_where_none_can_be_confined() -> None:
    code = "import os, sys; del os.fork; sys.modules['resource'] = None; from statelint import StateGuard"
    environment = os.environ | {"PYTHONPATH": str(Path(statelint.__file__).parents[1])}
    assert not subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode


@pytest.mark.parametrize("module", ["interp.makers", "interp.transfer.numpy", "interp.transfer.tables"])
def test_a_module_of_the_interpreter_can_be_imported_first(module: str) -> None:
    code = f"import statelint.{module}"
    environment = os.environ | {"PYTHONPATH": str(Path(statelint.__file__).parents[1])}
    assert not subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode
