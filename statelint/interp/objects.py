"""What the interpreter's values can hold beside Python constants.

Immutable things (functions, tuples, arrays) are values themselves.  Mutable ones (lists, instances,
layers, models) are records on the heap, and a value holds a Ref to them; a record is never
changed but replaced, so that branches can keep their own.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace

import libcst as cst

from statelint.sites import Site
from statelint.trace.objects import Argument, Array, Cut, DrawnReset, Windows
from statelint.values import Known, Value, interned, number


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to a record on the heap."""

    id: int


@dataclass(frozen=True, slots=True)
class Library:
    """Something in a library, by its canonical qualified name ("keras.layers.LSTM")."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function, lambda or generator of the program, and the frame that it closes over."""

    name: str
    node: cst.FunctionDef | cst.Lambda
    frame: int
    defaults: Mapping[str, Value]
    is_generator: bool
    decorators: frozenset[str] = frozenset()
    # The namespace of the class in whose body it stands: what `super()` starts from.
    home: int | None = None
    # A decorator that isn't followed may give its parameters other values than their defaults.
    is_configured: bool = False
    # Of a property: what assigning to it calls.
    setter: Function | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Class:
    """A class of the program.  `namespace` is the frame with its attributes."""

    name: str
    node: cst.ClassDef
    site: Site
    bases: tuple[Value, ...]
    namespace: int
    # The libraries' decorators of the class, by their names.
    decorators: frozenset[str] = frozenset()
    # Its metaclass decides what calling the class gives.
    is_governed: bool = False


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the program's own project; `frame` holds its names."""

    name: str
    frame: int


@dataclass(frozen=True, slots=True)
class Method:
    """The attribute `name` of an object, about to be called."""

    receiver: Value
    name: str


@dataclass(frozen=True, slots=True)
class Bound:
    """A function of the program bound to its first argument."""

    receiver: Value
    function: Value


@dataclass(frozen=True, slots=True)
class Super:
    """`super()` in a method of `owner`, called on `receiver`."""

    receiver: Value
    owner: Value


@dataclass(frozen=True, slots=True)
class Partial:
    """`functools.partial(function, …)`."""

    function: Value
    positional: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Managed:
    """What a function under `contextlib.contextmanager` gives: its body runs around a `with`."""

    function: Function
    arguments: Arguments = field(compare=False, hash=False)
    receiver: Value | None


@dataclass(frozen=True, slots=True)
class ClassOf:
    """The class of a value, where it isn't known which one it is: a list's, or one derived from it."""

    instance: Known

    @property
    def key(self) -> Hashable:
        return self.instance.key


@dataclass(frozen=True, slots=True)
class Tuple:
    items: tuple[Value, ...]

    @property
    def key(self) -> Hashable:
        return tuple(item.key for item in self.items)


@dataclass(frozen=True, slots=True)
class Table:
    """A pandas table or column, its rows as an array.

    Its rows are the steps of `axis`.  For each column, or table that it was put together of, `shifts` has
    the k of the step t - k that stands in row t; `site` is the call that shifted some of them.  `named` has
    the names of those that were put in one by one, each with the column that was shifted and its k;
    `labels` the names of the columns that it had before, where they are known, each with what it holds.
    """

    array: Array
    axis: Hashable
    shifts: tuple[int, ...] = (0,)
    site: Site | None = None
    named: tuple[tuple[Hashable, Hashable, int], ...] = ()
    # `table.iloc`: an index says rows first.
    by_place: bool = False
    # `table.loc`: and by their names.
    by_label: bool = False
    labels: tuple[tuple[Hashable, Hashable], ...] = ()
    # Whether some of its values may be missing, for another reason than that it was shifted.
    gaps: bool = False

    @property
    def key(self) -> Hashable:
        return self.array.key

    @property
    def values(self) -> Array:
        """The rows; windows of a series where steps of it stand side by side."""
        count = len(set(self.shifts))
        if self.site is None or count < 2 or self._are_columns_of_their_own():
            return self.array
        width = self.array.shape[1] if self.array.shape is not None and len(self.array.shape) > 1 else None
        if width is not None and number(width) is None and count > 2:
            # Of each step there may be several columns; without the target's there are two steps or more.
            windows = Windows(self.axis, 0, 1, None, self.site, width.key, in_columns=True)
            return replace(self.array, windows=windows)
        return replace(self.array, windows=Windows(self.axis, 0, 1, count, self.site))

    @property
    def columns(self) -> tuple[Hashable, ...]:
        """The names of all columns in order; none where they aren't known."""
        others = len(self.shifts) - len(self.named)
        if others > 1 or (others and not self.labels):
            return ()
        return (*(name for name, _ in self.labels if others), *(name for name, _, _ in self.named))

    def _are_columns_of_their_own(self) -> bool:
        """Whether no two columns hold steps of one, as far as they are known by name."""
        if self.columns:
            steps: dict[Hashable, set[int]] = {}
            others = () if len(self.named) == len(self.shifts) else self.labels
            held = [*((source, self.shifts[0]) for _, source in others), *(one[1:] for one in self.named)]
            for source, k in held:
                steps.setdefault(source, set()).add(k)
            return max(map(len, steps.values())) < 2
        sources = {source for _, source, _ in self.named}
        return len(self.named) == len(self.shifts) == len(sources)


@dataclass(frozen=True, slots=True)
class Beginning:
    """A shape of which only the first dimensions are known: `(64, *shape)`."""

    items: tuple[Value, ...]
    whole: Value

    @property
    def key(self) -> Hashable:
        return self.whole.key


@dataclass(frozen=True, slots=True)
class Range:
    start: Value
    stop: Value
    step: Value

    @property
    def key(self) -> Hashable:
        return (self.start.key, self.stop.key, self.step.key)


@dataclass(frozen=True, slots=True)
class Slice:
    start: Value
    stop: Value
    step: Value

    @property
    def key(self) -> Hashable:
        return (self.start.key, self.stop.key, self.step.key)


@dataclass(frozen=True, slots=True)
class Tensor:
    """A symbolic Keras tensor.

    `batch` is its batch dimension (a known None: not fixed), `layers` the ids of the layers it went
    through in order, `inputs` the keys of the Inputs it comes from.  `rank` counts all axes.
    """

    key: Hashable
    batch: Value
    layers: tuple[int, ...] = ()
    inputs: tuple[Hashable, ...] = ()
    rank: int | None = None
    # The ids of the Called events that it comes from.
    calls: tuple[int, ...] = ()
    # Whether these are all the layers.
    whole: bool = True
    # An Input's time steps, where they are given.
    steps: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", interned(self.key))


@dataclass(frozen=True, slots=True)
class States:
    """The state variables of the layer `layer`; `index` is None for the list of all of them."""

    layer: int
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Iteration:
    """What a loop draws its items from: their number, the k-th one, and the source's identity.

    `items` is None where the items aren't known one by one.
    """

    count: Value
    item: Callable[[int], Value]
    over: Hashable
    concrete: bool
    # What drawing an item may do to states.
    resets: tuple[DrawnReset, ...] = ()
    # Whether it never ends, but goes over the same items again and again.
    restarts: bool = False
    # Whether it never ends, but goes back to its beginning when all data were gone over.
    rewinds: bool = False
    # Where a part is cut out of a series, of which these are the items.
    cut: Cut | None = None


@dataclass(frozen=True, slots=True)
class Items:
    """A known sequence of values that is no list: what a generator yields, `zip`, `enumerate`…"""

    key: Hashable
    iteration: Iteration = field(compare=False, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", interned(self.key))


@dataclass(frozen=True, slots=True)
class ListRecord:
    """A list (or set, deque).  `items` is None where they aren't known one by one; `element` is a typical
    one.
    """

    items: tuple[Value, ...] | None
    length: Value
    element: Value | None = None
    # The first two of the items that a loop appends, one in each pass.
    head: tuple[Value, ...] = ()
    # The model whose `layers` these are, and whether it isn't known in which order the items stand.
    layers_of: int | None = None
    unordered: bool = False
    # The call that put the items into random order.
    shuffle_site: Site | None = None
    # The call that made each item a whole sequence of its own.
    separate_site: Site | None = None
    # The items that it begins with, before those of which it isn't known how many there are.
    first: tuple[Value, ...] = ()
    # All that may stand behind `first`, in this order; None where that isn't known.
    others: tuple[Value, ...] | None = None
    # What it was made of, item by item: another list made of the same has the same items.
    content: Hashable = None
    # Where a part was cut out of a series, of which each item was made.
    cut: Cut | None = None
    # The windows of a series that its items are, where they aren't known one by one.
    windows: Windows | None = None
    # What the first and the second pass of a loop appended, where that is several items each.
    added: tuple[tuple[Value, ...], ...] = ()

    @classmethod
    def of(cls, items: tuple[Value, ...]) -> ListRecord:
        return cls(items, Known(len(items)), items[-1] if items else None)


@dataclass(frozen=True, slots=True)
class DictRecord:
    """A dict with the known keys in `items`; `complete` says whether there are others."""

    items: Mapping[Hashable, Value] = field(hash=False)
    complete: bool = True
    # The other keys are those that a caller which isn't seen may give.
    assumed: bool = False
    # The instance whose `__dict__` it is.
    of: int | None = None
    # What stands under keys that aren't known.
    others: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class InstanceRecord:
    """An instance of a class of the program (`type` a Class) or of a library's (a Library)."""

    type: Value
    site: Site
    attributes: Mapping[str, Value] = field(hash=False)
    # Attributes were set by code that isn't followed.
    open: bool = False


@dataclass(frozen=True, slots=True)
class LayerRecord:
    """A Keras layer; see `trace.objects.Layer`.  `type` is a Class for a layer of the program's own."""

    kind: str
    site: Site
    described: bool
    recurrent: bool
    arguments: Mapping[str, Argument] = field(hash=False, compare=False)
    rejected: tuple[tuple[str, ...], ...]
    roles: frozenset[str]
    stateful: Value
    inner: tuple[int, ...] = ()
    type: Value | None = None
    attributes: Mapping[str, Value] = field(default_factory=dict, hash=False)
    built: bool = False
    stacked: bool = False
    removed: bool = False
    shapes: Mapping[str, tuple[Value, ...]] = field(default_factory=dict, hash=False, compare=False)


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """A Keras model; see `trace.objects.Model`.

    `tensors` are the outputs of a functional model.  `layers` are ids of LayerRecords and, for nested
    models, ModelRecords.  `ran`: data went through it.  `ways`: the rows of layers that it has on one
    way or the other, where branches put other recurrent layers on it.  `chain`: those of a functional
    model from its only Input to its only output, where each is called on what the one before gives.
    """

    kind: str
    site: Site
    layers: tuple[int, ...]
    complete: bool
    batch: Value
    undecided: bool
    built: bool = False
    ran: bool = False
    type: Value | None = None
    attributes: Mapping[str, Value] = field(default_factory=dict, hash=False)
    settings: Mapping[str, Argument] = field(default_factory=dict, hash=False, compare=False)
    inputs: tuple[Value, ...] = ()
    outputs: tuple[Value, ...] = ()
    in_order: bool = True
    calls: tuple[int, ...] = ()
    steps: int | None = None
    ways: tuple[tuple[int, ...], ...] = ()
    chain: tuple[int, ...] | None = None


Record = ListRecord | DictRecord | InstanceRecord | LayerRecord | ModelRecord


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a call, evaluated.

    `open`: there are others that aren't known (`*a`, `**k`).  `assumed`: nobody calls here, and what
    has a default is assumed to keep it.
    """

    positional: tuple[Argument, ...]
    keywords: Mapping[str, Argument] = field(hash=False)
    open: bool
    site: Site
    assumed: bool = False
    # Those that have no known position: what stars give, and what stands behind them.
    loose: tuple[Argument, ...] = ()
    # What all others are the items of: `f(x, *those)`.
    rest: Value | None = None

    def values(self) -> tuple[Value, ...]:
        return tuple(a.value for a in (*self.positional, *self.keywords.values(), *self.loose))

    def get(self, position: int, name: str) -> Value | None:
        """The argument given at this position or by this name, None where it isn't given."""
        if name in self.keywords:
            return self.keywords[name].value
        if position < len(self.positional):
            return self.positional[position].value
        return None
