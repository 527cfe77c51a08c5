"""What a user can set: on the command line, in `statelint.toml` and in `pyproject.toml`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from statelint.findings import Finding, Severity
from statelint.selection import DEFAULT as EVERYTHING_BUT_ADVICE
from statelint.selection import Selection


@dataclass(frozen=True, slots=True)
class Settings:
    """What is set for one file.  Those of the working directory also say how a run goes and what it prints.

    `keras` are the generations to judge for (None: what each program is written for).  `severity` has, by a
    code or the beginning of one, what findings are reported as.
    """

    selection: Selection = EVERYTHING_BUT_ADVICE
    severity: tuple[tuple[str, Severity], ...] = ()
    keras: tuple[int, ...] | None = None
    format: str = "full"
    # Limits of --confirm: seconds for each program, programs side by side, and the Python that runs them.
    timeout: float = 60.0
    jobs: int = 2
    python: str | None = None

    def judged(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings that are asked for, with the severities that are asked for."""
        overridden = map(self._overridden, findings) if self.severity else findings
        return [found for found in overridden if self.selection.wants(found.code, found.severity)]

    def _overridden(self, finding: Finding) -> Finding:
        spoken = [one for one in self.severity if finding.code.startswith(one[0])]
        # Of two that disagree the longer one decides.
        return replace(finding, severity=max(spoken, key=lambda one: len(one[0]))[1]) if spoken else finding


DEFAULT = Settings()
