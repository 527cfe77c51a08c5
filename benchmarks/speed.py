"""How long whole runs take, side by side: `python benchmarks/speed.py [--runs N] [--slow] [--write]`.

It needs the packages of the extra `test`, and network for the first run: the trees are made of what the
package index has, the other linters go into environments of their own, and all is kept in `--folder`.  The
commands take turns, so that whatever else the machine does falls on all of them.  `--slow` adds those that
take minutes, one run of each: flake8 with bugbear, and on each tenth file Fixit and TorchFix too.  `--write`
puts the tables into docs/performance.md.  `--runs 5 --slow` takes about ten minutes of two idle processors.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/performance.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
LIBRARIES = ("tensorflow==2.21.0", "keras==3.15.1", "tf_keras==2.21.0")
# What is installed together: TorchFix would be a plugin of any flake8 beside it.
TOOLS = {"tools": ("ruff", "flake8", "flake8-bugbear", "fixit"), "torchfix": ("torchfix",)}
FILES, RELEVANT = 20_000, 100

READ = """\
import os, sys
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        if name.endswith(".py"):
            with open(os.path.join(folder, name), "rb") as stream:
                stream.read()
"""
PARSE = """\
import os, sys, libcst
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        if name.endswith(".py"):
            with open(os.path.join(folder, name), "rb") as stream:
                try:
                    libcst.parse_module(stream.read())
                except Exception:
                    pass
"""


@dataclass
class Command:
    """A command, and what its runs cost: seconds by the clock and of the processors, megabytes at most."""

    name: str
    words: list[str]
    # What is put back before each run.
    clears: Path | None = None
    clock: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: float = 0.0

    def run(self, counts: bool = True) -> None:
        if self.clears is not None:
            shutil.rmtree(self.clears, ignore_errors=True)
        began = time.perf_counter()
        child = subprocess.Popen(self.words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        taken = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in (0, 1):
            raise SystemExit(f"{self.name} ended with {child.returncode}: {' '.join(self.words)}")
        if counts:
            self.clock.append(taken)
            self.cpu.append(used.ru_utime + used.ru_stime)
            self.peak = max(self.peak, used.ru_maxrss / 1024)


@dataclass
class Comparison:
    """Commands that do the same work; the first is what the others are compared with."""

    title: str
    commands: list[Command]
    runs: int

    def measure(self) -> None:
        print(self.title, file=sys.stderr, flush=True)
        for command in self.commands:
            if self.runs > 1:
                command.run(counts=False)
        for _ in range(self.runs):
            for command in self.commands:
                command.run()

    def table(self) -> Iterator[str]:
        yield f"**{self.title}** (runs of each: {self.runs})\n"
        yield "|command|clock, s|processors, s|× the first, clock|× the first, processors|peak, MB|"
        yield "|---|---|---|---|---|---|"
        first = self.commands[0]
        for one in self.commands:
            clock, cpu = statistics.median(one.clock), statistics.median(one.cpu)
            by_clock, by_cpu = clock / statistics.median(first.clock), cpu / statistics.median(first.cpu)
            yield f"|{one.name}|{clock:.3f}|{cpu:.3f}|{by_clock:.2f}|{by_cpu:.2f}|{one.peak:.0f}|"
        yield ""


# The trees


def libraries(folder: Path) -> Path:
    """The Python sources of TensorFlow, Keras and tf_keras."""
    tree = folder / "libraries"
    if not tree.exists():
        part, wheels = folder / "libraries.part", folder / "wheels"
        shutil.rmtree(part, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(wheels)]
        subprocess.run([*pip, *LIBRARIES], check=True)
        for wheel in wheels.glob("*.whl"):
            with zipfile.ZipFile(wheel) as packed:
                packed.extractall(part, [name for name in packed.namelist() if name.endswith(".py")])
        part.rename(tree)
    return tree


def each_tenth(folder: Path, tree: Path) -> Path:
    """Each tenth file of a tree, where the others would take hours."""
    sample = folder / f"{tree.name}-tenth"
    if not sample.exists():
        for number, path in enumerate(sorted(tree.rglob("*.py"))[::10]):
            (sample / str(number // 100)).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, sample / str(number // 100) / f"{number}_{path.name}")
    return sample


def fixtures() -> list[Path]:
    return sorted((ROOT / "fixtures").rglob("*.py"))


def relevant(folder: Path) -> Path:
    """The programs of the fixtures: each trains or resets a stateful RNN."""
    tree = folder / "relevant"
    shutil.rmtree(tree, ignore_errors=True)
    for path in fixtures():
        (tree / path.parent.name).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, tree / path.parent.name / path.name)
    return tree


def synthetic(folder: Path, files: int, programs: int) -> Path:
    """Packages of modules that import each other, with some programs of the fixtures among them."""
    tree = folder / f"synthetic-{files}-{programs}"
    if tree.exists():
        return tree
    chance = random.Random(0)
    part = folder / "synthetic.part"
    shutil.rmtree(part, ignore_errors=True)
    for number in range(files - programs):
        package = part / f"area{number // 2000}" / f"package{number // 50 % 40}"
        package.mkdir(parents=True, exist_ok=True)
        (package / f"module{number % 50}.py").write_text(_module(chance, number % 50), encoding="utf-8")
    chosen = fixtures()[:: len(fixtures()) // programs][:programs] if programs else []
    for number, path in enumerate(chosen):
        shutil.copy(path, part / f"area{number % (files // 2000 or 1)}" / f"train{number}.py")
    part.rename(tree)
    return tree


def _module(chance: random.Random, number: int) -> str:
    """A module as there are many: imports, a class, some functions."""
    lines = ['"""Rows and what is done with them."""', "", "import json", "import os", "import numpy as np"]
    lines += [f"from .module{chance.randrange(number)} import f0 as g{k}" for k in range(min(number, 3))]
    lines += ["", "", "class Table:", "    def __init__(self, rows):", "        self.rows = list(rows)", ""]
    for function in range(chance.randrange(4, 16)):
        lines += ["", f"def f{function}(rows, scale={chance.random():.3f}, name=None):", "    kept = []"]
        for _ in range(chance.randrange(2, 8)):
            word = chance.choice(("row", "value", "item", "entry"))
            lines += [
                f"    for {word} in rows:",
                f"        if {word}.get('{chance.choice('abcdef')}', 0) > {chance.randrange(100)}:",
                f"            kept.append(np.round({word}['x'] * scale, {chance.randrange(5)}))",
            ]
        lines += ["    return json.dumps({'name': name or os.getcwd(), 'kept': kept})", ""]
    return "\n".join(lines) + "\n"


# The commands


def statelint(tree: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "statelint", "--isolated", "--format", "concise", *options, str(tree)]


def kept(folder: Path) -> tuple[str, str]:
    return ("--cache-dir", str(folder / "cache"))


def script(text: str, tree: Path) -> list[str]:
    return [sys.executable, "-c", text, str(tree)]


def tools(folder: Path, name: str) -> Path:
    """Where other linters are."""
    # Named by what is in it, so that another choice is installed anew.
    made = folder / "-".join((name, *TOOLS[name]))
    if not made.exists():
        venv.create(made, with_pip=True)
        subprocess.run([made / "bin/pip", "install", "-q", *TOOLS[name]], check=True)
    return made / "bin"


def comparisons(folder: Path, runs: int, slow: bool) -> Iterator[Comparison]:
    others = tools(folder, "tools")
    ruff = [str(others / "ruff"), "check", "--isolated", "--exit-zero", "--quiet"]
    yield Comparison(
        "Start",
        [
            Command("`python -c pass`", [sys.executable, "-c", "pass"]),
            Command("`statelint --version`", [_installed(folder), "--version"]),
            Command("`python -m statelint --version`", [sys.executable, "-m", "statelint", "--version"]),
        ],
        max(runs * 4, 20),
    )
    tree = libraries(folder)
    cached = ["--cache-dir", str(folder / "ruff-cache")]
    yield Comparison(
        f"TensorFlow, Keras and tf_keras: {_size(tree)}",
        [
            Command("statelint, no cache", statelint(tree, "--no-cache")),
            Command("statelint, one process, no cache", statelint(tree, "--no-cache", "--jobs", "1")),
            Command("bare read", script(READ, tree)),
            Command("ruff, no cache", [*ruff, "--no-cache", str(tree)]),
            Command("ruff, warm cache", [*ruff, *cached, str(tree)]),
        ],
        runs,
    )
    for files in (FILES // 10, FILES):
        tree = synthetic(folder, files, 0)
        yield Comparison(
            f"No candidate: {_size(tree)}",
            [
                Command("bare read", script(READ, tree)),
                Command("statelint, no cache", statelint(tree, "--no-cache")),
                Command("ruff, no cache", [*ruff, "--no-cache", str(tree)]),
            ],
            runs,
        )
    for files, programs in ((FILES // 10, RELEVANT // 10), (FILES, RELEVANT)):
        tree = synthetic(folder, files, programs)
        yield Comparison(
            f"0.5 % relevant: {_size(tree)}",
            [
                Command("statelint, no cache", statelint(tree, "--no-cache")),
                Command("statelint, one process, no cache", statelint(tree, "--no-cache", "--jobs", "1")),
                Command("statelint, warm cache", statelint(tree, *kept(folder))),
                Command("ruff, no cache", [*ruff, "--no-cache", str(tree)]),
            ],
            runs,
        )
    tree = relevant(folder)
    yield Comparison(
        f"Relevant files alone: {_size(tree)}",
        [
            Command("bare `libcst.parse_module`", script(PARSE, tree)),
            Command("statelint, one process, no cache", statelint(tree, "--no-cache", "--jobs", "1")),
            Command("statelint, no cache", statelint(tree, "--no-cache")),
            Command("statelint, cold cache", statelint(tree, *kept(folder)), clears=folder / "cache"),
            Command("statelint, warm cache", statelint(tree, *kept(folder))),
        ],
        runs,
    )
    if slow:
        flake8 = [str(others / "flake8"), "--isolated"]
        tree = libraries(folder)
        yield Comparison(
            f"TensorFlow, Keras and tf_keras, all files once: {_size(tree)}",
            [
                Command("statelint, no cache", statelint(tree, "--no-cache")),
                Command("flake8 with bugbear", [*flake8, str(tree)]),
            ],
            1,
        )
        tree = each_tenth(folder, tree)
        torchfix = str(tools(folder, "torchfix") / "torchfix")
        yield Comparison(
            f"Each tenth file of TensorFlow, Keras and tf_keras: {_size(tree)}",
            [
                Command("statelint, no cache", statelint(tree, "--no-cache")),
                Command("flake8 with bugbear", [*flake8, str(tree)]),
                Command("TorchFix", [torchfix, "--select", "ALL", str(tree)]),
                Command("Fixit", [str(others / "fixit"), "lint", str(tree)]),
            ],
            1,
        )


# What is asked of the speed, as ratios by the clock


@dataclass(frozen=True)
class Bar:
    """So many times what another command takes at most; the titles of comparisons begin so."""

    text: str
    most: float
    of: tuple[str, str]
    than: tuple[str, str]


_LIBRARIES = "TensorFlow, Keras and tf_keras"
_OWN, _ONE = "statelint, no cache", "statelint, one process, no cache"
BARS = (
    Bar("Start: `python -c pass`", 2.0, ("Start", "`statelint --version`"), ("Start", "`python -c pass`")),
    Bar("The libraries' tree: ruff, no cache", 1.0, (_LIBRARIES, _OWN), (_LIBRARIES, "ruff, no cache")),
    Bar(
        "The libraries' tree: flake8 with bugbear",
        0.02,
        (f"{_LIBRARIES}, all files", _OWN),
        (f"{_LIBRARIES}, all files", "flake8 with bugbear"),
    ),
    Bar(
        "The libraries' tree: Fixit on each tenth of its files",
        0.02,
        (f"{_LIBRARIES}, all files", _OWN),
        ("Each tenth", "Fixit"),
    ),
    Bar(
        "No candidate, 2,000 files: a bare read",
        3.0,
        ("No candidate: 2,0", _OWN),
        ("No candidate: 2,0", "bare read"),
    ),
    Bar(
        "No candidate, 20,000 files: a bare read",
        3.0,
        ("No candidate: 20", _OWN),
        ("No candidate: 20", "bare read"),
    ),
    Bar(
        "Ten times the files: the tenth of them",
        10.5,
        ("0.5 % relevant: 20", _OWN),
        ("0.5 % relevant: 2,0", _OWN),
    ),
    Bar(
        "Relevant files alone: a bare parse",
        2.0,
        ("Relevant", _ONE),
        ("Relevant", "bare `libcst.parse_module`"),
    ),
    Bar(
        "Relevant files alone, warm cache: cold cache",
        0.1,
        ("Relevant", "statelint, warm cache"),
        ("Relevant", "statelint, cold cache"),
    ),
)
_MEGABYTES = 150


def reached(measured: Sequence[Comparison]) -> Iterator[str]:
    """What is asked of the speed, and what came of it."""

    def command(title: str, name: str) -> Command | None:
        found = (one for one in measured if one.title.startswith(title))
        return next((c for one in found for c in one.commands if c.name == name), None)

    yield "**What is asked for** (statelint in times of the other one, by the clock and by the processors)\n"
    yield "|compared with|at most|clock|processors|reached|"
    yield "|---|---|---|---|---|"
    for bar in BARS:
        one, other = command(*bar.of), command(*bar.than)
        if one is not None and other is not None:
            clock = statistics.median(one.clock) / statistics.median(other.clock)
            cpu = statistics.median(one.cpu) / statistics.median(other.cpu)
            yield f"|{bar.text}|{bar.most:g}|{clock:.3g}|{cpu:.3g}|{'yes' if clock <= bar.most else 'no'}|"
    peak = max(
        c.peak for one in measured if "20,000" in one.title for c in one.commands if "statelint" in c.name
    )
    was_enough = "yes" if peak <= _MEGABYTES else "no"
    yield f"|20,000 files: megabytes of memory|{_MEGABYTES}|{peak:.0f}||{was_enough}|"
    yield ""


def steps(folder: Path, runs: int) -> Iterator[str]:
    """Where the time goes that relevant files take, one process, no cache."""
    from steps import STEPS

    words = [sys.executable, str(Path(__file__).with_name("steps.py")), str(folder / "relevant")]
    found = [json.loads(subprocess.run(words, check=True, capture_output=True).stdout) for _ in range(runs)]
    spent = {step: statistics.median(one[step] for one in found) for step in STEPS}
    total = sum(spent.values())
    yield f"**Relevant files alone, one process, no cache: where the processor's time goes** (runs: {runs})\n"
    yield "|step|s|share|× libcst's parse|"
    yield "|---|---|---|---|"
    for step, text in STEPS.items():
        yield f"|{text}|{spent[step]:.3f}|{spent[step] / total:.0%}|{spent[step] / spent['parse']:.2f}|"
    yield ""


def _installed(folder: Path) -> str:
    """The command as pip installs it."""
    path = folder / "statelint"
    path.write_text(
        f"#!{sys.executable}\nimport sys\nfrom statelint.__main__ import main\n"
        'if __name__ == "__main__":\n    sys.exit(main())\n'
    )
    path.chmod(0o755)
    return str(path)


def _size(tree: Path) -> str:
    sizes = [path.stat().st_size for path in tree.rglob("*.py")]
    return f"{len(sizes):,} files, {sum(sizes) / 1e6:.1f} MB"


def _machine() -> Iterator[str]:
    model = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.exists():
        named = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = named[0].partition(":")[2].strip() if named else model
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    yield (
        f"{os.cpu_count()} processors ({model}), {platform.system()}, Python {platform.python_version()}; "
        f"load when it began: {load}. Medians; the commands took turns.\n"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    kept = Path(tempfile.gettempdir(), "statelint-speed")
    parser.add_argument("--folder", type=Path, default=kept, help="where trees and tools are kept")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--slow", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(arguments)
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    os.environ["PYTHONPATH"] = str(ROOT)
    # pip compiles what it installs.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    compileall.compile_dir(ROOT / "statelint", quiet=2)
    machine = list(_machine())
    measured = []
    for comparison in comparisons(folder, options.runs, options.slow):
        comparison.measure()
        measured.append(comparison)
    lines = [*machine, *reached(measured), *steps(folder, options.runs)]
    lines += [line for comparison in measured for line in comparison.table()]
    text = "\n".join(lines)
    print(text)
    if options.write:
        page = PAGE.read_text(encoding="utf-8")
        before, _, rest = page.partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
