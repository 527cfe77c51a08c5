"""A timeline as SVG: to stand in a page that has COLOURS and STYLE, or as a picture of its own."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from statelint.report.timeline import LEVELS, Band, Column, Kind, Timeline

COLOURS = """\
:root { color-scheme: light dark; --paper: #fff; --ink: #1a1a1a; --dim: #666; --line: #ccc; --code: #f5f5f5;
  --train: #d6e4f7; --validation: #eedcf5; --other: #e8e8e0; --state: #3b6fb0; --bad: #b3261e; --odd: #7a5200;
  --good: #1f6b33 }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181c; --ink: #e6e6e6; --dim: #a0a0a0; --line: #444; --code: #20242a; --train: #23395a;
    --validation: #45305a; --other: #3a3a34; --state: #7fb0ee; --bad: #ff8a80; --odd: #e0b050;
    --good: #7fd694 }
}
"""
STYLE = """\
svg text { font: 12px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: var(--ink) }
svg .dim { fill: var(--dim) }
svg .name { font-weight: bold }
svg .band { stroke: var(--dim); stroke-width: 1 }
svg .train { fill: var(--train) }
svg .validation { fill: var(--validation) }
svg .other { fill: var(--other) }
svg .hatch { stroke: var(--dim); stroke-width: 1; fill: none }
svg .state { fill: var(--state) }
svg .zero { stroke: var(--dim); stroke-width: 2 }
svg .crash, svg .carried { fill: var(--bad) }
svg .jump { fill: var(--odd) }
svg .reset { fill: var(--good) }
svg .q0 { fill: #56b4e9 } svg .q1 { fill: #e69f00 } svg .q2 { fill: #009e73 } svg .q3 { fill: #cc79a7 }
svg .q4 { fill: #f0e442 } svg .q5 { fill: #0072b2 } svg .q6 { fill: #d55e00 } svg .q7 { fill: #999999 }
svg .lane { fill-opacity: .38; stroke: none }
svg .sign { fill: var(--paper); font-weight: bold }
"""
SIGNS = {Kind.CRASH: "✗", Kind.CARRIED: "!", Kind.JUMP: "~", Kind.RESET: "R"}
_SHAPES = {
    Kind.CRASH: "M-8,-8 h16 v16 h-16 z",
    Kind.CARRIED: "M0,-10 L10,0 L0,10 L-10,0 z",
    Kind.JUMP: "M-9,-6 h18 v12 h-18 z",
    Kind.RESET: "M-9,0 a9,9 0 1,0 18,0 a9,9 0 1,0 -18,0 z",
}
# From a palette made for people who can't tell some colours apart; the numbers say it too.
_COLOURS = 8
_MARGIN, _GAP, _CELL, _LANE, _LETTER = 64, 14, 46, 18, 7.6
_TITLE, _BARS, _TALL = 24, 46, 60
_BASE = _BARS + _TALL
_NORMS, _MARKS, _LANES = _BASE + 16, _BASE + 36, _BASE + 66


def svg(drawn: Timeline, name: str, number: str) -> str:
    """The drawing; `number` keeps its identifiers apart from those of others in the page."""
    starts, right = [], float(_MARGIN)
    for position, band in enumerate(drawn.bands):
        right += _GAP if position == drawn.gap_before and position else 0
        starts.append(right)
        right += _width(band) + _GAP
    height = _LANES + drawn.lanes * _LANE
    said = "; ".join(drawn.notes) or "no state crosses from one pass into another"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{right:.0f}" height="{height}" '
        f'viewBox="0 0 {right:.0f} {height}" role="img" aria-labelledby="t{number} d{number}">',
        f'<title id="t{number}">{escape(f"{name}, {drawn.title}: the state along time")}</title>',
        f'<desc id="d{number}">{escape(said)}</desc>',
        "<defs>",
        f'<pattern id="validation{number}" width="8" height="8" patternUnits="userSpaceOnUse">'
        '<path class="hatch" d="M0,8 L8,0"/></pattern>',
        f'<pattern id="other{number}" width="8" height="8" patternUnits="userSpaceOnUse">'
        '<path class="hatch" d="M4,0 v8"/></pattern>',
        "</defs>",
    ]
    rows = [("batch", 40), ("state", _BASE), ("norm", _NORMS), ("marks", _MARKS + 8)]
    rows += [(f"slot {slot}", _LANES + 10 + slot * _LANE) for slot in range(drawn.lanes)]
    parts += [f'<text class="dim" x="0" y="{y}">{row}</text>' for row, y in rows]
    for position, (band, start) in enumerate(zip(drawn.bands, starts, strict=True)):
        if position == drawn.gap_before and position:
            parts.append(f'<text class="dim" x="{start - _GAP:.0f}" y="16">…</text>')
        parts += _band(drawn, band, start, height, number)
    return "\n".join([*parts, "</svg>"])


def picture(drawn: Timeline, name: str) -> str:
    """The drawing as a file of its own, light or dark as its reader wants it."""
    head, _, rest = svg(drawn, name, "0").partition(">")
    ground = '<rect width="100%" height="100%" style="fill: var(--paper)"/>'
    return f"{head}><style>\n{COLOURS}{STYLE}</style>\n{ground}{rest}\n"


def _width(band: Band) -> float:
    return max(len(band.columns) * _CELL, len(band.titles[-1]) * _LETTER + 8)


def _band(drawn: Timeline, band: Band, left: float, height: int, number: str) -> Iterator[str]:
    width = _width(band)
    phase = band.phase if band.phase in ("train", "validation") else "other"
    title = next((t for t in band.titles if len(t) * _LETTER + 8 <= width), band.titles[-1])
    yield f"<g><title>{escape(band.titles[0])}</title>"
    yield f'<rect class="band {phase}" x="{left:.0f}" y="1" width="{width:.0f}" height="{_TITLE}"/>'
    yield f'<text class="name" x="{left + 4:.0f}" y="17">{escape(title)}</text></g>'
    if phase != "train":
        yield (
            f'<rect fill="url(#{phase}{number})" x="{left:.0f}" y="{_TITLE + 2}" '
            f'width="{width:.0f}" height="4"/>'
        )
    yield f'<path class="hatch" d="M{left - _GAP / 2:.0f},1 V{height}"/>'
    for position, column in enumerate(band.columns):
        yield from _column(drawn, column, left + position * _CELL + _CELL / 2)


def _column(drawn: Timeline, column: Column, middle: float) -> Iterator[str]:
    x = f"{middle:.0f}"
    if column.hidden:
        yield _text(x, 40, f"…{column.hidden}", "dim")
    else:
        yield _text(x, 40, str(column.first))
        yield from _state(column, middle)
    for position, kind in enumerate(_kinds(column)):
        said = "; ".join(mark.text for mark in column.marks if mark.kind is kind)
        # Of several marks at a batch each shifts a little: they overlap and all can be read.
        shift = middle + (position - (len(_kinds(column)) - 1) / 2) * 20
        yield f'<g transform="translate({shift:.0f},{_MARKS + 4})"><title>{escape(said)}</title>'
        yield f'<path class="{kind}" d="{_SHAPES[kind]}"/>{_text("0", 4, SIGNS[kind], "sign")}</g>'
    for slot, held in enumerate(column.lanes[: drawn.lanes]):
        shown = "…" if column.hidden else "?" if held is None else held or "–"
        if held and held.isdecimal():
            # Row r of the data belongs to sequence r modulo the batch: that of slot r in the first batch.
            colour = int(held) % (drawn.lanes + drawn.hidden_lanes) % _COLOURS
            yield (
                f'<rect class="lane q{colour}" x="{middle - _CELL / 2:.0f}" y="{_LANES - 3 + slot * _LANE}" '
                f'width="{_CELL}" height="{_LANE}"/>'
            )
        yield _text(x, _LANES + 10 + slot * _LANE, shown, "" if held else "dim")


def _kinds(column: Column) -> list[Kind]:
    return [kind for kind in Kind if any(mark.kind is kind for mark in column.marks)]


def _state(column: Column, middle: float) -> Iterator[str]:
    x, norm = f"{middle:.0f}", "" if column.norm is None else f"{column.norm:.3g}"
    if column.level is None:
        yield _text(x, _BASE, "?", "dim")
    elif column.level == 0:
        yield f'<path class="zero" d="M{middle - 14:.0f},{_BASE} h28"/>'
    else:
        tall = column.level * (_TALL - 8) // LEVELS
        yield f'<rect class="state" x="{middle - 14:.0f}" y="{_BASE - tall}" width="28" height="{tall}"/>'
    yield _text(x, _NORMS, norm)


def _text(x: str, y: int, text: str, kind: str = "") -> str:
    chosen = f' class="{kind}"' if kind else ""
    return f'<text{chosen} x="{x}" y="{y}" text-anchor="middle">{escape(text)}</text>'
