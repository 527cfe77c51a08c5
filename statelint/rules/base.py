"""What a rule is: a question put to the static story, and an oracle put to the recorded one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.remedies import Remedy
from statelint.sites import Site
from statelint.trace.recording import Recording
from statelint.trace.story import Trace


@dataclass(frozen=True, slots=True)
class Report:
    """What a rule's check yields on the trace of one Keras generation.

    `happens` is what this generation does with it, in words ("raises ValueError: ..."), "" where
    `message` says it for both.  `severity` overrides the rule's own.  `remedy` is what would mend it, where
    that can be told.
    """

    site: Site
    message: str
    instead: str
    happens: str = ""
    severity: Severity | None = None
    assumptions: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    remedy: Remedy | None = None


class Rule(ABC):
    """One mistake.  Its class attributes are what the reader sees; `check` finds it, `judge` measures it."""

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    why: ClassVar[str]
    # The code whose crash hides what comes later: the harness can mend it to look behind.
    mendable: ClassVar[bool] = False

    @abstractmethod
    def check(self, trace: Trace) -> Iterator[Report]:
        """Yield a report for each place where the trace of one Keras generation proves the mistake."""

    @abstractmethod
    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        """Say what the recording measures of the finding.  Repeating `check` on recorded calls proves
        nothing.
        """


def verdict(recording: Recording, status: Status, evidence: str) -> Verdict:
    """A verdict for the recording's generation, naming what the harness had mended before it ran."""
    if recording.mended and status is not Status.NOT_REACHED:
        evidence = f"{evidence} (behind {', '.join(recording.mended)}, mended for this run)"
    return Verdict(recording.keras, status, evidence)
