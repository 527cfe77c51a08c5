"""The things that a story is about: layers, models and the data fed to them."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field

from statelint.sites import Site
from statelint.values import FALSE, NONE, Known, Ternary, Value, is_, number


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument as the program gives it: its value and the place where it stands."""

    value: Value
    site: Site


@dataclass(frozen=True, slots=True)
class Layer:
    """A Keras layer.

    `kind` is the Keras class ("LSTM"), or the user's class for a layer of his own.  `described`
    says whether the API stubs know it.  `rejected` are the keyword arguments that this Keras
    generation refuses.  `inner` are the layers inside it: the wrapped one, a nested model's.
    """

    id: int
    kind: str
    site: Site
    described: bool
    recurrent: bool
    arguments: Mapping[str, Argument] = field(compare=False)
    rejected: tuple[str, ...]
    stateful: Value
    inner: tuple[Layer, ...] = ()

    def argument(self, name: str) -> Value:
        """The argument's value, None where it isn't given."""
        found = self.arguments.get(name)
        return NONE if found is None else found.value

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
        own = is_(self.stateful, True) if self.recurrent else Ternary.NO
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

    def walk(self) -> Iterator[Layer]:
        """All layers, nested ones included."""
        for layer in self.layers:
            yield from layer.walk()

    @property
    def stateful_layers(self) -> tuple[Layer, ...]:
        """The recurrent layers that certainly keep their state, nested ones included."""
        return tuple(x for x in self.walk() if x.recurrent and is_(x.stateful, True) is Ternary.YES)

    @property
    def is_stateful(self) -> Ternary:
        found = _any_stateful(self.layers)
        if found is Ternary.NO and not self.complete:
            return Ternary.UNKNOWN
        return found

    @property
    def batch_size(self) -> int | None:
        """The fixed batch size, None where there is none or it isn't known."""
        return number(self.batch)


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a part was cut out of a whole: by a slice, or by a Dataset's `.batch`.

    `axis` is the axis along which: 0 for rows.
    """

    site: Site
    whole: Hashable
    axis: int


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

    @property
    def samples(self) -> int | None:
        return number(self.shape[0]) if self.shape else None


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
    drop_remainder: Value = FALSE
    repeats: Value = Known(1)
    shuffle_site: Site | None = None

    @property
    def batches(self) -> int | None:
        """Batches in one pass, where it is known."""
        n, b = number(self.elements), number(self.batch)
        if n is None or not b:
            return None
        return n // b if is_(self.drop_remainder, True) is Ternary.YES else -(-n // b)


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
    # A part of other data (a slice, an item, what a loop draws), whose length isn't known.
    is_part: bool = False

    @property
    def samples(self) -> int | None:
        return self.array.samples if self.array else None
