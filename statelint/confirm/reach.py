"""How far a recording reaches: what a backend does to states, and what it hides, as verdicts say it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from statelint.confirm.backends import DEFAULT_BACKEND, own_backend
from statelint.findings import Status, Verdict
from statelint.rules.torch_breaks_on_state import MODIFIED, TorchBreaksOnState, breaks_on_state

if TYPE_CHECKING:
    from statelint.confirm.programs import Program
    from statelint.trace.recording import Recording


# What their oracles measure (the order of the rows, zero states) proves no harm where no state is kept.
_MEASURED_WITHOUT_STATES = (
    "SRN109",
    "SRN201",
    "SRN212",
    "SRN303",
    "SRN317",
    "SRN318",
    "SRN404",
    "SRN405",
)


def qualified(verdict: Verdict, code: str, recording: Recording, program: Program) -> Verdict:
    """The verdict on a rule's finding with what limits it: calls that couldn't be watched, and the backend.

    Only what was seen to happen can be said where not everything was watched.
    """
    if recording.unwatched and verdict.status is not Status.CONFIRMED:
        evidence = f"{verdict.evidence}; {recording.unwatched[0]}"
        verdict = replace(verdict, status=Status.INCONCLUSIVE, evidence=evidence)
    if verdict.status is Status.REFUTED and breaks_on_state(recording):
        # It went no further than the first batch of a training.
        evidence = f"{verdict.evidence}; but the training raised torch's error about a state {MODIFIED}"
        verdict = replace(verdict, status=Status.INCONCLUSIVE, evidence=evidence)
    drops = ", which keeps no state" if recording.backend == "jax" and _keeps_nothing(recording) else ""
    if drops and code in _MEASURED_WITHOUT_STATES and verdict.status is Status.CONFIRMED:
        verdict = replace(verdict, status=Status.INCONCLUSIVE)
    elif recording.backend in (DEFAULT_BACKEND, own_backend(program)) or "backend" in verdict.evidence:
        return verdict
    return replace(verdict, evidence=f"{verdict.evidence} (on the {recording.backend} backend{drops})")


def hiding(recording: Recording) -> set[str]:
    """The codes of crashes that a backend brings and that can be mended, whether they were found or not."""
    return {TorchBreaksOnState.code} if breaks_on_state(recording) else set()


def _keeps_nothing(recording: Recording) -> bool:
    left = [
        batch.leaving for batch in recording.batches if batch.leaving is not None and batch.phase != "call"
    ]
    return bool(left) and all(state.is_zero for state in left)
