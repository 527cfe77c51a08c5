"""Projects, notebooks and Markdown texts on real Keras: the verdicts stand at the right places."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest

from statelint.confirm import judge
from statelint.confirm.harness import Harness
from statelint.confirm.programs import program_of, programs_of
from statelint.discover import SourceFile, discover, standard_input
from statelint.engine import check_files
from statelint.findings import Finding, Status
from statelint.settings import Settings
from statelint.source.project import Project
from tests.conftest import Recordings
from tests.programs import DOCUMENTS, ROOT

NET = """\
    import keras

    def build(batch, **options):
        model = keras.Sequential([keras.Input(batch_shape=(batch, 5, 1)), keras.layers.LSTM(4, **options)])
        model.compile("sgd", "mse")
        return model

    def train(model, x, y):
        model.fit(x, y, batch_size=8, epochs=3, shuffle=False)
    """

SERIES = "import numpy as np\nx, y = np.random.rand(32, 5, 1), np.random.rand(32, 4)\n"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "text", "root", "folders", "package"),
    [
        ("train.py", "import net", None, [], ""),
        ("scripts/train.py", "from project.net import build", "..", [".."], ""),
        ("scripts/train.py", "import src.net", "..", [".."], ""),
        ("project/run/train.py", "from ..net import build", "../..", ["../.."], "project.run"),
        ("train.py", "import numpy", None, [], ""),
    ],
)
def test_what_a_program_needs(
    tmp_path: Path, name: str, text: str, root: str | None, folders: list[str], package: str
) -> None:
    write(tmp_path, {"net.py": NET, "project/net.py": NET, "src/net.py": NET, "setup.py": "", name: text})
    file = SourceFile(tmp_path / name, name)
    program = program_of(file, Project())
    here = file.path.parent
    assert program.root == (None if root is None else (here / root).resolve())
    assert list(program.folders) == [(here / folder).resolve() for folder in folders]
    assert program.package == package
    assert [module.name for module in program.modules] == ([] if "numpy" in text else ["net.py"])


def judged(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, generation: int, files: list[SourceFile]
) -> list[Finding]:
    checked = check_files([replace(file, settings=Settings(keras=(generation,))) for file in files])
    assert not checked.failures, checked.failures
    shared = Recordings(harness, (generation,))
    monkeypatch.setattr(judge, "Harness", lambda *_, **__: shared)
    return judge.confirm(checked.findings, files, (generation,), 40, lambda *_: None)


def told(findings: list[Finding]) -> list[str]:
    """`place code status` of each finding."""
    return [f"{f.site} {f.code} {v.status}" for f in findings for v in f.verdicts]


PROJECT = {
    "nets/__init__.py": "",
    "nets/net.py": NET,
    "data.py": SERIES,
    "scripts/train.py": """\
        from data import x, y
        from nets.net import build, train

        train(build(8, stateful=True), x, y)
        """,
    "setup.py": "",
}


@pytest.mark.keras
@pytest.mark.parametrize("here", [".", "scripts"])
def test_a_project(
    harness: Harness, generation: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, here: str
) -> None:
    write(tmp_path, PROJECT)
    monkeypatch.chdir(tmp_path / here)
    files = discover([str(tmp_path)]).files
    net = "nets/net.py" if here == "." else f"{tmp_path}/nets/net.py"
    assert told(judged(harness, monkeypatch, generation, files)) == [f"{net}:9:5 SRN301 confirmed"]


@pytest.mark.keras
def test_a_program_that_imports_relative_to_its_package(
    harness: Harness, generation: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train = "from .net import build, train\nfrom ..data import x, y\ntrain(build(8, stateful=True), x, y)\n"
    write(tmp_path, {"a/nets/net.py": NET, "a/nets/train.py": train, "a/data.py": SERIES})
    monkeypatch.chdir(tmp_path)
    found = judged(harness, monkeypatch, generation, discover(["a"]).files)
    assert told(found) == ["a/nets/net.py:9:5 SRN301 confirmed"]


@pytest.mark.keras
def test_what_two_programs_lead_to(
    harness: Harness, generation: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one ends too early."""
    train = "from data import x, y\nfrom net import build, train\n{}train(build(8, stateful=True), x, y)\n"
    write(
        tmp_path,
        {
            "net.py": NET,
            "data.py": SERIES,
            "a.py": train.format("open('missing.csv')\n"),
            "b.py": train.format(""),
        },
    )
    monkeypatch.chdir(tmp_path)
    found = judged(harness, monkeypatch, generation, discover(["."]).files)
    assert [set(f.programs) for f in found] == [{"a.py", "b.py"}]
    assert told(found) == ["net.py:9:5 SRN301 confirmed"]


@pytest.mark.keras
def test_standard_input(
    harness: Harness, generation: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"net.py": NET})
    monkeypatch.chdir(tmp_path)
    text = SERIES + "from net import build\nmodel = build(8, stateful=True)\nmodel.fit(x, y, batch_size=8)\n"
    found = judged(harness, monkeypatch, generation, standard_input(None, text.encode()))
    assert told(found) == ["<stdin>:5:1 SRN201 confirmed"]


# Notebooks and texts


def notebook(*cells: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells], "nbformat": 4})


CELLS = (
    "%matplotlib inline\nimport keras\nimport numpy as np",
    "x, y = np.random.rand(32, 5, 1), np.random.rand(32, 4)\n!pip install keras\ndisplay(x.shape)",
    "def build():\n"
    "    layers = [keras.Input(batch_shape=(8, 5, 1)), keras.layers.LSTM(4, stateful=True)]\n"
    "    model = keras.Sequential(layers)\n"
    "    model.compile('sgd', 'mse')\n"
    "    return model",
    "raise KeyError('a column')\n",
    "this is no Python",
    "model = build()\n%time model.fit(x, y, batch_size=8, epochs=3, shuffle=False)",
    "other = build()\nother.fit(x[:30], y[:30], batch_size=8, shuffle=False)",
)


@pytest.mark.keras
def test_a_notebook(
    harness: Harness, generation: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"a.ipynb": notebook(*CELLS)})
    monkeypatch.chdir(tmp_path)
    found = judged(harness, monkeypatch, generation, discover(["."]).files)
    assert told(found) == [
        "a.ipynb:cell 5:2:7 SRN301 confirmed",
        "a.ipynb:cell 6:2:1 SRN204 confirmed",
    ]
    carried, short = (v.evidence for f in found for v in f.verdicts)
    assert "KeyError at line 1 of cell 3" in carried
    assert "at line 2 of cell 6" in short


@pytest.mark.keras
@pytest.mark.parametrize(
    "document", [p for p in DOCUMENTS if p.name.startswith("bad_")], ids=lambda p: p.name
)
def test_findings_in_documents_are_confirmed(
    harness: Harness, generation: int, document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    found = judged(harness, monkeypatch, generation, discover([str(document)]).files)
    open_or_refuted = [
        f"{f.site} {f.code}: {v.status}: {v.evidence}"
        for f in found
        for v in f.verdicts
        if v.status is not Status.CONFIRMED
    ]
    assert found and open_or_refuted == []
    assert all(f.verdicts for f in found if generation in f.holds_on and f.code != "SRN001")


def test_the_stories_of_a_text_are_programs(tmp_path: Path) -> None:
    text = (
        "# Keras\n```python\nimport numpy as np; import keras\nx = 1\n```\n```python\nx ...\n```\n"
        "## Other\n```python\nx = 2\n```\n"
    )
    write(tmp_path, {"a.md": text})
    one, two = programs_of(SourceFile(tmp_path / "a.md", "a.md"), Project())
    assert [piece.code for piece in one.pieces] == ["\n\nimport numpy as np; import keras\nx = 1"]
    assert [piece.code.rstrip() for piece in two.pieces] == [
        "\n\nimport numpy as np; import keras",
        "\n" * 10 + "x = 2",
    ]
    assert "import keras" in one.prelude
