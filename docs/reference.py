"""The page of the command line's options, as the program itself has them."""

from __future__ import annotations

import argparse
import re

from statelint.cli.options import parser

_SITE = {
    "--config": "configuration.md",
    "--confirm": "confirm.md",
    "--explain": "rules/README.md",
    "--fix": "fixes.md",
    "--python": "environments.md",
    "--rules": "rules/README.md",
    "--timeline": "stateful.md",
}


def options() -> str:
    """The page."""
    taken = parser()
    rows = [_row(action) for action in taken._actions if action.help != argparse.SUPPRESS]
    lines = [
        "# Options",
        "",
        "What `statelint --help` says. Written by `python docs/generate.py`.",
        "",
        "```text",
        "statelint [OPTION…] [PATH…]",
        "```",
        "",
        "| Option | What it does |",
        "|---|---|",
        *rows,
        "",
    ]
    return "\n".join(lines) + "\n" + _prose(taken.epilog or "")


def _row(action: argparse.Action) -> str:
    name = " ".join(action.option_strings[::-1]) or str(action.metavar)
    value = action.metavar if action.metavar is not None else "|".join(map(str, action.choices or ()))
    if action.option_strings and action.nargs != 0 and value:
        name = f"{name} {value}"
    said = _escaped(action.help or "")
    page = _SITE.get(action.option_strings[-1] if action.option_strings else "")
    name = name.replace("|", "\\|")
    return f"| `{name}` | {said}{f' ([more]({page}))' if page else ''} |"


def _escaped(text: str) -> str:
    text = text.replace("|", "\\|").replace("<", "&lt;")
    # Options within a sentence, and the example of one with its value.
    return re.sub(r"(?<![\w`-])--[a-z][a-z-]*(?: '[^']+')?", r"`\g<0>`", text)


def _prose(epilog: str) -> str:
    """The paragraphs behind the options; lines that are indented are a table."""
    parts = []
    for paragraph in epilog.strip().split("\n\n"):
        lines = paragraph.splitlines()
        if any(line.startswith(" ") for line in lines):
            head = lines[0].rstrip(":").capitalize()
            statuses = [re.match(r" +(\d) +(.+)", line) for line in lines[1:]]
            rows = [f"| {found[1]} | {found[2]} |" for found in statuses if found]
            assert len(rows) == len(statuses), paragraph
            parts.append("\n".join([f"| {head} | |", "|---|---|", *rows]))
        else:
            parts.append(_escaped(" ".join(lines)))
    return "\n\n".join(parts) + "\n"
