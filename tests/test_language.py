"""Python as programs write it: what the interpreter follows, and what it leaves unknown.

In `snippets/` each paragraph is a program, and its lines with `#=` say what its reveals tell; a lone
question mark stands for any unknown value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.telling import reveal

SNIPPETS = Path(__file__).parent / "snippets"


def snippets() -> Iterator[object]:
    for file in sorted(SNIPPETS.iterdir()):
        for number, paragraph in enumerate(file.read_text(encoding="utf-8").split("\n\n"), 1):
            lines = paragraph.splitlines()
            code = "\n".join(line for line in lines if not line.startswith("#="))
            told = [line.removeprefix("#=").strip() for line in lines if line.startswith("#=")]
            yield pytest.param(code, told, id=f"{file.stem}-{number}")


@pytest.mark.parametrize(("code", "told"), list(snippets()))
def test_snippets(code: str, told: list[str]) -> None:
    wanted = re.escape("\n".join(told)).replace(r"\?", r"\?[A-Z_]+")
    found = reveal(code)
    assert re.fullmatch(wanted, "\n".join(found)), found
