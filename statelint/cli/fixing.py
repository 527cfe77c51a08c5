"""Checking files and mending what is found, for the command line."""

from __future__ import annotations

from collections.abc import Sequence

from statelint.discover import SourceFile
from statelint.engine import Checked, check_files
from statelint.findings import Finding
from statelint.fixes.contents import UnwritableError
from statelint.fixes.passes import Mended, mend
from statelint.fixes.writing import replace_file


def fix_files(files: Sequence[SourceFile], checked: Checked, *, unsafe: bool) -> Mended:
    """Mend the texts of files as far as their findings have fixes; nothing is written.

    `checked` gets what is left, and what went wrong in any pass.
    """

    def check(current: Sequence[SourceFile]) -> list[Finding]:
        one = check_files(current)
        checked.findings, checked.unknowns = one.findings, one.unknowns
        checked.suppressed = one.suppressed
        checked.files, checked.fragments = one.files, one.fragments
        checked.cut, checked.elsewhere = one.cut, one.elsewhere
        checked.failures += one.failures
        return one.findings

    return mend(files, check, unsafe=unsafe)


def write_changes(mended: Mended) -> None:
    """Write the mended files; why one is left alone is added to the failures."""
    for change in mended.changes:
        try:
            replace_file(change.file.path, change.before, change.after)
        except UnwritableError as error:
            mended.failures[change.file.shown] = str(error)
