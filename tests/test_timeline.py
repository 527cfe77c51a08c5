"""The timeline of a recorded story: what it says, and how it is drawn."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from statelint import cli
from statelint.cli import after
from statelint.confirm import judge, watch
from statelint.confirm.harness import Harness
from statelint.discover import discover
from statelint.engine import check_files
from statelint.findings import Finding, Severity, Status, Verdict
from statelint.report import Results, full, html
from statelint.report.timeline import Kind, timeline
from statelint.report.timeline_text import ASCII, UNICODE, compact, rows
from statelint.settings import Settings
from statelint.sites import Site
from statelint.trace.recording import (
    BatchRun,
    CallRun,
    ModelSeen,
    Outcome,
    Place,
    Recording,
    ResetRun,
    Span,
    StateProbe,
)
from tests.conftest import Recordings
from tests.programs import ROOT

FINISHED = Outcome("finished", None, None, (), None, None)
ROWS = 3


def call(index: int, name: str, line: int) -> CallRun:
    places = (Place("train.py", line),)
    return CallRun(index, name, 0, places, "array", "d", 12, ROWS, 1, None, None, None, True)


def batches(norms: Sequence[tuple[int, str, int | None, float]]) -> tuple[BatchRun, ...]:
    """A batch for each (call, phase, epoch, entering norm); a norm above zero was left by the one before."""
    made: list[BatchRun] = []
    for index, (of, phase, epoch, norm) in enumerate(norms):
        before = made[-1] if made else None
        same = before is not None and (before.call, before.phase, before.epoch) == (of, phase, epoch)
        number = before.batch + 1 if same and before is not None else 0
        ids = tuple(range(number * ROWS, number * ROWS + ROWS))
        made.append(
            BatchRun(
                index,
                of,
                0,
                phase,
                epoch,
                number,
                ROWS,
                ids,
                None,
                StateProbe(norm, "", ROWS),
                None,
                "carried" if norm else "zero",
                index - 1 if norm else None,
                True,
            )
        )
    return tuple(made)


def story(norms: Sequence[tuple[int, str, int | None, float]], *calls: CallRun) -> Recording:
    models = (ModelSeen(0, "sequential", ("lstm",), ()),)
    return Recording(3, "3.5.0", "tensorflow", models, calls, batches(norms), (), FINISHED, (), ())


FIT = [(0, phase, epoch, norm) for epoch, start in ((0, 0.0), (1, 0.5)) for phase, norm in (
    ("train", start), ("train", 0.2), ("train", 0.4), ("validation", 0.6), ("validation", 0.8)
)]  # fmt: skip
LEAKING = story(
    [*FIT, (1, "predict", None, 1.0), (1, "predict", None, 0.9)], call(0, "fit", 7), call(1, "predict", 9)
)


def texts(recording: Recording, width: int) -> list[str]:
    return [row.plain for row in rows(recording, width, UNICODE)]


def test_the_passes_and_what_is_carried_into_them() -> None:
    drawn = timeline(LEAKING)
    assert [band.titles[-1] for band in drawn.bands] == ["epoch 1", "valid.", "epoch 2", "valid.", "predict"]
    assert [c.first for c in drawn.bands[0].columns] == [1, 2, 3]
    assert [c.level for c in drawn.bands[0].columns] == [0, 2, 3]
    assert drawn.notes[0] == "validation, line 7: starts from the state (norm 0.6) that fit, epoch 1 left"
    assert drawn.notes[-1] == "predict, line 9: starts from the state (norm 1) that validation left"
    assert drawn.kinds == (Kind.CARRIED,)


def test_text() -> None:
    assert texts(LEAKING, 80) == TEXT.splitlines()


TEXT = """\
          fit, epoch 1 │ valid.   │ fit, epoch 2 │ valid.   │ predict
batch        1   2   3 │    1   2 │    1   2   3 │    1   2 │    1   2
state        0 ▂▂▂ ▃▃▃ │  ▅▅▅ ▆▆▆ │  ▄▄▄ ▂▂▂ ▃▃▃ │  ▅▅▅ ▆▆▆ │  ███ ▇▇▇
norm         0 0.2 0.4 │  0.6 0.8 │  0.5 0.2 0.4 │  0.6 0.8 │    1 0.9
marks                  │    !     │    !         │    !     │    !
slot 0       0   3   6 │    0   3 │    0   3   6 │    0   3 │    0   3
slot 1       1   4   7 │    1   4 │    1   4   7 │    1   4 │    1   4
slot 2       2   5   8 │    2   5 │    2   5   8 │    2   5 │    2   5

state: norm of what enters the batch, 0 zero, ▁ to █ up to 1; ! starts from the
state of another pass; slot: the row of the data that it holds
- validation, line 7: starts from the state (norm 0.6) that fit, epoch 1 left
- fit, epoch 2, line 7: starts from the state (norm 0.5) that validation left
- validation, line 7: starts from the state (norm 0.6) that fit, epoch 2 left
- predict, line 9: starts from the state (norm 1) that validation left
"""


def test_compact() -> None:
    assert [row.plain for row in compact(LEAKING, 80, UNICODE)] == [
        "       epoch 1 │ valid. │ epoch 2 │ valid. │ predict",
        "state  0▂▃     │ ▅▆     │ ▄▂▃     │ ▅▆     │ █▇",
        "marks          │ !      │ !       │ !      │ !",
        "       ! state of another pass",
    ]


def test_compact_shows_the_passes_of_a_finding_and_those_before() -> None:
    first, *_ = compact(LEAKING, 80, UNICODE, [Site("train.py", None, 9, 1, 9, 5)])
    assert first.plain.split() == ["valid.", "│", "predict"]


@pytest.mark.parametrize("width", [30, 60, 80, 120])
@pytest.mark.parametrize("length", [1, 5, 6, 7, 100])
def test_no_row_is_wider_than_the_terminal(width: int, length: int) -> None:
    norms = [(n, "train", None, 12345.0 * n) for n in range(30) for _ in range(length)]
    recording = story(norms, *(call(n, "fit", 100) for n in range(30)))
    for signs in (UNICODE, ASCII):
        drawn = [*rows(recording, width, signs), *compact(recording, width, signs)]
        assert max(row.cell_len for row in drawn) <= width
    assert "18 passes are left out" in " ".join(" ".join(texts(recording, width)).split())


def test_a_long_pass_is_cut_in_the_middle_and_keeps_its_marks() -> None:
    long = story([(0, "train", None, float(n)) for n in range(20)], call(0, "fit", 1))
    reset = ResetRun(0, "model", None, (Place("train.py", 5),), "on_train_batch_end", 9, 1.0)
    (band,) = timeline(replace(long, resets=(reset,))).bands
    assert [column.first for column in band.columns] == [1, 2, 3, 4, 5, 19, 20]
    gap = band.columns[4]
    assert gap.hidden == 14
    assert [mark.text for mark in gap.marks] == ["reset in on_train_batch_end, line 5"]


def test_a_crash_and_a_jump() -> None:
    fit = story([(0, "train", None, n / 2) for n in range(3)], call(0, "fit", 4))
    spans = [Span(0, 0, 5), Span(0, 5, 5), Span(0, 12, 5)]
    torn = tuple(replace(batch, span=span) for batch, span in zip(fit.batches, spans, strict=True))
    raised = Outcome("raised", "ValueError", "bad\x1b[31m rows", (Place("train.py", 4),), 0, 2)
    drawn = timeline(replace(fit, batches=torn, outcome=raised))
    assert [mark.kind for mark in drawn.bands[0].columns[2].marks] == [Kind.CRASH, Kind.JUMP]
    assert drawn.notes == (r"ValueError: bad\x1b[31m rows at line 4", "fit: a slot skips 2 steps")


def test_steps_in_a_loop_are_one_pass() -> None:
    norms = [(n, "train", None, n / 4) for n in range(4)]
    drawn = timeline(story(norms, *(call(n, "train_on_batch", 8) for n in range(4))))
    assert [band.titles for band in drawn.bands] == [("train_on_batch, line 8", "train_on_batch", "steps")]


def test_a_run_without_batches() -> None:
    outcome = replace(FINISHED, status="timeout")
    assert texts(replace(story([]), outcome=outcome), 60) == [
        "No batch went through a model with stateful layers.",
        "- time ran out",
    ]
    assert compact(story([]), 60, UNICODE) == []


def test_a_state_that_is_no_number_is_unknown() -> None:
    norms = [(0, "train", None, norm) for norm in (0.0, 1.0, float("nan"), float("inf"))]
    (band,) = timeline(story(norms, call(0, "fit", 1))).bands
    assert [column.level for column in band.columns] == [0, 8, None, None]


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_finding_shows_what_was_measured(encoding: str) -> None:
    verdict = Verdict(3, Status.CONFIRMED, "it leaks", LEAKING)
    site = Site("train.py", None, 9, 1, 9, 5)
    finding = Finding("SRN304", "r", Severity.WARNING, site, "m", "w", "i", (3,), verdicts=(verdict,))
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    full.write(Results([finding], 1), stream)
    stream.seek(0)
    shown = stream.read()
    assert ("    state  ▅▆     │ █▇" if encoding == "utf-8" else "    state  56     | 87") in shown
    refused = replace(verdict, status=Status.NOT_REACHED)
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    full.write(Results([replace(finding, verdicts=(refused,))], 1), stream)
    stream.seek(0)
    assert "state  " not in stream.read()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "name their files, not folders"),
        (["--format", "json", "a.py"], "--timeline goes with --format full or html"),
        (["--confirm", "a.py"], "--timeline goes with --format full or html"),
    ],
)
def test_wrong_usage(options: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--timeline", *options]) == 2
    assert message in capsys.readouterr().err


def page(*findings: Finding, encoding: str = "utf-8") -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    html.write(Results(findings, 1), stream)
    stream.seek(0)
    return stream.read()


class Page(HTMLParser):
    """The elements that are open, and those that were never closed as they were opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_page_stands_alone_and_escapes_what_users_write(encoding: str) -> None:
    evil = "<script>alert(1)</script> & \x00"
    outcome = Outcome("raised", "ValueError", evil, (Place("train.py", 9),), 1, 11)
    recording = replace(LEAKING, outcome=outcome)
    verdict = Verdict(3, Status.CONFIRMED, evil, recording)
    site = Site("<b>.py", None, 9, 1, 9, 5)
    finding = Finding("SRN304", "r", Severity.WARNING, site, evil, evil, evil, (3,), verdicts=(verdict,))
    shown = page(finding, finding, encoding=encoding)
    assert shown == page(finding, finding, encoding=encoding)
    parsed = Page()
    parsed.feed(shown)
    parsed.close()
    assert parsed.open == []
    assert "script" not in parsed.seen
    assert "link" not in parsed.seen
    assert "\x00" not in shown
    (drawing,) = re.findall(r"<svg.*?</svg>", shown, re.DOTALL)
    root = ElementTree.fromstring(drawing)
    titles = [title.text or "" for title in root.iter("{http://www.w3.org/2000/svg}title")]
    assert "predict, line 9: starts from the state (norm 1) that validation left" in titles
    assert any(title.startswith("ValueError: <script>") for title in titles)
    assert "https://" not in shown
    assert shown.count("http://") == shown.count('xmlns="http://www.w3.org/2000/svg"') == 1


def test_a_page_without_findings() -> None:
    assert "No problems in 1 file." in page()


def test_the_output_goes_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.py").write_text("x = 1\n", encoding="utf-8")
    target = tmp_path / "report.html"
    target.write_text("old", encoding="utf-8")
    assert cli.main(["--format", "html", "--output-file", str(target), str(tmp_path / "gone.py")]) == 2
    assert target.read_text(encoding="utf-8") == "old"
    assert cli.main(["--format", "html", "--output-file", str(target), str(tmp_path / "a.py")]) == 0
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.py", "report.html"]
    capsys.readouterr()
    assert cli.main(["--output-file", str(tmp_path / "no" / "r.txt"), str(tmp_path / "a.py")]) == 2
    assert capsys.readouterr() == (
        "",
        f"statelint: can't write {tmp_path}/no/r.txt: No such file or directory\n",
    )
    assert cli.main(["--output-file", str(tmp_path), str(tmp_path / "a.py")]) == 2
    assert "Is a directory" in capsys.readouterr().err


@pytest.mark.keras
def test_a_program_on_real_keras(capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(__file__).parents[1] / "fixtures" / "validation-leak" / "bad_epoch_begin_callback.py"
    assert cli.main(["--timeline", str(path)]) == 0
    shown = capsys.readouterr().out
    assert f"{path} on Keras" in shown
    assert "validation, line 36: starts from the state" in shown


@pytest.mark.keras
def test_the_mended_program_stands_beside(
    generation: int, harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = discover([str(ROOT / "fixtures/validation-leak/bad_epoch_begin_callback.py")]).files
    files = [replace(file, settings=Settings(keras=(generation,))) for file in files]
    shared = Recordings(harness, (generation,))
    monkeypatch.setattr(judge, "Harness", lambda *_, **__: shared)
    monkeypatch.setattr(after, "Harness", lambda *_, **__: shared)
    found = check_files(files).findings
    judged = judge.confirm(found, files, (generation,), 40, lambda *_: None)
    (finding,) = after.with_mended_runs(judged, files, 40, lambda *_: None, sys.executable, 1)
    (verdict,) = finding.verdicts
    assert verdict.recording is not None
    assert verdict.mended is not None
    assert verdict.mended.fixes
    assert marks_in(verdict.recording) == {Kind.CARRIED, Kind.RESET}
    assert marks_in(verdict.mended.recording) == {Kind.RESET}
    shown = page(finding)
    assert shown.count("<svg") == 2
    assert "After the fix" in shown
    assert 'class="lane q0"' in shown


@pytest.mark.keras
def test_notebooks_and_texts_are_drawn(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = Recordings(harness, (3,))
    monkeypatch.setattr(watch, "Harness", lambda *_, **__: shared)
    notebook = str(ROOT / "fixtures/notebooks/bad_epochs_across_cells.ipynb")
    text = str(ROOT / "fixtures/markdown/bad_two_stories.md")
    runs = watch.watch([notebook, text], (3,), 40, lambda *_: None)
    assert [path for path, _ in runs] == [notebook, text, text]
    for _, run in runs:
        assert isinstance(run, Recording), run
        assert run.batches
    first = runs[0][1]
    assert isinstance(first, Recording)
    assert all(call.places[0].cell is not None for call in first.calls)


def marks_in(recording: Recording) -> set[Kind]:
    return set(timeline(recording).kinds)
