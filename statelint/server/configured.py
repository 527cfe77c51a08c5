"""What is set for open files: read anew for each check, so that it holds at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from statelint.acceptance import Baseline
from statelint.configuration import Configuration
from statelint.discover import SourceFile
from statelint.findings import Finding
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


def unknown(found: Sequence[Finding], files: Sequence[SourceFile]) -> tuple[list[Finding], list[str]]:
    """The findings that the baselines of their files don't have, and what is wrong with the baselines."""
    wrong: dict[str, None] = {}
    left = list(found)
    texts = {file.shown: file.read() for file in files}
    for path in dict.fromkeys(file.settings.baseline for file in files):
        theirs = {file.shown for file in files if file.settings.baseline == path}
        try:
            new = found if path is None else Baseline(path, may_be_new=False).unknown(found, texts)
        except UsageError as error:
            wrong.update(dict.fromkeys(map(str, error.args)))
            continue
        left = [one for one in left if one.site.path not in theirs or one in new]
    return left, list(wrong)
