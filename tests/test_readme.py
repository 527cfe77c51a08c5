"""The README keeps its word."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

from statelint import rules
from tests.programs import FIXTURES, expectations, shown

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
# Reported by the engine itself: no rule's question.
UNREADABLE = "unreadable-source"
UNJUDGED = {"SRN001"}
# Confirmed only where JAX and PyTorch are installed.
BACKENDS = {"SRN601", "SRN602"}


@pytest.fixture
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_example_prints_what_is_shown(generate: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert generate.filled(README) == README, "run docs/generate.py"


def test_the_picture_shows_the_same_findings() -> None:
    picture = (ROOT / "docs" / "terminal.svg").read_text(encoding="utf-8")
    output = README.split("<!-- output:")[1].split("```")[1]
    codes = re.findall(r" (SRN\d{3}) ", output)
    assert codes
    assert sorted(re.findall(r"SRN\d{3}", picture)) == sorted(codes)


def test_the_table_lists_rules_that_exist() -> None:
    listed = re.findall(r"^\| (SRN\d{3}) \| ([\w-]+) \|", README, flags=re.MULTILINE)
    named = {(rule.code, rule.name) for rule in rules.load()} | {("SRN001", UNREADABLE)}
    assert listed
    assert set(listed) <= named


def test_the_list_of_rules_is_up_to_date(generate: ModuleType) -> None:
    assert (ROOT / "docs" / "rules" / "README.md").read_text(encoding="utf-8") == generate.index(), (
        "run docs/generate.py"
    )


def test_the_keys_of_the_configuration_are_up_to_date(generate: ModuleType) -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert page == generate.with_keys(page), "run docs/generate.py"
    written = json.loads((ROOT / "docs" / "statelint.schema.json").read_text(encoding="utf-8"))
    assert written == generate.schema(), "run docs/generate.py"


def test_the_evidence_is_of_these_fixtures() -> None:
    """The verdicts, not the numbers; that they are still given is what test_fixtures.py runs Keras for."""
    rows = re.findall(
        r"^\| (SRN\d{3}) [\w-]+ \| (\S+):(\d+) \| (\w[\w ]*?)(?::.*?)? \| (\w[\w ]*?)(?::.*?)? \|$",
        (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )
    written = {
        (
            f"fixtures/{program}",
            int(line),
            code,
            tuple(g for g, cell in ((2, two), (3, three)) if cell == "confirmed"),
        )
        for code, program, line, two, three in rows
    }
    expected = {
        (shown(path), e.line, e.code, e.holds_on)
        for path in FIXTURES
        for e in expectations(path.read_text(encoding="utf-8"))
        if e.code not in (UNJUDGED | BACKENDS)
    }
    assert {row for row in written if row[2] not in BACKENDS} == expected, "run docs/generate.py --measured"


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
