"""Regenerates what the README shows: `python docs/make_picture.py`, with the `confirm` extra installed.

It writes docs/terminal.svg, the README's example and its output. `--text` leaves the picture
alone, which alone needs Keras.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

from statelint.confirm.judge import confirm
from statelint.discover import discover
from statelint.engine import check_files
from statelint.report import Results, full

ROOT = Path(__file__).parents[1]
EXAMPLE = "docs/example/train.py"
WIDTH = 96


def main() -> int:
    os.chdir(ROOT)
    write_readme()
    if "--text" not in sys.argv:
        Path("docs/terminal.svg").write_text(picture(), encoding="utf-8")
    return 0


def write_readme() -> None:
    readme = Path("README.md")
    readme.write_text(filled(readme.read_text(encoding="utf-8")), encoding="utf-8")


def filled(readme: str) -> str:
    """The README's text with the example and what statelint says of it, as it is now."""
    ended = subprocess.run(
        [sys.executable, "-m", "statelint", EXAMPLE],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"},
        check=False,
    )
    if ended.returncode != 1:
        raise SystemExit(f"{EXAMPLE}: {ended.stdout}{ended.stderr}")
    blocks = {"example": Path(EXAMPLE).read_text(encoding="utf-8"), "output": ended.stdout}
    for kind, text in blocks.items():
        pattern = rf"(<!-- {kind}: .* -->\n```\w+\n).*?(```\n)"
        readme = re.sub(pattern, lambda match, text=text: match[1] + text + match[2], readme, flags=re.DOTALL)
    return readme


def picture() -> str:
    """The SVG of a confirmed run over the example."""
    files = discover([EXAMPLE]).files
    findings = confirm(check_files(files, None).findings, files, None, 120, lambda message: None)
    console = Console(
        file=io.StringIO(), record=True, width=WIDTH, force_terminal=True, color_system="standard",
        highlight=False, markup=False, emoji=False, soft_wrap=True,
    )  # fmt: skip
    console.print(Text.assemble(("$ ", "bold green"), f"statelint --confirm {EXAMPLE}"))
    full.print_to(console, Results(findings, len(files)))
    svg = console.export_svg(title="statelint")
    # A page that shows the picture loads no fonts for it.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code", "ui-monospace, Menlo, Consolas, DejaVu Sans Mono")


if __name__ == "__main__":
    sys.exit(main())
