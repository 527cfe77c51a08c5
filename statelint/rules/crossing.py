"""The oracle of SRN401 and SRN403: what crosses from one batch to the next, and what doesn't."""

from __future__ import annotations

from collections.abc import Sequence

from statelint.findings import Status, Verdict
from statelint.rules.base import verdict
from statelint.rules.measured import not_measured
from statelint.trace.recording import BatchRun, Recording


def inherits(batch: BatchRun) -> bool:
    """Whether the batch begins with what another one left."""
    return batch.origin == "carried" and batch.entering is not None and not batch.entering.is_zero


def judge_crossing(recording: Recording, batches: Sequence[BatchRun], linked: Sequence[BatchRun]) -> Verdict:
    """Whether values reach the `linked` batches from those before them, and gradients don't."""
    if not batches:
        return not_measured(recording, "the training")
    if len(batches) < 2 and recording.outcome.status != "finished":
        return not_measured(recording, "a second batch")
    if not linked:
        text = f"none of {len(batches)} batches inherits a state in this way"
        return verdict(recording, Status.REFUTED, text)
    models = {batch.model for batch in linked}
    measured = [m.crossing for m in recording.models if m.index in models and m.crossing is not None]
    if not measured:
        return verdict(recording, Status.INCONCLUSIVE, "what crosses between the batches wasn't measured")
    crossing = measured[0]
    text = (
        f"{len(linked)} of {len(batches)} batches inherit a state; a change of the batch before changes "
        f"the output by {crossing.change:.2g}, and the gradient says {crossing.gradient:.2g}"
    )
    is_lost = crossing.change > 0 and crossing.gradient == 0
    return verdict(recording, Status.CONFIRMED if is_lost else Status.REFUTED, text)
