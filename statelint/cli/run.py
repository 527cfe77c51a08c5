"""One run over files: what is found, fixed and confirmed."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from statelint.messages import UsageError, complain, described, failed, progress_bar
from statelint.pool import collect_rarely

if TYPE_CHECKING:
    from statelint.acceptance import Baseline
    from statelint.cache import Cache
    from statelint.configuration import Configuration
    from statelint.confirm.interpreter import Interpreter
    from statelint.confirm.judge import Key
    from statelint.discover import Discovered, SourceFile
    from statelint.engine import Checked
    from statelint.findings import Finding, Verdict
    from statelint.settings import Settings

STANDARD_INPUT = "-"

CLEAN, FOUND, TROUBLE, INTERRUPTED = 0, 1, 2, 130


@dataclass(slots=True)
class Run:
    """What is known so far."""

    findings: list[Finding] = field(default_factory=list)
    # Those that comments suppress, and those that are in the baseline.
    suppressed: list[Finding] = field(default_factory=list)
    accepted: list[Finding] = field(default_factory=list)
    files: int = 0
    fragments: int = 0
    # How many places there are for each reason why a value isn't known.
    unknowns: dict[str, int] = field(default_factory=dict)
    # What came on standard input, by the path that it goes by.
    texts: dict[str, bytes] = field(default_factory=dict)
    # How many findings were fixed, and what fixing changes, as --diff shows it.
    fixed: int = 0
    # How many findings the baseline has.
    known: int = 0
    diff: bytes | None = None
    # Internal errors, and what could not be read or written.
    troubles: list[str] = field(default_factory=list)
    was_interrupted: bool = False

    def trouble(self, message: str) -> None:
        """Say what went wrong, and note it."""
        complain(message)
        self.troubles.append(message)

    def status(self, exit_zero: bool) -> int:
        if self.was_interrupted:
            return INTERRUPTED
        if self.troubles:
            return TROUBLE
        if self.diff is not None:
            return FOUND if self.diff and not exit_zero else CLEAN
        counts = any(finding.severity != "advice" for finding in self.findings)
        return FOUND if counts and not exit_zero else CLEAN


def check(options: argparse.Namespace, configuration: Configuration) -> Run:
    """Find, and confirm where asked to; what is known when the user interrupts is kept."""
    if wrong := _misused(options):
        raise UsageError(wrong)
    run = Run()
    settings = configuration.at(os.getcwd())
    collect_rarely()
    found = discovered(options, configuration)
    if options.python is not None and not options.confirm:
        raise UsageError("--python goes with --confirm or --timeline")
    files = found.files
    generations = _generations(files)
    python = python_for(settings, "--confirm", generations or (2, 3)) if options.confirm else None
    run.texts = {file.shown: file.data for file in files if file.data is not None}
    for folder in found.unreadable:
        run.trouble(f"{folder.shown}: {folder.error}")
    baseline = _baseline(options, settings)
    try:
        _find(run, files, options, settings, baseline)
        if python is not None and run.findings:
            _confirm(run, files, generations, settings, python)
            if "html" in (settings.format, *(form for form, _ in options.report)):
                _mend_and_run(run, files, settings, python.path)
        if options.witness is not None:
            _write_witnesses(run, files, generations, options.witness)
    except KeyboardInterrupt:
        run.was_interrupted = True
        complain("interrupted; what follows is what was known by then")
    return run


def _baseline(options: argparse.Namespace, settings: Settings) -> Baseline | None:
    """The findings that are put up with."""
    if settings.baseline is None:
        if options.update_baseline:
            raise UsageError("--update-baseline needs --baseline FILE, or the key in the configuration")
        return None
    # What a diff says has nothing to do with what is known.
    if options.diff and not options.add_suppressions:
        return None
    from statelint.acceptance import Baseline

    return Baseline(settings.baseline, may_be_new=options.update_baseline)


def _generations(files: Sequence[SourceFile]) -> tuple[int, ...] | None:
    """The Keras generations that are set for all files; None where each program says which."""
    asked = {file.settings.keras for file in files}
    return asked.pop() if len(asked) == 1 else None


def _misused(options: argparse.Namespace) -> str | None:
    """Which options for fixing don't go together."""
    if options.unsafe_fixes and not (options.fix or options.diff):
        return "--unsafe-fixes goes with --fix or --diff"
    if options.diff and (options.fix or options.confirm or options.statistics):
        return "--diff writes nothing and runs nothing: it doesn't go with --fix, --confirm or --statistics"
    if options.add_suppressions and (options.fix or options.unsafe_fixes or options.confirm):
        return "--add-suppressions doesn't go with --fix, --unsafe-fixes or --confirm"
    if options.update_baseline and (options.diff or options.timeline):
        return "--update-baseline doesn't go with --diff or --timeline"
    if (options.fix or options.add_suppressions) and STANDARD_INPUT in options.paths and not options.diff:
        return "--fix and --add-suppressions write files; for standard input there is --diff"
    return None


def discovered(options: argparse.Namespace, configuration: Configuration) -> Discovered:
    """The files that the command line asks for."""
    from statelint.discover import Discovered, MissingPaths, discover, standard_input

    if STANDARD_INPUT not in options.paths:
        if options.stdin_filename is not None:
            raise UsageError(f"--stdin-filename is for the path {STANDARD_INPUT} alone")
        try:
            return discover(options.paths, configuration.at)
        except MissingPaths as error:
            raise UsageError(*(f"no such file or folder: {path}" for path in error.paths)) from None
    if len(options.paths) > 1:
        raise UsageError(f"{STANDARD_INPUT} (standard input) is the only path, or none")
    return Discovered(standard_input(options.stdin_filename, sys.stdin.buffer.read(), configuration.at))


def _find(
    run: Run,
    files: Sequence[SourceFile],
    options: argparse.Namespace,
    settings: Settings,
    baseline: Baseline | None,
) -> None:
    """Add what is found, file by file, so that an interrupt loses nothing; fix it where that is asked for."""
    from statelint.engine import Checked, check_files
    from statelint.pool import Pool

    checked = Checked()
    try:
        if options.fix or options.diff or options.add_suppressions:
            _fix(run, files, checked, options, baseline)
        else:
            cache, pool = partial(_cache, options, settings), Pool(settings.jobs)
            check_files(files, checked, thorough=options.statistics, cache=cache, pool=pool)
    except Exception as error:
        run.trouble(f"internal error: {described(error)}")
    finally:
        run.files, run.fragments = checked.files, checked.fragments
        run.findings = sorted(checked.findings, key=_order)
        run.suppressed = sorted(checked.suppressed, key=_order)
        for reason, _ in checked.unknowns:
            run.unknowns[reason] = run.unknowns.get(reason, 0) + 1
        # A rule that fails fails for both generations.
        for message in dict.fromkeys(map(failed, checked.failures)):
            run.trouble(message)
        if baseline is not None:
            found, run.findings = run.findings, baseline.unknown(run.findings, run.texts)
            run.known = len(found) - len(run.findings)
            new = set(run.findings)
            run.accepted = [finding for finding in found if finding not in new]
    if baseline is not None and not run.troubles:
        stale = baseline.stale(found, run.texts, files, checked)
        if options.update_baseline:
            baseline.update(found, run.texts, stale)
            run.findings, run.known, run.accepted = [], len(found), found
        else:
            baseline.tell(stale)


def _order(finding: Finding) -> tuple[tuple[str, int, int, int], str, str]:
    return finding.order()


def _cache(options: argparse.Namespace, settings: Settings) -> Cache | None:
    """What earlier runs found; None where that isn't wanted, or can't be kept."""
    if options.no_cache or os.environ.get("STATELINT_NO_CACHE"):
        return None
    from statelint.cache import Cache, default_folder

    folder = settings.cache_dir or default_folder()
    return None if folder is None else Cache(folder)


def _fix(
    run: Run,
    files: Sequence[SourceFile],
    checked: Checked,
    options: argparse.Namespace,
    baseline: Baseline | None,
) -> None:
    """Mend the files or put suppressions in them, or note what that would change."""
    from statelint.cli.fixing import fix_files, write_changes
    from statelint.engine import check_files

    if options.add_suppressions:
        from statelint.suppressing import suppress_files

        mended = suppress_files(files, checked, baseline)
    else:
        mended = fix_files(files, checked, unsafe=options.unsafe_fixes)
    if options.diff:
        from statelint.fixes.diff import unified

        run.diff = b"".join(map(unified, mended.changes))
    else:
        write_changes(mended)
        if mended.failures:
            # What was found in a file that stays as it was is still there.
            again = check_files(files)
            checked.findings, checked.unknowns = again.findings, again.unknowns
    done = sum(finding.site.path not in mended.failures for finding in mended.fixed)
    if options.add_suppressions:
        complain(f"{done} problem{'' if done == 1 else 's'} suppressed")
    else:
        run.fixed = done
    for path, why in mended.failures.items():
        run.trouble(f"{path} is left as it was: {why}")


def _confirm(
    run: Run,
    files: Sequence[SourceFile],
    generations: tuple[int, ...] | None,
    settings: Settings,
    python: Interpreter,
) -> None:
    """Enter the verdicts on what was found, those known by then where the user interrupts."""
    from statelint.confirm.judge import confirm, with_verdicts

    tell_bounds(python)
    known: dict[Key, Verdict] = {}
    seconds, lanes = settings.timeout, settings.jobs
    try:
        with progress_bar() as progress:
            confirm(
                run.findings, files, generations, seconds, progress, python.path, lanes=lanes, verdicts=known
            )
    except Exception as error:  # the findings stand without the verdicts that are missing
        run.trouble(f"internal error while confirming: {described(error)}")
    finally:
        run.findings = sorted(with_verdicts(run.findings, known), key=_order)


def _mend_and_run(run: Run, files: Sequence[SourceFile], settings: Settings, python: str) -> None:
    """Add what confirmed programs do once they are mended, for the page to show beside."""
    from statelint.cli.after import with_mended_runs

    seconds, lanes = settings.timeout, settings.jobs
    with progress_bar() as progress:
        run.findings = with_mended_runs(run.findings, files, seconds, progress, python, lanes)


def _write_witnesses(
    run: Run, files: Sequence[SourceFile], generations: tuple[int, ...] | None, folder: str
) -> None:
    from pathlib import Path

    from statelint.confirm.witnessing import write_witnesses

    try:
        written, silent = write_witnesses(run.findings, files, generations, Path(folder))
    except OSError as error:
        raise UsageError(f"can't write witnesses to {folder}: {error.strerror}") from None
    for finding in silent:
        complain(f"{finding.site}: {finding.code} has no witness: the program tells too little of it")
    complain(f"{len(written)} witness{'' if len(written) == 1 else 'es'} written to {folder}")


def python_for(settings: Settings, option: str, generations: tuple[int, ...]) -> Interpreter:
    """The Python that programs are run with; what it has is told where that isn't what one expects."""
    from statelint.confirm.interpreter import NoInterpreterError, with_keras

    try:
        found = with_keras(settings.python, option, generations)
    except NoInterpreterError as error:
        raise UsageError(str(error)) from None
    if settings.python is not None or not found.is_plain(generations):
        complain(found.told(generations))
    return found


def tell_bounds(python: Interpreter) -> None:
    """Say what keeps programs in bounds; on a terminal only where that is less than could be."""
    if not python.is_separating or not sys.stderr.isatty():
        complain(python.bounds())
