"""One finding, laid out for reading."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.style import Style
from rich.text import Text

from statelint.findings import Finding, Severity, Status, Verdict
from statelint.report.closing import fixable
from statelint.report.console import UNLIMITED
from statelint.report.excerpt import Excerpts
from statelint.report.frame import ASCII, UNICODE, Frame, Mark, stripped
from statelint.report.links import near_address
from statelint.report.visible import can_print, one_line, visible

_SEVERITY_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.ADVICE: "cyan"}
_COLOURS = {
    Status.CONFIRMED: "green",
    Status.REFUTED: "red",
    Status.NOT_REACHED: "dim",
    Status.INCONCLUSIVE: "yellow",
}
_MARKS = {Status.CONFIRMED: "✓", Status.REFUTED: "✗", Status.NOT_REACHED: "–", Status.INCONCLUSIVE: "?"}
_ASCII_MARKS = {Status.CONFIRMED: "+", Status.REFUTED: "x", Status.NOT_REACHED: "-", Status.INCONCLUSIVE: "?"}

# Prose in longer lines is hard to read.
_WIDEST_PROSE = 100
_KEYS_WIDTH = len("instead  ")


class Card:
    """How one finding is laid out on one console."""

    def __init__(
        self, finding: Finding, console: Console, excerpts: Excerpts, *, linked: bool = False
    ) -> None:
        self.page = near_address(finding.rule) if linked else None
        self.finding = finding
        self.console = console
        self.excerpts = excerpts
        self.colour = _SEVERITY_COLOURS[finding.severity]
        self.prose = console.width if console.width == UNLIMITED else min(console.width, _WIDEST_PROSE)
        self.is_unicode = can_print("│⋮━─…✓✗–", console.encoding)

    def rows(self) -> Iterator[Text]:
        """The rows to print."""
        finding = self.finding
        yield (
            Text(visible(str(finding.site)), "bold")
            .append(f" {finding.severity}", f"bold {self.colour}")
            .append(" ")
            .append(finding.code, Style(bold=True, link=self.page))
            .append(f" {finding.rule}")
        )
        yield from self._prose("", finding.message, "bold")
        yield Text()
        for frame in self.frames():
            yield from frame
            yield Text()
        yield from self._prose("why", finding.why)
        yield from self._prose("instead", finding.instead)
        yield from self._prose("fix", fixable(finding))
        for assumption in finding.assumptions:
            yield from self._prose("assumes", assumption)
        generations = " and ".join(map(str, finding.holds_on))
        if finding.verdicts:
            yield Text()
        yield Text(f"  holds on Keras {generations}")
        for verdict in finding.verdicts:
            mark = (_MARKS if self.is_unicode else _ASCII_MARKS)[verdict.status]
            head = Text().append(f"{mark} Keras {verdict.keras}: {verdict.status}", _COLOURS[verdict.status])
            if verdict.evidence:
                head.append(f" {'–' if self.is_unicode else '-'} {one_line(verdict.evidence)}")
            yield from self._hanging(head, indent=2, hang=4)
        yield from self._picture()

    def _picture(self) -> Iterator[Text]:
        """What the newest Keras that settled the finding did, in a few rows."""
        verdict = drawn(self.finding)
        if verdict is None or verdict.recording is None:
            return
        from statelint.report.timeline_text import compact, signs_for, width_of

        sites = (self.finding.site, *(related.site for related in self.finding.related))
        if verdict.witness is not None:
            sites = verdict.witness.sites
        rows = compact(verdict.recording, width_of(self.console) - 4, signs_for(self.console), sites)
        if rows:
            yield Text()
        for row in rows:
            yield Text("    ").append_text(row)

    def _prose(self, key: str, text: str, style: str = "") -> Iterator[Text]:
        """`text` under `key`, wrapped, with its own line breaks kept."""
        if not text:
            return
        indent = 2 + (_KEYS_WIDTH if key else 0)
        head = Text("  ").append(f"{key:<{indent - 2}}", "dim")
        for line in text.expandtabs(4).split("\n"):
            shown = Text(visible(line), style)
            shown.highlight_regex(r"`[^`]+`", "bold")
            is_code = line.startswith("    ")
            for part in [shown] if is_code else shown.wrap(self.console, max(self.prose - indent, 20)):
                yield stripped(head.append_text(part))
                head = Text(" " * indent)

    def _hanging(self, text: Text, indent: int, hang: int) -> Iterator[Text]:
        """`text` wrapped, from its second row on indented by `hang`."""
        for row, part in enumerate(text.wrap(self.console, max(self.prose - hang, 20))):
            yield stripped(Text(" " * (hang if row else indent)).append_text(part))

    def frames(self) -> Iterator[list[Text]]:
        """A frame for each file that the finding speaks of, the finding's own first."""
        finding = self.finding
        primary = Mark(finding.site, "", f"bold {self.colour}", True)
        marks = [
            primary,
            *(Mark(related.site, one_line(related.message), "blue", False) for related in finding.related),
        ]
        by_file: dict[tuple[str, int | None], list[Mark]] = {}
        for mark in marks:
            by_file.setdefault((mark.site.path, mark.site.cell), []).append(mark)
        for (path, cell), those in by_file.items():
            lines, painted = self.excerpts.lines(path, cell)
            signs = UNICODE if self.is_unicode else ASCII
            frame = Frame(lines, painted, those, signs, self.console.width)
            rows = list(frame.rows())
            if those[0] is not primary:
                rows = [_place(those[0]), *rows] if rows else [_place(m).append(f" {m.label}") for m in those]
            if rows:
                yield rows


def drawn(finding: Finding) -> Verdict | None:
    """The verdict whose run is drawn with a finding: that of the newest Keras which settled it."""
    settled = [v for v in finding.verdicts if v.status in (Status.CONFIRMED, Status.REFUTED)]
    return next((v for v in reversed(settled) if v.recording is not None), None)


def _place(mark: Mark) -> Text:
    return Text(f"  {visible(str(mark.site))}", "bold")
