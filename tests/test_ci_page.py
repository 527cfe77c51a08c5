"""The page on servers: its files are valid for those who read them, its commands and inputs exist."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from statelint.cli.options import parser
from statelint.report import FORMATS
from tests.test_action import ACTION
from tests.test_pages import DOCS, blocks, text_of

PAGE = DOCS / "ci.md"
FILES = [
    code.replace("<this repository>", "owner/statelint").replace("<a tag or commit>", "v1")
    for code in blocks(PAGE, "yaml")
]


def block(beginning: str) -> str:
    [found] = [code for code in FILES if code.startswith(beginning)]
    return found


@pytest.mark.parametrize(
    ("beginning", "schema"),
    [("name: statelint\non:", "vendor.github-workflows"), ("statelint:\n", "vendor.gitlab-ci")],
)
def test_files_of_servers_are_valid(beginning: str, schema: str, tmp_path: Path) -> None:
    (tmp_path / "file.yml").write_text(block(beginning), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        schema,
        str(tmp_path / "file.yml"),
    ]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout


def test_the_configuration_of_pre_commit_is_valid(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(block("repos:"), encoding="utf-8")
    command = [sys.executable, "-m", "pre_commit", "validate-config", str(tmp_path / "config.yaml")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout


def test_commands_of_servers_are_taken() -> None:
    text = "\n".join([*yaml.safe_load(block("statelint:\n"))["statelint"]["script"], text_of(PAGE)])
    commands = re.findall(r"^(?:.*sh ')?statelint (--[^'|\n]*)", text, flags=re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        assert parser().parse_args(shlex.split(command)).paths == ["."]


def test_inputs_of_the_action() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| .* \| (?:`(.*)`)? ?\|$", text_of(PAGE), flags=re.MULTILINE)
    assert dict(rows) == {name: one["default"] for name, one in ACTION["inputs"].items()}
    steps = yaml.safe_load(block("name: statelint\non:"))["jobs"]["statelint"]["steps"]
    assert steps[-1]["with"].keys() <= ACTION["inputs"].keys()
    assert all(f"`{name}`" in text_of(PAGE) for name in ACTION["outputs"])


def test_the_table_of_formats_has_them_all() -> None:
    page = text_of(DOCS / "formats.md")
    rows = re.findall(r"^\| \[(\w+)\]\(#\1\) \|", page, flags=re.MULTILINE)
    assert sorted(rows) == sorted(FORMATS)
    json.loads(next(blocks(DOCS / "formats.md", "json")))
