"""benchmarks/accuracy.py, on made-up programs with made-up labels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import accuracy

TRAIN = """\
import numpy as np
from tensorflow.keras.layers import LSTM, Input
from tensorflow.keras.models import Sequential

model = Sequential([Input(batch_shape=(2, 3, 1)), LSTM(4, stateful=True)])
model.compile(loss="mse")
model.fit(np.zeros((8, 3, 1)), np.zeros((8, 4)), batch_size=2, epochs=3)
model.evaluate(np.zeros((9, 3, 1)), np.zeros((9, 4)), batch_size=2)
model.reset_states()
"""
BOTH_WAYS = """\
from tensorflow.keras.layers import LSTM, Bidirectional, Input
from tensorflow.keras.models import Sequential

model = Sequential([Input(batch_shape=(2, 3, 1)), Bidirectional(LSTM(4, stateful=True))])
model.summary()
"""
LABELS = [
    {
        "file": "001_train.py",
        "keras": "either",
        "findings": [
            {"file": "001_train.py", "line": 5, "alt_lines": [7], "rule": "shuffled-batches"}
            | {"certainty": "certain", "why": "fit shuffles"},
            {"file": "001_train.py", "line": 8, "rule": "partial-last-batch"}
            | {"certainty": "likely", "why": "nine rows"},
            {"file": "001_train.py", "line": 8, "rule": "a-rule-of-another-linter"}
            | {"certainty": "certain", "why": "whatever"},
            {"file": "001_train.py", "line": 6, "rule": "unclipped-gradients"}
            | {"certainty": "advice", "why": "no clipnorm"},
        ],
        "acceptable": [
            {"file": "001_train.py", "rule": rule, "why": "zeros"}
            for rule in ("state-carried-across-epochs", "state-carried-into-inference")
        ],
        "if_keras3": [{"file": "001_train.py", "line": 9, "rule": "removed-model-reset-states"}],
        "traps": [{"file": "001_train.py", "line": 8, "rule": "indivisible-samples", "why": "a trap"}],
    },
    {
        "file": "project/",
        "repo": "somebody/something",
        "path": ["model.py"],
        "keras": "Keras 2.4 (TF 2.4)",
        "findings": [
            {"file": "project/", "rule": "stateful-go-backwards", "alt_rules": ["stateful-bidirectional"]}
            | {"certainty": "certain", "why": "backwards"},
        ],
    },
]


@pytest.fixture
def labelled(tmp_path: Path) -> tuple[str, ...]:
    (tmp_path / "001_train.py").write_text(TRAIN, encoding="utf-8")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "model.py").write_text(BOTH_WAYS, encoding="utf-8")
    labels = tmp_path / "labels.json"
    labels.write_text(json.dumps(LABELS), encoding="utf-8")
    return "--labels", str(labels), "--files", str(tmp_path)


def row(output: str, name: str) -> list[str]:
    """The first row of that name, without its name."""
    return next(line.split()[1:] for line in output.splitlines() if line.split()[:1] == [name])


def listed(output: str, title: str) -> list[str]:
    """The lines of a list, indented ones left out."""
    start = next(n for n, line in enumerate(output.splitlines()) if line.startswith(f"{title} ("))
    lines = iter(output.splitlines()[start + 1 :])
    return [line for line in iter(lambda: next(lines, ""), "") if not line.startswith(" ")]


def test_scores_and_lists(labelled: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert accuracy.main(labelled) == 0
    output = capsys.readouterr().out
    # Right: shuffled, the reset that Keras 3 doesn't have, the wrapper; what is carried counts for nothing.
    assert row(output, "all") == ["3", "1", "0.75", "3", "4", "0.75"]
    assert row(output, "certain") == ["3", "3", "1.00"]
    assert row(output, "likely") == ["0", "1", "0.00"]
    assert row(output, "project") == ["1", "0", "1.00", "1", "1", "1.00"]
    assert row(output, "stateful-bidirectional") == ["1", "0", "1.00", "0", "0", "–"]
    assert row(output, "unclipped-gradients")[3:5] == ["0", "1"]
    assert listed(output, "False alarms") == ["001_train.py:8 indivisible-samples: trap: a trap"]
    assert listed(output, "Misses") == ["001_train.py:8 partial-last-batch (likely): nine rows"]
    assert listed(output, "Labels whose rule statelint doesn't have") == [
        "001_train.py:8 a-rule-of-another-linter (certain): whatever"
    ]


def test_keras_3_labels_count_on_keras_3_alone(
    labelled: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert accuracy.main([*labelled, "--target", "2"]) == 0
    assert row(capsys.readouterr().out, "all") == ["2", "1", "0.67", "2", "3", "0.67"]


def test_a_file_that_is_missing_is_told(
    labelled: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    Path(labelled[3], "001_train.py").unlink()
    assert accuracy.main(labelled) == 1
    told = capsys.readouterr()
    assert "001_train.py" in told.err
    assert row(told.out, "all") == ["1", "0", "1.00", "1", "1", "1.00"]


def test_the_page_names_sources_only(
    labelled: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accuracy, "PAGE", tmp_path / "accuracy.md")
    accuracy.main([*labelled, "--write"])
    page = (tmp_path / "accuracy.md").read_text(encoding="utf-8")
    assert "| all | 3 | 1 | 0.75 | 3 | 4 | 0.75 |" in page
    assert "| train.py | script | 2 | 1 | 2 | 3 |" in page
    source = "[somebody/something: model.py](https://github.com/somebody/something)"
    assert f"| {source} | project | 1 | 0 | 1 | 1 |" in page
    assert "evaluate after fit" not in page
    assert "np.zeros" not in page


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2", (2,)),
        ("1", (2,)),
        ("3", (3,)),
        ("either", (2, 3)),
        ("tf.keras 2.x", (2,)),
        ("Keras 0.3/1.0", (2,)),
        ("Keras 3.4.1 (TF 2.17)", (3,)),
        ("Keras 2 or 3", (2, 3)),
        ("TF 2 / Keras 3 (2025/26)", (3,)),
    ],
)
def test_what_generation_a_label_names(said: str, meant: tuple[int, ...]) -> None:
    assert accuracy.generations(said) == meant
