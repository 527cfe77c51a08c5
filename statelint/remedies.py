"""What would mend a program, in the words of its story: rules name a remedy, `fixes` makes edits of it."""

from __future__ import annotations

from dataclasses import dataclass

from statelint.sites import Site


@dataclass(frozen=True, slots=True)
class PassArgument:
    """Give the call at a place the keyword argument `name=value`; `given` is where it has one now."""

    at: Site
    name: str
    value: str
    given: Site | None = None
    safe: bool = True


Remedy = PassArgument
