"""The files around the code: workflows with few rights, templates that ask for the witness."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from statelint import __version__
from statelint.cli.options import parser

yaml: Any = pytest.importorskip("yaml")
ROOT = Path(__file__).parents[1]
WORKFLOWS = tuple(sorted((ROOT / ".github" / "workflows").glob("*.yml")))
TEMPLATES = tuple(sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")))


def loaded(path: Path) -> dict[str, Any]:
    text: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    # YAML takes the key `on` for a truth value.
    return {"on" if key is True else key: value for key, value in text.items()}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_have_few_rights_and_fixed_actions(path: Path) -> None:
    workflow = loaded(path)
    assert workflow["permissions"] in ({}, {"contents": "read"})
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 90
        granted = job.get("permissions", workflow["permissions"])
        assert {right for right, level in granted.items() if level == "write"} <= {"id-token", "attestations"}
        for step in job["steps"]:
            if "uses" in step:
                assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"]), step
            # What somebody else may have written is never pasted into a shell.
            assert "${{" not in step.get("run", "")
    text = path.read_text(encoding="utf-8")
    assert "secrets." not in text
    assert "pull_request_target" not in text
    assert len(re.findall(r"uses: \S+ # v\d", text)) == text.count("uses: ")


def test_continuous_integration_runs_what_developers_run() -> None:
    jobs = loaded(ROOT / ".github" / "workflows" / "ci.yml")["jobs"]
    assert [step["run"] for step in jobs["check"]["steps"] if "run" in step] == [".ci/run"]


def test_a_release_is_tested_built_attested_and_published() -> None:
    release = loaded(ROOT / ".github" / "workflows" / "release.yml")
    assert release["on"] == {"push": {"tags": ["v*"]}}
    jobs = release["jobs"]
    assert set(jobs["publish"]["needs"]) == {"test", "build", "attest"}
    # Only what publishes may ask for the token of trusted publishing, and what attests for its own.
    with_token = {name for name, job in jobs.items() if "id-token" in job["permissions"]}
    assert with_token == {"attest", "publish"}
    assert not any("checkout" in step.get("uses", "") for step in jobs["publish"]["steps"])
    (step,) = (step for step in jobs["publish"]["steps"] if "pypi-publish" in step["uses"])
    assert "password" not in step.get("with", {})


@pytest.mark.parametrize(
    "path", [path for path in TEMPLATES if path.stem != "config"], ids=lambda path: path.stem
)
def test_templates_ask_for_the_witness_and_versions(path: Path) -> None:
    template = loaded(path)
    assert {"name", "description", "body"} <= template.keys()
    fields = {part["id"]: part for part in template["body"] if part["type"] != "markdown"}
    assert len(fields) == sum(1 for part in template["body"] if part["type"] != "markdown")
    assert all(part["type"] in ("input", "textarea", "dropdown", "checkboxes") for part in fields.values())
    assert fields["versions"]["validations"]["required"]
    text = path.read_text(encoding="utf-8")
    assert "--witness" in text
    options = {option for action in parser()._actions for option in action.option_strings}
    asked = set(re.findall(r"statelint (--[a-z-]+)", text))
    assert asked <= options


def test_the_changelog_is_in_its_form() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[([^\]]+)\](?: - (\d{4}-\d\d-\d\d))?$", text, re.MULTILINE)
    assert versions[0] == ("Unreleased", "")
    assert all(date for _, date in versions[1:])
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= {
        "Added",
        "Changed",
        "Deprecated",
        "Removed",
        "Fixed",
        "Security",
    }
    assert __version__ == "0.1.0" or __version__ in dict(versions)


def test_security_says_what_confirm_is() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert "no sandbox" in text
    assert "docs/confirm.md" in text
    assert "privately" in text
