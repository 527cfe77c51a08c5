"""SRN313: a callback asks the model that is being trained, and so moves its state."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.disturbing import disturbing
from statelint.rules.measured import calls_at, not_measured
from statelint.sites import Site
from statelint.trace.recording import BatchRun, CallRun, Recording
from statelint.trace.story import Trace
from statelint.values import assumptions

INSTEAD = "ask a copy of the model that has the same weights and a state of its own"


class PredictInCallback(Rule):
    code = "SRN313"
    name = "predict-in-callback"
    severity = Severity.WARNING
    why = (
        "Inside fit there is one state for all: what a callback feeds to the model goes into the state of "
        "the training."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            seen: set[Site] = set()
            for feed, later in disturbing(story):
                if feed.site in seen:
                    continue
                seen.add(feed.site)
                layer = feed.model.stateful_layers[0]
                method = "the call of the model" if feed.call.method == "call" else f"{feed.call.method}()"
                what = "validation" if later.phase == "validation" else "training"
                yield Report(
                    site=feed.site,
                    message=f"{method} in `{feed.context.hook}` moves the state of the model that is being "
                    "trained: "
                    f"the {what} goes on from what it left",
                    instead=INSTEAD,
                    assumptions=assumptions(layer.stateful),
                    related=(
                        Related(later.site, "the training that goes on"),
                        Related(layer.site, f"{layer.kind} keeps its state from batch to batch"),
                    ),
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        inner = {call.index: call for call in calls_at(recording, finding.site) if call.parent is not None}
        reached = False
        for batch in recording.batches:
            if batch.call in inner or batch.carried_from is None or batch.entering is None:
                reached = reached or batch.call in inner
                continue
            source = _source(recording, batch, inner)
            if source is not None and not batch.entering.is_zero:
                text = f"the state of norm {batch.entering.norm:.3g} that {source.name} left enters"
                text += f" batch {batch.batch + 1}"
                text += "" if batch.epoch is None else f" of epoch {batch.epoch + 1}"
                return verdict(recording, Status.CONFIRMED, text)
        if reached:
            return verdict(
                recording, Status.REFUTED, "no batch of the fit starts from the state that it left"
            )
        return not_measured(recording, "the call in the callback")


def _source(recording: Recording, batch: BatchRun, inner: dict[int, CallRun]) -> CallRun | None:
    """Which of the calls made in callbacks of the batch's own fit left the state that enters it, directly or
    by way of other calls in those.
    """
    earlier = batch.carried_from
    while earlier is not None and (before := recording.batches[earlier]).call != batch.call:
        if before.call in inner:
            source = inner[before.call]
            return source if source.parent == batch.call else None
        earlier = before.carried_from
    return None
