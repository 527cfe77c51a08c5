"""The recorder of `--confirm` in the user's own process: nothing is capped, cut or ended."""

from __future__ import annotations

import gc
import os
import site
import sysconfig
import weakref
from pathlib import Path
from typing import Any

from statelint.confirm import recorder as base

MESSAGE = 2000
_HERE = Path(__file__).resolve().parents[1]


class ImportedKeras(base.Keras):
    """A generation of Keras as the process has imported it."""

    def __init__(self, generation: int, package: str) -> None:
        self.look(generation, package)


class UserFrames(base.Frames):
    """Takes for the user's all that isn't installed, of Python's library or statelint's own."""

    def __init__(self) -> None:
        self.cells = {}
        self._known: dict[str, str | None] = {}
        self._cwd = _folder(Path.cwd())
        self._others = _installed()

    def _translate(self, filename: str) -> str | None:
        if filename.startswith("<"):
            return None
        path = os.path.realpath(filename)
        if path.startswith(self._others):
            return None
        return path.removeprefix(self._cwd)

    def message(self, error: BaseException) -> str:
        """The exception's text, cut when long."""
        return str(error)[:MESSAGE]


class LiveRecorder(base.Recorder):
    """Watches a Keras that is in use, and lets go of it again."""

    def __init__(self, keras: base.Keras, most: int) -> None:
        super().__init__(keras)
        self.frames = UserFrames()
        self.process = os.getpid()
        self.most = most
        self.closed = False
        self._shadows: Any = weakref.WeakKeyDictionary()

    @property
    def recording(self) -> bool:
        return not self.closed and os.getpid() == self.process

    def open(self) -> None:
        """Instrument Keras; the layers that exist already are watched too."""
        kinds = {id(kind) for kind in base.subclasses(self.keras.rnn)}
        for thing in gc.get_objects():
            if id(type(thing)) in kinds:
                self.rnns.add(thing)
        base.install(self)

    def close(self) -> None:
        """Leave Keras as it was; models make their functions anew, without taps, when they next run."""
        self.closed = True
        base.restore()
        for model in list(self._steps):
            for kind in base.STEPS:
                if hasattr(getattr(model, f"{kind}_function", None), "statelint_original"):
                    setattr(model, f"{kind}_function", None)

    def check_limit(self) -> None:
        if len(self.story.batches) >= self.most:
            self.closed = True

    def before_making(self, model: Any, name: str) -> None:
        """Let a function be made anew that was made before the recording, and has no taps."""
        function = getattr(model, name, None)
        if self.recording and function is not None and not hasattr(function, "statelint_original"):
            setattr(model, name, None)

    def run_batches(self, kind: str, function: Any, model: Any, args: Any, kwargs: Any) -> Any:
        self._running = model
        return super().run_batches(kind, function, model, args, kwargs)

    def run_function(self, original: Any, function: Any, args: Any, kwargs: Any) -> Any:
        if not self.recording or type(function) is not self.keras.function:
            return original(function, *args, **kwargs)
        if self.execution is not None:
            if function._jit_compile and args and not self.local.step_depth:
                return self.run_compiled_step(original, function, args, kwargs)
            return original(function, *args, **kwargs)
        if function._jit_compile:
            # The taps can't run in it.
            return original(function, *args, **kwargs)
        return super().run_function(original, self.shadow(function), args, kwargs)

    def run_compiled_step(self, original: Any, function: Any, args: Any, kwargs: Any) -> Any:
        """Call a step that XLA compiles: the tap stands before it."""
        args = (self.tap_step(self._running, args[0]), *args[1:])
        self.local.step_depth += 1
        try:
            with self.counting():
                return original(function, *args, **kwargs)
        finally:
            self.local.step_depth -= 1

    def shadow(self, function: Any) -> Any:
        """Return a copy of a `tf.function` to run in its place: what is traced here must not stay in it."""
        if function not in self._shadows:
            self._shadows[function] = _untraced(function)
        return self._shadows[function]


def _untraced(function: Any) -> Any:
    """Return a `tf.function` of the same Python function and options that has traced nothing yet."""
    return type(function)(
        python_function=function._python_function,
        name=function._name,
        input_signature=function.input_signature,
        autograph=function._autograph,
        reduce_retracing=function._reduce_retracing,
        experimental_autograph_options=function._experimental_autograph_options,
        experimental_attributes=function._attributes,
    )


def _installed() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    folders = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    folders += [*site.getsitepackages(), site.getusersitepackages()]
    return tuple({_folder(path) for path in [*map(Path, folders), _HERE]})


def _folder(path: Path) -> str:
    return str(path.resolve()).rstrip(os.sep) + os.sep
