"""How the data of two feeds are related: the same again, made apart, or parts of one thing."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from statelint.rules.answers import may_differ
from statelint.rules.chance import RANDOM, begins_anywhere, files_of, is_generated, is_part
from statelint.rules.groups import are_groups, begins_with_an_owner
from statelint.rules.sliding import contents
from statelint.rules.spans import is_left_out, span_of, stand_before, stands_far_behind
from statelint.trace.keys import parts
from statelint.trace.listings import in_no_order, origins_of, sources_of
from statelint.trace.objects import Array, Data, Windows
from statelint.trace.story import Loop, Story, Written
from statelint.values import Known, Ternary, number

# Blank arrays: what they are filled with is part of their key.
_BLANK = ("numpy.zeros", "numpy.ones", "numpy.empty", "numpy.full", "tensorflow.zeros", "tensorflow.ones")
# The loops of the program itself.
BY_HAND = ("for", "while", "endless")

# What has to be assumed where two data come of different streams.
NAMED_APART = ("the validation's data don't begin where those of the training end",)
OF_OTHER_STREAMS = ("the data of the second generator don't begin where those of the first end",)


def rows_of(data: Data) -> Array | None:
    """The (first) array whose rows are fed, through a Dataset."""
    if data.dataset is None or not data.dataset.parts:
        return data.array
    part = data.dataset.parts[0]
    return part.value if isinstance(part, Known) and isinstance(part.value, Array) else None


def is_again(earlier: Data, later: Data) -> bool:
    """Whether data that certainly went through as `earlier` begin again with `later`."""
    if "generator" in (earlier.kind, later.kind):
        return False
    if earlier.key == later.key:
        return not earlier.kind == later.kind == "unknown"
    if earlier.dataset is not None and _is_first_batch_of(earlier.dataset.key, later.key):
        return True
    if are_same_batches(earlier, later):
        return True
    one, other = rows_of(earlier), rows_of(later)
    if _is_row_of(later.key, earlier.key, one.samples if one is not None else None):
        return True
    if one is None or other is None:
        return False
    if one.key == other.key or are_same_windows(earlier, later):
        return True
    start, rows, begin, count = number(one.start), one.samples, number(other.start), other.samples
    if one.base != other.base or start is None or begin is None:
        return False
    if begin == start:
        return True
    # A slice that reaches the end (or beyond) may be meant as the last look back.
    return rows is not None and count is not None and start < begin and begin + count < start + rows


def _is_first_batch_of(dataset: Hashable, batch: Hashable) -> bool:
    """Whether a loop over a Dataset, or over its first batches, drew this one first."""
    for form in contents(batch):
        match form:
            # The first of its parts, or what isn't known of it.
            case ("item", drawn, 0, 0, *_) | ("unpacked", ("item", drawn, 0), 0) | ("item", drawn, 0):
                is_begun = isinstance(drawn, tuple) and drawn[:2] == ("take", dataset)
                return is_begun or drawn == dataset
    return False


def is_long_part(earlier: Data, later: Data, size: int) -> bool:
    """Whether the later data are a part of the earlier ones, and more rows than one batch of so many, which
    may be meant as the last look back.
    """
    one, other = rows_of(earlier), rows_of(later)
    if one is None or other is None or one.base != other.base or number(one.start) != 0:
        return False
    begin = number(other.start) or 0
    return one.row_cut is None and other.row_cut is not None and max(other.samples or 0, -begin) > size


def are_same_batches(one: Data, other: Data) -> bool:
    """Whether both are Datasets of one chain of calls, or Sequences of the same data: made anew each time."""
    if one.dataset is not None and other.dataset is not None:
        return one.dataset.key == other.dataset.key
    return one.kind == other.kind == "sequence" and one.kept == other.kept != {}


def are_same_windows(one: Data, other: Data) -> bool:
    """Whether both are as many windows of one series from the same place on, cut anew each time."""
    first, second = rows_of(one), rows_of(other)
    if first is None or second is None or first.windows is None or first.windows != second.windows:
        return False
    if first.count is None or second.count is None or first.count.key != second.count.key:
        return False
    return first.windows.start is not None and not may_differ(first.windows.series)


def _is_row_of(row: Hashable, whole: Hashable, count: int | None) -> bool:
    """Whether this is the first row of those data, in whatever form (`x[0].reshape(1, 1, 1)`), or another one
    but the last, which may be meant as the last look back; `count` is their number.
    """
    rows = set(_forms(whole))
    for form in contents(row):
        match form:
            case ("item" | "index", source, int(place) | ("int", int(place))):
                is_inside = place == 0 or (count is not None and 0 < place < count - 1)
                return is_inside and not rows.isdisjoint(_forms(source))
    return False


def _forms(key: Hashable) -> Iterator[Hashable]:
    """The data, and the data whose rows they hold, in order: in another form, or some columns of them."""
    found: list[Hashable] = [key]
    while found:
        for form in contents(found.pop()):
            yield form
            match form:
                case (
                    "index" | "rows",
                    source,
                    ("Tuple", (("Slice", (("NoneType", None), ("NoneType", None), ("NoneType", None))), *_)),
                ):
                    found.append(source)


def are_apart(one: Data, other: Data, *, in_turn: bool = True) -> bool:
    """Whether `other` certainly doesn't go on where `one` ended: its rows are in random order, begin at a
    random place, stand before or far behind those of `one`, or are sequences of their own.

    `in_turn` is False where others may have been fed between them.
    """
    rows = rows_of(other)
    found = begins_anywhere(one, rows or other)
    if found is not Ternary.UNKNOWN:
        return found is Ternary.YES
    if rows is not None and (rows.shuffle_site is not None or rows.separate_site is not None):
        return True
    if (in_turn and stands_far_behind(one.key, other.key)) or _is_new_seed(one, rows or other):
        return True
    if _begin_before(one.windows, other.windows) or begins_with_an_owner(other):
        return True
    return bool(_apart(one, other)) or any(stand_before(mine, other) for mine, other in _wholes(one, other))


def _begin_before(one: Windows | None, other: Windows | None) -> bool:
    """Whether the later windows of one series begin with a step before the first one of the earlier ones."""
    if one is None or other is None or one.series != other.series or may_differ(one.series):
        return False
    # What is made of each step may be anything.
    if any(part[0] == "made" for part in parts(one.series)):
        return False
    return one.start is not None and other.start is not None and 0 <= other.start < one.start


def _is_new_seed(one: Data, other: Data | Array) -> bool:
    """Whether `one` was generated, and `other` is drawn at random by itself, to begin another generation."""
    if not is_generated(one.key) or is_generated(other.key):
        return False
    drawn = _draws(other.key)
    return bool(drawn) and drawn.isdisjoint(part[1] for part in parts(one.key) if part in origins(one.key))


def is_in_random_order(data: Data) -> bool:
    """Whether a Dataset or a generator shuffles what it delivers."""
    dataset = data.dataset
    if dataset is not None:
        return dataset.shuffle_site is not None or dataset.rows_shuffled is not None
    return data.yields_shuffled is not None or data.rows_shuffled is not None


def _wholes(one: Data, other: Data) -> Iterator[tuple[Hashable, Hashable]]:
    """The keys of the data, and of the series of which they are windows."""
    yield one.key, other.key
    first, second = one.windows, other.windows
    if first is not None and second is not None and first.start == second.start is not None:
        yield first.series, second.series


def leads_to(one: Data, other: Data) -> bool:
    """Whether the rows of `other` may be those of one whole that stand behind the rows of `one`."""
    if begins_where_it_ends(one, other):
        return True
    first, second = rows_of(one), rows_of(other)
    if first is None or second is None or first.base != second.base:
        return False
    start, rows, begin = number(first.start), first.samples, number(second.start)
    if start is None or begin is None or (start < 0) != (begin < 0):
        return True
    return begin > start if rows is None else begin == start + rows


def begins_where_it_ends(one: Data, other: Data) -> bool:
    """Whether `other` are the rows of one whole that stand right behind those of `one`."""
    before, behind = span_of(one.key), span_of(other.key)
    if before is None or behind is None or before[0] != behind[0]:
        return False
    return before[2] == behind[1] and not is_left_out(behind[1])


def goes_on_by_numbers(one: Data, other: Data) -> bool:
    """Whether one function makes both generators, and a number that the later one is given may be where the
    earlier one ends: `batches(0, 800)`, `batches(800, 1000)`.
    """
    match one.key, other.key:
        case (
            ("Items", ("generator", _, function, tuple(own))),
            ("Items", ("generator", _, same, tuple(theirs))),
        ) if function == same and len(own) == len(theirs):
            differing = [(mine, new) for mine, new in zip(own, theirs, strict=True) if mine != new]
            ends = _whole_numbers(mine for mine, _ in differing)
            begins = _whole_numbers(new for _, new in differing)
            # One number alone names one of several.
            return len(begins) > 1 and any(begin in ends or begin - 1 in ends for begin in begins)
    return False


def _whole_numbers(keys: Iterable[Hashable]) -> set[int]:
    found: set[int] = set()
    for key in keys:
        match key:
            case ("int", int(number_)):
                found.add(number_)
    return found


def are_other_streams(one: Data, other: Data) -> bool:
    """Whether one function makes the two generators, of which it is told that they shall read other data, or
    one method of two objects that keep other data.
    """
    if not "generator" == one.kind == other.kind:
        return False
    return _are_made_apart(one.key, other.key) or (
        _are_of_one_method(one, other) and _keep_others(one, other)
    )


def _are_of_one_method(one: Data, other: Data) -> bool:
    """Whether the generators are made by the same method of two objects."""
    match one.key, other.key:
        case (
            ("Items", ("generator", _, function, (("Ref", _) as own, *_))),
            ("Items", ("generator", _, same, (("Ref", _) as theirs, *_))),
        ):
            return function == same and own != theirs
    return False


def _keep_others(one: Data, other: Data) -> bool:
    """Whether what they keep is read in the same way from places of other names."""
    both = [(one.kept[name], other.kept[name]) for name in one.kept.keys() & other.kept.keys()]
    # A text that a Sequence keeps may name a part of one series.
    return any(differ_in_text(mine, theirs) for mine, theirs in both if not _is_text(mine))


def are_named_apart(one: Data, other: Data) -> bool:
    """Whether the data are read in the same way from places of other names: two files, two groups of one."""
    if one.kind != other.kind:
        return False
    return _keep_others(one, other) or differ_in_text(begun(one.key), begun(other.key))


def begun(key: Hashable) -> Hashable:
    """The whole of which the first rows are taken, if that is what it is."""
    match key:
        case ("rows" | "index", whole, ("Slice", (("NoneType", None) | ("int", 0), _, ("NoneType", None)))):
            return begun(whole)
    return key


def _is_text(key: Hashable) -> bool:
    return isinstance(key, tuple) and key[:1] == ("str",)


def _are_made_apart(one: Hashable, other: Hashable) -> bool:
    """Whether the keys are those of generators of one function with arguments that are told apart."""
    match one, other:
        case (
            ("Items", ("generator", _, function, tuple(own))),
            ("Items", ("generator", _, same, tuple(theirs))),
        ):
            return function == same and any(map(_are_told_apart, own, theirs))
    return False


def _are_told_apart(one: Hashable, other: Hashable) -> bool:
    """Whether two arguments are different numbers or texts, or made of different texts in the same way (two
    paths in a folder), or other streams themselves.
    """
    match one, other:
        case ("int" | "str", _), ("int" | "str", _):
            return one != other
    return _are_made_apart(one, other) or differ_in_text(one, other)


def differ_in_text(one: Hashable, other: Hashable) -> bool:
    """Whether two keys are the same but for texts in them."""
    if one == other or not (isinstance(one, tuple) and isinstance(other, tuple)) or len(one) != len(other):
        return False
    if one[:1] == other[:1] == ("str",):
        return True
    differing = [(mine, theirs) for mine, theirs in zip(one, other, strict=True) if mine != theirs]
    return all(differ_in_text(mine, theirs) for mine, theirs in differing)


def _apart(one: Data, other: Data) -> frozenset[int]:
    """The ids of the random draws of two data that have none in common; empty where that isn't proven."""
    first, second = rows_of(one), rows_of(other)
    if first is None or second is None:
        return frozenset()
    left, right = _draws(first.key), _draws(second.key)
    return left | right if left and right and not left & right else frozenset()


def stream_of(data: Data) -> Hashable:
    """What the data are a part of: the whole array, Dataset or list that they are cut or drawn from."""
    array = data.array
    if array is not None and array.cut is not None:
        return array.cut.whole
    if array is not None and array.base != array.key:
        return array.base
    key = data.key
    return key[1] if isinstance(key, tuple) and len(key) > 2 and key[0] == "item" else key


def are_separate(story: Story, earlier: Data, later: Data, position: int, loop: Loop) -> bool:
    """Whether passes of a loop feed sequences of their own: arrays of a list that are apart, or one file or
    episode each.
    """
    drawn = _apart(earlier, later) if loop.kind == "for" else None
    if drawn and isinstance(loop.over, tuple) and all(id_ < loop.id for id_ in drawn):
        return True
    if are_groups(earlier, later) or (loop.kind in BY_HAND and _begins_another(earlier, later)):
        return True
    one, other = origins_of(earlier.key), origins_of(later.key)
    if loop.kind not in BY_HAND or len(one) != 1 or len(other) != 1 or one == other:
        return False
    (first,), (second,) = one, other
    if first[0] == "episode":
        return second[0] == "episode"
    if _is_beside(earlier.key, first):
        return False
    # Files that are put in order may be the parts of one series.
    return first[1] == second[1] and not _is_sorted(story, position, first)


def _is_beside(key: Hashable, origin: Hashable) -> bool:
    """Whether data are made of a part of something else, and of the file beside: a series with noise, say."""
    for part in parts(key):
        match part:
            case ("operation", _, left, right):
                others = [side for side in (left, right) if origin not in set(parts(side))]
                if any(map(is_part, others)):
                    return True
    return False


def begins_episode(data: Data) -> bool:
    """Whether the data are what an environment gives at the beginning of an episode, and nothing else."""
    sources = sources_of(data.key)
    return len(sources) == 1 and all(source[0] == "episode" for source in sources)


def _begins_another(earlier: Data, later: Data) -> bool:
    """Whether a generation begins with a file of its own, behind one that began with another file: what was
    generated there isn't what the file continues.
    """
    if is_generated(later.key) or not is_generated(earlier.key):
        return False
    one, other = files_of(earlier), files_of(later)
    return bool(one - other) and bool(other - one)


def _is_sorted(story: Story, position: int, file: tuple[Hashable, ...]) -> bool:
    """Whether the listing of which it is a file was put in order in place, and not in none since."""
    written = {e.key for e in story.events[:position] if isinstance(e, Written)}
    mixed = in_no_order(file[1])
    return mixed in written if mixed is not None else not written.isdisjoint(parts(file))


def is_written(story: Story, earlier: int, later: int, data: Data) -> bool:
    """Whether the data were changed in place between two positions of the story."""
    written = {e.key for e in story.events[earlier:later] if isinstance(e, Written)}
    return bool(written) and (data.key in written or any(part in written for part in parts(data.key)))


def is_spelled_step(data: Data) -> bool:
    """Whether the data are one step that is written into a blank array: another one may be equal to it."""
    shape = data.array.shape if data.array is not None else None
    return (
        shape is not None
        and [number(size) for size in shape[:2]] == [1, 1]
        and any(part[0] == "blank" for part in parts(data.key))
    )


def is_constant(data: Data) -> bool:
    """Whether the data are a blank array, into which nothing was written."""
    return isinstance(data.key, tuple) and data.key[0] in _BLANK


def is_made_up(data: Data) -> bool:
    """Whether the data are a blank array, or consist of nothing but what chance has drawn."""
    return is_constant(data) or bool(_draws(data.key))


def is_zero(data: Data) -> bool:
    """Whether the data are zeros, into which nothing was written."""
    return isinstance(data.key, tuple) and data.key[0] in ("numpy.zeros", "tensorflow.zeros")


def origins(key: Hashable) -> frozenset[Hashable]:
    """The arrays that the program made from nothing, of which data consist."""
    return frozenset(
        part
        for part in parts(key)
        if len(part) == 2 and isinstance(part[0], str) and "." in part[0] and isinstance(part[1], int)
    )


def _draws(key: Hashable) -> frozenset[int]:
    """The ids of the random draws that data consist of; empty where anything else may be in them."""
    found: set[int] = set()
    for part in parts(key):
        head = part[0]
        if not isinstance(head, str) or len(part) != 2 or not isinstance(part[1], int):
            if head in ("name", "parameter", "attribute", "call", "generator", "widened"):
                return frozenset()
        elif head.startswith(RANDOM):
            found.add(part[1])
        elif head not in _BLANK and head not in ("int", "bool", "dataset"):
            return frozenset()
    return frozenset(found)
