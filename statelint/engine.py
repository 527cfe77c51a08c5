"""From files to findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from statelint.discover import SourceFile, is_document, shown_path
from statelint.groups import Group, groups_of
from statelint.settings import DEFAULT, Settings
from statelint.source.candidates import Candidates, in_one_go, mentions, tests_keras
from statelint.source.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from statelint.cache import Cache
    from statelint.findings import Finding, Fix
    from statelint.fixes.code import Code
    from statelint.pool import Pool
    from statelint.remedies import Remedy
    from statelint.rules.base import Report, Rule
    from statelint.sites import Site
    from statelint.source.python import Source, Unreadable
    from statelint.suppressions import Suppressions
    from statelint.trace.story import Trace
    from statelint.values import Reason

# Rules on the order of batches: where no state is carried, it doesn't matter.
_ABOUT_ORDER = frozenset({"SRN201", "SRN202", "SRN203", "SRN208", "SRN209", "SRN210", "SRN211", "SRN212"})
# A file that can't be parsed is reported only where it is clearly about stateful RNNs.
_RELEVANT = re.compile(
    rb"stateful\s*=\s*True|"
    # Metrics are reset under the same name.
    rb"(?i:(?<!\w)(?!\w*(?:loss|acc|metric|mean|auc|precision|recall|err|mae|mse|iou|f1|score))\w+|[])])\.reset_states?\s*\("
)
_KERAS = re.compile(rb"\bkeras\b|\btensorflow\b")
# What a cell does with a model that another one makes.
_STATEFUL = re.compile(rb"stateful\s*=\s*True")
_RUNS_MODEL = re.compile(
    # Preparations are fitted too.
    rb"(?i:(?<!\w)(?!\w*(?:scal|encod|token|vectori|pca|imput|binari|transform|cluster))\w+)"
    rb"(?:\([^()]*\)|\[[^][]*\])*\.(?:(?:fit|predict|evaluate)(?:_generator)?|(?:train|test|predict)_on_batch)\s*\("
)


@dataclass(frozen=True, slots=True)
class Failure:
    """An internal error: the file, the rule (None: before any rule), and what was raised."""

    shown: str
    rule: str | None
    error: str


@dataclass(slots=True)
class Checked:
    """What came of checking files."""

    findings: list[Finding] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    files: int = 0
    # Blocks of texts and cells of notebooks that can't be parsed, of which nothing is said.
    fragments: int = 0
    # The places where a value isn't known, each with the reason.
    unknowns: set[tuple[Reason, str]] = field(default_factory=set)
    # What is true on a Keras generation that isn't meant: rules by their codes, and the places.
    elsewhere: set[tuple[str, Site]] = field(default_factory=set)
    # The shown paths of files of which something was not followed to its end.
    cut: set[str] = field(default_factory=set)
    # Those of files that may have suppressions.
    suspects: set[str] = field(default_factory=set)
    # The definitions of the project that were used, in whatever file.
    used: set[Site] = field(default_factory=set)
    # What comments suppress.
    suppressed: list[Finding] = field(default_factory=list)
    _positions: dict[tuple[str, Site], int] = field(default_factory=dict, repr=False, compare=False)

    def add(self, findings: Iterable[Finding]) -> None:
        """Take findings over; one that another program led to already is one with it."""
        for finding in findings:
            position = self._position(finding)
            if position is None:
                self._positions[finding.code, finding.site] = len(self.findings)
                self.findings.append(finding)
            else:
                one = self.findings[position]
                self.findings[position] = replace(
                    one,
                    holds_on=tuple(sorted({*one.holds_on, *finding.holds_on})),
                    programs=tuple(dict.fromkeys((*one.programs, *finding.programs))),
                )

    def _position(self, finding: Finding) -> int | None:
        if len(self._positions) != len(self.findings):
            # The list was changed from outside.
            self._positions = {(one.code, one.site): k for k, one in enumerate(self.findings)}
        return self._positions.get((finding.code, finding.site))


def check_files(
    files: Sequence[SourceFile],
    checked: Checked | None = None,
    *,
    thorough: bool = False,
    cache: Callable[[], Cache | None] | None = None,
    pool: Pool | None = None,
) -> Checked:
    """Check files by their settings, each with the modules of the project that it imports.

    What is found goes into `checked` file by file, so that an interrupt loses nothing.  `thorough`: files
    in which nothing can be found are followed too where they speak of state, so that all that isn't known
    is counted.  `cache` opens what earlier runs found; the processes of `pool` share the work where it
    is much.
    """
    checked = Checked() if checked is None else checked
    contents = {file.path: file.data for file in files if file.data is not None}
    project = Project(contents)
    settings = {file.shown: file.settings for file in files}
    groups = _groups(files, project, checked, thorough, pool)
    if not (groups or checked.suspects or checked.findings):
        return checked
    from statelint.suppressions import Suppressions

    suppressions = Suppressions(files)
    kept = cache() if cache is not None and groups and not thorough else None
    for one in _outcomes(groups, project, contents, kept, pool):
        checked.add(_judged(one, settings, suppressions))
        checked.suppressed += one.suppressed
        checked.failures.extend(one.failures)
        checked.fragments += one.fragments
        checked.unknowns |= one.unknowns
        checked.cut |= one.cut
        checked.elsewhere |= one.elsewhere
    if kept is not None:
        kept.tidy()
    project.asked = None
    checked.add(_unused(files, suppressions, project, checked))
    checked.findings.sort(key=lambda finding: finding.order())
    return checked


def _outcomes(
    groups: Sequence[Group],
    project: Project,
    contents: Mapping[Path, bytes],
    cache: Cache | None,
    pool: Pool | None,
) -> Iterator[Checked]:
    """What came of each file, in the order in which one process would follow them all."""
    found: dict[int, Checked] = {}
    missing: list[Group] = []
    for group in groups:
        known = None if cache is None else _recalled(group, project, cache)
        if known is None:
            missing.append(group)
        else:
            found.update(zip(group.places, known, strict=True))
    followed: Iterator[tuple[Group, list[Checked]]]
    if pool is not None and pool.pays(missing):
        followed = pool.follow(missing, contents, cache)
    else:
        followed = ((group, follow_group(group, project, cache)) for group in missing)
    last = max((group.places[-1] for group in groups), default=-1)
    for place in range(last + 1):
        while place not in found:
            group, outcomes = next(followed)
            found.update(zip(group.places, outcomes, strict=True))
        yield found.pop(place)


def _recalled(group: Group, project: Project, cache: Cache) -> list[Checked] | None:
    """What the cache has of a group, None where it hasn't all."""
    outcomes = []
    used: set[Site] = set()
    for file in group.files:
        outcome = cache.recall(file, _within(used, file), project)
        if outcome is None:
            return None
        used |= outcome.used
        outcomes.append(outcome)
    return outcomes


def follow_group(group: Group, project: Project, cache: Cache | None) -> list[Checked]:
    """What comes of following the files of a group."""
    outcomes = []
    used: set[Site] = set()
    for file in group.files:
        before = _within(used, file)
        project.asked = None if cache is None else {}
        data = file.read()
        outcome = _check(file.shown, data, file.settings.keras, file.path, project, before)
        used |= outcome.used
        if cache is not None and not outcome.failures:
            cache.keep(file, data, before, outcome, project.asked or {})
        project.forget(file.path)
        outcomes.append(outcome)
    return outcomes


def _within(used: Iterable[Site], file: SourceFile) -> frozenset[Site]:
    """The definitions of a file that others use; nothing else in `used` matters to it."""
    return frozenset(site for site in used if site.path == file.shown)


def _judged(one: Checked, settings: Mapping[str, Settings], suppressions: Suppressions) -> list[Finding]:
    """What is wanted of the findings, by the settings of the files in which they stand and their comments."""
    for code, site in one.elsewhere:
        suppressions.cover(code, site)
    wanted: list[Finding] = []
    for finding in one.findings:
        if finding.site.path in settings:
            judged = settings[finding.site.path].judged([finding])
            is_suppressed = suppressions.cover(finding.code, finding.site)
            (one.suppressed if is_suppressed else wanted).extend(judged)
    return wanted


def _unused(
    files: Sequence[SourceFile], suppressions: Suppressions, project: Project, checked: Checked
) -> Iterator[Finding]:
    """The suppressions that are of no use, where that is known: all of the program was followed."""
    from statelint.source.importers import Importers

    importers = Importers(files, project)
    for file in files if not checked.failures else ():
        if file.shown not in checked.suspects - checked.cut:
            continue
        found = file.settings.judged(suppressions.unused(file))
        if found and not importers.may_import(file):
            yield from found


def _groups(
    files: Sequence[SourceFile], project: Project, checked: Checked, thorough: bool, pool: Pool | None
) -> list[Group]:
    """The files in which something may be found."""

    def cannot_read(file: SourceFile, error: OSError) -> None:
        from statelint.sites import Site

        site = Site(file.shown, None, 1, 1, 1, 1)
        unreadable = _unreadable(site, f"cannot be read: {error.strerror or error}")
        checked.add(file.settings.judged([unreadable]))

    checked.files += len(files)
    looked = Candidates(project, thorough=thorough)
    candidates = looked.among(files, cannot_read, in_one_go if pool is None else pool.look)
    checked.suspects = looked.suppressing
    return groups_of(candidates, project)


def check_source(shown: str, data: bytes, settings: Settings = DEFAULT, path: Path | None = None) -> Checked:
    """Check one file's contents alone; `shown` is how findings name it, `path` where it really is."""
    if not mentions(data):
        return Checked()
    checked = _check(shown, data, settings.keras, path, None, set())
    from statelint.suppressions import Suppressions

    suppressions = Suppressions([SourceFile(path or shown, shown, data, settings)])
    checked.findings[:] = _judged(checked, {shown: settings}, suppressions)
    checked.findings.sort(key=lambda finding: finding.order())
    return checked


def _check(
    shown: str,
    data: bytes,
    targets: tuple[int, ...] | None,
    path: Path | None,
    project: Project | None,
    used: Collection[Site],
) -> Checked:
    """What is found from one file on; `used` are its definitions that other files use."""
    from statelint.values import Reason

    checked = Checked()
    try:
        for source in _sources(shown, data, checked, path, project):
            traces = _traces(source, path, project, {*used, *checked.used})
            wanted = targets if targets is not None else _target_of(source, traces, path, project)
            codes = _Codes(source, data, project, traces)
            checked.add(_findings(shown, traces, wanted, checked, codes))
            opened = frozenset(flag for trace in traces for flag in trace.settled)
            if opened:
                others = _traces(source, path, project, {*used, *checked.used}, opened)
                codes = _Codes(source, data, project, others)
                checked.add(_only_there(_findings(shown, others, wanted, checked, codes), checked, opened))
            for trace in traces:
                checked.used |= trace.used
                checked.unknowns.update(trace.unknowns)
                if any(reason is Reason.BUDGET for reason, _ in trace.unknowns):
                    checked.cut |= {shown, *(shown_path(str(module)) for module in trace.files)}
    except Exception:
        checked.failures.append(_failure(shown, None))
    return checked


def _failure(shown: str, rule: str | None) -> Failure:
    """The exception that is being handled."""
    import traceback

    return Failure(shown, rule, traceback.format_exc())


def _target_of(
    source: Source, traces: Sequence[Trace], path: Path | None, project: Project | None
) -> tuple[int, ...]:
    from statelint.target import GENERATIONS, target_of, told

    # Keras 3 has never run on Python 2.
    if source.python2:
        return (2,)
    meant = target_of(_code(source, traces, project), path, None if project is None else project.pinned)
    return told(source.around) if meant == GENERATIONS else meant


def _code(source: Source, traces: Sequence[Trace], project: Project | None) -> str:
    """The text of the program and of the modules that it imports."""
    texts = [source.code]
    if project is not None:
        modules = dict.fromkeys(path for trace in traces for path in trace.files[1:])
        # Those that were beyond a limit aren't parsed for it.
        texts.extend(project.text(str(path)).decode("utf-8", "replace") for path in modules)
    return "\n".join(texts)


def _sources(
    shown: str, data: bytes, checked: Checked, path: Path | None, project: Project | None
) -> list[Source]:
    """The programs in a file; what of it can't be parsed is noted."""
    if is_document(shown):
        return _parts(shown, data, checked, path, project)
    if tests_keras(data):
        return []
    from statelint.source.python import Unreadable, read

    source = read(shown, data) if project is None or path is None else project.parse(path, shown, data)
    if isinstance(source, Unreadable):
        # Of a library's own source nothing would be said anyway.
        if project is None or path is None or not project.is_apart(str(path.parent)):
            checked.add(_relevant(source, data))
        checked.cut.add(shown)
        return []
    return [source]


def _parts(
    shown: str, data: bytes, checked: Checked, path: Path | None, project: Project | None
) -> list[Source]:
    """The programs of a notebook or a text; none where the words stand only around its code."""
    from statelint.source.document import open_document

    document = open_document(shown, data)
    code = document.code.encode("utf-8", "replace")
    if document.damage is None and not _concerns(path, code, project):
        return []
    from statelint.source.reading import parse

    reading = parse(document, data)
    for unreadable in reading.unreadable:
        runs_model = _STATEFUL.search(code) and _RUNS_MODEL.search(unreadable.code)
        findings = _relevant(unreadable, data, surely=bool(runs_model))
        checked.add(findings)
        checked.fragments += not findings
    checked.fragments += reading.fragments
    if reading.unreadable or reading.fragments:
        checked.cut.add(shown)
    return reading.sources


def _concerns(path: Path | None, code: bytes, project: Project | None) -> bool:
    """Whether the code in a document, or what it imports, says something about state."""
    if mentions(code) or project is None or path is None:
        return mentions(code)
    return Candidates(project, thorough=True).lead_to_some(tuple(map(str, project.imports(path))))


def _traces(
    source: Source,
    path: Path | None,
    project: Project | None,
    used: Collection[Site],
    opened: frozenset[str] = frozenset(),
) -> tuple[Trace, ...]:
    from statelint.interp.program import follow_both

    return follow_both(source, path, project, used, opened)


# What these find missing may be there under another option.
_OF_WHOLE_PROGRAMS = frozenset(["SRN107", "SRN310"])


def _only_there(findings: Iterable[Finding], checked: Checked, opened: frozenset[str]) -> list[Finding]:
    """What is found only where options don't keep their defaults."""
    known = {(finding.code, finding.site) for finding in checked.findings}
    from statelint.interp import switches

    assumed = tuple(map(switches.shown, sorted(opened)))
    return [
        replace(finding, assumptions=(*finding.assumptions, *assumed))
        for finding in findings
        if (finding.code, finding.site) not in known and finding.code not in _OF_WHOLE_PROGRAMS
    ]


def _relevant(unreadable: Unreadable, data: bytes, *, surely: bool = False) -> list[Finding]:
    """The finding that code can't be parsed, where it is about stateful RNNs; `data` is all of its file."""
    if not ((surely or _RELEVANT.search(unreadable.code)) and _KERAS.search(data)):
        return []
    return [_unreadable(unreadable.site, f"cannot be parsed: {unreadable.why}")]


def _unreadable(site: Site, why: str) -> Finding:
    from statelint.findings import Finding, Severity
    from statelint.target import GENERATIONS

    return Finding(
        code="SRN001",
        rule="unreadable-source",
        severity=Severity.WARNING,
        site=site,
        message=f"this {'file' if site.cell is None else 'cell'} {why}",
        why="A file that can't be read is not checked, so nothing is said about its stateful layers.",
        instead="mend the syntax (or the encoding), or exclude the file",
        holds_on=GENERATIONS,
    )


class _Codes:
    """The code of a program and of the modules that it imports, by path, for fixes to be made in."""

    def __init__(self, source: Source, data: bytes, project: Project | None, traces: Sequence[Trace]) -> None:
        self._source = source
        self._data = data
        self._project = project
        self._files = dict.fromkeys(path for trace in traces for path in trace.files)
        self._known: dict[str, Code | None] = {}

    def fix(self, remedy: Remedy, targets: tuple[int, ...]) -> Fix | None:
        from statelint.fixes import fix_for

        path = remedy.at.path
        if path not in self._known:
            self._known[path] = self._code(path)
        code = self._known[path]
        return None if code is None else fix_for(code, remedy, targets)

    def _code(self, path: str) -> Code | None:
        from statelint.fixes.code import Code

        if path == self._source.path:
            return None if _is_other_text(self._source) else Code(self._source, self._data)
        file = next((file for file in self._files if shown_path(str(file)) == path), None)
        source = None if file is None or self._project is None else self._project.read(file)
        return None if source is None or _is_other_text(source) else Code(source, b"")


def _is_other_text(source: Source) -> bool:
    """Whether what is followed isn't quite what the file says."""
    return source.python2 or source.is_respelled


def _findings(
    shown: str, traces: Sequence[Trace], wanted: tuple[int, ...], checked: Checked, codes: _Codes
) -> Iterator[Finding]:
    from statelint.rules import load

    for rule in load():
        merged: dict[Site, list[tuple[int, Report]]] = {}
        for trace in traces:
            if rule.code in _ABOUT_ORDER and trace.backend == "jax":
                continue
            try:
                for report in rule.check(trace):
                    if report.site in trace.loaded:
                        # What is wrong with them is said of the program that makes them.
                        continue
                    reports = merged.setdefault(report.site, [])
                    if all(generation != trace.keras for generation, _ in reports):
                        reports.append((trace.keras, report))
            except Exception:
                checked.failures.append(_failure(shown, rule.code))
        for site, reports in merged.items():
            found = [(generation, report) for generation, report in reports if generation in wanted]
            if not found:
                checked.elsewhere.add((rule.code, site))
                continue
            try:
                remedy = next((report.remedy for _, report in found if report.remedy is not None), None)
                fix = None if remedy is None else codes.fix(remedy, wanted)
            except Exception:
                fix = None
                checked.failures.append(_failure(shown, rule.code))
            yield replace(_merge(rule, site, found, reports), programs=(shown,), fix=fix)


def _merge(
    rule: Rule, site: Site, reports: Sequence[tuple[int, Report]], everywhere: Sequence[tuple[int, Report]]
) -> Finding:
    """One finding from the reports of the targeted generations; it holds wherever any generation says so."""
    from statelint.findings import Finding, Severity

    first = reports[0][1]
    happens = {generation: report.happens for generation, report in reports if report.happens}
    message = first.message
    if len(set(happens.values())) == 1 and len(happens) == len(reports):
        message += f": {next(iter(happens.values()))}"
    elif happens:
        message += ": " + "; ".join(f"Keras {generation} {text}" for generation, text in happens.items())
    severities = [report.severity or rule.severity for _, report in reports]
    worst = min(severities, key=[Severity.ERROR, Severity.WARNING, Severity.ADVICE].index)
    return Finding(
        code=rule.code,
        rule=rule.name,
        severity=worst,
        site=site,
        message=message,
        why=rule.why,
        instead=first.instead,
        holds_on=tuple(sorted(generation for generation, _ in everywhere)),
        assumptions=tuple(dict.fromkeys(a for _, report in reports for a in report.assumptions)),
        related=first.related,
    )


__all__ = ["Checked", "Failure", "check_files", "check_source"]
