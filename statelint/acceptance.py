"""Leaving out of a run what its baseline has: `--baseline` and `--update-baseline`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from statelint.baseline import DamagedBaselineError, Entry, entries_of, read, written
from statelint.discover import SourceFile, shown_path
from statelint.engine import Checked
from statelint.findings import Finding
from statelint.fixes.contents import UnwritableError
from statelint.fixes.writing import replace_file
from statelint.messages import UsageError, complain
from statelint.output import output
from statelint.source.importers import Importers
from statelint.source.project import Project
from statelint.source.texts import Texts


class Baseline:
    """The baseline of a run; raises UsageError where it can't be read."""

    def __init__(self, path: str, *, may_be_new: bool) -> None:
        self._path = os.path.abspath(path)
        self._shown = shown_path(self._path)
        self._data: bytes | None = None
        self._entries: list[Entry] = []
        try:
            self._data = Path(path).read_bytes()
            self._entries = read(self._data)
        except FileNotFoundError:
            if not may_be_new:
                raise UsageError(f"no such baseline: {self._shown}; --update-baseline makes one") from None
        except OSError as error:
            raise UsageError(f"can't read {self._shown}: {error.strerror or error}") from None
        except DamagedBaselineError as error:
            raise UsageError(f"{self._shown}:{error.place}: {error.why}") from None

    def unknown(self, findings: Sequence[Finding], texts: Mapping[str, bytes]) -> list[Finding]:
        """The findings that the baseline doesn't have; `texts` has the contents of what lies in no file."""
        known = {entry.fingerprint for entry in self._entries}
        marked = zip(findings, self._entries_of(findings, texts), strict=True)
        return [found for found, entry in marked if entry.fingerprint not in known]

    def stale(
        self,
        findings: Sequence[Finding],
        texts: Mapping[str, bytes],
        files: Sequence[SourceFile],
        checked: Checked,
    ) -> list[Entry]:
        """The entries that nothing is found of any more, as far as this run can tell."""
        found = {entry.fingerprint for entry in self._entries_of(findings, texts)}
        gone = [entry for entry in self._entries if entry.fingerprint not in found]
        by_name = {self._named(file.shown): file for file in files} if gone else {}
        importers = Importers(files, Project())
        # What this run can't tell of, as it concerns a generation that isn't meant.
        elsewhere = {(code, self._named(site.path)) for code, site in checked.elsewhere}
        stale = []
        for entry in gone:
            file = by_name.get(entry.path)
            if file is None:
                is_stale = not os.path.exists(os.path.join(os.path.dirname(self._path), entry.path))
            else:
                is_stale = (
                    file.shown not in checked.cut
                    and (entry.code, entry.path) not in elsewhere
                    and _is_asked_for(entry, file)
                    and not importers.may_import(file)
                )
            stale += [entry] * is_stale
        return stale

    def tell(self, stale: Sequence[Entry]) -> None:
        """Say which entries are of no use any more."""
        for entry in stale:
            complain(f"{self._shown}: {entry.path}: {entry.code} isn't found any more in `{entry.line}`")
        if stale:
            complain(f"{self._shown}: --update-baseline removes what isn't found any more")

    def update(self, findings: Sequence[Finding], texts: Mapping[str, bytes], stale: Sequence[Entry]) -> None:
        """Write what is found now, and what this run can't tell of."""
        found = self._entries_of(findings, texts)
        entries = {entry.fingerprint: entry for entry in self._entries if entry not in stale}
        added = len({entry.fingerprint for entry in found} - entries.keys())
        entries |= {entry.fingerprint: entry for entry in found}
        text = written(entries.values())
        if self._data is None:
            with output(self._path) as stream:
                stream.write(text)
        elif self._data != text.encode():
            try:
                replace_file(Path(self._path), self._data, text.encode())
            except UnwritableError as error:
                raise UsageError(f"{self._shown} is left as it was: {error}") from None
        many = f"{len(entries)} finding{'' if len(entries) == 1 else 's'}"
        complain(f"{self._shown}: {many} ({added} added, {len(stale)} removed)")

    def _entries_of(self, findings: Sequence[Finding], texts: Mapping[str, bytes]) -> list[Entry]:
        return entries_of(findings, Texts(texts), self._named)

    def _named(self, shown: str) -> str:
        """How the baseline names a file: so that it is the same from everywhere."""
        return os.path.relpath(os.path.abspath(shown), os.path.dirname(self._path)).replace(os.sep, "/")


def _is_asked_for(entry: Entry, file: SourceFile) -> bool:
    """Whether findings of the entry's rule are reported in a file; those of a rule that is no more aren't."""
    from statelint.report.rulebook import listed

    rules = {rule.code: rule for rule in listed()}
    rule = rules.get(entry.code)
    return rule is None or file.settings.wants(rule.code, rule.severity)
