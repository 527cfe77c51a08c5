"""Where data begin anew, and the state doesn't: what SRN304, SRN305, SRN313 and SRN320 look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from statelint.findings import Finding, Status, Verdict
from statelint.rules.answers import is_asked_anew, is_read_anew
from statelint.rules.base import verdict
from statelint.rules.chance import begins_anywhere, files_of, is_generated, is_read_from_file
from statelint.rules.growing import has_grown
from statelint.rules.measured import calls_at, not_measured
from statelint.rules.provenance import are_made_of_others
from statelint.rules.relation import (
    BY_HAND,
    are_apart,
    are_other_streams,
    are_separate,
    begins_episode,
    begins_where_it_ends,
    goes_on_by_numbers,
    is_again,
    is_in_random_order,
    is_long_part,
    is_spelled_step,
    is_written,
    is_zero,
    leads_to,
    rows_of,
    stream_of,
)
from statelint.rules.shuffled_dataset import dataset_shuffle
from statelint.rules.siblings import begins_next_sequence
from statelint.rules.spans import ends_before, is_read_already
from statelint.rules.spelled import begins_generation, is_text, starts_afresh
from statelint.rules.torn import are_rows_shuffled, is_shuffled, is_torn
from statelint.sites import Site
from statelint.trace.keys import parts
from statelint.trace.queries import (
    History,
    entering,
    is_stateful,
    is_vain,
    leaves_passes_out,
    position_of,
    separating_loop,
)
from statelint.trace.recording import BatchRun, Recording
from statelint.trace.story import INFERENCE, Built, Feed, Loop, Opaque, Reset, Story
from statelint.values import Ternary

# What is said of the place that left the state, where the call itself is that place.
ANOTHER = "other data leave their state here"

RESET = (
    '`for layer in model.layers: if hasattr(layer, "reset_states"): layer.reset_states()` '
    "(Keras 2 also has `model.reset_states()`)"
)


@dataclass(frozen=True, slots=True)
class Start:
    """A feed whose data begin anew, while its state is the one that `source` left.

    `why` says how that is known: "again" (the data went through before, in `earlier`), "apart" (they
    were made apart), "shuffled" (the source is a training in random order), "stream" (they come from two
    generators for different data), "parts" (they are made of parts that don't go on), "between" (the source
    came in between parts of one training), or "sequence" (each pass of `loop` feeds a sequence of its own).
    """

    feed: Feed
    position: int
    source: Feed
    why: str
    earlier: Feed | None = None
    loop: Loop | None = None


@lru_cache(maxsize=64)
def starts(story: Story) -> tuple[Start, ...]:
    """The feeds that should begin with a fresh state and don't, in order."""
    return tuple(_starts(story))


def _starts(story: Story) -> Iterator[Start]:
    anew: set[int] = set()
    for position, feed in story.feeds():
        if feed.phase == "validation" or not is_stateful(feed.model):
            continue
        source = entering(story, position, feed).source
        if not isinstance(source, Feed):
            continue
        found = _start(story, position, feed, source, anew)
        if found is not None:
            anew.add(id(feed))
            yield found


def _is_trained(story: Story, feed: Feed) -> bool:
    """Whether anything is trained before."""
    position = position_of(story, feed)
    return any(earlier < position for earlier, _ in story.feeds("train"))


def _start(story: Story, position: int, feed: Feed, source: Feed, anew: set[int]) -> Start | None:
    history = History(story, position, feed.model, feed.context)
    if next(iter(history.unbroken()), None) is not source:
        return None
    interrupts = feed.phase == "train" and source.phase in INFERENCE
    if interrupts and is_zero(source.data) and not _is_trained(story, source):
        # Zeros that a model is built by leave its states at zero, as long as its biases are.
        return None
    continues = interrupts and _goes_on(history, source, feed)
    if begins_episode(feed.data):
        for earlier in history.unbroken():
            loop = separating_loop(earlier.context, feed.context)
            if loop is not None and loop.kind in BY_HAND and earlier.site == feed.site:
                return Start(feed, position, source, "sequence", earlier, loop)
    for earlier in history.unbroken():
        loop = separating_loop(earlier.context, feed.context)
        if loop is not None and (earlier.site == feed.site or earlier is source):
            before = earlier if earlier.site == feed.site else _before(story, position, feed)
            if before is not None and all(
                are_separate(story, one.data, feed.data, position, loop) for one in (before, earlier)
            ):
                return Start(feed, position, source, "sequence", earlier, loop)
        if _is_repeated(story, position_of(story, earlier), earlier, position, feed):
            return Start(feed, position, source, "again", earlier)
        if feed.phase in INFERENCE and _reads_again(earlier, feed, is_last=earlier is source):
            return Start(feed, position, source, "again", earlier)
        if loop is not None and _is_grown(earlier, feed, loop):
            return Start(feed, position, source, "again", earlier)
        # What lies before would end with a reset there.
        if id(earlier) in anew:
            break
    if _goes_back(story, feed, source):
        return Start(feed, position, source, "apart")
    # An inference that went over the last training data again left the state of having read them twice.
    twice = interrupts and id(source) in anew and _rereads(story, position_of(story, source), source, feed)
    if continues or twice or (interrupts and _is_aside(story, position, feed, source)):
        return Start(feed, position, source, "between")
    if interrupts and ends_before(source.data, feed.data):
        return Start(feed, position, source, "between")
    if interrupts and not leads_to(source.data, feed.data) and not _warms_up(story, source, feed):
        if _begins_again(story, position, feed) or _comes_round(story, position, feed, source):
            return Start(feed, position, source, "between")
        if _begins_fresh_again(story, position, feed):
            return Start(feed, position, source, "between")
        if id(source) in anew and _ends_each_pass(story, source, feed):
            return Start(feed, position, source, "between")
    calls = (source.site, source.context.stack), (feed.site, feed.context.stack)
    if (interrupts or feed.phase in INFERENCE) and calls[0] != calls[1]:
        random = feed.phase in INFERENCE and is_in_random_order(feed.data)
        in_turn = not leaves_passes_out(source.context, feed.context)
        if random or are_apart(source.data, feed.data, in_turn=in_turn):
            return Start(feed, position, source, "apart")
        training = _training_before(source, history, feed)
        is_mixed = is_shuffled(story, source) if training is source else are_rows_shuffled(source)
        if is_mixed and (training is not None or _is_behind_mixed_batches(history, source, feed)):
            return Start(feed, position, source, "shuffled")
        trained = training or (source if feed.phase in INFERENCE and source.phase == "train" else None)
        if trained is not None and is_torn(story, trained):
            return Start(feed, position, source, "apart")
        if feed.phase in INFERENCE and _is_behind_random_rows(source, feed):
            return Start(feed, position, source, "apart")
        if feed.phase in INFERENCE and (starts_afresh(source, feed) or _is_another_text(history, feed)):
            return Start(feed, position, source, "apart")
        is_other = feed.phase in INFERENCE and are_other_streams(source.data, feed.data)
        if is_other and not goes_on_by_numbers(source.data, feed.data):
            return Start(feed, position, source, "stream")
        is_trained = feed.phase in INFERENCE and source.phase not in INFERENCE
        if is_trained and are_made_of_others(story, source.data, feed.data):
            return Start(feed, position, source, "parts")
    if feed.phase in INFERENCE and (
        begins_next_sequence(story, source, feed) or begins_generation(source, feed)
    ):
        return Start(feed, position, source, "apart")
    return _drawn_anew(feed, position, source)


def _before(story: Story, position: int, feed: Feed) -> Feed | None:
    """What the same call fed the model with the last time."""
    fed = (one for at, one in story.feeds() if at < position and one.model.id == feed.model.id)
    return next((one for one in reversed(list(fed)) if one.site == feed.site), None)


def _is_behind_random_rows(source: Feed, feed: Feed) -> bool:
    """Whether rows of a file are inferred from after a training whose last rows chance has chosen."""
    is_trained = source.phase == "train" and is_read_from_file(feed.data)
    return is_trained and begins_anywhere(feed.data, rows_of(source.data) or source.data) is Ternary.YES


def _is_behind_mixed_batches(history: History, source: Feed, feed: Feed) -> bool:
    """Whether the rows of a batch in random order, fed by hand to a model in training, are none of those
    inferred from.
    """
    if feed.phase not in INFERENCE or all(earlier.phase != "train" for earlier in history.unbroken()):
        return False
    if dataset_shuffle(source):
        mixed = {part for part in parts(source.data.key) if part[0] == "dataset"}
        return mixed.isdisjoint(parts(feed.data.key))
    if source.phase != "train":
        return False
    return begins_anywhere(feed.data, rows_of(source.data) or source.data) is Ternary.YES


def _is_another_text(history: History, feed: Feed) -> bool:
    """Whether a text that the program spells out is read where another call read one from its beginning."""
    if not is_text(feed.data) or is_spelled_step(feed.data):
        return False
    mine = feed.context.stack
    return any(
        earlier.site == feed.site and len(earlier.context.stack) == len(mine) > 0 and is_text(earlier.data)
        for earlier in history.unbroken()
        if earlier.context.stack != mine
    )


def _drawn_anew(feed: Feed, position: int, source: Feed) -> Start | None:
    """A feed of a program's loop whose data chance has chosen anew in each pass."""
    loop = separating_loop(source.context, feed.context)
    if loop is None or loop.kind not in BY_HAND:
        return None
    is_said = is_generated(source.data.key) and not is_generated(feed.data.key)
    if source.site != feed.site and not (is_said and feed.phase in INFERENCE):
        return None
    if begins_anywhere(source.data, rows_of(feed.data) or feed.data) is not Ternary.YES:
        return None
    # A code drawn at random is what a generation goes on with.
    if is_spelled_step(feed.data):
        return None
    before, read = files_of(source.data), files_of(feed.data)
    if before and read and before != read:
        return Start(feed, position, source, "sequence", source, loop)
    if feed.phase in INFERENCE:
        return Start(feed, position, source, "apart")
    rows = rows_of(feed.data)
    # Rows in random order, and batches of several rows from a random one on, are a matter of their order.
    starts_at_row = rows is not None and rows.cut is not None and rows.cut.drawn is not None
    is_mixed = rows is not None and (rows.shuffle_site is not None or (starts_at_row and rows.samples != 1))
    return None if is_mixed else Start(feed, position, source, "sequence", source, loop)


def _goes_on(history: History, source: Feed, feed: Feed) -> bool:
    """Whether training goes on with the data of an earlier one, of which the inference's are no part."""
    mine = stream_of(feed.data)
    if begins_where_it_ends(source.data, feed.data):
        return False
    before = (earlier for earlier in history.unbroken() if earlier.phase == "train")
    return stream_of(source.data) != mine and any(stream_of(earlier.data) == mine for earlier in before)


def _begins_again(story: Story, position: int, feed: Feed) -> bool:
    """Whether a whole training on the same data went before, whatever happened since."""
    if feed.call.method not in ("fit", "fit_generator"):
        return False
    for before, earlier in story.feeds("train"):
        if before >= position:
            break
        is_other = earlier.call.id != feed.call.id and not earlier.context.excludes(feed.context)
        if is_other and earlier.model.id == feed.model.id:
            if _is_repeated(story, before, earlier, position, feed):
                return True
    return False


def _begins_fresh_again(story: Story, position: int, feed: Feed) -> bool:
    """Whether the same call trains on the same data once more, and then from a state that was reset."""
    return any(
        place > position
        and later.site == feed.site
        and later.model.id == feed.model.id
        and later.data.key == feed.data.key
        and entering(story, place, later).kind == "reset"
        for place, later in story.feeds("train")
    )


def _comes_round(story: Story, position: int, feed: Feed, source: Feed) -> bool:
    """Whether the source ended a pass of an epoch loop, behind the training that now comes again."""
    behind = position_of(story, source)
    loop = separating_loop(source.context, feed.context)
    if loop is None or loop.kind == "batches":
        return False
    for before, earlier in story.feeds("train"):
        if before >= behind:
            break
        is_same = earlier.site == feed.site and earlier.model.id == feed.model.id
        if not is_same or separating_loop(earlier.context, feed.context) != loop:
            continue
        if separating_loop(earlier.context, source.context) in (None, loop):
            if _is_repeated(story, before, earlier, position, feed):
                return True
            if _is_same_stream(earlier, feed) and entering(story, behind, source).kind == "reset":
                return True
    return False


def _ends_each_pass(story: Story, source: Feed, feed: Feed) -> bool:
    """Whether each pass of a program's loop ends with an inference on the same data, which can't be what the
    next training continues in more than one of them.
    """
    loop = separating_loop(source.context, feed.context)
    if loop is None or loop.kind not in BY_HAND or is_spelled_step(source.data):
        return False
    behind = position_of(story, source)
    return any(
        before < behind
        and earlier.site == source.site
        and earlier.model.id == source.model.id
        and separating_loop(earlier.context, source.context) == loop
        and _is_repeated(story, before, earlier, behind, source)
        for before, earlier in story.feeds(source.phase)
    )


def _warms_up(story: Story, source: Feed, feed: Feed) -> bool:
    """Whether a predict reads other data between a reset and the training, in each pass anew: what is to come
    before these, for all that is known.
    """
    is_reset = entering(story, position_of(story, source), source).kind == "reset"
    return (
        is_reset
        and source.call.method == "predict"
        and source.call.context.passes == feed.call.context.passes
    )


def _is_same_stream(earlier: Feed, feed: Feed) -> bool:
    """Whether both are fed from one object, made before the loop, of which more isn't known."""
    kinds = {earlier.data.kind, feed.data.kind}
    return (
        kinds <= {"generator", "unknown"}
        and earlier.data.key == feed.data.key
        and not is_read_anew(feed.data)
    )


def _training_before(source: Feed, history: History, feed: Feed) -> Feed | None:
    """The fit (with its validation) that an inference directly follows."""
    if feed.phase not in INFERENCE or source.phase not in ("train", "validation"):
        return None
    training = next((earlier for earlier in history.unbroken() if earlier.phase == "train"), None)
    if training is None or training.call.id != source.call.id:
        return None
    return training if training.call.method in ("fit", "fit_generator") else None


def _is_repeated(story: Story, before: int, earlier: Feed, position: int, feed: Feed) -> bool:
    loop = separating_loop(earlier.context, feed.context)
    if earlier.call.id == feed.call.id and (loop is None or loop.kind == "batches"):
        # Batches of one pass.
        return False
    # What a program fits in passes of its own it has ready; a batch may be in another form what comes in.
    is_fitted = feed.call.method == "fit" and feed.phase == "train"
    may_differ = is_asked_anew(story, feed.data, loop) if is_fitted else is_read_anew(feed.data)
    if earlier.site == feed.site and may_differ:
        return False
    size = feed.model.batch_size
    is_part = size is not None and feed.phase in INFERENCE and is_long_part(earlier.data, feed.data, size)
    if not (is_again(earlier.data, feed.data) or is_part) or is_written(story, before, position, feed.data):
        return False
    if earlier.site != feed.site:
        return not is_spelled_step(feed.data)
    return loop is None or not _differs_elsewhere(story, loop, earlier, feed)


def _reads_again(earlier: Feed, feed: Feed, *, is_last: bool) -> bool:
    """Whether an inference goes back to steps of the series on whose windows the model was trained."""
    if earlier.phase != "train" or is_spelled_step(feed.data):
        return False
    return is_read_already(earlier.data, feed.data, is_last=is_last)


def _goes_back(story: Story, feed: Feed, source: Feed) -> bool:
    """Whether an inference behind the validation on another series goes back to that of the training."""
    if feed.phase not in INFERENCE or source.phase != "validation" or source.data.windows is None:
        return False
    train = next((one for _, one in story.feeds("train") if one.call.id == source.call.id), None)
    if train is None or train.data.windows is None:
        return False
    is_other = train.data.windows.series != source.data.windows.series
    return is_other and _reads_again(train, feed, is_last=False)


def _is_grown(earlier: Feed, feed: Feed, loop: Loop) -> bool:
    """Whether each pass of the program's loop feeds all that the pass before did, and more."""
    return loop.kind in BY_HAND and earlier.site == feed.site and has_grown(earlier.data, feed.data)


def _differs_elsewhere(story: Story, loop: Loop, earlier: Feed, feed: Feed) -> bool:
    """Whether other passes of the loop feed something else there: two of its items are alike (`"ll"`)."""
    return any(
        other.site == feed.site
        and other.data.key != feed.data.key
        and separating_loop(other.context, feed.context) == loop
        and _inner_passes(other, loop) == _inner_passes(feed, loop) == _inner_passes(earlier, loop)
        for _, other in story.feeds(feed.phase)
    )


def _inner_passes(feed: Feed, loop: Loop) -> list[tuple[Site, int]]:
    """In which passes of the loops inside the loop it stands."""
    ids = [one.loop.id for one in feed.context.passes]
    inner = feed.context.passes[ids.index(loop.id) + 1 :]
    return [(one.loop.site, one.index) for one in inner]


def _rereads(story: Story, position: int, source: Feed, feed: Feed) -> bool:
    """Whether the source went again over what the call of `feed` trained on in the pass before."""
    history = History(story, position, source.model, source.context)
    earlier = next(iter(history.unbroken()), None)
    return (
        earlier is not None
        and earlier.phase == "train"
        and earlier.site == feed.site
        and source.call.context.passes == earlier.call.context.passes
        and source.data.key == earlier.data.key
    )


def _is_aside(story: Story, position: int, feed: Feed, source: Feed) -> bool:
    """Whether the source runs only in some passes, and in the others training simply goes on."""
    mine = set(feed.context.when)
    extra = [condition for condition in source.context.when if condition not in mine]
    if not extra:
        return False
    for event, certain in History(story, position, feed.model, feed.context):
        if any(condition in event.context.when for condition in extra):
            continue
        if isinstance(event, Feed):
            return event.phase == "train" and event.call.method == feed.call.method
        if certain or isinstance(event, Opaque | Built | Reset) or is_vain(event, feed.model):
            return False
    return False


def across_sequences(story: Story) -> Iterator[Start]:
    """The first call of each loop that meets a new sequence with the old state; one for each place."""
    seen: set[Site] = set()
    loops: set[int] = set()
    for start in starts(story):
        is_new = start.loop is not None and start.loop.id not in loops and start.feed.site not in seen
        if start.why == "sequence" and start.loop is not None and is_new:
            loops.add(start.loop.id)
            seen.add(start.feed.site)
            yield start


def judge_inherited(finding: Finding, recording: Recording, source: Site, phases: tuple[str, ...]) -> Verdict:
    """Whether the first batch of a call at the finding meets the state that a call at `source` left."""
    calls = calls_at(recording, finding.site)
    names = {call.index: call.name for call in recording.calls}
    sources = {call.index for call in calls_at(recording, source)}
    firsts: dict[int, BatchRun] = {}
    again = _met_again(recording, {call.index for call in calls})
    is_moved_on = any(related.message == ANOTHER for related in finding.related)
    is_seen = True
    for batch in recording.batches:
        if batch.phase in phases and any(batch.call == call.index for call in calls):
            firsts.setdefault(batch.call, batch)
    for batch in firsts.values():
        left = recording.batches[batch.carried_from] if batch.carried_from is not None else None
        if left is None or left.call not in sources or batch.entering is None or batch.entering.is_zero:
            continue
        if source == finding.site and _first_inputs(recording, left.call) != batch.inputs:
            if is_moved_on or batch.index not in again:
                # The next step of one series, as far as can be seen.
                is_seen = not is_moved_on
                continue
        text = (
            f"the state of norm {batch.entering.norm:.3g} that {names[left.call]} left enters the first batch"
        )
        return verdict(recording, Status.CONFIRMED, f"{text} of {names[batch.call]}")
    if firsts and all(b.entering is not None and b.entering.is_zero for b in firsts.values()):
        return verdict(recording, Status.REFUTED, "a zero state enters the first batch")
    if firsts and recording.outcome.status in ("finished", "stopped"):
        if not is_seen:
            text = "where one sequence ends and the next begins isn't seen in the run"
            return verdict(recording, Status.INCONCLUSIVE, text)
        return verdict(
            recording, Status.REFUTED, "the state that enters the first batch comes from elsewhere"
        )
    return not_measured(recording, "the call")


def _first_inputs(recording: Recording, call: int) -> str | None:
    return next((batch.inputs for batch in recording.batches if batch.call == call), None)


def _met_again(recording: Recording, calls: set[int]) -> set[int]:
    """The batches of these calls that read what an earlier one of them did, with no reset in between."""
    runs: dict[int | None, int] = {}
    seen: set[tuple[int, str]] = set()
    found: set[int] = set()
    for batch in recording.batches:
        run = runs[batch.index] = runs.get(batch.carried_from, batch.index)
        if batch.call in calls and batch.inputs is not None:
            if (run, batch.inputs) in seen:
                found.add(batch.index)
            seen.add((run, batch.inputs))
    return found
