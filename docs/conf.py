"""The settings of the site: `python -m sphinx -W --keep-going docs build/site` builds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statelint import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "statelint"
release = version = __version__
html_title = f"statelint {release}"
html_theme = "furo"
extensions = ["myst_parser"]
exclude_patterns = ["example"]
# Headings are targets of links as they are on code hosts.
myst_heading_anchors = 4
# A page of a site that is read offline asks nobody for fonts or scripts.
html_use_opensearch = ""
html_copy_source = False
html_show_sphinx = False
pygments_style = "default"
pygments_dark_style = "github-dark"


def setup(app: Sphinx) -> None:
    app.connect("source-read", _list_rules)


def _list_rules(_app: Sphinx, docname: str, content: list[str]) -> None:
    """Give the list of the rules a table of contents, which as Markdown would be noise."""
    if docname == "rules/README":
        content[0] += "\n```{toctree}\n:hidden:\n:glob:\n\n*\n```\n"
