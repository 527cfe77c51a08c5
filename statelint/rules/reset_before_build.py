"""SRN308: Keras 2 can't reset states that aren't allocated yet."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Severity, Verdict
from statelint.rules.base import Report, Rule
from statelint.rules.measured import judge_reset
from statelint.trace.queries import is_stateful
from statelint.trace.recording import Recording
from statelint.trace.story import Reset, Trace


class ResetBeforeBuild(Rule):
    code = "SRN308"
    name = "reset-before-build"
    severity = Severity.ERROR
    why = (
        "The states exist only once the batch size is known; before that Keras 2 has nothing to reset and "
        "raises."
    )
    mendable = True

    def check(self, trace: Trace) -> Iterator[Report]:
        if trace.keras != 2:
            return
        for story in trace.stories:
            for event in story.events:
                if not isinstance(event, Reset) or event.built or event.missing or event.context.when:
                    continue
                if event.model is not None and not is_stateful(event.model):
                    continue
                yield Report(
                    site=event.site,
                    message="the states are reset before the model knows its batch size",
                    happens='raises "ValueError: If a RNN is stateful, it needs to know its batch size"',
                    instead="begin the model with `keras.Input(batch_shape=(batch_size, timesteps, "
                    "features))`",
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        return judge_reset(recording, finding.site, "ValueError", "batch size")
