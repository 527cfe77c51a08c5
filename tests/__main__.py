"""All checks in turn: `python -m tests [OPTIONS FOR PYTEST]`."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
NO_TESTS = 5  # pytest's exit status where a selection leaves no test
LINTERS = {
    "ruff check": [sys.executable, "-m", "ruff", "check", "."],
    "ruff format": [sys.executable, "-m", "ruff", "format", "--check", "."],
    "mypy": [sys.executable, "-m", "mypy"],
    "import-linter": [str(Path(sys.executable).parent / "lint-imports")],
}


def main() -> int:
    """Run every check, pytest last; 1 where one of them fails."""
    failed = []
    for name, command in LINTERS.items():
        started = time.monotonic()
        ended = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        passed = ended.returncode == 0
        print(f"{'passed' if passed else 'FAILED'}  {name} ({time.monotonic() - started:.1f} s)", flush=True)
        if not passed:
            failed.append(name)
            print(ended.stdout, flush=True)
    if failed:
        print(f"This run fails whatever pytest says: {', '.join(failed)}", flush=True)
    # The tests that run Keras share one process, which keeps both cores busy by itself.
    pytest = [sys.executable, "-m", "pytest", *sys.argv[1:]]
    quick = subprocess.run([*pytest, "-n", "auto", "-m", "not keras"], cwd=ROOT, check=False).returncode
    if quick not in (0, NO_TESTS):
        failed.append("the tests without Keras")
        print("This run fails whatever pytest says next: the tests without Keras failed", flush=True)
    # The last line is pytest's own.
    slow = subprocess.run([*pytest, "-m", "keras"], cwd=ROOT, check=False).returncode
    return 1 if failed or slow else 0


if __name__ == "__main__":
    sys.exit(main())
