"""Where something stands: a finding about a reset, an argument."""

from __future__ import annotations

from statelint.findings import Related
from statelint.sites import Site
from statelint.trace.story import Call, Reset


def placed(reset: Reset, stack: tuple[Site, ...]) -> tuple[Site, tuple[Related, ...]]:
    """The place of a reset as seen from calls `stack`: a helper's call there, with the reset itself
    related.
    """
    if reset.context.hook or len(reset.context.stack) <= len(stack):
        return reset.site, ()
    return reset.context.stack[len(stack)], (Related(reset.site, "the reset itself"),)


def given_at(call: Call, name: str) -> Site | None:
    """Where a call is given an argument; None where it isn't."""
    found = call.arguments.get(name)
    return None if found is None else found.site
