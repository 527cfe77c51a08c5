"""`match` statements: cases are decided where enough is known of the subject."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import libcst as cst

from statelint.interp import comparisons, expressions, kinds, loops
from statelint.interp.attributes import attribute, class_attribute
from statelint.interp.machine import Machine
from statelint.interp.objects import Class, DictRecord, Library, ListRecord, Tuple
from statelint.source.python import children
from statelint.values import NONE, Known, Reason, Ternary, Unknown, Value

Captures = dict[str, Value]


@dataclass(slots=True)
class Outcome:
    """Whether a pattern matches, and what it binds."""

    fact: Ternary
    captures: Captures = field(default_factory=dict)

    def also(self, other: Outcome) -> Outcome:
        return Outcome(self.fact.both(other.fact), {**self.captures, **other.captures})


_YES, _NO = Outcome(Ternary.YES), Outcome(Ternary.NO)


def follow(machine: Machine, node: cst.Match) -> None:
    """Follow a `match` statement: the first case that surely matches ends the search."""
    subject = expressions.evaluate(machine, node.subject)
    _cases(machine, node, subject, 0)


def _cases(machine: Machine, node: cst.Match, subject: Value, position: int) -> None:
    if position == len(node.cases):
        return
    case = node.cases[position]
    outcome = _matched(machine, case.pattern, subject)
    if outcome.fact is Ternary.NO:
        _cases(machine, node, subject, position + 1)
        return
    if case.guard is not None:
        _bind(machine, outcome)
        guard = comparisons.truth(machine, expressions.evaluate(machine, case.guard))
        outcome = Outcome(outcome.fact.both(guard), outcome.captures)
    if outcome.fact is Ternary.YES:
        _run(machine, case, outcome)
    elif outcome.fact is Ternary.NO:
        _cases(machine, node, subject, position + 1)
    else:
        key = ("case", subject.key, machine.site(case))
        machine.branch(
            key,
            [
                _arm(lambda: _run(machine, case, outcome)),
                _arm(lambda: _cases(machine, node, subject, position + 1)),
            ],
        )


def _arm(run: Callable[[], None]) -> Callable[[], Value]:
    def follow() -> Value:
        run()
        return NONE

    return follow


def _run(machine: Machine, case: cst.MatchCase, outcome: Outcome) -> None:
    from statelint.interp.statements import block

    _bind(machine, outcome)
    block(machine, case.body)


def _bind(machine: Machine, outcome: Outcome) -> None:
    machine.frame.update(outcome.captures)


def _matched(machine: Machine, pattern: cst.MatchPattern, subject: Value) -> Outcome:
    match pattern:
        case cst.MatchValue(value=value):
            other = expressions.evaluate(machine, value)
            return Outcome(comparisons.truth(machine, comparisons.equals(machine, subject, other)))
        case cst.MatchSingleton(value=singleton):
            return Outcome(comparisons.is_same(machine, subject, expressions.evaluate(machine, singleton)))
        case cst.MatchOr(patterns=elements):
            return _any(machine, [element.pattern for element in elements], subject)
        case cst.MatchAs(pattern=inner, name=name):
            outcome = _YES if inner is None else _matched(machine, inner, subject)
            return outcome if name is None else outcome.also(Outcome(Ternary.YES, {name.value: subject}))
        case cst.MatchList(patterns=parts) | cst.MatchTuple(patterns=parts):
            return _sequence(machine, parts, subject)
        case cst.MatchMapping() if pattern.rest is None:
            return _mapping(machine, pattern, subject)
        case cst.MatchClass():
            return _class(machine, pattern, subject)
    return _perhaps(machine, pattern)


def _perhaps(machine: Machine, pattern: cst.CSTNode) -> Outcome:
    """A match of which nothing is known."""
    captures = {name: machine.unknown(Reason.EXPRESSION, pattern) for name in _names(pattern)}
    return Outcome(Ternary.UNKNOWN, captures)


def _any(machine: Machine, patterns: Sequence[cst.MatchPattern], subject: Value) -> Outcome:
    fact = Ternary.NO
    for pattern in patterns:
        outcome = _matched(machine, pattern, subject)
        fact = fact.either(outcome.fact)
        if outcome.fact is Ternary.YES and not outcome.captures:
            return outcome
        if outcome.captures:
            return _perhaps(machine, cst.MatchOr([cst.MatchOrElement(p) for p in patterns]))
    return Outcome(fact)


def _sequence(machine: Machine, parts: Sequence[object], subject: Value) -> Outcome:
    whole = cst.MatchList(tuple(parts))  # type: ignore[arg-type]
    if isinstance(subject, Unknown) or any(not isinstance(part, cst.MatchSequenceElement) for part in parts):
        return _perhaps(machine, whole)
    is_sequence = isinstance(subject, Known) and (
        isinstance(subject.value, Tuple) or isinstance(machine.record(subject), ListRecord)
    )
    found = loops.items(loops.iterate(machine, subject)) if is_sequence else None
    if found is None:
        return _perhaps(machine, whole)
    if len(found) != len(parts):
        return _NO
    outcome = _YES
    for part, item in zip(parts, found, strict=True):
        outcome = outcome.also(_matched(machine, part.value, item))  # type: ignore[attr-defined]
    return outcome


def _mapping(machine: Machine, pattern: cst.MatchMapping, subject: Value) -> Outcome:
    record = machine.record(subject)
    if not isinstance(record, DictRecord):
        return _perhaps(machine, pattern)
    outcome = _YES
    for element in pattern.elements:
        key = expressions.evaluate(machine, element.key)
        if isinstance(key, Known) and key.value in record.items:
            outcome = outcome.also(_matched(machine, element.pattern, record.items[key.value]))
        elif isinstance(key, Known) and record.complete:
            return _NO
        else:
            return _perhaps(machine, pattern)
    return outcome


def _class(machine: Machine, pattern: cst.MatchClass, subject: Value) -> Outcome:
    kind = expressions.evaluate(machine, pattern.cls)
    if not isinstance(subject, Known):
        return _perhaps(machine, pattern)
    outcome = Outcome(kinds.is_a(machine, subject, kind))
    is_plain = isinstance(kind, Known) and isinstance(kind.value, Library)
    for position, element in enumerate(pattern.patterns):
        part: Value | None = subject if is_plain and position == 0 else None
        if isinstance(kind, Known) and isinstance(kind.value, Class):
            part = _by_position(machine, kind.value, subject, position)
        if part is None:
            return _perhaps(machine, pattern)
        outcome = outcome.also(_matched(machine, element.value, part))
    for keyword in pattern.kwds:
        if outcome.fact is Ternary.YES:
            part = attribute(machine, subject, keyword.key.value)
            outcome = outcome.also(_matched(machine, keyword.pattern, part))
        elif outcome.fact is Ternary.UNKNOWN:
            return _perhaps(machine, pattern)
    return outcome


def _by_position(machine: Machine, class_: Class, subject: Value, position: int) -> Value | None:
    """The attribute that a class pattern's positional part looks at."""
    from statelint.interp import fields

    names = [f.name for f in fields.fields_of(machine, class_)] if fields.has_fields(class_) else []
    told = class_attribute(machine, class_, "__match_args__")
    if told is not None or position >= len(names):
        return None
    return attribute(machine, subject, names[position])


def _names(pattern: cst.CSTNode) -> list[str]:
    """The names that a pattern binds."""
    names: list[str] = []
    if isinstance(pattern, cst.MatchAs | cst.MatchStar) and pattern.name is not None:
        names.append(pattern.name.value)
    if isinstance(pattern, cst.MatchMapping) and pattern.rest is not None:
        names.append(pattern.rest.value)
    for child in children(pattern):
        if type(child).__name__.startswith("Match"):
            names.extend(_names(child))
    return names
