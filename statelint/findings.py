"""What statelint reports: findings, and what real Keras said of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from statelint.sites import Site

if TYPE_CHECKING:
    from statelint.trace.recording import Recording


# Said of a comment, not of the program.
UNUSED_SUPPRESSION = "SRN002"


class Severity(StrEnum):
    """How a mistake shows: Keras raises, the result is silently wrong, or it is a matter of practice."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


class Status(StrEnum):
    """What a run on real Keras says of a finding."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    NOT_REACHED = "not reached"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Retold:
    """The text of a witness, and the places in it that stand for those of the finding."""

    text: str
    sites: tuple[Site, ...]


@dataclass(frozen=True, slots=True)
class After:
    """What a program did once the fixes with these titles were made."""

    recording: Recording
    fixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one Keras generation (2 or 3) on one finding, with its measured evidence.

    `recording` is the run that was judged, for reports to draw.  `witness` is what ran in the program's
    place, `mended` what came of it once the fixes were made.
    """

    keras: int
    status: Status
    evidence: str
    recording: Recording | None = field(default=None, compare=False, repr=False)
    witness: Retold | None = field(default=None, compare=False, repr=False)
    mended: After | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that a finding speaks of, and what stands there."""

    site: Site
    message: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A piece of text that takes the place of another; of no width, where it is put in.

    Its lines end in line feeds, whatever those of the file end in.
    """

    site: Site
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that together remove a finding, and what they do in words.

    It is safe where the mended program surely does what was meant; others want a look at what they changed.
    """

    title: str
    edits: tuple[Edit, ...]
    safe: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect at one place.

    `holds_on` lists the Keras generations (2, 3) on which it fails; `why` says in a sentence
    why it matters and `instead` what to write.  `assumptions` are the defaults it rests on.
    """

    code: str
    rule: str
    severity: Severity
    site: Site
    message: str
    why: str
    instead: str
    holds_on: tuple[int, ...]
    assumptions: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    # The files that were followed: the finding may stand in a module that they import.
    programs: tuple[str, ...] = ()
    fix: Fix | None = None

    def order(self) -> tuple[tuple[str, int, int, int], str, str]:
        """Sort key: path, cell, line, column, code."""
        return (self.site.order(), self.code, self.message)
