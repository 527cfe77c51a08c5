"""SRN402: stateful training of layers that can explode, and nothing bounds the gradients."""

from __future__ import annotations

import math
from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.measured import batches_of, calls_at, not_measured
from statelint.trace.objects import Layer
from statelint.trace.queries import shares_state
from statelint.trace.recording import Recording
from statelint.trace.story import Compiled, Feed, Story, Trace
from statelint.values import NONE, Ternary, holds, is_

_CLIPS = ("clipnorm", "clipvalue", "global_clipnorm")
_UNBOUNDED = ("relu", "linear", "leaky_relu", "elu", "selu")
# The norm of a state beyond which nothing sensible is learnt.
_EXPLODED = 1e4

INSTEAD = "give the optimizer a bound: `keras.optimizers.Adam(clipnorm=1.0)`"


class UnclippedGradients(Rule):
    code = "SRN402"
    name = "unclipped-gradients"
    severity = Severity.ADVICE
    why = "A state that runs through many batches can grow without bound, and the gradients with it."

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            for position, event in enumerate(story.events):
                if not isinstance(event, Compiled) or not _is_unclipped(event):
                    continue
                feed = _trained(story, position, event)
                layers = () if feed is None else feed.model.stateful_layers
                layer = next((layer for layer in layers if _risk(layer)), None)
                if feed is None or layer is None:
                    continue
                yield Report(
                    site=event.site,
                    message=f"{layer.kind} {_risk(layer)}, and the optimizer clips no gradients",
                    instead=INSTEAD,
                    related=(
                        Related(layer.site, f"the stateful {layer.kind}"),
                        Related(feed.site, "its training"),
                    ),
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        calls = calls_at(recording, *(related.site for related in finding.related))
        batches = batches_of(recording, calls, "train", "call")
        norms = [b.leaving.norm for b in batches if b.leaving is not None]
        if not norms:
            return not_measured(recording, "the training")
        if any(math.isnan(norm) for norm in norms):
            first = next(k for k, norm in enumerate(norms, 1) if math.isnan(norm))
            return verdict(recording, Status.CONFIRMED, f"the state is NaN from batch {first} on")
        if max(norms) > _EXPLODED:
            text = (
                f"the norm of the state grows from {norms[0]:.3g} to {max(norms):.3g} in {len(norms)} batches"
            )
            return verdict(recording, Status.CONFIRMED, text)
        text = f"in {len(norms)} batches the norm of the state stayed below {max(norms):.3g}"
        return verdict(recording, Status.INCONCLUSIVE, text)


def _is_unclipped(event: Compiled) -> bool:
    given = event.optimizer
    return given is not None and all(is_(given.get(name, NONE), None) is Ternary.YES for name in _CLIPS)


def _trained(story: Story, position: int, event: Compiled) -> Feed | None:
    """The first training of the model as it is compiled here."""
    for later in story.events[position + 1 :]:
        if isinstance(later, Compiled) and later.model.id == event.model.id:
            return None
        if isinstance(later, Feed) and later.phase == "train" and later.model.id == event.model.id:
            # A training by tape doesn't use what compile was given.
            return later if later.call.method != "call" and shares_state(later.model, later.model) else None
    return None


def _risk(layer: Layer) -> str:
    """Why the layer's state or gradient may explode, "" where nothing says so."""
    if "activation" in layer.arguments:
        given = layer.argument("activation")
        if is_(given, None) is Ternary.YES:
            return "has a linear activation"
        if holds(given, lambda value: _named(value) in _UNBOUNDED) is Ternary.YES:
            return "has an activation that doesn't bound its state"
    return "passes its state through one matrix at every step" if layer.kind == "SimpleRNN" else ""


def _named(value: object) -> str:
    """The name of an activation: a string, or a function of a library."""
    return str(getattr(value, "name", value)).rpartition(".")[2]
