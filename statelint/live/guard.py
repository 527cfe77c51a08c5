"""`StateGuard`: a callback that looks at the state where it should be fresh, and nowhere else."""

from __future__ import annotations

import sys
import types
import warnings
import weakref
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Literal, Self

from statelint.confirm.recorder import Recorder
from statelint.findings import Finding, Status, Verdict
from statelint.live.clean import chosen, finding_of, mistakes, shown
from statelint.live.recording import imported_generations
from statelint.live.suspects import Suspect
from statelint.live.watching import ImportedKeras, UserFrames
from statelint.rules import shuffled_batches
from statelint.trace.recording import BatchRun, CallRun, ModelSeen, Outcome, Place, Recording, StateProbe

LOOKED_AT = 8  # batches at the beginning of a fit, to see whether any inherits a state
KEPT = 64  # batches that are remembered
RUNNING = Outcome("finished", None, None, (), None, None)


class StateWarning(UserWarning):
    """A mistake with state in a training that goes on."""


class StateError(AssertionError):
    """A mistake with state, for which a training was ended."""


class StateGuard:
    """A Keras callback that warns, or raises, where a state meets data that it doesn't belong to.

    Pass it to fit(), last of all callbacks, and to evaluate() and predict() too if they are to be watched.
    It reads the states at the beginning and at the end of each pass over the data; it can't see the
    data.  `select` and `ignore` are as in `assert_state_is_clean`.
    """

    # Keras 2: the logs needn't be turned into numbers for it.
    _supports_tf_logs = True

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Make an instance that is a Callback of each generation of Keras that is imported."""
        callbacks = [sys.modules[package].callbacks.Callback for package in imported_generations().values()]
        bases = (cls, *(callback for callback in callbacks if not issubclass(cls, callback)))
        if len(bases) == 1:
            return super().__new__(cls)
        made = types.new_class(
            cls.__name__, bases, exec_body=lambda body: body.update(__module__=cls.__module__)
        )
        guard: Self = object.__new__(made)
        return guard

    def __init__(
        self,
        action: Literal["warn", "raise"] = "warn",
        *,
        select: str | Iterable[str] | None = None,
        ignore: str | Iterable[str] = (),
    ) -> None:
        if action not in ("warn", "raise"):
            raise ValueError(f'action is "warn" or "raise", not {action!r}')
        super().__init__()
        self._action = action
        self._selection = chosen(select, ignore)
        self._model: Any = None
        self._reader: Recorder | None = None
        self._frames = UserFrames()
        self._calls: list[CallRun] = []
        self._batches: list[BatchRun] = []
        self._left: dict[str, int] = {}
        self._said: set[tuple[str, Place]] = set()
        self._fit: CallRun | None = None
        self._shuffled = ""
        self._arrays: list[tuple[Any, bytes]] = []
        self._epoch = 0
        self._looking = 0
        self._seen = 0

    # What Keras calls

    @property
    def model(self) -> Any:
        """The model that runs."""
        return self._model

    @model.setter
    def model(self, model: Any) -> None:
        self.set_model(model)

    def set_model(self, model: Any) -> None:
        if model is not None and model is not self._model:
            self._reader = _reader_of(model)
            self._calls, self._batches, self._left = [], [], {}
        self._model = model

    def set_params(self, params: Any) -> None:
        self.params = params

    def on_train_begin(self, logs: Any = None) -> None:
        given = _arguments_of("fit", self._model)
        x, whole = given.get("x"), given.get("steps_per_epoch") is None
        self._shuffled = ""
        if given.get("shuffle") is True:
            self._shuffled = "the samples" if _is_array(x) else "the order of its batches"
            self._shuffled = self._shuffled if _is_array(x) or _is_sequence(x) else ""
        # What comes again in each epoch; a stream may go on for ever.
        again = _is_array(x) or (whole and (_is_sequence(x) or _is_dataset(x)))
        self._fit = self._new_call("fit", "array" if again else "other", x)
        self._looking = LOOKED_AT
        self._first_epoch: int | None = None

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if self._first_epoch is None:
            self._first_epoch = epoch
        self._epoch = epoch - self._first_epoch
        self._seen = 0

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        if self._seen and self._seen >= self._looking:
            return
        self._look("train", self._seen)
        self._seen += 1
        if self._seen in (1, self._looking):
            self._judge()
        if self._seen == 2 and self._shuffled:
            self._judge_order()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._judge()
        self._looking = 1
        self._note_left()

    def on_train_end(self, logs: Any = None) -> None:
        self._note_left()
        self._fit = None

    def on_test_begin(self, logs: Any = None) -> None:
        self._note_left()
        if self._fit is None:
            self._new_call("evaluate", "other", _arguments_of("evaluate", self._model).get("x"))
        self._pending = True

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        if self._pending:
            self._pending = False
            self._look("evaluate" if self._fit is None else "validation", 0)
            self._judge()

    def on_test_end(self, logs: Any = None) -> None:
        self._note_left()

    def on_predict_begin(self, logs: Any = None) -> None:
        self._note_left()
        self._new_call("predict", "other", _arguments_of("predict", self._model).get("x"))
        self._pending = True

    def on_predict_batch_begin(self, batch: int, logs: Any = None) -> None:
        if self._pending:
            self._pending = False
            self._look("predict", 0)
            self._judge()

    def on_predict_end(self, logs: Any = None) -> None:
        self._note_left()

    # What it makes of that

    def _name_of(self, x: Any) -> str | None:
        """A name for an array: the same for the same object, as long as it begins with the same row."""
        if not isinstance(x, self._reader.np.ndarray if self._reader is not None else ()) or not len(x):
            return None
        row = x[:1].tobytes()
        for number, (known, first) in enumerate(self._arrays):
            if known() is x and first == row:
                return str(number)
        self._arrays.append((weakref.ref(x), row))
        return str(len(self._arrays) - 1)

    def _new_call(self, name: str, kind: str, x: Any) -> CallRun:
        places = tuple(Place(path, line) for path, line, _ in self._frames.here())
        call = CallRun(
            index=len(self._calls),
            name=name,
            model=0,
            places=places or (Place(name, 0),),
            data_kind=kind,
            data=self._name_of(x),
            samples=None,
            batch_size=None,
            epochs=None,
            validation_samples=None,
            rows_returned=None,
            parent=None,
            finished=False,
        )
        self._calls.append(call)
        return call

    def _read(self) -> StateProbe | None:
        if self._reader is None:
            return None
        layers = self._reader.stateful_layers(self._model)
        return StateProbe(**self._reader.probe(self._reader.read(layers))) if layers else None

    def _look(self, phase: str, batch: int) -> None:
        """Enter a batch that is about to begin, with the state that it meets."""
        state = self._read()
        if state is None:
            return
        if len(self._batches) >= KEPT:
            self._forget(KEPT // 2)
        index = len(self._batches)
        # Between the batches of a pass nothing can tell who left the state.
        source = index - 1 if batch else self._left.get(state.digest)
        origin = "zero" if state.is_zero else "set" if source is None else "carried"
        self._batches.append(
            BatchRun(
                index=index,
                call=self._calls[-1].index,
                model=0,
                phase=phase,
                epoch=self._epoch if self._fit is not None else None,
                batch=batch,
                rows=None,
                row_ids=None,
                inputs=None,
                entering=state,
                leaving=None,
                origin=origin,
                carried_from=source if origin == "carried" else None,
                finished=True,
            )
        )

    def _note_left(self) -> None:
        """Note the state that the last batch left, at the end of its pass."""
        state = self._read() if self._batches else None
        if state is not None and not state.is_zero:
            self._left.setdefault(state.digest, len(self._batches) - 1)

    def _forget(self, count: int) -> None:
        """Forget the oldest batches."""
        self._batches = [
            replace(
                batch,
                index=batch.index - count,
                carried_from=None
                if batch.carried_from is None or batch.carried_from < count
                else batch.carried_from - count,
            )
            for batch in self._batches[count:]
        ]
        self._left = {digest: index - count for digest, index in self._left.items() if index >= count}

    def _recording(self) -> Recording:
        assert self._reader is not None
        keras = self._reader.keras
        model = ModelSeen(0, str(self._model.name), (), ())
        return Recording(
            keras=keras.generation,
            version=keras.version,
            backend=keras.backend,
            models=(model,),
            calls=tuple(self._calls),
            batches=tuple(self._batches),
            resets=(),
            outcome=RUNNING,
            mended=(),
            caps=(),
        )

    def _judge(self) -> None:
        if self._batches:
            for finding in mistakes(self._recording(), self._selection, self._said):
                self._say(finding)

    def _judge_order(self) -> None:
        """fit() draws the rows of arrays in random order: that needs no data to be seen."""
        call, batch = self._calls[-1], self._batches[-1] if self._batches else None
        if batch is None or batch.origin != "carried" or batch.entering is None or batch.batch != 1:
            return
        message = shuffled_batches.message(self._shuffled, "as `shuffle` is True")
        suspect = Suspect("SRN201", call.places[0], message, shuffled_batches.INSTEAD, (call,))
        finding = finding_of(suspect, self._recording().keras)
        key = (finding.code, suspect.place)
        if key in self._said or not self._selection.wants(finding.code, finding.severity):
            return
        self._said.add(key)
        evidence = f"a state of norm {batch.entering.norm:.3g} enters batch 2, which was drawn at random"
        self._say(replace(finding, verdicts=(Verdict(finding.holds_on[0], Status.CONFIRMED, evidence),)))

    def _say(self, finding: Finding) -> None:
        if self._action == "raise":
            raise StateError(shown(finding))
        warnings.warn(shown(finding), StateWarning, stacklevel=2)


def _reader_of(model: Any) -> Recorder | None:
    """What reads the states of a model; None for other backends, which keep them elsewhere in training."""
    for generation, package in imported_generations().items():
        if isinstance(model, sys.modules[package].Model):
            keras = ImportedKeras(generation, package)
            if keras.backend == "tensorflow":
                return Recorder(keras)
            warnings.warn(f"StateGuard can't see states on {keras.backend}", StateWarning, stacklevel=2)
    return None


def _arguments_of(name: str, model: Any) -> dict[str, Any]:
    """What the method of the model that is running was given."""
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == name and frame.f_locals.get("self") is model:
            return dict(frame.f_locals)
        frame = frame.f_back
    return {}


def _is_array(x: Any) -> bool:
    if isinstance(x, (list, tuple)):
        return bool(x) and _is_array(x[0])
    if isinstance(x, dict):
        return bool(x) and _is_array(next(iter(x.values())))
    return isinstance(x, (int, float)) or (hasattr(x, "shape") and hasattr(x, "__len__"))


def _is_sequence(x: Any) -> bool:
    """Whether it is a Sequence, or PyDataset, of Keras."""
    return not _is_array(x) and hasattr(x, "__getitem__") and hasattr(x, "__len__")


def _is_dataset(x: Any) -> bool:
    dataset = sys.modules["tensorflow"].data.Dataset
    return isinstance(x, dataset)
