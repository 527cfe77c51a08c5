"""The options of the command line."""

from __future__ import annotations

import argparse
from functools import partial
from typing import Any

from statelint import __version__
from statelint.report import FORMATS


class _Parser(argparse.ArgumentParser):
    """Asks how wide the terminal is only where there is something to print, and not for each option."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given, formatter_class=partial(argparse.HelpFormatter, width=80))

    def format_usage(self) -> str:
        self.formatter_class = argparse.RawDescriptionHelpFormatter
        return super().format_usage()

    def format_help(self) -> str:
        self.formatter_class = argparse.RawDescriptionHelpFormatter
        return super().format_help()


_EPILOG = """\
RULES are codes (SRN301), beginnings of codes (SRN3), names (validation-leak) or ADVICE, separated by commas.
Of two that disagree the longer one decides. Advice is off unless it is asked for.

exit status:
  0  nothing found
  1  problems of severity error or warning
  2  wrong usage, a path that doesn't exist, a file that couldn't be fixed, or an internal error

--fix makes the safe fixes, until there are none left, and reports what remains; --diff shows what it would
change, writes nothing, and exits 1 where that is anything. No other option but
--add-suppressions changes a file that is checked.

--confirm runs the programs in which something was found: on a copy, in a child process with
limits on time, memory, processes and files, without network. --timeline runs the programs that it is given in
the same way. Without these two, no code is ever run.
"""


def parser() -> argparse.ArgumentParser:
    """What the command line takes."""
    taken = _Parser(
        prog="statelint",
        description="Find the mistakes that stateful RNNs invite in Keras, and prove them on real Keras.",
        epilog=_EPILOG,
    )
    taken.add_argument(
        "paths",
        nargs="*",
        default=["."],
        metavar="PATH",
        help="files and folders to check (default: .); - is standard input",
    )
    taken.add_argument(
        "--stdin-filename",
        metavar="NAME",
        help="what standard input is called: its suffix says what it is, its folder where its imports lead",
    )
    taken.add_argument(
        "--keras",
        choices=("2", "3", "auto"),
        help="the Keras generation that the code is for (default: auto, read from the code, else both)",
    )
    for option, text in (
        ("--select", "report these rules and no others"),
        ("--extend-select", "report these rules too"),
        ("--ignore", "don't report these rules"),
    ):
        taken.add_argument(option, action="append", metavar="RULES", help=text)
    taken.add_argument(
        "--confirm", action="store_true", help="run what was found on real Keras and show what it did"
    )
    taken.add_argument(
        "--witness",
        metavar="DIR",
        help="write a witness of each finding there: a short program with synthetic data that shows it",
    )
    taken.add_argument(
        "--timeline",
        action="store_true",
        help="run the programs named, with or without findings, as --confirm does, and draw their states",
    )
    taken.add_argument(
        "--python",
        metavar="PATH",
        help="run them with another Python, or an environment's: it needs Keras, not statelint",
    )
    taken.add_argument(
        "--timeout",
        type=_seconds,
        metavar="SECONDS",
        help="for each program that is run (default: 60)",
    )
    taken.add_argument(
        "--jobs",
        type=_count,
        metavar="N",
        help="how many processes check files, and how many programs run side by side (default: 2); what is "
        "printed is the same for any N",
    )
    taken.add_argument("--no-cache", action="store_true", help="neither use nor keep results of other runs")
    taken.add_argument(
        "--cache-dir", metavar="DIR", help="keep results there and not in the user's folder for caches"
    )
    taken.add_argument("--fix", action="store_true", help="make the safe fixes in the files")
    taken.add_argument(
        "--unsafe-fixes",
        action="store_true",
        help="with --fix or --diff: also those fixes that want a look at what they changed",
    )
    taken.add_argument(
        "--add-suppressions",
        action="store_true",
        help="put a comment that suppresses it where something is found, in the files",
    )
    taken.add_argument(
        "--diff",
        action="store_true",
        help="show what --fix (or --add-suppressions, if given) would change, and write nothing",
    )
    taken.add_argument("--format", choices=FORMATS, help="how to print (default: full)")
    taken.add_argument("--output-file", metavar="FILE", help="write there and not to standard output")
    taken.add_argument(
        "--report",
        action="append",
        type=_report,
        default=[],
        metavar="FORMAT=FILE",
        help="write the findings there too, in another format; may be given more than once",
    )
    taken.add_argument(
        "--statistics",
        action="store_true",
        help="count the findings by rule, and what was not known by reason",
    )
    _add_configuration(taken)
    taken.add_argument("--exit-zero", action="store_true", help="exit 0 even where problems were found")
    taken.add_argument("--watch", action="store_true", help="run again whenever a file changes, until Ctrl-C")
    taken.add_argument("--explain", metavar="RULE", help="print the page of a rule (its code or its name)")
    taken.add_argument("--rules", action="store_true", help="list the rules")
    taken.add_argument(
        "--completion",
        choices=("bash", "zsh", "fish"),
        metavar="SHELL",
        help="print what bash, zsh or fish needs to complete this command line",
    )
    taken.add_argument("--version", action="version", version=f"statelint {__version__}")
    return taken


def _add_configuration(taken: argparse.ArgumentParser) -> None:
    """The options that say what is set and what is left out."""
    taken.add_argument(
        "--config",
        action="append",
        metavar="FILE|KEY=VALUE",
        help="read this file and no other configuration, or set a key, as in --config 'format=\"json\"'",
    )
    taken.add_argument("--isolated", action="store_true", help="read no configuration files")
    taken.add_argument(
        "--exclude",
        action="append",
        metavar="PATTERNS",
        help="leave out these files and folders, and no others",
    )
    taken.add_argument(
        "--extend-exclude", action="append", metavar="PATTERNS", help="leave out these files and folders too"
    )
    taken.add_argument(
        "--force-exclude", action="store_true", help="leave out what is excluded even where it is named"
    )
    taken.add_argument(
        "--baseline", metavar="FILE", help="don't report what this file has: findings that are put up with"
    )
    taken.add_argument(
        "--update-baseline",
        action="store_true",
        help="write all that is found into the baseline, and leave out what isn't found any more",
    )
    taken.add_argument(
        "--show-settings", action="store_true", help="print what is set for each PATH, and check nothing"
    )
    taken.add_argument(
        "--show-files", action="store_true", help="list the files that would be checked, and check nothing"
    )


def _report(text: str) -> tuple[str, str]:
    form, _, path = text.partition("=")
    if form not in FORMATS or not path:
        raise argparse.ArgumentTypeError(f"not FORMAT=FILE, with one of {', '.join(FORMATS)}: {text}")
    return form, path


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"not a time to wait: {text}")
    return seconds


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"not a number of programs: {text}")
    return count
