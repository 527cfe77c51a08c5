"""The pre-commit hook, and the installed package behind it."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_startup import SHUFFLED

CONFIG = """\
repos:
  - repo: {project}
    rev: {revision}
    hooks:
      - id: statelint
"""
# A commit that has nothing to do with Keras.
PLAIN = "import os\n\n\ndef here():\n    return os.getcwd()\n" * 50
ROOT = Path(__file__).parents[1]


def environment() -> dict[str, str]:
    """Ours without git's variables: they lead into this repository when its own hook runs the tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=statelint", "-c", "user.email=statelint@example.org"]
    command = ["git", *identity, *arguments]
    ended = subprocess.run(command, cwd=folder, env=environment(), check=True, capture_output=True, text=True)
    return ended.stdout


def committed(folder: Path) -> Path:
    git(folder, "init", "-q")
    git(folder, "add", "--all")
    git(folder, "commit", "-q", "--no-verify", "-m", "All of it")
    return folder


@pytest.mark.slow
def test_pre_commit_runs_the_hook(tmp_path: Path) -> None:
    pytest.importorskip("pre_commit")
    project = tmp_path / "statelint"
    for name in git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        if name and (ROOT / name).is_file():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, project / name)
    revision = git(committed(project), "rev-parse", "HEAD").strip()
    user = tmp_path / "user"
    user.mkdir()
    (user / "train.py").write_text(SHUFFLED, encoding="utf-8")
    (user / "notes.md").write_text(f"# Training\n\n```python\n{SHUFFLED}```\n", encoding="utf-8")
    cells = [{"cell_type": "code", "source": SHUFFLED}]
    (user / "study.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    (user / "train.txt").write_text(SHUFFLED, encoding="utf-8")
    (user / ".pre-commit-config.yaml").write_text(CONFIG.format(project=project, revision=revision), "utf-8")
    committed(user)
    home = tmp_path / "home"

    def hook(*options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pre_commit", "run", *options],
            cwd=user,
            env=environment() | {"PRE_COMMIT_HOME": str(home)},
            capture_output=True,
            text=True,
            check=False,
        )

    failing = hook("--all-files")
    assert failing.returncode == 1, failing.stdout + failing.stderr
    assert "train.py:7:1 warning SRN201 shuffled-batches" in failing.stdout
    assert "notes.md:10:1 warning SRN201 shuffled-batches" in failing.stdout
    assert "study.ipynb:cell 0:7:1 warning SRN201 shuffled-batches" in failing.stdout
    assert "3 files checked" in failing.stdout

    for name in ("train.py", "notes.md", "study.ipynb"):
        text = (user / name).read_text(encoding="utf-8")
        (user / name).write_text(text.replace("epochs=1", "epochs=1, shuffle=False"), encoding="utf-8")
    git(user, "commit", "-q", "--no-verify", "-am", "Keep the order")
    mended = hook("--all-files")
    assert mended.returncode == 0, mended.stdout + mended.stderr

    (user / "plain.py").write_text(PLAIN, encoding="utf-8")
    cells = [{"cell_type": "code", "source": PLAIN}]
    (user / "plain.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    git(user, "add", "plain.py", "plain.ipynb")
    taken = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        passing = hook()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert passing.returncode == 0, passing.stdout + passing.stderr
        assert "Passed" in passing.stdout
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    # The processor's time, which other work on the machine doesn't stretch, with pre-commit's own share.
    assert min(taken) < 1

    # What pre-commit installed is the wheel: it brings the pages, and no TensorFlow.
    installed = next(home.glob("repo*/py_env-*/bin/statelint"))
    page = subprocess.run(
        [installed, "--explain", "SRN201"], capture_output=True, check=True, cwd=user
    ).stdout
    assert page.decode() == (ROOT / "docs/rules/shuffled-batches.md").read_text(encoding="utf-8")
    assert not list(home.glob("repo*/py_env-*/lib/python*/site-packages/tensorflow"))
