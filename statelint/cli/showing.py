"""What would be checked, and what is set for it: `--show-files` and `--show-settings`."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from typing import Any, TextIO

from statelint.cli.run import CLEAN, TROUBLE, discovered
from statelint.configuration import Configuration
from statelint.discover import shown_path
from statelint.messages import complain
from statelint.output import write_bytes
from statelint.patterns import Pattern
from statelint.settings import Settings


def show(options: argparse.Namespace, configuration: Configuration, stream: TextIO) -> int:
    """Write what is asked for, and return the exit status."""
    if options.show_files:
        found = discovered(options, configuration)
        # Names needn't be text: another program gets the bytes that they are.
        write_bytes(b"".join(os.fsencode(file.shown) + b"\n" for file in found.files), stream)
        for folder in found.unreadable:
            complain(f"{folder.shown}: {folder.error}")
        return TROUBLE if found.unreadable else CLEAN
    text = "\n".join(_settings_texts(options.paths, configuration))
    stream.write(text.encode("utf-8", "backslashreplace").decode())
    return CLEAN


def _settings_texts(paths: list[str], configuration: Configuration) -> Iterator[str]:
    for path in paths:
        absolute = os.path.abspath(path)
        folder = absolute if os.path.isdir(absolute) else os.path.dirname(absolute)
        settings = configuration.at(folder).of(absolute)
        files = ", ".join(map(shown_path, settings.files)) or "no configuration file"
        yield f"# {path}: {files}\n" + "".join(f"{line}\n" for line in _lines(settings))


def _lines(settings: Settings) -> Iterator[str]:
    """The settings as TOML."""
    selection = settings.selection
    yield f"select = {_toml(['SRN'] if selection.select is None else selection.select)}" + (
        "  # without advice" * (selection.select is None)
    )
    yield f"extend-select = {_toml(selection.extend)}"
    yield f"ignore = {_toml(selection.ignore)}"
    if selection.never:
        yield f"# per-file-ignores: {_toml(selection.never)}"
    yield f"exclude = {_toml([_pattern(pattern) for pattern in settings.exclude])}"
    yield f"force-exclude = {_toml(settings.force_exclude)}"
    yield f"keras = {_toml('auto' if settings.keras is None else settings.keras[0])}"
    if settings.baseline is not None:
        yield f"baseline = {_toml(settings.baseline)}"
    yield f"format = {_toml(settings.format)}"
    yield f"jobs = {_toml(settings.jobs)}"
    if settings.cache_dir is not None:
        yield f"cache-dir = {_toml(settings.cache_dir)}"
    if settings.per_file_ignores:
        yield "\n[per-file-ignores]"
        for pattern, codes in settings.per_file_ignores:
            yield f"{_toml(_pattern(pattern))} = {_toml(codes)}"
    if settings.severity:
        yield "\n[severity]"
        yield from (f"{code} = {_toml(str(severity))}" for code, severity in settings.severity)
    yield "\n[confirm]"
    yield f"timeout = {_toml(settings.timeout)}"
    if settings.python is not None:
        yield f"python = {_toml(settings.python)}"


def _pattern(pattern: Pattern) -> str:
    """The pattern, with the folder that it is relative to where that matters."""
    if pattern.is_name or not pattern.folder:
        return pattern.text
    negation = "!" * pattern.text.startswith("!")
    folder = shown_path(pattern.folder)
    return (
        pattern.text
        if pattern.folder == os.getcwd()
        else f"{negation}{folder}/{pattern.text[len(negation) :]}"
    )


def _toml(value: Any) -> str:
    """A value as TOML writes it, which is as JSON does."""
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(int(value) if isinstance(value, float) and value.is_integer() else value)
