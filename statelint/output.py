"""Where the report goes: standard output, or a file."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from statelint.messages import UsageError


@contextmanager
def output(path: str | None) -> Iterator[TextIO]:
    """Standard output, or the file at `path`, which is there as a whole or as it was before."""
    if path is None:
        yield sys.stdout
        return
    target = os.path.realpath(path)
    plain = os.path.isfile(target) or not os.path.exists(target)
    # What is no plain file (a pipe, /dev/null) can't be replaced.
    written = f"{target}.{os.getpid()}.tmp" if plain else target
    try:
        stream = open(written, "x" if plain else "w", encoding="utf-8")  # noqa: SIM115
    except OSError as error:
        raise UsageError(f"can't write {path}: {error.strerror}") from None
    try:
        with stream:
            yield stream
        if plain:
            os.replace(written, target)
    except BaseException:
        if plain:
            with suppress(OSError):
                os.unlink(written)
        raise


def write_bytes(data: bytes, stream: TextIO) -> None:
    """Write what may be in any encoding."""
    if isinstance(stream, io.TextIOWrapper):
        stream.flush()
        stream.buffer.write(data)
    else:
        stream.write(data.decode("utf-8", "backslashreplace"))


def abandon_output() -> None:
    """The reader (`| head`) has seen enough; Python would complain when it flushes at exit."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
