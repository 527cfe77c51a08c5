"""What the rules' pages say of Keras: each claim is held by a program in tests/claims, run on real Keras.

A comment `#: page: sentence` in a program quotes what the lines below it hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Recordings
from tests.programs import PAGES, ROOT, shown

CLAIMS = tuple(
    path for path in sorted((ROOT / "tests" / "claims").glob("*.py")) if path.name != "measured.py"
)

_QUOTE = re.compile(r"^ *#: ([a-z0-9-]+): (.*(?:\n *#:   .*)*)$", re.MULTILINE)


def quotes(program: Path) -> Iterator[tuple[str, str]]:
    """The pages that a program quotes, and what it quotes of each."""
    for page, text in _QUOTE.findall(program.read_text(encoding="utf-8")):
        yield page, " ".join(re.sub(r"^ *#:", "", text, flags=re.MULTILINE).split())


@pytest.mark.parametrize("path", CLAIMS, ids=shown)
def test_pages_say_what_a_program_holds(path: Path) -> None:
    pages = {page.stem: " ".join(page.read_text(encoding="utf-8").split()) for page in PAGES}
    quoted = list(quotes(path))
    assert quoted
    assert [(page, text) for page, text in quoted if text not in pages[page]] == []


@pytest.mark.keras
@pytest.mark.parametrize("path", CLAIMS, ids=shown)
def test_claims_hold(path: Path, generation: int, recordings: Recordings) -> None:
    outcome = recordings.of(path, generation).outcome
    assert outcome.status == "finished", outcome.message
