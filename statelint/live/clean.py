"""`assert_state_is_clean()`: the rules' oracles, asked of a recording."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from textwrap import fill

from statelint.findings import Finding, Related, Status
from statelint.live.recording import Record, imported_generations
from statelint.live.suspects import Suspect, suspects
from statelint.live.view import placed
from statelint.rules import load
from statelint.rules.base import Rule
from statelint.selection import Selection, UnknownRuleError, entries
from statelint.sites import Site
from statelint.trace.recording import Place, Recording

WIDTH = 100


def assert_state_is_clean(
    recording: Record | Recording,
    *,
    select: str | Iterable[str] | None = None,
    ignore: str | Iterable[str] = (),
) -> None:
    """Raise AssertionError where a recording shows a mistake with state, or nothing at all.

    `select` and `ignore` take codes, their beginnings, names and ADVICE, as the command line does.
    """
    told = recording.recording if isinstance(recording, Record) else recording
    selection = chosen(select, ignore)
    if not told.batches:
        others = [generation for generation in imported_generations() if generation != told.keras]
        hint = "".join(f"; is it record(keras={generation}) that you mean?" for generation in others)
        raise AssertionError(
            f"nothing was recorded: no batch went through a stateful model of Keras {told.version}{hint}"
        )
    found = list(mistakes(told, selection))
    if found:
        count = "a mistake" if len(found) == 1 else f"{len(found)} mistakes"
        head = f"the recording on Keras {told.version} shows {count} with state:"
        raise AssertionError("\n\n".join([head, *map(shown, found)]))


def chosen(select: str | Iterable[str] | None, ignore: str | Iterable[str]) -> Selection:
    """The selection that the options ask for; raises ValueError for what names no rule."""
    try:
        return Selection(
            select=None if select is None else entries(_texts(select), load()),
            ignore=entries(_texts(ignore), load()),
        )
    except UnknownRuleError as error:
        near = f": did you mean {error.near}?" if error.near else ""
        raise ValueError(f"no rule is called {error.asked!r}{near}") from error


def mistakes(
    recording: Recording, selection: Selection, seen: set[tuple[str, Place]] | None = None
) -> Iterator[Finding]:
    """The findings that the recording confirms, one for each rule and place that isn't in `seen` yet."""
    seen = set() if seen is None else seen
    recording = placed(recording)
    for suspect in suspects(recording):
        rule = _rules()[suspect.code]
        if (suspect.code, suspect.place) in seen or not selection.wants(rule.code, rule.severity):
            continue
        finding = finding_of(suspect, recording.keras)
        verdict = rule.judge(finding, replace(recording, calls=suspect.calls))
        if verdict.status is Status.CONFIRMED:
            seen.add((suspect.code, suspect.place))
            yield replace(finding, verdicts=(verdict,))


def shown(finding: Finding) -> str:
    """A finding with its evidence, as text of several lines."""
    parts = (
        ("measured", "; ".join(verdict.evidence for verdict in finding.verdicts)),
        ("why", finding.why),
        ("instead", finding.instead),
    )
    where = f"{finding.site.path}:{finding.site.line}"
    lines = [f"{where} {finding.code} {finding.rule}", _filled("  ", finding.message)]
    return "\n".join(lines + [_filled(f"  {name:8} ", text) for name, text in parts])


def _filled(start: str, text: str) -> str:
    return fill(text, WIDTH, initial_indent=start, subsequent_indent=" " * len(start))


@cache
def _rules() -> dict[str, Rule]:
    return {rule.code: rule for rule in load()}


def finding_of(suspect: Suspect, keras: int) -> Finding:
    """The finding that the rule's static half might have made of it."""
    rule = _rules()[suspect.code]
    return Finding(
        code=rule.code,
        rule=rule.name,
        severity=rule.severity,
        site=_site(suspect.place),
        message=suspect.message,
        why=rule.why,
        instead=suspect.instead,
        holds_on=(keras,),
        related=tuple(Related(_site(place), "") for place in suspect.related),
    )


def _site(place: Place) -> Site:
    return Site(place.path, place.cell, place.line, 1, place.line, 1)


def _texts(given: str | Iterable[str]) -> list[str]:
    return [given] if isinstance(given, str) else list(given)
