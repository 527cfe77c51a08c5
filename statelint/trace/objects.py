"""The things that a story is about: layers, models and the data fed to them."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from statelint.sites import Site
from statelint.values import (
    FALSE,
    NONE,
    Known,
    Reason,
    Ternary,
    Value,
    holds,
    interned,
    is_,
    number,
    unknown,
)


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument as the program gives it: its value and the place where it stands."""

    value: Value
    site: Site


@dataclass(frozen=True, slots=True)
class Layer:
    """A Keras layer.

    `kind` is the Keras class ("LSTM"), or the user's class for a layer of his own.  `described`
    says whether the API stubs know it.  `rejected` are the keyword arguments that Keras 2
    refuses, and those that Keras 3 refuses.  `inner` are the layers inside it: the wrapped one, a nested
    model's.
    """

    id: int
    kind: str
    site: Site
    described: bool
    recurrent: bool
    arguments: Mapping[str, Argument] = field(compare=False)
    rejected: tuple[tuple[str, ...], ...]
    stateful: Value
    inner: tuple[Layer, ...] = ()
    # What the API stubs say of the class: "keeps_time", "wrapper"…
    roles: frozenset[str] = frozenset()
    # A recurrent layer around a list of cells, whose states are nested.
    stacked: bool = False
    # This Keras generation has no such class.
    removed: bool = False
    # The shapes among its arguments, by keyword.
    shapes: Mapping[str, tuple[Value, ...]] = field(default_factory=dict, compare=False)

    def argument(self, name: str) -> Value:
        """The argument's value, None where it isn't given."""
        found = self.arguments.get(name)
        return NONE if found is None else found.value

    def rejected_by(self, keras: int) -> tuple[str, ...]:
        """The keyword arguments that a Keras generation refuses."""
        return self.rejected[keras - 2] if self.rejected else ()

    def walk(self) -> Iterator[Layer]:
        """The layer and all layers inside it."""
        yield self
        for layer in self.inner:
            yield from layer.walk()

    @property
    def is_stateful(self) -> Ternary:
        """Whether it keeps its state from batch to batch (a stateful recurrent layer)."""
        if not self.described and not self.recurrent:
            return Ternary.UNKNOWN if not self.inner else _any_stateful(self.inner)
        own = holds(self.stateful, bool) if self.recurrent else Ternary.NO
        return own.either(_any_stateful(self.inner))


def _any_stateful(layers: tuple[Layer, ...]) -> Ternary:
    result = Ternary.NO
    for layer in layers:
        result = result.either(layer.is_stateful)
    return result


@dataclass(frozen=True, slots=True)
class Model:
    """A Keras model at one moment of the story.

    `kind` is "Sequential", "Functional" or "Subclassed".  `complete` says whether `layers` are all
    of them.  `batch` is the fixed batch size: a known integer; a known None where the input has a
    shape without one; `undecided` where no shape is given at all, so that the first batch decides.
    """

    id: int
    kind: str
    site: Site
    layers: tuple[Layer, ...]
    complete: bool
    batch: Value
    undecided: bool
    # Whether each layer certainly feeds the next one, but for layers that keep the time axis.
    in_order: bool = True
    # The ids of the Called events that the outputs come from (Functional).
    calls: tuple[int, ...] = ()
    # The time steps that its input is declared to have, where it is declared.
    steps: int | None = None
    # The rows of layers that it has on one way or the other, where branches put other recurrent ones on it.
    ways: tuple[tuple[Layer, ...], ...] = ()
    # The recurrent layers that certainly keep their state, nested ones included; rules ask again and again.
    stateful_layers: tuple[Layer, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        kept = [x for x in self.walk() if x.recurrent and holds(x.stateful, bool) is Ternary.YES]
        object.__setattr__(self, "stateful_layers", tuple(kept))

    def walk(self) -> Iterator[Layer]:
        """All layers, nested ones included."""
        for layer in self.layers:
            yield from layer.walk()

    @property
    def is_stateful(self) -> Ternary:
        found = _any_stateful(self.layers)
        if found is Ternary.NO and not self.complete:
            return Ternary.UNKNOWN
        return found

    @property
    def batch_size(self) -> int | None:
        """The fixed batch size, None where there is none, it isn't known, or no rows are left of it."""
        size = number(self.batch)
        return None if size is None or size < 1 else size


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a part was cut out of a whole: by a slice, or by a Dataset's `.batch`.

    `axis` is the axis along which: 0 for rows.  `length` is how far a slice of rows reaches and `start`
    where it begins, None where that isn't known.  Cuts that differ in nothing but their start are equal.
    """

    site: Site
    whole: Hashable
    axis: int
    length: int | None = None
    start: int | None = field(default=None, compare=False)
    # The identity of the number where it begins, and the same part as one of what the whole was cut out of.
    begin: Hashable = field(default=None, compare=False)
    origin: Cut | None = field(default=None, compare=False)
    # The call that drew at random where it begins.
    drawn: Site | None = field(default=None, compare=False)
    # The identity of the number that is the length, where only that is known.
    extent: Hashable = None
    # What cut it: a slice, or what makes a Dataset's batches.
    by: str = "slice"
    # Of a slice that leaves steps out: how many it takes, and how far apart.
    sampled: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Windows:
    """Rows that are windows of one series: row i begins at step `start + i * stride` and has `length` steps,
    each `rate` behind the one before.

    `site` is where they are cut; `start` is None where it isn't known, and so is `length`, whose identity
    `extent` then is: that of a number of columns, of which each step may have several, if `in_columns`.
    If `is_last`, the steps are the last axis, behind that of the columns; if `mixed`, row i is any of them,
    the rows having been put into random order.
    """

    series: Hashable
    start: int | None
    stride: int
    length: int | None
    site: Site
    extent: Hashable = None
    in_columns: bool = False
    rate: int = 1
    is_last: bool = False
    mixed: bool = False

    @property
    def steps(self) -> Value:
        """The number of steps of a window."""
        return unknown(Reason.OPERATION, key=self.extent) if self.length is None else Known(self.length)

    @property
    def overlap(self) -> bool:
        """Whether a window begins with steps that the one before has as well."""
        extent = self.length * self.rate if self.length is not None else 0
        return self.stride < extent and not self.stride % self.rate

    def counted_in(self, steps: int | None) -> Windows:
        """The windows as a model reads them that takes each for so many steps.

        The steps of a series may stand side by side as the features of one: what then follows a window is
        the next window, wherever it begins.
        """
        if steps is None or steps == self.length:
            return self
        if steps > 1:
            return self if self.length is not None else replace(self, length=steps, extent=None)
        start, phase = (None, None) if self.start is None else divmod(self.start, self.stride)
        series = interned(("windows", self.series, self.stride, phase))
        return Windows(series, start, 1, 1, self.site, mixed=self.mixed)


@dataclass(frozen=True, slots=True)
class Fill:
    """What a blank array was first filled with: a part cut out of a series, at a row and a place in it."""

    row: int
    place: tuple[Hashable, ...]
    cut: Cut
    # Whether the steps behind the first one are those that follow it, where they are filled in one by one.
    follows: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Array:
    """An array, its axis 0 being the samples.

    `shape` is None where nothing is known of it.  It holds the rows of the array `base` from row
    `start` on; an array that is no slice is its own base.  `made` says that the program itself
    made the base (np.random.rand, np.zeros…), so that another made array is certainly unrelated.
    """

    key: Hashable
    shape: tuple[Value, ...] | None
    base: Hashable
    start: Value = Known(0)
    made: bool = False
    cut: Cut | None = None
    windows: Windows | None = None
    # The call that put the rows into random order.
    shuffle_site: Site | None = None
    # The call that made each row a whole sequence of its own: no row continues another one.
    separate_site: Site | None = None
    # What filling it row by row began with, as long as it went on so.
    fill: Fill | None = None
    # The number of its rows, where nothing else is known of its shape.
    rows: Value | None = None
    # The windows that its rows make up, a number of them (the windows' length) each.
    groups: Windows | None = None
    # The part of a series that it is, where it is one of that series' windows.
    part: Cut | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", interned(self.key))
        object.__setattr__(self, "base", interned(self.base))

    @property
    def count(self) -> Value | None:
        """The number of its rows."""
        return self.shape[0] if self.shape else self.rows

    @property
    def samples(self) -> int | None:
        return number(self.count)

    @property
    def row_cut(self) -> Cut | None:
        """Where its rows were cut out of a whole; None where they weren't, or along another axis."""
        return self.cut if self.cut is not None and self.cut.axis == 0 else None


@dataclass(frozen=True, slots=True)
class DrawnReset:
    """A reset that runs while batches are drawn: in a data generator, or in a Sequence's `__getitem__`.

    `layers` are the ids of the layers that it reaches (None: not known).  `at_start` says that it runs
    before the first batch of a pass only; `is_reset` is False for anything else that may change states.
    """

    site: Site
    layers: frozenset[int] | None
    at_start: bool = False
    is_reset: bool = True


@dataclass(frozen=True, slots=True)
class Dataset:
    """A tf.data pipeline over arrays, as far as its chain of calls is understood.

    `elements` is the number of elements before batching, `batch` None before `.batch`, `repeats` the
    passes over the data (a known None: endless).  `order` is False where a step may change it.
    """

    key: Hashable
    parts: tuple[Value, ...]
    elements: Value
    batch: Value | None = None
    batch_site: Site | None = None
    # What makes the batches: the step `.batch`, or a function of Keras that cuts windows.
    batched_by: str = "batch"
    drop_remainder: Value = FALSE
    repeats: Value = Known(1)
    shuffle_site: Site | None = None
    # The call that put the rows into random order before the Dataset was made of them.
    rows_shuffled: Site | None = None
    # The call that made each row of that array a whole sequence of its own.
    separate_site: Site | None = None
    # A parallel step that gives up the order.
    race_site: Site | None = None
    windows: Windows | None = None
    # A parallel step that keeps the order unless the options, set at `unordered_site`, give it up.
    parallel_site: Site | None = None
    unordered_site: Site | None = None
    # What making its elements may do to states.
    resets: tuple[DrawnReset, ...] = ()
    # The last step is a parallel map: tf.data makes one step of it and a following `.batch`, which keeps
    # the order.
    fuses: bool = False
    # Pieces of a series, each shorter than the `.batch` that cut it: how many, where they lie, and the
    # arrays that they make when they are batched.
    pieces: tuple[Value, Windows, tuple[Value, ...]] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", interned(self.key))

    @property
    def batches(self) -> int | None:
        """Batches in one pass, where it is known."""
        n, b = number(self.elements), number(self.batch)
        if n is None or not b:
            return None
        return n // b if is_(self.drop_remainder, True) is Ternary.YES else -(-n // b)

    @property
    def raced_at(self) -> Site | None:
        """The call by which a race decides the order of the elements, None where nothing does."""
        if self.race_site is not None:
            return self.race_site
        return self.unordered_site if self.parallel_site is not None else None


@dataclass(frozen=True, slots=True)
class Pair:
    """The inputs and the targets of a batch."""

    inputs: Array
    targets: Value


@dataclass(frozen=True, slots=True)
class Data:
    """What a call is fed with.

    `kind` is "array", "dataset", "sequence" (keras Sequence or PyDataset), "generator" or
    "unknown".  Two feeds with equal `key` get the same data.
    """

    kind: str
    key: Hashable
    array: Array | None = None
    dataset: Dataset | None = None
    # Some rows of other data, an item or what a loop draws, whose length isn't known: maybe one batch.
    is_part: bool = False
    # The identities of values that are the number of its rows.
    lengths: frozenset[Hashable] = field(default=frozenset(), compare=False)
    # The rows of each batch that a generator yields, where they are known and all the same.
    batch_rows: int | None = None
    # The last batch of the program's own Sequence.
    last: Array | None = None
    # The windows that the batches of a generator make up, one batch behind the other.
    yielded: Windows | None = None
    # The first two batches of a generator, where both are known.
    batches: tuple[Pair, ...] = field(default=(), compare=False)
    # The call with which a generator puts what it yields into random order, or that split off at random the
    # rows of which it makes its batches.
    yields_shuffled: Site | None = None
    rows_shuffled: Site | None = None
    # A generator that goes over the same batches again and again.
    restarts: bool = False
    # One that goes back to its beginning when all data were gone over, however many batches that takes.
    rewinds: bool = False
    # What drawing its batches may do to states.
    resets: tuple[DrawnReset, ...] = ()
    # What a Sequence of the program's own keeps, or the object of which the generator is a method: its
    # attributes, and the identities of their values.
    kept: Mapping[str, Hashable] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", interned(self.key))

    @property
    def samples(self) -> int | None:
        return self.array.samples if self.array else None

    @property
    def windows(self) -> Windows | None:
        source = self.array or self.dataset
        return source.windows if source is not None else self.yielded


@dataclass(frozen=True, slots=True)
class Hook:
    """A method or keyword of a callback: its name, place, and whether its code resets states.

    `positional` is the number of arguments it can take besides self (None: any number).
    """

    name: str
    site: Site
    resets: bool
    required: int = 0
    positional: int | None = None
    # A keyword whose value is None: nothing will run.
    is_none: bool = False


@dataclass(frozen=True, slots=True)
class Callback:
    """A class of the program that looks like a callback, or an instance of one of Keras's own.

    `kind` is "class", "lambda" (a LambdaCallback) or "library".  `base` says whether it derives from
    keras's Callback (UNKNOWN for a class from elsewhere).  `sets_model` is the place of an assignment
    to `self.model` that runs when it is made or used.
    """

    id: int
    kind: str
    name: str
    site: Site
    base: Ternary
    hooks: tuple[Hook, ...]
    sets_model: Site | None = None
    # The names of a class's methods, and the program's classes that it derives from.
    methods: frozenset[str] = frozenset()
    parents: tuple[int, ...] = ()
    # Whether all that is done with it is followed: nothing else names it, no other code is given it.
    is_followed: bool = True
    # What a library's callback is made with.
    arguments: Mapping[str, Argument] = field(default_factory=dict, compare=False)

    @property
    def resets(self) -> bool:
        return any(hook.resets for hook in self.hooks)
