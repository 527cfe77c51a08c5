"""SRN504: CuDNNLSTM and CuDNNGRU, which Keras 3 doesn't have."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Severity, Status, Verdict
from statelint.remedies import ReplaceLayer
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.measured import not_measured, raised
from statelint.rules.seen_layers import layers_at
from statelint.trace.recording import Recording
from statelint.trace.story import Made, Trace
from statelint.values import Ternary, assumptions


class RemovedCudnnLayer(Rule):
    code = "SRN504"
    name = "removed-cudnn-layer"
    severity = Severity.ERROR
    why = "The layers made for cuDNN alone are gone: LSTM and GRU use cuDNN by themselves where they can."

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            for event in story.events:
                if isinstance(event, Made) and event.layer.removed and event.layer.is_stateful is Ternary.YES:
                    kind = event.layer.kind
                    yield Report(
                        site=event.site,
                        message=f"there is no {kind}",
                        happens=f"raises \"AttributeError: module … has no attribute '{kind}'\" "
                        "(an import of it ImportError)",
                        instead=f"use `{kind.removeprefix('CuDNN')}`, "
                        "which runs on cuDNN where its arguments allow it",
                        assumptions=assumptions(event.layer.stateful),
                        remedy=ReplaceLayer(event.site, kind.removeprefix("CuDNN")),
                    )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        outcome = recording.outcome
        if outcome.exception in ("AttributeError", "ImportError") and "CuDNN" in (outcome.message or ""):
            return verdict(recording, Status.CONFIRMED, raised(recording))
        if any(True for _ in layers_at(recording, finding.site)):
            return verdict(recording, Status.REFUTED, "the layer was made without an error")
        return not_measured(recording, "the layer was made")
