"""Every recorded event is one that the interpreter foresaw."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from statelint.interp.program import follow
from statelint.source.python import Source, read
from statelint.trace.covers import covers
from statelint.trace.recording import BatchRun, CallRun, ModelSeen, Outcome, Place, Recording, ResetRun
from statelint.trace.story import Trace
from tests.conftest import Recordings
from tests.programs import FIXTURES, shown

PROGRAM = b"""
import keras, numpy as np
model = keras.Sequential([keras.Input(batch_shape=(4, 3, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")
x = np.zeros((8, 3, 1))
for _ in range(2):
    model.fit(x, x, batch_size=4)
    model.layers[0].reset_states()
"""


def trace_of(data: bytes = PROGRAM, keras: int = 3) -> Trace:
    source = read("train.py", data)
    assert isinstance(source, Source)
    return follow(source, keras)


def recorded(
    call: CallRun | None = None, batch: BatchRun | None = None, reset: ResetRun | None = None
) -> Recording:
    return Recording(
        keras=3,
        version="3",
        backend="tensorflow",
        models=(ModelSeen(0, "sequential", ("lstm",), (Place("train.py", 3),)),),
        calls=(call,) if call else (),
        batches=(batch,) if batch else (),
        resets=(reset,) if reset else (),
        outcome=Outcome("finished", None, None, (), None, None),
        mended=(),
        caps=(),
    )


FIT = CallRun(0, "fit", 0, (Place("train.py", 7),), "array", None, 8, 4, 1, None, None, None, True)
BATCH = BatchRun(0, 0, 0, "train", 0, 0, 4, None, None, None, None, None, None, True)
RESET = ResetRun(0, "layer", "lstm", (Place("train.py", 8),), None, 1, 0.5)


def test_a_story_covers_what_it_tells() -> None:
    assert covers(trace_of(), recorded(FIT, BATCH, RESET)) == []


@pytest.mark.parametrize(
    ("recording", "missing"),
    [
        (recorded(replace(FIT, name="evaluate")), ["evaluate at line 7"]),
        (recorded(replace(FIT, places=(Place("train.py", 6),))), ["fit at line 6"]),
        (recorded(replace(FIT, places=(Place("other.py", 7),))), ["fit at line 7"]),
        (recorded(FIT, replace(BATCH, phase="validation")), ["a validation batch in fit at line 7"]),
        (recorded(reset=replace(RESET, places=(Place("train.py", 7),))), ["reset of a layer at line 7"]),
        (
            recorded(reset=replace(RESET, hook="on_epoch_end")),
            ["reset of a layer in on_epoch_end at line 8"],
        ),
    ],
)
def test_what_a_story_lacks_is_named(recording: Recording, missing: list[str]) -> None:
    assert covers(trace_of(), recording) == missing


def test_a_call_of_another_model_is_not_covered() -> None:
    recording = recorded(FIT)
    elsewhere = replace(recording, models=(replace(recording.models[0], places=(Place("train.py", 4),)),))
    assert covers(trace_of(), elsewhere) == ["fit at line 7"]


def test_what_runs_in_code_that_is_not_followed_is_covered_there_only() -> None:
    trace = trace_of(PROGRAM.replace(b"model.fit(x, x, batch_size=4)", b"train(model, x)"))
    assert covers(trace, recorded(FIT, BATCH)) == []
    assert covers(trace, recorded(replace(FIT, places=(Place("train.py", 5),)))) == ["fit at line 5"]


@pytest.mark.keras
@pytest.mark.parametrize("path", FIXTURES, ids=shown)
def test_the_interpreter_foresees_all_that_fixtures_do(
    path: Path, generation: int, recordings: Recordings
) -> None:
    source = read(shown(path), path.read_bytes())
    if not isinstance(source, Source):
        pytest.skip("it can't be parsed")
    assert covers(follow(source, generation), recordings.of(path, generation)) == []
