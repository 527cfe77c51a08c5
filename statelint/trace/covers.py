"""Whether a static story accounts for a recorded one: the test of the interpreter by real Keras."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from statelint.sites import Site
from statelint.trace.objects import Model
from statelint.trace.queries import touches
from statelint.trace.recording import BatchRun, CallRun, ModelSeen, Place, Recording, ResetRun
from statelint.trace.story import Call, Event, Feed, Opaque, Reset, Trace
from statelint.values import Reason

# Static methods that Keras runs as another one.
_RUN_AS = {
    "fit_generator": "fit",
    "evaluate_generator": "evaluate",
    "predict_generator": "predict",
    "predict_classes": "predict",
    "predict_proba": "predict",
}


def covers(trace: Trace, recording: Recording) -> list[str]:
    """The recorded calls, batches and resets that no static event accounts for; empty where all are covered.

    A recorded event is accounted for by a static event of its kind at one of its places, for a model made
    where the recorded one was made; or by an Opaque there that can reach this model.
    """
    return list(_Coverage(trace, recording).missing())


class _Coverage:
    def __init__(self, trace: Trace, recording: Recording) -> None:
        self.trace = trace
        self.recording = recording
        self.events = tuple(event for story in trace.stories for event in story.events)
        self.models = tuple(model for story in trace.stories for model in story.models)

    def missing(self) -> Iterator[str]:
        if any(isinstance(e, Opaque) and e.reason is Reason.BUDGET for e in self.events):
            return
        feeds: dict[int, tuple[Feed, ...] | None] = {}
        for run in self.recording.calls:
            calls = self._calls(run)
            if calls:
                ids = {call.id for call in calls}
                feeds[run.index] = tuple(e for e in self.events if isinstance(e, Feed) and e.call.id in ids)
            elif self._is_hidden(run.places, run.model):
                feeds[run.index] = None
            else:
                feeds[run.index] = ()
                yield f"{run.name} at {_shown(run.places)}"
        told: set[tuple[int, str]] = set()
        for batch in self.recording.batches:
            found = feeds.get(batch.call)
            if found is None or (batch.call, batch.phase) in told:
                continue
            if not any(_is_phase(feed, batch) for feed in found):
                told.add((batch.call, batch.phase))
                yield f"a {batch.phase} batch in {self._call_of(batch)}"
        for reset in self.recording.resets:
            if not self._has_reset(reset) and not self._is_hidden(reset.places, reset.model):
                hook = f" in {reset.hook}" if reset.hook else ""
                yield f"reset of a {reset.target}{hook} at {_shown(reset.places)}"

    def _calls(self, run: CallRun) -> tuple[Call, ...]:
        return tuple(
            event
            for event in self.events
            if isinstance(event, Call)
            and _RUN_AS.get(event.method, event.method) == run.name
            and self._stands_at(event.site, run.places)
            and self._is_model(event.model, run.model)
        )

    def _has_reset(self, run: ResetRun) -> bool:
        return any(
            isinstance(event, Reset)
            and _is_hook(event.context.hook, run.hook)
            and self._stands_at(event.site, run.places)
            for event in self.events
        )

    def _is_hidden(self, places: Iterable[Place], model: int | None) -> bool:
        """Whether something that isn't followed happens at one of these places to the model."""
        mine = [known for known in self.models if model is None or self._is_model(known, model)]
        places = tuple(places)
        return any(
            isinstance(event, Opaque)
            and self._stands_at(event.site, places)
            and (event.models is None or not mine or any(touches(event, known) for known in mine))
            for event in self._placed()
        )

    def _placed(self) -> Iterator[Event]:
        """The events but the one with which the story of an uncalled function begins."""
        for story in self.trace.stories:
            yield from story.events[1:] if story.name else story.events

    def _stands_at(self, site: Site, places: Iterable[Place]) -> bool:
        return any(place.path == self.trace.path and site.contains_line(place.line) for place in places)

    def _is_model(self, known: Model, seen: int) -> bool:
        """Whether a model of the static story is made where the recorded one was made."""
        found = self._seen(seen)
        return found is None or not found.places or self._stands_at(known.site, found.places)

    def _seen(self, index: int) -> ModelSeen | None:
        return next((model for model in self.recording.models if model.index == index), None)

    def _call_of(self, batch: BatchRun) -> str:
        run = next(run for run in self.recording.calls if run.index == batch.call)
        return f"{run.name} at {_shown(run.places)}"


def _is_hook(known: str | None, seen: str | None) -> bool:
    if known == "generator":
        # It runs whenever batches are fetched, beside any hook.
        return True
    # Keras calls the old names from its own implementation of the new ones.
    return known == seen or (known is not None and known.replace("on_batch_", "on_train_batch_") == seen)


def _is_phase(feed: Feed, batch: BatchRun) -> bool:
    # `model(x)` under a GradientTape is a training step in the story, a plain call for Keras.
    return feed.phase == batch.phase or (batch.phase == "call" and feed.call.method == "call")


def _shown(places: tuple[Place, ...]) -> str:
    return " in ".join(f"line {place.line}" for place in places) or "no place of the program"
