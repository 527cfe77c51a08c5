"""lint_source: the same result wherever it runs, and nothing but the result."""

from __future__ import annotations

import json
import os
import pickle
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import statelint
from statelint import lint_source
from statelint.engine import check_source
from statelint.findings import Severity
from statelint.settings import Settings
from tests.test_startup import SHUFFLED

ROOT = Path(__file__).parents[1]
TEXTS = [path for path in sorted((ROOT / "fixtures").rglob("*")) if path.suffix in (".py", ".ipynb", ".md")]
NOTEBOOK = json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in ("1", SHUFFLED, "(")]})


def codes(text: str | bytes, name: str = "<text>.py", **options: object) -> list[str]:
    linted = lint_source(text, name, **options)  # type: ignore[arg-type]
    assert not linted.failures
    return [finding.code for finding in linted.findings]


def test_a_text() -> None:
    [finding] = lint_source(SHUFFLED).findings
    assert (finding.code, finding.site.path, finding.site.line, finding.site.column) == (
        "SRN201",
        "<text>.py",
        7,
        1,
    )
    assert finding.fix is not None


def test_the_name_says_what_the_text_is() -> None:
    linted = lint_source(NOTEBOOK, "study.ipynb")
    assert [(finding.site.cell, finding.site.line) for finding in linted.findings] == [(1, 7)]
    assert linted.fragments == 1
    assert codes(f"# Title\n\n```python\n{SHUFFLED}```\n", "notes.md") == ["SRN201"]
    assert codes(NOTEBOOK, "study.py") == []


def test_what_is_asked_for() -> None:
    advised = (ROOT / "fixtures" / "state-not-saved" / "bad_loaded_model.py").read_text(encoding="utf-8")
    assert codes(advised) == []
    assert codes(advised, select="ADVICE") == codes(advised, extend_select=["SRN404"]) == ["SRN404"]
    assert codes(SHUFFLED, select=["SRN3", "shuffled-batches"]) == ["SRN201"]
    assert codes(SHUFFLED, ignore="SRN2") == []
    [finding] = lint_source(SHUFFLED, settings=Settings(severity=(("SRN201", Severity.ERROR),))).findings
    assert finding.severity is Severity.ERROR
    old = SHUFFLED + "model.reset_states()\n"
    assert codes(old, select="removed-model-reset-states", keras=3) == ["SRN502"]
    assert codes(old, select="removed-model-reset-states", keras=2) == []


def test_what_is_asked_for_must_be_there() -> None:
    with pytest.raises(ValueError, match="no such rule: shufled-batches; did you mean shuffled-batches"):
        lint_source("", select="shufled-batches")
    with pytest.raises(ValueError, match="no generation of Keras: 4"):
        lint_source("", keras=4)


def test_it_says_what_the_command_line_says() -> None:
    for path in TEXTS[::5]:
        data = path.read_bytes()
        linted = lint_source(data, path.name)
        assert list(linted.findings) == check_source(path.name, data).findings
        if not data.startswith(b"\xef\xbb\xbf"):
            assert lint_source(data.decode(), path.name) == linted


def test_arguments_and_results_can_be_sent() -> None:
    linted = lint_source(SHUFFLED)
    assert pickle.loads(pickle.dumps(linted)) == linted
    assert pickle.loads(pickle.dumps(lint_source)) is lint_source


def test_a_text_that_names_its_encoding() -> None:
    text = "# coding: latin-1\n" + SHUFFLED.replace("epochs=1", 'epochs=1, callbacks=["é", x]')
    [finding] = lint_source(text).findings
    assert finding.site.end_column == len(text.splitlines()[-1]) + 1
    assert codes(text.replace("é", "日")) == ["SRN201"]
    assert codes(text.replace("latin-1", "nonsense"))


@pytest.mark.parametrize(
    "bad",
    [r'"\xZZ"', r'"\N{foo}"', 'b"é"', r'"\u12"', "9" * 5000, '"a" "\\u12"', '"\0"', "1e999", '"a" b"b"'],
)
def test_what_libcst_takes_and_python_does_not(bad: str) -> None:
    for more in ("", "class Reset(keras.callbacks.Callback):\n    def on_epoch_begin(self, epoch): pass\n"):
        text = SHUFFLED.replace('"mse"', bad).replace("import numpy", f"import keras\n{more}import numpy")
        assert not lint_source(text).failures


def test_python_says_nothing_of_the_text() -> None:
    odd = SHUFFLED.replace("epochs=1", "epochs=1if 2else 3").replace('"mse"', '"\\d"') + "print 1\n"
    code = f"from statelint import lint_source; assert lint_source({odd!r}).findings"
    ended = subprocess.run(
        [sys.executable, "-W", "always::SyntaxWarning", "-c", code],
        env=os.environ | {"PYTHONPATH": str(Path(statelint.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stderr == ""


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=60),
        st.text(max_size=60),
        st.integers(0, len(SHUFFLED)).flatmap(
            lambda k: st.sampled_from(["(", "\x00", "\ud800", "\n", "\\", "é", "'''"]).map(
                lambda broken: SHUFFLED[:k] + broken + SHUFFLED[k:]
            )
        ),
    ),
    st.sampled_from(["a.py", "a.ipynb", "a.md"]),
)
def test_whatever_the_text_is(text: str | bytes, name: str) -> None:
    more = b" stateful=True reset_states( keras" if isinstance(text, bytes) else " stateful=True # keras"
    for whole in (text, text + more):  # type: ignore[operator]
        assert not lint_source(whole, name).failures


def test_threads_and_order_make_no_difference() -> None:
    texts = [(path.read_bytes(), str(path)) for path in TEXTS[::3]]
    expected = {name: lint_source(data, name) for data, name in texts}
    random.Random(0).shuffle(texts)
    for _ in range(3):
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda text: lint_source(*text), texts))
        assert {name: linted for (_, name), linted in zip(texts, found, strict=True)} == expected


PURE = """
import os, pathlib, pickle, sys
from statelint import lint_source
texts = [(path.read_bytes(), path.name) for path in map(pathlib.Path, sys.argv[1:])]
before = [lint_source(*text) for text in texts]
def refuse(event, arguments):
    if event.partition(".")[0] in ("open", "os", "socket", "subprocess", "shutil", "glob", "import"):
        raise AssertionError((event, arguments))
def gone(*_):
    raise AssertionError("the working directory")
os.getcwd = gone
os.environ.clear()
sys.addaudithook(refuse)
again = [lint_source(*text) for text in texts]
print(again == before, sum(len(linted.findings) for linted in again))
"""


def test_it_touches_nothing() -> None:
    """What is installed is read once; after that no file is opened, and no module imported."""
    environment = os.environ | {"PYTHONPATH": str(Path(statelint.__file__).parents[1])}
    paths = [str(path) for path in TEXTS[::4]]
    ended = subprocess.run(
        [sys.executable, "-c", PURE, *paths], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    equal, count = ended.stdout.split()
    assert equal == "True"
    assert int(count) > 20


@pytest.mark.slow
def test_the_example_with_dask(tmp_path: Path) -> None:
    """The program in docs/example, in as many processes as there are cores."""
    for number in range(3):
        for path in TEXTS[::5]:
            (tmp_path / f"{number}").mkdir(exist_ok=True)
            (tmp_path / f"{number}" / path.name).write_bytes(path.read_bytes())
    ended = subprocess.run(
        [sys.executable, ROOT / "docs/example/lint_with_dask.py", tmp_path],
        env=os.environ | {"PYTHONPATH": str(Path(statelint.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )
    counted = dict(line.split() for line in ended.stdout.splitlines())
    expected: dict[str, int] = {}
    for path in tmp_path.glob("*/*"):
        for code in codes(path.read_bytes(), path.name):
            expected[code] = expected.get(code, 0) + 1
    assert len(expected) > 5
    assert {code: int(count) for code, count in counted.items()} == expected
