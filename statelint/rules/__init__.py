"""The rules, one module each."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from statelint.rules.base import Rule


@cache
def load() -> tuple[Rule, ...]:
    """All rules, ordered by code: every module of this package that defines one."""
    found: list[Rule] = []
    for module in pkgutil.iter_modules(__path__):
        for thing in vars(import_module(f"{__name__}.{module.name}")).values():
            if isinstance(thing, type) and issubclass(thing, Rule) and "code" in vars(thing):
                rule = thing()
                if all(known.code != rule.code for known in found):
                    found.append(rule)
    return tuple(sorted(found, key=lambda rule: rule.code))
