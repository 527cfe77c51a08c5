"""Programs from before Keras 3, what `--fix --select SRN5` makes of them, and what both come to.

Each program in tests/migration gives its model seeded weights and collects what it computes in `outputs`.
Run as `python -m tests.porting GENERATION FOLDER` it runs the programs of a folder in one process and
prints, as JSON, the numbers that each came to, or how it failed.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import runpy
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from statelint.discover import SourceFile
from statelint.engine import check_source
from statelint.fixes.passes import mend
from statelint.selection import Selection
from statelint.settings import Settings

ROOT = Path(__file__).parents[1]
PROGRAMS = tuple(sorted((ROOT / "tests" / "migration").glob("*.py")))
# Keras 2 can't run these without a GPU: the numbers are compared with its own of the mended program.
ON_GPU = ("cudnn",)
# Mended for whom: what is given to --keras.
TARGETS = {"both": (2, 3), "3": (3,)}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a program came to: all its numbers in their order, or its error."""

    numbers: tuple[float, ...] = ()
    error: str = ""


def ported(program: Path, targets: tuple[int, ...] | None) -> tuple[str, list[str]]:
    """The program mended by `--fix --select SRN5`, and the findings that are left."""
    file = SourceFile(program, program.name, program.read_bytes())

    settings = Settings(Selection(select=("SRN5",)), keras=targets)

    def check(files: Any) -> Any:
        checked = check_source(program.name, files[0].read(), settings)
        assert not checked.failures, checked.failures[0].error
        return checked.findings

    result = mend([file], check, unsafe=False)
    (change,) = result.changes
    return change.after.decode(), [f"{one.code} line {one.site.line}" for one in result.remaining]


def outcomes(generation: int, texts: Mapping[str, str]) -> dict[str, Outcome]:
    """What programs, by their names, come to on a generation: all in one process of their own."""
    with TemporaryDirectory() as folder:
        for name, text in texts.items():
            (Path(folder) / f"{name}.py").write_text(text, encoding="utf-8")
        setting = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
        setting["TF_USE_LEGACY_KERAS"] = "1" if generation == 2 else "0"
        ended = subprocess.run(
            [sys.executable, "-m", "tests.porting", str(generation), folder],
            cwd=ROOT,
            env={**os.environ, **setting},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    return {
        name: Outcome(tuple(one["numbers"]), one["error"]) for name, one in json.loads(ended.stdout).items()
    }


@dataclass(frozen=True, slots=True)
class Ported:
    """A program's outcomes before, and as it was mended for both generations and for Keras 3 alone."""

    name: str
    about: str
    before: Mapping[int, Outcome]
    portable: Mapping[int, Outcome]
    for_keras_3: Outcome
    left: tuple[str, ...]

    @property
    def reference(self) -> Outcome:
        """What the mended program has to come to."""
        return self.portable[2] if self.name in ON_GPU else self.before[2]

    def difference(self, outcome: Outcome) -> float:
        """The largest difference of a number; infinite where there is nothing to compare."""
        pairs = list(zip(self.reference.numbers, outcome.numbers, strict=False))
        if not pairs or len(self.reference.numbers) != len(outcome.numbers):
            return float("inf")
        return max(abs(a - b) for a, b in pairs)


def measured() -> list[Ported]:
    """All programs, run on both generations before and after."""
    before = {path.stem: path.read_text(encoding="utf-8") for path in PROGRAMS}
    portable = {path.stem: ported(path, TARGETS["both"]) for path in PROGRAMS}
    alone = {path.stem: ported(path, TARGETS["3"]) for path in PROGRAMS}
    texts = dict(_named("before", before))
    texts |= _named("portable", {name: text for name, (text, _) in portable.items()})
    texts |= _named("alone", {name: text for name, (text, _) in alone.items()})
    ran = {
        2: outcomes(2, {n: t for n, t in texts.items() if not n.startswith("alone")}),
        3: outcomes(3, texts),
    }
    return [
        Ported(
            name,
            before[name].partition("\n")[0].strip('"'),
            {keras: ran[keras][f"before_{name}"] for keras in (2, 3)},
            {keras: ran[keras][f"portable_{name}"] for keras in (2, 3)},
            ran[3][f"alone_{name}"],
            tuple(portable[name][1] + alone[name][1]),
        )
        for name in before
    ]


def _named(prefix: str, texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((f"{prefix}_{name}", text) for name, text in texts.items())


def main(generation: int, folder: Path) -> int:
    """Run the programs of a folder, and print what each comes to."""
    if generation == 2:
        import tf_keras

        from statelint.confirm.recorder import OldNames

        sys.modules["keras"] = tf_keras
        sys.meta_path.insert(0, OldNames("keras", "tf_keras"))
    import keras
    import tensorflow as tf

    assert keras.__version__.startswith(f"{generation}."), keras.__version__
    assert issubclass(tf.keras.Model, keras.Model)
    print(json.dumps({path.stem: _outcome(path, keras) for path in sorted(folder.glob("*.py"))}))
    return 0


def _outcome(path: Path, keras: Any) -> dict[str, Any]:
    import numpy as np

    keras.backend.clear_session()
    keras.utils.set_random_seed(0)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            outputs = runpy.run_path(str(path))["outputs"]
    except Exception as error:
        return {"numbers": [], "error": f"{type(error).__name__}: {error}".partition("\n")[0]}
    numbers = np.concatenate([np.asarray(one, dtype="float64").ravel() for one in outputs])
    return {"numbers": numbers.tolist(), "error": ""}


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), Path(sys.argv[2])))
