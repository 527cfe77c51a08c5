"""Settings that a program reads from files of its project: JSON, YAML, TOML."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from statelint.source.locating import near

if TYPE_CHECKING:
    from pathlib import Path

    from statelint.source.project import Project

SUFFIXES = (".json", ".yaml", ".yml", ".toml")
# Larger files hold data.
_MOST = 32_000
_DEEPEST = 50


def settings_in(project: Project, path: str, program: Path, importer: Path) -> object:
    """What stands in the settings file `path` of a program; None where there is no such file.

    `importer` is the module that opens it.  What isn't absolute is meant from where the program is started:
    in its own folder, or in one that it lies in.
    """
    for candidate in _candidates(path, str(program.parent), str(importer.parent)):
        data = project.text(candidate)
        if data:
            return _parsed(path, data) if len(data) <= _MOST else None
    return None


def _candidates(path: str, entry: str, importer: str) -> Iterator[str]:
    above = [*dict.fromkeys((entry, importer, *near(entry)))]
    if os.path.isabs(path):
        # Nothing outside of the project is read.
        if any(os.path.normpath(path).startswith(f"{folder}{os.sep}") for folder in above):
            yield os.path.normpath(path)
        return
    for folder in above:
        yield os.path.normpath(os.path.join(folder, path))


def _parsed(path: str, data: bytes) -> object:
    try:
        text = data.decode("utf-8-sig")
        if path.endswith(".json"):
            return json.loads(text)
        if path.endswith(".toml"):
            import tomllib

            return tomllib.loads(text)
        import yaml

        # The one in C, where there is one: the other takes a second for so much text.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        depth = 0
        for event in yaml.parse(text, loader):
            # Where settings are nested too deep, it would end the process.
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                return None
        return yaml.load(text, loader)
    except (ValueError, RecursionError, ImportError):
        return None
    except Exception as error:
        if type(error).__module__.partition(".")[0] == "yaml":
            return None
        raise
