"""SRN101: the states of a stateful layer can't be allocated."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.remedies import GiveBatchSize
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.feeding import batch_argument
from statelint.rules.measured import NO_BATCH_SIZE, not_measured, raised
from statelint.trace.recording import Recording
from statelint.trace.story import Built, Call, Called, Story, Trace
from statelint.values import Ternary, assumptions, is_, number

_RAISES = {
    2: 'raises "ValueError: If a RNN is stateful, it needs to know its batch size"',
    3: 'raises "ValueError: When using `stateful=True` in a RNN, the batch size must be static"',
}


class MissingBatchSize(Rule):
    code = "SRN101"
    name = "missing-batch-size"
    severity = Severity.ERROR
    why = (
        "A stateful layer keeps one state for each row of a batch, so the number of rows must be fixed when "
        "it is built."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            reported: set[Hashable] = set()
            for event in story.events:
                if not isinstance(event, Built) or is_(event.batch, None) is not Ternary.YES:
                    continue
                owners = _owners(story, event)
                if owners & reported:
                    continue
                reported |= owners
                yield self._report(trace, story, event)

    def _report(self, trace: Trace, story: Story, event: Built) -> Report:
        message = f"{event.layer.kind} is stateful, but its batch size is never fixed"
        related: tuple[Related, ...] = ()
        call = _first_call(story, event)
        if call is not None:
            message = f"{event.layer.kind} is stateful and no shape fixes its batch size; {_why_not(call)}"
            related = (Related(call.site, "the first batches, which don't fix it either"),)
        return Report(
            site=event.layer.site,
            message=message,
            happens=_RAISES[trace.keras],
            instead="begin the model with `keras.Input(batch_shape=(batch_size, timesteps, features))`, "
            "which works on Keras 2 and Keras 3",
            assumptions=assumptions(event.batch),
            related=related,
            remedy=_remedy(story, event),
        )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        outcome = recording.outcome
        if outcome.status == "raised" and any(text in (outcome.message or "") for text in NO_BATCH_SIZE):
            return verdict(recording, Status.CONFIRMED, raised(recording))
        allocated = [b for b in recording.batches if b.leaving is not None and b.leaving.rows]
        if allocated and allocated[0].leaving is not None:
            rows = allocated[0].leaving.rows
            return verdict(recording, Status.REFUTED, f"the states were allocated for {rows} rows")
        return not_measured(recording, "the layer was built")


def _owners(story: Story, event: Built) -> set[Hashable]:
    """The models that the layer belongs to; where there is none, the Inputs that lead to it, or itself."""
    own = event.layer.id
    found = {model.id for model in story.models if any(layer.id == own for layer in model.walk())}
    called = (e for e in story.events if isinstance(e, Called) and e.layer.id == own)
    return {*found} or {source for e in called for source in e.sources} or {-own}


def _first_call(story: Story, event: Built) -> Call | None:
    if event.by in ("shape", "build"):
        return None
    after = story.events[story.events.index(event) :]
    return next((e for e in after if isinstance(e, Call) and e.method == event.by), None)


def _why_not(call: Call) -> str:
    data = call.data
    if data.kind == "dataset":
        return f"the Dataset given to {call.method}() keeps a last batch of any size"
    if data.kind == "generator":
        return f"neither does the generator given to {call.method}()"
    return f"{data.samples} samples in batches of {batch_argument(call) or '?'} leave a shorter one"


def _remedy(story: Story, event: Built) -> GiveBatchSize | None:
    """The size of the first batches that the model is fed with."""
    for call in story.calls():
        if any(layer.id == event.layer.id for layer in call.model.walk()):
            rows = call.data.samples if call.method.endswith("on_batch") else batch_argument(call)
            if call.data.dataset is not None:
                rows = number(call.data.dataset.batch)
            return GiveBatchSize(event.layer.site, rows) if rows else None
    return None
