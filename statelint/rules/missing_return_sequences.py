"""SRN105: a recurrent layer is stacked on one that returns only its last output."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.remedies import PassArgument
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.measured import not_measured, raised, stands_at
from statelint.rules.stacks import Link, core, links, models_with, returns_sequences
from statelint.trace.queries import is_stateful
from statelint.trace.recording import Recording
from statelint.trace.story import Made, Story, Trace
from statelint.values import Ternary, assumptions

_ERRORS = ("expected ndim=", "with at least 3 dimensions", "must have rank at least 3")


class MissingReturnSequences(Rule):
    code = "SRN105"
    name = "missing-return-sequences"
    severity = Severity.ERROR
    why = (
        "A recurrent layer reads a sequence, and the one below it returns one only with "
        "`return_sequences=True`; "
        "its last output alone has no time axis."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            for link in links(story):
                if (
                    returns_sequences(link.lower) is Ternary.NO
                    and _fails(trace.keras, link)
                    and _concerns_state(story, link)
                ):
                    yield replace(_report(link), remedy=_remedy(story, link))

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        outcome = recording.outcome
        if outcome.status == "raised" and any(text in (outcome.message or "") for text in _ERRORS):
            return verdict(recording, Status.CONFIRMED, raised(recording))
        for model in recording.models:
            at_site = any(stands_at(layer.places, finding.site) for layer in model.layers)
            done = [b for b in recording.batches if b.model == model.index and b.finished]
            if at_site and done:
                return verdict(
                    recording, Status.REFUTED, f"{len(done)} batches went through the stack without an error"
                )
        return not_measured(recording, "the upper layer was called")


def _fails(keras: int, link: Link) -> bool:
    lower, upper = core(link.lower), core(link.upper)
    assert lower is not None
    assert upper is not None
    if lower.kind.startswith("Conv") or upper.kind.startswith("Conv"):
        # What a convolutional layer returns has the axes of space, which another may take for time.
        return lower.kind == upper.kind
    # Keras 3's RNN doesn't look at the number of axes.
    return not (keras == 3 and link.upper.kind == "RNN")


def _concerns_state(story: Story, link: Link) -> bool:
    if link.lower.is_stateful is Ternary.YES or link.upper.is_stateful is Ternary.YES:
        return True
    return any(is_stateful(model) for model in models_with(story, link.lower, link.upper))


def _remedy(story: Story, link: Link) -> PassArgument | None:
    """The argument, where the call makes this one layer and no other that may be the last."""
    inner = core(link.lower)
    made = [event for event in story.events if isinstance(event, Made) and event.site == link.lower.site]
    if inner is None or inner.id != link.lower.id or len(made) != 1 or inner.kind.startswith("Conv"):
        return None
    given = inner.arguments.get("return_sequences")
    return PassArgument(inner.site, "return_sequences", "True", None if given is None else given.site)


def _report(link: Link) -> Report:
    inner = core(link.lower)
    assert inner is not None
    return Report(
        site=link.lower.site,
        message=f"{inner.kind} returns its last output alone, and the {link.upper.kind} on top of it needs "
        "the whole sequence",
        happens='raises "ValueError: … expected ndim=3, found ndim=2" when the two are put together'
        if not inner.kind.startswith("Conv")
        else "raises ValueError (the input has an axis too few) when the two are put together",
        instead=f"give this {inner.kind} `return_sequences=True`",
        assumptions=assumptions(inner.argument("return_sequences"), link.lower.stateful, link.upper.stateful),
        related=(Related(link.upper.site, f"the {link.upper.kind} that reads its output"),),
    )
