"""Checking what is open, away from the loop that talks to the editor.  Nothing here knows the protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from statelint import target
from statelint.discover import SourceFile
from statelint.engine import Checked, Failure, check_files
from statelint.findings import Finding, Fix
from statelint.fixes.passes import mend
from statelint.server.configured import Configured, unknown
from statelint.server.documents import Buffer, Text
from statelint.server.drafts import Drafts
from statelint.sites import Site
from statelint.source import locating
from statelint.source.project import Project
from statelint.suppressing import NEVER, comments_on


class StaleError(Exception):
    """The texts have changed meanwhile: nobody waits for the result any more."""


@dataclass(frozen=True, slots=True)
class Job:
    """All that is open, which of it is to be checked, and which texts were just opened or saved."""

    buffers: tuple[Buffer, ...]
    changed: frozenset[str]
    settled: frozenset[str]


@dataclass(frozen=True, slots=True)
class Part:
    """A text that was checked: what was read of it, and what was found in it.

    Where the text was half-typed, `read` is an earlier one.
    """

    text: Text
    read: str
    found: list[Finding]

    @property
    def is_current(self) -> bool:
        return self.read == self.text.text


@dataclass(slots=True)
class Outcome:
    """The files that were checked together, what came of it, by the texts' names, and what went wrong."""

    files: tuple[SourceFile, ...]
    buffers: tuple[Buffer, ...]
    found: list[Finding] = field(default_factory=list)
    parts: dict[str, Part] = field(default_factory=dict)
    fixes: dict[tuple[str, Site], list[Fix]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    # What is wrong with the configuration.
    complaints: list[str] = field(default_factory=list)


class _Interruptible(Checked):
    """Lets go of a check, between two of its files, whose result nobody waits for."""

    def __init__(self, is_stale: Callable[[], bool]) -> None:
        super().__init__()
        self._is_stale = is_stale

    def add(self, findings: Iterable[Finding]) -> None:
        if self._is_stale():
            raise StaleError
        super().add(findings)


class Analyst:
    """Checks open files, each together with the open ones that it imports or that import it."""

    def __init__(self) -> None:
        self._drafts = Drafts()
        self._configured = Configured()

    def check(self, job: Job, is_stale: Callable[[], bool]) -> Outcome:
        """What is found in the changed files, and in those that hang together with them.

        Raises StaleError where the result isn't wanted any more.
        """
        _forget_folders()
        self._drafts.keep({text.uri for buffer in job.buffers for text in buffer.texts})
        read = {
            text.uri: self._drafts.whole(buffer, text, text.uri in job.settled)
            for buffer in job.buffers
            for text in buffer.texts
        }
        settings, wrong = self._configured.of([buffer.path for buffer in job.buffers])
        files = {
            buffer.path: SourceFile(buffer.path, buffer.shown, buffer.data(read), settings[buffer.path])
            for buffer in job.buffers
        }
        changed = {buffer.path for buffer in job.buffers if buffer.uri in job.changed}
        wanted = _together(files, changed)
        together = tuple(buffer for buffer in job.buffers if buffer.path in wanted)
        outcome = Outcome(tuple(files[buffer.path] for buffer in together), together, complaints=wrong)
        checked = check_files(outcome.files, _Interruptible(is_stale))
        outcome.found, outcome.failures = checked.findings, checked.failures
        new, wrong = unknown(checked.findings, outcome.files)
        outcome.complaints += wrong
        for buffer in together:
            # It is read for those that import it.
            is_excluded = settings[buffer.path].excludes(str(buffer.path), is_folder=False)
            for number, text in enumerate(buffer.texts):
                found = [f for f in new if not is_excluded and _is_in(f, buffer, number)]
                outcome.parts[text.uri] = Part(text, read[text.uri], found)
        return outcome

    def fixes(self, outcome: Outcome, finding: Finding) -> list[Fix]:
        """What can be done about a finding: its own fix and a comment, as far as they do it.

        Each removes the finding and brings up no other.
        """
        key = finding.code, finding.site
        if key not in outcome.fixes:
            offered = (finding.fix, _suppression(outcome, finding))
            outcome.fixes[key] = [fix for fix in offered if fix and _does(outcome, finding, fix)]
        return outcome.fixes[key]

    def mended(self, outcome: Outcome, buffer: Buffer) -> bytes | None:
        """The contents of a file once its safe fixes are made, None where there are none."""

        def with_own(one: Finding) -> Finding:
            fix = one.fix
            is_own = fix is not None and {edit.site.path for edit in fix.edits} == {buffer.shown}
            return one if is_own else replace(one, fix=None)

        result = mend(
            outcome.files, lambda files: [*map(with_own, check_files(files).findings)], unsafe=False
        )
        return next((change.after for change in result.changes if change.file.shown == buffer.shown), None)


def _does(outcome: Outcome, finding: Finding, fix: Fix) -> bool:
    """Whether a fix removes a finding and brings up no other."""
    known = [[replace(one, fix=fix if one is finding else None) for one in outcome.found]]

    def check(files: Sequence[SourceFile]) -> list[Finding]:
        return known.pop() if known else [replace(one, fix=None) for one in check_files(files).findings]

    return bool(mend(outcome.files, check, unsafe=True).fixed)


def _suppression(outcome: Outcome, finding: Finding) -> Fix | None:
    """The comment that suppresses a finding."""
    if finding.code in NEVER:
        return None
    file = next(file for file in outcome.files if file.shown == finding.site.path)
    edits = comments_on(file.shown, file.read(), [finding])
    return Fix("suppress it with a comment", tuple(edits), safe=False)


def _is_in(finding: Finding, buffer: Buffer, number: int) -> bool:
    cell = number if buffer.is_notebook else None
    return finding.site.path == buffer.shown and finding.site.cell == cell


def _together(files: Mapping[Path, SourceFile], changed: set[Path]) -> set[Path]:
    """The open files that hang together with those that changed: by imports, through closed ones too."""
    imports = Project({path: file.data or b"" for path, file in files.items()})
    links: dict[Path, set[Path]] = {path: set() for path in files}
    for path, file in files.items():
        seen, todo = {path}, list(imports.imports(path, file.data))
        while todo:
            module = todo.pop()
            if module in seen or module.suffix != ".py":
                continue
            seen.add(module)
            todo.extend(imports.imports(module))
        for other in seen & files.keys():
            links[path].add(other)
            links[other].add(path)
    wanted, todo = set(changed), list(changed)
    while todo:
        for other in links[todo.pop()] - wanted:
            wanted.add(other)
            todo.append(other)
    return wanted


def _forget_folders() -> None:
    """Folders and dependency files may have changed since they were read last."""
    locating.forget_folders()
    target.forget_pins()
