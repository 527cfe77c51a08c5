"""Findings as one page that needs nothing else: no script, no file, no network."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TextIO

from statelint.findings import Finding, Status, Verdict
from statelint.report import Results
from statelint.report.closing import closing_line, fixable, verdict_lines
from statelint.report.visible import one_line, visible
from statelint.trace.recording import Recording

_WIDTH = 110
_MARKS = {Status.CONFIRMED: "✓", Status.REFUTED: "✗", Status.NOT_REACHED: "–", Status.INCONCLUSIVE: "?"}
_STYLE = """\
body { background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; max-width: 72rem;
  margin: 2rem auto; padding: 0 1rem }
pre, .drawing { background: var(--code); padding: .8rem; overflow-x: auto; border: 1px solid var(--line) }
pre { font: 13px/1.4 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace }
section { border-top: 1px solid var(--line); margin-top: 2rem }
h2, h3, h4 { font-size: 1.1rem; overflow-wrap: anywhere }
h4 { color: var(--good); margin-bottom: .3rem }
dt { font-weight: bold }
"""


@dataclass(slots=True)
class _Shown:
    """A run to draw, and what it confirmed."""

    path: str
    recording: Recording
    verdict: Verdict | None = None
    findings: list[Finding] = field(default_factory=list)


def write(results: Results, stream: TextIO) -> None:
    """Write the page of the findings and of the runs that confirmed them."""
    shown: dict[int, _Shown] = {}
    for finding in results.findings:
        for verdict in finding.verdicts:
            if verdict.status is Status.CONFIRMED and verdict.recording is not None:
                path = finding.programs[0] if finding.programs else finding.site.path
                one = shown.setdefault(id(verdict.recording), _Shown(path, verdict.recording, verdict))
                one.findings.append(finding)
    body = [f"<p>{_shown(closing_line(results))}</p>"]
    body += [f"<p>{_shown(line)}</p>" for line in verdict_lines(results)]
    body += _findings(results)
    if shown:
        body += ["<h2>What the programs did</h2>", *_drawings(list(shown.values()))]
    _page(body, stream)


def write_runs(runs: Sequence[tuple[str, Recording]], stream: TextIO) -> None:
    """Write the page of what programs did, by their paths."""
    _page(list(_drawings([_Shown(path, recording) for path, recording in runs])), stream)


def _page(body: Iterable[str], stream: TextIO) -> None:
    from statelint.report.timeline_svg import COLOURS, STYLE

    head = '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
    head += "<title>statelint</title>"
    text = "\n".join(["<h1>statelint</h1>", *body])
    head += f"\n<style>\n{COLOURS}{_STYLE}{STYLE}</style>"
    page = f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}\n</head>\n'
    page += f"<body>\n{text}\n</body>\n</html>\n"
    # A character that the stream can't encode stands as a reference.
    encoding = stream.encoding or "utf-8"
    stream.write(page.encode(encoding, "xmlcharrefreplace").decode(encoding))


def _shown(text: str) -> str:
    return escape(visible(text))


def _findings(results: Results) -> Iterator[str]:
    from rich.console import Console

    from statelint.report.card import Card
    from statelint.report.excerpt import Excerpts

    wide = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    console, excerpts = Console(file=wide, width=_WIDTH), Excerpts(False, results.texts)
    for finding in results.findings:
        rows = [[row.plain for row in frame] for frame in Card(finding, console, excerpts).frames()]
        yield "<section>"
        yield f"<h2>{_shown(f'{finding.site} {finding.severity} {finding.code} {finding.rule}')}</h2>"
        yield f"<p><strong>{_shown(finding.message)}</strong></p>"
        yield from (f"<pre>{escape(chr(10).join(lines))}</pre>" for lines in rows)
        yield from _told(finding)
        yield "</section>"


def _told(finding: Finding) -> Iterator[str]:
    yield "<dl>"
    told = [("Why", finding.why), ("Instead", finding.instead), ("Fix", fixable(finding))]
    told += [("Assumes", assumption) for assumption in finding.assumptions]
    told.append(("Holds on", f"Keras {' and '.join(map(str, finding.holds_on))}"))
    yield from (f"<dt>{name}</dt><dd>{_lines(text)}</dd>" for name, text in told if text)
    for verdict in finding.verdicts:
        mark = _MARKS[verdict.status]
        yield f"<dt>{mark} Keras {verdict.keras}: {verdict.status}</dt>"
        yield f"<dd>{_shown(one_line(verdict.evidence))}</dd>"
    yield "</dl>"


def _lines(text: str) -> str:
    return "<br>".join(map(_shown, text.split("\n")))


def _drawings(runs: Sequence[_Shown]) -> Iterator[str]:
    """The runs, each beside that of the mended program where there is one."""
    for number, run in enumerate(runs):
        verdict = run.verdict
        witness = verdict.witness if verdict is not None else None
        mended = verdict.mended if verdict is not None else None
        told = f"A witness of {run.path}" if witness is not None else run.path
        yield "<section>"
        heading, parts = _drawing(told, run.recording, f"{number}")
        yield f"<h3>{_shown(heading)}</h3>"
        if run.findings:
            said = ", ".join(dict.fromkeys(f"{f.code} at {f.site.where}" for f in run.findings))
            yield f"<p>It confirms {_shown(said)}.</p>"
        yield from parts
        if witness is not None:
            yield f"<details><summary>The witness</summary><pre>{escape(witness.text)}</pre></details>"
        if mended is not None:
            fixes = "; ".join(mended.fixes)
            yield f"<h4>After the fix: {_shown(fixes)}</h4>"
            yield from _drawing(told, mended.recording, f"{number}fixed")[1]
        yield "</section>"


def _drawing(path: str, recording: Recording, number: str) -> tuple[str, list[str]]:
    """The heading of a run, and its picture with the words for what is in it."""
    from statelint.report.timeline import timeline
    from statelint.report.timeline_svg import SIGNS, svg
    from statelint.report.timeline_text import WORDS

    drawn = timeline(recording)
    parts = []
    if drawn.bands:
        parts.append(f'<div class="drawing" tabindex="0">{svg(drawn, visible(path), number)}</div>')
    legend = ["state: norm of what enters the batch", *(f"{SIGNS[k]} {WORDS[k]}" for k in drawn.kinds)]
    if drawn.lanes:
        legend.append("slot: the row of the data that it holds, coloured by the sequence that it belongs to")
    if drawn.hidden_lanes:
        legend.append(f"{drawn.hidden_lanes} more slots aren't shown")
    if drawn.hidden_bands:
        legend.append(f"{drawn.hidden_bands} passes are left out")
    parts.append(f"<p>{_shown('; '.join(legend))}.</p>")
    if drawn.notes:
        parts.append("<ul>" + "".join(f"<li>{_shown(note)}</li>" for note in drawn.notes) + "</ul>")
    return f"{path} on {drawn.title}", parts
