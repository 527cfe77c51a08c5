"""Record what real Keras does while a program runs.

    python recorder.py probe                 what of Keras is installed, as JSON
    python recorder.py serve --keras 2|3     run programs, one JSON job per line of stdin
    python recorder.py serve --keras 3 --backend jax|torch

This file runs under the user's own interpreter: it needs Python 3.8 or a later one and Keras, nothing else.
The server imports Keras once, runs no TensorFlow op (a fork after one hangs) and forks a child for each
job.  The child runs the program as `__main__` with Keras instrumented and leaves one JSON object, the
recording, whose fields `statelint.trace.recording` describes.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import hashlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.metadata
import importlib.util
import inspect
import io
import itertools
import json
import math
import os
import random
import re
import signal
import sys
import threading
import time
import traceback
import types
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

# A program may replace these; the recording must still be written.
_exit_now, _replace, _write, _open = os._exit, os.replace, os.write, os.open
_fork: Any = getattr(
    os, "fork", None
)  # Windows has none: no program can be run there, but a process recorded
_dumps, _sleep = json.dumps, time.sleep

if TYPE_CHECKING:
    Places = list[list[Any]]
    States = dict[Any, list[Any] | None]  # the arrays of each layer's state; None: not allocated
CALLS = ("fit", "evaluate", "predict", "train_on_batch", "test_on_batch", "predict_on_batch")
STEPS = {"train": "train_step", "test": "test_step", "predict": "predict_step"}
DEFAULT_BATCH = 32  # what Keras takes for arrays when no batch_size is given
KEPT_BATCHES = 24  # full batches that survive the cut of an array
CUT_ABOVE = 64  # an array of more batches than this is cut: a callback may count them
MAX_MESSAGE = 2000
GRACE_SECONDS = 5  # for a program whose time is up to leave its recording
THREAD_SECONDS = 2  # for threads that the program leaves behind


def fingerprint(*parts: bytes) -> str:
    """Return a short hash of the parts."""
    digest = hashlib.blake2b(digest_size=8)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


# ---------------------------------------------------------------------------------------------------
# Places: the user's frames


class Frames:
    """Translates frames of the running copy into places as the user knows them."""

    def __init__(self, job: Job) -> None:
        self.program = os.path.realpath(job.program)
        self.root = os.path.realpath(job.root).rstrip(os.sep) + os.sep
        self.shown = job.shown
        self.modules = {os.path.realpath(path): shown for path, shown in job.modules.items()}
        self.cells = dict(job.pieces)
        self._known: dict[str, str | None] = {}

    def shown_path(self, filename: str) -> str | None:
        """Return the path to report for a source file, or None where it isn't the user's."""
        if filename not in self._known:
            self._known[filename] = self._translate(filename)
        return self._known[filename]

    def _translate(self, filename: str) -> str | None:
        if filename.startswith("<"):
            return None
        path = os.path.realpath(filename)
        if path == self.program or filename in self.cells:
            return self.shown
        if path in self.modules:
            return self.modules[path]
        if not path.startswith(self.root):
            return None
        beside = os.path.relpath(path, os.path.dirname(self.program))
        return os.path.normpath(os.path.join(os.path.dirname(self.shown), beside))

    def place(self, filename: str, line: int | None) -> list[Any] | None:
        """Return the place to report for a line of a file, or None where it isn't the user's."""
        shown = self.shown_path(filename)
        return None if shown is None else [shown, line, self.cells.get(filename)]

    def here(self) -> Places:
        """The user's frames on the stack now, innermost first."""
        places: Places = []
        frame: types.FrameType | None = sys._getframe(1)
        while frame is not None:
            place = self.place(frame.f_code.co_filename, frame.f_lineno)
            if place is not None:
                places.append(place)
            frame = frame.f_back
        return places

    def here_traced(self, tf_stack: Any) -> Places:
        """As `here`, where AutoGraph may have replaced the user's functions by generated ones."""
        places: Places = []
        inner = None
        for entry in reversed(list(tf_stack.extract_stack())):
            place = self.place(entry.filename, entry.lineno)
            # A loop that AutoGraph converted is a function of its own within the user's function.
            if place is not None and (entry.filename, entry.name) != inner:
                places.append(place)
                inner = (entry.filename, entry.name)
        return places

    def of_error(self, error: BaseException) -> Places:
        """The user's frames that the exception passed through, innermost first."""
        places: Places = []
        for frame, line in traceback.walk_tb(error.__traceback__):
            place = self.place(frame.f_code.co_filename, line)
            if place is not None:
                places.insert(0, place)
        if isinstance(error, SyntaxError) and error.filename and error.lineno:
            place = self.place(error.filename, error.lineno)
            if place is not None:
                places.insert(0, place)
        # AutoGraph raises a new exception that keeps the user's frames in its text alone.
        converted = str(error).partition("in user code:")[2]
        for path, number in re.findall(r'File "([^"]+)", line (\d+)', converted):
            place = self.place(path, int(number))
            if place is not None and place not in places:
                places.insert(0, place)
        return places

    def message(self, error: BaseException) -> str:
        """The exception's text without what changes from run to run, cut in the middle when long."""
        text = re.sub(r'\n *File "[^"]*", line \d+, in .*(?=\n|$)', "", str(error))
        text = re.sub(r"\n{2,}", "\n", text)
        text = text.replace(self.program, self.shown)
        for path in self.cells:
            text = text.replace(path, self.shown)
        for path, shown in self.modules.items():
            text = text.replace(path, shown)
        above = os.path.relpath(self.root, os.path.dirname(self.program))
        folder = os.path.normpath(os.path.join(os.path.dirname(self.shown), above))
        text = text.replace(self.root, "" if folder == "." else folder + os.sep)
        text = re.sub(r"\b0x[0-9a-f]{6,}", "0x…", text)
        text = re.sub(r"__autograph_generated_file\w+", "__autograph_generated_file", text)
        if len(text) > MAX_MESSAGE:
            text = text[:800] + "\n…\n" + text[-(MAX_MESSAGE - 803) :]
        return text


# ---------------------------------------------------------------------------------------------------
# The story under construction


class Story:
    """The recording's lists, as they grow, and what ends the run."""

    def __init__(self) -> None:
        self.models: list[dict[str, Any]] = []
        self.calls: list[dict[str, Any]] = []
        self.batches: list[dict[str, Any]] = []
        self.resets: list[dict[str, Any]] = []
        self.weights: list[dict[str, Any]] = []
        self.raised: list[dict[str, Any]] = []
        self.caps: list[str] = []
        self.mended: list[str] = []

    def cap(self, text: str) -> None:
        if text not in self.caps:
            self.caps.append(text)


class Job:
    """What one child was asked to do."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.program: str = data["program"]
        self.shown: str = data["shown_path"]
        self.cwd: str = data["cwd"]
        self.out: str = data["out"]
        self.root: str = data.get("root") or os.path.dirname(self.program)
        # The cells or blocks of a document, in files of their own, and the code that comes before them.
        self.pieces: list[tuple[str, int | None]] = [(path, cell) for path, cell in data.get("pieces", ())]
        self.prelude: str = data.get("prelude", "")
        self.folders: list[str] = data.get("folders", [])
        self.package: str = data.get("package", "")
        self.modules: dict[str, str] = data.get("modules", {})  # the copies' paths, and as they are shown
        self.environment: dict[str, str] = data.get("environment", {})
        self.mend: list[str] = data.get("mend", [])
        self.max_epochs: int = data.get("max_epochs", 2)
        self.run: str = os.path.dirname(self.out)  # the folder that the program may write into
        self.limits: dict[str, Any] = data["limits"]
        self.seconds: float = self.limits["seconds"]
        self.memory_mb: int = self.limits["memory_mb"]
        self.batches: int = self.limits["batches"]


class Local(threading.local):
    """Where this thread is within Keras."""

    layer_depth = 0
    step_depth = 0
    reset_depth = 0
    weights_depth = 0
    tapes: tuple[int, ...] = ()
    function_depth = 0
    runs: Any = None


class Tap:
    """What one batch held when it entered the model."""

    def __init__(self, rows: int | None, arrays: list[Any] | None, inputs: str | None) -> None:
        self.rows, self.arrays, self.inputs = rows, arrays, inputs
        self.entering: list[Any] | None = None
        self.leaving: list[Any] | None = None
        self.unshuffled: list[int] | None = None
        self.span: dict[str, int] | None = None
        self.left = False
        self.site: Any = None


class Execution:
    """A batch function of fit, evaluate or predict while it runs."""

    def __init__(self, phase: str) -> None:
        self.phase = phase
        self.taps: list[Tap] = []
        self.trace_failed = False
        self.traced_rows: int | None = None
        self.resets: list[dict[str, Any]] = []


class FunctionRun:
    """A `tf.function` of the user while it runs."""

    def __init__(self, places: Places, before: dict[Any, Any]) -> None:
        self.places = places
        self.before = before
        self.taps: list[Tap] = []
        self.failed: tuple[Any, int | None, Places] | None = None


class TracedCall:
    """A call of a stateful model that stands in the graph of a user's `tf.function`."""

    def __init__(self, model: Any, layers: list[Any], places: Places, tapes: tuple[int, ...]) -> None:
        self.model, self.layers, self.places, self.tapes = model, layers, places, tapes


class RowIndex:
    """Tells which rows of the given arrays a batch is made of."""

    def __init__(self, arrays: list[Any], offset: int = 0) -> None:
        self.arrays, self.offset = arrays, offset
        self._known: dict[tuple[str, ...], dict[bytes, int] | None] = {}

    def positions(self, leaves: list[Any]) -> list[int] | None:
        """Return the positions of the batch's rows, None where a row isn't found or occurs twice."""
        leaves = leaves[: len(self.arrays)]
        if len(leaves) < len(self.arrays):
            return None
        kinds = tuple(str(leaf.dtype) for leaf in leaves)
        if kinds not in self._known:
            self._known[kinds] = self._index([leaf.dtype for leaf in leaves])
        index = self._known[kinds]
        if index is None:
            return None
        found = [index.get(key) for key in row_keys(leaves) or []]
        return None if None in found else [self.offset + p for p in found if p is not None]

    def _index(self, dtypes: Sequence[Any]) -> dict[bytes, int] | None:
        keys = row_keys([a.astype(d) for a, d in zip(self.arrays, dtypes)])
        if keys is None:
            return None
        index = {key: position for position, key in enumerate(keys)}
        return index if len(index) == len(keys) else None


def row_keys(leaves: list[Any]) -> list[bytes] | None:
    """Return one key for each row, None where the arrays are no numbers or of unequal length."""
    if len({len(leaf) for leaf in leaves}) != 1 or any(leaf.dtype.kind not in "biuf" for leaf in leaves):
        return None
    return [
        hashlib.blake2b(b"|".join(leaf[i].tobytes() for leaf in leaves), digest_size=12).digest()
        for i in range(len(leaves[0]))
    ]


def static_rows(tensors: list[Any]) -> int | None:
    """Return the number of rows of the first tensor, None where the graph leaves it open."""
    shape = tensors[0].shape if tensors else []
    return None if not len(shape) or shape[0] is None else int(shape[0])


class Call:
    """A call of fit, evaluate, predict or `*_on_batch` in progress."""

    def __init__(self, record: dict[str, Any], model: Any) -> None:
        self.record, self.model = record, model
        self.index: int = record["index"]
        self.rows: RowIndex | None = None
        self.validation_rows: RowIndex | None = None
        self.inputs: Any = None
        self.validating = False
        self.first_epoch: int | None = None
        self.epoch: int | None = None
        self.next_batch = 0
        self.resume_at = 0
        self.failed_batch: int | None = None


class Absent:
    """The class of what there is none of."""


class NoTensorFlow:
    """Stands for TensorFlow where Keras 3 runs without it: all is eager, and nothing is of its classes."""

    Tensor = Variable = GradientTape = Absent
    data = types.SimpleNamespace(Dataset=Absent)
    distribute = types.SimpleNamespace(has_strategy=lambda: False)
    errors = types.SimpleNamespace(OutOfRangeError=Absent)
    random = types.SimpleNamespace(set_seed=lambda seed: None)

    @staticmethod
    def executing_eagerly() -> bool:
        return True

    @staticmethod
    def function(function: Any) -> Any:
        return Absent()

    class nest:  # noqa: N801
        @staticmethod
        def flatten(nested: Any) -> list[Any]:
            if isinstance(nested, dict):
                nested = [nested[key] for key in sorted(nested)]
            if not isinstance(nested, (list, tuple)):
                return [nested]
            return [leaf for part in nested for leaf in NoTensorFlow.nest.flatten(part)]

        @staticmethod
        def map_structure(change: Callable[[Any], Any], nested: Any) -> Any:
            inside = functools.partial(NoTensorFlow.nest.map_structure, change)
            if isinstance(nested, dict):
                return {key: inside(part) for key, part in nested.items()}
            return type(nested)(map(inside, nested)) if isinstance(nested, (list, tuple)) else change(nested)


class Keras:
    """One generation of Keras, imported."""

    def __init__(self, generation: int) -> None:
        package = package_of(generation)
        if package == "tf_keras":
            os.environ["TF_USE_LEGACY_KERAS"] = "1"
            sys.meta_path.insert(0, OldNames("keras", package))
        self.look(generation, package)
        if self.tf is not NoTensorFlow:
            _ = self.tf.keras.layers  # loaded lazily
        if generation == 2:
            alias_private_keras(package)

    def look(self, generation: int, package: str) -> None:
        """Find in the package what is to be watched."""
        self.generation, self.package = generation, package
        has_tensorflow = generation == 2 or "tensorflow" in installed()
        self.tf: Any = NoTensorFlow if not has_tensorflow else importlib.import_module("tensorflow")
        self.keras: Any = importlib.import_module(self.package)
        self.np: Any = importlib.import_module("numpy")
        self.version: str = self.keras.__version__
        backend = getattr(self.keras, "config", None)
        self.backend: str = backend.backend() if generation == 3 and backend is not None else "tensorflow"
        self.rnn: Any = self.keras.layers.RNN
        self.layer: Any = self.keras.layers.Layer
        self.model: Any = self.keras.Model
        self.sequential: Any = self.keras.Sequential
        self.callback_list: Any = self.keras.callbacks.CallbackList
        if has_tensorflow:
            self.autograph: Any = importlib.import_module("tensorflow.python.autograph.impl.api")
            self.autograph_context: Any = importlib.import_module("tensorflow.python.autograph.core.ag_ctx")
            self.tf_stack: Any = importlib.import_module("tensorflow.python.util.tf_stack")
        # Its module has another name in each version of TensorFlow.
        self.function: Any = type(self.tf.function(lambda: None))
        if generation == 3:
            self.symbolic: Any = self.keras.KerasTensor
        else:
            inner = ".src" if importlib.util.find_spec(f"{self.package}.src") else ""
            self.symbolic = importlib.import_module(f"{self.package}{inner}.engine.keras_tensor").KerasTensor


class Recorder:
    """Watches Keras and tells the story."""

    def __init__(self, keras: Keras) -> None:
        self.keras = keras
        self.tf, self.np = keras.tf, keras.np
        self.story = Story()
        self.local = Local()
        self.origins = Origins(self)
        self.active: list[Call] = []
        self.hooks: list[str] = []
        self.execution: Execution | None = None
        self.function_run: FunctionRun | None = None
        self.failure: tuple[BaseException, int, int | None] | None = None
        self.rnns: Any = weakref.WeakSet()
        self._made: Any = weakref.WeakKeyDictionary()
        self._models: Any = weakref.WeakKeyDictionary()
        self._model_list: list[Any] = []
        self._runs: Any = weakref.WeakKeyDictionary()
        self._examples: dict[int, Any] = {}
        self._openings = itertools.count()
        self._in_trainer: dict[int, Any] = {}
        self._layer_keys: Any = weakref.WeakKeyDictionary()
        self._left: dict[tuple[int, str], int] = {}
        self._tapped: Any = weakref.WeakSet()
        self._steps: Any = weakref.WeakKeyDictionary()
        self.job: Job | None = None
        self.frames: Frames | None = None
        self.process = 0
        self.written = False

    @property
    def recording(self) -> bool:
        return self.frames is not None and os.getpid() == self.process

    def places(self) -> Places:
        return [] if self.frames is None else self.frames.here()

    # -- models and their state ---------------------------------------------------------------------

    def stateful_layers(self, layer: Any) -> list[Any]:
        """Return the stateful recurrent layers of a model or layer, nested ones included."""
        flatten = getattr(layer, "_flatten_layers", None)
        if flatten is None:
            return []
        found: list[Any] = []
        for inner in flatten():
            if (
                isinstance(inner, self.keras.rnn)
                and inner not in found
                and (getattr(inner, "stateful", False) or self.variables(inner) is not None)
            ):
                found.append(inner)
        return found

    def variables(self, layer: Any) -> list[Any] | None:
        """Return the layer's state variables, None where none is allocated."""
        found: list[Any] = []
        pending: list[Any] = [getattr(layer, "states", None)]
        while pending:
            value = pending.pop(0)
            if isinstance(value, (list, tuple)):
                pending[:0] = value
            elif value is not None and hasattr(value, "assign"):
                found.append(value)
        return found or None

    def read(self, layers: list[Any]) -> States:
        """Return the states' values now, by layer; None in place of what isn't allocated or readable."""
        values: States = {}
        for layer in layers:
            variables = self.variables(layer)
            try:
                values[layer] = None if variables is None else [self.value_of(v) for v in variables]
            except (AttributeError, NotImplementedError, TypeError, ValueError, RuntimeError):
                values[layer] = None  # a graph is being traced, or the state isn't initialised
        return values

    def value_of(self, variable: Any) -> Any:
        """Return a variable's value; jax's trainer takes it out of those that the model tracks.

        The variable itself would then give what it is initialised with.
        """
        if self.keras.backend == "jax" and getattr(variable, "_value", variable) is None:
            if id(variable) not in self._in_trainer:
                raise ValueError("the trainer has the value")
            return self.np.array(self._in_trainer[id(variable)])
        return self.np.array(variable.numpy())

    def note_trainer(self, model: Any, state: Any) -> None:
        """Note the values of a model's variables that jax's trainer hands from batch to batch."""
        if isinstance(state, (list, tuple)) and len(state) > 1:
            variables = model.non_trainable_variables
            if len(variables) == len(state[1]):
                self._in_trainer = {id(v): value for v, value in zip(variables, state[1])}

    def probe(self, values: States) -> dict[str, Any]:
        """Summarise the states of several layers as a StateProbe."""
        arrays = [a for state in values.values() for a in state or []]
        norm = math.sqrt(sum(float(self.np.sum(self.np.square(a.astype("float64")))) for a in arrays))
        return {
            "norm": norm,
            "digest": fingerprint(*(a.tobytes() for a in arrays)),
            "rows": int(arrays[0].shape[0]) if arrays and arrays[0].ndim else None,
            "layers": {
                str(layer.name): math.sqrt(
                    sum(float(self.np.sum(self.np.square(a.astype("float64")))) for a in state)
                )
                for layer, state in values.items()
                if state is not None
            },
        }

    def layer_key(self, layer: Any) -> int:
        return int(self._layer_keys.setdefault(layer, len(self._layer_keys)))

    def origin(self, values: States) -> tuple[str, int | None]:
        """Say where a state comes from: "zero", "carried" (and the batch that left it) or "set"."""
        if all(not a.any() for state in values.values() for a in state or []):
            return "zero", None
        left: list[int] = []
        for layer, state in values.items():
            # A layer that never ran has none (early Keras 3 keeps the one that a Bidirectional copies).
            if state is None:
                continue
            key = (self.layer_key(layer), fingerprint(*(a.tobytes() for a in state)))
            if key not in self._left:
                return "set", None
            left.append(self._left[key])
        return "carried", max(left)

    def model_index(self, model: Any) -> int:
        """Return the index of a model in the story; a new one is entered."""
        if model not in self._models:
            self._models[model] = len(self.story.models)
            self._model_list.append(model)
            self.story.models.append(
                {
                    "index": self._models[model],
                    "name": str(model.name),
                    "stateful_layers": [],
                    "places": self._made.get(model, []),
                    "layers": [],
                    "output_shape": None,
                    "crossing": None,
                }
            )
        index = int(self._models[model])
        entry = self.story.models[index]
        for layer in self.stateful_layers(model):
            if layer.name not in entry["stateful_layers"]:
                entry["stateful_layers"].append(layer.name)
        return index

    def describe_models(self) -> None:
        """Enter the recurrent layers of the models and the shapes that they return."""
        for model, entry in zip(self._model_list, self.story.models):
            with contextlib.suppress(Exception):
                entry["layers"] = list(self.recurrent_layers(model))
            with contextlib.suppress(Exception):
                shape = model.output_shape
                if shape and not isinstance(shape, dict) and not isinstance(shape[0], (list, tuple)):
                    entry["output_shape"] = list(shape[1:])

    def measure_crossing(self) -> None:
        """Enter what crosses from batch to batch in the models whose training sees it by single steps or
        calls.
        """
        for index, example in self._examples.items():
            model, entry = self._model_list[index], self.story.models[index]
            with contextlib.suppress(Exception):
                entry["crossing"] = self.crossing(model, example)

    def crossing(self, model: Any, example: Any) -> dict[str, float]:
        if self.keras.backend == "torch":
            return self.crossing_on_torch(model, example)
        tf, np = self.tf, self.np
        layers = self.stateful_layers(model)
        variables = [v for layer in layers for v in self.variables(layer) or []]

        def second(first: Any) -> Any:
            for variable in variables:
                variable.assign(np.zeros(variable.shape, "float32"))
            model(first)
            return tf.reduce_sum(model(tf.constant(example)))

        self.local.layer_depth += 1
        try:
            first = tf.constant(example)
            with tf.GradientTape() as tape:
                tape.watch(first)
                output = second(first)
            gradient = tape.gradient(output, first)
            change = abs(float(second(tf.constant(example + 0.1)) - output))
        finally:
            self.local.layer_depth -= 1
        largest = 0.0 if gradient is None else float(tf.reduce_max(tf.abs(gradient)))
        return {"change": change, "gradient": largest}

    def crossing_on_torch(self, model: Any, example: Any) -> dict[str, float]:
        torch: Any = importlib.import_module("torch")
        variables = [v for layer in self.stateful_layers(model) for v in self.variables(layer) or []]

        def second(first: Any) -> Any:
            for variable in variables:
                variable.assign(self.np.zeros(variable.shape, "float32"))
            model(first)
            return model(torch.tensor(example)).sum()

        self.local.layer_depth += 1
        try:
            first = torch.tensor(example, requires_grad=True)
            output = second(first)
            (gradient,) = torch.autograd.grad(output, first, allow_unused=True)
            change = abs(float(second(torch.tensor(example + 0.1)) - output))
        finally:
            self.local.layer_depth -= 1
        return {"change": change, "gradient": 0.0 if gradient is None else float(gradient.abs().max())}

    def keep_example(self, model: Any, array: Any) -> None:
        """Keep the first batch of a model, to measure with at the end."""
        index = self.model_index(model)
        is_small = array is not None and array.dtype.kind == "f" and array.size < 1 << 16
        if is_small and index not in self._examples:
            self._examples[index] = array

    def note_weights(self, original: Any, model: Any, args: Any, kwargs: Any) -> Any:
        """Set or load the weights of a model and record it."""
        if not self.recording or self.local.weights_depth or not self.stateful_layers(model):
            return original(model, *args, **kwargs)
        before = fingerprint(*(self.np.asarray(w).tobytes() for w in model.get_weights()))
        self.local.weights_depth += 1
        try:
            result = original(model, *args, **kwargs)
        finally:
            self.local.weights_depth -= 1
        after = fingerprint(*(self.np.asarray(w).tobytes() for w in model.get_weights()))
        self.story.weights.append(
            {
                "model": self.model_index(model),
                "places": self.places(),
                "before_batch": len(self.story.batches),
                "changed": before != after,
            }
        )
        self.check_limit()
        return result

    def recurrent_layers(self, model: Any) -> Iterator[dict[str, Any]]:
        """Describe the recurrent layers of a model, nested ones included."""
        layers = list(dict.fromkeys(model._flatten_layers()))
        wrappers: Any = weakref.WeakKeyDictionary()
        for outer in layers:
            for name in ("layer", "forward_layer", "backward_layer"):
                inner = getattr(outer, name, None)
                if isinstance(inner, self.keras.rnn):
                    wrappers[inner] = outer
        for layer in layers:
            if isinstance(layer, self.keras.rnn):
                wrapper = wrappers.get(layer)
                around = [] if wrapper is None else self._made.get(wrapper, [])
                runs, given_state = self._runs.get(layer, (0, False))
                yield {
                    "name": str(layer.name),
                    "stateful": bool(layer.stateful) or self.variables(layer) is not None,
                    "backwards": bool(getattr(layer, "go_backwards", False)),
                    "wrapper": None if wrapper is None else type(wrapper).__name__,
                    "places": self._made.get(layer, []) + around,
                    "runs": runs,
                    "given_state": given_state,
                }

    @contextlib.contextmanager
    def counting(self) -> Iterator[None]:
        """Count how often one step of a model calls each of its recurrent layers."""
        outer, self.local.runs = self.local.runs, {}
        try:
            yield
        finally:
            for layer, (count, given_state) in self.local.runs.items():
                most, ever = self._runs.get(layer, (0, False))
                self._runs[layer] = (max(most, count), ever or given_state)
            self.local.runs = outer

    def count(self, layer: Any, args: Any, kwargs: Any) -> None:
        runs = self.local.runs
        if runs is not None and isinstance(layer, self.keras.rnn):
            count, given_state = runs.get(layer, (0, False))
            # By position it is the second argument, on Keras 3 down to here.
            state = kwargs.get("initial_state", args[1] if len(args) > 1 else None)
            runs[layer] = (count + 1, given_state or state is not None)

    def model_of(self, layer: Any) -> int | None:
        """Return the index of the first model that holds the layer, one that ran if there is one."""
        made = [model for model in list(self._made) if isinstance(model, self.keras.model)]
        for model in [*self._model_list, *made]:
            if any(inner is layer for inner in model._flatten_layers()):
                return self.model_index(model)
        return None

    # -- batches ------------------------------------------------------------------------------------

    def add_batch(
        self,
        call: int,
        model: Any,
        tap: Tap,
        *,
        phase: str,
        epoch: int | None,
        number: int,
        row_ids: list[int] | None,
        entering: States | None,
        leaving: States | None,
        finished: bool,
    ) -> int:
        """Enter one batch in the story and return its index."""
        index = len(self.story.batches)
        origin, carried_from = (None, None) if entering is None else self.origin(entering)
        self.story.batches.append(
            {
                "index": index,
                "call": call,
                "model": self.model_index(model),
                "phase": phase,
                "epoch": epoch,
                "batch": number,
                "rows": tap.rows,
                "row_ids": row_ids,
                "unshuffled": tap.unshuffled,
                "span": tap.span,
                "inputs": tap.inputs,
                "entering": None if entering is None else self.probe(entering),
                "leaving": None if leaving is None else self.probe(leaving),
                "origin": origin,
                "carried_from": carried_from,
                "finished": finished,
            }
        )
        for layer, state in (leaving or {}).items():
            if state is not None:
                self._left[self.layer_key(layer), fingerprint(*(a.tobytes() for a in state))] = index
        return index

    def check_limit(self) -> None:
        job = self.job
        story = self.story
        others = max(len(story.calls), len(story.resets), len(story.weights))
        if job is not None and (len(story.batches) >= job.batches or others >= 10 * job.batches):
            self.finish("stopped")

    def before_making(self, model: Any, name: str) -> None:
        """Called before a model makes its train, test or predict function."""

    def run_batches(self, kind: str, function: Any, model: Any, args: Any, kwargs: Any) -> Any:
        """Run a train, test or predict function of Keras and record the batches that it took."""
        if not (self.recording and self.active and self.execution is None and self.tf.executing_eagerly()):
            return function(*args, **kwargs)
        call = self.active[-1]
        phase = kind if kind != "test" else "validation" if call.validating else "evaluate"
        execution = Execution(phase)
        if self.keras.backend == "jax" and args:
            self.note_trainer(model, args[0])
        before = self.read(self.stateful_layers(model))
        if self.keras.backend != "tensorflow" and args:
            self._tapped.add(model)
            args = (*args[:-1], self.tapped_batches(execution, args[-1]))
        self.execution = execution
        try:
            result = function(*args, **kwargs)
        except BaseException as error:
            self.execution = None
            exhausted = isinstance(error, (StopIteration, self.tf.errors.OutOfRangeError))
            began = bool(execution.taps) or execution.trace_failed or model not in self._tapped
            if execution.taps or (began and not exhausted):
                self.commit(execution, call, model, before, finished=exhausted)
            raise
        finally:
            self.execution = None
        if self.keras.backend == "jax" and isinstance(result, tuple):
            self.note_trainer(model, result[-1])
        self.commit(execution, call, model, before, finished=True)
        return result

    def commit(self, execution: Execution, call: Call, model: Any, before: States, finished: bool) -> None:
        layers = self.stateful_layers(model)
        taps = execution.taps or [Tap(execution.traced_rows, None, None)]
        if layers:
            after = self.read(layers)
            first = {layer: before.get(layer) for layer in layers}
            index = call.validation_rows if call.validating else call.rows
            for position, tap in enumerate(taps):
                last = position == len(taps) - 1
                done = finished or not last
                row_ids = index.positions(tap.arrays) if index is not None and tap.arrays else None
                if index is None and tap.arrays:
                    row_ids = self.origins.rows(tap.arrays)
                if tap.arrays:
                    tap.unshuffled = self.origins.unshuffled_rows(tap.arrays)
                    tap.span = self.origins.span(None if call.validating else call, tap.arrays)
                number = self.add_batch(
                    call.index,
                    model,
                    tap,
                    phase=execution.phase,
                    epoch=call.epoch,
                    number=call.next_batch,
                    row_ids=row_ids,
                    entering=first if position == 0 else self.by_layer(layers, tap.entering),
                    leaving=after if last else self.by_layer(layers, tap.leaving),
                    finished=done,
                )
                call.next_batch += 1
                if not done:
                    call.failed_batch = number
        for reset in execution.resets:
            reset["before_batch"] = len(self.story.batches)
        if finished:
            self.check_limit()

    def by_layer(self, layers: list[Any], values: list[Any] | None) -> States | None:
        """Split a flat list of state values by layer."""
        if values is None:
            return None
        split: States = {}
        rest = list(values)
        for layer in layers:
            count = len(self.variables(layer) or [])
            split[layer], rest = (rest[:count] or None), rest[count:]
        return split

    # -- taps: watching what enters a traced step -----------------------------------------------------

    def leaves(self, data: Any) -> list[Any]:
        """Return the dense tensors of a batch, inputs first."""
        return [leaf for leaf in self.flat(data) if isinstance(leaf, (self.tf.Tensor, self.np.ndarray))]

    def flat(self, nested: Any) -> list[Any]:
        """Return the leaves of a structure; empty where TensorFlow can't order them."""
        try:
            return list(self.tf.nest.flatten(nested))
        except (TypeError, ValueError):
            return []

    def tap_step(self, model: Any, data: Any) -> Any:
        """Put a tap on the data of a step; return the data, which now wait for the tap."""
        inputs = data[0] if isinstance(data, tuple) else data
        leaves, count = self.leaves(data), len(self.leaves(inputs))
        if not leaves:
            return data
        self._tapped.add(model)
        if self.execution is not None:
            self.execution.traced_rows = static_rows(leaves)
        states: list[Any] = []
        if self._steps.get(model, 1) != 1:
            states = self.state_tensors(self.stateful_layers(model))

        def enter(*values: Any) -> None:
            execution = self.execution
            if execution is None:
                return
            arrays = [self.np.asarray(v) for v in values[: len(leaves)]]
            tap = Tap(
                int(arrays[0].shape[0]) if arrays[0].ndim else None,
                arrays,
                fingerprint(*(a.tobytes() for a in arrays[:count])),
            )
            if states:
                tap.entering = [self.np.array(v) for v in values[len(leaves) :]]
                if execution.taps:
                    execution.taps[-1].leaving = tap.entering
            execution.taps.append(tap)

        return self.behind(enter, leaves + states, data)

    def tapped_batches(self, execution: Execution, batches: Any) -> Any:
        """Tap what jax and torch functions are given, a list of batches or an iterator over them."""

        def passing() -> Iterator[Any]:
            for data in batches:
                execution.taps += self.batch_tap(data)
                yield data

        if isinstance(batches, list):
            return list(passing())
        return passing() if isinstance(batches, Iterator) else batches

    def batch_tap(self, data: Any) -> list[Tap]:
        """Return a tap that has seen this batch; none where it isn't made of arrays."""
        arrays = [self.as_array(leaf) for leaf in self.flat(data) if leaf is not None]
        count = len(self.flat(data[0])) if isinstance(data, tuple) else len(arrays)
        if not arrays or any(array is None for array in arrays):
            return []
        inputs = fingerprint(*(a.tobytes() for a in arrays[:count]))
        return [Tap(int(arrays[0].shape[0]) if arrays[0].ndim else None, arrays, inputs)]

    def state_tensors(self, layers: list[Any]) -> list[Any]:
        return [
            self.tf.convert_to_tensor(getattr(v, "value", v) if self.keras.generation == 3 else v)
            for layer in layers
            for v in self.variables(layer) or []
        ]

    def behind(self, watch: Callable[..., None], tensors: list[Any], data: Any) -> Any:
        """Return the data so that nothing computed from them runs before `watch` has seen the tensors."""
        if self.tf.executing_eagerly():
            watch(*tensors)
            return data
        with contextlib.ExitStack() as stack:
            stack.enter_context(self.tf.control_dependencies([self.tf.numpy_function(watch, tensors, [])]))
            return self.tf.nest.map_structure(self.pass_on, data)

    def pass_on(self, leaf: Any) -> Any:
        if not isinstance(leaf, self.tf.Tensor):
            return leaf
        passed = self.tf.identity(leaf)
        for name in ("_keras_mask", "_keras_history"):
            if hasattr(leaf, name):
                setattr(passed, name, getattr(leaf, name))
        return passed

    # -- direct calls ---------------------------------------------------------------------------------

    def call_layer(self, original: Any, layer: Any, args: Any, kwargs: Any) -> Any:
        """Call a layer; the outermost call of one that holds stateful layers is recorded."""
        local = self.local
        self.count(layer, args, kwargs)
        if local.layer_depth or local.step_depth or self.execution is not None or not self.recording:
            return original(layer, *args, **kwargs)
        eager = self.tf.executing_eagerly()
        if not self.rnns or not (eager or self.function_run is not None) or self.is_symbolic(args, kwargs):
            return self.call_inside(original, layer, args, kwargs)
        layers = self.stateful_layers(layer)
        if not layers or self.is_built_here() or self.is_traced(args, kwargs):
            return self.call_inside(original, layer, args, kwargs)
        if eager:
            return self.call_eagerly(original, layer, layers, args, kwargs)
        return self.call_traced(original, layer, layers, args, kwargs)

    def call_inside(self, original: Any, layer: Any, args: Any, kwargs: Any) -> Any:
        self.local.layer_depth += 1
        try:
            with self.counting():
                self.count(layer, args, kwargs)
                return original(layer, *args, **kwargs)
        finally:
            self.local.layer_depth -= 1

    def is_built_here(self) -> bool:
        """Say whether fit, evaluate or predict only builds the model: other backends call it for that."""
        return self.keras.backend != "tensorflow" and bool(self.active) and not self.hooks

    def is_traced(self, args: Any, kwargs: Any) -> bool:
        """Say whether jax or torch only trace this call, to find a shape or to compile the caller."""
        if self.keras.backend == "tensorflow":
            return False
        frame: types.FrameType | None = sys._getframe(2)
        while frame is not None:
            if frame.f_code.co_name == "compute_output_spec":
                return True
            frame = frame.f_back
        compiler = getattr(sys.modules.get("torch"), "compiler", None)
        is_compiled = self.keras.backend == "torch" and getattr(compiler, "is_compiling", bool)()
        # The classes of jax's arrays of numbers are those of jaxlib.
        if is_compiled or any(type(leaf).__module__.startswith("jax.") for leaf in self.flat([args, kwargs])):
            self.story.cap(f"calls that {self.keras.backend} compiles can't be watched")
            return True
        return False

    def is_symbolic(self, args: Any, kwargs: Any) -> bool:
        return any(isinstance(leaf, self.keras.symbolic) for leaf in self.flat([args, kwargs]))

    def input_tap(self, layer: Any, args: Any, kwargs: Any) -> Tap:
        given = args[0] if args else next(iter(kwargs.values()), None)
        arrays = [self.as_array(leaf) for leaf in self.flat(given)]
        known = [a for a in arrays if a is not None and a.ndim]
        if len(known) == 1 and isinstance(layer, self.keras.model):
            self.keep_example(layer, known[0].astype("float32"))
        if not known:
            return Tap(None, None, None)
        return Tap(int(known[0].shape[0]), None, fingerprint(*(a.tobytes() for a in known)))

    def as_array(self, leaf: Any) -> Any:
        """Return the leaf as a NumPy array of numbers, None where it is something else."""
        # Arrays of jax and torch; what jax and torch trace with isn't made of numbers.
        if type(leaf).__module__.partition(".")[0] in ("jaxlib", "torch"):
            try:
                leaf = self.np.asarray(leaf.detach().cpu() if hasattr(leaf, "detach") else leaf)
            except (TypeError, ValueError, RuntimeError, NotImplementedError):
                return None
        if isinstance(leaf, (self.tf.Tensor, self.tf.Variable)) or type(leaf).__module__.startswith("pandas"):
            if isinstance(leaf, self.tf.Tensor) and not hasattr(leaf, "numpy"):
                return None
            leaf = self.np.asarray(leaf)
        if isinstance(leaf, (list, int, float)) and not isinstance(leaf, bool):
            try:
                leaf = self.np.asarray(leaf)
            except ValueError:
                return None
        return leaf if isinstance(leaf, self.np.ndarray) and leaf.dtype.kind in "biuf" else None

    def new_call(self, name: str, model: Any, places: Places, **fields: Any) -> dict[str, Any]:
        record = {
            "index": len(self.story.calls),
            "name": name,
            "model": self.model_index(model),
            "places": places,
            "data_kind": "other",
            "data": None,
            "samples": None,
            "batch_size": None,
            "epochs": None,
            "validation_samples": None,
            "rows_returned": None,
            "parent": self.active[-1].index if self.active else None,
            "finished": False,
            "shape": None,
            "target_shape": None,
            "batch_hooks": 0,
            "tapes": [],
            "callbacks": [],
        }
        record.update(fields)
        self.story.calls.append(record)
        return record

    def direct_call(
        self,
        model: Any,
        tap: Tap,
        places: Places,
        *,
        before: States | None,
        after: States | None,
        error: BaseException | None,
        tapes: Sequence[int] = (),
    ) -> None:
        """Enter one call of a model or layer, and its batch, in the story."""
        fields: dict[str, Any] = {"data_kind": "array", "data": tap.inputs, "samples": tap.rows}
        fields.update(finished=error is None, tapes=list(tapes))
        record = self.new_call("call", model, places, **fields)
        index = self.add_batch(
            record["index"],
            model,
            tap,
            phase="call",
            epoch=None,
            number=0,
            row_ids=None,
            entering=before,
            leaving=after,
            finished=error is None,
        )
        if error is not None:
            self.note_failure(error, record["index"], index)

    def call_eagerly(self, original: Any, layer: Any, layers: list[Any], args: Any, kwargs: Any) -> Any:
        tap, places, before = self.input_tap(layer, args, kwargs), self.places(), self.read(layers)
        try:
            result = self.call_inside(original, layer, args, kwargs)
        except Exception as error:
            self.direct_call(layer, tap, places, before=before, after=self.read(layers), error=error)
            raise
        self.direct_call(
            layer, tap, places, before=before, after=self.read(layers), error=None, tapes=self.local.tapes
        )
        self.check_limit()
        return result

    def call_traced(self, original: Any, layer: Any, layers: list[Any], args: Any, kwargs: Any) -> Any:
        """Put taps before and after a model's call in the graph of the user's function."""
        run = self.function_run
        assert run is not None and self.frames is not None
        places = self.frames.here_traced(self.keras.tf_stack)
        inner = places[: max(len(places) - len(run.places), 0)]
        site = TracedCall(layer, layers, inner, self.local.tapes)
        tensors = self.leaves(args[:1])
        known = self.state_tensors(layers)

        def enter(*values: Any) -> None:
            arrays = [self.np.asarray(v) for v in values[: len(tensors)]]
            tap = Tap(
                int(arrays[0].shape[0]) if arrays and arrays[0].ndim else None,
                None,
                fingerprint(*(a.tobytes() for a in arrays)),
            )
            tap.site = site
            if len(arrays) == 1 and isinstance(layer, self.keras.model):
                self.keep_example(layer, arrays[0])
            tap.entering = [self.np.array(v) for v in values[len(tensors) :]] or None
            if self.function_run is not None:
                self.function_run.taps.append(tap)

        def leave(*values: Any) -> None:
            waiting = self.function_run.taps if self.function_run is not None else []
            for tap in reversed(waiting):
                if tap.site is site and not tap.left:
                    tap.leaving, tap.left = [self.np.array(v) for v in values], True
                    return

        if tensors:
            args = [self.behind(enter, tensors + known, args[0]), *args[1:]]
        try:
            result = self.call_inside(original, layer, args, kwargs)
        except Exception:
            run.failed = (layer, static_rows(tensors), site.places)
            raise
        self.tf.numpy_function(leave, self.state_tensors(layers), [])
        return result

    def run_function(self, original: Any, function: Any, args: Any, kwargs: Any) -> Any:
        """Call a `tf.function`; what its taps saw becomes direct calls."""
        local = self.local
        if (
            local.function_depth
            or local.layer_depth
            or self.execution is not None
            or not self.rnns
            or not self.recording
            or not self.tf.executing_eagerly()
        ):
            return original(function, *args, **kwargs)
        watched = [layer for layer in list(self.rnns) if getattr(layer, "stateful", False)]
        if not watched:
            return original(function, *args, **kwargs)
        run = FunctionRun(self.places(), self.read(watched))
        local.function_depth += 1
        self.function_run = run
        try:
            result = original(function, *args, **kwargs)
        except Exception as error:
            self.function_run = None
            self.commit_function(run, error)
            raise
        finally:
            self.function_run = None
            local.function_depth -= 1
        self.commit_function(run, None)
        if run.taps:
            self.check_limit()
        return result

    def commit_function(self, run: FunctionRun, error: BaseException | None) -> None:
        openings: dict[int, int] = {}
        for position, tap in enumerate(run.taps):
            site: TracedCall = tap.site
            last = position == len(run.taps) - 1
            entering = self.by_layer(site.layers, tap.entering)
            if entering is None and position == 0:
                entering = {layer: run.before.get(layer) for layer in site.layers}
            leaving = None
            if tap.left:
                leaving = self.by_layer(site.layers, tap.leaving)
            elif last:
                leaving = self.read(site.layers)
            self.direct_call(
                site.model,
                tap,
                site.places + run.places,
                before=entering,
                after=leaving,
                error=None if tap.left else error,
                # Each run of the function opens its tapes anew.
                tapes=[openings.setdefault(tape, next(self._openings)) for tape in site.tapes],
            )
        if error is not None and not run.taps and run.failed is not None:
            model, rows, places = run.failed
            before = {layer: run.before.get(layer) for layer in self.stateful_layers(model)}
            tap = Tap(rows, None, None)
            self.direct_call(model, tap, places + run.places, before=before, after=None, error=error)

    # -- calls ----------------------------------------------------------------------------------------

    def run_call(self, name: str, original: Any, model: Any, args: Any, kwargs: Any) -> Any:
        """Run fit, evaluate, predict or `*_on_batch` and record it."""
        if not self.recording or self.execution is not None or self.function_run is not None:
            return original(model, *args, **kwargs)
        if name == "evaluate" and kwargs.get("_use_cached_eval_dataset") and self.active:
            return self.run_validation(original, model, args, kwargs)
        wrap_steps(self, type(model))
        places = self.places()
        try:
            bound = inspect.signature(original).bind(model, *args, **kwargs)
        except TypeError:
            call = Call(self.new_call(name, model, places), model)
            return self.run_bound(call, functools.partial(original, model, *args, **kwargs))
        data = Data(self, name, bound.arguments)
        data.make_small()
        call = Call(self.new_call(name, model, places, **data.fields()), model)
        if name != "predict" and call.record["shape"] and call.record["shape"][0] == 1:
            self.keep_example(model, data.first_batch())
        call.rows, call.validation_rows, call.inputs = data.rows, data.validation_rows, data.inputs
        if data.kind == "sequence":
            self.origins.watch_sequence(bound.arguments["x"])
        self.origins.look_around()
        result = self.run_bound(call, functools.partial(original, *bound.args, **bound.kwargs))
        if name in ("predict", "predict_on_batch"):
            leaves = self.tf.nest.flatten(result)
            if leaves and hasattr(leaves[0], "shape") and len(leaves[0].shape):
                call.record["rows_returned"] = int(leaves[0].shape[0])
            result = data.pad(result)
        return result

    def run_bound(self, call: Call, function: Callable[[], Any]) -> Any:
        self.active.append(call)
        try:
            result = function()
        except BaseException as error:
            self.note_failure(error, call.index, call.failed_batch)
            raise
        finally:
            self.active.pop()
        call.record["finished"] = True
        self.check_limit()
        return result

    def run_validation(self, original: Any, model: Any, args: Any, kwargs: Any) -> Any:
        call = self.active[-1]
        call.validating, call.resume_at, call.next_batch = True, call.next_batch, 0
        try:
            return original(model, *args, **kwargs)
        finally:
            call.validating, call.next_batch = False, call.resume_at

    def note_failure(self, error: BaseException, call: int, batch: int | None) -> None:
        # Outer calls see the same exception later: the innermost call keeps it.
        if self.failure is None or self.failure[0] is not error:
            self.failure = (error, call, batch)

    def begin_epoch(self, epoch: Any) -> None:
        if self.active and self.active[-1].record["name"] == "fit":
            call = self.active[-1]
            if call.first_epoch is None:
                call.first_epoch = int(epoch)
            call.epoch, call.next_batch = int(epoch) - call.first_epoch, 0

    # -- resets ---------------------------------------------------------------------------------------

    def run_reset(self, target: str, original: Any, owner: Any, args: Any, kwargs: Any) -> Any:
        """Run a reset that the program asked for and record it."""
        # Keras resets a layer's state itself when it builds the layer.
        if not self.recording or self.local.reset_depth or self.by_build(sys._getframe(2)):
            return original(owner, *args, **kwargs)
        layers = self.stateful_layers(owner)
        values = self.read(layers) if self.tf.executing_eagerly() else {}
        allocated = any(state is not None for state in values.values())
        places = self.places() if self.tf.executing_eagerly() else self.traced_places()
        self.local.reset_depth += 1
        try:
            result = original(owner, *args, **kwargs)
        finally:
            self.local.reset_depth -= 1
        reset = {
            "model": self.model_index(owner) if target == "model" else None,
            "target": target,
            "layer": None if target == "model" else str(owner.name),
            "places": places,
            "hook": self.hooks[-1] if self.hooks else None,
            "before_batch": len(self.story.batches),
            "norm": self.probe(values)["norm"] if allocated else None,
        }
        if target == "layer":
            reset["_layer"] = owner
        self.story.resets.append(reset)
        if self.execution is not None:
            self.execution.resets.append(reset)
        self.check_limit()
        return result

    def by_build(self, frame: types.FrameType) -> bool:
        """Say whether the frame is Keras building a layer."""
        code = frame.f_code
        return code.co_name == "build" and (
            self.frames is None or self.frames.shown_path(code.co_filename) is None
        )

    def traced_places(self) -> Places:
        return [] if self.frames is None else self.frames.here_traced(self.keras.tf_stack)

    # -- the end --------------------------------------------------------------------------------------

    def outcome(self, status: str, error: BaseException | None) -> dict[str, Any]:
        outcome: dict[str, Any] = {
            "status": status,
            "exception": None,
            "message": None,
            "places": [],
            "call": None,
            "batch": None,
        }
        if error is not None and self.frames is not None:
            outcome.update(
                exception=type(error).__name__,
                message=self.frames.message(error),
                places=self.frames.of_error(error),
            )
            cause: BaseException | None = error
            while cause is not None:
                if self.failure is not None and self.failure[0] is cause:
                    outcome.update(call=self.failure[1], batch=self.failure[2])
                    break
                cause = cause.__cause__ or cause.__context__
        elif self.active:
            outcome.update(call=self.active[-1].index)
        return outcome

    def told(self, outcome: dict[str, Any]) -> dict[str, Any]:
        """Return the story so far as the JSON of a recording."""
        resets = []
        for reset in list(self.story.resets):
            owner = reset.get("_layer")
            known = {key: value for key, value in reset.items() if key != "_layer"}
            resets.append(known if owner is None else {**known, "model": self.model_of(owner)})
        if not self.tf.executing_eagerly():
            self.story.cap("eager execution is disabled: nothing was watched")
        self.describe_models()
        return {
            "keras": self.keras.generation,
            "version": self.keras.version,
            "backend": self.keras.backend,
            "models": self.story.models,
            "calls": list(self.story.calls),
            "batches": list(self.story.batches),
            "resets": resets,
            "weights": self.story.weights,
            "raised": self.story.raised,
            "outcome": outcome,
            "mended": self.story.mended,
            "caps": self.story.caps,
        }

    def write(self, status: str, error: BaseException | None = None, note: str | None = None) -> None:
        """Write the recording, once."""
        if self.written or self.job is None or os.getpid() != self.process:
            return
        self.written = True
        chosen = os.environ.get("KERAS_BACKEND")
        if chosen and chosen != self.keras.backend:
            self.story.cap(f"KERAS_BACKEND={chosen} is not followed: ran on {self.keras.backend}")
        outcome = self.outcome(status, error)
        if note is not None:
            outcome["message"] = note
        if status in ("finished", "stopped"):
            self.measure_crossing()
        text = _dumps(self.told(outcome))
        os.makedirs(self.job.run, exist_ok=True)
        descriptor = _open(self.job.out + ".part", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        rest = text.encode()
        while rest:
            rest = rest[_write(descriptor, rest) :]
        os.close(descriptor)
        _replace(self.job.out + ".part", self.job.out)

    def finish(
        self, status: str, error: BaseException | None = None, note: str | None = None, code: int = 0
    ) -> None:
        """Write the recording and end the process."""
        if os.getpid() == self.process:
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(OSError, ValueError, AttributeError):  # whatever it is by now
                    stream.flush()
            self.write(status, error, note)
        _exit_now(code)


# ---------------------------------------------------------------------------------------------------
# The data of a call, and how they are made small


class Data:
    """The data arguments of one call."""

    def __init__(self, recorder: Recorder, name: str, arguments: dict[str, Any]) -> None:
        self.recorder, self.name, self.arguments = recorder, name, arguments
        self.tf, self.np = recorder.tf, recorder.np
        self.rows: RowIndex | None = None
        self.validation_rows: RowIndex | None = None
        self.inputs: Any = None
        self.samples: int | None = None
        self.validation_samples: int | None = None
        self.padding = 0
        self.validation_offset = 0
        self.kind = self.kind_of(arguments.get("x"))

    def kind_of(self, x: Any) -> str:
        tf = self.tf
        if isinstance(x, (tf.data.Dataset, getattr(tf.distribute, "DistributedDataset", tf.data.Dataset))):
            return "dataset"
        utilities = self.recorder.keras.keras.utils
        sequences = tuple(
            c for c in (getattr(utilities, n, None) for n in ("Sequence", "PyDataset")) if c is not None
        )
        if isinstance(x, sequences):
            return "sequence"
        if self.arrays_of(x):
            return "array"
        if isinstance(x, Iterator) or inspect.isgenerator(x):
            return "generator"
        return "other"

    def given(self, value: Any) -> list[Any]:
        """Return the arrays of a nested argument, as they were given."""
        if isinstance(value, list) and value and not hasattr(value[0], "shape"):
            return [value]
        return [leaf for leaf in self.tf.nest.flatten(value) if leaf is not None]

    def arrays_of(self, value: Any) -> list[Any]:
        """Return the arguments' arrays as NumPy arrays; empty where one of them is something else."""
        if value is None or isinstance(value, (str, bytes)):
            return []
        try:
            arrays = [self.recorder.as_array(leaf) for leaf in self.given(value)]
        except (TypeError, ValueError):
            return []
        return [] if any(a is None or not a.ndim for a in arrays) else arrays

    def make_small(self) -> None:
        """Cap the epochs and cut the arrays, so that no verdict changes; note what is known of the data.

        Outside a job nothing is capped or cut.
        """
        a, story, job = self.arguments, self.recorder.story, self.recorder.job
        if self.name == "fit" and job is not None:
            epochs, start = number(a.get("epochs", 1)), number(a.get("initial_epoch", 0)) or 0
            if epochs is not None and epochs > start + job.max_epochs:
                a["epochs"] = start + job.max_epochs
                story.cap(f"fit: epochs {epochs} -> {a['epochs']}")
            self.split_off_validation()
        validation = a.get("validation_data")
        if self.name == "fit" and isinstance(validation, (tuple, list)) and validation:
            vx = self.arrays_of(validation[0])
            if vx:
                self.validation_samples = len(vx[0])
                self.cut_validation(list(validation))
        if self.name in ("fit", "evaluate", "predict") and self.kind == "array":
            self.cut("x", "y", "sample_weight")
        x = self.arrays_of(a.get("x"))
        if x:
            self.samples = len(x[0])
            self.inputs = x[0]
            self.rows = RowIndex(x + self.arrays_of(a.get("y")))
        if self.name == "fit" and x and a.get("validation_split") and validation is None:
            self.samples = math.floor(len(x[0]) * (1.0 - a["validation_split"]))
            self.validation_samples = len(x[0]) - self.samples
            self.validation_rows = self.rows

    def split_off_validation(self) -> None:
        """Do Keras's own validation split here, so that both parts can be cut."""
        a = self.arguments
        share = a.get("validation_split", 0.0)
        x, y, weight = a.get("x"), a.get("y"), a.get("sample_weight")
        if not share or a.get("validation_data") is not None or self.kind != "array":
            return
        parts = [leaf for value in (x, y, weight) if value is not None for leaf in self.given(value)]
        count = len(parts[0])
        at = math.floor(count * (1.0 - share))
        if not 0 < at < count or any(len(leaf) != count or not self.sliceable(leaf) for leaf in parts):
            return
        self.validation_offset = at
        self.validation_samples = count - at
        validation = [self.sliced(v, at, count) for v in (x, y, weight)]
        while validation and validation[-1] is None:
            validation.pop()
        a["x"], a["y"], a["sample_weight"] = (self.sliced(v, 0, at) for v in (x, y, weight))
        for key in ("y", "sample_weight"):
            if a[key] is None:
                del a[key]
        a["validation_data"] = tuple(validation)
        a["validation_split"] = 0.0

    def sliceable(self, leaf: Any) -> bool:
        of_backend = type(leaf).__module__.partition(".")[0] in ("jaxlib", "torch")
        return (
            isinstance(leaf, (self.np.ndarray, self.tf.Tensor, list)) or hasattr(leaf, "iloc") or of_backend
        )

    def sliced(self, value: Any, start: int, stop: int) -> Any:
        if value is None:
            return None
        if isinstance(value, list) and value and not hasattr(value[0], "shape"):
            return value[start:stop]
        return self.tf.nest.map_structure(
            lambda leaf: leaf.iloc[start:stop] if hasattr(leaf, "iloc") else leaf[start:stop], value
        )

    def kept(self, count: int, batch: Any) -> int:
        """Return how many of `count` rows to keep: some full batches and the same remainder."""
        size = number(batch) or DEFAULT_BATCH
        if self.recorder.job is None:
            return count
        return count if count <= CUT_ABOVE * size else KEPT_BATCHES * size + count % size

    def cut(self, *names: str) -> None:
        a = self.arguments
        if a.get("steps_per_epoch") is not None or a.get("steps") is not None:
            return
        parts = [leaf for name in names if a.get(name) is not None for leaf in self.given(a[name])]
        count = len(parts[0])
        keep = self.kept(count, a.get("batch_size"))
        if keep == count or any(len(leaf) != count or not self.sliceable(leaf) for leaf in parts):
            return
        for name in names:
            if a.get(name) is not None:
                a[name] = self.sliced(a[name], 0, keep)
        self.recorder.story.cap(f"{self.name}: {count} rows -> {keep}")
        if self.name == "predict":
            self.padding = count - keep

    def cut_validation(self, validation: list[Any]) -> None:
        a = self.arguments
        parts = [leaf for value in validation if value is not None for leaf in self.given(value)]
        count = len(parts[0])
        keep = self.kept(count, a.get("validation_batch_size") or a.get("batch_size"))
        steps = a.get("validation_steps") is not None
        if not steps and keep < count and all(len(leaf) == count and self.sliceable(leaf) for leaf in parts):
            validation = [self.sliced(value, 0, keep) for value in validation]
            a["validation_data"] = tuple(validation)
            self.validation_samples = keep
            self.recorder.story.cap(f"fit: {count} validation rows -> {keep}")
        arrays = [array for value in validation[:2] for array in self.arrays_of(value)]
        self.validation_rows = RowIndex(arrays, self.validation_offset)

    def pad(self, result: Any) -> Any:
        """Give a cut predict's result the length that the program expects, by repeating its rows."""
        if not self.padding:
            return result

        def padded(leaf: Any) -> Any:
            if not isinstance(leaf, self.np.ndarray) or not leaf.ndim or not len(leaf):
                return leaf
            return leaf[self.np.arange(len(leaf) + self.padding) % len(leaf)]

        return self.tf.nest.map_structure(padded, result)

    def first_batch(self) -> Any:
        """Return the first batch of the (one) input array, None where it is something else."""
        x = self.arrays_of(self.arguments.get("x"))
        size = number(self.arguments.get("batch_size")) or DEFAULT_BATCH
        if len(x) != 1:
            return None
        return x[0][: len(x[0]) if self.name.endswith("on_batch") else size].astype("float32")

    def fields(self) -> dict[str, Any]:
        """Return what a CallRun says of the data."""
        a = self.arguments
        x = self.arrays_of(a.get("x"))
        parts = [part for array in x for part in (str(array.shape).encode(), array.tobytes())]
        return {
            "data_kind": self.kind,
            "data": fingerprint(*parts) if x else None,
            "samples": self.samples,
            "batch_size": number(a.get("batch_size")),
            "epochs": number(a.get("epochs")) if self.name == "fit" else None,
            "validation_samples": self.validation_samples,
            "shape": list(x[0].shape[1:]) if x else None,
            "target_shape": self.target_shape(),
        }

    def target_shape(self) -> list[int] | None:
        """Return the shape of the targets of one row, where they are arrays or something says it of them."""
        arrays, x = self.arrays_of(self.arguments.get("y")), self.arguments.get("x")
        if arrays:
            return list(arrays[0].shape[1:])
        spec = getattr(x, "element_spec", None)
        # A TimeseriesGenerator keeps its series and its targets.
        beside = spec[1] if isinstance(spec, tuple) and len(spec) > 1 else getattr(x, "targets", None)
        shape = getattr(beside, "shape", None)
        sizes = [number(size) for size in shape[1:]] if shape is not None and len(shape) else [None]
        return None if None in sizes else [size for size in sizes if size is not None]


def number(value: Any) -> int | None:
    try:
        return None if value is None else int(value)
    except (TypeError, ValueError):
        return None


# ---------------------------------------------------------------------------------------------------
# Where the rows and steps of a batch come from


class Origins:
    """Remembers arrays of the program, to find in them what a batch holds.

    Arrays that a Dataset is made of and batches that a keras Sequence returns tell the order of the data;
    arrays as they were before the program shuffled them, the order that was lost; the arrays that the
    program can name while it calls Keras, and those that np.array puts together from slices of one other,
    the series whose steps a row holds.
    """

    MOST = 64  # arrays of each kind
    STEPS = 50_000

    def __init__(self, recorder: Recorder) -> None:
        self.recorder, self.np = recorder, recorder.np
        self.sources: list[RowIndex] = []
        self.items: list[tuple[int, int, Any]] = []
        self._sizes: dict[int, int] = {}
        self.unshuffled: list[RowIndex] = []
        self._cuts: dict[int, tuple[Any, int, list[int]]] = {}
        self._around: list[Any] = []
        self._names: dict[Any, int] = {}
        self._steps: dict[tuple[int, int, str, int], tuple[Any, dict[bytes, int]]] = {}

    # -- rows ----------------------------------------------------------------------------------------

    def note_source(self, tensors: Any) -> None:
        """A Dataset is made of these arrays."""
        arrays = [self.recorder.as_array(leaf) for leaf in self.recorder.flat(tensors)]
        if arrays and arrays[0] is not None and arrays[0].ndim > 1 and len(self.sources) < self.MOST:
            self.sources.append(RowIndex([arrays[0]]))

    def watch_sequence(self, sequence: Any) -> None:
        """Note from now on what the `__getitem__` of the sequence's class returns."""
        for owner in type(sequence).__mro__:
            if "__getitem__" in vars(owner):
                replace(owner, "__getitem__", self.item_wrapper)
                return

    def item_wrapper(self, original: Any) -> Any:
        def wrapper(sequence: Any, index: Any) -> Any:
            item = original(sequence, index)
            arrays = [self.recorder.as_array(leaf) for leaf in self.recorder.flat(item)]
            if arrays and arrays[0] is not None and arrays[0].ndim and len(self.items) < 2000:
                size = self._sizes.setdefault(id(sequence), len(arrays[0]))
                self.items.append((int(index), size, arrays[0].copy()))
            return item

        return wrapper

    def rows(self, leaves: list[Any]) -> list[int] | None:
        """Return the positions of a batch's rows in the data of a Sequence or Dataset, None where they
        aren't found.
        """
        found = {
            (index, size)
            for index, size, array in self.items
            if array.shape == leaves[0].shape
            and self.np.array_equal(array.astype(leaves[0].dtype), leaves[0])
        }
        if len(found) == 1:
            index, size = found.pop()
            return [index * size + row for row in range(len(leaves[0]))]
        return None if found else self.first_found(self.sources, leaves)

    def note_shuffle(self, given: Any) -> None:
        """The program is about to shuffle this array or list, or as many indices."""
        array = given if isinstance(given, self.np.ndarray) else None
        count = (
            len(given)
            if hasattr(given, "__len__") and not (array is not None and not array.ndim)
            else number(given)
        )
        for candidate in [array, *self.visible()]:
            if (
                candidate is None
                or candidate.ndim < 2
                or len(candidate) != count
                or candidate.nbytes > 1 << 22
            ):
                continue
            if len(self.unshuffled) < self.MOST:
                self.unshuffled.append(RowIndex([candidate.copy()]))

    def unshuffled_rows(self, leaves: list[Any]) -> list[int] | None:
        """Return the positions that a batch's rows had before the program shuffled them."""
        return self.first_found(self.unshuffled, leaves)

    def first_found(self, indices: list[RowIndex], leaves: list[Any]) -> list[int] | None:
        found = (index.positions(leaves[:1]) for index in indices if leaves[0].ndim > 1)
        return next((positions for positions in found if positions is not None), None)

    # -- steps ---------------------------------------------------------------------------------------

    def look_around(self) -> None:
        """Note the arrays that the program can name now."""
        self._around = self.visible()

    def visible(self) -> list[Any]:
        """Return the arrays of numbers that the user's functions on the stack can name."""
        frames = self.recorder.frames
        frame: types.FrameType | None = sys._getframe(1)
        found: dict[int, Any] = {}
        while frames is not None and frame is not None:
            if frames.shown_path(frame.f_code.co_filename) is not None:
                for value in [*frame.f_locals.values(), *frame.f_globals.values()]:
                    for part in self.parts(value):
                        if len(found) < self.MOST:
                            found.setdefault(id(part), part)
            frame = frame.f_back
        return list(found.values())

    def parts(self, value: Any) -> list[Any]:
        """Return the arrays in a value: itself, its items, or the attributes of an object of the program."""
        values = [value]
        if isinstance(value, (list, tuple)) and len(value) <= 32:
            values = list(value)
        elif isinstance(value, dict) and len(value) <= 32 and "__builtins__" not in value:
            values = list(value.values())
        elif type(value).__module__ == "__main__" and not isinstance(value, type):
            values = list(getattr(value, "__dict__", {}).values())
        return [v for v in values if isinstance(v, self.np.ndarray) and v.dtype.kind in "biuf" and v.ndim]

    def note_stack(self, made: Any, pieces: Any) -> None:
        """np.array has put these pieces together: where they are slices of one array, remember which."""
        bases = {id(piece.base) if isinstance(piece, self.np.ndarray) else None for piece in pieces}
        first = pieces[0]
        if len(bases) != 1 or first.base is None or not isinstance(first.base, self.np.ndarray):
            return
        if any(piece.shape != first.shape or piece.strides != first.strides for piece in pieces):
            return
        step, begin = first.strides[0], address(first.base)
        if step > 0 and isinstance(made, self.np.ndarray):
            starts = [(address(piece) - begin) // step for piece in pieces]
            self._cuts[id(made)] = (weakref.ref(made), self.name((id(first.base), 0)), starts)

    def name(self, key: tuple[int, int]) -> int:
        return self._names.setdefault(key, len(self._names))

    def span(self, call: Call | None, leaves: list[Any]) -> dict[str, int] | None:
        """Return which steps of which series the row in slot 0 holds, None where that isn't known."""
        row = leaves[0][0] if leaves[0].ndim > 1 and len(leaves[0]) else None
        if row is None or row.dtype.kind not in "biuf":
            return None
        cut = self.cut_of(call.inputs) if call is not None and call.inputs is not None else None
        if call is not None and cut is not None:
            name, starts = cut
            at = call.next_batch * len(leaves[0])
            whole = call.inputs[at : at + len(leaves[0])].astype(leaves[0].dtype)
            if at < len(starts) and whole.shape == leaves[0].shape and self.np.array_equal(whole, leaves[0]):
                return {"series": name, "start": starts[at], "steps": len(row)}
        return self.searched(row)

    def cut_of(self, array: Any) -> tuple[int, list[int]] | None:
        """Return the series and the first steps of the rows of an array that np.array put together."""
        original = array
        while isinstance(array, self.np.ndarray):
            found = self._cuts.get(id(array))
            if found is not None and found[0]() is array and array.ndim:
                skipped, rest = divmod(address(original) - address(array), array.strides[0])
                plain = rest == 0 and original.strides[0] == array.strides[0]
                return (found[1], found[2][skipped : skipped + len(original)]) if plain else None
            array = array.base
        return None

    def searched(self, row: Any) -> dict[str, int] | None:
        """Look for a row's steps in the series that the program can name."""
        steps, features = len(row), row[0].size
        for array in self._around:
            for lane, series in enumerate(self.lanes(array, steps, features)):
                # Lags of one series may be the features of a single step.
                width = features if series.shape[1] != features else steps
                start = self.starts(array, lane, series, row.dtype, width).get(row.tobytes())
                if start is not None and start >= 0:
                    return {"series": self.name((id(array), lane)), "start": start, "steps": steps}
        return None

    def lanes(self, array: Any, steps: int, features: int) -> list[Any]:
        """Return the series in an array, each with the time first."""
        if array.size > self.STEPS * max(features, 1):
            return []
        if array.ndim == 1 and (features == 1 or steps == 1) and len(array) > max(steps, features):
            return [array[:, None]]
        if array.ndim == 2 and array.shape[1] == features and len(array) > steps:
            return [array]
        if array.ndim == 2 and features == 1 and array.shape[1] > steps:
            return [lane[:, None] for lane in array]
        if array.ndim == 3 and array.shape[2] == features and array.shape[1] > steps:
            return list(array)
        return []

    def starts(self, array: Any, lane: int, series: Any, dtype: Any, width: int) -> dict[bytes, int]:
        """Return where each run of `width` steps of a series begins; -1 for those that occur twice."""
        key = (id(array), lane, str(dtype), width)
        known = self._steps.get(key)
        if known is None or known[0] is not array:
            found: dict[bytes, int] = {}
            numbers = self.np.ascontiguousarray(series.astype(dtype))
            for start in range(len(numbers) - width + 1):
                content = numbers[start : start + width].tobytes()
                found[content] = -1 if content in found else start
            known = self._steps[key] = (array, found)
        return known[1]


def address(array: Any) -> int:
    return int(array.__array_interface__["data"][0])


def watch_origins(origins: Origins) -> None:
    """Instrument what makes Datasets, shuffles, and puts arrays together."""
    recorder, np = origins.recorder, origins.np

    def noting(owner: Any, name: str, note: Callable[[Any], None]) -> None:
        original = getattr(owner, name)

        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if recorder.recording and args:
                with contextlib.suppress(Exception):
                    note(args[0])
            return original(*args, **kwargs)

        functools.update_wrapper(wrapper, original)
        wrapper.autograph_info__ = {}  # type: ignore[attr-defined]
        put(owner, name, staticmethod(wrapper) if isinstance(owner, type) else wrapper)

    if recorder.tf is not NoTensorFlow:
        noting(recorder.tf.data.Dataset, "from_tensor_slices", origins.note_source)
    for owner, names in ((np.random, ("shuffle", "permutation")), (random, ("shuffle",))):
        for name in names:
            noting(owner, name, origins.note_shuffle)
    watch_generators(origins)

    def stacking(original: Any) -> Any:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            made = original(*args, **kwargs)
            pieces = args[0] if args else None
            if recorder.recording and isinstance(pieces, (list, tuple)) and len(pieces) > 1:
                if isinstance(pieces[0], np.ndarray) and pieces[0].ndim:
                    with contextlib.suppress(Exception):
                        origins.note_stack(made, pieces)
            return made

        functools.update_wrapper(wrapper, original)
        wrapper.autograph_info__ = {}  # type: ignore[attr-defined]
        return wrapper

    for name in ("array", "asarray", "stack"):
        put(np, name, stacking(getattr(np, name)))


def watch_generators(origins: Origins) -> None:
    """Let `np.random.default_rng` make generators that note what they shuffle."""
    np, recorder = origins.np, origins.recorder
    original = np.random.default_rng

    class Generator(np.random.Generator):  # type: ignore[misc, name-defined]
        def shuffle(self, x: Any, *args: Any, **kwargs: Any) -> Any:
            if recorder.recording:
                origins.note_shuffle(x)
            return super().shuffle(x, *args, **kwargs)

        def permutation(self, x: Any, *args: Any, **kwargs: Any) -> Any:
            if recorder.recording:
                origins.note_shuffle(x)
            return super().permutation(x, *args, **kwargs)

    def default_rng(seed: Any = None) -> Any:
        made = original(seed)
        return made if made is seed or not recorder.recording else Generator(made.bit_generator)

    functools.update_wrapper(default_rng, original)
    put(np.random, "default_rng", default_rng)


# ---------------------------------------------------------------------------------------------------
# Instrumentation


_replaced: list[tuple[Any, str, Any]] = []
_ABSENT = object()


def put(owner: Any, name: str, value: Any) -> None:
    """Set an attribute so that `restore` can undo it."""
    _replaced.append((owner, name, vars(owner).get(name, _ABSENT)))
    setattr(owner, name, value)


def restore() -> None:
    """Undo all that was instrumented in this process."""
    while _replaced:
        owner, name, value = _replaced.pop()
        if value is _ABSENT:
            delattr(owner, name)
        else:
            setattr(owner, name, value)


def replace(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Replace a method that the class itself defines by `make(original)`."""
    original = vars(owner).get(name)
    if original is None or hasattr(original, "statelint_original"):
        return
    wrapper = make(original)
    functools.update_wrapper(wrapper, original)
    wrapper.statelint_original = original
    # AutoGraph must call the wrapper as it is: Keras' own methods aren't converted either.
    wrapper.autograph_info__ = {}
    put(owner, name, wrapper)


def subclasses(owner: Any) -> list[Any]:
    found = [owner]
    for child in owner.__subclasses__():
        found += [c for c in subclasses(child) if c not in found]
    return found


def install(recorder: Recorder) -> None:
    """Instrument Keras: calls, batch functions, steps, layers, resets, callback hooks, `tf.function`."""
    keras = recorder.keras

    def call_wrapper(name: str) -> Callable[[Any], Any]:
        def make(original: Any) -> Any:
            def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
                return recorder.run_call(name, original, self, args, kwargs)

            return wrapper

        return make

    for name in CALLS:
        owner = next(c for c in keras.model.__mro__ if name in vars(c))
        replace(owner, name, call_wrapper(name))
    wrap_steps(recorder, keras.model)

    def layer_wrapper(original: Any) -> Any:
        def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
            return recorder.call_layer(original, self, args, kwargs)

        return wrapper

    owner = next(c for c in keras.layer.__mro__ if "__call__" in vars(c))
    replace(owner, "__call__", layer_wrapper)
    watch_making(recorder)
    watch_origins(recorder.origins)

    def reset_wrapper(target: str) -> Callable[[Any], Any]:
        def make(original: Any) -> Any:
            def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
                return recorder.run_reset(target, original, self, args, kwargs)

            return wrapper

        return make

    for layer in [*subclasses(keras.rnn), keras.keras.layers.Bidirectional]:
        for name in ("reset_states", "reset_state"):
            replace(layer, name, reset_wrapper("layer"))
    for model in (keras.model, keras.sequential):
        replace(model, "reset_states", reset_wrapper("model"))

    def tape_enter(original: Any) -> Any:
        def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
            recorder.local.tapes += (next(recorder._openings),)
            return original(self, *args, **kwargs)

        return wrapper

    def tape_exit(original: Any) -> Any:
        def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
            recorder.local.tapes = recorder.local.tapes[:-1]
            return original(self, *args, **kwargs)

        return wrapper

    replace(keras.tf.GradientTape, "__enter__", tape_enter)
    replace(keras.tf.GradientTape, "__exit__", tape_exit)

    def weights_wrapper(original: Any) -> Any:
        def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
            if not isinstance(self, keras.model):
                return original(self, *args, **kwargs)
            return recorder.note_weights(original, self, args, kwargs)

        return wrapper

    for name in ("set_weights", "load_weights"):
        replace(next(c for c in keras.model.__mro__ if name in vars(c)), name, weights_wrapper)

    def hook_wrapper(name: str) -> Callable[[Any], Any]:
        def make(original: Any) -> Any:
            def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
                if name == "on_epoch_begin" and (args or kwargs):
                    recorder.begin_epoch(args[0] if args else kwargs.get("epoch", 0))
                if name == "on_train_batch_begin" and recorder.active:
                    recorder.active[-1].record["batch_hooks"] += 1
                if name == "on_train_begin" and recorder.active:
                    seen = [type(callback).__name__ for callback in self.callbacks]
                    recorder.active[-1].record["callbacks"] = seen
                recorder.hooks.append(name)
                try:
                    return original(self, *args, **kwargs)
                finally:
                    recorder.hooks.pop()

            return wrapper

        return make

    for name in [n for n in vars(keras.callback_list) if n.startswith("on_")]:
        replace(keras.callback_list, name, hook_wrapper(name))

    def function_wrapper(original: Any) -> Any:
        def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
            return recorder.run_function(original, self, args, kwargs)

        return wrapper

    def without_xla(original: Any) -> Any:
        def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
            # XLA can't run the taps.
            is_wanted = recorder.job is None or not recorder.recording
            if kwargs.get("jit_compile") and recorder.rnns and not is_wanted:
                kwargs["jit_compile"] = None
                recorder.story.cap("XLA off")
            original(self, *args, **kwargs)

        return wrapper

    replace(keras.function, "__call__", function_wrapper)
    replace(keras.function, "__init__", without_xla)


def watch_making(recorder: Recorder) -> None:
    """Note where each layer and model is made."""
    owner = next(c for c in recorder.keras.layer.__mro__ if "__new__" in vars(c))
    original = owner.__new__

    def new(cls: Any, *args: Any, **kwargs: Any) -> Any:
        made = original(cls, *args, **kwargs)
        if recorder.recording and isinstance(made, recorder.keras.layer):
            recorder._made.setdefault(made, recorder.places())
            if isinstance(made, recorder.keras.rnn):
                recorder.rnns.add(made)
        return made

    put(owner, "__new__", staticmethod(new))


def wrap_steps(recorder: Recorder, model_class: Any) -> None:
    """Wrap the step and make-function methods of a model class, the user's own overrides included."""
    for owner in model_class.__mro__[:-1]:
        for kind, step in STEPS.items():
            replace(owner, step, functools.partial(step_wrapper, recorder))
            replace(owner, f"make_{kind}_function", functools.partial(maker_wrapper, recorder, kind))


def step_wrapper(recorder: Recorder, original: Any) -> Any:
    """Wrap a train, test or predict step so that its data pass a tap."""

    def wrapper(self: Any, data: Any, *args: Any, **kwargs: Any) -> Any:
        step = original
        if sys._getframe(1).f_code.co_name == "_call_unconverted":
            # Called from code that AutoGraph converted, which would have converted the step too.
            context = recorder.keras.autograph_context.control_status_ctx()
            step = recorder.keras.autograph.tf_convert(original, context)
        if recorder.local.step_depth or recorder.execution is None or not recorder.recording:
            return step(self, data, *args, **kwargs)
        if recorder.keras.backend == "tensorflow":
            data = recorder.tap_step(self, data)
        recorder.local.step_depth += 1
        try:
            with recorder.counting():
                return step(self, data, *args, **kwargs)
        except BaseException:
            if recorder.execution is not None:
                recorder.execution.trace_failed = True
            raise
        finally:
            recorder.local.step_depth -= 1

    return wrapper


def maker_wrapper(recorder: Recorder, kind: str, original: Any) -> Any:
    """Wrap `make_train_function` and its like so that the function made records its batches."""

    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        recorder.before_making(self, f"{kind}_function")
        made = original(self, *args, **kwargs)
        # Keras 2 returns the function, Keras 3 only sets the attribute.
        current = getattr(self, f"{kind}_function", None) or made
        if not recorder.recording or current is None or hasattr(current, "statelint_original"):
            return current if made is not None else made
        recorder._steps[self] = steps_per_execution(self)
        model = weakref.ref(self)

        def run(*args: Any, **kwargs: Any) -> Any:
            if kind == "train" and recorder.job is not None:
                build_ahead(recorder.keras, model())
            return recorder.run_batches(kind, current, model(), args, kwargs)

        run.statelint_original = current  # type: ignore[attr-defined]
        setattr(self, f"{kind}_function", run)
        return run if made is not None else made

    return wrapper


def build_ahead(keras: Keras, model: Any) -> None:
    """Make the variables that the first trace of the train step would make.

    Keras then traces it once, not twice, which is most of what a small program costs.  Only where
    nothing but the time of their making changes.
    """
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None or not getattr(model, "built", False) or keras.tf.distribute.has_strategy():
        return
    if keras.generation == 3:
        if not optimizer.built:
            optimizer.build(model.trainable_variables)
        return
    metrics = getattr(model, "compiled_metrics", None)
    loss = getattr(model, "compiled_loss", None)
    if metrics is None or loss is None or not getattr(model, "outputs", None) or loss.built:
        return
    plain = metrics._user_metrics is None and metrics._user_weighted_metrics is None
    if (
        plain
        and type(optimizer).__module__.startswith(f"{keras.package}.src.optimizers.")
        and not getattr(optimizer, "_built", False)
    ):
        optimizer.build(model.trainable_variables)
        loss.build(model.output)


def steps_per_execution(model: Any) -> int:
    """Return how many batches one call of the model's batch functions takes."""
    value: Any = getattr(model, "_steps_per_execution", None)  # Keras 2: a variable
    if value is None:
        value = getattr(model, "steps_per_execution", 1)
    return int(value.numpy()) if hasattr(value, "numpy") else int(value or 1)


# ---------------------------------------------------------------------------------------------------
# Keras 2 under its old names


class OldNames(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Lets `import keras` and its old submodules give the Keras 2 of this environment."""

    moved: ClassVar = {"layers": "layers", "utils": "utils", "engine": "layers", "objectives": "losses"}

    def __init__(self, root: str, package: str) -> None:
        self.root, self.package = root, package

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        if not (fullname + ".").startswith(self.root + "."):
            return None
        module = self.find(fullname[len(self.root) + 1 :])
        if module is None:
            return None
        spec = importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        spec.loader_state = (module, module.__spec__)
        return spec

    def find(self, name: str) -> types.ModuleType | None:
        """Return the package's module for a module name within `keras`."""
        first = name.partition(".")[0]
        candidates = [name, f"src.{name}"] if name else [""]
        if "." in name or first in ("objectives",):
            candidates += [self.moved[first]] if first in self.moved else []
        for candidate in candidates:
            full = f"{self.package}.{candidate}".rstrip(".")
            try:
                return importlib.import_module(full)
            except ModuleNotFoundError as error:
                if error.name is None or not (full + ".").startswith(error.name + "."):
                    raise
        return None

    def create_module(self, spec: Any) -> types.ModuleType:
        module: types.ModuleType = spec.loader_state[0]
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        # importlib has just given the module the alias' spec: give it its own back.
        spec = module.__spec__
        if spec is not None and spec.loader_state is not None:
            module.__spec__ = spec.loader_state[1]


def alias_private_keras(package: str) -> None:
    """Let `tensorflow.python.keras`, an old copy of Keras 2, give the real Keras 2 to the program.

    TensorFlow has loaded parts of that copy for itself: these stay as they are.
    """
    root = "tensorflow.python.keras"
    for name in ("", ".layers", ".models", ".callbacks", ".optimizers", ".losses", ".metrics", ".utils"):
        sys.modules[root + name] = importlib.import_module(package + name)
    sys.meta_path.insert(0, OldNames(root, package))


def package_of(generation: int) -> str:
    """Return the package that is this generation of Keras."""
    return "tf_keras" if generation == 2 and not installed().get("keras", "").startswith("2.") else "keras"


# ---------------------------------------------------------------------------------------------------
# Mends: a known crash removed, to see what lies behind it


def mend(recorder: Recorder, codes: Sequence[str]) -> None:
    """Remove the crashes that the codes name, as far as this generation has them."""
    for code in codes:
        apply = MENDS.get((code, recorder.keras.generation))
        if apply is not None:
            apply(recorder)
            recorder.story.mended.append(code)


def mend_batch_shape(recorder: Recorder) -> None:
    """Let Keras 3 layers take `batch_input_shape=`, `batch_shape=` and `batch_size=` as Keras 2 did.

    Of these its Input lacks the first one.
    """
    keras = recorder.keras
    layer_init, add = keras.layer.__init__, keras.sequential.add
    input_layer = keras.keras.layers.InputLayer

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        shape = kwargs.pop("batch_input_shape", None) or kwargs.pop("batch_shape", None)
        size = kwargs.pop("batch_size", None)
        if shape is None and size is not None and kwargs.get("input_shape") is not None:
            shape = (size, *kwargs.pop("input_shape"))
        layer_init(self, *args, **kwargs)
        if shape is not None:
            object.__setattr__(self, "statelint_batch_shape", tuple(shape))

    def add_with_input(self: Any, layer: Any, *args: Any, **kwargs: Any) -> None:
        first = layer
        while isinstance(first, keras.model) and getattr(first, "layers", None):
            first = first.layers[0]
        shape = getattr(first, "statelint_batch_shape", None)
        if not self._layers and shape is not None:
            add(self, input_layer(batch_shape=shape), *args, **kwargs)
        add(self, layer, *args, **kwargs)

    given = keras.keras.Input

    @functools.wraps(given)
    def make_input(*args: Any, **kwargs: Any) -> Any:
        if "batch_input_shape" in kwargs:
            kwargs["batch_shape"] = kwargs.pop("batch_input_shape")
        return given(*args, **kwargs)

    keras.layer.__init__ = functools.wraps(layer_init)(init)
    keras.sequential.add = functools.wraps(add)(add_with_input)
    for module in list(sys.modules.values()):
        if getattr(module, "__dict__", {}).get("Input") is given:
            module.Input = make_input  # type: ignore[attr-defined]


def mend_model_reset(recorder: Recorder) -> None:
    """Give Keras 3 models `reset_states()` and `reset_state()`, which reach nested layers too."""

    def reset(model: Any) -> None:
        for layer in recorder.stateful_layers(model):
            for variable in recorder.variables(layer) or []:
                variable.assign(recorder.np.zeros(variable.shape, "float32"))

    def reset_states(self: Any) -> None:
        recorder.run_reset("model", reset, self, (), {})

    recorder.keras.model.reset_states = reset_states
    recorder.keras.model.reset_state = reset_states


def mend_early_reset(recorder: Recorder) -> None:
    """Let a reset before the build do nothing on Keras 2."""
    for layer_class in subclasses(recorder.keras.rnn):
        original = vars(layer_class).get("reset_states")
        if original is None:
            continue

        def reset_states(self: Any, states: Any = None, *, _original: Any = original) -> None:
            by_build = recorder.by_build(sys._getframe(1))
            if not by_build and recorder.variables(self) is None:
                recorder.run_reset("layer", lambda owner: None, self, (), {})
                return
            if by_build:
                _original.statelint_original(self, states)
            else:
                _original(self, states)

        layer_class.reset_states = reset_states


def mend_torch_kernel(recorder: Recorder) -> None:
    """Let LSTM and GRU leave torch's own kernel out, which needs the state that they overwrite."""
    layers = recorder.keras.keras.layers
    for layer_class in (layers.LSTM, layers.GRU):

        def inner_loop(self: Any, *args: Any, _original: Any = layer_class.inner_loop, **kwargs: Any) -> Any:
            self.use_cudnn = False
            return _original(self, *args, **kwargs)

        layer_class.inner_loop = inner_loop


MENDS = {
    ("SRN602", 3): mend_torch_kernel,
    ("SRN501", 3): mend_batch_shape,
    ("SRN502", 3): mend_model_reset,
    ("SRN308", 2): mend_early_reset,
}


# ---------------------------------------------------------------------------------------------------
# The child: one program


def run_program(recorder: Recorder, job: Job) -> None:
    """Run the program as `__main__`, write the recording and end the process."""
    recorder.job = job
    recorder.process = os.getpid()
    recorder.frames = Frames(job)
    recorder.story = Story()
    mend(recorder, job.mend)
    seed(recorder)
    watch_exit(recorder, job)
    main = types.ModuleType("__main__")
    main.__dict__.update(__builtins__=__builtins__, __cached__=None)
    if not job.pieces:
        main.__dict__.update(__file__=job.program)
    if job.package:
        main.__dict__.update(__package__=job.package)
    sys.modules["__statelint_recorder__"] = sys.modules["__main__"]
    sys.modules["__main__"] = main
    sys.argv = [job.program]
    folders = [os.path.dirname(job.program), job.root, *job.folders]
    sys.path[:] = list(dict.fromkeys(folders)) + sys.path[1:]
    importlib.invalidate_caches()
    exec(job.prelude, main.__dict__)
    for path, _ in job.pieces or [(job.program, None)]:
        run_file(recorder, job, path, main)
    wait_for_threads(recorder)
    recorder.finish("finished")


def wait_for_threads(recorder: Recorder) -> None:
    """Wait as Python does for the threads that a program leaves, but not long while none runs a model."""
    deadline = time.monotonic() + THREAD_SECONDS
    main = threading.main_thread()
    while any(not thread.daemon and thread is not main for thread in threading.enumerate()):
        if recorder.active:
            deadline = time.monotonic() + THREAD_SECONDS
        if time.monotonic() > deadline:
            return
        _sleep(0.01)


def run_file(recorder: Recorder, job: Job, path: str, main: types.ModuleType) -> None:
    """Run a file as part of `__main__`.

    An exception ends the program, but only the cell or block itself of a document.
    """
    try:
        with io.open_code(path) as file:
            code = compile(file.read(), path, "exec", dont_inherit=True)
        exec(code, main.__dict__)
    except SystemExit as error:
        if error.code in (None, 0):
            recorder.finish("finished")
        recorder.finish("raised", error)
    except MemoryError as error:
        recorder.finish("killed", error, f"MemoryError: more than {job.memory_mb} MB")
    except BaseException as error:
        with contextlib.suppress(Exception):
            traceback.print_exc()
        if type(error).__name__ == "ResourceExhaustedError":
            recorder.finish("killed", error)
        if not job.pieces:
            recorder.finish("raised", error)
        recorder.story.raised.append(recorder.outcome("raised", error))


def seed(recorder: Recorder) -> None:
    """Seed what the program may leave unseeded: the same program gives the same recording."""
    random.seed(0)
    recorder.np.random.seed(0)
    recorder.tf.random.set_seed(0)


def watch_exit(recorder: Recorder, job: Job) -> None:
    """Leave a recording too when the time is up, a signal ends the program, or it calls `os._exit`."""

    def leave(status: int) -> None:
        recorder.finish("killed", None, f"the program called os._exit({status})", int(status))

    os._exit = leave  # type: ignore[assignment]

    def end(number: int, frame: Any) -> None:
        recorder.finish("killed", None, f"signal {number} ended it")

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGXCPU):
        signal.signal(number, end)

    def time_up() -> None:
        _sleep(job.seconds)
        recorder.finish("timeout", None, f"still running after {job.seconds:g} s")

    threading.Thread(target=time_up, daemon=True).start()


# ---------------------------------------------------------------------------------------------------
# The server


def beside(name: str) -> Any:
    """Load a file that lies beside this one, under a name that no program has."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"__statelint_{name}__", path)
    assert spec is not None and spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def serve(generation: int) -> None:
    """Import Keras, say so on stdout, then run the jobs that come on stdin."""
    replies = os.dup(1)
    os.dup2(2, 1)

    def reply(message: dict[str, Any]) -> None:
        os.write(replies, _dumps(message).encode() + b"\n")

    try:
        keras = Keras(generation)
    except Exception as error:
        reply({"ready": False, "reason": f"{type(error).__name__}: {error}"})
        return
    recorder = Recorder(keras)
    install(recorder)
    confinement, guard, oversight = map(beside, ("confinement", "guard", "oversight"))
    oversight.adopt_orphans()
    lines = oversight.Lines()
    reply({"ready": True, "keras": generation, "version": keras.version, "backend": keras.backend})
    gc.collect()
    gc.freeze()
    while (line := lines.next()) is not None:
        data = json.loads(line)
        job = Job(data)
        child = _fork()
        if child == 0:
            os.close(replies)
            try:
                kept = confinement.confine(job.run, job.limits, job.environment, job.out, job.cwd)
                guard.spare()
                if kept != confinement.ALL:
                    sys.addaudithook(guard.Guard([job.run], kept))
                run_program(recorder, job)
            except BaseException:
                traceback.print_exc()
            finally:
                _exit_now(70)
        watch = oversight.Watch(job.run, job.limits, job.seconds + GRACE_SECONDS)
        status, reason = oversight.wait_for(child, watch, lines)
        recorded = os.path.exists(job.out)
        code = None if status is None else -os.WTERMSIG(status) or os.WEXITSTATUS(status)
        if not reason:
            lost = code is not None and code < 0
            reason = f"killed by signal {-code}" if lost and code else f"ended with exit code {code}"
        reply(
            {
                "id": data.get("id"),
                "status": "recorded" if recorded else "lost",
                "rc": code,
                "recording": job.out if recorded else None,
                "reason": None if recorded else reason,
            }
        )


PACKAGES = {
    "keras": ("keras", "keras-nightly"),
    "tf_keras": ("tf_keras", "tf-keras-nightly"),
    "tensorflow": ("tensorflow", "tensorflow-cpu", "tensorflow-macos", "tf-nightly", "tf-nightly-cpu"),
    "jax": ("jax",),
    "torch": ("torch",),
}


def installed() -> dict[str, str]:
    """Return, without importing them, the packages that are there with their versions ("" if unknown)."""
    found = {}
    for package, distributions in PACKAGES.items():
        spec = importlib.util.find_spec(package)
        # A folder of this name alone is no package.
        if spec is None or spec.origin is None:
            continue
        found[package] = ""
        for name in distributions:
            with contextlib.suppress(importlib.metadata.PackageNotFoundError):
                found[package] = found[package] or importlib.metadata.version(name)
    return found


def main(arguments: Sequence[str]) -> int:
    if list(arguments) == ["probe"]:
        fork = hasattr(os, "fork")
        kept = beside("confinement").available() if fork else []
        print(_dumps({"fork": fork, "packages": installed(), "kept": kept}))
        return 0
    if len(arguments) == 3 and arguments[0] == "serve" and arguments[1] == "--keras" and arguments[2] in "23":
        serve(int(arguments[2]))
        return 0
    if len(arguments) == 5 and list(arguments[:4]) == ["serve", "--keras", "3", "--backend"]:
        os.environ["KERAS_BACKEND"] = arguments[4]
        serve(3)
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
