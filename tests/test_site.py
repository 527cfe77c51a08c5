"""The site: built without a warning, without anything from elsewhere, with every page that there is."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from statelint.cli.options import parser

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("sphinx")
    folder = tmp_path_factory.mktemp("site")
    command = re.search(r"python -m (sphinx -W .*) docs build/site", (ROOT / "CONTRIBUTING.md").read_text())
    assert command is not None
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            *command[1].split(),
            "-q",
            "-d",
            str(folder / "trees"),
            "docs",
            str(folder / "html"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return folder / "html"


@pytest.mark.slow
def test_it_has_a_page_of_each_text(site: Path) -> None:
    texts = {path.relative_to(DOCS).with_suffix("") for path in DOCS.rglob("*.md")}
    assert texts == {
        path.relative_to(site).with_suffix("")
        for path in site.rglob("*.html")
        if path.name not in ("genindex.html", "search.html")
    }


@pytest.mark.slow
def test_it_takes_nothing_from_elsewhere(site: Path) -> None:
    """It is read offline: no font, script, style or picture of another server."""
    taken = re.compile(
        r"""<(?:script|img|iframe|source)[^>]+src=["'](?:https?:)?//|<link(?![^>]*rel=["'](?:canonical|next|prev))"""
        r"""[^>]+href=["'](?:https?:)?//|@import|url\(["']?(?:https?:)?//"""
    )
    pages = [path for kind in ("html", "css") for path in site.rglob(f"*.{kind}")]
    assert len(pages) > 60
    found = {path.name: taken.findall(path.read_text(encoding="utf-8")) for path in pages}
    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.slow
def test_a_pasted_error_is_found(site: Path) -> None:
    """What a reader searches for are words of the index."""
    words = (site / "searchindex.js").read_text(encoding="utf-8").lower()
    for word in ("reset_st", "batch_input_shap", "incompat", "unrecogn"):
        assert word in words, word


def test_the_options_are_those_of_the_program(pages: ModuleType) -> None:
    text = (DOCS / "options.md").read_text(encoding="utf-8")
    assert text == pages.options(), "run docs/generate.py"
    for action in parser()._actions:
        assert all(re.search(rf"[` ]{option}[` ]", text) for option in action.option_strings)


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(DOCS))
    return importlib.import_module("reference")


def test_the_generator_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert all("==" in requirement for requirement in extras["docs"])
    assert not any("sphinx" in requirement for requirement in project["dependencies"])
