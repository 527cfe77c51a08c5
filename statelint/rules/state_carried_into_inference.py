"""SRN304: evaluate or predict starts from a state that isn't that of its data."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Verdict
from statelint.rules.base import Report, Rule
from statelint.rules.chance import begins_anywhere
from statelint.rules.continuity import ANOTHER, RESET, Start, judge_inherited, starts
from statelint.rules.disturbing import disturbing
from statelint.rules.groups import begins_with_an_owner
from statelint.rules.relation import OF_OTHER_STREAMS, is_made_up
from statelint.rules.resetting import reset_before
from statelint.rules.stray_resets import misdirected
from statelint.sites import Site
from statelint.trace.recording import Recording
from statelint.trace.story import INFERENCE, Story, Trace
from statelint.values import Ternary, assumptions

# What has to be assumed where what makes the data isn't seen.
_ASSUMED = {
    "stream": OF_OTHER_STREAMS,
    "parts": ("its data don't begin where the ones before end",),
}
INSTEAD = f"reset before it: {RESET}"


class StateCarriedIntoInference(Rule):
    code = "SRN304"
    name = "state-carried-into-inference"
    severity = Severity.WARNING
    why = (
        "Nothing resets the state between two calls: the first samples are judged with the memory of other "
        "ones."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            seen: set[Site] = {feed.site for feed, _ in misdirected(story)}
            seen |= {feed.site for feed, _ in disturbing(story)}
            for start in starts(story):
                if start.feed.site not in seen and _is_wrong(story, start):
                    seen.add(start.feed.site)
                    yield _report(start)

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        return judge_inherited(finding, recording, finding.related[0].site, INFERENCE)


def _is_wrong(story: Story, start: Start) -> bool:
    if start.feed.phase not in INFERENCE or start.why == "sequence":
        return False
    if start.why == "again" and (_is_shown(start) or _is_tried(start)):
        return False
    # Reading the training series before the test series warms the state up.
    warms_up = start.why == "apart" and start.source.phase in INFERENCE and _was_trained_on(story, start)
    if not warms_up or begins_with_an_owner(start.feed.data):
        return True
    return begins_anywhere(start.source.data, start.feed.data) is Ternary.YES


def _is_shown(start: Start) -> bool:
    """Whether the same is done once more, to see what the state makes of it: in the next line, or with
    data that are made up.
    """
    feed, source = start.feed, start.source
    is_same = source.call.method == feed.call.method and source.data.key == feed.data.key
    # Two models give two things, though they share a state.
    if not is_same or source.model.id != feed.model.id:
        return False
    if is_made_up(feed.data):
        return True
    lines = feed.site.line - source.site.line
    return feed.site.cell == source.site.cell and feed.site != source.site and lines in (0, 1)


def _is_tried(start: Start) -> bool:
    """Whether one statement predicts the same again and again, and drops the answers: to see how long it
    takes, say.
    """
    feed, source = start.feed, start.source
    is_same = (source.site, source.data.key) == (feed.site, feed.data.key)
    return is_same and feed.call.is_dropped and feed.phase in ("predict", "call")


def _was_trained_on(story: Story, start: Start) -> bool:
    return any(
        position < start.position and feed.data.key == start.source.data.key
        for position, feed in story.feeds("train")
    )


def _report(start: Start) -> Report:
    feed, source = start.feed, start.source
    call, layer = feed.call.name, feed.model.stateful_layers[0]
    is_tape = source.phase == "train" and source.call.method == "call"
    is_own = source.site == feed.site and start.why == "apart"
    left = f"the state that {'the training' if is_tape else source.call.name} left"
    if start.why == "again":
        message = f"{call} goes again over data that the model has just read, and starts from {left}"
    elif start.why == "shuffled":
        message = f"{call} starts from {left} behind samples in random order, which no data continue"
    else:
        message = f"{call} starts from {left}, and its data don't continue the ones before"
    return Report(
        site=feed.site,
        message=message,
        instead=INSTEAD,
        assumptions=(*assumptions(layer.stateful), *_ASSUMED.get(start.why, ())),
        related=(
            Related(source.site, ANOTHER if is_own else "the state comes from here"),
            Related(layer.site, f"{layer.kind} keeps its state from batch to batch"),
        ),
        # Once the training is in order, the data may go on where it ends.
        remedy=None if start.why == "shuffled" else reset_before(feed, source),
    )
