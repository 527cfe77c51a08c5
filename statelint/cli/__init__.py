"""The command line."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from typing import TextIO

from statelint.cli.options import parser
from statelint.cli.run import CLEAN, INTERRUPTED, STANDARD_INPUT, TROUBLE, check, python_for, tell_bounds
from statelint.configuration import configured
from statelint.messages import UsageError, complain, described, progress_bar
from statelint.output import abandon_output, output, write_bytes
from statelint.report import Results, write
from statelint.settings import Settings

# Starting must stay cheap: whatever is heavy is imported where it is used (tests/test_startup.py).


def main(argv: Sequence[str] | None = None) -> int:
    """Run statelint and return the exit status; argparse itself exits for --help and wrong usage."""
    options = parser().parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    status = CLEAN
    try:
        if options.watch:
            return _watch(options, sys.argv[1:] if argv is None else argv)
        with output(options.output_file) as stream:
            status = _report(options, stream)
        sys.stdout.flush()
    except BrokenPipeError:
        abandon_output()
    except KeyboardInterrupt:
        status = INTERRUPTED
    except UsageError as error:
        for message in error.args:
            complain(message)
        status = TROUBLE
    except Exception as error:
        complain(f"internal error: {described(error)}")
        status = TROUBLE
    return status


def _watch(options: argparse.Namespace, arguments: Sequence[str]) -> int:
    """Run again whenever a file changes."""
    from statelint.cli.watch import watch

    if STANDARD_INPUT in options.paths:
        raise UsageError("--watch watches files, not standard input")
    watch(options.paths, arguments)
    return CLEAN


def _report(options: argparse.Namespace, stream: TextIO) -> int:
    """Do what is asked for, write it to the stream, and return the exit status."""
    if options.completion is not None:
        return _complete(options.completion, stream)
    if options.rules or options.explain:
        return _read_up(options, stream)
    configuration = configured(options)
    settings = configuration.at(os.getcwd())
    if options.show_settings or options.show_files:
        from statelint.cli.showing import show

        return show(options, configuration, stream)
    if options.timeline:
        return _draw(options, settings, stream)
    run = check(options, configuration)
    status = run.status(options.exit_zero)
    results = Results(
        run.findings,
        run.files,
        run.fragments,
        run.texts,
        run.fixed,
        run.troubles,
        status,
        run.suppressed,
        run.known,
        run.accepted,
    )
    for form, path in options.report:
        with output(path) as beside:
            write(results, form, beside)
    try:
        if run.diff is not None:
            write_bytes(run.diff, stream)
        elif options.statistics:
            from statelint.report import statistics

            statistics.write(results, run.unknowns, stream, as_json=settings.format == "json")
        else:
            write(results, settings.format, stream)
    except BrokenPipeError:
        abandon_output()
    return status


def _read_up(options: argparse.Namespace, stream: TextIO) -> int:
    """Print the list of rules, or the page of one."""
    from statelint.report import rulebook

    listed = rulebook.listed()
    if options.rules:
        rulebook.write_list(listed, stream, as_json=options.format == "json")
        return CLEAN
    rule = rulebook.find(listed, options.explain)
    if rule is None:
        near = rulebook.nearest(listed, options.explain)
        hint = f"did you mean {near}?" if near else "`statelint --rules` lists them"
        raise UsageError(f"no such rule: {options.explain}; {hint}")
    rulebook.write_page(rule, stream)
    return CLEAN


def _complete(shell: str, stream: TextIO) -> int:
    """Print what a shell needs to complete the command line."""
    from statelint.cli.completion import script
    from statelint.report.rulebook import listed
    from statelint.selection import ADVICE

    names = [name for rule in listed() for name in (rule.code, rule.name)]
    stream.write(script(parser(), shell, [*names, ADVICE]))
    return CLEAN


def _draw(options: argparse.Namespace, settings: Settings, stream: TextIO) -> int:
    """Run the programs that are named, and print what each did."""
    # What a configuration says of the format is meant for findings.
    chosen = options.format or ("html" if settings.format == "html" else "full")
    if options.confirm or options.statistics or chosen not in ("full", "html"):
        raise UsageError("--timeline goes with --format full or html, and not with --confirm or --statistics")
    if not all(os.path.isfile(path) for path in options.paths):
        raise UsageError("--timeline runs programs: name their files, not folders")
    generations = settings.keras or (2, 3)
    python = python_for(settings, "--timeline", generations)
    from statelint.confirm.watch import watch
    from statelint.report import html, timeline_text
    from statelint.trace.recording import Recording

    tell_bounds(python)
    with progress_bar() as progress:
        runs = watch(options.paths, generations, settings.timeout, progress, python.path)
    status = CLEAN
    for shown, run in runs:
        if isinstance(run, Recording):
            if chosen == "full":
                timeline_text.write(shown, run, stream)
        else:
            complain(f"{shown}: {run.reason}")
            status = TROUBLE
    if chosen == "html":
        html.write_runs([(shown, run) for shown, run in runs if isinstance(run, Recording)], stream)
    return status


if __name__ == "__main__":
    sys.exit(main())
