"""Codes in a terminal lead to the rules' pages, where the terminal shows links."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import pytest

from statelint import report
from statelint.report import Results, links
from tests.test_report import CARRIED, SPLIT

# Opens and ends a link: OSC 8.
LINK = re.compile(r"\x1b\]8;[^;]*;(?P<target>[^\x1b]+)\x1b\\(?P<text>.*?)\x1b\]8;;\x1b\\")
COLOUR = re.compile(r"\x1b\[[\d;]*m")
VARIABLES = ("FORCE_HYPERLINK", "NO_COLOR", "FORCE_COLOR", *links._NAMED, *links._SET, "VTE_VERSION")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def printed(name: str, stream: io.StringIO) -> str:
    report.write(Results([CARRIED, SPLIT], 1), name, stream)
    return COLOUR.sub("", stream.getvalue())


@pytest.mark.parametrize("name", ["full", "concise"])
def test_codes_are_links(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM_PROGRAM", "WezTerm")
    text = printed(name, Terminal())
    found = LINK.findall(text)
    assert [shown for _, shown in found] == ["SRN301", "SRN207"]
    page = Path(links.__file__).parents[2] / "docs" / "rules" / "state-carried-across-epochs.md"
    assert found[0][0] == page.as_uri()
    monkeypatch.delenv("TERM_PROGRAM")
    assert LINK.sub(r"\g<text>", text) == printed(name, Terminal())


def test_pages_on_the_web_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "SITE", "https://example.org")
    assert links.near_address("validation-leak") == "https://example.org/rules/validation-leak/"


@pytest.mark.parametrize(
    ("variables", "shows"),
    [
        ({}, False),
        ({"TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM_PROGRAM": "vscode"}, True),
        ({"VTE_VERSION": "4205"}, False),
        ({"VTE_VERSION": "6800"}, True),
        ({"WT_SESSION": "1"}, True),
        ({"WT_SESSION": "1", "NO_COLOR": "1"}, False),
        ({"WT_SESSION": "1", "TERM": "dumb"}, False),
        ({"WT_SESSION": "1", "FORCE_HYPERLINK": "0"}, False),
        ({"FORCE_HYPERLINK": "1"}, True),
    ],
)
def test_which_terminals_show_links(
    variables: dict[str, str], shows: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert links.shows_links(Terminal()) is shows
    if "FORCE_HYPERLINK" not in os.environ:
        assert not links.shows_links(io.StringIO())


@pytest.mark.parametrize("name", ["full", "concise", "github", "markdown"])
def test_what_is_no_terminal_gets_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM_PROGRAM", "WezTerm")
    assert "\x1b]8" not in printed(name, io.StringIO())
