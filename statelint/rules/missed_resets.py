"""The oracle of SRN310, SRN311 and SRN315: what state enters where a reset was meant to be."""

from __future__ import annotations

from statelint.findings import Finding, Status, Verdict
from statelint.rules.base import verdict
from statelint.rules.measured import batches_of, calls_at, not_measured, stands_at
from statelint.trace.recording import BatchRun, CallRun, Recording


def judge_missed(finding: Finding, recording: Recording) -> Verdict:
    """Whether later epochs or the validation of the related calls start from a state that is not zero."""
    calls = calls_at(recording, *(related.site for related in finding.related))
    batches = batches_of(recording, calls, "train", "validation")
    starts = [b for b in batches if _starts_a_pass(b, batches, calls)]
    if not starts:
        return not_measured(recording, "a second pass over the data")
    kept = [b for b in starts if b.origin == "carried" and b.entering is not None and not b.entering.is_zero]
    if not kept:
        text = f"the state was zero at the start of all {len(starts)} later epochs and validations"
        return verdict(recording, Status.REFUTED, text)
    first = kept[0]
    assert first.entering is not None
    where = "the validation" if first.phase == "validation" else "a later epoch"
    done = sum(1 for b in batches if b.finished)
    ran = [
        r for r in recording.resets if stands_at(r.places, finding.site) and r.before_batch > batches[0].index
    ]
    text = (
        f"a state of norm {first.entering.norm:.3g} enters {where}; in {done} batches the reset ran "
        f"{len(ran)} times"
    )
    return verdict(recording, Status.CONFIRMED, text)


def _starts_a_pass(batch: BatchRun, batches: tuple[BatchRun, ...], calls: tuple[CallRun, ...]) -> bool:
    """Whether an epoch but the very first, or a validation, begins with this batch."""
    if batch.batch != 0:
        return False
    if batch.phase == "validation" or batch.epoch:
        return True
    by_index = {call.index: call for call in calls}
    data = by_index[batch.call].data
    return data is not None and any(call.data == data and call.index < batch.call for call in calls)
