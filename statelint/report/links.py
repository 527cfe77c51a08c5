"""Where the pages of the rules can be read, and links to them in terminals."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TextIO

import statelint

# Where the documentation is published; None as long as it lies beside the program alone.
SITE: str | None = None

# Terminals that show a link where others show nothing of it, by a variable that they set.
_NAMED = {"TERM_PROGRAM": ("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio")}
_SET = ("WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "ALACRITTY_WINDOW_ID", "DOMTERM")
_VTE_WITH_LINKS = 5000


def address(rule: str) -> str | None:
    """The address of a rule's page on the web, for reports that travel."""
    return None if SITE is None else f"{SITE.rstrip('/')}/rules/{rule}/"


def near_address(rule: str) -> str | None:
    """The address of a rule's page for who reads it on this machine."""
    page = page_path(rule)
    return address(rule) or (None if page is None else page.as_uri())


def page_path(rule: str) -> Path | None:
    """The Markdown of a rule's page, in the installed package or in the checkout."""
    package = Path(statelint.__file__).parent
    pages = (folder / f"{rule}.md" for folder in (package / "pages", package.parent / "docs" / "rules"))
    return next((page for page in pages if page.is_file()), None)


def shows_links(stream: TextIO) -> bool:
    """Whether the stream is a terminal known to show links; FORCE_HYPERLINK decides where it is set."""
    if forced := os.environ.get("FORCE_HYPERLINK"):
        return forced != "0"
    if not stream.isatty() or os.environ.get("TERM") == "dumb" or os.environ.get("NO_COLOR"):
        return False
    if any(os.environ.get(name) in values for name, values in _NAMED.items()):
        return True
    vte = os.environ.get("VTE_VERSION", "")
    return any(os.environ.get(name) for name in _SET) or (vte.isdigit() and int(vte) >= _VTE_WITH_LINKS)


def linked(text: str, rule: str) -> str:
    """The text as a link to the rule's page, in the signs that such terminals obey."""
    target = near_address(rule)
    return text if target is None else f"\x1b]8;;{target}\x1b\\{text}\x1b]8;;\x1b\\"
