"""SRN505: Keras 3 can't run a state of one row over batches whose size isn't promised."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.remedies import PassArgument, Remedy
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.feeding import batch_argument
from statelint.rules.measured import batches_of, calls_at, not_measured, raised
from statelint.rules.places import given_at
from statelint.sites import Site
from statelint.trace.objects import Data, Model
from statelint.trace.queries import is_stateful
from statelint.trace.recording import Recording
from statelint.trace.story import Call, Compiled, Story, Trace
from statelint.values import NONE, Ternary, Value, assumptions, is_, number

_FAILS = "enters the loop with shape"


class UnsizedBatchOfOne(Rule):
    code = "SRN505"
    name = "unsized-batch-of-one"
    severity = Severity.ERROR
    why = (
        "A batch whose size isn't promised may have any number of rows, "
        "and the loop over the time steps won't let one row grow."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        if trace.keras != 3:
            return
        # What several calls read is mended once.
        seen: set[Hashable] = set()
        for story in trace.stories:
            for call in story.calls():
                if call.method not in ("fit", "evaluate") or not loops_over_one_row(story, call):
                    continue
                for data in filter(None, (call.data, call.validation)):
                    site, what, instead, remedy = _unsized(call, data)
                    made = _made(data)
                    if site is None or made in seen:
                        continue
                    seen.add(made)
                    layer = call.model.stateful_layers[0]
                    when = "before any batch ran" if data is call.data else "in the validation"
                    batch = data.dataset.batch if data.dataset is not None else None
                    yield Report(
                        site=site,
                        message=f"{what}, and the model's batch is a single row",
                        happens='raises "ValueError: ... enters the loop with shape (1, ...), but has shape '
                        f'(None, ...) after one iteration" {when}',
                        instead=instead,
                        assumptions=assumptions(call.model.batch, batch),
                        remedy=remedy,
                        related=(
                            Related(call.site, f"{call.method}() reads it"),
                            Related(layer.site, f"{layer.kind} has a state for one row"),
                        ),
                    )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        calls = calls_at(recording, *(related.site for related in finding.related))
        outcome = recording.outcome
        is_here = outcome.call in {call.index for call in calls}
        if outcome.status == "raised" and _FAILS in (outcome.message or "") and is_here:
            done = sum(1 for b in batches_of(recording, calls) if b.finished)
            return verdict(recording, Status.CONFIRMED, f"{raised(recording)}, after {done} batches")
        if any(b.finished for b in batches_of(recording, calls)) and all(call.finished for call in calls):
            return verdict(recording, Status.REFUTED, "the batches went through")
        return not_measured(recording, "the call")


def loops_over_one_row(story: Story, call: Call) -> bool:
    """Whether the model certainly runs states of one row in a loop of the graph over the time steps."""
    model = call.model
    if not is_stateful(model) or model.batch_size != 1 or not model.complete or model.kind == "Subclassed":
        return False
    looped = any(is_(layer.argument("unroll"), True) is Ternary.NO for layer in model.stateful_layers)
    return looped and is_(_eager(story, call, model), True) is Ternary.NO


def _eager(story: Story, call: Call, model: Model) -> Value:
    """The `run_eagerly` with which the model was compiled last."""
    value: Value = NONE
    for event in story.events:
        if event is call:
            break
        if isinstance(event, Compiled) and event.model.id == model.id:
            given = event.arguments.get("run_eagerly")
            value = given.value if given is not None else NONE
    return value


def _unsized(call: Call, data: Data) -> tuple[Site | None, str, str, Remedy | None]:
    """Where batches are made whose number of rows isn't promised, in words, and what to write instead."""
    dataset = data.dataset
    if dataset is not None and data.kind == "dataset":
        kept = is_(dataset.drop_remainder, False) is Ternary.YES
        if number(dataset.batch) != 1 or not kept or _is_mapped_after_batch(dataset.key):
            return None, "", "", None
        if dataset.batch_site is None or dataset.batched_by != "batch":
            again = "cut batches of a known size: `.unbatch().batch(1, drop_remainder=True)`"
            return call.site, "the Dataset doesn't promise how many rows a batch has", again, None
        what = "batch(1) doesn't promise how many rows a batch has"
        remedy = PassArgument(dataset.batch_site, "drop_remainder", "True", callees=("batch", "padded_batch"))
        return dataset.batch_site, what, "pass `drop_remainder=True` to batch()", remedy
    asked = batch_argument(call)
    if data.kind == "array" and data.samples == 1 and data is call.data and asked not in (None, 1):
        what = f"one row in batches of {asked} doesn't promise how many rows a batch has"
        remedy = PassArgument(call.site, "batch_size", "1", given_at(call, "batch_size"))
        return call.site, what, f"pass `batch_size=1` to {call.method}()", remedy
    if data.kind in ("generator", "sequence"):
        made = "a generator" if data.kind == "generator" else "a Sequence"
        again = "feed arrays with `batch_size=1`, or a Dataset with `.batch(1, drop_remainder=True)`"
        return call.site, f"{made} doesn't promise how many rows a batch has", again, None
    return None, "", "", None


def _made(data: Data) -> Hashable:
    """Where or of what the batches are made."""
    return (data.dataset is not None and data.dataset.batch_site) or data.key


def _is_mapped_after_batch(key: Hashable) -> bool:
    """Whether a step behind `.batch` may have fixed the shape."""
    while isinstance(key, tuple) and len(key) == 3 and key[0] != "batch":
        if key[0] not in ("prefetch", "cache", "repeat", "with_options", "take", "skip", "shuffle"):
            return key[0] in ("map", "apply")
        key = key[1]
    return False
