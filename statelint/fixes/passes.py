"""Mending files until nothing more can be mended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from statelint.discover import SourceFile
from statelint.findings import UNUSED_SUPPRESSION, Edit, Finding
from statelint.fixes.code import start_of
from statelint.fixes.contents import InvalidError, UnwritableError, mended
from statelint.fixes.text import compatible, moved
from statelint.sites import Site

# Each pass mends what the one before left, or brought up.
_PASSES = 100


@dataclass(frozen=True, slots=True)
class Change:
    """A file whose text was mended: its contents before and after."""

    file: SourceFile
    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True)
class Step:
    """Fixes that were made together: their findings, as they stood before, and the edits."""

    fixed: tuple[Finding, ...]
    edits: tuple[Edit, ...]


@dataclass(slots=True)
class Mended:
    """What came of mending files, in memory: no file is written.

    `remaining` are the findings of the mended files.  `failures` say why a file was left alone, by its
    shown path.
    """

    changes: list[Change] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    remaining: list[Finding] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def fixed(self) -> list[Finding]:
        """The findings whose fixes were made, as they stood before."""
        return [finding for step in self.steps for finding in step.fixed]

    def now(self, finding: Finding) -> Finding:
        """A finding that was fixed, its places as they are in the mended text."""
        steps = iter(self.steps)
        for step in steps:
            if any(finding is one for one in step.fixed):
                finding = _moved(finding, step.edits)
                break
        for step in steps:
            finding = _moved(finding, step.edits)
        return finding


def _moved(finding: Finding, edits: Sequence[Edit]) -> Finding:
    related = tuple(replace(one, site=moved(one.site, edits)) for one in finding.related)
    return replace(finding, site=moved(finding.site, edits), related=related)


def mend(
    files: Sequence[SourceFile], check: Callable[[Sequence[SourceFile]], list[Finding]], *, unsafe: bool
) -> Mended:
    """Make the fixes of what `check` finds in files, and of what it then finds, until it finds no more.

    Unsafe fixes are made only where they are asked for.  One that doesn't remove its finding, or brings up
    another, is taken back.
    """
    work = _Work({file.shown: file for file in files}, unsafe)
    found = check(files)
    for _ in range(_PASSES):
        chosen = work.chosen(found)
        if not chosen:
            break
        if work.hold(chosen):
            found = check(list(work.current.values()))
            continue
        edits, invalid = work.make(chosen)
        after = check(list(work.current.values()))
        wrong = invalid | _wrong(found, after, chosen, edits)
        if wrong:
            work.take_back(wrong, chosen, edits)
            found = check(list(work.current.values()))
        else:
            found = after
        work.keep(chosen, {path: made for path, made in edits.items() if path not in wrong})
    work.result.remaining = [work.as_it_is(finding) for finding in found]
    for path, file in work.original.items():
        old, new = file.data, work.current[path].data
        if old is not None and new is not None and new != old:
            work.result.changes.append(Change(file, old, new))
    return work.result


class _Work:
    """The files as they are so far, and which fixes are out of the question."""

    def __init__(self, files: dict[str, SourceFile], unsafe: bool) -> None:
        self.original = dict(files)
        self.current = dict(files)
        self.result = Mended()
        self._unsafe = unsafe
        self._before: dict[str, SourceFile] = {}
        self._refused: set[_Key] = set()
        # The files in which fixes are made one by one, as some didn't go together.
        self._single: set[str] = set()

    def hold(self, chosen: Sequence[Finding]) -> bool:
        """Read the files that are to be mended once for all, so that what is checked is what is mended.

        Says whether any had to be.
        """
        is_new = False
        for path in dict.fromkeys(path for finding in chosen for path in _paths(finding)):
            file = self.current[path]
            if file.data is None:
                is_new = True
                try:
                    held = replace(file, data=file.read())
                except OSError as error:
                    self.result.failures[path] = error.strerror or str(error)
                else:
                    self.original[path] = self.current[path] = held
        return is_new

    def chosen(self, found: Sequence[Finding]) -> list[Finding]:
        """The findings to mend now: of those that touch, the first."""
        possible = [finding for finding in found if finding.fix is not None and self._may_be(finding)]
        taken = set(map(id, compatible(finding.fix for finding in possible if finding.fix is not None)))
        chosen: list[Finding] = []
        begun: set[str] = set()
        for finding in possible:
            if id(finding.fix) in taken and not (begun & self._single & _paths(finding)):
                chosen.append(finding)
                begun |= _paths(finding)
        return chosen

    def _may_be(self, finding: Finding) -> bool:
        assert finding.fix is not None
        paths = _paths(finding)
        is_wanted = finding.fix.safe or self._unsafe
        can_be = paths <= self.current.keys() and paths.isdisjoint(self.result.failures)
        return is_wanted and can_be and _key(finding.code, finding.site) not in self._refused

    def as_it_is(self, finding: Finding) -> Finding:
        """The finding, without the fix where that didn't do."""
        is_refused = _key(finding.code, finding.site) in self._refused
        return replace(finding, fix=None) if is_refused else finding

    def make(self, chosen: Sequence[Finding]) -> tuple[dict[str, list[Edit]], set[str]]:
        """Make the fixes; the edits of each file that was mended, and the files that they would break."""
        invalid: set[str] = set()
        edits: dict[str, list[Edit]] = {}
        for finding in chosen:
            assert finding.fix is not None
            for edit in finding.fix.edits:
                edits.setdefault(edit.site.path, []).append(edit)
        made = {}
        for path, those in edits.items():
            file = self.current[path]
            try:
                data = mended(file.shown, file.read(), those)
            except InvalidError:
                invalid.add(path)
            except (OSError, UnwritableError) as error:
                self.result.failures[path] = str(error)
            else:
                made[path] = those
                self._before[path] = file
                self.current[path] = replace(file, data=data)
        return made, invalid

    def take_back(self, wrong: set[str], chosen: Sequence[Finding], edits: dict[str, list[Edit]]) -> None:
        """Put files back as they were, and try their fixes one by one."""
        for path in wrong:
            if path in edits:
                self.current[path] = self._before[path]
            mine = [finding for finding in chosen if path in _paths(finding)]
            if len(mine) == 1:
                self._refused.add(_key(mine[0].code, mine[0].site))
            self._single.add(path)

    def keep(self, chosen: Sequence[Finding], edits: dict[str, list[Edit]]) -> None:
        """Note what was mended, and where the places lie now."""
        every = [edit for those in edits.values() for edit in those]
        fixed = tuple(finding for finding in chosen if _paths(finding) <= edits.keys())
        self.result.steps.append(Step(fixed, tuple(every)))
        self._refused = {_key(code, moved(site, every)) for code, site in self._refused}


_Key = tuple[str, Site]


def _key(code: str, site: Site) -> _Key:
    return code, start_of(site)


def _paths(finding: Finding) -> set[str]:
    """The files that its fix changes."""
    return set() if finding.fix is None else {edit.site.path for edit in finding.fix.edits}


def _wrong(
    found: Sequence[Finding],
    after: Sequence[Finding],
    chosen: Sequence[Finding],
    edits: dict[str, list[Edit]],
) -> set[str]:
    """The files in which a fix left its finding, or another one came up."""
    every = [edit for those in edits.values() for edit in those]
    done = {_key(f.code, moved(f.site, every)) for f in chosen if _paths(f) <= edits.keys()}
    known = {_key(f.code, moved(f.site, every)) for f in found} - done
    wrong: set[str] = set()
    for finding in after:
        # What was suppressed may be gone with what was mended: its comment is taken out next.
        if finding.code != UNUSED_SUPPRESSION and _key(finding.code, finding.site) not in known:
            wrong |= {finding.site.path} & edits.keys() or edits.keys()
    return wrong
