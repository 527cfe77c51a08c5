"""What mending changes, as a unified diff."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.fixes.passes import Change

_CONTEXT = 3


def unified(change: Change) -> bytes:
    """The diff of one file, its lines as they are in the file."""
    import difflib

    # Bytes as characters of the same numbers: lines in any encoding stay what they are.
    before, after = (_lines(data.decode("latin-1")) for data in (change.before, change.after))
    path = change.file.shown.encode("utf-8", "surrogateescape").decode("latin-1")
    # What lies outside the working directory has no place in a repository's diff.
    old, new = (path, path) if path.startswith("/") else (f"a/{path}", f"b/{path}")
    rows = difflib.unified_diff(before, after, old, new, n=_CONTEXT)
    return "".join(_ended(rows)).encode("latin-1")


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + [line for line in lines[-1:] if line]


def _ended(rows: Iterator[str]) -> Iterator[str]:
    for row in rows:
        yield row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n"
