"""Putting a mended file in the place of the old one: as a whole, or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from statelint.fixes.contents import UnwritableError


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Write a file's new contents, where it still holds the old ones; a link's target is what is written.

    Mode and owner stay.  Raises UnwritableError, and leaves the file as it is, where it may not be written.
    """
    try:
        target = path.resolve()
        status = target.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UnwritableError("it is no plain file")
        if not status.st_mode & 0o222 or not os.access(target, os.W_OK):
            raise UnwritableError("it is read-only")
        handle, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=target.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(after)
                stream.flush()
                os.fsync(stream.fileno())
            with suppress(OSError):
                os.chown(temporary, status.st_uid, status.st_gid)
            temporary.chmod(stat.S_IMODE(status.st_mode))
            if target.read_bytes() != before:
                raise UnwritableError("it has changed since it was read")
            temporary.replace(target)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        raise UnwritableError(error.strerror or str(error)) from None
