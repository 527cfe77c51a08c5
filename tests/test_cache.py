"""Results of earlier runs count only where the same would be found again."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from hashlib import blake2b
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statelint import cache as caching
from statelint import pool, target
from statelint.cache import Cache, default_folder
from statelint.discover import SourceFile, discover
from statelint.engine import Checked, check_files
from statelint.findings import Finding
from statelint.groups import Group
from statelint.interp import program
from statelint.settings import Settings
from statelint.source import locating

ROOT = Path(__file__).parents[1]
HEAD = "import keras\nimport numpy as np\n"
MADE = "keras.Sequential([keras.Input(batch_shape=(2, 3, 1)), keras.layers.LSTM(4, stateful=True)])\n"
MODEL = HEAD + "model = " + MADE
TRAINING = "fit(np.zeros((8, 3, 1)), np.zeros((8, 4)), batch_size=2, epochs=2)\n"
BUILT = HEAD + "def build():\n    return " + MADE + "def train(m):\n    m." + TRAINING
FIT = 'model.compile("sgd", "mse")\nmodel.' + TRAINING
IMPORTING = HEAD + "from models import *\n" + FIT
CALLING = HEAD + (
    "import lib.models\nmodel = lib.models.build()\nlib.models.train(model)\nmodel.reset_states()\n"
)
ADDING = HEAD + "import sys\nsys.path.append('../lib')\nfrom models import *\nmodel = build()\n" + FIT
SETTING = (
    HEAD
    + "import json\nc = json.load(open('settings.json'))\nmodel = "
    + MADE.replace("True", "c['stateful']")
    + FIT
)
USING = "from models import build\nmodel = build()\n" + FIT

PATHS = ("train.py", "models.py", "lib/models.py", "lib/__init__.py", "keras/__init__.py", "run/go.py")
TEXTS = ("", MODEL, MODEL + FIT, BUILT, IMPORTING, CALLING, "(\n", USING, ADDING, SETTING)
PINS = ("keras==2.10\n", "keras>=3.1\n", "numpy\n")
PINNING = ("requirements.txt", "run/requirements.txt", "setup.py")
EDITS = st.one_of(
    st.tuples(st.sampled_from(PATHS), st.sampled_from((*TEXTS, None))),
    st.tuples(st.sampled_from(PINNING), st.sampled_from((*PINS, None))),
    st.tuples(
        st.sampled_from(("settings.json", "run/settings.json")),
        st.sampled_from(('{"stateful": true}', '{"stateful": false}', "{", None)),
    ),
    st.tuples(st.sampled_from((".git/HEAD", "run/.git/HEAD", "setup.cfg")), st.sampled_from(("", None))),
)


def found(folder: Path, cache: Cache | None, jobs: int = 1) -> list[Finding]:
    """What a new process would find."""
    locating.forget_folders()
    target.forget_pins()
    files = discover([str(folder)]).files
    checked = check_files(files, cache=lambda: cache, pool=pool.Pool(jobs))
    assert not checked.failures
    return checked.findings


def write(folder: Path, name: str, text: str | None) -> None:
    path = folder / name
    if text is None:
        path.unlink(missing_ok=True)
        if path.parent.name == ".git" and path.parent.exists():
            path.parent.rmdir()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(EDITS, min_size=1, max_size=8))
def test_right_under_any_edit(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[str, str | None]]
) -> None:
    folder, cache = tmp_path_factory.mktemp("project"), Cache(str(tmp_path_factory.mktemp("cache")))
    write(folder, "train.py", CALLING)
    write(folder, "run/go.py", IMPORTING)
    write(folder, "lib/models.py", BUILT)
    for name, text in [("models.py", MODEL), *edits]:
        write(folder, name, text)
        assert found(folder, cache) == found(folder, None)
        assert found(folder, cache) == found(folder, None)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in (("train.py", IMPORTING), ("models.py", MODEL), ("other.py", MODEL + FIT)):
        write(tmp_path / "project", name, text)
    return tmp_path / "project"


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(str(tmp_path / "cache"))


def results(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.name != "tidied"]


def test_nothing_is_followed_again(project: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    first = found(project, cache)
    assert first
    monkeypatch.setattr(program, "follow_both", None)
    assert found(project, cache) == first
    write(project, "requirements.txt", "keras==2.3\n")
    with pytest.raises(AssertionError):
        found(project, cache)


def test_a_file_that_was_not_there_counts(project: Path, cache: Cache) -> None:
    (project / "models.py").unlink()
    before = found(project, cache)
    write(project, "models.py", MODEL)
    after = found(project, cache)
    assert [f.site.path for f in after] != [f.site.path for f in before]
    assert after == found(project, None)


def test_what_is_set_counts(project: Path, cache: Cache) -> None:
    path = project / "other.py"
    write(project, "other.py", MODEL + FIT + "model.reset_states()\n")
    for keras in ((2,), (3,), (2,)):
        files = [SourceFile(path, "other.py", settings=Settings(keras=keras))]
        assert check_files(files, cache=lambda: cache).findings == check_files(files).findings


def test_damage_is_seen(project: Path, cache: Cache, tmp_path: Path) -> None:
    first = found(project, cache)
    kept = results(tmp_path / "cache")
    assert len(kept) == 3
    whole = kept[0].read_bytes()
    flipped = whole[:20] + bytes([whole[20] ^ 1]) + whole[21:]
    for damaged in (b"", whole[:-1], whole[:40], b"\0" * len(whole), flipped, whole * 2):
        for path in kept:
            path.write_bytes(damaged)
        assert found(project, cache) == first
    for path in kept:
        path.unlink()
        path.mkdir()
    assert found(project, cache) == first


def test_nothing_else_is_unpickled() -> None:
    body = pickle.dumps(subprocess.Popen)
    checksum = blake2b(body, digest_size=16).digest()
    assert caching._load(checksum + body) is None
    assert caching._load(b"") is None


def test_a_folder_that_cannot_be_written(project: Path, tmp_path: Path) -> None:
    write(tmp_path, "file", "")
    assert found(project, Cache(str(tmp_path / "file"))) == found(project, None)


def test_the_folder_stays_small(
    project: Path, cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = found(project, cache)
    old, *_ = results(tmp_path / "cache")
    os.utime(old, (1, 1))
    size = sum(path.stat().st_size for path in results(tmp_path / "cache"))
    monkeypatch.setattr(caching, "MAX_BYTES", size - 1)
    (tmp_path / "cache/results/tidied").unlink()
    cache.tidy()
    assert old not in results(tmp_path / "cache")
    assert sum(path.stat().st_size for path in results(tmp_path / "cache")) <= size // 2
    assert found(project, cache) == first
    cache.tidy()  # not again on the same day
    assert old in results(tmp_path / "cache")


@pytest.mark.parametrize(
    ("platform", "variables", "folder"),
    [
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/statelint"),
        ("linux", {"XDG_CACHE_HOME": "", "HOME": "/home/me"}, "/home/me/.cache/statelint"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, None),
        ("darwin", {"HOME": "/Users/me"}, "/Users/me/Library/Caches/statelint"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/statelint"),
        ("linux", {"STATELINT_CACHE_DIR": "/mine"}, "/mine"),
    ],
)
def test_where_it_lies(
    monkeypatch: pytest.MonkeyPatch, platform: str, variables: dict[str, str], folder: str | None
) -> None:
    monkeypatch.delenv("STATELINT_CACHE_DIR", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert default_folder() == folder


def run(folder: Path, *options: str) -> tuple[int, str, str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "STATELINT_NO_CACHE": ""}
    command = [sys.executable, "-m", "statelint", "--format", "json", "--isolated", *options]
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout, ended.stderr


def test_whole_runs_print_the_same(tmp_path: Path) -> None:
    sample = [str(path) for path in sorted((ROOT / "fixtures").iterdir())[::12]]
    expected = run(tmp_path, "--no-cache", "--jobs", "1", *sample)
    assert expected[0] == 1
    kept = ("--cache-dir", str(tmp_path / "cache"))
    with ProcessPoolExecutor(2) as both:
        runs = [both.submit(run, tmp_path, *kept, "--jobs", "2", *sample) for _ in "ab"]
        assert [one.result() for one in runs] == [expected, expected]
    assert run(tmp_path, *kept, *sample) == expected
    assert results(tmp_path / "cache")


def many(folder: Path) -> Sequence[Finding]:
    for number in range(14):
        write(folder, f"{number}/train.py", MODEL + FIT * (number % 3))
    return found(folder, None)


def test_processes_find_the_same(tmp_path: Path, cache: Cache) -> None:
    expected = many(tmp_path / "project")
    assert found(tmp_path / "project", None, jobs=3) == expected
    assert found(tmp_path / "project", cache, jobs=3) == expected
    assert len(results(tmp_path / "cache")) == 14


def test_no_thread_is_left_behind_the_last_group(tmp_path: Path) -> None:
    """One that closes its pipe while the interpreter ends can have it say "Bad file descriptor"."""
    many(tmp_path)
    files = discover([str(tmp_path)]).files
    before = threading.active_count()
    followed = pool.Pool(2).follow([Group([file], [k]) for k, file in enumerate(files)], {}, None)
    for _ in files:
        next(followed)
    assert threading.active_count() == before


def test_a_process_that_dies_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = many(tmp_path)
    monkeypatch.setattr(pool, "_follow", die)
    assert found(tmp_path, None, jobs=2) == expected


def die(group: Group) -> list[Checked]:
    os._exit(1)
