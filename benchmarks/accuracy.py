"""How often statelint is right: what it says of real code, scored against labels made by hand.

    python benchmarks/accuracy.py --labels labels.json --files FOLDER
    python benchmarks/accuracy.py … --target label    # judge each file for the Keras that its label names
    python benchmarks/accuracy.py … --write           # … and write the tables to docs/accuracy.md

The labelled code lies in FOLDER under the names that the labels give; it is other people's and no part of
this repository.  The labels are a JSON array with one object for each script, notebook (.ipynb), Markdown
text (.md) or project (a folder, its name ends in "/"):

    file        its name in FOLDER
    keras       the generation it is written for, as free text ("2", "tf.keras 2.x", "either")
    repo, path, commit   where it comes from (optional; docs/accuracy.md names it so)
    kind        what it is, in a few words (optional; names what has no repo)
    set         which collection it belongs to (optional; each gets a row)
    findings    what a linter should report: file, line, rule, certainty (certain, likely or advice), why;
                cell in a notebook; alt_lines and alt_rules are as good as line and rule
    acceptable  reporting it is neither right nor wrong
    if_keras3   like findings with the certainty "certain", but only where the program runs on Keras 3
    traps       what a naive linter would report, and why that is wrong

A label without a line stands for any line; one that names a project, for any file in it.

How it is scored.  A reported error or warning is right if it matches a label of any certainty; it counts
for nothing if it matches an acceptable one; else it is a false alarm, on a trap or not.  Precision is the
right ones among the right ones and the false alarms.  A label is found if an error or a warning matches it;
recall is the found ones among the labels that are certain or likely.  A label whose rule statelint doesn't
have is listed, but is no miss.  A file that statelint says it cannot read is listed too; that claims
nothing of the program, so it is no false alarm, but its labels are misses.  Advice is scored by itself, with
every rule turned on: its labels are those of certainty "advice" and those of rules that only advise.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rich.console import Console
from rich.table import Table

from statelint.discover import discover
from statelint.engine import check_files
from statelint.findings import Finding, Severity
from statelint.rules import load
from statelint.selection import EVERYTHING
from statelint.settings import Settings
from statelint.target import GENERATIONS

PAGE = Path(__file__).parents[1] / "docs" / "accuracy.md"
KINDS = {"/": "project", ".ipynb": "notebook", ".md": "Markdown", ".qmd": "Markdown"}
UNREADABLE = "unreadable-source"
# "Keras 3.4.1 (TF 2.17, 2025)": TensorFlow's number is none of Keras, and no more is a year.
_TENSORFLOW = re.compile(r"\b(?:TF|TensorFlow)\s*[\d.x]+", re.IGNORECASE)
_MAJOR = re.compile(r"(?<![\d.])(\d)(?:\.[\dx]+)*(?!\d)")


class Judgement(StrEnum):
    """What the labels say of a finding."""

    RIGHT = "right"
    ACCEPTABLE = "acceptable"
    TRAP = "trap"
    UNLABELLED = "not labelled"
    UNREAD = "not read"


FALSE_ALARM = (Judgement.TRAP, Judgement.UNLABELLED)


@dataclass(frozen=True, slots=True)
class Label:
    """One thing that the reader of a file noted: at any of `lines` (none: anywhere), any of `rules`."""

    file: str
    cell: int | None
    lines: tuple[int, ...]
    rules: tuple[str, ...]
    certainty: str
    why: str
    needs_keras3: bool = False

    @classmethod
    def read(cls, data: dict[str, Any], needs_keras3: bool = False) -> Label:
        line = [data["line"]] if "line" in data else []
        return cls(
            file=data["file"],
            cell=data.get("cell"),
            lines=(*line, *data.get("alt_lines", ())),
            rules=(data["rule"], *data.get("alt_rules", ())),
            certainty="certain" if needs_keras3 else data.get("certainty", ""),
            why=data.get("why", ""),
            needs_keras3=needs_keras3,
        )

    @property
    def rule(self) -> str:
        return self.rules[0]

    @property
    def place(self) -> str:
        return place(self.file, self.cell, self.lines[0] if self.lines else None)

    def matches(self, finding: Finding, file: str) -> bool:
        """Whether a finding in `file` says the same."""
        return (
            finding.rule in self.rules
            and (file.startswith(self.file) if self.file.endswith("/") else file == self.file)
            and (self.cell is None or finding.site.cell == self.cell)
            and (not self.lines or finding.site.line in self.lines)
            and (not self.needs_keras3 or 3 in finding.holds_on)
        )


@dataclass(frozen=True, slots=True)
class Item:
    """One labelled script, notebook, text or project."""

    file: str
    source: str
    link: str | None
    collection: str | None
    generations: tuple[int, ...]
    labels: tuple[Label, ...]
    acceptable: tuple[Label, ...]
    traps: tuple[Label, ...]

    @classmethod
    def read(cls, data: dict[str, Any]) -> Item:
        def labels(key: str) -> Iterator[Label]:
            return (Label.read(label, needs_keras3=key == "if_keras3") for label in data.get(key, ()))

        return cls(
            file=data["file"],
            source=source_of(data),
            link=link_of(data),
            collection=data.get("set"),
            generations=generations(data.get("keras", "")),
            labels=(*labels("findings"), *labels("if_keras3")),
            acceptable=tuple(labels("acceptable")),
            traps=tuple(labels("traps")),
        )

    @property
    def kind(self) -> str:
        return next((kind for ending, kind in KINDS.items() if self.file.endswith(ending)), "script")


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding, and the label that decides what it is worth."""

    finding: Finding
    file: str
    judgement: Judgement
    label: Label | None


@dataclass(slots=True)
class Scored:
    """What came of one item: findings judged, labels with whether they were found, internal errors."""

    item: Item
    findings: list[Judged] = field(default_factory=list)
    labels: list[tuple[Label, bool]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many findings were right or false alarms, and how many labels were found of how many."""

    right: int
    alarms: int
    found: int
    labelled: int

    def row(self, name: str, with_precision: bool = True) -> list[str]:
        precision = share(self.right, self.right + self.alarms)
        findings = [str(self.right), str(self.alarms), precision] if with_precision else ["", "", ""]
        return [name, *findings, str(self.found), str(self.labelled), share(self.found, self.labelled)]


HEAD = ["", "right", "false alarms", "precision", "found", "labelled", "recall"]
SOURCE_HEAD = ["", "kind", "right", "false alarms", "found", "labelled"]
Rows = list[list[str]]


def generations(keras: str) -> tuple[int, ...]:
    """The generations that a label's free text names; both where it names none."""
    majors = {int(major) for major in _MAJOR.findall(_TENSORFLOW.sub("", keras))}
    named = {max(2, major) for major in majors}
    return tuple(g for g in GENERATIONS if g in named) or GENERATIONS


def source_of(data: dict[str, Any]) -> str:
    """Where labelled code comes from, as the documentation names it."""
    path = data.get("path")
    if not data.get("repo"):
        return data.get("kind") or re.sub(r"^\d+_", "", data["file"])
    if isinstance(path, str) and path.startswith("https://"):
        return path.removeprefix("https://")
    if isinstance(path, list):
        path = ", ".join(path)
    return f"{data['repo']}: {path}" if path else data["repo"]


def link_of(data: dict[str, Any]) -> str | None:
    """Where labelled code can be read."""
    repo, path, commit = data.get("repo"), data.get("path"), data.get("commit")
    if not repo:
        return None
    if isinstance(path, str) and path.startswith("https://"):
        return path
    home = f"https://github.com/{repo}"
    is_file = isinstance(path, str) and re.fullmatch(r"[^:#*{]+\.\w+", path) is not None
    return f"{home}/blob/{commit}/{quote(path)}" if commit and is_file else home  # type: ignore[arg-type]


def place(file: str, cell: int | None, line: int | None) -> str:
    return ":".join(str(part) for part in (file, cell, line) if part is not None)


def share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "–"


def score(item: Item, folder: Path, target: str) -> Scored:
    """Check one item in the absolute `folder`, a project as a whole, and judge the findings by its labels."""
    scored = Scored(item)
    wanted = {"auto": None, "label": item.generations, "2": (2,), "3": (3,)}[target]
    settings = Settings(EVERYTHING, keras=wanted)
    files = discover([str(folder / item.file)], lambda _: settings).files
    names = {file.shown: file.path.relative_to(folder).as_posix() for file in files}
    checked = check_files(files)
    scored.failures = [f"{failure.shown} ({failure.rule}): {failure.error}" for failure in checked.failures]
    for finding in checked.findings:
        file = names.get(finding.site.path, finding.site.path)
        scored.findings.append(Judged(finding, file, *judge(item, finding, file)))
    runs_on = wanted or item.generations
    shown = [judged for judged in scored.findings if not is_advice(judged)]
    for label in item.labels:
        if not label.needs_keras3 or 3 in runs_on:
            by = scored.findings if advises(label) else shown
            scored.labels.append((label, any(label.matches(one.finding, one.file) for one in by)))
    return scored


def judge(item: Item, finding: Finding, file: str) -> tuple[Judgement, Label | None]:
    """What the labels of an item say of a finding in one of its files."""
    for judgement, labels in (
        (Judgement.RIGHT, item.labels),
        (Judgement.ACCEPTABLE, item.acceptable),
        (Judgement.TRAP, item.traps),
    ):
        for label in labels:
            if label.matches(finding, file):
                return judgement, label
    return (Judgement.UNREAD if finding.rule == UNREADABLE else Judgement.UNLABELLED), None


def is_advice(judged: Judged) -> bool:
    return judged.finding.severity is Severity.ADVICE


def advises(label: Label) -> bool:
    """Whether a label is a matter of advice: it says so itself, or its rule only advises."""
    return label.certainty == "advice" or any(
        rule.name == label.rule and rule.severity is Severity.ADVICE for rule in load()
    )


def has_rule(label: Label) -> bool:
    return any(rule.name == label.rule for rule in load()) or label.rule == UNREADABLE


def tally(
    results: Sequence[Scored], rule: str | None = None, certainty: str | None = None, advice: bool = False
) -> Tally:
    """Count the findings and the labels of advice, or all the others; of one rule, or one certainty."""
    findings = [
        judged.judgement
        for judged in chain.from_iterable(result.findings for result in results)
        if is_advice(judged) is advice and rule in (None, judged.finding.rule)
    ]
    labels = [
        found
        for label, found in chain.from_iterable(result.labels for result in results)
        if has_rule(label)
        and advises(label) is advice
        and rule in (None, label.rule)
        and certainty in (None, label.certainty)
    ]
    return Tally(
        right=findings.count(Judgement.RIGHT),
        alarms=sum(judgement in FALSE_ALARM for judgement in findings),
        found=sum(labels),
        labelled=len(labels),
    )


def overall(results: Sequence[Scored]) -> Rows:
    """All errors and warnings; certain and likely labels apart."""
    rows = [tally(results).row("all")]
    for certainty in ("certain", "likely"):
        rows.append(tally(results, certainty=certainty).row(certainty, with_precision=False))
    return rows


def by_group(results: Sequence[Scored], group: Callable[[Item], str | None]) -> Rows:
    """A row for each kind of file, or for each set."""
    names = dict.fromkeys(name for result in results if (name := group(result.item)) is not None)
    return [tally([r for r in results if group(r.item) == name]).row(name) for name in names]


def by_rule(results: Sequence[Scored], advice: bool = False) -> Rows:
    """A row for each rule that was reported or should have been."""
    counts = [(rule.name, tally(results, rule.name, advice=advice)) for rule in load()]
    return [count.row(name) for name, count in counts if count != Tally(0, 0, 0, 0)]


def by_source(results: Sequence[Scored], with_links: bool = False) -> Rows:
    """What came of each source, those that may be named first."""
    rows = []
    for result in sorted(results, key=lambda r: (r.item.link is None, r.item.source.lower())):
        item, count = result.item, tally([result])
        name = f"[{item.source}]({item.link})" if with_links and item.link else item.source
        rows.append([name, item.kind, *map(str, (count.right, count.alarms, count.found, count.labelled))])
    return rows


def alarms(results: Sequence[Scored], advice: bool = False) -> Iterator[str]:
    """The findings that the labels don't bear out."""
    for result in results:
        for judged in result.findings:
            if judged.judgement in FALSE_ALARM and is_advice(judged) is advice:
                finding, label = judged.finding, judged.label
                where = place(judged.file, finding.site.cell, finding.site.line)
                why = f"trap: {label.why}" if label else "not labelled"
                alone = " (Keras 3 alone)" if finding.holds_on == (3,) else ""
                yield f"{where} {finding.rule}{alone}: {why}\n    said: {finding.message}"


def misses(results: Sequence[Scored], advice: bool = False) -> Iterator[str]:
    """The labels that nothing was found for."""
    for result in results:
        for label, found in result.labels:
            if not found and has_rule(label) and advises(label) is advice:
                yield f"{label.place} {label.rule} ({label.certainty}): {label.why}"


def ruleless(results: Sequence[Scored]) -> Iterator[str]:
    for label, _ in chain.from_iterable(result.labels for result in results):
        if not has_rule(label):
            yield f"{label.place} {label.rule} ({label.certainty}): {label.why}"


def unread(results: Sequence[Scored]) -> Iterator[str]:
    for result in results:
        for judged in result.findings:
            if judged.judgement is Judgement.UNREAD:
                yield f"{judged.file}:{judged.finding.site.line} {judged.finding.message}"


def tables(results: Sequence[Scored]) -> Iterator[tuple[str, Rows]]:
    """The titles of the tables, and their rows beneath HEAD."""
    yield "Errors and warnings", overall(results)
    yield "Each kind", by_group(results, lambda item: item.kind)
    sets = by_group(results, lambda item: item.collection)
    if sets:
        yield "Each set", sets
    yield "Each rule", by_rule(results)
    yield "Advice", [tally(results, advice=True).row("all"), *by_rule(results, advice=True)]


def listings(results: Sequence[Scored]) -> Iterator[tuple[str, list[str]]]:
    yield "False alarms", list(alarms(results))
    yield "Misses", list(misses(results))
    yield "Advice that the labels don't bear out", list(alarms(results, advice=True))
    yield "Advice that is missed", list(misses(results, advice=True))
    yield "Labels whose rule statelint doesn't have", list(ruleless(results))
    yield "Not read", list(unread(results))
    yield "Internal errors", [failure for result in results for failure in result.failures]


def show(console: Console, results: Sequence[Scored]) -> None:
    every = [(title, HEAD, rows) for title, rows in tables(results)]
    for title, head, rows in (*every, ("Each source", SOURCE_HEAD, by_source(results))):
        table = Table(title=title, title_justify="left", title_style="bold", box=None)
        for number, heading in enumerate(head):
            table.add_column(heading, justify="right" if number else "left", no_wrap=number > 0)
        for row in rows:
            table.add_row(*row)
        console.print(table, end="\n\n")
    for title, lines in listings(results):
        if lines:
            console.print(f"{title} ({len(lines)})", style="bold")
            console.print("\n".join(lines), end="\n\n", soft_wrap=True, markup=False, highlight=False)


def page(results: Sequence[Scored], target: str) -> str:
    """docs/accuracy.md: the tables, and the names of the sources, nothing of their text."""
    lines = [_PAGE_HEAD.format(count=len(results), judged=_JUDGED.get(target, f"for Keras {target}"))]
    for title, rows in tables(results):
        lines += [f"## {title}", "", *_NOTES.get(title, ()), *markdown(HEAD, rows), ""]
    lines += ["## Each source", "", *_NOTES["Each source"], *markdown(SOURCE_HEAD, by_source(results, True))]
    return "\n".join(lines) + "\n"


_PAGE_HEAD = """\
# Accuracy

What statelint says of {count} scripts, notebooks, texts and projects by other people, against what a
reader of each says that a linter should report.
Each was judged {judged}.

A finding is *right* where a label says the same, and a *false alarm* where none does; what a label calls
neither right nor wrong counts for nothing. *Found* are the labels that a finding matches. A label is
*certain* where the program proves the mistake, and *likely* where it also rests on something that the
program doesn't say: the length of a file, or what stands in a module that isn't there. statelint reports
what is proven, so most likely labels are missed on purpose.

What was missed here has since served to improve statelint. Of code that it has never seen it finds
[less](internals/new-code.md). The code isn't kept here. Written by
`python benchmarks/accuracy.py … --write`, whose first lines say how it is scored.
"""
_JUDGED = {
    "auto": "for the generations of Keras that statelint itself chose",
    "label": "for the generation of Keras that its reader named",
}
_NOTES = {
    "Each rule": (
        "Findings count for the rule that reported them, labels for the rule that they name; some labels",
        "are as content with another one.",
        "",
    ),
    "Advice": (
        "Every rule turned on. Labels ask for advice where it follows from the program; where giving it is",
        "neither right nor wrong, none does.",
        "",
    ),
    "Each source": ("Files whose origin isn't known are told by what they are.", ""),
}


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    rule = ["---", *("---" if heading == "kind" else "---:" for heading in head[1:])]
    for row in (head, rule, *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--labels", type=Path, required=True, metavar="FILE")
    parser.add_argument("--files", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--target", choices=("auto", "label", "2", "3"), default="auto")
    parser.add_argument("--write", action="store_true", help="write the tables to docs/accuracy.md")
    options = parser.parse_args(arguments)
    items = [Item.read(data) for data in json.loads(options.labels.read_text(encoding="utf-8"))]
    folder = options.files.resolve()
    there = [item for item in items if (folder / item.file).exists()]
    for item in items:
        if item not in there:
            print(f"not in {folder}: {item.file}", file=sys.stderr)
    results = [score(item, folder, options.target) for item in there]
    show(Console(width=None if sys.stdout.isatty() else 110), results)
    if options.write:
        PAGE.write_text(page(results, options.target), encoding="utf-8")
    return 1 if len(there) < len(items) or any(result.failures for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
