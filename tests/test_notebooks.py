"""Notebooks: cells in order as one program, IPython's own syntax, and findings with cell and line."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statelint.discover import discover
from statelint.engine import check_files, check_source
from statelint.findings import Finding
from statelint.source.magics import to_python
from statelint.source.notebook import DamagedNotebookError, cells_of

IMPORTS = "import keras\nimport numpy as np"
MODEL = """\
model = keras.Sequential([keras.Input(batch_shape=(2, 3, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")"""
DATA = "x, y = np.zeros((8, 3, 1)), np.zeros((8, 4))"
FIT = "model.fit(x, y, batch_size=2, epochs=3, shuffle=False)"


def notebook(*cells: str | dict[str, Any], **metadata: object) -> bytes:
    """A notebook of code cells, and of cells that are given whole."""
    listed = [
        {"cell_type": "code", "source": c.splitlines(keepends=True), "outputs": []}
        if isinstance(c, str)
        else c
        for c in cells
    ]
    return json.dumps({"cells": listed, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}).encode()


def found(data: bytes, name: str = "a.ipynb") -> list[str]:
    """What is found, as "cell:line:column code"."""
    return [placed(finding) for finding in checked(data, name)]


def checked(data: bytes, name: str = "a.ipynb") -> list[Finding]:
    result = check_source(name, data)
    assert not result.failures, result.failures[0].error
    return result.findings


def placed(finding: Finding) -> str:
    site = finding.site
    return f"{site.cell}:{site.line}:{site.column} {finding.code}"


def test_cells_are_one_program() -> None:
    data = notebook(IMPORTS, MODEL, DATA, f"# the training\n{FIT}")
    assert found(data) == ["3:2:1 SRN301"]
    (finding,) = checked(data)
    assert [str(related.site) for related in finding.related] == ["a.ipynb:cell 1:1:63"]
    assert (finding.site.end_line, finding.site.end_column) == (2, len(FIT) + 1)


def test_cells_are_counted_with_all_others() -> None:
    text = {"cell_type": "markdown", "source": ["# Title\n", "\n", "stateful"]}
    raw = {"cell_type": "raw", "source": "model.reset_states("}
    assert found(notebook(text, IMPORTS, raw, MODEL, "", DATA, text, FIT)) == ["7:1:1 SRN301"]


def test_the_source_may_be_a_string() -> None:
    cells = [{"cell_type": "code", "source": part} for part in (IMPORTS, MODEL, DATA, FIT)]
    assert found(notebook(*cells)) == ["3:1:1 SRN301"]


def test_the_old_format() -> None:
    cells = [
        {"cell_type": "code", "input": part, "language": "python"} for part in (IMPORTS, MODEL, DATA, FIT)
    ]
    data = json.dumps({"worksheets": [{"cells": cells[:3]}, {"cells": cells[3:]}], "nbformat": 3})
    assert found(data.encode()) == ["3:1:1 SRN301"]


@pytest.mark.parametrize(
    "cell",
    [
        {"cell_type": "code"},
        {"cell_type": "code", "source": None},
        {"cell_type": "code", "source": [1, None]},
        {"source": FIT},
        {},
        None,
        3,
    ],
    ids=repr,
)
def test_cells_without_code_are_counted(cell: Any) -> None:
    assert found(notebook(IMPORTS, MODEL, cell, DATA, FIT)) == ["4:1:1 SRN301"]


@pytest.mark.parametrize(
    "data", [b'{"cells": []}', b'{"cells": [], "metadata": []}', notebook(""), notebook("\n\n")]
)
def test_empty_notebooks(data: bytes) -> None:
    assert found(data + b" " * len("stateful")) == []


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_line_ends_in_cells(line_end: str) -> None:
    cell = {"cell_type": "code", "source": f"# a\n{DATA}\n\n{FIT}".replace("\n", line_end)}
    assert found(notebook(IMPORTS, MODEL, cell)) == ["2:4:1 SRN301"]


def test_bytes_before_the_json_and_beyond_ascii() -> None:
    data = notebook(IMPORTS, MODEL, DATA, f"'ä🎉'; {FIT}")
    assert found(b"\xef\xbb\xbf" + data) == ["3:1:7 SRN301"]
    assert found(json.dumps(json.loads(data), ensure_ascii=False).encode()) == ["3:1:7 SRN301"]


def test_an_encoding_named_in_a_cell_means_nothing() -> None:
    assert found(notebook(IMPORTS, MODEL, DATA, f"# -*- coding: latin-1 -*-\n'ä🎉'; {FIT}")) == [
        "3:2:7 SRN301"
    ]


def test_half_a_surrogate_costs_its_cell() -> None:
    cell = {"cell_type": "code", "source": f"'\ud800'; {FIT}"}
    assert found(notebook(IMPORTS, MODEL, DATA, cell, FIT)) == ["3:1:1 SRN001", "4:1:1 SRN301"]


@pytest.mark.parametrize(
    ("metadata", "is_read"),
    [
        ({}, True),
        ({"kernelspec": {"language": "python", "name": "python2"}}, True),
        ({"kernelspec": {"language": "Python"}, "language_info": {"name": "R"}}, True),
        ({"kernelspec": {"name": "ir"}}, True),
        ({"kernelspec": {"language": ""}, "language_info": None}, True),
        ({"kernelspec": {"language": "R"}}, False),
        ({"language_info": {"name": "julia"}}, False),
    ],
)
def test_notebooks_in_another_language_are_skipped(metadata: dict[str, Any], is_read: bool) -> None:
    assert found(notebook(IMPORTS, MODEL, DATA, FIT, **metadata)) == ["3:1:1 SRN301"] * is_read


def test_a_cell_in_another_language_is_skipped() -> None:
    cell = {
        "cell_type": "code",
        "source": "stateful=True; reset_states( #",
        "metadata": {"vscode": {"languageId": "r"}},
    }
    assert found(notebook(IMPORTS, MODEL, cell, DATA, FIT)) == ["4:1:1 SRN301"]


def test_outputs_say_nothing() -> None:
    cell = {"cell_type": "code", "source": "1", "outputs": [{"text": f"{MODEL}\nreset_states(\nkeras"}]}
    result = check_source("a.ipynb", notebook(cell, "def broken(:"))
    assert (result.findings, result.fragments) == ([], 0)


# What can't be parsed


@pytest.mark.parametrize(
    ("data", "place", "why"),
    [
        (b'{"cells": [\n  "keras stateful=True",,\n]}', (2, 25), "invalid JSON: Expecting value"),
        (b'{"cells": "keras stateful=True"', (1, 32), "invalid JSON: Expecting ',' delimiter"),
        (b'["keras", "stateful=True"]', (1, 1), "a notebook is a JSON object"),
        (b'{"keras": "stateful=True"}', (1, 1), "a notebook has cells"),
        (b'"keras stateful=True \xff"', (1, 1), "invalid JSON"),
        (b"<<<<<<< HEAD\nkeras stateful=True", (1, 1), "invalid JSON: Expecting value"),
        (b"[" * 100_000 + b"keras stateful=True", (1, 1), "invalid JSON"),
    ],
)
def test_a_damaged_notebook_is_reported_where_it_is_relevant(
    data: bytes, place: tuple[int, int], why: str
) -> None:
    (finding,) = checked(data)
    assert (finding.code, finding.site.cell) == ("SRN001", None)
    assert (finding.site.line, finding.site.column) == place
    assert finding.message.startswith(f"this file cannot be parsed: {why}")
    assert checked(data.replace(b"stateful=True", b"stateful")) == []


def test_a_cell_that_cannot_be_parsed_costs_itself_alone() -> None:
    data = notebook(IMPORTS, MODEL, "%time 1\n\nx y", DATA, FIT)
    result = check_source("a.ipynb", data)
    assert (list(map(placed, result.findings)), result.fragments) == (["4:1:1 SRN301"], 1)


def test_a_relevant_cell_that_cannot_be_parsed_is_reported() -> None:
    data = notebook(IMPORTS, MODEL, DATA, "for e in range(9):\n    print(e e)\n    model.reset_states()", FIT)
    assert found(data) == ["3:2:11 SRN001", "3:3:5 SRN302", "3:3:5 SRN502"]
    assert checked(data)[0].message.startswith("this cell cannot be parsed: invalid syntax")


def test_a_cell_with_a_bracket_too_many_is_followed_all_the_same() -> None:
    data = notebook(IMPORTS, MODEL, DATA, f"%time {FIT})")
    assert found(data) == ["3:1:7 SRN301", f"3:1:{7 + len(FIT)} SRN001"]
    assert checked(data)[1].message.startswith("this cell cannot be parsed: unmatched ')'")


def test_the_other_lines_of_a_cell_that_cannot_be_parsed_are_followed() -> None:
    assert found(notebook(IMPORTS, MODEL, DATA, f"print(x y)\n{FIT}")) == ["3:1:7 SRN001", "3:2:1 SRN301"]
    once, predict = FIT.replace("epochs=3, ", ""), "model.predict(x[:2], batch_size=2)"
    # What can't be read may reset the states.
    assert found(notebook(IMPORTS, MODEL, DATA, f"{once}\nforget(u v)\n{predict}")) == ["3:2:8 SRN001"]


@pytest.mark.parametrize(
    "line", ["scaler.fit(x y)", "LabelEncoder().fit(x y)", "x y", "encoders[0].fit_transform(x y)"]
)
def test_a_broken_cell_that_runs_no_model_is_left_out_without_a_word(line: str) -> None:
    assert found(notebook(IMPORTS, MODEL, DATA, line, FIT)) == ["4:1:1 SRN301"]
    stateless = MODEL.replace(", stateful=True", "")
    assert found(notebook(IMPORTS, stateless, DATA, "model.fit(x y)  # stateful")) == []


def test_cells_in_python_2_are_read_as_such() -> None:
    loop = "for e in range(9):\n    print e\n    model.fit(x, y, batch_size=2, shuffle=False)"
    assert found(notebook(IMPORTS, MODEL, DATA, loop)) == ["3:3:5 SRN301"]


def test_what_an_unreadable_cell_does_is_unknown() -> None:
    predict = "model.predict(x[:2], batch_size=2)"
    fit_once = FIT.replace("epochs=3, ", "")
    assert found(notebook(IMPORTS, MODEL, DATA, fit_once, predict)) == ["4:1:1 SRN304"]
    assert found(notebook(IMPORTS, MODEL, DATA, fit_once, "x y\nforget(model)", predict)) == []
    assert found(notebook(IMPORTS, MODEL, DATA, "x y\nmodel = other()", FIT)) == []


def test_an_exception_ends_its_cell_alone() -> None:
    assert found(notebook(IMPORTS, MODEL, DATA, f"raise SystemExit\n{FIT}", FIT)) == ["4:1:1 SRN301"]


# Magics


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("%matplotlib inline\nx = 1", "pass  #%matplotlib inline\nx = 1"),
        ("%load_ext autoreload\n%autoreload 2", "pass  #%load_ext autoreload\npass  #%autoreload 2"),
        ("!pip install keras", "pass  #!pip install keras"),
        ("!!ls", "pass  #!!ls"),
        ("if x:\n    !ls\n    y()", "if x:\n    pass  #!ls\n    y()"),
        (
            "!pip install \\\n  keras \\\n  numpy\nx = 1",
            "pass  #!pip install \\\n#  keras \\\n#  numpy\nx = 1",
        ),
        ("files = !ls *.py", "files = get_ipython()  #!ls *.py"),
        ("a, b = !ls", "a, b = get_ipython()  #!ls"),
        ("x['a'] = %who_ls", "x['a'] = get_ipython()  #%who_ls"),
        ("t = %timeit -o f()", "t = get_ipython()  #%timeit -o f()"),
        ("h = %time f()", "h =       f()"),
        ("%time f(1)", "f(1)"),
        ("  y\n  %time f(1)", "y\nf(1)"),
        ("%time f(1,\n  2)", "f(1,\n  2)"),
        ("%timeit -n 10 -r3 f(1)", "f(1)"),
        ("%timeit -n10 -q f(-n)", "f(-n)"),
        ("%prun -s cumulative f(1)", "f(1)"),
        ("%memit f(1)", "f(1)"),
        ("%time", "pass  #%time"),
        ("%timeit -n 10", "pass  #%timeit -n 10"),
        ("model.fit?", "pass  #model.fit?"),
        ("model.fit??  ", "pass  #model.fit??  "),
        ("?model.fit", "pass  #?model.fit"),
        ("np.*load*?", "pass  #np.*load*?"),
        ("%time?", "pass  #%time?"),
        ("plt.plot(x);", "plt.plot(x);"),
        ("/f a, b", "f(a, b)"),
        (",f a b", "f('a', 'b')"),
        (";f a b", "f('a b')"),
        ("pip install -q keras", "pass  #%pip install -q keras"),
        ("cd ..", "pass  #%cd .."),
        ("time f(1)", "f(1)"),
        ("%env KERAS_BACKEND=jax", "import os as _os; _os.environ['KERAS_BACKEND'] = 'jax'"),
        ("%pylab inline", "import numpy as np; from matplotlib import pyplot as plt"),
        ("%run helper.py", "exec(open('helper.py'))"),
        ("%%time\nf(1)", "pass  #%%time\nf(1)"),
        ("\n\n%%capture out\n%%time\n%env A 1\nf(1)", None),
        ("%%timeit -n 1\nf(1)", "pass  #%%timeit -n 1\nf(1)"),
        ("%%bash\nls (\n", "pass  #%%bash\n\n"),
        ("%%writefile a.py\nmodel.fit(", "pass  #%%writefile a.py\n"),
        ("%%html\n<b>", "pass  #%%html\n"),
        ("%%!\nls", "pass  #%%!\n"),
        ("%%python3\nimport os", "pass  #%%python3\n"),
        ("%%nobody_knows\nx = 1", "exec('x = 1')\n"),
        (">>> x = 1\n>>> for i in y:\n...     f(i)\n...\n3\n", "x = 1\nfor i in y:\n    f(i)\n\n\n"),
    ],
)
def test_what_ipython_runs_as_python(cell: str, code: str | None) -> None:
    translated = to_python(cell).code
    ast.parse(translated)
    assert translated.count("\n") == cell.count("\n")
    if code is not None:
        assert translated == code


@pytest.mark.parametrize(
    "cell",
    [
        "x = '''\n%matplotlib\n!ls\nwhat?\n'''",
        'x = f("""\n%a\n""", \'\\\'"""\',\n"""\n!b\n""")',
        "x = (a\n  % b)",
        "x = ('%d'\n%y)",
        "x = a \\\n  % b",
        "x = a % b",
        "print('x =%s' % x)",
        "d['=%s'] = 'what?'",
        "f()  # why?",
        "# why?\n# !ls\n# %time",
        "x = '(['  # )\nprint('%s' % x, \"it's\")",
        "run = 1\nrun in (1, 2)",
        "clear = ls - 1\ntime = 1",
        "async with a as b:\n    await c",
        "x = await f()",
        "@decorator\ndef f(): pass",
        "",
    ],
)
def test_what_is_python_stays(cell: str) -> None:
    assert to_python(cell).code == cell


@pytest.mark.parametrize(
    ("before", "place"),
    [
        ("%time ", "1:7"),
        ("  %time ", "1:9"),
        ("%timeit -n 1 ", "1:14"),
        ("%%time\n", "2:1"),
        ("%%capture\n\n%%time\n!ls\n", "5:1"),
        ("h = %time ", "1:11"),
        ("  ", "1:3"),
        ("!ls \\\n  x\n", "3:1"),
        ("if True:\n    %pwd\n    %time ", "3:11"),
        (">>> ", "1:5"),
        ("files = !ls\n", "2:1"),
    ],
)
def test_findings_stand_where_the_cell_has_them(before: str, place: str) -> None:
    assert found(notebook(IMPORTS, MODEL, DATA, before + FIT)) == [f"3:{place} SRN301"]


def test_a_script_that_is_run_may_bind_anything() -> None:
    assert found(notebook(IMPORTS, MODEL, DATA, "%run other.py", FIT)) == []


def test_await_on_the_top_level() -> None:
    assert found(notebook(IMPORTS, MODEL, DATA, f"await something()\n{FIT}")) == ["3:2:1 SRN301"]


# Projects, the command line, verdicts


def test_imports_lead_to_modules_of_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    build = (
        f"def build():\n{''.join(f'    {line}' + chr(10) for line in MODEL.split(chr(10)))}    return model\n"
    )
    Path("models.py").write_text(f"{IMPORTS}\n\n{build}", encoding="utf-8")
    Path("train.ipynb").write_bytes(
        notebook(f"{IMPORTS}\nfrom models import build", "model = build()", DATA, FIT)
    )
    result = check_files(discover(["."]).files)
    assert [str(f.site) for f in result.findings] == ["train.ipynb:cell 3:1:1"]


@pytest.mark.parametrize(
    ("line", "holds_on"),
    [
        ("%env KERAS_BACKEND=torch", (3,)),
        ("!pip install -q keras==2.2.4", (2,)),
        ("%pip install 'tensorflow>=2.16'", (3,)),
        ("!pip install numpy tensorflow-gpu==1.15", (2,)),
        ("%tensorflow_version 1.x", (2,)),
        ("%tensorflow_version 2.x", (2, 3)),
        ("# !pip install keras==2.2.4", (2, 3)),
        ("%env TF_USE_LEGACY_KERAS=1", (2,)),
    ],
)
def test_the_target_is_read_from_the_cells(line: str, holds_on: tuple[int, ...]) -> None:
    removed = "keras.layers.LSTM(4, batch_input_shape=(2, 3, 1), stateful=True)"
    codes = {f.code for f in checked(notebook(line, IMPORTS, removed))}
    assert ("SRN501" in codes) == (3 in holds_on)


# Properties

PROGRAM = dedent(
    f"""\
    import keras
    import numpy as np

    def build(batch):
        '''Make
        it.'''
        model = keras.Sequential()
        model.add(keras.Input(batch_shape=(batch, 3, 1)))
        model.add(keras.layers.LSTM(4, stateful=True))
        model.compile("sgd", "mse")
        return model

    x = np.zeros((
        8, 3, 1))
    y = np.zeros((8, 4))
    model = build(2); n = 3
    for epoch in range(n):
        model.fit(x, y, batch_size=2,
                  shuffle=False)
    {FIT}
    model.predict(x[:3])
    """
)
STARTS = [statement.lineno for statement in ast.parse(PROGRAM).body]
BOUNDARIES = sorted({line for line in STARTS if PROGRAM.split("\n")[line - 1][:1] != " "})


@settings(max_examples=60, deadline=None)
@given(cuts=st.sets(st.sampled_from(BOUNDARIES[1:])), others=st.booleans())
def test_a_program_cut_into_cells_has_the_same_findings(cuts: set[int], others: bool) -> None:
    lines = PROGRAM.splitlines()
    starts = sorted({1, *cuts})
    cells: list[str | dict[str, Any]] = []
    places: dict[int, tuple[int, int]] = {}
    for start, end in zip(starts, [*starts[1:], len(lines) + 1], strict=True):
        if others:
            cells.append({"cell_type": "markdown", "source": "# Title\n\ntext"})
        places |= {line: (len(cells), line - start + 1) for line in range(start, end)}
        cells.append("\n".join(lines[start - 1 : end - 1]))
    expected = [(*places[f.site.line], f.site.column, f.code) for f in checked(PROGRAM.encode(), "a.py")]
    assert len(expected) >= 3
    told = [(f.site.cell, f.site.line, f.site.column, f.code) for f in checked(notebook(*cells))]
    assert told == sorted(expected)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="%!?,;/ ab=\n\\'\"#([)]{}:>.é\r\t1", max_size=40))
def test_any_text_keeps_its_lines(text: str) -> None:
    assert to_python(text).code.count("\n") == text.replace("\r\n", "\n").replace("\r", "\n").count("\n")


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["cells", "worksheets", "metadata", "cell_type", "source", "kernelspec"]),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_any_json_is_cells_or_damaged(thing: Any) -> None:
    try:
        cells = cells_of(json.dumps(thing).encode())
    except DamagedNotebookError as damage:
        assert damage.why
    else:
        assert not any(cell.is_python and not isinstance(cell.text, str) for cell in cells)
