"""What checking files found, kept from run to run.

A result is found again by what it was made of: this version of statelint, Python, the file and what was set
for it.  Whatever else was asked about files on the way (where an import leads, what stands in a module, what
the dependency files pin) is kept beside it with the answers, and asked again; where one answer is different
now, the result doesn't count.
"""

from __future__ import annotations

import io
import os
import pickle
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from statelint import __version__
from statelint.discover import SourceFile, contents
from statelint.engine import Checked
from statelint.sites import Site

if TYPE_CHECKING:
    from statelint.source.project import Answer, Project, Question

# When the folder holds more, the results that were not used for longest go until half of it is left.
MAX_BYTES = 64 << 20
_DAY = 86_400
_CHECKSUM = 16
# What a result is made of; nothing else is read back, whatever a file says.
_KINDS = {("statelint.findings", name) for name in ("Edit", "Finding", "Fix", "Related", "Severity")} | {
    ("statelint.sites", "Site"),
    ("statelint.values", "Reason"),
}


def default_folder() -> str | None:
    """Where the user's programs keep what they can do without; None where that isn't known."""
    chosen = os.environ.get("STATELINT_CACHE_DIR")
    if chosen:
        return chosen
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "statelint") if base and os.path.isabs(base) else None


class Cache:
    """The results in a folder.  What can't be read there is not there, and what can't be written is lost."""

    def __init__(self, folder: str) -> None:
        self._folder = os.path.join(os.path.abspath(folder), "results")
        start = repr((_fingerprint(), sys.version, os.getcwd()))
        self._start = blake2b(start.encode(), digest_size=_CHECKSUM).digest()

    def recall(self, file: SourceFile, used: Iterable[Site], project: Project) -> Checked | None:
        """What came of a file, where all that it depends on is as it was.

        `used` are those of its definitions that others use.
        """
        project.asked = None
        try:
            kept = _load(contents(self._path(file, file.read(), used)))
        except OSError:
            return None
        if kept is None:
            return None
        asked, findings, fragments, elsewhere, cut, uses = kept
        if any(project.answer(question) != answer for question, answer in asked):
            return None
        return Checked(
            list(findings), fragments=fragments, elsewhere=set(elsewhere), cut=set(cut), used=set(uses)
        )

    def keep(
        self,
        file: SourceFile,
        data: bytes,
        used: Iterable[Site],
        outcome: Checked,
        asked: Mapping[Question, Answer],
    ) -> None:
        """Keep what came of a file with these bytes."""
        uses = [site for site in outcome.used if site.path != file.shown]
        result = (
            list(asked.items()),
            outcome.findings,
            outcome.fragments,
            list(outcome.elsewhere),
            list(outcome.cut),
            uses,
        )
        body = pickle.dumps(result, protocol=pickle.HIGHEST_PROTOCOL)
        with suppress(OSError):
            _write(self._path(file, data, used), blake2b(body, digest_size=_CHECKSUM).digest() + body)

    def _path(self, file: SourceFile, data: bytes, used: Iterable[Site]) -> str:
        known = sorted(map(str, used))
        made_of = repr((file.shown, str(file.place), file.settings.keras, known)).encode()
        key = blake2b(self._start, digest_size=20)
        # Two texts that follow each other can be parted in two ways, two digests in one.
        key.update(blake2b(made_of).digest())
        key.update(data)
        name = key.hexdigest()
        return os.path.join(self._folder, name[:2], name[2:])

    def tidy(self) -> None:
        """Keep the folder from growing without end; this looks into it once a day."""
        stamp = os.path.join(self._folder, "tidied")
        with suppress(OSError):
            if time.time() - os.stat(stamp).st_mtime < _DAY:
                return
        with suppress(OSError):
            _write(stamp, b"")
            _shrink(self._folder, MAX_BYTES)


def _load(kept: bytes) -> Any:
    """What was kept, None where it isn't what was written."""
    body = kept[_CHECKSUM:]
    if blake2b(body, digest_size=_CHECKSUM).digest() != kept[:_CHECKSUM]:
        return None
    try:
        return _Reader(io.BytesIO(body)).load()
    except (pickle.UnpicklingError, AttributeError, EOFError, IndexError, TypeError, ValueError):
        return None


class _Reader(pickle.Unpickler):
    """Reads results and nothing else: what a pickle names otherwise isn't made."""

    def find_class(self, module_name: str, global_name: str) -> Any:
        if (module_name, global_name) not in _KINDS:
            raise pickle.UnpicklingError(f"{module_name}.{global_name}")
        return super().find_class(module_name, global_name)


def _write(path: str, data: bytes) -> None:
    """Write a file that is there as a whole or not at all, whoever else writes it."""
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    written = f"{path}.{os.getpid()}.tmp"
    try:
        with open(written, "wb") as stream:
            stream.write(data)
        os.replace(written, path)
    except OSError:
        with suppress(OSError):
            os.unlink(written)
        raise


def _shrink(folder: str, limit: int) -> None:
    found = []
    for inner, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(inner, name)
            with suppress(OSError):
                status = os.stat(path)
                found.append((max(status.st_atime, status.st_mtime), status.st_size, path))
    total = sum(size for _, size, _ in found)
    if total <= limit:
        return
    for _, size, path in sorted(found):
        if total <= limit // 2:
            return
        with suppress(OSError):
            os.unlink(path)
            total -= size


def _fingerprint() -> tuple[object, ...]:
    """This version of statelint and of the parser, edited or not."""
    from importlib.util import find_spec

    own = os.path.dirname(__file__)
    parser = find_spec("libcst")
    origins = [own, *(os.path.dirname(parser.origin) for _ in "x" if parser and parser.origin)]
    stamps = [_stamps(own, deep=True), *(_stamps(origin, deep=False) for origin in origins[1:])]
    return (__version__, origins, stamps)


def _stamps(folder: str, *, deep: bool) -> list[tuple[str, int, int]]:
    """Name, size and time of each source file."""
    stamps = []
    with os.scandir(folder) as listing:
        for entry in sorted(listing, key=lambda entry: entry.name):
            if entry.name.endswith((".py", ".pyi", ".so", ".pyd")):
                status = entry.stat()
                stamps.append((entry.name, status.st_size, status.st_mtime_ns))
            elif deep and entry.name != "__pycache__" and entry.is_dir():
                stamps += _stamps(entry.path, deep=True)
    return stamps
