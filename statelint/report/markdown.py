"""Findings as a table in Markdown, for a comment on a pull request or a job's summary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TextIO

from statelint.findings import Finding, Status, Verdict
from statelint.report import Results
from statelint.report.closing import closing_line, fix_lines, verdict_lines
from statelint.report.links import address
from statelint.report.visible import one_line
from statelint.report.wording import advised

_MARKS = {Status.CONFIRMED: "✓", Status.REFUTED: "✗", Status.NOT_REACHED: "–", Status.INCONCLUSIVE: "?"}
_CODE = re.compile(r"(`[^`]+`)")
_SPECIAL = re.compile(r"([\\*_<>\[\]~#&!])")


def write(results: Results, stream: TextIO) -> None:
    """Write a heading, the table, and below it what to do about each finding."""
    stream.write("".join(f"{line}\n" for line in _lines(results)))


def _lines(results: Results) -> Iterator[str]:
    yield "## statelint"
    yield ""
    yield _escaped(closing_line(results))
    for line in (*fix_lines(results), *verdict_lines(results)):
        yield ""
        yield _escaped(line)
    for trouble in results.troubles:
        yield ""
        yield f"**Something went wrong:** {_escaped(trouble)}"
    if not results.findings:
        return
    generations = sorted({verdict.keras for finding in results.findings for verdict in finding.verdicts})
    heads = ["", "Where", "Rule", "What happens", *(f"Keras {generation}" for generation in generations)]
    yield ""
    yield _row(heads)
    yield _row(["---"] * len(heads))
    for finding in results.findings:
        verdicts = [_verdict(finding, generation) for generation in generations]
        yield _row(
            [
                str(finding.severity),
                _code(str(finding.site)),
                _rule(finding),
                _escaped(finding.message),
                *verdicts,
            ]
        )
    yield ""
    yield "<details><summary>Why, and what to write instead</summary>"
    for finding in results.findings:
        yield ""
        yield f"- {_code(str(finding.site))} {_rule(finding)}: {_escaped(finding.why)}"
        for line in advised(finding):
            yield f"  - {_escaped(line)}"
    yield ""
    yield "</details>"


def _row(cells: list[str]) -> str:
    cells = [cell.replace("|", "\\|") for cell in cells]
    return f"| {' | '.join(cells)} |"


def _rule(finding: Finding) -> str:
    page = address(finding.rule)
    return f"{finding.code} {finding.rule}" if page is None else f"[{finding.code}]({page}) {finding.rule}"


def _verdict(finding: Finding, generation: int) -> str:
    found: Verdict | None = next((v for v in finding.verdicts if v.keras == generation), None)
    return "" if found is None else f"{_MARKS[found.status]} {found.status}: {_escaped(found.evidence)}"


def _code(text: str) -> str:
    shown = one_line(text)
    return f"`` {shown} ``" if "`" in shown else f"`{shown}`"


def _escaped(text: str) -> str:
    """The text in one line, what stands between backticks as code and all else as it is."""
    parts = _CODE.split(one_line(text))
    return "".join(
        _code(part[1:-1]) if n % 2 else _SPECIAL.sub(r"\\\1", part) for n, part in enumerate(parts)
    )
