"""Which findings are asked for: by code, by the beginning of a code, by a rule's name, or all advice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from statelint.findings import Severity

ADVICE = "ADVICE"
# The severity; starting must stay cheap.
_ADVICE = "advice"

_PREFIX = re.compile(r"SRN\d{0,3}")


class Named(Protocol):
    """What a rule is called."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...


class UnknownRuleError(Exception):
    """`asked` names no rule; `near` is the code, name or word most like it (None: nothing is)."""

    def __init__(self, asked: str, near: str | None) -> None:
        super().__init__(asked)
        self.asked, self.near = asked, near


@dataclass(frozen=True, slots=True)
class Selection:
    """The findings that are wanted.

    An entry is a code, the beginning of one, or ADVICE.  `select` says what to begin with (None:
    everything but advice), `extend` adds to it, `ignore` takes away.  Of entries that disagree the
    longest decides, and of equals `ignore`.  What `never` speaks of isn't wanted, whatever else is said.
    """

    select: tuple[str, ...] | None = None
    extend: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    never: tuple[str, ...] = ()

    def wants(self, code: str, severity: Severity) -> bool:
        """Whether a finding of this rule and severity is asked for."""
        if _strongest(self.never, code, severity) >= 0:
            return False
        is_default = self.select is None and severity != _ADVICE
        wanted = _strongest((*(self.select or ()), *self.extend), code, severity)
        return max(wanted, 0 if is_default else -1) > _strongest(self.ignore, code, severity)


DEFAULT = Selection()
EVERYTHING = Selection(select=("SRN",))


def entries(texts: Iterable[str], rules: Sequence[Named]) -> tuple[str, ...]:
    """The entries in comma-separated texts, names turned into codes; raises UnknownRuleError."""
    parts = (part.strip() for text in texts for part in text.split(","))
    return tuple(_entry(part, rules) for part in parts if part)


def _entry(asked: str, rules: Sequence[Named]) -> str:
    upper, lower = asked.upper(), asked.lower()
    if upper == ADVICE:
        return ADVICE
    for rule in rules:
        if rule.name == lower:
            return rule.code
    if _PREFIX.fullmatch(upper) and any(rule.code.startswith(upper) for rule in rules):
        return upper
    words = {word.lower(): word for rule in rules for word in (rule.code, rule.name)}
    words[ADVICE.lower()] = ADVICE
    from difflib import get_close_matches

    near = get_close_matches(lower, words, n=1)
    raise UnknownRuleError(asked, words[near[0]] if near else None)


def _strongest(chosen: Sequence[str], code: str, severity: Severity) -> int:
    """The weight of the strongest entry that speaks of the finding, -1 where none does."""
    weights = [len(entry) for entry in chosen if code.startswith(entry)]
    if ADVICE in chosen and severity == _ADVICE:
        weights.append(1)
    return max(weights, default=-1)
