"""What findings are known by, and baselines made of it."""

from __future__ import annotations

from dataclasses import replace

from statelint.baseline import fingerprint, fingerprints
from statelint.findings import Finding, Severity
from statelint.sites import Site
from statelint.source.texts import Texts


def finding(line: int = 1, end_line: int | None = None, code: str = "SRN201", path: str = "a.py") -> Finding:
    site = Site(path, None, line, 1, end_line or line, 2)
    return Finding(code, "shuffled-batches", Severity.WARNING, site, "m", "w", "i", (2, 3))


def known(text: str, *lines: int) -> list[str]:
    return fingerprints([finding(line) for line in lines], Texts({"a.py": text.encode()}))


def test_a_fingerprint_doesnt_know_where_its_line_stands() -> None:
    assert known("fit(x)\n", 1) == known("import keras\n\n    fit(x)\n", 3) == known("fit(x)\r\n", 1)
    assert known("fit(x)\n", 1) != known("fit(y)\n", 1)


def test_equal_lines_are_counted() -> None:
    one, other = known("fit(x)\nfit(x)\n", 1, 2)
    assert one != other
    assert [one, other] == known("\nfit(x)\n\nfit(x)\n", 2, 4)


def test_all_lines_of_a_place_count_and_white_space_does_not() -> None:
    texts = Texts({"a.py": b"fit(\n    x,\n)\nfit(\n  x,\n)\nfit(\n    y,\n)\n"})
    first, second, third = (
        fingerprint(finding(n, n + 2), "\n".join(texts.at(finding(n, n + 2).site))) for n in (1, 4, 7)
    )
    assert first == second != third


def test_rule_and_path_count_and_the_message_does_not() -> None:
    plain = fingerprint(finding(), "fit(x)")
    assert plain == fingerprint(replace(finding(), message="other"), "fit(x)")
    assert plain != fingerprint(finding(code="SRN202"), "fit(x)")
    assert plain != fingerprint(finding(path="b.py"), "fit(x)")
    assert plain == fingerprint(finding(path="b.py"), "fit(x)", path="a.py")


def test_a_file_that_is_gone_has_fingerprints_too() -> None:
    assert len(set(fingerprints([finding(), finding(line=9)], Texts()))) == 2
