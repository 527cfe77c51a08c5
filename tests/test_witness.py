"""Witnesses: the mistakes of the fixtures, retold on synthetic data, are found and confirmed again."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from statelint.cli import main
from statelint.confirm.harness import Harness, Job
from statelint.confirm.programs import programs_of
from statelint.confirm.witnessing import Teller, Told
from statelint.discover import discover
from statelint.engine import check_files
from statelint.findings import Finding, Status
from statelint.rules import load
from statelint.selection import EVERYTHING
from statelint.settings import Settings
from statelint.source.project import Project
from statelint.trace.recording import Recording
from tests.conftest import Recordings

FIXTURES = Path(__file__).parents[1] / "fixtures"
# The rules of which every wrong fixture has a witness.
TOLD = """
SRN101 SRN103 SRN104 SRN105 SRN106 SRN108 SRN201 SRN202 SRN204 SRN206 SRN207 SRN212
SRN301 SRN304 SRN305 SRN306 SRN308 SRN313 SRN319 SRN401 SRN405 SRN501 SRN502 SRN505
""".split()  # noqa: SIM905
RULES = {rule.code: rule for rule in load()}
WRONG = [path for code in TOLD for path in sorted((FIXTURES / RULES[code].name).glob("bad_*.py"))]
# One program of each rule runs on real Keras.
FIRST = [min((FIXTURES / RULES[code].name).glob("bad_*.py")) for code in TOLD]


def named(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def found_in(path: Path) -> list[Finding]:
    findings = check_files(discover([str(path)], lambda _: Settings(EVERYTHING)).files).findings
    return [finding for finding in findings if finding.rule == path.parent.name]


def told(path: Path, finding: Finding, generation: int) -> Told | None:
    (file,) = discover([str(path)]).files
    project = Project()
    return Teller(project).tell(finding, programs_of(file, project), generation)


@pytest.mark.parametrize("path", WRONG, ids=named)
def test_a_mistake_is_found_again_in_its_witness(path: Path) -> None:
    findings = found_in(path)
    assert findings
    for finding in findings:
        for generation in finding.holds_on:
            witness = told(path, finding, generation)
            assert witness is not None, f"{finding.site} on Keras {generation}"
            ast.parse(witness.text)
            assert witness.text.startswith(f"# As in {finding.site.path}, {finding.site.where}.\n")
            assert finding.code in witness.text
            lines = [line for line in witness.text.splitlines() if line and not line.startswith("#")]
            assert len(lines) <= 45, witness.text


@pytest.mark.keras
@pytest.mark.parametrize("path", FIRST, ids=named)
def test_keras_confirms_a_witness(path: Path, harness: Harness, generation: int) -> None:
    findings = [finding for finding in found_in(path) if generation in finding.holds_on]
    if not findings:
        pytest.skip(f"nothing is wrong with it on Keras {generation}")
    finding = findings[0]
    witness = told(path, finding, generation)
    assert witness is not None
    mend = tuple({"SRN501", "SRN502"} - {finding.code})
    ((_, recording),) = harness.run_all([Job(witness.program, generation, mend)])
    assert isinstance(recording, Recording), recording
    verdict = RULES[finding.code].judge(witness.finding, recording)
    assert verdict.status is Status.CONFIRMED, f"{verdict.evidence}\n{witness.text}"


UNREADABLE = """\
import numpy as np
import keras

x, y = np.load("prices.npy"), np.load("targets.npy")
model = keras.Sequential([keras.Input(batch_shape=(8, 12, 3)), keras.layers.GRU(64, stateful=True)])
model.compile(loss="mse", optimizer="adam")
model.fit(x, y, batch_size=8, epochs=50, shuffle=False)
"""


@pytest.mark.keras
def test_a_program_without_its_data_is_judged_by_a_witness(
    tmp_path: Path, generation: int, harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    from statelint.confirm import judge

    path = tmp_path / "train.py"
    path.write_text(UNREADABLE, encoding="utf-8")
    files = discover([str(path)]).files
    shared = Recordings(harness, (generation,))
    monkeypatch.setattr(judge, "Harness", lambda *_, **__: shared)
    checked = check_files(files)
    (finding,) = judge.confirm(checked.findings, files, (generation,), 40, lambda *_: None)
    (verdict,) = finding.verdicts
    assert finding.code == "SRN301"
    assert verdict.status is Status.CONFIRMED
    assert verdict.evidence.startswith("a state of norm ")
    assert "in a witness on synthetic data" in verdict.evidence
    assert "prices.npy" in verdict.evidence
    assert verdict.witness is not None
    assert "GRU(4, stateful=True)" in verdict.witness.text


def test_witnesses_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "train.py"
    path.write_text(UNREADABLE, encoding="utf-8")
    folder = tmp_path / "witnesses"
    assert main([str(path), "--witness", str(folder), "--format", "json"]) == 1
    output = capsys.readouterr()
    assert [finding["code"] for finding in json.loads(output.out)] == ["SRN301"]
    assert f"1 witness written to {folder}" in output.err
    (written,) = folder.iterdir()
    text = written.read_text(encoding="utf-8")
    assert "model.fit(x, y, batch_size=8, shuffle=False, epochs=3, verbose=0)" in text
    assert "epoch 2 starts from the state that epoch 1 left" in text


def test_a_folder_that_cannot_be_written_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "train.py"
    path.write_text(UNREADABLE, encoding="utf-8")
    assert main([str(path), "--witness", str(path), "--format", "concise"]) == 2
    assert "can't write witnesses to" in capsys.readouterr().err


LEFT_OUT = """
import numpy as np
from tensorflow.keras import layers, models

x = np.load("x.npy")
y = np.load("y.npy")
model = models.Sequential()
model.add(layers.Input(batch_shape=(4, 10, 3)))
model.add(layers.GaussianNoise(0.1))
model.add(layers.LSTM(8, stateful=True, return_sequences=True))
model.add(layers.LSTM(8, stateful=True))
model.add(layers.Dense(1))
model.compile(loss="mse", optimizer="adam")
for epoch in range(10):
    model.fit(x, y, batch_size=4, epochs=1, shuffle=False)
    model.layers[2].reset_states()
"""


def test_a_layer_is_reset_by_its_place_among_those_that_are_told(tmp_path: Path) -> None:
    path = tmp_path / "partial.py"
    path.write_text(LEFT_OUT)
    (finding,) = check_files(discover([str(path)]).files).findings
    witness = told(path, finding, 3)
    assert witness is not None
    assert "# Left out: GaussianNoise." in witness.text
    assert "model.layers[1].reset_states()" in witness.text
