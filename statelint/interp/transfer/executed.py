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
    bound = None
    if isinstance(code, Known) and isinstance(code.value, str):
        bound = frozenset(_bound(code.value))
    frame = machine.state.names(machine.root_frame)
    for known, value in list(frame.items()):
        is_library = isinstance(value, Known) and isinstance(value.value, Library | Module)
        if known in bound if bound is not None else not is_library:
            frame[known] = machine.unknown(Reason.EXECUTED)
    machine.emit(Opaque(arguments.site, machine.context, None, Reason.EXECUTED))
    return NONE


def _bound(code: str) -> Iterator[str]:
    """The names that stand where code binds names; more rather than less."""
    for target in (*_TARGETS.findall(code), *_NAMED.findall(code)):
        yield from _WORD.findall(target)


TRANSFERS: dict[str, Transfer] = {"builtins.exec": _exec}
