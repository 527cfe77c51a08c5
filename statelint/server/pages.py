"""What is shown of a rule's page beside a finding."""

from __future__ import annotations

import re
from pathlib import Path

from statelint.findings import Finding
from statelint.report.links import page_path
from statelint.report.rulebook import Described, listed, page_of

# A link to another page, or to a file beside the pages.
_LINK = re.compile(r"\]\((?![a-z]+:|#)([^)#\s]+)")


def hover(findings: list[Finding]) -> str:
    """What is shown over the code in which findings lie, in Markdown."""
    return "\n\n---\n\n".join(map(_about, findings))


def _about(finding: Finding) -> str:
    rule = next((one for one in listed() if one.code == finding.code), None)
    versions = " and ".join(map(str, finding.holds_on))
    said = [f"**{finding.code} {finding.rule}** ({finding.severity}, Keras {versions}): {finding.message}"]
    if finding.instead:
        said.append(f"*Instead:* {finding.instead}")
    if finding.assumptions:
        said.append(f"*Assuming* {'; '.join(finding.assumptions)}")
    if rule is not None:
        said.append(_page(rule))
    return "\n\n".join(said)


def _page(rule: Described) -> str:
    """The rule's page; its links lead where they lead from its folder."""
    path = page_path(rule.name)
    page = page_of(rule)
    if path is None:
        return page

    def absolute(link: re.Match[str]) -> str:
        return f"]({Path(path.parent, link[1]).resolve().as_uri()}"

    return _LINK.sub(absolute, page)
