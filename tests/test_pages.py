"""What the README and the pages say: links lead somewhere, code is code, command lines are taken."""

from __future__ import annotations

import ast
import re
import shlex
import textwrap
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote

import pytest

from statelint.cli.options import parser
from statelint.engine import check_source
from tests.conftest import Recordings, turn_of
from tests.porting import ported
from tests.programs import shown
from tests.test_readme import generate

__all__ = ["generate"]

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = tuple(sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "statelint").rglob("*.md")]))

_FENCED = re.compile(r"^( *)(`{3,})([^\n]*)\n(.*?)^\1\2$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^()\s]+(?:\([^()]*\))?)\)")


@cache
def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose(page: Path) -> str:
    """The page without its blocks of code, and without code in its lines."""
    return re.sub(r"(`+)(?!`).*?\1", "", _FENCED.sub("", text_of(page)))


def blocks(page: Path, *languages: str) -> Iterator[str]:
    """The code of a page in these languages."""
    for found in _FENCED.finditer(text_of(page)):
        if found[3].strip() in languages:
            yield textwrap.dedent(found[4])


@cache
def anchors(page: Path) -> frozenset[str]:
    """The names of a page's headings, as code hosts and the site make them."""
    names: list[str] = []
    for heading in re.findall(r"^#{1,6} +(.+?) *#*$", _FENCED.sub("", text_of(page)), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-")
        names.append(slug if slug not in names else f"{slug}-{names.count(slug)}")
    return frozenset(names)


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in _LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", target):
            assert target.startswith(("https://", "mailto:")), target
            continue
        path, _, anchor = unquote(target).partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(target)
    assert broken == []


def test_links_are_seen() -> None:
    """The patterns above find what is there: a link of the README, and a heading of the guide."""
    assert "docs/rules/README.md" in _LINK.findall(prose(ROOT / "README.md"))
    assert "the-numbers-stay" in anchors(DOCS / "migration.md")


@pytest.mark.parametrize("page", [page for page in PAGES if any(blocks(page, "python"))], ids=shown)
def test_python_is_python(page: Path) -> None:
    for code in blocks(page, "python"):
        ast.parse(code)


@pytest.mark.parametrize("page", [page for page in PAGES if any(blocks(page, "toml"))], ids=shown)
def test_toml_is_toml(page: Path) -> None:
    for code in blocks(page, "toml"):
        tomllib.loads(code)


@pytest.mark.parametrize("page", [page for page in PAGES if any(blocks(page, "yaml"))], ids=shown)
def test_yaml_is_yaml(page: Path) -> None:
    yaml = pytest.importorskip("yaml")
    for code in blocks(page, "yaml"):
        assert yaml.safe_load(code)


def commands(page: Path) -> Iterator[str]:
    """The command lines of statelint on a page, in blocks and in its lines."""
    for code in blocks(page, "sh", "bash", "console"):
        for line in code.replace("\\\n", " ").splitlines():
            yield from re.findall(
                r"(?:^|[ /&$])statelint(?= +-| +[\w.]+/? *| *$)([^&|;>]*)", line.partition(" #")[0]
            )
    for _, code in re.findall(r"(?<!`)(`+)(?!`)(statelint [^`]+?)\1(?!`)", _FENCED.sub("", text_of(page))):
        yield code.partition(" ")[2]


def is_example(command: str) -> bool:
    """Whether a command line has words that stand for others."""
    return bool(re.search(r"…|\.\.\.|\b[A-Z]{2,}\b(?!=)", re.sub(r"\b(ADVICE|SRN\w*)\b", "", command)))


TAKEN = tuple((page, command) for page in PAGES for command in commands(page) if not is_example(command))


@pytest.mark.parametrize(
    ("page", "command"), TAKEN, ids=lambda value: shown(value) if isinstance(value, Path) else None
)
def test_command_lines_are_taken(page: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        parser().parse_args(shlex.split(command))
    except SystemExit as end:
        assert end.code == 0, capsys.readouterr().err


def test_there_are_command_lines() -> None:
    assert len(TAKEN) > 20
    assert any("--select SRN5 --fix" in command for _, command in TAKEN)


def test_what_is_installed_exists() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = set(project["optional-dependencies"])
    for page in PAGES:
        asked = re.findall(r"(?:statelint|\.)\[([\w,]+)\]", " ".join(blocks(page, "sh", "bash", "yaml")))
        assert {extra for one in asked for extra in one.split(",")} <= extras, page


def test_scripts_that_pages_name_exist() -> None:
    for page in PAGES:
        for script in re.findall(r"python3? ((?:docs|benchmarks|tests)/[\w/]+\.py)", text_of(page)):
            assert (ROOT / script).exists(), (page, script)


# What is generated


def test_the_pages_are_up_to_date(generate: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for page in generate.PAGES:
        text = Path(page).read_text(encoding="utf-8")
        assert "<!-- example: " in text or "<!-- output: " in text
        assert generate.refreshed(text) == text, f"run docs/generate.py: {page}"


def test_no_page_with_such_blocks_is_left_out(generate: ModuleType) -> None:
    shows = [page for page in PAGES if re.search(r"^<!-- (example|output): ", text_of(page), re.MULTILINE)]
    assert {page.relative_to(ROOT) for page in shows} == {*generate.PAGES, Path("README.md")}


# The pages on errors


_SAID = re.compile(
    r"^<!-- said by: (\S+\.py), Keras ([23]) -->\n```text\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
_SECTION = re.compile(r"^## .*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def quoted() -> Iterator[tuple[Path, int, str]]:
    """Programs, the generation that they were run on, and what it is said to have raised."""
    for page in (DOCS / "errors.md", DOCS / "tutorial.md"):
        for path, keras, text in _SAID.findall(text_of(page)):
            yield ROOT / path, int(keras), text


SAID = tuple(quoted())


def plain(text: str) -> str:
    """A message without colours and ends of lines."""
    return " ".join(re.sub(r"\x1b\[\d+m", "", text).split())


def pattern(text: str) -> str:
    return ".*?".join(re.escape(plain(part)) for part in text.split("…"))


@pytest.mark.keras
@pytest.mark.parametrize(
    ("path", "generation", "text"),
    SAID,
    ids=[f"{path.stem}-{keras}-{k}" for k, (path, keras, _) in enumerate(SAID)],
)
def test_keras_says_so(path: Path, generation: int, text: str, recordings: Recordings) -> None:
    outcome = recordings.of(path, generation).outcome
    said = plain(f"{outcome.exception}: {outcome.message}")
    for line in text.splitlines():
        assert re.search(pattern(line), said), said


@pytest.mark.parametrize(
    "section", _SECTION.findall(text_of(DOCS / "errors.md")), ids=lambda text: text.split("\n")[0]
)
def test_the_rule_that_a_section_leads_to_finds_the_cause(section: str) -> None:
    named = set(re.findall(r"SRN\d{3}", section))
    for path, _, _ in _SAID.findall(section):
        found = {one.code for one in check_source(path, (ROOT / path).read_bytes()).findings}
        assert found & named, path


# The guide


SETTING = """\
import keras
import numpy as np

h, c = np.zeros((2, 4)), np.zeros((2, 4))
layer = keras.layers.LSTM(4, stateful=True)
model = keras.Sequential([keras.Input(batch_shape=(2, 3, 1)), layer])

"""
BEFORE_AFTER = re.findall(
    r"Before:\n\n```python\n(.*?)```\n\nAfter:\n\n```python\n(.*?)```",
    text_of(DOCS / "migration.md"),
    re.DOTALL,
)


@pytest.mark.parametrize(("before", "after"), BEFORE_AFTER, ids=["shape", "reset", "states"])
def test_the_guide_ports_as_statelint_does(before: str, after: str, tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    setting = (
        SETTING if "layer." in before else SETTING.replace("layer =", "memory =").replace("layer]", "memory]")
    )
    path.write_text(setting + before, encoding="utf-8")
    assert ported(path, (2, 3)) == (setting + after, [])


def test_the_guide_shows_the_function_for_nested_models() -> None:
    nested, _ = ported(ROOT / "tests" / "migration" / "nested.py", (2, 3))
    (shown_there,) = (code for code in blocks(DOCS / "migration.md", "python") if code.startswith("def "))
    without = re.sub(r'^ *"""Lets.*\n', "", nested, flags=re.MULTILINE)
    assert shown_there in without


# The page on what the state does


TIMELINES = tuple(sorted((DOCS / "timelines").glob("*.py")))


@pytest.mark.parametrize("path", TIMELINES, ids=lambda path: path.stem)
def test_each_picture_stands_beside_its_rule(path: Path) -> None:
    """What is found in the program of a picture is what the page says under it."""
    findings = check_source(path.name, path.read_bytes()).findings
    after = text_of(DOCS / "stateful.md").partition(f"timelines/{path.stem}.svg")[2]
    said = re.findall(r"SRN\d{3}", re.split(r"!\[|^## ", after, flags=re.MULTILINE)[0])
    if path.stem in ("reset", "lanes", "shielded"):
        assert findings == []
    elif path.stem == "one_row":
        assert {one.code for one in findings} == {"SRN204"}
    else:
        assert {one.code for one in findings} <= set(said) and findings


@pytest.mark.parametrize("path", TIMELINES, ids=lambda path: path.stem)
def test_pictures_are_light_or_dark_and_need_nothing(path: Path) -> None:
    drawn = path.with_suffix(".svg").read_text(encoding="utf-8")
    assert "prefers-color-scheme: dark" in drawn
    assert "<desc" in drawn
    assert re.findall(r"(?:href|src|url\()=?[\"']?https?:", drawn) == []


@pytest.mark.keras
@pytest.mark.parametrize(
    ("path", "generation"),
    [(path, turn_of(path.name)) for path in TIMELINES],
    ids=lambda value: str(value)[-12:],
)
def test_each_picture_is_what_keras_does(path: Path, generation: int, recordings: Recordings) -> None:
    """On one of the generations in turn: numbers differ, and the order of a shuffle; marks and rows don't."""
    from statelint.report.timeline import timeline
    from statelint.report.timeline_svg import picture

    drawn = picture(timeline(recordings.of(path, generation)), path.name)
    kept = path.with_suffix(".svg").read_text(encoding="utf-8")
    marks = re.compile(r'class="(?:crash|carried|jump|reset|zero)"')
    assert sorted(marks.findall(drawn)) == sorted(marks.findall(kept)) or path.stem == "shuffled"
    rows = re.compile(r'class="lane q\d"')
    assert len(rows.findall(drawn)) == len(rows.findall(kept))
