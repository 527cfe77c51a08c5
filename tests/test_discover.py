"""Which files are read."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from statelint.discover import MissingPaths, discover


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tree(*files: str, **contents: str) -> None:
    """Make empty files, folders (a name with a slash at its end) and `.gitignore` files."""
    for file in files:
        path = Path(file)
        if file.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()


def ignore(patterns: str, at: str = ".gitignore") -> None:
    Path(at).parent.mkdir(parents=True, exist_ok=True)
    Path(at).write_text(patterns, encoding="utf-8")


def shown(*paths: str) -> list[str]:
    return [file.shown for file in discover(paths or (".",)).files]


def test_files_of_all_folders_sorted() -> None:
    tree("b.py", "a.py", "sub/c.py", "sub/deep/d.py", "x.pyc", "x.txt", "folder.py/e.py")
    assert shown() == ["a.py", "b.py", "folder.py/e.py", "sub/c.py", "sub/deep/d.py"]
    assert shown("sub", "a.py") == ["a.py", "sub/c.py", "sub/deep/d.py"]


def test_notebooks_and_texts_are_taken_too() -> None:
    tree(
        "a.py",
        "b.ipynb",
        "c.md",
        "d.qmd",
        "e.markdown",
        "f.rmd",
        "g.rst",
        ".ipynb_checkpoints/b.ipynb",
        ".git/",
    )
    assert shown() == ["a.py", "b.ipynb", "c.md", "d.qmd", "e.markdown"]
    ignore("*.ipynb\n")
    assert shown() == ["a.py", "c.md", "d.qmd", "e.markdown"]
    assert shown("b.ipynb", ".ipynb_checkpoints/b.ipynb") == [".ipynb_checkpoints/b.ipynb", "b.ipynb"]


@pytest.mark.parametrize(
    "folder",
    [
        ".git",
        ".venv",
        "venv",
        "node_modules",
        "__pycache__",
        "lib/site-packages",
        ".tox",
        "build",
        "dist",
        ".hidden",
    ],
)
def test_usual_folders_are_skipped_unless_named(folder: str) -> None:
    tree("a.py", f"{folder}/b.py", f"{folder}/inner/c.py")
    assert shown() == ["a.py"]
    assert shown(folder) == [f"{folder}/b.py", f"{folder}/inner/c.py"]


def test_a_virtual_environment_of_any_name_is_skipped() -> None:
    tree("a.py", "env311/pyvenv.cfg", "env311/lib/b.py")
    assert shown() == ["a.py"]


def test_a_named_file_is_always_read() -> None:
    tree("ignored.py", "model.txt", ".hidden/x.py", "build/y.py", ".git/")
    ignore("*.py\n")
    assert shown("ignored.py", "model.txt", ".hidden/x.py", "build/y.py") == [
        ".hidden/x.py",
        "build/y.py",
        "ignored.py",
        "model.txt",
    ]
    assert shown() == []


def test_a_named_folder_is_read_though_git_ignores_it() -> None:
    tree(".git/", "data/a.py", "data/b.py", "data/gen/c.py", "gen/d.py")
    ignore("data/\ngen\n")
    ignore("b.py\n", "data/.gitignore")
    assert shown() == []
    assert shown("data") == ["data/a.py", "data/gen/c.py"]
    assert shown("data/gen") == ["data/gen/c.py"]


def test_nested_ignore_files_and_negation() -> None:
    tree(".git/", "a.py", "a_test.py", "sub/a_test.py", "sub/keep_test.py", "sub/deep/z.py", "top.py")
    ignore("*_test.py\n/top.py\n")
    ignore("!keep_test.py\ndeep/\n", "sub/.gitignore")
    assert shown() == ["a.py", "sub/keep_test.py"]
    # The ignore files above a given path count up to the repository's root.
    assert shown("sub") == ["sub/keep_test.py"]


def test_ignore_files_above_the_repository_do_not_count() -> None:
    tree("repo/.git/", "repo/a.py", "repo/vendored/.git/", "repo/vendored/b.py")
    ignore("*.py\n")
    assert shown("repo") == ["repo/a.py", "repo/vendored/b.py"]
    ignore("b.py\n", "repo/.gitignore")
    assert shown("repo") == ["repo/a.py", "repo/vendored/b.py"]


def test_info_exclude() -> None:
    tree("a.py", "b.py", "c.py")
    ignore("b.py\nc.py\n", ".git/info/exclude")
    ignore("!c.py\n")
    assert shown() == ["a.py", "c.py"]


def test_ignore_files_without_a_repository() -> None:
    tree("a.py", "sub/b.py")
    ignore("b.py\n", "sub/.gitignore")
    assert shown() == ["a.py"]


def test_odd_ignore_files() -> None:
    tree(".git/", "a.py", "b.py", "sub/c.py")
    Path(".gitignore").write_bytes(b"\xef\xbb\xbfb.py\r\n# a.py\r\n\r\n!\r\n\xff\r\n")
    assert shown() == ["a.py", "sub/c.py"]


def test_each_file_once() -> None:
    tree("real/a.py", "real/b.py")
    Path("a_link.py").symlink_to("real/a.py")
    Path("broken.py").symlink_to("gone.py")
    Path("linked").symlink_to("real", target_is_directory=True)
    Path("real/loop").symlink_to("..", target_is_directory=True)
    assert shown() == ["real/a.py", "real/b.py"]
    assert shown(".", "real", "./real/a.py", "real/../real/b.py") == ["real/a.py", "real/b.py"]
    assert shown("linked") == ["linked/a.py", "linked/b.py"]


def test_a_link_out_of_the_tree_is_read() -> None:
    tree("outside/a.py", "inside/")
    Path("inside/a.py").symlink_to("../outside/a.py")
    assert shown("inside") == ["inside/a.py"]


def test_missing_paths_are_all_named() -> None:
    tree("a.py")
    with pytest.raises(MissingPaths) as missing:
        discover(["a.py", "nope", "gone.py"])
    assert missing.value.paths == ("nope", "gone.py")


def test_paths_outside_are_absolute(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree("inner/a.py", "other/b.py")
    monkeypatch.chdir(here / "inner")
    assert shown(".", "../other") == [(here / "other/b.py").as_posix(), "a.py"]
    files = discover(["."]).files
    assert [file.path for file in files] == [here / "inner/a.py"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_folder_is_named() -> None:
    tree("a.py", "locked/b.py")
    Path("locked").chmod(0)
    try:
        found = discover(["."])
    finally:
        Path("locked").chmod(0o700)
    assert [file.shown for file in found.files] == ["a.py"]
    assert [(folder.shown, folder.error) for folder in found.unreadable] == [("locked", "Permission denied")]


NAMES = st.sampled_from(["a", "b", "*", "?", "**", "[ab]", "a.py", "*.py", "b*"])
PATTERNS = st.builds(
    lambda negated, rooted, parts, folder: negated + rooted + "/".join(parts) + folder,
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "/"]),
    st.lists(NAMES, min_size=1, max_size=3),
    st.sampled_from(["", "", "/"]),
)
IGNORE_FILES = st.dictionaries(
    st.sampled_from([".gitignore", "a/.gitignore", "a/b/.gitignore", ".git/info/exclude"]),
    st.lists(PATTERNS, min_size=1, max_size=4),
    max_size=3,
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    for folder in ("", "a/", "b/", "a/b/", "a/a/", "a/b/a/"):
        for name in ("a.py", "b.py", "ab.py"):
            (root / folder).mkdir(parents=True, exist_ok=True)
            (root / folder / name).touch()
    return root


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ignore_files=IGNORE_FILES)
@example(ignore_files={".gitignore": ["**/b/**", "!a.py"]})
def test_ignores_what_git_ignores(
    repository: Path, monkeypatch: pytest.MonkeyPatch, ignore_files: dict[str, list[str]]
) -> None:
    monkeypatch.chdir(repository)
    for file in [*repository.rglob(".gitignore"), repository / ".git/info/exclude"]:
        file.unlink(missing_ok=True)
    for name, patterns in ignore_files.items():
        ignore("\n".join(patterns) + "\n", name)
    listed = subprocess.run(
        ["git", "-c", "core.excludesFile=", "ls-files", "--others", "--exclude-standard", "*.py"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert shown() == sorted(listed.stdout.split())
