"""Counts in place of findings: how often each rule fired, and why values weren't known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TextIO

from statelint.report import Results
from statelint.report.closing import closing_line


def write(results: Results, unknowns: Mapping[str, int], stream: TextIO, as_json: bool) -> None:
    """Write the counts, the greatest first; `unknowns` counts the places for each reason."""
    rules = Counter((finding.code, finding.rule) for finding in results.findings)
    ordered = sorted(rules.items(), key=lambda item: (-item[1], item[0]))
    reasons = sorted(unknowns.items(), key=lambda item: (-item[1], item[0]))
    if as_json:
        import json

        counts = {
            "findings": [{"code": code, "rule": rule, "count": count} for (code, rule), count in ordered],
            "unknowns": [{"reason": reason, "count": count} for reason, count in reasons],
        }
        stream.write(json.dumps(counts, indent=2) + "\n")
        return
    width = max([len(str(count)) for count in (*rules.values(), *unknowns.values())], default=1)
    for (code, rule), count in ordered:
        stream.write(f"{count:>{width}}  {code} {rule}\n")
    if reasons:
        stream.write(f"{'' if not ordered else chr(10)}What was not known, by reason:\n")
    for reason, count in reasons:
        stream.write(f"{count:>{width}}  {reason}\n")
    stream.write(f"{chr(10) if ordered or reasons else ''}{closing_line(results)}\n")
