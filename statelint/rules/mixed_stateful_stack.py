"""SRN103: of the recurrent layers of one stack some keep their state and some don't."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.remedies import PassArgument
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.measured import not_measured
from statelint.rules.seen_layers import carried_into, entered, layers_at
from statelint.rules.stacks import core, links, returns_sequences
from statelint.trace.objects import Layer
from statelint.trace.recording import Recording
from statelint.trace.story import Called, Story, Trace
from statelint.values import Ternary, assumptions, is_


class MixedStatefulStack(Rule):
    code = "SRN103"
    name = "mixed-stateful-stack"
    severity = Severity.WARNING
    why = (
        "A stack of recurrent layers continues a sequence only if all of them do: the stateless one starts "
        "every batch "
        "from zero, in the middle of what the others remember."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            begun = set(_begun_by_others(story))
            for stack in _stacks(story):
                kept = [layer for layer in stack if layer.is_stateful is Ternary.YES]
                lost = [layer for layer in stack if layer.is_stateful is Ternary.NO and layer.id not in begun]
                if kept and lost and _are_alike(kept, lost):
                    yield _report(lost, kept[0])

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        lost = [(model, layer) for model, layer in layers_at(recording, finding.site) if not layer.stateful]
        for model, kept in layers_at(recording, *(related.site for related in finding.related)):
            batch = carried_into(recording, model, kept) if kept.stateful else None
            names = [layer.name for other, layer in lost if other.index == model.index]
            if batch is not None and names:
                text = f"{entered(recording, batch, kept)}, while {names[0]} starts it from zero"
                return verdict(recording, Status.CONFIRMED, text)
        if recording.outcome.status == "finished" and recording.batches:
            return verdict(
                recording, Status.REFUTED, "no state was carried past a stateless layer of this place"
            )
        return not_measured(recording, "a second batch")


def _begun_by_others(story: Story) -> Iterator[int]:
    """The layers that start from states of the program's own: they need to keep none."""
    for event in story.events:
        if isinstance(event, Called) and "initial_state" in event.arguments:
            yield event.layer.id


def _stacks(story: Story) -> list[list[Layer]]:
    """The recurrent layers that follow each other along one time axis, lowest first; where one forgets to
    return its sequence, that is SRN105 besides.
    """
    stacks: list[list[Layer]] = []
    for link in links(story):
        if (
            not (_is_plain(link.lower) and _is_plain(link.upper))
            or returns_sequences(link.lower) is Ternary.UNKNOWN
        ):
            continue
        for stack in stacks:
            if stack[-1].id == link.lower.id:
                stack.append(link.upper)
                break
        else:
            stacks.append([link.lower, link.upper])
    return stacks


def _is_plain(layer: Layer) -> bool:
    """Whether it reads forwards, or both ways."""
    inner = core(layer)
    return inner is not None and is_(inner.argument("go_backwards"), True) is Ternary.NO


def _are_alike(kept: list[Layer], lost: list[Layer]) -> bool:
    """Whether a layer that reads both ways keeps its state where another such one doesn't.

    Below layers that only read forwards it rightly keeps none.
    """
    both_ways = any(layer.kind == "Bidirectional" for layer in kept)
    return both_ways or all(layer.kind != "Bidirectional" for layer in lost)


def _report(lost: list[Layer], kept: Layer) -> Report:
    layer = lost[0]
    instead = "give it `stateful=True` too" if len(lost) == 1 else "give all of them `stateful=True`"
    if layer.kind == "Bidirectional":
        instead = "keep the state in all of them or in none; in none where they read both ways"
    more = {1: "", 2: " (nor does another one)"}.get(len(lost), f" (nor do {len(lost) - 1} others)")
    return Report(
        site=layer.site,
        message=f"this {layer.kind} keeps no state from batch to batch{more}, but the {kept.kind} of the "
        "same stack does: "
        f"it starts every batch from zero, in the middle of the other's sequence",
        instead=instead,
        assumptions=assumptions(kept.stateful, *(x.stateful for x in lost)),
        related=(
            Related(kept.site, f"{kept.kind} keeps its state"),
            *(Related(x.site, f"{x.kind} keeps none either") for x in lost[1:]),
        ),
        remedy=PassArgument(layer.site, "stateful", "True", safe=False)
        if len(lost) == 1 and layer.recurrent
        else None,
    )
