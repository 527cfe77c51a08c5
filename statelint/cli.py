"""The command line."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from statelint.findings import Finding, Severity, Verdict
from statelint.options import parser
from statelint.report import Results, write
from statelint.selection import Selection, UnknownRuleError, entries

if TYPE_CHECKING:
    from statelint.confirm.harness import Progress
    from statelint.confirm.interpreter import Interpreter
    from statelint.confirm.judge import Key
    from statelint.discover import Discovered, SourceFile
    from statelint.engine import Checked, Failure
    from statelint.report.rulebook import Described

# Starting must stay cheap: whatever is heavy is imported where it is used (tests/test_startup.py).

_STANDARD_INPUT = "-"

CLEAN, FOUND, TROUBLE, INTERRUPTED = 0, 1, 2, 130


@dataclass(slots=True)
class Run:
    """What is known so far."""

    findings: list[Finding] = field(default_factory=list)
    files: int = 0
    fragments: int = 0
    # How many places there are for each reason why a value isn't known.
    unknowns: dict[str, int] = field(default_factory=dict)
    # What came on standard input, by the path that it goes by.
    texts: dict[str, bytes] = field(default_factory=dict)
    # How many findings were fixed, and what fixing changes, as --diff shows it.
    fixed: int = 0
    diff: bytes | None = None
    # An internal error, or something that could not be read.
    had_trouble: bool = False
    was_interrupted: bool = False

    def status(self, exit_zero: bool) -> int:
        if self.was_interrupted:
            return INTERRUPTED
        if self.had_trouble:
            return TROUBLE
        if self.diff is not None:
            return FOUND if self.diff and not exit_zero else CLEAN
        counts = any(finding.severity is not Severity.ADVICE for finding in self.findings)
        return FOUND if counts and not exit_zero else CLEAN


class _UsageError(Exception):
    """What the user asked for can't be done; its arguments are the messages."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run statelint and return the exit status; argparse itself exits for --help and wrong usage."""
    options = parser().parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    status = CLEAN
    try:
        with _output(options.output_file) as stream:
            status = _report(options, stream)
        sys.stdout.flush()
    except BrokenPipeError:
        _abandon_output()
    except KeyboardInterrupt:
        status = INTERRUPTED
    except _UsageError as error:
        for message in error.args:
            _complain(message)
        status = TROUBLE
    except Exception as error:
        _complain(f"internal error: {_described(error)}")
        status = TROUBLE
    return status


def _report(options: argparse.Namespace, stream: TextIO) -> int:
    """Do what is asked for, write it to the stream, and return the exit status."""
    if options.rules or options.explain:
        return _read_up(options, stream)
    if options.timeline:
        return _draw(options, stream)
    run = _check(options)
    results = Results(run.findings, run.files, run.fragments, run.texts, run.fixed)
    try:
        if run.diff is not None:
            _write_bytes(run.diff, stream)
        elif options.statistics:
            from statelint.report import statistics

            statistics.write(results, run.unknowns, stream, as_json=options.format == "json")
        else:
            write(results, options.format, stream)
    except BrokenPipeError:
        _abandon_output()
    return run.status(options.exit_zero)


def _write_bytes(data: bytes, stream: TextIO) -> None:
    """Write what may be in any encoding."""
    if isinstance(stream, io.TextIOWrapper):
        stream.flush()
        stream.buffer.write(data)
    else:
        stream.write(data.decode("utf-8", "backslashreplace"))


def _abandon_output() -> None:
    """The reader (`| head`) has seen enough; Python would complain when it flushes at exit."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _output(path: str | None) -> Iterator[TextIO]:
    """Standard output, or the file at `path`, which is there as a whole or as it was before."""
    if path is None:
        yield sys.stdout
        return
    target = os.path.realpath(path)
    plain = os.path.isfile(target) or not os.path.exists(target)
    # What is no plain file (a pipe, /dev/null) can't be replaced.
    written = f"{target}.{os.getpid()}.tmp" if plain else target
    try:
        stream = open(written, "x" if plain else "w", encoding="utf-8")  # noqa: SIM115
    except OSError as error:
        raise _UsageError(f"can't write {path}: {error.strerror}") from None
    try:
        with stream:
            yield stream
        if plain:
            os.replace(written, target)
    except BaseException:
        if plain:
            with suppress(OSError):
                os.unlink(written)
        raise


def _read_up(options: argparse.Namespace, stream: TextIO) -> int:
    """Print the list of rules, or the page of one."""
    from statelint.report import rulebook

    listed = _listed()
    if options.rules:
        rulebook.write_list(listed, stream, as_json=options.format == "json")
        return CLEAN
    rule = rulebook.find(listed, options.explain)
    if rule is None:
        near = rulebook.nearest(listed, options.explain)
        hint = f"did you mean {near}?" if near else "`statelint --rules` lists them"
        raise _UsageError(f"no such rule: {options.explain}; {hint}")
    rulebook.write_page(rule, stream)
    return CLEAN


def _listed() -> list[Described]:
    """All rules, and what else is reported."""
    from statelint import rules
    from statelint.report import rulebook

    return [rulebook.UNREADABLE, *rules.load()]


def _selection(options: argparse.Namespace) -> Selection:
    """What --select, --extend-select and --ignore ask for."""
    given = (options.select, options.extend_select, options.ignore)
    if not any(given):
        return Selection()
    listed = _listed()
    try:
        select, extend, ignore = (entries(texts or (), listed) for texts in given)
    except UnknownRuleError as error:
        hint = f"did you mean {error.near}?" if error.near else "`statelint --rules` lists them"
        raise _UsageError(f"no such rule: {error.asked}; {hint}") from None
    return Selection(None if options.select is None else select, extend, ignore)


def _check(options: argparse.Namespace) -> Run:
    """Find, and confirm where asked to; what is known when the user interrupts is kept."""
    from statelint.discover import MissingPaths

    if wrong := _misused(options):
        raise _UsageError(wrong)
    run = Run()
    selection = _selection(options)
    generations = None if options.keras == "auto" else (int(options.keras),)
    try:
        discovered = _discovered(options)
    except MissingPaths as error:
        raise _UsageError(*(f"no such file or folder: {path}" for path in error.paths)) from None
    if options.python is not None and not options.confirm:
        raise _UsageError("--python goes with --confirm or --timeline")
    python = _python(options, "--confirm", generations or (2, 3)) if options.confirm else None
    run.texts = {file.shown: file.data for file in discovered.files if file.data is not None}
    for folder in discovered.unreadable:
        _complain(f"{folder.shown}: {folder.error}")
        run.had_trouble = True
    try:
        _find(run, discovered.files, generations, selection, options)
        if python is not None and run.findings:
            _confirm(run, discovered.files, generations, options, python)
            if options.format == "html":
                _mend_and_run(run, discovered.files, options, python.path)
        if options.witness is not None:
            _write_witnesses(run, discovered.files, generations, options.witness)
    except KeyboardInterrupt:
        run.was_interrupted = True
        _complain("interrupted; what follows is what was known by then")
    return run


def _misused(options: argparse.Namespace) -> str | None:
    """Which options for fixing don't go together."""
    if options.unsafe_fixes and not (options.fix or options.diff):
        return "--unsafe-fixes goes with --fix or --diff"
    if options.diff and (options.fix or options.confirm or options.statistics):
        return "--diff writes nothing and runs nothing: it doesn't go with --fix, --confirm or --statistics"
    if options.fix and _STANDARD_INPUT in options.paths:
        return "--fix writes files; for standard input there is --diff"
    return None


def _discovered(options: argparse.Namespace) -> Discovered:
    """The files that the command line asks for."""
    from statelint.discover import Discovered, discover, standard_input

    if _STANDARD_INPUT not in options.paths:
        if options.stdin_filename is not None:
            raise _UsageError(f"--stdin-filename is for the path {_STANDARD_INPUT} alone")
        return discover(options.paths)
    if len(options.paths) > 1:
        raise _UsageError(f"{_STANDARD_INPUT} (standard input) is the only path, or none")
    return Discovered([standard_input(options.stdin_filename, sys.stdin.buffer.read())])


def _find(
    run: Run,
    files: Sequence[SourceFile],
    targets: tuple[int, ...] | None,
    selection: Selection,
    options: argparse.Namespace,
) -> None:
    """Add what is found, file by file, so that an interrupt loses nothing; fix it where that is asked for."""
    from statelint.engine import Checked, check_files

    checked = Checked()
    try:
        if options.fix or options.diff:
            _fix(run, files, targets, selection, checked, options)
        else:
            check_files(files, targets, selection, checked)
    except Exception as error:
        _complain(f"internal error: {_described(error)}")
        run.had_trouble = True
    finally:
        run.files, run.fragments = checked.files, checked.fragments
        run.findings = sorted(checked.findings, key=Finding.order)
        for reason, _ in checked.unknowns:
            run.unknowns[reason] = run.unknowns.get(reason, 0) + 1
        # A rule that fails fails for both generations.
        for message in dict.fromkeys(map(_failed, checked.failures)):
            _complain(message)
            run.had_trouble = True


def _fix(
    run: Run,
    files: Sequence[SourceFile],
    targets: tuple[int, ...] | None,
    selection: Selection,
    checked: Checked,
    options: argparse.Namespace,
) -> None:
    """Mend the files, or note what mending them would change."""
    from statelint.engine import check_files
    from statelint.fixing import fix_files, write_changes

    mended = fix_files(files, targets, selection, checked, unsafe=options.unsafe_fixes)
    if options.diff:
        from statelint.fixes.diff import unified

        run.diff = b"".join(map(unified, mended.changes))
    else:
        write_changes(mended)
        if mended.failures:
            # What was found in a file that stays as it was is still there.
            again = check_files(files, targets, selection)
            checked.findings, checked.unknowns = again.findings, again.unknowns
    run.fixed = sum(finding.site.path not in mended.failures for finding in mended.fixed)
    for path, why in mended.failures.items():
        _complain(f"{path} is left as it was: {why}")
        run.had_trouble = True


def _confirm(
    run: Run,
    files: Sequence[SourceFile],
    generations: tuple[int, ...] | None,
    options: argparse.Namespace,
    python: Interpreter,
) -> None:
    """Enter the verdicts on what was found, those known by then where the user interrupts."""
    from statelint.confirm.judge import confirm, with_verdicts

    _tell_bounds(python)
    known: dict[Key, Verdict] = {}
    seconds, lanes = options.timeout, options.jobs
    try:
        with _progress() as progress:
            confirm(
                run.findings, files, generations, seconds, progress, python.path, lanes=lanes, verdicts=known
            )
    except Exception as error:  # the findings stand without the verdicts that are missing
        _complain(f"internal error while confirming: {_described(error)}")
        run.had_trouble = True
    finally:
        run.findings = sorted(with_verdicts(run.findings, known), key=Finding.order)


def _mend_and_run(run: Run, files: Sequence[SourceFile], options: argparse.Namespace, python: str) -> None:
    """Add what confirmed programs do once they are mended, for the page to show beside."""
    from statelint.after import with_mended_runs

    seconds, lanes = options.timeout, options.jobs
    with _progress() as progress:
        run.findings = with_mended_runs(run.findings, files, seconds, progress, python, lanes)


def _write_witnesses(
    run: Run, files: Sequence[SourceFile], generations: tuple[int, ...] | None, folder: str
) -> None:
    from pathlib import Path

    from statelint.confirm.witnessing import write_witnesses

    try:
        written, silent = write_witnesses(run.findings, files, generations, Path(folder))
    except OSError as error:
        raise _UsageError(f"can't write witnesses to {folder}: {error.strerror}") from None
    for finding in silent:
        _complain(f"{finding.site}: {finding.code} has no witness: the program tells too little of it")
    _complain(f"{len(written)} witness{'' if len(written) == 1 else 'es'} written to {folder}")


def _draw(options: argparse.Namespace, stream: TextIO) -> int:
    """Run the programs that are named, and print what each did."""
    if options.confirm or options.statistics or options.format not in ("full", "html"):
        raise _UsageError(
            "--timeline goes with --format full or html, and not with --confirm or --statistics"
        )
    if not all(os.path.isfile(path) for path in options.paths):
        raise _UsageError("--timeline runs programs: name their files, not folders")
    generations = (2, 3) if options.keras == "auto" else (int(options.keras),)
    python = _python(options, "--timeline", generations)
    from statelint.confirm.watch import watch
    from statelint.report import html, timeline_text
    from statelint.trace.recording import Recording

    _tell_bounds(python)
    with _progress() as progress:
        runs = watch(options.paths, generations, options.timeout, progress, python.path)
    status = CLEAN
    for shown, run in runs:
        if isinstance(run, Recording):
            if options.format == "full":
                timeline_text.write(shown, run, stream)
        else:
            _complain(f"{shown}: {run.reason}")
            status = TROUBLE
    if options.format == "html":
        html.write_runs([(shown, run) for shown, run in runs if isinstance(run, Recording)], stream)
    return status


def _python(options: argparse.Namespace, option: str, generations: tuple[int, ...]) -> Interpreter:
    """The Python that programs are run with; what it has is told where that isn't what one expects."""
    from statelint.confirm.interpreter import NoInterpreterError, with_keras

    try:
        found = with_keras(options.python, option, generations)
    except NoInterpreterError as error:
        raise _UsageError(str(error)) from None
    if options.python is not None or not found.is_plain(generations):
        _complain(found.told(generations))
    return found


def _tell_bounds(python: Interpreter) -> None:
    """Say what keeps programs in bounds; on a terminal only where that is less than could be."""
    if not python.is_separating or not sys.stderr.isatty():
        _complain(python.bounds())


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar on stderr where that is a terminal, otherwise a line for each program that was run."""
    if not sys.stderr.isatty():
        yield lambda message, done, known: _complain(f"{message} ({done} of {known})")
        return
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.text import Text

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting Keras", total=None)

        def advance(message: str, done: int, known: int) -> None:
            bar.update(task, description=Text(message).markup, completed=done, total=known)

        yield advance


def _complain(message: str) -> None:
    from statelint.report.visible import one_line

    with suppress(BrokenPipeError):
        sys.stderr.write(f"statelint: {one_line(message)}\n")
        sys.stderr.flush()


def _failed(failure: Failure) -> str:
    """The failure in one line: of its traceback, the innermost place."""
    *traced, raised = failure.error.strip().splitlines() or [""]
    places = [line.strip() for line in traced if line.lstrip().startswith("File ")]
    rule = f" in {failure.rule}" if failure.rule else ""
    return f"{failure.shown}: internal error{rule}: {raised}" + (f" ({places[-1]})" if places else "")


def _described(error: Exception) -> str:
    """The exception and the innermost place in the code where it rose."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    place = ""
    if traceback is not None:
        code = traceback.tb_frame.f_code
        place = f" ({os.path.basename(code.co_filename)}:{traceback.tb_lineno} in {code.co_name})"
    return f"{type(error).__name__}: {error}{place}"


if __name__ == "__main__":
    sys.exit(main())
