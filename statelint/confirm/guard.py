"""What a program is refused or spared within Python.

Like the recorder, which loads it, this runs in the user's own Python, 3.8 or later, with the standard library
alone.
"""

from __future__ import annotations

import builtins
import errno
import importlib.abc
import importlib.machinery
import os
import socket
import sys
import time
import types
from collections.abc import Callable, Sequence
from typing import Any

REFUSED_NETWORK = "the network is off while statelint runs a program"
LONGEST_SLEEP = 0.005
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# Which arguments of these audit events are paths that change.
CHANGED = {
    "os.chmod": (0,),
    "os.chown": (0,),
    "os.link": (1,),
    "os.mkdir": (0,),
    "os.remove": (0,),
    "os.removexattr": (0,),
    "os.rename": (0, 1),
    "os.rmdir": (0,),
    "os.setxattr": (0,),
    "os.symlink": (1,),
    "os.truncate": (0,),
    "os.utime": (0,),
    "sqlite3.connect": (0,),
}
RESOLVES = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
SENDS = ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind")


def spare() -> None:
    """Let nothing wait: not for an answer, for a sleep, or for somebody to close a window."""

    def refuse_input(prompt: object = "", /) -> str:
        raise EOFError("input() isn't answered while statelint runs a program")

    sleep = time.sleep

    def short_sleep(seconds: Any, /) -> None:
        sleep(min(seconds, LONGEST_SLEEP))

    builtins.input = refuse_input
    time.sleep = short_sleep
    os.environ["MPLBACKEND"] = "Agg"
    sys.meta_path.insert(0, Headless())


class Headless(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports matplotlib so that it draws nowhere, whatever backend the program asks for."""

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        if fullname != "matplotlib":
            return None
        sys.meta_path.remove(self)
        found = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if found is not None and found.loader is not None:
            self._loader = found.loader
            found.loader = self
        return found

    def create_module(self, spec: Any) -> types.ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: types.ModuleType) -> None:
        self._loader.exec_module(module)
        module.use = lambda *_, **__: None  # type: ignore[attr-defined]


class Guard:
    """An audit hook that refuses what namespaces don't keep from a program here.

    Writes outside of its folders, the network, signals to processes that aren't its own.  Code that isn't
    Python's, and programs that it starts, go past it.
    """

    def __init__(self, folders: Sequence[str], kept: frozenset[str]) -> None:
        self._folders = tuple(os.path.realpath(folder) + os.sep for folder in folders)
        self._process = os.getpid()
        self._checks: dict[str, Callable[[str, Any], None]] = {}
        if "files" not in kept:
            self._checks["open"] = self._open
            self._checks.update(dict.fromkeys(CHANGED, self._change))
        if "network" not in kept:
            self._checks.update(dict.fromkeys(RESOLVES, self._resolve))
            self._checks.update(dict.fromkeys(SENDS, self._send))
        if "processes" not in kept:
            self._checks["os.kill"] = self._signal
            self._checks["os.killpg"] = self._signal_group

    def __call__(self, event: str, arguments: Any) -> None:
        check = self._checks.get(event)
        if check is not None:
            check(event, arguments)

    def _open(self, event: str, arguments: Any) -> None:
        path, _, flags = arguments
        if flags & WRITES:
            self._write(path)

    def _change(self, event: str, arguments: Any) -> None:
        for position in CHANGED[event]:
            self._write(arguments[position])

    def _write(self, path: Any) -> None:
        if not isinstance(path, (str, bytes)) or path in ("", ":memory:", os.devnull):
            return  # a descriptor was opened by somebody
        name = os.fsdecode(path)
        # Of a link, the folder that it stands in counts too: it may be what changes.
        for real in (os.path.realpath(name), os.path.join(os.path.realpath(os.path.dirname(name)), "")):
            if not (real + os.sep).startswith(self._folders):
                raise OSError(errno.EROFS, "statelint lets a program write into its copy alone", name)

    def _resolve(self, event: str, arguments: Any) -> None:
        raise OSError(REFUSED_NETWORK)

    def _send(self, event: str, arguments: Any) -> None:
        if arguments[0].family != getattr(socket, "AF_UNIX", None):
            raise OSError(REFUSED_NETWORK)

    def _signal(self, event: str, arguments: Any) -> None:
        process = arguments[0]
        if process < 0:
            self._signal_group(event, (-process,))
        elif process and not self._is_below(process):
            raise PermissionError(f"process {process} isn't the program's")

    def _signal_group(self, event: str, arguments: Any) -> None:
        group = arguments[0]
        if group == 1 or (group and group != os.getpgrp() and not self._is_below(group)):
            raise PermissionError(f"process group {group} isn't the program's")

    def _is_below(self, process: int) -> bool:
        """Say whether a process is the program's or was started by it, as far as can be seen."""
        while process > 1:
            if process == self._process:
                return True
            try:
                with open(f"/proc/{process}/stat", "rb") as stat:
                    process = int(stat.read().rpartition(b")")[2].split()[1])
            except (OSError, ValueError):
                return False
        return False
