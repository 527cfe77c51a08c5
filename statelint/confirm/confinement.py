"""The child's bounds: resource limits, and on Linux namespaces of its own.

Like the recorder, which loads it, this runs in the user's own Python, 3.8 or later, with the standard library
alone.  What namespaces would keep from a program, `guard` refuses within Python where there are none.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import pwd
import resource
import shutil
import signal
import sys
import tempfile
from typing import Any

NEW_MOUNTS, NEW_IPC, NEW_USER, NEW_PIDS, NEW_NETWORK = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
BIND, RECURSIVE, PRIVATE = 1 << 12, 1 << 14, 1 << 18
MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE, READ_ONLY = 442, -100, 0x8000, 1
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 24, 38
# What root keeps: to open, own and change files, to become another user, and to signal its own processes.
KEPT_CAPABILITIES = frozenset(range(8))  # CHOWN … SETUID
VERSION_3 = 0x20080522
ALL = frozenset({"network", "processes", "files"})
MAX_OUTPUT = 1 << 20
MAX_THREADS = 2000


class CappedOutput(io.RawIOBase):
    """A file descriptor that swallows everything after its first megabyte."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._left = descriptor, MAX_OUTPUT

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def write(self, data: Any) -> int:
        view = bytes(data)
        if self._left > 0:
            self._left -= os.write(self._descriptor, view[: self._left])
        return len(view)


def confine(
    run: str, limits: dict[str, Any], environment: dict[str, str], out: str, cwd: str
) -> frozenset[str]:
    """Shut this process off: own session, limits, no stdin, output into capped files, namespaces.

    `run` is the folder that the program may write into.  Returns what namespaces keep apart, of "network",
    "processes" and "files", in the process that shall run the program: it isn't the one that called.
    """
    os.setsid()
    limit(limits)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")  # where memory runs out, the system shall end this process and no other one
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        opened = os.open(f"{out}.{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        os.dup2(opened, descriptor)
        os.close(opened)
    kept = separate(run) if limits["namespaces"] else frozenset()
    if not kept:
        die_with_parent()
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0)))
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        capped = io.BufferedWriter(CappedOutput(descriptor))
        setattr(sys, name, io.TextIOWrapper(capped, "utf-8", "replace", line_buffering=True))
    vars(sys).update(__stdin__=sys.stdin, __stdout__=sys.stdout, __stderr__=sys.stderr)
    os.environ.update(environment)
    tempfile.tempdir = None  # found anew, from the environment
    os.chdir(cwd)
    return kept


def limit(limits: dict[str, Any]) -> None:
    """Set what the system itself limits."""
    megabyte = 1 << 20
    for kind, amount in (
        (resource.RLIMIT_DATA, limits["memory_mb"] * megabyte),
        (resource.RLIMIT_FSIZE, limits["file_mb"] * megabyte),
        (resource.RLIMIT_NOFILE, limits["open_files"]),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        value = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(kind, (value, value))
    seconds = int(limits["seconds"] * 2) + 10
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))  # first a signal, then the end
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write beyond it raises OSError


def die_with_parent() -> None:
    if sys.platform == "linux":
        libc().prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


# ---------------------------------------------------------------------------------------------------
# Namespaces


def separate(run: str) -> frozenset[str]:
    """Move into namespaces of our own, and return what they keep apart; empty where that isn't allowed.

    Only children are born into a new namespace of processes; the first of them reaps the others and feels
    no signal of theirs.  So this returns in a grandchild, and the two processes above it hand on how it ends.
    """
    if sys.platform != "linux" or not unshare():
        return frozenset()
    die_with_parent()  # after that: a change of credentials forgets it
    kept = {"network", "processes"}
    with contextlib.suppress(OSError):
        separate_files(run)
        kept.add("files")
    become_first()
    os.setsid()
    drop_capabilities()
    return frozenset(kept)


def available() -> list[str]:
    """What namespaces can keep apart on this system; tried out in a child."""
    if not hasattr(os, "fork"):
        return []
    run = tempfile.mkdtemp(prefix="statelint-")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os.write(writing, " ".join(sorted(separate(run))).encode())
        os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as answer:
        kept = answer.read().split()
    os.waitpid(child, 0)
    shutil.rmtree(run, ignore_errors=True)
    return kept


def unshare() -> bool:
    """Unshare all namespaces that we need, as root or in a namespace of users."""
    needed = NEW_MOUNTS | NEW_IPC | NEW_PIDS | NEW_NETWORK
    user, group = os.geteuid(), os.getegid()
    function = getattr(libc(), "unshare", None)
    if function is None:
        return False
    if function(needed) == 0:
        return True
    if function(needed | NEW_USER) != 0:
        return False
    resource.setrlimit(resource.RLIMIT_NPROC, (MAX_THREADS, MAX_THREADS))  # of these namespaces alone
    with contextlib.suppress(OSError):
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{user} {user} 1"),
            ("gid_map", f"{group} {group} 1"),
        ):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    return True


def separate_files(run: str) -> None:
    """Make all files read-only but those in `run`; what is written to /tmp and at home goes elsewhere.

    Programs often write there.  They may, as they do to the copy, and it is gone with them.
    """
    scratch = os.path.join(run, "scratch")
    os.makedirs(scratch, exist_ok=True)
    mount(None, "/", None, RECURSIVE | PRIVATE)
    mount(run, run, None, BIND)
    mount("tmpfs", scratch, "tmpfs", data="size=512m,mode=700")
    set_read_only("/", recursive=True)  # where the system can't, nothing is lost yet
    for place in (run, scratch):
        set_read_only(place, recursive=False, on=False)
    here = os.open(run, os.O_RDONLY)
    os.chdir(scratch)
    for number, place in enumerate(written_by_many()):
        with contextlib.suppress(OSError):
            overlay(place, number)
    mount(f"/proc/self/fd/{here}", run, None, BIND)  # an overlay may lie over it
    os.close(here)
    with contextlib.suppress(OSError):
        mount("tmpfs", "/dev/shm", "tmpfs", data="size=512m,mode=1777")
    os.chdir("/")


def written_by_many() -> list[str]:
    """The folders that programs write into by an absolute path, outer ones first."""
    places = ["/tmp", "/var/tmp"]
    with contextlib.suppress(KeyError):
        places.append(pwd.getpwuid(os.geteuid()).pw_dir)
    real = sorted({os.path.realpath(place) for place in places})
    inner = [place for place in real if any(place.startswith(outer + os.sep) for outer in real)]
    return [place for place in real if os.path.isdir(place) and place != "/" and place not in inner]


def overlay(place: str, number: int) -> None:
    """Let writes to a folder go to the current one instead."""
    upper, work = f"upper{number}", f"work{number}"
    for name in (upper, work):
        os.mkdir(name)
    os.chmod(upper, os.stat(place).st_mode & 0o7777)
    layers = f"lowerdir={place},upperdir={upper},workdir={work}"
    try:
        mount("overlay", place, "overlay", data=layers)
    except OSError:
        mount("overlay", place, "overlay", data=f"{layers},userxattr")


def become_first() -> None:
    """Fork into the namespace of processes, and once more; return in the grandchild."""
    reading, writing = os.pipe()
    first = os.fork()
    if first:
        os.close(writing)
        with open(reading, "rb") as told:
            status = told.read()
        os.waitpid(first, 0)
        end_as(int(status or 70 << 8))
    os.close(reading)
    die_with_parent()
    with contextlib.suppress(OSError):
        mount("proc", "/proc", "proc")  # the other one would tell of processes that aren't here
    program = os.fork()
    while program:
        ended, status_now = os.waitpid(-1, 0)
        if ended == program:
            os.write(writing, str(status_now).encode())
            os._exit(0)
    os.close(writing)
    die_with_parent()


def end_as(status: int) -> None:
    """End this process as another one did."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        with contextlib.suppress(OSError):
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(os.WEXITSTATUS(status))


def mount(source: str | None, place: str, kind: str | None, flags: int = 0, data: str | None = None) -> None:
    def encoded(text: str | None) -> bytes | None:
        return None if text is None else os.fsencode(text)

    check(libc().mount(encoded(source), encoded(place), encoded(kind), ctypes.c_ulong(flags), encoded(data)))


class MountAttributes(ctypes.Structure):
    """Linux's struct mount_attr."""

    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "users")]


def set_read_only(place: str, *, recursive: bool, on: bool = True) -> None:
    wanted = MountAttributes(READ_ONLY if on else 0, 0 if on else READ_ONLY, 0, 0)
    size = ctypes.sizeof(wanted)
    flags = AT_RECURSIVE if recursive else 0
    check(libc().syscall(MOUNT_SETATTR, AT_FDCWD, os.fsencode(place), flags, ctypes.byref(wanted), size))


def drop_capabilities() -> None:
    """Give up what root could undo this with, and what programs it starts could."""
    library = libc()
    library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for capability in range(64):
        if capability not in KEPT_CAPABILITIES:
            library.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(VERSION_3, 0)
    kept = sum(1 << capability for capability in KEPT_CAPABILITIES)
    now = (ctypes.c_uint32 * 6)()
    check(library.capget(header, now))
    # The low halves of effective, permitted and inheritable, then the high ones.
    check(library.capset(header, (ctypes.c_uint32 * 6)(now[0] & kept, now[1] & kept, 0, 0, 0, 0)))


def libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)


def check(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
