"""SRN306: validation inside fit starts from the training state, and training from the validation's."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.rules.base import Report, Rule, verdict
from statelint.rules.callbacks import is_left_out
from statelint.rules.epochs import assumed_epochs
from statelint.rules.measured import batches_of, calls_at, not_measured
from statelint.rules.orders import separate_rows
from statelint.rules.provenance import are_of_other_places
from statelint.rules.relation import (
    NAMED_APART,
    OF_OTHER_STREAMS,
    are_apart,
    are_other_streams,
    are_separate,
    is_again,
    leads_to,
    origins,
    rows_of,
)
from statelint.rules.resetting import reset_around_validation
from statelint.rules.torn import are_rows_shuffled, is_shuffled, is_torn
from statelint.trace.keys import parts
from statelint.trace.objects import Data
from statelint.trace.queries import History, entering, is_stateful, repeats, separating_loop
from statelint.trace.recording import Recording
from statelint.trace.story import Feed, Story, Trace
from statelint.values import Reason, Ternary, Unknown, assumptions, is_demanded, may_be_none

INSTEAD = (
    "pass a callback that resets the states in `on_epoch_begin` and in `on_test_begin`, "
    "or reset and call evaluate() yourself"
)


class ValidationLeak(Rule):
    code = "SRN306"
    name = "validation-leak"
    severity = Severity.WARNING
    why = (
        "fit() runs the validation with the state that training left, and the next epoch with the one that "
        "validation left."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            for position, feed in story.feeds("validation"):
                if not is_stateful(feed.model) or not _is_given(feed) or is_left_out(trace, story, feed):
                    continue
                start = entering(story, position, feed)
                if not isinstance(start.source, Feed) or start.source.phase != "train":
                    continue
                back = _leaks_back(story, position, feed)
                if start.kind != "carried" and back is not Ternary.YES:
                    continue
                told = (
                    _are_apart(feed)
                    or _is_torn(story, start.source, feed)
                    or _stands_behind_several(story, position, feed)
                )
                named = not told and are_of_other_places(story, feed.call.data, feed.data)
                apart = told or named
                if back is not Ternary.YES and not apart:
                    continue
                layer = feed.model.stateful_layers[0]
                message = "validation starts from the state that training left"
                if start.kind != "carried":
                    message = "the next epoch starts from the state that validation left"
                elif back is Ternary.YES:
                    message += ", and the next epoch from the state that validation left"
                yield Report(
                    site=feed.site,
                    message=message,
                    instead=INSTEAD,
                    assumptions=(
                        *assumptions(layer.stateful, feed.call.argument("validation_split")),
                        *(_assumed(feed) if not apart else ()),
                        *_given(feed),
                        *(NAMED_APART if named else ()),
                        *(OF_OTHER_STREAMS if are_other_streams(feed.call.data, feed.data) else ()),
                    ),
                    related=(Related(layer.site, f"{layer.kind} keeps its state from batch to batch"),),
                    remedy=reset_around_validation(trace, feed),
                )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        calls = calls_at(recording, finding.site)
        batches = batches_of(recording, calls)
        first = next((b for b in batches if b.phase == "validation" and b.batch == 0), None)
        if first is None or first.entering is None:
            return not_measured(recording, "the validation")
        later = next(
            (b for b in batches if b.index > first.index and b.phase == "train" and b.batch == 0), None
        )
        text = f"the training state of norm {first.entering.norm:.3g} enters the first validation batch"
        if first.entering.is_zero:
            text = "a zero state enters the first validation batch"
            if later is None or later.entering is None or later.entering.is_zero:
                return verdict(recording, Status.REFUTED, text)
        if later is not None and later.entering is not None:
            if later.entering.is_zero:
                text += "; the next epoch starts from zero"
            else:
                text += f"; a state of norm {later.entering.norm:.3g} enters the next epoch"
        return verdict(recording, Status.CONFIRMED, text)


def _is_given(feed: Feed) -> bool:
    """Whether there is a validation: a parameter is one that callers have to give."""
    value = feed.call.argument("validation_data")
    is_open = isinstance(value, Unknown) and value.reason is Reason.PARAMETER
    return not is_open or is_demanded(value)


def _given(feed: Feed) -> tuple[str, ...]:
    """That there is a validation at all, where that depends on how the program is run."""
    value = feed.call.argument("validation_data")
    is_setting = isinstance(value, Unknown) and value.reason is Reason.ATTRIBUTE
    is_unsure = is_setting or may_be_none(value) or is_demanded(value)
    if "validation_data" in feed.call.arguments and is_unsure:
        return ("validation_data is given",)
    split = feed.call.argument("validation_split")
    if isinstance(split, Unknown) and split.reason is not Reason.OPERATION:
        return ("validation_split is more than 0",)
    return ()


def _assumed(feed: Feed) -> tuple[str, ...]:
    return tuple(text for p in feed.context.passes for text in assumed_epochs(p.loop, feed.call))


def _leaks_back(story: Story, position: int, feed: Feed) -> Ternary:
    """Whether the next training starts from the state that the validation left; NO also where none
    follows.
    """
    for later, train in story.feeds("train"):
        if later > position and train.site == feed.site and train.model.id == feed.model.id:
            if any(
                repeats(p.loop) is not Ternary.YES and not assumed_epochs(p.loop, feed.call)
                for p in train.context.passes
                if p.loop.kind == "epochs" and p.index
            ):
                return Ternary.NO
            start = entering(story, later, train)
            if start.kind == "carried":
                # Behind a reset another call may have left the state that is carried on.
                before = History(story, later, train.model, train.context).unbroken()
                return Ternary.of(any(one.call.id == feed.call.id for one in before))
            return Ternary.UNKNOWN if start.kind == "unknown" else Ternary.NO
    return Ternary.NO


def _are_apart(feed: Feed) -> bool:
    """Whether the validation's data can't continue those of the training: they are made apart, of two files,
    sequences of their own, or the same again.
    """
    train, validation = feed.call.data, feed.data
    is_given = "validation_data" in feed.call.arguments
    if is_given and (
        is_again(train, validation)
        or _is_read_by(train, validation)
        or are_other_streams(train, validation)
        or are_apart(train, validation)
    ):
        return True
    if separate_rows(train) is not None and (not is_given or separate_rows(validation) is not None):
        return True
    one, other = rows_of(train), rows_of(validation)
    if one is None or other is None or not (one.made and other.made):
        return False
    first, second = origins(one.key), origins(other.key)
    return bool(first) and bool(second) and not first & second


def _is_read_by(train: Data, validation: Data) -> bool:
    """Whether the validation's data are those that the training's Sequence reads its batches of."""
    return any(validation.key == part for held in train.kept.values() for part in parts(held))


def _stands_behind_several(story: Story, position: int, feed: Feed) -> bool:
    """Whether the same data validate sequences of their own: those can't all be what they continue."""
    for at, earlier in story.feeds("validation"):
        if at >= position:
            break
        loop = separating_loop(earlier.context, feed.context)
        is_same = earlier.model.id == feed.model.id and earlier.data.key == feed.data.key
        if loop is None or not is_same or earlier.site != feed.site:
            continue
        if are_separate(story, earlier.call.data, feed.call.data, position, loop):
            return True
    return False


def _is_torn(story: Story, train: Feed, validation: Feed) -> bool:
    """Whether nothing goes on where the training ended.

    That fit shuffles its one epoch isn't held against rows that stand behind those of the training: once they
    are in order, they go on.
    """
    if is_torn(story, train) or are_rows_shuffled(train):
        return True
    once = [repeats(p.loop) is Ternary.NO for p in train.context.passes]
    is_split = "validation_data" not in validation.call.arguments
    is_mended = (all(once) and is_split) or (any(once) and leads_to(train.data, validation.data))
    return not is_mended and is_shuffled(story, train)
