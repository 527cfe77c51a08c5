"""The story of a program: what happens to its models, in order.

A trace is the list of events along every path that was followed.  Loops run their first, second
and last pass, so that what one pass leaves to the next stands in the list; each event says in
which passes of which loops it happens and under which conditions.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path

from statelint.sites import Site
from statelint.trace.objects import Argument, Array, Callback, Data, Layer, Model
from statelint.values import NONE, Reason, Ternary, Value, is_, number

# The methods of models that go over many batches, with callbacks' hooks between them.
OVER_BATCHES = frozenset(
    {"fit", "fit_generator", "evaluate", "evaluate_generator", "predict", "predict_generator"}
)
# The phases of a feed that leave the weights as they are.
INFERENCE = ("evaluate", "predict", "call")


@dataclass(frozen=True, slots=True)
class Condition:
    """An arm of a branch that can't be decided: 0 where the condition holds, 1 (2, …) otherwise."""

    id: Hashable
    arm: int


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop of the program, or one that Keras runs: `kind` is "for", "while", "epochs" or "batches".

    `count` is the number of its passes.  `over` is the identity of what it iterates over, and `items` are
    those of its items, where the program names them one by one (`for part in [first, second]`).
    """

    id: int
    kind: str
    site: Site
    count: Value
    over: Hashable = None
    items: tuple[Hashable, ...] = ()


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass of a loop: the first (0), the second (1), or a later one; `last` where it is the last."""

    loop: Loop
    index: int
    last: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """Where an event happens: the calls that lead to it (outermost first), passes, conditions, hook."""

    stack: tuple[Site, ...] = ()
    passes: tuple[Pass, ...] = ()
    when: tuple[Condition, ...] = ()
    hook: str | None = None
    # The open GradientTape, and the tf.distribute strategy's scope.
    tape: Site | None = None
    strategy: Site | None = None
    # Each opening of a tape has a number; here are those of all open tapes, outermost first.
    openings: tuple[int, ...] = ()

    def excludes(self, other: Context) -> bool:
        """Whether the two can't both happen: they stand in different arms of one branch."""
        if self.when is other.when or not self.when or not other.when:
            return False
        arms = {c.id: c.arm for c in self.when}
        return any(arms.get(c.id, c.arm) != c.arm for c in other.when)

    def implies(self, other: Context) -> bool:
        """Whether `other` certainly happens too where this happens."""
        mine = set(self.when)
        return all(condition in mine for condition in other.when)

    def within(self, loop: Loop) -> bool:
        return any(p.loop.id == loop.id for p in self.passes)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens at a place of the program."""

    site: Site
    context: Context


@dataclass(frozen=True, slots=True)
class Made(Event):
    """A layer is constructed."""

    layer: Layer


@dataclass(frozen=True, slots=True)
class Built(Event):
    """The states of a stateful layer are allocated, for `batch` rows (a known None: no fixed number).

    `by` is what decides it: "shape" (the model's declared shape), "build", or the call that
    brings the first batch ("fit", "model(x)"…).
    """

    layer: Layer
    model: Model | None
    batch: Value
    by: str


@dataclass(frozen=True, slots=True)
class Called(Event):
    """A layer (or a nested model, seen as one) is called on symbolic tensors while a model is put
    together.
    """

    layer: Layer
    inputs: tuple[Hashable, ...]
    arguments: Mapping[str, Argument] = field(compare=False)
    id: int = 0
    # The identity of the (first) tensor that comes out; `inputs` of a later call name it.
    output: Hashable = None
    # The Inputs that the tensors come from.
    sources: tuple[Hashable, ...] = ()


@dataclass(frozen=True, slots=True)
class Mentioned(Event):
    """A method is named as a statement of its own, and not called: `model.reset_states`.

    Without a model and a layer it is one of a callback's own model, of which nothing is known.
    """

    name: str
    model: Model | None
    layer: Layer | None


@dataclass(frozen=True, slots=True)
class Walked(Event):
    """A loop over `model.layers` begins whose body resets the states of some layers."""

    model: Model


@dataclass(frozen=True, slots=True)
class Written(Event):
    """Data are changed in place: what is fed afterwards under the same `key` isn't what was fed before."""

    key: Hashable


@dataclass(frozen=True, slots=True)
class Changed(Event):
    """`layer.stateful = value`; `built` says whether its states were allocated by then."""

    layer: Layer
    value: Value
    built: bool


@dataclass(frozen=True, slots=True)
class Compiled(Event):
    """`model.compile(…)`; `optimizer` are the optimizer's own arguments (None: not known)."""

    model: Model
    arguments: Mapping[str, Argument] = field(compare=False)
    optimizer: Mapping[str, Value] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Stored(Event):
    """A model is saved, loaded, cloned, or its weights are read or set: `method` says which."""

    model: Model
    method: str
    arguments: Mapping[str, Argument] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Guarded(Event):
    """Whether a thing has an attribute decides what is done: `answer` is so on this Keras generation.

    `hasattr(thing, name)`, `getattr(thing, name, default)` where the default is taken, or a call of
    what isn't there in a `try` that catches AttributeError.
    """

    name: str
    model: Model | None
    layer: Layer | None
    answer: bool


@dataclass(frozen=True, slots=True)
class Instantiated(Event):
    """A callback is made; or (`as_class`) the class itself is passed where an instance belongs."""

    callback: Callback
    as_class: bool = False


@dataclass(frozen=True, slots=True)
class Call(Event):
    """A call that runs a model: fit, evaluate, predict, `*_on_batch`, or `call` for `model(x)`."""

    id: int
    method: str
    model: Model
    data: Data
    arguments: Mapping[str, Argument] = field(compare=False)
    validation: Data | None = None
    # Callbacks of which it isn't known what they do.
    callbacks_known: bool = True
    # The ids of the callbacks that are passed.
    callbacks: tuple[int, ...] = ()
    # Whether it is a statement of its own, so that nobody sees what it returns.
    is_dropped: bool = False

    @property
    def name(self) -> str:
        """What a message calls it: "fit()", or "the model's call" for `model(x)`."""
        return "the model's call" if self.method == "call" else f"{self.method}()"

    def argument(self, name: str) -> Value:
        """The argument's value, None where it isn't given."""
        found = self.arguments.get(name)
        return NONE if found is None else found.value


def batch_size_of(argument: Value) -> int | None:
    """The batch size that an argument gives: Keras's default where it is None; None where it isn't known."""
    return 32 if is_(argument, None) is Ternary.YES else number(argument)


@dataclass(frozen=True, slots=True)
class Feed(Event):
    """Batches enter a model: one pass over the data, or (in a loop "batches") one batch of it.

    `phase` is "train", "validation", "evaluate", "predict" or "call".  `data` says what is fed
    and `call` is the id of the Call that does it.  `may_reset` says whether the model's own train_step, or
    the like, may reset the states at every batch.
    """

    call: Call
    phase: str
    model: Model
    data: Data
    may_reset: bool = False


@dataclass(frozen=True, slots=True)
class Reset(Event):
    """States are set back: of a whole model ("model"), of layers one by one ("layer"), or assigned
    ("assign").

    `layers` are the ids of the layers reached; None where it isn't known which.  `missing` says
    that this Keras generation has no such method on that object (it raises AttributeError, unless
    `guarded` by hasattr or try).
    """

    via: str
    method: str
    model: Model | None
    layers: frozenset[int] | None
    missing: bool = False
    guarded: bool = False
    built: bool = True
    # Whether values are given that the states shall take.
    given: bool = False
    # Whether they come in a list or tuple; None where that isn't known.
    listed: bool | None = None
    # Whether what is assigned is seen to be zeros, and no state that was kept.
    to_zero: bool = True


@dataclass(frozen=True, slots=True)
class Skipped(Event):
    """A reset that a callback's batch hook would make at batch `batch` (0-based) of each epoch, and doesn't.

    Keras runs batch hooks once for the `steps` batches of an execution (`compile(steps_per_execution=…)`).
    """

    call: Call
    batch: int
    steps: int


@dataclass(frozen=True, slots=True)
class Opaque(Event):
    """Something happens to the models `models` (None: to all) that isn't followed."""

    models: frozenset[int] | None
    reason: Reason


# Two stories are never equal, so that what is found out about one can be kept by it.
@dataclass(frozen=True, slots=True, eq=False)
class Story:
    """One way through the program: its top level, or one function that nothing in it calls."""

    name: str
    events: tuple[Event, ...]
    models: tuple[Model, ...]
    # What was called to make what isn't known, and with what, by the identity of that.
    origins: Mapping[Hashable, tuple[Hashable, ...]] = field(default_factory=dict)
    # The loops in whose passes an object that isn't known was asked, by the identity of its answer.
    asked: Mapping[Hashable, Set[int]] = field(default_factory=dict)

    def calls(self) -> Iterator[Call]:
        return (event for event in self.events if isinstance(event, Call))

    def feeds(self, phase: str | None = None) -> Iterator[tuple[int, Feed]]:
        """The feeds (of one phase) with their positions in the story."""
        for index, event in enumerate(self.events):
            if isinstance(event, Feed) and phase in (None, event.phase):
                yield index, event


@dataclass(frozen=True, slots=True)
class Trace:
    """What a program does, judged for one Keras generation (2 or 3)."""

    keras: int
    path: str
    stories: tuple[Story, ...]
    callbacks: tuple[Callback, ...] = ()
    unknowns: tuple[tuple[Reason, str], ...] = ()
    # The backend of Keras 3 that the program itself asks for; None where it doesn't say.
    backend: str | None = None
    # The functions that it calls and the classes that it makes instances of, by their definitions.
    used: frozenset[Site] = frozenset()
    # The file of the program and those of the modules that it imports.
    files: tuple[Path, ...] = ()
    # The options by whose defaults it doesn't make or train some models.
    settled: tuple[str, ...] = ()
    # Where the layers and models are made that it loads and another program saves.
    loaded: frozenset[Site] = frozenset()


__all__ = [
    "Argument",
    "Array",
    "Built",
    "Call",
    "Callback",
    "Called",
    "Changed",
    "Compiled",
    "Condition",
    "Context",
    "Data",
    "Event",
    "Feed",
    "Guarded",
    "Instantiated",
    "Layer",
    "Loop",
    "Made",
    "Mentioned",
    "Model",
    "Opaque",
    "Pass",
    "Reset",
    "Skipped",
    "Stored",
    "Story",
    "Trace",
    "Walked",
    "Written",
    "number",
]
