"""SRN405: every batch of a stateful model starts from zero."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.feeding import batch_argument, training_samples
from statelint.rules.measured import not_measured, stands_at
from statelint.rules.reset_every_batch import reset_since_last_batch
from statelint.sites import Site
from statelint.trace.queries import entering, is_stateful
from statelint.trace.recording import Recording
from statelint.trace.story import Feed, Reset, Stored, Story, Trace


class StatefulWithoutEffect(Rule):
    code = "SRN405"
    name = "stateful-without-effect"
    severity = Severity.ADVICE
    why = "A state that no batch inherits is no state: such a model needs no fixed batch size and no resets."

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            trained = {
                f.model.stateful_layers[0].site: f.model
                for _, f in story.feeds("train")
                if is_stateful(f.model)
            }
            for model in trained.values():
                layer = model.stateful_layers[0]
                feeds = list(_feeds_of(story, layer.site))
                reset = _reset_each_time(story, feeds)
                if reset is None or _is_used_elsewhere(trace, story, model.id):
                    continue
                feed = feeds[0][1]
                yield Report(
                    site=layer.site,
                    message=f"{layer.kind} is stateful, but each of its batches follows a reset: "
                    "no batch inherits a state",
                    instead="leave out `stateful=True`, the resets and the fixed batch size; "
                    "or feed each sequence in several batches",
                    related=(
                        Related(feed.site, "one batch"),
                        Related(reset.site, "the reset before the next"),
                    ),
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        models = {
            m.index
            for m in recording.models
            if any(stands_at(layer.places, finding.site) for layer in m.layers)
        }
        batches = [b for b in recording.batches if b.model in models and b.entering is not None]
        if len(batches) < 2:
            return not_measured(recording, "a second batch")
        carried = sum(1 for b in batches if b.entering is not None and not b.entering.is_zero)
        text = f"{carried} of {len(batches)} batches inherit a state"
        return verdict(recording, Status.REFUTED if carried else Status.CONFIRMED, text)


def _feeds_of(story: Story, site: Site) -> Iterator[tuple[int, Feed]]:
    """The feeds of every model with a stateful layer that is made at the site: one may need its state."""
    for position, feed in story.feeds():
        if any(layer.site == site for layer in feed.model.stateful_layers):
            yield position, feed


def _reset_each_time(story: Story, feeds: list[tuple[int, Feed]]) -> Reset | None:
    """A reset before a batch, where every one of several batches starts from zero; else None."""
    found: Reset | None = None
    for position, feed in feeds:
        start = entering(story, position, feed)
        if start.kind not in ("reset", "fresh") or not _is_one_batch(feed):
            return None
        if reset_since_last_batch(story, position, feed) is not None:
            # Consecutive batches torn apart: that is SRN303.
            return None
        if start.kind == "reset" and isinstance(start.source, Reset) and len(feeds) > 1:
            found = start.source
    return found


def _is_used_elsewhere(trace: Trace, story: Story, model: int) -> bool:
    """Whether the trained model is kept, or run by a function that nothing calls here, maybe step by step."""
    stored = (e for s in trace.stories for e in s.events if isinstance(e, Stored) and e.model.id == model)
    if any(event.method.startswith(("save", "get_weights", "export")) for event in stored):
        return True
    others = (other for other in trace.stories if other is not story)
    return any(feed.model.id == model for other in others for _, feed in other.feeds())


def _is_one_batch(feed: Feed) -> bool:
    call = feed.call
    if call.method == "call" or call.method.endswith("on_batch"):
        return True
    samples, size = training_samples(call), batch_argument(call)
    if feed.phase == "validation":
        samples = feed.data.samples
    return feed.data.kind == "array" and samples is not None and size is not None and samples <= size
