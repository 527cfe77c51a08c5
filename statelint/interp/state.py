"""The store: frames and heap at one point of the program, and how two of them meet."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace

from statelint.interp import pipelines, shapes
from statelint.interp.objects import (
    DictRecord,
    InstanceRecord,
    LayerRecord,
    ListRecord,
    ModelRecord,
    Record,
    Ref,
    Tensor,
)
from statelint.sites import Site
from statelint.trace.objects import Array, Dataset
from statelint.trace.story import Condition
from statelint.values import TRUE, Choice, Known, Reason, Unknown, Value, join, number, options, unknown

Frame = dict[str, Value]
# Of how many ways a model's layers are kept.
_MOST_WAYS = 4


class State:
    """Frames (name → value), heap (id → record) and the path on which they hold.

    `alive` is False after return, break, continue or raise.  `escaped` are the objects that code
    which isn't followed can still reach.  Forks share the frames until one of them writes to one:
    read `frames`, write to `names(frame)`.
    """

    __slots__ = ("_own", "alive", "escaped", "frames", "heap", "when")

    def __init__(
        self,
        frames: dict[int, Frame],
        heap: dict[int, Record],
        when: tuple[Condition, ...] = (),
        escaped: frozenset[int] = frozenset(),
    ) -> None:
        self.frames = frames
        self.heap = heap
        self.when = when
        self.escaped = escaped
        self.alive = True
        # The frames that no other state shares.
        self._own: set[int] = set()

    def fork(self) -> State:
        """An independent copy."""
        self._own.clear()
        copy = State(dict(self.frames), dict(self.heap), self.when, self.escaped)
        copy.alive = self.alive
        return copy

    def names(self, frame: int) -> Frame:
        """The names of a frame, to be changed; a frame that isn't there yet begins empty."""
        if frame not in self._own:
            self._own.add(frame)
            self.frames[frame] = dict(self.frames.get(frame, ()))
        return self.frames[frame]

    def differs_from(self, earlier: State) -> bool:
        """Whether a name, an object or what can be reached has changed since; what is new is no change."""
        if self.escaped != earlier.escaped:
            return True
        for id_, frame in earlier.frames.items():
            now = self.frames.get(id_)
            if now is not frame and (now is None or now.keys() != frame.keys()):
                return True
            if now is not None and any(now[name] is not value for name, value in frame.items()):
                return True
        return any(self.heap.get(ref) is not record for ref, record in earlier.heap.items())


def join_states(left: State, right: State) -> State:
    """What holds where control comes from both (alive) states."""
    frames = dict(left.frames)
    for id_, frame in right.frames.items():
        other = frames.get(id_)
        if other is not frame:
            frames[id_] = frame if other is None else join_frames(other, frame, left.heap, right.heap)
    heap = dict(left.heap)
    for ref, record in right.heap.items():
        known = heap.get(ref)
        if known is not record:
            heap[ref] = record if known is None else join_records(known, record, heap, right.heap)
    when = tuple(c for c in left.when if c in right.when)
    return State(frames, heap, when, left.escaped | right.escaped)


def join_frames(
    left: Mapping[str, Value],
    right: Mapping[str, Value],
    left_heap: Mapping[int, Record],
    right_heap: Mapping[int, Record],
) -> dict[str, Value]:
    """Names bound on one side only keep their value: reading one that isn't bound is another mistake."""
    joined = dict(left)
    for name, value in right.items():
        known = left.get(name)
        if known is not value:
            joined[name] = value if known is None else join_values(known, value, left_heap, right_heap)
    return joined


def join_values(
    left: Value, right: Value, left_heap: Mapping[int, Record], right_heap: Mapping[int, Record]
) -> Value:
    """What is known of a value where control comes from two sides.

    `model = load_model(path) if exists(path) else build()`: one way makes the model.  So it is where a
    model that hasn't run yet is put aside for one from a file, if there is one, and where it is an attribute
    of an instance that is made on either way: `Net(path, load=True) if path else Net(settings)`.
    """
    for one, other, heap, theirs in (
        (left, right, left_heap, right_heap),
        (right, left, right_heap, left_heap),
    ):
        if _holds_loaded(_instance(one, heap, theirs), _instance(other, theirs, heap), theirs):
            return other
        if isinstance(one, Unknown) and one.reason is Reason.LOADED and (made := options(other)):
            if all(isinstance(m.value, Ref) and _is_fresh(heap.get(m.value.id)) for m in made):
                return other
            if made[0].value is None:
                return one
    return join(left, right)


def _instance(
    value: Value, heap: Mapping[int, Record], others: Mapping[int, Record]
) -> InstanceRecord | None:
    """The instance that a value is, made on the one way alone."""
    if not isinstance(value, Known) or not isinstance(value.value, Ref) or value.value.id in others:
        return None
    record = heap.get(value.value.id)
    return record if isinstance(record, InstanceRecord) else None


def _holds_loaded(
    one: InstanceRecord | None, other: InstanceRecord | None, heap: Mapping[int, Record]
) -> bool:
    """Whether the models that the one instance has from files are made by the other, of the same class."""
    if one is None or other is None or one.type != other.type:
        return False
    loaded = [
        other.attributes.get(name)
        for name, value in one.attributes.items()
        if isinstance(value, Unknown) and value.reason is Reason.LOADED
    ]
    return bool(loaded) and all(
        isinstance(made, Known)
        and isinstance(made.value, Ref)
        and isinstance(heap.get(made.value.id), ModelRecord)
        for made in loaded
    )


def _is_fresh(record: Record | None) -> bool:
    """Whether a model is made on the other way alone, or has run on neither."""
    return record is None or (isinstance(record, ModelRecord) and not record.ran)


def join_records(
    left: Record, right: Record, left_heap: Mapping[int, Record], right_heap: Mapping[int, Record]
) -> Record:
    match left, right:
        case ListRecord(), ListRecord():
            if left.items is not None and right.items is not None and len(left.items) == len(right.items):
                return ListRecord.of(tuple(join(a, b) for a, b in zip(left.items, right.items, strict=True)))
            element = _typical(left, right)
            head = left.head if [v.key for v in left.head] == [v.key for v in right.head] else ()
            longer = _as_far_as(left, right) or _as_far_as(right, left)
            if longer is not None:
                element, head = longer.element, longer.head
            first, others = _whichever_holds(left, right)
            length = join(left.length, right.length)
            return ListRecord(None, length, element, head, first=first, others=others)
        case DictRecord(), DictRecord():
            complete = left.complete and right.complete and left.items.keys() == right.items.keys()
            return DictRecord(
                {**_put(left.items, right.items, Reason.BRANCHES), **_join_shared(left.items, right.items)},
                complete,
            )
        case InstanceRecord(), InstanceRecord():
            return replace(
                left,
                attributes=join_frames(left.attributes, right.attributes, left_heap, right_heap),
                open=left.open or right.open,
            )
        case LayerRecord(), LayerRecord():
            return replace(
                left,
                stateful=join(left.stateful, right.stateful),
                attributes=join_frames(left.attributes, right.attributes, left_heap, right_heap),
                built=left.built and right.built,
            )
        case ModelRecord(), ModelRecord():
            shared = tuple(layer for layer in left.layers if layer in right.layers)
            differing = (set(left.layers) | set(right.layers)) - set(shared)
            heap = {**left_heap, **right_heap}
            alike = one_of(left.layers, right.layers, heap)
            if alike:
                shared, differing = left.layers, set()
            layers = shared
            if not alike and not any(keeps_state(layer, heap) for layer in shared):
                layers = _with_one_that_keeps(left.layers, right.layers, heap)
            return replace(
                left,
                layers=layers,
                complete=left.complete and right.complete and are_plain(differing, heap),
                batch=join(left.batch, right.batch),
                undecided=left.undecided and right.undecided,
                steps=left.steps if left.steps == right.steps else None,
                built=left.built and right.built,
                ran=left.ran or right.ran,
                attributes=join_frames(left.attributes, right.attributes, left_heap, right_heap),
                settings=left.settings if left.settings == right.settings else {},
                in_order=left.in_order
                and right.in_order
                and all(_keeps_time(heap.get(layer)) for layer in differing),
                ways=_ways(left, right, differing, heap),
                chain=left.chain if left.chain == right.chain else None,
            )
    return right


def _ways(
    left: ModelRecord, right: ModelRecord, differing: Iterable[int], heap: Mapping[int, Record]
) -> tuple[tuple[int, ...], ...]:
    """The rows of layers that a model is known to have on single ways: those of its first branches."""
    rows = dict.fromkeys(left.ways + right.ways)
    if not are_plain(differing, heap):
        rows |= dict.fromkeys(
            record.layers for record in (left, right) if record.complete and record.in_order
        )
    return tuple(rows)[:_MOST_WAYS]


def _typical(left: ListRecord, right: ListRecord) -> Value | None:
    """An item that is typical of one list or the other; an empty list has none to differ by."""
    if left.items == () or right.items == ():
        return right.element if left.items == () else left.element
    if left.element is None or right.element is None:
        return None
    return join(left.element, right.element)


def _as_far_as(short: ListRecord, long: ListRecord) -> ListRecord | None:
    """The list that a loop fills, where the other one is what it was when a `break` left the loop early."""
    items = short.items
    if items is None or len(items) > 2 or not long.head or long.first:
        return None
    begun = [item.key for item in items] == [item.key for item in long.head[: len(items)]]
    return long if begun else None


def _whichever_holds(
    left: ListRecord, right: ListRecord
) -> tuple[tuple[Value, ...], tuple[Value, ...] | None]:
    """What one of two lists certainly begins with, and all that may stand behind that."""
    one, other = (record.first if record.items is None else record.items for record in (left, right))
    shared = 0
    while shared < min(len(one), len(other)) and one[shared].key == other[shared].key:
        shared += 1
    behind = [() if record.items is not None else record.others for record in (left, right)]
    if behind[0] is None or behind[1] is None:
        return one[:shared], None
    rest = {item.key: item for item in (*one[shared:], *behind[0], *other[shared:], *behind[1])}
    return one[:shared], tuple(rest.values())


def keeps_state(layer: int, heap: Mapping[int, Record]) -> bool:
    """Whether a layer, or one inside it, certainly keeps a state."""
    record = heap.get(layer)
    if not isinstance(record, LayerRecord) or not record.described:
        return False
    is_kept = record.recurrent and record.stateful.key == TRUE.key
    return is_kept or any(keeps_state(inner, heap) for inner in record.inner)


def _with_one_that_keeps(
    left: Sequence[int], right: Sequence[int], heap: Mapping[int, Record]
) -> tuple[int, ...]:
    """The layers that two rows share, and one that keeps a state where each row has its own of these."""
    shared = {layer for layer in left if layer in right}
    rows = (left, right)
    own = [[layer for layer in row if layer not in shared and keeps_state(layer, heap)] for row in rows]
    if all(own):
        for row, kept in zip(rows, own, strict=True):
            plain = [layer for layer in kept if _is_recurrent(heap.get(layer))]
            if plain:
                return tuple(layer for layer in row if layer in shared or layer == plain[-1])
    return tuple(layer for layer in left if layer in shared)


def _is_recurrent(record: Record | None) -> bool:
    return isinstance(record, LayerRecord) and record.recurrent


def one_of(left: Sequence[int], right: Sequence[int], heap: Mapping[int, Record]) -> bool:
    """Whether two rows of layers differ in nothing but the kind of some recurrent ones: LSTMs or GRUs."""
    return len(left) == len(right) and all(
        a == b or _are_alike(heap.get(a), heap.get(b)) for a, b in zip(left, right, strict=True)
    )


def _are_alike(left: Record | None, right: Record | None) -> bool:
    if not isinstance(left, LayerRecord) or not isinstance(right, LayerRecord):
        return False
    described = left.described and right.described and left.recurrent and right.recurrent
    if not described or left.stateful.key != right.stateful.key or left.rejected != right.rejected:
        return False
    names = ("return_sequences", "return_state", "go_backwards")
    given = [[r.arguments[n].value.key if n in r.arguments else None for n in names] for r in (left, right)]
    return given[0] == given[1]


def are_plain(layers: Iterable[int], heap: Mapping[int, Record]) -> bool:
    """Whether none of these layers keeps a state."""
    return all(_is_plain(heap.get(layer)) for layer in layers)


def _is_plain(record: Record | None) -> bool:
    return isinstance(record, LayerRecord) and record.described and not record.recurrent and not record.inner


def _keeps_time(record: Record | None) -> bool:
    return isinstance(record, LayerRecord) and "keeps_time" in record.roles and not record.inner


def _join_shared(left: Mapping[Hashable, Value], right: Mapping[Hashable, Value]) -> dict[Hashable, Value]:
    return {key: join(value, right[key]) for key, value in left.items() if key in right}


def _put(
    one: Mapping[Hashable, Value], other: Mapping[Hashable, Value], reason: Reason
) -> dict[Hashable, Value]:
    """What has changed on one way only, in the configuration of a model: that it has is enough to know."""
    told = one.get("name")
    if told is None or not isinstance(told.key, tuple) or told.key[0] != "config":
        return {}
    names = {*one, *other} - {name for name in one if name in other and one[name].key == other[name].key}
    return {name: unknown(reason) for name in names}


def widen(before: State, after: State, passes: Value, site: Site) -> None:
    """Change `after` into what holds after so many passes of the loop at `site`.

    `before` is the state after the first pass, `after` the one after the second.  What the
    second pass changed is unknown from then on; a list that it lengthened has grown regularly.
    """
    frames, heap = before.frames, before.heap
    for id_, frame in after.frames.items():
        earlier = frames.get(id_)
        if earlier is not None and earlier is not frame:
            after.frames[id_] = _widen_names(earlier, frame, site)
    for ref, record in after.heap.items():
        old = heap.get(ref)
        if old is not None and old is not record:
            after.heap[ref] = _widen_record(old, record, passes, site)


def _widen_names(before: Mapping[str, Value], after: Mapping[str, Value], site: Site) -> dict[str, Value]:
    return {
        name: _widen_value(before[name], value, site) if name in before else value
        for name, value in after.items()
    }


def _widen_value(before: Value, after: Value, site: Site) -> Value:
    """What a name holds after some passes: the same loop from the same start ends with the same."""
    if before is after or before.key == after.key:
        return after
    key = ("widened", site, before.key, after.key)
    first, second = _array(before), _array(after)
    if first is not None and second is not None:
        return _widen_array(first, second, key)
    if isinstance(before, Known) and isinstance(after, Known):
        one, other = before.value, after.value
        if isinstance(one, Tensor) and isinstance(other, Tensor):
            # Each pass puts further layers on it.
            batch = other.batch if one.batch.key == other.batch.key else unknown(Reason.LOOP)
            return Known(replace(other, key=key, batch=batch, rank=None, whole=False))
        if isinstance(one, Dataset) and isinstance(other, Dataset):
            return Known(pipelines.one_of((one, other), key))
    return unknown(Reason.LOOP, key=key)


def _array(value: Value) -> Array | None:
    """The array that a value is, whichever of a few that is."""
    if isinstance(value, Choice):
        return shapes.common(value)
    return value.value if isinstance(value, Known) and isinstance(value.value, Array) else None


def _grown(before: Array, after: Array, key: Hashable) -> Value | None:
    """An array behind whose rows, or behind all their steps, each pass of a loop puts further windows."""
    if before.part is not None and after.groups is not None:
        return Known(Array(key, None, key, groups=after.groups))
    one, other = before.windows, after.windows
    is_longer = before.samples is None or after.samples is None or before.samples < after.samples
    if one is None or other is None or not is_longer or one.length != other.length:
        return None
    if before.samples != 1 and one.stride != other.stride:
        return None
    return Known(Array(key, None, key, windows=replace(other, series=("widened", other.series), start=None)))


def _begin(array: Array) -> Hashable:
    return None if array.cut is None else array.cut.begin


def _widen_array(before: Array, after: Array, key: Hashable) -> Value:
    one, other = before.shape, after.shape
    if one is not None and other is not None and [v.key for v in one] == [v.key for v in other]:
        fill = after.fill if after.fill == before.fill else None
        windows = after.windows if fill is not None else None
        cut = after.cut if before.cut == after.cut and _begin(before) == _begin(after) else None
        made, random = after.made, after.shuffle_site
        return Known(Array(key, other, key, Known(0), made, cut, windows, random, fill=fill))
    grown = _grown(before, after, key)
    if grown is not None:
        return grown
    if after.samples is not None and after.samples == before.samples:
        return Known(Array(key, None, key, rows=Known(after.samples)))
    return unknown(Reason.LOOP, key=key)


def _widen_record(before: Record, after: Record, passes: Value, site: Site) -> Record:
    match before, after:
        case ListRecord(), ListRecord():
            first, second = number(before.length), number(after.length)
            times = number(passes)
            if first is None or second is None or times is None or second < first:
                begun = _begun(before, after)
                return ListRecord(
                    None,
                    _length_after(first, second, passes),
                    after.element,
                    _head(before, after),
                    first=begun,
                    added=_added(before, after),
                )
            if first == second:
                return after if before.items == after.items else ListRecord(None, after.length, after.element)
            total = Known(first + (second - first) * (times - 1))
            return ListRecord(None, total, after.element, _head(before, after), added=_added(before, after))
        case DictRecord(), DictRecord():
            same = {
                k: v for k, v in after.items.items() if k in before.items and before.items[k].key == v.key
            }
            return DictRecord({**_put(before.items, after.items, Reason.LOOP), **same}, False)
        case InstanceRecord(), InstanceRecord():
            return replace(after, attributes=_widen_names(before.attributes, after.attributes, site))
        case ModelRecord(), ModelRecord():
            is_grown = before.layers != after.layers and before.complete and before.in_order
            return replace(
                after,
                # Of the passes that put layers on it, one at least is run.
                ways=after.ways + ((before.layers,) if is_grown and len(after.ways) < _MOST_WAYS else ()),
                complete=after.complete and before.layers == after.layers,
                in_order=after.in_order and before.layers == after.layers,
                chain=after.chain if before.chain == after.chain else None,
                attributes=_widen_names(before.attributes, after.attributes, site),
            )
    return after


def _length_after(first: int | None, second: int | None, passes: Value) -> Value:
    """How long a list is after so many passes of a loop, the first two of which left it so long."""
    if first is None or second is None or number(passes) is not None:
        return unknown(Reason.LOOP)
    more = second - first
    added = ("operation", "*", ("int", more), passes.key)
    return unknown(Reason.LOOP, key=("operation", "+", ("int", first - more), added))


def _begun(before: ListRecord, after: ListRecord) -> tuple[Value, ...]:
    """The items that a list had before a loop began to append further ones."""
    if before.items is None or after.items is None:
        return after.first
    added = len(after.items) - len(before.items)
    return before.items[: len(before.items) - added] if added > 0 else ()


def _added(before: ListRecord, after: ListRecord) -> tuple[tuple[Value, ...], ...]:
    """What the first two passes of a loop append, where that is several items each."""
    if after.items is None or before.items is None:
        return after.added
    count = len(after.items) - len(before.items)
    return (before.items[-count:], after.items[-count:]) if 1 < count <= len(before.items) else ()


def _head(before: ListRecord, after: ListRecord) -> tuple[Value, ...]:
    """The first two of the items that the passes of a loop append."""
    if after.items is None or before.items is None:
        return after.head
    added = len(after.items) - len(before.items)
    if added == 1 and before.items:
        return (before.items[-1], after.items[-1])
    if 1 < added <= len(before.items):
        return before.items[-added:][:2]
    return after.head
