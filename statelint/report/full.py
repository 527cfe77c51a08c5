"""Findings with the code they speak of, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from statelint.report import Results
from statelint.report.closing import closing_line, fix_lines, verdict_lines

if TYPE_CHECKING:
    from rich.console import Console


def write(results: Results, stream: TextIO) -> None:
    """Write each finding with its code, and a closing line."""
    if not results.findings:  # rich isn't worth loading for one line
        stream.write(f"{closing_line(results)}\n")
        return
    from statelint.report.console import console_for
    from statelint.report.links import shows_links

    print_to(console_for(stream), results, linked=shows_links(stream))


def print_to(console: Console, results: Results, *, linked: bool = False) -> None:
    """Print to this console, in its width and colours; `linked`: codes lead to the rules' pages."""
    from rich.text import Text

    from statelint.report.card import Card
    from statelint.report.excerpt import Excerpts

    excerpts = Excerpts(console.color_system is not None, results.texts)
    for finding in results.findings:
        for row in Card(finding, console, excerpts, linked=linked).rows():
            console.print(row)
        console.print()
    console.print(Text(closing_line(results), "bold"))
    for line in (*fix_lines(results), *verdict_lines(results)):
        console.print(Text(line))
