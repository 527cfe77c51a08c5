"""Configuration files: which one counts, what may stand in it, and what of it is wrong."""

from __future__ import annotations

import json
import os
import pickle
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from statelint import cli
from statelint.configuration import Configuration
from statelint.configuration.keys import KEYS, Key, WrongError, values_in
from statelint.configuration.schema import schema
from statelint.findings import Severity
from statelint.messages import UsageError
from statelint.settings import Settings
from tests.test_startup import SHUFFLED, imported

# SRN201 in line 7 and SRN304 in line 8.
PROGRAM = (
    SHUFFLED.replace("\n\n", "\nx = np.zeros((8, 3, 1))\n", 1).replace("fit(np.zeros((8, 3, 1))", "fit(x")
    + "model.predict(x, batch_size=2)\n"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, text: str | bytes) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def lint(capsys: pytest.CaptureFixture[str], *options: str) -> list[str]:
    """`path:line CODE severity` of each finding."""
    capsys.readouterr()
    status = cli.main(["--format", "json", *options])
    captured = capsys.readouterr()
    assert status in (0, 1), captured.err
    return [f"{f['path']}:{f['line']} {f['code']} {f['severity']}" for f in json.loads(captured.out)]


def refused(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """What is said of a configuration that can't be followed."""
    capsys.readouterr()
    assert cli.main(list(options)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.removeprefix("statelint: ").removesuffix("\n")


def at(folder: str | Path = ".", *config: str, **over: Any) -> Settings:
    return Configuration(config, over).at(str(Path(folder).absolute()))


# Which file counts


def test_without_a_file_all_but_advice_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    write("train.py", PROGRAM)
    assert lint(capsys) == ["train.py:7 SRN201 warning", "train.py:8 SRN304 warning"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("statelint.toml", 'ignore = ["SRN304"]'),
        ("pyproject.toml", '[project]\nname = "a"\n[tool.statelint]\nignore = ["SRN304"]'),
        ("pyproject.toml", 'tool.statelint.ignore = ["state-carried-into-inference"]'),
        ("statelint.toml", b'\xef\xbb\xbf# BOM\r\nignore = [\r\n  "SRN304",\r\n]\r\n'),
    ],
)
def test_a_file_is_read(capsys: pytest.CaptureFixture[str], name: str, text: str | bytes) -> None:
    write("train.py", PROGRAM)
    write(name, text)
    assert lint(capsys) == ["train.py:7 SRN201 warning"]
    assert lint(capsys, "--isolated") == ["train.py:7 SRN201 warning", "train.py:8 SRN304 warning"]


def test_the_nearest_file_wins_as_a_whole(capsys: pytest.CaptureFixture[str]) -> None:
    write("pyproject.toml", '[tool.statelint]\nignore = ["SRN304"]')
    write("inner/statelint.toml", 'ignore = ["SRN201"]')
    # Nothing for statelint in it: the one above counts.
    write("inner/plain/pyproject.toml", "[tool.other]\nstatelint = 1")
    write("other/pyproject.toml", '[project]\nname = "a"')
    for name in ("train.py", "inner/train.py", "inner/plain/train.py", "other/train.py"):
        write(name, PROGRAM)
    expected = [
        "inner/plain/train.py:8 SRN304 warning",
        "inner/train.py:8 SRN304 warning",
        "other/train.py:7 SRN201 warning",
        "train.py:7 SRN201 warning",
    ]
    assert lint(capsys) == expected
    assert lint(capsys, "inner/train.py", "other") == expected[1:3]


def test_of_two_in_a_folder_its_own_wins(capsys: pytest.CaptureFixture[str]) -> None:
    write("train.py", PROGRAM)
    write("pyproject.toml", '[tool.statelint]\nignore = ["SRN304"]')
    write("statelint.toml", 'ignore = ["SRN2"]')
    assert lint(capsys) == ["train.py:8 SRN304 warning"]


def test_one_file_may_be_named_instead(capsys: pytest.CaptureFixture[str]) -> None:
    write("train.py", PROGRAM)
    write("old/train.py", PROGRAM)
    write("statelint.toml", 'ignore = ["SRN304"]')
    # Its patterns are relative to the working directory.
    write("ci/strict.toml", 'exclude = ["/old/train.py"]\nselect = ["SRN304"]')
    assert lint(capsys, "--config", "ci/strict.toml") == ["train.py:8 SRN304 warning"]


def test_standard_input_is_set_by_its_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import io
    import types

    write("inner/statelint.toml", 'ignore = ["SRN304"]\nexclude = ["old.py"]')
    for name, found in (("inner/new.py", ["inner/new.py:7 SRN201 warning"]), ("inner/old.py", [])):
        stdin = types.SimpleNamespace(buffer=io.BytesIO(PROGRAM.encode()))
        monkeypatch.setattr("sys.stdin", stdin)
        assert lint(capsys, "-", "--stdin-filename", name, "--force-exclude") == found


# Extending


def test_a_file_adds_to_what_it_extends() -> None:
    write(
        "base/statelint.toml",
        'select = ["SRN2"]\nextend-exclude = ["gen/*"]\nkeras = 3\nseverity.SRN2 = "error"',
    )
    write(
        "pyproject.toml",
        '[tool.statelint]\nextend = "base/statelint.toml"\nignore = ["SRN201"]\nkeras = "auto"\n'
        '[tool.statelint.severity]\nSRN3 = "advice"\n',
    )
    settings = at()
    assert settings.selection.select == ("SRN2",)
    assert settings.selection.ignore == ("SRN201",)
    assert settings.keras is None
    assert dict(settings.severity) == {"SRN2": Severity.ERROR, "SRN3": Severity.ADVICE}
    # A pattern is relative to the file in which it stands.
    assert settings.excludes(str(Path("base/gen/a.py").absolute()), is_folder=False)
    assert not settings.excludes(str(Path("gen/a.py").absolute()), is_folder=False)
    assert [Path(file).name for file in settings.files] == ["pyproject.toml", "statelint.toml"]


def test_a_selection_begins_anew() -> None:
    write("base.toml", 'select = ["SRN2"]\nextend-select = ["SRN4"]\nignore = ["SRN201"]\nexclude = ["a"]')
    write("statelint.toml", 'extend = "base.toml"\nselect = ["SRN3"]\nexclude = ["b"]')
    assert at().selection.select == ("SRN3",)
    assert at().selection.extend == at().selection.ignore == ()
    assert [pattern.text for pattern in at().exclude] == ["b"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"statelint.toml": '\nextend = "statelint.toml"'},
            "statelint.toml:2: extend: these files extend each other",
        ),
        (
            {
                "statelint.toml": 'extend = "a.toml"',
                "a.toml": 'extend = "b.toml"',
                "b.toml": 'extend = "a.toml"',
            },
            "b.toml:1: extend: these files extend each other",
        ),
        (
            {"statelint.toml": 'keras = 3\nextend = "../gone.toml"'},
            "statelint.toml:2: extend: no such file: {}/gone.toml",
        ),
        (
            {"statelint.toml": 'extend = "pyproject.toml"', "pyproject.toml": "[tool.other]"},
            "pyproject.toml:1: tool.statelint: there is no such table",
        ),
        ({"statelint.toml": "extend = [1]"}, "statelint.toml:1: extend: must be a path, not a list"),
    ],
)
def test_what_cant_be_extended(
    capsys: pytest.CaptureFixture[str], folder: Path, files: dict[str, str], message: str
) -> None:
    for name, text in files.items():
        write(name, text)
    assert refused(capsys) == message.format(folder.parent)


# What is wrong


WRONG: list[tuple[str | bytes, str]] = [
    ('\n\nselct = ["SRN2"]', "3: selct: unknown key; did you mean select?"),
    ("per_file_ignores = {}", "1: per_file_ignores: unknown key; did you mean per-file-ignores?"),
    ("timeout = 3", "1: timeout: unknown key; did you mean confirm.timeout?"),
    (
        "[confirm]\n# how long\ntimeuot = 3",
        "3: confirm.timeuot: unknown key; did you mean confirm.timeout?",
    ),
    ("x = 1", "1: x: unknown key"),
    ("confirm = 3", "1: confirm: must be a table, not a number"),
    ('select = "SRN2"', '1: select: must be a list of rules, not "SRN2"'),
    ('select = [\n  "SRN2",\n  3,\n]', "1: select: must be a list of rules, which are strings and not 3"),
    ('\nignore = ["SRN999"]', "2: ignore: no such rule: SRN999; "),
    (
        '[severity]\nSRN201 = "error"\nSRN304 = "eror"',
        '3: severity.SRN304: must be one of error, warning, advice, not "eror"; did you mean error?',
    ),
    ("severity = {SRN2 = 3}", "1: severity.SRN2: must be one of error, warning, advice, not 3"),
    ('[severity]\nADVICE = "error"', "2: severity.ADVICE: must be a rule or the beginning of a code"),
    (
        '[severity]\n"SRN1,SRN2" = "error"',
        '2: severity."SRN1,SRN2": must be a rule or the beginning of a code',
    ),
    (
        '[per-file-ignores]\n"a/*" = ["SRN2"]\n"b/*" = "SRN2"',
        '3: per-file-ignores."b/*": must be a list of rules, not "SRN2"',
    ),
    ("exclude = 3", "1: exclude: must be a list of patterns, not 3"),
    ('exclude = [""]', '1: exclude: not a pattern: ""'),
    ("force-exclude = 1", "1: force-exclude: must be true or false, not 1"),
    ("keras = 4", '1: keras: must be 2, 3 or "auto", not 4'),
    ("keras = true", '1: keras: must be 2, 3 or "auto", not true'),
    ('format = "jsn"', "1: format: must be one of "),
    ("confirm.timeout = 0", "1: confirm.timeout: must be a number of seconds, not 0"),
    ("confirm.timeout = nan", "1: confirm.timeout: must be a number of seconds, not nan"),
    ("jobs = 1.5", "1: jobs: must be a number from 1 on, not 1.5"),
    ("keras = 1979-05-27", '1: keras: must be 2, 3 or "auto", not a date'),
    ('text = """\nselect = 3\n"""\nselect = 3', "1: text: unknown key; did you mean extend?"),
    ("[[confirm]]", "1: confirm: must be a table, not a list"),
    ("a = ", "1: invalid TOML: Invalid value"),
    ("a = [", "1: invalid TOML: Invalid value"),
    ("a = 1\na = 2", "2: invalid TOML: "),
    (b"\na = '\xe9'", "2: it isn't UTF-8: invalid continuation byte"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_what_is_wrong_is_named_with_file_line_and_key(
    capsys: pytest.CaptureFixture[str], text: str | bytes, message: str
) -> None:
    write("statelint.toml", text)
    assert refused(capsys).startswith(f"statelint.toml:{message}")


def test_in_a_shared_file_the_whole_key_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    write("a/pyproject.toml", '[project]\nname = "statelint"\n\n[tool.statelint]\r\nselct = []\r\n')
    assert (
        refused(capsys, "a") == "a/pyproject.toml:5: tool.statelint.selct: unknown key; did you mean select?"
    )
    write("a/pyproject.toml", "\n[tool]\nstatelint = 3")
    assert refused(capsys, "a") == "a/pyproject.toml:3: tool.statelint: must be a table"
    write("a/pyproject.toml", "tool = 'statelint'")
    assert refused(capsys, "a") == "a/pyproject.toml:1: tool: must be a table"


def test_a_shared_file_that_doesnt_speak_of_statelint_may_be_anything(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write("pyproject.toml", "this is no TOML")
    assert lint(capsys) == []
    write("pyproject.toml", "this is no TOML for statelint")
    assert refused(capsys).startswith("pyproject.toml:1: invalid TOML: ")


@pytest.mark.parametrize("name", ["statelint.toml", "pyproject.toml"])
def test_a_file_that_cant_be_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    import builtins

    write(name, "")
    real = builtins.open

    def open_(file: Any, *arguments: Any, **named: Any) -> Any:
        if str(file).endswith(name):
            raise PermissionError(13, "Permission denied", str(file))
        return real(file, *arguments, **named)

    monkeypatch.setattr(builtins, "open", open_)
    assert refused(capsys) == f"can't read {name}: Permission denied"


def test_a_folder_of_that_name_is_no_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    Path("statelint.toml").mkdir()
    assert lint(capsys) == []


def test_pages_are_shown_whatever_the_configuration_says(capsys: pytest.CaptureFixture[str]) -> None:
    write("statelint.toml", "broken")
    assert cli.main(["--explain", "SRN201"]) == 0
    assert cli.main(["--rules"]) == 0


# The schema


VALIDATOR = Draft7Validator(schema())


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_the_examples_of_the_reference(key: Key) -> None:
    found = tomllib.loads(key.example)
    table = found.get("tool", {}).get("statelint", found)
    assert [name for name, _ in values_in(table)] == [key.name]
    assert VALIDATOR.is_valid(table)


@pytest.mark.parametrize("text", [text for text, _ in WRONG if isinstance(text, str)])
def test_the_schema_takes_nothing_that_is_wrong(text: str) -> None:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert not VALIDATOR.is_valid(table) or "ADVICE" in text or "nan" in text


WORDS = st.sampled_from(
    [*(part for key in KEYS for part in key.name.split(".")), "SRN2", "ADVICE", "error", "x,y", ""]
)
VALUES = st.recursive(
    WORDS | st.booleans() | st.integers(-1, 4) | st.floats() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)


@hypothesis.settings(max_examples=500, deadline=None)
@hypothesis.given(st.dictionaries(WORDS, VALUES, max_size=4))
def test_any_table_is_read_or_refused(table: dict[str, Any]) -> None:
    try:
        found = dict(values_in(table))
    except WrongError as error:
        assert error.path[0] in table
        return
    assert found.keys() <= {key.name for key in KEYS}
    # What can be read is right by the schema too, but for the case of rules, and several in one string.
    assert VALIDATOR.is_valid(table) or re.search(r"ADVICE|x,y|\'\'", repr(table))


def test_the_page_shows_what_can_be_read() -> None:
    page = (Path(__file__).parents[1] / "docs" / "configuration.md").read_text(encoding="utf-8")
    blocks = [tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", page, flags=re.DOTALL)]
    tables = [block.get("tool", {}).get("statelint", block) for block in blocks]
    assert sum(len(list(values_in(table))) for table in tables) > len(KEYS)


# The command line


def test_the_command_line_counts_more() -> None:
    write("statelint.toml", 'select = ["SRN2"]\nignore = ["SRN201"]\nformat = "json"\njobs = 3')
    assert at(".", "jobs=4").jobs == 4
    assert at(".", 'ignore=["SRN204"]').selection.ignore == ("SRN201", "SRN204")
    # The options come after the keys.
    assert at(".", "jobs=4", jobs=5).jobs == 5


def test_options_count_more_than_files(capsys: pytest.CaptureFixture[str]) -> None:
    write("train.py", PROGRAM)
    write("statelint.toml", 'select = ["SRN2"]\nignore = ["SRN304"]')
    assert lint(capsys, "--extend-select", "SRN304") == ["train.py:7 SRN201 warning"]
    assert lint(capsys, "--ignore", "SRN201") == []
    # A selection begins anew: what the file ignores is not ignored.
    assert lint(capsys, "--select", "SRN3") == ["train.py:8 SRN304 warning"]
    assert lint(capsys, "--config", 'severity={SRN201="error"}') == ["train.py:7 SRN201 error"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--config", "format=json"], "--config format=json: invalid TOML: "),
        (["--config", "selct=[]"], "--config selct: unknown key; did you mean select?"),
        (["--config", "keras=4"], '--config keras: must be 2, 3 or "auto", not 4'),
        (["--config", 'extend="a"'], "--config extend: stands in a file"),
        (["--config", "gone.toml"], "can't read gone.toml: No such file or directory"),
        (["--config", "a.toml", "--config", "b.toml"], "--config names one file"),
        (["--isolated", "--config", "a.toml"], "--config names one file, and none with --isolated"),
        (["--select", "SRN999"], "no such rule: SRN999"),
        (["--exclude", " "], 'not a pattern: " "'),
    ],
)
def test_what_the_command_line_cant_say(
    capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    assert refused(capsys, *options).startswith(message)


def test_strings_want_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "--config", "format=json").endswith('; strings are quoted: format="json"')


# What it does


def test_ignored_in_some_files(capsys: pytest.CaptureFixture[str]) -> None:
    write(
        "statelint.toml",
        'extend-select = ["SRN304"]\n[per-file-ignores]\n"tests" = ["SRN"]\n"/a.py" = ["SRN304"]\n'
        '"!deep/**" = ["SRN201"]\n',
    )
    for name in ("a.py", "b.py", "sub/a.py", "sub/tests/x.py", "deep/a.py"):
        write(name, PROGRAM)
    expected = [
        "b.py:8 SRN304 warning",
        "deep/a.py:7 SRN201 warning",
        "deep/a.py:8 SRN304 warning",
        "sub/a.py:8 SRN304 warning",
    ]
    assert lint(capsys) == expected
    assert lint(capsys, *(line.partition(":")[0] for line in expected)) == expected


def test_severities(capsys: pytest.CaptureFixture[str]) -> None:
    write("train.py", PROGRAM)
    write("statelint.toml", '[severity]\nSRN = "error"\nstate-carried-into-inference = "advice"\n')
    assert lint(capsys) == ["train.py:7 SRN201 error"]
    assert lint(capsys, "--extend-select", "ADVICE") == [
        "train.py:7 SRN201 error",
        "train.py:8 SRN304 advice",
    ]


def test_the_generation(capsys: pytest.CaptureFixture[str]) -> None:
    write("a/train.py", PROGRAM + "model.reset_states()\n")
    write("b/train.py", PROGRAM + "model.reset_states()\n")
    write("a/statelint.toml", "keras = 2")
    write("b/statelint.toml", 'keras = "3"')
    assert [line for line in lint(capsys) if "SRN5" in line] == ["b/train.py:9 SRN502 error"]


def test_the_format(capsys: pytest.CaptureFixture[str]) -> None:
    write("train.py", PROGRAM)
    write("statelint.toml", 'format = "concise"')
    assert cli.main([]) == 1
    assert capsys.readouterr().out.startswith("train.py:7:1: SRN201")


def files(capsys: pytest.CaptureFixture[str], *options: str) -> list[str]:
    capsys.readouterr()
    assert cli.main(["--show-files", *options]) == 0
    return capsys.readouterr().out.split()


def test_excluding(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.py", "build/a.py", "gen/a.py", "x/gen/a.py", "x/y/a.py", "x/y/b.ipynb", "#h/a.py"):
        write(name, "")
    every = ["#h/a.py", "a.py", "gen/a.py", "x/gen/a.py", "x/y/a.py", "x/y/b.ipynb"]
    assert files(capsys) == every
    write("statelint.toml", 'extend-exclude = ["gen", "x/**/*.ipynb", "#h"]')
    assert files(capsys) == ["a.py", "x/y/a.py"]
    write("statelint.toml", 'exclude = ["/gen"]')
    assert files(capsys) == ["#h/a.py", "a.py", "build/a.py", "x/gen/a.py", "x/y/a.py", "x/y/b.ipynb"]
    write("statelint.toml", 'exclude = ["x/*", "!x/y"]')
    assert files(capsys) == ["#h/a.py", "a.py", "build/a.py", "gen/a.py", "x/y/a.py", "x/y/b.ipynb"]
    assert files(capsys, "--exclude", "a.py,build", "--exclude", "*.ipynb") == []


@pytest.mark.parametrize("pattern", ["gen", "/gen", "gen/", "x/**"])
def test_what_is_named_is_read_unless_excluding_is_forced(
    capsys: pytest.CaptureFixture[str], pattern: str
) -> None:
    place = "x/gen" if pattern == "x/**" else "gen"
    write(f"{place}/sub/a.py", "")
    write("statelint.toml", f'exclude = ["{pattern}"]')
    assert files(capsys) == []
    assert files(capsys, f"{place}/sub/a.py") == files(capsys, place) == [f"{place}/sub/a.py"]
    assert (
        files(capsys, "--force-exclude", f"{place}/sub/a.py") == files(capsys, "--force-exclude", place) == []
    )
    write("statelint.toml", f'exclude = ["{pattern}"]\nforce-exclude = true')
    assert files(capsys, f"{place}/sub/a.py") == []


def test_a_project_in_a_folder_of_a_skipped_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write("build/project/a.py", "")
    monkeypatch.chdir("build/project")
    assert files(capsys, "--force-exclude", "a.py") == files(capsys, "--force-exclude") == ["a.py"]


def test_files_that_would_be_checked_include_none_that_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "--show-files", "gone") == "no such file or folder: gone"


# What is shown


def test_shown_settings_can_be_read_again(capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        'select = ["SRN2", "ADVICE"]\nextend-select = ["SRN304"]\nignore = ["SRN201"]\nkeras = 3\n'
        'exclude = ["a", "b/*.py"]\nforce-exclude = true\nformat = "json"\n'
        'jobs = 3\ncache-dir = "c"\n[confirm]\ntimeout = 1.5\npython = ".venv"\n'
        '[severity]\nSRN2 = "error"\n[per-file-ignores]\n"t\\u00e9sts/*" = ["SRN3"]\n'
    )
    write("statelint.toml", text)
    assert cli.main(["--show-settings"]) == 0
    shown = capsys.readouterr().out
    before = at()
    assert shown.startswith("# .: statelint.toml\n")
    assert tomllib.loads(shown)
    write("statelint.toml", shown)
    assert at() == before


def test_settings_are_shown_for_each_path(capsys: pytest.CaptureFixture[str]) -> None:
    write("a/statelint.toml", 'extend = "../base.toml"\nper-file-ignores = {"t.py" = ["SRN3"]}')
    write("base.toml", "")
    assert cli.main(["--show-settings", "a/t.py", "b.py"]) == 0
    first, second = capsys.readouterr().out.split("\n\n# ")
    assert first.startswith("# a/t.py: a/statelint.toml, base.toml\n")
    assert '# per-file-ignores: ["SRN3"]\n' in first
    assert second.startswith("b.py: no configuration file\n")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_names_that_are_no_text(folder: Path) -> None:
    name = os.fsdecode(b"caf\xe9")
    write(f"{name}/a.py", PROGRAM)
    write(f"{name}/statelint.toml", 'baseline = "b.json"\n[per-file-ignores]\n"*.py" = ["SRN304"]')
    for option in ("--show-files", "--show-settings"):
        assert cli.main([option, name, "--output-file", "out"]) == 0
    assert cli.main(["--show-files", "--output-file", "out"]) == 0
    assert Path("out").read_bytes() == b"caf\xe9/a.py\n"
    assert cli.main(["--baseline", "b.json", "--update-baseline"]) == 0
    assert cli.main(["--baseline", "b.json"]) == 0
    write(f"{name}/statelint.toml", "selct = 1")
    assert cli.main([]) == 2


def test_settings_can_be_sent_to_another_process() -> None:
    write(
        "statelint.toml",
        'exclude = ["b/*.py"]\n[severity]\nSRN2 = "error"\n[per-file-ignores]\n"a" = ["SRN3"]',
    )
    settings = at().of(str(Path("a").absolute()))
    assert pickle.loads(pickle.dumps(settings)) == settings
    assert settings.selection.never == ("SRN3",)
    assert hash(settings) == hash(at().of(str(Path("a").absolute())))


def test_a_start_without_a_section_needs_no_parser(folder: Path) -> None:
    write("pyproject.toml", '[project]\nname = "a"')
    write("a.py", "")
    assert imported(folder) == (set(), 0, "No problems in 1 file.\n")


def test_the_files_that_are_read_are_utf8_texts_named_by_the_error() -> None:
    write("statelint.toml", "selct = 1")
    with pytest.raises(UsageError, match=r"^statelint\.toml:1: selct: unknown key; did you mean select\?$"):
        at()
