"""The list of rules, and the page of each."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TextIO

from statelint.findings import Severity
from statelint.report.links import page_path


class Described(Protocol):
    """What a rule says of itself."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def why(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """What is reported without being a rule's question to the story."""

    code: str
    name: str
    severity: Severity
    why: str


UNREADABLE = Entry(
    "SRN001",
    "unreadable-source",
    Severity.WARNING,
    "A file that can't be read is not checked, so nothing is said about its stateful layers.",
)


UNUSED = Entry(
    "SRN002",
    "unused-suppression",
    Severity.WARNING,
    "A suppression of nothing hides the next mistake in its place, and tells of one that isn't there.",
)


def listed() -> list[Described]:
    """All rules, and what else is reported."""
    from statelint.rules import load

    return [UNREADABLE, UNUSED, *load()]


def find(rules: Sequence[Described], asked: str) -> Described | None:
    """The rule of this code or name, in any case."""
    wanted = asked.strip().lower()
    return next((rule for rule in rules if wanted in (rule.code.lower(), rule.name)), None)


def nearest(rules: Sequence[Described], asked: str) -> str | None:
    """The code or name most like what was asked for, or None where none is like it."""
    from difflib import get_close_matches

    named = {text.lower(): text for rule in rules for text in (rule.code, rule.name)}
    matches = get_close_matches(asked.strip().lower(), named, n=1)
    return named[matches[0]] if matches else None


def write_list(rules: Sequence[Described], stream: TextIO, *, as_json: bool = False) -> None:
    """Write code, name, severity and reason of each rule: in columns for a person, or as JSON."""
    ordered = sorted(rules, key=lambda rule: rule.code)
    if as_json:
        _write_json(ordered, stream)
        return
    name_width = max((len(rule.name) for rule in ordered), default=0)
    room = None
    if stream.isatty():
        room = shutil.get_terminal_size().columns - name_width - 18
    for rule in ordered:
        head = f"{rule.code}  {rule.name:<{name_width}}  {rule.severity:<7}"
        why = " ".join(rule.why.split())
        if room is None:
            stream.write(f"{head}  {why}\n")
        elif room >= 36:
            hang = " " * (len(head) + 2)
            stream.write(
                textwrap.fill(why, room + len(hang), initial_indent=f"{head}  ", subsequent_indent=hang)
                + "\n"
            )
        else:
            width = shutil.get_terminal_size().columns
            stream.write(
                f"{head.rstrip()}\n{textwrap.fill(why, width, initial_indent='  ', subsequent_indent='  ')}\n"
            )


def _write_json(rules: Sequence[Described], stream: TextIO) -> None:
    import json

    listed = [
        {
            "code": rule.code,
            "rule": rule.name,
            "severity": str(rule.severity),
            # Advice is reported only where it is asked for.
            "default": rule.severity is not Severity.ADVICE,
            "why": " ".join(rule.why.split()),
        }
        for rule in rules
    ]
    json.dump(listed, stream, indent=2)
    stream.write("\n")


def write_page(rule: Described, stream: TextIO) -> None:
    """Write the rule's page: rendered in a terminal, as it is in a pipe."""
    page = page_of(rule)
    if not stream.isatty():
        stream.write(page)
        return
    from rich.markdown import Markdown

    from statelint.report.console import console_for

    console = console_for(stream)
    console.width = min(console.width, 100)
    console.soft_wrap = False
    console.print(Markdown(page, code_theme="ansi_dark"))


def page_of(rule: Described) -> str:
    """The Markdown of the rule's page, from the installed package or from the checkout."""
    page = page_path(rule.name)
    if page is not None:
        return page.read_text(encoding="utf-8")
    return f"# {rule.code} {rule.name} ({rule.severity})\n\n{rule.why}\n"
