"""Which findings are asked for."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from statelint import cli
from statelint.engine import check_source
from statelint.findings import Severity
from statelint.selection import ADVICE, DEFAULT, EVERYTHING, Selection, UnknownRuleError, entries
from statelint.settings import Settings


@dataclass
class Rule:
    code: str
    name: str


RULES = (
    Rule("SRN001", "unreadable-source"),
    Rule("SRN301", "state-carried-across-epochs"),
    Rule("SRN306", "validation-leak"),
    Rule("SRN401", "single-step-window"),
)

BROKEN = b"from tensorflow.keras.layers import LSTM\nLSTM(4, stateful=True\n"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], ()),
        (["SRN301"], ("SRN301",)),
        (["srn301, SRN3", "SRN"], ("SRN301", "SRN3", "SRN")),
        (["validation-leak,Validation-Leak"], ("SRN306", "SRN306")),
        (["advice", "SRN40,"], (ADVICE, "SRN40")),
    ],
)
def test_entries(texts: list[str], expected: tuple[str, ...]) -> None:
    assert entries(texts, RULES) == expected


@pytest.mark.parametrize(
    ("text", "asked", "near"),
    [
        ("SRN301,SRN3O6", "SRN3O6", "SRN306"),
        ("unreadable", "unreadable", "unreadable-source"),
        ("validation-leaks", "validation-leaks", "validation-leak"),
        ("ADVISE", "ADVISE", "ADVICE"),
        ("S", "S", None),
        ("*", "*", None),
    ],
)
def test_an_entry_that_names_nothing(text: str, asked: str, near: str | None) -> None:
    with pytest.raises(UnknownRuleError) as raised:
        entries([text], RULES)
    assert (raised.value.asked, raised.value.near) == (asked, near)


@pytest.mark.parametrize(
    ("selection", "wanted"),
    [
        (DEFAULT, {"SRN001", "SRN301", "SRN306"}),
        (EVERYTHING, {"SRN001", "SRN301", "SRN306", "SRN401"}),
        (Selection(select=("SRN3",)), {"SRN301", "SRN306"}),
        (Selection(select=("SRN3",), ignore=("SRN306",)), {"SRN301"}),
        (Selection(select=("SRN306",), ignore=("SRN3",)), {"SRN306"}),
        (Selection(select=("SRN306",), ignore=("SRN306",)), set()),
        (Selection(select=()), set()),
        (Selection(select=(), extend=("SRN301",)), {"SRN301"}),
        (Selection(ignore=("SRN",)), set()),
        (Selection(ignore=("SRN3",)), {"SRN001"}),
        (Selection(ignore=("SRN3",), extend=("SRN301",)), {"SRN001", "SRN301"}),
        (Selection(select=(ADVICE,)), {"SRN401"}),
        (Selection(extend=(ADVICE,)), {"SRN001", "SRN301", "SRN306", "SRN401"}),
        (Selection(extend=("SRN401",)), {"SRN001", "SRN301", "SRN306", "SRN401"}),
        (Selection(select=("SRN4",), ignore=(ADVICE,)), {"SRN401"}),
        (Selection(extend=(ADVICE,), ignore=("SRN401",)), {"SRN001", "SRN301", "SRN306"}),
    ],
)
def test_wants(selection: Selection, wanted: set[str]) -> None:
    severities = {"SRN401": Severity.ADVICE, "SRN301": Severity.ERROR}
    found = {r.code for r in RULES if selection.wants(r.code, severities.get(r.code, Severity.WARNING))}
    assert found == wanted


def test_advice_that_is_proven_to_fail_is_wanted() -> None:
    assert DEFAULT.wants("SRN401", Severity.WARNING)
    assert not DEFAULT.wants("SRN301", Severity.ADVICE)


def test_the_engine_gives_what_is_asked_for() -> None:
    def codes(selection: Selection) -> list[str]:
        return [finding.code for finding in check_source("train.py", BROKEN, Settings(selection)).findings]

    assert codes(DEFAULT) == codes(Selection(select=("SRN001",))) == ["SRN001"]
    assert codes(Selection(select=("SRN301",))) == codes(Selection(ignore=("SRN0",))) == []


@pytest.mark.parametrize("option", ["--select", "--ignore", "--extend-select"])
def test_wrong_usage(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([option, "SRN301,state-carried-across-epoch"]) == 2
    assert capsys.readouterr() == (
        "",
        "statelint: no such rule: state-carried-across-epoch; did you mean state-carried-across-epochs?\n",
    )
