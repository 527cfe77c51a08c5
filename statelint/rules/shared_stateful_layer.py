"""SRN109: one stateful layer is called on two inputs."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.measured import not_measured
from statelint.rules.seen_layers import layers_at
from statelint.trace.recording import Recording
from statelint.trace.story import Called, Story, Trace
from statelint.values import Ternary, assumptions


class SharedStatefulLayer(Rule):
    code = "SRN109"
    name = "shared-stateful-layer"
    severity = Severity.WARNING
    why = (
        "A layer has one state, wherever it is called: within a batch the second input starts from the state "
        "that the first one left, and in the next batch the first starts from the second's."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            for first, second in _shared(story):
                inner = next(x for x in second.layer.walk() if x.recurrent and x.is_stateful is Ternary.YES)
                yield Report(
                    site=second.site,
                    message=f"this {second.layer.kind} is stateful and is called on two inputs: "
                    "its one state mixes the two streams",
                    instead="make a layer for each input (to share weights, a layer without `stateful=True`)",
                    assumptions=assumptions(inner.stateful),
                    related=(
                        Related(inner.site, f"the stateful {inner.kind}"),
                        Related(first.site, "its first call"),
                    ),
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        for model, layer in layers_at(recording, *(related.site for related in finding.related)):
            if not layer.stateful or layer.wrapper is not None or not layer.runs:
                continue
            ran = [b for b in recording.batches if b.model == model.index and b.finished and b.leaving]
            if layer.runs < 2:
                return verdict(recording, Status.REFUTED, f"{layer.name} runs once in each batch")
            if ran and ran[-1].leaving is not None:
                norm = ran[-1].leaving.layers.get(layer.name, 0.0)
                text = (
                    f"{layer.name} runs {layer.runs} times in each batch, on one and the same state "
                    f"(of norm {norm:.3g} after the last)"
                )
                return verdict(recording, Status.CONFIRMED, text)
        return not_measured(recording, "a batch")


def _shared(story: Story) -> Iterator[tuple[Called, Called]]:
    """Pairs of calls of one stateful layer within one model, on tensors that come from different Inputs."""
    calls = {event.id: event for event in story.events if isinstance(event, Called)}
    for model in story.models:
        first: dict[int, Called] = {}
        for id_ in sorted(model.calls):
            call = calls.get(id_)
            if call is None or call.layer.is_stateful is not Ternary.YES or not call.sources:
                continue
            before = first.setdefault(call.layer.id, call)
            # Parts of one input may well continue one another.
            if before is not call and not set(before.sources) & set(call.sources):
                yield before, call
