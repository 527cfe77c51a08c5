"""SRN316: a reset runs where batches are made, and they are made ahead of the training."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.measured import batches_of, calls_at, not_measured, stands_at
from statelint.sites import Site
from statelint.trace.objects import DrawnReset
from statelint.trace.queries import is_stateful
from statelint.trace.recording import Recording
from statelint.trace.story import Call, Trace
from statelint.values import number

_PLACES = {
    "generator": "the generator",
    "sequence": "`__getitem__`",
    "dataset": "the generator of the Dataset",
}


class ResetInGenerator(Rule):
    code = "SRN316"
    name = "reset-in-generator"
    severity = Severity.WARNING
    why = "Keras fetches batches while it trains on earlier ones: nothing there runs between two batches."

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            reported: set[Site] = set()
            for call in story.calls():
                if call.method.endswith("on_batch") or not is_stateful(call.model):
                    continue
                for data in filter(None, (call.data, call.validation)):
                    for reset in data.resets:
                        if reset.site in reported or not _is_misplaced(reset, call):
                            continue
                        reported.add(reset.site)
                        yield Report(
                            site=reset.site,
                            message=f"this reset runs when {_PLACES[data.kind]} makes a batch, and Keras "
                            "fetches batches ahead: it hits the state in the middle of earlier batches",
                            instead="reset in a callback (`on_epoch_begin`, or `on_train_batch_begin` with a "
                            "counter); or draw the batches in a loop of your own with train_on_batch()",
                            related=(Related(call.site, f"{call.method}() draws the batches"),),
                        )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        calls = calls_at(recording, *(related.site for related in finding.related))
        batches = {b.index: b for b in batches_of(recording, calls)}
        resets = {r.before_batch for r in recording.resets if stands_at(r.places, finding.site)}
        between = [batches[k] for k in sorted(resets) if k in batches and k > min(batches)]
        if not between:
            return not_measured(recording, "a reset between two batches")
        lost = [b for b in between if b.entering is not None and not b.entering.is_zero]
        first = batches[min(batches)]
        # The batches whose data begin anew are those for which the reset was meant.
        anew = [
            b for b in batches.values() if b.index > first.index and b.inputs and b.inputs == first.inputs
        ]
        missed = [b for b in anew if b.entering is not None and not b.entering.is_zero]
        text = (
            f"{len(between)} resets ran between batches; the batch after {len(lost)} of them met an old state"
        )
        if missed:
            text += f", as did {len(missed)} of {len(anew)} whose data begin anew"
        return verdict(recording, Status.CONFIRMED if lost or missed else Status.REFUTED, text)


def _is_misplaced(reset: DrawnReset, call: Call) -> bool:
    """Whether the reset belongs between two batches of the call."""
    if not reset.is_reset or reset.layers is None:
        return False
    if not reset.layers & {layer.id for layer in call.model.stateful_layers}:
        return False
    epochs = number(call.argument("epochs")) if "epochs" in call.arguments else 1
    # Before the first batch of all it comes in time.
    return not reset.at_start or (epochs is not None and epochs > 1)
