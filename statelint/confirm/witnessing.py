"""Witnesses of findings: built from the trace of a program, and found again in what is built."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from statelint.confirm.programs import Program, programs_of
from statelint.discover import is_document
from statelint.findings import Finding, Retold
from statelint.rules import load
from statelint.sites import Site
from statelint.source.project import Project
from statelint.target import target_of
from statelint.witness.script import Witness, witness_of

if TYPE_CHECKING:
    from statelint.discover import SourceFile
    from statelint.source.python import Source
    from statelint.trace.story import Trace

# Where a witness would lie. Never made: nothing lies beside it that could be read or copied.
NOWHERE = Path(tempfile.gettempdir()) / "statelint-no-folder"


@dataclass(frozen=True, slots=True)
class Told:
    """A finding's witness, and the same finding in it."""

    text: str
    finding: Finding

    @property
    def program(self) -> Program:
        """The witness to run."""
        name = self.finding.site.path
        return Program(NOWHERE / name, name, data=self.text.encode())

    @property
    def retold(self) -> Retold:
        """The witness, for reports."""
        return Retold(self.text, (self.finding.site, *(related.site for related in self.finding.related)))


@dataclass(slots=True)
class Teller:
    """Tells findings again; remembers the traces of the programs in which they are."""

    project: Project = field(default_factory=Project)
    # The names of the witnesses, by their texts.
    _names: dict[str, str] = field(default_factory=dict)
    _traces: dict[tuple[Program, int], tuple[Trace, ...]] = field(default_factory=dict)

    def tell(self, finding: Finding, programs: Sequence[Program], generation: int) -> Told | None:
        """The finding's witness on a generation; None where none of the programs tells enough."""
        for program in programs:
            for trace in self._told_by(program, generation):
                witness = witness_of(trace, finding)
                again = witness and self._found_in(witness, finding, generation)
                if witness and again:
                    return Told(witness.text, again)
        return None

    def _told_by(self, program: Program, generation: int) -> tuple[Trace, ...]:
        from statelint.interp.program import follow

        key = (program, generation)
        if key not in self._traces:
            self._traces[key] = tuple(
                follow(source, generation, None, program.path, self.project)
                for source in self._sources(program)
            )
        return self._traces[key]

    def _sources(self, program: Program) -> Iterator[Source]:
        from statelint.source.document import open_document
        from statelint.source.python import Unreadable
        from statelint.source.reading import parse

        data = program.path.read_bytes() if program.data is None else program.data
        if not is_document(program.shown):
            source = self.project.parse(program.path, program.shown, data)
            if not isinstance(source, Unreadable):
                yield source
            return
        reading = parse(open_document(program.shown, data), data)
        for source, pieces in zip(reading.sources, reading.pieces, strict=True):
            if pieces == program.pieces:
                yield source

    def _found_in(self, witness: Witness, finding: Finding, generation: int) -> Finding | None:
        """What the finding's rule finds in the witness, at the place that stands for the finding's."""
        from statelint.interp.program import follow
        from statelint.source.python import Unreadable, read

        name = self._names.setdefault(witness.text, f"witness{len(self._names) + 1}.py")
        source = read(name, witness.text.encode())
        assert not isinstance(source, Unreadable), witness.text
        trace = follow(source, generation)
        rule = next(rule for rule in load() if rule.code == finding.code)
        found: dict[Site, Finding] = {}
        for report in rule.check(trace):
            again = replace(finding, site=report.site, message=report.message, related=report.related)
            found.setdefault(report.site, again)
        line = witness.lines.get(finding.site)
        if line is None:
            return next(iter(found.values()), None)
        return next((again for site, again in found.items() if site.line == line), None)


def write_witnesses(
    findings: Sequence[Finding],
    files: Sequence[SourceFile],
    generations: tuple[int, ...] | None,
    folder: Path,
) -> tuple[list[Path], list[Finding]]:
    """Write the witness of each finding into the folder, which is made where it isn't there.

    Returns what was written, and the findings whose traces tell too little.  Where the generations differ,
    each has a witness of its own.  Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    teller = Teller()
    written: list[Path] = []
    silent: list[Finding] = []
    for finding, programs in programs_with(findings, files, teller.project).items():
        texts: dict[str, list[int]] = {}
        for generation in finding.holds_on:
            told = None
            if generations is None or generation in generations:
                meant = [p for p in programs if generations or generation in target_of(p.code, p.path)]
                told = teller.tell(finding, meant, generation)
            if told is not None:
                texts.setdefault(told.text, []).append(generation)
        if not texts:
            silent.append(finding)
        for text, meant_for in texts.items():
            ending = f"_keras{meant_for[0]}" if len(texts) > 1 else ""
            path = folder / f"{_name(finding)}{ending}.py"
            path.write_text(text, encoding="utf-8")
            written.append(path)
    return written, silent


def _name(finding: Finding) -> str:
    site = finding.site
    stem = re.sub(r"\W+", "_", Path(site.path).with_suffix("").as_posix()).strip("_")
    cell = "" if site.cell is None else f"_cell{site.cell}"
    return f"{finding.code.lower()}_{stem}{cell}_line{site.line}_{site.column}"


def programs_with(
    findings: Iterable[Finding], files: Iterable[SourceFile], project: Project
) -> dict[Finding, list[Program]]:
    """The programs that lead to each finding that can be judged."""
    by_name = {file.shown: file for file in files}
    codes = {rule.code for rule in load()}
    known: dict[str, list[Program]] = {}
    found: dict[Finding, list[Program]] = {}
    for finding in findings:
        if finding.code in codes:
            found[finding] = []
            for shown in finding.programs or (finding.site.path,):
                if shown in by_name and shown not in known:
                    known[shown] = programs_of(by_name[shown], project)
                found[finding] += [program for program in known.get(shown, ()) if program.holds(finding)]
    return found
