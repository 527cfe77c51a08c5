"""How the windows of a series are fed, batch by batch."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace

from statelint.rules.feeding import AXES
from statelint.rules.neighbours import rows_of, rows_of_array, shared
from statelint.rules.orders import is_cut_along_rows
from statelint.rules.relation import stream_of
from statelint.rules.sliding import slid_by
from statelint.trace.linear import distance
from statelint.trace.objects import Array, Layer, Pair, Windows
from statelint.trace.queries import leaves_passes_out
from statelint.trace.story import Call, Feed, batch_size_of
from statelint.values import Known, Ternary, Unknown, Value, interned, is_, number, options


@dataclass(frozen=True, slots=True)
class Cadence:
    """How a series is fed: its windows, the rows of a batch, the steps of a row that the model sees (None:
    more than one, and it isn't known how many).
    """

    windows: Windows
    rows: int
    steps: int | None
    # The program itself moves one window on, from call to call.
    slides: bool = False
    # The windows come in random order, and would overlap in any.
    mixed: bool = False

    @property
    def gap(self) -> int | None:
        """How many steps row i of the next batch skips (> 0) or reads again (< 0); None: not known."""
        if self.steps is None:
            return None
        return self.rows * self.windows.stride - self.steps * self.windows.rate

    @property
    def is_torn(self) -> bool:
        """Whether row i of the next batch doesn't go on where row i of a batch ended."""
        if self.steps is None:
            # All but the first of several steps come again.
            return self.rows == self.windows.stride == 1
        return self.gap != 0


def cadence_of(feed: Feed, earlier: Feed | None) -> Cadence | None:
    """How the series of a feed is fed; None where that isn't known, or where the order is random anyway."""
    data, call = feed.data, feed.call
    if earlier is not None and leaves_passes_out(earlier.context, feed.context):
        return None
    along = _along_lanes(feed, earlier) or _along_items(feed, earlier) if earlier is not None else None
    if along is not None or (earlier is not None and not is_cut_along_rows(feed)):
        return along
    windows = data.windows or _steps_in_order(feed)
    if windows is None or windows.is_last or (windows.mixed and earlier is not None):
        return None
    seen = _steps_seen(feed, windows)
    steps = number(seen)
    if earlier is not None:
        cut = data.array.row_cut if data.array is not None else None
        # A slice of rows whose end isn't known may be a shorter one: the whole ones count.
        reach = cut.length if cut is not None else None
        # A batch of another size would raise.
        size = data.samples or reach or (feed.model.batch_size if data.array is not None else None)
        return _by_hand(windows, earlier, size, steps)
    if seen is not None and steps is None:
        steps = feed.model.steps
    windows, steps = _counted(windows, steps)
    dataset = data.dataset
    if dataset is not None:
        given = _numbers(dataset.batch)
    elif data.array is None and data.kind != "array":
        given = () if data.batch_rows is None else (data.batch_rows,)
    else:
        given = _numbers(call.argument("batch_size"), batch_size_of)
    is_mixed = windows.mixed or (
        dataset is not None and (dataset.shuffle_site or dataset.rows_shuffled) is not None
    )
    if not given or seen is None or (is_mixed and not windows.overlap):
        return None
    found = [Cadence(windows, rows, steps, mixed=is_mixed) for rows in given]
    rows = _numbers(feed.model.batch)
    if isinstance(feed.model.batch, Unknown) and data.array is not None and _is_default(call):
        # Keras's own batch size is probably not the model's: that raises.
        return None
    if len(found) == 1 and (not rows or rows == given):
        return found[0]
    # One of the sizes is the wrong or the right one, and it isn't known which.
    sizes = (*(rows if len(given) == 1 else ()), *given)
    found = [Cadence(windows, size, steps, mixed=is_mixed) for size in sizes]
    return found[0] if all(one.is_torn for one in found) else None


def _is_default(call: Call) -> bool:
    return is_(call.argument("batch_size"), None) is Ternary.YES


def _counted(windows: Windows, steps: int | None) -> tuple[Windows, int | None]:
    """The windows and the steps of a row in one unit: where the model takes other steps than those of the
    series, they are as many as lie in a window.
    """
    found = windows.counted_in(steps)
    # More steps than a window has aren't those of the series.
    is_counted = steps is not None and (found.length is None or steps <= found.length)
    return found, found.length if is_counted else None


def _steps_seen(feed: Feed, windows: Windows) -> Value | None:
    """The steps of a row that the model sees: a number or the windows' own; None where it is neither."""
    array, declared = feed.data.array, feed.model.steps
    folded = _steps_folded(feed.model.layers, windows)
    if folded is not None:
        return folded
    if array is None and feed.data.yielded is not None:
        array = next((pair.inputs for pair in feed.data.batches if _has_unknown_steps(pair.inputs)), None)
    # Of an array of windows no more than its rows may be known.
    shape = array.shape if array is not None else None
    is_vague = shape is None or (len(shape) == 1 and array is not None and array.windows is not None)
    if is_vague or feed.data.dataset is not None:
        # A window may stand on the axis of features, as the one step that the model takes.
        is_given = array is not None or feed.data.dataset is not None
        is_feature = is_given and declared == 1 and windows.length is not None
        return Known(declared) if is_feature else windows.steps
    seen = shape[1] if shape is not None and len(shape) > 1 else None
    if seen is None or number(seen) is not None or seen.key == windows.steps.key:
        return seen
    # A model that takes rows of as many steps as the windows have takes no others.
    is_whole = shape is not None and len(shape) == AXES and declared == windows.length is not None
    return windows.steps if is_whole else None


def _has_unknown_steps(array: Array) -> bool:
    return array.shape is not None and len(array.shape) > 1 and number(array.shape[1]) is None


def _steps_folded(layers: Sequence[Layer], windows: Windows) -> Value | None:
    """The steps that the model itself makes of a window before it reads them: `Reshape((1, 512))`."""
    for layer in itertools.takewhile(lambda layer: not layer.recurrent, layers):
        match [number(size) for size in layer.shapes.get("target_shape", ())]:
            case [int(steps), *_] if steps > 0:
                return Known(steps)
            case [-1, width] if width is not None and width == windows.length:
                return Known(1)
    return None


def _numbers(value: Value | None, of: Callable[[Value], int | None] = number) -> tuple[int, ...]:
    """The integers that it can be; none where one of them isn't known."""
    found = [of(option) for option in options(value)] if value is not None else []
    return tuple(size for size in found if size is not None) if None not in found else ()


def sliding(feed: Feed, earlier: Feed) -> Cadence | None:
    """How a window is fed that the program moves on between two calls; None where it isn't that."""
    shapes = [one.data.array.shape if one.data.array else None for one in (feed, earlier)]
    sizes = (number(shape[1]) for shape in shapes if shape and len(shape) > 1)
    steps = next((size for size in sizes if size is not None), feed.model.steps)
    shift = slid_by(earlier.data, feed.data, steps)
    if shift is None or not 0 < shift <= (1 if steps is None else steps):
        return None
    # Of a model of several rows it isn't known that it runs on one window as it stands.
    if steps is None and {number(size) for size in options(feed.model.batch)} - {None} != {1}:
        return None
    return Cadence(Windows(stream_of(feed.data), None, shift, steps, feed.call.site), 1, steps, True)


def _along_lanes(feed: Feed, earlier: Feed) -> Cadence | None:
    """How a loop moves on along lanes that stand side by side: `x[:, i:i + steps]`, or some of them; None
    where it isn't that or where it goes on behind the steps before.
    """
    one, other = _part_of_lanes(earlier.data.key), _part_of_lanes(feed.data.key)
    if one is None or other is None or one[0] != other[0]:
        return None
    (begun, ended), (begin, end) = one[1:], other[1:]
    advance, steps = begin - begun, end - begin
    if not 0 < advance < steps or steps != ended - begun or feed.model.steps not in (None, steps):
        return None
    # Behind other layers the axis need not be that of time.
    if feed.model.steps is None and not feed.model.layers[0].recurrent:
        return None
    return Cadence(Windows(other[0], None, advance, steps, feed.call.site), 1, steps, slides=True)


def _along_items(feed: Feed, earlier: Feed) -> Cadence | None:
    """How a loop goes over an array of batches whose rows are windows of lanes, one of each; None where it
    isn't that or where each goes on behind the one before.
    """
    array, before = feed.data.array, earlier.data.array
    one, other = before.part if before else None, array.part if array else None
    if one is None or one != other or one.start is None or other is None or other.start is None:
        return None
    # What the windows of a single lane lie along would else be the rows.
    sizes = [number(size) for size in (array.shape if array else None) or ()]
    if len(sizes) != AXES or sizes[1] != one.length or sizes[0] == sizes[1]:
        return None
    advance = other.start - one.start
    if sizes[1] is None or not 0 < advance < sizes[1] or feed.model.steps not in (None, sizes[1]):
        return None
    return Cadence(Windows(other.whole, None, advance, sizes[1], feed.call.site), 1, sizes[1], slides=True)


def _part_of_lanes(key: Hashable) -> tuple[Hashable, int, int] | None:
    """The lanes of which these are some steps, and from which on and up to which."""
    match key:
        case ("Array", inner):
            return _part_of_lanes(inner)
        case (
            "rows" | "index",
            whole,
            (
                "Tuple",
                (
                    ("Slice", _) as rows,
                    ("Slice", (("int", int(start)), ("int", int(stop)), ("NoneType", None))),
                    *rest,
                ),
            ),
        ) if 0 <= start < stop:
            return interned((whole, rows, *rest)), start, stop
    return None


def _steps_in_order(feed: Feed) -> Windows | None:
    """The single steps of a series as windows, where the targets are made of the steps behind or before them:
    `x = s[:-1]`, `y = s[1:]`.
    """
    if feed.phase != "train":
        return None
    found = [_step_in_order(feed, pair) for pair in _pairs(feed)]
    match found:
        case [Windows(start=int(start)) as first, Windows(start=int(then)) as second]:
            goes_on = first.series == second.series and then - start == feed.data.batch_rows
            return first if goes_on else None
        case [one]:
            return one
    return None


def _step_in_order(feed: Feed, pair: Pair) -> Windows | None:
    match pair.targets:
        case Known(value=Array() as targets):
            aimed = rows_of_array(targets)
        case targets:
            aimed = rows_of(targets.key)
    sizes = [*_numbers(feed.model.batch), *_numbers(feed.call.argument("batch_size"), batch_size_of)]
    if _steps_of_rows(pair.inputs, feed) != 1:
        return None
    for row, apart in shared(rows_of_array(pair.inputs), aimed):
        # Where lanes stand side by side, the step behind a row is in another batch.
        if abs(apart) == 1 or all(1 < abs(apart) < size and math.gcd(apart, size) == 1 for size in sizes):
            return Windows(row.series, distance(Known(0).key, row.place), 1, 1, feed.call.site)
    return None


def _pairs(feed: Feed) -> Sequence[Pair]:
    """The inputs and targets that a call is given: all of them, or a generator's first two batches."""
    data = feed.data
    if data.dataset is not None:
        match data.dataset.parts:
            case [Known(value=Array() as inputs), targets, *_]:
                return (Pair(inputs, targets),)
        return ()
    if data.kind == "array":
        return (Pair(data.array or Array(data.key, None, data.key), feed.call.argument("y")),)
    return data.batches


def _steps_of_rows(array: Array, feed: Feed) -> int | None:
    """The steps of a row, which are those that the model takes where nothing is known of the shape."""
    if array.shape is None:
        return feed.model.steps
    return number(array.shape[1]) if len(array.shape) > 1 else None


def _by_hand(windows: Windows, earlier: Feed, rows: int | None, steps: int | None) -> Cadence | None:
    before = earlier.data.windows or _steps_in_order(earlier)
    if before is None or rows is None:
        return None
    before = before.counted_in(steps)
    windows, steps = _counted(windows, steps)
    # Of windows of several lengths each may begin where the one before ended.
    if before.series != windows.series or before.length != windows.length:
        return None
    if windows.start is None or before.start is None:
        return None
    advance = windows.start - before.start
    if rows == earlier.data.samples == 1 and advance > 0:
        return Cadence(replace(windows, stride=advance), 1, steps, slides=True)
    if steps is None:
        return None
    # The loop moves on by whole batches of these windows.
    if advance == rows * windows.stride > 0:
        return Cadence(windows, rows, steps)
    # Or by some of a batch's windows: then each row moves on by as many.
    if 0 < advance < rows * windows.stride and rows == _rows_of(earlier):
        return Cadence(replace(windows, stride=advance), 1, steps, slides=True)
    return None


def _rows_of(feed: Feed) -> int | None:
    """How many rows a feed has, or would have if none are missing."""
    cut = feed.data.array.row_cut if feed.data.array is not None else None
    return feed.data.samples or (cut.length if cut is not None else None)
