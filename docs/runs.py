"""Regenerates what comes of running real Keras: `python docs/runs.py [migration] [timelines]`.

It needs the `confirm` extra.  `migration` measures the table in docs/migration.md; `timelines` draws the
pictures in docs/timelines from the programs beside them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
GUIDE = Path("docs/migration.md")
TABLE = "<!-- table: python docs/runs.py migration -->\n", "<!-- end of table -->"


def main(wanted: list[str]) -> int:
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    parts = {"migration": migration, "timelines": timelines}
    for name in wanted or parts:
        parts[name]()
    return 0


def migration() -> None:
    """Measure the programs in tests/migration, and put the table into the guide."""
    from tests.porting import measured

    lines = [
        "| Program | What it does | Numbers | On Keras 2 | On Keras 3 |",
        "|---|---|---:|---:|---:|",
    ]
    for one in measured().programs:
        link = f"[{one.name}](../tests/migration/{one.name}.py)"
        there = one.difference(one.on_keras_2)
        here = one.difference(*one.on_keras_3)
        numbers = len(one.reference.numbers)
        lines.append(f"| {link} | {one.about} | {numbers} | {there:.1g} | {here:.1g} |")
    begin, end = TABLE
    before, _, rest = GUIDE.read_text(encoding="utf-8").partition(begin)
    table = "\n".join(lines)
    GUIDE.write_text(f"{before}{begin}{table}\n{end}{rest.partition(end)[2]}", encoding="utf-8")


def timelines() -> None:
    """Run the programs in docs/timelines, and draw what their states did."""
    from statelint.confirm.harness import Harness, Job, Limits
    from statelint.confirm.programs import Program
    from statelint.report.timeline import timeline
    from statelint.report.timeline_svg import picture
    from statelint.trace.recording import Recording

    programs = sorted(Path("docs/timelines").glob("*.py"))
    with Harness((3,), Limits(seconds=120)) as harness:
        jobs = [Job(Program(path, path.name), 3) for path in programs]
        for job, run in harness.run_all(jobs):
            assert isinstance(run, Recording), run
            path = job.program.path
            path.with_suffix(".svg").write_text(picture(timeline(run), path.name), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
