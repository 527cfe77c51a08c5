"""The keys of the configuration: what each means, and what may be written there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum, auto
from typing import Any

from statelint.findings import Severity
from statelint.patterns import is_pattern
from statelint.report import FORMATS
from statelint.selection import ADVICE, UnknownRuleError, entries


class Kind(Enum):
    """What a key takes."""

    RULES = auto()
    PATTERNS = auto()
    RULES_BY_PATTERN = auto()
    SEVERITIES = auto()
    KERAS = auto()
    FORMAT = auto()
    FLAG = auto()
    SECONDS = auto()
    COUNT = auto()
    PATH = auto()


@dataclass(frozen=True, slots=True)
class Key:
    """A key: what it takes, what holds without it (as TOML), what it says, and an example."""

    name: str
    kind: Kind
    default: str
    text: str
    example: str


class WrongError(Exception):
    """What is written for a key can't be: the path of the key, and why."""

    def __init__(self, path: tuple[str, ...], why: str) -> None:
        super().__init__(why)
        self.path, self.why = path, why


KEYS = (
    Key(
        "extend",
        Kind.PATH,
        "",
        "Another configuration file to begin with, relative to this one. What stands in this one counts "
        "more: `select` and `exclude` begin anew, the other lists and tables add to those of that file.",
        'extend = "../statelint.toml"',
    ),
    Key(
        "select",
        Kind.RULES,
        "",
        "The rules to report, and no others: codes, beginnings of codes, names, or `ADVICE`. Without it "
        "these are all but advice.",
        'select = ["SRN2", "state-carried-across-epochs"]',
    ),
    Key("extend-select", Kind.RULES, "[]", "Rules to report too.", 'extend-select = ["ADVICE"]'),
    Key(
        "ignore",
        Kind.RULES,
        "[]",
        "Rules not to report. Of entries that disagree, the longer one decides.",
        'ignore = ["SRN304"]',
    ),
    Key(
        "per-file-ignores",
        Kind.RULES_BY_PATTERN,
        "",
        "Rules not to report in files that a pattern means, whatever else is selected. A pattern that "
        "begins with `!` means all other files.",
        '[tool.statelint.per-file-ignores]\n"tests/**" = ["SRN304"]\n"!src/**" = ["ADVICE"]',
    ),
    Key(
        "severity",
        Kind.SEVERITIES,
        "",
        "What the findings of a rule are reported as: `error`, `warning` or `advice`. Advice doesn't change "
        "the exit status and is off unless it is asked for; a rule that is made a warning is on.",
        '[tool.statelint.severity]\nSRN304 = "advice"\nSRN2 = "error"',
    ),
    Key(
        "exclude",
        Kind.PATTERNS,
        '["__pycache__", "__pypackages__", "build", "dist", "node_modules", "site-packages", "venv"]',
        "Files and folders to leave out, by patterns as in .gitignore, relative to the configuration. "
        "Hidden folders, virtual environments and what git ignores are left out in any case. A file that is "
        "named on the command line is checked all the same.",
        'exclude = ["generated", "experiments/2019/*.ipynb"]',
    ),
    Key(
        "extend-exclude",
        Kind.PATTERNS,
        "[]",
        "Files and folders to leave out besides those of `exclude`.",
        'extend-exclude = ["archive"]',
    ),
    Key(
        "force-exclude",
        Kind.FLAG,
        "false",
        "Leave out what `exclude` means also where it is named on the command line, as pre-commit does.",
        "force-exclude = true",
    ),
    Key(
        "keras",
        Kind.KERAS,
        '"auto"',
        "The Keras generation that the code is for: 2, 3, or `auto` for what each program says.",
        "keras = 3",
    ),
    Key(
        "baseline",
        Kind.PATH,
        "",
        "The file of findings that are put up with, relative to the configuration.",
        'baseline = "statelint-baseline.json"',
    ),
    Key("format", Kind.FORMAT, '"full"', f"How to print: {', '.join(FORMATS)}.", 'format = "concise"'),
    Key(
        "jobs",
        Kind.COUNT,
        "2",
        "How many processes check files, and how many programs `--confirm` runs side by side. What is "
        "printed is the same for any number.",
        "jobs = 4",
    ),
    Key(
        "cache-dir",
        Kind.PATH,
        "",
        "Where results are kept from run to run, relative to the configuration, and not in the user's "
        "folder for caches.",
        'cache-dir = ".cache/statelint"',
    ),
    Key(
        "confirm.timeout",
        Kind.SECONDS,
        "60",
        "Seconds that each program may take that `--confirm` or `--timeline` runs.",
        "[tool.statelint.confirm]\ntimeout = 120",
    ),
    Key(
        "confirm.python",
        Kind.PATH,
        "",
        "The Python or the environment that programs are run with, relative to the configuration.",
        '[tool.statelint.confirm]\npython = ".venv"',
    ),
)
BY_NAME = {key.name: key for key in KEYS}


def values_in(table: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """The keys of a configuration's table and what stands there, checked; raises WrongError."""
    for name, value in table.items():
        full = ".".join((*path, name))
        if full in BY_NAME:
            yield full, value_of(BY_NAME[full], value, (*path, name))
        elif any(known.startswith(f"{full}.") for known in BY_NAME):
            if not isinstance(value, dict):
                raise WrongError((*path, name), f"must be a table, not {kind_of(value)}")
            yield from values_in(value, (*path, name))
        else:
            raise WrongError((*path, name), f"unknown key{_near(full)}")


def value_of(key: Key, value: Any, path: tuple[str, ...]) -> Any:
    """What is written for a key, checked and as the program has it; raises WrongError at `path`."""
    match key.kind:
        case Kind.RULES:
            return _rules(value, path)
        case Kind.PATTERNS:
            texts = _texts(value, path, "patterns")
            for text in texts:
                _check_pattern(text, path)
            return texts
        case Kind.RULES_BY_PATTERN:
            for text in _table(value, path, "patterns and lists of rules"):
                _check_pattern(text.removeprefix("!"), (*path, text))
            return {text: _rules(rules, (*path, text)) for text, rules in value.items()}
        case Kind.SEVERITIES:
            return _severities(value, path)
        case Kind.KERAS:
            if isinstance(value, bool) or str(value) not in ("2", "3", "auto"):
                raise WrongError(path, f'must be 2, 3 or "auto", not {shown(value)}')
            return None if value == "auto" else (int(value),)
        case Kind.FORMAT:
            return _choice(value, FORMATS, path)
        case Kind.FLAG:
            if not isinstance(value, bool):
                raise WrongError(path, f"must be true or false, not {shown(value)}")
            return value
        case Kind.SECONDS:
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
                raise WrongError(path, f"must be a number of seconds, not {shown(value)}")
            return float(value)
        case Kind.COUNT:
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise WrongError(path, f"must be a number from 1 on, not {shown(value)}")
            return value
        case Kind.PATH:
            if not isinstance(value, str) or not value:
                raise WrongError(path, f"must be a path, not {shown(value)}")
            return value


def _rules(value: Any, path: tuple[str, ...]) -> tuple[str, ...]:
    return codes(_texts(value, path, "rules"), path)


def codes(texts: tuple[str, ...], path: tuple[str, ...]) -> tuple[str, ...]:
    """The codes, beginnings of codes and ADVICE that rules are named by; raises WrongError."""
    from statelint.report import rulebook

    try:
        return entries(texts, rulebook.listed()) if texts else ()
    except UnknownRuleError as error:
        hint = f"did you mean {error.near}?" if error.near else "`statelint --rules` lists them"
        raise WrongError(path, f"no such rule: {error.asked}; {hint}") from None


def _severities(value: Any, path: tuple[str, ...]) -> dict[str, Severity]:
    chosen = {}
    for name, severity in _table(value, path, "rules and severities").items():
        found = codes((name,), (*path, name))
        if len(found) != 1 or found == (ADVICE,):
            raise WrongError((*path, name), "must be a rule or the beginning of a code")
        chosen[found[0]] = Severity(_choice(severity, tuple(Severity), (*path, name)))
    return chosen


def _texts(value: Any, path: tuple[str, ...], of: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise WrongError(path, f"must be a list of {of}, not {shown(value)}")
    for text in value:
        if not isinstance(text, str):
            raise WrongError(path, f"must be a list of {of}, which are strings and not {shown(text)}")
    return tuple(value)


def _table(value: Any, path: tuple[str, ...], of: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise WrongError(path, f"must be a table of {of}, not {shown(value)}")
    return value


def _choice(value: Any, choices: tuple[str, ...], path: tuple[str, ...]) -> str:
    if value in choices:
        return str(value)
    near = get_close_matches(str(value), choices, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise WrongError(path, f"must be one of {', '.join(choices)}, not {shown(value)}{hint}")


def _check_pattern(text: str, path: tuple[str, ...]) -> None:
    if not is_pattern(text):
        raise WrongError(path, f"not a pattern: {shown(text)}")


def _near(name: str) -> str:
    words = {part: key.name for key in KEYS for part in (key.name.rpartition(".")[2], key.name)}
    words |= {key.name.partition(".")[0]: key.name.partition(".")[0] for key in KEYS}
    near = get_close_matches(name.replace("_", "-"), words, n=1)
    return f"; did you mean {words[near[0]]}?" if near else ""


def kind_of(value: Any) -> str:
    """What a TOML value is, in words."""
    kinds = {bool: "true or false", int: "a number", float: "a number", str: "a string", list: "a list"}
    return kinds.get(type(value), "a table" if isinstance(value, dict) else "a date")


def shown(value: Any) -> str:
    """A TOML value in a message."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    return str(value) if isinstance(value, int | float) else kind_of(value)
