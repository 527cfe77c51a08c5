"""The README keeps its word."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from statelint import rules

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
# Reported by the engine itself: no rule's question.
UNREADABLE = "unreadable-source"


@pytest.fixture
def make_picture() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_picture", ROOT / "docs" / "make_picture.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_example_prints_what_is_shown(make_picture: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert make_picture.filled(README) == README, "run docs/make_picture.py"


def test_the_picture_shows_the_same_findings() -> None:
    picture = (ROOT / "docs" / "terminal.svg").read_text(encoding="utf-8")
    output = README.split("<!-- output:")[1].split("```")[1]
    codes = re.findall(r" (SRN\d{3}) ", output)
    assert codes
    assert sorted(re.findall(r"SRN\d{3}", picture)) == sorted(codes)


def test_the_table_lists_every_rule() -> None:
    listed = re.findall(r"^\| (SRN\d{3}) \| ([\w-]+) \|", README, flags=re.MULTILINE)
    named = [(rule.code, rule.name) for rule in rules.load() if rule.name != UNREADABLE]
    assert listed == [("SRN001", UNREADABLE), *sorted(named)]


def test_continuous_integration_runs_the_test_command() -> None:
    command = re.search(r"^python3 -m venv .* -m tests$", README, flags=re.MULTILINE)
    assert command is not None
    parts = command.group().replace('".[test]"', "[test]").split(" && ")
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    script = (
        script.replace('"${PYTHON:-python3}"', "python3").replace('"$@"', "").replace('".[test]"', "[test]")
    )
    script = script.replace("$venv", ".venv").replace('"', "")
    assert [part.strip() for part in script.splitlines()[-1].split(" && ")] == parts
