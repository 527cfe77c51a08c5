"""The page about tests and live trainings keeps its word."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import statelint

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")


def masked(text: str) -> str:
    """The text without the numbers that another machine or version changes."""
    return re.sub(r"(norm |Keras )[\d.]+", r"\1N", text)


@pytest.mark.keras
def test_the_example_ends_as_the_page_says(tmp_path: Path) -> None:
    """It is run by pytest-xdist, as in a suite of somebody's own."""
    pytest.importorskip("keras")
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    (said,) = re.findall(r"```text\n(.*?)```", PAGE, flags=re.DOTALL)
    (tmp_path / "test_training.py").write_text(code, encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "1", "-p", "no:cacheprovider", "test_training.py"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(statelint.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    told = "\n".join(line.removeprefix("E").strip() for line in ended.stdout.splitlines())
    expected = "\n".join(line.strip() for line in said.strip().splitlines())
    assert masked(expected) in masked(told), ended.stdout
    assert "1 failed, 2 passed" in ended.stdout
    assert re.search(r"FAILED test_training.py::test_forgotten_reset", ended.stdout)


def test_the_readme_leads_here() -> None:
    assert "docs/testing.md" in (ROOT / "README.md").read_text(encoding="utf-8")
