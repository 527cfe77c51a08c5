"""Pages show programs as they are and outputs as they come."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from tests.test_readme import ROOT, generate

__all__ = ["generate"]


def test_the_pages_are_up_to_date(generate: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert generate.PAGES
    for page in generate.PAGES:
        text = Path(page).read_text(encoding="utf-8")
        assert "<!-- example: " in text or "<!-- output: " in text
        assert generate.refreshed(text) == text, f"run docs/generate.py: {page}"
