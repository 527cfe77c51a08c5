"""What is set where: by the command line."""

from __future__ import annotations

import argparse
from dataclasses import replace

from statelint.messages import UsageError
from statelint.selection import Selection, UnknownRuleError, entries
from statelint.settings import DEFAULT, Settings

# Starting must stay cheap: whatever is heavy is imported where it is used (tests/test_startup.py).


class Configuration:
    """What is set for the files of each folder."""

    def __init__(self, options: argparse.Namespace) -> None:
        changes = {
            name: value
            for name in ("format", "timeout", "jobs", "python")
            if (value := getattr(options, name)) is not None
        }
        if options.keras is not None:
            changes["keras"] = None if options.keras == "auto" else (int(options.keras),)
        self._settings = replace(DEFAULT, selection=_selection(options), **changes)

    def at(self, folder: str) -> Settings:
        """What is set for the files in a folder."""
        return self._settings


def _selection(options: argparse.Namespace) -> Selection:
    """What --select, --extend-select and --ignore ask for."""
    from statelint.report import rulebook

    given = (options.select, options.extend_select, options.ignore)
    if not any(given):
        return Selection()
    listed = rulebook.listed()
    try:
        select, extend, ignore = (entries(texts or (), listed) for texts in given)
    except UnknownRuleError as error:
        hint = f"did you mean {error.near}?" if error.near else "`statelint --rules` lists them"
        raise UsageError(f"no such rule: {error.asked}; {hint}") from None
    return Selection(None if options.select is None else select, extend, ignore)
