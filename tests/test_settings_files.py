"""Settings that a program reads from JSON, YAML or TOML files of its project."""

from __future__ import annotations

from pathlib import Path

import pytest

from statelint.discover import discover
from statelint.engine import check_files
from statelint.findings import Finding

JSON = '{"training": {"epochs": 3, "batch": 4}, "layers": [{"type": "lstm", "units": 8, "keep": true}]}'
YAML = "training: {epochs: 3, batch: 4}\nlayers:\n  - {type: lstm, units: 8, keep: yes}\n"
TOML = "[training]\nepochs = 3\nbatch = 4\n[[layers]]\ntype = 'lstm'\nunits = 8\nkeep = true\n"
PROGRAM = """\
import argparse, json, os, tomllib, toml, yaml
from pathlib import Path
import keras
import numpy as np
{read}
model = keras.Sequential([keras.Input(batch_shape=(c["training"]["batch"], 3, 1))])
for layer in c["layers"]:
    if layer["type"] == "lstm":
        model.add(keras.layers.LSTM(layer["units"], stateful=layer.get("keep", False)))
model.compile("sgd", "mse")
x, y = np.zeros((40, 3, 1)), np.zeros((40, 8))
model.fit(x, y, batch_size=4, shuffle=False, epochs=c["training"]["epochs"])
"""


def check(folder: Path, read: str, files: dict[str, str], program: str = "train.py") -> list[Finding]:
    for name, text in {**files, program: PROGRAM.format(read=read)}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    checked = check_files(discover([str(folder)]).files)
    assert not checked.failures
    return checked.findings


@pytest.mark.parametrize(
    "read",
    [
        "c = json.load(open('c.json', 'r'))",
        "with open('c.json', encoding='utf-8') as f:\n    c = json.load(f)",
        "c = json.loads(open('c.json').read())",
        "c = json.loads(Path('c.json').read_text())",
        "with Path('c.json').open() as f:\n    c = json.load(f)",
        "here = os.path.dirname(os.path.abspath(__file__))\n"
        "with open(os.path.join(here, 'c.json')) as f:\n    c = json.load(f)",
        "HERE = Path(__file__).resolve().parent\nc = json.loads((HERE / 'c.json').read_text('utf-8'))",
        "c = yaml.safe_load(open('c.yaml'))",
        "with open('c.yml') as f:\n    c = yaml.load(f, Loader=yaml.FullLoader)",
        "c = tomllib.load(open('c.toml', 'rb'))",
        "c = toml.load('c.toml')",
        "def load(path='c.json'):\n    with open(path) as f:\n        return json.load(f)\nc = load()",
    ],
)
def test_what_stands_in_the_file_is_known(tmp_path: Path, read: str) -> None:
    files = {"c.json": JSON, "c.yaml": YAML, "c.yml": YAML, "c.toml": TOML}
    (finding,) = check(tmp_path, read, files)
    assert finding.code == "SRN301" and finding.message.startswith("3 epochs")


@pytest.mark.parametrize("program", ["src/train.py", "project/src/jobs/train.py"])
def test_it_may_lie_where_the_program_is_started(tmp_path: Path, program: str) -> None:
    (finding,) = check(tmp_path, "c = json.load(open('conf/c.json'))", {"conf/c.json": JSON}, program)
    assert finding.code == "SRN301"


def test_the_default_that_names_it_is_told(tmp_path: Path) -> None:
    read = (
        "p = argparse.ArgumentParser()\np.add_argument('--config', default='c.json')\n"
        "c = json.load(open(p.parse_args().config))"
    )
    (finding,) = check(tmp_path, read, {"c.json": JSON})
    assert finding.assumptions == ("--config keeps its default 'c.json'",)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        ("c = json.load(open('c.json'))", "{"),
        ("c = json.load(open('c.json'))", "[" * 5000 + "]" * 5000),
        ("c = json.load(open('c.json'), object_hook=hook)", JSON),
        ("c = json.load(open('d.json'))", JSON),
        ("c = json.loads('c.json')", JSON),
        ("c = json.load(open(os.path.join(folder, 'c.json')))", JSON),
        ("c = yaml.safe_load(open('c.json'))", "a: !!python/object:os.system {}"),
        ("c = yaml.safe_load(open('c.json'))", "a: &a [x, x]\nb: &b [*a, *a]\n"),
    ],
)
def test_anything_else_is_not_known(tmp_path: Path, read: str, text: str) -> None:
    assert check(tmp_path, read, {"c.json": text}) == []


@pytest.mark.parametrize("opening", ["[", "{a: ", "&a [", "- ", "? "])
def test_a_text_that_is_nested_deep_is_given_up(tmp_path: Path, opening: str) -> None:
    text = opening * (31_000 // len(opening))
    assert check(tmp_path, "c = yaml.safe_load(open('c.yaml'))", {"c.yaml": text}) == []


def test_a_text_that_grows_when_it_is_read_is_given_up(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 8)}]" for n in range(1, 12)]
    assert check(tmp_path, "c = yaml.safe_load(open('c.yaml'))", {"c.yaml": "\n".join(lines)}) == []
