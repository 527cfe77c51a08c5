"""What is said on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from statelint.confirm.harness import Progress
    from statelint.engine import Failure


class UsageError(Exception):
    """What the user asked for can't be done; its arguments are the messages."""


def complain(message: str) -> None:
    from statelint.report.visible import one_line

    with suppress(BrokenPipeError):
        sys.stderr.write(f"statelint: {one_line(message)}\n")
        sys.stderr.flush()


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar on stderr where that is a terminal, otherwise a line for each program that was run."""
    if not sys.stderr.isatty():
        yield lambda message, done, known: complain(f"{message} ({done} of {known})")
        return
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.text import Text

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting Keras", total=None)

        def advance(message: str, done: int, known: int) -> None:
            bar.update(task, description=Text(message).markup, completed=done, total=known)

        yield advance


def failed(failure: Failure) -> str:
    """The failure in one line: of its traceback, the innermost place."""
    *traced, raised = failure.error.strip().splitlines() or [""]
    places = [line.strip() for line in traced if line.lstrip().startswith("File ")]
    rule = f" in {failure.rule}" if failure.rule else ""
    return f"{failure.shown}: internal error{rule}: {raised}" + (f" ({places[-1]})" if places else "")


def described(error: Exception) -> str:
    """The exception and the innermost place in the code where it rose."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    place = ""
    if traceback is not None:
        code = traceback.tb_frame.f_code
        place = f" ({os.path.basename(code.co_filename)}:{traceback.tb_lineno} in {code.co_name})"
    return f"{type(error).__name__}: {error}{place}"
