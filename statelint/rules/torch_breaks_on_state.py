"""SRN602: on the torch backend of Keras 3 a stateful LSTM or GRU can't be trained."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.remedies import PassArgument
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.measured import batches_of, calls_at, not_measured, raised
from statelint.sites import Site
from statelint.trace.objects import Layer
from statelint.trace.recording import Recording
from statelint.trace.story import Trace
from statelint.values import Ternary, is_

# What makes Keras leave torch's own kernel out.
_OTHER_KERNEL = (
    "activation",
    "recurrent_activation",
    "use_bias",
    "unroll",
    "recurrent_dropout",
    "reset_after",
)
MODIFIED = "modified by an inplace operation"


class TorchBreaksOnState(Rule):
    code = "SRN602"
    name = "torch-breaks-on-state"
    severity = Severity.ERROR
    why = "The layer writes its new state into the variable that torch still needs for the gradient."
    mendable = True

    def check(self, trace: Trace) -> Iterator[Report]:
        if trace.keras != 3 or trace.backend != "torch":
            return
        for story in trace.stories:
            seen: set[int] = set()
            for _, feed in story.feeds("train"):
                broken = [layer for layer in feed.model.stateful_layers if _breaks(layer)]
                if not broken or feed.model.id in seen or feed.call.method == "call":
                    continue
                seen.add(feed.model.id)
                layer = broken[0]
                yield Report(
                    site=layer.site,
                    message=f"a stateful {layer.kind} can't be trained with KERAS_BACKEND=torch",
                    happens='raises "RuntimeError: one of the variables needed for gradient computation has '
                    'been modified by an inplace operation" at the first batch',
                    instead=f"pass `use_cudnn=False` to the {layer.kind} (on a CPU too)",
                    related=(Related(feed.site, "the training"),),
                    remedy=PassArgument(layer.site, "use_cudnn", "False", _given(layer), safe=False)
                    if len(broken) == 1
                    else None,
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        if recording.backend != "torch":
            text = f"the program ran on the {recording.backend} backend"
            return verdict(recording, Status.INCONCLUSIVE, text)
        calls = calls_at(recording, *(related.site for related in finding.related))
        if breaks_on_state(recording):
            return verdict(recording, Status.CONFIRMED, raised(recording))
        trained = [b for b in batches_of(recording, calls, "train") if b.finished]
        if trained:
            return verdict(recording, Status.REFUTED, f"{len(trained)} batches were trained without an error")
        return not_measured(recording, "the training")


def breaks_on_state(recording: Recording) -> bool:
    """Whether the run, or a cell or block in it, ended with this exception of torch."""
    return recording.backend == "torch" and any(
        outcome.status == "raised" and MODIFIED in (outcome.message or "")
        for outcome in (recording.outcome, *recording.raised)
    )


def _breaks(layer: Layer) -> bool:
    """Whether Keras certainly runs torch's own kernel for the layer."""
    if layer.kind not in ("LSTM", "GRU") or any(name in layer.arguments for name in _OTHER_KERNEL):
        return False
    given = layer.arguments.get("use_cudnn")
    return given is None or is_(given.value, "auto") is Ternary.YES or is_(given.value, True) is Ternary.YES


def _given(layer: Layer) -> Site | None:
    found = layer.arguments.get("use_cudnn")
    return None if found is None else found.site
