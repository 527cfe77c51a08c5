"""What a user can set: in `statelint.toml`, in `pyproject.toml` and on the command line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from statelint.patterns import Pattern, compiled
from statelint.selection import DEFAULT as ALL_BUT_ADVICE
from statelint.selection import Selection

if TYPE_CHECKING:
    from statelint.findings import Finding, Severity

# Hidden folders and virtual environments (a `pyvenv.cfg` inside) are skipped too.
SKIPPED_FOLDERS = ("__pycache__", "__pypackages__", "build", "dist", "node_modules", "site-packages", "venv")


@dataclass(frozen=True, slots=True)
class Settings:
    """What is set for one file.  Those of the working directory also say how a run goes and what it prints.

    `keras` are the generations to judge for (None: what each program is written for).  `severity` has, by a
    code or the beginning of one, what findings are reported as.  `root` is the folder of the nearest
    configuration, and `files` are those that were read, the nearest one first.
    """

    selection: Selection = ALL_BUT_ADVICE
    per_file_ignores: tuple[tuple[Pattern, tuple[str, ...]], ...] = ()
    severity: tuple[tuple[str, Severity], ...] = ()
    keras: tuple[int, ...] | None = None
    exclude: tuple[Pattern, ...] = tuple(Pattern("", name) for name in SKIPPED_FOLDERS)
    force_exclude: bool = False
    baseline: str | None = None
    format: str = "full"
    jobs: int = 2
    cache_dir: str | None = None
    # Of --confirm: seconds for each program, and the Python that runs them.
    timeout: float = 60.0
    python: str | None = None
    root: str = ""
    files: tuple[str, ...] = ()

    def of(self, path: str) -> Settings:
        """What is set for the file at an absolute path: what is ignored in it is known."""
        ignored = [codes for pattern, codes in self.per_file_ignores if self._means(pattern, path)]
        if not ignored:
            return self
        never = (*self.selection.never, *(code for codes in ignored for code in codes))
        return replace(self, selection=replace(self.selection, never=never))

    def _means(self, pattern: Pattern, path: str) -> bool:
        """Whether a pattern means the file; one that begins with `!` means all others."""
        plain = Pattern(pattern.folder, pattern.text.removeprefix("!"))
        return compiled((plain,)).match_path(path, self.root) is (plain == pattern)

    def excludes(self, path: str, *, is_folder: bool) -> bool:
        """Whether a file or folder, or a folder that it lies in, is left out."""
        return compiled(self.exclude).match_path(path, self.root, is_folder)

    def judged(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings that are asked for, with the severities that are asked for."""
        overridden = map(self._overridden, findings) if self.severity else findings
        return [found for found in overridden if self.selection.wants(found.code, found.severity)]

    def wants(self, code: str, severity: Severity) -> bool:
        """Whether findings of a rule are asked for; `severity` is its own."""
        return self.selection.wants(code, self._severity(code, severity))

    def _overridden(self, finding: Finding) -> Finding:
        return replace(finding, severity=self._severity(finding.code, finding.severity))

    def _severity(self, code: str, severity: Severity) -> Severity:
        spoken = [one for one in self.severity if code.startswith(one[0])]
        # Of two that disagree the longer one decides.
        return max(spoken, key=lambda one: len(one[0]))[1] if spoken else severity


DEFAULT = Settings()
