"""Regenerates what the README shows: `python docs/make_picture.py`, with the `confirm` extra installed.

It writes the README's example, what statelint prints of it, and docs/terminal.svg. With `--text`
it leaves the picture alone, which needs Keras.
"""

from __future__ import annotations

import io
import os
import re
import sys
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.text import Text

from statelint.discover import discover
from statelint.engine import check_files
from statelint.report import Results, full

ROOT = Path(__file__).parents[1]
EXAMPLE = "docs/example/train.py"
WIDTH = 96


def main() -> int:
    os.chdir(ROOT)
    readme = Path("README.md")
    readme.write_text(filled(readme.read_text(encoding="utf-8")), encoding="utf-8")
    if "--text" not in sys.argv:
        Path("docs/terminal.svg").write_text(picture(), encoding="utf-8")
    return 0


def filled(readme: str) -> str:
    """The README's text with the example, and what statelint says of it, as they are now."""
    files = discover([EXAMPLE]).files
    console = terminal(colours=None)
    full.print_to(console, Results(check_files(files, None).findings, len(files)))
    output = console.export_text()
    for kind, text in ("example", Path(EXAMPLE).read_text(encoding="utf-8")), ("output", output):
        start, end = re.escape(f"<!-- {kind}: "), "```\n"
        before, fence, after = re.split(rf"({start}.* -->\n```\w+\n)", readme)
        readme = before + fence + text + end + after.partition(end)[2]
    return readme


def picture() -> str:
    """The SVG of a run with `--confirm` over the example."""
    from statelint.confirm.judge import confirm

    files = discover([EXAMPLE]).files
    findings = confirm(check_files(files, None).findings, files, None, 120, lambda message: None)
    console = terminal(colours="standard")
    console.print(Text.assemble(("$ ", "bold green"), f"statelint --confirm {EXAMPLE}\n"))
    full.print_to(console, Results(findings, len(files)))
    svg = console.export_svg(title="statelint")
    # A page that shows the picture loads no fonts for it.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code", "ui-monospace, Menlo, Consolas, DejaVu Sans Mono")


def terminal(colours: Literal["standard"] | None) -> Console:
    return Console(
        file=io.StringIO(),
        record=True,
        width=WIDTH,
        force_terminal=True,
        color_system=colours,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
    )


if __name__ == "__main__":
    sys.exit(main())
