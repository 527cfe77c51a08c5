"""The programs under fixtures/ and on the rules' pages, and what they expect."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from statelint.engine import check_source
from statelint.findings import Finding
from statelint.settings import Settings
from statelint.source.notebook import cells_of

ROOT = Path(__file__).parents[1]
FIXTURES = tuple(sorted((ROOT / "fixtures").glob("*/*.py")))
# Notebooks and Markdown texts.
DOCUMENTS = tuple(
    sorted(path for kind in ("notebooks", "markdown") for path in (ROOT / "fixtures" / kind).iterdir())
)
PAGES = tuple(sorted(page for page in (ROOT / "docs" / "rules").glob("*.md") if page.name != "README.md"))

_COMMENT = re.compile(r"#\s*expect:\s*(.*)$")
_EXPECTED = re.compile(r"(?P<code>SRN\d{3})(?:\s+\(Keras (?P<generation>[23])\))?")
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What isn't Python any more can't be fenced as Python.
_EXAMPLE = re.compile(r"^```(?:python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, order=True)
class Expected:
    """A finding that a comment asks for: the line where it begins, its code, where it holds, its cell."""

    line: int
    code: str
    holds_on: tuple[int, ...]
    cell: int = 0

    @classmethod
    def of(cls, finding: Finding) -> Expected:
        return cls(finding.site.line, finding.code, finding.holds_on, finding.site.cell or 0)


def reported_below(head: str, code: str, codes: Collection[str]) -> list[tuple[int, str]]:
    """The lines of `code`, behind its head, at which these rules report something for either generation."""
    checked = check_source("snippet.py", (head + code).encode(), Settings(keras=(2, 3)))
    assert not checked.failures
    here = map(Expected.of, checked.findings)
    return sorted((one.line - head.count("\n"), one.code) for one in here if one.code in codes)


def shown(path: Path) -> str:
    """A file's path as findings and test ids name it."""
    return path.relative_to(ROOT).as_posix()


def expectations(code: str) -> list[Expected]:
    """What the comments `# expect: SRN301, SRN501 (Keras 3)` ask for, sorted."""
    found = []
    for number, line in enumerate(code.splitlines(), 1):
        comment = _COMMENT.search(line)
        for part in comment.group(1).split(",") if comment else ():
            match = _EXPECTED.fullmatch(part.strip())
            assert match, f"line {number}: {part!r} is no expectation"
            generation = match["generation"]
            found.append(Expected(number, match["code"], (int(generation),) if generation else (2, 3)))
    return sorted(found)


def expected_of(path: Path) -> list[Expected]:
    """What the comments in a file ask for; those in a notebook's cells."""
    if path.suffix != ".ipynb":
        return expectations(path.read_text(encoding="utf-8"))
    cells = cells_of(path.read_bytes())
    return sorted(
        replace(one, cell=number) for number, cell in enumerate(cells) for one in expectations(cell.text)
    )


def blocks(page: Path, heading: str) -> tuple[str, ...]:
    """The programs under a page's `## heading`."""
    sections = re.split(r"^## ", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return tuple(
        block
        for section in sections
        if section.startswith(f"{heading}\n")
        for block in _EXAMPLE.findall(section)
    )


def all_blocks(page: Path) -> tuple[str, ...]:
    """All Python programs on a page."""
    return tuple(_BLOCK.findall(page.read_text(encoding="utf-8")))
