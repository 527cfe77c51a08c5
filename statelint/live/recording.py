"""`record()`: what Keras does in a block of the user's own program."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Self

from statelint.trace.recording import Recording

if TYPE_CHECKING:
    from statelint.live.watching import LiveRecorder

BATCHES = 10_000


class RecordingError(RuntimeError):
    """There is no Keras that can be watched, or it is being watched already."""


class Record:
    """A block that is recorded; `recording` is what has been seen of it so far."""

    _current: Record | None = None
    _lock = threading.Lock()

    def __init__(self, keras: int | None = None, *, batches: int = BATCHES) -> None:
        self._keras = keras
        self._batches = batches
        self._recorder: LiveRecorder | None = None
        self._recording: Recording | None = None
        self._place = _caller(2)

    def __enter__(self) -> Self:
        with Record._lock:
            if Record._current is not None:
                raise RecordingError(
                    f"a recording that began at {Record._current._place} is still running: recordings don't "
                    "nest, and a process has one at a time"
                )
            if self._recorder is not None:
                raise RecordingError("this recording has ended: call record() again")
            self._recorder = _watch(self._keras, self._batches)
            Record._current = self
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._recorder is not None
        with Record._lock:
            try:
                self._recording = _told(self._recorder, error)
            finally:
                self._recorder.close()
                Record._current = None

    @property
    def recording(self) -> Recording:
        """What Keras did in the block, so far or until its end."""
        if self._recording is not None:
            return self._recording
        if self._recorder is None:
            raise RecordingError("nothing was recorded: use record() in a `with` statement")
        return _told(self._recorder, None)


def record(keras: int | None = None, *, batches: int = BATCHES) -> Record:
    """Record what Keras does in a `with` block.

    `keras` is the generation to watch, 2 or 3; without it, that of the package which is imported
    (tf_keras where both are).  At most `batches` batches are recorded.
    """
    return Record(keras, batches=batches)


def _told(recorder: LiveRecorder, error: BaseException | None) -> Recording:
    status = "raised" if error is not None else "stopped" if recorder.closed else "finished"
    return Recording.from_json(recorder.told(recorder.outcome(status, error)))


def _watch(keras: int | None, batches: int) -> LiveRecorder:
    generation, package = _generation(keras)
    # Not before Keras is known to be there: the recorder needs it.
    from statelint.live.watching import ImportedKeras, LiveRecorder

    found = ImportedKeras(generation, package)
    if found.backend != "tensorflow":
        raise RecordingError(f"Keras runs on {found.backend}: only its TensorFlow backend can be recorded")
    recorder = LiveRecorder(found, batches)
    try:
        recorder.open()
    except BaseException:
        recorder.close()
        raise
    return recorder


def imported_generations() -> dict[int, str]:
    """The generations of Keras that this process has imported, and the package of each."""
    found = {2: "tf_keras"} if "tf_keras" in sys.modules else {}
    version = str(getattr(sys.modules.get("keras"), "__version__", ""))
    if version:
        found.setdefault(2 if version.startswith("2.") else 3, "keras")
    return found


def _generation(keras: int | None) -> tuple[int, str]:
    imported = imported_generations()
    if not imported:
        raise RecordingError("import Keras (keras, tensorflow or tf_keras) before record()")
    chosen = min(imported) if keras is None else keras
    if chosen not in imported:
        there = ", ".join(f"Keras {generation} ({package})" for generation, package in imported.items())
        raise RecordingError(f"Keras {chosen} isn't imported, but {there}")
    return chosen, imported[chosen]


def _caller(depth: int) -> str:
    frame = sys._getframe(depth + 1)
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
