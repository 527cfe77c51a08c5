"""SRN311: a callback that resets the states can't do so: Keras never calls its hook, or can't."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.remedies import AddBase, MakeInstance, Remedy, RemoveStatement, RenameHook
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.callbacks import missed
from statelint.rules.hooks import HOOKS, has_no_base, is_run, takes
from statelint.rules.measured import not_measured, raised, stands_at
from statelint.rules.missed_resets import judge_missed
from statelint.sites import Site
from statelint.trace.queries import is_stateful
from statelint.trace.recording import Recording
from statelint.trace.story import Call, Instantiated, Trace
from statelint.values import Ternary

_MESSAGES = ("positional argument", "set_model", "set_params", "no setter", "can't set")


class BrokenCallbackHook(Rule):
    code = "SRN311"
    name = "broken-callback-hook"
    severity = Severity.WARNING
    why = "Keras calls hooks by their exact names, with fixed arguments, and on instances of Callback alone."

    def check(self, trace: Trace) -> Iterator[Report]:
        for found, feed in missed(trace, "misspelt"):
            name, meant = found.hook.name, found.intended
            yield Report(
                site=found.hook.site,
                message=f"Keras has no hook `{name}`, so this reset never runs, and nothing says so",
                instead=f"name it `{meant if meant != name else 'on_epoch_begin'}`",
                related=(Related(feed.site, "the fit that gets the callback"),),
                remedy=RenameHook(found.hook.site, meant if meant != name else "on_epoch_begin"),
            )
        for story in trace.stories:
            made = [e for e in story.events if isinstance(e, Instantiated) and e.callback.resets]
            for call in story.calls():
                if is_stateful(call.model):
                    yield from _uncallable(trace, call)
                    yield from _not_made(made, call)
            if trace.keras == 3:
                yield from _assigned(made)

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        outcome = recording.outcome
        sites = (finding.site, *(related.site for related in finding.related))
        if outcome.status == "raised" and any(stands_at(outcome.places, site) for site in sites):
            is_it = outcome.exception in ("TypeError", "AttributeError")
            if is_it and any(text in (outcome.message or "") for text in _MESSAGES):
                return verdict(recording, Status.CONFIRMED, raised(recording))
        if finding.severity is not Severity.ERROR:
            return judge_missed(finding, recording)
        if outcome.status == "finished":
            return verdict(recording, Status.REFUTED, "the program ran to its end without an error")
        return not_measured(recording, "the callback's hook")


def _uncallable(trace: Trace, call: Call) -> Iterator[Report]:
    """Hooks that Keras can't call in this fit, evaluate or predict."""
    for callback in trace.callbacks:
        if callback.id not in call.callbacks or not callback.resets:
            continue
        if has_no_base(callback):
            what = f"{callback.name} resets the states, but it is no keras.callbacks.Callback"
            happens = f"raises \"AttributeError: '{callback.name}' object has no attribute 'set_model'\""
            yield _error(
                callback.site,
                what,
                happens,
                "derive it from `keras.callbacks.Callback`",
                call.site,
                AddBase(callback.site),
            )
        for hook in callback.hooks:
            given = HOOKS.get(hook.name)
            if given is None or not is_run(hook.name, call) or takes(hook, given):
                continue
            names = "logs" if given == 1 else "epoch, logs" if "epoch" in hook.name else "batch, logs"
            what = f"Keras calls `{hook.name}` with ({names}), which this one doesn't take"
            is_lambda = callback.kind == "lambda"
            right = f"lambda {names}: …" if is_lambda else f"def {hook.name}(self, {names}=None)"
            happens = 'raises "TypeError: … positional argument…" at its first call'
            yield _error(
                hook.site, what, happens, f"write `{right}`", call.site, RenameHook(hook.site, hook.name)
            )


def _not_made(made: list[Instantiated], call: Call) -> Iterator[Report]:
    """A class passed in place of an instance of it."""
    given = call.arguments.get("callbacks")
    for event in made:
        if event.as_class and given is not None and event.site == given.site:
            name = event.callback.name
            what = f"the class {name} itself is passed where an instance of it belongs"
            happens = 'raises "TypeError: Callback.set_model() missing 1 required positional argument"'
            if event.callback.base is Ternary.YES:
                remedy = None if "__init__" in event.callback.methods else MakeInstance(event.site, name)
                yield _error(event.site, what, happens, f"pass an instance: `{name}()`", call.site, remedy)


def _assigned(made: list[Instantiated]) -> Iterator[Report]:
    """A callback that assigns what Keras 3 sets itself."""
    for event in made:
        callback = event.callback
        if not event.as_class and callback.base is Ternary.YES and callback.sets_model is not None:
            what = "a callback's `model` is a property that can't be assigned"
            happens = f"raises \"AttributeError: property 'model' of '{callback.name}' object has no setter\""
            instead = "leave it out, as Keras sets `self.model` itself; or give it another name"
            remedy = RemoveStatement(callback.sets_model, safe=False)
            yield _error(callback.sets_model, what, happens, instead, event.site, remedy)


def _error(
    site: Site, what: str, happens: str, instead: str, related: Site, remedy: Remedy | None = None
) -> Report:
    where = (Related(related, "the callback is used here"),)
    return Report(site, what, instead, happens, Severity.ERROR, related=where, remedy=remedy)
