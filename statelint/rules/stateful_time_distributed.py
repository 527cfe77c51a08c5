"""SRN111: TimeDistributed around a stateful layer."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Severity, Status, Verdict
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.measured import not_measured
from statelint.rules.seen_layers import layers_at
from statelint.trace.recording import Recording
from statelint.trace.story import Made, Trace
from statelint.values import Ternary, assumptions

INSTEAD = (
    "leave `stateful=True` to a layer of its own above the TimeDistributed, "
    "or call the layer on one outer step after the other"
)


class StatefulTimeDistributed(Rule):
    code = "SRN111"
    name = "stateful-time-distributed"
    severity = Severity.WARNING
    why = (
        "TimeDistributed runs the layer once for each outer step, and a stateful layer takes its state from "
        "one run "
        "into the next; Keras 2 runs the first outer step once more, to see what comes out."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        if trace.keras != 2:
            # Keras 3 runs each outer step once: the state is chained along them, as it may be meant.
            return
        for story in trace.stories:
            for event in story.events:
                if not isinstance(event, Made) or event.layer.kind != "TimeDistributed":
                    continue
                for inner in event.layer.walk():
                    if inner.recurrent and inner.is_stateful is Ternary.YES:
                        yield Report(
                            site=event.site,
                            message=f"TimeDistributed around a stateful {inner.kind}",
                            happens="runs the first outer step of every batch twice, and both runs move the "
                            "state",
                            instead=INSTEAD,
                            assumptions=assumptions(inner.stateful),
                        )
                        break

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        for model, layer in layers_at(recording, finding.site):
            ran = [
                b
                for b in recording.batches
                if b.model == model.index and b.finished and b.leaving is not None
            ]
            if layer.wrapper != "TimeDistributed" or not layer.stateful or not ran:
                continue
            if layer.runs > 1:
                text = (
                    f"Keras put {layer.name} into each batch {layer.runs} times, "
                    "where once does for all outer steps"
                )
                return verdict(recording, Status.CONFIRMED, f"{text}; every run moves the state")
            return verdict(recording, Status.REFUTED, f"each outer step ran {layer.name} once")
        if recording.outcome.status == "finished" and recording.batches:
            return verdict(
                recording, Status.REFUTED, "no stateful layer of this place ran within TimeDistributed"
            )
        return not_measured(recording, "a batch")
