"""`exec`: code that isn't followed, in the program's own namespace."""

from __future__ import annotations

import re
from collections.abc import Iterator

from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, Library, Module
from statelint.interp.transfer import Transfer
from statelint.trace.story import Opaque
from statelint.values import NONE, Known, Reason, Value

_TARGETS = re.compile(r"^\(?([^=#\n(]*?)[-+*/%@&|^]*=(?!=)", re.MULTILINE)
_NAMED = re.compile(r"\b(?:def|class|for|as|import|global|del)[ \t]+([\w \t,]+)")
_WORD = re.compile(r"[^\W\d]\w*")


def _exec(machine: Machine, name: str, arguments: Arguments) -> Value:
    """Any model may be changed, and the names that the code can bind are unknown from here on."""
    code = arguments.get(0, "source")
    frame = machine.state.names(machine.root_frame)
    if isinstance(code, Known) and isinstance(code.value, str):
        bound = list(_bound(code.value))
    else:
        bound = [known for known, value in frame.items() if not _is_library(value)]
    for known in bound:
        frame[known] = machine.unknown(Reason.EXECUTED)
    machine.emit(Opaque(arguments.site, machine.context, None, Reason.EXECUTED))
    return NONE


def _is_library(value: Value) -> bool:
    return isinstance(value, Known) and isinstance(value.value, Library | Module)


def _bound(code: str) -> Iterator[str]:
    """The names that stand where code binds names; more rather than less."""
    for target in (*_TARGETS.findall(code), *_NAMED.findall(code)):
        yield from _WORD.findall(target)


TRANSFERS: dict[str, Transfer] = {"builtins.exec": _exec}
