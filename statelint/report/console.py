"""The rich console that a report is printed to."""

from __future__ import annotations

import os
import shutil
from typing import TextIO

from rich.console import Console

# A pipe's lines are never wrapped.
UNLIMITED = 10**6


def console_for(stream: TextIO) -> Console:
    """A console as wide as the terminal; in colour there, unless NO_COLOR or FORCE_COLOR says otherwise."""
    terminal = stream.isatty()
    forced = os.environ.get("FORCE_COLOR", "") not in ("", "0")
    colours = not os.environ.get("NO_COLOR") and (forced or (terminal and os.environ.get("TERM") != "dumb"))
    return Console(
        file=stream,
        width=shutil.get_terminal_size().columns if terminal else UNLIMITED,
        height=25,  # without it rich takes a dumb terminal for 80 columns wide, whatever `width` says
        force_terminal=colours,
        color_system=("standard" if forced else "auto") if colours else None,
        no_color=not colours,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
    )
