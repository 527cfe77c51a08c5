"""Writing suppressions of what is found: `--add-suppressions`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from statelint.discover import SourceFile
from statelint.engine import Checked, check_files
from statelint.findings import UNUSED_SUPPRESSION, Edit, Finding
from statelint.fixes.contents import UnwritableError, mended
from statelint.fixes.passes import Change, Mended, Step
from statelint.sites import Site
from statelint.source.comments import Commented, comments_of
from statelint.source.texts import Texts

if TYPE_CHECKING:
    from statelint.acceptance import Baseline

# A comment of ours that names rules, to which others are added.
_NAMED = re.compile(r"#\s*statelint:\s*ignore\s*\[(?P<names>[^\[\]]*)\]")
# A file that can't be parsed can't be written safely, and what is unused is removed.
NEVER = frozenset({"SRN001", UNUSED_SUPPRESSION})


def suppress_files(files: Sequence[SourceFile], checked: Checked, baseline: Baseline | None = None) -> Mended:
    """Put a comment where something is found that the baseline doesn't have; nothing is written.

    `checked` gets what is left.
    """
    check_files(files, checked)
    texts = {file.shown: file.data for file in files if file.data is not None}
    found = _to_suppress(checked.findings, texts, baseline)
    result = Mended()
    changes: dict[str, Change] = {}
    for file in files:
        own = [finding for finding in found if finding.site.path == file.shown]
        if own:
            try:
                data = file.read()
                changes[file.shown] = Change(
                    file, data, mended(file.shown, data, comments_on(file.shown, data, own))
                )
            except OSError as error:
                result.failures[file.shown] = error.strerror or str(error)
            except UnwritableError as error:
                result.failures[file.shown] = str(error)
    after = [
        replace(file, data=changes[file.shown].after) if file.shown in changes else file for file in files
    ]
    left = check_files(after).findings if changes else checked.findings
    texts |= {path: change.after for path, change in changes.items()}
    for path in {finding.site.path for finding in _to_suppress(left, texts, baseline)} & changes.keys():
        del changes[path]
        result.failures[path] = "a comment doesn't suppress what is found in it"
    result.changes += changes.values()
    fixed = [finding for finding in found if finding.site.path in changes]
    result.steps.append(Step(tuple(fixed), ()))
    checked.findings[:] = [finding for finding in checked.findings if finding.site.path not in changes]
    checked.findings += [finding for finding in left if finding.site.path in changes]
    return result


def _to_suppress(
    findings: Sequence[Finding], texts: Mapping[str, bytes], baseline: Baseline | None
) -> list[Finding]:
    unknown = findings if baseline is None else baseline.unknown(findings, texts)
    return [finding for finding in unknown if finding.code not in NEVER]


def comments_on(path: str, data: bytes, found: Sequence[Finding]) -> list[Edit]:
    """The comments that suppress findings in a file."""
    texts = Texts({path: data})
    names: dict[tuple[int | None, int], dict[str, None]] = {}
    parts = list(comments_of(path, data))
    for finding in found:
        line = _line(finding.site, parts)
        names.setdefault((finding.site.cell, line), {})[finding.rule] = None
    return [
        _edit(path, cell, line, texts.lines(path, cell)[line - 1], parts, rules)
        for (cell, line), rules in names.items()
    ]


def _line(site: Site, parts: Iterable[Commented]) -> int:
    """The line for the comment: the last one of the place, or of its statement where none can stand there."""
    for part in parts:
        if part.cell == site.cell and site.end_line in part.statements:
            return part.statements[site.end_line][1] if site.end_line in part.open else site.end_line
    return site.end_line


def _edit(
    path: str, cell: int | None, line: int, text: str, parts: Iterable[Commented], rules: Iterable[str]
) -> Edit:
    """Names added to the comment of a line, or a comment put at its end."""
    comments = [
        comment
        for part in parts
        if part.cell == cell
        for comment in part.comments
        if comment.site.line == line
    ]
    for comment in comments:
        known = _NAMED.search(comment.text)
        if known is not None:
            column = comment.site.column + known.end("names")
            gap = ", " if known["names"].strip() else ""
            return Edit(Site(path, cell, line, column, line, column), f"{gap}{', '.join(rules)}")
    end = len(text.rstrip()) + 1
    return Edit(
        Site(path, cell, line, end, line, len(text) + 1), f"  # statelint: ignore[{', '.join(rules)}]"
    )
