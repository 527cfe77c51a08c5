"""The flake8 plug-in: statelint's findings among flake8's, one file at a time.

flake8 imports this in every run; what is heavy is imported for a file that says what statelint looks for.
"""

from __future__ import annotations

import argparse
import ast
from collections.abc import Iterator, Sequence
from typing import ClassVar, Protocol

from statelint import __version__

# Without one of these words there is nothing to say.
_WORDS = ("stateful", "reset_state")
_EVERY_RULE = "SRN"


class _Options(Protocol):
    """What takes the options of a plug-in: flake8's OptionManager."""

    def add_option(self, *names: str, **more: object) -> None: ...


class Plugin:
    """What flake8 makes for each file."""

    name = "statelint"
    version = __version__
    keras: ClassVar[int | None] = None
    # Rules that are asked for by code: advice is off otherwise.
    asked: ClassVar[tuple[str, ...]] = ()

    def __init__(self, tree: ast.AST, lines: Sequence[str]) -> None:
        self._text = "".join(lines)

    @staticmethod
    def add_options(options: _Options) -> None:
        options.add_option(
            "--statelint-keras",
            default="auto",
            parse_from_config=True,
            help="the Keras generation that the code is for: 2, 3 or auto (read from the code, else both)",
        )

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        given = str(options.statelint_keras)
        if given not in ("2", "3", "auto"):
            raise SystemExit(f"statelint-keras: no generation of Keras: {given}; there are 2, 3 and auto")
        cls.keras = None if given == "auto" else int(given)
        entries = (*(options.select or ()), *(options.extend_select or ()))
        cls.asked = tuple(
            entry for entry in entries if entry.startswith(_EVERY_RULE) and entry != _EVERY_RULE
        )

    def run(self) -> Iterator[tuple[int, int, str, type[Plugin]]]:
        """What is found: line, column from 0, text, and who found it."""
        if not any(word in self._text for word in _WORDS):
            return
        from statelint.lint import lint_source
        from statelint.report.visible import one_line

        for finding in lint_source(self._text, keras=self.keras, extend_select=self.asked).findings:
            message = one_line(f"{finding.code} {finding.message}")
            yield finding.site.line, finding.site.column - 1, message, type(self)
