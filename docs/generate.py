"""Regenerates what is generated: `python docs/generate.py`.

It writes the README's example with what statelint prints of it, the programs and outputs in other pages, the
list of the rules in docs/rules/README.md, the keys in docs/configuration.md and docs/statelint.schema.json.
With `--measured` it also runs real Keras, which needs the `confirm` extra and some minutes, and writes
docs/terminal.svg and docs/evidence.md; with `--fixes` it runs the programs that are wrong on purpose once
more, mended, and writes docs/fixes.md.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from rich.console import Console
from rich.text import Text

from statelint.cli.fixing import fix_files
from statelint.configuration.keys import KEYS
from statelint.configuration.schema import schema
from statelint.confirm.harness import Harness, Job, Limits, NoRecording
from statelint.confirm.programs import Program
from statelint.discover import SourceFile, discover, is_document
from statelint.engine import Checked, check_files
from statelint.findings import Finding, Status
from statelint.fixes.passes import Mended
from statelint.report import Results, full
from statelint.rules import load
from statelint.selection import Selection
from statelint.settings import Settings
from statelint.trace.recording import Recording

ROOT = Path(__file__).parents[1]
EXAMPLE = "docs/example/train.py"
INDEX = Path("docs/rules/README.md")
EVIDENCE = Path("docs/evidence.md")
# Where Keras is installed, as an ImportError ends.
_PLACE = re.compile(r" \(/\S+\)")
OPTIONS = Path("docs/options.md")
FIXES = Path("docs/fixes.md")
CONFIGURATION = Path("docs/configuration.md")
SCHEMA = Path("docs/statelint.schema.json")
# Pages with blocks below `<!-- example: FILE -->` and `<!-- output: COMMAND -->`.
PAGES = (Path("docs/api.md"), Path("docs/formats.md"), Path("docs/tutorial.md"))
GROUPS = {
    "SRN0": "The tool itself",
    "SRN1": "Build: can the state be allocated, and is it wanted",
    "SRN2": "Feed: does a batch continue the one before",
    "SRN3": "Reset: does the state end where the sequence ends",
    "SRN4": "Gradient and practice",
    "SRN5": "Keras 3: what is gone",
    "SRN6": "Backends and versions of Keras 3",
}
WIDTH = 96


def main() -> int:
    # Beside this file, and not a package's.
    import reference

    os.chdir(ROOT)
    readme = Path("README.md")
    readme.write_text(filled(readme.read_text(encoding="utf-8")), encoding="utf-8")
    for page in PAGES:
        page.write_text(refreshed(page.read_text(encoding="utf-8")), encoding="utf-8")
    INDEX.write_text(index(), encoding="utf-8")
    text = CONFIGURATION.read_text(encoding="utf-8")
    CONFIGURATION.write_text(with_keys(text), encoding="utf-8")
    SCHEMA.write_text(json.dumps(schema(), indent=2) + "\n", encoding="utf-8")
    OPTIONS.write_text(reference.options(), encoding="utf-8")
    if "--fixes" in sys.argv:
        FIXES.write_text(fixes(), encoding="utf-8")
    if "--measured" in sys.argv:
        Path("docs/terminal.svg").write_text(picture(), encoding="utf-8")
        EVIDENCE.write_text(evidence(), encoding="utf-8")
    return 0


def index() -> str:
    """The page that lists the rules."""
    lines = [
        "# The rules",
        "",
        "Each page says what goes wrong, what Keras does with it, and shows a program that is wrong and",
        "one that is right; the tests run both. `statelint --explain NAME` prints a page in the terminal.",
        "Advice is off by default: `--select ADVICE` turns it on.",
    ]
    for group, title in GROUPS.items():
        rules = [rule for rule in load() if rule.code.startswith(group)]
        lines += ["", f"## {title}", "", "| Code | Name | Severity | Why it matters |", "|---|---|---|---|"]
        lines += [
            f"| {rule.code} | [{rule.name}]({rule.name}.md) | {rule.severity} | {rule.why} |"
            for rule in rules
        ]
        if group == "SRN0":
            lines += [
                "| SRN001 | [unreadable-source](unreadable-source.md) | warning "
                "| A file that can't be read or parsed is never called clean. |",
                "| SRN002 | [unused-suppression](unused-suppression.md) | warning "
                "| A comment that suppresses nothing hides the next mistake in its place. |",
            ]
    return "\n".join(lines) + "\n"


def with_keys(text: str) -> str:
    """The page on configuration with its reference as it is now."""
    head, mark, _ = text.partition("<!-- keys -->\n")
    parts = []
    for key in KEYS:
        default = f"Default: `{key.default}`" if key.default else "Not set by default"
        parts.append(f"\n### `{key.name}`\n\n{key.text}\n\n{default}.\n\n```toml\n{key.example}\n```\n")
    return head + mark + "".join(parts)


def evidence() -> str:
    """What real Keras said to each finding in the fixtures."""
    from statelint.confirm.judge import confirm

    files = [file for file in discover(["fixtures"]).files if not is_document(file.shown)]
    found = [finding for file in files for finding in check_files([asked(file)]).findings]
    judged = confirm(found, files, None, 120, lambda message, *_: print(message, file=sys.stderr))
    lines = [
        "# Evidence",
        "",
        "Every finding in the programs under `fixtures/` that are wrong on purpose, and what real Keras",
        "measured of it. Written by `python docs/generate.py --measured`. Programs that are right have no",
        "finding; the tests run each rule's oracle on them too, and hold that it sees no harm.",
        "",
        "| Rule | Program | Keras 2 | Keras 3 |",
        "|---|---|---|---|",
    ]
    for finding in sorted(judged, key=lambda f: (f.code, f.order())):
        if not finding.verdicts:
            continue
        cells = {v.keras: f"{v.status}: {escaped(_PLACE.sub('', v.evidence))}" for v in finding.verdicts}
        program = f"{finding.site.path.removeprefix('fixtures/')}:{finding.site.line}"
        rule = f"{finding.code} {finding.rule}"
        two, three = (cells.get(generation, "not claimed") for generation in (2, 3))
        lines.append(f"| {rule} | {program} | {two} | {three} |")
    return "\n".join(lines) + "\n"


def asked(file: SourceFile) -> SourceFile:
    """A fixture with the rule that its folder is named for: advice is told only where it is asked for."""
    own = tuple(rule.code for rule in load() if rule.name == Path(file.shown).parent.name)
    return replace(file, settings=Settings(Selection(extend=own)))


class Tally:
    """How many findings of a rule were fixed, and what each Keras said of them afterwards."""

    def __init__(self) -> None:
        self.titles: dict[str, None] = {}
        self.safe = 0
        self.unsafe = 0
        self.claimed: Counter[int] = Counter()
        self.refuted: Counter[int] = Counter()


def fixes() -> str:
    """Which rules have fixes, and in how many programs real Keras finds nothing of the mistake any more."""
    tallies: dict[str, Tally] = {}
    with TemporaryDirectory() as folder, Harness((2, 3), Limits(seconds=120)) as harness:
        mended = list(mended_fixtures(Path(folder)))
        jobs = [
            Job(Program(path, result.changes[0].file.shown), keras)
            for path, result in mended
            for keras in (2, 3)
        ]
        recordings = {(job.program.path, job.keras): run for job, run in harness.run_all(jobs)}
        for path, result in mended:
            for finding in result.fixed:
                tally = tallies.setdefault(finding.code, Tally())
                count(tally, finding, result, {keras: recordings[path, keras] for keras in (2, 3)})
    lines = [
        "# Fixes",
        "",
        "What `--fix` (safe) and `--fix --unsafe-fixes` do, and how many findings in the programs under",
        "`fixtures/` they have mended. The last columns say in how many of those that each Keras fails on it",
        "measures nothing of the mistake any more. Written by `python docs/generate.py --fixes`.",
        "",
        "| Rule | What is done | Safe | Unsafe | Keras 2 | Keras 3 |",
        "|---|---|---|---|---|---|",
    ]
    rules = {rule.code: rule.name for rule in load()}
    for code, tally in sorted(tallies.items()):
        cells = [f"{tally.refuted[k]} of {tally.claimed[k]}" if tally.claimed[k] else "–" for k in (2, 3)]
        titles = "; ".join(tally.titles)
        name = f"{code} [{rules[code]}](rules/{rules[code]}.md)"
        lines.append(f"| {name} | {titles} | {tally.safe} | {tally.unsafe} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines) + "\n"


def mended_fixtures(folder: Path) -> Iterator[tuple[Path, Mended]]:
    """The fixture programs that can be mended, in files of their own."""
    for number, file in enumerate(discover(["fixtures"]).files):
        if is_document(file.shown):
            continue
        result = fix_files([asked(file)], Checked(), unsafe=True)
        for change in result.changes:
            path = folder / f"{number}_{file.path.name}"
            path.write_bytes(change.after)
            yield path, result


def count(
    tally: Tally, finding: Finding, result: Mended, recordings: Mapping[int, Recording | NoRecording]
) -> None:
    assert finding.fix is not None
    # What is named or counted is different in each program.
    title = re.sub(r"\(.+\)", "(…)", re.sub(r"=\d+", "=n", finding.fix.title))
    tally.titles[title] = None
    tally.safe += finding.fix.safe
    tally.unsafe += not finding.fix.safe
    rule = next(rule for rule in load() if rule.code == finding.code)
    for keras in finding.holds_on:
        recording = recordings[keras]
        if isinstance(recording, NoRecording):
            continue
        tally.claimed[keras] += 1
        judged = rule.judge(result.now(finding), recording)
        tally.refuted[keras] += judged.status is Status.REFUTED


def escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def filled(readme: str) -> str:
    """The README's text with the example, and what statelint says of it, as they are now."""
    files = discover([EXAMPLE]).files
    console = terminal(colours=None)
    full.print_to(console, Results(check_files(files).findings, len(files)))
    output = console.export_text()
    for kind, text in ("example", Path(EXAMPLE).read_text(encoding="utf-8")), ("output", output):
        start, end = re.escape(f"<!-- {kind}: "), "```\n"
        before, fence, after = re.split(rf"({start}.* -->\n```\w+\n)", readme)
        readme = before + fence + text + end + after.partition(end)[2]
    return readme


def refreshed(page: str) -> str:
    """The page's text with the programs and the outputs of the commands that it names, as they are now."""

    def block(found: re.Match[str]) -> str:
        head, kind, named = found.group("head", "kind", "named")
        text = Path(named).read_text(encoding="utf-8") if kind == "example" else printed(named)
        return f"{head}{text.rstrip()}\n```\n"

    pattern = r"(?P<head><!-- (?P<kind>example|output): (?P<named>[^\n]*) -->\n```\w+\n).*?^```\n"
    return re.sub(pattern, block, page, flags=re.MULTILINE | re.DOTALL)


def printed(command: str) -> str:
    """What a command of the shell prints in the checkout."""
    functions = f'python() {{ "{sys.executable}" "$@"; }}; statelint() {{ python -m statelint "$@"; }}'
    environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    ended = subprocess.run(
        ["bash", "-c", f"{functions}; {command}"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return ended.stdout


def picture() -> str:
    """The SVG of a run with `--confirm` over the example."""
    from statelint.confirm.judge import confirm

    files = discover([EXAMPLE]).files
    findings = confirm(check_files(files).findings, files, None, 120, lambda *_: None)
    console = terminal(colours="standard")
    console.print(Text.assemble(("$ ", "bold green"), f"statelint --confirm {EXAMPLE}\n"))
    full.print_to(console, Results(findings, len(files)))
    svg = console.export_svg(title="statelint")
    # A page that shows the picture loads no fonts for it.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code", "ui-monospace, Menlo, Consolas, DejaVu Sans Mono")


def terminal(colours: Literal["standard"] | None) -> Console:
    return Console(
        file=io.StringIO(),
        record=True,
        width=WIDTH,
        force_terminal=True,
        color_system=colours,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
    )


if __name__ == "__main__":
    sys.exit(main())
