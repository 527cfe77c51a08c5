"""However a program is structured, its mistake is found, and what is right stays silent.

In `structures/` each paragraph is a program behind the same head, and its last line says what is found.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from statelint.engine import check_source

STRUCTURES = Path(__file__).parent / "structures"
HEAD = "import numpy as np, keras\nx, y = np.zeros((8, 3, 1)), np.zeros((8, 4))\n"


def structures() -> Iterator[object]:
    for file in sorted(STRUCTURES.iterdir()):
        for paragraph in file.read_text(encoding="utf-8").split("\n\n"):
            title, _, code = paragraph.partition("\n")
            code, _, found = code.rpartition("#! ")
            yield pytest.param(code, found.split(), id=title.removeprefix("# "))


@pytest.mark.parametrize(("code", "found"), list(structures()))
def test_structures(code: str, found: list[str]) -> None:
    checked = check_source("program.py", (HEAD + code).encode())
    assert not checked.failures, checked.failures
    assert [finding.code for finding in checked.findings] == [code for code in found if code != "nothing"]
