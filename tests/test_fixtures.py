"""The fixture programs and the rules' pages: what is found in them, and what real Keras says to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from statelint.confirm import judge
from statelint.discover import SourceFile
from statelint.engine import check_files, check_source
from statelint.findings import Finding, Related, Severity, Status
from statelint.interp.program import follow
from statelint.live.clean import mistakes
from statelint.rules import load
from statelint.rules.base import Rule
from statelint.selection import DEFAULT, Selection
from statelint.settings import Settings
from statelint.sites import Site
from statelint.source.python import Source, read
from statelint.trace.recording import Recording
from statelint.trace.story import Call, Made, Reset
from tests.conftest import ROOT, Recordings
from tests.programs import (
    DOCUMENTS,
    FIXTURES,
    PAGES,
    Expected,
    all_blocks,
    blocks,
    expectations,
    expected_of,
    shown,
)

# Good fixtures in which an oracle measures what its rule leaves alone on purpose.
MEANT = {
    "reset-every-batch/good_whole_record_per_batch.py": "each batch is a whole record",
    "state-carried-into-inference/good_generation.py": "each step of the generation continues the one before",
    "validation-leak/good_split_of_lanes.py": "the validation continues the training series",
    "validation-leak/good_validation_continues.py": "the validation continues the training series",
    "validation-leak/good_windows_end_to_end.py": "the validation continues the training series",
}

# Good fixtures in which a recording by itself looks wrong, because it doesn't tell what the data are.
UNTOLD = {"independent-samples/good_cleared_for_each_batch.py": {"SRN303"}}


def asked_for(name: str) -> Settings:
    """What everybody gets, and the rule of this name where it is advice."""
    return Settings(Selection(extend=tuple(rule.code for rule in load() if rule.name == name)))


@cache
def findings(path: Path) -> tuple[Finding, ...]:
    checked = check_source(shown(path), path.read_bytes(), asked_for(path.parent.name))
    assert not checked.failures, checked.failures[0].error
    return tuple(checked.findings)


def found(code: str, page: Path) -> list[Expected]:
    file = SourceFile(Path("/nowhere/page.py"), "page.py", code.encode(), asked_for(page.stem))
    checked = check_files([file])
    assert not checked.failures, checked.failures[0].error
    return sorted(map(Expected.of, checked.findings))


@pytest.mark.parametrize("path", FIXTURES, ids=shown)
def test_fixture_has_the_findings_it_expects(path: Path) -> None:
    assert sorted(map(Expected.of, findings(path))) == expectations(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=shown)
def test_document_has_the_findings_it_expects(path: Path) -> None:
    expected = expected_of(path)
    assert sorted(map(Expected.of, findings(path))) == expected
    assert bool(expected) == path.name.startswith("bad_")


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_bad_example_of_a_page_has_its_one_finding(page: Path) -> None:
    programs = blocks(page, "Bad")
    assert programs
    for program in programs:
        expected = expectations(program)
        assert found(program, page) == expected
        assert [e.code for e in expected] == [code_of(page)]


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_good_example_of_a_page_has_none(page: Path) -> None:
    programs = blocks(page, "Good")
    assert programs
    for program in programs:
        assert found(program, page) == []


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_every_program_on_a_page_has_what_it_expects(page: Path) -> None:
    for program in all_blocks(page):
        assert found(program, page) == expectations(program)


def code_of(page: Path) -> str:
    title = re.match(r"# ([a-z0-9-]+) \((SRN\d{3})\)\n", page.read_text(encoding="utf-8"))
    assert title and title[1] == page.stem
    return title[2]


def test_every_rule_has_its_page_and_fixtures() -> None:
    pages = {page.stem: code_of(page) for page in PAGES}
    for rule in load():
        assert pages[rule.name] == rule.code
        own = [path for path in FIXTURES if path.parent.name == rule.name]
        assert {path.name.partition("_")[0] for path in own} == {"bad", "good"}


@pytest.mark.keras
@pytest.mark.parametrize("path", [path for path in FIXTURES if expectations(path.read_text())], ids=shown)
def test_findings_are_confirmed(
    path: Path, generation: int, recordings: Recordings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judge, "Harness", lambda *_, **__: recordings)
    concerned = [f for f in findings(path) if generation in f.holds_on]
    judged = judge.confirm(concerned, [SourceFile(path, shown(path))], (generation,), 40, lambda *_: None)
    for evidence in (v.evidence for f in judged for v in f.verdicts):
        if evidence.endswith("backend isn't installed"):
            pytest.skip(evidence)
    open_or_refuted = [
        f"{f.code} at line {f.site.line}: {v.status}: {v.evidence}"
        for f in judged
        for v in f.verdicts
        if v.status is not Status.CONFIRMED
    ]
    assert open_or_refuted == []
    # A file that can't be read has no story to judge.
    assert all(f.verdicts for f in judged if f.code != "SRN001")


@pytest.mark.keras
@pytest.mark.parametrize("path", [path for path in FIXTURES if path.name.startswith("good_")], ids=shown)
def test_oracle_confirms_nothing_in_its_good_fixtures(
    path: Path, generation: int, recordings: Recordings
) -> None:
    rule = next(rule for rule in load() if rule.name == path.parent.name)
    recording = recordings.of(path, generation)
    confirmed = [
        f"line {site.line}: {verdict.evidence}"
        for site in candidates(path, recording)
        if (verdict := rule.judge(alleged(rule, site), recording)).status is Status.CONFIRMED
    ]
    assert bool(confirmed) == (f"{path.parent.name}/{path.name}" in MEANT), confirmed


@pytest.mark.keras
@pytest.mark.parametrize("path", [path for path in FIXTURES if path.name.startswith("good_")], ids=shown)
def test_recording_of_a_good_fixture_shows_no_mistake(
    path: Path, generation: int, recordings: Recordings
) -> None:
    """What `assert_state_is_clean` says where there is no code to read."""
    found = {finding.code for finding in mistakes(recordings.of(path, generation), DEFAULT)}
    assert found == UNTOLD.get(f"{path.parent.name}/{path.name}", set())


@pytest.mark.keras
def test_a_race_that_ended_well_refutes_nothing(generation: int, recordings: Recordings) -> None:
    path = ROOT / "fixtures/unordered-dataset/good_parallel_calls.py"
    recording = recordings.of(path, generation)
    (rule,) = [rule for rule in load() if rule.name == path.parent.name]
    verdicts = [rule.judge(alleged(rule, site), recording) for site in candidates(path, recording)]
    told = [verdict for verdict in verdicts if "in order" in verdict.evidence]
    assert told and {verdict.status for verdict in told} == {Status.INCONCLUSIVE}


@pytest.mark.keras
@pytest.mark.parametrize("path", FIXTURES, ids=shown)
def test_oracles_judge_every_program(path: Path, generation: int, recordings: Recordings) -> None:
    """Whatever a recording holds, an oracle has an answer, and it names its evidence."""
    recording = recordings.of(path, generation)
    sites = list(candidates(path, recording))
    for rule in load():
        for site in sites:
            verdict = rule.judge(alleged(rule, site), recording)
            assert verdict.keras == generation and verdict.evidence


def alleged(rule: Rule, site: Site) -> Finding:
    """A finding of a rule at a place, the place itself being what else it speaks of."""
    return Finding(
        code=rule.code,
        rule=rule.name,
        severity=Severity.WARNING,
        site=site,
        message="",
        why="",
        instead="",
        holds_on=(2, 3),
        related=(Related(site, ""),),
    )


def candidates(path: Path, recording: Recording) -> Iterator[Site]:
    """The places of which a finding could speak: recorded calls and resets, layers, calls and resets read."""
    lines = {run.places[0].line for run in recording.calls if run.places}
    lines |= {run.places[0].line for run in recording.resets if run.places}
    source = read(shown(path), path.read_bytes())
    if isinstance(source, Source):
        for story in follow(source, recording.keras).stories:
            lines |= {e.site.line for e in story.events if isinstance(e, Call | Made | Reset)}
    for line in sorted(lines):
        yield Site(shown(path), None, line, 1, line, 1)
