"""The fixes of the fixture programs: what each leaves, and what real Keras says to the mended programs."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from statelint.confirm.harness import Job
from statelint.confirm.programs import Program
from statelint.discover import SourceFile
from statelint.engine import check_source
from statelint.findings import Edit, Finding, Fix, Severity, Status
from statelint.fixes.contents import mended
from statelint.fixes.passes import Mended, mend
from statelint.fixes.text import moved, touch
from statelint.rules import load
from statelint.selection import Selection
from statelint.settings import Settings
from statelint.sites import Site
from statelint.trace.recording import Recording
from tests.conftest import EVERY_GENERATION, Recordings, turn_of
from tests.programs import DOCUMENTS, FIXTURES, PAGES, ROOT, all_blocks, shown

KEYS = frozenset[tuple[str, Site]]


@dataclass(frozen=True, slots=True)
class Text:
    """A program by the name that its findings have; `about` is the rule that its folder or page is about."""

    name: str
    data: bytes
    about: str

    def findings(self, data: bytes | None = None) -> list[Finding]:
        rules = tuple(rule.code for rule in load() if rule.name == self.about)
        checked = check_source(
            self.name, self.data if data is None else data, Settings(Selection(extend=rules))
        )
        assert not checked.failures, checked.failures[0].error
        return checked.findings


FILES = tuple(Text(shown(path), path.read_bytes(), path.parent.name) for path in (*FIXTURES, *DOCUMENTS))
BLOCKS = tuple(
    Text(f"{page.stem}_{number}.py", code.encode(), page.stem)
    for page in PAGES
    for number, code in enumerate(all_blocks(page))
)
# Where nothing is found there is nothing to fix.
TEXTS = tuple(text for text in (*FILES, *BLOCKS) if b"expect:" in text.data)


PROGRAMS = tuple(text for text in TEXTS if text in FILES and text.name.endswith(".py"))


@cache
def fixable(text: Text) -> tuple[Finding, ...]:
    return tuple(finding for finding in text.findings() if finding.fix is not None)


def fix_of(finding: Finding) -> Fix:
    assert finding.fix is not None
    return finding.fix


def keys(findings: Sequence[Finding], edits: Sequence[Edit] = ()) -> KEYS:
    """The rules and the beginnings of the places of findings, once the edits are made."""
    sites = [(finding.code, moved(finding.site, edits)) for finding in findings]
    return frozenset((code, replace(site, end_line=0, end_column=0)) for code, site in sites)


def parses(name: str, data: bytes) -> None:
    if name.endswith(".py"):
        ast.parse(data)


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.name)
def test_each_fix_alone_removes_its_finding_and_brings_up_no_other(text: Text) -> None:
    before = text.findings()
    for finding in fixable(text):
        edits = fix_of(finding).edits
        assert edits and not any(touch(a.site, b.site) for a, b in itertools.combinations(edits, 2))
        data = mended(text.name, text.data, edits)
        parses(text.name, data)
        expected = keys(before, edits) - keys([finding], edits)
        assert keys(text.findings(data)) <= expected, data.decode()


@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.name)
def test_all_fixes_together_leave_nothing_to_fix(text: Text, unsafe: bool) -> None:
    result = all_fixed(text, unsafe)
    wanted = [finding for finding in fixable(text) if unsafe or fix_of(finding).safe]
    assert bool(result.changes) == bool(wanted)
    left = [finding for finding in result.remaining if finding.fix is not None]
    assert [finding for finding in left if unsafe or fix_of(finding).safe] == []
    if result.changes:
        (change,) = result.changes
        assert text.findings(change.after) == result.remaining
        again = all_fixed(replace(text, data=change.after), unsafe)
        assert again.changes == []


def test_the_table_of_fixes_is_up_to_date() -> None:
    """How many findings each rule has fixes for; what Keras says to them only a run can tell."""
    counted: dict[tuple[str, bool], int] = {}
    for text in PROGRAMS:
        for finding in all_fixed(text, True).fixed:
            key = finding.code, fix_of(finding).safe
            counted[key] = counted.get(key, 0) + 1
    table = (ROOT / "docs" / "fixes.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (SRN\d{3}) .*\| (\d+) \| (\d+) \| [^|]* \| [^|]* \|$", table, re.MULTILINE)
    shown = {(code, safe): int(n) for code, *ns in rows for safe, n in zip((True, False), ns, strict=True)}
    assert {key: n for key, n in shown.items() if n} == counted


@cache
def all_fixed(text: Text, unsafe: bool) -> Mended:
    """What comes of making all its fixes."""
    file = SourceFile(Path(text.name), text.name, text.data)
    return mend([file], lambda files: text.findings(files[0].read()), unsafe=unsafe)


def generations_of(text: Text, every: bool) -> set[int]:
    """The generations on which its mistakes show; without `every`, one of them, in turn."""
    held = {number for finding in all_fixed(text, True).fixed for number in finding.holds_on}
    return held if every else held & {turn_of(text.name)} or held


@pytest.fixture(scope="module")
def mended_runs(
    recordings: Recordings, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[Text, int], Job]:
    """The mended programs that the chosen tests ask for, all run, two at a time."""
    every = bool(request.config.getoption(EVERY_GENERATION))
    params = [spec.params for item in request.session.items if (spec := getattr(item, "callspec", None))]
    texts = [
        given["text"] for given in params if "generation" in given and isinstance(given.get("text"), Text)
    ]
    jobs = {}
    for text in dict.fromkeys(texts):
        for generation in filter(recordings.can_run, generations_of(text, every)):
            (change,) = all_fixed(text, True).changes
            path = tmp_path_factory.mktemp("mended") / Path(text.name).name
            path.write_bytes(change.after)
            jobs[text, generation] = Job(Program(path, text.name), generation)
    recordings.run_all(list(jobs.values()))
    return jobs


@pytest.mark.keras
@pytest.mark.parametrize("text", PROGRAMS, ids=lambda text: text.name)
def test_real_keras_refutes_what_was_fixed(
    text: Text, generation: int, recordings: Recordings, mended_runs: dict[tuple[Text, int], Job]
) -> None:
    job = mended_runs.get((text, generation))
    if job is None:
        pytest.skip("nothing was fixed for this generation, or it runs on the other one, in turn")
    ((_, recording),) = recordings.run_all([job])
    if not isinstance(recording, Recording):
        pytest.skip(recording.reason)
    result = all_fixed(text, True)
    rules = {rule.code: rule for rule in load()}
    verdicts = [
        (one.code, rules[one.code].judge(result.now(one), recording))
        for one in result.fixed
        if generation in one.holds_on and fix_of(one).safe
    ]
    # What can't be fixed may end the program before.
    crashes = any(one.severity is Severity.ERROR and generation in one.holds_on for one in result.remaining)
    allowed = {Status.REFUTED, *([Status.INCONCLUSIVE, Status.NOT_REACHED] if crashes else [])}
    left = [(code, v) for code, v in verdicts if v.status not in allowed]
    # No single run refutes a race; that this one was in order is what there is to see.
    assert [
        v for code, v in left if not (code == "SRN211" and v.evidence.endswith("in order this time"))
    ] == []
