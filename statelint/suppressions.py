"""Comments that suppress findings, and those that suppress nothing."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from statelint.findings import UNUSED_SUPPRESSION, Edit, Finding, Fix
from statelint.selection import UnknownRuleError, entries
from statelint.sites import Site
from statelint.target import GENERATIONS

if TYPE_CHECKING:
    from statelint.discover import SourceFile
    from statelint.report.rulebook import Described
    from statelint.source.comments import Comment, Commented

_OWN = re.compile(
    r"#\s*statelint:\s*ignore(?P<scope>-file|-next-line)?(?:\s*\[(?P<names>[^\[\]]*)\]|(?![\w\[-]))"
)
_CODES = r"[A-Za-z]+[0-9]+\b(?:[,\s]+[A-Za-z]+[0-9]+\b)*"
_NOQA = re.compile(rf"#\s*noqa(?![\w-])(?:\s*:\s*(?P<names>{_CODES}))?", re.IGNORECASE)
_WORD = re.compile(r"[^\s,]+")
_OURS = re.compile(r"SRN\d", re.IGNORECASE)


class Scope(Enum):
    """What a comment speaks of."""

    LINE = "line"
    NEXT_LINE = "next line"
    FILE = "file"


@dataclass(slots=True, eq=False)
class Suppression:
    """What a comment suppresses: the rules that it names (None: all), each with its code if there is one.

    `start` and `end` are where it stands in the comment.  `used` are the names by which it has suppressed
    something.
    """

    comment: Comment
    scope: Scope
    start: int
    end: int
    names: tuple[str, ...] | None
    codes: Mapping[str, str]
    is_own: bool
    used: set[str] = field(default_factory=set)

    def covers(self, code: str, lines: Container[int | None]) -> bool:
        """Whether it speaks of a finding of this rule on any of these lines; if so it is in use."""
        line = self.comment.next_line if self.scope is Scope.NEXT_LINE else self.comment.site.line
        if self.scope is not Scope.FILE and line not in lines:
            return False
        if self.names is None:
            # That a comment is of no use is suppressed by name alone.
            if code == UNUSED_SUPPRESSION:
                return False
            self.used.add("")
            return True
        said = [name for name, known in self.codes.items() if code.startswith(known)]
        self.used.update(said)
        return bool(said)


class Suppressions:
    """The suppressions in files, read where they are asked for."""

    def __init__(self, files: Sequence[SourceFile]) -> None:
        self._files = {file.shown: file for file in files}
        self._read: dict[str, _Suppressed] = {}

    def cover(self, code: str, site: Site) -> bool:
        """Whether a finding is suppressed; what suppresses it is in use."""
        file = self._files.get(site.path)
        return file is not None and self._of(file).cover(code, site)

    def unused(self, file: SourceFile) -> Iterator[Finding]:
        """The suppressions in a file that have suppressed nothing, of rules that are reported there."""
        of = self._of(file)
        for suppression in of.suppressions:
            finding = _unused(suppression, file)
            if finding is not None and not of.cover(UNUSED_SUPPRESSION, finding.site):
                yield finding

    def _of(self, file: SourceFile) -> _Suppressed:
        if file.shown not in self._read:
            try:
                self._read[file.shown] = _Suppressed(file.shown, file.read())
            except OSError:
                self._read[file.shown] = _Suppressed(file.shown, b"")
        return self._read[file.shown]


class _Suppressed:
    """The suppressions in one file."""

    def __init__(self, path: str, data: bytes) -> None:
        self._parts: list[Commented] = []
        self.suppressions: list[Suppression] = []
        if b"statelint:" not in data and b"noqa" not in data.lower():
            return
        from statelint.report.rulebook import listed
        from statelint.source.comments import comments_of

        rules = listed()
        self._parts = list(comments_of(path, data))
        for part in self._parts:
            for comment in part.comments:
                self.suppressions += _in(comment, rules)

    def cover(self, code: str, site: Site) -> bool:
        lines = self._lines(site)
        covering = [
            one.covers(code, lines)
            for one in self.suppressions
            if one.scope is Scope.FILE or one.comment.site.cell == site.cell
        ]
        return any(covering)

    def _lines(self, site: Site) -> set[int | None]:
        """The lines on which a comment speaks of a place: its first and last, and those of the statement."""
        lines: set[int | None] = {site.line, site.end_line}
        for part in self._parts:
            if part.cell == site.cell:
                first, last = part.statements.get(site.line), part.statements.get(site.end_line)
                lines |= {first[0]} if first else set()
                lines |= {last[1]} if last else set()
        return lines


def _in(comment: Comment, rules: Sequence[Described]) -> Iterator[Suppression]:
    """The suppressions in a comment."""
    for found in _OWN.finditer(comment.text):
        scope = {None: Scope.LINE, "-file": Scope.FILE, "-next-line": Scope.NEXT_LINE}[found["scope"]]
        yield _suppression(comment, found, scope, rules, is_own=True)
    for found in _NOQA.finditer(comment.text):
        yield _suppression(comment, found, Scope.LINE, rules, is_own=False)


def _suppression(
    comment: Comment, found: re.Match[str], scope: Scope, rules: Sequence[Described], *, is_own: bool
) -> Suppression:
    names = None if found["names"] is None else tuple(_WORD.findall(found["names"]))
    codes = {}
    for name in names or ():
        try:
            (codes[name],) = entries((name,), rules)
        except UnknownRuleError:
            continue
    return Suppression(comment, scope, found.start(), found.end(), names, codes, is_own)


def _unused(suppression: Suppression, file: SourceFile) -> Finding | None:
    """The finding that a suppression, or one of the rules that it names, is of no use."""
    names = suppression.names
    if names is None:
        if suppression.used or not suppression.is_own:
            return None
        return _finding(suppression, (), f"{_PLACES[suppression.scope]} has nothing to suppress")
    unused = [name for name in names if name not in suppression.used and _counts(name, suppression, file)]
    if not unused and (names or not suppression.is_own):
        return None
    unknown = [name for name in unused if name not in suppression.codes]
    known = [name for name in unused if name in suppression.codes]
    said = [f"no rule is called {_listed(unknown)}"] * bool(unknown)
    said += [f"{_PLACES[suppression.scope]} has nothing of {_listed(known)} to suppress"] * bool(known)
    kept = tuple(name for name in names if name not in unused)
    return _finding(suppression, kept, "; ".join(said) or "it names no rule")


_PLACES = {Scope.LINE: "this line", Scope.NEXT_LINE: "the next line of code", Scope.FILE: "this file"}


def _counts(name: str, suppression: Suppression, file: SourceFile) -> bool:
    """Whether a name is ours, and is reported in the file if it is a rule's."""
    if not suppression.is_own and not _OURS.match(name):
        return False
    code = suppression.codes.get(name)
    if code is None:
        return True
    from statelint.report.rulebook import listed

    # Whether this very finding is unused can't be said of itself.
    return code != UNUSED_SUPPRESSION and any(
        file.settings.wants(rule.code, rule.severity) for rule in listed() if rule.code.startswith(code)
    )


def _finding(suppression: Suppression, kept: tuple[str, ...], said: str) -> Finding:
    from statelint.report.rulebook import UNUSED

    comment = suppression.comment
    whole = comment.site
    start, end = whole.column + suppression.start, whole.column + suppression.end
    site = Site(whole.path, whole.cell, whole.line, start, whole.line, end)
    text = comment.text[suppression.start : suppression.end]
    edit = _without(suppression) if not kept else _only(suppression, kept)
    removed = "the comment" if not kept else _listed([n for n in suppression.names or () if n not in kept])
    return Finding(
        code=UNUSED.code,
        rule=UNUSED.name,
        severity=UNUSED.severity,
        site=site,
        message=f"unused suppression `{text}`: {said}",
        why=UNUSED.why,
        instead=f"remove {removed}",
        holds_on=GENERATIONS,
        programs=(whole.path,),
        fix=Fix(f"remove {removed}", (edit,), safe=True),
    )


def _only(suppression: Suppression, kept: Sequence[str]) -> Edit:
    """Leave these names in the comment."""
    text = suppression.comment.text
    found = (_OWN if suppression.is_own else _NOQA).match(text, suppression.start)
    assert found is not None
    separator = ", " if "," in found["names"] or suppression.is_own else " "
    return _edit(suppression.comment, found.start("names"), found.end("names"), separator.join(kept))


def _without(suppression: Suppression) -> Edit:
    """Take the suppression out of the comment, and the comment out where nothing else is in it."""
    comment, start, end = suppression.comment, suppression.start, suppression.end
    before, after = comment.text[:start], comment.text[end:].lstrip(" \t:;-–—")
    if after:
        gap = "" if after.startswith("#") else "# "
        return _edit(comment, start, len(comment.text) - len(after), gap)
    if before.strip():
        return _edit(comment, len(before.rstrip()), len(comment.text), "")
    site = comment.site
    if comment.is_alone and comment.next_line is not None:
        return Edit(Site(site.path, site.cell, site.line, 1, site.line + 1, 1), "")
    code = comment.before.rstrip(" \t")
    return Edit(Site(site.path, site.cell, site.line, len(code) + 1, site.line, site.end_column), "")


def _edit(comment: Comment, start: int, end: int, text: str) -> Edit:
    site = comment.site
    return Edit(
        Site(site.path, site.cell, site.line, site.column + start, site.line, site.column + end), text
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + " and " * (len(names) > 1) + names[-1] if names else ""
