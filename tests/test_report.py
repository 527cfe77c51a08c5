"""What findings look like in each format."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from statelint import report
from statelint.findings import Finding, Related, Severity, Status, Verdict
from statelint.report import Results, full
from statelint.report.closing import closing_line
from statelint.report.excerpt import expanded
from statelint.report.frame import ASCII, UNICODE, Frame, Mark, Signs
from statelint.report.visible import one_line, visible
from statelint.sites import Site

TRAIN = """\
from keras.layers import LSTM
from keras.models import Sequential

batch_size = 16

model = Sequential()
model.add(LSTM(32, batch_input_shape=(batch_size, 20, 1), stateful=True))
model.compile(loss="mse")

for epoch in range(100):
\tmodel.fit(x, y, epochs=1, shuffle=False)
\tprint("époque 日本", epoch)

model.fit(
    x,
    y,
    epochs=10,
    validation_split=0.3,
)
"""

CARRIED = Finding(
    "SRN301",
    "state-carried-across-epochs",
    Severity.WARNING,
    Site("train.py", None, 11, 2, 11, 42),
    "Nothing resets `model` between the epochs of this loop.",
    "The end of the series isn't followed by its start.",
    "Reset the states first:\n\n    model.reset_states()",
    (2, 3),
    ("`x` is the same in every epoch",),
    (
        Related(Site("train.py", None, 7, 11, 7, 73), "this layer keeps its state"),
        Related(Site("models.py", None, 1, 5, 1, 10), "built here"),
        Related(Site("gone.py", None, 3, 1, 3, 2), "and fed here"),
    ),
    (
        Verdict(2, Status.CONFIRMED, "state norm 0.83 enters batch 1 of epoch 2"),
        Verdict(3, Status.NOT_REACHED, "ValueError at train.py:7"),
    ),
)
SPLIT = Finding(
    "SRN207",
    "indivisible-validation-split",
    Severity.ERROR,
    Site("train.py", None, 14, 1, 19, 2),
    "`validation_split=0.3` leaves 699 and 301 rows.",
    "A shorter batch doesn't fit the state.",
    "Split the arrays yourself.",
    (3,),
    verdicts=(
        Verdict(2, Status.REFUTED, "3 epochs ran"),
        Verdict(3, Status.INCONCLUSIVE, "timeout after 60 s"),
    ),
)


@pytest.fixture(autouse=True)
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    Path("train.py").write_text(TRAIN, encoding="utf-8")
    Path("models.py").write_text("def build():\n    pass\n", encoding="utf-8")


def written(name: str, *findings: Finding, files: int = 12, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="backslashreplace", newline="\n")
    report.write(Results(findings, files), name, stream)
    stream.flush()
    return raw.getvalue().decode(encoding)


def in_terminal(*findings: Finding, width: int) -> list[str]:
    stream = io.StringIO()
    full.print_to(Console(file=stream, width=width, color_system=None, soft_wrap=True), Results(findings, 12))
    return stream.getvalue().splitlines()


FULL = """\
train.py:11:2 warning SRN301 state-carried-across-epochs
  Nothing resets `model` between the epochs of this loop.

    7 │ model.add(LSTM(32, batch_input_shape=(batch_size, 20, 1), stateful=True))
      │           ────────────────────────────────────────────────────────────── this layer keeps its state
    ⋮
   10 │ for epoch in range(100):
>  11 │     model.fit(x, y, epochs=1, shuffle=False)
      │     ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
   12 │     print("époque 日本", epoch)

  models.py:1:5
    1 │ def build():
      │     ───── built here

  gone.py:3:1 and fed here

  why      The end of the series isn't followed by its start.
  instead  Reset the states first:

               model.reset_states()
  assumes  `x` is the same in every epoch

  holds on Keras 2 and 3
  ✓ Keras 2: confirmed – state norm 0.83 enters batch 1 of epoch 2
  – Keras 3: not reached – ValueError at train.py:7

train.py:14:1 error SRN207 indivisible-validation-split
  `validation_split=0.3` leaves 699 and 301 rows.

   12 │     print("époque 日本", epoch)
   13 │
>  14 │ model.fit(
      │ ━━━━━━━━━━
>  15 │     x,
>  16 │     y,
>  17 │     epochs=10,
>  18 │     validation_split=0.3,
>  19 │ )

  why      A shorter batch doesn't fit the state.
  instead  Split the arrays yourself.

  holds on Keras 3
  ✗ Keras 2: refuted – 3 epochs ran
  ? Keras 3: inconclusive – timeout after 60 s

Found 2 problems (1 error, 1 warning) in 1 file; 12 files checked.
Keras 2: 1 confirmed, 1 refuted.
Keras 3: 1 not reached, 1 inconclusive.
"""


def test_full() -> None:
    assert written("full", CARRIED, SPLIT) == FULL


def test_full_without_verdicts() -> None:
    lines = written("full", replace(SPLIT, verdicts=()), files=1).splitlines()
    assert lines[-4:] == [
        "  instead  Split the arrays yourself.",
        "  holds on Keras 3",
        "",
        "Found 1 problem (1 error) in 1 file; 1 file checked.",
    ]


def test_full_in_ascii() -> None:
    expected = FULL.translate(str.maketrans("│⋮━─✓✗–", "|:^-+x-"))
    expected = expected.replace('"époque 日本"', '"\\xe9poque \\u65e5\\u672c"')
    assert written("full", CARRIED, SPLIT, encoding="ascii") == expected


def test_nothing_found() -> None:
    assert written("full") == "No problems in 12 files.\n"
    assert written("full", files=1) == "No problems in 1 file.\n"


def test_severities_are_counted_apart() -> None:
    advice = replace(SPLIT, severity=Severity.ADVICE, verdicts=())
    elsewhere = replace(advice, site=replace(advice.site, path="other.py"))
    assert written("full", CARRIED, advice, elsewhere).splitlines()[-3] == (
        "Found 3 problems (1 warning, 2 pieces of advice) in 2 files; 12 files checked."
    )


ESCAPE = re.compile("\x1b\\[[0-9;]*m")


def test_colours_are_forced_and_suppressed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in written("full", CARRIED)
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = written("full", CARRIED, SPLIT)
    assert "\x1b[1;33m warning\x1b[0m" in coloured
    assert "\x1b[1;31m error\x1b[0m" in coloured
    assert "\x1b[32m✓ Keras 2: confirmed\x1b[0m" in coloured
    assert ESCAPE.sub("", coloured) == FULL
    monkeypatch.setenv("NO_COLOR", "1")
    assert written("full", CARRIED, SPLIT) == FULL


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_a_terminal_is_not_overrun(width: int) -> None:
    rows = in_terminal(CARRIED, SPLIT, width=width)
    header = f"{CARRIED.site} warning SRN301 {CARRIED.rule}"
    overrun = [row for row in rows if cell_len(row) > width]
    assert {*overrun} <= {header, f"{SPLIT.site} error SRN207 {SPLIT.rule}", *rows[-3:]}


def test_a_narrow_terminal() -> None:
    rows = in_terminal(CARRIED, width=50)
    assert rows[1:10] == [
        "  Nothing resets `model` between the epochs of",
        "  this loop.",
        "",
        "    7 │ model.add(LSTM(32, batch_input_shape=(bat…",
        "      │           ────────────────────────────────",
        "      │   this layer keeps its state",
        "    ⋮",
        "   10 │ for epoch in range(100):",
        ">  11 │     model.fit(x, y, epochs=1, shuffle=Fal…",
    ]
    assert "  – Keras 3: not reached – ValueError at" in rows
    assert "    train.py:7" in rows


def test_a_long_line_is_scrolled_to_the_place() -> None:
    Path("train.py").write_text(
        "x = [" + "1, " * 40 + "model.fit(x), " + "2, " * 40 + "]\n", encoding="utf-8"
    )
    far = replace(CARRIED, site=Site("train.py", None, 1, 126, 1, 138), related=(), verdicts=())
    rows = in_terminal(far, width=60)
    assert rows[3].startswith(">   1 │ …")
    assert rows[3].endswith("…")
    assert rows[3].index("model.fit(x)") == rows[4].index("━")
    assert rows[4].count("━") == len("model.fit(x)")


def test_a_tall_span_is_shortened() -> None:
    Path("train.py").write_text("fit(\n" + "    1,\n" * 30 + ")\n", encoding="utf-8")
    tall = replace(SPLIT, site=Site("train.py", None, 1, 1, 32, 2))
    rows = in_terminal(tall, width=80)
    assert [row[:5] for row in rows[3:10]] == [">   1", "     ", ">   2", ">   3", ">   4", "    ⋮", ">  32"]


def test_places_beyond_the_file_leave_no_frame() -> None:
    for site in (Site("train.py", None, 99, 1, 99, 5), Site("gone.py", None, 1, 1, 1, 5)):
        rows = in_terminal(replace(SPLIT, site=site), width=80)
        assert rows[1:4] == [
            "  `validation_split=0.3` leaves 699 and 301 rows.",
            "",
            "  why      " + SPLIT.why,
        ]


def test_nothing_in_the_code_moves_the_cursor() -> None:
    Path("train.py").write_text('fit("\x1b[2J", "a\u202eb")  # \x07\n', encoding="utf-8")
    sly = replace(
        SPLIT, site=Site("train.py", None, 1, 1, 1, 24), message="\x1b[31m`\x07`", why="[bold]:smile:[/bold]"
    )
    for name in ("full", "concise"):
        shown = written(name, sly)
        assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", shown)
        assert "\\x1b[31m" in shown
    assert "[bold]:smile:[/bold]" in written("full", sly)


def test_lines_are_those_of_python() -> None:
    Path("train.py").write_bytes(b"# -*- coding: latin-1 -*-\r\n'\xe9\x0c\x1c'\rfit()\r\n")
    rows = in_terminal(replace(SPLIT, site=Site("train.py", None, 3, 1, 3, 6)), width=80)
    assert rows[3:7] == [
        "    1 │ # -*- coding: latin-1 -*-",
        "    2 │ 'é\\x0c\\x1c'",
        ">   3 │ fit()",
        "      │ ━━━━━",
    ]


NOTEBOOK = {"cells": [{"source": "# Title"}, {"source": ["import keras\n", "model.fit(x)"]}]}
IN_NOTEBOOK = replace(SPLIT, site=Site("study.ipynb", 1, 2, 1, 2, 13), verdicts=())


def test_a_cell_of_a_notebook() -> None:
    Path("study.ipynb").write_text(json.dumps(NOTEBOOK), encoding="utf-8")
    rows = written("full", IN_NOTEBOOK).splitlines()
    assert rows[0] == "study.ipynb:cell 1:2:1 error SRN207 indivisible-validation-split"
    assert rows[3:6] == ["    1 │ import keras", ">   2 │ model.fit(x)", "      │ ━━━━━━━━━━━━"]
    assert written("concise", IN_NOTEBOOK).startswith("study.ipynb:cell 1:2:1: SRN207 `")
    column = json.dumps(NOTEBOOK).index("model.fit") + 1
    place = f"line=1,endLine=1,col={column},endColumn={column + 12}"
    assert written("github", IN_NOTEBOOK).startswith(
        f"::error file=study.ipynb,{place},title=SRN207 indivisible-validation-split (cell 1%2C line 2)::"
    )
    assert json.loads(written("json", IN_NOTEBOOK))[0]["cell"] == 1


def test_concise() -> None:
    torn = replace(SPLIT, message="one\n  two\ttwo", verdicts=())
    assert written("concise", CARRIED, torn) == (
        "train.py:11:2: SRN301 Nothing resets `model` between the epochs of this loop. "
        "[Keras 2: confirmed – state norm 0.83 enters batch 1 of epoch 2; "
        "Keras 3: not reached – ValueError at train.py:7]\n"
        "train.py:14:1: SRN207 one two two\n"
    )


def test_json() -> None:
    text = written("json", CARRIED)
    assert text.isascii()
    assert json.loads(text) == [
        {
            "path": "train.py",
            "cell": None,
            "line": 11,
            "column": 2,
            "end_line": 11,
            "end_column": 42,
            "code": "SRN301",
            "rule": "state-carried-across-epochs",
            "severity": "warning",
            "message": "Nothing resets `model` between the epochs of this loop.",
            "why": "The end of the series isn't followed by its start.",
            "instead": "Reset the states first:\n\n    model.reset_states()",
            "holds_on": [2, 3],
            "assumptions": ["`x` is the same in every epoch"],
            "related": [
                {
                    "path": related.site.path,
                    "cell": None,
                    "line": related.site.line,
                    "column": related.site.column,
                    "end_line": related.site.end_line,
                    "end_column": related.site.end_column,
                    "message": related.message,
                }
                for related in CARRIED.related
            ],
            "fix": None,
            "verdicts": [
                {
                    "keras": 2,
                    "status": "confirmed",
                    "evidence": "state norm 0.83 enters batch 1 of epoch 2",
                    "witness": None,
                },
                {
                    "keras": 3,
                    "status": "not reached",
                    "evidence": "ValueError at train.py:7",
                    "witness": None,
                },
            ],
        }
    ]
    assert written("json") == "[]\n"


def test_github() -> None:
    odd = replace(
        CARRIED, site=replace(CARRIED.site, path="a,b:c%.py"), message="100%\r\nsure: a, b", verdicts=()
    )
    advice = replace(SPLIT, severity=Severity.ADVICE, instead="")
    assert written("github", odd, advice).splitlines() == [
        "::warning file=a%2Cb%3Ac%25.py,line=11,endLine=11,col=2,endColumn=42,"
        "title=SRN301 state-carried-across-epochs::100%25%0D%0Asure: a, b"
        "%0AInstead: Reset the states first:%0A%0A    model.reset_states()",
        "::notice file=train.py,line=14,endLine=19,title=SRN207 indivisible-validation-split::"
        "`validation_split=0.3` leaves 699 and 301 rows."
        "%0AKeras 2: refuted – 3 epochs ran%0AKeras 3: inconclusive – timeout after 60 s",
    ]


@given(st.text())
def test_visible_text_stays_on_its_line(text: str) -> None:
    shown = one_line(text)
    assert shown.isprintable() or not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in shown)
    assert len(shown.splitlines()) <= 1
    shown.encode()
    assert visible(visible(text)) == visible(text)


@example(text="\naaaaaa\x1b\x1b\x1b\x1b", spans=[(2, 1, 1, 1), (2, 11, 1, 1)], width=30, signs=UNICODE)
@given(
    text=st.text(st.sampled_from("ab \t日\u0301\x1b\n"), max_size=120),
    spans=st.lists(st.tuples(*[st.integers(1, 12), st.integers(1, 90)] * 2), min_size=1, max_size=3),
    width=st.integers(30, 90),
    signs=st.sampled_from([UNICODE, ASCII]),
)
def test_a_frame_of_anything_keeps_to_its_width(
    text: str, spans: list[tuple[int, ...]], width: int, signs: Signs
) -> None:
    lines = text.split("\n")
    marks = [
        Mark(Site("a.py", None, line, column, line + more % 4, end), "what stands here", "", not number)
        for number, (line, column, more, end) in enumerate(spans)
    ]
    painted = [Text(expanded(line)) for line in lines]
    frame = Frame(lines, painted, marks, signs, width)
    assert all(row.cell_len <= width for row in frame.rows())


def test_a_cell_of_an_old_notebook() -> None:
    cells = [
        {"cell_type": "heading", "source": "a"},
        {"cell_type": "code", "input": ["import keras\n", "model.fit(x)"]},
    ]
    Path("study.ipynb").write_text(json.dumps({"worksheets": [{"cells": cells}]}), encoding="utf-8")
    assert ">   2 │ model.fit(x)" in written("full", IN_NOTEBOOK).split("\n")


def test_what_comes_from_no_file_is_shown() -> None:
    stream = io.StringIO()
    finding = replace(SPLIT, site=Site("<stdin>", None, 2, 1, 2, 13), related=(), verdicts=())
    report.write(Results([finding], 1, texts={"<stdin>": b"import keras\nmodel.fit(x)\n"}), "full", stream)
    assert ">   2 │ model.fit(x)" in stream.getvalue().split("\n")


@pytest.mark.parametrize(
    ("findings", "fragments", "line"),
    [
        ([], 0, "No problems in 2 files."),
        ([], 1, "No problems in 2 files; 1 fragment skipped."),
        ([SPLIT], 3, "Found 1 problem (1 error) in 1 file; 2 files checked; 3 fragments skipped."),
    ],
)
def test_the_closing_line_counts_fragments(findings: list[Finding], fragments: int, line: str) -> None:
    assert closing_line(Results(findings, 2, fragments)) == line
