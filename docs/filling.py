"""Blocks of Markdown that show a file, or what statelint prints: kept as they are now.

A comment says what the block behind it shows: `<!-- file: PATH -->`, or `<!-- output: statelint … -->`.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(r"^<!-- (file|output): (.+) -->\n```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# No wider than a page of the site.
_WIDTH = "88"


def filled(page: str) -> str:
    """The text of a page, each such block filled anew."""

    def block(found: re.Match[str]) -> str:
        kind, what, language = found[1], found[2], found[3]
        text = _SHOWN[kind](what)
        return f"<!-- {kind}: {what} -->\n```{language}\n{text}```"

    return _BLOCK.sub(block, page)


def _file(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def _output(command: str) -> str:
    name, *options = shlex.split(command)
    assert name == "statelint", command
    ended = subprocess.run(
        [sys.executable, "-m", "statelint", *options],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": _WIDTH, "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert ended.returncode in (0, 1), command
    return "\n".join(line.rstrip() for line in ended.stdout.splitlines()) + "\n"


_SHOWN: dict[str, Callable[[str], str]] = {"file": _file, "output": _output}
