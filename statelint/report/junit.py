"""Findings as failed tests in JUnit's XML, which nearly every build server shows."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import PurePosixPath
from typing import TextIO
from xml.etree import ElementTree as ET

from statelint.findings import Finding, Severity
from statelint.report import Results
from statelint.report.wording import plain, told

# What XML 1.0 can't hold, even as a reference; other control characters are escapes by then.
_IMPOSSIBLE = re.compile("[\ufffe\uffff]")


def write(results: Results, stream: TextIO) -> None:
    """Write a suite for each file with findings, and one for the run itself: servers complain of none."""
    suites = [_run(results)]
    for path, found in groupby(results.findings, key=lambda finding: finding.site.path):
        suites.append(_suite(path, [_case(finding) for finding in found], file=_text(path)))
    root = ET.Element("testsuites", {"name": "statelint"} | _counted(suites))
    root.extend(suites)
    ET.indent(root)
    # ASCII with references, so that the declaration holds whatever the stream's encoding.
    stream.write(ET.tostring(root, encoding="us-ascii", xml_declaration=True).decode("ascii") + "\n")


def _run(results: Results) -> ET.Element:
    """The run as a test, which what went wrong in statelint itself makes an error."""
    case = ET.Element("testcase", name="statelint ran", classname="statelint", time="0")
    for trouble in results.troubles[:1]:
        error = ET.SubElement(case, "error", type="error", message=_text(trouble.partition("\n")[0]))
        error.text = _text("\n".join(results.troubles))
    return _suite("statelint", [case])


def _case(finding: Finding) -> ET.Element:
    site = finding.site
    case = ET.Element(
        "testcase",
        name=_text(f"{finding.code} {finding.rule} ({str(site).removeprefix(f'{site.path}:')})"),
        # Servers make packages of what stands before dots.
        classname=_text(PurePosixPath(site.path).with_suffix("").as_posix().strip("/").replace("/", ".")),
        time="0",
    )
    if finding.severity is Severity.ADVICE:  # it fails no run either
        ET.SubElement(case, "system-out").text = _text(told(finding))
    else:
        message = _text(finding.message.partition("\n")[0])
        failure = ET.SubElement(case, "failure", type=str(finding.severity), message=message)
        failure.text = _text(f"{site}\n{told(finding)}")
    return case


def _suite(name: str, cases: list[ET.Element], **more: str) -> ET.Element:
    counts = {
        "tests": str(len(cases)),
        "failures": str(sum(case.find("failure") is not None for case in cases)),
        "errors": str(sum(case.find("error") is not None for case in cases)),
    }
    suite = ET.Element("testsuite", {"name": _text(name)} | counts | {"skipped": "0", "time": "0"} | more)
    suite.extend(cases)
    return suite


def _counted(suites: list[ET.Element]) -> dict[str, str]:
    return {
        key: str(sum(int(suite.attrib[key]) for suite in suites)) for key in ("tests", "failures", "errors")
    } | {"time": "0"}


def _text(text: str) -> str:
    return _IMPOSSIBLE.sub("�", plain(text))
