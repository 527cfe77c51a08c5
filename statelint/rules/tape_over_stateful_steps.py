"""SRN403: one GradientTape over several calls of a stateful model."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Verdict
from statelint.rules.base import Report, Rule
from statelint.rules.crossing import inherits, judge_crossing
from statelint.rules.measured import batches_of, calls_at
from statelint.sites import Site
from statelint.trace.queries import History, is_stateful
from statelint.trace.recording import BatchRun, Recording
from statelint.trace.story import Feed, Story, Trace


class TapeOverStatefulSteps(Rule):
    code = "SRN403"
    name = "tape-over-stateful-steps"
    severity = Severity.ADVICE
    why = (
        "The state enters a call as a plain value: no gradient flows from it back into the call that left it."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            seen: set[Site] = set()
            for position, feed in story.feeds():
                tape = feed.context.tape
                if tape is None or feed.site in seen or not _continues(story, position, feed):
                    continue
                seen.add(feed.site)
                yield Report(
                    site=feed.site,
                    message="this call goes on from the state of another call under the same tape: "
                    "the gradient of its loss stops at its own first step",
                    instead="call the model once on all the steps that the gradient shall cross; "
                    "or open a tape for each call, if it shall not",
                    related=(Related(tape, "the tape"),),
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        calls = calls_at(recording, finding.site)
        tapes = {call.index: set(call.tapes) for call in recording.calls}
        batches = batches_of(recording, calls, "call")
        # Those whose state another call under the same opening of the tape left.
        linked = [b for b in batches if inherits(b) and _is_under_one(tapes, recording, b)]
        return judge_crossing(recording, batches, linked)


def _is_under_one(tapes: dict[int, set[int]], recording: Recording, batch: BatchRun) -> bool:
    before = next((b.call for b in recording.batches if b.index == batch.carried_from), None)
    return before is not None and bool(tapes[before] & tapes[batch.call])


def _continues(story: Story, position: int, feed: Feed) -> bool:
    """Whether the state surely comes from an earlier call under the same opening of the tape."""
    if not is_stateful(feed.model):
        return False
    earlier = next(History(story, position, feed.model, feed.context).unbroken(), None)
    return earlier is not None and bool({*earlier.context.openings} & {*feed.context.openings})
