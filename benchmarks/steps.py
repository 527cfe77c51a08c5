"""Where the processor's time goes, step by step: `python benchmarks/steps.py FOLDER`, printed as JSON.

The folder is checked in one process without a cache, as by the command line, and each step is timed where it
is called.  What isn't in a step is the rest: the start, finding files, printing.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
from collections.abc import Callable
from typing import Any

STEPS = {
    "parse": "libcst's parse",
    "spans": "where each node stands",
    "follow": "following the programs",
    "rules": "the rules",
    "fixes": "making fixes",
    "target": "which Keras a program is for",
    "import": "importing what follows files",
    "rest": "the rest: start, finding files, printing",
}


class Clock:
    """The time of each step, without that of the steps inside it."""

    def __init__(self) -> None:
        self.spent = dict.fromkeys(STEPS, 0.0)
        self._current, self._since = "rest", 0.0

    def turn_to(self, step: str) -> str:
        now, before = time.process_time(), self._current
        self.spent[before] += now - self._since
        self._current, self._since = step, now
        return before

    def around(self, owner: Any, name: str, step: str) -> None:
        """Time a function of a module or class."""
        function = getattr(owner, name)
        setattr(owner, name, self._timed(function, step))

    def _timed(self, function: Callable[..., Any], step: str) -> Callable[..., Any]:
        def timed(*given: Any, **named: Any) -> Any:
            before = self.turn_to(step)
            try:
                return function(*given, **named)
            finally:
                self.turn_to(before)

        return timed


def main() -> None:
    clock = Clock()
    clock.turn_to("import")
    import libcst

    from statelint import cli, engine, rules
    from statelint.interp import program

    rules.load()
    clock.turn_to("rest")
    clock.around(libcst, "parse_module", "parse")
    clock.around(libcst.Module, "_codegen", "spans")
    clock.around(program, "follow_both", "follow")
    clock.around(engine, "_target_of", "target")
    clock.around(engine._Codes, "fix", "fixes")
    findings = engine._findings
    engine._findings = clock._timed(lambda *given: iter(list(findings(*given))), "rules")
    with contextlib.redirect_stdout(io.StringIO()):
        cli.main(["--isolated", "--format", "concise", "--no-cache", "--jobs", "1", sys.argv[1]])
    clock.turn_to("rest")
    print(json.dumps(clock.spent))


if __name__ == "__main__":
    main()
