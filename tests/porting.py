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
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
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
# Where the text for Keras 3 alone is run, too: it differs in a word.
ALONE = ("callbacks", "given_states", "nested")
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
    """A program's outcomes before, and as it was mended: on Keras 2, and all that ran on Keras 3."""

    name: str
    about: str
    before: Mapping[int, Outcome]
    on_keras_2: Outcome
    on_keras_3: tuple[Outcome, ...]

    @property
    def reference(self) -> Outcome:
        """What the mended program has to come to."""
        return self.on_keras_2 if self.name in ON_GPU else self.before[2]

    def difference(self, *mended: Outcome) -> float:
        return max(difference(self.reference, one) for one in mended)


def difference(one: Outcome, other: Outcome) -> float:
    """The largest difference of a number; infinite where there is nothing to compare."""
    if not one.numbers or len(one.numbers) != len(other.numbers):
        return float("inf")
    return max(abs(a - b) for a, b in zip(one.numbers, other.numbers, strict=True))


@dataclass(frozen=True, slots=True)
class Measured:
    """The programs' outcomes, and those of `gates` on each generation."""

    programs: tuple[Ported, ...]
    gates: Mapping[int, Mapping[str, Outcome]]


def measured() -> Measured:
    """All programs run before and after, both generations side by side."""
    texts: dict[int, dict[str, str]] = {2: {}, 3: {}}
    for path in PROGRAMS:
        portable, _ = ported(path, TARGETS["both"])
        for keras in (2, 3):
            texts[keras][f"before_{path.stem}"] = path.read_text(encoding="utf-8")
            texts[keras][f"portable_{path.stem}"] = portable
        if path.stem in ALONE:
            texts[3][f"alone_{path.stem}"], _ = ported(path, TARGETS["3"])
    for keras in (2, 3):
        texts[keras] |= {f"gates_{name}": text for name, text in gates(keras).items()}
    with ThreadPoolExecutor(2) as pool:
        ran = dict(zip(texts, pool.map(outcomes, texts, texts.values()), strict=True))
    return Measured(
        tuple(
            Ported(
                path.stem,
                texts[2][f"before_{path.stem}"].partition("\n")[0].strip('"'),
                {keras: ran[keras][f"before_{path.stem}"] for keras in (2, 3)},
                ran[2][f"portable_{path.stem}"],
                tuple(one for name in ("portable", "alone") if (one := ran[3].get(f"{name}_{path.stem}"))),
            )
            for path in PROGRAMS
        ),
        {keras: {name: ran[keras][f"gates_{name}"] for name in gates(keras)} for keras in (2, 3)},
    )


def gates(keras: int) -> dict[str, str]:
    """The program with ConvLSTM2D, whose gates have another activation by default on Keras 3."""
    path = ROOT / "tests" / "migration" / "frames.py"
    argument = 'recurrent_activation="sigmoid",'
    text = path.read_text(encoding="utf-8") if keras == 2 else ported(path, TARGETS["both"])[0]
    assert argument in text
    given = {"default": ""}
    if keras == 3:
        given["hard_sigmoid"] = 'recurrent_activation="hard_sigmoid",'
        given["old"] = "recurrent_activation=lambda x: __import__('keras').ops.clip(0.2 * x + 0.5, 0, 1),"
    return {name: text.replace(argument, one) for name, one in given.items()}


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
