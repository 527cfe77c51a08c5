"""The first batch that a call feeds, and what Keras does with it where it doesn't fit the states."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from statelint.rules.chance import is_read_from_file
from statelint.rules.feeding import batch_argument, is_counted, is_trimmed, takes_all_steps, training_samples
from statelint.rules.unsized_batch_of_one import loops_over_one_row
from statelint.rules.whole_batches import has_many_rows, is_share_or_windows, takes_many_rows_at_once
from statelint.trace.keys import parts
from statelint.trace.objects import Data, Dataset, Model
from statelint.trace.story import Built, Call, Story
from statelint.values import Known, Ternary, Value, is_, number

# Calls that run the same compiled function of the model.
_FUNCTIONS = {
    "fit": "train",
    "train_on_batch": "train",
    "evaluate": "test",
    "test_on_batch": "test",
    "predict": "predict",
    "predict_on_batch": "predict",
    "fit_generator": "train",
    "evaluate_generator": "test",
    "predict_generator": "predict",
}


# Methods of tables that may take a single row.
_PICKING = frozenset(["tail", "head", "sample", "query", "loc", "at", "take", "filter", "nlargest", "get"])


@dataclass(frozen=True, slots=True)
class FirstBatch:
    """Of how many rows a call's first batch is.

    `part` is "" or "validation".  `rows` is None where all rows are one batch, however many there are.
    `asked` is the batch size that the call asks for, `samples` all its rows (None: not known).  `exact` says
    whether no later batch has another size, which Keras then checks before it runs anything (None: not
    known).  `values` are what this rests on.
    """

    call: Call
    part: str
    rows: int | None
    asked: int | None
    samples: int | None
    exact: bool | None
    values: tuple[Value, ...] = ()


def state_rows(story: Story, model: Model) -> int | None:
    """For how many rows the model has states; None where that isn't known, or differs between its layers."""
    size = model.batch_size
    layers = {layer.id for layer in model.stateful_layers}
    for event in story.events:
        if isinstance(event, Built) and event.layer.id in layers and number(event.batch) != size:
            return None
    return size


def misfits(story: Story, call: Call, size: int) -> Iterator[FirstBatch]:
    """The first batches of a call (its training data's, its validation's) that certainly don't have `size`
    rows.
    """
    if call.method == "call" or call.method.endswith("on_batch"):
        yield from _by_hand(story, call, size)
    elif call.method in ("fit", "evaluate", "predict", "predict_classes", "predict_proba"):
        given = batch_argument(call)
        if is_(call.argument("batch_size"), None) is Ternary.YES and not takes_all_steps(call):
            # Keras works it out from the number of steps.
            given = None
        yield from _of(story, call, "", call.data, training_samples(call), given, size)
        if size == 1 and takes_many_rows_at_once(call):
            yield FirstBatch(call, "", None, None, None, None, (more_rows_than(size),))
        if call.method == "fit" and call.validation is not None:
            if call.data.kind not in ("array", "unknown"):
                given = batch_argument(call, "validation_batch_size")
            elif is_(call.argument("validation_batch_size"), None) is not Ternary.YES:
                given = number(call.argument("validation_batch_size"))
            samples = call.validation.samples
            whole, train = call.data.samples, training_samples(call)
            if samples is None and whole is not None and train is not None and call.validation.array is None:
                samples = whole - train or None
            yield from _of(story, call, "validation", call.validation, samples, given, size)
    elif call.method.endswith("_generator"):
        for part, data in (("", call.data), ("validation", call.validation)):
            if data is not None and (data.dataset is not None or data.kind in ("generator", "sequence")):
                yield from _of(story, call, part, data, None, None, size)
            elif part and data is not None and 0 < (data.samples or 0) < size:
                # Into however large batches they are cut.
                yield FirstBatch(call, part, data.samples, None, data.samples, exact=False)


def of_unknown_rows(story: Story, call: Call) -> FirstBatch | None:
    """The first batch of arrays under a batch size other than one, where Keras 3 can't take it for one row.

    It fails on a state of one row however many rows there are: full batches have too many, and where they
    aren't full it isn't known beforehand how many they have.
    """
    asked = batch_argument(call)
    stated = is_(call.argument("batch_size"), None) is Ternary.NO
    if call.method not in ("fit", "evaluate") or call.data.kind != "array" or call.data.samples is not None:
        return None
    if (
        asked is None
        or asked < 2
        or not (stated or takes_all_steps(call))
        or not loops_over_one_row(story, call)
    ):
        return None
    return FirstBatch(call, "", asked, asked, None, None, (call.argument("batch_size"),))


def too_many_rows(story: Story, call: Call) -> FirstBatch | None:
    """The first training batch of arrays whose rows are taken to be more than the states have.

    How many there are isn't known, so in batches of the right size they are several.
    """
    size = call.model.batch_size
    found = () if size is None else misfits(story, call, size)
    return next((first for first in found if not first.part and first.samples is None), None)


def _by_hand(story: Story, call: Call, size: int) -> Iterator[FirstBatch]:
    here = [other.data.samples for other in story.calls() if other.site == call.site]
    rows = call.data.samples
    # A site that ever feeds the right number is a loop with a short last slice.
    if rows and rows != size and all(n not in (None, 0, size) for n in here):
        count = call.data.array.count if call.data.array is not None else None
        yield FirstBatch(call, "", rows, None, rows, True, () if count is None else (count,))


def _of(
    story: Story, call: Call, part: str, data: Data, samples: int | None, given: int | None, size: int
) -> Iterator[FirstBatch]:
    if data.dataset is not None:
        yield from _of_dataset(call, part, data.dataset, size)
    elif data.kind in ("generator", "sequence") and data.batch_rows not in (None, size):
        assert data.batch_rows is not None
        yield FirstBatch(call, part, data.batch_rows, None, None, False)
    elif _is_array(story, data) and given is not None and given > 0 and samples != 0:
        values = [call.argument("batch_size"), call.argument("validation_batch_size")]
        stated = any(is_(value, None) is Ternary.NO for value in values)
        # A single row without a batch size isn't meant to be one of `size`, though that is the default.
        if given == size and (stated or samples != 1):
            return
        if samples is None and given > size:
            if not _is_fed_in_batches(story, call, data, size) and not _are_more(call, data, size, stated):
                return
            values.append(more_rows_than(size))
        rows = given if samples is None else min(given, samples)
        if rows != size:
            exact = given == 1 or (None if samples is None else samples % given == 0)
            values += [] if data.array is None or data.array.count is None else [data.array.count]
            yield FirstBatch(call, part, rows, given, samples, exact, tuple(values))


def _are_more(call: Call, data: Data, size: int, stated: bool) -> bool:
    """Whether data of unknown length may be taken to have more rows than the states; `stated`: a batch size
    is asked for.
    """
    if data.is_part:
        return False
    if is_trimmed(data, size):
        return True
    if has_many_rows(call, data):
        return size == 1 or call.method == "fit" or is_share_or_windows(call, data)
    # Lanes are one batch, whatever size is asked for: five rows for states of five.
    if size > 1:
        return False
    is_series = stated and call.method != "predict"
    return is_series or _has_rows_for_steps(call, data) or _is_read(call, data)


def _is_array(story: Story, data: Data) -> bool:
    """Whether the data are an array: what a file holds is one, or else another call tells, that has them with
    targets, or others that the same call returned.
    """
    if data.kind != "unknown":
        return data.kind == "array"
    if is_read_from_file(data):
        return True
    arrays = {
        fed.key
        for other in story.calls()
        for fed in (other.data, other.validation)
        if fed is not None and fed.kind == "array"
    }
    return data.key in arrays or any(_are_siblings(data.key, key) for key in arrays)


def _are_siblings(one: Hashable, other: Hashable) -> bool:
    """Whether one call returned both: `x_train, x_test, y_train, y_test = load()`."""
    match one, other:
        case ("unpacked", source, _), ("unpacked", same, _):
            return source == same
    return False


def _is_read(call: Call, data: Data) -> bool:
    """Whether a model is tested on the data of a file, of which a single row is no series."""
    if call.method == "fit" or not is_counted(data):
        return False
    made = [part for part in parts(data.key) if isinstance(part[0], str)]
    picked = any(part[0] == "attribute" and part[-1] in _PICKING for part in made)
    return not picked and is_read_from_file(data)


def _has_rows_for_steps(call: Call, data: Data) -> bool:
    """Whether a fit trains on a series whose steps are the rows, so that a single row would be one step.

    What is fitted step by step as it comes in isn't validated.
    """
    shape = data.array.shape if data.array is not None else None
    has_one_step = shape is not None and len(shape) > 2 and number(shape[1]) == 1
    return call.method == "fit" and call.validation is not None and has_one_step


def _of_dataset(call: Call, part: str, dataset: Dataset, size: int) -> Iterator[FirstBatch]:
    asked, samples = number(dataset.batch), number(dataset.elements)
    drops = is_(dataset.drop_remainder, True)
    if asked is None or asked <= 0 or asked == size or samples == 0 or dataset.batch is None:
        return
    values = [dataset.batch, dataset.elements]
    rows = asked
    if drops is Ternary.NO and samples is not None:
        rows = min(asked, samples)
    elif samples is not None and samples < asked:
        return
    elif samples is None and drops is not Ternary.YES and asked > size:
        if size > 1:
            return
        values.append(more_rows_than(size))
    if rows != size:
        yield FirstBatch(call, part, rows, asked, samples, drops is Ternary.YES, tuple(values))


def _is_fed_in_batches(story: Story, call: Call, data: Data, size: int) -> bool:
    """Whether the same data are more than one batch: another call is told to cut them into batches that fit,
    or another model's training cuts them into greater ones.
    """
    for other in story.calls():
        is_fed = data.key in (other.data.key, other.validation and other.validation.key)
        asked = number(other.argument("batch_size"))
        if other.site == call.site or not is_fed or asked is None:
            continue
        if other.model.id == call.model.id:
            if other.method in ("fit", "evaluate", "predict") and asked == size:
                return True
        elif other.method == "fit" and asked > size:
            return True
    return False


def more_rows_than(size: int) -> Value:
    """The assumption under which data of unknown length aren't a single batch that fits."""
    return Known(None, (f"the data have more than {size} row{'s' if size > 1 else ''}",))


def outcome(keras: int, story: Story, batch: FirstBatch, size: int) -> str | None:
    """What this Keras generation raises, None where it spreads the one row over all slots without a word."""
    method = batch.call.method
    if batch.exact is None and size == 1 and keras == 3:
        return "raises ValueError: a state of one row doesn't fit batches that may have more"
    if batch.exact is None:
        return "raises ValueError or InvalidArgumentError (the rows don't fit the states) at the first batch"
    known = batch.exact or (keras == 3 and method == "predict")
    if method != "call" and _ran_before(story, batch):
        # Traced for two shapes, the function leaves the number of rows open.
        known = False
    if known:
        if keras == 2:
            return (
                f"raises ValueError (expected shape=({size}, …), found shape=({batch.rows}, …)) before any "
                "batch ran"
            )
        return f"raises ValueError (expected batch size: {size}, received: {batch.rows}) before any batch ran"
    if batch.rows == 1:
        return None
    if size == 1 and keras == 3:
        return (
            "raises ValueError (the state enters the loop over the time steps with one row and leaves it "
            "with another number)"
        )
    if size == 1:
        return (
            f"raises InvalidArgumentError (a tensor of {batch.rows} rows doesn't fit one of 1) at the first "
            "batch"
        )
    return (
        f"raises InvalidArgumentError (incompatible shapes: [{batch.rows},…] vs. [{size},…]) at the first "
        "batch"
    )


def _ran_before(story: Story, batch: FirstBatch) -> bool:
    """Whether the same function of the model has certainly taken batches of another size before."""
    function = "test" if batch.part else _FUNCTIONS.get(batch.call.method)
    for event in story.events:
        if event is batch.call:
            return False
        if isinstance(event, Call) and _FUNCTIONS.get(event.method) == function:
            rows = event.data.samples
            asked = batch_argument(event) if not event.method.endswith("on_batch") else rows
            fed = None if rows is None or asked is None else min(rows, asked)
            if event.model.id == batch.call.model.id and fed not in (None, batch.rows):
                return True
    return False
