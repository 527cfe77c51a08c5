"""What is followed once for both generations of Keras tells the same as what is followed for each."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from statelint.discover import SourceFile, discover
from statelint.engine import check_files
from statelint.interp import program
from statelint.interp.machine import Machine
from statelint.sites import Site
from statelint.source.project import Project
from statelint.source.python import Source, read
from statelint.trace.story import Reset, Trace

FIXTURES = Path(__file__).parents[1] / "fixtures"


def told(files: list[SourceFile]) -> tuple[object, ...]:
    """All that comes of files."""
    checked = check_files(files)
    return (
        checked.findings,
        checked.failures,
        checked.unknowns,
        checked.elsewhere,
        checked.used,
        checked.cut,
    )


def one_by_one(
    source: Source,
    file: Path | None = None,
    project: Project | None = None,
    used: Collection[Site] = (),
    opened: frozenset[str] = frozenset(),
) -> tuple[Trace, Trace]:
    first = program.follow(source, 2, None, file, project, used, opened)
    return first, program.follow(source, 3, None, file, project, used, opened)


@pytest.mark.parametrize("folder", sorted(FIXTURES.iterdir()), ids=lambda folder: folder.name)
def test_fixtures(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = discover([str(folder)]).files
    together = told(files)
    monkeypatch.setattr(program, "follow_both", one_by_one)
    assert told(files) == together


def noting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The generations for which programs are followed from now on."""
    seen: list[int] = []
    followed = program._followed

    def note(machine: Machine, used: Collection[Site]) -> Trace:
        seen.append(machine.generation)
        return followed(machine, used)

    monkeypatch.setattr(program, "_followed", note)
    return seen


HEAD = """\
import os
import numpy as np
import keras
from keras import layers
x = np.zeros((8, 3, 1))
"""
MODEL = """\
model = keras.Sequential([keras.Input(batch_shape=(2, 3, 1)), layers.LSTM(4, stateful=True)])
model.compile(loss="mse")
model.fit(x, x, batch_size=2, epochs=1)
"""


@pytest.mark.parametrize(
    ("code", "generations"),
    [
        (HEAD + MODEL + "model.reset_states()\n", [2]),
        (HEAD + MODEL + "if hasattr(model, 'reset_states'):\n    model.reset_states()\n", [2, 3]),
        (HEAD + MODEL.replace("epochs=1", "epochs=1, workers=2"), [2]),
        (HEAD + MODEL.replace("4,", "4, batch_input_shape=(2, 3, 1),"), [2]),
        (HEAD + MODEL.replace("LSTM", "CuDNNLSTM"), [2, 3]),
        (HEAD + MODEL + "print(keras.__version__)\nmodel.reset_states()\n", [2, 3]),
        (
            "import os\nos.environ['KERAS_BACKEND'] = 'jax'\n" + HEAD + MODEL + "model.reset_states()\n",
            [2, 3],
        ),
    ],
)
def test_what_is_followed_once(code: str, generations: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    seen = noting(monkeypatch)
    source = read("train.py", code.encode())
    assert isinstance(source, Source)
    assert [trace.keras for trace in program.follow_both(source)] == [2, 3]
    assert seen == generations


def test_only_one_generation_has_reset_states() -> None:
    source = read("train.py", f"{HEAD}{MODEL}model.reset_states()\n".encode())
    assert isinstance(source, Source)
    traces = program.follow_both(source)
    resets = [event for trace in traces for event in trace.stories[0].events if isinstance(event, Reset)]
    assert [reset.missing for reset in resets] == [False, True]


def test_most_fixtures_are_followed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = noting(monkeypatch)
    check_files(discover([str(FIXTURES)]).files[::5])
    assert seen.count(3) < seen.count(2) / 2
