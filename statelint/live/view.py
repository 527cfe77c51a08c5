"""A recording by its calls: what ran in them, where their state came from, what they read before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from statelint.trace.recording import BatchRun, CallRun, Place, Recording, ResetRun


class View:
    """Questions to a recording."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.calls = {call.index: call for call in recording.calls}
        self._batches: dict[int, list[BatchRun]] = {}
        for batch in recording.batches:
            self._batches.setdefault(batch.call, []).append(batch)

    def of(self, call: CallRun, *phases: str) -> list[BatchRun]:
        """The batches of a call, in these phases."""
        return [b for b in self._batches.get(call.index, ()) if not phases or b.phase in phases]

    def indices(self, call: CallRun) -> set[int]:
        return {batch.index for batch in self.of(call)}

    def of_all(self, calls: Iterable[CallRun], *phases: str) -> list[BatchRun]:
        return [batch for call in calls for batch in self.of(call, *phases)]

    def first(self, call: CallRun, *phases: str) -> BatchRun | None:
        return next(iter(self.of(call, *phases)), None)

    def source(self, batch: BatchRun) -> BatchRun | None:
        """The batch that left the state with which this one begins."""
        return None if batch.carried_from is None else self.recording.batches[batch.carried_from]

    def call_of(self, batch: BatchRun) -> CallRun:
        return self.calls[batch.call]

    def by_hand(self) -> list[tuple[CallRun, ...]]:
        """The training steps of loops of the program's own: `train_on_batch` and calls under a tape."""
        groups: dict[tuple[Place, int, str], list[CallRun]] = {}
        for call in self.recording.calls:
            if call.places and (call.name == "train_on_batch" or (call.name == "call" and call.tapes)):
                groups.setdefault((call.places[0], call.model, call.name), []).append(call)
        return [tuple(calls) for calls in groups.values() if len(calls) > 1]

    def continues(self, batch: BatchRun) -> bool:
        """Whether the batch goes on in its series where the one that left its state ended."""
        source = self.source(batch)
        if source is None:
            return False
        if source.span is not None and batch.span is not None:
            return source.span.gap(batch.span) == 0
        # Batches that follow each other in one array, as those of a validation_split do.
        one, other = source.row_ids, batch.row_ids
        if source.call != batch.call or one is None or other is None or len(one) != len(other):
            return False
        return all(after == before + len(one) for before, after in zip(one, other, strict=True))

    def is_again(self, call: CallRun, batch: BatchRun) -> bool:
        """Whether the batch that begins an epoch of a fit begins the same data again."""
        earlier = [b for b in self.of(call, "train") if (b.epoch or 0) < (batch.epoch or 0)]
        if call.data_kind in ("array", "sequence"):
            return bool(earlier)
        return any(b.inputs is not None and b.inputs == batch.inputs for b in earlier)

    def is_read_again(self, call: CallRun, first: BatchRun) -> bool:
        """Whether the state with which a call begins has been led over the call's own data already.

        A single step may come twice in a series; more than that is taken for the same data.
        """
        if len(self.of(call)) < 2 and (call.shape is None or call.shape[0] in (None, 1)):
            return False
        batch: BatchRun | None = self.source(first)
        while batch is not None:
            if batch.inputs is not None and batch.inputs == first.inputs:
                return True
            if self.call_of(batch).data is not None and self.call_of(batch).data == call.data:
                return True
            batch = self.source(batch) if batch.origin == "carried" else None
        return False

    def resets_between(self, first: BatchRun, last: BatchRun) -> list[ResetRun]:
        return [r for r in self.recording.resets if first.index < r.before_batch <= last.index]

    def reset_before(self, batch: BatchRun) -> ResetRun | None:
        """The last reset between a batch and the one before."""
        found = [r for r in self.recording.resets if r.before_batch == batch.index]
        return found[-1] if found else None


def placed(recording: Recording) -> Recording:
    """The recording, with the place of its first call for each layer that was made before it."""
    models = []
    for model in recording.models:
        places = next((call.places[:1] for call in recording.calls if call.model == model.index), ())
        layers = tuple(layer if layer.places else replace(layer, places=places) for layer in model.layers)
        models.append(replace(model, layers=layers))
    return replace(recording, models=tuple(models))
