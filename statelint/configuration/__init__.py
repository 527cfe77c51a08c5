"""What is set where: by the nearest configuration file of each folder, and by the command line."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from statelint.messages import UsageError
from statelint.patterns import Pattern
from statelint.selection import Selection
from statelint.settings import DEFAULT, Settings

if TYPE_CHECKING:
    from statelint.configuration.keys import WrongError

# Starting must stay cheap, and most runs set nothing: keys and all that is heavy are imported where they are
# used (tests/test_startup.py).

# Of two in one folder the first counts; the other one only where it has a section for statelint.
_OWN, _SHARED = "statelint.toml", "pyproject.toml"
_SECTION = ("tool", "statelint")
_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")


class Configuration:
    """What is set for the files of each folder."""

    def __init__(
        self,
        config: Sequence[str] = (),
        over: Mapping[str, Any] | None = None,
        *,
        is_isolated: bool = False,
    ) -> None:
        """`config` is what --config gives: one file to read instead of any other, and single keys as TOML.

        `over` are checked values that count more than all else.  Raises UsageError.
        """
        here = os.getcwd()
        keys = [text for text in config if "=" in text and not os.path.isfile(text)]
        files = [text for text in config if text not in keys]
        if len(files) + is_isolated > 1:
            raise UsageError("--config names one file, and none with --isolated")
        self._over = [*(Layer(here, _inline(text)) for text in keys), Layer(here, over or {})]
        self._known: dict[str, Settings] = {}
        self._base = self._complete(replace(DEFAULT, root=here))
        self._is_fixed = is_isolated or bool(files)
        if files:
            # What it says of paths is meant of those here.
            self._base = self._complete(_settings_of(os.path.abspath(files[0]), folder=here))

    def at(self, folder: str) -> Settings:
        """What is set for the files in a folder, an absolute path; raises UsageError."""
        if self._is_fixed:
            return self._base
        if folder not in self._known:
            self._known[folder] = self._nearest(folder)
        return self._known[folder]

    def _nearest(self, folder: str) -> Settings:
        for place in _upwards(folder):
            if place in self._known:
                return self._known[place]
            file = _file_in(place)
            if file is not None:
                self._known[place] = self._complete(_settings_of(file))
                return self._known[place]
        return self._base

    def _complete(self, settings: Settings) -> Settings:
        for layer in self._over:
            settings = _applied(settings, layer)
        return settings


def configured(options: argparse.Namespace) -> Configuration:
    """The configuration that the command line asks for; raises UsageError."""
    named = ("select", "extend_select", "ignore", "exclude", "extend_exclude")
    lists = {name.replace("_", "-"): getattr(options, name) for name in named}
    over = _checked({name: texts for name, texts in lists.items() if texts is not None})
    if options.force_exclude:
        over["force-exclude"] = True
    if options.keras is not None:
        over["keras"] = None if options.keras == "auto" else (int(options.keras),)
    for name, value in (
        ("format", options.format),
        ("confirm.timeout", options.timeout),
        ("jobs", options.jobs),
        ("confirm.python", options.python),
        ("baseline", options.baseline),
        ("cache-dir", options.cache_dir),
    ):
        if value is not None:
            over[name] = value
    return Configuration(options.config or (), over, is_isolated=options.isolated)


def _checked(lists: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The rules and patterns that the command line names, by their keys."""
    if not lists:
        return {}
    from statelint.configuration.keys import BY_NAME, WrongError, value_of

    try:
        return {
            name: value_of(BY_NAME[name], [part for text in texts for part in text.split(",")], ())
            for name, texts in lists.items()
        }
    except WrongError as error:
        raise UsageError(error.why) from None


@dataclass(frozen=True, slots=True)
class Layer:
    """What one file or the command line sets: checked values by their keys, and where their paths begin."""

    folder: str
    values: Mapping[str, Any]


def _applied(settings: Settings, layer: Layer) -> Settings:
    """The settings with those of a layer over them."""
    values, folder = layer.values, layer.folder
    selection = Selection(values["select"]) if "select" in values else settings.selection
    selection = replace(
        selection,
        extend=(*selection.extend, *values.get("extend-select", ())),
        ignore=(*selection.ignore, *values.get("ignore", ())),
    )
    exclude = settings.exclude
    if "exclude" in values:
        exclude = tuple(Pattern(folder, text) for text in values["exclude"])
    exclude += tuple(Pattern(folder, text) for text in values.get("extend-exclude", ()))
    ignores = values.get("per-file-ignores", {}).items()
    plain = {
        "keras": "keras",
        "force-exclude": "force_exclude",
        "format": "format",
        "confirm.timeout": "timeout",
        "jobs": "jobs",
    }
    changes = {field: values[key] for key, field in plain.items() if key in values}
    paths = {"baseline": "baseline", "cache-dir": "cache_dir", "confirm.python": "python"}
    for key, field in paths.items():
        if key in values:
            changes[field] = os.path.join(folder, os.path.expanduser(values[key]))
    return replace(
        settings,
        selection=selection,
        exclude=exclude,
        per_file_ignores=(
            *settings.per_file_ignores,
            *((Pattern(folder, text), rules) for text, rules in ignores),
        ),
        severity=tuple((dict(settings.severity) | values.get("severity", {})).items()),
        **changes,
    )


def _settings_of(file: str, *, folder: str | None = None, above: tuple[str, ...] = ()) -> Settings:
    """What a file sets, over the one that it extends; `above` are those that led to it."""
    from statelint.configuration.keys import WrongError, values_in

    text = _read(file)
    section = _section(file, text)
    try:
        if section is None:
            raise WrongError(_SECTION, "there is no such table")
        values = dict(values_in(section))
        base = DEFAULT
        if "extend" in values:
            other = os.path.abspath(
                os.path.join(os.path.dirname(file), os.path.expanduser(values.pop("extend")))
            )
            if other in (*above, file):
                raise WrongError(("extend",), "these files extend each other")
            if not os.path.isfile(other):
                raise WrongError(("extend",), f"no such file: {_shown(other)}")
            base = _settings_of(other, above=(*above, file))
    except WrongError as error:
        raise _wrong(file, text, error) from None
    folder = os.path.dirname(file) if folder is None else folder
    return replace(_applied(base, Layer(folder, values)), root=folder, files=(file, *base.files))


def _upwards(folder: str) -> Iterator[str]:
    """A folder and those that it lies in."""
    yield folder
    while (parent := os.path.dirname(folder)) != folder:
        folder = parent
        yield folder


def _file_in(folder: str) -> str | None:
    """The configuration file in a folder."""
    own, shared = os.path.join(folder, _OWN), os.path.join(folder, _SHARED)
    if os.path.isfile(own):
        return own
    if not os.path.isfile(shared):
        return None
    text = _read(shared)
    # Most projects say nothing of statelint, and needn't be parsed.
    return shared if "statelint" in text and _section(shared, text) is not None else None


def _read(file: str) -> str:
    try:
        with open(file, "rb") as stream:
            data = stream.read()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"can't read {_shown(file)}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{_shown(file)}:{line}: it isn't UTF-8: {error.reason}") from None


def _section(file: str, text: str) -> dict[str, Any] | None:
    """What a file says for statelint; None where it has no section for it."""
    import tomllib

    try:
        found: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        why = str(error)[: place.start()] if place else str(error)
        line = place["line"] if place and place["line"] else text.count("\n") + (not text.endswith("\n"))
        raise UsageError(f"{_shown(file)}:{line}: invalid TOML: {why}") from None
    if os.path.basename(file) != _SHARED:
        return dict(found)
    for depth, name in enumerate(_SECTION, 1):
        if name not in found:
            return None
        found = found[name]
        if not isinstance(found, dict):
            from statelint.configuration.keys import WrongError

            raise _wrong(file, text, WrongError(_SECTION[:depth], "must be a table"))
    return dict(found)


def _inline(text: str) -> dict[str, Any]:
    """The keys of `--config KEY=VALUE`."""
    import tomllib

    from statelint.configuration.keys import WrongError, values_in

    try:
        values = dict(values_in(tomllib.loads(text)))
        if "extend" in values:
            raise WrongError(("extend",), "stands in a file")
    except tomllib.TOMLDecodeError as error:
        key, _, value = text.partition("=")
        hint = f'; strings are quoted: {key.strip()}="{value.strip()}"' if '"' not in text else ""
        raise UsageError(f"--config {text}: invalid TOML: {error}{hint}") from None
    except WrongError as error:
        raise UsageError(f"--config {_dotted(error.path)}: {error.why}") from None
    return values


def _wrong(file: str, text: str, error: WrongError) -> UsageError:
    """The error with its file, line and key."""
    is_in_section = os.path.basename(file) == _SHARED and error.path[:1] != _SECTION[:1]
    path = (*_SECTION, *error.path) if is_in_section else error.path
    return UsageError(f"{_shown(file)}:{_line(text, path)}: {_dotted(path)}: {error.why}")


def _dotted(path: Sequence[str]) -> str:
    bare = re.compile(r"[\w-]+", re.ASCII)
    return ".".join(part if bare.fullmatch(part) else f'"{part}"' for part in path)


def _line(text: str, path: tuple[str, ...]) -> int:
    """The line on which a key stands, or what of its path stands there."""
    lines: dict[tuple[str, ...], int] = {}
    for number, found in _keys(text):
        lines.setdefault(found, number)
    known = (path[:depth] for depth in range(len(path), 0, -1))
    return next((lines[part] for part in known if part in lines), 1)


def _keys(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The paths of the keys in a valid TOML text, with their lines.

    As many lines as can be parsed are one statement.
    """
    import tomllib

    table: tuple[str, ...] = ()
    statement, start = "", 1
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        statement += f"{line}\n"
        try:
            parsed = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue
        is_header = statement.lstrip().startswith("[")
        paths = list(_paths(parsed))
        table = max(paths, key=len) if is_header else table
        yield from ((start, path if is_header else (*table, *path)) for path in paths)
        statement, start = "", number + 1


def _paths(value: Any) -> Iterator[tuple[str, ...]]:
    """The paths of all keys in a table; of lists, those of the tables in them."""
    for name, inner in value.items() if isinstance(value, dict) else ():
        yield (name,)
        for one in inner if isinstance(inner, list) else [inner]:
            yield from ((name, *path) for path in _paths(one))


def _shown(path: str) -> str:
    """A path relative to the working directory where it lies beneath it."""
    return path.removeprefix(os.getcwd().rstrip(os.sep) + os.sep)
