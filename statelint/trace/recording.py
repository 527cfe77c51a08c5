"""A recorded story: what real Keras did when the program ran.

The recorder in the child process writes it as one JSON object; `Recording.from_json` reads it.
Everything here is a measurement.  Judgements are the rules' oracles'.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the user's program (`path` as it was given to the harness), or of a notebook's cell."""

    path: str
    line: int
    cell: int | None = None

    @property
    def where(self) -> str:
        """`line 3`, `line 3 of cell 2`."""
        return f"line {self.line}" + ("" if self.cell is None else f" of cell {self.cell}")


@dataclass(frozen=True, slots=True)
class StateProbe:
    """The state of all stateful layers of one model at one moment.

    `norm` is the L2 norm over all state variables, `digest` a hash of their bytes, `rows` the
    batch dimension of the states, or None where no state is allocated yet.
    """

    norm: float
    digest: str
    rows: int | None
    # The norm of each layer's own state, by the layer's name.
    layers: Mapping[str, float] = field(default_factory=dict, compare=False)

    @property
    def is_zero(self) -> bool:
        return self.norm == 0.0


@dataclass(frozen=True, slots=True)
class CallRun:
    """One call of fit, evaluate, predict, train_on_batch, test_on_batch, predict_on_batch or `model(x)`.

    `places` are the user's frames, innermost first.  `samples` is the number of rows given, when
    the data are arrays; `rows_returned` the rows that a predict gave back; `epochs` and
    `batch_size` are the arguments in force after the harness capped them (None: not given).
    `data` is a hash of the input array (None: no array).  `parent` is the index of the call in
    whose course this one ran (a predict in a callback of fit), or None.  `shape` is the shape of one
    row of the (first) input array, `target_shape` that of the (first) target.
    """

    index: int
    name: str
    model: int
    places: tuple[Place, ...]
    data_kind: str  # "array", "dataset", "sequence", "generator" or "other"
    data: str | None
    samples: int | None
    batch_size: int | None
    epochs: int | None
    validation_samples: int | None
    rows_returned: int | None
    parent: int | None
    finished: bool
    shape: tuple[int, ...] | None = None
    target_shape: tuple[int, ...] | None = None
    # How often the hooks before a training batch ran in it.
    batch_hooks: int = 0
    # The openings of GradientTapes under which a `model(x)` ran, outermost first.
    tapes: tuple[int, ...] = ()
    # The classes of the callbacks that saw a fit begin.
    callbacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """The steps start … start + steps - 1 of one of the program's series, as the row of a batch holds
    them.
    """

    series: int
    start: int
    steps: int

    def __str__(self) -> str:
        return f"steps {self.start} to {self.start + self.steps - 1}"

    def gap(self, later: Span) -> int | None:
        """How many steps the later row skips (> 0) or reads again (< 0); None where it holds another
        series.
        """
        return later.start - (self.start + self.steps) if later.series == self.series else None


@dataclass(frozen=True, slots=True)
class BatchRun:
    """One batch that went through a model with stateful layers.

    `phase` is "train", "validation" (inside fit), "evaluate", "predict" or "call" (`model(x)`).
    `epoch` is 0-based within its call (None outside fit), `batch` 0-based within its pass.
    `rows` is what the batch held, `row_ids` the position of each row in the array that was given
    to the call, that its Dataset was made of, or in the batches of its Sequence by their index (None
    where there is none or a row occurs twice).  `unshuffled` is the position of each row before
    the program itself shuffled (None where it didn't), `span` what the row in slot 0 holds of the
    series that it was cut from (None where that isn't known).  `entering` and `leaving` are the
    state before and after.  `origin` says where the entering state came from:
    "zero", "carried" (byte-identical with what batch `carried_from` left) or "set" (anything
    else).  `inputs` is a hash of the batch's input.  `finished` is False where it raised.
    """

    index: int
    call: int
    model: int
    phase: str
    epoch: int | None
    batch: int
    rows: int | None
    row_ids: tuple[int, ...] | None
    inputs: str | None
    entering: StateProbe | None
    leaving: StateProbe | None
    origin: str | None
    carried_from: int | None
    finished: bool
    unshuffled: tuple[int, ...] | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class ResetRun:
    """One reset of recurrent states that the program asked for.

    `target` is "model" or "layer".  `hook` is the callback hook that was running ("on_epoch_begin"),
    or None.  `before_batch` is the index that the next BatchRun will have.  `norm` is the norm of
    the states it cleared (None: nothing allocated).
    """

    model: int | None
    target: str
    layer: str | None
    places: tuple[Place, ...]
    hook: str | None
    before_batch: int
    norm: float | None


@dataclass(frozen=True, slots=True)
class WeightsRun:
    """The weights of a model were set from outside; `before_batch` is the index of the next BatchRun.

    `places` are the user's frames, innermost first; `changed` says whether any weight became another.
    """

    model: int
    places: tuple[Place, ...]
    before_batch: int
    changed: bool


@dataclass(frozen=True, slots=True)
class Crossing:
    """What crosses from one batch to the next: measured on the model after the program's end.

    `change` is how much the output of a batch changes when the batch before is changed, `gradient` the
    largest gradient of that output with respect to the batch before (0 where TensorFlow gives none).
    """

    change: float
    gradient: float


@dataclass(frozen=True, slots=True)
class LayerSeen:
    """A recurrent layer of a model that ran.

    `backwards` says whether it reads its input from the end to the beginning, `wrapper` the class of
    the layer around it (None: there is none), `places` where it and the wrapper were made.  `runs` is
    how often one step of the model calls it, and `given_state` whether it is given an initial state there.
    """

    name: str
    stateful: bool
    backwards: bool
    wrapper: str | None
    places: tuple[Place, ...]
    runs: int
    given_state: bool


@dataclass(frozen=True, slots=True)
class ModelSeen:
    """A model that ran: its stateful recurrent layers and the place where it was made.

    `layers` are all its recurrent layers, `output_shape` the shape of what it returns for one row.
    """

    index: int
    name: str
    stateful_layers: tuple[str, ...]
    places: tuple[Place, ...]
    layers: tuple[LayerSeen, ...] = ()
    output_shape: tuple[int | None, ...] | None = None
    # None where it wasn't measured.
    crossing: Crossing | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the run ended.

    `status`: "finished"; "raised"; "stopped" (the harness had seen enough batches and ended the
    run); "timeout"; "killed".  For "raised": the exception's type name, its message, the user's
    frames innermost first, and the call and batch in whose course it rose (None: outside any).
    """

    status: str
    exception: str | None
    message: str | None
    places: tuple[Place, ...]
    call: int | None
    batch: int | None


@dataclass(frozen=True, slots=True)
class Recording:
    """What one program did on one Keras generation.

    `mended` lists the codes of findings whose crash the harness removed to see what lies behind it.
    `caps` says in words what was made smaller ("epochs 100 -> 2") and what wasn't watched.
    """

    keras: int
    version: str
    backend: str
    models: tuple[ModelSeen, ...]
    calls: tuple[CallRun, ...]
    batches: tuple[BatchRun, ...]
    resets: tuple[ResetRun, ...]
    outcome: Outcome
    mended: tuple[str, ...]
    caps: tuple[str, ...]
    weights: tuple[WeightsRun, ...] = ()
    # How cells of a notebook and blocks of a text ended that raised; what comes behind them ran all the same.
    raised: tuple[Outcome, ...] = ()

    @property
    def unwatched(self) -> tuple[str, ...]:
        """What ran and couldn't be watched, in words."""
        return tuple(cap for cap in self.caps if cap.endswith("watched"))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Recording:
        """Build from the recorder's JSON; raises KeyError or TypeError where it is malformed."""
        return cls(
            keras=int(data["keras"]),
            version=str(data["version"]),
            backend=str(data["backend"]),
            models=tuple(
                ModelSeen(
                    m["index"],
                    m["name"],
                    tuple(m["stateful_layers"]),
                    _places(m["places"]),
                    tuple(LayerSeen(**{**x, "places": _places(x["places"])}) for x in m["layers"]),
                    _shape(m["output_shape"]),
                    None if m.get("crossing") is None else Crossing(**m["crossing"]),
                )
                for m in data["models"]
            ),
            calls=tuple(
                CallRun(
                    **{
                        **c,
                        "places": _places(c["places"]),
                        "shape": _shape(c["shape"]),
                        "target_shape": _shape(c["target_shape"]),
                        "tapes": tuple(c["tapes"]),
                        "callbacks": tuple(c["callbacks"]),
                    }
                )
                for c in data["calls"]
            ),
            batches=tuple(
                BatchRun(
                    **{
                        **b,
                        "row_ids": None if b["row_ids"] is None else tuple(b["row_ids"]),
                        "unshuffled": None if b["unshuffled"] is None else tuple(b["unshuffled"]),
                        "span": None if b["span"] is None else Span(**b["span"]),
                        "entering": _probe(b["entering"]),
                        "leaving": _probe(b["leaving"]),
                    }
                )
                for b in data["batches"]
            ),
            resets=tuple(ResetRun(**{**r, "places": _places(r["places"])}) for r in data["resets"]),
            outcome=_outcome(data["outcome"]),
            raised=tuple(map(_outcome, data.get("raised", ()))),
            mended=tuple(data["mended"]),
            caps=tuple(data["caps"]),
            weights=tuple(
                WeightsRun(**{**w, "places": _places(w["places"])}) for w in data.get("weights", ())
            ),
        )


def _places(data: Sequence[Sequence[Any]]) -> tuple[Place, ...]:
    return tuple(Place(str(path), int(line), *cell) for path, line, *cell in data)


def _outcome(data: Mapping[str, Any]) -> Outcome:
    return Outcome(**{**data, "places": _places(data["places"])})


def _shape(data: Sequence[Any] | None) -> tuple[Any, ...] | None:
    return None if data is None else tuple(data)


def _probe(data: Mapping[str, Any] | None) -> StateProbe | None:
    return None if data is None else StateProbe(**data)
