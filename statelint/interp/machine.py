"""The machine that the transfer functions work on: its state, its trace, its limits."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Container, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import TypeVar

import libcst as cst

from statelint.interp import reaching
from statelint.interp.elsewhere import Elsewhere
from statelint.interp.objects import (
    Bound,
    Class,
    Function,
    Iteration,
    LayerRecord,
    ListRecord,
    Method,
    ModelRecord,
    Record,
    Ref,
    Tuple,
)
from statelint.interp.parting import other_value, part
from statelint.interp.paths import file_key
from statelint.interp.state import Frame, State, join_states, join_values
from statelint.sites import Site
from statelint.source.project import Project
from statelint.source.python import Source, walk
from statelint.trace.agreement import disagree, is_comparison
from statelint.trace.objects import Array, Callback, DrawnReset, Layer, Model
from statelint.trace.story import Condition, Context, Event, Opaque, Pass
from statelint.values import Known, Reason, Unknown, Value, interned, options, unknown


@dataclass(frozen=True, slots=True)
class Limits:
    """How much work one program may cost; what lies beyond is Unknown and Opaque."""

    # Of these the first is to be used up first, so that the same program always ends at the same place.
    steps: int = 60_000
    seconds: float = 2.0
    # Events of one story: rules look back from each.
    events: int = 2000
    # Conditions inside each other that can't be decided.
    conditions: int = 40
    depth: int = 24
    unrolled: int = 32
    # Modules of the project that are followed, and the bytes in all of them.
    modules: int = 40
    imported: int = 400_000


T = TypeVar("T")

IMPORT_ERRORS = ("ImportError", "ModuleNotFoundError")


class Exhausted(Exception):
    """The program costs more than the limits allow."""


@dataclass(slots=True)
class Exits:
    """The states in which a loop's body was left by break and by continue."""

    breaks: list[State] = field(default_factory=list)
    continues: list[State] = field(default_factory=list)


@dataclass(slots=True)
class Activation:
    """A call of one of the program's functions that is being followed."""

    function: Function | None
    frame: int
    global_names: set[str] = field(default_factory=set)
    outer_names: set[str] = field(default_factory=set)
    returns: list[tuple[State, Value]] = field(default_factory=list)
    yields: list[tuple[Value, Context]] = field(default_factory=list)
    # How many events there were at the first yield.
    first_yield: int | None = None
    # Whether it goes back to its beginning when it has gone over all of its data.
    rewinds: bool = False
    is_comprehension: bool = False
    # Of a context manager: the body of the `with`, which runs where it yields.
    on_yield: Callable[[Value], None] | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """A function as it is defined, and what its decorators make of it."""

    function: Function
    value: Value
    # The frame in which it is bound.
    frame: int


@dataclass(slots=True)
class Machine:
    """Follows one program for one Keras generation."""

    source: Source
    generation: int
    limits: Limits = field(default_factory=Limits)
    # Where the program lies, and what finds the modules that it imports (None: they aren't followed).
    file: Path | None = None
    project: Project | None = None
    # Whether the other generation would have been told the same so far.
    is_common: bool = True
    # What has been read: the program itself, and the modules that it imports.
    sources: list[Source] = field(init=False)
    # Module's frame → its file.  The program itself is frame 0.
    module_files: dict[int, Path] = field(init=False)
    state: State = field(default_factory=lambda: State({0: {}}, {}))
    events: list[Event] = field(default_factory=list)
    # Frame id → the frame in which its names are looked up next (None after the module's, 0).
    parents: dict[int, int | None] = field(default_factory=lambda: {0: None})
    activations: list[Activation] = field(default_factory=list)
    exits: list[Exits] = field(default_factory=list)
    # The tests that say the same in each pass of the loop that is followed.
    decided: list[cst.If] = field(default_factory=list)
    # The `if`s of which followed passes leave out an arm that runs a model, with the frames they stand in.
    waiting: list[tuple[int, cst.If]] = field(default_factory=list)
    # The loops that some passes leave early: True where the followed ones do, so that others do more.
    irregular: dict[int, bool] = field(default_factory=dict)
    # Loop id → the state behind the arms that its followed passes don't take.
    asides: dict[int, State] = field(default_factory=dict)
    # What the pass of each loop that is being followed drew, and all that the loop draws.
    drawn: dict[int, tuple[Value, Iteration]] = field(default_factory=dict)
    stack: tuple[Site, ...] = ()
    passes: tuple[Pass, ...] = ()
    hook: str | None = None
    # The open GradientTape: a model called under one is being trained.
    tape: Site | None = None
    openings: tuple[int, ...] = ()
    # The tf.distribute strategy whose scope is open.
    strategy: Site | None = None
    callbacks: dict[int, Callback] = field(default_factory=dict)
    # The class that each of those is, and the frame in which it was defined.
    callback_classes: dict[int, tuple[Class, int]] = field(default_factory=dict)
    # The callback classes of which an instance is made, with the files that make one; and the callbacks
    # that other code gets.
    made: dict[int, set[str]] = field(default_factory=dict)
    lost: set[int] = field(default_factory=set)
    # What the program sets of the environment, and the backend that Keras 3 found there when it was
    # imported ("": none was set; None: it isn't imported yet).
    environment: dict[str, str] = field(default_factory=dict)
    # The flags that the program declares (absl), with their defaults.
    flags: dict[str, Value] = field(default_factory=dict)
    # The options of the command line whose defaults are assumed, and the defaults, by what findings say of
    # that; those that decide which arm of an `if` is followed; and what some stand for in place of a default.
    options: dict[str, tuple[str, object]] = field(default_factory=dict)
    deciding: set[str] = field(default_factory=set)
    given: Mapping[str, Value] = field(default_factory=dict)
    # The parsers of the commands of a parser.
    subparsers: dict[int, list[Value]] = field(default_factory=dict)
    # Those by whose defaults models aren't made or trained.
    settled: dict[str, None] = field(default_factory=dict)
    # What the program puts in place of something in a library, by its canonical name.
    patched: dict[str, Value] = field(default_factory=dict)
    # The modules (their frames) that import all names of modules which aren't there.
    starred: set[int] = field(default_factory=set)
    backend: str | None = None
    # Whether the program has turned eager execution off, so that Keras 2 builds graphs as TensorFlow 1 did.
    is_graph_mode: bool = False
    # The arrays that `np.arange` makes: their ids by what they are made of, and the bounds of each.
    counted: dict[tuple[Hashable, ...], int] = field(default_factory=dict)
    bounds: dict[Hashable, tuple[Value, Value, Value]] = field(default_factory=dict)
    # The identities of the numbers, and the arrays and lists of them, that were drawn at random, and where.
    chances: dict[Hashable, Site] = field(default_factory=dict)
    # The names of a text's program that are looked for further down in it.
    ahead: set[str] = field(default_factory=set)
    # The calls that put several arrays into one random order.
    together: set[Site] = field(default_factory=set)
    # Those that take rows for training and for testing at random.
    splits: set[Site] = field(default_factory=set)
    # Where the Datasets were shuffled whose batches aren't known, by what their items are items of.
    mixed: dict[Hashable, Site] = field(default_factory=dict)
    # The numbers of rows of arrays of which no more is known, by the identities of their shapes.
    heights: dict[Hashable, Value] = field(default_factory=dict)
    # What shapes begin with whose other dimensions aren't known, by their identities: `(64,) + shape`.
    begun: dict[Hashable, tuple[Value, ...]] = field(default_factory=dict)
    # The windows of which each of the first two items of an array is made, by the identity of the array.
    batches: dict[Hashable, tuple[Array | None, ...]] = field(default_factory=dict)
    # The symbolic tensors that unknown code makes of others, by the identities of what it gives.
    passed: dict[Hashable, Known] = field(default_factory=dict)
    # What unknown code may do to the models that it was given, by the identity of what it gives for them.
    lent: dict[Hashable, DrawnReset] = field(default_factory=dict)
    # The models that were saved, by the identity of their paths; None where it isn't known which one was.
    saved: dict[Hashable, int | None] = field(default_factory=dict)
    # Those that other programs of the folder save; None where nobody looks for them there.
    elsewhere: Elsewhere | None = field(default_factory=Elsewhere)
    # What was taken from places that don't go on evenly from pass to pass: `series[i % 8]`.
    bent: set[Hashable] = field(default_factory=set)
    # What was called to make what isn't known, and with what, by the identity of that.
    origins: dict[Hashable, tuple[Hashable, ...]] = field(default_factory=dict)
    # The loops in whose passes an object that isn't known was asked, by the identity of its answer.
    asked: dict[Hashable, set[int]] = field(default_factory=dict)
    # The classes of lists, sets and dicts that the program writes down or makes of others.
    exact: dict[int, str] = field(default_factory=dict)
    # The conditions without which the program ends: `if not path: raise …`.
    presumed: set[Condition] = field(default_factory=set)
    # The conditions under which things were made, where there were any.
    born: dict[int, tuple[Condition, ...]] = field(default_factory=dict)
    # The data that were written, by the paths of the files, likewise; and the paths of the files opened.
    written: dict[Hashable, Value | None] = field(default_factory=dict)
    opened: dict[Hashable, Value] = field(default_factory=dict)
    # Those that may have been written by what isn't followed; and how often commands were run, which may
    # write any of them.
    touched: set[Hashable] = field(default_factory=set)
    commands: int = 0
    # How often something was loaded from each since it was opened: that may be another thing each time.
    loads: dict[Hashable, int] = field(default_factory=dict)
    # What generator expressions give; and the iterators that a loop went over, each by its id in memory, with
    # the path on which it did.
    iterators: set[Hashable] = field(default_factory=set)
    exhausted: dict[int, tuple[object, tuple[Condition, ...]]] = field(default_factory=dict)
    # Those of which `next` draws items, likewise, and how many it drew; None where that isn't known.
    draws: dict[int, tuple[object, tuple[Condition, ...], int | None]] = field(default_factory=dict)
    # The last call that was a statement of its own.
    dropped: Site | None = None
    # One list for each open `try` that catches AttributeError: the states in which one was raised.
    guards: list[list[State]] = field(default_factory=list)
    # One list for each open `try`: the states in which something to import isn't there.
    imports: list[list[State]] = field(default_factory=list)
    # One list for each of them: the states in which it is left by `raise`.
    raises: list[list[State]] = field(default_factory=list)
    # What each of them catches: the names of the exceptions.
    caught: list[frozenset[str]] = field(default_factory=list)
    # The functions that are called and the classes of which instances are made, by the ids of their nodes.
    called: dict[int, cst.CSTNode] = field(default_factory=dict)
    # All functions that were defined, in order.
    definitions: list[Definition] = field(default_factory=list)
    # The classes by their namespaces; while its body runs, a class is None.
    classes: dict[int, Class | None] = field(default_factory=dict)
    # What was there when a function that nobody calls was entered: it may have been built and run since.
    earlier: frozenset[int] = frozenset()
    # Frames that a function or class closes over: they outlive their call.
    captured: set[int] = field(default_factory=set)
    unknowns: dict[tuple[Reason, str], None] = field(default_factory=dict)
    # Assignments that converted what they bind, with what they left: that stays as it is.
    converted: dict[int, tuple[Hashable, ...]] = field(default_factory=dict)
    # The names of a table's columns, by the identity of its `columns`.
    names: dict[Hashable, tuple[Hashable, ...]] = field(default_factory=dict)
    # Whether the files of a folder were listed, an episode begun, or a model asked.
    has_origins: bool = False
    imported: int = 0
    steps: int = 0
    # Whether they, or the time, are used up.
    is_spent: bool = False
    started: float = field(default_factory=time.thread_time)
    began: float = field(default_factory=time.perf_counter)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.sources = [self.source]
        self.module_files = {} if self.file is None else {0: self.file}

    @property
    def keras(self) -> int:
        """The generation; what is done with it may not be what the other one does."""
        self.is_common = False
        return self.generation

    def of_keras(self, answer: Callable[[int], T]) -> T:
        """What holds for the generation, and maybe for the other one too."""
        found = answer(self.generation)
        if self.is_common and answer(5 - self.generation) != found:
            self.is_common = False
        return found

    def fresh_id(self) -> int:
        return next(self._ids)

    def ids_from(self, first: int) -> None:
        """Count ids from a number on."""
        self._ids = itertools.count(first)

    def spend(self) -> None:
        """Count one step, a statement or an expression, against the limits."""
        self.steps += 1
        if self.steps > self.limits.steps:
            self.is_spent = True
        # What the clock says is cheaper to ask for, and never less.
        elif self.steps % 256 == 0 and time.perf_counter() - self.began > self.limits.seconds:
            self.is_spent |= time.thread_time() - self.started > self.limits.seconds
        if self.is_spent:
            raise Exhausted

    def catches(self, *names: str) -> bool:
        """Whether an open `try` catches one of these exceptions (or all)."""
        return any(found & {*names, "Exception", "BaseException"} for found in self.caught)

    def miss_import(self) -> None:
        """What is to be imported isn't there: the nearest `try` that catches it goes on."""
        for caught, missing in zip(reversed(self.caught), reversed(self.imports), strict=True):
            if caught & {*IMPORT_ERRORS, "Exception", "BaseException"}:
                missing.append(self.die())
                return

    # Values

    def site(self, node: cst.CSTNode) -> Site:
        place = id(node)
        for source in self.sources:
            if place in source.spans:
                return source.site(node)
        raise KeyError(node)

    def floors(self, node: cst.CSTNode) -> bool:
        """Whether the node stands in Python 2, where `/` between integers leaves out the fraction."""
        return any(source.floors and id(node) in source.spans for source in self.sources)

    def stands_in_source(self, node: cst.CSTNode) -> bool:
        return any(id(node) in source.spans for source in self.sources)

    def unknown(self, reason: Reason, node: cst.CSTNode | None = None, key: Hashable = None) -> Value:
        """An unknown value, noted with its reason and place."""
        place = str(self.site(node)) if node is not None and self.stands_in_source(node) else ""
        self.unknowns.setdefault((reason, place))
        value = unknown(reason, place, key)
        if isinstance(key, tuple) and key[0] in ("attribute", "call"):
            self.asked.setdefault(value.key, set()).update(pass_.loop.id for pass_ in self.passes)
        return value

    # Heap

    def allocate(self, record: Record, exact: str | None = None) -> Known:
        """A reference to a new record; `exact` is the name of its class, where that is known."""
        ref = self.fresh_id()
        self.state.heap[ref] = record
        if exact is not None:
            self.exact[ref] = exact
        if self.state.when:
            self.born[ref] = self.state.when
        return Known(Ref(ref))

    def exact_class(self, value: Value) -> str | None:
        """The name of the class that a list, a set or a dict is certainly of."""
        is_reference = isinstance(value, Known) and isinstance(value.value, Ref)
        return self.exact.get(value.value.id) if is_reference else None  # type: ignore[union-attr]

    def beginning(self, value: Value) -> tuple[Value, ...]:
        """What a shape begins with: a tuple, or a list."""
        if isinstance(value, Known) and isinstance(value.value, Tuple):
            return value.value.items
        record = self.record(value)
        if isinstance(record, ListRecord):
            return record.first if record.items is None else record.items
        return self.begun.get(value.key, ())

    def begin(self, value: Value, items: tuple[Value, ...]) -> Value:
        """The value, remembered as a shape that begins with these items, if it is one."""
        if items:
            self.begun[value.key] = items
        return value

    def record(self, value: Value) -> Record | None:
        """The record that a value refers to, None where it is no (single) reference."""
        if isinstance(value, Known) and isinstance(value.value, Ref):
            return self.state.heap.get(value.value.id)
        return None

    def content(self, value: Value) -> Hashable:
        """The identity of what a value holds: two lists of the same are alike."""
        if isinstance(value, Known) and isinstance(value.value, Tuple):
            return ("tuple", *(self.content(item) for item in value.value.items))
        record = self.record(value)
        if not isinstance(record, ListRecord):
            return value.key
        if record.items is not None:
            return ("listed", *(self.content(item) for item in record.items))
        return record.content if record.content is not None else value.key

    def note_made(self, made: Value, by: Hashable, *values: Value) -> None:
        """Note what was called, and with what, to make a value."""
        self.origins[made.key] = (by, *(interned(self.content(value)) for value in values))

    def likeness(self, value: Value) -> Hashable:
        """The identity of a value; functions of one text that close over the same are alike."""
        if not isinstance(value, Known) or not isinstance(value.value, Function):
            return value.key
        used = {part.value for part in walk(value.value.node) if isinstance(part, cst.Name)}
        closed: dict[str, Hashable] = {}
        frame, outer = value.value.frame, self.parents[value.value.frame]
        while outer is not None:
            for name, held in self.state.frames.get(frame, {}).items():
                if name in used:
                    closed.setdefault(name, held.key)
            frame, outer = outer, self.parents[outer]
        return ("function", self.site(value.value.node), *sorted(closed.items(), key=itemgetter(0)))

    def layer(self, id_: int) -> Layer | None:
        """The layer (or nested model, seen as one) as it is now."""
        record = self.state.heap.get(id_)
        if isinstance(record, LayerRecord):
            inner = tuple(x for x in map(self.layer, record.inner) if x is not None)
            return Layer(
                id_,
                record.kind,
                record.site,
                record.described,
                record.recurrent,
                record.arguments,
                record.rejected,
                record.stateful,
                inner,
                record.roles,
                record.stacked,
                record.removed,
                record.shapes,
            )
        if isinstance(record, ModelRecord):
            inner = tuple(x for x in map(self.layer, record.layers) if x is not None)
            return Layer(id_, record.kind, record.site, record.complete, False, {}, (), Known(False), inner)
        return None

    def model(self, id_: int) -> Model | None:
        """The model as it is now."""
        record = self.state.heap.get(id_)
        if not isinstance(record, ModelRecord):
            return None
        layers = tuple(x for x in map(self.layer, record.layers) if x is not None)
        return Model(
            id_,
            record.kind,
            record.site,
            layers,
            record.complete,
            record.batch,
            record.undecided,
            record.in_order,
            record.calls,
            record.steps,
            tuple(tuple(x for x in map(self.layer, row) if x is not None) for row in record.ways),
        )

    # Frames

    @property
    def frame(self) -> Frame:
        """The names of the function that is being followed, to be changed."""
        return self.state.names(self.frame_id)

    @property
    def frame_id(self) -> int:
        """That function's frame; the program's own, outside of all."""
        return self.activations[-1].frame if self.activations else 0

    def bound(self, identifier: str, frame: int | None) -> Value | None:
        """What a name is bound to in a frame or those around it."""
        while frame is not None:
            names = self.state.frames.get(frame)
            if names is not None and identifier in names:
                return names[identifier]
            frame = self.parents[frame]
        return None

    def new_frame(self, parent: int | None) -> int:
        id_ = self.fresh_id()
        self.state.names(id_)
        self.parents[id_] = parent
        return id_

    def root_of(self, frame: int) -> int:
        """The frame of the module to which a frame belongs."""
        outer = self.parents[frame]
        while outer is not None:
            frame, outer = outer, self.parents[outer]
        return frame

    @property
    def root_frame(self) -> int:
        return self.root_of(self.activations[-1].frame) if self.activations else 0

    # Modules

    def read_module(self, path: Path) -> Source | None:
        """A module of the project; None where it can't be read, or is more than the limits allow."""
        assert self.project is not None
        size = self.project.size(path)
        if size is None:
            return None
        if len(self.sources) > self.limits.modules or self.imported + size > self.limits.imported:
            self.unknowns.setdefault((Reason.BUDGET, path.name))
            return None
        began = time.thread_time()
        source = self.project.read(path)
        # Other programs find it read already; what a program may cost must not depend on that.
        self.started += time.thread_time() - began
        if source is not None and all(known is not source for known in self.sources):
            self.sources.append(source)
            self.imported += size
        return source

    # Trace

    @property
    def context(self) -> Context:
        return Context(
            self.stack, self.passes, self.state.when, self.hook, self.tape, self.strategy, self.openings
        )

    def emit(self, event: Event) -> None:
        if not self.state.alive:
            return
        if len(self.events) >= self.limits.events and not isinstance(event, Opaque):
            raise Exhausted
        self.events.append(event)

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Nothing of what is done here is kept: no state, no event."""
        state, events = self.state, self.events
        self.state, self.events = state.fork(), []
        try:
            yield
        finally:
            self.state, self.events = state, events

    @contextmanager
    def in_hook(self, name: str | None) -> Iterator[None]:
        before, self.hook = self.hook, name
        try:
            yield
        finally:
            self.hook = before

    @contextmanager
    def in_pass(self, pass_: Pass) -> Iterator[None]:
        before, self.passes = self.passes, (*self.passes, pass_)
        try:
            yield
        finally:
            self.passes = before

    def die(self) -> State:
        """End the path here (return, break, raise); returns the state in which it ended."""
        ended = self.state
        self.state = ended.fork()
        self.state.alive = False
        return ended

    # Branches

    def branch(self, id_: Hashable, arms: list[Callable[[], Value]], left_out: Container[int] = ()) -> Value:
        """Follow every arm from the same state; where several end alive, their states and values meet."""
        start = self.state
        if len(start.when) >= self.limits.conditions:
            self._presume()
        decided = {c.id: c.arm for c in start.when}.get(id_)
        if decided is None and start.when and is_comparison(id_):
            able = [k for k in range(len(arms)) if not disagree([Condition(id_, k)], start.when)]
            decided = able[0] if len(able) == 1 else None
        ended: list[tuple[State, Value]] = []
        dead, survivor, lasts = start, 0, True
        for number_, arm in enumerate(arms):
            if (decided is not None and decided != number_) or number_ in left_out:
                continue
            self.state = start.fork()
            if decided is None:
                self.state.when = (*start.when, Condition(id_, number_))
            before = len(self.events), self._ways_out()
            value = arm()
            if self.state.alive:
                ended.append((self.state, value))
                survivor = number_
            else:
                dead = self.state
                lasts &= (len(self.events), self._ways_out()) == before
        if not ended:
            self.state = dead
            return self.unknown(Reason.BRANCHES)
        self.state, result = ended[0]
        if decided is None and lasts and len(ended) == 1:
            self.presumed.add(Condition(id_, survivor))
        for other, value in ended[1:]:
            parted = part(start, self.state, other, self.fresh_id)
            for ref, new in parted.items():
                self.born[ref], self.born[new] = self.state.when, other.when
            result = join_values(result, other_value(value, parted), self.state.heap, other.heap)
            self.state = join_states(self.state, other)
        return result

    def _ways_out(self) -> int:
        """In how many places control has left what is followed, and may come back."""
        left: list[list[State]] = [*self.guards, *self.imports, *self.raises]
        left += (way for exits in self.exits for way in (exits.breaks, exits.continues))
        return sum(map(len, left)) + sum(len(one.returns) for one in self.activations)

    def _presume(self) -> None:
        """Let go of the conditions without which the program ends: where they don't hold nothing happens."""
        told = {(c.id, c.arm) for event in self.events for c in event.context.when}
        others = {id_ for id_, arm in told if Condition(id_, arm) not in self.presumed}
        when = self.state.when
        self.state.when = tuple(c for c in when if c not in self.presumed or c.id in others)
        if len(self.state.when) >= self.limits.conditions:
            raise Exhausted

    def either(
        self, value: Value, follow: Callable[[Known], Value], fails: Callable[[Known], bool] | None = None
    ) -> Value:
        """Follow each of the values that it can be, as arms of a branch; Unknown has none.

        Those that fail are left out, unless all do.
        """
        choices = options(value)
        able = [option for option in choices if not self._is_of_other_arm(option)] or choices
        able = [option for option in able if fails is None or not fails(option)] or able
        if len(able) == 1:
            return follow(able[0])
        left_out = [k for k, option in enumerate(choices) if option not in able]
        return self.branch(("choice", value.key), [partial(follow, one) for one in choices], left_out)

    def _is_of_other_arm(self, option: Known) -> bool:
        """Whether it, or what it is a method of, was made in an arm that isn't taken where this one is."""
        thing = option.value
        while isinstance(thing, Method | Bound) and isinstance(thing.receiver, Known):
            thing = thing.receiver.value
        if not self.state.when or not isinstance(thing, Ref):
            return False
        return disagree(self.born.get(thing.id, ()), self.state.when)

    def escape(self, site: Site, reason: Reason, *values: Value, keeps: bool = True) -> None:
        """Code that isn't followed gets these values: whatever it can reach may be changed by it.

        It can also reach what escaped before.  `keeps` is False where the code can't hold on to them.
        """
        hidden = (part for value in values if isinstance(value, Unknown) for part in reaching.behind(value))
        reached = reaching.reachable(self, *values, *hidden, lost=self.lost)
        if keeps:
            self.state.escaped |= reached
        touched = reached | self.state.escaped
        if touched:
            self.emit(Opaque(site, self.context, touched, reason))

    def set_environment(self, name: Value, value: Value, *, as_default: bool = False) -> None:
        """`os.environ[name] = value`."""
        if not isinstance(name, Known) or not isinstance(name.value, str):
            return
        if as_default and name.value in self.environment:
            return
        self.environment.pop(name.value, None)
        if isinstance(value, Known) and isinstance(value.value, str) and not self.state.when:
            self.environment[name.value] = value.value

    def environment_at(self, name: Value) -> Value | None:
        """`os.environ[name]`, where the program has set it."""
        found = self.environment.get(str(name.value)) if isinstance(name, Known) else None
        return Known(found) if found is not None else None

    def note_import(self, module: str) -> None:
        """Keras 3 takes its backend from the environment when it is first imported; TensorFlow imports it."""
        if self.backend is None and module.partition(".")[0] in ("keras", "keras_core", "tensorflow"):
            self.backend = self.environment.get("KERAS_BACKEND", "")

    def note_saved(self, path: Value, model: int) -> None:
        """A model is saved as a whole under a path."""
        key = file_key(path)
        self.saved[key] = None if self._is_one_of_two(self.saved, key, model) else model

    def note_written(self, path: Hashable, value: Value | None) -> None:
        """Data are written to a file."""
        self.written[path] = None if self._is_one_of_two(self.written, path, value) else value

    def _is_one_of_two(self, files: Mapping[Hashable, object], path: Hashable, content: object) -> bool:
        """Whether a file may hold what was put there before, or this."""
        return bool(self.state.when) and files.get(path, content) != content

    def refer(self, id_: int) -> Known:
        return Known(Ref(id_))

    def update(self, id_: int, **changes: object) -> None:
        """Replace fields of a record."""
        self.state.heap[id_] = replace(self.state.heap[id_], **changes)  # type: ignore[arg-type]
