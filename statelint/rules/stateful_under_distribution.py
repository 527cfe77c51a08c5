"""SRN112: a stateful layer is made under the scope of a tf.distribute strategy."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.measured import not_measured, raised
from statelint.rules.seen_layers import layers_at
from statelint.trace.recording import Recording
from statelint.trace.story import Made, Trace
from statelint.values import Ternary, assumptions


class StatefulUnderDistribution(Rule):
    code = "SRN112"
    name = "stateful-under-distribution"
    severity = Severity.ERROR
    why = (
        "A strategy parts each batch among its replicas, and a state can't be parted with it: "
        "Keras 2 refuses to make the layer."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        if trace.keras != 2:
            # Keras 3 runs where the model's batch is that of one replica, which the program doesn't tell.
            return
        for story in trace.stories:
            for event in story.events:
                strategy = event.context.strategy
                if not isinstance(event, Made) or not event.layer.recurrent or strategy is None:
                    continue
                if event.layer.is_stateful is Ternary.YES:
                    yield Report(
                        site=event.site,
                        message=f"this stateful {event.layer.kind} is made under the scope of "
                        "a tf.distribute strategy",
                        happens='raises "ValueError: Stateful RNNs (created with `stateful=True`) '
                        'are not yet supported with tf.distribute.Strategy"',
                        instead="build the model outside the scope, on one device (or drop `stateful=True`)",
                        assumptions=assumptions(event.layer.stateful),
                        related=(Related(strategy, "the strategy's scope"),),
                    )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        outcome = recording.outcome
        if outcome.status == "raised" and "not yet supported with tf.distribute" in (outcome.message or ""):
            return verdict(recording, Status.CONFIRMED, raised(recording))
        for model, layer in layers_at(recording, finding.site):
            if layer.stateful and any(b.model == model.index and b.finished for b in recording.batches):
                return verdict(recording, Status.REFUTED, f"{layer.name} was made and ran")
        return not_measured(recording, "the layer was made")
