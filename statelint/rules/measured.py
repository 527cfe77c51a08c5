"""Reading a recording: which of its calls and batches a finding speaks of, and why there may be none."""

from __future__ import annotations

import re
from collections.abc import Iterable

from statelint.findings import Status, Verdict
from statelint.rules.base import verdict
from statelint.sites import Site
from statelint.trace.recording import BatchRun, CallRun, Place, Recording

_ESSENCE = re.compile(
    r"Incompatible shapes[^:]*: \[[\d,]*\] vs\. \[[\d,]*\]"
    r"|[Tt]ried to append a tensor with incompatible shape[^\[]*"
    r"|Specified a list with shape \[[\d,]*\] from a tensor with shape \[[\d,]*\]"
    r"|expected shape=\([^)]*\), found shape=\([^)]*\)"
    r"|Expected batch size: \d+ - Received batch size: \d+"
    r"|expected ndim=\d+, found ndim=\d+"
)
_WRAPPED = ("Graph execution error", "in user code:", "Exception encountered")

NO_BATCH_SIZE = ("it needs to know its batch size", "the batch size must be static")


def stands_at(places: Iterable[Place], site: Site) -> bool:
    """Whether one of the user's frames is at the site."""
    return any(
        place.path == site.path and place.cell == site.cell and site.contains_line(place.line)
        for place in places
    )


def calls_at(recording: Recording, *sites: Site) -> tuple[CallRun, ...]:
    """The recorded calls made at one of these sites."""
    return tuple(call for call in recording.calls if any(stands_at(call.places, site) for site in sites))


def batches_of(recording: Recording, calls: Iterable[CallRun], *phases: str) -> tuple[BatchRun, ...]:
    """The batches (of these phases) that ran in these calls."""
    wanted = {call.index for call in calls}
    return tuple(b for b in recording.batches if b.call in wanted and (not phases or b.phase in phases))


def raised(recording: Recording) -> str:
    """The exception that ended the run, shortened to a line."""
    outcome = recording.outcome
    message = " ".join((outcome.message or "").split())
    # TensorFlow hides what happened behind a list of graph nodes.
    essence = _ESSENCE.search(message)
    if essence is not None and message.startswith(_WRAPPED):
        message = essence.group()
    if len(message) > 160:
        message = message[:157] + "..."
    where = f" at {outcome.places[0].where}" if outcome.places else ""
    return f"{outcome.exception}: {message}{where}" if message else f"{outcome.exception}{where}"


def mismatched(batch: BatchRun) -> bool:
    """Whether a batch holds another number of rows than the states that it meets."""
    return (
        batch.rows is not None
        and batch.entering is not None
        and batch.entering.rows is not None
        and batch.rows != batch.entering.rows
    )


def judge_batch_rows(recording: Recording, calls: tuple[CallRun, ...], *, one_row: bool) -> Verdict:
    """Whether a batch of the wrong number of rows raises, or (one row) is silently spread over all slots."""
    outcome = recording.outcome
    batches = batches_of(recording, calls)
    indices = {call.index for call in calls}
    if not calls:
        return not_measured(recording, "the call")
    if outcome.status == "raised" and outcome.call in indices and _is_about_rows(outcome.message or ""):
        done = [b for b in batches if b.finished]
        after = f"after {len(done)} batches had gone through" if done else "before any batch had gone through"
        return verdict(recording, Status.CONFIRMED, f"{raised(recording)}, {after}")
    wrong = [b for b in batches if mismatched(b) and b.finished]
    if wrong and wrong[0].entering is not None:
        batch = wrong[0]
        assert batch.entering is not None
        text = (
            f"batch {batch.batch + 1} ({batch.phase}) of {batch.rows} row entered the states of "
            f"{batch.entering.rows} slots without an error"
        )
        for call in calls:
            if (
                call.rows_returned is not None
                and call.samples is not None
                and call.rows_returned != call.samples
            ):
                text += f"; {call.name} returned {call.rows_returned} rows for {call.samples}"
                break
        return verdict(recording, Status.CONFIRMED, text)
    if batches and all(call.finished for call in calls):
        return verdict(
            recording, Status.REFUTED, f"all {len(batches)} batches had as many rows as the states"
        )
    return not_measured(recording, "the short batch")


def _is_about_rows(message: str) -> bool:
    return any(
        text in message
        for text in (
            "ncompatible shapes",
            "is incompatible with the layer",
            "must be the same as the batch size",
            "enters the loop with shape",
            "incompatible shape",
            "wrong shape",
            "Dimensions must be equal",
            "Specified a list with shape",
        )
    )


def judge_reset(recording: Recording, site: Site, exception: str, words: str) -> Verdict:
    """Whether the reset at a site raises this exception, with these words in its message."""
    outcome = recording.outcome
    if outcome.status == "raised" and stands_at(outcome.places, site):
        if outcome.exception == exception and words in (outcome.message or ""):
            return verdict(recording, Status.CONFIRMED, raised(recording))
    if any(stands_at(reset.places, site) for reset in recording.resets):
        return verdict(recording, Status.REFUTED, "the reset ran without an error")
    return not_measured(recording, "the reset")


def not_measured(recording: Recording, what: str) -> Verdict:
    """The verdict where the run did not get so far as to measure it, and why."""
    outcome = recording.outcome
    match outcome.status:
        case "raised":
            return verdict(
                recording, Status.INCONCLUSIVE, f"the program failed before {what}: {raised(recording)}"
            )
        case "timeout":
            why = f" ({outcome.message})" if outcome.message else ""
            return verdict(recording, Status.INCONCLUSIVE, f"time ran out before {what}{why}")
        case "stopped":
            return verdict(
                recording, Status.INCONCLUSIVE, f"the run was ended after enough batches, before {what}"
            )
        case "killed":
            why = f" ({outcome.message})" if outcome.message else ""
            return verdict(recording, Status.INCONCLUSIVE, f"the program was killed before {what}{why}")
    return verdict(recording, Status.NOT_REACHED, f"the program ended without reaching {what}")
