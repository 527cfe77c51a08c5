"""Progress bars: a loop draws from them what they are given."""

from __future__ import annotations

import re

from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments
from statelint.interp.transfer import Transfer
from statelint.values import Reason, Unknown, Value

TQDM = (
    *("tqdm", "tqdm.auto", "tqdm.autonotebook", "tqdm.notebook", "tqdm.rich", "tqdm.std"),
    *("tqdm._tqdm", "tqdm._tqdm_notebook", "tqdm.asyncio"),
)
_WRAPPERS = (
    *(f"{module}.{name}" for module in TQDM for name in ("tqdm", "tqdm_notebook")),
    *("rich.progress.track", "alive_progress.alive_it", "fastprogress.fastprogress.progress_bar"),
    *("fastprogress.progress_bar", "fastprogress.master_bar", "fastprogress.fastprogress.master_bar"),
    *("progressbar.progressbar", "pyprind.prog_bar", "pyprind.prog_percent", "ipypb.track"),
)
# What a library or a project calls what makes one: `create_progress_bar(message)`, `ProgressBar()`.
_NAME = re.compile(r"progress_?bar$", re.IGNORECASE)
_BAR = "progress bar"


def _wrapped(machine: Machine, name: str, arguments: Arguments) -> Value:
    """tqdm(iterable) and its like."""
    value = arguments.get(0, "iterable")
    return value if value is not None else machine.unknown(Reason.LIBRARY_CALL)


def made(machine: Machine, name: str) -> Value | None:
    """A progress bar of which no more is known than how it is called that makes it; None for all else."""
    if not _NAME.search(name):
        return None
    return machine.unknown(Reason.LIBRARY_CALL, None, (_BAR, machine.fresh_id()))


def drawn(callee: Unknown, arguments: Arguments) -> Value | None:
    """What `bar(iterable)` draws, where that is a progress bar."""
    is_bar = isinstance(callee.key, tuple) and callee.key[0] == _BAR
    return arguments.get(0, "iterable") if is_bar and not arguments.open else None


TRANSFERS: dict[str, Transfer] = dict.fromkeys(_WRAPPERS, _wrapped)
