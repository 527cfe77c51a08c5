"""Leaving files out changes nothing: what the cheap looks pass over has no findings."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statelint.discover import SourceFile, discover
from statelint.engine import check_files, check_source
from statelint.pool import Pool
from statelint.source import locating
from statelint.source.candidates import Candidates, Seen, in_one_go, is_plain
from statelint.source.project import Project, _named

FIXTURES = Path(__file__).parents[1] / "fixtures"
TRAINING = """\
model = keras.Sequential([keras.Input(batch_shape=(2, 3, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")
model.fit(np.zeros((8, 3, 1)), np.zeros((8, 4)), batch_size=2, epochs=2)
"""
HEAD = "import keras\nimport numpy as np\n"

# What a file may be made of: whole programs, what is needed for one, and talk.
PIECES = st.sampled_from(
    [
        HEAD,
        TRAINING,
        "import numpy as np\nfrom tensorflow import keras\n",
        "from other import *\n",
        "from other import model, x, y\nmodel.fit(x, y, batch_size=2, epochs=2)\n",
        "from . import other\nother.model.reset_states()\n",
        "import importlib\nkeras = importlib.import_module('keras')\nimport numpy as np\n",
        "from unknown_package import *\n",
        "def train():\n    " + TRAINING.replace("\n", "\n    ").rstrip(" "),
        '"""A stateful service: call model.reset_states() first."""\n',
        "# keras: stateful=True\n",
        "class Server:\n    def reset_state(self):\n        self.stateful = False\n",
        "options = {'stateful': True}\nlayer = keras.layers.LSTM(4, **options)\n",
        "global stateful\n",
        "x = np.zeros((9, 3, 1))\ny = np.zeros((9, 4))\n",
        "print 'stateful=True', reset_states()\n",
        "(\n",
    ]
)
FILES = st.fixed_dictionaries(
    {},
    optional={
        name: st.lists(PIECES, min_size=1, max_size=4).map("".join)
        for name in ("a.py", "other.py", "sub/b.py", "keras/__init__.py", "keras/c.py")
    },
)


def everything(self: Candidates, files: Iterable[SourceFile], *_: object) -> list[SourceFile]:
    return list(files)


def found(folder: Path) -> list[object]:
    locating.forget_folders()
    checked = check_files(discover([str(folder)]).files)
    assert not checked.failures
    return list(checked.findings)


def unfiltered(folder: Path) -> list[object]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Candidates, "among", everything)
        return found(folder)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=FILES)
def test_programs_that_are_left_out_have_no_findings(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, str]
) -> None:
    folder = tmp_path_factory.mktemp("project")
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    assert found(folder) == unfiltered(folder)


def test_fixtures_that_are_left_out_have_no_findings() -> None:
    folders = sorted(FIXTURES.iterdir())[::8]
    assert any(found(folder) for folder in folders)
    for folder in folders:
        assert found(folder) == unfiltered(folder)


def passed(*files: tuple[str, str], thorough: bool = False) -> list[str]:
    """The files that are looked at more closely, of those with these names and contents."""
    given = [SourceFile(Path("/nowhere", name), name, text.encode()) for name, text in files]
    project = Project({file.path: text.encode() for file, (_, text) in zip(given, files, strict=True)})
    chosen = Candidates(project, thorough=thorough).among(given, lambda *_: None)
    return [file.shown for file in chosen]


@pytest.mark.parametrize(
    ("text", "is_candidate"),
    [
        (HEAD + TRAINING, True),
        (HEAD + "f(**{'stateful': True})", True),
        (HEAD + "global reset_states\n", True),
        (HEAD + "'''the stateful one'''\n", False),
        (HEAD + "x = 1  # model.reset_states()\n", False),
        (HEAD + "x = '''\n# not a comment: stateful=True\n'''\n", True),
        (HEAD + "'''stateful'''\nprint 1\n", True),
        (HEAD + "'''stateful'''\nx = " + "-" * 100 + "1\n", True),
        ("self.stateful = reset_state()\n", False),
        ("from layers import *\nLSTM(4, stateful=True)\n", True),
        ("from layers import \\\n    *\nLSTM(4, stateful=True)\n", True),
        ("from math import *\nfrom numpy import *\nfrom .layers import *\nLSTM(4, stateful=True)\n", False),
        ("a = __import__('keras')\nb = a.layers.LSTM(4, stateful=True)\n", True),
        ("a = __import__(name)\nb = a.LSTM(4, stateful=True)\n", False),
        ("# as in keras\nself.stateful = reset_state()\n", False),
        ("'''as in keras'''\nself.stateful = reset_state()\n", False),
        ("from layers import (\n    keras,\n)\nLSTM(4, stateful=True)\n", True),
        ("from layers \\\n    import keras\nLSTM(4, stateful=True)\n", True),
        ("x = 1; import keras; x.layers.LSTM(4, stateful=True)\n", True),
        ("exec('import ' + 'keras')\nLSTM(4, stateful=True)\n", True),
        (HEAD, False),
    ],
)
def test_which_files_are_candidates(text: str, is_candidate: bool) -> None:
    assert passed(("a.py", text)) == ["a.py"] * is_candidate
    assert passed(("a.py", text), thorough=True) == ["a.py"] * (text != HEAD)


def test_what_takes_over_all_names_of_a_module_that_is_there_names_no_keras(tmp_path: Path) -> None:
    texts = {
        "machine.py": "class Machine:\n    stateful = True\n    def reset_state(self): ...\n",
        "whole.py": "from machine import *\nMachine().reset_state()\n",
        "strange.py": "from machine import *\nfrom more import *\nMachine().reset_state()\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    chosen = Candidates(Project()).among(discover([str(tmp_path)]).files, lambda *_: None)
    assert [file.path.name for file in chosen] == ["strange.py"]


def test_what_is_compiled_of_a_package_that_is_there_names_no_keras(tmp_path: Path) -> None:
    (tmp_path / "machine").mkdir()
    (tmp_path / "machine" / "__init__.py").write_text("from machine._core import *\n")
    (tmp_path / "whole.py").write_text("from machine import Machine\nMachine().reset_state()\n")
    assert not Candidates(Project()).among(discover([str(tmp_path)]).files, lambda *_: None)


def test_a_deep_program_may_be_too_deep() -> None:
    assert is_plain(b"'''stateful'''\nx = 1\n")
    assert not is_plain(b"'''stateful'''\nx = " + b" + ".join([b"1"] * 100))


def test_libraries_are_no_candidates(tmp_path: Path) -> None:
    (tmp_path / "keras").mkdir()
    for name in ("__init__", "rnn"):
        (tmp_path / "keras" / f"{name}.py").write_text(HEAD + "from strange import *\n" + TRAINING)
    (tmp_path / "train.py").write_text("import keras\n" + TRAINING)
    files = discover([str(tmp_path)]).files
    chosen = Candidates(Project()).among(files, lambda *_: None)
    assert [file.path.name for file in chosen] == ["train.py"]
    assert found(tmp_path) == unfiltered(tmp_path) != []


@pytest.mark.parametrize(
    "path", sorted(Path(ast.__file__).parent.glob("*.py"))[::4], ids=lambda path: path.name
)
def test_the_fast_look_for_imports_finds_all(path: Path) -> None:
    data = path.read_bytes()
    assert imported(data) <= set(_named(data))


@given(
    st.lists(
        st.sampled_from(
            [
                "import a",
                "import a.b as c, d",
                "from . import e",
                "from ..f.g import h as i, j",
                "from k import *",
                "from l import (m)",
                "from n import (\n    o,\n\tp as q,\n)",
                "from .r import (  # s, t\n    u  # v\n    , w)",
                "from x import \\\n    y, \\\n    z",
                'x = "import"',
                "# import",
                "if x: import aa; from bb import cc",
                "try:\n    import dd\nexcept ImportError: from ee import (\n        ff\n    )",
            ]
        )
    ),
    st.sampled_from(["\n", "\r\n"]),
)
def test_the_fast_look_for_imports_finds_all_of_any_text(statements: list[str], end: str) -> None:
    data = "\n".join(statements).replace("\n", end).encode()
    assert imported(data) <= set(_named(data))


def imported(data: bytes) -> set[tuple[str, int]]:
    """What Python's own parser finds."""
    found: set[tuple[str, int]] = set()
    for node in ast.walk(ast.parse(data)):
        if isinstance(node, ast.Import):
            found |= {(alias.name, 0) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            inner = (alias.name for alias in node.names if alias.name != "*")
            wanted = {base, *(f"{base}.{name}" if base else name for name in inner)}
            found |= {(name, node.level) for name in wanted if name or node.level}
    return found


def many(folder: Path) -> list[SourceFile]:
    """Files enough for several processes to look at: some matter, some lead to those, one is gone."""
    folder.joinpath("net.py").write_text(HEAD + TRAINING, encoding="utf-8")
    for number in range(1200):
        text = (
            HEAD + TRAINING
            if number % 400 == 7
            else f"import a{number - 1}\n"
            if number % 400 == 8
            else "x\n"
        )
        folder.joinpath(f"a{number}.py").write_text(
            text + "# noqa: SRN201\n" * (number == 900), encoding="utf-8"
        )
    files = discover([str(folder)]).files
    folder.joinpath("a600.py").unlink()
    return files


def test_several_processes_see_what_one_sees(tmp_path: Path) -> None:
    locating.forget_folders()
    files = many(tmp_path)
    looks = []
    for share in (in_one_go, Pool(2).look):
        candidates = Candidates(Project())
        missing: list[str] = []

        def note(file: SourceFile, error: OSError, seen: list[str] = missing) -> None:
            seen.append(f"{file.shown}: {error}")

        looks.append((candidates.among(files, note, share), candidates.suppressing, missing))
    assert looks[0] == looks[1]
    assert [file.path.name for file in looks[0][0]] == [
        "a407.py",
        "a408.py",
        "a7.py",
        "a8.py",
        "a807.py",
        "a808.py",
        "net.py",
    ]
    assert len(looks[0][1]) == len(looks[0][2]) == 1


def test_what_a_process_that_died_was_to_see_is_looked_at_by_the_first(tmp_path: Path) -> None:
    files = many(tmp_path)
    first = os.getpid()

    def look(begin: int, end: int) -> Seen:
        if os.getpid() != first:
            os._exit(3)
        return Seen([begin], [end], {}, [])

    parts = list(Pool(2).look(look, len(files)))
    assert parts in ([Seen([0], [600], {}, []), Seen([600], [1201], {}, [])], [Seen([0], [1201], {}, [])])


@pytest.mark.parametrize(
    ("line", "is_of_keras"),
    [
        ("from keras.src import testing", True),
        ("from keras.utils.test_utils import layer_test", True),
        ("from keras import keras_parameterized", True),
        ("from tf_keras.src.testing_infra import test_combinations", True),
        ("from tensorflow.python.keras import testing_utils", True),
        # Editors write this into programs.
        ("from keras.src.layers import LSTM", False),
        ("from keras.utils import test_utilities", False),
        ("from helpers.testing_utils import check", False),
    ],
)
def test_keras_own_tests_are_left_in_peace(line: str, *, is_of_keras: bool) -> None:
    checked = check_source("some_test.py", (f"{line}\n{HEAD}{TRAINING}").encode())
    assert bool(checked.findings) != is_of_keras


def test_keras_own_tests_beside_its_source(tmp_path: Path) -> None:
    (tmp_path / "keras").mkdir()
    tests = tmp_path / "tests" / "keras" / "layers"
    tests.mkdir(parents=True)
    for folder in (tests, tmp_path / "examples"):
        folder.mkdir(exist_ok=True)
        (folder / "rnn.py").write_text(HEAD + TRAINING)
    assert len(check_files(discover([str(tmp_path)]).files).findings) == 4
    (tmp_path / "keras" / "__init__.py").touch()
    found = check_files(discover([str(tmp_path)]).files).findings
    assert {Path(finding.site.path).parent.name for finding in found} == {"examples"}
