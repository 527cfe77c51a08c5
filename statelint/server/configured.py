"""What is set for open files: read anew for each check, so that it holds at once."""

from __future__ import annotations

from pathlib import Path

from statelint.configuration import Configuration
from statelint.messages import UsageError
from statelint.settings import DEFAULT, Settings


class Configured:
    """Remembers what was set where, for the time in which a configuration file can't be followed."""

    def __init__(self) -> None:
        self._good: dict[Path, Settings] = {}

    def of(self, files: list[Path]) -> tuple[dict[Path, Settings], list[str]]:
        """What is set for each file, and what is wrong with the configuration."""
        wrong: dict[str, None] = {}
        found: dict[Path, Settings] = {}
        configuration = Configuration()
        for file in files:
            try:
                self._good[file.parent] = configuration.at(str(file.parent))
            except UsageError as error:
                wrong.update(dict.fromkeys(map(str, error.args)))
            found[file] = self._good.get(file.parent, DEFAULT).of(str(file))
        return found, list(wrong)
