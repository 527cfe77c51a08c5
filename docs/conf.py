"""The settings of the site: `python -m sphinx -W --keep-going docs build/site` builds it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from statelint import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "statelint"
release = version = __version__
html_title = f"statelint {release}"
html_theme = "furo"
extensions = ["myst_parser"]
exclude_patterns = ["example", "tutorial/*", "timelines/*"]
# Headings are targets of links as they are on code hosts.
myst_heading_anchors = 4
# A page of a site that is read offline asks nobody for fonts or scripts.
html_use_opensearch = ""
html_copy_source = False
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_show_sphinx = False
# `--fix` is no dash.
smartquotes = False
pygments_style = "default"
pygments_dark_style = "github-dark"


def setup(app: Sphinx) -> None:
    app.connect("source-read", _complete)


def _complete(_app: Sphinx, docname: str, content: list[str]) -> None:
    """List the rules' pages, which as Markdown would be noise, and pages that have no place yet."""
    if docname == "rules/README":
        content[0] += "\n```{toctree}\n:hidden:\n:glob:\n\n*\n```\n"
    if docname == "index":
        placed = set(content[0].splitlines())
        pages = sorted(page.stem for page in Path(__file__).parent.glob("*.md"))
        others = "\n".join(page for page in pages if page not in placed and page != "index")
        content[0] = content[0].replace("\napi\n", f"\napi\n{others}\n")
